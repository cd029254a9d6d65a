//! Each rule of the Code through HTTP: 422 with its code, the field, and what to do.

use serde_json::{Value, json};

use crate::support::words::{ago, complaint, in_days, time};
use crate::support::{Caller, Server};

fn acknowledge(officer: &Caller, reference: &str, handler: &str) {
    officer.done(
        reference,
        json!({"command": "acknowledge", "stage": 1, "at": ago(8), "definition": "Mould", "outcomes_sought": "A repair",
               "handler": handler, "responsible_for": "The building", "not_responsible_for": "Contents"}),
    );
}

fn answered(officer: &Caller) -> String {
    let reference = officer.log(&complaint(10));
    acknowledge(officer, &reference, "Daniel Price");
    officer.done(&reference, json!({"command": "decide_point", "point": 1, "decision": "upheld", "reasons": "Late.", "at": ago(7)}));
    officer.done(
        &reference,
        json!({"command": "respond", "stage": 1, "summary": "We were late.", "at": ago(6)}),
    );
    reference
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut intake = complaint(3);
    change(&mut intake);
    intake
}

#[test]
fn a_complaint_that_is_not_right_yet_names_its_field() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let tomorrow = time(chrono::Utc::now() + chrono::Days::new(1));
    type Change = Box<dyn FnOnce(&mut Value)>;
    let cases: Vec<(Change, &str, &str)> = vec![
        (
            Box::new(move |v| v["received_at"] = json!(tomorrow)),
            "E01",
            "received_at",
        ),
        (
            Box::new(|v| v["received_at"] = json!("2026-02-30T00:00:00Z")),
            "validation",
            "received_at",
        ),
        (
            Box::new(|v| drop(v.as_object_mut().expect("an object").remove("received_at"))),
            "validation",
            "received_at",
        ),
        (
            Box::new(|v| v["channel"] = json!("pigeon")),
            "validation",
            "channel",
        ),
        (
            Box::new(|v| v["account"] = json!("  ")),
            "validation",
            "account",
        ),
        (
            Box::new(|v| v["complainant"]["name"] = json!("")),
            "validation",
            "complainant",
        ),
        (
            Box::new(|v| v["complainant"]["tenure"] = json!("castle")),
            "validation",
            "complainant.tenure",
        ),
        (
            Box::new(|v| v["points"][0]["category"] = json!("nonsense")),
            "validation",
            "points",
        ),
        (
            Box::new(|v| v["recieved"] = json!(1)),
            "validation",
            "recieved",
        ),
        (
            Box::new(|v| v["complainant"]["surname"] = json!("x")),
            "validation",
            "complainant.surname",
        ),
    ];
    for (change, code, field) in cases {
        officer
            .post("/cases", &changed(change))
            .refuses(422, code, Some(field));
    }
    let late = changed(|v| {
        v["received_at"] = json!(ago(90));
        v["backdating_reason"] = Value::Null;
    });
    officer
        .post("/cases", &late)
        .refuses(422, "E01", Some("backdating_reason"));
    assert_eq!(
        officer.get("/cases").is(200)["total"],
        0,
        "nothing was kept"
    );
}

#[test]
fn every_rule_of_the_code_has_its_answer() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let fresh = officer.log(&complaint(10));
    let running = officer.log(&complaint(10));
    acknowledge(&officer, &running, "Daniel Price");
    let braille = officer.log(&changed(|v| {
        v["complainant"]["adjustments"] = json!(["braille"])
    }));
    let answered = answered(&officer);
    let in_future = time(chrono::Utc::now() + chrono::Days::new(2));
    let refuse = |extra: Value| {
        let mut body = json!({"command": "refuse", "ground": "older_than_12_months", "reasons": "The events were in 2023.",
                              "date_of_issue": "2023-01-01", "approved_by": "Helen Marsh"});
        for (name, value) in extra.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    let extend = |extra: Value| {
        let mut body = json!({"command": "extend", "stage": 1, "new_due": in_days(15), "reason": "The survey is on Friday.",
                              "update_every_days": 5, "resident_view": "agreed"});
        for (name, value) in extra.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    let cases: Vec<(&str, Value, &str)> = vec![
        (
            &fresh,
            json!({"command": "correct_received_at", "received_at": in_future, "reason": "x"}),
            "E01",
        ),
        (
            &fresh,
            json!({"command": "correct_received_at", "received_at": ago(11)}),
            "E01",
        ),
        (&fresh, json!({"command": "acknowledge", "stage": 1}), "E02"),
        (
            &running,
            json!({"command": "respond", "stage": 1, "summary": "Sorry."}),
            "E03",
        ),
        (
            &running,
            json!({"command": "decide_point", "point": 1, "decision": "upheld"}),
            "E03",
        ),
        (
            &running,
            json!({"command": "assign", "stage": 3, "handler": "Nobody"}),
            "E06",
        ),
        (&running, extend(json!({"reason": ""})), "E07"),
        (&running, extend(json!({"new_due": null})), "E07"),
        (&running, extend(json!({"update_every_days": null})), "E07"),
        (&running, extend(json!({"new_due": in_days(200)})), "E07"),
        (&fresh, refuse(json!({"reasons": ""})), "E08"),
        (&fresh, refuse(json!({"approved_by": null})), "E08"),
        (&fresh, refuse(json!({})), "E08"),
        (
            &running,
            json!({"command": "pause", "reason": "Waiting for the contractor"}),
            "E09",
        ),
        (&running, json!({"command": "hold"}), "E09"),
        (&running, json!({"command": "stop_clock"}), "E09"),
        (
            &answered,
            json!({"command": "decide_point", "point": 1, "decision": "not_upheld", "reasons": "x"}),
            "E10",
        ),
        (
            &braille,
            json!({"command": "acknowledge", "stage": 1, "definition": "Mould", "outcomes_sought": "A repair",
                          "handler": "Daniel Price", "responsible_for": "x", "not_responsible_for": "y"}),
            "E15",
        ),
        (
            &fresh,
            json!({"command": "merge_duplicate", "reference": &fresh, "received_at": ago(10), "reason": "x"}),
            "E16",
        ),
        (&fresh, json!({"command": "escalate"}), "wrong_state"),
        (
            &fresh,
            json!({"command": "note", "text": "x", "at": in_future}),
            "validation",
        ),
        (
            &fresh,
            json!({"command": "decide_point", "point": 9, "decision": "upheld", "reasons": "x"}),
            "wrong_state",
        ),
        (
            &fresh,
            json!({"command": "restrict", "people": [], "reason": "Staff"}),
            "E14",
        ),
    ];
    for (reference, command, code) in cases {
        let before = officer.get(&format!("/cases/{reference}")).is(200)["version"].clone();
        officer
            .does(reference, command.clone())
            .refuses(422, code, None);
        let after = officer.get(&format!("/cases/{reference}")).is(200)["version"].clone();
        assert_eq!(before, after, "a refusal changes nothing: {command}");
    }
}

#[test]
fn money_is_agreed_by_another_within_their_limit() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let finance = server.caller("Payments", &["finance"]);
    let reference = officer.log(&complaint(10));
    acknowledge(&officer, &reference, "Daniel Price");
    officer.done(
        &reference,
        json!({"command": "offer_remedy", "kind": "financial_remedy", "description": "For the delay", "points": [1],
               "amount_pence": 15_000, "head": "distress", "guidance_ref": "Policy 3", "due": in_days(20), "owner": "Finance"}),
    );
    let pay =
        json!({"command": "record_payment", "remedy": 1, "paid_on": in_days(0), "method": "BACS"});
    finance.does(&reference, pay).refuses(422, "E13", None);
    let case = officer.done(
        &reference,
        json!({"command": "request_approval", "subject": {"what": "remedy", "remedy": 1}}),
    );
    assert_eq!(case["approvals"][0]["subject"]["what"], "remedy");
    officer
        .does(&reference, json!({"command": "approve", "approval": 1}))
        .refuses(422, "E13", None);
}

#[test]
fn stage_2_is_the_last_and_reviewed_by_someone_else() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = answered(&officer);
    officer.done(&reference, json!({"command": "escalate", "at": ago(5)}));
    officer
        .does(&reference, json!({"command": "escalate", "at": ago(4)}))
        .refuses(422, "E06", None);
    officer
        .does(
            &reference,
            json!({"command": "assign", "stage": 2, "handler": "daniel  price"}),
        )
        .refuses(422, "E05", None);
    officer.done(
        &reference,
        json!({"command": "assign", "stage": 2, "handler": "Grace Bello"}),
    );
}
