//! The worked examples (§2.5–§2.8), every row of them: as strings, so that a row reads as it is printed.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::London;

use crate::domain::calendar::{Calendar, end_of_day, start_of_day};
use crate::domain::clock::related::{dp_complaint_ack, hos_task};
use crate::domain::clock::*;

/// Number, received, acknowledgement due, acknowledged, response due, extended by the normal maximum.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// §2.5. Rows before 1 April 2024 test the calendar only.
#[rustfmt::skip]
const STAGE_1: &[Row] = &[
    ("1", "Thu 26 May 2022", "Mon 6 Jun 2022", "Mon 6 Jun 2022", "Mon 20 Jun 2022", "Mon 4 Jul 2022"), // Spring BH moved to Thu 2 Jun 2022 + Jubilee Fri 3 Jun
    ("2", "Wed 14 Sep 2022", "Thu 22 Sep 2022", "Thu 22 Sep 2022", "Thu 6 Oct 2022", "Thu 20 Oct 2022"), // State Funeral Mon 19 Sep 2022
    ("3", "Fri 16 Dec 2022", "Fri 23 Dec 2022", "Fri 23 Dec 2022", "Wed 11 Jan 2023", "Wed 25 Jan 2023"), // Christmas 2022: Mon 26 + Tue 27 (Christmas on a Sunday), Mon 2 Jan 2023
    ("4", "Mon 3 Apr 2023", "Wed 12 Apr 2023", "Wed 12 Apr 2023", "Wed 26 Apr 2023", "Fri 12 May 2023"), // Easter 2023 (7 + 10 Apr), then Mon 1 May
    ("5", "Fri 28 Apr 2023", "Tue 9 May 2023", "Tue 9 May 2023", "Tue 23 May 2023", "Wed 7 Jun 2023"), // Three May BHs 2023: 1, 8 (Coronation), 29
    ("6", "Wed 20 Dec 2023", "Fri 29 Dec 2023", "Thu 21 Dec 2023", "Tue 9 Jan 2024", "Tue 23 Jan 2024"), // Christmas 2023; acknowledged next day
    ("7", "Mon 25 Mar 2024", "Wed 3 Apr 2024", "Wed 3 Apr 2024", "Wed 17 Apr 2024", "Wed 1 May 2024"), // Easter 2024 (29 Mar, 1 Apr)
    ("8", "Wed 1 May 2024", "Thu 9 May 2024", "Wed 1 May 2024", "Thu 16 May 2024", "Fri 31 May 2024"), // Acknowledged same day (day 0); early May BH 6 May
    ("9", "Thu 22 Aug 2024", "Fri 30 Aug 2024", "Fri 30 Aug 2024", "Fri 13 Sep 2024", "Fri 27 Sep 2024"), // Summer BH 26 Aug 2024
    ("10", "Tue 17 Dec 2024", "Tue 24 Dec 2024", "Tue 24 Dec 2024", "Fri 10 Jan 2025", "Fri 24 Jan 2025"), // Christmas 2024 (25, 26 Dec, 1 Jan)
    ("11", "Mon 14 Apr 2025", "Wed 23 Apr 2025", "Wed 23 Apr 2025", "Thu 8 May 2025", "Thu 22 May 2025"), // Easter 2025 (18, 21 Apr) + 5 May
    ("12", "Fri 2 May 2025", "Mon 12 May 2025", "Fri 9 May 2025", "Fri 23 May 2025", "Mon 9 Jun 2025"), // May 2025: acknowledged on day 4; 5 + 26 May
    ("13", "Fri 19 Dec 2025", "Tue 30 Dec 2025", "Tue 30 Dec 2025", "Wed 14 Jan 2026", "Wed 28 Jan 2026"), // Christmas 2025 (25, 26 Dec, 1 Jan)
    ("14", "Mon 30 Mar 2026", "Wed 8 Apr 2026", "Wed 8 Apr 2026", "Wed 22 Apr 2026", "Thu 7 May 2026"), // Easter 2026 (3, 6 Apr)
    ("15", "Wed 29 Apr 2026", "Thu 7 May 2026", "Thu 7 May 2026", "Thu 21 May 2026", "Fri 5 Jun 2026"), // Early May BH 4 May 2026 and Spring BH 25 May 2026
    ("16", "Fri 22 May 2026", "Mon 1 Jun 2026", "Tue 26 May 2026", "Tue 9 Jun 2026", "Tue 23 Jun 2026"), // Acknowledged first working day after Spring BH
    ("17", "Thu 27 Aug 2026", "Fri 4 Sep 2026", "Fri 28 Aug 2026", "Mon 14 Sep 2026", "Mon 28 Sep 2026"), // Summer BH 31 Aug 2026
    ("18", "Fri 20 Nov 2026", "Fri 27 Nov 2026", "Fri 27 Nov 2026", "Fri 11 Dec 2026", "Tue 29 Dec 2026"), // Plain case, received Friday
    ("19", "Sat 21 Nov 2026", "Fri 27 Nov 2026", "Fri 27 Nov 2026", "Fri 11 Dec 2026", "Tue 29 Dec 2026"), // Received on a Saturday (strict rule)
    ("20", "Sun 22 Nov 2026", "Fri 27 Nov 2026", "Fri 27 Nov 2026", "Fri 11 Dec 2026", "Tue 29 Dec 2026"), // Received on a Sunday (strict rule)
    ("21", "Mon 14 Dec 2026", "Mon 21 Dec 2026", "Mon 21 Dec 2026", "Thu 7 Jan 2027", "Thu 21 Jan 2027"), // Christmas 2026: Fri 25, Mon 28 (Boxing substitute), Fri 1 Jan
    ("22", "Fri 18 Dec 2026", "Tue 29 Dec 2026", "Fri 18 Dec 2026", "Wed 6 Jan 2027", "Wed 20 Jan 2027"), // Acknowledged same day just before Christmas
    ("23", "Wed 23 Dec 2026", "Mon 4 Jan 2027", "Mon 4 Jan 2027", "Mon 18 Jan 2027", "Mon 1 Feb 2027"), // Christmas 2026
    ("24", "Thu 24 Dec 2026", "Tue 5 Jan 2027", "Tue 5 Jan 2027", "Tue 19 Jan 2027", "Tue 2 Feb 2027"), // Received Christmas Eve
    ("25", "Fri 25 Dec 2026", "Tue 5 Jan 2027", "Tue 5 Jan 2027", "Tue 19 Jan 2027", "Tue 2 Feb 2027"), // Received ON a bank holiday by web form
    ("26", "Mon 22 Mar 2027", "Wed 31 Mar 2027", "Wed 31 Mar 2027", "Wed 14 Apr 2027", "Wed 28 Apr 2027"), // Easter 2027 (26, 29 Mar)
    ("27", "Fri 30 Apr 2027", "Mon 10 May 2027", "Mon 10 May 2027", "Mon 24 May 2027", "Tue 8 Jun 2027"), // May 2027 (3, 31 May)
    ("28", "Mon 20 Dec 2027", "Wed 29 Dec 2027", "Wed 29 Dec 2027", "Thu 13 Jan 2028", "Thu 27 Jan 2028"), // Christmas 2027: Mon 27 + Tue 28 both substitutes, Mon 3 Jan 2028
    ("29", "Mon 10 Apr 2028", "Wed 19 Apr 2028", "Wed 19 Apr 2028", "Thu 4 May 2028", "Thu 18 May 2028"), // Easter 2028 (14, 17 Apr) + 1 May
    ("30", "Wed 28 Mar 2029", "Fri 6 Apr 2029", "Fri 6 Apr 2029", "Fri 20 Apr 2029", "Fri 4 May 2029"), // Easter 2029 (30 Mar, 2 Apr)
    ("31", "Thu 19 Dec 2030", "Mon 30 Dec 2030", "Mon 30 Dec 2030", "Tue 14 Jan 2031", "Tue 28 Jan 2031"), // Christmas 2030 (25, 26 Dec, 1 Jan 2031)
    ("32", "Tue 1 Dec 2026", "Tue 8 Dec 2026", "Thu 10 Dec 2026", "Thu 24 Dec 2026", "Tue 12 Jan 2027"), // LATE acknowledgement (day 7): breach of 6.2
];

/// §2.6.
#[rustfmt::skip]
const STAGE_2: &[Row] = &[
    ("S2-1", "Fri 20 May 2022", "Fri 27 May 2022", "Fri 27 May 2022", "Tue 28 Jun 2022", "Tue 26 Jul 2022"), // Jubilee weekend
    ("S2-2", "Mon 12 Dec 2022", "Mon 19 Dec 2022", "Mon 19 Dec 2022", "Thu 19 Jan 2023", "Thu 16 Feb 2023"), // Christmas 2022
    ("S2-3", "Tue 11 Apr 2023", "Tue 18 Apr 2023", "Tue 18 Apr 2023", "Thu 18 May 2023", "Fri 16 Jun 2023"), // 3 May BHs
    ("S2-4", "Mon 9 Dec 2024", "Mon 16 Dec 2024", "Mon 16 Dec 2024", "Thu 16 Jan 2025", "Thu 13 Feb 2025"), // Christmas 2024
    ("S2-5", "Mon 8 Dec 2025", "Mon 15 Dec 2025", "Mon 15 Dec 2025", "Thu 15 Jan 2026", "Thu 12 Feb 2026"), // Christmas 2025
    ("S2-6", "Wed 25 Mar 2026", "Wed 1 Apr 2026", "Wed 1 Apr 2026", "Fri 1 May 2026", "Tue 2 Jun 2026"), // Easter 2026 + May
    ("S2-7", "Mon 23 Nov 2026", "Mon 30 Nov 2026", "Tue 24 Nov 2026", "Tue 22 Dec 2026", "Fri 22 Jan 2027"), // runs to Christmas 2026
    ("S2-8", "Mon 7 Dec 2026", "Mon 14 Dec 2026", "Mon 14 Dec 2026", "Thu 14 Jan 2027", "Thu 11 Feb 2027"), // Christmas 2026
    ("S2-9", "Mon 6 Dec 2027", "Mon 13 Dec 2027", "Mon 13 Dec 2027", "Thu 13 Jan 2028", "Thu 10 Feb 2028"), // Christmas 2027
    ("S2-10", "Mon 3 Apr 2028", "Mon 10 Apr 2028", "Mon 10 Apr 2028", "Thu 11 May 2028", "Fri 9 Jun 2028"), // Easter 2028 + May
];

/// A date as the tables print it, weekday included: a wrong weekday fails.
fn date(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%a %d %b %Y").unwrap()
}

/// A London time as the tables print it.
fn moment(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%a %d %b %Y %H:%M").unwrap();
    London.from_local_datetime(&local).unwrap().to_utc()
}

fn clock(clocks: &[Clock], id: ClockId) -> &Clock {
    clocks.iter().find(|clock| clock.id == id).unwrap()
}

fn check_stage(rows: &[Row], stage: StageNumber) {
    let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
    let (ack, response, extension) = match stage {
        StageNumber::One => (ClockId::S1Ack, ClockId::S1Response, ClockId::S1Extension),
        StageNumber::Two => (ClockId::S2Ack, ClockId::S2Response, ClockId::S2Extension),
    };
    for (number, received, ack_due, acknowledged, due, extended) in rows {
        let acknowledged_at = start_of_day(date(acknowledged));
        let mut facts = StageFacts::begun(stage, start_of_day(date(received)));
        facts.acknowledged_at = Some(acknowledged_at);
        let now = end_of_day(date(acknowledged));
        let found = stage_clocks(&facts, &calendar, &policy, now).unwrap();
        assert_eq!(
            clock(&found.clocks, ack).due,
            date(ack_due),
            "row {number}: acknowledgement"
        );
        assert_eq!(
            clock(&found.clocks, response).due,
            date(due),
            "row {number}: response"
        );
        assert_eq!(found.answer_by, date(due), "row {number}");
        let in_time = date(acknowledged) <= date(ack_due);
        assert_eq!(
            found.flags.ack_in_time,
            Some(in_time),
            "row {number}: acknowledged in time"
        );

        let check = extension_check(&facts, date(extended), now, &calendar, &policy).unwrap();
        assert_eq!(
            check.latest_without_reason,
            date(extended),
            "row {number}: extension"
        );
        assert!(
            !check.over_cap && !check.retrospective && !check.not_later,
            "row {number}"
        );
        facts.extensions.push(ExtensionFact {
            new_due: date(extended),
            decided_at: now,
            retrospective: false,
            valid: true,
        });
        let found = stage_clocks(&facts, &calendar, &policy, now).unwrap();
        assert_eq!(
            clock(&found.clocks, response).due,
            date(extended),
            "row {number}"
        );
        assert_eq!(
            clock(&found.clocks, response).extended_from,
            Some(date(due)),
            "row {number}"
        );
        assert_eq!(
            clock(&found.clocks, extension).start,
            date(due),
            "row {number}"
        );

        let query = match stage {
            StageNumber::One => DueQuery {
                received: Some(Receipt::On(date(received))),
                acknowledged: Some(date(acknowledged)),
                ..DueQuery::default()
            },
            StageNumber::Two => DueQuery {
                escalated: Some(Receipt::On(date(received))),
                stage2_acknowledged: Some(date(acknowledged)),
                ..DueQuery::default()
            },
        };
        let dates = due_dates(&query, &calendar, &policy).unwrap();
        let dates = match stage {
            StageNumber::One => [dates.s1_ack, dates.s1_response, dates.s1_extension],
            StageNumber::Two => [dates.s2_ack, dates.s2_response, dates.s2_extension],
        };
        let dates = dates.map(|date| date.unwrap().due);
        assert_eq!(
            dates,
            [date(ack_due), date(due), date(extended)],
            "row {number}: due dates"
        );
    }
}

#[test]
fn stage_1_examples() {
    assert_eq!(STAGE_1.len(), 32);
    check_stage(STAGE_1, StageNumber::One);
}

#[test]
fn stage_2_examples() {
    assert_eq!(STAGE_2.len(), 10);
    check_stage(STAGE_2, StageNumber::Two);
}

#[test]
fn strict_and_deemed_receipt() {
    // §2.7: received, due by the strict rule, due by the deemed rule.
    let rows = [
        (
            "Fri 20 Nov 2026 19:30",
            "Fri 27 Nov 2026",
            "Mon 30 Nov 2026",
        ),
        (
            "Sat 21 Nov 2026 10:00",
            "Fri 27 Nov 2026",
            "Mon 30 Nov 2026",
        ),
        (
            "Sun 22 Nov 2026 10:00",
            "Fri 27 Nov 2026",
            "Mon 30 Nov 2026",
        ),
        ("Thu 24 Dec 2026 19:30", "Tue 5 Jan 2027", "Wed 6 Jan 2027"),
        ("Fri 25 Dec 2026 10:00", "Tue 5 Jan 2027", "Wed 6 Jan 2027"),
        ("Thu 25 Mar 2027 19:30", "Mon 5 Apr 2027", "Tue 6 Apr 2027"),
        // In office hours the two rules agree, to the minute.
        (
            "Fri 20 Nov 2026 17:00",
            "Fri 27 Nov 2026",
            "Fri 27 Nov 2026",
        ),
        (
            "Fri 20 Nov 2026 17:01",
            "Fri 27 Nov 2026",
            "Mon 30 Nov 2026",
        ),
        (
            "Fri 20 Nov 2026 00:10",
            "Fri 27 Nov 2026",
            "Fri 27 Nov 2026",
        ),
    ];
    let calendar = Calendar::england();
    for (received, strict, deemed) in rows {
        for (receipt, due) in [(ReceiptRule::Strict, strict), (ReceiptRule::Deemed, deemed)] {
            let policy = ClockPolicy {
                receipt,
                ..ClockPolicy::default()
            };
            let at = moment(received);
            let facts = StageFacts::begun(StageNumber::One, at);
            let found = stage_clocks(&facts, &calendar, &policy, at).unwrap();
            assert_eq!(found.clocks[0].due, date(due), "{received} {receipt:?}");
            let query = DueQuery {
                received: Some(Receipt::At(at)),
                ..DueQuery::default()
            };
            let dates = due_dates(&query, &calendar, &policy).unwrap();
            assert_eq!(
                dates.s1_ack.unwrap().due,
                date(due),
                "{received} {receipt:?}"
            );
        }
    }
}

#[test]
fn data_protection_complaints() {
    let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
    let rows = [
        ("Wed 25 Nov 2026", "Tue 29 Dec 2026"),
        ("Fri 27 Nov 2026", "Tue 29 Dec 2026"),
        ("Wed 2 Dec 2026", "Mon 4 Jan 2027"),
    ];
    for (start, due) in rows {
        let run = dp_complaint_ack(start_of_day(date(start)), &policy);
        assert_eq!(run.due(&calendar).unwrap().0, date(due), "{start}");
    }
    let run = dp_complaint_ack(start_of_day(date("Wed 25 Nov 2026")), &policy);
    assert_eq!(
        run.due(&calendar).unwrap().2,
        "Received Wed 25 Nov 2026. Day 30 is Fri 25 Dec. That is a bank holiday (Christmas Day), \
         so it moves to the next working day, Tue 29 Dec."
    );
}

#[test]
fn ombudsman_task_without_a_date() {
    let run = hos_task(date("Mon 14 Dec 2026"), None, &ClockPolicy::default());
    assert_eq!(
        run.due(&Calendar::england()).unwrap().0,
        date("Thu 7 Jan 2027")
    );
}

#[test]
fn hazards_over_christmas() {
    let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
    let aware = moment("Mon 14 Dec 2026 09:00");
    let mut facts = HazardFacts::reported("mould in the bedroom", aware, false);
    let clocks = hazard_clocks(&facts, &calendar, &policy, aware).unwrap();
    assert_eq!(clocks.len(), 1);
    assert_eq!(
        clock(&clocks, ClockId::AwaabInvestigate).due,
        date("Wed 30 Dec 2026")
    );

    facts.investigated_at = Some(moment("Wed 30 Dec 2026 12:00"));
    let clocks = hazard_clocks(&facts, &calendar, &policy, aware).unwrap();
    assert_eq!(
        clock(&clocks, ClockId::AwaabInvestigate).status,
        ClockStatus::Met
    );
    assert_eq!(
        clock(&clocks, ClockId::AwaabSummary).due,
        date("Tue 5 Jan 2027")
    );
    assert_eq!(
        clock(&clocks, ClockId::AwaabSafety).due,
        date("Thu 7 Jan 2027")
    );
    assert_eq!(
        clock(&clocks, ClockId::AwaabFurther).due,
        date("Thu 7 Jan 2027")
    );
    assert_eq!(
        clock(&clocks, ClockId::AwaabWorkStart).due,
        date("Wed 24 Mar 2027")
    );
}

#[test]
fn stage_1_at_its_latest() {
    // §2.8, the worst case: 5 + 10 is 15 working days after receipt.
    let calendar = Calendar::england();
    let received = date("Mon 23 Nov 2026");
    let query = DueQuery {
        received: Some(Receipt::On(received)),
        ..DueQuery::default()
    };
    let dates = due_dates(&query, &calendar, &ClockPolicy::default()).unwrap();
    assert_eq!(dates.s1_ack.unwrap().due, date("Mon 30 Nov 2026"));
    let response = dates.s1_response.unwrap().due;
    assert_eq!(response, date("Mon 14 Dec 2026"));
    assert_eq!(
        calendar.working_days_between(received, response).unwrap(),
        15
    );
    assert_eq!(dates.s1_extension.unwrap().due, date("Wed 30 Dec 2026"));
}
