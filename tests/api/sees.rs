//! Who sees what of a case that they may open: delicate documents, the audit, and cases it is linked to.

use serde_json::json;

use crate::support::words::complaint;
use crate::support::{Server, unzip};

#[test]
fn delicate_documents_are_for_those_who_work_with_them() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    for (name, sensitivity) in [
        ("plain.txt", "ordinary"),
        ("health.txt", "special_category"),
        ("advice.txt", "privileged"),
    ] {
        officer
            .attach(&reference, name, b"words", &[("sensitivity", sensitivity)])
            .is(201);
    }
    for (role, may) in [
        ("contact_centre", false),
        ("finance", false),
        ("board", false),
        ("housing_officer", true),
        ("compliance", true),
        ("auditor", true),
    ] {
        let caller = server.caller(role, &[role]);
        let read = |id| {
            caller
                .get(&format!("/cases/{reference}/documents/{id}"))
                .status
        };
        let delicate = if may { 200 } else { 403 };
        assert_eq!(
            [read(1), read(2), read(3)],
            [200, delicate, delicate],
            "{role}"
        );
    }
    // Finance proves its payments; the board only reads.
    let attach = |role: &str| {
        let caller = server.caller(&format!("{role} again"), &[role]);
        caller.attach(&reference, "paid.txt", b"paid", &[]).status
    };
    assert_eq!((attach("finance"), attach("board")), (201, 403));
}

#[test]
fn a_restricted_case_is_not_named_on_the_cases_linked_to_it() {
    let server = Server::start();
    let named = server.caller("Named", &["complaints_officer"]);
    let other = server.caller("Other", &["complaints_officer"]);
    let reference = named.log(&complaint(3));
    let case = named.done(
        &reference,
        json!({"command": "add_point", "text": "The lift is broken", "category": "health_and_safety.lifts",
               "related": false, "unreasonable_delay": false}),
    );
    let beside = case["linked_cases"][0]
        .as_str()
        .expect("a linked case")
        .to_owned();
    let look = |caller: &crate::support::Caller, about: &str| {
        let case = caller.get(&format!("/cases/{about}")).text();
        let events = caller.get(&format!("/cases/{about}/events")).text();
        (case, events)
    };
    assert!(look(&other, &reference).0.contains(&beside));
    named.done(
        &beside,
        json!({"command": "restrict", "people": ["Named"], "reason": "A member of staff"}),
    );
    let (case, events) = look(&other, &reference);
    assert!(
        !case.contains(&beside) && !events.contains(&beside),
        "{case}"
    );
    // A bundle that they make says nothing of it either, and nothing untrue in its place.
    let bundle = other.get(&format!("/cases/{reference}/exports/ombudsman-bundle"));
    assert_eq!(bundle.status, 200, "{}", bundle.text());
    for (name, bytes) in unzip(&bundle.bytes) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&beside), "{name}");
        assert!(!text.contains("newer version"), "{name}: {text}");
    }
    let (case, events) = look(&named, &reference);
    assert!(case.contains(&beside) && events.contains(&beside));
    // The other way round: the case it came from is closed, too.
    named.done(
        &beside,
        json!({"command": "lift_restriction", "reason": "Nobody of ours after all"}),
    );
    named.done(
        &reference,
        json!({"command": "restrict", "people": ["Named"], "reason": "A member of staff"}),
    );
    let (case, events) = look(&other, &beside);
    assert!(
        !case.contains(&reference) && !events.contains(&reference),
        "{events}"
    );
}

#[test]
fn an_export_of_a_restricted_case_is_noted_before_it_leaves() {
    let server = Server::start();
    let named = server.caller("Named", &["complaints_officer"]);
    let reference = named.log(&complaint(3));
    named.done(
        &reference,
        json!({"command": "restrict", "people": ["Named"], "reason": "A member of staff"}),
    );
    // A look just before does not stand for it.
    named.get(&format!("/cases/{reference}")).is(200);
    let path = format!("/cases/{reference}/exports/ombudsman-bundle");
    let (first, second) = (named.get(&path), named.get(&path));
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.bytes, second.bytes, "being noted changes no byte");
    let events = named.get(&format!("/cases/{reference}/events")).is(200);
    let told: Vec<_> = events
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|event| match event["kind"].as_str()? {
            "restricted_case_viewed" => event["body"]["how"].as_str(),
            "bundle_exported" => Some("gone"),
            _ => None,
        })
        .collect();
    assert_eq!(
        told[told.len() - 4..],
        ["export", "gone", "export", "gone"],
        "{told:?}"
    );
}

#[test]
fn what_was_only_about_a_restricted_case_is_withheld_without_saying_what_it_was() {
    let server = Server::start();
    let named = server.caller("Named", &["complaints_officer"]);
    let other = server.caller("Other", &["complaints_officer"]);
    let parent = named.log(&complaint(3));
    let case = named.done(
        &parent,
        json!({"command": "add_point", "text": "The caretaker follows me home", "related": false,
               "category": "staff.conduct"}),
    );
    let beside = case["linked_cases"][0].as_str().expect("a case").to_owned();
    let link = case["version"].clone();
    named.done(
        &parent,
        json!({"command": "reword_entry", "seq": link, "wording": "A second complaint was opened.", "reason": "Plainer."}),
    );
    named.done(
        &beside,
        json!({"command": "restrict", "people": ["Named"], "reason": "A member of staff"}),
    );
    let seen = |caller: &crate::support::Caller, about: &str| {
        let events = caller.get(&format!("/cases/{about}/events")).is(200);
        let kinds: Vec<String> = events
            .as_array()
            .expect("events")
            .iter()
            .map(|event| {
                let kind = event["kind"].as_str().expect("a kind");
                assert_eq!(event["body"].is_null(), kind == "withheld", "{event}");
                kind.to_owned()
            })
            .collect();
        (kinds, events.to_string())
    };
    let (kinds, text) = seen(&other, &parent);
    assert_eq!(
        kinds,
        ["complaint_logged", "withheld", "withheld", "withheld"]
    );
    for told in [beside.as_str(), "caretaker", "second complaint"] {
        assert!(!text.contains(told), "{told}: {text}");
    }
    let (kinds, _) = seen(&named, &parent);
    assert_eq!(
        kinds[1..],
        ["separate_complaint_needed", "case_linked", "entry_reworded"]
    );
    let list = other.get("/cases").text();
    assert!(!list.contains(&beside) && list.contains(&parent), "{list}");
    let bundle = other.get(&format!("/cases/{parent}/exports/ombudsman-bundle"));
    for (name, bytes) in unzip(&bundle.bytes) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("caretaker"), "{name}");
    }
}

#[test]
fn a_restricted_case_and_an_open_one_are_not_merged() {
    let server = Server::start();
    let named = server.caller("Named", &["complaints_officer"]);
    let (open, few) = (named.log(&complaint(3)), named.log(&complaint(2)));
    let restrict =
        json!({"command": "restrict", "people": ["Named"], "reason": "A member of staff"});
    named.done(&few, restrict.clone());
    let merge = |kept: &str, other: &str| {
        let command = json!({"command": "merge_duplicate", "reference": other, "reason": "One leak.",
                             "received_at": crate::support::words::ago(3)});
        named.does(kept, command)
    };
    merge(&open, &few).refuses(422, "E14", Some("reference"));
    merge(&few, &open).refuses(422, "E14", Some("reference"));
    named.done(&open, restrict);
    merge(&few, &open).is(200);
    // The other goes its own way: who may see only one learns nothing of the other.
    let late = server.caller("Late", &["complaints_officer"]);
    named.done(
        &open,
        json!({"command": "lift_restriction", "reason": "Nobody of ours after all"}),
    );
    let text = late.get(&format!("/cases/{open}")).text();
    let events = late.get(&format!("/cases/{open}/events")).text();
    for told in [&text, &events] {
        assert!(
            !told.contains(&few) && !told.contains("One leak."),
            "{told}"
        );
    }
}

#[test]
fn who_changes_the_calendar_learns_of_no_restricted_case() {
    let server = Server::start();
    let named = server.caller("Named", &["complaints_officer", "administrator"]);
    let setup = server.caller("Setup", &["administrator"]);
    let (open, few) = (named.log(&complaint(0)), named.log(&complaint(0)));
    named.done(
        &few,
        json!({"command": "restrict", "people": ["Named"], "reason": "A member of staff"}),
    );
    let change = |caller: &crate::support::Caller, day: u64| {
        let day = crate::support::words::in_days(day);
        let add = json!({"change": "add", "date": day, "name": "A royal day", "why": "Proclaimed"});
        caller.post("/calendar/changes", &add)
    };
    // Two working days, each as soon as there is one: a weekend moves nothing.
    let mut days = 1..8;
    let mut moved = |caller| {
        let mut told = days.by_ref().map(|day| change(caller, day).text());
        told.find(|told| told.contains(&open))
            .expect("a working day")
    };
    let told = moved(&setup);
    assert!(!told.contains(&few), "{told}");
    let told = moved(&named);
    assert!(told.contains(&few), "{told}");
    assert!(
        named
            .get(&format!("/cases/{few}/events"))
            .text()
            .contains("clock_moved"),
        "its date moved all the same"
    );
}
