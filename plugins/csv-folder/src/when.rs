//! Dates as spreadsheets write them, into `YYYY-MM-DD` and `YYYY-MM-DD HH:MM`. What cannot be read for
//! certain stays as it was written.

use crate::settings::Dates;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The date of a text.
pub fn date(text: &str, dates: Dates) -> Option<String> {
    read(text, dates).map(|(date, _)| date)
}

/// The date and, when there is one, the time of a text.
pub fn moment(text: &str, dates: Dates) -> Option<String> {
    read(text, dates).map(|(date, time)| {
        if time.is_empty() {
            date
        } else {
            format!("{date} {time}")
        }
    })
}

/// True for days that databases write where they have none.
pub fn is_no_date(date: &str) -> bool {
    ["1900-01-01", "1899-12-30", "1753-01-01", "9999-12-31"]
        .iter()
        .any(|none| date.starts_with(none))
}

fn read(text: &str, dates: Dates) -> Option<(String, String)> {
    let text = text.trim();
    // An instant with an offset is already exact.
    let exact = text
        .get(10..)
        .is_some_and(|t| t.starts_with('T') && (t.ends_with('Z') || t.contains('+')));
    if exact && date(text.get(..10)?, dates).is_some() {
        return Some((text.to_owned(), String::new()));
    }
    if text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && let Some(read) = number_alone(text)
    {
        return Some(read);
    }
    let mut words = spaced(text);
    words.retain(|word| !is_weekday(word));
    let (mut day, mut time) = (Vec::new(), String::new());
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if word.contains(':') {
            let half = words.next_if(|next| matches!(next.to_lowercase().as_str(), "am" | "pm"));
            time = clock(word, half.map(String::as_str))?;
        } else {
            day.extend(word.split(['/', '-', '.']).filter(|part| !part.is_empty()));
        }
    }
    let [a, b, c] = day.as_slice() else {
        return None;
    };
    let (year, month, day) = if a.len() == 4 && number(a).is_some() {
        (number(a)?, month(b).or_else(|| number(b))?, number(c)?)
    } else if let Some(month) = month(a) {
        (number(c)?, month, ordinal(b)?)
    } else if let Some(month) = month(b) {
        (number(c)?, month, ordinal(a)?)
    } else if dates == Dates::Mdy {
        (number(c)?, number(a)?, number(b)?)
    } else {
        (number(c)?, number(b)?, number(a)?)
    };
    Some((civil(year, month, day)?, time))
}

/// The words between spaces and commas; the T between a date and its time is one too.
fn spaced(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let between =
            c == 'T' && before.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
        if c.is_whitespace() || c == ',' || between {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push(c);
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `20260902`, `20260902084110`, and what a spreadsheet counts: days since the end of 1899, the time as a part of one.
fn number_alone(text: &str) -> Option<(String, String)> {
    let digits = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    match (whole.len(), part.len()) {
        (8, 0) => Some((
            civil(digits(0..4)?, digits(4..6)?, digits(6..8)?)?,
            String::new(),
        )),
        (14, 0) => {
            let (hour, minute) = (digits(8..10)?, digits(10..12)?);
            let time = clock(&format!("{hour}:{minute:02}"), None)?;
            Some((civil(digits(0..4)?, digits(4..6)?, digits(6..8)?)?, time))
        }
        // 1954 to 2119: other numbers are something else.
        (5, _) => {
            let days: u32 = whole
                .parse()
                .ok()
                .filter(|d| (20_000..80_000).contains(d))?;
            let part: f64 = format!("0.{part}0").parse().ok()?;
            let minutes = (part * 1440.0).round() as u32;
            let time = clock(&format!("{}:{:02}", minutes / 60, minutes % 60), None);
            Some((of_serial(days), time.unwrap_or_default()))
        }
        _ => None,
    }
}

fn of_serial(serial: u32) -> String {
    // Day 1 is 1 January 1900, and spreadsheets take that year for a leap year.
    let (mut left, mut year) = (serial - 2, 1900);
    loop {
        let days = if leap(year) { 366 } else { 365 };
        if left < days {
            break;
        }
        left -= days;
        year += 1;
    }
    let mut month = 1;
    while let Some(days) = length(year, month).filter(|days| left >= *days) {
        left -= days;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", left + 1)
}

fn civil(year: u32, month: u32, day: u32) -> Option<String> {
    let year = match year {
        // Tenancies began in the last century, and nothing here lies far ahead.
        0..50 => 2000 + year,
        50..100 => 1900 + year,
        _ => year,
    };
    let real = (1753..=9999).contains(&year) && day > 0 && day <= length(year, month)?;
    real.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn is_weekday(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_lowercase();
    word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(&word))
}

fn month(text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let sept = if text == "sept" { "sep" } else { text.as_str() };
    let at = MONTHS.iter().position(|month| month.starts_with(sept));
    at.filter(|_| sept.len() >= 3)
        .and_then(|at| u32::try_from(at + 1).ok())
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// `2`, `2nd`
fn ordinal(text: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| text.strip_suffix(end))
        .unwrap_or(text);
    number(digits)
}

fn leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn length(year: u32, month: u32) -> Option<u32> {
    match month {
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap(year) { 29 } else { 28 }),
        1..=12 => Some(31),
        _ => None,
    }
}

/// `9:05`, `09:05:33.1`, `9:05 pm` or `9:05pm`; midnight alone means that only the date is known.
fn clock(text: &str, half: Option<&str>) -> Option<String> {
    let lower = text.to_lowercase();
    let (text, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(time), _) => (time, Some("am")),
        (_, Some(time)) => (time, Some("pm")),
        _ => (lower.as_str(), half),
    };
    let mut parts = text.split(':');
    let (mut hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let seconds = parts
        .next()
        .map_or(Some(0), |s| number(s.split('.').next()?))?;
    match half.map(str::to_lowercase).as_deref() {
        Some("pm") if hour < 12 => hour += 12,
        Some("am") if hour == 12 => hour = 0,
        _ => {}
    }
    if hour > 23 || minute > 59 || seconds > 60 {
        return None;
    }
    let midnight = hour == 0 && minute == 0 && seconds == 0;
    Some(if midnight {
        String::new()
    } else {
        format!("{hour:02}:{minute:02}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(
            moment(text, Dates::Dmy).unwrap_or_else(|| "none".into()),
            expected,
            "{text}"
        );
    }

    #[test]
    fn dates_as_people_and_programs_write_them() {
        check("2026-09-02", "2026-09-02");
        check("02/09/2026", "2026-09-02");
        check("2/9/26", "2026-09-02");
        check("17/06/85", "1985-06-17");
        check("2026/09/02", "2026-09-02");
        check("2026-Sep-02", "2026-09-02");
        check("20260902", "2026-09-02");
        check("20260902084110", "2026-09-02 08:41");
        check("02.09.2026 08:41", "2026-09-02 08:41");
        check("2026-09-02 08:41:10", "2026-09-02 08:41");
        check("2026-09-02T08:41:10.2231", "2026-09-02 08:41");
        check("2026-09-02 08:41:10.000", "2026-09-02 08:41");
        check("2026-09-02T08:41:10Z", "2026-09-02T08:41:10Z");
        check("02-Sep-2026", "2026-09-02");
        check("02-Sep-26", "2026-09-02");
        check("2 Sept 2026", "2026-09-02");
        check("2nd September 2026", "2026-09-02");
        check("Wed 2 Sep 2026", "2026-09-02");
        check("Thursday, 3 September 2026 at", "none");
        check("Sep 2, 2026 3:15PM", "2026-09-02 15:15");
        check("2 September 2026, 3:15 PM", "2026-09-02 15:15");
        check("02/09/2026 00:00:00", "2026-09-02");
        check("29/02/2024", "2024-02-29");
        assert_eq!(date("09/02/2026", Dates::Mdy).unwrap(), "2026-09-02");
        assert!(is_no_date(&date("01/01/1900 00:00", Dates::Dmy).unwrap()));
    }

    #[test]
    fn days_that_a_spreadsheet_counts() {
        check("46267", "2026-09-02");
        check("46267.3619", "2026-09-02 08:41");
        check("45351", "2024-02-29");
        check("36526", "2000-01-01");
        check("12345", "none");
    }

    #[test]
    fn what_is_not_certain_is_left_alone() {
        for text in [
            "",
            "soon",
            "31/02/2026",
            "13/13/2026",
            "29/02/2023",
            "02/09/2026 late",
            "é/é/é",
            "0000-00-00",
            "1234567",
            "T1",
            "12:30",
        ] {
            assert_eq!(moment(text, Dates::Dmy), None, "{text}");
        }
    }
}
