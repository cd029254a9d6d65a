//! What a change of the calendar moves. Open clocks move and each move is recorded; a step already
//! taken is never judged again (§2.4).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Clock, ClockId};
use crate::domain::calendar::Calendar;

/// One due date that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueChange {
    /// The clock.
    pub clock: ClockId,
    /// What it is about, when there are several.
    #[serde(default)]
    pub subject: Option<String>,
    /// The date before.
    pub old_due: NaiveDate,
    /// The date now.
    pub new_due: NaiveDate,
}

/// The due dates that differ when `clocks` is worked out with the new calendar instead of the old.
pub fn recompute<E>(
    old: &Calendar,
    new: &Calendar,
    clocks: impl Fn(&Calendar) -> Result<Vec<Clock>, E>,
) -> Result<Vec<DueChange>, E> {
    Ok(due_changes(&clocks(old)?, &clocks(new)?))
}

/// The open clocks whose due date differs between two workings-out of the same facts.
pub fn due_changes(before: &[Clock], after: &[Clock]) -> Vec<DueChange> {
    let mut matched = vec![false; before.len()];
    let mut changes = Vec::new();
    for now in after {
        // Several clocks of one kind keep their order, so the first unmatched one is the same clock.
        let same = before
            .iter()
            .zip(&matched)
            .position(|(was, taken)| !taken && (was.id, &was.subject) == (now.id, &now.subject));
        let Some(at) = same else { continue };
        matched[at] = true;
        let was = &before[at];
        if now.is_open() && was.is_open() && was.due != now.due {
            changes.push(DueChange {
                clock: now.id,
                subject: now.subject.clone(),
                old_due: was.due,
                new_due: now.due,
            });
        }
    }
    changes
}
