//! What plugins did: the last runs of each link and exporter with their logs, so that trouble shows where the
//! administrator looks for it. No case is named here: an administrator sees no case content.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::desk::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::plugins::{Call, Level, LogLine, RunNote};
use crate::store::{Store, StoreError, T};

/// Runs kept of each link and exporter.
const KEPT: u64 = 60;
/// Lines and calls kept of each run.
const LINES: usize = 200;

/// One run of a plugin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PluginRun {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What was asked: `find`, `check`, `fetch`, `export`.
    pub asked: String,
    /// Why it failed; nothing when it did not.
    pub failure: Option<String>,
    /// From start to end, in milliseconds.
    pub took_ms: u64,
    /// Time in the plugin's own code, in milliseconds.
    pub computing_ms: u64,
    /// Bytes of memory at the most.
    pub memory: u64,
    /// Calls of the host.
    pub calls: u64,
    /// What the plugin said.
    pub lines: Vec<RunLine>,
    /// What it said beyond what is kept.
    pub lines_dropped: u64,
    /// What it asked other systems.
    pub requests: Vec<Call>,
}

/// A line of a run's log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunLine {
    /// When.
    pub at: DateTime<Utc>,
    /// `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// What.
    pub message: String,
}

fn prefix(owner: &str) -> String {
    format!("run/{owner}/")
}

/// Keeps a run, and lets the oldest go. A log that cannot be kept is in nobody's way.
pub(in crate::desk) async fn keep(store: Store, note: RunNote, at: DateTime<Utc>) {
    if note.owner.is_empty() {
        return;
    }
    let prefix = prefix(&note.owner);
    let run = run(note, at);
    let kept = store
        .write_async(move |tx| -> Result<(), StoreError> {
            let number = tx.next_number(&prefix)?;
            tx.put_record(T::Plugin, &format!("{prefix}{number:012}"), &run)?;
            if let Some(old) = number.checked_sub(KEPT) {
                tx.delete_record(T::Plugin, &format!("{prefix}{old:012}"))?;
            }
            Ok(())
        })
        .await;
    if let Err(error) = kept {
        tracing::warn!(%error, "the log of a plugin's run was not kept");
    }
}

fn run(note: RunNote, at: DateTime<Utc>) -> PluginRun {
    let ms = |d: std::time::Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
    let log = note.log;
    let dropped = log.lines.len().saturating_sub(LINES) as u64;
    let line = |line: LogLine| RunLine {
        at: line.at,
        level: match line.level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
        .into(),
        message: line.message,
    };
    PluginRun {
        at,
        asked: note.asked.to_owned(),
        // A file that is read for the first time is no failure of anybody's; the log says how far it is.
        failure: note.failure.filter(|_| !log.preparing),
        took_ms: ms(log.used.wall),
        computing_ms: ms(log.used.computing),
        memory: log.used.memory as u64,
        calls: log.used.calls,
        lines: log.lines.into_iter().take(LINES).map(line).collect(),
        lines_dropped: log.dropped + dropped,
        requests: log.calls.into_iter().take(LINES).collect(),
    }
}

impl Desk {
    /// The last runs of a link (`link:KEY`) or exporter (`exporter:ID`), newest first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn plugin_runs(&self, by: &Actor, owner: &str) -> Result<Vec<PluginRun>, DeskError> {
        need(by, Permission::Administer)?;
        let reader = self.reader()?;
        let rows: &dyn crate::store::Rows = &*reader;
        let kept = rows.records::<PluginRun>(T::Plugin, &prefix(owner), None, 2 * KEPT as usize)?;
        Ok(kept.into_iter().rev().map(|(_, run)| run).collect())
    }
}
