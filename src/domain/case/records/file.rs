//! What lies on the file: contacts, and snapshots of records elsewhere as they were when fetched.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::LinkId;
use crate::domain::intake::Channel;

/// Which way a contact went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the resident or another party.
    In,
    /// From the landlord.
    Out,
    /// Among colleagues, or a note to the file.
    Internal,
}

/// A contact or a note on the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Which way.
    pub direction: Direction,
    /// How; none for a note.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// With whom.
    #[serde(default)]
    pub with: Option<String>,
    /// What was said.
    pub summary: String,
    /// The resident may see it.
    #[serde(default)]
    pub visible_to_resident: bool,
    /// How the resident's adjustments and safe contact were met, or why not (E15).
    #[serde(default)]
    pub adjustments_note: Option<String>,
    /// Who recorded it.
    pub by: String,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// A record of another system as it was when fetched: a snapshot, never overwritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedRecord {
    /// Its number in the case; every version has its own.
    pub id: LinkId,
    /// The source it came from, such as `csv-folder`.
    pub source: String,
    /// Its identifier there.
    pub external_id: String,
    /// `repair`, `asb`, `tenancy`, `contact`, `hazard`, `alert` or the source's word.
    pub kind: String,
    /// A line for lists.
    pub title: String,
    /// The whole record as JSON text, as it came.
    pub document: String,
    /// When it was fetched.
    pub snapshot_at: DateTime<Utc>,
    /// SHA-256 of `document`, lower-case hex.
    pub hash: String,
    /// 1, then 2 when the other system's record changed.
    pub version: u32,
    /// Linked by a person, or found by itself.
    #[serde(default)]
    pub by_hand: bool,
    /// When it was taken off the case, as not belonging.
    #[serde(default)]
    pub unlinked_at: Option<DateTime<Utc>>,
}

/// A record of another system, whichever version of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKey {
    /// The source.
    pub source: String,
    /// What it is there.
    pub kind: String,
    /// Its identifier there.
    pub external_id: String,
}

impl LinkedRecord {
    /// Which record it is a version of.
    pub fn key(&self) -> RecordKey {
        RecordKey {
            source: self.source.clone(),
            kind: self.kind.clone(),
            external_id: self.external_id.clone(),
        }
    }

    /// Whether it is a version of this record.
    pub fn is(&self, key: &RecordKey) -> bool {
        self.source == key.source && self.kind == key.kind && self.external_id == key.external_id
    }

    /// Whether both are versions of one record.
    pub fn same_record(&self, other: &Self) -> bool {
        self.source == other.source
            && self.external_id == other.external_id
            && self.kind == other.kind
    }
}

/// How the failure of a source begins that was not asked, because the case does not say whom to look for.
pub const NOT_ASKED: &str = "Not asked: ";
/// How the failure of a source begins that is there, but whose files are still being made ready to be looked through.
pub const BEING_READ: &str = "Being read for the first time: ";

/// How a linked source answered last: a source that is down says so and blocks nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceState {
    /// The source.
    pub source: String,
    /// When it was last asked.
    pub asked_at: DateTime<Utc>,
    /// When it last answered.
    #[serde(default)]
    pub fetched_at: Option<DateTime<Utc>>,
    /// What went wrong the last time, in a sentence.
    #[serde(default)]
    pub failure: Option<String>,
    /// What the source remarked, such as a file it could not read.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// The corrected wording of an entry of the chronology. What was generated stays in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewording {
    /// The number of the entry.
    pub entry: u32,
    /// The number of the event that corrected it.
    pub seq: u32,
    /// How it reads now.
    pub wording: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Why something that a complete file would hold is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapExplanation {
    /// Bundle category, `01` to `14`.
    pub category: String,
    /// What is missing, as readiness words it.
    pub what: String,
    /// The explanation.
    pub text: String,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}
