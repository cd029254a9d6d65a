//! Documents: content-addressed, in chunks, streamed in and out, never whole in memory.
//!
//! A document comes in slices of at most 4 MB, each its own write, as *pending*; the transaction of the case that
//! names it keeps it ([`WriteTx::keep_document`]). What nobody kept is swept at the next start. The same bytes
//! are stored once. It goes out chunk by chunk, each in a short read of its own, so a slow client holds nothing.

mod incoming;
mod outgoing;

pub use incoming::Incoming;
pub use outgoing::Outgoing;

use super::codec;
use super::error::{StoreError, WriteError};
use super::tables::{self, ALL, MORE, Rows, T};
use super::tx::WriteTx;
use super::{Hash, Store};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// Bytes in a chunk: 256 KiB less 64, so that a chunk with its header fills its pages exactly. A round power of
/// two would waste half the file.
pub const CHUNK: usize = 262_080;
/// Chunks in one write.
const SLICE: usize = 16;

/// A document in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// Its address.
    pub sha256: Hash,
    /// Bytes.
    pub size: u64,
    pub(super) number: u64,
}

#[derive(Serialize, Deserialize)]
struct Row {
    number: u64,
    size: u64,
}

fn chunks_of(size: u64) -> u32 {
    u32::try_from(size.div_ceil(CHUNK as u64)).unwrap_or(u32::MAX)
}

impl Store {
    /// Begins to take a document in, of at most `limit` bytes or the limit of the options.
    pub fn take_document(&self, limit: Option<u64>) -> Incoming {
        let limit = limit.unwrap_or(self.handle.shared.options.document_limit);
        Incoming::begin(self.clone(), limit)
    }

    /// Takes a whole document in from a reader, as pending.
    ///
    /// # Errors
    /// What the reader or the disk says.
    pub fn put_document(&self, from: &mut dyn Read) -> Result<Document, StoreError> {
        let mut incoming = self.take_document(None);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return incoming.finish(),
                Ok(len) => incoming.push(&buffer[..len])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Opens a document for streaming out.
    ///
    /// # Errors
    /// [`StoreError::NoDocument`], or what the file or the disk says.
    pub fn open_document(&self, sha256: &Hash) -> Result<Outgoing, StoreError> {
        let document = self
            .reader()?
            .document(sha256)?
            .ok_or_else(|| StoreError::NoDocument(hex::encode(sha256)))?;
        Ok(Outgoing::begin(self.clone(), document))
    }

    /// Forgets what came in, was never kept and is not waited with. Only at the start, when nothing is coming in.
    pub(crate) fn sweep_documents(&self) -> Result<(), StoreError> {
        let mut pending = Vec::new();
        let reader = self.reader()?;
        reader.walk(T::BlobPending, ALL, true, &mut |key, sha| {
            pending.push((tables::number(key)?, sha.to_vec()));
            MORE
        })?;
        for (number, sha) in pending {
            let somebody = reader.records::<()>(T::Note, &waiting(&sha, ""), None, 1)?;
            if !somebody.is_empty() {
                continue;
            }
            self.forget_document(number)?;
            let done: Result<(), WriteError<StoreError>> = self.write(move |tx| {
                tx.delete(T::Blob, &sha)?;
                tx.delete(T::BlobPending, &tables::key(number))?;
                Ok(())
            });
            done.map_err(WriteError::flatten)?;
        }
        Ok(())
    }

    /// Removes the bytes of a document that has no address any more, a piece at a time.
    pub(crate) fn forget_document(&self, number: u64) -> Result<(), StoreError> {
        let mut chunks = 0;
        let reader = self.reader()?;
        reader.walk_prefix(T::BlobChunk, &tables::key(number), &mut |_, _| {
            chunks += 1;
            MORE
        })?;
        drop(reader);
        drop_chunks(self, number, chunks)
    }
}

fn drop_chunks(store: &Store, number: u64, chunks: u32) -> Result<(), StoreError> {
    let mut from = 0;
    while from < chunks {
        let job = move |tx: &mut WriteTx<'_>| forget_chunks(tx, number, from, chunks);
        from = store.write(job).map_err(WriteError::flatten)?;
    }
    Ok(())
}

/// Forgets some chunks of a pending document, at last its mark; gives where to go on.
fn forget_chunks(
    tx: &mut WriteTx<'_>,
    number: u64,
    from: u32,
    chunks: u32,
) -> Result<u32, StoreError> {
    let to = chunks.min(from + SLICE as u32);
    for chunk in from..to {
        tx.delete(T::BlobChunk, &tables::key2(number, chunk))?;
    }
    if to == chunks {
        tx.delete(T::BlobPending, &tables::key(number))?;
    }
    Ok(to)
}

/// The record under which somebody waits with a document until there is a case that names it.
fn waiting(sha256: &[u8], whom: &str) -> String {
    format!("waiting/{}/{whom}", hex::encode(sha256))
}

impl WriteTx<'_> {
    /// Has a document that came in outlive a restart, although no event names it yet, until `whom` lets it go.
    ///
    /// # Errors
    /// What the disk says.
    pub fn wait_with_document(&mut self, sha256: &Hash, whom: &str) -> Result<(), StoreError> {
        self.put_record(T::Note, &waiting(sha256, whom), &())
    }

    /// Ends that. A document that no event and nobody else holds goes at the next start.
    ///
    /// # Errors
    /// What the disk says.
    pub fn stop_waiting(&mut self, sha256: &Hash, whom: &str) -> Result<(), StoreError> {
        self.delete_record(T::Note, &waiting(sha256, whom))
            .map(drop)
    }

    /// Keeps a document that came in: an event of this transaction names it.
    ///
    /// # Errors
    /// [`StoreError::NoDocument`], or what the disk says.
    pub fn keep_document(&mut self, sha256: &Hash) -> Result<Document, StoreError> {
        let document = self
            .document(sha256)?
            .ok_or_else(|| StoreError::NoDocument(hex::encode(sha256)))?;
        self.delete(T::BlobPending, &tables::key(document.number))?;
        Ok(document)
    }
}

impl dyn Rows + '_ {
    /// A document by its address.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn document(&self, sha256: &Hash) -> Result<Option<Document>, StoreError> {
        let Some(bytes) = self.get(T::Blob, sha256)? else {
            return Ok(None);
        };
        let Row { number, size } = codec::decode(T::Blob, &bytes)?;
        Ok(Some(Document {
            sha256: *sha256,
            size,
            number,
        }))
    }
}

/// Reads every document and compares it with its address; gives their number.
pub(crate) fn check_documents(
    rows: &(dyn Rows + '_),
    progress: &mut dyn FnMut(u64),
) -> Result<u64, StoreError> {
    let mut documents = Vec::new();
    rows.walk(T::Blob, ALL, true, &mut |key, value| {
        let row: Row = codec::decode(T::Blob, value)?;
        documents.push((key.to_vec(), row));
        MORE
    })?;
    let (mut done, mut chunks) = (0, 0);
    for (sha256, row) in &documents {
        let (mut hash, mut size, mut next) = (Sha256::new(), 0, 0u32);
        rows.walk_prefix(T::BlobChunk, &tables::key(row.number), &mut |key, bytes| {
            // Ranges are found by the length of a chunk, so every one but the last is full.
            if key[8..] == next.to_be_bytes() && size == u64::from(next) * CHUNK as u64 {
                hash.update(bytes);
                size += bytes.len() as u64;
            }
            next += 1;
            MORE
        })?;
        let name = hex::encode(sha256);
        let whole = next == chunks_of(row.size) && size == row.size;
        if !whole || hash.finalize()[..] != sha256[..] {
            return Err(StoreError::Damaged(format!("document {name} was changed")));
        }
        done += size;
        chunks += u64::from(next);
        progress(done);
    }
    // What is still coming in has chunks too, though no address yet.
    let mut coming = 0;
    rows.walk(T::BlobPending, ALL, true, &mut |number, sha256| {
        if sha256.is_empty() {
            rows.walk_prefix(T::BlobChunk, number, &mut |_, _| {
                coming += 1;
                MORE
            })?;
        }
        MORE
    })?;
    if rows.len(T::BlobChunk)? != chunks + coming {
        return Err(StoreError::Damaged(
            "there are pieces of documents that no document accounts for".into(),
        ));
    }
    Ok(documents.len() as u64)
}
