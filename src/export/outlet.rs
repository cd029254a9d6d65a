//! The way out of an archive: hashed and written by a thread of its own, so that the next bytes are read meanwhile.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

/// Bytes handed over at a time.
const CHUNK: usize = 128 << 10;
/// So many pieces may wait: one is being written, one is ready.
const WAITING: usize = 2;

/// What went out.
pub(super) struct Passed {
    /// Its SHA-256, in hex.
    pub(super) sha256: String,
    /// Its length.
    pub(super) bytes: u64,
}

/// A writer that counts and hashes what goes out, and swallows it once the archive is given up.
pub(super) struct Outlet {
    buffer: Vec<u8>,
    /// None once it is known that nothing more can be written.
    send: Option<SyncSender<Vec<u8>>>,
    writer: Option<JoinHandle<io::Result<Passed>>>,
    muted: Arc<AtomicBool>,
}

impl Outlet {
    /// The way to a writer; `muted` ends it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn new(
        out: impl Write + Send + 'static,
        muted: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let (send, receive) = sync_channel(WAITING);
        let writer = thread::Builder::new()
            .name("export-out".into())
            .spawn(move || write_out(out, &receive))?;
        Ok(Self {
            buffer: Vec::with_capacity(CHUNK),
            send: Some(send),
            writer: Some(writer),
            muted,
        })
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        let sent = self.send.as_ref().map(|send| send.send(full));
        if sent.is_some_and(|sent| sent.is_ok()) {
            return Ok(());
        }
        // The thread has ended, which it does only when it failed.
        self.end()?;
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn end(&mut self) -> io::Result<Passed> {
        self.send = None;
        let writer = self.writer.take().ok_or(io::ErrorKind::BrokenPipe)?;
        writer
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the writer of the archive panicked")))
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// Why it could not be written.
    pub(super) fn finish(mut self) -> io::Result<Passed> {
        self.hand_over()?;
        self.end()
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.muted.load(Ordering::Relaxed) {
            return Ok(bytes.len());
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        // Whoever gave the archive up may want to remove what came, once nobody writes it any more.
        let _ = self.end();
    }
}

fn write_out(mut out: impl Write, receive: &Receiver<Vec<u8>>) -> io::Result<Passed> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    for piece in receive {
        out.write_all(&piece)?;
        hash.update(&piece);
        bytes += piece.len() as u64;
    }
    out.flush()?;
    Ok(Passed {
        sha256: hex::encode(hash.finalize()),
        bytes,
    })
}
