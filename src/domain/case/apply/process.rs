//! The steps of the process: assigned, acknowledged, refused, extended, answered, escalated, ended.

use chrono::{DateTime, Utc};

use crate::domain::case::{
    Case, Closing, ClosingOutcome, Event, Recorded, Response, StageRun, State,
};
use crate::domain::intake::Kind;

impl Case {
    pub(super) fn apply_process(&mut self, recorded: &Recorded) {
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
                // Who refused a part has judged the complaint (E05).
                self.approved_in(refusal.stage, &refusal.decided_by);
                self.approved_in(refusal.stage, &refusal.approved_by);
                if refusal.points.is_empty() {
                    self.state = State::Refused;
                }
                self.mark_refused();
            }
            Event::Extended { stage, extension } => {
                if let Some(run) = self.run_mut(*stage) {
                    run.extensions.push(extension.clone());
                    run.took_part.extend(extension.approved_by.clone());
                }
            }
            Event::ResponseIssued {
                stage,
                summary,
                outcome,
                approved_by,
                changed_since,
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
                    changed_since: changed_since.clone(),
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
                outcome,
            } => {
                self.root_causes = root_causes.clone();
                self.closing = Some(Closing {
                    at: recorded.at,
                    learning: learning.clone(),
                    outcome: *outcome,
                });
                self.state = State::Closed;
            }
            Event::Reopened { .. } => {
                self.closing = None;
                self.withdrawal = None;
                self.withdrawn_at = None;
                self.merged_into = None;
                self.state = self.state_of_stage();
                self.mark_refused();
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
            Event::MergedInto { reference, reason } => {
                self.merged_into = Some(reference.clone());
                self.closing = Some(Closing {
                    at: recorded.at,
                    learning: reason.clone(),
                    outcome: ClosingOutcome::default(),
                });
                if !self.linked_cases.contains(reference) {
                    self.linked_cases.push(reference.clone());
                }
                self.state = State::Closed;
            }
            _ => {}
        }
    }

    /// Points refused in part stay refused. A refusal of the whole complaint covers them all until the
    /// case is reopened; one of an escalation leaves the answers of stage 1 as they are. A point accepted
    /// after its refusal is answered like any other.
    fn mark_refused(&mut self) {
        let whole = self.state == State::Refused && self.stage() == 1;
        for point in &mut self.points {
            let lifted = point.accepted.as_ref().map_or(0, |found| found.refusals);
            let mut binding = self.refusals.iter().skip(lifted);
            point.refused = whole || binding.any(|r| r.points.contains(&point.id));
        }
    }

    pub(super) fn move_receipt(&mut self, received_at: DateTime<Utc>) {
        self.received_at = received_at;
        if let Some(run) = self.run_mut(1) {
            run.received_at = received_at;
        }
    }

    /// Where the last stage stands by what it holds, whatever ended it.
    pub(super) fn state_of_stage(&self) -> State {
        let Some(run) = self.stages.last() else {
            return match self.kind {
                Kind::SurveyFeedback => State::SurveyFeedback,
                _ => State::ServiceRequest,
            };
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
}
