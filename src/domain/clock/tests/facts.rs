//! What the facts of a case come to: status, flags, extensions, directions, and what a change of the
//! calendar moves.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::Calendar;
use crate::domain::clock::*;

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Noon UTC of a day.
fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T12:00:00Z").parse().unwrap()
}

fn stage1(received: &str) -> StageFacts {
    StageFacts::begun(StageNumber::One, at(received))
}

fn read(facts: &StageFacts, now: &str) -> StageClocks {
    stage_clocks(
        facts,
        &Calendar::england(),
        &ClockPolicy::default(),
        at(now),
    )
    .unwrap()
}

fn extension(new_due: &str, decided: &str) -> ExtensionFact {
    ExtensionFact {
        new_due: on(new_due),
        decided_at: at(decided),
        retrospective: false,
        valid: true,
    }
}

#[test]
fn a_clock_tells_its_story() {
    let found = read(&stage1("2026-11-20"), "2026-11-20");
    assert_eq!(
        found.clocks[0].why,
        "Received Fri 20 Nov 2026. Day 1 is Mon 23 Nov … day 5 is Fri 27 Nov."
    );
    let mut facts = stage1("2026-12-14");
    facts.acknowledged_at = Some(at("2026-12-21"));
    let found = read(&facts, "2026-12-21");
    assert_eq!(
        found.clocks[1].why,
        "Acknowledged Mon 21 Dec 2026. Day 1 is Tue 22 Dec … day 10 is Thu 7 Jan 2027. \
         25 and 28 Dec, and 1 Jan are bank holidays and do not count."
    );
    let mut calendar = Calendar::england();
    calendar
        .add_closure(on("2026-12-24"), on("2027-01-03"), "Christmas shutdown")
        .unwrap();
    let found = stage_clocks(&facts, &calendar, &ClockPolicy::default(), at("2026-12-21")).unwrap();
    assert_eq!(found.clocks[1].due, on("2027-01-07"));
    assert!(
        found.clocks[1]
            .why
            .ends_with("The office closure (Christmas shutdown) does not stop the clock.")
    );
    let found = read(&stage1("2040-03-28"), "2040-03-28");
    assert_eq!(found.clocks[0].due, on("2040-04-06"));
    assert!(
        found.clocks[0]
            .why
            .ends_with("worked out by rule: check for one-off holidays.")
    );
    let policy = ClockPolicy {
        receipt: ReceiptRule::Deemed,
        ..ClockPolicy::default()
    };
    let facts = StageFacts::begun(StageNumber::One, "2026-11-20T19:30:00Z".parse().unwrap());
    let found = stage_clocks(&facts, &Calendar::england(), &policy, at("2026-11-20")).unwrap();
    assert_eq!(
        found.clocks[0].why,
        "Received Fri 20 Nov 2026 at 19:30, after the office closed at 17:00, so it counts as received \
         on Mon 23 Nov 2026. Day 1 is Tue 24 Nov … day 5 is Mon 30 Nov."
    );
}

#[test]
fn status_and_risk_by_day() {
    use {ClockStatus as S, RiskBand as R};
    // Due Fri 27 Nov 2026.
    let rows = [
        ("2026-11-20", S::Running, R::Green),
        ("2026-11-23", S::Running, R::Green),
        ("2026-11-24", S::DueSoon, R::Amber),
        ("2026-11-26", S::DueSoon, R::Amber),
        ("2026-11-27", S::DueToday, R::Red),
        ("2026-11-28", S::Overdue, R::Breach),
    ];
    for (now, status, risk) in rows {
        let clock = &read(&stage1("2026-11-20"), now).clocks[0];
        let in_time = (status == S::Overdue).then_some(false);
        assert_eq!(
            (clock.status, clock.risk, clock.in_time),
            (status, Some(risk), in_time),
            "{now}"
        );
        assert!(clock.is_open());
    }
    // The whole of the due date counts, to its last second in London.
    let facts = stage1("2026-06-05");
    for (now, status) in [
        ("2026-06-12T22:59:59Z", S::DueToday),
        ("2026-06-12T23:00:00Z", S::Overdue),
    ] {
        let now = now.parse().unwrap();
        let found =
            stage_clocks(&facts, &Calendar::england(), &ClockPolicy::default(), now).unwrap();
        assert_eq!(found.clocks[0].status, status, "{now}");
    }
}

#[test]
fn met_and_met_late() {
    let mut facts = stage1("2026-12-01");
    facts.acknowledged_at = Some(at("2026-12-10"));
    facts.responded_at = Some(at("2026-12-24"));
    // Row 32: acknowledged on day 7. The Code's own test is met, the strict one is not.
    let found = read(&facts, "2027-03-01");
    assert_eq!(found.clocks[0].status, ClockStatus::MetLate);
    assert_eq!(found.clocks[1].status, ClockStatus::Met);
    assert_eq!(
        (found.clocks[1].met_on, found.clocks[1].in_time),
        (Some(on("2026-12-24")), Some(true))
    );
    let flags = StageFlags {
        ack_in_time: Some(false),
        response_in_time_from_ack: Some(true),
        response_in_time_overall: Some(false),
    };
    assert_eq!(found.flags, flags);
}

#[test]
fn flags_are_unknown_until_they_are_certain() {
    let facts = stage1("2026-12-01");
    assert_eq!(read(&facts, "2026-12-08").flags, StageFlags::default());
    let late = StageFlags {
        ack_in_time: Some(false),
        ..StageFlags::default()
    };
    assert_eq!(read(&facts, "2026-12-09").flags, late);
    // 15 working days after receipt is Tue 22 Dec.
    assert_eq!(
        read(&facts, "2026-12-22").flags.response_in_time_overall,
        None
    );
    assert_eq!(
        read(&facts, "2026-12-23").flags.response_in_time_overall,
        Some(false)
    );
}

#[test]
fn a_valid_extension_moves_the_response() {
    let mut facts = stage1("2026-11-20");
    facts.acknowledged_at = Some(at("2026-11-27"));
    facts.extensions = vec![
        extension("2026-12-18", "2026-12-08"),
        extension("2026-12-29", "2026-12-18"),
    ];
    let found = read(&facts, "2026-12-21");
    let [_, response, extended] = &found.clocks[..] else {
        panic!("three clocks")
    };
    assert_eq!(
        (response.due, response.status),
        (on("2026-12-29"), ClockStatus::Extended)
    );
    assert_eq!(response.extended_from, Some(on("2026-12-11")));
    assert_eq!(
        (extended.id, extended.start, extended.due),
        (ClockId::S1Extension, on("2026-12-11"), on("2026-12-29"))
    );
    assert!(
        response
            .why
            .contains("Extended on Tue 8 Dec 2026 to Fri 18 Dec 2026.")
    );
    assert_eq!(found.answer_by, on("2026-12-29"));
    assert_eq!(
        read(&facts, "2026-12-30").clocks[1].status,
        ClockStatus::Overdue
    );

    facts.responded_at = Some(at("2026-12-29"));
    let found = read(&facts, "2027-01-29");
    let in_time = StageFlags {
        ack_in_time: Some(true),
        response_in_time_from_ack: Some(true),
        response_in_time_overall: Some(true),
    };
    assert_eq!(found.flags, in_time);
    assert_eq!(
        (found.clocks[1].status, found.clocks[2].status),
        (ClockStatus::Met, ClockStatus::Met)
    );
    facts.responded_at = Some(at("2026-12-30"));
    assert_eq!(
        read(&facts, "2027-01-29").flags.response_in_time_overall,
        Some(false)
    );
}

#[test]
fn a_retrospective_extension_cures_nothing() {
    let mut facts = stage1("2026-11-20");
    facts.acknowledged_at = Some(at("2026-11-27"));
    facts.extensions = vec![ExtensionFact {
        retrospective: true,
        ..extension("2026-12-29", "2026-12-14")
    }];
    facts.responded_at = Some(at("2026-12-22"));
    let found = read(&facts, "2026-12-22");
    assert_eq!(found.clocks.len(), 2);
    assert_eq!(
        (found.clocks[1].due, found.clocks[1].status),
        (on("2026-12-11"), ClockStatus::MetLate)
    );
    assert_eq!(found.flags.response_in_time_from_ack, Some(false));
    assert_eq!(found.flags.response_in_time_overall, Some(false));
    assert!(found.clocks[1].why.contains("it does not cure the breach"));
}

#[test]
fn extensions_add_up_to_the_gate() {
    let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
    let mut facts = stage1("2026-11-20");
    let check = |facts: &StageFacts, new_due, decided| {
        extension_check(facts, on(new_due), at(decided), &calendar, &policy)
    };
    assert_eq!(
        check(&facts, "2026-12-29", "2026-11-20"),
        Err(ClockError::NotAcknowledged)
    );
    facts.acknowledged_at = Some(at("2026-11-27")); // due Fri 11 Dec
    let first = check(&facts, "2026-12-18", "2026-12-11").unwrap();
    assert_eq!(
        (first.added_in_total, first.over_cap, first.retrospective),
        (5, false, false)
    );
    assert!(
        check(&facts, "2026-12-18", "2026-12-12")
            .unwrap()
            .retrospective
    );
    assert!(check(&facts, "2026-12-11", "2026-12-10").unwrap().not_later);
    facts.extensions = vec![extension("2026-12-18", "2026-12-11")];
    let second = check(&facts, "2026-12-29", "2026-12-18").unwrap();
    assert_eq!(
        (second.added_in_total, second.over_cap, second.retrospective),
        (10, false, false)
    );
    assert_eq!(
        (second.current_due, second.latest_without_reason),
        (on("2026-12-18"), on("2026-12-29"))
    );
    let third = check(&facts, "2026-12-30", "2026-12-18").unwrap();
    assert_eq!((third.added_in_total, third.over_cap), (11, true));
    // A first extension that cured nothing leaves the first due date in force.
    facts.extensions[0].retrospective = true;
    assert!(
        check(&facts, "2026-12-29", "2026-12-14")
            .unwrap()
            .retrospective
    );
}

#[test]
fn a_withdrawn_complaint_needs_nothing_more() {
    let mut facts = stage1("2026-11-20");
    facts.ended_at = Some(at("2026-11-24"));
    let found = read(&facts, "2027-01-01");
    assert_eq!(
        (found.clocks[0].status, found.clocks[0].in_time),
        (ClockStatus::NotNeeded, None)
    );
    assert!(!found.clocks[0].is_open());
    assert_eq!(found.flags, StageFlags::default());
    // Withdrawn after the day had passed: the miss stays on the record.
    facts.ended_at = Some(at("2026-12-02"));
    assert_eq!(read(&facts, "2027-01-01").flags.ack_in_time, Some(false));
}

#[test]
fn the_ombudsmans_date_goes_before_ours() {
    let mut facts = stage1("2026-11-20");
    facts.acknowledged_at = Some(at("2026-11-23"));
    facts.hos_directed.push(HosDirection {
        directed_at: at("2026-12-08"),
        due: on("2026-12-11"),
        replaced_at: None,
    });
    let found = read(&facts, "2026-12-09");
    assert_eq!(found.answer_by, on("2026-12-11"));
    let directed = found.clocks.last().unwrap();
    assert_eq!(
        (directed.id, directed.due, directed.status),
        (ClockId::HosDirected, on("2026-12-11"), ClockStatus::DueSoon)
    );
    // The Code's clock runs on beside it and is in breach already.
    assert_eq!(
        (found.clocks[1].due, found.clocks[1].status),
        (on("2026-12-07"), ClockStatus::Overdue)
    );
}

#[test]
fn a_new_holiday_moves_open_clocks_only() {
    let policy = ClockPolicy::default();
    let old = Calendar::england();
    let mut new = old.clone();
    new.add_holiday(
        on("2026-11-26"),
        "One-off",
        at("2026-11-25"),
        "admin",
        "proclaimed",
    )
    .unwrap();
    let mut facts = stage1("2026-11-20");
    let now = at("2026-11-25");
    let changes = |facts: &StageFacts| {
        recompute(&old, &new, |calendar| {
            stage_clocks(facts, calendar, &policy, now).map(|found| found.clocks)
        })
        .unwrap()
    };
    let moved = |clock, old, new| DueChange {
        clock,
        subject: None,
        old_due: on(old),
        new_due: on(new),
    };
    assert_eq!(
        changes(&facts),
        [moved(ClockId::S1Ack, "2026-11-27", "2026-11-30")]
    );
    // Acknowledged before the proclamation: that step is closed, the response still moves.
    facts.acknowledged_at = Some(at("2026-11-24"));
    assert_eq!(
        changes(&facts),
        [moved(ClockId::S1Response, "2026-12-08", "2026-12-09")]
    );
    let found = stage_clocks(&facts, &new, &policy, at("2027-01-01")).unwrap();
    assert_eq!(
        (found.clocks[0].due, found.clocks[0].in_time),
        (on("2026-11-27"), Some(true))
    );
    // Answered before it: nothing moves, whenever it is read. A late step stays late too.
    facts.acknowledged_at = Some(at("2026-11-20"));
    facts.responded_at = Some(at("2026-11-24"));
    assert_eq!(changes(&facts), []);
    facts = stage1("2026-11-17");
    facts.acknowledged_at = Some(at("2026-11-25") - chrono::TimeDelta::hours(1));
    let found = stage_clocks(&facts, &new, &policy, now).unwrap();
    assert_eq!(
        (found.clocks[0].due, found.clocks[0].status),
        (on("2026-11-24"), ClockStatus::MetLate)
    );
    // A promised date is moved by nothing.
    facts.extensions = vec![extension("2026-12-21", "2026-11-25")];
    assert_eq!(changes(&facts), []);
}
