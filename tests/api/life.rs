//! One whole life over the API, from the first call to the Ombudsman's bundle.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::words::{ago, complaint, in_days};
use crate::support::{Server, unzip};

#[test]
fn a_complaint_goes_from_the_first_call_to_the_bundle() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let logged = officer.post("/cases", &complaint(80));
    let case = logged.is(201);
    let reference = case["reference"].as_str().expect("a reference").to_owned();
    assert_eq!(
        logged.header("location"),
        format!("/api/v1/cases/{reference}")
    );
    assert_eq!(logged.header("etag"), "\"1\"");
    assert_eq!(case["state"], "s1_received");
    assert_eq!(case["complainant"]["adjustments"][0]["need"], "large_print");
    assert_eq!(case["clocks"][0]["id"], "S1_ACK");

    // The guard is in the way when something is missing.
    officer
        .does(
            &reference,
            json!({"command": "acknowledge", "stage": 1, "at": ago(78)}),
        )
        .refuses(422, "E02", None);
    let case = officer.done(
        &reference,
        json!({"command": "acknowledge", "stage": 1, "at": ago(78), "definition": "Mould in the bedroom",
               "outcomes_sought": "A lasting repair", "handler": "Daniel Price",
               "responsible_for": "The building", "not_responsible_for": "Contents"}),
    );
    assert_eq!(case["state"], "s1_acknowledged");
    assert_eq!(case["flags"]["stage1"]["ack_in_time"], true);
    officer
        .does(
            &reference,
            json!({"command": "respond", "stage": 1, "summary": "We are sorry.", "at": ago(70)}),
        )
        .refuses(422, "E03", None);
    officer.done(
        &reference,
        json!({"command": "decide_point", "point": 1, "decision": "upheld", "at": ago(71),
               "reasons": "The survey of March was not acted on.", "references": ["Tenancy agreement 4.2"]}),
    );
    officer.done(
        &reference,
        json!({"command": "offer_remedy", "kind": "inspection_or_survey", "description": "A survey of the wall",
               "points": [1], "due": in_days(14), "owner": "Repairs", "at": ago(71)}),
    );
    let case = officer.done(
        &reference,
        json!({"command": "respond", "stage": 1, "at": ago(70),
               "summary": "We found that the mould was reported in March and not treated.",
               "approved_by": "Helen Marsh"}),
    );
    assert_eq!(case["state"], "s1_responded");
    assert_eq!(case["outcome"], "upheld");
    assert!(
        case["letters"]
            .as_array()
            .is_some_and(|letters| letters.len() >= 2)
    );

    // No reason is ever required of the resident.
    let case = officer.done(
        &reference,
        json!({"command": "escalate", "received_at": ago(60), "at": ago(60)}),
    );
    assert_eq!(
        (&case["state"], &case["stage"]),
        (&json!("s2_requested"), &json!(2))
    );
    officer
        .does(
            &reference,
            json!({"command": "acknowledge", "stage": 2, "at": ago(58), "definition": "Mould, again",
                   "outcomes_sought": "A lasting repair", "handler": "Daniel Price"}),
        )
        .refuses(422, "E05", None);
    officer.done(
        &reference,
        json!({"command": "acknowledge", "stage": 2, "at": ago(58), "definition": "Mould, again",
               "outcomes_sought": "A lasting repair", "handler": "Grace Bello",
               "responsible_for": "The building", "not_responsible_for": "Contents"}),
    );
    officer.done(
        &reference,
        json!({"command": "decide_point", "point": 1, "decision": "upheld", "at": ago(40),
               "reasons": "The survey was late."}),
    );
    let case = officer.done(
        &reference,
        json!({"command": "respond", "stage": 2, "at": ago(39), "summary": "The review found delay.",
               "approved_by": "Nora Quist"}),
    );
    assert_eq!(case["state"], "s2_responded");

    // Closing waits for what was promised.
    officer
        .does(&reference, json!({"command": "close", "root_causes": ["delay_internal"], "learning": "Act on surveys."}))
        .refuses(422, "E11", None);
    let proof = officer.attach(
        &reference,
        "survey.txt",
        b"Surveyed and treated.",
        &[
            ("kind", "inspection_report"),
            ("title", "Survey"),
            ("doc_date", "2026-03-02"),
        ],
    );
    let proof = proof.is(201)["id"].clone();
    officer.done(
        &reference,
        json!({"command": "complete_action", "action": 1, "evidence": [proof], "resident_told": true}),
    );
    let case = officer.done(
        &reference,
        json!({"command": "close", "root_causes": ["delay_internal"], "learning": "Act on surveys.",
               "satisfaction": "neither"}),
    );
    assert_eq!(case["state"], "closed");

    officer.done(
        &reference,
        json!({"command": "refer", "hos_reference": "202612345", "route": "full_investigation"}),
    );
    officer.done(
        &reference,
        json!({"command": "record_hos_task", "items": ["01", "04"], "due": in_days(15)}),
    );
    let path = format!("/cases/{reference}/exports/ombudsman-bundle");
    let bundle = officer.get(&path);
    assert_eq!(bundle.status, 200, "{}", bundle.text());
    assert!(
        bundle
            .header("content-disposition")
            .starts_with("attachment; filename=")
    );
    let names: Vec<String> = unzip(&bundle.bytes).into_keys().collect();
    for part in ["index", "chronology", "manifest", "survey"] {
        assert!(
            names.iter().any(|name| name.to_lowercase().contains(part)),
            "{part} is not in {names:#?}"
        );
    }
    assert_eq!(
        officer.get(&path).bytes,
        bundle.bytes,
        "same case, same bytes"
    );

    // What comes later goes out as a supplement, and the record can prove each by its manifest.
    let late = officer.attach(
        &reference,
        "late.txt",
        b"Found later.",
        &[("kind", "photo"), ("why", "Found late")],
    );
    late.is(201);
    let supplement = unzip(&officer.get(&format!("{path}?mode=supplement")).bytes);
    let given: Vec<&String> = supplement
        .keys()
        .filter(|name| !name.contains("/00_Index/"))
        .collect();
    assert!(
        matches!(given[..], [late] if late.contains("_S1/14_Media/14-01_")),
        "{given:?}"
    );
    let manifest = supplement
        .iter()
        .find(|(name, _)| name.ends_with("_Manifest.json"));
    let manifest = manifest.map(|(_, bytes)| hex::encode(Sha256::digest(bytes)));
    let events = officer.get(&format!("/cases/{reference}/events")).is(200);
    let exported = events.as_array().and_then(|events| events.last()).cloned();
    assert_eq!(
        exported.expect("an event")["body"]["manifest_sha256"].as_str(),
        manifest.as_deref()
    );
    officer
        .get(&format!("{path}?mode=supplement"))
        .refuses(422, "validation", Some("mode"));

    // The bundle proves itself, and so does the file once the server has stopped.
    let folder = server.data.parent().expect("a folder");
    let zip = folder.join("bundle.zip");
    std::fs::write(&zip, &bundle.bytes).expect("a file");
    let verified = server.cli(&["verify", &zip.to_string_lossy()]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    let events = officer.get(&format!("/cases/{reference}/events")).is(200);
    let events = events.as_array().expect("events").clone();
    assert_eq!(events[0]["kind"], "complaint_logged");
    assert!(events.len() > 15);
    for (i, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], json!(i + 1));
    }
    let mut server = server;
    server.stop();
    let verified = server.cli(&["verify", &server.data.to_string_lossy()]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
}

#[test]
fn a_new_point_is_folded_in_or_stands_beside() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let point = json!({"command": "add_point", "text": "The window too", "category": "property_condition.damp_and_mould", "related": true});
    let case = officer.done(&reference, point);
    assert_eq!(case["points"].as_array().map(Vec::len), Some(2));
    let other = json!({"command": "add_point", "text": "Noise", "category": "property_condition.damp_and_mould", "related": false});
    let case = officer.done(&reference, other);
    assert_eq!(case["points"].as_array().map(Vec::len), Some(2));
    let beside = case["linked_cases"][0]
        .as_str()
        .expect("a linked case")
        .to_owned();
    let other = officer.get(&format!("/cases/{beside}")).is(200);
    assert_eq!(other["linked_cases"][0], json!(reference));
    let earlier = officer.get(&format!("/cases/{reference}/earlier")).is(200);
    assert_eq!(earlier[0]["reference"], json!(beside));
    let found = officer.get("/residents?q=okon").is(200);
    assert_eq!(
        found["residents"][0]["cases"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn lists_go_page_by_page_and_are_narrowed() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    for _ in 0..7 {
        officer.log(&complaint(2));
    }
    let first = officer.get("/cases?limit=3&sort=received").is(200);
    assert_eq!(first["total"], 7);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(3));
    let mut seen: Vec<String> = Vec::new();
    let mut page = first;
    loop {
        for item in page["items"].as_array().expect("items") {
            seen.push(item["reference"].as_str().expect("a reference").to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        page = officer
            .get(&format!("/cases?limit=3&sort=received&cursor={next}"))
            .is(200);
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (7, 7));
    // Empty parameters are as if they were left out, as the documentation's own example has them.
    let all = officer.get("/cases?state=&stage=&handler=&category=&root_cause=&risk=&due_before=&received_from=&received_to=&q=&sort=due&cursor=&limit=").is(200);
    assert_eq!(all["total"], 7);
    for (query, total) in [
        ("state=s1_received", 7),
        ("state=closed", 0),
        ("stage=1", 7),
        ("stage=2", 0),
        ("handler=none", 7),
        ("category=property_condition", 7),
        ("category=complaint_handling", 0),
        ("risk=standard", 7),
        ("risk=high", 0),
        ("q=okonjo", 7),
        ("q=nobody", 0),
        ("q=okonjo%20stage:1%20is:open", 7),
        ("q=-okonjo", 0),
        ("q=stage:2", 0),
        ("q=theme:property_condition&stage=1", 7),
        ("q=owner:none", 7),
        ("q=owner:me", 0),
        ("q=received:%3E%3D2020-01-01%20-state:closed", 7),
        ("received_from=2020-01-01&received_to=2020-12-31", 0),
        ("due_before=2020-01-01", 0),
        ("received_from=2020-01-01", 7),
    ] {
        let page = officer.get(&format!("/cases?{query}")).is(200);
        assert_eq!(page["total"], json!(total), "{query}");
    }
    for (query, field) in [
        ("state=lost", "state"),
        ("stage=3", "stage"),
        ("limit=0", "limit"),
        ("limit=1000", "limit"),
        ("cursor=xyz", "cursor"),
        ("due_before=soon", "due_before"),
        ("received_to=never", "received_to"),
        ("colour=red", "colour"),
        ("q=colour:red", "q"),
        ("q=%22no%20end", "q"),
        ("q=owner:nobody", "q"),
        ("sort=size", "sort"),
    ] {
        officer
            .get(&format!("/cases?{query}"))
            .refuses(422, "validation", Some(field));
    }
    assert_eq!(officer.get("/dashboard").is(200)["open"], 7);
}

#[test]
fn the_clocks_answer_for_no_case_in_particular() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let dates = officer.get("/clocks?received=2026-12-14").is(200);
    assert_eq!(dates["S1_ACK"]["due"], "2026-12-21");
    assert_eq!(dates["S1_RESPONSE"]["due"], "2027-01-07");
    assert_eq!(dates["S1_EXTENSION"]["due"], "2027-01-21");
    assert!(dates["S2_ACK"].is_null());
    assert!(
        dates["S1_ACK"]["why"]
            .as_str()
            .is_some_and(|why| why.contains("day 5"))
    );
    let both = "/clocks?received=2026-11-20&acknowledged=2026-11-23&escalated=2026-12-14T10:00:00Z&stage2_acknowledged=2026-12-16";
    assert_eq!(
        officer.get(both).is(200)["S1_RESPONSE"]["due"],
        "2026-12-07"
    );
    officer
        .get("/clocks")
        .refuses(422, "validation", Some("received"));
    officer
        .get("/clocks?received=tomorrow")
        .refuses(422, "validation", Some("received"));
    officer
        .get("/clocks?acknowledged=2026-02-30")
        .refuses(422, "validation", Some("acknowledged"));
    officer
        .get("/clocks?received=1900-01-01")
        .refuses(422, "validation", None);
}
