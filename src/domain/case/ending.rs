//! How a case ends and comes back: withdrawn in the resident's words, closed when every promise
//! is kept (E11), reopened.

use super::{Case, ClosingOutcome, Command, Context, Direction, Event, State};
use crate::domain::letter::decision_words;
use crate::domain::refusal::{Code, Refusal, bounded, required};
use crate::domain::remedy::{Action, ActionStatus};

/// How often the resident must have been tried before they count as out of reach.
const TRIES: usize = 2;

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Withdraw { account } => {
            if case.state.is_ended() {
                return Err(Refusal::wrong_state("The case has already ended."));
            }
            required(
                account,
                "account",
                "the resident's own words; a withdrawal is never assumed from silence",
            )?;
            Ok(vec![Event::Withdrawn {
                account: account.clone(),
            }])
        }
        Command::Close {
            root_causes,
            learning,
            satisfaction,
            outcome,
        } => {
            check_answered(case, context)?;
            if *outcome == ClosingOutcome::UnableToContact {
                check_tries(case, context)?;
            }
            check_actions(case)?;
            bounded(learning, "learning")?;
            let upheld = case.open_points().any(|point| {
                point
                    .decision()
                    .is_some_and(|d| d.decision != super::Decision::NotUpheld)
            });
            if upheld && root_causes.is_empty() {
                return Err(Refusal::invalid(
                    "root_causes",
                    format!(
                        "A point was {}. Choose why it happened.",
                        decision_words(super::Decision::Upheld).to_lowercase()
                    ),
                )
                .under("9.1"));
            }
            let mut events = Vec::new();
            if let Some(answer) = satisfaction {
                events.push(Event::SatisfactionRecorded {
                    stage: case.stage().max(1),
                    answer: *answer,
                    comment: None,
                });
            }
            let mut root_causes = root_causes.clone();
            root_causes.sort_unstable();
            root_causes.dedup();
            events.push(Event::Closed {
                root_causes,
                learning: learning.clone(),
                outcome: *outcome,
            });
            Ok(events)
        }
        Command::Reopen {
            reason,
            by_ombudsman,
        } => {
            if !case.state.is_ended() {
                return Err(Refusal::wrong_state("The case is open."));
            }
            required(
                reason,
                "reason",
                "why it is reopened: new evidence, or the Ombudsman's direction",
            )?;
            Ok(vec![Event::Reopened {
                reason: reason.clone(),
                by_ombudsman: *by_ombudsman,
            }])
        }
        _ => Ok(Vec::new()),
    }
}

fn check_answered(case: &Case, context: &Context<'_>) -> Result<(), Refusal> {
    let answered = case.stages.last().and_then(|run| run.response.as_ref());
    if answered.is_some_and(|response| context.at < response.at) {
        let detail = "A case cannot be closed before its response was issued. Check the date.";
        return Err(Refusal::invalid("at", detail));
    }
    match case.state {
        State::S1Responded | State::S2Responded | State::ServiceRequest | State::SurveyFeedback => {
            Ok(())
        }
        State::Closed | State::Refused | State::Withdrawn => {
            Err(Refusal::wrong_state("The case has already ended."))
        }
        _ => Err(Refusal::wrong_state(
            "The complaint has not been answered. Issue the response before closing.",
        )
        .under("6.6")),
    }
}

/// "Unable to contact" is said only of someone whom we tried to reach, twice at least, since they were last heard.
fn check_tries(case: &Case, context: &Context<'_>) -> Result<(), Refusal> {
    let said = |direction| {
        let known = case.contacts.iter();
        known.filter(move |contact| contact.direction == direction && contact.at <= context.at)
    };
    let last_heard = said(Direction::In).map(|contact| contact.at).max();
    let tries = said(Direction::Out)
        .filter(|contact| last_heard.is_none_or(|heard| contact.at > heard))
        .count();
    if tries >= TRIES {
        return Ok(());
    }
    Err(Refusal::invalid(
        "outcome",
        format!(
            "{tries} {} to reach the resident recorded since they were last heard. Record at least {TRIES}, \
             by the ways that suit them, before closing as unable to contact.",
            if tries == 1 { "try is" } else { "tries are" }
        ),
    )
    .under("5.10"))
}

/// E11: every promise kept, or cancelled for a reason the resident knows.
fn check_actions(case: &Case) -> Result<(), Refusal> {
    let e11 = |action: &Action, detail: String| {
        Err(Refusal::new(
            Code::E11,
            format!("Action {} ({}): {detail}", action.id, action.what),
        )
        .at("actions")
        .under("7.3"))
    };
    for action in &case.actions {
        match action.status {
            ActionStatus::Open => {
                return e11(
                    action,
                    "still to be done. Complete it with its evidence, or cancel it with a reason."
                        .into(),
                );
            }
            ActionStatus::Cancelled if !action.resident_told => {
                return e11(
                    action,
                    "cancelled, but the resident has not been told. Tell them, then close.".into(),
                );
            }
            ActionStatus::Done | ActionStatus::Cancelled => {}
        }
    }
    Ok(())
}
