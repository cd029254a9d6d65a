//! How a run can end badly, in sentences for the administrator who reads them.
//!
//! [`Cause`] is raised inside the sandbox and found again outside; [`RunError`] is a cause with the
//! log of its run; [`HostError`] is for what goes wrong before any plugin runs.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::path::PathFault;
use super::run_log::{RunLog, clip};

/// A run that ended badly, and what the plugin had said by then.
#[derive(Debug)]
pub struct RunError {
    /// Why it ended.
    pub cause: Cause,
    /// What the plugin said.
    pub log: RunLog,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for RunError {}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Cause {
    /// Too long in its own code.
    #[error("The plugin was stopped: it computed for {} without coming to an end.", seconds(.0))]
    Computing(Duration),
    /// Too long altogether.
    #[error("The plugin was stopped: it was not done after {}.", seconds(.0))]
    Wall(Duration),
    /// The other end of the archive.
    #[error("The export was stopped: nobody took the archive's bytes for {}.", seconds(.0))]
    Stalled(Duration),
    /// Its memories together.
    #[error("The plugin was stopped: it wanted more than {} of memory.", size(*.0 as u64))]
    Memory(usize),
    /// Bytes written into entries.
    #[error("The plugin was stopped: it wrote more than {}.", size(*.0))]
    Written(u64),
    /// Bytes of attachments.
    #[error("The plugin was stopped: the attachments it put in came to more than {}.", size(*.0))]
    Included(u64),
    /// Bytes of a fetched document.
    #[error("The plugin was stopped: the document that it fetched came to more than {}.", size(*.0))]
    Evidence(u64),
    /// Other runs of the same plugin.
    #[error("The plugin is busy: {runs} runs of it go on already, and none of them ended in {}. Try again later.", seconds(.waited))]
    Busy {
        /// How many may go on at the same time.
        runs: usize,
        /// How long this one waited for its turn.
        waited: Duration,
    },
    /// Number of entries.
    #[error("The plugin was stopped: it made more than {0} entries.")]
    Entries(u32),
    /// One call's data.
    #[error("The plugin was stopped: it handed over more than {} at once.", size(*.0 as u64))]
    Message(usize),
    /// Calls of the host.
    #[error("The plugin was stopped: it called the program more than {0} times.")]
    Calls(u64),
    /// PDFs asked for.
    #[error("The plugin was stopped: it asked for more than {0} PDFs.")]
    Renders(u32),
    /// The machine stopped it.
    #[error("The plugin crashed: {0}.")]
    Trapped(String),
    /// An entry's path.
    #[error("The plugin was stopped: it made an entry {}, which {why}.", quoted(.path))]
    Path {
        /// As the plugin gave it.
        path: String,
        /// What is wrong with it.
        why: PathFault,
    },
    /// An entry begun and not ended.
    #[error("The plugin left the entry {} unfinished, so the archive would be incomplete.", quoted(.0))]
    Unfinished(String),
    /// Two entries at once.
    #[error("The plugin was stopped: it began an entry while {} was open; entries are written one after the other.", quoted(.0))]
    TwoOpen(String),
    /// The manifest's place was said twice.
    #[error("The plugin was stopped: it gave the manifest a second place; it has one.")]
    TwoManifests,
    /// What it returned is not what it promised.
    #[error("The plugin's answer cannot be used: {0}.")]
    Answer(String),
    /// It is not a component, or one for something else.
    #[error("This file is not {wanted} for this version of Redress: {why}.")]
    WrongKind {
        /// "an exporter" or "a linking adapter".
        wanted: &'static str,
        /// What is missing.
        why: String,
    },
    /// The plugin says so itself.
    #[error("{0}")]
    Failed(Failure),
    /// The archive would not take more.
    #[error("The archive could not be written: {0}")]
    Archive(#[from] ArchiveError),
    /// The case could not be given.
    #[error("The case could not be read for the plugin: {0}")]
    Source(String),
    /// What it says of itself cannot be used.
    #[error("The plugin's manifest cannot be used: {0}")]
    Manifest(String),
    /// Ours.
    #[error("The plugin could not be run: {0}. This is a fault of Redress, not of the plugin.")]
    Host(String),
}

/// A failure that the plugin reported, of the kinds of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// What the operator typed in the settings is wrong.
    #[error("The plugin's settings are wrong: {0}")]
    BadSettings(String),
    /// The other system refused the credentials.
    #[error("The other system refused us: {0}")]
    Refused(String),
    /// The other system is down; trying again may help.
    #[error("The other system cannot be used at the moment: {0}")]
    Unavailable(String),
    /// This case or query cannot be handled.
    #[error("The plugin cannot handle this: {0}")]
    BadInput(String),
    /// A limit or a permission of the host.
    #[error("The plugin was not allowed to go on: {0}")]
    Denied(String),
    /// Anything else.
    #[error("The plugin failed: {0}")]
    Other(String),
}

/// Why an archive takes no more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// The person's connection is closed; nobody needs to be told.
    #[error("whoever was to receive it has gone.")]
    Gone,
    /// The disk, or the format.
    #[error("{0}")]
    Failed(String),
}

/// What goes wrong before any plugin runs.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// wasmtime would not start.
    #[error("the plugin engine cannot start on this machine: {0}")]
    Engine(String),
    /// Threads.
    #[error("the plugin engine got no threads: {0}")]
    Threads(#[source] std::io::Error),
    /// The folder for compiled code.
    #[error(
        "the folder for compiled plugins {path} cannot be made: {error}; give another with --cache"
    )]
    Cache {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
}

impl Cause {
    /// What an error that came out of the sandbox means. `said` is the last error in the run's log.
    pub(super) fn of(error: wasmtime::Error, message_limit: usize, said: Option<&str>) -> Self {
        if let Some(cause) = error.downcast_ref::<Cause>() {
            return cause.clone();
        }
        if error.is::<wasmtime_wasi::I32Exit>() {
            return Self::Trapped("it ended itself instead of answering".into());
        }
        if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
            return Self::Trapped(plain(*trap, said));
        }
        let root = error.root_cause().to_string();
        // wasmtime keeps this error's type to itself.
        if root.contains("fuel allocated for hostcalls") {
            return Self::Message(message_limit);
        }
        Self::Trapped(format!("it broke the contract ({})", clip(&root, 300)))
    }
}

fn plain(trap: wasmtime::Trap, said: Option<&str>) -> String {
    use wasmtime::Trap;
    match trap {
        Trap::StackOverflow => "its calls went too deep".into(),
        Trap::UnreachableCodeReached => match said {
            Some(said) => format!("it gave up, saying \"{}\"", clip(said, 300)),
            None => "it gave up without saying why".into(),
        },
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::HeapMisaligned => {
            // A Rust guest keeps its stack at the bottom of its memory and falls off it.
            "it reached outside its own memory, as calls that go too deep do".into()
        }
        Trap::IntegerDivisionByZero => "it divided by zero".into(),
        Trap::IntegerOverflow | Trap::BadConversionToInteger => {
            "it calculated with a number that does not fit".into()
        }
        other => format!("it broke a rule of the sandbox ({other})"),
    }
}

fn quoted(path: &str) -> String {
    let shown: String = path.escape_debug().take(120).collect();
    format!("\"{shown}\"")
}

fn seconds(duration: &Duration) -> String {
    match duration.as_millis() {
        ms if ms < 1000 => format!("{ms} milliseconds"),
        ms if ms < 120_000 => format!("{} seconds", ms / 1000),
        ms => format!("{} minutes", ms / 60_000),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        b if b < 1 << 20 => format!("{} KB", b >> 10),
        b if b < 1 << 30 => format!("{} MB", b >> 20),
        b => format!("{} GB", b >> 30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_read_as_sentences() {
        let path = Cause::Path {
            path: "../\u{202e}x".into(),
            why: PathFault::Invisible,
        };
        for (cause, sentence) in [
            (
                Cause::Computing(Duration::from_millis(50)),
                "The plugin was stopped: it computed for 50 milliseconds without coming to an end.",
            ),
            (
                Cause::Wall(Duration::from_secs(900)),
                "The plugin was stopped: it was not done after 15 minutes.",
            ),
            (
                Cause::Memory(256 << 20),
                "The plugin was stopped: it wanted more than 256 MB of memory.",
            ),
            (
                path,
                "The plugin was stopped: it made an entry \"../\\u{202e}x\", which has control or invisible characters.",
            ),
            (
                Cause::Archive(ArchiveError::Gone),
                "The archive could not be written: whoever was to receive it has gone.",
            ),
        ] {
            assert_eq!(cause.to_string(), sentence);
        }
    }
}
