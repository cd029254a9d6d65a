//! What a stage records on its way: extensions, responses and refusals (Code 2, 6).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::points::Decision;
use crate::domain::ids::PointId;

/// The resident's view of an extension (domain rules §3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResidentView {
    /// They agreed.
    Agreed,
    /// They objected.
    Objected,
    /// They could not be reached.
    #[default]
    NotReached,
}

/// How it stood with the resident when the case was closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingOutcome {
    /// Everything was answered and done.
    #[default]
    Answered,
    /// The resident agreed that it is settled.
    Agreed,
    /// The resident could not be reached, as the recorded tries show.
    UnableToContact,
}

impl ClosingOutcome {
    /// Every one, in the order it is offered.
    pub const ALL: [Self; 3] = [Self::Answered, Self::Agreed, Self::UnableToContact];

    /// The words that follow "Case closed", if any.
    pub fn words(self) -> &'static str {
        match self {
            Self::Answered => "",
            Self::Agreed => " as agreed with the resident",
            Self::UnableToContact => "; the resident could not be reached",
        }
    }
}

/// An extension of a stage's response date (Code 6.4, 6.15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The date it replaces.
    pub old_due: NaiveDate,
    /// The new date.
    pub new_due: NaiveDate,
    /// The reason told to the resident.
    pub reason: String,
    /// Days between updates (Code 5.9).
    pub update_every_days: u16,
    /// What the resident thinks of it.
    pub resident_view: ResidentView,
    /// Why more than the Code's further days are needed, where they are.
    #[serde(default)]
    pub good_reason: Option<String>,
    /// Who approved that.
    #[serde(default)]
    pub approved_by: Option<String>,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// Decided after the due date: kept, and cures nothing.
    pub retrospective: bool,
    /// Longer in all than the Code allows without good reason.
    pub over_cap: bool,
}

/// A stage's full response as issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// The summary of the findings.
    pub summary: String,
    /// Overall outcome over the answered points.
    pub outcome: Decision,
    /// Who wrote it.
    pub author: String,
    /// Who approved it.
    #[serde(default)]
    pub approved_by: Option<String>,
    /// Why it says something else than the letter that was approved.
    #[serde(default)]
    pub changed_since: Option<String>,
}

/// The only grounds on which a complaint may be refused (Code 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Code's own words")]
pub enum RefusalGround {
    #[serde(rename = "older_than_12_months")]
    OlderThan12Months,
    ProceedingsIssued,
    AlreadyConsidered,
    NotOurResponsibility,
    OtherStatedInPolicy,
}

/// How discretion was considered for an older matter (Code 2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discretion {
    /// What was weighed.
    pub factors: String,
    /// What was decided.
    pub decision: String,
    /// Who considered it.
    #[serde(default)]
    pub by: Option<String>,
    /// When.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

/// A refusal of the whole complaint, of some points, or of an escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalRecord {
    /// The stage refused.
    pub stage: u8,
    /// The points refused; empty means the whole.
    #[serde(default)]
    pub points: Vec<PointId>,
    /// The ground.
    pub ground: RefusalGround,
    /// Reasons specific to this case.
    pub reasons: String,
    /// When the claim was filed at court.
    #[serde(default)]
    pub claim_filed_on: Option<NaiveDate>,
    /// When the matter arose.
    #[serde(default)]
    pub date_of_issue: Option<NaiveDate>,
    /// When the resident became aware of it.
    #[serde(default)]
    pub date_became_aware: Option<NaiveDate>,
    /// The discretion record.
    #[serde(default)]
    pub discretion: Option<Discretion>,
    /// A better route: tribunal, insurer, council, police.
    #[serde(default)]
    pub better_route: Option<String>,
    /// What the decision rests on, beyond the dates above.
    #[serde(default)]
    pub evidence: String,
    /// Who decided.
    pub decided_by: String,
    /// The second person.
    pub approved_by: String,
    /// When.
    pub at: DateTime<Utc>,
}
