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
    check("2026-09-02 08:41:10.000", "2026-09-02 08:41");
    check("17/06/85", "1985-06-17");
    check("2026/09/02", "2026-09-02");
    check("2026-Sep-02", "2026-09-02");
    check("20260902", "2026-09-02");
    check("20260902084110", "2026-09-02 08:41");
    check("2026-09-02T08:41:10Z", "2026-09-02T08:41:10Z");
    check("2026-09-02T08:41:10.5+01:00", "2026-09-02T07:41:10Z");
    check("2026-01-01T00:30:00+0100", "2025-12-31T23:30:00Z");
    check("02-Sep-2026", "2026-09-02");
    check("02-Sep-26", "2026-09-02");
    check("2 Sept 2026", "2026-09-02");
    check("2nd September 2026", "2026-09-02");
    check("Wed 2 Sep 2026", "2026-09-02");
    check("Sep 2, 2026 3:15PM", "2026-09-02 15:15");
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
        "02/09/2026 08:41 late",
        "02/09/2026 08:41 09:15",
        "Thursday, 3 September 2026 at",
        "2 Septober 2026",
        "2/9/6",
        "02/09/0206",
        "1234567",
        "12345678",
        "T1",
        "12:30",
        "2026-09-02TsoonZ",
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
fn days_that_a_spreadsheet_counts() {
    for (text, expected) in [
        ("46267", Some("2026-09-02")),
        ("46267.3619", Some("2026-09-02 08:41")),
        ("46267.99999", Some("2026-09-03")),
        ("45351", Some("2024-02-29")),
        ("36526", Some("2000-01-01")),
        ("12345", None),
        ("046267", None),
        ("46267.1.2", None),
        ("4.6e4", None),
        ("", None),
    ] {
        assert_eq!(serial(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn days_that_stand_for_none() {
    for text in [
        "01/01/1900 00:00",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "1753-01-01",
        "30/12/1899",
        "31/12/9999",
    ] {
        let day = date(text, Order::DayFirst).unwrap_or_default();
        assert!(is_no_day(&day), "{text}: {day}");
    }
    assert!(!is_no_day("2026-09-02"));
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
