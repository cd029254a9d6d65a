//! The Ombudsman's branch.

use crate::domain::calendar::london_date;
use crate::domain::case::{Case, Event, Recorded};
use crate::domain::ombudsman::{HosCase, HosRoute, HosState, HosTask};

impl Case {
    pub(super) fn apply_ombudsman(&mut self, recorded: &Recorded) {
        if let Event::ReferredToOmbudsman {
            hos_reference,
            route,
        } = &recorded.event
        {
            match &mut self.ombudsman {
                Some(known) => {
                    known.reference = hos_reference.clone();
                    known.route = *route;
                    let investigates = matches!(
                        route,
                        HosRoute::FocusedInvestigation | HosRoute::FullInvestigation
                    );
                    if investigates && known.tasks.iter().all(|task| task.sent_on.is_some()) {
                        known.go_to(HosState::UnderInvestigation);
                    }
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
                hos.go_to(HosState::DirectedToRespond);
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
                hos.go_to(HosState::EvidenceRequested);
            }
            Event::HosEvidenceSent { task, note } => {
                if let Some(found) = hos.tasks.iter_mut().find(|t| t.id == *task) {
                    found.sent_on = Some(london_date(recorded.at));
                    found.note = note.clone();
                }
                if hos.tasks.iter().all(|task| task.sent_on.is_some()) {
                    hos.go_to(HosState::EvidenceSent);
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
}

impl HosCase {
    /// What comes after a determination, such as a task of a review, hides no open order.
    fn go_to(&mut self, state: HosState) {
        if self.determinations.is_empty() {
            self.state = state;
        }
    }

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
