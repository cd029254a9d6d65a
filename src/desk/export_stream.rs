//! An archive on its way to whoever asked: written by a thread at the pace at which it is read.

use std::io::{self, Write};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::DeskError;
use super::exports::ExportReport;

/// An archive on its way out. An error in the middle breaks the transfer off: what came is no archive.
pub struct ExportStream {
    /// A name for the file.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// The bytes.
    pub body: BoxStream<'static, io::Result<Bytes>>,
}

/// What makes the archive, and says in the end what it came to.
type Run = JoinHandle<Result<ExportReport, DeskError>>;

/// Where the archive is written, and where its pieces come out.
pub(super) fn pipe() -> (ChannelWriter, mpsc::Receiver<Bytes>) {
    let (send, receive) = mpsc::channel(8);
    let buffer = Vec::with_capacity(CHUNK);
    (ChannelWriter { send, buffer }, receive)
}

/// The pieces as they come, once the first is there.
///
/// # Errors
/// What the run says, if it ends without a byte: nothing was sent yet, so it can still be told properly.
pub(super) async fn outgoing(
    mut pieces: mpsc::Receiver<Bytes>,
    run: Run,
) -> Result<BoxStream<'static, io::Result<Bytes>>, DeskError> {
    match pieces.recv().await {
        Some(first) => {
            let rest = stream::unfold(Some((pieces, run)), next_piece);
            Ok(stream::once(async { Ok(first) }).chain(rest).boxed())
        }
        None => match run.await {
            Ok(Err(error)) => Err(error),
            _ => Err(DeskError::Internal(
                "the export ended without a byte".into(),
            )),
        },
    }
}

/// Bytes handed over at a time.
pub(super) const CHUNK: usize = 128 * 1024;

/// A writer into a bounded channel: a slow reader slows the archive down, a gone one ends it.
pub(super) struct ChannelWriter {
    send: mpsc::Sender<Bytes>,
    buffer: Vec<u8>,
}

impl Write for ChannelWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        self.send
            .blocking_send(Bytes::from(full))
            .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the reader has gone"))
    }
}

type Running = (mpsc::Receiver<Bytes>, Run);

/// The next piece of a running export; an error if it ended without becoming whole.
async fn next_piece(state: Option<Running>) -> Option<(io::Result<Bytes>, Option<Running>)> {
    let (mut receive, run) = state?;
    if let Some(bytes) = receive.recv().await {
        return Some((Ok(bytes), Some((receive, run))));
    }
    match run.await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some((Err(io::Error::other(error.to_string())), None)),
        Err(_) => Some((Err(io::Error::other("the export ended early")), None)),
    }
}
