//! "Why this date?": the counting of days, in words and line by line.

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{Calendar, CalendarError};

/// One day of a count, for the printable answer to "why this date?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayLine {
    /// The day.
    pub date: NaiveDate,
    /// Its number in the count; none for a day that does not count. The first day is 0.
    pub number: Option<u32>,
    /// What the day is: "day 3", "Saturday", "bank holiday: Good Friday".
    pub note: String,
}

/// "Fri 20 Nov".
pub fn day(date: NaiveDate) -> String {
    date.format("%a %-d %b").to_string()
}

/// "Fri 20 Nov 2026".
pub fn day_and_year(date: NaiveDate) -> String {
    date.format("%a %-d %b %Y").to_string()
}

/// Every day from `start` (day 0) to the `n`th working day after it.
pub fn days(start: NaiveDate, n: u32, calendar: &Calendar) -> Result<Vec<DayLine>, CalendarError> {
    let due = calendar.add_working_days(start, n)?;
    let mut number = 0;
    let lines = start
        .iter_days()
        .take_while(|date| *date <= due)
        .map(|date| {
            if date == start {
                return DayLine {
                    date,
                    number: Some(0),
                    note: "day 0: the day it starts".to_owned(),
                };
            }
            if !calendar.is_working_day(date) {
                return DayLine {
                    date,
                    number: None,
                    note: why_not_counted(date, calendar),
                };
            }
            number += 1;
            let note = match calendar.closure(date) {
                Some(name) => {
                    format!("day {number} (office closed, {name}: it counts all the same)")
                }
                None => format!("day {number}"),
            };
            DayLine {
                date,
                number: Some(number),
                note,
            }
        });
    Ok(lines.collect())
}

fn why_not_counted(date: NaiveDate, calendar: &Calendar) -> String {
    match (calendar.holiday(date), date.weekday()) {
        (Some(name), _) => format!("bank holiday: {name}"),
        (None, Weekday::Sat) => "Saturday".to_owned(),
        (None, _) => "Sunday".to_owned(),
    }
}

/// The `n`th working day after `start` and the sentences that explain it, after `lead`
/// ("Received Fri 20 Nov 2026.").
pub fn why_working_days(
    lead: &str,
    start: NaiveDate,
    n: u32,
    calendar: &Calendar,
) -> Result<(NaiveDate, String), CalendarError> {
    let due = calendar.add_working_days(start, n)?;
    let mut why = lead.to_owned();
    if n > 0 {
        let first = calendar.add_working_days(start, 1)?;
        why.push_str(&format!(" Day 1 is {}", in_year_of(first, start)));
        if n > 1 {
            why.push_str(&format!(" … day {n} is {}", in_year_of(due, first)));
        }
        why.push('.');
    }
    push_exceptions(&mut why, start, due, calendar);
    Ok((due, why))
}

/// A calendar date (`what` says how it was reached: "Day 30"), moved to the next working day if it is none.
pub fn why_calendar_days(
    lead: &str,
    start: NaiveDate,
    target: NaiveDate,
    what: &str,
    calendar: &Calendar,
) -> Result<(NaiveDate, String), CalendarError> {
    let due = calendar.working_day_on_or_after(target)?;
    let mut why = format!("{lead} {what} is {}.", in_year_of(target, start));
    if due != target {
        let not_working = match calendar.holiday(target) {
            Some(name) => format!("a bank holiday ({name})"),
            None => format!("a {}", target.format("%A")),
        };
        why.push_str(&format!(
            " That is {not_working}, so it moves to the next working day, {}.",
            in_year_of(due, target)
        ));
    }
    Ok((due, why))
}

/// Says which bank holidays were passed over, which closure was not, and where the rules took over.
fn push_exceptions(why: &mut String, start: NaiveDate, due: NaiveDate, calendar: &Calendar) {
    let between = || start.iter_days().skip(1).take_while(|date| *date <= due);
    let weekend = |date: &NaiveDate| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let passed: Vec<NaiveDate> = between()
        .filter(|date| calendar.holiday(*date).is_some() && !weekend(date))
        .collect();
    match passed.as_slice() {
        [] => {}
        [one] => why.push_str(&format!(
            " {} is a bank holiday and does not count.",
            one.format("%-d %b")
        )),
        many => why.push_str(&format!(
            " {} are bank holidays and do not count.",
            by_month(many)
        )),
    }
    let closed = between()
        .filter(|date| calendar.is_working_day(*date))
        .find_map(|date| calendar.closure(date));
    if let Some(name) = closed {
        why.push_str(&format!(
            " The office closure ({name}) does not stop the clock."
        ));
    }
    if !calendar.is_seeded(due.year()) {
        why.push_str(&format!(
            " The bank holidays of {} are worked out by rule: check for one-off holidays.",
            due.year()
        ));
    }
}

/// The day, with its year when that differs from the year of the date said before it.
fn in_year_of(date: NaiveDate, said: NaiveDate) -> String {
    if date.year() == said.year() {
        day(date)
    } else {
        day_and_year(date)
    }
}

/// "25 and 28 Dec, 1 Jan": each month named once.
fn by_month(dates: &[NaiveDate]) -> String {
    let months: Vec<String> = dates
        .chunk_by(|a, b| (a.year(), a.month()) == (b.year(), b.month()))
        .map(|days| {
            let numbers: Vec<String> = days.iter().map(|date| date.day().to_string()).collect();
            format!("{} {}", and_list(&numbers), days[0].format("%b"))
        })
        .collect();
    match months.as_slice() {
        [first, second] if first.contains(" and ") => format!("{first}, and {second}"),
        _ => and_list(&months),
    }
}

/// "a", "a and b", "a, b and c".
pub fn and_list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
