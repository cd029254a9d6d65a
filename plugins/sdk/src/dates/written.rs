//! What a text says about a day and its time: the forms in which people and programs write them.

use super::{Day, Moment, Order};

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
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The day of a text and, when there is one, its time.
pub(super) fn read(text: &str, order: Order) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 60 {
        return None;
    }
    let (text, offset) = offset(text);
    let (day, time) = match digits_alone(text) {
        Some(read) => read,
        None => in_words(text, order)?,
    };
    // Midnight alone means that only the date is known, wherever it was written.
    let time = time.filter(|time| *time != (0, 0));
    Some(Moment {
        day,
        time,
        offset: offset.filter(|_| time.is_some()),
    })
}

/// Minutes since midnight, and seconds.
type Time = (u32, u32);

/// `20260902` and `20260902084110`.
fn digits_alone(text: &str) -> Option<(Day, Option<Time>)> {
    if !matches!(text.len(), 8 | 14) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (date, time) = text.split_at(8);
    let day = day(
        number(&date[..4])?,
        number(&date[4..6])?,
        number(&date[6..])?,
    )?;
    if time.is_empty() {
        return Some((day, None));
    }
    let time = clock(
        &format!("{}:{}:{}", &time[..2], &time[2..4], &time[4..]),
        None,
    )?;
    Some((day, Some(time)))
}

/// `02/09/2026 08:41`, `Sep 2, 2026 3:15PM`, `Wed 2nd September 2026` and their like.
fn in_words(text: &str, order: Order) -> Option<(Day, Option<Time>)> {
    let (mut date, mut time) = (Vec::new(), None);
    let words = spaced(text);
    let mut words = words.iter().filter(|word| !is_weekday(word)).peekable();
    while let Some(word) = words.next() {
        if word.contains(':') {
            let half = words.next_if(|next| matches!(next.to_lowercase().as_str(), "am" | "pm"));
            if time
                .replace(clock(word, half.map(String::as_str))?)
                .is_some()
            {
                return None;
            }
        } else {
            date.extend(word.split(['/', '-', '.']).filter(|part| !part.is_empty()));
        }
    }
    let [a, b, c] = date.as_slice() else {
        return None;
    };
    let day = if a.len() == 4 && number(a).is_some() {
        day(year(a)?, month(b).or_else(|| number(b))?, number(c)?)
    } else if let Some(month) = month(a) {
        day(year(c)?, month, ordinal(b)?)
    } else if let Some(month) = month(b) {
        day(year(c)?, month, ordinal(a)?)
    } else if order == Order::MonthFirst {
        day(year(c)?, number(a)?, number(b)?)
    } else {
        day(year(c)?, number(b)?, number(a)?)
    };
    Some((day?, time))
}

/// The words between spaces and commas; the T between a date and its time parts them too.
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

/// A day that somebody can mean: older ones are errors of typing, but for the first of all, which some programs write
/// where they have none.
fn day(year: u32, month: u32, day: u32) -> Option<Day> {
    let meant = year >= 1753 || (year, month, day) == (1, 1, 1);
    Day::of(year, month, day).filter(|_| meant)
}

/// `2026` or `26`. Tenancies began in the last century, and nothing here lies far ahead.
fn year(text: &str) -> Option<u32> {
    let year = number(text)?;
    match text.len() {
        4 => Some(year),
        2 if year < 50 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

fn is_weekday(word: &str) -> bool {
    begins_one(&WEEKDAYS, word.trim_end_matches('.')).is_some()
}

fn month(text: &str) -> Option<u32> {
    let text = if text.eq_ignore_ascii_case("sept") {
        "sep"
    } else {
        text
    };
    u32::try_from(begins_one(&MONTHS, text)? + 1).ok()
}

/// Which of the names begins with this text, of three letters at least.
fn begins_one(names: &[&str], text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    let at = names.iter().position(|name| name.starts_with(&text));
    at.filter(|_| text.len() >= 3)
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// `2` or `2nd`
fn ordinal(text: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| text.strip_suffix(end));
    number(digits.unwrap_or(text))
}

/// `9:05`, `09:05:33.1`, `9:05 pm` or `9:05pm`.
fn clock(text: &str, half: Option<&str>) -> Option<Time> {
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
    (hour < 24 && minute < 60 && seconds < 60 && parts.next().is_none())
        .then_some((hour * 60 + minute, seconds))
}
