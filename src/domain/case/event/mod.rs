//! What happened, in the past tense. Events are only ever added; their names and fields are
//! for ever: new fields get defaults, old ones are never renamed or re-typed.

mod kind;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::records::{
    ApprovalSubject, ClosingOutcome, Contact, Decision, Document, Evidence, Extension,
    IssuedLetter, LinkedRecord, PutLetter, RefusalRecord, RelatedKind, SatisfactionAnswer,
    SourceState,
};
use crate::domain::category::{RootCause, Theme};
use crate::domain::clock::{ClockId, ReceiptRule};
use crate::domain::ids::{
    ActionId, ApprovalId, CaseRef, ContributionId, DocumentId, HazardId, OrderId, PointId,
    RecommendationId, RelatedId, RemedyId, TaskId,
};
use crate::domain::intake::{Channel, Intake, NewHazard, Triage};
use crate::domain::ombudsman::{Determination, HosNotice, HosRoute, ReviewRequestedBy};
use crate::domain::party::{Adjustment, Party, Representative};
use crate::domain::remedy::{Action, Remedy};

/// An event with its place and its two times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its number in the case, from 1.
    pub seq: u32,
    /// When it happened in the world; clocks run on this.
    pub at: DateTime<Utc>,
    /// When Redress was told.
    pub recorded_at: DateTime<Utc>,
    /// The account or token that told it.
    pub actor: String,
    /// What happened.
    pub event: Event,
}

/// Everything that can happen to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "variants and fields read as the sentence they record; see the command of like name"
)]
pub enum Event {
    /// A complaint was taken down: stage 1 begins. `themes` are what its points were filed under, in their order.
    ComplaintLogged {
        intake: Box<Intake>,
        policy_version: u32,
        receipt_rule: ReceiptRule,
        #[serde(default)]
        themes: Vec<Theme>,
    },
    /// A service request was taken down (Code 1.4).
    ServiceRequestLogged {
        intake: Box<Intake>,
        policy_version: u32,
        receipt_rule: ReceiptRule,
        #[serde(default)]
        themes: Vec<Theme>,
    },
    /// A survey comment was taken down (Code 1.6).
    SurveyFeedbackLogged {
        intake: Box<Intake>,
        policy_version: u32,
        receipt_rule: ReceiptRule,
        #[serde(default)]
        themes: Vec<Theme>,
    },
    ServiceRequestReviewed {
        note: String,
        next_review: Option<NaiveDate>,
    },
    Assigned {
        stage: u8,
        handler: String,
    },
    ConflictDeclared {
        person: String,
        reason: String,
    },
    /// A name that looked like a conflict of interest was considered, and is none (Code 5.8).
    ConflictSetAside {
        person: String,
        reason: String,
    },
    Triaged {
        triage: Triage,
    },
    Acknowledged {
        stage: u8,
        definition: String,
        outcomes_sought: String,
        handler: String,
        responsible_for: String,
        not_responsible_for: String,
    },
    Refused {
        refusal: RefusalRecord,
    },
    PointAdded {
        point: PointId,
        text: String,
        category: String,
        #[serde(default)]
        theme: Option<Theme>,
    },
    /// A new issue that must be its own complaint (Code 6.8); the desk opens it in the same breath.
    SeparateComplaintNeeded {
        text: String,
        category: String,
        why: String,
    },
    CaseLinked {
        reference: CaseRef,
        relation: String,
    },
    /// A point that had been refused is considered after all (Code 2.4).
    PointAccepted {
        point: PointId,
        reason: String,
        by_ombudsman: bool,
    },
    PointDecided {
        stage: u8,
        point: PointId,
        decision: Decision,
        reasons: String,
        references: Vec<String>,
    },
    /// What bears on a point, instead of what was chosen before.
    EvidenceChosen {
        point: PointId,
        evidence: Evidence,
    },
    RemedyOffered {
        remedy: Remedy,
        action: Option<Action>,
    },
    RemedyAnswered {
        remedy: RemedyId,
        accepted: bool,
    },
    CompensationApproved {
        remedy: RemedyId,
        approved_by: String,
    },
    CompensationPaid {
        remedy: RemedyId,
        paid_on: NaiveDate,
        method: String,
        evidence: Vec<DocumentId>,
        set_off_agreement: Option<String>,
    },
    ActionPromised {
        action: Action,
    },
    ActionCompleted {
        action: ActionId,
        completed_on: NaiveDate,
        evidence: Vec<DocumentId>,
        note: Option<String>,
        resident_told: bool,
    },
    ActionCancelled {
        action: ActionId,
        cancelled_on: NaiveDate,
        reason: String,
        resident_told: bool,
    },
    ResidentToldOfAction {
        action: ActionId,
    },
    ApprovalRequested {
        approval: ApprovalId,
        subject: ApprovalSubject,
        requested_of: Option<String>,
        note: Option<String>,
        #[serde(default)]
        letter: Option<Box<PutLetter>>,
    },
    ApprovalGiven {
        approval: ApprovalId,
        reason: Option<String>,
    },
    ApprovalDeclined {
        approval: ApprovalId,
        reason: String,
    },
    Extended {
        stage: u8,
        extension: Extension,
    },
    ResponseIssued {
        stage: u8,
        summary: String,
        outcome: Decision,
        approved_by: Option<String>,
        #[serde(default)]
        changed_since: Option<String>,
    },
    Escalated {
        received_at: DateTime<Utc>,
        channel: Channel,
        account: Option<String>,
    },
    Withdrawn {
        account: String,
    },
    Closed {
        root_causes: Vec<RootCause>,
        learning: String,
        #[serde(default)]
        outcome: ClosingOutcome,
    },
    Reopened {
        reason: String,
        by_ombudsman: bool,
    },
    ContactRecorded {
        contact: Contact,
    },
    NoteAdded {
        text: String,
    },
    DocumentAttached {
        document: Document,
    },
    /// A photo shows what another showed before the work; with none before, they are taken apart.
    PhotosPaired {
        after: DocumentId,
        before: Option<DocumentId>,
    },
    LetterIssued {
        letter: IssuedLetter,
    },
    RecordLinked {
        link: LinkedRecord,
    },
    RecordUnlinked {
        source: String,
        external_id: String,
        reason: Option<String>,
    },
    SourceAsked {
        state: SourceState,
    },
    ComplainantUpdated {
        complainant: Box<Party>,
    },
    AdjustmentRecorded {
        adjustment: Adjustment,
    },
    AdjustmentEnded {
        need: String,
        ended_on: NaiveDate,
        reason: String,
    },
    RepresentativeAppointed {
        representative: Representative,
    },
    RepresentativeWithdrawn {
        reason: Option<String>,
    },
    MemberAdded {
        member: Box<Party>,
    },
    /// A member of the group, by name, chose to get its letters or not.
    MemberLettersSet {
        member: String,
        wanted: bool,
    },
    HazardReported {
        hazard: HazardId,
        report: NewHazard,
        aware_at: DateTime<Utc>,
    },
    HazardStepTaken {
        hazard: HazardId,
        step: HazardStep,
    },
    /// The step will not be taken, because nothing calls for it.
    HazardStepNotNeeded {
        hazard: HazardId,
        step: HazardStep,
        reason: String,
    },
    ContributionAsked {
        contribution: ContributionId,
        team: String,
        what: String,
        #[serde(default)]
        of: Option<String>,
        due: NaiveDate,
    },
    ContributionGiven {
        contribution: ContributionId,
        text: String,
        #[serde(default)]
        evidence: Vec<DocumentId>,
        #[serde(default)]
        from: Option<String>,
    },
    ContributionWithdrawn {
        contribution: ContributionId,
        reason: String,
    },
    RelatedRequestOpened {
        related: RelatedId,
        request: RelatedKind,
        text: String,
        received_at: DateTime<Utc>,
    },
    /// The law's further months for a complex request were taken.
    RelatedRequestExtended {
        related: RelatedId,
        reason: String,
    },
    RelatedRequestAnswered {
        related: RelatedId,
    },
    ReferredToOmbudsman {
        hos_reference: String,
        route: HosRoute,
    },
    OmbudsmanDirected {
        respond_by: NaiveDate,
    },
    HosTaskRecorded {
        task: TaskId,
        items: Vec<String>,
        due: NaiveDate,
        /// The Ombudsman gave no date: the usual length runs, and moves with the calendar.
        #[serde(default)]
        usual_length: bool,
    },
    HosEvidenceSent {
        task: TaskId,
        note: Option<String>,
    },
    DeterminationRecorded {
        determination: Determination,
    },
    OrderCompleted {
        order: OrderId,
        evidence: Vec<DocumentId>,
    },
    RecommendationAnswered {
        recommendation: RecommendationId,
        accepted: bool,
        reason: String,
    },
    HosNoticeRecorded {
        notice: HosNotice,
    },
    HosNoticeComplied {
        notice: u32,
        evidence: Vec<DocumentId>,
    },
    HosReviewRequested {
        by: ReviewRequestedBy,
        reason: Option<String>,
    },
    SatisfactionRecorded {
        stage: u8,
        answer: SatisfactionAnswer,
        comment: Option<String>,
    },
    Restricted {
        people: Vec<String>,
        reason: String,
    },
    RestrictionLifted {
        reason: String,
    },
    RestrictedCaseViewed {
        how: String,
    },
    ReceivedAtCorrected {
        received_at: DateTime<Utc>,
        reason: String,
    },
    DuplicateMerged {
        reference: CaseRef,
        received_at: DateTime<Utc>,
        reason: String,
    },
    /// This case turned out to be another one, which goes on (E16).
    MergedInto {
        reference: CaseRef,
        reason: String,
    },
    /// The calendar changed and moved an open date (domain rules §2.4).
    ClockMoved {
        clock: ClockId,
        subject: Option<String>,
        old_due: NaiveDate,
        new_due: NaiveDate,
        why: String,
    },
    GapExplained {
        category: String,
        what: String,
        explanation: String,
    },
    /// An entry of the chronology reads otherwise from now on; what it was generated as is kept.
    EntryReworded {
        entry: u32,
        wording: String,
        reason: String,
    },
    BundleExported {
        format: String,
        mode: String,
        items: Vec<String>,
        sha256: String,
        bytes: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manifest_sha256: Option<String>,
    },
    /// Written by a newer version of Redress; kept, and passed over.
    #[serde(other)]
    Unknown,
}

/// A step the law asks for after a hazard is known (Awaab's Law).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardStep {
    /// The emergency was made safe.
    MadeSafe,
    /// The investigation ended.
    Investigated,
    /// The written summary went to the tenant.
    SummarySent,
    /// Safety work was done.
    SafetyWorkDone,
    /// Steps were taken to begin further work: it was ordered, or a date was set.
    FurtherWorkArranged,
    /// Further work began on site.
    FurtherWorkBegun,
}
