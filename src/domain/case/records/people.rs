//! What the resident thought, who may see the case, and the sums it comes to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::Pence;

/// What the resident thought of the handling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Satisfaction {
    /// The stage asked about.
    pub stage: u8,
    /// Five-point scale.
    pub answer: SatisfactionAnswer,
    /// Their words.
    #[serde(default)]
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// The five-point scale of the satisfaction measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the survey's own words")]
pub enum SatisfactionAnswer {
    VerySatisfied,
    FairlySatisfied,
    Neither,
    FairlyDissatisfied,
    VeryDissatisfied,
    DontKnow,
}

/// Who alone may see a case, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Account names.
    pub people: Vec<String>,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The money a case offered at each stage and was ordered to pay, side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Offered at stage 1.
    pub stage1: Pence,
    /// Offered at stage 2.
    pub stage2: Pence,
    /// Offered after the final response.
    pub later: Pence,
    /// Ordered by the Ombudsman.
    pub ordered: Pence,
}
