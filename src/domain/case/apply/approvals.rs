//! Approvals asked for and answered.

use crate::domain::case::{Approval, ApprovalSubject, Case, Event, Recorded};
use crate::domain::ids::ApprovalId;

impl Case {
    pub(super) fn apply_approval(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::ApprovalRequested {
                approval,
                subject,
                requested_of,
                note,
                letter,
            } => self.approvals.push(Approval {
                id: *approval,
                subject: subject.clone(),
                requested_by: recorded.actor.clone(),
                requested_of: requested_of.clone(),
                note: note.clone(),
                letter: letter.as_deref().cloned(),
                requested_at: recorded.at,
                answered_by: None,
                answered_at: None,
                approved: None,
                reason: None,
            }),
            Event::ApprovalGiven { approval, reason } => {
                let subject = self
                    .approvals
                    .iter()
                    .find(|a| a.id == *approval)
                    .map(|a| a.subject.clone());
                let stage = match subject {
                    Some(
                        ApprovalSubject::Response { stage } | ApprovalSubject::Extension { stage },
                    ) => stage,
                    Some(ApprovalSubject::Refusal) => self.stage(),
                    Some(ApprovalSubject::Remedy { remedy }) => self
                        .remedies
                        .iter()
                        .find(|found| found.id == remedy)
                        .map_or(0, |found| found.offered_at_stage),
                    None => 0,
                };
                self.approved_in(stage, &recorded.actor);
                self.answer(*approval, recorded, true, reason.clone());
            }
            Event::ApprovalDeclined { approval, reason } => {
                self.answer(*approval, recorded, false, Some(reason.clone()));
            }
            _ => {}
        }
    }

    pub(super) fn answer(
        &mut self,
        id: ApprovalId,
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
}
