//! Points raised and decided.

use crate::domain::case::{Case, Event, Point, PointDecision, Recorded};

impl Case {
    pub(super) fn apply_point(&mut self, recorded: &Recorded) {
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
}
