//! A document on its way in: slices of 4 MB, each a write of its own, the address known at the end.

use super::{CHUNK, Document, Row, SLICE, chunks_of, drop_chunks, forget_chunks};
use crate::store::error::{StoreError, WriteError};
use crate::store::tables::{self, T};
use crate::store::tx::WriteTx;
use crate::store::{Hash, Store};
use sha2::{Digest, Sha256};

/// A document on its way in. Dropped without [`Incoming::finish`], it is swept at the next start.
pub struct Incoming {
    store: Store,
    hash: Sha256,
    buffer: Vec<u8>,
    size: u64,
    limit: u64,
    number: Option<u64>,
    chunks: u32,
}

/// The document, and where the same bytes had been stored before, the number and the chunks to forget again.
type Ended = (Document, Option<(u64, u32)>);

impl Incoming {
    pub(super) fn begin(store: Store, limit: u64) -> Self {
        Self {
            store,
            hash: Sha256::new(),
            buffer: Vec::new(),
            size: 0,
            limit,
            number: None,
            chunks: 0,
        }
    }

    /// Takes more bytes in; waits for the disk once every 4 MB.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] as soon as the limit is passed, or what the disk says.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while let Some(slice) = self.gather(&mut bytes)? {
            let number = self.store.write(slice.job()).map_err(WriteError::flatten)?;
            self.number = Some(number);
        }
        Ok(())
    }

    /// As [`Self::push`], for asynchronous code.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub async fn push_async(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while let Some(slice) = self.gather(&mut bytes)? {
            let done = self.store.write_async(slice.job()).await;
            self.number = Some(done.map_err(WriteError::flatten)?);
        }
        Ok(())
    }

    /// Ends the document: it has its address now, and waits for a case to keep it.
    ///
    /// # Errors
    /// What the disk says.
    pub fn finish(mut self) -> Result<Document, StoreError> {
        let job = self.last();
        let store = self.store.clone();
        let (document, twin) = store.write(job).map_err(WriteError::flatten)?;
        if let Some((number, chunks)) = twin {
            drop_chunks(&store, number, chunks)?;
        }
        Ok(document)
    }

    /// As [`Self::finish`], for asynchronous code.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub async fn finish_async(mut self) -> Result<Document, StoreError> {
        let job = self.last();
        let store = self.store.clone();
        let (document, twin) = store.write_async(job).await.map_err(WriteError::flatten)?;
        if let Some((number, chunks)) = twin {
            let mut from = 0;
            while from < chunks {
                let job = move |tx: &mut WriteTx<'_>| forget_chunks(tx, number, from, chunks);
                from = store.write_async(job).await.map_err(WriteError::flatten)?;
            }
        }
        Ok(document)
    }

    /// Buffers bytes; gives a slice to write when one is full.
    fn gather(&mut self, bytes: &mut &[u8]) -> Result<Option<Slice>, StoreError> {
        let room = SLICE * CHUNK - self.buffer.len();
        let (now, later) = bytes.split_at(bytes.len().min(room));
        *bytes = later;
        self.size += now.len() as u64;
        if self.size > self.limit {
            return Err(StoreError::TooLarge { limit: self.limit });
        }
        self.hash.update(now);
        self.buffer.extend_from_slice(now);
        Ok((self.buffer.len() == SLICE * CHUNK).then(|| self.slice()))
    }

    fn slice(&mut self) -> Slice {
        let slice = Slice {
            number: self.number,
            first: self.chunks,
            bytes: std::mem::take(&mut self.buffer),
        };
        self.chunks += chunks_of(slice.bytes.len() as u64);
        slice
    }

    /// The last write: what is left in the buffer, and the address. Gives the chunks of a twin to forget.
    fn last(
        &mut self,
    ) -> impl FnOnce(&mut WriteTx<'_>) -> Result<Ended, StoreError> + Send + 'static + use<> {
        let slice = self.slice();
        let (size, chunks) = (self.size, self.chunks);
        let sha256: Hash = std::mem::take(&mut self.hash).finalize().into();
        move |tx| {
            if let Some(twin) = tx.document(&sha256)? {
                return Ok((twin, slice.number.map(|number| (number, chunks))));
            }
            let number = slice.job()(tx)?;
            tx.put_value(T::Blob, &sha256, &Row { number, size })?;
            tx.put(T::BlobPending, &tables::key(number), &sha256)?;
            let document = Document {
                sha256,
                size,
                number,
            };
            Ok((document, None))
        }
    }
}

/// Some whole chunks of a pending document (the last may be short).
struct Slice {
    number: Option<u64>,
    first: u32,
    bytes: Vec<u8>,
}

impl Slice {
    fn job(self) -> impl FnOnce(&mut WriteTx<'_>) -> Result<u64, StoreError> + Send + 'static {
        move |tx| {
            let number = match self.number {
                Some(number) => number,
                None => {
                    let number = tx.next_number("document")?;
                    tx.put(T::BlobPending, &tables::key(number), &[])?;
                    number
                }
            };
            for (chunk, bytes) in (self.first..).zip(self.bytes.chunks(CHUNK)) {
                tx.put(T::BlobChunk, &tables::key2(number, chunk), bytes)?;
            }
            Ok(number)
        }
    }
}
