//! The board: each count is the number of cases in the list it names, and a restricted case is in none that others see.

use serde_json::{Value, json};

use crate::support::words::{ago, complaint};
use crate::support::{Caller, Server};

/// The count of a measure on a board.
fn figure(board: &Value, measure: &str) -> u64 {
    let figures = board["figures"].as_array().expect("as the document says");
    let found = figures.iter().find(|figure| figure["measure"] == measure);
    found.expect("as the document says")["now"]
        .as_u64()
        .expect("as the document says")
}

/// How many cases the list of a measure has in the board's period.
fn listed(caller: &Caller, board: &Value, measure: &str) -> u64 {
    let (from, to) = (
        board["from"].as_str().expect("as the document says"),
        board["to"].as_str().expect("as the document says"),
    );
    let query = format!("measure={measure}&measure_from={from}&measure_to={to}");
    let page = caller.get(&format!("/cases?{query}")).is(200);
    assert_eq!(
        page["items"]
            .as_array()
            .expect("as the document says")
            .len() as u64,
        page["total"]
    );
    page["total"].as_u64().expect("as the document says")
}

#[test]
fn every_count_has_its_list_and_a_restricted_case_is_in_neither() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let board_member = server.caller("Member", &["board"]);
    let references: Vec<String> = [40, 30, 20, 1]
        .map(|days| officer.log(&complaint(days)))
        .into();
    let acknowledge = |reference: &str, days: u64| {
        officer.done(
            reference,
            json!({"command": "acknowledge", "stage": 1, "at": ago(days), "definition": "Mould",
                   "outcomes_sought": "A repair", "handler": "Daniel Price",
                   "responsible_for": "The building", "not_responsible_for": "Contents"}),
        );
    };
    acknowledge(&references[0], 38);
    acknowledge(&references[1], 10);
    let board = board_member.get("/board").is(200);
    let counts = |board: &Value| {
        [
            "s1_received",
            "s1_acknowledged_in_time",
            "s1_acknowledged_late",
            "s1_not_acknowledged",
            "s1_answered",
        ]
        .map(|measure| figure(board, measure))
    };
    assert_eq!(counts(&board), [4, 1, 1, 2, 0]);
    assert_eq!(
        board["themes"],
        json!([{"name": "property_condition", "now": 4, "before": 0}])
    );
    assert_eq!(board["queue"]["open"], 4);
    for figure in board["figures"].as_array().expect("as the document says") {
        let measure = figure["measure"].as_str().expect("as the document says");
        assert_eq!(
            listed(&board_member, &board, measure),
            figure["now"],
            "{measure}"
        );
    }
    officer.done(
        &references[0],
        json!({"command": "withdraw", "account": "It is mended", "at": ago(1)}),
    );
    assert_eq!(figure(&board_member.get("/board").is(200), "ended"), 1);

    officer.done(
        &references[1],
        json!({"command": "restrict", "people": ["Case system"], "reason": "A member of staff is named"}),
    );
    let theirs = board_member.get("/board").is(200);
    assert_eq!(counts(&theirs), [3, 1, 0, 2, 0]);
    assert_eq!(listed(&board_member, &theirs, "s1_acknowledged_late"), 0);
    let named = officer.get("/board?period=quarter").is(200);
    assert_eq!(
        counts(&named),
        [4, 1, 1, 2, 0],
        "whoever is named on it counts it"
    );
    assert_eq!(listed(&officer, &named, "s1_acknowledged_late"), 1);
    officer
        .get("/board?period=century")
        .refuses(422, "validation", Some("period"));
    officer
        .get("/cases?measure=s9_lost")
        .refuses(422, "validation", Some("measure"));
    server.stranger().get("/board").is(401);
}
