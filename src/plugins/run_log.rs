//! A run's log: what the plugin said, when, bounded in lines and in their length, and the requests that it sent.
//! No resident's data goes to the program's log from here, and no connection's secret into this one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::connections::{Call, Connections};

/// The longest line kept, in bytes.
const LINE: usize = 4096;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For the plugin's author.
    Debug,
    /// What was done.
    Info,
    /// What the operator should look at.
    Warn,
    /// What went wrong.
    Error,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When the plugin said it.
    pub at: DateTime<Utc>,
    /// How much it matters.
    pub level: Level,
    /// What it said, on one line, without control characters.
    pub message: String,
}

/// What a run took of what it might take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Bytes of its memories at their largest.
    pub memory: usize,
    /// Time in its own code, to the last look-up.
    pub computing: Duration,
    /// Time from start to end.
    pub wall: Duration,
    /// Calls of the host.
    pub calls: u64,
}

/// What a plugin said during a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunLog {
    /// What the run took.
    pub used: Used,
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// How many more there were when the log was full.
    pub dropped: u64,
    /// The requests it sent to other systems, oldest first.
    pub calls: Vec<Call>,
    /// How many files of the granted folder it wanted to open.
    pub files: u32,
    /// Whether a table that it needed is read for the first time and was not ready yet. Then the source is not down.
    pub preparing: bool,
}

/// The log while the run goes on: the plugin, its stdout and its stderr write to it.
#[derive(Clone)]
pub(super) struct Log {
    kept: Arc<Mutex<RunLog>>,
    limit: usize,
    connections: Option<Arc<dyn Connections>>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Log")
    }
}

/// The log in the hands of whoever waits for the run. When they stop waiting, requests on their way end.
pub(super) struct Watched(Log);

impl Log {
    pub(super) fn new(limit: usize, connections: Option<Arc<dyn Connections>>) -> Self {
        Self {
            kept: Arc::default(),
            limit,
            connections,
        }
    }

    pub(super) fn watched(&self) -> Watched {
        Watched(self.clone())
    }

    pub(super) fn write(&self, level: Level, message: &str) {
        let mut log = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if log.lines.len() >= self.limit {
            log.dropped += 1;
            return;
        }
        log.lines.push(LogLine {
            at: Utc::now(),
            level,
            message: clip(message, LINE),
        });
    }

    /// Notes what the run has taken so far.
    pub(super) fn used(&self, note: impl FnOnce(&mut Used)) {
        self.note(|log| note(&mut log.used));
    }

    /// Notes what the run met with.
    pub(super) fn note(&self, note: impl FnOnce(&mut RunLog)) {
        note(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Watched {
    /// The run is over: what was said and sent.
    pub(super) fn taken(&self) -> RunLog {
        let kept = &self.0.kept;
        let mut log = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(connections) = &self.0.connections {
            connections.end();
            log.calls = connections.calls();
            for line in &mut log.lines {
                line.message = connections.redact(&line.message).into_owned();
            }
        }
        log
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(connections) = &self.0.connections {
            connections.end();
        }
    }
}

/// The beginning of a text from outside, on one line: control characters become spaces.
pub(super) fn clip(text: &str, bytes: usize) -> String {
    let kept = &text[..text.floor_char_boundary(bytes)];
    let mut line: String = kept
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if kept.len() < text.len() {
        line.push('…');
    }
    line
}
