//! The clocks beside the Code's, days that are London's, and dates that are refused.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::{Calendar, end_of_day, london_date, start_of_day};
use crate::domain::clock::related::*;
use crate::domain::clock::*;

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Noon UTC of a day.
fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T12:00:00Z").parse().unwrap()
}

#[test]
fn an_emergency_hazard_has_hours_not_days() {
    let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
    // Into the night the clocks go forward: 24 real hours end an hour later by the wall.
    let aware: DateTime<Utc> = "2026-03-28T18:00:00Z".parse().unwrap();
    let mut facts = HazardFacts::reported("gas", aware, true);
    let read = |facts: &HazardFacts, now: &str| {
        hazard_clocks(facts, &calendar, &policy, now.parse().unwrap())
            .unwrap()
            .remove(0)
    };
    let clock = read(&facts, "2026-03-29T17:59:00Z");
    assert_eq!(clock.due_at, Some("2026-03-29T18:00:00Z".parse().unwrap()));
    assert_eq!(clock.status, ClockStatus::DueToday);
    assert!(
        clock
            .why
            .ends_with("24 hours on, any day of the week, is Sun 29 Mar 2026 at 19:00."),
        "{}",
        clock.why
    );
    assert_eq!(
        read(&facts, "2026-03-29T18:00:01Z").status,
        ClockStatus::Overdue
    );
    facts.made_safe_at = Some("2026-03-29T18:00:01Z".parse().unwrap());
    assert_eq!(
        read(&facts, "2026-03-30T09:00:00Z").status,
        ClockStatus::MetLate
    );
}

#[test]
fn a_hazard_step_can_fall_away() {
    let mut facts = HazardFacts::reported("mould", at("2026-12-01"), false);
    facts.investigated_at = Some(at("2026-12-08"));
    facts.safety_work = FollowUp::NotNeeded(at("2026-12-08"));
    facts.summary = FollowUp::Done(at("2026-12-12"));
    let clocks = hazard_clocks(
        &facts,
        &Calendar::england(),
        &ClockPolicy::default(),
        at("2027-01-01"),
    )
    .unwrap();
    let status = |id| clocks.iter().find(|clock| clock.id == id).unwrap().status;
    assert_eq!(status(ClockId::AwaabSummary), ClockStatus::MetLate);
    assert_eq!(status(ClockId::AwaabSafety), ClockStatus::NotNeeded);
    assert_eq!(status(ClockId::AwaabFurther), ClockStatus::Overdue);
}

#[test]
fn the_related_clocks() {
    let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
    let due = |run: Run<'_>| run.due(&calendar).unwrap().0;
    // One month on; 31 January has no 31 February; three months when complex; a Saturday moves on.
    assert_eq!(
        due(subject_access(at("2026-11-20"), false, &policy)),
        on("2026-12-21")
    );
    assert_eq!(
        due(subject_access(at("2028-01-31"), false, &policy)),
        on("2028-02-29")
    );
    assert_eq!(
        due(subject_access(at("2026-11-20"), true, &policy)),
        on("2027-02-22")
    );
    assert_eq!(
        due(stairs_request(at("2027-04-01"), &policy)),
        on("2027-05-04")
    );
    assert_eq!(
        due(service_request_review(on("2026-12-14"), None, &policy)),
        on("2026-12-30")
    );
    assert_eq!(
        due(hos_task(on("2026-12-14"), Some(on("2026-12-20")), &policy)),
        on("2026-12-20")
    );
    assert_eq!(
        due(hos_order(
            on("2026-12-14"),
            "Repair the roof.",
            on("2027-01-11")
        )),
        on("2027-01-11")
    );
    assert_eq!(
        due(action(on("2026-12-14"), "Fit a fan", on("2026-12-26"))),
        on("2026-12-26")
    );
    // Every seven days from Fri 18 Dec is Christmas Day: the update comes the day before.
    assert_eq!(
        due(next_update(at("2026-12-18"), 7, &calendar).unwrap()),
        on("2026-12-24")
    );
    assert_eq!(
        due(next_update(at("2026-12-18"), 1, &calendar).unwrap()),
        on("2026-12-21")
    );
    let submission = |year_end: &str, homes| due(annual_submission(on(year_end), homes).unwrap());
    assert_eq!(submission("2026-03-31", 1000), on("2026-09-30"));
    assert_eq!(submission("2026-12-31", 4000), on("2027-09-30"));
    assert_eq!(submission("2026-03-31", 999), on("2026-09-30"));
    assert_eq!(submission("2026-12-31", 80), on("2027-06-30"));
    assert_eq!(submission("2026-04-05", 80), on("2026-10-05"));
}

#[test]
fn days_are_londons() {
    // 23:30 UTC on 30 June is 1 July in London; in winter the two agree.
    let rows = [
        ("2026-06-30T22:59:59Z", "2026-06-30", "2026-07-07"),
        ("2026-06-30T23:30:00Z", "2026-07-01", "2026-07-08"),
        ("2026-11-30T23:30:00Z", "2026-11-30", "2026-12-07"),
        ("2026-03-28T23:30:00Z", "2026-03-28", "2026-04-07"),
        ("2026-03-29T23:30:00Z", "2026-03-30", "2026-04-08"),
        ("2026-10-24T23:30:00Z", "2026-10-25", "2026-10-30"),
        ("2026-10-25T23:30:00Z", "2026-10-25", "2026-10-30"),
        ("2026-12-31T23:59:59Z", "2026-12-31", "2027-01-08"),
    ];
    for (moment, start, due) in rows {
        let received = moment.parse().unwrap();
        let facts = StageFacts::begun(StageNumber::One, received);
        let found = stage_clocks(
            &facts,
            &Calendar::england(),
            &ClockPolicy::default(),
            received,
        )
        .unwrap();
        assert_eq!(
            (found.clocks[0].start, found.clocks[0].due),
            (on(start), on(due)),
            "{moment}"
        );
    }
    for day in on("2022-01-01").iter_days().take(4000) {
        assert_eq!(
            (london_date(start_of_day(day)), london_date(end_of_day(day))),
            (day, day)
        );
        let last = end_of_day(day) + chrono::TimeDelta::seconds(1);
        assert_eq!(last, start_of_day(day.succ_opt().unwrap()));
    }
}

#[test]
fn bad_dates_are_refused_with_a_sentence() {
    let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
    let facts = StageFacts::begun(StageNumber::One, at("0226-11-20"));
    let error = stage_clocks(&facts, &calendar, &policy, at("2026-11-20")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "0226-11-20 is outside 1990 to 2100: check the year."
    );
    let query = DueQuery {
        received: Some(Receipt::On(on("2026-12-14"))),
        acknowledged: Some(on("2026-12-11")),
        ..DueQuery::default()
    };
    let error = due_dates(&query, &calendar, &policy).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The acknowledgement (Fri 11 Dec 2026) cannot come before the receipt (Mon 14 Dec 2026): check the dates."
    );
    assert!(calendar.add_working_days(on("2100-12-30"), 10).is_err());
    assert!(
        calendar
            .add_working_days(on("2026-12-30"), u32::MAX)
            .is_err()
    );
    assert!(ClockPolicy::default().check().is_ok());
    let slack = ClockPolicy {
        s1_response: 11,
        ..ClockPolicy::default()
    };
    assert_eq!(
        slack.check().unwrap_err().to_string(),
        "s1_response is 11: it must be between 1 and 10."
    );
}
