//! Corrections that keep what they correct: the date of receipt (E01) and merged duplicates (E16).

use super::{Case, Command, Context, Event};
use crate::domain::refusal::{Code, Refusal};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::CorrectReceivedAt {
            received_at,
            reason,
        } => {
            context.not_in_the_future(*received_at, "received_at")?;
            if reason.trim().is_empty() {
                return Err(Refusal::new(
                    Code::E01,
                    "The date of receipt is corrected only with a reason, kept in the audit.",
                )
                .at("reason")
                .under("6.2"));
            }
            crate::domain::calendar::in_range(crate::domain::calendar::london_date(*received_at))
                .map_err(|error| Refusal::new(Code::E01, error.to_string()).at("received_at"))?;
            let acknowledged = case.stage_run(1).and_then(|run| run.acknowledged_at);
            if acknowledged.is_some_and(|at| *received_at > at) {
                return Err(Refusal::new(
                    Code::E01,
                    "The complaint was acknowledged before this. Check the date.",
                )
                .at("received_at"));
            }
            Ok(vec![Event::ReceivedAtCorrected {
                received_at: *received_at,
                reason: reason.clone(),
            }])
        }
        Command::MergeDuplicate {
            reference,
            received_at,
            reason,
        } => {
            if *reference == case.reference {
                return Err(
                    Refusal::new(Code::E16, "A case is not a duplicate of itself.").at("reference"),
                );
            }
            context.not_in_the_future(*received_at, "received_at")?;
            if reason.trim().is_empty() {
                return Err(Refusal::new(
                    Code::E16,
                    "Say why the two are one complaint. The earliest receipt is kept.",
                )
                .at("reason"));
            }
            Ok(vec![Event::DuplicateMerged {
                reference: reference.clone(),
                received_at: *received_at,
                reason: reason.clone(),
            }])
        }
        _ => Ok(Vec::new()),
    }
}
