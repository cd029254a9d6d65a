//! Every day of 2022 to 2035 against a second calculation that shares nothing with the first: another
//! Easter, holidays written from the rules and the proclamations, and counting by an index into one
//! sorted list of working days.

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::domain::calendar::{Calendar, end_of_day, start_of_day};
use crate::domain::clock::*;

fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Easter by its definition: the Sunday after the first ecclesiastical full moon on or after 21 March,
/// the moon read from the golden number.
fn easter(year: i32) -> NaiveDate {
    // The epacts' full moons of the years 1900 to 2199, by golden number less one: days after 21 March.
    const MOON: [i64; 19] = [
        24, 13, 2, 21, 10, 28, 18, 7, 26, 15, 4, 23, 12, 1, 20, 9, 27, 17, 6,
    ];
    let moon = ymd(year, 3, 21) + TimeDelta::days(MOON[(year % 19) as usize]);
    (1..=7)
        .map(|n| moon + TimeDelta::days(n))
        .find(|day| day.weekday() == Weekday::Sun)
        .unwrap()
}

/// The bank holidays of a year: each fixed day pushed on past weekends and days already taken, Boxing
/// Day before Christmas, because Boxing Day keeps its Monday when Christmas is a Sunday.
fn holidays(year: i32) -> Vec<NaiveDate> {
    let mut taken = vec![
        easter(year) - TimeDelta::days(2),
        easter(year) + TimeDelta::days(1),
    ];
    let mondays = |month: u32| {
        (1..=31)
            .filter_map(move |day| NaiveDate::from_ymd_opt(year, month, day))
            .filter(|day| day.weekday() == Weekday::Mon)
    };
    taken.push(mondays(5).next().unwrap());
    taken.push(if year == 2022 {
        ymd(2022, 6, 2)
    } else {
        mondays(5).next_back().unwrap()
    });
    taken.push(mondays(8).next_back().unwrap());
    match year {
        2022 => taken.extend([ymd(2022, 6, 3), ymd(2022, 9, 19)]),
        2023 => taken.push(ymd(2023, 5, 8)),
        _ => {}
    }
    let christmas = ymd(year, 12, 25);
    let fixed = if christmas.weekday() == Weekday::Sat {
        [christmas, ymd(year, 12, 26), ymd(year, 1, 1)]
    } else {
        [ymd(year, 12, 26), christmas, ymd(year, 1, 1)]
    };
    for mut day in fixed {
        while day.weekday().number_from_monday() > 5 || taken.contains(&day) {
            day += TimeDelta::days(1);
        }
        taken.push(day);
    }
    taken
}

/// Every working day of the years around the test, sorted.
fn working_days() -> Vec<NaiveDate> {
    let off: std::collections::HashSet<_> = (2021..=2037).flat_map(holidays).collect();
    let all = ymd(2021, 1, 1)
        .iter_days()
        .take_while(|day| day.year() < 2038);
    all.filter(|day| day.weekday().number_from_monday() <= 5 && !off.contains(day))
        .collect()
}

/// The `n`th working day after `start`, by index.
fn after(days: &[NaiveDate], start: NaiveDate, n: usize) -> NaiveDate {
    let not_after = days.partition_point(|day| *day <= start);
    days[not_after + n - 1]
}

/// Checks the four clocks and both extensions that start on one day.
fn check(start: NaiveDate, days: &[NaiveDate], calendar: &Calendar) {
    let policy = ClockPolicy::default();
    let stages = [(StageNumber::One, 10, 10), (StageNumber::Two, 20, 20)];
    for (stage, response, extension) in stages {
        // Received on this day, in its last second.
        let facts = StageFacts::begun(stage, end_of_day(start));
        let found = stage_clocks(&facts, calendar, &policy, end_of_day(start)).unwrap();
        assert_eq!(
            found.clocks[0].due,
            after(days, start, 5),
            "acknowledgement, {start}"
        );
        assert_eq!(
            found.answer_by,
            after(days, start, 5 + response),
            "latest answer, {start}"
        );
        // Acknowledged on this day, in its first second.
        let facts = StageFacts {
            acknowledged_at: Some(start_of_day(start)),
            ..StageFacts::begun(stage, start_of_day(start))
        };
        let found = stage_clocks(&facts, calendar, &policy, start_of_day(start)).unwrap();
        assert_eq!(
            found.clocks[1].due,
            after(days, start, response),
            "response, {start}"
        );
        let extended = after(days, start, response + extension);
        let check =
            extension_check(&facts, extended, start_of_day(start), calendar, &policy).unwrap();
        assert_eq!(check.latest_without_reason, extended, "extension, {start}");
        assert_eq!(
            (check.added_in_total, check.over_cap),
            (extension as u32, false),
            "{start}"
        );
        let day_more = after(days, extended, 1);
        let check =
            extension_check(&facts, day_more, start_of_day(start), calendar, &policy).unwrap();
        assert!(check.over_cap, "a day more than the cap, {start}");
    }
}

#[test]
fn every_day_of_fourteen_years() {
    let (days, calendar) = (working_days(), Calendar::england());
    for start in ymd(2022, 1, 1)
        .iter_days()
        .take_while(|day| day.year() <= 2035)
    {
        check(start, &days, &calendar);
    }
}

#[test]
fn five_hundred_random_dates() {
    let (days, calendar) = (working_days(), Calendar::england());
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for _ in 0..500 {
        let start = ymd(2022, 1, 1) + TimeDelta::days((random.next_u32() % 5100) as i64);
        check(start, &days, &calendar);
        let n = 1 + (random.next_u32() % 60) as usize;
        let due = calendar.add_working_days(start, n as u32).unwrap();
        assert_eq!(due, after(&days, start, n), "{start} + {n}");
        assert_eq!(
            calendar.working_days_between(start, due).unwrap(),
            n as u32,
            "{start} + {n}"
        );
    }
}

#[test]
fn the_seeds_are_the_holidays() {
    let calendar = Calendar::england();
    for year in 2021..=2037 {
        let mut expected = holidays(year);
        expected.sort();
        let seeded: Vec<_> = calendar
            .holidays_in(year)
            .into_iter()
            .map(|(day, _)| day)
            .collect();
        assert_eq!(seeded, expected, "{year}");
    }
}
