//! Dates and times as other systems write them, into `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` and RFC 3339. What cannot be
//! read for certain is not read: give it on as it was written.

mod day;
mod written;

use serde::Deserialize;

use day::Day;
use written::read;

/// The order of day and month in dates like 02/03/2026; in settings `dmy` or `mdy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Order {
    /// Day first, as in England.
    #[default]
    #[serde(rename = "dmy")]
    DayFirst,
    /// Month first, as some suppliers write.
    #[serde(rename = "mdy")]
    MonthFirst,
}

/// What was read: a day, a time of that day if there was one, and whether both are of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    day: Day,
    /// Minutes since midnight, and seconds.
    time: Option<(u32, u32)>,
    /// Minutes that the clock is before UTC, when it was said.
    offset: Option<i32>,
}

/// The day of a text, in England where the text says an instant.
pub fn date(text: &str, order: Order) -> Option<String> {
    let moment = read(text, order)?;
    Some(moment.at_home().day.to_string())
}

/// The day and, when there is one, the time of a text. An instant with an offset becomes RFC 3339.
pub fn moment(text: &str, order: Order) -> Option<String> {
    let moment = read(text, order)?;
    Some(match (moment.time, moment.offset) {
        (None, _) => moment.day.to_string(),
        (Some(_), Some(_)) => moment.in_utc().rfc3339(),
        (Some((minutes, _)), None) => {
            format!("{} {:02}:{:02}", moment.day, minutes / 60, minutes % 60)
        }
    })
}

/// As [`date`] and [`moment`] for a system whose times without an offset are of UTC.
pub fn date_utc(text: &str) -> Option<String> {
    let moment = read(text, Order::DayFirst)?;
    Some(moment.or_utc().at_home().day.to_string())
}

/// As [`moment`] for a system whose times without an offset are of UTC.
pub fn moment_utc(text: &str) -> Option<String> {
    let moment = read(text, Order::DayFirst)?;
    Some(match moment.time {
        None => moment.day.to_string(),
        Some(_) => moment.or_utc().in_utc().rfc3339(),
    })
}

/// Seconds, or milliseconds when there are more than a hundred thousand million, since 1970: as RFC 3339.
pub fn epoch(text: &str) -> Option<String> {
    let number: f64 = text.trim().parse().ok()?;
    let seconds = if number.abs() >= 1e11 {
        number / 1000.0
    } else {
        number
    };
    // Years 1900 to 2199: other numbers are no instants.
    if !seconds.is_finite() || !(-2_208_988_800.0..7_258_118_400.0).contains(&seconds) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked in the line above"
    )]
    let seconds = seconds.floor() as i64;
    let day = Day::of_number(i32::try_from(seconds.div_euclid(86_400)).ok()?);
    let rest = u32::try_from(seconds.rem_euclid(86_400)).ok()?;
    let at = Moment {
        day,
        time: Some((rest / 60, rest % 60)),
        offset: Some(0),
    };
    Some(at.rfc3339())
}

/// What a spreadsheet counts: days since the end of 1899, the time as a part of one, as in `46267.3619`. Only for what
/// comes from one, because elsewhere a number of five digits is something else.
pub fn serial(text: &str) -> Option<String> {
    let text = text.trim();
    let counted = text.starts_with(|c: char| ('1'..='9').contains(&c))
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    // 1954 to 2119: other numbers are no days.
    let days: f64 = text.parse().ok().filter(|_| counted)?;
    if !(20_000.0..80_000.0).contains(&days) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked in the line above"
    )]
    let minutes = (days * 1440.0).round() as i32;
    // Day 1 is 1 January 1900, and spreadsheets take that year for a leap year.
    let day = Day::of_number(minutes.div_euclid(1440) - 25_569);
    Some(match minutes.rem_euclid(1440) {
        0 => day.to_string(),
        time => format!("{day} {:02}:{:02}", time / 60, time % 60),
    })
}

/// True for days that programs write where they have none.
pub fn is_no_day(day: &str) -> bool {
    [
        "0001-01-01",
        "1753-01-01",
        "1899-12-30",
        "1900-01-01",
        "9999-12-31",
    ]
    .iter()
    .any(|none| day.starts_with(none))
}

/// Days from one `YYYY-MM-DD` to another, when both are dates.
pub fn days_between(from: &str, to: &str) -> Option<i32> {
    let day = |text: &str| read(text, Order::DayFirst).map(|m| m.day.number());
    Some(day(to)? - day(from)?)
}

impl Moment {
    fn or_utc(self) -> Self {
        Self {
            offset: self.offset.or(Some(0)),
            ..self
        }
    }

    fn moved(self, minutes: i32) -> Self {
        let Some((time, seconds)) = self.time else {
            return self;
        };
        let total = i32::try_from(time).unwrap_or(0) + minutes;
        let day = Day::of_number(self.day.number() + total.div_euclid(1440));
        let time = u32::try_from(total.rem_euclid(1440)).unwrap_or(0);
        Self {
            day,
            time: Some((time, seconds)),
            ..self
        }
    }

    fn in_utc(self) -> Self {
        let moved = self.moved(-self.offset.unwrap_or(0));
        Self {
            offset: Some(0),
            ..moved
        }
    }

    /// In England's time when the offset is known.
    fn at_home(self) -> Self {
        if self.offset.is_none() {
            return self;
        }
        let utc = self.in_utc();
        let summer = utc.time.is_some_and(|(minutes, _)| utc.day.summer(minutes));
        utc.moved(if summer { 60 } else { 0 })
    }

    fn rfc3339(self) -> String {
        let (minutes, seconds) = self.time.unwrap_or_default();
        format!(
            "{}T{:02}:{:02}:{:02}Z",
            self.day,
            minutes / 60,
            minutes % 60,
            seconds
        )
    }
}

#[cfg(test)]
mod tests;
