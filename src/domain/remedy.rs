//! Putting things right (Code 7): remedies, the actions that carry them through, and money.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ids::{ActionId, DocumentId, Pence, PointId, RemedyId};
use super::rate::RateFollowed;

/// What kind of remedy (Code 7.1; the last five are common practice).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Code's own words")]
pub enum RemedyKind {
    Apology,
    AcknowledgementOfFault,
    ExplanationOrReasons,
    Assistance,
    ActionToEndDelay,
    ReconsiderOrChangeDecision,
    CorrectOrAnnotateRecord,
    FinancialRemedy,
    ChangePolicyProcedurePractice,
    InspectionOrSurvey,
    Meeting,
    DecantOrAlternativeAccommodation,
    StaffTraining,
    ReferralToInsurer,
}

impl RemedyKind {
    /// Every kind, in the order it is offered.
    pub const ALL: [Self; 14] = [
        Self::Apology,
        Self::AcknowledgementOfFault,
        Self::ExplanationOrReasons,
        Self::Assistance,
        Self::ActionToEndDelay,
        Self::ReconsiderOrChangeDecision,
        Self::CorrectOrAnnotateRecord,
        Self::FinancialRemedy,
        Self::ChangePolicyProcedurePractice,
        Self::InspectionOrSurvey,
        Self::Meeting,
        Self::DecantOrAlternativeAccommodation,
        Self::StaffTraining,
        Self::ReferralToInsurer,
    ];

    /// Whether the response letter itself carries it out, so that no later action is needed.
    pub fn done_by_the_letter(self) -> bool {
        matches!(
            self,
            Self::Apology | Self::AcknowledgementOfFault | Self::ExplanationOrReasons
        )
    }
}

/// What a sum is for (domain rules §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the guidance's own words")]
pub enum CompensationHead {
    Heating,
    HotWater,
    Power,
    Lighting,
    Water,
    RoomLoss,
    MissedAppointment,
    Distress,
    TimeAndTrouble,
    ComplaintHandling,
    FinancialLoss,
    Goodwill,
    Statutory,
}

impl CompensationHead {
    /// Every head, in the order it is offered.
    pub const ALL: [Self; 13] = [
        Self::Heating,
        Self::HotWater,
        Self::Power,
        Self::Lighting,
        Self::Water,
        Self::RoomLoss,
        Self::MissedAppointment,
        Self::Distress,
        Self::TimeAndTrouble,
        Self::ComplaintHandling,
        Self::FinancialLoss,
        Self::Goodwill,
        Self::Statutory,
    ];
}

/// What a rate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompensationUnit {
    /// Each day.
    Day,
    /// Each week.
    Week,
    /// Each time it happened.
    Each,
    /// Each hundredth of the rent.
    PercentOfRent,
    /// One sum for all of it.
    Lump,
}

/// The money in a remedy: amount, head, source of the figure, who agreed, whether it was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompensationLine {
    /// The sum, in pence; always above zero.
    pub amount: Pence,
    /// What it is for.
    pub head: CompensationHead,
    /// The first day it is for.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// The last day it is for.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// How many of the unit.
    #[serde(default)]
    pub quantity: Option<u32>,
    /// What the rate is for.
    #[serde(default)]
    pub unit: Option<CompensationUnit>,
    /// The rate of one unit.
    #[serde(default)]
    pub rate: Option<Pence>,
    /// The rate of the landlord's table that it follows, as it was on the day of the offer (Code 7.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Box<RateFollowed>>,
    /// The guidance or policy it follows, in the words of whoever offered it, with its version (Code 7.4).
    #[serde(default)]
    pub guidance_ref: Option<String>,
    /// Who agreed to it: never the person who proposed it.
    #[serde(default)]
    pub approved_by: Option<String>,
    /// When it was paid.
    #[serde(default)]
    pub paid_on: Option<NaiveDate>,
    /// How it was paid.
    #[serde(default)]
    pub pay_method: Option<String>,
    /// Set off against arrears, with the resident's explicit agreement in words.
    #[serde(default)]
    pub set_off_agreement: Option<String>,
}

impl CompensationLine {
    /// What the sum rests on: the rate with its source and version, then what whoever offered it named besides.
    pub fn guidance(&self) -> Option<String> {
        let rule = self.rule.as_ref().map(|rule| rule.words(self.amount));
        let said: Vec<String> = rule.into_iter().chain(self.guidance_ref.clone()).collect();
        (!said.is_empty()).then(|| said.join("\n"))
    }
}

/// One remedy offered at a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// Its number in the case.
    pub id: RemedyId,
    /// What kind.
    pub kind: RemedyKind,
    /// What will be done, in words for the resident.
    pub description: String,
    /// The points it answers; empty means the whole complaint.
    #[serde(default)]
    pub points: Vec<PointId>,
    /// The stage at which it was offered: 1 or 2.
    pub offered_at_stage: u8,
    /// That stage had been answered by then, so its response does not hold it.
    #[serde(default)]
    pub after_response: bool,
    /// Who proposed it.
    pub proposed_by: String,
    /// The effect on the resident that it answers (Code 7.2).
    #[serde(default)]
    pub impact: Option<String>,
    /// The resident's view: agreed, declined, or not known.
    #[serde(default)]
    pub accepted: Option<bool>,
    /// The money in it, if any.
    #[serde(default)]
    pub compensation: Option<CompensationLine>,
    /// The action that carries it through, unless the letter itself does.
    #[serde(default)]
    pub action: Option<ActionId>,
}

/// Where a promised action stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStatus {
    /// Promised and not yet done.
    #[default]
    Open,
    /// Done, with evidence.
    Done,
    /// Will not be done, for a stated reason the resident was told.
    Cancelled,
}

/// Something promised with a date and an owner, tracked after the case is answered (Code 6.6, 7.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Its number in the case.
    pub id: ActionId,
    /// The remedy it carries through.
    #[serde(default)]
    pub remedy: Option<RemedyId>,
    /// What is to be done.
    pub what: String,
    /// Who must see that it is.
    pub owner: String,
    /// When it was promised.
    pub promised_on: NaiveDate,
    /// The date promised.
    pub due: NaiveDate,
    /// Where it stands.
    #[serde(default)]
    pub status: ActionStatus,
    /// What shows that it was done.
    #[serde(default)]
    pub evidence: Vec<DocumentId>,
    /// When it was done or cancelled.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
    /// Why it was cancelled, or a note on how it was done.
    #[serde(default)]
    pub reason: Option<String>,
    /// The resident was told of the outcome.
    #[serde(default)]
    pub resident_told: bool,
}
