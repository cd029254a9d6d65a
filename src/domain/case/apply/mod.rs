//! Folding an event into a case: total, never fails, and knows no rules. What an event names
//! that the case does not have is passed over, so that any file folds.

mod approvals;
mod file;
mod ombudsman;
mod people;
mod points;
mod process;
mod remedies;

use super::{Case, Event, Evidence, GapExplanation, Point, Recorded, Rewording, StageRun, State};
use crate::domain::calendar::london_date;
use crate::domain::clock::{ClockId, ReceiptRule};
use crate::domain::ids::{CaseRef, PointId};
use crate::domain::intake::{Intake, Kind};

impl Case {
    /// The case that its first event begins, or `None` if that event begins none.
    pub fn begin(reference: CaseRef, first: &Recorded) -> Option<Self> {
        let (intake, kind, policy_version, receipt_rule, themes) = match &first.event {
            Event::ComplaintLogged {
                intake,
                policy_version,
                receipt_rule,
                themes,
            } => (
                intake,
                Kind::Complaint,
                policy_version,
                receipt_rule,
                themes,
            ),
            Event::ServiceRequestLogged {
                intake,
                policy_version,
                receipt_rule,
                themes,
            } => (
                intake,
                Kind::ServiceRequest,
                policy_version,
                receipt_rule,
                themes,
            ),
            Event::SurveyFeedbackLogged {
                intake,
                policy_version,
                receipt_rule,
                themes,
            } => (
                intake,
                Kind::SurveyFeedback,
                policy_version,
                receipt_rule,
                themes,
            ),
            _ => return None,
        };
        let mut case = Self::from_intake(
            reference,
            first,
            intake,
            kind,
            *policy_version,
            *receipt_rule,
        );
        for (point, theme) in case.points.iter_mut().zip(themes) {
            point.theme = Some(theme.clone());
        }
        Some(case)
    }

    /// The case that `events` leave, in order; `None` if they do not begin one.
    pub fn fold<'a>(
        reference: CaseRef,
        events: impl IntoIterator<Item = &'a Recorded>,
    ) -> Option<Self> {
        let mut events = events.into_iter();
        let mut case = Self::begin(reference, events.next()?)?;
        for event in events {
            case.apply(event);
        }
        Some(case)
    }

    fn from_intake(
        reference: CaseRef,
        first: &Recorded,
        intake: &Intake,
        kind: Kind,
        policy_version: u32,
        receipt_rule: ReceiptRule,
    ) -> Self {
        let (state, stages) = match kind {
            Kind::Complaint => (
                State::S1Received,
                vec![StageRun::begun(1, intake.received_at, intake.channel, None)],
            ),
            Kind::ServiceRequest => (State::ServiceRequest, Vec::new()),
            Kind::SurveyFeedback => (State::SurveyFeedback, Vec::new()),
        };
        let points = (1..)
            .zip(&intake.points)
            .map(|(n, point)| Point {
                id: PointId(n),
                text: point.text.clone(),
                category: point.category.clone(),
                theme: None,
                raised_at: intake.received_at,
                decisions: Vec::new(),
                refused: false,
                accepted: None,
                evidence: Evidence::default(),
            })
            .collect();
        Self {
            reference,
            version: first.seq,
            state,
            kind,
            recorded_at: first.recorded_at,
            updated_at: first.recorded_at,
            as_of: first.recorded_at,
            policy_version,
            receipt_rule,
            received_at: intake.received_at,
            complainant: intake.complainant.clone(),
            representative: intake.representative.clone(),
            members: intake.members.clone(),
            triage: intake.triage.clone(),
            points,
            stages,
            refusals: Vec::new(),
            remedies: Vec::new(),
            actions: Vec::new(),
            approvals: Vec::new(),
            documents: Vec::new(),
            letters: Vec::new(),
            contacts: Vec::new(),
            links: Vec::new(),
            sources: Vec::new(),
            hazards: Vec::new(),
            related: Vec::new(),
            contributions: Vec::new(),
            linked_cases: intake.parent.iter().cloned().collect(),
            ombudsman: None,
            root_causes: Vec::new(),
            closing: None,
            satisfaction: Vec::new(),
            restricted: None,
            withdrawal: None,
            withdrawn_at: None,
            reviewed_on: None,
            next_review: intake.decision.review_due,
            explanations: Vec::new(),
            rewordings: Vec::new(),
            conflicts: Vec::new(),
            merged_into: None,
            intake: intake.clone(),
        }
    }

    /// Folds one event in.
    pub fn apply(&mut self, recorded: &Recorded) {
        self.version = recorded.seq;
        self.updated_at = recorded.recorded_at;
        if recorded.event.is_substance() {
            self.as_of = recorded.recorded_at;
        }
        match &recorded.event {
            Event::ComplaintLogged { .. }
            | Event::ServiceRequestLogged { .. }
            | Event::SurveyFeedbackLogged { .. }
            | Event::SeparateComplaintNeeded { .. }
            | Event::ConflictSetAside { .. }
            | Event::BundleExported { .. }
            | Event::RestrictedCaseViewed { .. }
            | Event::Unknown => {}
            Event::ClockMoved {
                clock: ClockId::HosTask,
                subject: Some(subject),
                new_due,
                ..
            } => self.move_task(subject, *new_due),
            Event::ClockMoved { .. } => {}
            Event::ServiceRequestReviewed { next_review, .. } => {
                self.reviewed_on = Some(london_date(recorded.at));
                self.next_review = *next_review;
            }
            Event::ConflictDeclared { person, reason } => {
                self.conflicts.push((person.clone(), reason.clone()))
            }
            Event::GapExplained {
                category,
                what,
                explanation,
            } => self.explanations.push(GapExplanation {
                category: category.clone(),
                what: what.clone(),
                text: explanation.clone(),
                by: recorded.actor.clone(),
                at: recorded.at,
            }),
            Event::EntryReworded {
                entry,
                wording,
                reason,
            } => self.rewordings.push(Rewording {
                entry: *entry,
                seq: recorded.seq,
                wording: wording.clone(),
                reason: reason.clone(),
                by: recorded.actor.clone(),
                at: recorded.at,
            }),
            Event::Triaged { triage } => self.triage = triage.clone(),
            Event::CaseLinked { reference, .. } => {
                if !self.linked_cases.contains(reference) {
                    self.linked_cases.push(reference.clone());
                }
            }
            Event::PointAdded { .. }
            | Event::PointAccepted { .. }
            | Event::PointDecided { .. }
            | Event::EvidenceChosen { .. } => self.apply_point(recorded),
            Event::ContactRecorded { .. }
            | Event::NoteAdded { .. }
            | Event::DocumentAttached { .. }
            | Event::PhotosPaired { .. }
            | Event::LetterIssued { .. }
            | Event::RecordLinked { .. }
            | Event::RecordUnlinked { .. }
            | Event::SourceAsked { .. } => self.apply_file(recorded),
            Event::RemedyOffered { .. }
            | Event::RemedyAnswered { .. }
            | Event::CompensationApproved { .. }
            | Event::CompensationPaid { .. }
            | Event::ActionPromised { .. }
            | Event::ActionCompleted { .. }
            | Event::ActionCancelled { .. }
            | Event::ResidentToldOfAction { .. } => self.apply_remedy(&recorded.event),
            Event::ApprovalRequested { .. }
            | Event::ApprovalGiven { .. }
            | Event::ApprovalDeclined { .. } => {
                self.apply_approval(recorded);
            }
            Event::ComplainantUpdated { .. }
            | Event::AdjustmentRecorded { .. }
            | Event::AdjustmentEnded { .. }
            | Event::RepresentativeAppointed { .. }
            | Event::RepresentativeWithdrawn { .. }
            | Event::MemberAdded { .. }
            | Event::MemberLettersSet { .. }
            | Event::HazardReported { .. }
            | Event::HazardStepTaken { .. }
            | Event::HazardStepNotNeeded { .. }
            | Event::RelatedRequestExtended { .. }
            | Event::ContributionAsked { .. }
            | Event::ContributionGiven { .. }
            | Event::ContributionWithdrawn { .. }
            | Event::RelatedRequestOpened { .. }
            | Event::RelatedRequestAnswered { .. }
            | Event::SatisfactionRecorded { .. }
            | Event::Restricted { .. }
            | Event::RestrictionLifted { .. } => self.apply_people(recorded),
            Event::ReferredToOmbudsman { .. }
            | Event::OmbudsmanDirected { .. }
            | Event::HosTaskRecorded { .. }
            | Event::HosEvidenceSent { .. }
            | Event::DeterminationRecorded { .. }
            | Event::OrderCompleted { .. }
            | Event::RecommendationAnswered { .. }
            | Event::HosNoticeRecorded { .. }
            | Event::HosNoticeComplied { .. }
            | Event::HosReviewRequested { .. } => self.apply_ombudsman(recorded),
            Event::Assigned { .. }
            | Event::Acknowledged { .. }
            | Event::Refused { .. }
            | Event::Extended { .. }
            | Event::ResponseIssued { .. }
            | Event::Escalated { .. }
            | Event::Withdrawn { .. }
            | Event::Closed { .. }
            | Event::Reopened { .. }
            | Event::ReceivedAtCorrected { .. }
            | Event::DuplicateMerged { .. }
            | Event::MergedInto { .. } => self.apply_process(recorded),
        }
    }

    fn took_part(&mut self, stage: u8, person: &str) {
        if let Some(run) = self.run_mut(stage) {
            run.took_part.insert(person.to_owned());
        }
    }

    /// Who approves, refuses or proposes takes part in that stage (E05), while it is unanswered: what is
    /// agreed afterwards shaped no answer.
    fn approved_in(&mut self, stage: u8, person: &str) {
        if self.stage() == stage
            && self
                .stage_run(stage)
                .is_some_and(|run| run.response.is_none())
        {
            self.took_part(stage, person);
        }
    }

    /// The first piece of work after the acknowledgement is the investigation's beginning.
    fn investigating(&mut self) {
        self.state = match self.state {
            State::S1Acknowledged => State::S1Investigating,
            State::S2Acknowledged => State::S2Investigating,
            state => state,
        };
    }

    fn run_mut(&mut self, stage: u8) -> Option<&mut StageRun> {
        self.stages.iter_mut().find(|run| run.stage == stage)
    }
}
