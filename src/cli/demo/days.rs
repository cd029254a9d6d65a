//! Days as the demonstration's scripts write them: so many working days before today, or after a step.
//!
//! `{-12}` and `{+5}` in a script are working days, `{-14m}` calendar months (`d` days, `w` weeks, `y` years).
//! A value that is nothing but a day becomes a date, with a time (`{-5T17:05}`) an instant; within a sentence
//! a day is written out.

use chrono::{
    DateTime, Days as CalendarDays, Months, NaiveDate, NaiveTime, SubsecRound, TimeDelta, Utc,
};
use serde_json::Value;

use crate::domain::calendar::{Calendar, london_date, start_of_day};

/// Working days around the day on which the demonstration starts.
pub struct Days<'a> {
    calendar: &'a Calendar,
    /// The working day that counts as today.
    today: NaiveDate,
    /// The moment the demonstration starts: nothing happens after it.
    now: DateTime<Utc>,
}

impl<'a> Days<'a> {
    /// Around `now`; at a weekend the next working day counts as today, so that nothing is late by itself.
    pub fn around(now: DateTime<Utc>, calendar: &'a Calendar) -> Self {
        let mut today = london_date(now);
        while !calendar.is_working_day(today) {
            today = today + CalendarDays::new(1);
        }
        Self {
            calendar,
            today,
            // Whole seconds, so that what is clamped to now is never a fraction after the desk's clock.
            now: now.trunc_subsecs(0),
        }
    }

    /// The working day `n` working days from today.
    pub fn working_day(&self, n: i32) -> NaiveDate {
        self.shift(self.today, n)
    }

    /// The working day `n` working days from `day`.
    pub fn shift(&self, day: NaiveDate, n: i32) -> NaiveDate {
        let mut at = day;
        for _ in 0..n.unsigned_abs() {
            loop {
                at = if n < 0 {
                    at - CalendarDays::new(1)
                } else {
                    at + CalendarDays::new(1)
                };
                if self.calendar.is_working_day(at) {
                    break;
                }
            }
        }
        at
    }

    /// A time of day in London, or now when that has not come yet.
    pub fn moment(&self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let since_midnight = time - NaiveTime::MIN;
        (start_of_day(day) + since_midnight).min(self.now)
    }

    /// Puts dates where `value` has days, counted from `base`.
    pub fn fill(&self, value: &mut Value, base: NaiveDate) {
        match value {
            Value::String(text) => *text = self.fill_text(text, base),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item, base)),
            Value::Object(members) => members.values_mut().for_each(|item| self.fill(item, base)),
            _ => {}
        }
    }

    /// The same for one text.
    pub fn fill_text(&self, text: &str, base: NaiveDate) -> String {
        if let Some(inside) = token(text) {
            if let Some(day) = self.read(inside, base) {
                return day.to_string();
            }
            let (day, time) = inside.split_once('T').unwrap_or((inside, ""));
            if let (Some(day), Ok(time)) = (self.read(day, base), time.parse()) {
                return self.moment(day, time).to_rfc3339();
            }
        }
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let end = rest[open..].find('}').map(|close| open + close + 1);
            let day = end.and_then(|end| self.read(token(&rest[open..end])?, base));
            match (day, end) {
                (Some(day), Some(end)) => {
                    filled.push_str(&rest[..open]);
                    filled.push_str(&day.format("%-d %B %Y").to_string());
                    rest = &rest[end..];
                }
                _ => {
                    filled.push_str(&rest[..=open]);
                    rest = &rest[open + 1..];
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    /// The day a token such as `-12` or `+3m` means.
    pub fn read(&self, token: &str, base: NaiveDate) -> Option<NaiveDate> {
        let unit = token
            .trim_start_matches(['+', '-'])
            .trim_start_matches(|c: char| c.is_ascii_digit());
        let number = token.strip_suffix(unit)?;
        let n: i32 = number
            .parse()
            .ok()
            .filter(|_| number.starts_with(['+', '-']))?;
        let months = |n: i32| {
            let months = Months::new(n.unsigned_abs());
            if n < 0 {
                base.checked_sub_months(months)
            } else {
                base.checked_add_months(months)
            }
        };
        match unit {
            "" => Some(self.shift(base, n)),
            "d" => base.checked_add_signed(TimeDelta::days(n.into())),
            "w" => base.checked_add_signed(TimeDelta::weeks(n.into())),
            "m" => months(n),
            "y" => months(n * 12),
            _ => None,
        }
    }

    /// The day that counts as today.
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// The moment the demonstration starts.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

/// The inside of a text that is one pair of braces.
pub fn token(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    (!inside.contains(['{', '}'])).then_some(inside)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(now: &str, text: &str, expected: &str) {
        let calendar = Calendar::england();
        let now: DateTime<Utc> = now.parse().unwrap();
        let days = Days::around(now, &calendar);
        assert_eq!(days.fill_text(text, days.today()), expected, "{now} {text}");
    }

    #[test]
    fn days_are_counted_in_working_days_and_written_out_in_sentences() {
        let wednesday = "2026-11-25T10:00:00Z";
        check(wednesday, "{-3}", "2026-11-20");
        check(wednesday, "{+1m}", "2026-12-25");
        check(
            wednesday,
            "We come on {+2}.",
            "We come on 27 November 2026.",
        );
        check(wednesday, "{1} {x} {", "{1} {x} {");
        check("2026-12-24T10:00:00Z", "{+1}", "2026-12-29");
        check("2026-11-22T10:00:00Z", "{-1}", "2026-11-20");
    }
}
