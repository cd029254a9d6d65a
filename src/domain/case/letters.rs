//! Issuing letters: composed from the case, checked for empty blocks (E04) and for the
//! resident's adjustments (E15), and immutable once issued (E10).

use chrono::NaiveDate;

use super::{Case, Command, Context, Document, Event, IssuedLetter, Sending};
use crate::domain::access::same_person;
use crate::domain::calendar::{in_range, london_date};
use crate::domain::clock::related;
use crate::domain::ids::{DocumentId, LetterId};
use crate::domain::intake::Channel;
use crate::domain::letter::{self, ContactRestriction, LetterKind, Wording};
use crate::domain::party::{Adjustment, ContactWay, Party};
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
    let letters = compose(&after, outgoing, None, context)?;
    events.extend(letters.map(|letter| Event::LetterIssued { letter }));
    Ok(events)
}

/// One letter to each reader, the complainant first.
fn compose<'a>(
    case: &'a Case,
    outgoing: Outgoing<'a>,
    addendum_to: Option<LetterId>,
    context: &'a Context<'_>,
) -> Result<impl Iterator<Item = IssuedLetter> + 'a, Refusal> {
    let Outgoing {
        kind,
        stage,
        wording,
        sending,
        own,
    } = outgoing;
    let blocks = letter::compose(kind, case, context.policy, &wording, context.people);
    letter::check(kind, &blocks)?;
    check_adjustments(case, sending, own)?;
    let issued =
        move |nth: usize, to: Option<String>, reader: &Party, channel, blocks| IssuedLetter {
            id: LetterId(next(case.letters.len() + nth)),
            kind,
            stage,
            issued_at: context.at,
            issued_by: context.actor.id.clone(),
            channel,
            blocks,
            document: own,
            large_print: reader.active_adjustments().any(Adjustment::is_large_print),
            adjustments_note: sending
                .adjustments_note
                .clone()
                .filter(|note| !note.trim().is_empty()),
            addendum_to,
            to,
        };
    let channel = way_out(case, sending, context)?;
    let first = issued(0, None, &case.complainant, channel, blocks);
    // What restricts one resident is nobody else's business.
    let members = readers(case)
        .skip(1)
        .filter(move |_| kind != LetterKind::RestrictionOfContact);
    let others = members.zip(1..).map(move |(member, nth)| {
        let to = Some(member.name.clone());
        let theirs = case.as_read_by(to.as_deref());
        let blocks = letter::compose(kind, &theirs, context.policy, &wording, context.people);
        let channel = match sending
            .sent_by
            .unwrap_or(preferred(member.preferred_contact))
        {
            Channel::Representative => Channel::Letter,
            channel => channel,
        };
        issued(nth, to, member, channel, blocks)
    });
    Ok(std::iter::once(first).chain(others))
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
    let unmet = readers(case).flat_map(|reader| {
        needs(reader, |adjustment| {
            own.is_none() && adjustment.met_by_generated_letter()
        })
    });
    check_met(
        unmet.collect(),
        "how this letter meets that, or why it cannot",
    )
}

/// What of a resident's adjustments is not met, and how alone it is safe to reach them.
fn needs(party: &Party, met: impl Fn(&Adjustment) -> bool) -> Vec<String> {
    let unmet = party
        .active_adjustments()
        .filter(|adjustment| !met(adjustment));
    let safe = party.safe_contact.iter();
    let safe = safe.filter(|safe| !safe.trim().is_empty());
    unmet
        .map(|adjustment| adjustment.need.replace('_', " "))
        .chain(safe.map(|safe| format!("safe contact: {safe}")))
        .collect()
}

fn check_met(unmet: Vec<String>, say: &str) -> Result<(), Refusal> {
    if unmet.is_empty() {
        return Ok(());
    }
    let unmet = unmet.join("; ");
    let detail = format!("The resident needs: {unmet}. Say in adjustments_note {say}.");
    Err(Refusal::new(Code::E15, detail)
        .at("adjustments_note")
        .under("5.10"))
}

/// E15 for a call, a visit or a message that Redress did not write: `with` whom, the complainant if not said.
pub(super) fn check_contact(
    case: &Case,
    channel: Channel,
    with: Option<&str>,
) -> Result<(), Refusal> {
    let with = with.map(str::trim).filter(|with| !with.is_empty());
    let reached: Vec<&Party> = match with {
        None => vec![&case.complainant],
        Some(with) => std::iter::once(&case.complainant)
            .chain(&case.members)
            .filter(|party| means(with, party))
            .collect(),
    };
    let unmet = reached
        .into_iter()
        .flat_map(|party| needs(party, |adjustment| adjustment.met_by(channel.is_spoken())));
    check_met(
        unmet.collect(),
        "how this contact met that, or why it could not",
    )
}

/// Whether `with` speaks of this resident: “Ms Parmar” is Meera Parmar.
fn means(with: &str, party: &Party) -> bool {
    let surname = party.name.split_whitespace().last().unwrap_or_default();
    same_person(&party.name, with)
        || with
            .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '’')))
            .any(|word| same_person(word, surname) || matches!(word, "resident" | "tenant"))
}

/// Everyone who gets the letter: the complainant, and the members of a group complaint who want it.
fn readers(case: &Case) -> impl Iterator<Item = &Party> {
    let members = case.members.iter().filter(|member| !member.no_letters);
    std::iter::once(&case.complainant).chain(members)
}

/// How the letter goes out. To a representative only while the resident's consent holds (Code 3.6): the
/// letter still goes, on time, to the resident.
fn way_out(case: &Case, sending: &Sending, context: &Context<'_>) -> Result<Channel, Refusal> {
    let today = london_date(context.at);
    let told = case
        .representative
        .as_ref()
        .is_some_and(|r| r.may_be_told(today));
    match sending.sent_by {
        Some(Channel::Representative) if !told => Err(Refusal::invalid(
            "sent_by",
            "Nobody has authority in force to be told for the resident. Record the representative's authority, or \
             send the letter to the resident.",
        )
        .under("3.6")),
        Some(channel) => Ok(channel),
        None => match preferred(case.complainant.preferred_contact) {
            Channel::Representative if !told => Ok(Channel::Letter),
            channel => Ok(channel),
        },
    }
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
        next_update,
        restriction,
        sending,
    } = command
    else {
        return Ok(Vec::new());
    };
    required(text, "text", "what the letter says")?;
    match kind {
        LetterKind::Update | LetterKind::Closing => {}
        LetterKind::RestrictionOfContact => check_restriction(restriction.as_ref(), context)?,
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
    let due = match next_update {
        Some(on) if *on <= london_date(context.at) => {
            let detail = "The next update lies in the past. Give a later day.";
            return Err(Refusal::invalid("next_update", detail));
        }
        Some(on) => Some(*on),
        None => next_agreed(case, context),
    };
    let wording = Wording {
        text: text.clone(),
        due: due.filter(|_| *kind == LetterKind::Update),
        restriction: restriction.clone(),
        ..Wording::default()
    };
    let outgoing = Outgoing {
        kind: *kind,
        stage: case.stage().max(1),
        wording,
        sending,
        own: None,
    };
    let letters = compose(case, outgoing, *addendum_to, context)?;
    let mut events: Vec<Event> = letters
        .map(|letter| Event::LetterIssued { letter })
        .collect();
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

/// When the next update is due by what was agreed with the extension, if one runs (Code 5.9).
fn next_agreed(case: &Case, context: &Context<'_>) -> Option<NaiveDate> {
    let run = case.stages.last();
    let run = run.filter(|run| run.response.is_none() && !case.state.is_ended())?;
    let every = run.extensions.last()?.update_every_days;
    let next = related::next_update(context.at, every, context.calendar).ok()?;
    next.due(context.calendar).ok().map(|(due, ..)| due)
}

/// Code 5.14, 5.15: a restriction of contact says what it rests on and ends in a review.
fn check_restriction(
    restriction: Option<&ContactRestriction>,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let Some(restriction) = restriction else {
        let detail = "Say what happened, what was weighed, and when the restriction is reviewed.";
        return Err(Refusal::invalid("restriction", detail).under("5.14"));
    };
    required(&restriction.evidence, "restriction", "what happened")?;
    required(
        &restriction.considered,
        "restriction",
        "why it is proportionate, and how the resident's needs were weighed",
    )
    .map_err(|refusal| refusal.under("5.15"))?;
    in_range(restriction.review_on)
        .map_err(|error| Refusal::invalid("restriction", error.to_string()))?;
    if restriction.review_on <= london_date(context.at) {
        let detail = "The review lies in the past. Give a later day.";
        return Err(Refusal::invalid("restriction", detail).under("5.14"));
    }
    Ok(())
}

/// Puts the rendered file of each letter in `events` on the case: the document first, then the
/// letter that names it. `rendered` yields one document for each letter without a file of its own.
pub fn with_rendered(
    case: &Case,
    events: Vec<Event>,
    mut rendered: impl Iterator<Item = Document>,
) -> Vec<Event> {
    let mut documents = super::file::last_document(case);
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
