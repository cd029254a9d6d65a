//! What others are asked to contribute to a case: another team, a contractor (domain rules §10 step 3, §11).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ContributionId, DocumentId};

/// Something asked of another team or a contractor, with its own date. Who handles the complaint answers for it all
/// the same (Code 4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Its number in the case.
    pub id: ContributionId,
    /// The team or firm that is asked.
    pub team: String,
    /// What is asked.
    pub what: String,
    /// The account of the person who is to answer, where it is known.
    #[serde(default)]
    pub of: Option<String>,
    /// The last day on which the answer helps.
    pub due: NaiveDate,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What came back.
    #[serde(default)]
    pub given: Option<Given>,
    /// Why it is not asked any more.
    #[serde(default)]
    pub withdrawn: Option<String>,
}

impl Contribution {
    /// Whether it is still waited for.
    pub fn is_open(&self) -> bool {
        self.given.is_none() && self.withdrawn.is_none()
    }
}

/// What came back of a contribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The answer.
    pub text: String,
    /// Documents on the case that came with it.
    #[serde(default)]
    pub evidence: Vec<DocumentId>,
    /// Whose answer it is, where somebody else wrote it down.
    #[serde(default)]
    pub from: Option<String>,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}
