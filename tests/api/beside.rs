//! Cases beside each other: what is shown to few stays with few, and what was promised stays promised.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::support::words::{ago, complaint, in_days};
use crate::support::{Caller, Server};

fn acknowledge(at: &str) -> Value {
    json!({"command": "acknowledge", "stage": 1, "at": at, "definition": "Mould", "outcomes_sought": "A repair",
        "handler": "Daniel Price"})
}

fn unrelated() -> Value {
    json!({"command": "add_point", "text": "And the caretaker follows me.",
        "category": "property_condition.damp_and_mould", "related": false})
}

/// The case that the last command opened beside this one.
fn opened(caller: &Caller, reference: &str) -> String {
    let case = caller.get(&format!("/cases/{reference}")).is(200);
    let linked = case["linked_cases"].as_array().expect("links");
    linked
        .last()
        .expect("a case beside")
        .as_str()
        .expect("a reference")
        .to_owned()
}

#[test]
fn what_comes_out_of_a_restricted_case_is_restricted_too() {
    let server = Server::start();
    let inside = server.caller("Inside", &["complaints_officer"]);
    let outside = server.caller("Outside", &["complaints_officer"]);
    let mut intake = complaint(3);
    intake["members"] = json!([
        {"name": "Kofi Okonjo", "property_ref": "00700123"},
        {"name": "A neighbour", "property_ref": "00700124"}
    ]);
    intake["triage"] = json!({"vulnerability": true, "legal": true});
    let parent = inside.log(&intake);
    inside.done(
        &parent,
        json!({"command": "restrict", "people": ["Inside"], "reason": "Safety."}),
    );
    inside.done(&parent, unrelated());
    let beside = opened(&inside, &parent);
    let child = inside.get(&format!("/cases/{beside}")).is(200);
    assert_eq!(child["restricted"], true);
    assert_eq!(child["triage"]["vulnerability"], true);
    assert_eq!(child["triage"]["legal"], false);
    assert_eq!(child["members"].as_array().map(Vec::len), Some(1));
    outside.get(&format!("/cases/{beside}")).is(404);
    // Nobody hangs a case on one that they may not see.
    let mut orphan = complaint(1);
    orphan["parent"] = json!(parent);
    outside
        .post("/cases", &orphan)
        .refuses(422, "not_found", Some("parent"));
    let own = inside.post("/cases", &orphan).is(201);
    assert_eq!(own["restricted"], true);
    // An open case does not name a restricted one.
    let open = inside.log(&complaint(1));
    inside
        .does(
            &open,
            json!({"command": "link_case", "reference": parent, "relation": "The same home."}),
        )
        .refuses(422, "E14", Some("reference"));
    let other = inside.log(&complaint(1));
    let linked = json!({"command": "link_case", "reference": other, "relation": "The same home."});
    inside.done(&open, linked);
    assert_eq!(opened(&inside, &other), open, "both say so");
}

#[test]
fn a_new_policy_moves_no_date_that_a_letter_promised() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let administrator = server.caller("Set-up", &["administrator"]);
    let reference = officer.log(&complaint(4));
    let mut policy = administrator.get("/policy").is(200)["policy"].clone();
    policy["landlord"]["name"] = json!("Example Homes");
    policy["clocks"]["s1_response"] = json!(4);
    let change = json!({"policy": policy, "from": in_days(0), "why": "We answer sooner."});
    administrator
        .call(reqwest::Method::PUT, "/policy", &change, &[])
        .is(200);
    let case = officer.done(&reference, acknowledge(&ago(0)));
    let clock = case["clocks"]
        .as_array()
        .and_then(|clocks| clocks.iter().find(|clock| clock["id"] == "S1_RESPONSE"))
        .expect("a clock");
    let due: NaiveDate = clock["due"]
        .as_str()
        .expect("a date")
        .parse()
        .expect("a date");
    let blocks = case["letters"][0]["blocks"].as_array().expect("blocks");
    let told = blocks
        .iter()
        .find(|block| block["name"] == "due")
        .and_then(|block| block["text"].as_str())
        .expect("a promise");
    let day = due.format("%a %-d %b %Y").to_string();
    assert!(told.contains(&day), "{told} but {day}");
}

#[test]
fn stage_2_is_decided_by_those_who_review() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let housing = server.caller("Repairs system", &["housing_officer"]);
    let reference = officer.log(&complaint(20));
    let decide = json!({"command": "decide_point", "point": 1, "decision": "upheld", "reasons": "The survey."});
    officer.done(&reference, acknowledge(&ago(19)));
    housing.done(&reference, decide.clone());
    officer.done(
        &reference,
        json!({"command": "respond", "stage": 1, "summary": "We are sorry."}),
    );
    officer.done(&reference, json!({"command": "escalate"}));
    let mut second = acknowledge(&ago(0));
    second["stage"] = json!(2);
    second["handler"] = json!("Grace Bello");
    second.as_object_mut().expect("fields").remove("at");
    officer.done(&reference, second);
    housing.does(&reference, decide.clone()).is(403);
    officer.done(&reference, decide);
}
