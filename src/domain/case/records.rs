//! The smaller records a case holds: points, extensions, responses, documents, letters, links.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{
    ApprovalId, DocumentId, HazardId, LetterId, LinkId, Pence, PointId, RelatedId, RemedyId,
};
use crate::domain::intake::Channel;
use crate::domain::letter::LetterKind;

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
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Decisions, oldest first.
    #[serde(default)]
    pub decisions: Vec<PointDecision>,
    /// Refused in part: it gets a refusal notice, not an answer.
    #[serde(default)]
    pub refused: bool,
}

impl Point {
    /// The decision that stands.
    pub fn decision(&self) -> Option<&PointDecision> {
        self.decisions.last()
    }
}

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
}

/// The only grounds on which a complaint may be refused (Code 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the Code's own words")]
pub enum RefusalGround {
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
    /// Who decided.
    pub decided_by: String,
    /// The second person.
    pub approved_by: String,
    /// When.
    pub at: DateTime<Utc>,
}

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

/// How delicate a document is, and for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Ordinary case material.
    #[default]
    Ordinary,
    /// About someone else: not for disclosure to the resident.
    ThirdParty,
    /// Health, disability and the like.
    SpecialCategory,
    /// Legal advice: never in a bundle.
    Privileged,
}

/// A document on the case. Its bytes live in the store under the hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its number in the case.
    pub id: DocumentId,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// As recognised from the bytes.
    pub media_type: String,
    /// The name it came with, made safe.
    pub file_name: String,
    /// What it is, for the index.
    pub title: String,
    /// The kind, which gives its bundle category.
    pub kind: DocumentKind,
    /// The document's own date.
    #[serde(default)]
    pub doc_date: Option<NaiveDate>,
    /// How delicate it is.
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// The system it came from, when not typed in here.
    #[serde(default)]
    pub source_system: Option<String>,
    /// Its identifier there.
    #[serde(default)]
    pub source_id: Option<String>,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: DateTime<Utc>,
}

/// What a document is; each kind belongs to one category of the bundle (domain rules §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum DocumentKind {
    ComplaintS1,
    CallNote,
    AcknowledgementS1,
    ExtensionNotice,
    InvestigationS1,
    ResponseS1,
    RefusalNotice,
    ProofOfSending,
    EscalationRequest,
    AcknowledgementS2,
    InvestigationS2,
    ResponseS2,
    TenancyAgreement,
    PropertyRecord,
    RepairRecord,
    InspectionReport,
    AsbRecord,
    ContactRecord,
    CallRecording,
    VulnerabilityRecord,
    Policy,
    RemedyRecord,
    PaymentProof,
    ActionEvidence,
    ChargesRecord,
    ThirdPartyRecord,
    DecisionRecord,
    LegalAdvice,
    AfterFinalResponse,
    OrderEvidence,
    Photo,
    Video,
    Audio,
    Other,
}

impl DocumentKind {
    /// Every kind, in the order it is offered.
    pub const ALL: [Self; 34] = [
        Self::ComplaintS1,
        Self::CallNote,
        Self::AcknowledgementS1,
        Self::ExtensionNotice,
        Self::InvestigationS1,
        Self::ResponseS1,
        Self::RefusalNotice,
        Self::ProofOfSending,
        Self::EscalationRequest,
        Self::AcknowledgementS2,
        Self::InvestigationS2,
        Self::ResponseS2,
        Self::TenancyAgreement,
        Self::PropertyRecord,
        Self::RepairRecord,
        Self::InspectionReport,
        Self::AsbRecord,
        Self::ContactRecord,
        Self::CallRecording,
        Self::VulnerabilityRecord,
        Self::Policy,
        Self::RemedyRecord,
        Self::PaymentProof,
        Self::ActionEvidence,
        Self::ChargesRecord,
        Self::ThirdPartyRecord,
        Self::DecisionRecord,
        Self::LegalAdvice,
        Self::AfterFinalResponse,
        Self::OrderEvidence,
        Self::Photo,
        Self::Video,
        Self::Audio,
        Self::Other,
    ];

    /// The bundle category, `01` to `14`; legal advice has none, because it never leaves.
    pub fn category(self) -> Option<&'static str> {
        Some(match self {
            Self::ComplaintS1
            | Self::CallNote
            | Self::AcknowledgementS1
            | Self::ExtensionNotice
            | Self::InvestigationS1
            | Self::ResponseS1
            | Self::RefusalNotice
            | Self::ProofOfSending => "01",
            Self::EscalationRequest
            | Self::AcknowledgementS2
            | Self::InvestigationS2
            | Self::ResponseS2 => "02",
            Self::TenancyAgreement | Self::PropertyRecord => "03",
            Self::RepairRecord | Self::InspectionReport => "04",
            Self::AsbRecord => "05",
            Self::ContactRecord | Self::CallRecording => "06",
            Self::VulnerabilityRecord => "07",
            Self::Policy => "08",
            Self::RemedyRecord | Self::PaymentProof | Self::ActionEvidence => "09",
            Self::ChargesRecord => "10",
            Self::ThirdPartyRecord => "11",
            Self::DecisionRecord | Self::Other => "12",
            Self::LegalAdvice => return None,
            Self::AfterFinalResponse | Self::OrderEvidence => "13",
            Self::Photo | Self::Video | Self::Audio => "14",
        })
    }
}

/// A letter as issued. Immutable: a correction is another letter (E10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedLetter {
    /// Its number in the case.
    pub id: LetterId,
    /// What kind.
    pub kind: LetterKind,
    /// The stage it belongs to.
    pub stage: u8,
    /// When it was sent.
    pub issued_at: DateTime<Utc>,
    /// Who sent it.
    pub issued_by: String,
    /// How it was sent.
    pub channel: Channel,
    /// Its blocks, in order, word for word.
    pub blocks: Vec<LetterBlock>,
    /// The PDF, or the landlord's own file.
    #[serde(default)]
    pub document: Option<DocumentId>,
    /// Printed at 16 points or more.
    #[serde(default)]
    pub large_print: bool,
    /// How adjustments our letter cannot meet were met, or why not (E15).
    #[serde(default)]
    pub adjustments_note: Option<String>,
    /// The letter it corrects.
    #[serde(default)]
    pub addendum_to: Option<LetterId>,
}

/// One named block of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterBlock {
    /// Stable name, such as `ombudsman`.
    pub name: String,
    /// Heading in the letter.
    pub heading: String,
    /// The text.
    pub text: String,
    /// The Code paragraph it satisfies.
    #[serde(default)]
    pub provision: Option<String>,
}

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

impl LinkedRecord {
    /// Whether both are versions of one record.
    pub fn same_record(&self, other: &Self) -> bool {
        self.source == other.source
            && self.external_id == other.external_id
            && self.kind == other.kind
    }
}

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
    /// When further work began.
    #[serde(default)]
    pub further_work_at: Option<DateTime<Utc>>,
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
    /// When it was acknowledged (data-protection complaints) or answered.
    #[serde(default)]
    pub answered_at: Option<DateTime<Utc>>,
}

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
    /// Ordered by the Ombudsman.
    pub ordered: Pence,
}
