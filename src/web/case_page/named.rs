//! People as others read them: the record holds account names, pages show full names.

use crate::domain::case::{Case, Recorded};
use std::collections::BTreeMap;

/// Full names by account name.
pub type Names = BTreeMap<String, String>;

fn put(names: &Names, id: &mut String) {
    if let Some(name) = names.get(id) {
        id.clone_from(name);
    }
}

fn put_some(names: &Names, id: &mut Option<String>) {
    id.iter_mut().for_each(|id| put(names, id));
}

/// The case with full names, for reading only.
pub fn case(mut case: Case, names: &Names) -> Case {
    for run in &mut case.stages {
        put_some(names, &mut run.handler);
        if let Some(response) = &mut run.response {
            put(names, &mut response.author);
            put_some(names, &mut response.approved_by);
        }
    }
    for refusal in &mut case.refusals {
        put(names, &mut refusal.decided_by);
        put(names, &mut refusal.approved_by);
    }
    for remedy in &mut case.remedies {
        put(names, &mut remedy.proposed_by);
        if let Some(line) = &mut remedy.compensation {
            put_some(names, &mut line.approved_by);
        }
    }
    case.actions
        .iter_mut()
        .for_each(|action| put(names, &mut action.owner));
    for approval in &mut case.approvals {
        put(names, &mut approval.requested_by);
        put_some(names, &mut approval.requested_of);
        put_some(names, &mut approval.answered_by);
    }
    case.documents
        .iter_mut()
        .for_each(|document| put(names, &mut document.added_by));
    case.letters
        .iter_mut()
        .for_each(|letter| put(names, &mut letter.issued_by));
    case
}

/// The event with its actor's full name.
pub fn event(mut recorded: Recorded, names: &Names) -> Recorded {
    put(names, &mut recorded.actor);
    if let crate::domain::case::Event::Assigned { handler, .. } = &mut recorded.event {
        put(names, handler);
    }
    recorded
}
