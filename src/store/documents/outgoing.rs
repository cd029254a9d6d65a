//! A document on its way out: each chunk in a short read of its own, so a slow client holds nothing.

use super::{CHUNK, Document};
use crate::store::error::StoreError;
use crate::store::tables::{self, T};
use crate::store::{Rows, Store};
use std::io::{self, Read};

/// A document on its way out.
pub struct Outgoing {
    store: Store,
    document: Document,
    at: u64,
    end: u64,
    rest: Vec<u8>,
    taken: usize,
}

impl Outgoing {
    pub(super) fn begin(store: Store, document: Document) -> Self {
        Self {
            store,
            document,
            at: 0,
            end: document.size,
            rest: Vec::new(),
            taken: 0,
        }
    }

    /// The document.
    pub fn document(&self) -> Document {
        self.document
    }

    /// Only the bytes `from..to` of it, as a range request asks; what lies beyond its end is left out.
    #[must_use]
    pub fn range(mut self, from: u64, to: u64) -> Self {
        self.end = to.min(self.document.size);
        self.at = from.min(self.end);
        self
    }

    /// The next bytes, at most a chunk; none at the end.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.at >= self.end {
            return Ok(None);
        }
        let chunk = self.at / CHUNK as u64;
        let key = tables::key2(self.document.number, chunk as u32);
        let found = self.store.reader()?.get(T::BlobChunk, &key)?;
        let mut bytes = found.ok_or_else(|| {
            StoreError::Damaged(format!(
                "document {} has lost chunk {chunk}",
                hex::encode(self.document.sha256)
            ))
        })?;
        let start = chunk * CHUNK as u64;
        bytes.truncate((self.end - start).min(CHUNK as u64) as usize);
        let bytes = match (self.at - start) as usize {
            0 => bytes,
            skip => bytes.split_off(skip.min(bytes.len())),
        };
        if bytes.is_empty() {
            return Err(StoreError::Damaged("a document has a short chunk".into()));
        }
        self.at += bytes.len() as u64;
        Ok(Some(bytes))
    }
}

impl Read for Outgoing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.rest.len() {
            match self.next_chunk().map_err(io::Error::other)? {
                Some(bytes) => (self.rest, self.taken) = (bytes, 0),
                None => return Ok(0),
            }
        }
        let len = out.len().min(self.rest.len() - self.taken);
        out[..len].copy_from_slice(&self.rest[self.taken..self.taken + len]);
        self.taken += len;
        Ok(len)
    }
}
