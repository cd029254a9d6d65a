//! Remedies, sums and actions.

use crate::domain::case::{Case, Event};
use crate::domain::remedy::{ActionStatus, RemedyKind};

impl Case {
    pub(super) fn apply_remedy(&mut self, event: &Event) {
        match event {
            Event::RemedyOffered { remedy, action } => {
                self.remedies.push(remedy.clone());
                self.approved_in(remedy.offered_at_stage, &remedy.proposed_by);
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
                let Some(found) = self.remedies.iter_mut().find(|r| r.id == *remedy) else {
                    return;
                };
                let stage = found.offered_at_stage;
                if let Some(line) = &mut found.compensation {
                    line.approved_by = Some(approved_by.clone());
                }
                self.approved_in(stage, approved_by);
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
                    .find(|a| Some(a.id) == action && financial && a.status == ActionStatus::Open)
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
}
