//! The adapter `rest-json`: a made-up system is mapped on the page, tried there, saved, and its records come.

use serde_json::{Value, json};

use super::{Site, call};
use crate::connections::server::{Came, Server as Other, answer};

/// A repairs system that nobody has heard of.
fn system() -> Other {
    Other::start(|came: &Came, _, to| {
        let says = |to: &mut dyn std::io::Write, body: Value| {
            answer(
                to,
                "200 OK",
                "content-type: application/json\r\n",
                &body.to_string(),
            )
        };
        if came.header("authorization") != Some("Bearer let-me-in") {
            return answer(to, "401 Unauthorized", "", "{}");
        }
        match came.target.as_str() {
            "/v9/status" => says(to, json!({"up": true})),
            "/v9/jobs?property=00700123" => says(
                to,
                json!({
                "data": {"jobs": [
                    {"no": 204, "home": "00700123", "fault": "Extractor <b>broken</b>", "raised": "02/09/2026", "state": "O", "trade": {"name": "Electrical"}},
                    {"no": 205, "home": "00700999", "fault": "Somebody else's door", "raised": "03/09/2026", "state": "O", "trade": null}]},
                "links": {"next": "/v9/jobs?property=00700123&cursor=2"}}),
            ),
            "/v9/jobs?property=00700123&cursor=2" => says(
                to,
                json!({
                "data": {"jobs": [{"no": 206, "home": "00700123", "fault": "Mould back", "raised": "05/09/2026", "state": "C"}]}, "links": {}}),
            ),
            "/v9/people" => says(to, json!([])),
            _ => answer(to, "404 Not Found", "", ""),
        }
    })
}

fn linked(other: &Other) -> Value {
    json!({"key": "made up", "plugin": "rest-json", "connections": [{
        "name": "source", "base_url": other.url("/v9/"), "sign_in": "bearer", "secret": "let-me-in",
        "private_network": ["127.0.0.1"], "plain_http": true}]})
}

const TYPED: [(&str, &str); 12] = [
    ("request.path", "jobs?property={property_ref}"),
    ("request.method", "GET"),
    ("list", "data.jobs"),
    ("id", "no"),
    ("title", "{fault} ({trade.name})"),
    ("refs.property_ref", "home"),
    ("fields.description", "fault"),
    ("fields.reported_on", "raised"),
    ("fields.status", "state | map(O = Open, C = Completed)"),
    ("paging.style", "next"),
    ("paging.at", "links.next"),
    ("check", "status"),
];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut typed: Vec<(&str, &str)> = TYPED.to_vec();
    typed.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    typed.extend_from_slice(more);
    typed
}

const PAGE: &str = "/settings/links/made%20up/mapping?kind=repair";

#[test]
fn a_system_is_mapped_on_the_page_tried_and_read() {
    let (site, other) = (Site::started(), system());
    site.link(linked(&other));
    let empty = site.get(PAGE);
    for part in [
        "Mapping of made up",
        "What is asked",
        "Reported on",
        "Try it, and the answer",
    ] {
        assert!(empty.text.contains(part), "{part}: {}", empty.text);
    }
    assert!(!super::runs_others(&empty.text));

    // Only the address yet: the answer shows what there is, and what is still missing.
    let first = site.post(
        PAGE,
        &[
            ("do", "try"),
            ("try.property_ref", "00700123"),
            ("request.path", "jobs?property={property_ref}"),
            ("id", "no"),
        ],
    );
    for part in [
        "data.jobs",
        "its lists are data.jobs",
        "Status 200",
        "Extractor &#60;b&#62;broken",
        "&#34;no&#34;: 204",
    ] {
        assert!(first.text.contains(part), "{part}: {}", first.text);
    }

    let tried = site.post(
        PAGE,
        &with(&[("do", "try"), ("try.property_ref", "00700123")]),
    );
    assert_eq!(tried.status, 200, "{}", tried.text);
    for part in [
        "2 in the list, and a next page",
        "trade.name",
        "2026-09-02",
        "somebody else&#39;s",
        "<datalist id=\"paths\">",
        "Open",
    ] {
        assert!(tried.text.contains(part), "{part}: {}", tried.text);
    }
    assert!(
        site.get(PAGE).text.contains("Try it, and the answer"),
        "a trial keeps nothing"
    );

    let wrong = site.post(
        PAGE,
        &with(&[("do", "save"), ("fields.reported_on", "raised | day")]),
    );
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    assert!(
        wrong.text.contains("href=\"#fields-reported_on\"") && wrong.text.contains("is not a word"),
        "{}",
        wrong.text
    );
    let bare = site.post(PAGE, &with(&[("do", "try")]));
    assert!(
        bare.text.contains("The request needs property_ref"),
        "{}",
        bare.text
    );

    let saved = site.post(PAGE, &with(&[("do", "save")]));
    assert!(
        saved.text.contains("The mapping of repairs is saved"),
        "{}",
        saved.text
    );
    let again = site.get(PAGE);
    for part in [
        "value=\"data.jobs\"",
        "state | map(O = Open, C = Completed)",
        "<span>mapped</span>",
    ] {
        assert!(again.text.contains(part), "{part}: {}", again.text);
    }

    let reference = site.log(&call(
        "It comes back.",
        &[("complainant.property_ref", "00700123")],
    ));
    let case = site.get(&format!("/cases/{reference}"));
    for part in [
        "2 records, last fetched",
        "Extractor &#60;b&#62;broken&#60;/b&#62; (Electrical)",
        "Mould back",
    ] {
        assert!(case.text.contains(part), "{part}: {}", case.text);
    }
    assert!(!case.text.contains("Somebody else"));
    let nobody = site.as_role("team_leader").get(PAGE);
    assert_eq!(nobody.status, 403, "{}", nobody.text);
    assert_eq!(site.get("/settings/links/nothing/mapping").status, 404);
}

#[test]
fn credentials_that_are_refused_are_told_on_the_page() {
    let (site, other) = (Site::started(), system());
    let mut source = linked(&other);
    source["connections"][0]["secret"] = "wrong".into();
    site.link(source);
    let tried = site.post(
        PAGE,
        &with(&[("do", "try"), ("try.property_ref", "00700123")]),
    );
    assert!(
        tried.text.contains("check the credentials"),
        "{}",
        tried.text
    );
    assert!(!tried.text.contains("let-me-in"));
}
