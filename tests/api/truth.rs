//! The document says what the program does, and the program what the document says.

use reqwest::Method;
use serde_json::json;

use crate::support::Server;

#[test]
fn every_route_of_the_document_answers_and_no_other() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer", "administrator"]);
    let operations = officer.document().operations();
    assert!(operations.len() > 25, "{operations:?}");
    for (method, path) in &operations {
        let filled = path
            .replace("{reference}", "C-2020-9999")
            .replace("{format}", "none")
            .replace("{id}", "77");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = officer.call(method.clone(), &filled, &json!({}), &[]);
        // A route that is not there would say so in other words than a thing that is not.
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(
            !answer.text().contains("no such address"),
            "{method} {path}"
        );
        assert!(answer.status < 500, "{method} {path} {}", answer.text());
    }
    officer.get("/nothing").refuses(404, "not_found", None);
    officer
        .call(Method::DELETE, "/cases", &json!({}), &[])
        .refuses(405, "wrong_method", None);
}

#[test]
fn every_route_but_health_asks_who_calls() {
    let server = Server::start();
    let stranger = server.stranger();
    let forger = server.with_secret("redress_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for (method, path) in stranger.document().operations() {
        let filled = path
            .replace("{reference}", "C-2026-0001")
            .replace("{format}", "x")
            .replace("{id}", "1");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        for caller in [&stranger, &forger] {
            let answer = caller.call(method.clone(), &filled, &json!({}), &[]);
            match path.as_str() {
                "/healthz" | "/metrics" => assert_eq!(answer.status, 200),
                _ => {
                    answer.refuses(401, "unauthenticated", None);
                    assert_eq!(answer.header("www-authenticate"), "Bearer");
                }
            }
        }
    }
}

#[test]
fn problems_carry_the_number_of_the_request() {
    let server = Server::start();
    let answer = server.stranger().get("/cases");
    let problem = answer.refuses(401, "unauthenticated", None);
    assert_eq!(
        problem["request_id"].as_str(),
        Some(answer.header("x-request-id"))
    );
    assert_eq!(problem["type"], "urn:redress:problem:unauthenticated");
    assert_eq!(problem["status"], 401);
}

#[test]
fn another_sites_page_cannot_use_the_api() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("origin", "https://evil.example")],
    ] {
        officer
            .call(Method::POST, "/cases", &json!({}), &headers)
            .refuses(403, "cross_site", None);
    }
}
