//! The copy-on-write gate: the storage backend under redb, through which a verified copy of a running
//! file is taken without stopping anyone.
//!
//! A plain copy of a redb file under writes is torn. Here a [`Snapshot`] freezes the bytes of one moment
//! between two commits: whatever the writer is about to overwrite is saved aside first, and the copier
//! walks the file in order, taking the saved block where there is one. Start at [`Gate::snapshot`].

use super::mark::{HEADER, Mark, Moment};
use super::redo::Redo;
use redb::{BackendError, StorageBackend};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Bound;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What is saved and copied at once. Larger than a page, so that bookkeeping is small; small enough that a
/// writer waits microseconds for the save.
const BLOCK: u64 = 64 * 1024;
/// Blocks the copier reads under one lock.
const STRIDE: u64 = 8;
/// Saved blocks kept in memory before they spill to an unnamed file: 32 MB, and few in tests.
const SAVED_IN_MEMORY: usize = if cfg!(test) { 4 } else { 512 };

/// The backend under the database and the door for copies of it.
#[derive(Debug)]
pub struct Gate {
    redo: Redo,
    mark: OnceLock<Mark>,
    /// The disk failed: what it said it has may not be there once the system has forgotten it.
    doubtful: AtomicBool,
    copying: AtomicBool,
    copy: Mutex<Option<Copy>>,
    syncs: AtomicU64,
    writes: AtomicU64,
    written: AtomicU64,
}

/// The state of the one copy that may run.
#[derive(Debug)]
struct Copy {
    len: u64,
    /// The first block that the copier has not yet taken.
    next: u64,
    saved: HashMap<u64, Saved>,
    in_memory: usize,
    spill: Option<File>,
    spilled: u64,
    broken: Option<io::Error>,
}

#[derive(Debug)]
enum Saved {
    Memory(Vec<u8>),
    Spilled { at: u64, len: usize },
}

/// The handle that redb owns; the gate itself is shared with the store.
#[derive(Debug)]
pub(crate) struct GateBackend(pub(crate) Arc<Gate>);

impl Gate {
    /// Puts the gate in front of a backend, and a log behind its pages.
    ///
    /// # Errors
    /// As [`Redo::open`].
    pub(crate) fn new(disk: Box<dyn StorageBackend>) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            redo: Redo::open(disk)?,
            mark: OnceLock::new(),
            doubtful: AtomicBool::new(false),
            copying: AtomicBool::new(false),
            copy: Mutex::new(None),
            syncs: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            written: AtomicU64::new(0),
        }))
    }

    /// The log behind the pages.
    pub(crate) fn redo(&self) -> &Redo {
        &self.redo
    }

    /// Makes a transaction durable in the log; false when there is no room for it, as [`Redo::append`].
    pub(crate) fn append(&self, number: u64, entry: &[u8]) -> io::Result<bool> {
        let done = self.sure(self.redo.append(number, entry))?;
        if done {
            self.syncs.fetch_add(1, Ordering::Relaxed);
            self.count(entry.len());
            self.set_mark();
        }
        Ok(done)
    }

    /// Which moment of the file is on the disk.
    pub(crate) fn moment(&self) -> io::Result<Moment> {
        let mut header = [0; HEADER];
        self.redo.disk().read(0, &mut header)?;
        Ok(Moment::of(&header, self.redo.log()))
    }

    /// Keeps a mark beside the file from now on.
    pub(crate) fn keep_mark(&self, mark: Option<&Mark>) {
        if let Some(mark) = mark
            && self.mark.set(mark.clone()).is_ok()
        {
            self.set_mark();
        }
    }

    /// Says in the mark what is durable now.
    fn set_mark(&self) {
        let Some(mark) = self.mark.get() else { return };
        match self.moment() {
            Ok(now) if !self.doubtful.load(Ordering::SeqCst) => mark.set(now),
            _ => mark.take_away(),
        }
    }

    /// After a failure of the disk nothing is said of this file any more.
    fn sure<V>(&self, done: io::Result<V>) -> io::Result<V> {
        if done.is_err() {
            self.doubtful.store(true, Ordering::SeqCst);
            self.take_mark_away();
        }
        done
    }

    /// Takes the mark away: the file is closed, or the disk failed under it.
    pub(crate) fn take_mark_away(&self) {
        if let Some(mark) = self.mark.get() {
            mark.take_away();
        }
    }

    fn count(&self, bytes: usize) {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// How often the disk was asked to make everything durable.
    pub fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    /// How many pieces were written, and their bytes.
    pub fn written(&self) -> (u64, u64) {
        (
            self.writes.load(Ordering::Relaxed),
            self.written.load(Ordering::Relaxed),
        )
    }

    /// Freezes this moment. Must be called between two commits, on the writer's thread; only one copy runs
    /// at a time.
    ///
    /// # Errors
    /// `WouldBlock` while another copy runs, or what the disk says.
    pub fn snapshot(self: &Arc<Self>) -> io::Result<Snapshot> {
        let mut copy = self.lock();
        if copy.is_some() {
            return Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                "another copy of this file is being taken; wait for it to end",
            ));
        }
        let len = self.redo.len();
        *copy = Some(Copy {
            len,
            next: 0,
            saved: HashMap::new(),
            in_memory: 0,
            spill: None,
            spilled: 0,
            broken: None,
        });
        self.copying.store(true, Ordering::SeqCst);
        Ok(Snapshot {
            gate: Arc::clone(self),
            len,
        })
    }

    /// Spoils the copy that runs, because the file is about to be changed behind the gate's back.
    pub(crate) fn break_copy(&self, why: &str) {
        if let Some(copy) = self.lock().as_mut() {
            copy.broken = Some(io::Error::other(why.to_owned()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Copy>> {
        self.copy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves every block that `from..to` touches and the copier has not reached. A failure to save breaks
    /// the copy, never the write: the record matters more than the copy of it.
    fn save(&self, from: u64, to: u64) {
        if !self.copying.load(Ordering::SeqCst) || from >= to {
            return;
        }
        let mut guard = self.lock();
        let Some(copy) = guard.as_mut() else { return };
        let to = to.min(copy.len);
        let mut block = (from / BLOCK).max(copy.next);
        while block * BLOCK < to && copy.broken.is_none() {
            if !copy.saved.contains_key(&block)
                && let Err(error) = copy.keep(&self.redo, block)
            {
                copy.broken = Some(error);
            }
            block += 1;
        }
    }
}

impl Copy {
    fn block_len(&self, block: u64) -> usize {
        (self.len - block * BLOCK).min(BLOCK) as usize
    }

    fn keep(&mut self, pages: &Redo, block: u64) -> io::Result<()> {
        let mut bytes = vec![0; self.block_len(block)];
        pages.read(block * BLOCK, &mut bytes)?;
        let saved = if self.in_memory < SAVED_IN_MEMORY {
            self.in_memory += 1;
            Saved::Memory(bytes)
        } else {
            let spill = match &self.spill {
                Some(file) => file,
                None => self.spill.insert(tempfile::tempfile()?),
            };
            let at = self.spilled;
            spill.write_all_at(&bytes, at)?;
            self.spilled += bytes.len() as u64;
            Saved::Spilled {
                at,
                len: bytes.len(),
            }
        };
        self.saved.insert(block, saved);
        Ok(())
    }

    /// Takes the next blocks as they were at the moment of the snapshot.
    fn take(&mut self, pages: &Redo, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        for _ in 0..STRIDE {
            if self.next * BLOCK >= self.len {
                break;
            }
            let len = self.block_len(self.next);
            match self.saved.remove(&self.next) {
                Some(Saved::Memory(bytes)) => {
                    self.in_memory -= 1;
                    out.extend_from_slice(&bytes);
                }
                Some(Saved::Spilled { at, len }) => {
                    let start = out.len();
                    out.resize(start + len, 0);
                    let spill = self.spill.as_ref().ok_or(io::ErrorKind::NotFound)?;
                    spill.read_exact_at(&mut out[start..], at)?;
                }
                None => {
                    let start = out.len();
                    out.resize(start + len, 0);
                    pages.read(self.next * BLOCK, &mut out[start..])?;
                }
            }
            self.next += 1;
        }
        Ok(())
    }
}

/// One frozen moment of the file, to be written out once. Dropping it ends the copy.
#[derive(Debug)]
pub struct Snapshot {
    gate: Arc<Gate>,
    len: u64,
}

impl Snapshot {
    /// The length of the file at the moment of the snapshot.
    pub fn size(&self) -> u64 {
        self.len
    }

    /// The next bytes in file order, at most half a megabyte; an empty buffer is the end.
    ///
    /// # Errors
    /// What the disk says, or why a block could not be saved in time; the copy is then worthless.
    pub fn next(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let mut guard = self.gate.lock();
        let copy = guard
            .as_mut()
            .ok_or_else(|| io::Error::other("the copy has ended"))?;
        if let Some(error) = &copy.broken {
            return Err(io::Error::new(error.kind(), error.to_string()));
        }
        copy.take(&self.gate.redo, out)
    }

    /// Writes the whole moment to `to`, in order, telling `progress` the bytes done and the total.
    ///
    /// # Errors
    /// What either side says.
    pub fn write_to(
        mut self,
        to: &mut dyn Write,
        progress: &mut dyn FnMut(u64, u64),
    ) -> io::Result<u64> {
        let (mut buffer, mut done) = (Vec::new(), 0);
        loop {
            self.next(&mut buffer)?;
            if buffer.is_empty() {
                return Ok(done);
            }
            to.write_all(&buffer)?;
            done += buffer.len() as u64;
            progress(done, self.len);
        }
    }

    /// As [`Self::write_to`], into a file from its start, without making it durable.
    ///
    /// # Errors
    /// What either side says.
    pub fn write_file(
        self,
        file: &mut File,
        progress: &mut dyn FnMut(u64, u64),
    ) -> io::Result<u64> {
        file.seek(SeekFrom::Start(0))?;
        self.write_to(file, progress)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.gate.copying.store(false, Ordering::SeqCst);
        *self.gate.lock() = None;
    }
}

/// Every lock method is passed on by name: a default would silently lose the lock on the file.
impl StorageBackend for GateBackend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.redo.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.redo.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        // A file that shrinks loses blocks that the copy still needs.
        self.0.save(len, u64::MAX);
        self.0.sure(self.0.redo.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.syncs.fetch_add(1, Ordering::Relaxed);
        self.0.sure(self.0.redo.sync_data())?;
        self.0.set_mark();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.save(offset, offset + data.len() as u64);
        self.0.count(data.len());
        self.0.sure(self.0.redo.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.0.redo.disk().close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.redo.disk().try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.0.redo.disk().try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.redo.disk().lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.redo.disk().lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.redo.disk().unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.redo.disk().query_lock_range(start, end)
    }
}
