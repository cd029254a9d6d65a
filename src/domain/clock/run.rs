//! One clock, run: day 0 and a length give a due date; what has happened and what time it is give a status.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Clock, ClockId, ClockPolicy, ClockStatus, RiskBand};
use crate::domain::calendar::{
    Calendar, CalendarError, day_and_year, in_range, london_date, london_time, start_of_day,
    why_calendar_days, why_working_days,
};

/// How a due date is counted from day 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Working days; the next working day is day 1.
    WorkingDays(u16),
    /// Calendar days, moved to the next working day.
    CalendarDays(u16),
    /// Calendar months, moved to the next working day.
    Months(u16),
    /// Whole weeks, not moved: a long-stop.
    Weeks(u16),
    /// Real hours of any day.
    Hours(u16),
    /// A date that somebody set or promised: counted by nobody, moved by nothing.
    Given(NaiveDate),
}

/// What a clock is worked out from.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// Which clock.
    pub id: ClockId,
    /// What it is about, when there are several.
    pub subject: Option<&'a str>,
    /// The beginning of the explanation: "Received Fri 20 Nov 2026."
    pub lead: String,
    /// Day 0.
    pub start: NaiveDate,
    /// The instant it starts, which only hours need; the beginning of day 0 otherwise.
    pub start_at: Option<DateTime<Utc>>,
    /// How long.
    pub length: Length,
    /// When the step was done.
    pub met_at: Option<DateTime<Utc>>,
    /// When the step fell away.
    pub ended_at: Option<DateTime<Utc>>,
}

impl<'a> Run<'a> {
    /// A clock of this kind that starts on a day and is still open.
    pub fn new(id: ClockId, lead: impl Into<String>, start: NaiveDate, length: Length) -> Self {
        let lead = lead.into();
        Self {
            id,
            subject: None,
            lead,
            start,
            start_at: None,
            length,
            met_at: None,
            ended_at: None,
        }
    }

    /// Names what it is about.
    pub fn about(mut self, subject: &'a str) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Says when the step was done, if it was.
    pub fn met(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.met_at = at;
        self
    }

    /// Says when the step fell away, if it did.
    pub fn ended(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.ended_at = at;
        self
    }

    /// The due date and why. A step already taken is judged by the calendar of that moment, so that a
    /// later change of the calendar never moves it (§2.4).
    pub fn due(
        &self,
        calendar: &Calendar,
    ) -> Result<(NaiveDate, Option<DateTime<Utc>>, String), CalendarError> {
        let closed = self.met_at.or(self.ended_at);
        let then = closed.map(|at| calendar.as_of(at));
        let calendar = then.as_deref().unwrap_or(calendar);
        let (start, lead) = (in_range(self.start)?, self.lead.as_str());
        let past_the_end = CalendarError::PastTheEnd { from: start };
        let (due, why) = match self.length {
            Length::WorkingDays(n) => why_working_days(lead, start, u32::from(n), calendar)?,
            Length::CalendarDays(n) => {
                let target = start
                    .checked_add_days(Days::new(u64::from(n)))
                    .ok_or(past_the_end)?;
                why_calendar_days(
                    lead,
                    start,
                    in_range(target)?,
                    &format!("Day {n}"),
                    calendar,
                )?
            }
            Length::Months(n) => {
                // A month without that day of the month ends the count on its own last day.
                let target = start
                    .checked_add_months(Months::new(u32::from(n)))
                    .ok_or(past_the_end)?;
                let what = if n == 1 {
                    "One month on".to_owned()
                } else {
                    format!("{n} months on")
                };
                why_calendar_days(lead, start, in_range(target)?, &what, calendar)?
            }
            Length::Weeks(n) => {
                let target = start
                    .checked_add_days(Days::new(7 * u64::from(n)))
                    .ok_or(past_the_end)?;
                (
                    in_range(target)?,
                    format!("{lead} {n} weeks on is {}.", day_and_year(target)),
                )
            }
            Length::Hours(n) => {
                let start_at = self.start_at.unwrap_or_else(|| start_of_day(start));
                let at = start_at
                    .checked_add_signed(TimeDelta::hours(i64::from(n)))
                    .ok_or(past_the_end)?;
                let due = in_range(london_date(at))?;
                let time = london_time(at).format("%H:%M");
                let why = format!(
                    "{lead} {n} hours on, any day of the week, is {} at {time}.",
                    day_and_year(due)
                );
                return Ok((due, Some(at), why));
            }
            Length::Given(due) => (in_range(due)?, format!("{lead} Due {}.", day_and_year(due))),
        };
        Ok((due, None, why))
    }

    /// The clock as it stands at `now`.
    pub fn clock(
        &self,
        calendar: &Calendar,
        policy: &ClockPolicy,
        now: DateTime<Utc>,
    ) -> Result<Clock, CalendarError> {
        let (due, due_at, why) = self.due(calendar)?;
        let late = |at: DateTime<Utc>| due_at.map_or(london_date(at) > due, |due_at| at > due_at);
        let (status, in_time, risk) = if let Some(at) = self.met_at {
            (
                if late(at) {
                    ClockStatus::MetLate
                } else {
                    ClockStatus::Met
                },
                Some(!late(at)),
                None,
            )
        } else if let Some(at) = self.ended_at {
            // The step fell away, but a day missed before that stays missed.
            (ClockStatus::NotNeeded, late(at).then_some(false), None)
        } else {
            let risk =
                match RiskBand::of(in_range(london_date(now))?, due, policy.due_soon, calendar)? {
                    RiskBand::Red if late(now) => RiskBand::Breach,
                    risk => risk,
                };
            let status = match risk {
                RiskBand::Green => ClockStatus::Running,
                RiskBand::Amber => ClockStatus::DueSoon,
                RiskBand::Red => ClockStatus::DueToday,
                RiskBand::Breach => ClockStatus::Overdue,
            };
            (
                status,
                (risk == RiskBand::Breach).then_some(false),
                Some(risk),
            )
        };
        Ok(Clock {
            id: self.id,
            subject: self.subject.map(str::to_owned),
            start: self.start,
            due,
            due_at,
            length: self.length,
            met_on: self.met_at.map(london_date),
            status,
            in_time,
            risk,
            extended_from: None,
            why,
        })
    }
}
