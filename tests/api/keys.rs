//! `Idempotency-Key` where two requests meet, and on everything that is made.

use std::thread;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Caller, Server};

fn keyed(caller: &Caller, path: &str, body: &Value, key: &str) -> crate::support::Answer {
    caller.call(Method::POST, path, body, &[("idempotency-key", key)])
}

#[test]
fn two_at_once_with_one_key_are_one() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let commands = format!("/cases/{reference}/commands");
    let documents = format!("/cases/{reference}/documents");
    for round in 0..4 {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let note = json!({"command": "note", "text": format!("Round {round}")});
                    keyed(&officer, &commands, &note, &format!("note-{round}")).is(200);
                    let part = reqwest::blocking::multipart::Part::bytes(vec![b'x'; 200 + round]);
                    let form = reqwest::blocking::multipart::Form::new()
                        .part("file", part.file_name("x.txt"));
                    let request = officer
                        .request(Method::POST, &documents)
                        .header("idempotency-key", format!("file-{round}"))
                        .multipart(form);
                    officer.send(&Method::POST, &documents, request).is(201);
                });
            }
        });
    }
    let case = officer.get(&format!("/cases/{reference}")).is(200);
    assert_eq!(
        case["version"],
        1 + 4 * 2,
        "each note and file is there once"
    );
    assert_eq!(case["documents"].as_array().map(Vec::len), Some(4));
}

#[test]
fn people_tokens_and_policies_are_made_once() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let person = json!({"id": "ana.silva", "name": "Ana Silva", "roles": ["board"]});
    for _ in 0..2 {
        let made = keyed(&setup, "/people", &person, "p1").is(201);
        assert_eq!(made["id"], "ana.silva");
    }
    let other = json!({"id": "bo.lund", "name": "Bo Lund", "roles": ["board"]});
    keyed(&setup, "/people", &other, "p1").refuses(409, "conflict", None);

    let token = json!({"name": "Import", "roles": ["board"]});
    keyed(&setup, "/tokens", &token, "t1").is(201);
    keyed(&setup, "/tokens", &token, "t1").refuses(409, "conflict", None);
    let tokens = setup.get("/tokens").is(200);
    assert_eq!(tokens.as_array().map(Vec::len), Some(2), "{tokens}");

    let mut ids = Vec::new();
    for _ in 0..2 {
        let part = reqwest::blocking::multipart::Part::bytes(b"Our policy".to_vec());
        let form = reqwest::blocking::multipart::Form::new()
            .text("kind", "complaints")
            .text("title", "Complaints policy")
            .text("version", "4")
            .text("effective_from", "2026-01-01")
            .part("file", part.file_name("policy.txt"));
        let request = setup
            .request(Method::POST, "/policies")
            .header("idempotency-key", "r1")
            .multipart(form);
        let added = setup.send(&Method::POST, "/policies", request).is(201);
        ids.push(added["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    let register = setup.get("/policies").is(200);
    assert_eq!(register.as_array().map(Vec::len), Some(1));
}

#[test]
fn nobody_goes_by_a_name_that_means_another() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let person = json!({"id": "ana.silva", "name": "Ana Silva", "roles": ["board"]});
    setup.post("/people", &person).is(201);
    for name in [
        "Redress",
        "command-line",
        "Command line",
        "setup",
        "Ana  Silva",
        "ana.silva",
    ] {
        setup
            .post("/tokens", &json!({"name": name, "roles": ["board"]}))
            .refuses(422, "validation", Some("name"));
    }
    setup
        .post(
            "/people",
            &json!({"id": "setup", "name": "S", "roles": ["board"]}),
        )
        .refuses(422, "validation", Some("id"));
    // A token that has ended leaves its name to the next one.
    let old = setup
        .post("/tokens", &json!({"name": "Nightly", "roles": ["board"]}))
        .is(201);
    let path = format!("/tokens/{}", old["id"]);
    setup.call(Method::DELETE, &path, &Value::Null, &[]).is(200);
    setup
        .post("/tokens", &json!({"name": "Nightly", "roles": ["board"]}))
        .is(201);
}
