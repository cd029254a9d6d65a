//! The people of a case, and what runs beside it for them.

use std::collections::BTreeSet;

use crate::domain::case::{
    Case, Contribution, Event, Given, Hazard, HazardStep, Recorded, Related, Restriction,
    Satisfaction, StepNotNeeded,
};

impl Case {
    pub(super) fn apply_people(&mut self, recorded: &Recorded) {
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
            Event::MemberLettersSet { member, wanted } => {
                for known in self.members.iter_mut().filter(|m| m.name == *member) {
                    known.no_letters = !wanted;
                }
            }
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
                further_steps_at: None,
                further_work_at: None,
                not_needed: Vec::new(),
            }),
            Event::HazardStepNotNeeded {
                hazard,
                step,
                reason,
            } => {
                if let Some(found) = self.hazards.iter_mut().find(|h| h.id == *hazard) {
                    found.not_needed.push(StepNotNeeded {
                        step: *step,
                        reason: reason.clone(),
                        at: recorded.at,
                    });
                }
            }
            Event::HazardStepTaken { hazard, step } => {
                let Some(found) = self.hazards.iter_mut().find(|h| h.id == *hazard) else {
                    return;
                };
                let done = match step {
                    HazardStep::MadeSafe => &mut found.made_safe_at,
                    HazardStep::Investigated => &mut found.investigated_at,
                    HazardStep::SummarySent => &mut found.summary_sent_at,
                    HazardStep::SafetyWorkDone => &mut found.safety_work_at,
                    HazardStep::FurtherWorkArranged => &mut found.further_steps_at,
                    HazardStep::FurtherWorkBegun => &mut found.further_work_at,
                };
                *done = Some(recorded.at);
            }
            Event::ContributionAsked {
                contribution,
                team,
                what,
                of,
                due,
            } => self.contributions.push(Contribution {
                id: *contribution,
                team: team.clone(),
                what: what.clone(),
                of: of.clone(),
                due: *due,
                asked_by: recorded.actor.clone(),
                asked_at: recorded.at,
                given: None,
                withdrawn: None,
            }),
            Event::ContributionGiven {
                contribution,
                text,
                evidence,
                from,
            } => {
                let found = self.contributions.iter_mut();
                if let Some(found) = found.into_iter().find(|c| c.id == *contribution) {
                    found.given = Some(Given {
                        text: text.clone(),
                        evidence: evidence.clone(),
                        from: from.clone(),
                        by: recorded.actor.clone(),
                        at: recorded.at,
                    });
                }
            }
            Event::ContributionWithdrawn {
                contribution,
                reason,
            } => {
                let found = self.contributions.iter_mut();
                if let Some(found) = found.into_iter().find(|c| c.id == *contribution) {
                    found.withdrawn = Some(reason.clone());
                }
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
                complex: None,
                answered_at: None,
            }),
            Event::RelatedRequestExtended { related, reason } => {
                if let Some(found) = self.related.iter_mut().find(|r| r.id == *related) {
                    found.complex = Some(reason.clone());
                }
            }
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
}
