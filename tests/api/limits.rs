//! What stands at an edge: the largest document, the last moment of a day, a date that the file has wrong.

use redress::domain::ids::CaseRef;
use redress::store::derive::{Deadline, Timing};
use redress::store::{Options, Store, StoreError, WriteError};
use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use serde_json::json;

use crate::support::words::complaint;
use crate::support::{Server, cli};

const MEGABYTE: usize = 1 << 20;

#[test]
fn a_document_over_the_limit_is_refused_and_nothing_of_it_is_kept() {
    let server = Server::with(&["--document-limit", "1"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let attach = |size| officer.attach(&reference, "film.mp4", &vec![b'x'; size], &[]);
    for size in [MEGABYTE + 1, 9 * MEGABYTE] {
        let problem = attach(size).refuses(413, "too_large", None);
        let detail = problem["detail"].to_string();
        assert!(detail.contains("limit of 1 MB"), "{detail}");
    }
    let case = officer.get(&format!("/cases/{reference}")).is(200);
    assert_eq!(
        (&case["version"], &case["documents"]),
        (&json!(1), &json!([]))
    );
    attach(MEGABYTE).is(201);
    let form = Form::new()
        .text("kind", "complaints")
        .text("title", "Complaints policy")
        .text("version", "4")
        .text("effective_from", "2026-01-01")
        .part(
            "file",
            Part::bytes(vec![b'x'; 2 * MEGABYTE]).file_name("policy.txt"),
        );
    let request = officer.request(Method::POST, "/policies").multipart(form);
    officer
        .send(&Method::POST, "/policies", request)
        .refuses(413, "too_large", None);
    assert_eq!(officer.get("/policies").is(200), json!([]));
}

#[test]
fn a_day_of_receipt_ends_at_midnight_in_london() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let received = |at: &str| {
        let mut intake = complaint(3);
        intake["received_at"] = json!(at);
        officer.log(&intake)
    };
    // In summer London is an hour ahead: its last second of June is 22:59:59 in UTC.
    let june = received("2025-06-30T22:59:59.999Z");
    let july = received("2025-06-30T23:00:00Z");
    let winter = received("2025-01-15T23:59:59.999Z");
    let after = received("2025-01-16T00:00:00Z");
    let found = |query: &str| -> Vec<String> {
        let list = officer.get(&format!("/cases?{query}")).is(200);
        let rows = list["items"].as_array().expect("rows").iter();
        rows.map(|row| row["reference"].as_str().expect("a reference").to_owned())
            .collect()
    };
    // One order holds the bounds in its scan, the other looks at each row.
    for sort in ["received", "due"] {
        let on = |from: &str, to: &str| {
            found(&format!(
                "sort={sort}&received_from={from}&received_to={to}"
            ))
        };
        assert_eq!(on("2025-06-30", "2025-06-30"), [june.as_str()], "{sort}");
        assert_eq!(on("2025-07-01", "2025-07-01"), [july.as_str()], "{sort}");
        assert_eq!(on("2025-01-15", "2025-01-15"), [winter.as_str()], "{sort}");
        assert_eq!(on("2025-01-16", "2025-01-16"), [after.as_str()], "{sort}");
        assert_eq!(on("2025-01-15", "2025-06-30").len(), 3, "{sort}");
        assert_eq!(
            on("2025-06-30", "2025-06-30T23:00:00Z"),
            [june.as_str()],
            "a moment is itself outside"
        );
    }
}

#[test]
fn verify_finds_a_next_date_that_does_not_follow_and_rebuild_mends_it() {
    let mut server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    officer.log(&complaint(3));
    let reference = officer.log(&complaint(2));
    server.stop();
    let path = server.data.to_string_lossy().into_owned();
    let verify = || cli(&server.data, &["verify", &path], "");
    assert!(verify().status.success(), "{:?}", verify());
    // Row, index and order all say the same wrong day, as a fault of ours would: only the clocks know better.
    let store = Store::open(&server.data, Options::default()).expect("the file");
    let about: CaseRef = reference.parse().expect("a reference");
    let done: Result<(), WriteError<StoreError>> = store.write(move |tx| {
        tx.refresh_deadline(&about, &|_| Timing {
            due: Some(Deadline {
                on: "2099-01-05".parse().expect("a day"),
                clock: "S1_ACK".into(),
            }),
            ..Timing::default()
        })
    });
    done.expect("written");
    store.close();
    let said = verify();
    let words = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success());
    assert!(
        words.contains(&reference) && words.contains("next date"),
        "{words}"
    );
    assert!(cli(&server.data, &["rebuild"], "").status.success());
    assert!(verify().status.success(), "{:?}", verify());
}
