//! What is put on the file: contacts, notes, documents, and snapshots of records elsewhere
//! (Code 5.12; domain rules §12.3).

use super::letters::{self, next};
use super::{
    BEING_READ, Case, Command, Contact, Context, Direction, Document, Event, Found, LinkedRecord,
    NOT_ASKED, SourceState, folder_title,
};
use crate::domain::ids::{DocumentId, LinkId};
use crate::domain::refusal::{Code, Refusal, bounded, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::RecordContact {
            direction,
            channel,
            with,
            summary,
            visible_to_resident,
            adjustments_note,
        } => {
            required(summary, "summary", "what was said")?;
            let note = adjustments_note
                .clone()
                .filter(|note| !note.trim().is_empty());
            if *direction == Direction::Out && note.is_none() {
                letters::check_contact(case, *channel, with.as_deref())?;
            }
            Ok(vec![Event::ContactRecorded {
                contact: Contact {
                    direction: *direction,
                    channel: Some(*channel),
                    with: with.clone().filter(|with| !with.trim().is_empty()),
                    summary: summary.clone(),
                    visible_to_resident: *visible_to_resident,
                    adjustments_note: note,
                    by: context.actor.id.clone(),
                    at: context.at,
                },
            }])
        }
        Command::Note { text } => {
            required(text, "text", "the note")?;
            Ok(vec![Event::NoteAdded { text: text.clone() }])
        }
        Command::Attach { document } => {
            bounded(&document.title, "title")?;
            for (text, field) in [
                (&document.from, "from"),
                (&document.to, "to"),
                (&document.why, "why"),
            ] {
                bounded(text.as_deref().unwrap_or_default(), field)?;
            }
            let mut document = (**document).clone();
            document.id = DocumentId(next(last_document(case)));
            document.added_by = context.actor.id.clone();
            document.added_at = context.at;
            Ok(vec![Event::DocumentAttached { document }])
        }
        Command::PairPhotos { after, before } => pair(case, *after, *before),
        Command::RewordEntry {
            seq,
            wording,
            reason,
        } => {
            let reworded = case.rewordings.iter().any(|one| one.seq == *seq);
            if *seq == 0 || *seq > case.version || reworded {
                let detail = format!(
                    "There is no entry {seq} to reword. The audit history gives the numbers."
                );
                return Err(Refusal::new(Code::NotFound, detail).at("seq"));
            }
            required(wording, "wording", "how the entry should read")?;
            required(reason, "reason", "why the wording is corrected")?;
            Ok(vec![Event::EntryReworded {
                entry: *seq,
                wording: wording.clone(),
                reason: reason.clone(),
            }])
        }
        Command::ExplainGap {
            category,
            what,
            explanation,
        } => {
            required(category, "category", "the category of what is missing")?;
            if folder_title(category).is_none() {
                return Err(Refusal::new(
                    Code::Validation,
                    format!("{category} is no category of the bundle. Choose one of 01 to 14."),
                )
                .at("category"));
            }
            required(what, "what", "what is missing")?;
            required(explanation, "explanation", "why it is not there")?;
            Ok(vec![Event::GapExplained {
                category: category.clone(),
                what: what.clone(),
                explanation: explanation.clone(),
            }])
        }
        Command::LinkRecord {
            source,
            external_id,
            found,
        } => {
            required(source, "source", "the system the record is in")?;
            required(external_id, "external_id", "the record's identifier there")?;
            let Some(found) = found else {
                return Err(Refusal::new(
                    Code::NotFound,
                    format!("{source} has no record {external_id} for this resident or home. Check the identifier."),
                )
                .at("external_id"));
            };
            Ok(snapshot(
                case,
                source,
                found,
                true,
                &mut next(last_link(case)),
                context,
            )
            .into_iter()
            .collect())
        }
        Command::UnlinkRecord {
            source,
            external_id,
            reason,
        } => {
            let linked = case
                .current_links()
                .any(|link| link.source == *source && link.external_id == *external_id);
            if !linked {
                return Err(
                    Refusal::new(Code::NotFound, "This record is not linked to the case.")
                        .at("external_id"),
                );
            }
            Ok(vec![Event::RecordUnlinked {
                source: source.clone(),
                external_id: external_id.clone(),
                reason: reason.clone(),
            }])
        }
        Command::TakeSnapshots {
            source,
            found,
            failure,
            notes,
            in_turn,
        } => {
            let mut number = next(last_link(case));
            let mut events: Vec<Event> = found
                .iter()
                .filter_map(|found| snapshot(case, source, found, false, &mut number, context))
                .collect();
            let how = |failure: Option<&String>| {
                failure.map(|why| (why.starts_with(NOT_ASKED), why.starts_with(BEING_READ)))
            };
            let before = case.sources.iter().find(|state| state.source == *source);
            let as_before = before.is_some_and(|state| {
                how(state.failure.as_ref()) == how(failure.as_ref()) && state.notes == *notes
            });
            if *in_turn && as_before && events.is_empty() {
                return Ok(events);
            }
            events.push(Event::SourceAsked {
                state: SourceState {
                    source: source.clone(),
                    asked_at: context.at,
                    fetched_at: failure.is_none().then_some(context.at),
                    failure: failure.clone(),
                    notes: notes.clone(),
                },
            });
            Ok(events)
        }
        _ => Ok(Vec::new()),
    }
}

/// Ties a photo of the place as it is to one of the place as it was; each stands in one pair at most.
fn pair(case: &Case, after: DocumentId, before: Option<DocumentId>) -> Result<Vec<Event>, Refusal> {
    let photo = |id: DocumentId, field| {
        let found = case.documents.iter().find(|document| document.id == id);
        let Some(found) = found else {
            let detail = format!("The case has no document {id}. Add the photo to the case first.");
            return Err(Refusal::new(Code::NotFound, detail).at(field));
        };
        if found.is_picture() {
            return Ok(found);
        }
        let detail = format!("{} is no picture. Choose a photo.", found.title);
        Err(Refusal::invalid(field, detail))
    };
    let known = photo(after, "after")?;
    if known.before == before {
        let detail = match before {
            Some(_) => "These two photos stand side by side already.",
            None => "This photo stands beside no other. Choose the one of before the work.",
        };
        return Err(Refusal::invalid("before", detail));
    }
    if let Some(before) = before {
        photo(before, "before")?;
        if before == after {
            let detail = "A photo cannot show the place before and after. Choose two photos.";
            return Err(Refusal::invalid("before", detail));
        }
        let taken = |document: &&Document| document.id != after && document.before == Some(before);
        if let Some(other) = case.documents.iter().find(taken) {
            let detail = format!(
                "This photo stands beside {} already. Take those apart first.",
                other.title
            );
            return Err(Refusal::invalid("before", detail));
        }
    }
    Ok(vec![Event::PhotosPaired { after, before }])
}

/// The highest number of a document so far. Not how many there are: one that was erased leaves a gap.
pub(super) fn last_document(case: &Case) -> usize {
    let numbers = case.documents.iter().map(|document| document.id.0 as usize);
    numbers.max().unwrap_or(0)
}

fn last_link(case: &Case) -> usize {
    let numbers = case.links.iter().map(|link| link.id.0 as usize);
    numbers.max().unwrap_or(0)
}

/// A new version of a record when it is new or has changed; a record taken off by hand stays off
/// unless it is linked by hand again.
fn snapshot(
    case: &Case,
    source: &str,
    found: &Found,
    by_hand: bool,
    number: &mut u32,
    context: &Context<'_>,
) -> Option<Event> {
    let same = |link: &&LinkedRecord| {
        link.source == source && link.external_id == found.external_id && link.kind == found.kind
    };
    let known = case.links.iter().rev().find(same);
    match known {
        Some(link) if link.unlinked_at.is_some() && !by_hand => return None,
        Some(link) if link.unlinked_at.is_none() && link.hash == found.hash => return None,
        _ => {}
    }
    let link = LinkedRecord {
        id: LinkId(*number),
        source: source.to_owned(),
        external_id: found.external_id.clone(),
        kind: found.kind.clone(),
        title: found.title.clone(),
        document: found.document.clone(),
        snapshot_at: context.at,
        hash: found.hash.clone(),
        version: known.map_or(1, |link| link.version + 1),
        by_hand,
        unlinked_at: None,
    };
    *number += 1;
    Some(Event::RecordLinked { link })
}
