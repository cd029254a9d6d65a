//! The socket beside the data file, through which the command line asks a running server. Only the
//! file's owner may open it. One JSON line goes in, one comes back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::jobs::{self, Job};
use crate::desk::Desk;

/// The longest job in bytes.
const LONGEST: u64 = 64 * 1024;

type Answer = Result<String, String>;

fn place(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".sock");
    data.with_file_name(name)
}

/// The open socket; gone when dropped.
pub struct Listening {
    at: PathBuf,
    task: JoinHandle<()>,
}

impl Listening {
    /// Opens the socket. The data file is locked by us, so one that is there is left over.
    pub fn start(data: &Path, desk: Desk) -> anyhow::Result<Self> {
        let at = place(data);
        drop(fs::remove_file(&at));
        let listener = UnixListener::bind(&at)
            .with_context(|| format!("the socket {} cannot be made", at.display()))?;
        fs::set_permissions(&at, fs::Permissions::from_mode(0o600))?;
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = desk.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &desk).await {
                        tracing::debug!(%error, "a command line went away");
                    }
                });
            }
        });
        Ok(Self { at, task })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
        drop(fs::remove_file(&self.at));
    }
}

async fn answer(stream: UnixStream, desk: &Desk) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(LONGEST))
        .read_line(&mut line)
        .await?;
    let said: Answer = match serde_json::from_str::<Job>(&line) {
        Ok(job) => jobs::execute(desk, job)
            .await
            .map_err(|error| format!("{error:#}")),
        Err(error) => Err(format!(
            "the server does not know this job ({error}); use the same version of redress"
        )),
    };
    let mut line = serde_json::to_string(&said)?;
    line.push('\n');
    write.write_all(line.as_bytes()).await?;
    Ok(())
}

/// Asks the running server; `None` when none runs.
pub async fn ask(data: &Path, job: &Job) -> anyhow::Result<Option<anyhow::Result<String>>> {
    let Ok(stream) = UnixStream::connect(place(data)).await else {
        return Ok(None);
    };
    let (read, mut write) = stream.into_split();
    let mut line = serde_json::to_string(job)?;
    line.push('\n');
    write.write_all(line.as_bytes()).await?;
    let mut said = String::new();
    BufReader::new(read).read_line(&mut said).await?;
    let said: Answer = serde_json::from_str(&said)
        .context("the running server stopped before it answered; look at its log")?;
    Ok(Some(said.map_err(|error| anyhow!(error))))
}
