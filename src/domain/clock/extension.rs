//! Extensions (6.4, 6.15): what they move, and how one asked for now would stand.

use chrono::{DateTime, NaiveDate, Utc};

use super::run::{Length, Run};
use super::stage::Rules;
use super::{Clock, ClockError, ClockPolicy, ClockStatus, StageFacts};
use crate::domain::calendar::{Calendar, CalendarError, day_and_year, london_date};

/// One extension as it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtensionFact {
    /// The date promised to the resident.
    pub new_due: NaiveDate,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// Decided after the due date had passed: kept, but it cures nothing.
    pub retrospective: bool,
    /// Within the cap, or over it with an approved good reason.
    pub valid: bool,
}

/// How an extension asked for now would stand (E07).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtensionCheck {
    /// The due date it would replace.
    pub current_due: NaiveDate,
    /// The latest date that needs no good reason.
    pub latest_without_reason: NaiveDate,
    /// Working days added to the first due date by this and every earlier extension.
    pub added_in_total: u32,
    /// More than the Code allows without a good reason.
    pub over_cap: bool,
    /// Decided after the due date: it will be kept but will cure nothing.
    pub retrospective: bool,
    /// The new date is not after the one it would replace.
    pub not_later: bool,
}

impl ExtensionFact {
    /// Whether it moves the due date.
    pub fn counts(&self) -> bool {
        self.valid && !self.retrospective
    }

    fn words(&self) -> String {
        let decided = day_and_year(london_date(self.decided_at));
        let state = match (self.retrospective, self.valid) {
            (true, _) => ", after the due date: it does not cure the breach",
            (false, false) => ", without an approved good reason: it does not count",
            (false, true) => "",
        };
        format!(
            " Extended on {decided} to {}{state}.",
            day_and_year(self.new_due)
        )
    }
}

/// The last extension that counts.
fn in_force(facts: &StageFacts) -> Option<&ExtensionFact> {
    facts
        .extensions
        .iter()
        .rev()
        .find(|extension| extension.counts())
}

/// Moves the response clock to the extended date and gives the extension's own clock, which runs from
/// the first due date to the date promised last. Without an extension that counts nothing moves.
pub(super) fn apply(
    facts: &StageFacts,
    rules: &Rules,
    response: &mut Clock,
    calendar: &Calendar,
    policy: &ClockPolicy,
    now: DateTime<Utc>,
) -> Result<Option<Clock>, CalendarError> {
    let said: String = facts.extensions.iter().map(ExtensionFact::words).collect();
    response.why.push_str(&said);
    let Some(extension) = in_force(facts) else {
        return Ok(None);
    };
    let first_due = response.due;
    let lead = format!("The response was due {}.{said}", day_and_year(first_due));
    let run = Run::new(
        rules.ids[2],
        lead,
        first_due,
        Length::Given(extension.new_due),
    );
    let mut clock = run
        .met(facts.responded_at)
        .ended(facts.ended_at)
        .clock(calendar, policy, now)?;
    clock.extended_from = Some(first_due);

    response.extended_from = Some(first_due);
    response.due = clock.due;
    response.length = clock.length;
    response.in_time = clock.in_time;
    response.risk = clock.risk;
    response.status = match clock.status {
        ClockStatus::Running | ClockStatus::DueSoon | ClockStatus::DueToday => {
            ClockStatus::Extended
        }
        closed_or_overdue => closed_or_overdue,
    };
    Ok(Some(clock))
}

/// How an extension to `new_due`, decided at `decided_at`, would stand. Extensions are cumulative: the
/// total over the first due date is what the cap measures (§2.2 rule 3).
pub fn extension_check(
    facts: &StageFacts,
    new_due: NaiveDate,
    decided_at: DateTime<Utc>,
    calendar: &Calendar,
    policy: &ClockPolicy,
) -> Result<ExtensionCheck, ClockError> {
    let rules = facts.stage.rules(policy);
    let run = facts
        .response_run(&rules)
        .ok_or(ClockError::NotAcknowledged)?;
    let (first_due, ..) = run.due(calendar)?;
    let current_due = in_force(facts).map_or(first_due, |extension| extension.new_due);
    let added_in_total = calendar.working_days_between(first_due, new_due)?;
    Ok(ExtensionCheck {
        current_due,
        latest_without_reason: calendar.add_working_days(first_due, u32::from(rules.extension))?,
        added_in_total,
        over_cap: added_in_total > u32::from(rules.extension),
        retrospective: london_date(decided_at) > current_due,
        not_later: new_due <= current_due,
    })
}
