//! The clocks of a case, worked out from its state: never stored, so never stale.
//!
//! A date that the calendar does not take (`decide` refuses such dates) gives no clock instead of an
//! error, because any file must be readable.

use chrono::{DateTime, Utc};

use super::HazardStep;
use super::records::{Direction, Extension, Hazard, RelatedKind};
use super::state::{Case, StageRun, State};
use crate::domain::calendar::{Calendar, end_of_day, london_date};
use crate::domain::clock::{
    AWAAB_FROM, CaseFlags, Clock, ClockPolicy, DueChange, ExtensionFact, FollowUp, HazardFacts,
    HosDirection, Run, StageClocks, StageFacts, StageNumber, due_changes, hazard_clocks, related,
    stage_clocks,
};
use crate::domain::intake::Kind;
use crate::domain::letter::LetterKind;
use crate::domain::remedy::ActionStatus;

impl Case {
    /// Every clock that has started, the stages' own first.
    pub fn clocks(
        &self,
        calendar: &Calendar,
        policy: &ClockPolicy,
        now: DateTime<Utc>,
    ) -> Vec<Clock> {
        let policy = &self.own_policy(policy);
        let mut clocks: Vec<Clock> = self
            .stages
            .iter()
            .filter_map(|run| stage_clocks(&self.facts_of(run), calendar, policy, now).ok())
            .flat_map(|stage| stage.clocks)
            .collect();
        let named = self.named_runs(calendar, policy);
        clocks.extend(named.into_iter().filter_map(|(subject, run)| {
            let run = Run {
                subject: subject.as_deref(),
                ..run
            };
            run.clock(calendar, policy, now).ok()
        }));
        let lets = self.complainant.tenure.may_be_tenancy();
        clocks.extend(
            self.hazards
                .iter()
                .filter(|hazard| lets && london_date(hazard.aware_at) >= AWAAB_FROM)
                .filter_map(|hazard| {
                    hazard_clocks(&hazard_facts(hazard), calendar, policy, now).ok()
                })
                .flatten(),
        );
        clocks
    }

    /// The three answers to "in time?" of each stage that has begun.
    pub fn flags(
        &self,
        calendar: &Calendar,
        policy: &ClockPolicy,
        now: DateTime<Utc>,
    ) -> CaseFlags {
        let flags = |stage| {
            self.stage_clocks(stage, calendar, policy, now)
                .map(|stage| stage.flags)
        };
        CaseFlags {
            stage1: flags(1),
            stage2: flags(2),
        }
    }

    /// The clocks, flags and answering date of one stage; none if it has not begun.
    pub fn stage_clocks(
        &self,
        stage: u8,
        calendar: &Calendar,
        policy: &ClockPolicy,
        now: DateTime<Utc>,
    ) -> Option<StageClocks> {
        let facts = self.stage_facts(stage)?;
        stage_clocks(&facts, calendar, &self.own_policy(policy), now).ok()
    }

    /// What the clocks of one stage are worked out from; none if it has not begun.
    pub fn stage_facts(&self, stage: u8) -> Option<StageFacts> {
        self.stage_run(stage).map(|run| self.facts_of(run))
    }

    /// The open due dates that a change of the calendar moves.
    pub fn due_changes(
        &self,
        old: &Calendar,
        new: &Calendar,
        policy: &ClockPolicy,
        now: DateTime<Utc>,
    ) -> Vec<DueChange> {
        due_changes(
            &self.clocks(old, policy, now),
            &self.clocks(new, policy, now),
        )
    }

    /// The policy with the receipt rule this case was opened under, which is never switched (§2.3).
    pub fn own_policy(&self, policy: &ClockPolicy) -> ClockPolicy {
        ClockPolicy {
            receipt: self.receipt_rule,
            ..policy.clone()
        }
    }

    fn facts_of(&self, run: &StageRun) -> StageFacts {
        let is_last = self.stage() == run.stage;
        StageFacts {
            stage: if run.stage == 2 {
                StageNumber::Two
            } else {
                StageNumber::One
            },
            started_at: run.received_at,
            acknowledged_at: run.acknowledged_at,
            extensions: run.extensions.iter().map(extension_fact).collect(),
            responded_at: run.response.as_ref().map(|response| response.at),
            ended_at: is_last.then(|| self.ended_at(run)).flatten(),
            hos_directed: self
                .directions()
                .filter(|direction| {
                    // The first answer after the direction meets it; stage 2 does not ask for it again.
                    let first = self.stages.iter().find(|run| answers(run, direction));
                    first.is_some_and(|first| first.stage == run.stage)
                })
                .collect(),
        }
    }

    /// When the stage ended without an answer: refused as a whole, withdrawn, or merged into another case.
    fn ended_at(&self, run: &StageRun) -> Option<DateTime<Utc>> {
        match self.state {
            State::Withdrawn => Some(self.withdrawn_at.unwrap_or(self.as_of)),
            State::Refused => {
                let whole = self
                    .refusals
                    .iter()
                    .rev()
                    .find(|refusal| refusal.points.is_empty() && refusal.stage == run.stage);
                Some(whole.map_or(self.as_of, |refusal| refusal.at))
            }
            State::Closed if run.response.is_none() => Some(
                self.closing
                    .as_ref()
                    .map_or(self.as_of, |closing| closing.at),
            ),
            _ => None,
        }
    }

    fn directions(&self) -> impl Iterator<Item = HosDirection> {
        self.ombudsman.iter().flat_map(|hos| {
            let replaced = hos
                .replaced
                .iter()
                .zip(1..)
                .map(|(one, next)| HosDirection {
                    directed_at: one.directed_at,
                    due: one.due,
                    replaced_at: hos
                        .replaced
                        .get(next)
                        .map(|next| next.directed_at)
                        .or(hos.directed_at),
                });
            let last = hos.directed_due.map(|due| HosDirection {
                directed_at: hos.directed_at.unwrap_or(hos.notified_at),
                due,
                replaced_at: None,
            });
            replaced.chain(last)
        })
    }

    /// The clocks beside the stages, each with the name that tells it from its like: "action 2".
    fn named_runs(
        &self,
        calendar: &Calendar,
        policy: &ClockPolicy,
    ) -> Vec<(Option<String>, Run<'static>)> {
        let mut runs = Vec::new();
        // A direction that came after everything was answered waits for an answer of its own.
        let unanswered =
            |direction: &HosDirection| !self.stages.iter().any(|run| answers(run, direction));
        runs.extend(
            self.directions()
                .filter(unanswered)
                .map(|direction| (None, direction.run(None, None))),
        );
        runs.extend(self.update_run(calendar).map(|run| (None, run)));
        for action in &self.actions {
            let run = related::action(action.promised_on, &action.what, action.due);
            let ended = action.ended_on.map(end_of_day);
            let run = match action.status {
                ActionStatus::Open => run,
                ActionStatus::Done => run.met(ended),
                ActionStatus::Cancelled => run.ended(ended),
            };
            runs.push((Some(format!("action {}", action.id)), run));
        }
        for request in &self.related {
            let received_at = request.received_at;
            let in_force = |from| london_date(received_at) >= from;
            let run = match request.kind {
                RelatedKind::DpComplaint if in_force(related::DP_COMPLAINTS_FROM) => {
                    related::dp_complaint_ack(received_at, policy)
                }
                RelatedKind::SubjectAccess => {
                    related::subject_access(received_at, request.complex.is_some(), policy)
                }
                RelatedKind::StairsRequest if in_force(related::STAIRS_FROM) => {
                    related::stairs_request(received_at, policy)
                }
                // No law set a time for it then.
                RelatedKind::DpComplaint | RelatedKind::StairsRequest => continue,
            };
            runs.push((
                Some(format!("request {}", request.id)),
                run.met(request.answered_at),
            ));
        }
        if let Some(hos) = &self.ombudsman {
            runs.extend(hos.tasks.iter().map(|task| {
                let stated = (!task.usual_length).then_some(task.due);
                let run = related::hos_task(task.set_on, stated, policy);
                (
                    Some(format!("task {}", task.id)),
                    run.met(task.sent_on.map(end_of_day)),
                )
            }));
            runs.extend(hos.determinations.iter().flat_map(|determination| {
                determination.orders.iter().map(|order| {
                    let run = related::hos_order(determination.received_on, &order.text, order.due);
                    (
                        Some(format!("order {}", order.id)),
                        run.met(order.complied_on.map(end_of_day)),
                    )
                })
            }));
        }
        let notices = self.ombudsman.iter().flat_map(|hos| &hos.notices);
        runs.extend(notices.zip(1..).filter_map(|(notice, n)| {
            let run = related::hos_notice(notice.issued_on, &notice.text, notice.comply_by?);
            let met = notice.complied_on.map(end_of_day);
            Some((Some(format!("notice {n}")), run.met(met)))
        }));
        if self.kind == Kind::ServiceRequest && self.state == State::ServiceRequest {
            let last_seen = self
                .reviewed_on
                .unwrap_or_else(|| london_date(self.received_at));
            runs.push((
                None,
                related::service_request_review(last_seen, self.next_review, policy),
            ));
        }
        runs
    }

    /// The next update to a resident who was told that the answer will be late (Code 5.9): it runs while
    /// an extended stage is unanswered, and starts again at every update.
    fn update_run(&self, calendar: &Calendar) -> Option<Run<'static>> {
        let run = self
            .stages
            .last()
            .filter(|run| run.response.is_none() && !self.state.is_ended())?;
        let extension = run.extensions.last()?;
        let letters = self
            .letters
            .iter()
            .filter(|letter| letter.kind == LetterKind::Update);
        let contacts = self
            .contacts
            .iter()
            .filter(|contact| contact.direction == Direction::Out && contact.visible_to_resident);
        let updates = letters
            .map(|letter| letter.issued_at)
            .chain(contacts.map(|contact| contact.at));
        let last = updates.fold(extension.decided_at, DateTime::max);
        related::next_update(last, extension.update_every_days, calendar).ok()
    }
}

/// Whether this stage's answer is, or will be, the answer to the direction.
fn answers(run: &StageRun, direction: &HosDirection) -> bool {
    run.response
        .as_ref()
        .is_none_or(|response| response.at >= direction.directed_at)
}

fn extension_fact(extension: &Extension) -> ExtensionFact {
    let approved = extension.good_reason.is_some() && extension.approved_by.is_some();
    ExtensionFact {
        new_due: extension.new_due,
        decided_at: extension.decided_at,
        retrospective: extension.retrospective,
        valid: !extension.over_cap || approved,
    }
}

fn hazard_facts(hazard: &Hazard) -> HazardFacts {
    let needless = |step| hazard.not_needed(step).map(|found| found.at);
    let follow_up = |done: Option<DateTime<Utc>>, step| match (done, needless(step)) {
        (Some(at), _) => FollowUp::Done(at),
        (None, Some(at)) => FollowUp::NotNeeded(at),
        (None, None) => FollowUp::Open,
    };
    let further = follow_up(hazard.further_work_at, HazardStep::FurtherWorkBegun);
    let arranged = match hazard.further_steps_at.or(hazard.further_work_at) {
        // Where no further work is needed, neither are steps towards it.
        None if needless(HazardStep::FurtherWorkArranged).is_none() => further,
        done => follow_up(done, HazardStep::FurtherWorkArranged),
    };
    HazardFacts {
        made_safe_at: hazard.made_safe_at,
        investigated_at: hazard.investigated_at,
        summary: follow_up(hazard.summary_sent_at, HazardStep::SummarySent),
        safety_work: follow_up(hazard.safety_work_at, HazardStep::SafetyWorkDone),
        further_work: arranged,
        work_started: further,
        ended_at: needless(HazardStep::Investigated).or(needless(HazardStep::MadeSafe)),
        ..HazardFacts::reported(
            format!("hazard {}", hazard.id),
            hazard.aware_at,
            hazard.emergency,
        )
    }
}

#[cfg(test)]
mod tests;
