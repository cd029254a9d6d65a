//! Other cases that a case names and the person who looks may not know of (E14): they are left out of what is shown
//! and exported, as if there were no link.

use super::DeskError;
use crate::domain::access::Actor;
use crate::domain::case::{Case, Event};
use crate::domain::ids::CaseRef;
use crate::store::Rows;

/// The references in a case that are closed to the one who looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Closed(Vec<CaseRef>);

impl Closed {
    /// Those of `case` for `actor`.
    pub fn to(rows: &dyn Rows, actor: &Actor, case: &Case) -> Result<Self, DeskError> {
        let mut closed = Vec::new();
        for reference in &case.linked_cases {
            let people = rows.case_row(reference)?.and_then(|row| row.only_for);
            if people.is_some_and(|people| !people.contains(&actor.id)) {
                closed.push(reference.clone());
            }
        }
        Ok(Self(closed))
    }

    /// The case without them.
    pub fn leave_out(&self, case: &mut Case) {
        case.linked_cases.retain(|other| !self.0.contains(other));
        let is_closed = |other: &CaseRef| self.0.contains(other);
        if case.merged_into.as_ref().is_some_and(is_closed) {
            case.merged_into = None;
        }
        if case.intake.parent.as_ref().is_some_and(is_closed) {
            case.intake.parent = None;
        }
    }

    /// What of an event may be told; none when it is about nothing else.
    pub fn tell(&self, mut event: Event) -> Option<Event> {
        match &mut event {
            Event::CaseLinked { reference, .. }
            | Event::DuplicateMerged { reference, .. }
            | Event::MergedInto { reference, .. }
                if self.0.contains(reference) =>
            {
                return None;
            }
            Event::ComplaintLogged { intake, .. }
            | Event::ServiceRequestLogged { intake, .. }
            | Event::SurveyFeedbackLogged { intake, .. } => {
                let parent = intake.parent.take();
                intake.parent = parent.filter(|other| !self.0.contains(other));
            }
            _ => {}
        }
        Some(event)
    }
}
