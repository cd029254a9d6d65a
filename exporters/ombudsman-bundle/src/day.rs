//! Dates and times as the reader in England sees them. The sandbox has no time zone data, and the rule
//! for England is short: summer time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the
//! last Sunday of October.

/// `(date, "HH:MM")` in England of an RFC 3339 instant. A plain date keeps its date and has no time;
/// what is neither gives `None`.
pub fn london(text: &str) -> Option<(String, String)> {
    let date = date(text)?;
    let Some(rest) = text.get(10..).filter(|rest| !rest.is_empty()) else {
        return Some((date, String::new()));
    };
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, minute) = (number(clock.get(..2)?)?, number(clock.get(3..5)?)?);
    if !clock.is_char_boundary(5) || hour > 23 || minute > 59 {
        return None;
    }
    let zone = clock[5..].trim_start_matches(|c: char| c == ':' || c == '.' || c.is_ascii_digit());
    let offset = match zone {
        "Z" | "z" => 0,
        // No offset: already local.
        "" => return Some((date, format!("{hour:02}:{minute:02}"))),
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            sign * (number(zone.get(1..3)?)? * 60 + number(zone.get(4..6)?)?)
        }
    };
    let utc = days(&date)? * 1440 + hour * 60 + minute - offset;
    let local = utc + if summer(utc) { 60 } else { 0 };
    let (h, m) = (local.rem_euclid(1440) / 60, local.rem_euclid(60));
    Some((from_days(local.div_euclid(1440)), format!("{h:02}:{m:02}")))
}

/// The date that a text starts with, when it is a real one.
pub fn date(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    (from_days(days(day)?) == day).then(|| day.to_owned())
}

/// The date in England of an instant or a date; empty when there is none.
pub fn on(text: &str) -> String {
    london(text).map(|(date, _)| date).unwrap_or_default()
}

/// A date as the PDFs write every date, "2 Sep 2026", for where it stands within a text.
pub fn said(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let date = on(text);
    let month = || MONTHS.get(date.get(5..7)?.parse::<usize>().ok()?.checked_sub(1)?);
    match month() {
        Some(month) => format!(
            "{} {month} {}",
            date[8..].trim_start_matches('0'),
            &date[..4]
        ),
        None => date,
    }
}

/// Days from one date to another.
pub fn between(from: &str, to: &str) -> Option<i64> {
    Some(days(to)? - days(from)?)
}

fn number(text: &str) -> Option<i64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// True in summer time; takes minutes since 1970 in UTC.
fn summer(utc: i64) -> bool {
    let year = from_days(utc.div_euclid(1440))[..4].parse().unwrap_or(0);
    let edge = |month: i64| {
        let last = civil(year, month, 31);
        // 1970-01-01 was a Thursday, so day 3 was a Sunday.
        (last - (last - 3).rem_euclid(7)) * 1440 + 60
    };
    (edge(3)..edge(10)).contains(&utc)
}

fn days(date: &str) -> Option<i64> {
    let bytes = date.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !date.is_ascii() {
        return None;
    }
    let (month, day) = (number(&date[5..7])?, number(&date[8..])?);
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then(|| Some(civil(number(&date[..4])?, month, day)))?
}

/// Days since 1970-01-01 of a civil date (Howard Hinnant's algorithm).
fn civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn from_days(days: i64) -> String {
    let z = days + 719_468;
    let (era, of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let m = (5 * of_year + 2) / 153;
    let day = of_year - (153 * m + 2) / 5 + 1;
    let month = if m < 10 { m + 3 } else { m - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(instant: &str, expected: &str) {
        let shown = london(instant).map(|(date, time)| format!("{date} {time}"));
        assert_eq!(
            shown.unwrap_or_else(|| "none".into()).trim_end(),
            expected,
            "{instant}"
        );
    }

    #[test]
    fn instants_are_shown_in_english_time() {
        check("2026-11-20T16:05:00Z", "2026-11-20 16:05");
        check("2026-07-01T23:30:00Z", "2026-07-02 00:30");
        check("2026-03-29T00:59:00Z", "2026-03-29 00:59");
        check("2026-03-29T01:00:00Z", "2026-03-29 02:00");
        check("2026-10-25T00:59:59.123Z", "2026-10-25 01:59");
        check("2026-10-25T01:00:00Z", "2026-10-25 01:00");
        check("2026-12-31T23:30:00-01:00", "2027-01-01 00:30");
        check("2024-02-29", "2024-02-29");
        check("2026-09-02 08:41", "2026-09-02 08:41");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "soon",
            "2026-02-30",
            "2026-13-01",
            "02/03/2026",
            "2026-01-01Tnoon",
            "２０２６-01-01",
            "2026-01-01T9é:00Z",
        ] {
            check(text, "none");
        }
    }

    #[test]
    fn days_between_cross_years_and_leap_days() {
        assert_eq!(between("2023-12-31", "2024-03-01"), Some(61));
        assert_eq!(between("2026-01-02", "2026-01-01"), Some(-1));
    }
}
