//! A file opened without ever being written: what redb writes while it checks stays in memory.
//!
//! `verify` reads a file through this, so that looking at a damaged file never changes it.

use redb::{BackendError, StorageBackend, backends::FileBackend};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

const PAGE: u64 = 4096;

#[derive(Debug)]
struct Over {
    len: u64,
    /// What lies beyond this in the file was cut off, and reads as zero when it grows again.
    kept: u64,
    pages: HashMap<u64, Box<[u8]>>,
}

/// The file below, and what was written over it.
#[derive(Debug)]
pub(crate) struct Scratch {
    file: FileBackend,
    over: Mutex<Over>,
}

impl Scratch {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = FileBackend::new(File::open(path)?).map_err(io::Error::other)?;
        let len = file.len()?;
        let over = Over {
            len,
            kept: len,
            pages: HashMap::new(),
        };
        Ok(Self {
            file,
            over: Mutex::new(over),
        })
    }

    fn over(&self) -> MutexGuard<'_, Over> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the file has at this page, with zeros behind its end.
    fn below(&self, page: u64, kept: u64) -> io::Result<Box<[u8]>> {
        let mut bytes = vec![0; PAGE as usize].into_boxed_slice();
        let start = page * PAGE;
        if start < kept {
            let len = (kept - start).min(PAGE) as usize;
            self.file.read(start, &mut bytes[..len])?;
        }
        Ok(bytes)
    }
}

/// The pages that a range touches, each with its part of the page and of the range.
fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let inside = (at % PAGE) as usize;
        let take = (PAGE as usize - inside).min(len - done);
        let part = (at / PAGE, inside, done..done + take);
        done += take;
        (take > 0).then_some(part)
    })
}

impl StorageBackend for Scratch {
    fn len(&self) -> io::Result<u64> {
        Ok(self.over().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let over = self.over();
        if offset + out.len() as u64 > over.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if over.pages.is_empty() && over.len == over.kept {
            drop(over);
            return self.file.read(offset, out);
        }
        for (page, inside, range) in parts(offset, out.len()) {
            let len = range.len();
            match over.pages.get(&page) {
                Some(bytes) => out[range].copy_from_slice(&bytes[inside..inside + len]),
                None => {
                    let bytes = self.below(page, over.kept)?;
                    out[range].copy_from_slice(&bytes[inside..inside + len]);
                }
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut over = self.over();
        if len < over.len {
            over.kept = over.kept.min(len);
            over.pages.retain(|page, _| page * PAGE < len);
        }
        over.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut over = self.over();
        for (page, inside, range) in parts(offset, data.len()) {
            let kept = over.kept;
            let bytes = match over.pages.entry(page) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.below(page, kept)?),
            };
            bytes[inside..inside + range.len()].copy_from_slice(&data[range]);
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    /// A shared lock is enough not to meet a writer, and all that a file opened for reading can have.
    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
