//! Dates and times as other systems write them, into `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` and RFC 3339. What cannot be
//! read for certain is not read: give it on as it was written.

/// The order of day and month in dates like 02/03/2026.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Day first, as in England.
    #[default]
    DayFirst,
    /// Month first, as some suppliers write.
    MonthFirst,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// What was read: a day, a time of that day if there was one, and whether both are of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    day: Day,
    /// Minutes since midnight, and seconds.
    time: Option<(u32, u32)>,
    /// Minutes that the clock is before UTC, when it was said.
    offset: Option<i32>,
}

/// A day of the calendar that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: u32,
    month: u32,
    day: u32,
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
    // Years 1900 to 2199, the same as of written dates.
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

impl Day {
    /// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
    fn number(self) -> i32 {
        let signed = |n: u32| i32::try_from(n).unwrap_or(0);
        let year = signed(self.year) - i32::from(self.month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((signed(self.month) + 9) % 12) + 2) / 5 + signed(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    fn of_number(number: i32) -> Self {
        let n = number + 719_468;
        let era = n.div_euclid(146_097);
        let day = n.rem_euclid(146_097);
        let of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let unsigned = |n: i32| u32::try_from(n).unwrap_or(0);
        Self {
            year: unsigned(of_era + era * 400 + i32::from(month <= 2)),
            month: unsigned(month),
            day: unsigned(of_year - (153 * shifted + 2) / 5 + 1),
        }
    }

    /// British Summer Time: from the last Sunday of March to that of October, both at 01:00 UTC.
    fn summer(self, minutes: u32) -> bool {
        let change = |month| {
            let last = Day {
                year: self.year,
                month,
                day: 31,
            };
            // 1970-01-01 was a Thursday.
            Day::of_number(last.number() - (last.number() + 4).rem_euclid(7))
        };
        let at = (self, minutes);
        at >= (change(3), 60) && at < (change(10), 60)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn read(text: &str, order: Order) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 60 {
        return None;
    }
    let (text, offset) = offset(text);
    let parts: Vec<&str> = text
        .split(['/', '-', '.', ' ', 'T', ','])
        .filter(|p| !p.is_empty())
        .collect();
    let [a, b, c, rest @ ..] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = if a.len() == 4 {
        (number(a)?, number(b)?, number(c)?)
    } else if let Some(month) = month(b) {
        (number(c)?, month, number(a)?)
    } else if order == Order::MonthFirst {
        (number(c)?, number(a)?, number(b)?)
    } else {
        (number(c)?, number(b)?, number(a)?)
    };
    let year = if year < 100 { 2000 + year } else { year };
    if !(1900..2200).contains(&year) || day == 0 || day > length(year, month)? {
        return None;
    }
    let time = match rest.first() {
        None => None,
        Some(t) => Some(clock(t, rest.get(1).copied())?),
    };
    // Midnight alone means that only the date is known, wherever it was written.
    let known = time.filter(|(minutes, seconds)| (*minutes, *seconds) != (0, 0));
    Some(Moment {
        day: Day { year, month, day },
        time: known,
        offset: offset.filter(|_| known.is_some()),
    })
}

/// Parts `Z`, `+01:00` or `-0530` from the end of an instant.
fn offset(text: &str) -> (&str, Option<i32>) {
    let instant = text.get(10..11) == Some("T");
    if !instant {
        return (text, None);
    }
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return (rest, Some(0));
    }
    let Some(at) = text.rfind(['+', '-']).filter(|at| *at > 12) else {
        return (text, None);
    };
    let digits: String = text[at + 1..].chars().filter(|c| *c != ':').collect();
    let parsed = match (digits.len(), digits.parse::<i32>()) {
        (4, Ok(n)) if n / 100 <= 15 && n % 100 < 60 => n / 100 * 60 + n % 100,
        (2, Ok(n)) if n <= 15 => n * 60,
        _ => return (text, None),
    };
    let signed = if text[at..].starts_with('-') {
        -parsed
    } else {
        parsed
    };
    (&text[..at], Some(signed))
}

fn month(text: &str) -> Option<u32> {
    let short = text.get(..3)?.to_lowercase();
    if !text.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let at = MONTHS.iter().position(|m| *m == short)?;
    Some(u32::try_from(at).ok()? + 1)
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn length(year: u32, month: u32) -> Option<u32> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        1..=12 => Some(31),
        _ => None,
    }
}

/// `9:05`, `09:05:33` or `9:05 pm`, as minutes and seconds.
fn clock(text: &str, half: Option<&str>) -> Option<(u32, u32)> {
    let mut parts = text.split(':');
    let (mut hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0), number)?;
    match half.map(str::to_lowercase).as_deref() {
        Some("pm") if hour < 12 => hour += 12,
        Some("am") if hour == 12 => hour = 0,
        _ => {}
    }
    (hour < 24 && minute < 60 && seconds < 60 && parts.next().is_none())
        .then_some((hour * 60 + minute, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = moment(text, Order::DayFirst).unwrap_or_else(|| "none".into());
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn dates_as_people_and_programs_write_them() {
        check("2026-09-02", "2026-09-02");
        check("02/09/2026", "2026-09-02");
        check("2/9/26", "2026-09-02");
        check("02.09.2026 08:41", "2026-09-02 08:41");
        check("2026-09-02 08:41:10", "2026-09-02 08:41");
        check("2026-09-02T08:41:10.2231", "2026-09-02 08:41");
        check("2026-09-02T08:41:10Z", "2026-09-02T08:41:10Z");
        check("2026-09-02T08:41:10.5+01:00", "2026-09-02T07:41:10Z");
        check("2026-01-01T00:30:00+0100", "2025-12-31T23:30:00Z");
        check("02-Sep-2026", "2026-09-02");
        check("2 September 2026, 3:15 PM", "2026-09-02 15:15");
        check("02/09/2026 00:00:00", "2026-09-02");
        check("2019-06-17T00:00:00Z", "2019-06-17");
        check("29/02/2024", "2024-02-29");
        assert_eq!(
            date("09/02/2026", Order::MonthFirst).as_deref(),
            Some("2026-09-02")
        );
    }

    #[test]
    fn what_is_not_certain_is_left_alone() {
        for text in [
            "",
            "soon",
            "31/02/2026",
            "13/13/2026",
            "46267",
            "29/02/2023",
            "02/09/2026 late",
            "é/é/é",
            "0000-00-00",
            "2026-09-02T25:00:00Z",
            "Té-é-é-éTéééé+é",
        ] {
            check(text, "none");
        }
    }

    #[test]
    fn a_late_summer_evening_of_utc_is_the_next_day_in_england() {
        assert_eq!(
            date_utc("2026-07-01T23:30:00").as_deref(),
            Some("2026-07-02")
        );
        assert_eq!(
            date_utc("2026-12-01T23:30:00Z").as_deref(),
            Some("2026-12-01")
        );
        assert_eq!(
            date_utc("2026-03-29T00:59:00").as_deref(),
            Some("2026-03-29")
        );
        assert_eq!(
            date("2026-10-25T23:30:00Z", Order::DayFirst).as_deref(),
            Some("2026-10-25")
        );
        assert_eq!(
            date("2026-10-24T23:30:00Z", Order::DayFirst).as_deref(),
            Some("2026-10-25")
        );
        assert_eq!(
            moment_utc("2026-09-30T15:01:40").as_deref(),
            Some("2026-09-30T15:01:40Z")
        );
    }

    #[test]
    fn seconds_and_milliseconds_since_1970() {
        assert_eq!(epoch("1788338470").as_deref(), Some("2026-09-02T08:41:10Z"));
        assert_eq!(
            epoch("1788338470000").as_deref(),
            Some("2026-09-02T08:41:10Z")
        );
        assert_eq!(epoch("-86400").as_deref(), Some("1969-12-31T00:00:00Z"));
        for text in ["", "soon", "NaN", "inf", "1e300", "-1e300"] {
            assert_eq!(epoch(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(days_between("2024-02-28", "2024-03-01"), Some(2));
        assert_eq!(days_between("2026-09-23", "2026-09-30"), Some(7));
        assert_eq!(days_between("2026-09-23", "soon"), None);
        for number in (-25_567..84_006).step_by(13) {
            assert_eq!(Day::of_number(number).number(), number);
        }
    }
}
