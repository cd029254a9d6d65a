//! Holidays, their changes, and the day-by-day answer to "why this date?".
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, NaiveDate, Utc};

use super::england::{easter, holidays_by_rule};
use super::*;

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn every_seed_line_is_read() {
    let text = include_str!("../../../seeds/bank-holidays.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#')).count();
    let calendar = Calendar::england();
    assert_eq!(calendar.holidays.len(), lines);
    assert!((2020..=2035).all(|year| calendar.is_seeded(year)));
    assert!(!calendar.is_seeded(2019) && !calendar.is_seeded(2036));
    assert!(
        calendar
            .holidays
            .keys()
            .all(|day| day.weekday().number_from_monday() <= 5)
    );
}

#[test]
fn the_published_table() {
    // §2.4, every holiday of it.
    let rows = [
        (
            2022,
            "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
        ),
        (
            2023,
            "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
        ),
        (2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
        (2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
        (2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"),
        (2029, "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26"),
        (2030, "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26"),
        // Before and after the table: VE Day moved the first Monday of May 2020.
        (2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"),
        (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
    ];
    let calendar = Calendar::england();
    for (year, expected) in rows {
        let found: Vec<_> = calendar
            .holidays_in(year)
            .iter()
            .map(|(day, _)| day.format("%m-%d").to_string())
            .collect();
        assert_eq!(found.join(" "), expected, "{year}");
    }
}

#[test]
fn rules_and_seeds_agree_where_nothing_was_proclaimed() {
    let calendar = Calendar::england();
    for year in (2021..=2035).filter(|year| ![2022, 2023].contains(year)) {
        let by_rule = holidays_by_rule(year);
        assert_eq!(calendar.holidays_in(year), by_rule, "{year}");
    }
    assert_eq!(calendar.holidays_in(2040).len(), 8);
    assert_eq!(
        calendar.holiday(on("2039-12-27")),
        Some("Christmas Day (substitute)")
    );
}

#[test]
fn easters_known_from_almanacs() {
    for day in [
        "1991-03-31",
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2035-03-25",
        "2038-04-25",
        "2040-04-01",
        "2049-04-18",
        "2076-04-19",
        "2100-03-28",
    ] {
        assert_eq!(easter(on(day).year()), Some(on(day)));
    }
}

#[test]
fn a_change_holds_from_its_moment() {
    let mut calendar = Calendar::england();
    let day = on("2027-06-11");
    calendar
        .add_holiday(
            day,
            " Jubilee ",
            at("2026-11-25T10:00:00Z"),
            "admin",
            "proclaimed",
        )
        .unwrap();
    assert_eq!(calendar.holiday(day), Some("Jubilee"));
    assert!(
        calendar
            .as_of(at("2026-11-25T09:59:59Z"))
            .is_working_day(day)
    );
    assert!(
        !calendar
            .as_of(at("2026-11-25T10:00:00Z"))
            .is_working_day(day)
    );
    let again = calendar.add_holiday(day, "Again", at("2026-11-26T10:00:00Z"), "admin", "slip");
    assert_eq!(
        again.unwrap_err().to_string(),
        "Fri 11 Jun 2027 is a bank holiday already (Jubilee)."
    );

    // The computer's clock was set back an hour: the changes keep their order.
    calendar
        .remove_holiday(
            day,
            at("2026-11-25T09:00:00Z"),
            "admin",
            "not proclaimed after all",
        )
        .unwrap();
    assert!(calendar.is_working_day(day));
    assert_eq!(calendar.changes()[1].at, at("2026-11-25T10:00:00Z"));
    assert!(
        calendar
            .remove_holiday(day, at("2026-11-27T10:00:00Z"), "admin", "slip")
            .is_err()
    );

    // A seeded holiday can be moved, as Spring was in 2022, and so can one worked out by rule.
    for seeded in ["2027-05-31", "2041-05-27"] {
        calendar
            .remove_holiday(
                on(seeded),
                at("2026-11-28T10:00:00Z"),
                "admin",
                "moved to June",
            )
            .unwrap();
        assert!(calendar.is_working_day(on(seeded)));
        calendar
            .add_holiday(
                on(seeded),
                "Spring bank holiday",
                at("2026-11-28T11:00:00Z"),
                "admin",
                "back",
            )
            .unwrap();
        assert!(!calendar.is_working_day(on(seeded)));
    }
}

#[test]
fn closures_are_named_and_count() {
    let mut calendar = Calendar::england();
    calendar
        .add_closure(on("2026-12-24"), on("2026-12-31"), "Christmas shutdown")
        .unwrap();
    assert!(calendar.is_working_day(on("2026-12-29")));
    assert_eq!(
        calendar.closure(on("2026-12-29")),
        Some("Christmas shutdown")
    );
    assert!(
        calendar
            .add_closure(on("2026-12-24"), on("2026-12-23"), "Backwards")
            .is_err()
    );
    assert!(
        calendar
            .add_closure(on("2026-12-24"), on("2026-12-25"), " ")
            .is_err()
    );
    assert!(calendar.remove_closure(on("2026-12-24"), on("2026-12-31")));
    assert!(!calendar.remove_closure(on("2026-12-24"), on("2026-12-31")));
}

#[test]
fn why_this_date_line_by_line() {
    let mut calendar = Calendar::england();
    calendar
        .add_closure(on("2026-12-29"), on("2026-12-29"), "Stocktaking")
        .unwrap();
    let lines: Vec<_> = days(on("2026-12-23"), 3, &calendar)
        .unwrap()
        .into_iter()
        .map(|line| format!("{}: {}", day(line.date), line.note))
        .collect();
    assert_eq!(
        lines,
        [
            "Wed 23 Dec: day 0: the day it starts",
            "Thu 24 Dec: day 1",
            "Fri 25 Dec: bank holiday: Christmas Day",
            "Sat 26 Dec: Saturday",
            "Sun 27 Dec: Sunday",
            "Mon 28 Dec: bank holiday: Boxing Day (substitute)",
            "Tue 29 Dec: day 2 (office closed, Stocktaking: it counts all the same)",
            "Wed 30 Dec: day 3",
        ]
    );
}

#[test]
fn lists_in_words() {
    let lists = [
        ("", ""),
        ("a", "a"),
        ("a b", "a and b"),
        ("a b c", "a, b and c"),
    ];
    for (words, expected) in lists {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        assert_eq!(and_list(&words), expected);
    }
}
