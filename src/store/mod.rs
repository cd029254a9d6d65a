//! The memory: one redb file with events, states, documents, indexes and backup.
//!
//! [`Store`] is the door. [`Store::reader`] sees one consistent moment and never waits; [`Store::write`] sends a
//! job to the one writer and answers when it is durable. It knows the domain's nouns and no HTTP. Start at
//! [`open`] for how a file comes and goes, [`writer`] for how it is written, [`tables`] for what is in it.

pub mod audit;
pub mod backup;
pub mod cases;
pub mod derive;
pub mod documents;
pub mod erase;
pub mod error;
pub mod gate;
pub mod list;
pub mod open;
pub mod reader;
pub mod rebuild;
pub mod records;
pub mod settings;
pub mod tables;
pub mod tally;
pub mod tx;
pub mod upcast;
pub mod upgrade;
pub mod verify;

mod codec;
mod facet;
mod hold;
mod mark;
mod redo;
mod scratch;
mod search;
mod writer;

#[cfg(test)]
pub(crate) mod tests;

pub use audit::Hash;
pub use error::{StoreError, WriteError};
pub use open::{Options, Source};
pub use reader::Reader;
pub use search::Fits;
pub use tables::{Rows, T};
pub use tx::WriteTx;

use gate::{Gate, Snapshot};
use open::{Check, Older};
use redb::{Database, ReadableDatabase, WriteTransaction};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use writer::{Message, Task};

/// The open file. Cheap to clone; the last one closes it.
#[derive(Clone)]
pub struct Store {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    queue: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer's thread and everyone else have in common.
pub(crate) struct Shared {
    source: Source,
    options: Options,
    state: RwLock<State>,
    jobs: AtomicU64,
    commits: AtomicU64,
}

pub(crate) enum State {
    Up(Database, Arc<Gate>),
    Down(StoreError),
}

/// What became of what waited in the log.
pub(crate) enum Settled {
    /// Nothing waited.
    Nothing,
    /// It is in the pages.
    Done,
    /// There is too little room for its pages; it waits.
    NoRoom,
}

/// How much was written since the file was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Jobs that came to an end, refused ones included.
    pub jobs: u64,
    /// Durable commits.
    pub commits: u64,
    /// Syncs of the disk.
    pub syncs: u64,
    /// Pieces written to the disk: runs of pages and the header.
    pub writes: u64,
    /// Bytes in them.
    pub written: u64,
}

impl Store {
    /// Makes a new file and opens it.
    ///
    /// # Errors
    /// [`StoreError::Exists`], or what the disk says.
    pub fn create(path: &Path, options: Options) -> Result<Self, StoreError> {
        open::create(path)?;
        Self::open(path, options)
    }

    /// Opens a file of this version; one that was not closed is checked page by page first.
    ///
    /// # Errors
    /// A [`StoreError`] that says what to do; the record in the file is not changed by a refusal. A file of an earlier
    /// version is [`StoreError::Older`] and goes through [`upgrade`] first.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        Self::open_source(Source::marked(path), options)
    }

    /// Opens the pages of any backend.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_source(source: Source, options: Options) -> Result<Self, StoreError> {
        let (db, gate) = open::open_pages(&source, &options, Check::IfUnclosed, Older::Refused)?;
        Self::over(source, options, db, gate)
    }

    /// Opens a file that nobody has open for writing, of this version or an earlier one, to read it: what is written
    /// stays in memory, and the file is not changed.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn open_unwritten(path: &Path, options: Options) -> Result<Self, StoreError> {
        let source = verify::unwritten(path);
        let (db, gate) = open::open_pages(&source, &options, Check::IfUnclosed, Older::Taken)?;
        upgrade::in_memory(&db)?;
        Self::over(source, options, db, gate)
    }

    fn over(
        source: Source,
        options: Options,
        db: Database,
        gate: Arc<Gate>,
    ) -> Result<Self, StoreError> {
        open::first_commit(&db)?;
        gate.keep_mark(source.mark.as_ref());
        let shared = Arc::new(Shared {
            source,
            options,
            state: RwLock::new(State::Up(db, gate)),
            jobs: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        });
        let (queue, messages) = mpsc::channel();
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer::run(&theirs, &messages))?;
        let handle = Handle {
            shared,
            queue,
            thread: Mutex::new(Some(thread)),
        };
        let store = Self {
            handle: Arc::new(handle),
        };
        // A disk that is full at the start must not keep people from reading.
        match store.sweep_documents() {
            Ok(()) | Err(StoreError::DiskFull) => Ok(store),
            Err(error) => Err(error),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.handle.shared.source.path
    }

    /// One consistent moment of the file.
    ///
    /// # Errors
    /// Why the file cannot be read now.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        match &*self.handle.shared.state() {
            State::Up(db, _) => Ok(Reader::new(db.begin_read()?)),
            State::Down(error) => Err(error.clone()),
        }
    }

    /// Runs `work` on the writer's thread and waits until it is durable. Not for asynchronous code, and not from
    /// within a job.
    ///
    /// # Errors
    /// [`WriteError::Refused`] with what `work` returned; nothing of it was written then. Otherwise what the
    /// file or the disk did.
    pub fn write<V, E, F>(&self, work: F) -> Result<V, WriteError<E>>
    where
        V: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<V, E> + Send + 'static,
    {
        let (send, receive) = mpsc::sync_channel(1);
        self.send(work, move |result| drop(send.send(result)));
        receive
            .recv()
            .unwrap_or(Err(WriteError::Store(StoreError::Closed)))
    }

    /// As [`Self::write`], for asynchronous code. The job runs even when the future is dropped.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn write_async<V, E, F>(&self, work: F) -> Result<V, WriteError<E>>
    where
        V: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<V, E> + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        self.send(work, move |result| drop(send.send(result)));
        receive
            .await
            .unwrap_or(Err(WriteError::Store(StoreError::Closed)))
    }

    fn send<V, E, F, S>(&self, work: F, reply: S)
    where
        V: Send + 'static,
        E: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<V, E> + Send + 'static,
        S: FnOnce(Result<V, WriteError<E>>) + Send + 'static,
    {
        let message = Message::Job(Box::new(Task { work, reply }));
        if let Err(mpsc::SendError(Message::Job(job))) = self.handle.queue.send(message) {
            job.refuse(StoreError::Closed);
        }
    }

    /// Freezes the present moment of the file, between two commits, for a copy of it.
    ///
    /// # Errors
    /// While another copy is being taken, or what the disk says.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let (send, receive) = mpsc::sync_channel(1);
        let work = Box::new(move |gate: Result<&Arc<Gate>, StoreError>| {
            let snapshot = gate.and_then(|gate| gate.snapshot().map_err(StoreError::from));
            drop(send.send(snapshot));
        });
        if self.handle.queue.send(Message::Between(work)).is_err() {
            return Err(StoreError::Closed);
        }
        receive.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Why the file cannot be written now, if so: for the health page and the banner.
    pub fn trouble(&self) -> Option<StoreError> {
        let shared = &self.handle.shared;
        shared.down().or_else(|| shared.no_room())
    }

    /// How much was written since the file was opened.
    pub fn figures(&self) -> Figures {
        let shared = &self.handle.shared;
        let (syncs, (writes, written)) = shared
            .gate()
            .map_or((0, (0, 0)), |gate| (gate.syncs(), gate.written()));
        Figures {
            jobs: shared.jobs.load(Ordering::Relaxed),
            commits: shared.commits.load(Ordering::Relaxed),
            syncs,
            writes,
            written,
        }
    }

    /// Finishes what is queued and closes the file. Later writes get [`StoreError::Closed`].
    pub fn close(&self) {
        self.handle.close();
    }
}

impl Handle {
    fn close(&self) {
        // Fails only when the thread has ended already.
        let _ = self.queue.send(Message::Close);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the state; what was open is closed before anyone sees the new one.
    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn set_down(&self, error: StoreError) {
        if let Ok(gate) = self.gate() {
            gate.break_copy("the disk failed while the copy was taken");
            gate.take_mark_away();
        }
        self.set(State::Down(error));
    }

    /// How long the writer waits for a job before it looks after the file.
    fn patience(&self) -> Duration {
        match &*self.state() {
            State::Up(_, gate) if gate.redo().waits() => writer::SETTLE,
            _ => writer::RETRY,
        }
    }

    fn is_up(&self) -> bool {
        matches!(&*self.state(), State::Up(..))
    }

    fn down(&self) -> Option<StoreError> {
        match &*self.state() {
            State::Up(..) => None,
            State::Down(error) => Some(error.clone()),
        }
    }

    fn gate(&self) -> Result<Arc<Gate>, StoreError> {
        match &*self.state() {
            State::Up(_, gate) => Ok(Arc::clone(gate)),
            State::Down(error) => Err(error.clone()),
        }
    }

    fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        match &*self.state() {
            State::Up(db, _) => Ok(db.begin_write()?),
            State::Down(error) => Err(error.clone()),
        }
    }

    /// Refuses writing before the disk does, so that the database stays open for reading.
    fn no_room(&self) -> Option<StoreError> {
        self.less_room_than(self.options.reserve_bytes)
    }

    fn less_room_than(&self, bytes: u64) -> Option<StoreError> {
        let room = rustix::fs::statvfs(open::folder_of(&self.source.path)).ok()?;
        (room.f_bavail.saturating_mul(room.f_frsize) < bytes).then_some(StoreError::DiskFull)
    }

    fn close(&self) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let was = std::mem::replace(&mut *state, State::Down(StoreError::Closed));
        if let State::Up(db, gate) = was
            && let Err(error) = close(db, &gate)
        {
            tracing::error!(%error, "the file was not closed cleanly; the next start checks it");
        }
    }

    /// Puts into the pages what waits in the log. What the reserve keeps free is for this; when others have taken that
    /// too, it waits on, because a failure would end the reading as well.
    fn settle(&self) -> Result<Settled, StoreError> {
        match &*self.state() {
            State::Up(_, gate) if !gate.redo().waits() => Ok(Settled::Nothing),
            State::Up(db, gate) => match self.less_room_than(self.options.reserve_bytes / 2) {
                Some(_) => Ok(Settled::NoRoom),
                None => settle(db, gate).map(|()| Settled::Done),
            },
            State::Down(error) => Err(error.clone()),
        }
    }
}

/// One durable commit takes along those before it that were not.
fn settle(db: &Database, gate: &Gate) -> Result<(), StoreError> {
    if gate.redo().waits() {
        let mut txn = db.begin_write()?;
        // What is needed to go on after a kill is then in the pages, and nothing has to be looked for.
        txn.set_quick_repair(true);
        txn.commit()?;
        gate.redo().settled();
    }
    Ok(())
}

/// Leaves nothing but redb's pages.
fn close(db: Database, gate: &Gate) -> Result<(), StoreError> {
    settle(&db, gate)?;
    gate.redo().give_up()?;
    db.close()?;
    gate.take_mark_away();
    Ok(())
}
