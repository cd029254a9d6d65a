//! Lawful erasure: what the law says must not be kept goes for good, and the record says that something went, when,
//! by whom and why. Backups made before still hold it until they are let go themselves.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;

use super::cases::timing;
use super::people::note;
use super::{Book, Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Case, Event};
use crate::domain::ids::CaseRef;
use crate::domain::refusal::{bounded, required};
use crate::store::WriteTx;
use crate::store::audit::{Body, Tombstone};
use crate::store::cases::recorded;
use crate::store::erase::Erased;

/// What is gone now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Entries whose content was erased.
    pub events: usize,
    /// Documents that nothing else named, erased with them.
    pub documents: usize,
}

impl Desk {
    /// Erases the content of some entries of a case, by their numbers in its audit. Their places in the chains stay,
    /// and the case, its lists and its search are what the rest says.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Forbidden`], or [`DeskError::Invalid`] for an entry that decides where
    /// the case stands: without it the case would be another.
    pub async fn erase(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        seqs: BTreeSet<u32>,
        reason: &str,
    ) -> Result<Erasure, DeskError> {
        need(actor, Permission::Erase)?;
        required(
            reason,
            "reason",
            "the lawful reason, such as the request and its date",
        )?;
        bounded(reason, "reason")?;
        if seqs.is_empty() {
            return Err(unfit(
                "Give the numbers of the entries, as the audit history shows them.",
            ));
        }
        let now = self.now();
        let stone = Tombstone {
            erased_at: now,
            by: actor.id.clone(),
            why: reason.trim().to_owned(),
        };
        let (who, about) = (actor.clone(), reference.clone());
        let erased = self
            .store()
            .write_async(move |tx| -> Result<Erased, DeskError> {
                let case = open(tx, &who, &about)?;
                check(tx, &case, &seqs)?;
                let book = Book::read(tx)?;
                let done = tx.erase_events(&about, &seqs, &stone, &timing(&book, now))?;
                let body = json!({"case": about, "entries": seqs, "why": stone.why});
                note(tx, "content_erased", &who.id, now, &body)?;
                Ok(done)
            })
            .await?;
        self.inner.previews.forget();
        let erasure = Erasure {
            events: erased.events,
            documents: erased.documents.len(),
        };
        self.away(move |desk| Ok(desk.store().drop_documents(&erased.documents)?))
            .await?;
        Ok(erasure)
    }
}

fn unfit(detail: impl Into<String>) -> DeskError {
    DeskError::Invalid {
        field: "entries",
        detail: detail.into(),
    }
}

/// Refuses entries that are not there, or without which the case would be another.
fn check(tx: &WriteTx<'_>, case: &Case, seqs: &BTreeSet<u32>) -> Result<(), DeskError> {
    let stored = tx.events(&case.reference, 0)?;
    for seq in seqs {
        let found = stored.iter().find(|event| event.meta.seq == *seq);
        let found = found.ok_or_else(|| {
            unfit(format!(
                "The case has no entry {seq}. Look at its audit history."
            ))
        })?;
        if let Body::Erased(_) = found.body {
            return Err(unfit(format!("Entry {seq} is erased already.")));
        }
        if *seq == 1 {
            return Err(unfit(
                "Entry 1 is the complaint itself: without it there is no case. Erase the entries \
                 that came after it.",
            ));
        }
        let event = recorded(found)?.event;
        if !may_go(&event) {
            return Err(unfit(format!(
                "Entry {seq} decides where the case stands, so without it the case would be \
                 another. Contacts, notes, documents, linked records and what is known of people \
                 may be erased."
            )));
        }
        if let Event::DocumentAttached { document } = &event {
            let mut letters = case.letters.iter();
            if letters.any(|letter| letter.document == Some(document.id)) {
                return Err(unfit(format!(
                    "Entry {seq} is a letter that was issued: it stays as it went out."
                )));
            }
        }
    }
    Ok(())
}

/// Whether the case stands where it stands without this.
fn may_go(event: &Event) -> bool {
    matches!(
        event,
        Event::ContactRecorded { .. }
            | Event::NoteAdded { .. }
            | Event::DocumentAttached { .. }
            | Event::RecordLinked { .. }
            | Event::SourceAsked { .. }
            | Event::ComplainantUpdated { .. }
            | Event::AdjustmentRecorded { .. }
            | Event::AdjustmentEnded { .. }
            | Event::RepresentativeAppointed { .. }
            | Event::RepresentativeWithdrawn { .. }
            | Event::MemberAdded { .. }
            | Event::MemberLettersSet { .. }
            | Event::SatisfactionRecorded { .. }
            | Event::GapExplained { .. }
    )
}
