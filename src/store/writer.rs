//! The one writer: a thread with a queue that commits many jobs with one durable sync.
//!
//! While one batch is being synced the next one gathers, so waiting callers share the cost of the disk. A reply
//! goes out only after its job is durable: in the log ([`super::redo`]) or in the pages. A job that fails with the disk
//! may be in the log all the same, and then it is kept. A job that refuses or panics leaves nothing behind
//! ([`super::tx`]) and the others go on. After a failure of the disk nothing more is written until the file has
//! been opened again through its check.

use super::error::{StoreError, WriteError};
use super::gate::Gate;
use super::open::{self, Check, Older};
use super::redo::entry;
use super::tx::WriteTx;
use super::{Settled, Shared, State};
use redb::{Durability, WriteTransaction};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Jobs in one transaction at most.
const MOST_JOBS: usize = 256;
/// Bytes in one transaction after which no further job joins.
const MOST_BYTES: usize = 4 << 20;
/// How long after the last job what is in the log is put into the pages.
pub(super) const SETTLE: Duration = Duration::from_millis(250);
/// How often a file that could not be reopened is tried again.
pub(super) const RETRY: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 2000 });

/// What is run between two commits.
pub(crate) type Between = dyn FnOnce(Result<&Arc<Gate>, StoreError>) + Send;

/// What the thread is asked to do.
pub(crate) enum Message {
    /// Run this in a write transaction.
    Job(Box<dyn Job>),
    /// Run this between two commits.
    Between(Box<Between>),
    /// Close the file and end.
    Close,
}

/// A piece of writing with someone waiting for its result.
pub(crate) trait Job: Send {
    /// Runs it; the answer is held back until the commit.
    fn run(self: Box<Self>, tx: &mut WriteTx<'_>) -> Answer;
    /// Answers without running it.
    fn refuse(self: Box<Self>, error: StoreError);
}

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A job made of a closure and the way back to its caller.
pub(crate) struct Task<F, S> {
    pub(crate) work: F,
    pub(crate) reply: S,
}

impl<V, E, F, S> Job for Task<F, S>
where
    V: Send + 'static,
    E: Send + 'static,
    F: FnOnce(&mut WriteTx<'_>) -> Result<V, E> + Send,
    S: FnOnce(Result<V, WriteError<E>>) + Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut WriteTx<'_>) -> Answer {
        let Self { work, reply } = *self;
        match catch_unwind(AssertUnwindSafe(|| work(tx))) {
            Ok(Ok(value)) => {
                tx.keep();
                Box::new(move |committed| {
                    reply(committed.map(|()| value).map_err(WriteError::Store));
                })
            }
            Ok(Err(refusal)) => {
                tx.take_back();
                Box::new(move |_| reply(Err(WriteError::Refused(refusal))))
            }
            Err(_) => {
                tx.take_back();
                tracing::error!("a write job panicked; it wrote nothing");
                Box::new(move |_| reply(Err(WriteError::Store(StoreError::Panicked))))
            }
        }
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        (self.reply)(Err(WriteError::Store(error)));
    }
}

/// The body of the thread.
pub(crate) fn run(shared: &Shared, queue: &Receiver<Message>) {
    let mut left_over = None;
    loop {
        let message = match left_over.take() {
            Some(message) => message,
            None => match queue.recv_timeout(shared.patience()) {
                Ok(message) => message,
                Err(RecvTimeoutError::Disconnected) => Message::Close,
                Err(RecvTimeoutError::Timeout) => {
                    if shared.down().is_some() {
                        reopen(shared);
                    } else {
                        // What it says was logged, or there is no room; a later turn tries again.
                        let _ = settle(shared);
                    }
                    continue;
                }
            },
        };
        match message {
            Message::Job(job) => left_over = batch(shared, queue, job),
            Message::Between(work) => {
                let gate = settle(shared).and_then(|()| shared.gate());
                work(gate.as_ref().map_err(Clone::clone));
            }
            Message::Close => break,
        }
    }
    shared.close();
    // Whoever still waits is told so.
    while let Ok(message) = queue.try_recv() {
        match message {
            Message::Job(job) => job.refuse(StoreError::Closed),
            Message::Between(work) => work(Err(StoreError::Closed)),
            Message::Close => {}
        }
    }
}

/// Runs the first job and those waiting behind it in one transaction; gives back a message that is no job.
fn batch(shared: &Shared, queue: &Receiver<Message>, first: Box<dyn Job>) -> Option<Message> {
    if let Some(error) = shared.down().or_else(|| shared.no_room()) {
        first.refuse(error);
        return None;
    }
    let mut answers = Vec::new();
    let mut left_over = None;
    let done = transaction(shared, queue, first, &mut answers, &mut left_over);
    if let Err(error) = &done {
        tracing::error!(%error, jobs = answers.len(), "a batch of writes failed");
        start_over(shared, error);
    }
    shared
        .jobs
        .fetch_add(answers.len() as u64, Ordering::Relaxed);
    for answer in answers {
        answer(done.clone());
    }
    left_over
}

fn transaction(
    shared: &Shared,
    queue: &Receiver<Message>,
    first: Box<dyn Job>,
    answers: &mut Vec<Answer>,
    left_over: &mut Option<Message>,
) -> Result<(), StoreError> {
    let txn = match shared.begin_write() {
        Ok(txn) => txn,
        Err(error) => {
            first.refuse(error.clone());
            return Err(error);
        }
    };
    let mut tx = WriteTx::open(&txn);
    let mut next = Some(first);
    while let Some(job) = next.take() {
        answers.push(job.run(&mut tx));
        if let Some(error) = tx.failure() {
            return Err(error);
        }
        if answers.len() < MOST_JOBS && tx.bytes() < MOST_BYTES {
            match queue.try_recv() {
                Ok(Message::Job(job)) => next = Some(job),
                Ok(other) => *left_over = Some(other),
                Err(_) => {}
            }
        }
    }
    if tx.wrote() {
        let changes = tx.take_changes();
        let number = entry::count(&mut tx)?;
        drop(tx);
        commit(shared, txn, number, changes)
    } else {
        drop(tx);
        Ok(txn.abort()?)
    }
}

/// Makes a transaction durable: in the log while it has room, and in the pages together with all before it when not.
fn commit(
    shared: &Shared,
    mut txn: WriteTransaction,
    number: u64,
    changes: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let gate = shared.gate()?;
    let logged = match changes {
        Some(changes) => gate.append(number, &changes)?,
        None => false,
    };
    if logged {
        let ours = txn.set_durability(Durability::None);
        ours.map_err(|error| StoreError::Io(error.to_string()))?;
    } else {
        txn.set_quick_repair(true);
    }
    txn.commit()?;
    if !logged {
        gate.redo().settled();
    }
    shared.commits.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Puts into the pages what waits in the log.
fn settle(shared: &Shared) -> Result<(), StoreError> {
    match shared.settle() {
        Ok(Settled::Nothing) => Ok(()),
        Ok(Settled::Done) => {
            shared.commits.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
        Ok(Settled::NoRoom) => Err(StoreError::DiskFull),
        Err(error) => {
            tracing::error!(%error, "what is in the log could not be put into the pages yet");
            start_over(shared, &error);
            Err(error)
        }
    }
}

/// After a failure of the disk: lets go of the file and opens it again.
fn start_over(shared: &Shared, error: &StoreError) {
    if shared.is_up() {
        shared.set_down(error.clone());
        reopen(shared);
    }
}

/// Opens the file again through its check, after it was let go of. Until that succeeds, readers and writers get
/// the reason, and the thread tries again every few seconds.
fn reopen(shared: &Shared) {
    let opened = open::open_pages(
        &shared.source,
        &shared.options,
        Check::Always,
        Older::Refused,
    )
    .and_then(|(db, gate)| open::first_commit(&db).map(|()| State::Up(db, gate)))
    .inspect(|up| {
        if let State::Up(_, gate) = up {
            gate.keep_mark(shared.source.mark.as_ref());
        }
    });
    match opened {
        Ok(up) => {
            tracing::warn!("the file was opened again after a failure of the disk");
            shared.set(up);
        }
        Err(error) => {
            tracing::error!(%error, "the file cannot be opened again yet");
            shared.set(State::Down(error));
        }
    }
}
