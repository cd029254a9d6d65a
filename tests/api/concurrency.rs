//! Many at once: stale writes, repeated requests, and sixteen writers and readers.

use std::collections::BTreeSet;
use std::thread;

use reqwest::Method;
use serde_json::json;

use crate::support::Server;
use crate::support::words::complaint;

#[test]
fn a_stale_write_is_told_the_present_version() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let path = format!("/cases/{reference}/commands");
    let note = json!({"command": "note", "text": "Rang back."});
    let done = officer.call(Method::POST, &path, &note, &[("if-match", "\"1\"")]);
    done.is(200);
    assert_eq!(done.header("etag"), "\"2\"");
    let stale = officer.call(Method::POST, &path, &note, &[("if-match", "\"1\"")]);
    assert_eq!(stale.refuses(412, "stale", None)["current"], 2);
    officer
        .call(Method::POST, &path, &note, &[("if-match", "one")])
        .refuses(422, "validation", Some("If-Match"));
    let documents = format!("/cases/{reference}/documents");
    let form = reqwest::blocking::multipart::Form::new()
        .text("title", "x")
        .part(
            "file",
            reqwest::blocking::multipart::Part::bytes(b"x".to_vec()).file_name("x.txt"),
        );
    let request = officer
        .request(Method::POST, &documents)
        .header("if-match", "\"1\"")
        .multipart(form);
    officer
        .send(&Method::POST, &documents, request)
        .refuses(412, "stale", None);
    assert_eq!(
        officer.get(&format!("/cases/{reference}")).is(200)["version"],
        2
    );
}

#[test]
fn a_repeated_request_is_the_same_request_even_after_a_crash() {
    let mut server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let key = [("idempotency-key", "11112222-aaaa")];
    let intake = complaint(3);
    let mut references = BTreeSet::new();
    for _ in 0..5 {
        let case = officer.call(Method::POST, "/cases", &intake, &key).is(201);
        references.insert(case["reference"].as_str().expect("a reference").to_owned());
    }
    let secret = server.token("Second", &["complaints_officer"]);
    let data = server.data.clone();
    server.kill();
    let again = Server::on(data);
    let other = again.with_secret(&secret);
    // The key is the caller's own: another caller may use the same text for another case.
    let theirs = other.call(Method::POST, "/cases", &intake, &key).is(201);
    assert!(!references.contains(theirs["reference"].as_str().expect("a reference")));
    assert_eq!(references.len(), 1);
    assert_eq!(other.get("/cases").is(200)["total"], 2);
    other
        .call(Method::POST, "/cases", &complaint(4), &key)
        .refuses(409, "conflict", None);

    let reference = theirs["reference"]
        .as_str()
        .expect("a reference")
        .to_owned();
    let path = format!("/cases/{reference}/commands");
    let note = json!({"command": "note", "text": "Once."});
    for _ in 0..4 {
        other
            .call(Method::POST, &path, &note, &[("idempotency-key", "note-1")])
            .is(200);
    }
    assert_eq!(
        other.get(&format!("/cases/{reference}")).is(200)["version"],
        2
    );
    other
        .call(
            Method::POST,
            &path,
            &json!({"command": "note", "text": "Twice."}),
            &[("idempotency-key", "note-1")],
        )
        .refuses(409, "conflict", None);
    let long = "k".repeat(256);
    other
        .call(Method::POST, &path, &note, &[("idempotency-key", &long)])
        .refuses(422, "validation", Some("Idempotency-Key"));
}

#[test]
fn sixteen_writers_and_readers_lose_nothing() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let shared = officer.log(&complaint(3));
    let each = 12;
    let won: u64 = thread::scope(|scope| {
        let writers: Vec<_> = (0..16)
            .map(|writer| {
                let (officer, shared) = (officer.clone(), shared.clone());
                scope.spawn(move || {
                    let mut won = 0;
                    let own = officer.log(&complaint(2));
                    for i in 0..each {
                        let note = json!({"command": "note", "text": format!("writer {writer}, note {i}")});
                        officer.done(&own, note.clone());
                        // Everyone wants the shared case: what is stale is told so, and nothing is lost.
                        let seen = officer.get(&format!("/cases/{shared}")).is(200)["version"].to_string();
                        let path = format!("/cases/{shared}/commands");
                        let etag = format!("\"{seen}\"");
                        let answer = officer.call(Method::POST, &path, &note, &[("if-match", &etag)]);
                        match answer.status {
                            200 => won += 1,
                            _ => drop(answer.refuses(412, "stale", None)),
                        }
                        officer.get("/cases?limit=20").is(200);
                    }
                    let case = officer.get(&format!("/cases/{own}")).is(200);
                    assert_eq!(case["version"], json!(1 + each));
                    won
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().expect("a writer"))
            .sum()
    });
    let case = officer.get(&format!("/cases/{shared}")).is(200);
    assert_eq!(
        case["version"],
        json!(1 + won),
        "every accepted note is there, once"
    );
    assert!(won >= each, "someone wins each round: {won}");
    assert_eq!(officer.get("/cases").is(200)["total"], 17);
    let metrics = officer.get("/metrics").text();
    assert!(metrics.contains("redress_commits_total"), "{metrics}");
}

#[test]
fn a_job_may_be_sent_as_soon_as_the_server_says_that_it_listens() {
    for _ in 0..3 {
        let server = Server::start();
        // Not by a call: that would give it the time it must not need.
        let socket = server.data.with_file_name("redress.redb.sock");
        assert!(socket.exists(), "{}", socket.display());
    }
}
