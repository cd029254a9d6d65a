//! The adapter `hackney` against a council's APIs.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::council::{Council, PICTURE};
use super::{link, links, logged};
use crate::support::Server;
use crate::support::words::complaint;

const ALL: [&str; 7] = [
    "repairs", "person", "tenure", "contacts", "notes", "alerts", "search",
];

fn of_okafor() -> Value {
    let mut complaint = complaint(2);
    complaint["complainant"]["name"] = "Ms Adaeze Okafor".into();
    complaint["complainant"]["address"] = "7 Alder Court, Mill Lane, ZZ9 4AB".into();
    complaint
}

#[test]
fn what_the_council_knows_stands_on_the_case() {
    let (server, council) = (Server::start(), Council::open());
    link(&server, council.link(&ALL));
    let officer = server.caller("Case system", &["complaints_officer"]);
    let case = logged(&officer, &of_okafor(), 6);
    assert_eq!(
        links(&case),
        [
            "alert Cautionary alert for visiting staff",
            "contact Call: Resident chased mould repair; promised call back by Friday",
            "contact Visit: Damp meter read 80%",
            "person Adaeze Okafor, 7 Alder Court, Mill Lane, ZZ9 4AB",
            "repair Bathroom extractor not working, mould on ceiling",
            "tenancy Secure from 2019-06-17",
        ]
    );
    let reference = case["reference"].as_str().expect("a reference").to_owned();
    let path = format!("/cases/{reference}/links/council/repair/20411877");
    let repair = officer.get(&path).is(200);
    let document = &repair["versions"][0]["document"];
    assert_eq!(document["fields"]["status"], "No access", "{repair}");
    assert_eq!(document["other"]["Days over target"], "7");
    assert_eq!(document["other"]["Repeat visits"], "1");

    // Asked again the same records are the same versions; a changed status is a new one, however it is written.
    let refresh = format!("/cases/{reference}/links/refresh");
    officer.post(&refresh, &json!({})).is(200);
    let versions = |officer: &crate::support::Caller| {
        officer.get(&path).is(200)["versions"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(versions(&officer), Some(1));
    *council.mood.status.lock().expect("a status") = Some("WORK COMPLETED".into());
    officer.post(&refresh, &json!({})).is(200);
    let repair = officer.get(&path).is(200);
    assert_eq!(
        repair["versions"][1]["document"]["fields"]["status"],
        "Completed"
    );
    assert_eq!(
        repair["versions"][1]["document"]["fields"]["completed_on"],
        "2026-09-30"
    );

    // Its photo comes into the case as evidence, from its address of today.
    let taken = officer
        .post(&format!("{path}/documents"), &json!({}))
        .is(200);
    assert_eq!(taken["added"].as_array().map(Vec::len), Some(1), "{taken}");
    let asked: Vec<String> = council
        .server
        .came()
        .into_iter()
        .map(|came| came.target)
        .collect();
    assert!(
        asked
            .iter()
            .any(|target| target.ends_with("card.png?signature=of-today"))
    );
    assert!(PICTURE.len() > 60);
}

#[test]
fn an_api_that_is_down_or_slow_costs_its_own_records() {
    let (server, council) = (Server::start(), Council::open());
    link(&server, council.link(&ALL));
    council.mood.notes_down.store(true, Ordering::Relaxed);
    council.mood.slow.store(true, Ordering::Relaxed);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let case = logged(&officer, &of_okafor(), 4);
    assert_eq!(links(&case).len(), 4, "{:?}", links(&case));
    assert!(
        case.to_string().contains("Notes could not be read"),
        "{case}"
    );

    // All of it down: the complaint is logged all the same, and says so.
    council.mood.all_down.store(true, Ordering::Relaxed);
    let reference = officer.log(&of_okafor());
    let case = officer
        .post(&format!("/cases/{reference}/links/refresh"), &json!({}))
        .is(200);
    assert!(links(&case).is_empty());
    assert!(case.to_string().contains("502"), "{case}");
}

#[test]
fn only_repairs_are_needed_and_credentials_are_told_apart() {
    let (server, council) = (Server::start(), Council::open());
    let only = council.link(&["repairs"]);
    let admin = server.caller("Tester", &["administrator"]);
    let said = admin.post("/link-sources/check", &only).is(200).to_string();
    assert!(
        said.contains("signed in as Redress (read only)") && said.contains("Notes: not granted"),
        "{said}"
    );
    link(&server, only.clone());
    let officer = server.caller("Case system", &["complaints_officer"]);
    let case = logged(&officer, &of_okafor(), 1);
    assert_eq!(
        links(&case),
        ["repair Bathroom extractor not working, mould on ceiling"]
    );
    assert!(!case.to_string().contains("could not be read"), "{case}");

    let mut wrong = only;
    wrong["key"] = "wrong".into();
    wrong["connections"][0]["secret"] = "another-key".into();
    let refused = admin.post("/link-sources/check", &wrong);
    assert!(refused.text().contains("credentials"), "{}", refused.text());
    assert!(!refused.text().contains("another-key"));
}

#[test]
fn a_resident_is_found_in_the_councils_search() {
    let (server, council) = (Server::start(), Council::open());
    link(&server, council.link(&ALL));
    let officer = server.caller("Case system", &["complaints_officer"]);
    let found = officer.get("/residents?q=adaeze%20okaf").is(200);
    let text = found.to_string();
    assert!(
        text.contains("5f0c3a5e-1111-4c6a-9a0e-0000000000a1"),
        "{text}"
    );
    assert!(
        text.contains("ada@example.net") && !text.contains("Chidi"),
        "{text}"
    );
}
