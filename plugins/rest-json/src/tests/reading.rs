//! What a mapping makes of answers, whose records are given, and what a system that is down costs.

use redress_plugin::Failure;
use serde_json::json;

use super::{ask, document, ids, jobs, readme, rows, small};
use crate::fake::Fake;
use crate::find;

#[test]
fn the_mapping_of_the_readme_reads_the_system_that_it_describes() {
    let more = json!({"data": {"jobs": [{"no": 206, "home": "00700123", "fault": "Mould back", "raised": "soon", "state": "X"}]}, "links": {}});
    let mut fake = Fake::default()
        .rule("GET jobs?property=00700123", 200, jobs())
        .rule("GET jobs?property=00700123&cursor=2", 200, more)
        .rule("GET jobs/204", 200, json!({"notes": [{"text": "Fan ordered"}, {"text": "Carded"}]}))
        .rule("GET residents?q=", 200, json!({"results": {"persons": [
            {"ref": "P-1", "first": "Adaeze", "last": "Okafor", "line1": "7 Alder Court", "postcode": "ZZ9 4AB", "home": "00700123", "phones": [{"kind": "mobile", "n": "07000 000001"}]},
            {"ref": "P-2", "first": "Ben", "last": "Carter", "home": "1"}]}}));
    let query = json!({"property_ref": "00700123", "since": "2023-11-20", "kinds": ["repair"]});
    let page = ask(&mut fake, &readme(), &query, 100, None).unwrap();
    assert_eq!(
        (ids(&page), page.next.as_ref()),
        (vec!["repair 204".to_owned(), "repair 206".into()], None)
    );
    assert_eq!(
        document(&page, 0),
        json!({"schema": "redress-link-record/1", "kind": "repair", "id": "204", "property_ref": "00700123",
            "tenancy_ref": null, "person_ref": null,
            "fields": {"description": "Extractor broken", "reported_on": "2026-09-02", "target_on": "2026-09-23",
                "status": "Open", "trade": "Electrical", "notes": "Fan ordered; Carded"},
            "other": {"Cost centre": "R-114"},
            "documents": [{"id": "7", "name": "mould.jpg", "path": "jobs/204/photos/7", "taken_on": "2026-09-30"}]})
    );
    assert_eq!(page.records[0].title, "Extractor broken (Electrical)");
    assert!(
        !fake.asked.contains(&"GET jobs/205".to_owned()),
        "somebody else's job is not looked at closely"
    );
    assert!(
        fake.warnings
            .iter()
            .any(|w| w.contains("\"soon\" is not a date")),
        "{:?}",
        fake.warnings
    );
    assert_eq!(document(&page, 1)["fields"]["status"], "X");

    let page = ask(
        &mut fake,
        &readme(),
        &json!({"kinds": ["person"], "text": "okaf 7 ald"}),
        10,
        None,
    )
    .unwrap();
    assert_eq!(ids(&page), ["person P-1"]);
    let person = document(&page, 0);
    assert_eq!(
        (&person["fields"]["name"], &person["fields"]["phone"]),
        (&json!("Adaeze Okafor"), &json!("07000 000001"))
    );
    assert_eq!(person["fields"]["address"], "7 Alder Court, ZZ9 4AB");
    assert_eq!(
        (&person["person_ref"], &person["property_ref"]),
        (&json!("P-1"), &json!("00700123"))
    );
    let page = ask(
        &mut fake,
        &readme(),
        &json!({"kinds": ["person"], "text": "07000000001"}),
        10,
        None,
    )
    .unwrap();
    assert_eq!(ids(&page), ["person P-1"]);
}

#[test]
fn work_that_ended_on_a_day_that_stands_for_none_is_open() {
    let settings = small(json!({"fields": {"completed_on": "done"}}));
    let rows = json!([{"no": 1, "done": "1900-01-01T00:00:00"}, {"no": 2, "done": "0001-01-01T00:00:00Z"},
        {"no": 3, "done": "31/12/9999"}, {"no": 4, "done": "2019-05-01"}]);
    let mut fake = Fake::default().rule("GET jobs", 200, rows);
    let query = json!({"property_ref": "1", "since": "2023-11-20"});
    let page = ask(&mut fake, &settings, &query, 9, None).unwrap();
    assert_eq!(ids(&page), ["repair 1", "repair 2", "repair 3"]);
    for at in 0..3 {
        assert_eq!(document(&page, at)["fields"], json!({}));
    }
}

#[test]
fn a_post_carries_the_query_in_its_body() {
    let settings = small(
        json!({"request": {"method": "post", "path": "search", "body": {"home": "{property_ref}", "from": "{since?}"}},
        "paging": {"style": "page", "page": "pageNo", "per_page": 2}}),
    );
    let mut fake = Fake::default().rule("POST search", 200, rows(1, 1));
    let page = ask(
        &mut fake,
        &settings,
        &json!({"property_ref": "00\"7"}),
        9,
        None,
    )
    .unwrap();
    assert_eq!(ids(&page), ["repair 1"]);
    assert_eq!(fake.bodies, [r#"{"from":null,"home":"00\"7","pageNo":1}"#]);
}

#[test]
fn only_what_belongs_to_the_query_is_given() {
    let settings = json!({"kinds": {
        "repair": {"request": "jobs", "id": "no", "refs": {"property_ref": "home", "address": "place"}},
        "contact": {"request": "calls", "id": "no", "refs": {"property_ref": "home", "person_ref": "who", "name": "n", "address": "place"}}}});
    let rows = json!([{"no": 1, "home": "007", "who": "P-9"}, {"no": 2, "home": "008", "who": "P-1"}, {"no": 3, "home": "007"}, {"no": 4}]);
    let mut fake = Fake::default()
        .rule("GET jobs", 200, &rows)
        .rule("GET calls", 200, &rows);
    let page = ask(
        &mut fake,
        &settings,
        &json!({"property_ref": "7", "person_ref": "P-1"}),
        99,
        None,
    )
    .unwrap();
    assert_eq!(
        ids(&page),
        ["contact 2", "contact 3", "repair 1", "repair 3"]
    );
    assert!(
        fake.warnings
            .iter()
            .any(|w| w.contains("nothing that tells whose it is")),
        "{:?}",
        fake.warnings
    );
    let by_name = json!({"name": "Adaeze Okafor", "address": "7 Alder Court, Mill Lane"});
    let rows = json!([{"no": 1, "n": "Okafor, Adaeze", "place": "7 Alder Court"}, {"no": 2, "n": "Adaeze Okafor", "place": "17 Alder Court"}]);
    let mut fake = Fake::default()
        .rule("GET jobs", 200, &rows)
        .rule("GET calls", 200, &rows);
    assert_eq!(
        ids(&ask(&mut fake, &settings, &by_name, 99, None).unwrap()),
        ["contact 1", "repair 1"]
    );
}

#[test]
fn a_kind_that_is_down_costs_its_own_records() {
    let settings = json!({"kinds": {
        "contact": {"request": "calls?p={property_ref}", "id": "no", "refs": {"property_ref": "{property_ref}"}},
        "repair": {"request": "jobs?p={property_ref}", "id": "no", "refs": {"property_ref": "{property_ref}"}},
        "asb": {"request": "asb?t={tenancy_ref}", "id": "no", "refs": {"tenancy_ref": "{tenancy_ref}"}}}});
    let home = json!({"property_ref": "1"});
    let jobs = || Fake::default().rule("GET jobs", 200, rows(1, 1));
    for (status, body, says) in [
        (502, "oh", "answered 502"),
        (401, "", "credentials"),
        (200, "<html>", "not JSON"),
        (200, "7", "single value"),
        (200, "{\"a\":1e999}", "not JSON"),
    ] {
        let mut fake = jobs().rule("GET calls", status, body);
        let page = ask(&mut fake, &settings, &home, 9, None).unwrap();
        assert_eq!(ids(&page), ["repair 1"]);
        assert!(
            fake.warnings.iter().any(|w| w.contains(says)),
            "{says}: {:?}",
            fake.warnings
        );
    }
    let mut down = Fake::default().rule("", 502, "");
    assert!(matches!(
        ask(&mut down, &settings, &home, 9, None),
        Err(Failure::Unavailable(_))
    ));
    let mut empty = Fake::default();
    assert!(
        ask(&mut empty, &settings, &home, 9, None)
            .unwrap()
            .records
            .is_empty()
    );
    let nobody = ask(
        &mut jobs(),
        &settings,
        &json!({"person_ref": "P-1"}),
        9,
        None,
    );
    assert!(
        matches!(nobody, Err(Failure::BadInput(why)) if why.contains("repair needs property_ref"))
    );
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let mut fake = jobs().rule("GET calls", 200, deep);
    assert_eq!(
        ids(&ask(&mut fake, &settings, &home, 9, None).unwrap()),
        ["repair 1"]
    );
    assert!(
        fake.warnings
            .iter()
            .any(|w| w.contains("nested too deeply")),
        "{:?}",
        fake.warnings
    );
}

#[test]
fn a_document_goes_send_to_evidence_from_its_address() {
    let mut fake = Fake::default().rule("GET jobs/204/photos/7", 200, "picture");
    let asked = json!({"record": {"kind": "repair", "id": "204"}, "document": {"id": "7", "name": "mould.jpg", "path": "jobs/204/photos/7"}});
    assert_eq!(
        find::fetch(&mut fake, &asked.to_string()).unwrap(),
        "mould.jpg"
    );
    assert_eq!(fake.evidence, b"picture");
    let without =
        json!({"record": {"kind": "repair", "id": "204"}, "document": {"id": "7", "name": "../x"}});
    assert!(matches!(
        find::fetch(&mut fake, &without.to_string()),
        Err(Failure::BadInput(_))
    ));
    let gone = asked.to_string().replace("photos/7", "photos/8");
    assert!(matches!(
        find::fetch(&mut fake, &gone),
        Err(Failure::Unavailable(_))
    ));
}
