//! What a folded case's clocks say, journey by journey. Events are written as they lie on the disk.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::event::{Event, Recorded};
use super::*;
use crate::domain::clock::{ClockId, ClockStatus as S, StageFlags};
use crate::domain::ids::CaseRef;

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T12:00:00Z").parse().unwrap()
}

/// A case from its events, each with the day it happened.
fn fold(events: &[(&str, Value)]) -> Case {
    let recorded: Vec<Recorded> = (1..)
        .zip(events)
        .map(|(seq, (day, event))| Recorded {
            seq,
            at: at(day),
            recorded_at: at(day),
            actor: "olive".into(),
            event: serde_json::from_value::<Event>(event.clone()).unwrap(),
        })
        .collect();
    Case::fold(CaseRef::new(2026, 1), &recorded).unwrap()
}

fn logged(kind: &str, received: &str) -> Value {
    json!({ "kind": kind, "policy_version": 1, "receipt_rule": "strict", "intake": {
        "received_at": at(received), "channel": "phone", "account": "Mould.",
        "complainant": { "name": "Ann Resident", "tenure": "assured" } } })
}

fn acknowledged(stage: u8) -> Value {
    json!({ "kind": "acknowledged", "stage": stage, "definition": "d", "outcomes_sought": "o",
        "handler": "olive", "responsible_for": "r", "not_responsible_for": "n" })
}

fn responded(stage: u8) -> Value {
    json!({ "kind": "response_issued", "stage": stage, "summary": "s", "outcome": "upheld", "approved_by": null })
}

fn extended(
    stage: u8,
    old: &str,
    new: &str,
    decided: &str,
    over_cap: bool,
    retrospective: bool,
) -> Value {
    json!({ "kind": "extended", "stage": stage, "extension": {
        "old_due": old, "new_due": new, "reason": "a surveyor is needed", "update_every_days": 7,
        "resident_view": "agreed", "decided_at": at(decided), "retrospective": retrospective,
        "over_cap": over_cap } })
}

/// Every clock of the case as "ID subject due status", one a line.
fn lines(case: &Case, now: &str) -> Vec<String> {
    let clocks = case.clocks(&Calendar::england(), &ClockPolicy::default(), at(now));
    clocks
        .iter()
        .map(|clock| {
            let status = serde_json::to_value(clock.status).unwrap();
            let subject = clock
                .subject
                .as_deref()
                .map(|subject| format!(" ({subject})"))
                .unwrap_or_default();
            format!(
                "{}{subject} {} {}",
                clock.id,
                clock.due,
                status.as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn both_stages_from_receipt_to_the_final_response() {
    let case = fold(&[
        ("2026-11-20", logged("complaint_logged", "2026-11-20")),
        ("2026-11-23", acknowledged(1)),
        ("2026-12-07", responded(1)),
        (
            "2026-12-08",
            json!({ "kind": "escalated", "received_at": at("2026-12-07"), "channel": "email", "account": null }),
        ),
        ("2026-12-14", acknowledged(2)),
    ]);
    assert_eq!(
        lines(&case, "2026-12-15"),
        [
            "S1_ACK 2026-11-27 met",
            "S1_RESPONSE 2026-12-07 met",
            "S2_ACK 2026-12-14 met",
            "S2_RESPONSE 2027-01-14 running",
        ]
    );
    let flags = case.flags(
        &Calendar::england(),
        &ClockPolicy::default(),
        at("2026-12-15"),
    );
    let yes = Some(true);
    let all = StageFlags {
        ack_in_time: yes,
        response_in_time_from_ack: yes,
        response_in_time_overall: yes,
    };
    assert_eq!(flags.stage1, Some(all));
    assert_eq!(
        flags.stage2,
        Some(StageFlags {
            ack_in_time: yes,
            ..StageFlags::default()
        })
    );
    let only_one = fold(&[("2026-11-20", logged("complaint_logged", "2026-11-20"))]);
    let flags = only_one.flags(
        &Calendar::england(),
        &ClockPolicy::default(),
        at("2026-11-20"),
    );
    assert_eq!(
        (flags.stage1, flags.stage2),
        (Some(StageFlags::default()), None)
    );
}

#[test]
fn an_extension_brings_updates() {
    let mut events = vec![
        ("2026-11-20", logged("complaint_logged", "2026-11-20")),
        ("2026-11-27", acknowledged(1)),
        (
            "2026-12-08",
            extended(1, "2026-12-11", "2026-12-29", "2026-12-08", false, false),
        ),
    ];
    assert_eq!(
        lines(&fold(&events), "2026-12-09"),
        [
            "S1_ACK 2026-11-27 met",
            "S1_RESPONSE 2026-12-29 extended",
            "S1_EXTENSION 2026-12-29 running",
            "UPDATE_INTERVAL 2026-12-15 running",
        ]
    );
    let contact = |visible: bool| {
        json!({ "kind": "contact_recorded", "contact": {
        "direction": "out", "channel": "phone", "summary": "told her", "visible_to_resident": visible,
        "by": "olive", "at": at("2026-12-14") } })
    };
    events.push(("2026-12-14", contact(false)));
    assert!(
        lines(&fold(&events), "2026-12-14")
            .contains(&"UPDATE_INTERVAL 2026-12-15 due_soon".to_owned())
    );
    events.push(("2026-12-14", contact(true)));
    assert!(
        lines(&fold(&events), "2026-12-14")
            .contains(&"UPDATE_INTERVAL 2026-12-21 running".to_owned())
    );
    events.push(("2026-12-22", responded(1)));
    assert_eq!(
        lines(&fold(&events), "2026-12-22"),
        [
            "S1_ACK 2026-11-27 met",
            "S1_RESPONSE 2026-12-29 met",
            "S1_EXTENSION 2026-12-29 met"
        ]
    );
}

#[test]
fn an_extension_too_late_or_too_long_moves_nothing() {
    for (over_cap, retrospective) in [(true, false), (false, true)] {
        let case = fold(&[
            ("2026-11-20", logged("complaint_logged", "2026-11-20")),
            ("2026-11-27", acknowledged(1)),
            (
                "2026-12-11",
                extended(
                    1,
                    "2026-12-11",
                    "2027-01-29",
                    "2026-12-11",
                    over_cap,
                    retrospective,
                ),
            ),
        ]);
        assert!(lines(&case, "2026-12-14").contains(&"S1_RESPONSE 2026-12-11 overdue".to_owned()));
    }
}

#[test]
fn what_is_withdrawn_or_refused_needs_nothing_more() {
    let case = fold(&[
        ("2026-11-20", logged("complaint_logged", "2026-11-20")),
        ("2026-11-23", acknowledged(1)),
        (
            "2026-11-24",
            json!({ "kind": "withdrawn", "account": "It is fixed." }),
        ),
        (
            "2027-02-01",
            json!({ "kind": "note_added", "text": "Filed." }),
        ),
    ]);
    assert_eq!(
        lines(&case, "2027-03-01"),
        ["S1_ACK 2026-11-27 met", "S1_RESPONSE 2026-12-07 not_needed"]
    );
    let clocks = case.clocks(
        &Calendar::england(),
        &ClockPolicy::default(),
        at("2027-03-01"),
    );
    assert_eq!(
        clocks[1].in_time, None,
        "withdrawn in time, whatever was noted later"
    );

    let refusal = json!({ "kind": "refused", "refusal": { "stage": 1, "ground": "already_considered",
        "reasons": "r", "decided_by": "olive", "approved_by": "dan", "at": at("2026-11-25") } });
    let case = fold(&[
        ("2026-11-20", logged("complaint_logged", "2026-11-20")),
        ("2026-11-25", refusal),
    ]);
    assert_eq!(lines(&case, "2027-03-01"), ["S1_ACK 2026-11-27 not_needed"]);
}

#[test]
fn actions_run_on_after_the_answer() {
    let action = |id: u32, due: &str| {
        json!({ "kind": "action_promised", "action": {
        "id": id, "what": "Fit a fan", "owner": "olive", "promised_on": "2026-12-07", "due": due } })
    };
    let case = fold(&[
        ("2026-11-20", logged("complaint_logged", "2026-11-20")),
        ("2026-11-23", acknowledged(1)),
        ("2026-12-07", action(1, "2027-01-15")),
        ("2026-12-07", action(2, "2027-01-15")),
        ("2026-12-07", action(3, "2026-12-18")),
        ("2026-12-07", responded(1)),
        (
            "2027-01-18",
            json!({ "kind": "action_completed", "action": 1, "completed_on": "2027-01-18",
            "evidence": [], "note": null, "resident_told": true }),
        ),
        (
            "2026-12-14",
            json!({ "kind": "action_cancelled", "action": 2, "cancelled_on": "2026-12-14",
            "reason": "moved home", "resident_told": true }),
        ),
    ]);
    assert_eq!(
        lines(&case, "2027-02-01")[2..],
        [
            "ACTION_DUE (action 1) 2027-01-15 met_late",
            "ACTION_DUE (action 2) 2027-01-15 not_needed",
            "ACTION_DUE (action 3) 2026-12-18 overdue",
        ]
    );
    let clocks = case.clocks(
        &Calendar::england(),
        &ClockPolicy::default(),
        at("2027-02-01"),
    );
    assert_eq!(
        clocks[4].why,
        "Promised Mon 7 Dec 2026: Fit a fan. Due Fri 18 Dec 2026."
    );
}

#[test]
fn the_ombudsmans_clocks_run_beside() {
    let mut events = vec![
        ("2026-11-20", logged("complaint_logged", "2026-11-20")),
        ("2026-11-23", acknowledged(1)),
        (
            "2026-12-08",
            json!({ "kind": "referred_to_ombudsman", "hos_reference": "202612345", "route": "enquiry" }),
        ),
        (
            "2026-12-09",
            json!({ "kind": "ombudsman_directed", "respond_by": "2026-12-16" }),
        ),
    ];
    let case = fold(&events);
    assert_eq!(
        lines(&case, "2026-12-10")[1..],
        [
            "S1_RESPONSE 2026-12-07 overdue",
            "HOS_DIRECTED 2026-12-16 running"
        ]
    );
    let stage = case.stage_clocks(
        1,
        &Calendar::england(),
        &ClockPolicy::default(),
        at("2026-12-10"),
    );
    assert_eq!(stage.unwrap().answer_by, "2026-12-16".parse().unwrap());

    events.extend([
        ("2026-12-15", responded(1)),
        ("2026-12-17", json!({ "kind": "hos_task_recorded", "task": 1, "items": ["04"], "due": "2027-01-12" })),
        ("2026-12-18", json!({ "kind": "hos_task_recorded", "task": 2, "items": [], "due": "2027-01-14" })),
        ("2027-01-12", json!({ "kind": "hos_evidence_sent", "task": 1, "note": null })),
        ("2027-03-01", json!({ "kind": "determination_recorded", "determination": {
            "received_on": "2027-03-01", "heads": [], "orders": [
                { "id": 1, "kind": "apology", "text": "Apologise in writing.", "due": "2027-03-29" },
                { "id": 2, "kind": "compensation", "text": "Pay £300.", "amount": 30000, "due": "2027-03-29" } ] } })),
        ("2027-03-30", json!({ "kind": "order_completed", "order": 1, "evidence": [] })),
    ]);
    assert_eq!(
        lines(&fold(&events), "2027-03-30")[1..],
        [
            "S1_RESPONSE 2026-12-07 met_late",
            "HOS_DIRECTED 2026-12-16 met",
            "HOS_TASK (task 1) 2027-01-12 met",
            "HOS_TASK (task 2) 2027-01-14 overdue",
            "HOS_ORDER (order 1) 2027-03-29 met_late",
            "HOS_ORDER (order 2) 2027-03-29 overdue",
        ]
    );
    // Directed again after the answer: that answer cannot be the answer to it.
    events.push((
        "2027-04-01",
        json!({ "kind": "ombudsman_directed", "respond_by": "2027-04-16" }),
    ));
    let again = lines(&fold(&events), "2027-04-02");
    assert!(
        again.contains(&"HOS_DIRECTED 2027-04-16 running".to_owned()),
        "{again:?}"
    );
}

#[test]
fn hazards_and_other_requests_have_clocks_of_their_own() {
    let step = |step: &str| json!({ "kind": "hazard_step_taken", "hazard": 1, "step": step });
    let request = |id: u32, request: &str, received: &str| {
        json!({ "kind": "related_request_opened",
        "related": id, "request": request, "text": "t", "received_at": at(received) })
    };
    let case = fold(&[
        ("2026-12-14", logged("complaint_logged", "2026-12-14")),
        (
            "2026-12-14",
            json!({ "kind": "hazard_reported", "hazard": 1, "aware_at": at("2026-12-14"),
            "report": { "description": "mould", "emergency": false } }),
        ),
        (
            "2026-12-14",
            json!({ "kind": "hazard_reported", "hazard": 2, "aware_at": at("2026-12-14"),
            "report": { "description": "gas", "emergency": true } }),
        ),
        ("2026-12-15", step("made_safe")),
        ("2026-12-30", step("investigated")),
        ("2027-01-04", step("summary_sent")),
        ("2027-03-25", step("further_work_begun")),
        ("2026-11-25", request(1, "dp_complaint", "2026-11-25")),
        (
            "2026-12-24",
            json!({ "kind": "related_request_answered", "related": 1 }),
        ),
        ("2026-11-20", request(2, "subject_access", "2026-11-20")),
    ]);
    assert_eq!(
        lines(&case, "2027-01-06")[1..],
        [
            "DP_COMPLAINT_ACK (request 1) 2026-12-29 met",
            "SAR (request 2) 2026-12-21 overdue",
            "AWAAB_INVESTIGATE (hazard 1) 2026-12-30 met",
            "AWAAB_SUMMARY (hazard 1) 2027-01-05 met",
            "AWAAB_SAFETY (hazard 1) 2027-01-07 due_soon",
            "AWAAB_FURTHER (hazard 1) 2027-01-07 met_late",
            "AWAAB_WORK_START (hazard 1) 2027-03-24 met_late",
            "AWAAB_EMERGENCY (hazard 2) 2026-12-15 overdue",
        ]
    );
}

#[test]
fn a_service_request_is_looked_at_again() {
    let mut events = vec![("2026-12-14", logged("service_request_logged", "2026-12-14"))];
    assert_eq!(
        lines(&fold(&events), "2026-12-14"),
        ["SERVICE_REQUEST_REVIEW 2026-12-30 running"]
    );
    events.push((
        "2026-12-30",
        json!({ "kind": "service_request_reviewed", "note": "n", "next_review": null }),
    ));
    assert_eq!(
        lines(&fold(&events), "2026-12-30"),
        ["SERVICE_REQUEST_REVIEW 2027-01-14 running"]
    );
    events.push((
        "2026-12-30",
        json!({ "kind": "service_request_reviewed", "note": "n", "next_review": "2027-01-06" }),
    ));
    assert_eq!(
        lines(&fold(&events), "2027-01-07"),
        ["SERVICE_REQUEST_REVIEW 2027-01-06 overdue"]
    );
    assert!(
        lines(
            &fold(&[("2026-12-14", logged("survey_feedback_logged", "2026-12-14"))]),
            "2026-12-14"
        )
        .is_empty()
    );
}

#[test]
fn the_receipt_rule_stays_with_the_case() {
    let mut first = logged("complaint_logged", "2026-11-21");
    first["receipt_rule"] = "deemed".into();
    let case = fold(&[("2026-11-23", first)]);
    assert_eq!(lines(&case, "2026-11-23"), ["S1_ACK 2026-11-30 running"]);
}

#[test]
fn a_new_holiday_names_what_it_moved() {
    let case = fold(&[
        ("2026-11-20", logged("complaint_logged", "2026-11-20")),
        ("2026-11-23", acknowledged(1)),
        (
            "2026-11-23",
            json!({ "kind": "related_request_opened", "related": 1, "request": "dp_complaint",
            "text": "t", "received_at": at("2026-11-09") }),
        ),
    ]);
    let (old, policy) = (Calendar::england(), ClockPolicy::default());
    let mut new = old.clone();
    for day in ["2026-11-26", "2026-12-09"] {
        new.add_holiday(
            day.parse().unwrap(),
            "One-off",
            at("2026-11-24"),
            "admin",
            "proclaimed",
        )
        .unwrap();
    }
    let changes = case.due_changes(&old, &new, &policy, at("2026-11-24"));
    let changes: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.clock,
                change.subject.as_deref(),
                change.old_due.to_string(),
                change.new_due.to_string(),
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            (
                ClockId::S1Response,
                None,
                "2026-12-07".into(),
                "2026-12-08".into()
            ),
            (
                ClockId::DpComplaintAck,
                Some("request 1"),
                "2026-12-09".into(),
                "2026-12-10".into()
            ),
        ]
    );
    assert!(
        case.clocks(&new, &policy, at("2026-11-24"))
            .iter()
            .any(|clock| clock.status == S::Met)
    );
}

#[test]
fn an_impossible_date_gives_no_clock() {
    let mut first = logged("complaint_logged", "2026-11-20");
    first["intake"]["received_at"] = "0226-11-20T12:00:00Z".into();
    assert!(lines(&fold(&[("2026-11-20", first)]), "2026-11-20").is_empty());
}
