//! What a person means to do. One tagged union, the same for pages, API and command line.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

mod parts;
mod permission;

use super::event::HazardStep;
use super::records::{
    ApprovalSubject, ClosingOutcome, Decision, Direction, Discretion, Document, ProposedResponse,
    RecordKey, RefusalGround, RelatedKind, ResidentView, SatisfactionAnswer,
};
use crate::domain::category::RootCause;
use crate::domain::ids::{
    ActionId, ApprovalId, CaseRef, ContributionId, DocumentId, HazardId, LetterId, OrderId, Pence,
    PointId, RecommendationId, RelatedId, RemedyId, TaskId,
};
use crate::domain::intake::{Channel, NewHazard, Triage};
use crate::domain::letter::{ContactRestriction, LetterKind};
use crate::domain::ombudsman::{DeterminedHead, HosNotice, HosRoute, ReviewRequestedBy};
use crate::domain::party::{Adjustment, Party, Representative};
use crate::domain::remedy::{CompensationHead, CompensationUnit, RemedyKind};

pub use parts::*;
pub use permission::permission_of;

/// What a person means. `kind` names and fields are those of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "fields are the API's own; each variant's rule is told where it is decided"
)]
pub enum Command {
    Assign {
        #[serde(default)]
        stage: Option<u8>,
        handler: String,
        #[serde(default)]
        conflict_note: Option<String>,
    },
    DeclareConflict {
        person: String,
        reason: String,
    },
    Triage {
        triage: Triage,
    },
    Acknowledge {
        stage: u8,
        #[serde(default)]
        definition: String,
        #[serde(default)]
        outcomes_sought: String,
        #[serde(default)]
        handler: String,
        #[serde(default)]
        responsible_for: String,
        #[serde(default)]
        not_responsible_for: String,
        /// What is unclear, as a question to the resident (Code 5.6).
        #[serde(default)]
        clarification: String,
        /// Why someone named in the complaint may still handle it (Code 5.8).
        #[serde(default)]
        conflict_note: Option<String>,
        #[serde(flatten)]
        sending: Sending,
    },
    Refuse {
        ground: RefusalGround,
        #[serde(default)]
        reasons: String,
        #[serde(default)]
        part: Part,
        #[serde(default)]
        claim_filed_on: Option<NaiveDate>,
        #[serde(default)]
        date_of_issue: Option<NaiveDate>,
        #[serde(default)]
        date_became_aware: Option<NaiveDate>,
        #[serde(default)]
        discretion: Option<Discretion>,
        #[serde(default)]
        approved_by: Option<String>,
        #[serde(default)]
        better_route: Option<String>,
        /// What the decision rests on; the notice tells the resident.
        #[serde(default)]
        evidence: String,
        #[serde(flatten)]
        sending: Sending,
    },
    AddPoint {
        text: String,
        category: String,
        #[serde(default)]
        related: bool,
        #[serde(default)]
        unreasonable_delay: bool,
    },
    /// Considers a refused point after all (Code 2.4).
    AcceptPoint {
        point: PointId,
        reason: String,
        #[serde(default)]
        by_ombudsman: bool,
    },
    DecidePoint {
        point: PointId,
        decision: Decision,
        #[serde(default)]
        reasons: String,
        #[serde(default)]
        references: Vec<String>,
    },
    OfferRemedy {
        kind: RemedyKind,
        #[serde(default)]
        description: String,
        #[serde(default)]
        points: Vec<PointId>,
        #[serde(default)]
        due: Option<NaiveDate>,
        #[serde(default)]
        owner: Option<String>,
        #[serde(default)]
        amount_pence: Option<Pence>,
        #[serde(default)]
        head: Option<CompensationHead>,
        #[serde(default)]
        guidance_ref: Option<String>,
        #[serde(default)]
        impact: Option<String>,
        #[serde(default)]
        from: Option<NaiveDate>,
        #[serde(default)]
        to: Option<NaiveDate>,
        #[serde(default)]
        quantity: Option<u32>,
        #[serde(default)]
        unit: Option<CompensationUnit>,
        #[serde(default)]
        rate_pence: Option<Pence>,
        /// The key of the rate that the sum follows, in the table of rates.
        #[serde(default)]
        rate: Option<String>,
        /// Why the sum is another than the rate comes to; a lower one needs it (Code 7.4).
        #[serde(default)]
        rate_reason: Option<String>,
    },
    AnswerRemedy {
        remedy: RemedyId,
        accepted: bool,
    },
    RecordPayment {
        remedy: RemedyId,
        paid_on: NaiveDate,
        method: String,
        #[serde(default)]
        evidence: Vec<DocumentId>,
        #[serde(default)]
        set_off_agreement: Option<String>,
    },
    PromiseAction {
        what: String,
        owner: String,
        due: NaiveDate,
    },
    CompleteAction {
        action: ActionId,
        #[serde(default)]
        evidence: Vec<DocumentId>,
        #[serde(default)]
        reason: Option<String>,
        #[serde(default)]
        resident_told: bool,
    },
    CancelAction {
        action: ActionId,
        #[serde(default)]
        evidence: Vec<DocumentId>,
        #[serde(default)]
        reason: Option<String>,
        #[serde(default)]
        resident_told: bool,
    },
    TellResident {
        action: ActionId,
    },
    RequestApproval {
        subject: ApprovalSubject,
        #[serde(default)]
        of: Option<String>,
        #[serde(default)]
        note: Option<String>,
        /// Of a response, what it would say: the letter is kept as it is put to them.
        #[serde(default)]
        response: Option<ProposedResponse>,
    },
    Approve {
        approval: ApprovalId,
        #[serde(default)]
        reason: Option<String>,
    },
    DeclineApproval {
        approval: ApprovalId,
        #[serde(default)]
        reason: String,
    },
    Extend {
        stage: u8,
        #[serde(default)]
        new_due: Option<NaiveDate>,
        #[serde(default)]
        reason: String,
        #[serde(default)]
        update_every_days: Option<u16>,
        #[serde(default)]
        resident_view: ResidentView,
        /// What has been done so far; the notice tells the resident.
        #[serde(default)]
        done_so_far: String,
        #[serde(default)]
        good_reason: Option<String>,
        #[serde(default)]
        approved_by: Option<String>,
        #[serde(flatten)]
        sending: Sending,
    },
    Respond {
        stage: u8,
        #[serde(default)]
        summary: String,
        /// What the landlord has learnt (Code 9.1); the letter tells the resident.
        #[serde(default)]
        learning: String,
        /// The landlord's own letter, already attached; none lets Redress write it.
        #[serde(default)]
        letter: Option<DocumentId>,
        #[serde(default)]
        approved_by: Option<String>,
        /// Why the letter goes although it is not word for word the one that was approved.
        #[serde(default)]
        changed_since: Option<String>,
        #[serde(flatten)]
        sending: Sending,
    },
    Escalate {
        #[serde(default)]
        received_at: Option<DateTime<Utc>>,
        #[serde(default)]
        channel: Option<Channel>,
        #[serde(default)]
        account: Option<String>,
    },
    /// Always refused (E09): clocks never pause. Here so that asking gets the way forward.
    #[serde(alias = "hold", alias = "stop_clock")]
    Pause {
        #[serde(default)]
        reason: String,
    },
    Withdraw {
        #[serde(default)]
        account: String,
    },
    Close {
        #[serde(default)]
        root_causes: Vec<RootCause>,
        #[serde(default)]
        learning: String,
        #[serde(default)]
        satisfaction: Option<SatisfactionAnswer>,
        #[serde(default)]
        outcome: ClosingOutcome,
    },
    Reopen {
        #[serde(default)]
        reason: String,
        #[serde(default)]
        by_ombudsman: bool,
    },
    RecordContact {
        direction: Direction,
        channel: Channel,
        #[serde(default)]
        with: Option<String>,
        summary: String,
        #[serde(default)]
        visible_to_resident: bool,
        /// How the resident's adjustments and safe contact were met, or why not (E15).
        #[serde(default)]
        adjustments_note: Option<String>,
    },
    Note {
        text: String,
    },
    /// Explains why something that a complete file would hold is not there (domain rules §5.3).
    ExplainGap {
        category: String,
        what: String,
        explanation: String,
    },
    /// Corrects the wording of an entry of the chronology; the generated words are kept beside it.
    RewordEntry {
        seq: u32,
        wording: String,
        reason: String,
    },
    /// Puts a document on the case; the desk has stored its bytes. The number is given by the core.
    Attach {
        document: Box<Document>,
    },
    /// Says which photo shows the same place before the work that another shows done; none takes them apart.
    PairPhotos {
        after: DocumentId,
        #[serde(default)]
        before: Option<DocumentId>,
    },
    /// A further letter: an update, a confirmation of actions, a restriction of contact, or an addendum to an
    /// issued one (E10).
    IssueLetter {
        kind: LetterKind,
        text: String,
        #[serde(default)]
        addendum_to: Option<LetterId>,
        /// When the resident hears next; by default as agreed with an extension.
        #[serde(default)]
        next_update: Option<NaiveDate>,
        /// What a restriction of contact rests on (Code 5.14, 5.15).
        #[serde(default)]
        restriction: Option<ContactRestriction>,
        #[serde(flatten)]
        sending: Sending,
    },
    /// Links a record of another system; the desk fetches the snapshot.
    LinkRecord {
        source: String,
        external_id: String,
        #[serde(default)]
        found: Option<Box<Found>>,
    },
    UnlinkRecord {
        source: String,
        external_id: String,
        #[serde(default)]
        reason: Option<String>,
    },
    /// Says what of the file bears on a point. It replaces what was chosen before.
    ChooseEvidence {
        point: PointId,
        #[serde(default)]
        documents: Vec<DocumentId>,
        #[serde(default)]
        records: Vec<RecordKey>,
    },
    /// What the sources answered when asked on logging or refresh.
    TakeSnapshots {
        source: String,
        found: Vec<Found>,
        #[serde(default)]
        failure: Option<String>,
        #[serde(default)]
        notes: Vec<String>,
        /// Asked by the program in its turn: what says nothing new is not told again.
        #[serde(default)]
        in_turn: bool,
    },
    UpdateComplainant {
        complainant: Box<Party>,
    },
    RecordAdjustment {
        adjustment: Adjustment,
    },
    EndAdjustment {
        need: String,
        reason: String,
    },
    AppointRepresentative {
        representative: Representative,
    },
    EndRepresentative {
        #[serde(default)]
        reason: Option<String>,
    },
    AddMember {
        member: Box<Party>,
    },
    /// Whether a member of the group wants its letters (Code 1.2).
    SetMemberLetters {
        member: String,
        wanted: bool,
    },
    ReportHazard {
        hazard: NewHazard,
    },
    TakeHazardStep {
        hazard: HazardId,
        step: HazardStep,
        /// Why nothing calls for the step, instead of that it was taken.
        #[serde(default)]
        not_needed: Option<String>,
    },
    OpenRelated {
        request: RelatedKind,
        text: String,
        #[serde(default)]
        received_at: Option<DateTime<Utc>>,
    },
    AnswerRelated {
        related: RelatedId,
    },
    /// Takes the law's further months for a subject access request that is complex.
    ExtendRelated {
        related: RelatedId,
        reason: String,
    },
    ReviewServiceRequest {
        note: String,
        #[serde(default)]
        next_review: Option<NaiveDate>,
    },
    /// The tipping point (Code 1.5): the desk opens a complaint beside the request.
    ConvertToComplaint {
        account: String,
    },
    Refer {
        hos_reference: String,
        route: HosRoute,
    },
    RecordHosDirection {
        respond_by: NaiveDate,
    },
    RecordHosTask {
        #[serde(default)]
        items: Vec<String>,
        #[serde(default)]
        due: Option<NaiveDate>,
    },
    SendHosEvidence {
        task: TaskId,
        #[serde(default)]
        note: Option<String>,
    },
    RecordDetermination {
        heads: Vec<DeterminedHead>,
        #[serde(default)]
        orders: Vec<NewOrder>,
        #[serde(default)]
        recommendations: Vec<String>,
    },
    CompleteOrder {
        order: OrderId,
        #[serde(default)]
        evidence: Vec<DocumentId>,
    },
    /// Asks another team or a contractor for something by a day; who handles the complaint still answers for it (Code 4.1).
    AskContribution {
        team: String,
        what: String,
        /// The account of whoever is to answer.
        #[serde(default)]
        of: Option<String>,
        due: NaiveDate,
    },
    /// Records what came back.
    GiveContribution {
        contribution: ContributionId,
        text: String,
        #[serde(default)]
        evidence: Vec<DocumentId>,
        /// Whose answer it is, where somebody else writes it down.
        #[serde(default)]
        from: Option<String>,
    },
    WithdrawContribution {
        contribution: ContributionId,
        reason: String,
    },
    /// Records that the resident or the landlord asked the Ombudsman to look at a determination again.
    RequestHosReview {
        by: ReviewRequestedBy,
        #[serde(default)]
        reason: Option<String>,
    },
    /// Records compliance with a failure notice, by its number.
    CompleteHosNotice {
        notice: u32,
        #[serde(default)]
        evidence: Vec<DocumentId>,
    },
    AnswerRecommendation {
        recommendation: RecommendationId,
        accepted: bool,
        reason: String,
    },
    RecordHosNotice {
        notice: HosNotice,
    },
    RecordSatisfaction {
        stage: u8,
        answer: SatisfactionAnswer,
        #[serde(default)]
        comment: Option<String>,
    },
    Restrict {
        people: Vec<String>,
        reason: String,
    },
    LiftRestriction {
        reason: String,
    },
    CorrectReceivedAt {
        received_at: DateTime<Utc>,
        #[serde(default)]
        reason: String,
    },
    /// Says on both cases that they belong together. Each keeps its own dates.
    LinkCase {
        reference: CaseRef,
        relation: String,
    },
    /// Another case turned out to be this one: the earliest receipt is kept (E16).
    MergeDuplicate {
        reference: CaseRef,
        received_at: DateTime<Utc>,
        reason: String,
    },
}
