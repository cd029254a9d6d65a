//! The Ombudsman's branch runs beside the stages and blocks none of them (domain rules §5).

use serde_json::json;

use super::*;
use crate::domain::ombudsman::HosState;

fn refer(route: &str) -> Value {
    json!({ "command": "refer", "hos_reference": "20261234", "route": route })
}

fn state(play: &Play) -> HosState {
    play.case.ombudsman.as_ref().unwrap().state
}

#[test]
fn from_the_enquiry_to_the_orders_complied_with() {
    let doc = json!({ "command": "attach", "document": { "id": 0, "sha256": "ab", "size": 1, "media_type": "x/y",
        "file_name": "a", "title": "Proof", "kind": "order_evidence", "added_by": "", "added_at": at("2026-11-23") } });
    let play = Play::at(State::S2Responded)
        .does("olive", refer("enquiry"))
        .does("olive", doc);
    assert_eq!(state(&play), HosState::EnquiryNotified);
    let play = play.does(
        "olive",
        json!({ "command": "record_hos_direction", "respond_by": "2026-12-18" }),
    );
    assert_eq!(state(&play), HosState::DirectedToRespond);
    let play = play.does(
        "olive",
        json!({ "command": "record_hos_task", "items": ["04", "06"] }),
    );
    assert_eq!(state(&play), HosState::EvidenceRequested);
    assert_eq!(
        play.case.ombudsman.as_ref().unwrap().tasks[0]
            .due
            .to_string(),
        "2026-12-24",
        "15 working days"
    );
    let play = play.does(
        "olive",
        json!({ "command": "send_hos_evidence", "task": 1, "note": "Bundle" }),
    );
    assert_eq!(state(&play), HosState::EvidenceSent);
    let play = play.does("olive", refer("full_investigation"));
    assert_eq!(state(&play), HosState::UnderInvestigation);
    let determination = json!({ "command": "record_determination",
        "heads": [{ "text": "Damp", "category": "property_condition.damp_and_mould", "finding": "severe_maladministration" }],
        "orders": [{ "kind": "apology", "text": "Say sorry", "due": "2027-01-04" },
                   { "kind": "compensation", "text": "Pay", "amount_pence": 60000, "due": "2027-01-04" }],
        "recommendations": ["Review the policy"] });
    let play = play.does("olive", determination);
    assert_eq!(state(&play), HosState::OrdersOpen);
    let comply =
        |order: u32| json!({ "command": "complete_order", "order": order, "evidence": [1] });
    let play = play.does("olive", comply(1));
    assert_eq!(state(&play), HosState::OrdersOpen);
    let review = play.clone().does(
        "olive",
        json!({ "command": "record_hos_task", "items": [] }),
    );
    assert_eq!(
        state(&review),
        HosState::OrdersOpen,
        "a task of a review hides no order"
    );
    let play = play.does("olive", comply(2));
    assert_eq!(state(&play), HosState::OrdersComplied);
    assert_eq!(
        play.refused("olive", comply(2)).code.to_string(),
        "wrong_state"
    );
    let again = play.does(
        "olive",
        json!({ "command": "record_determination",
        "heads": [{ "text": "Review", "finding": "maladministration" }],
        "orders": [{ "kind": "meeting", "text": "Meet", "due": "2027-02-01" }] }),
    );
    assert_eq!(
        again
            .case
            .ombudsman
            .as_ref()
            .unwrap()
            .orders()
            .last()
            .unwrap()
            .id
            .0,
        3,
        "numbers go on"
    );
    assert_eq!(state(&again), HosState::OrdersOpen);
    assert_eq!(
        again.case.state,
        State::S2Responded,
        "the stages stand where they stood"
    );
}

#[test]
fn it_blocks_nothing_in_any_state() {
    for state in State::ALL {
        let bare = Play::at(state);
        let referred = bare.clone().does("olive", refer("assessment"));
        assert_eq!(referred.case.state, state);
        for command in [
            close(),
            json!({ "command": "withdraw", "account": "x" }),
            json!({ "command": "escalate" }),
        ] {
            let code = |play: &Play| {
                play.tries("olive", command.clone())
                    .map(|e| kinds(&e))
                    .map_err(|r| r.code)
            };
            assert_eq!(code(&bare), code(&referred), "{command} in {state:?}");
        }
    }
}

#[test]
fn what_is_recorded_makes_sense() {
    let play = Play::at(State::S1Responded).does("olive", refer("enquiry"));
    let bad = [
        (
            json!({ "command": "refer", "hos_reference": " ", "route": "enquiry" }),
            "hos_reference",
        ),
        (
            json!({ "command": "record_hos_task", "items": ["15"] }),
            "items",
        ),
        (
            json!({ "command": "record_hos_task", "items": ["+1"] }),
            "items",
        ),
        (
            json!({ "command": "record_hos_task", "due": "0026-01-01" }),
            "due",
        ),
        (
            json!({ "command": "record_hos_direction", "respond_by": "20260-01-01" }),
            "",
        ),
        (json!({ "command": "send_hos_evidence", "task": 9 }), "task"),
        (
            json!({ "command": "record_determination", "heads": [] }),
            "heads",
        ),
        (
            json!({ "command": "record_determination", "heads": [{ "text": "x", "category": "weather", "finding": "withdrawn" }] }),
            "heads",
        ),
        (
            json!({ "command": "record_determination", "heads": [{ "text": "x", "finding": "withdrawn" }], "recommendations": [""] }),
            "recommendations",
        ),
        (
            json!({ "command": "record_determination", "heads": [{ "text": "x", "finding": "withdrawn" }],
            "orders": [{ "kind": "other", "text": "x", "amount_pence": -1, "due": "2027-01-04" }] }),
            "orders",
        ),
        (
            json!({ "command": "complete_order", "order": 1, "evidence": [] }),
            "order",
        ),
        (
            json!({ "command": "complete_order", "order": 1, "evidence": [7] }),
            "evidence",
        ),
        (
            json!({ "command": "answer_recommendation", "recommendation": 1, "accepted": true, "reason": "x" }),
            "recommendation",
        ),
        (
            json!({ "command": "record_hos_notice", "notice": { "kind": "chfn", "text": "x", "issued_on": "2030-01-01" } }),
            "notice",
        ),
    ];
    for (command, field) in bad {
        if field.is_empty() {
            assert!(serde_json::from_value::<Command>(command).is_err());
        } else {
            assert_eq!(
                play.refused("olive", command.clone()).field,
                Some(field),
                "{command}"
            );
        }
    }
    let unknown = Play::at(State::S1Responded);
    for command in ["record_hos_task", "record_hos_direction"] {
        let refusal = unknown.refused(
            "olive",
            json!({ "command": command, "respond_by": "2027-01-04" }),
        );
        assert_eq!(
            refusal.code.to_string(),
            "wrong_state",
            "{command} before the referral"
        );
    }
}

#[test]
fn a_direction_that_was_answered_does_not_start_again_at_stage_2() {
    let direction = json!({ "command": "record_hos_direction", "respond_by": "2026-12-18" });
    let answered = Play::at(State::S1Investigating)
        .does("olive", refer("enquiry"))
        .does("olive", direction)
        .does("olive", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"))
        .does("olive", respond(1));
    let directed = |play: &Play| {
        let clocks = play
            .case
            .clocks(&play.calendar, &play.policy.clocks, play.now);
        let mut directed = clocks
            .into_iter()
            .filter(|clock| clock.id.as_str() == "HOS_DIRECTED");
        let clock = directed.next().unwrap();
        assert!(directed.next().is_none());
        clock.met_on
    };
    let met = directed(&answered);
    assert!(met.is_some());
    let escalated = answered.does("cal", json!({ "command": "escalate" }));
    assert_eq!(directed(&escalated), met);
}

#[test]
fn the_side_ways_of_the_branch_have_their_names() {
    let first = |route: &str| state(&Play::at(State::S2Responded).does("olive", refer(route)));
    assert_eq!(first("early_resolution"), HosState::EarlyResolution);
    assert_eq!(first("outside_jurisdiction"), HosState::OutsideJurisdiction);
    assert_eq!(first("assessment"), HosState::EnquiryNotified);
    let play = Play::at(State::S2Responded)
        .does("olive", refer("enquiry"))
        .does("olive", refer("early_resolution"));
    assert_eq!(state(&play), HosState::EarlyResolution);
    let review = json!({ "command": "request_hos_review", "by": "landlord", "reason": "A head was missed." });
    assert_eq!(
        play.refused("olive", review.clone()).code.to_string(),
        "wrong_state",
        "nothing has been determined"
    );
    let heads = json!([{ "text": "Damp", "finding": "maladministration" }]);
    let without = play.clone().does(
        "olive",
        json!({ "command": "record_determination", "heads": heads }),
    );
    let asked = without.does("olive", review.clone());
    assert_eq!(state(&asked), HosState::ReviewRequested);
    let last = asked.case.ombudsman.as_ref().unwrap().determinations[0].review_requested_by;
    assert_eq!(serde_json::to_value(last).unwrap(), json!("landlord"));
    let with = play.does(
        "olive",
        json!({ "command": "record_determination", "heads": heads,
            "orders": [{ "kind": "apology", "text": "Say sorry", "due": "2027-01-04" }] }),
    );
    let asked = with.does("olive", review);
    assert_eq!(
        state(&asked),
        HosState::OrdersOpen,
        "orders stand meanwhile"
    );
}

#[test]
fn a_failure_notice_has_a_clock_until_it_is_complied_with() {
    let notice = json!({ "command": "record_hos_notice",
        "notice": { "kind": "chfn", "text": "Answer her.", "issued_on": "2026-12-01", "comply_by": "2026-12-08" } });
    let doc = json!({ "command": "attach", "document": { "id": 0, "sha256": "ab", "size": 1, "media_type": "x/y",
        "file_name": "a", "title": "Proof", "kind": "order_evidence", "added_by": "", "added_at": at("2026-11-23") } });
    let play = Play::at(State::S1Responded)
        .on("2026-12-02")
        .does("olive", doc)
        .does("olive", refer("enquiry"))
        .does("olive", notice);
    assert_eq!(state(&play), HosState::Chfn);
    let clock = |play: &Play| {
        let clocks = play
            .case
            .clocks(&play.calendar, &play.policy.clocks, play.now);
        let found = clocks.into_iter().find(|c| c.id.as_str() == "HOS_NOTICE");
        found.map(|clock| (clock.due.to_string(), clock.is_open()))
    };
    assert_eq!(clock(&play), Some(("2026-12-08".into(), true)));
    let comply = |notice: u32, evidence: Value| json!({ "command": "complete_hos_notice", "notice": notice, "evidence": evidence });
    assert_eq!(
        play.refused("olive", comply(0, json!([1]))).field,
        Some("notice")
    );
    assert_eq!(
        play.refused("olive", comply(2, json!([1]))).field,
        Some("notice")
    );
    assert_eq!(
        play.refused("olive", comply(1, json!([]))).field,
        Some("evidence")
    );
    let done = play.does("olive", comply(1, json!([1])));
    assert_eq!(clock(&done), Some(("2026-12-08".into(), false)));
    assert_eq!(state(&done), HosState::EnquiryNotified);
    assert!(done.tries("olive", comply(1, json!([1]))).is_err(), "once");
}
