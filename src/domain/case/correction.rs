//! Corrections that keep what they correct: the date of receipt (E01) and merged duplicates (E16).

use chrono::{DateTime, Utc};

use super::{Case, Command, Context, Event};
use crate::domain::intake::Kind;
use crate::domain::refusal::{Code, Refusal, required};

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
            let (latest, what) = latest_receipt(case);
            if *received_at > latest {
                let detail = format!("The complaint was {what} before this. Check the date.");
                return Err(Refusal::new(Code::E01, detail).at("received_at"));
            }
            Ok(vec![Event::ReceivedAtCorrected {
                received_at: *received_at,
                reason: reason.clone(),
            }])
        }
        Command::LinkCase {
            reference,
            relation,
        } => {
            if *reference == case.reference {
                let detail = "A case is not linked with itself.";
                return Err(Refusal::invalid("reference", detail));
            }
            required(relation, "relation", "how the two belong together")?;
            Ok(vec![Event::CaseLinked {
                reference: reference.clone(),
                relation: relation.clone(),
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
            if case.kind != Kind::Complaint || case.state.is_ended() {
                let detail = "A duplicate goes on in an open complaint. Merge it into one, or reopen this case.";
                return Err(Refusal::wrong_state(detail));
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

/// What was acknowledged, ended or written down had been received by then.
fn latest_receipt(case: &Case) -> (DateTime<Utc>, &'static str) {
    let acknowledged = case.stage_run(1).and_then(|run| run.acknowledged_at);
    let refused = case.refusals.iter().map(|refusal| refusal.at).min();
    [
        (acknowledged, "acknowledged"),
        (refused, "refused"),
        (case.withdrawn_at, "withdrawn"),
    ]
    .into_iter()
    .filter_map(|(at, what)| Some((at?, what)))
    .fold((case.recorded_at, "recorded"), |first, next| {
        if next.0 < first.0 { next } else { first }
    })
}

impl Case {
    /// Whether it can go on in another case: a complaint that nobody has answered yet (E16).
    pub fn may_be_merged(&self) -> Result<(), Refusal> {
        let what = if self.kind != Kind::Complaint {
            "is not a complaint"
        } else if self.stages.iter().any(|run| run.response.is_some()) {
            "has been answered"
        } else {
            return Ok(());
        };
        let detail = format!(
            "{} {what}, so it keeps its own date of receipt. Link the two instead.",
            self.reference
        );
        Err(Refusal::new(Code::E16, detail).at("reference"))
    }

    /// The events by which this case goes on in `kept`, the earlier record of the same complaint (E16):
    /// while it waits for an answer it ends here; once answered, the two are only linked.
    pub fn merge_into(&self, kept: &Case, reason: &str) -> Vec<Event> {
        let waiting =
            !self.state.is_ended() && self.stages.iter().all(|run| run.response.is_none());
        let reference = kept.reference.clone();
        vec![if waiting {
            Event::MergedInto {
                reference,
                reason: reason.to_owned(),
            }
        } else {
            Event::CaseLinked {
                reference,
                relation: reason.to_owned(),
            }
        }]
    }
}
