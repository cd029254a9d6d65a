//! Other cases that a case names and the person who looks may not know of (E14): they are left out of what is shown
//! and exported, as if there were no link.

use std::collections::BTreeSet;

use super::DeskError;
use crate::domain::access::Actor;
use crate::domain::case::{Case, Event, Recorded};
use crate::domain::ids::CaseRef;
use crate::domain::intake::Intake;
use crate::store::Rows;
use crate::store::cases::recorded;

/// What an event is called that is not told, in the place of its kind.
pub const WITHHELD: &str = "withheld";

/// What of a case is closed to the one who looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Closed {
    references: Vec<CaseRef>,
    /// The numbers of the events that are about nothing else.
    events: BTreeSet<u32>,
}

impl Closed {
    /// That of `case` for `actor`.
    pub fn to(rows: &dyn Rows, actor: &Actor, case: &Case) -> Result<Self, DeskError> {
        let mut closed = Self::default();
        for reference in &case.linked_cases {
            let people = rows.case_row(reference)?.and_then(|row| row.only_for);
            if people.is_some_and(|people| !people.contains(&actor.id)) {
                closed.references.push(reference.clone());
            }
        }
        if !closed.references.is_empty() {
            let stored = rows.events(&case.reference, 0)?;
            let events: Vec<_> = stored.iter().map(recorded).collect::<Result<_, _>>()?;
            closed.events = closed.only_about(&events);
        }
        Ok(closed)
    }

    /// The events about nothing but closed cases: those that name one, the one that called for it, and corrections
    /// of their wording.
    fn only_about(&self, events: &[Recorded]) -> BTreeSet<u32> {
        let mut hidden = BTreeSet::new();
        // What called for a case of its own comes before the link to it, and says the same why.
        let mut called_for: Vec<(u32, &str)> = Vec::new();
        for Recorded { seq, event, .. } in events {
            match event {
                Event::SeparateComplaintNeeded { why, .. } => called_for.push((*seq, why)),
                Event::CaseLinked {
                    reference,
                    relation,
                } => {
                    let call = called_for.iter().position(|(_, why)| why == relation);
                    let call = call.map(|at| called_for.remove(at).0);
                    if self.is_closed(reference) {
                        hidden.extend(call);
                        hidden.insert(*seq);
                    }
                }
                Event::DuplicateMerged { reference, .. } | Event::MergedInto { reference, .. }
                    if self.is_closed(reference) =>
                {
                    hidden.insert(*seq);
                }
                Event::EntryReworded { entry, .. } if hidden.contains(entry) => {
                    hidden.insert(*seq);
                }
                _ => {}
            }
        }
        hidden
    }

    fn is_closed(&self, reference: &CaseRef) -> bool {
        self.references.contains(reference)
    }

    /// The case without them.
    pub fn leave_out(&self, case: &mut Case) {
        case.linked_cases.retain(|other| !self.is_closed(other));
        case.rewordings
            .retain(|one| !self.events.contains(&one.entry));
        if case
            .merged_into
            .as_ref()
            .is_some_and(|into| self.is_closed(into))
        {
            case.merged_into = None;
            // Why the two are one complaint.
            if let Some(closing) = &mut case.closing {
                closing.learning.clear();
            }
        }
        self.leave_out_parent(&mut case.intake);
    }

    /// The intake without the case that it came out of, and without what that had to do with it.
    fn leave_out_parent(&self, intake: &mut Intake) {
        if intake
            .parent
            .as_ref()
            .is_some_and(|parent| self.is_closed(parent))
        {
            intake.parent = None;
            intake.decision.reason.clear();
        }
    }

    /// What of an event may be told; none when it is about nothing else.
    pub fn tell(&self, seq: u32, mut event: Event) -> Option<Event> {
        if self.events.contains(&seq) {
            return None;
        }
        if let Event::ComplaintLogged { intake, .. }
        | Event::ServiceRequestLogged { intake, .. }
        | Event::SurveyFeedbackLogged { intake, .. } = &mut event
        {
            self.leave_out_parent(intake);
        }
        Some(event)
    }
}
