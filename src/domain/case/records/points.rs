//! What was found: points and the decisions on them (Code 6.7).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::file::RecordKey;
use crate::domain::category::{Theme, seeded_title};
use crate::domain::ids::{DocumentId, PointId};

/// What the landlord found on a point, and overall (domain rules §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Code's own words")]
pub enum Decision {
    Upheld,
    PartlyUpheld,
    NotUpheld,
}

/// A decision on a point at one stage. A later one at the same stage replaces it in the answer, never in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointDecision {
    /// 1 or 2.
    pub stage: u8,
    /// What was found.
    pub decision: Decision,
    /// Why (Code 6.7).
    pub reasons: String,
    /// Policy, law and good practice relied on (Code 6.7).
    #[serde(default)]
    pub references: Vec<String>,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// One thing complained of, answered on its own (Code 6.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Its number in the case.
    pub id: PointId,
    /// The point, in plain words.
    pub text: String,
    /// Its category key.
    pub category: String,
    /// What the key stood for when the point was raised; none in files of an earlier version.
    #[serde(default)]
    pub theme: Option<Theme>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Decisions, oldest first.
    #[serde(default)]
    pub decisions: Vec<PointDecision>,
    /// Refused in part: it gets a refusal notice, not an answer.
    #[serde(default)]
    pub refused: bool,
    /// How it came to be considered after all, if it had been refused (Code 2.4).
    #[serde(default)]
    pub accepted: Option<PointAccepted>,
    /// What bears on it, as it was chosen last.
    #[serde(default)]
    pub evidence: Evidence,
}

/// What of the file bears on a point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Documents of the case.
    #[serde(default)]
    pub documents: Vec<DocumentId>,
    /// Records of other systems.
    #[serde(default)]
    pub records: Vec<RecordKey>,
}

impl Evidence {
    /// Whether nothing was chosen yet.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.records.is_empty()
    }
}

impl Point {
    /// The category in words, as they were when the point was raised.
    pub fn category_title(&self) -> String {
        category_title(self.theme.as_ref(), &self.category)
    }
}

/// What a category is called where a point carries it: by the words recorded with it, or those it came with.
pub fn category_title(theme: Option<&Theme>, key: &str) -> String {
    let kept = theme.map(|theme| theme.title.clone());
    kept.or_else(|| seeded_title(key)).unwrap_or_else(|| {
        let last = key.rsplit_once('.').map_or(key, |(_, last)| last);
        last.replace('_', " ")
    })
}

/// A refused point that is considered after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointAccepted {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// The Ombudsman told the landlord to.
    pub by_ombudsman: bool,
    /// How many refusals the case had seen by then: those no longer bind.
    pub refusals: usize,
}

impl Point {
    /// The decision that stands.
    pub fn decision(&self) -> Option<&PointDecision> {
        self.decisions.last()
    }
}
