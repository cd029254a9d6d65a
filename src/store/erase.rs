//! Lawful erasure: bodies become tombstones, the case is made again from what is left, and documents that nothing
//! else names go for good. Both chains still verify, because they hold hashes only.

use super::audit::{Body, Tombstone};
use super::cases::{TimingOf, number_of, recorded};
use super::derive::{self, Derived};
use super::error::{StoreError, WriteError};
use super::tables::{self, ALL, ENOUGH, MORE, Rows, T};
use super::tx::WriteTx;
use super::{Hash, Store};
use crate::domain::case::Event;
use crate::domain::ids::CaseRef;
use std::collections::BTreeSet;

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Events whose bodies are gone now.
    pub events: usize,
    /// Documents whose bytes are to go: nothing else names them.
    pub documents: Vec<u64>,
}

impl WriteTx<'_> {
    /// Erases the bodies of some events of a case, and what the state, lists and search had of them.
    ///
    /// # Errors
    /// [`StoreError::NoCase`], or what the disk says.
    pub fn erase_events(
        &mut self,
        reference: &CaseRef,
        seqs: &BTreeSet<u32>,
        stone: &Tombstone,
        timing: TimingOf<'_>,
    ) -> Result<Erased, StoreError> {
        let number = number_of(reference);
        let none = || StoreError::NoCase(reference.to_string());
        let before = self.case(reference)?.ok_or_else(none)?;
        let row = self.row_of(number)?.ok_or_else(none)?;
        let mut done = Erased::default();
        let mut named = BTreeSet::new();
        for stored in self.events_of(number, 0)? {
            if !seqs.contains(&stored.meta.seq) || matches!(stored.body, Body::Erased(_)) {
                continue;
            }
            if let Event::DocumentAttached { document } = recorded(&stored)?.event {
                named.insert(document.sha256);
            }
            self.erase_body(stored.meta.number, stone)?;
            done.events += 1;
        }
        let after = self.fold(number)?;
        let old = Derived::of(number, &before, row.timing());
        let new = Derived::of(number, &after, timing(&after));
        derive::replace(self, number, Some(&old), &new)?;
        self.put_value(T::Case, &tables::key(number), &after)?;
        for hex_sha256 in named {
            let mut sha256 = [0; 32];
            if hex::decode_to_slice(&hex_sha256, &mut sha256).is_ok()
                && !self.is_named(&hex_sha256)?
                && let Some(blob) = self.let_go(&sha256)?
            {
                done.documents.push(blob);
            }
        }
        Ok(done)
    }

    /// Takes a document's address away, so that its bytes are only a left-over that the next start would sweep.
    fn let_go(&mut self, sha256: &Hash) -> Result<Option<u64>, StoreError> {
        let Some(document) = self.document(sha256)? else {
            return Ok(None);
        };
        self.delete(T::Blob, sha256)?;
        self.delete(T::DocumentWords, sha256)?;
        self.put(T::BlobPending, &tables::key(document.number), &[])?;
        Ok(Some(document.number))
    }
}

impl dyn Rows + '_ {
    /// Whether any case or setting names a document. Hashes are kept as text, so a look at the bytes is enough, and
    /// much quicker than reading every case.
    fn is_named(&self, hex_sha256: &str) -> Result<bool, StoreError> {
        let wanted = hex_sha256.as_bytes();
        let mut found = false;
        for table in [T::Case, T::SettingHistory] {
            self.walk(table, ALL, true, &mut |_, value| {
                found |= value.windows(wanted.len()).any(|part| part == wanted);
                if found { ENOUGH } else { MORE }
            })?;
        }
        Ok(found)
    }
}

impl Store {
    /// Removes the bytes of documents that [`WriteTx::erase_events`] let go. Cut short, the next start goes on.
    ///
    /// # Errors
    /// What the disk says.
    pub fn drop_documents(&self, numbers: &[u64]) -> Result<(), StoreError> {
        for number in numbers {
            self.forget_document(*number)?;
            let key = tables::key(*number);
            let done: Result<_, WriteError<StoreError>> =
                self.write(move |tx| tx.delete(T::BlobPending, &key));
            done.map_err(WriteError::flatten)?;
        }
        Ok(())
    }
}
