//! What runs beside a complaint on clocks of its own (domain rules §2.1, §9).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::case::HazardStep;
use crate::domain::ids::{HazardId, RelatedId};

/// A hazard whose own clocks run beside the complaint's (Awaab's Law).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// Its number in the case.
    pub id: HazardId,
    /// What it is.
    pub description: String,
    /// Imminent danger.
    pub emergency: bool,
    /// When the landlord became aware.
    pub aware_at: DateTime<Utc>,
    /// When it was made safe, for an emergency.
    #[serde(default)]
    pub made_safe_at: Option<DateTime<Utc>>,
    /// When the investigation ended.
    #[serde(default)]
    pub investigated_at: Option<DateTime<Utc>>,
    /// When the written summary went to the tenant.
    #[serde(default)]
    pub summary_sent_at: Option<DateTime<Utc>>,
    /// When safety work was done.
    #[serde(default)]
    pub safety_work_at: Option<DateTime<Utc>>,
    /// When steps were taken to begin further work.
    #[serde(default)]
    pub further_steps_at: Option<DateTime<Utc>>,
    /// When further work began.
    #[serde(default)]
    pub further_work_at: Option<DateTime<Utc>>,
    /// The steps that nothing calls for.
    #[serde(default)]
    pub not_needed: Vec<StepNotNeeded>,
}

impl Hazard {
    /// Why nothing calls for `step`, if that was found.
    pub fn not_needed(&self, step: HazardStep) -> Option<&StepNotNeeded> {
        self.not_needed.iter().find(|found| found.step == step)
    }
}

/// A step on a hazard that nothing calls for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepNotNeeded {
    /// Which.
    pub step: HazardStep,
    /// Why.
    pub reason: String,
    /// When that was found.
    pub at: DateTime<Utc>,
}

/// A request of another kind inside the same letter, on its own clock (domain rules §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelatedKind {
    /// A data-protection complaint.
    DpComplaint,
    /// A subject access request.
    SubjectAccess,
    /// A STAIRs information request.
    StairsRequest,
}

/// A related request and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Its number in the case.
    pub id: RelatedId,
    /// What kind.
    pub kind: RelatedKind,
    /// What was asked.
    pub text: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Why the law's further months for a complex request were taken, where they were.
    #[serde(default)]
    pub complex: Option<String>,
    /// When it was acknowledged (data-protection complaints) or answered.
    #[serde(default)]
    pub answered_at: Option<DateTime<Utc>>,
}
