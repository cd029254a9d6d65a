//! Cases that come out of others: what they take from their parent, and who may see them.

use chrono::{DateTime, Utc};

use super::cases::{append, begin};
use super::{Book, DeskError};
use crate::domain::access::Actor;
use crate::domain::case::{Case, Event};
use crate::domain::ids::CaseRef;
use crate::domain::intake::{Intake, IntakeDecision, NewPoint};
use crate::domain::refusal::{Code, Refusal};
use crate::store::WriteTx;

/// Begins a case that came out of `parent`. What could be seen by few is not shown to all by it (E14).
pub(super) fn begin_beside(
    tx: &mut WriteTx<'_>,
    book: &Book,
    actor: &Actor,
    parent: &Case,
    intake: &Intake,
    now: DateTime<Utc>,
) -> Result<Case, DeskError> {
    let opened = begin(tx, book, actor, intake, now)?;
    let Some(restriction) = &parent.restricted else {
        return Ok(opened);
    };
    let restricted = vec![Event::Restricted {
        people: restriction.people.clone(),
        // Without its reference: who may see this one later need not be those who may see that one.
        reason: format!("As the case it came out of: {}", restriction.reason),
    }];
    let reference = opened.reference.clone();
    append(
        tx,
        book,
        actor,
        Some(&opened),
        &reference,
        restricted,
        now,
        now,
    )
}

pub(super) fn no_such_parent(parent: &CaseRef) -> DeskError {
    let detail = format!("There is no case {parent}, or you may not see it.");
    Refusal::new(Code::NotFound, detail).at("parent").into()
}

/// E14: a case that all may see does not name one that few may see.
pub(super) fn check_link(case: &Case, other: &Case) -> Result<(), Refusal> {
    if case.restricted.is_some() == other.restricted.is_some() {
        return Ok(());
    }
    let detail = "One of the two is restricted, and naming it on the other would show it. Restrict both first, or \
                  lift the restriction.";
    Err(Refusal::new(Code::E14, detail).at("reference"))
}

/// The intake of a complaint that must stand beside `case` (Code 6.8, 1.5).
pub(super) fn separate(
    case: &Case,
    text: String,
    category: String,
    why: &str,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Intake {
    Intake {
        received_at: at.min(now),
        backdating_reason: None,
        channel: case.intake.channel,
        heard_by: None,
        account: text.clone(),
        outcomes_sought: String::new(),
        complainant: case.complainant.clone(),
        representative: case.representative.clone(),
        members: case.household().cloned().collect(),
        points: vec![NewPoint { text, category }],
        decision: IntakeDecision {
            reason: why.to_owned(),
            ..IntakeDecision::default()
        },
        triage: case.triage.of_the_household(),
        hazard: None,
        parent: Some(case.reference.clone()),
    }
}
