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
        clarification,
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
        (clarification, "clarification"),
    ] {
        bounded(text, field)?;
    }
    let mut events = check_handler(case, *stage, &handler, conflict_note.as_deref(), context)?;
    events.extend(check_flagged(case, conflict_note.as_deref(), &events)?);
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
        text: clarification.clone(),
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

/// Code 5.8: a resident who works for the landlord or sits on its board is one whose case only a few should
/// see. Whoever acknowledges it with the door open says why.
fn check_flagged(
    case: &Case,
    note: Option<&str>,
    known: &[Event],
) -> Result<Option<Event>, Refusal> {
    let mut residents = std::iter::once(&case.complainant).chain(&case.members);
    let Some(flagged) = residents.find(|party| party.conflict_of_interest) else {
        return Ok(None);
    };
    let set_aside = |event: &Event| matches!(event, Event::ConflictSetAside { .. });
    if case.restricted.is_some() || known.iter().any(set_aside) {
        return Ok(None);
    }
    match note.filter(|note| !note.trim().is_empty()) {
        Some(note) => {
            bounded(note, "conflict_note")?;
            Ok(Some(Event::ConflictSetAside {
                person: flagged.name.clone(),
                reason: note.to_owned(),
            }))
        }
        None => Err(Refusal::invalid(
            "conflict_note",
            format!(
                "{} is staff or a board member. Restrict the case to those who need it, or say in conflict_note how \
                 the conflict is managed.",
                flagged.name
            ),
        )
        .under("5.8")),
    }
}
