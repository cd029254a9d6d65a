//! E07, E09, E11, E13, E14: time, promises, money and who may look.

use serde_json::{Value, json};

use super::*;

#[test]
fn e07_an_extension_has_a_date_a_reason_an_interval_and_its_approval() {
    let good = json!({ "command": "extend", "stage": 1, "new_due": "2026-12-15", "reason": "A survey is booked.",
        "update_every_days": 5 });
    // Acknowledged Mon 23 Nov: due Mon 7 Dec, at most Mon 21 Dec without a good reason.
    let play = Play::at(State::S1Investigating);
    assert!(play.tries("olive", good.clone()).is_ok());
    refused(
        &play,
        "olive",
        but(good.clone(), "new_due", json!(null)),
        "E07",
        "new_due",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "new_due", json!("2026-12-07")),
        "E07",
        "new_due",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "new_due", json!("9999-12-31")),
        "E07",
        "new_due",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "reason", json!("\n")),
        "E07",
        "reason",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "update_every_days", json!(0)),
        "E07",
        "update_every_days",
        "5.9",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "update_every_days", json!(null)),
        "E07",
        "update_every_days",
        "5.9",
    );
    let silent = play.clone().with(|policy| policy.ombudsman.name.clear());
    refused(&silent, "olive", good.clone(), "E07", "ombudsman", "6.5");

    let long = but(good.clone(), "new_due", json!("2026-12-22"));
    refused(&play, "olive", long.clone(), "E07", "good_reason", "6.4");
    let reasoned = but(long, "good_reason", json!("The only surveyor is ill."));
    refused(
        &play,
        "olive",
        reasoned.clone(),
        "E07",
        "approved_by",
        "6.4",
    );
    for own in ["olive", "Olive Officer", "OLIVE"] {
        refused(
            &play,
            "olive",
            but(reasoned.clone(), "approved_by", json!(own)),
            "E07",
            "approved_by",
            "6.4",
        );
    }
    refused(
        &play,
        "olive",
        but(reasoned.clone(), "approved_by", json!("cal")),
        "E07",
        "approved_by",
        "6.4",
    );
    let approved = play.does("olive", but(reasoned, "approved_by", json!("dina")));
    assert!(approved.case.stages[0].extensions[0].over_cap);

    let second = Play::at(State::S2Investigating);
    let paper = but(but(good, "stage", json!(2)), "reason", json!(""));
    refused(&second, "rita", paper, "E07", "reason", "6.15");
}

#[test]
fn e07_extensions_add_up_and_none_is_dated_back() {
    let extend = |due: &str| {
        json!({ "command": "extend", "stage": 1, "new_due": due, "reason": "A survey is booked.",
        "update_every_days": 5 })
    };
    let twice = Play::at(State::S1Investigating).does("olive", extend("2026-12-15"));
    assert!(twice.tries("olive", extend("2026-12-21")).is_ok());
    refused(
        &twice,
        "olive",
        extend("2026-12-22"),
        "E07",
        "good_reason",
        "6.4",
    );

    // Due on 7 December; recorded on the 8th and dated the 4th, it is still late.
    let late = Play::at(State::S1Investigating).on("2026-12-08");
    let late = late.does_at("olive", extend("2026-12-15"), at("2026-12-04"));
    let kept = &late.case.stages[0].extensions[0];
    assert!(kept.retrospective && kept.decided_at == at("2026-12-04"));
    let clocks = late
        .case
        .clocks(&late.calendar, &late.policy.clocks, late.now);
    let response = clocks
        .iter()
        .find(|clock| clock.id.as_str() == "S1_RESPONSE")
        .unwrap();
    assert_eq!(
        (response.due.to_string().as_str(), response.in_time),
        ("2026-12-07", Some(false)),
        "cures nothing"
    );
    refused(
        &Play::at(State::S1Investigating).on("2026-12-10"),
        "olive",
        extend("2026-12-09"),
        "E07",
        "new_due",
        "6.4",
    );
}

#[test]
fn e09_nothing_pauses_a_clock() {
    for state in State::ALL {
        for name in ["pause", "hold", "stop_clock"] {
            let pause = json!({ "command": name, "reason": "Waiting for the contractor" });
            refused(&Play::at(state), "dina", pause, "E09", "", "6.4");
        }
    }
}

#[test]
fn e11_a_case_closes_when_every_promise_is_kept_or_explained() {
    let promise = json!({ "command": "promise_action", "what": "Paint", "owner": "hal", "due": "2026-12-20" });
    let play = Play::at(State::S1Responded).does("olive", promise);
    refused(&play, "olive", close(), "E11", "actions", "7.3");
    let cancel = json!({ "command": "cancel_action", "action": 1, "reason": "Painted by Ann." });
    refused(
        &play,
        "olive",
        but(cancel.clone(), "reason", json!("")),
        "E11",
        "reason",
        "7.3",
    );
    let untold = play.clone().does("olive", cancel);
    refused(&untold, "olive", close(), "E11", "actions", "7.3");
    let told = untold.does("olive", json!({ "command": "tell_resident", "action": 1 }));
    assert!(told.tries("olive", close()).is_ok());
    let unproved = json!({ "command": "complete_action", "action": 1 });
    refused(
        &play,
        "hal",
        unproved.clone(),
        "validation",
        "evidence",
        "7.3",
    );
    let done = play.does("hal", but(unproved, "reason", json!("I saw it.")));
    assert!(done.tries("olive", close()).is_ok());
}

#[test]
fn e13_money_is_agreed_by_someone_else_within_their_limit() {
    let offer = |pence: i64| {
        json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "Sorry",
        "due": "2027-01-04", "amount_pence": pence, "head": "distress" })
    };
    let offered = |pence| {
        Play::at(State::S1Investigating)
            .does("olive", decide(1, "upheld"))
            .does("olive", decide(2, "upheld"))
            .does("olive", offer(pence))
    };
    let approved_by = |name: &str| but(respond(1), "approved_by", json!(name));
    let play = offered(25_000);
    refused(&play, "olive", respond(1), "E13", "approved_by", "");
    for own in ["olive", "Olive Officer"] {
        refused(&play, "olive", approved_by(own), "E13", "approved_by", "");
        refused(&play, "otto", approved_by(own), "E13", "approved_by", "");
    }
    refused(&play, "otto", approved_by("otto"), "E13", "approved_by", "");
    // Who may agree to how much: the limit itself, and a penny more.
    for (name, limit) in [
        ("otto", 25_000),
        ("A board member", 25_000),
        ("tom", 100_000),
        ("cal", 0),
        ("fay", 0),
    ] {
        if limit > 0 {
            assert!(
                offered(limit).tries("olive", approved_by(name)).is_ok(),
                "{name} {limit}"
            );
        }
        refused(
            &offered(limit + 1),
            "olive",
            approved_by(name),
            "E13",
            "approved_by",
            "",
        );
    }
    assert!(
        offered(100_000_000)
            .tries("olive", approved_by("dina"))
            .is_ok()
    );
    let done = play.does("olive", approved_by("otto"));
    assert_eq!(
        done.case.remedies[0]
            .compensation
            .as_ref()
            .unwrap()
            .approved_by
            .as_deref(),
        Some("otto")
    );
    assert!(
        Play::at(State::S1Investigating)
            .tries("olive", offer(100_000_001))
            .is_err()
    );
    assert!(
        Play::at(State::S1Investigating)
            .tries("olive", offer(0))
            .is_err()
    );
}

#[test]
fn e13_an_approval_is_asked_of_someone_else_and_money_is_paid_after_it() {
    let offer = json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "Sorry",
        "due": "2027-01-04", "amount_pence": 500_001, "head": "distress" });
    let asked = Play::at(State::S1Investigating).does("olive", offer).does(
        "otto",
        json!({ "command": "request_approval", "subject": { "what": "remedy", "remedy": 1 } }),
    );
    let approve = json!({ "command": "approve", "approval": 1 });
    let pay = json!({ "command": "record_payment", "remedy": 1, "paid_on": "2026-11-24", "method": "BACS" });
    refused(&asked, "otto", approve.clone(), "E13", "approval", "");
    refused(&asked, "olive", approve.clone(), "E13", "approved_by", "");
    refused(&asked, "tom", approve.clone(), "E13", "approved_by", "");
    refused(&asked, "fay", pay.clone(), "E13", "remedy", "");
    let approved = asked.does("dina", approve.clone());
    refused(&approved, "dina", approve, "wrong_state", "approval", "");
    refused(&approved, "olive", pay.clone(), "E13", "remedy", "");
    let complete = json!({ "command": "complete_action", "action": 1, "reason": "Paid." });
    refused(&approved, "olive", complete, "wrong_state", "action", "7.3");
    let paid = approved.does("fay", pay.clone());
    assert_eq!(
        paid.case.open_actions().count(),
        0,
        "the payment completes its action"
    );
    refused(&paid, "fay", pay, "wrong_state", "remedy", "");
}

#[test]
fn e14_a_restriction_never_locks_out_its_keeper() {
    let play = Play::at(State::S1Received);
    let restrict = |people: Value, reason: &str| json!({ "command": "restrict", "people": people, "reason": reason });
    refused(
        &play,
        "dina",
        restrict(json!([]), "Staff"),
        "E14",
        "people",
        "",
    );
    refused(
        &play,
        "dina",
        restrict(json!([" "]), "Staff"),
        "E14",
        "people",
        "",
    );
    refused(
        &play,
        "dina",
        restrict(json!(["olive"]), "Staff"),
        "E14",
        "people",
        "",
    );
    refused(
        &play,
        "dina",
        restrict(json!(["dina"]), ""),
        "validation",
        "reason",
        "",
    );
    let shut = play.does("dina", restrict(json!(["dina", "olive", "olive"]), "Staff"));
    let open: Vec<&str> = STAFF
        .iter()
        .map(|(id, ..)| *id)
        .filter(|id| shut.case.open_to(id))
        .collect();
    assert_eq!(open, ["olive", "dina"], "nobody else, whatever their role");
    assert!(!shut.case.open_to("Dina Director") && !shut.case.open_to(""));
    assert!(
        shut.does(
            "olive",
            json!({ "command": "lift_restriction", "reason": "Over." })
        )
        .case
        .open_to("cal")
    );
}
