//! Acknowledging a stage (Code 6.2, 6.11, 5.6, 5.7): defined, logged, with a handler (E02).

use super::assignment::{check_handler, check_stage};
use super::letters::{self, Outgoing};
use super::{Case, Command, Context, Event, State};
use crate::domain::letter::{LetterKind, Wording};
use crate::domain::refusal::{Code, Refusal, bounded};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Command::Acknowledge {
        stage,
        definition,
        outcomes_sought,
        handler,
        responsible_for,
        not_responsible_for,
        conflict_note,
        sending,
    } = command
    else {
        return Ok(Vec::new());
    };
    check_stage(*stage)?;
    let (waiting, kind) = match stage {
        1 => (State::S1Received, LetterKind::AcknowledgementS1),
        _ => (State::S2Requested, LetterKind::AcknowledgementS2),
    };
    if case.state != waiting {
        return Err(Refusal::wrong_state(format!(
            "Stage {stage} is not waiting for its acknowledgement. An acknowledgement is given once; write an update instead."
        ))
        .at("stage"));
    }
    let received_at = case
        .stage_run(*stage)
        .map_or(case.received_at, |run| run.received_at);
    if context.at < received_at {
        return Err(Refusal::invalid(
            "at",
            "The acknowledgement cannot be older than what it acknowledges.",
        ));
    }
    let assigned = case.stage_run(*stage).and_then(|run| run.handler.clone());
    let handler = if handler.trim().is_empty() {
        assigned.unwrap_or_default()
    } else {
        handler.trim().to_owned()
    };
    let paragraph = if *stage == 1 { "6.2" } else { "6.11" };
    let e02 = |field: &'static str, what: &str| {
        Refusal::new(
            Code::E02,
            format!("A complaint is acknowledged only when it is defined and someone handles it. Give {what}."),
        )
        .at(field)
        .under(if field == "handler" { paragraph } else { "5.6" })
    };
    if definition.trim().is_empty() {
        return Err(e02("definition", "our understanding of the complaint"));
    }
    if outcomes_sought.trim().is_empty() {
        return Err(e02(
            "outcomes_sought",
            "the outcomes the resident is seeking",
        ));
    }
    if handler.is_empty() {
        return Err(e02("handler", "the person who handles it"));
    }
    for (text, field) in [
        (definition, "definition"),
        (outcomes_sought, "outcomes_sought"),
        (responsible_for, "responsible_for"),
        (not_responsible_for, "not_responsible_for"),
    ] {
        bounded(text, field)?;
    }
    let mut events = check_handler(case, *stage, &handler, conflict_note.as_deref(), context)?;
    let responsible_for =
        if responsible_for.trim().is_empty() && not_responsible_for.trim().is_empty() {
            // Code 5.7 asks which aspects are ours; saying that all of them are is an answer.
            "We are responsible for all parts of your complaint.".to_owned()
        } else {
            responsible_for.clone()
        };
    events.push(Event::Acknowledged {
        stage: *stage,
        definition: definition.clone(),
        outcomes_sought: outcomes_sought.clone(),
        handler,
        responsible_for,
        not_responsible_for: not_responsible_for.clone(),
    });
    let after = case.after(&events, context);
    let due = after
        .stage_clocks(
            *stage,
            context.calendar,
            &context.policy.clocks,
            context.now,
        )
        .map(|clocks| clocks.answer_by);
    let wording = Wording {
        due,
        ..Wording::default()
    };
    letters::with_letter(
        case,
        events,
        Outgoing {
            kind,
            stage: *stage,
            wording,
            sending,
            own: None,
        },
        context,
    )
}
