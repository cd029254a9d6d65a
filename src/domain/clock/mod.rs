//! Every clock of the Code and its neighbours, as pure functions of dates.
//!
//! A clock is worked out, never stored as truth: facts in, [`Clock`]s out. Start at [`stage`] for the
//! Code's own clocks, [`hazard`] and [`related`] for the ones beside them, [`id`] for the table of all
//! of them and [`run`] for the one engine they share. Clocks never pause (§2.2 rule 4).

pub mod due;
pub mod extension;
pub mod hazard;
pub mod id;
pub mod policy;
pub mod recompute;
pub mod related;
pub mod run;
pub mod stage;

#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, CalendarError, day_and_year};

pub use due::{DueDate, DueDates, DueQuery, Receipt, due_dates};
pub use extension::{ExtensionCheck, ExtensionFact, extension_check};
pub use hazard::{AWAAB_FROM, FollowUp, HazardFacts, hazard_clocks};
pub use id::{Certainty, ClockId, ClockKind};
pub use policy::{ClockPolicy, PolicyError, ReceiptRule};
pub use recompute::{DueChange, due_changes, recompute};
pub use run::{Length, Run};
pub use stage::{
    CaseFlags, HosDirection, StageClocks, StageFacts, StageFlags, StageNumber, stage_clocks,
};

/// One clock of a case, as it stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Which clock.
    pub id: ClockId,
    /// What it is about, when a case has several of one kind: an action, an order, a hazard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Day 0.
    pub start: NaiveDate,
    /// The last day on which the step is in time. With a valid extension, the extended day.
    pub due: NaiveDate,
    /// For a clock of real hours, the instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// How the due date was counted.
    pub length: Length,
    /// The day the step was done.
    pub met_on: Option<NaiveDate>,
    /// Where it stands.
    pub status: ClockStatus,
    /// Known once the step is done, or once it can no longer be done in time.
    pub in_time: Option<bool>,
    /// How pressing it is, while it is open.
    pub risk: Option<RiskBand>,
    /// The due date before a valid extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_from: Option<NaiveDate>,
    /// Why this date, in plain words.
    pub why: String,
}

impl Clock {
    /// Whether someone still has to do something about it.
    pub fn is_open(&self) -> bool {
        !matches!(
            self.status,
            ClockStatus::Met | ClockStatus::MetLate | ClockStatus::NotNeeded
        )
    }
}

/// The open clock that is due first; of two due together, the one that comes first in the case.
pub fn most_pressing(clocks: &[Clock]) -> Option<&Clock> {
    clocks
        .iter()
        .filter(|clock| clock.is_open())
        .min_by_key(|clock| clock.due)
}

/// Where a clock stands; the same words everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStatus {
    /// There is time.
    Running,
    /// Few working days are left.
    DueSoon,
    /// It must be done today.
    DueToday,
    /// The day has passed.
    Overdue,
    /// Done in time.
    Met,
    /// Done, but late.
    MetLate,
    /// Moved to a later day by a valid extension, and still open.
    Extended,
    /// The step fell away: the complaint was withdrawn or refused before it.
    NotNeeded,
}

impl ClockStatus {
    /// What people read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Running => "on track",
            Self::DueSoon => "due soon",
            Self::DueToday => "due today",
            Self::Overdue => "overdue",
            Self::Met => "done in time",
            Self::MetLate => "done late",
            Self::Extended => "extended",
            Self::NotNeeded => "not needed",
        }
    }
}

/// How pressing an open clock is (§2.9). In order: green is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskBand {
    /// More working days are left than "due soon".
    Green,
    /// Due soon.
    Amber,
    /// Due today.
    Red,
    /// Past due, with no valid extension.
    Breach,
}

impl RiskBand {
    /// The band of something due on `due`, seen on `today`.
    pub fn of(
        today: NaiveDate,
        due: NaiveDate,
        due_soon: u16,
        calendar: &Calendar,
    ) -> Result<Self, CalendarError> {
        Ok(match today.cmp(&due) {
            std::cmp::Ordering::Greater => Self::Breach,
            std::cmp::Ordering::Equal => Self::Red,
            std::cmp::Ordering::Less
                if calendar.working_days_between(today, due)? <= u32::from(due_soon) =>
            {
                Self::Amber
            }
            std::cmp::Ordering::Less => Self::Green,
        })
    }

    /// What people read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Green => "on track",
            Self::Amber => "due soon",
            Self::Red => "due today",
            Self::Breach => "overdue",
        }
    }
}

/// Why a clock could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockError {
    /// A date the calendar does not take.
    Calendar(CalendarError),
    /// An extension was asked for before the response clock started.
    NotAcknowledged,
    /// Two dates are the wrong way round.
    Backwards {
        /// The step.
        what: &'static str,
        /// Its date.
        on: NaiveDate,
        /// The step before it.
        after: &'static str,
        /// That step's date.
        after_on: NaiveDate,
    },
    /// A date is needed that was not given.
    Missing {
        /// The date that was given.
        given: &'static str,
        /// The one it needs.
        needs: &'static str,
    },
}

impl From<CalendarError> for ClockError {
    fn from(error: CalendarError) -> Self {
        Self::Calendar(error)
    }
}

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calendar(error) => error.fmt(f),
            Self::NotAcknowledged => f.write_str(
                "The response clock starts at the acknowledgement: acknowledge the complaint before extending it.",
            ),
            Self::Backwards { what, on, after, after_on } => write!(
                f,
                "{what} ({}) cannot come before {after} ({}): check the dates.",
                day_and_year(*on),
                day_and_year(*after_on)
            ),
            Self::Missing { given, needs } => write!(f, "With {given}, give {needs} too."),
        }
    }
}

impl std::error::Error for ClockError {}
