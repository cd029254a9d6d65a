//! Points raised and decided.

use crate::domain::case::{Case, Event, Evidence, Point, PointAccepted, PointDecision, Recorded};

impl Case {
    pub(super) fn apply_point(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::PointAdded {
                point,
                text,
                category,
                theme,
            } => self.points.push(Point {
                id: *point,
                text: text.clone(),
                category: category.clone(),
                theme: theme.clone(),
                raised_at: recorded.at,
                decisions: Vec::new(),
                refused: false,
                accepted: None,
                evidence: Evidence::default(),
            }),
            Event::EvidenceChosen { point, evidence } => {
                if let Some(found) = self.points.iter_mut().find(|p| p.id == *point) {
                    found.evidence = evidence.clone();
                }
                self.investigating();
            }
            Event::PointAccepted {
                point,
                reason,
                by_ombudsman,
            } => {
                let refusals = self.refusals.len();
                if let Some(found) = self.points.iter_mut().find(|p| p.id == *point) {
                    found.refused = false;
                    found.accepted = Some(PointAccepted {
                        at: recorded.at,
                        reason: reason.clone(),
                        by_ombudsman: *by_ombudsman,
                        refusals,
                    });
                }
            }
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
}
