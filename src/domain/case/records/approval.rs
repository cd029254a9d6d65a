//! Approvals asked for and given (Code 4.2; E13).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ApprovalId, RemedyId};

/// What an approval is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ApprovalSubject {
    /// The money in a remedy.
    Remedy {
        /// Which remedy.
        remedy: RemedyId,
    },
    /// A stage's response.
    Response {
        /// Which stage.
        stage: u8,
    },
    /// A refusal.
    Refusal,
    /// An extension beyond the Code's further days.
    Extension {
        /// Which stage.
        stage: u8,
    },
}

/// An approval asked for, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its number in the case.
    pub id: ApprovalId,
    /// What it is about.
    pub subject: ApprovalSubject,
    /// Who asked.
    pub requested_by: String,
    /// Whom they asked.
    #[serde(default)]
    pub requested_of: Option<String>,
    /// A line to the approver.
    #[serde(default)]
    pub note: Option<String>,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Who answered.
    #[serde(default)]
    pub answered_by: Option<String>,
    /// When.
    #[serde(default)]
    pub answered_at: Option<DateTime<Utc>>,
    /// Yes or no.
    #[serde(default)]
    pub approved: Option<bool>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}
