//! The bank holidays of England: the seeded list, and the standing rules for years it does not cover.
//! The rules know no one-off holidays and no moved ones; those are seeded, or added by an administrator.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

const SEED: &str = include_str!("../../../seeds/bank-holidays.tsv");

/// The holidays that a new data file starts with.
pub fn seeded() -> BTreeMap<NaiveDate, String> {
    parse(SEED)
}

/// Reads `date<TAB>name` lines; `#` begins a comment. A line that is neither is passed over here, and
/// a test holds the embedded file to having none.
fn parse(text: &str) -> BTreeMap<NaiveDate, String> {
    let entries = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (date, name) = line.split_once('\t')?;
            Some((date.parse().ok()?, name.trim().to_owned()))
        });
    entries.collect()
}

/// The holiday that the standing rules put on `date`, if any.
pub fn holiday(date: NaiveDate) -> Option<&'static str> {
    holidays_by_rule(date.year())
        .into_iter()
        .find(|(day, _)| *day == date)
        .map(|(_, name)| name)
}

/// The eight holidays of a year by the standing rules, in order.
pub fn holidays_by_rule(year: i32) -> Vec<(NaiveDate, &'static str)> {
    let easter = easter(year);
    let days = [
        new_year(year),
        easter
            .and_then(|day| day.checked_sub_days(Days::new(2)))
            .map(|day| (day, "Good Friday")),
        easter
            .and_then(|day| day.succ_opt())
            .map(|day| (day, "Easter Monday")),
        first_monday(year, 5).map(|day| (day, "Early May bank holiday")),
        last_monday(year, 5).map(|day| (day, "Spring bank holiday")),
        last_monday(year, 8).map(|day| (day, "Summer bank holiday")),
    ];
    let mut days: Vec<_> = days.into_iter().flatten().chain(christmas(year)).collect();
    days.sort_by_key(|(day, _)| *day);
    days
}

/// Easter Sunday of the western church, by the anonymous Gregorian computus.
pub fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, rest) = (year.div_euclid(100), year.rem_euclid(100));
    let (leap_centuries, century_rest) = (century.div_euclid(4), century.rem_euclid(4));
    let lunar_correction = (century + 8).div_euclid(25);
    let lunar = (century - lunar_correction + 1).div_euclid(3);
    let epact = (19 * golden + century - leap_centuries - lunar + 15).rem_euclid(30);
    let (leaps, year_rest) = (rest / 4, rest % 4);
    let weekday = (32 + 2 * century_rest + 2 * leaps - epact - year_rest).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let day = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(day / 31).ok()?,
        u32::try_from(day % 31 + 1).ok()?,
    )
}

fn new_year(year: i32) -> Option<(NaiveDate, &'static str)> {
    let day = |n| NaiveDate::from_ymd_opt(year, 1, n);
    let first = day(1)?;
    match first.weekday() {
        Weekday::Sat => Some((day(3)?, "New Year's Day (substitute)")),
        Weekday::Sun => Some((day(2)?, "New Year's Day (substitute)")),
        _ => Some((first, "New Year's Day")),
    }
}

/// Christmas and Boxing Day with their substitutes. When Christmas is a Sunday, Boxing Day keeps its
/// Monday and the substitute for Christmas comes after it.
fn christmas(year: i32) -> Vec<(NaiveDate, &'static str)> {
    let day = |n| NaiveDate::from_ymd_opt(year, 12, n);
    let Some(weekday) = day(25).map(|day| day.weekday()) else {
        return Vec::new();
    };
    let days = match weekday {
        Weekday::Fri => [(25, "Christmas Day"), (28, "Boxing Day (substitute)")],
        Weekday::Sat => [
            (27, "Christmas Day (substitute)"),
            (28, "Boxing Day (substitute)"),
        ],
        Weekday::Sun => [(26, "Boxing Day"), (27, "Christmas Day (substitute)")],
        _ => [(25, "Christmas Day"), (26, "Boxing Day")],
    };
    days.into_iter()
        .filter_map(|(n, name)| day(n).map(|day| (day, name)))
        .collect()
}

fn first_monday(year: i32, month: u32) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 1)
}

fn last_monday(year: i32, month: u32) -> Option<NaiveDate> {
    let fifth = NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 5);
    fifth.or_else(|| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 4))
}
