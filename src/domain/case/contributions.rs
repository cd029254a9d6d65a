//! Asking others to contribute, and what came back (domain rules §10 step 3, §11).

use super::letters::next;
use super::{Case, Command, Context, Contribution, Event};
use crate::domain::calendar::{in_range, london_date};
use crate::domain::ids::ContributionId;
use crate::domain::refusal::{Code, Refusal, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::AskContribution {
            team,
            what,
            of,
            due,
        } => {
            if case.state.is_ended() {
                let detail = "The case has ended; nobody needs to be asked. Reopen it first.";
                return Err(Refusal::wrong_state(detail));
            }
            required(team, "team", "which team or firm is asked")?;
            required(what, "what", "what they are asked for")?;
            in_range(*due).map_err(|error| Refusal::invalid("due", error.to_string()))?;
            if *due < london_date(context.at) {
                let detail = "Choose a day that they can still meet: today or later.";
                return Err(Refusal::invalid("due", detail));
            }
            Ok(vec![Event::ContributionAsked {
                contribution: ContributionId(next(case.contributions.len())),
                team: team.trim().to_owned(),
                what: what.clone(),
                of: some(of.as_deref()),
                due: *due,
            }])
        }
        Command::GiveContribution {
            contribution,
            text,
            evidence,
            from,
        } => {
            let open = find(case, *contribution)?;
            required(text, "text", "what they answer")?;
            if context.at < open.asked_at {
                let detail = "This is before they were asked. Check the date.";
                return Err(Refusal::invalid("at", detail));
            }
            super::remedies::check_documents(case, evidence)?;
            Ok(vec![Event::ContributionGiven {
                contribution: *contribution,
                text: text.clone(),
                evidence: evidence.clone(),
                from: some(from.as_deref()),
            }])
        }
        Command::WithdrawContribution {
            contribution,
            reason,
        } => {
            find(case, *contribution)?;
            required(reason, "reason", "why it is not needed any more")?;
            Ok(vec![Event::ContributionWithdrawn {
                contribution: *contribution,
                reason: reason.clone(),
            }])
        }
        _ => Ok(Vec::new()),
    }
}

/// A text that says something.
fn some(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

/// The contribution that is still waited for.
fn find(case: &Case, id: ContributionId) -> Result<&Contribution, Refusal> {
    let found = case.contributions.iter().find(|found| found.id == id);
    let found = found.ok_or_else(|| {
        let detail = format!("Nothing was asked of others under the number {id}.");
        Refusal::new(Code::NotFound, detail).at("contribution")
    })?;
    if !found.is_open() {
        let detail = "This is not waited for any more. What else there is to say goes into a note.";
        return Err(Refusal::wrong_state(detail).at("contribution"));
    }
    Ok(found)
}
