//! The Ombudsman's branch.

use chrono::NaiveDate;

use crate::domain::calendar::london_date;
use crate::domain::case::{Case, Event, Recorded};
use crate::domain::ombudsman::{Directed, HosCase, HosRoute, HosState, HosTask};

impl Case {
    /// A task without a stated date follows the calendar; one with a date has no other.
    pub(super) fn move_task(&mut self, subject: &str, due: NaiveDate) {
        let tasks = self.ombudsman.iter_mut().flat_map(|hos| &mut hos.tasks);
        for task in tasks.filter(|task| task.usual_length) {
            if format!("task {}", task.id) == subject {
                task.due = due;
            }
        }
    }

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
                    let sent = known.tasks.iter().all(|task| task.sent_on.is_some());
                    match route {
                        HosRoute::FocusedInvestigation | HosRoute::FullInvestigation if sent => {
                            known.go_to(HosState::UnderInvestigation);
                        }
                        HosRoute::EarlyResolution => known.go_to(HosState::EarlyResolution),
                        HosRoute::OutsideJurisdiction => {
                            known.go_to(HosState::OutsideJurisdiction);
                        }
                        HosRoute::Review => known.under_review(),
                        _ => {}
                    }
                }
                None => {
                    self.ombudsman = Some(HosCase {
                        reference: hos_reference.clone(),
                        route: *route,
                        notified_at: recorded.at,
                        state: at_first(*route),
                        tasks: Vec::new(),
                        directed_due: None,
                        directed_at: None,
                        replaced: Vec::new(),
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
                let known = (hos.directed_at, hos.directed_due);
                if let (Some(directed_at), Some(due)) = known {
                    hos.replaced.push(Directed { directed_at, due });
                }
                hos.directed_due = Some(*respond_by);
                hos.directed_at = Some(recorded.at);
                hos.go_to(HosState::DirectedToRespond);
            }
            Event::HosTaskRecorded {
                task,
                items,
                due,
                usual_length,
            } => {
                hos.tasks.push(HosTask {
                    id: *task,
                    items: items.clone(),
                    due: *due,
                    usual_length: *usual_length,
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
            Event::HosNoticeRecorded { notice } => {
                hos.notices.push(notice.clone());
                if notice.complied_on.is_none() {
                    hos.go_to(HosState::Chfn);
                }
            }
            Event::HosNoticeComplied { notice, evidence } => {
                let found = hos.notices.iter_mut().zip(1..).find(|(_, n)| n == notice);
                if let Some((found, _)) = found {
                    found.complied_on = Some(london_date(recorded.at));
                    found.evidence = evidence.clone();
                }
                let all = hos.notices.iter().all(|found| found.complied_on.is_some());
                if all && hos.state == HosState::Chfn {
                    hos.state = hos.standing();
                }
            }
            Event::HosReviewRequested { by, .. } => {
                if let Some(last) = hos.determinations.last_mut() {
                    last.review_requested_by = Some(*by);
                }
                hos.under_review();
            }
            _ => {}
        }
    }
}

/// Where a case stands when the landlord is first told of it.
fn at_first(route: HosRoute) -> HosState {
    match route {
        HosRoute::EarlyResolution => HosState::EarlyResolution,
        HosRoute::OutsideJurisdiction => HosState::OutsideJurisdiction,
        _ => HosState::EnquiryNotified,
    }
}

impl HosCase {
    /// What comes after a determination, such as a task of a review, hides no open order.
    fn go_to(&mut self, state: HosState) {
        if self.determinations.is_empty() {
            self.state = state;
        }
    }

    /// A review shows once no order is open: it changes nothing about those.
    fn under_review(&mut self) {
        if !self.determinations.is_empty() && self.state != HosState::OrdersOpen {
            self.state = HosState::ReviewRequested;
        }
    }

    /// Where it stands by what it holds, before a determination.
    fn standing(&self) -> HosState {
        let investigates = matches!(
            self.route,
            HosRoute::FocusedInvestigation | HosRoute::FullInvestigation
        );
        if self.tasks.iter().any(|task| task.sent_on.is_none()) {
            HosState::EvidenceRequested
        } else if investigates {
            HosState::UnderInvestigation
        } else if !self.tasks.is_empty() {
            HosState::EvidenceSent
        } else if self.directed_due.is_some() {
            HosState::DirectedToRespond
        } else {
            at_first(self.route)
        }
    }

    fn settle_orders(&mut self) {
        if self.orders().next().is_some() {
            let all = self.orders().all(|order| order.complied_on.is_some());
            let last = self.determinations.last();
            let reviewed = last.is_some_and(|last| last.review_requested_by.is_some());
            self.state = match (all, reviewed) {
                (true, true) => HosState::ReviewRequested,
                (true, false) => HosState::OrdersComplied,
                (false, _) => HosState::OrdersOpen,
            };
        }
    }
}
