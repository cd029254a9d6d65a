//! Folding an event into a case: total, never fails, and knows no rules. What an event names
//! that the case does not have is passed over, so that any file folds.

use std::collections::BTreeSet;

use super::event::{Event, HazardStep, Recorded};
use super::records::{
    Approval, Contact, Direction, GapExplanation, Hazard, Point, PointDecision, Related, Response,
    Restriction, Satisfaction,
};
use super::state::{Case, Closing, StageRun, State};
use crate::domain::calendar::london_date;
use crate::domain::clock::ReceiptRule;
use crate::domain::ids::{CaseRef, PointId};
use crate::domain::intake::{Intake, Kind};
use crate::domain::ombudsman::{HosCase, HosState, HosTask};
use crate::domain::remedy::{ActionStatus, RemedyKind};

impl Case {
    /// The case that its first event begins, or `None` if that event begins none.
    pub fn begin(reference: CaseRef, first: &Recorded) -> Option<Self> {
        let (intake, kind, policy_version, receipt_rule) = match &first.event {
            Event::ComplaintLogged {
                intake,
                policy_version,
                receipt_rule,
            } => (intake, Kind::Complaint, *policy_version, *receipt_rule),
            Event::ServiceRequestLogged {
                intake,
                policy_version,
                receipt_rule,
            } => (intake, Kind::ServiceRequest, *policy_version, *receipt_rule),
            Event::SurveyFeedbackLogged {
                intake,
                policy_version,
                receipt_rule,
            } => (intake, Kind::SurveyFeedback, *policy_version, *receipt_rule),
            _ => return None,
        };
        Some(Self::from_intake(
            reference,
            first,
            intake,
            kind,
            policy_version,
            receipt_rule,
        ))
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
                raised_at: intake.received_at,
                decisions: Vec::new(),
                refused: false,
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
            linked_cases: intake.parent.iter().cloned().collect(),
            ombudsman: None,
            root_causes: Vec::new(),
            closing: None,
            satisfaction: Vec::new(),
            restricted: None,
            withdrawal: None,
            withdrawn_at: None,
            reviewed_on: None,
            next_review: None,
            explanations: Vec::new(),
            conflicts: Vec::new(),
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
            | Event::ClockMoved { .. }
            | Event::BundleExported { .. }
            | Event::RestrictedCaseViewed { .. }
            | Event::Unknown => {}
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
            Event::Triaged { triage } => self.triage = triage.clone(),
            Event::CaseLinked { reference, .. } => {
                if !self.linked_cases.contains(reference) {
                    self.linked_cases.push(reference.clone());
                }
            }
            Event::PointAdded { .. } | Event::PointDecided { .. } => self.apply_point(recorded),
            Event::ContactRecorded { .. }
            | Event::NoteAdded { .. }
            | Event::DocumentAttached { .. }
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
            | Event::HazardReported { .. }
            | Event::HazardStepTaken { .. }
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
            | Event::HosNoticeRecorded { .. } => self.apply_ombudsman(recorded),
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
            | Event::DuplicateMerged { .. } => self.apply_process(recorded),
        }
    }

    fn apply_process(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::Assigned { stage, handler } => {
                if let Some(run) = self.run_mut(*stage) {
                    run.handler = Some(handler.clone());
                    run.took_part.insert(handler.clone());
                }
            }
            Event::Acknowledged {
                stage,
                definition,
                outcomes_sought,
                handler,
                responsible_for,
                not_responsible_for,
            } => {
                let Some(run) = self.run_mut(*stage) else {
                    return;
                };
                run.acknowledged_at = Some(recorded.at);
                run.definition = definition.clone();
                run.outcomes_sought = outcomes_sought.clone();
                run.responsible_for = responsible_for.clone();
                run.not_responsible_for = not_responsible_for.clone();
                run.handler = Some(handler.clone());
                run.took_part.insert(handler.clone());
                self.state = if *stage == 1 {
                    State::S1Acknowledged
                } else {
                    State::S2Acknowledged
                };
            }
            Event::Refused { refusal } => {
                self.refusals.push(refusal.clone());
                for point in &mut self.points {
                    point.refused |=
                        refusal.points.is_empty() || refusal.points.contains(&point.id);
                }
                if refusal.points.is_empty() {
                    self.state = State::Refused;
                }
            }
            Event::Extended { stage, extension } => {
                if let Some(run) = self.run_mut(*stage) {
                    run.extensions.push(extension.clone());
                }
            }
            Event::ResponseIssued {
                stage,
                summary,
                outcome,
                approved_by,
            } => {
                let Some(run) = self.run_mut(*stage) else {
                    return;
                };
                run.response = Some(Response {
                    at: recorded.at,
                    summary: summary.clone(),
                    outcome: *outcome,
                    author: recorded.actor.clone(),
                    approved_by: approved_by.clone(),
                });
                run.took_part.insert(recorded.actor.clone());
                run.took_part.extend(approved_by.clone());
                self.state = if *stage == 1 {
                    State::S1Responded
                } else {
                    State::S2Responded
                };
            }
            Event::Escalated {
                received_at,
                channel,
                account,
            } => {
                self.stages
                    .push(StageRun::begun(2, *received_at, *channel, account.clone()));
                self.state = State::S2Requested;
                self.closing = None;
            }
            Event::Withdrawn { account } => {
                self.withdrawal = Some(account.clone());
                self.withdrawn_at = Some(recorded.at);
                self.state = State::Withdrawn;
            }
            Event::Closed {
                root_causes,
                learning,
            } => {
                self.root_causes = root_causes.clone();
                self.closing = Some(Closing {
                    at: recorded.at,
                    learning: learning.clone(),
                });
                self.state = State::Closed;
            }
            Event::Reopened { .. } => {
                self.closing = None;
                self.withdrawal = None;
                self.withdrawn_at = None;
                if self.state == State::Refused {
                    for point in &mut self.points {
                        point.refused = false;
                    }
                }
                self.state = self.state_of_stage();
            }
            Event::ReceivedAtCorrected { received_at, .. } => self.move_receipt(*received_at),
            Event::DuplicateMerged {
                reference,
                received_at,
                ..
            } => {
                self.move_receipt(self.received_at.min(*received_at));
                if !self.linked_cases.contains(reference) {
                    self.linked_cases.push(reference.clone());
                }
            }
            _ => {}
        }
    }

    fn move_receipt(&mut self, received_at: chrono::DateTime<chrono::Utc>) {
        self.received_at = received_at;
        if let Some(run) = self.run_mut(1) {
            run.received_at = received_at;
        }
    }

    /// Where the last stage stands by what it holds, whatever ended it.
    fn state_of_stage(&self) -> State {
        let Some(run) = self.stages.last() else {
            return State::ServiceRequest;
        };
        let [received, acknowledged, responded] = if run.stage == 1 {
            [
                State::S1Received,
                State::S1Investigating,
                State::S1Responded,
            ]
        } else {
            [
                State::S2Requested,
                State::S2Investigating,
                State::S2Responded,
            ]
        };
        match (run.acknowledged_at, &run.response) {
            (_, Some(_)) => responded,
            (Some(_), None) => acknowledged,
            (None, None) => received,
        }
    }

    fn apply_point(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::PointAdded {
                point,
                text,
                category,
            } => self.points.push(Point {
                id: *point,
                text: text.clone(),
                category: category.clone(),
                raised_at: recorded.at,
                decisions: Vec::new(),
                refused: false,
            }),
            Event::PointDecided {
                stage,
                point,
                decision,
                reasons,
                references,
            } => {
                if let Some(found) = self.points.iter_mut().find(|p| p.id == *point) {
                    found.decisions.push(PointDecision {
                        stage: *stage,
                        decision: *decision,
                        reasons: reasons.clone(),
                        references: references.clone(),
                        by: recorded.actor.clone(),
                        at: recorded.at,
                    });
                }
                self.took_part(*stage, &recorded.actor);
                self.investigating();
            }
            _ => {}
        }
    }

    fn took_part(&mut self, stage: u8, person: &str) {
        if let Some(run) = self.run_mut(stage) {
            run.took_part.insert(person.to_owned());
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

    fn apply_file(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ContactRecorded { contact } => {
                self.contacts.push(contact.clone());
                self.investigating();
            }
            Event::NoteAdded { text } => {
                self.contacts.push(Contact {
                    direction: Direction::Internal,
                    channel: None,
                    with: None,
                    summary: text.clone(),
                    visible_to_resident: false,
                    by: recorded.actor.clone(),
                    at: recorded.at,
                });
                self.investigating();
            }
            Event::DocumentAttached { document } => self.documents.push(document.clone()),
            Event::LetterIssued { letter } => self.letters.push(letter.clone()),
            Event::RecordLinked { link } => self.links.push(link.clone()),
            Event::RecordUnlinked {
                source,
                external_id,
                ..
            } => {
                for link in &mut self.links {
                    if link.source == *source
                        && link.external_id == *external_id
                        && link.unlinked_at.is_none()
                    {
                        link.unlinked_at = Some(recorded.at);
                    }
                }
            }
            Event::SourceAsked { state } => {
                let mut state = state.clone();
                if let Some(known) = self
                    .sources
                    .iter_mut()
                    .find(|known| known.source == state.source)
                {
                    state.fetched_at = state.fetched_at.or(known.fetched_at);
                    *known = state;
                } else {
                    self.sources.push(state);
                }
            }
            _ => {}
        }
    }

    fn apply_remedy(&mut self, event: &Event) {
        match event {
            Event::RemedyOffered { remedy, action } => {
                self.remedies.push(remedy.clone());
                self.actions.extend(action.clone());
            }
            Event::RemedyAnswered { remedy, accepted } => {
                if let Some(found) = self.remedies.iter_mut().find(|r| r.id == *remedy) {
                    found.accepted = Some(*accepted);
                }
            }
            Event::CompensationApproved {
                remedy,
                approved_by,
            } => {
                let line = self
                    .remedies
                    .iter_mut()
                    .find(|r| r.id == *remedy)
                    .and_then(|r| r.compensation.as_mut());
                if let Some(line) = line {
                    line.approved_by = Some(approved_by.clone());
                }
            }
            Event::CompensationPaid {
                remedy,
                paid_on,
                method,
                evidence,
                set_off_agreement,
            } => {
                let Some(found) = self.remedies.iter_mut().find(|r| r.id == *remedy) else {
                    return;
                };
                if let Some(line) = &mut found.compensation {
                    line.paid_on = Some(*paid_on);
                    line.pay_method = Some(method.clone());
                    line.set_off_agreement = set_off_agreement.clone();
                }
                let (action, financial) = (found.action, found.kind == RemedyKind::FinancialRemedy);
                if let Some(action) = self
                    .actions
                    .iter_mut()
                    .find(|a| Some(a.id) == action && financial)
                {
                    action.status = ActionStatus::Done;
                    action.ended_on = Some(*paid_on);
                    action.evidence.extend(evidence);
                }
            }
            Event::ActionPromised { action } => self.actions.push(action.clone()),
            Event::ActionCompleted {
                action,
                completed_on,
                evidence,
                note,
                resident_told,
            } => {
                if let Some(found) = self.actions.iter_mut().find(|a| a.id == *action) {
                    found.status = ActionStatus::Done;
                    found.ended_on = Some(*completed_on);
                    found.evidence = evidence.clone();
                    found.reason = note.clone();
                    found.resident_told |= resident_told;
                }
            }
            Event::ActionCancelled {
                action,
                cancelled_on,
                reason,
                resident_told,
            } => {
                if let Some(found) = self.actions.iter_mut().find(|a| a.id == *action) {
                    found.status = ActionStatus::Cancelled;
                    found.ended_on = Some(*cancelled_on);
                    found.reason = Some(reason.clone());
                    found.resident_told |= resident_told;
                }
            }
            Event::ResidentToldOfAction { action } => {
                if let Some(found) = self.actions.iter_mut().find(|a| a.id == *action) {
                    found.resident_told = true;
                }
            }
            _ => {}
        }
    }

    fn apply_approval(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ApprovalRequested {
                approval,
                subject,
                requested_of,
                note,
            } => self.approvals.push(Approval {
                id: *approval,
                subject: subject.clone(),
                requested_by: recorded.actor.clone(),
                requested_of: requested_of.clone(),
                note: note.clone(),
                requested_at: recorded.at,
                answered_by: None,
                answered_at: None,
                approved: None,
                reason: None,
            }),
            Event::ApprovalGiven { approval, reason } => {
                self.answer(*approval, recorded, true, reason.clone())
            }
            Event::ApprovalDeclined { approval, reason } => {
                self.answer(*approval, recorded, false, Some(reason.clone()));
            }
            _ => {}
        }
    }

    fn answer(
        &mut self,
        id: crate::domain::ids::ApprovalId,
        by: &Recorded,
        approved: bool,
        reason: Option<String>,
    ) {
        let Some(approval) = self.approvals.iter_mut().find(|a| a.id == id) else {
            return;
        };
        approval.answered_by = Some(by.actor.clone());
        approval.answered_at = Some(by.at);
        approval.approved = Some(approved);
        approval.reason = reason;
    }

    fn apply_people(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ComplainantUpdated { complainant } => self.complainant = (**complainant).clone(),
            Event::AdjustmentRecorded { adjustment } => {
                self.complainant.adjustments.push(adjustment.clone())
            }
            Event::AdjustmentEnded { need, ended_on, .. } => {
                for adjustment in &mut self.complainant.adjustments {
                    if adjustment.need == *need && adjustment.ended_on.is_none() {
                        adjustment.ended_on = Some(*ended_on);
                    }
                }
            }
            Event::RepresentativeAppointed { representative } => {
                self.representative = Some(representative.clone())
            }
            Event::RepresentativeWithdrawn { .. } => {
                if let Some(representative) = &mut self.representative {
                    representative.withdrawn_at = Some(recorded.at);
                }
            }
            Event::MemberAdded { member } => self.members.push((**member).clone()),
            Event::HazardReported {
                hazard,
                report,
                aware_at,
            } => self.hazards.push(Hazard {
                id: *hazard,
                description: report.description.clone(),
                emergency: report.emergency,
                aware_at: *aware_at,
                made_safe_at: None,
                investigated_at: None,
                summary_sent_at: None,
                safety_work_at: None,
                further_work_at: None,
            }),
            Event::HazardStepTaken { hazard, step } => {
                let Some(found) = self.hazards.iter_mut().find(|h| h.id == *hazard) else {
                    return;
                };
                let done = match step {
                    HazardStep::MadeSafe => &mut found.made_safe_at,
                    HazardStep::Investigated => &mut found.investigated_at,
                    HazardStep::SummarySent => &mut found.summary_sent_at,
                    HazardStep::SafetyWorkDone => &mut found.safety_work_at,
                    HazardStep::FurtherWorkBegun => &mut found.further_work_at,
                };
                *done = Some(recorded.at);
            }
            Event::RelatedRequestOpened {
                related,
                request,
                text,
                received_at,
            } => self.related.push(Related {
                id: *related,
                kind: *request,
                text: text.clone(),
                received_at: *received_at,
                answered_at: None,
            }),
            Event::RelatedRequestAnswered { related } => {
                if let Some(found) = self.related.iter_mut().find(|r| r.id == *related) {
                    found.answered_at = Some(recorded.at);
                }
            }
            Event::SatisfactionRecorded {
                stage,
                answer,
                comment,
            } => self.satisfaction.push(Satisfaction {
                stage: *stage,
                answer: *answer,
                comment: comment.clone(),
                at: recorded.at,
            }),
            Event::Restricted { people, reason } => {
                let people: BTreeSet<String> = people.iter().cloned().collect();
                self.restricted = Some(Restriction {
                    people: people.into_iter().collect(),
                    reason: reason.clone(),
                    since: recorded.at,
                });
            }
            Event::RestrictionLifted { .. } => self.restricted = None,
            _ => {}
        }
    }

    fn apply_ombudsman(&mut self, recorded: &Recorded) {
        if let Event::ReferredToOmbudsman {
            hos_reference,
            route,
        } = &recorded.event
        {
            match &mut self.ombudsman {
                Some(known) => {
                    known.reference = hos_reference.clone();
                    known.route = *route;
                }
                None => {
                    self.ombudsman = Some(HosCase {
                        reference: hos_reference.clone(),
                        route: *route,
                        notified_at: recorded.at,
                        state: HosState::EnquiryNotified,
                        tasks: Vec::new(),
                        directed_due: None,
                        directed_at: None,
                        determinations: Vec::new(),
                        notices: Vec::new(),
                    });
                }
            }
            return;
        }
        let Some(hos) = &mut self.ombudsman else {
            return;
        };
        match &recorded.event {
            Event::OmbudsmanDirected { respond_by } => {
                hos.directed_due = Some(*respond_by);
                hos.directed_at = Some(recorded.at);
                hos.state = HosState::DirectedToRespond;
            }
            Event::HosTaskRecorded { task, items, due } => {
                hos.tasks.push(HosTask {
                    id: *task,
                    items: items.clone(),
                    due: *due,
                    set_on: london_date(recorded.at),
                    sent_on: None,
                    note: None,
                });
                hos.state = HosState::EvidenceRequested;
            }
            Event::HosEvidenceSent { task, note } => {
                if let Some(found) = hos.tasks.iter_mut().find(|t| t.id == *task) {
                    found.sent_on = Some(london_date(recorded.at));
                    found.note = note.clone();
                }
                if hos.tasks.iter().all(|task| task.sent_on.is_some()) {
                    hos.state = HosState::EvidenceSent;
                }
            }
            Event::DeterminationRecorded { determination } => {
                hos.determinations.push(determination.clone());
                hos.state = HosState::Determined;
                hos.settle_orders();
            }
            Event::OrderCompleted { order, evidence } => {
                let orders = hos.determinations.iter_mut().flat_map(|d| &mut d.orders);
                if let Some(found) = orders.into_iter().find(|o| o.id == *order) {
                    found.complied_on = Some(london_date(recorded.at));
                    found.evidence = evidence.clone();
                }
                hos.settle_orders();
            }
            Event::RecommendationAnswered {
                recommendation,
                accepted,
                reason,
            } => {
                let all = hos
                    .determinations
                    .iter_mut()
                    .flat_map(|d| &mut d.recommendations);
                if let Some(found) = all.into_iter().find(|r| r.id == *recommendation) {
                    found.accepted = Some(*accepted);
                    found.reason = Some(reason.clone());
                }
            }
            Event::HosNoticeRecorded { notice } => hos.notices.push(notice.clone()),
            _ => {}
        }
    }

    fn run_mut(&mut self, stage: u8) -> Option<&mut StageRun> {
        self.stages.iter_mut().find(|run| run.stage == stage)
    }
}

impl HosCase {
    fn settle_orders(&mut self) {
        if self.orders().next().is_some() {
            let all = self.orders().all(|order| order.complied_on.is_some());
            self.state = if all {
                HosState::OrdersComplied
            } else {
                HosState::OrdersOpen
            };
        }
    }
}
