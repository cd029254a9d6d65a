//! The people of a case after logging (Code 3.6, 5.10), and what runs beside it for them.

use serde_json::json;

use super::*;

#[test]
fn a_form_without_adjustments_drops_none() {
    let play = Play::at(State::S1Received)
        .does(
            "cal",
            json!({ "command": "record_adjustment", "adjustment": { "need": "braille" } }),
        )
        .does(
            "cal",
            json!({ "command": "update_complainant", "complainant": { "name": "Ann Married" } }),
        );
    assert_eq!(play.case.complainant.name, "Ann Married");
    assert_eq!(play.case.complainant.active_adjustments().count(), 1);
    assert_eq!(
        play.case.intake.complainant.name, "Ann Resident",
        "what was taken down stays"
    );
    let end = json!({ "command": "end_adjustment", "need": "braille", "reason": "A mistake." });
    let ended = play.does("olive", end.clone());
    assert_eq!(
        ended.case.complainant.adjustments[0]
            .ended_on
            .unwrap()
            .to_string(),
        "2026-11-23"
    );
    assert_eq!(ended.refused("olive", end).code.to_string(), "not_found");
}

#[test]
fn names_and_reasons_are_asked_for() {
    let play = Play::at(State::S1Received);
    for (command, field) in [
        (
            json!({ "command": "update_complainant", "complainant": { "name": " " } }),
            "complainant",
        ),
        (
            json!({ "command": "add_member", "member": { "name": "" } }),
            "member",
        ),
        (
            json!({ "command": "appoint_representative", "representative": { "name": "" } }),
            "representative",
        ),
        (
            json!({ "command": "record_adjustment", "adjustment": { "need": "" } }),
            "adjustment",
        ),
        (
            json!({ "command": "declare_conflict", "person": "", "reason": "x" }),
            "person",
        ),
        (
            json!({ "command": "declare_conflict", "person": "hal", "reason": "" }),
            "reason",
        ),
        (json!({ "command": "note", "text": "\u{2028}" }), "text"),
        (
            json!({ "command": "record_contact", "direction": "in", "channel": "phone", "summary": "" }),
            "summary",
        ),
        (
            json!({ "command": "report_hazard", "hazard": { "description": "" } }),
            "hazard",
        ),
        (
            json!({ "command": "open_related", "request": "dp_complaint", "text": "" }),
            "text",
        ),
        (
            json!({ "command": "explain_gap", "category": "04", "what": "x", "explanation": "" }),
            "explanation",
        ),
    ] {
        assert_eq!(
            play.refused("olive", command.clone()).field,
            Some(field),
            "{command}"
        );
    }
    let backwards = json!({ "command": "appoint_representative",
        "representative": { "name": "Ray", "valid_from": "2026-12-02", "valid_to": "2026-12-01" } });
    assert_eq!(play.refused("cal", backwards).field, Some("representative"));
    assert_eq!(
        play.refused("cal", json!({ "command": "end_representative" }))
            .code
            .to_string(),
        "not_found"
    );
}

#[test]
fn nothing_happens_before_the_receipt_or_tomorrow() {
    let play = Play::at(State::S1Received);
    let assign = json!({ "command": "assign", "handler": "olive" });
    for (when, fine) in [
        ("2026-11-20T16:04:59Z", false),
        ("2026-11-20T16:05:00Z", true),
        ("2026-11-23T10:00:00Z", true),
        ("2026-11-23T10:00:01Z", false),
        ("-262143-01-01T00:00:00Z", false),
        ("+262142-12-31T23:59:59Z", false),
    ] {
        let when: DateTime<Utc> = when.parse().unwrap();
        let tried = play.tries_at("tom", &assign, when);
        assert_eq!(tried.is_ok(), fine, "{when}");
        assert!(fine || tried.unwrap_err().field == Some("at"));
    }
    let earlier = play.tries_at("cal", &note(), at("2025-01-01"));
    assert!(
        earlier.is_ok(),
        "what was known before is put on file under its own date"
    );
    assert!(
        play.tries_at("cal", &note(), DateTime::<Utc>::MIN_UTC)
            .is_err()
    );
}

#[test]
fn a_hazard_step_is_taken_once_and_in_order() {
    let step = |step: &str| json!({ "command": "take_hazard_step", "hazard": 1, "step": step });
    let play = Play::at(State::S1Received)
        .does("cal", json!({ "command": "report_hazard", "hazard": { "description": "Damp", "aware_at": "2026-11-21T09:00:00Z" } }));
    for follow_up in ["summary_sent", "safety_work_done", "further_work_begun"] {
        assert_eq!(
            play.refused("hal", step(follow_up)).field,
            Some("step"),
            "{follow_up}"
        );
    }
    let early = play.tries_at("hal", &step("investigated"), at("2026-11-21T08:00:00Z"));
    assert_eq!(early.unwrap_err().field, Some("at"));
    let play = play.does("hal", step("investigated")).on("2026-11-24");
    let before = play.tries_at("hal", &step("summary_sent"), at("2026-11-23T09:00:00Z"));
    assert_eq!(before.unwrap_err().field, Some("at"));
    let play = play.does("hal", step("summary_sent"));
    for again in ["investigated", "summary_sent"] {
        assert_eq!(
            play.refused("hal", step(again)).code.to_string(),
            "wrong_state",
            "{again}"
        );
    }
    assert_eq!(
        play.refused(
            "hal",
            json!({ "command": "take_hazard_step", "hazard": 2, "step": "made_safe" })
        )
        .code
        .to_string(),
        "not_found"
    );
}

#[test]
fn a_hazard_told_at_logging_starts_its_own_clock_at_once() {
    let mut mould = intake();
    mould["hazard"] = json!({ "description": "Mould by the cot", "emergency": false });
    let play = Play::logged(mould);
    assert_eq!(
        play.events
            .iter()
            .map(|e| e.event.kind())
            .collect::<Vec<_>>(),
        ["complaint_logged", "hazard_reported"]
    );
    assert_eq!(play.case.hazards[0].aware_at, play.case.received_at);
    let clocks = play
        .case
        .clocks(&play.calendar, &play.policy.clocks, play.now);
    assert!(
        clocks
            .iter()
            .any(|clock| clock.id.as_str() == "AWAAB_INVESTIGATE")
    );
}

#[test]
fn a_request_of_another_kind_is_answered_once() {
    let play = Play::at(State::S1Responded)
        .does("cal", json!({ "command": "open_related", "request": "dp_complaint", "text": "My file went to Ben." }))
        .does("olive", json!({ "command": "answer_related", "related": 1 }));
    let again = json!({ "command": "answer_related", "related": 1 });
    assert_eq!(play.refused("olive", again).code.to_string(), "wrong_state");
    let future = json!({ "command": "open_related", "request": "dp_complaint", "text": "x", "received_at": "2030-01-01T00:00:00Z" });
    assert_eq!(play.refused("cal", future).field, Some("received_at"));
}

#[test]
fn a_service_request_is_reviewed_while_it_is_open() {
    let review = |next: Value| json!({ "command": "review_service_request", "note": "Booked.", "next_review": next });
    let play = Play::at(State::ServiceRequest);
    for wrong in ["2026-11-23", "2020-01-01", "0001-01-01"] {
        assert_eq!(
            play.refused("hal", review(json!(wrong))).field,
            Some("next_review"),
            "{wrong}"
        );
    }
    let reviewed = play.does("hal", review(json!("2026-12-01")));
    assert_eq!(reviewed.case.next_review.unwrap().to_string(), "2026-12-01");
    let closed = reviewed.does("olive", json!({ "command": "close" }));
    assert_eq!(
        closed.refused("hal", review(json!(null))).code.to_string(),
        "wrong_state"
    );
}

#[test]
fn logging_asks_for_what_a_case_cannot_do_without() {
    let with = |field: &str, value: Value| {
        let mut changed = intake();
        changed[field] = value;
        Play::try_log(changed)
            .err()
            .map(|refusal| (refusal.code.to_string(), refusal.field.unwrap()))
    };
    let invalid = |field: &'static str| Some(("validation".to_owned(), field));
    assert_eq!(with("account", json!("  ")), invalid("account"));
    assert_eq!(
        with("complainant", json!({ "name": "" })),
        invalid("complainant")
    );
    assert_eq!(
        with("members", json!([{ "name": " " }])),
        invalid("members")
    );
    assert_eq!(
        with("representative", json!({ "name": "" })),
        invalid("representative")
    );
    assert_eq!(
        with(
            "points",
            json!([{ "text": "", "category": "property_condition.damp_and_mould" }])
        ),
        invalid("points")
    );
    assert_eq!(
        with("points", json!([{ "text": "x", "category": "weather" }])),
        invalid("points")
    );
    assert_eq!(
        with("hazard", json!({ "description": "" })),
        invalid("hazard")
    );
    assert_eq!(
        with(
            "hazard",
            json!({ "description": "x", "aware_at": "2030-01-01T00:00:00Z" })
        ),
        invalid("hazard")
    );
    assert_eq!(
        with(
            "hazard",
            json!({ "description": "x", "aware_at": "-262143-01-01T00:00:00Z" })
        ),
        invalid("hazard")
    );
    assert_eq!(
        with("decision", json!({ "kind": "service_request" })),
        invalid("decision"),
        "why it is no complaint"
    );
    assert_eq!(
        with(
            "decision",
            json!({ "kind": "service_request", "reason": "x", "review_due": "9999-01-01" })
        ),
        invalid("decision")
    );
    let asked = json!({ "kind": "service_request", "reason": "She did not want to go formal.",
        "test": { "asks_to_complain": true, "first_report": true } });
    assert_eq!(
        with("decision", asked),
        invalid("decision"),
        "by the Code's test this is a complaint"
    );
    assert_eq!(
        with("points", json!([])),
        None,
        "the words alone are enough to begin"
    );
    assert_eq!(with("outcomes_sought", json!("")), None);
}
