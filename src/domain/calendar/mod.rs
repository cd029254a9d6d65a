//! Working days in England: Monday to Friday, less the bank holidays.
//!
//! [`Calendar`] is data: the seeded holidays of 2020 to 2035, every change an administrator has made
//! since (a one-off holiday is proclaimed with little notice) and the landlord's own closures, which
//! never stop a clock. Outside the seeded years holidays follow the standing rules of
//! [`england`], so nothing breaks, but a one-off of those years must be added by hand.

pub mod england;
mod error;
mod london;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};

pub use error::CalendarError;
pub use london::{at_hour, end_of_day, london_date, london_time, start_of_day};
pub use words::{DayLine, and_list, day, day_and_year, days, why_calendar_days, why_working_days};

/// The first year whose dates are taken; an earlier one is a slip of the pen.
pub const FIRST_YEAR: i32 = 1990;
/// The last year whose dates are taken.
pub const LAST_YEAR: i32 = 2100;

/// The bank holidays, their changes and the landlord's closures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// As seeded when the file was made: a newer program brings changes, it never edits this.
    holidays: BTreeMap<NaiveDate, String>,
    /// In the order they were made.
    #[serde(default)]
    changes: Vec<HolidayChange>,
    #[serde(default)]
    closures: Vec<Closure>,
}

/// A holiday added or removed by an administrator. Kept, so that a step already taken is judged by
/// the calendar of its own day (§2.4: a change never moves the due date of a closed step).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayChange {
    /// The day that became, or ceased to be, a bank holiday.
    pub date: NaiveDate,
    /// Its name.
    pub name: String,
    /// True when added, false when removed.
    pub added: bool,
    /// When the change was made.
    pub at: DateTime<Utc>,
    /// Who made it.
    pub by: String,
    /// Why.
    pub why: String,
}

/// Days on which the landlord's office is shut. They are working days all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, counted in.
    pub to: NaiveDate,
    /// What staff call it: "Christmas shutdown".
    pub name: String,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::england()
    }
}

impl Calendar {
    /// England as seeded, with no changes and no closures.
    pub fn england() -> Self {
        Self {
            holidays: england::seeded(),
            changes: Vec::new(),
            closures: Vec::new(),
        }
    }

    /// The name of the bank holiday on `date`, if it is one.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        if let Some(change) = self.changes.iter().rev().find(|change| change.date == date) {
            return change.added.then_some(change.name.as_str());
        }
        if self.is_seeded(date.year()) {
            self.holidays.get(&date).map(String::as_str)
        } else {
            england::holiday(date)
        }
    }

    /// Every bank holiday of a year, in order.
    pub fn holidays_in(&self, year: i32) -> Vec<(NaiveDate, &str)> {
        let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1) else {
            return Vec::new();
        };
        first
            .iter_days()
            .take_while(|date| date.year() == year)
            .filter_map(|date| self.holiday(date).map(|name| (date, name)))
            .collect()
    }

    /// Whether the year's holidays were seeded; if not they are worked out by rule and say so.
    pub fn is_seeded(&self, year: i32) -> bool {
        let first = self.holidays.first_key_value().map(|(date, _)| date.year());
        let last = self.holidays.last_key_value().map(|(date, _)| date.year());
        matches!((first, last), (Some(first), Some(last)) if (first..=last).contains(&year))
    }

    /// Monday to Friday and not a bank holiday. A landlord's closure is a working day (§2.3).
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && self.holiday(date).is_none()
    }

    /// The `n`th working day after `date`; `date` is day 0, whatever day it is.
    pub fn add_working_days(&self, date: NaiveDate, n: u32) -> Result<NaiveDate, CalendarError> {
        let mut reached = in_range(date)?;
        let mut left = n;
        while left > 0 {
            reached = step(reached, date)?;
            if self.is_working_day(reached) {
                left -= 1;
            }
        }
        Ok(reached)
    }

    /// How many working days lie after `from`, up to and counting `to`: "answered on day k".
    /// Nothing when `to` is not after `from`.
    pub fn working_days_between(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<u32, CalendarError> {
        in_range(from)?;
        in_range(to)?;
        let count = from
            .iter_days()
            .skip(1)
            .take_while(|date| *date <= to)
            .filter(|date| self.is_working_day(*date));
        Ok(u32::try_from(count.count()).unwrap_or(u32::MAX))
    }

    /// `date` itself if it is a working day, else the first one after it.
    pub fn working_day_on_or_after(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let mut reached = in_range(date)?;
        while !self.is_working_day(reached) {
            reached = step(reached, date)?;
        }
        Ok(reached)
    }

    /// The first working day after `date`.
    pub fn next_working_day(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        self.add_working_days(date, 1)
    }

    /// The last working day before `date`, or `date` if it is one.
    pub fn working_day_on_or_before(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let mut reached = in_range(date)?;
        while !self.is_working_day(reached) {
            reached = reached
                .pred_opt()
                .ok_or(CalendarError::PastTheEnd { from: date })?;
            in_range(reached)?;
        }
        Ok(reached)
    }

    /// Makes `date` a bank holiday from `at` on. Open clocks must then be worked out again.
    pub fn add_holiday(
        &mut self,
        date: NaiveDate,
        name: &str,
        at: DateTime<Utc>,
        by: &str,
        why: &str,
    ) -> Result<(), CalendarError> {
        in_range(date)?;
        if name.trim().is_empty() {
            return Err(CalendarError::Unnamed { date });
        }
        if let Some(held) = self.holiday(date) {
            return Err(CalendarError::AlreadyHoliday {
                date,
                name: held.to_owned(),
            });
        }
        self.change(HolidayChange {
            date,
            name: name.trim().to_owned(),
            added: true,
            at,
            by: by.to_owned(),
            why: why.to_owned(),
        });
        Ok(())
    }

    /// Makes `date` an ordinary day again from `at` on.
    pub fn remove_holiday(
        &mut self,
        date: NaiveDate,
        at: DateTime<Utc>,
        by: &str,
        why: &str,
    ) -> Result<(), CalendarError> {
        in_range(date)?;
        let name = self
            .holiday(date)
            .ok_or(CalendarError::NotHoliday { date })?
            .to_owned();
        self.change(HolidayChange {
            date,
            name,
            added: false,
            at,
            by: by.to_owned(),
            why: why.to_owned(),
        });
        Ok(())
    }

    fn change(&mut self, mut change: HolidayChange) {
        // A computer whose clock was set back must not slip a change in before an earlier one.
        if let Some(last) = self.changes.last() {
            change.at = change.at.max(last.at);
        }
        self.changes.push(change);
    }

    /// Every change made since the seed, oldest first.
    pub fn changes(&self) -> &[HolidayChange] {
        &self.changes
    }

    /// The calendar as it stood at an instant: what a step taken then is judged by.
    pub fn as_of(&self, at: DateTime<Utc>) -> Cow<'_, Self> {
        if self.changes.last().is_none_or(|last| last.at <= at) {
            return Cow::Borrowed(self);
        }
        let mut then = self.clone();
        then.changes.retain(|change| change.at <= at);
        Cow::Owned(then)
    }

    /// The landlord's closures.
    pub fn closures(&self) -> &[Closure] {
        &self.closures
    }

    /// The name of the closure that covers `date`, if any.
    pub fn closure(&self, date: NaiveDate) -> Option<&str> {
        let covers = |closure: &&Closure| (closure.from..=closure.to).contains(&date);
        self.closures
            .iter()
            .find(covers)
            .map(|closure| closure.name.as_str())
    }

    /// Adds a closure. No due date moves.
    pub fn add_closure(
        &mut self,
        from: NaiveDate,
        to: NaiveDate,
        name: &str,
    ) -> Result<(), CalendarError> {
        in_range(from)?;
        in_range(to)?;
        if to < from {
            return Err(CalendarError::EndsBeforeItBegins { from, to });
        }
        if name.trim().is_empty() {
            return Err(CalendarError::Unnamed { date: from });
        }
        self.closures.push(Closure {
            from,
            to,
            name: name.trim().to_owned(),
        });
        self.closures
            .sort_by_key(|closure| (closure.from, closure.to));
        Ok(())
    }

    /// Removes the closure that begins and ends on these days; true if there was one.
    pub fn remove_closure(&mut self, from: NaiveDate, to: NaiveDate) -> bool {
        let before = self.closures.len();
        self.closures
            .retain(|closure| (closure.from, closure.to) != (from, to));
        self.closures.len() != before
    }
}

/// Refuses a date of a year nobody can mean: 0226, 20260.
pub fn in_range(date: NaiveDate) -> Result<NaiveDate, CalendarError> {
    if (FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        Ok(date)
    } else {
        Err(CalendarError::OutOfRange { date })
    }
}

fn step(date: NaiveDate, from: NaiveDate) -> Result<NaiveDate, CalendarError> {
    date.succ_opt()
        .filter(|next| in_range(*next).is_ok())
        .ok_or(CalendarError::PastTheEnd { from })
}
