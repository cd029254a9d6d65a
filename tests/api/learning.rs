//! The learning log by the API: entered once, changed on the version that was read, done only with its evidence.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Server;
use crate::support::words::{complaint, in_days};

#[test]
fn a_learning_is_entered_once_and_finished_with_its_evidence() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let person = json!({"id": "ada", "name": "Ada Lane", "roles": ["housing_officer"]});
    setup.post("/people", &person).is(201);
    let reference = officer.log(&complaint(3));
    let mut learning = json!({"learnt": "Gutters are never looked at.", "change": "Every gutter once a year.",
        "kind": "process", "owner": "Ada Lane", "due": in_days(30), "measure": "No damp from a gutter for a year.",
        "cases": [reference], "category": "property_condition.damp_and_mould"});
    let key = [("Idempotency-Key", "one")];
    let entered = officer
        .call(Method::POST, "/learning", &learning, &key)
        .is(201);
    assert_eq!(
        (
            &entered["number"],
            &entered["version"],
            &entered["learning"]["owner"]
        ),
        (&json!(1), &json!(1), &json!("ada"))
    );
    let again = officer.call(Method::POST, "/learning", &learning, &key);
    assert_eq!(again.is(201)["number"], 1);
    let mut unknown = learning.clone();
    unknown["owner"] = json!("nobody");
    officer
        .post("/learning", &unknown)
        .refuses(422, "validation", Some("owner"));
    unknown["owner"] = json!("ada");
    unknown["category"] = json!("gutters");
    officer
        .post("/learning", &unknown)
        .refuses(422, "validation", Some("category"));

    let put = |version: u32, learning: &Value| {
        let body = json!({"version": version, "learning": learning, "why": "It is done."});
        officer.call(Method::PUT, "/learning/1", &body, &[])
    };
    learning["progress"] = json!("done");
    learning["ended_on"] = json!(in_days(0));
    put(1, &learning).refuses(422, "validation", Some("outcome"));
    learning["outcome"] = json!("The plan of March.");
    put(7, &learning).refuses(412, "stale", None);
    assert_eq!(put(1, &learning).is(200)["version"], 2);
    let versions = officer.get("/learning/1").is(200)["versions"].clone();
    let told: Vec<_> = versions
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["version"].clone(), one["learning"]["progress"].clone()))
        .collect();
    assert_eq!(
        told,
        [(json!(2), json!("done")), (json!(1), json!("planned"))]
    );
    let log = officer.get("/learning").is(200);
    assert_eq!(log["learnings"][0]["learning"]["cases"], json!([reference]));
    officer.get("/learning/2").refuses(404, "not_found", None);
}
