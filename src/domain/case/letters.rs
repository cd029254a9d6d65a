//! Issuing letters: composed from the case, checked for empty blocks (E04) and for the
//! resident's adjustments (E15), and immutable once issued (E10).

use super::{Case, Command, Context, Document, Event, IssuedLetter, Sending};
use crate::domain::ids::{DocumentId, LetterId};
use crate::domain::intake::Channel;
use crate::domain::letter::{self, LetterKind, Wording};
use crate::domain::party::ContactWay;
use crate::domain::refusal::{Code, Refusal, required};

/// A letter about to go out with a command.
pub(super) struct Outgoing<'a> {
    pub kind: LetterKind,
    pub stage: u8,
    pub wording: Wording,
    pub sending: &'a Sending,
    /// The landlord's own file instead of ours.
    pub own: Option<DocumentId>,
}

/// Adds the letter that goes out with `events`, composed from the case as they leave it.
pub(super) fn with_letter(
    case: &Case,
    mut events: Vec<Event>,
    outgoing: Outgoing<'_>,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let after = case.after(&events, context);
    let letter = compose(&after, outgoing, None, context)?;
    events.push(Event::LetterIssued { letter });
    Ok(events)
}

fn compose(
    case: &Case,
    outgoing: Outgoing<'_>,
    addendum_to: Option<LetterId>,
    context: &Context<'_>,
) -> Result<IssuedLetter, Refusal> {
    let Outgoing {
        kind,
        stage,
        wording,
        sending,
        own,
    } = outgoing;
    let mut blocks = letter::compose(kind, case, context.policy, &wording);
    for block in &mut blocks {
        if block.name == "handler" {
            if let Some(handler) = case.stage_run(stage).and_then(|run| run.handler.as_deref()) {
                block.text = block.text.replace(handler, &context.people.name(handler));
            }
        }
    }
    letter::check(kind, &blocks)?;
    check_adjustments(case, sending, own)?;
    Ok(IssuedLetter {
        id: LetterId(next(case.letters.len())),
        kind,
        stage,
        issued_at: context.at,
        issued_by: context.actor.id.clone(),
        channel: sending
            .sent_by
            .unwrap_or_else(|| preferred(case.complainant.preferred_contact)),
        blocks,
        document: own,
        large_print: case.complainant.active_adjustments().any(|adjustment| {
            adjustment
                .need
                .to_lowercase()
                .replace(' ', "_")
                .contains("large_print")
        }),
        adjustments_note: sending
            .adjustments_note
            .clone()
            .filter(|note| !note.trim().is_empty()),
        addendum_to,
    })
}

/// E15: what our letter cannot do for the resident by itself must be accounted for.
fn check_adjustments(
    case: &Case,
    sending: &Sending,
    own: Option<DocumentId>,
) -> Result<(), Refusal> {
    if sending
        .adjustments_note
        .as_deref()
        .is_some_and(|note| !note.trim().is_empty())
    {
        return Ok(());
    }
    let mut unmet: Vec<String> = case
        .complainant
        .active_adjustments()
        .filter(|adjustment| own.is_some() || !adjustment.met_by_generated_letter())
        .map(|adjustment| adjustment.need.replace('_', " "))
        .collect();
    if let Some(safe) = case
        .complainant
        .safe_contact
        .as_deref()
        .filter(|safe| !safe.trim().is_empty())
    {
        unmet.push(format!("safe contact: {safe}"));
    }
    if unmet.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        Code::E15,
        format!(
            "The resident needs: {}. Say in adjustments_note how this letter meets that, or why it cannot.",
            unmet.join("; ")
        ),
    )
    .at("adjustments_note")
    .under("5.10"))
}

fn preferred(way: ContactWay) -> Channel {
    match way {
        ContactWay::Email => Channel::Email,
        ContactWay::Sms => Channel::Sms,
        ContactWay::Portal => Channel::Portal,
        ContactWay::InPerson => Channel::InPerson,
        ContactWay::ThroughRepresentative => Channel::Representative,
        // A letter confirms what is said by telephone.
        ContactWay::Letter | ContactWay::Phone => Channel::Letter,
    }
}

pub(super) fn next(existing: usize) -> u32 {
    u32::try_from(existing).unwrap_or(u32::MAX - 1) + 1
}

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Command::IssueLetter {
        kind,
        text,
        addendum_to,
        sending,
    } = command
    else {
        return Ok(Vec::new());
    };
    required(text, "text", "what the letter says")?;
    match kind {
        LetterKind::Update | LetterKind::Closing => {}
        LetterKind::Addendum => match addendum_to {
            Some(id) if case.letter(*id).is_some() => {}
            _ => {
                return Err(Refusal::new(
                    Code::E10,
                    "Say in addendum_to which issued letter this corrects.",
                )
                .at("addendum_to"));
            }
        },
        kind => {
            return Err(Refusal::new(
                Code::E10,
                format!(
                    "“{}” goes out with its own step and is never changed afterwards. To correct it, issue an addendum.",
                    kind.title()
                ),
            )
            .at("kind"));
        }
    }
    let wording = Wording {
        text: text.clone(),
        due: None,
    };
    let outgoing = Outgoing {
        kind: *kind,
        stage: case.stage().max(1),
        wording,
        sending,
        own: None,
    };
    let letter = compose(case, outgoing, *addendum_to, context)?;
    let mut events = vec![Event::LetterIssued { letter }];
    if *kind == LetterKind::Closing {
        // The letter lists every action, so the resident has now been told of each that ended.
        let ended = case
            .actions
            .iter()
            .filter(|action| action.ended_on.is_some() && !action.resident_told);
        events.extend(ended.map(|action| Event::ResidentToldOfAction { action: action.id }));
    }
    Ok(events)
}

/// Puts the rendered file of each letter in `events` on the case: the document first, then the
/// letter that names it. `rendered` yields one document for each letter without a file of its own.
pub fn with_rendered(
    case: &Case,
    events: Vec<Event>,
    mut rendered: impl Iterator<Item = Document>,
) -> Vec<Event> {
    let mut documents = case.documents.len();
    let mut all = Vec::with_capacity(events.len() + 1);
    for event in events {
        match event {
            Event::LetterIssued { mut letter } if letter.document.is_none() => {
                if let Some(mut document) = rendered.next() {
                    document.id = DocumentId(next(documents));
                    documents += 1;
                    letter.document = Some(document.id);
                    all.push(Event::DocumentAttached { document });
                }
                all.push(Event::LetterIssued { letter });
            }
            event => {
                documents += usize::from(matches!(event, Event::DocumentAttached { .. }));
                all.push(event);
            }
        }
    }
    all
}
