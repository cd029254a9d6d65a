//! Approvals asked for and given (Code 4.2; E13).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::letter::LetterBlock;
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

/// What whoever writes a response would say in it, put to a second person before it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedResponse {
    /// The summary of the findings.
    #[serde(default)]
    pub summary: String,
    /// What was learnt.
    #[serde(default)]
    pub learning: String,
}

/// A letter as it was put to a second person: what it would have said at that moment, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutLetter {
    /// What its writer said in it.
    pub wording: ProposedResponse,
    /// Its blocks, in order.
    pub blocks: Vec<LetterBlock>,
}

impl PutLetter {
    /// The headings under which `now` says something else; empty where a letter is the one that was put.
    pub fn differs(&self, now: &[LetterBlock]) -> Vec<String> {
        let text = |all: &[LetterBlock], name: &str| {
            let found = all.iter().find(|block| block.name == name);
            found.map(|block| block.text.clone())
        };
        let gone = self.blocks.iter().filter(|b| text(now, &b.name).is_none());
        let changed = now
            .iter()
            .filter(|b| text(&self.blocks, &b.name).as_ref() != Some(&b.text));
        changed.chain(gone).map(|b| b.heading.clone()).collect()
    }
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
    /// Of a response, the letter as it was put to them.
    #[serde(default)]
    pub letter: Option<PutLetter>,
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
