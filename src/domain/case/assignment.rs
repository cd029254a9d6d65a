//! Who handles a stage (Code 4.1, 5.8, 6.13).

use super::{Case, Command, Context, Event};
use crate::domain::access::same_person;
use crate::domain::intake::Kind;
use crate::domain::refusal::{Code, Refusal, bounded, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Assign {
            stage,
            handler,
            conflict_note,
        } => {
            if case.kind != Kind::Complaint {
                return Err(Refusal::wrong_state(
                    "This is not a complaint, so it has no stages to handle.",
                ));
            }
            let stage = stage.unwrap_or_else(|| case.stage());
            let mut events =
                check_handler(case, stage, handler, conflict_note.as_deref(), context)?;
            if case.state.is_ended() {
                return Err(Refusal::wrong_state(
                    "The case has ended. Reopen it before giving it to someone.",
                ));
            }
            if stage != case.stage() {
                // Someone put on stage 1 after the fact would no longer be free to review it (E05).
                return Err(Refusal::wrong_state(format!(
                    "Stage {stage} is over. Give stage {} to someone instead.",
                    case.stage()
                ))
                .at("stage"));
            }
            events.push(Event::Assigned {
                stage,
                handler: handler.trim().to_owned(),
            });
            Ok(events)
        }
        Command::DeclareConflict { person, reason } => {
            required(person, "person", "who has the conflict of interest")?;
            required(reason, "reason", "what the conflict is")?;
            Ok(vec![Event::ConflictDeclared {
                person: person.trim().to_owned(),
                reason: reason.clone(),
            }])
        }
        Command::Triage { triage } => Ok(vec![Event::Triaged {
            triage: triage.clone(),
        }]),
        _ => Ok(Vec::new()),
    }
}

/// Whether `handler` may handle `stage`: someone, of a stage that has begun, without a conflict of
/// interest (5.8), and at stage 2 someone who took no part in stage 1 (E05). Gives what must be put on
/// record about a conflict that was looked at and set aside.
pub(super) fn check_handler(
    case: &Case,
    stage: u8,
    handler: &str,
    conflict_note: Option<&str>,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    check_stage(stage)?;
    required(handler, "handler", "who handles this stage")?;
    if case.stage_run(stage).is_none() {
        return Err(Refusal::wrong_state(format!("Stage {stage} has not begun.")).at("stage"));
    }
    if let Some((_, reason)) = case
        .conflicts
        .iter()
        .find(|(person, _)| context.is_same(person, handler))
    {
        return Err(Refusal::invalid(
            "handler",
            format!(
                "{handler} has declared a conflict of interest ({reason}). Choose someone else."
            ),
        )
        .under("5.8"));
    }
    if stage == 2 {
        check_reviewer(case, handler, context)?;
    }
    let name = context.people.name(handler);
    let is_resident = std::iter::once(&case.complainant)
        .chain(&case.members)
        .any(|party| same_person(&party.name, &name));
    if !is_resident && !is_named_in_complaint(case, &name) {
        return Ok(Vec::new());
    }
    match conflict_note.filter(|note| !note.trim().is_empty()) {
        Some(note) => {
            bounded(note, "conflict_note")?;
            Ok(vec![Event::ConflictSetAside {
                person: handler.trim().to_owned(),
                reason: note.to_owned(),
            }])
        }
        None => Err(Refusal::invalid(
            "handler",
            format!(
                "{name} {}. Choose someone else, or say in conflict_note why there is no conflict.",
                if is_resident {
                    "has the name of a resident who complains"
                } else {
                    "is named in the complaint"
                }
            ),
        )
        .under("5.8")),
    }
}

/// Code 5.8: who declared a conflict of interest after taking the case on neither judges nor answers it.
pub(super) fn check_unconflicted(case: &Case, context: &Context<'_>) -> Result<(), Refusal> {
    let conflicted = |person: &str| {
        let mut declared = case.conflicts.iter();
        declared.any(|(declared, _)| context.is_same(declared, person))
    };
    let way = if conflicted(&context.actor.id) {
        "You have declared a conflict of interest. Someone else must decide and answer this case."
            .to_owned()
    } else if let Some(handler) = case.handler().filter(|handler| conflicted(handler)) {
        format!(
            "{}, who handles this stage, has declared a conflict of interest. Give it to someone else first.",
            context.people.name(handler)
        )
    } else {
        return Ok(());
    };
    Err(Refusal::wrong_state(way).at("handler").under("5.8"))
}

/// E05: the reviewer took no part in stage 1.
pub(super) fn check_reviewer(
    case: &Case,
    reviewer: &str,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let stage1 = case.stage_run(1);
    if stage1.is_some_and(|run| {
        run.took_part
            .iter()
            .any(|person| context.is_same(person, reviewer))
    }) {
        return Err(Refusal::new(
            Code::E05,
            format!(
                "{} took part in stage 1. Stage 2 must be considered by someone else: another officer, a board \
                 member or a reviewer from outside.",
                context.people.name(reviewer)
            ),
        )
        .at("handler")
        .under("6.13"));
    }
    Ok(())
}

/// E06: there are two stages.
pub(super) fn check_stage(stage: u8) -> Result<(), Refusal> {
    if matches!(stage, 1 | 2) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::E06,
        "The Code has two stages and no others. Give stage 1 or 2.",
    )
    .at("stage")
    .under("5.3"))
}

/// Whether a full name (two words or more) stands in the resident's account or points.
fn is_named_in_complaint(case: &Case, name: &str) -> bool {
    let words = |text: &str| -> String {
        let plain: String = text
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        format!(
            " {} ",
            plain
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase()
        )
    };
    let name = words(name);
    if name.split_whitespace().count() < 2 {
        return false;
    }
    let points = case.points.iter().map(|point| point.text.as_str());
    std::iter::once(case.intake.account.as_str())
        .chain(points)
        .any(|text| words(text).contains(&name))
}
