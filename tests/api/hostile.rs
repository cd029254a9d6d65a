//! Text that means harm, in every field: kept as the text it is, shown as JSON strings, and in the way of nothing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::words::{HOSTILE, ago, complaint};
use crate::support::{Server, unzip};

/// The complaint with `text` in every field that takes any.
fn hostile(text: &str) -> Value {
    let mut intake = complaint(3);
    for field in [
        "heard_by",
        "account",
        "outcomes_sought",
        "backdating_reason",
    ] {
        intake[field] = json!(text);
    }
    for field in [
        "name",
        "email",
        "phone",
        "address",
        "person_ref",
        "tenancy_ref",
        "property_ref",
        "do_not_call",
    ] {
        intake["complainant"][field] = json!(text);
    }
    intake["complainant"]["adjustments"] = json!([text]);
    intake["representative"] =
        json!({"name": text, "organisation": text, "contact": text, "scope": text});
    intake["points"][0]["text"] = json!(text);
    intake["triage"] = json!({"complexity": text, "note": text});
    intake
}

#[test]
fn hostile_text_is_kept_as_the_text_it_is_and_leaves_in_the_bundle() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    for text in HOSTILE {
        let case = officer.post("/cases", &hostile(text)).is(201);
        assert_eq!(case["account"], json!(text));
        assert_eq!(case["complainant"]["name"], json!(text));
        assert_eq!(case["points"][0]["text"], json!(text));
        let reference = case["reference"].as_str().expect("a reference");
        officer.done(reference, json!({"command": "note", "text": text}));
        officer.done(
            reference,
            json!({"command": "acknowledge", "stage": 1, "at": ago(2), "definition": text, "outcomes_sought": text,
                   "handler": format!("Handler {text}"), "responsible_for": text, "not_responsible_for": text, "adjustments_note": text}),
        );
        let bundle = officer.get(&format!("/cases/{reference}/exports/ombudsman-bundle"));
        assert_eq!(bundle.status, 200, "{text:?}: {}", bundle.text());
        for (name, content) in unzip(&bundle.bytes) {
            assert!(
                !name.contains("..") && !name.starts_with('/') && !name.contains('\\'),
                "{name}"
            );
            if name.ends_with(".csv") {
                let mut rows = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(&content[..]);
                for row in rows.records() {
                    for cell in &row.expect("CSV") {
                        assert!(
                            !cell.starts_with(['=', '+', '-', '@']),
                            "{name}: a formula {cell}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_word_of_a_megabyte_is_taken_and_one_without_end_is_not() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let mut intake = complaint(3);
    intake["account"] = json!("a".repeat(1024 * 1024));
    let reference = officer.log(&intake);
    let case = officer.get(&format!("/cases/{reference}")).is(200);
    assert_eq!(case["account"].as_str().map(str::len), Some(1024 * 1024));
    intake["account"] = json!("a".repeat(5 * 1024 * 1024));
    officer
        .post("/cases", &intake)
        .refuses(422, "validation", Some("account"));
    intake["account"] = json!("a".repeat(17 * 1024 * 1024));
    officer
        .post("/cases", &intake)
        .refuses(413, "too_large", None);
}

#[test]
fn what_is_no_request_is_told_so() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let path = format!("/cases/{reference}/commands");
    let raw = |body: &'static str, kind: &str| {
        let request = officer
            .request(Method::POST, &path)
            .header("content-type", kind)
            .body(body);
        officer.send(&Method::POST, &path, request)
    };
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{\"command\": \"note\", \"text\": \"\u{1}\"}",
        "{\"a\":1,}",
    ] {
        raw(body, "application/json").refuses(400, "malformed", None);
    }
    raw("command=note", "application/x-www-form-urlencoded").refuses(415, "media_type", None);
    let deep = "[".repeat(5_000);
    let body: &'static str = Box::leak(format!("{{\"command\": {deep}").into_boxed_str());
    raw(body, "application/json").refuses(400, "malformed", None);
    for reference in [
        "C-2026",
        "x",
        "C-2026-0001%00",
        "..%2f..",
        "C-9999-999999999",
    ] {
        officer
            .get(&format!("/cases/{reference}"))
            .refuses(404, "not_found", None);
    }
}
