//! The files of the full-text index as rows of the record: no second file, and one commit of the index is one write.
//!
//! What the index writes is held in memory until it says what belongs together (its `meta.json`), and goes into the
//! record in one transaction then; the bytes of large files go before it, under a number that nothing lists yet.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::ops::{Bound, Range};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tantivy::HasLen;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

use crate::store::tables::{ENOUGH, MORE, key2};
use crate::store::{Rows, Store, StoreError, T, WriteError, WriteTx};

/// Bytes in a chunk: small enough that a look at a few of them copies little, less than a power of two so that it fills
/// its pages.
const CHUNK: usize = 16_320;
/// Bytes of a file that are held in memory before they go into the record.
const HELD: usize = 2 << 20;
/// What makes everything before it count.
const META: &str = "meta.json";
/// Before the number of a file that is being written.
const WRITING: &str = "~";
/// The series of their numbers.
const SERIES: &str = "search";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    number: u64,
    size: u64,
}

/// What the index did since it last said what counts.
#[derive(Clone, Debug)]
enum Change {
    Written(OwnedBytes),
    Listed(Row),
    Deleted,
}

/// The folder that the index believes it works in.
#[derive(Clone)]
pub(super) struct Files {
    store: Store,
    changes: Arc<Mutex<BTreeMap<PathBuf, Change>>>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files")
    }
}

impl Files {
    /// The folder in this file. Forgets what was never finished.
    pub(super) fn open(store: Store) -> Result<Self, StoreError> {
        let files = Self {
            store,
            changes: Arc::default(),
        };
        let unfinished = files.all(WRITING)?;
        for (_, row) in unfinished {
            files.forget(row.number)?;
        }
        Ok(files)
    }

    /// Removes everything.
    pub(super) fn clear(&self) -> Result<(), StoreError> {
        self.changes().clear();
        for (name, row) in self.all("")? {
            self.forget(row.number)?;
            self.write(move |tx| tx.delete_record(T::SearchFile, &name))?;
        }
        Ok(())
    }

    /// Puts what changed into the record, in one transaction.
    pub(super) fn settle(&self) -> Result<(), StoreError> {
        let changes = std::mem::take(&mut *self.changes());
        if changes.is_empty() {
            return Ok(());
        }
        let large = self.write(move |tx| {
            let mut large = Vec::new();
            for (path, change) in changes {
                let name = name(&path);
                let before: Option<Row> = tx.record(T::SearchFile, &name)?;
                match change {
                    Change::Deleted => {
                        tx.delete_record(T::SearchFile, &name)?;
                    }
                    Change::Listed(row) => {
                        tx.delete_record(T::SearchFile, &unfinished(row.number))?;
                        tx.put_record(T::SearchFile, &name, &row)?;
                    }
                    Change::Written(bytes) => {
                        let number = tx.next_number(SERIES)?;
                        put_chunks(tx, number, 0, &bytes)?;
                        let size = bytes.len() as u64;
                        tx.put_record(T::SearchFile, &name, &Row { number, size })?;
                    }
                }
                if let Some(Row { number, .. }) = before
                    && !forget_chunks(tx, number)?
                {
                    let row = Row { number, size: 0 };
                    tx.put_record(T::SearchFile, &unfinished(number), &row)?;
                    large.push(number);
                }
            }
            Ok(large)
        })?;
        for number in large {
            self.forget(number)?;
        }
        Ok(())
    }

    /// The files whose name begins so.
    fn all(&self, prefix: &str) -> Result<Vec<(String, Row)>, StoreError> {
        self.store
            .reader()?
            .records(T::SearchFile, prefix, None, usize::MAX)
    }

    fn row(&self, name: &str) -> Result<Option<Row>, StoreError> {
        self.store.reader()?.record(T::SearchFile, name)
    }

    fn changes(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Change>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<V: Send + 'static>(
        &self,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<V, StoreError> + Send + 'static,
    ) -> Result<V, StoreError> {
        self.store.write(work).map_err(WriteError::flatten)
    }

    /// A number for a file in the making.
    fn begin(&self) -> Result<u64, StoreError> {
        self.write(|tx| {
            let number = tx.next_number(SERIES)?;
            let row = Row { number, size: 0 };
            tx.put_record(T::SearchFile, &unfinished(number), &row)?;
            Ok(number)
        })
    }

    /// Removes the chunks of a file that nothing lists, and its mark.
    fn forget(&self, number: u64) -> Result<(), StoreError> {
        let step = move |tx: &mut WriteTx<'_>| {
            let done = forget_chunks(tx, number)?;
            if done {
                tx.delete_record(T::SearchFile, &unfinished(number))?;
            }
            Ok(done)
        };
        while !self.write(step)? {}
        Ok(())
    }
}

fn put_chunks(
    tx: &mut WriteTx<'_>,
    number: u64,
    first: u32,
    bytes: &[u8],
) -> Result<(), StoreError> {
    for (chunk, bytes) in (first..).zip(bytes.chunks(CHUNK)) {
        tx.put(T::SearchChunk, &key2(number, chunk), bytes)?;
    }
    Ok(())
}

/// Removes chunks of a file, as many as fit one write; whether all are gone.
fn forget_chunks(tx: &mut WriteTx<'_>, number: u64) -> Result<bool, StoreError> {
    let mut keys = Vec::new();
    tx.walk_prefix(T::SearchChunk, &number.to_be_bytes(), &mut |key, _| {
        keys.push(key.to_vec());
        if keys.len() == HELD / CHUNK {
            ENOUGH
        } else {
            MORE
        }
    })?;
    for key in &keys {
        tx.delete(T::SearchChunk, key)?;
    }
    Ok(keys.len() < HELD / CHUNK)
}

/// Where a file is marked that is being written or removed.
fn unfinished(number: u64) -> String {
    format!("{WRITING}{number}")
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl Directory for Files {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let none = || OpenReadError::FileDoesNotExist(path.to_owned());
        let change = self.changes().get(path).cloned();
        let row = match change {
            Some(Change::Written(bytes)) => return Ok(Arc::new(bytes)),
            Some(Change::Deleted) => return Err(none()),
            Some(Change::Listed(row)) => row,
            None => self
                .row(&name(path))
                .map_err(|error| {
                    OpenReadError::wrap_io_error(io::Error::other(error), path.to_owned())
                })?
                .ok_or_else(none)?,
        };
        let store = self.store.clone();
        Ok(Arc::new(Stored { store, row }))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        match self.exists(path) {
            Ok(true) => {
                self.changes().insert(path.to_owned(), Change::Deleted);
                Ok(())
            }
            _ => Err(DeleteError::FileDoesNotExist(path.to_owned())),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        match self.get_file_handle(path) {
            Ok(_) => Ok(true),
            Err(OpenReadError::FileDoesNotExist(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        if let Ok(true) = self.exists(path) {
            return Err(OpenWriteError::FileAlreadyExists(path.to_owned()));
        }
        let writer = Writer {
            files: self.clone(),
            path: path.to_owned(),
            number: None,
            chunks: 0,
            held: Vec::new(),
        };
        Ok(BufWriter::new(Box::new(writer)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let file = self.get_file_handle(path)?;
        let bytes = file.read_bytes(0..file.len());
        let bytes = bytes.map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?;
        Ok(bytes.to_vec())
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let bytes = OwnedBytes::new(data.to_vec());
        self.changes()
            .insert(path.to_owned(), Change::Written(bytes));
        if path == Path::new(META) {
            self.settle().map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        // What was written counts with the `meta.json` that comes next, and is durable with it.
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        // The record is open in this process alone, and there is one thread that writes the index.
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

/// A file that is in the record.
struct Stored {
    store: Store,
    row: Row,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stored({})", self.row.number)
    }
}

impl HasLen for Stored {
    fn len(&self) -> usize {
        self.row.size as usize
    }
}

impl FileHandle for Stored {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut out = Vec::with_capacity(range.len());
        if range.is_empty() {
            return Ok(OwnedBytes::empty());
        }
        let number = self.row.number;
        let (first, last) = (range.start / CHUNK, (range.end - 1) / CHUNK);
        let (from, to) = (key2(number, first as u32), key2(number, last as u32));
        let reader = self.store.reader().map_err(io::Error::other)?;
        let bounds = (Bound::Included(&from[..]), Bound::Included(&to[..]));
        let mut at = first * CHUNK;
        let walked = reader.walk(T::SearchChunk, bounds, true, &mut |_, bytes| {
            let start = range.start.saturating_sub(at).min(bytes.len());
            let end = (range.end - at).min(bytes.len());
            out.extend_from_slice(&bytes[start..end.max(start)]);
            at += CHUNK;
            MORE
        });
        walked.map_err(io::Error::other)?;
        if out.len() != range.len() {
            // It was removed after a newer index took its place: whoever reads asks again.
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(OwnedBytes::new(out))
    }
}

/// A file in the making. One that is never finished is forgotten when the folder is next opened.
struct Writer {
    files: Files,
    path: PathBuf,
    number: Option<u64>,
    chunks: u32,
    held: Vec<u8>,
}

impl Writer {
    /// Puts into the record what is held, but for what does not fill a chunk, unless that is the end.
    fn put(&mut self, end: bool) -> Result<u64, StoreError> {
        let number = match self.number {
            Some(number) => number,
            None => self.files.begin()?,
        };
        self.number = Some(number);
        let whole = match end {
            true => self.held.len(),
            false => self.held.len() - self.held.len() % CHUNK,
        };
        let rest = self.held.split_off(whole);
        let (bytes, first) = (std::mem::replace(&mut self.held, rest), self.chunks);
        self.chunks += bytes.len().div_ceil(CHUNK) as u32;
        self.files
            .write(move |tx| put_chunks(tx, number, first, &bytes))?;
        Ok(number)
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= HELD {
            self.put(false).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Writer {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        let change = match self.number {
            None => Change::Written(OwnedBytes::new(std::mem::take(&mut self.held))),
            Some(_) => {
                let size = u64::from(self.chunks) * CHUNK as u64 + self.held.len() as u64;
                let number = self.put(true).map_err(io::Error::other)?;
                Change::Listed(Row { number, size })
            }
        };
        self.files.changes().insert(self.path.clone(), change);
        Ok(())
    }
}
