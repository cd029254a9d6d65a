//! How backups stand: what there is of them, and what only the running program knows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::bucket::{BucketView, Sent};
use super::drill::Drill;
use super::files::Backup;
use super::plan::Plan;
use crate::store::verify::Step;

/// Where a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the folder beside the data file.
    Beside,
    /// In the plan's other folder.
    Also,
}

/// What is being done now.
#[derive(Clone, Debug)]
pub struct Doing {
    /// The name of the backup that is checked; none while one is made.
    pub checks: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How far it is.
    pub step: Option<Step>,
}

/// Something that did not go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When.
    pub at: DateTime<Utc>,
    /// Why, and what to do.
    pub why: String,
}

/// What came of a check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// What was found, or why the backup is none.
    pub found: Result<Drill, String>,
}

/// Everything there is to know about backups.
#[derive(Clone, Debug)]
pub struct Backups {
    /// The plan in force.
    pub plan: Plan,
    /// Its version; 0 for the one that comes with the program.
    pub version: u32,
    /// The folder beside the data file.
    pub folder: PathBuf,
    /// The rolling copy, once there is one.
    pub latest: Option<PathBuf>,
    /// What is in the folder, newest first.
    pub beside: Vec<Backup>,
    /// Why that cannot be seen, if so.
    pub beside_trouble: Option<String>,
    /// What is in the other folder, newest first, or why it cannot be seen.
    pub also: Result<Vec<Backup>, String>,
    /// The next turn; none when the plan is off.
    pub next: Option<DateTime<Utc>>,
    /// Whether the last one should have come a good while ago.
    pub late: bool,
    /// What is being done now.
    pub doing: Option<Doing>,
    /// What went wrong since the last backup that went well.
    pub failure: Option<Failure>,
    /// The object store that each one is sent to.
    pub bucket: BucketView,
    /// What was sent there last, since the program started.
    pub sent: Option<Sent>,
    /// What checks found since the program started, by place and name.
    pub checks: BTreeMap<(Place, String), Checked>,
}

/// What backups know that no file says.
#[derive(Debug, Default)]
pub(in crate::desk) struct Keeper {
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) doing: Option<Doing>,
    pub(super) sent: Option<Sent>,
    pub(super) failure: Option<Failure>,
    pub(super) checks: BTreeMap<(Place, String), Checked>,
}

impl Keeper {
    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn step(&self, step: Step) {
        if let Some(doing) = &mut self.told().doing {
            doing.step = Some(step);
        }
    }
}
