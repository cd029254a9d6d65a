//! What an exporter may ask of a case beyond its document: the whole record with its hashes, and the case as the API
//! shows it. Both as they were when the case last changed, so that an export changes no later one.

use std::sync::Arc;

use super::cases::{AuditedEvent, audited};
use super::closed::Closed;
use super::exports::Leaving;
use super::{CaseView, Desk, DeskError};
use crate::domain::case::{Case, Recorded};
use crate::domain::ids::CaseRef;
use crate::export::source::Sections;
use crate::store::cases::recorded;

impl Desk {
    /// The sections of a case that is leaving.
    pub(super) fn sections(&self, leaving: &Leaving) -> Sections {
        let desk = self.clone();
        let (case, closed, whole) = (leaving.case.clone(), leaving.closed.clone(), leaving.whole);
        Arc::new(move |name: &str| {
            let told = match name {
                "events" => desk.events_for_export(&case.reference, &closed, whole),
                "state" => desk.state_for_export(&case, &closed),
                _ => {
                    return Err(format!(
                        "there is no section \"{}\"; see redress-case.md",
                        name.escape_debug()
                    ));
                }
            };
            told.map_err(|error| format!("the section {name} could not be read: {error}"))
        })
    }

    fn events_for_export(
        &self,
        reference: &CaseRef,
        closed: &Closed,
        whole: bool,
    ) -> Result<String, DeskError> {
        let mut events = audited(&*self.reader()?, reference, closed)?;
        if !whole {
            let kept = events.iter().rposition(|event| !only_looks(event));
            events.truncate(kept.map_or(0, |at| at + 1));
        }
        pretty(&events)
    }

    /// The case as it was before anybody only looked at it or exported it, seen at the time of its last change.
    fn state_for_export(&self, case: &Case, closed: &Closed) -> Result<String, DeskError> {
        let stored = self.reader()?.events(&case.reference, 0)?;
        let mut events: Vec<Recorded> = stored.iter().map(recorded).collect::<Result<_, _>>()?;
        let kept = events.iter().rposition(|told| told.event.is_substance());
        events.truncate(kept.map_or(0, |at| at + 1));
        let mut case = Case::fold(case.reference.clone(), &events).unwrap_or_else(|| case.clone());
        closed.leave_out(&mut case);
        let (policies, as_of) = (self.policy_kinds_for(&case)?, case.as_of);
        pretty(&CaseView::of(case, &self.book(), &policies, as_of).to_json())
    }
}

fn only_looks(event: &AuditedEvent) -> bool {
    matches!(
        event.kind.as_str(),
        "bundle_exported" | "restricted_case_viewed"
    )
}

fn pretty<T: serde::Serialize>(value: &T) -> Result<String, DeskError> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| DeskError::Internal(error.to_string()))
}
