//! Dates as spreadsheets write them, into `YYYY-MM-DD` and `YYYY-MM-DD HH:MM`. What cannot be read for
//! certain stays as it was written.

use crate::settings::Dates;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
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

fn read(text: &str, dates: Dates) -> Option<(String, String)> {
    let text = text.trim();
    // An instant with an offset is already exact.
    let exact = text
        .get(10..)
        .is_some_and(|t| t.starts_with('T') && (t.ends_with('Z') || t.contains('+')));
    if exact && date(text.get(..10)?, dates).is_some() {
        return Some((text.to_owned(), String::new()));
    }
    let parts: Vec<&str> = text
        .split(['/', '-', '.', ' ', 'T', ','])
        .filter(|p| !p.is_empty())
        .collect();
    let [a, b, c, rest @ ..] = parts.as_slice() else {
        return None;
    };
    let month = |text: &str| {
        let short = text.get(..3)?.to_lowercase();
        text.bytes()
            .all(|b| b.is_ascii_alphabetic())
            .then(|| MONTHS.iter().position(|m| *m == short))?
    };
    let (year, month, day) = if a.len() == 4 {
        (number(a)?, number(b)?, number(c)?)
    } else if let Some(month) = month(b) {
        (number(c)?, u32::try_from(month).ok()? + 1, number(a)?)
    } else if dates == Dates::Mdy {
        (number(c)?, number(a)?, number(b)?)
    } else {
        (number(c)?, number(b)?, number(a)?)
    };
    let year = if year < 100 { 2000 + year } else { year };
    if !(1900..2200).contains(&year) || day == 0 || day > length(year, month)? {
        return None;
    }
    let time = rest
        .first()
        .map_or(Some(String::new()), |t| clock(t, rest.get(1).copied()))?;
    Some((format!("{year:04}-{month:02}-{day:02}"), time))
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

/// `9:05`, `09:05:33` or `9:05 pm`; midnight alone means that only the date is known.
fn clock(text: &str, half: Option<&str>) -> Option<String> {
    let mut parts = text.split(':');
    let (mut hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0), number)?;
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
        check("02.09.2026 08:41", "2026-09-02 08:41");
        check("2026-09-02 08:41:10", "2026-09-02 08:41");
        check("2026-09-02T08:41:10.2231", "2026-09-02 08:41");
        check("2026-09-02T08:41:10Z", "2026-09-02T08:41:10Z");
        check("02-Sep-2026", "2026-09-02");
        check("2 September 2026, 3:15 PM", "2026-09-02 15:15");
        check("02/09/2026 00:00:00", "2026-09-02");
        check("29/02/2024", "2024-02-29");
        assert_eq!(date("09/02/2026", Dates::Mdy).unwrap(), "2026-09-02");
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
            "1/1/1",
            "02/09/2026 late",
            "é/é/é",
            "0000-00-00",
        ] {
            let read = moment(text, Dates::Dmy);
            assert!(read.is_none() || text == "1/1/1", "{text}: {read:?}");
        }
    }
}
