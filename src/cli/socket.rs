//! The socket beside the data file, through which the command line asks a running server. Only the
//! file's owner may open it. One JSON line goes in; lines with how far it is come back, and then one with the answer.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::file::tell;
use super::jobs::{self, Job};
use crate::desk::Desk;
use crate::store::verify::Step;

/// The longest job in bytes.
const LONGEST: u64 = 64 * 1024;

/// How often whoever asked is told how far it is.
const TOLD: Duration = Duration::from_millis(400);

type Answer = Result<String, String>;

/// A line of the server's.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// How far a long job is.
    Step(Step),
    /// What came of it.
    Said(Answer),
}

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
    let job = match serde_json::from_str::<Job>(&line) {
        Ok(job) => job,
        Err(error) => {
            let why = format!(
                "the server does not know this job ({error}); use the same version of redress"
            );
            return say(&mut write, &Line::Said(Err(why))).await;
        }
    };
    let long = job.is_long();
    let mut work = pin!(jobs::execute(desk, job));
    loop {
        tokio::select! {
            said = &mut work => {
                let said = said.map_err(|error| format!("{error:#}"));
                return say(&mut write, &Line::Said(said)).await;
            }
            () = tokio::time::sleep(TOLD), if long => {
                if let Some(step) = desk.backup_step() {
                    // Whoever asked may have gone; the job goes on.
                    drop(say(&mut write, &Line::Step(step)).await);
                }
            }
        }
    }
}

async fn say(to: &mut OwnedWriteHalf, line: &Line) -> anyhow::Result<()> {
    let mut line = serde_json::to_string(line)?;
    line.push('\n');
    to.write_all(line.as_bytes()).await?;
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
    let mut lines = BufReader::new(read).lines();
    loop {
        let line = lines.next_line().await?.unwrap_or_default();
        match serde_json::from_str(&line)
            .context("the running server stopped before it answered; look at its log")?
        {
            Line::Step(step) => tell(step),
            Line::Said(said) => return Ok(Some(said.map_err(|error| anyhow!(error)))),
        }
    }
}
