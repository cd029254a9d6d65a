//! The samples as the APIs give them, and everything that goes wrong with such APIs.

use crate::fake::{Fake, Says};
use crate::{check, find, photos};
use redress_plugin::http::HttpError;
use redress_plugin::{Failure, Page, Query, Value};
use serde_json::json;

const PERSON: &str = "5f0c3a5e-1111-4c6a-9a0e-0000000000a1";
const TENURE: &str = "2b7d9f10-2222-4a51-8f11-0000000000b2";
const HOME: &str = r#"{"property_ref":"00700123","name":"Adaeze Okafor","address":"7 Alder Court, Mill Lane, ZZ9 4AB","since":"2023-11-20"}"#;

fn ask(
    fake: &mut Fake,
    query: &str,
    settings: &str,
    limit: u32,
    cursor: Option<String>,
) -> Result<Page, Failure> {
    let query = Query {
        document: query.into(),
        limit,
        cursor,
    };
    find::find(fake, settings, &query)
}

fn found(fake: &mut Fake, query: &str) -> Vec<(String, Value)> {
    let page = ask(fake, query, "", 100, None).unwrap();
    assert_eq!(page.next, None);
    let one = |found: &redress_plugin::Found| {
        let document = serde_json::from_str(&found.document).unwrap();
        (format!("{} {}", found.kind, found.title), document)
    };
    page.records.iter().map(one).collect()
}

fn titles(records: &[(String, Value)]) -> Vec<&str> {
    records.iter().map(|(title, _)| title.as_str()).collect()
}

#[test]
fn everything_about_a_resident_is_found_by_their_home_and_name() {
    let mut fake = Fake::council();
    let records = found(&mut fake, HOME);
    assert_eq!(
        titles(&records),
        [
            "person Adaeze Okafor, 7 Alder Court, Mill Lane, ZZ9 4AB",
            "tenancy Secure from 2019-06-17",
            "contact Call: Resident chased mould repair; promised call back by Friday",
            "alert Cautionary alert for visiting staff",
            "alert Ask whether reasonable adjustments are needed",
            "property Legal disrepair is flagged for the home",
            "repair Bathroom extractor not working, mould on ceiling",
        ]
    );
    assert_eq!(fake.warnings, Vec::<String>::new());
    let repair = &records[6].1;
    assert_eq!(
        repair["fields"],
        json!({"reported_on": "2026-09-02", "description": "Bathroom extractor not working, mould on ceiling",
            "trade": "ELECTRICAL - EL", "priority": "4 [N] NORMAL", "target_on": "2026-09-23", "status": "No access",
            "outcome": "No access", "contractor": "Brightwell Maintenance", "appointment_on": "2026-09-30",
            "appointment_slot": "AM Slot, 08:00 to 12:00", "follow_on_of": "20399001",
            "notes": "2026-09-30T15:01:40Z T. Hale: Called tenant 09:10, no answer; carded"})
    );
    assert_eq!(
        repair["other"],
        json!({"Raised by": "Priya Nair", "Closed": "2026-09-30", "Tasks": "EL700012 Overhaul extractor fan × 2, Open",
            "Operatives": "T. Hale", "Days open": "28", "Days over target": "7", "No access recorded": "1",
            "Repeat visits": "1", "First report": "2026-06-11", "Last activity": "2026-09-30"})
    );
    assert_eq!(
        repair["documents"],
        json!([{"id": "71/card.png", "name": "card.png", "title": "Card at the door", "media_type": "image/png",
            "taken_on": "2026-09-30", "group": "Card left", "by": "T. Hale"}])
    );
    let person = &records[0].1;
    assert_eq!(person["person_ref"], PERSON);
    assert_eq!(
        (&person["tenancy_ref"], &person["property_ref"]),
        (&json!(TENURE), &json!("00700123"))
    );
    assert_eq!(person["fields"]["email"], "ada@example.net");
    let tenancy = &records[1].1["fields"];
    assert_eq!(
        (&tenancy["population"], &tenancy["payment_ref"]),
        (&json!("lcra"), &json!("7700012301"))
    );
}

#[test]
fn nothing_that_is_not_needed_is_kept() {
    let all: String = found(&mut Fake::council(), HOME)
        .iter()
        .map(|(title, document)| format!("{title} {document}"))
        .collect();
    // Birth dates, balances, telephone numbers of callers, staff addresses, and the words of alerts.
    for secret in [
        "1987",
        "31.2",
        "112.4",
        "07000000001",
        "example.org",
        "visit alone",
        "Dog at property",
        "hearing aid",
        "signature",
    ] {
        assert!(!all.contains(secret), "{secret}");
    }
    let page = ask(
        &mut Fake::council(),
        HOME,
        r#"{"alert_text": true}"#,
        100,
        None,
    )
    .unwrap();
    let alert = page.records.iter().find(|r| r.kind == "alert").unwrap();
    assert!(alert.document.contains("Do not visit alone") && !alert.title.contains("alone"));
}

#[test]
fn the_same_records_have_the_same_bytes() {
    let one = ask(&mut Fake::council(), HOME, "", 100, None).unwrap();
    let two = ask(&mut Fake::council(), HOME, "", 100, None).unwrap();
    let bytes = |page: &Page| {
        page.records
            .iter()
            .map(|r| r.document.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(bytes(&one), bytes(&two));
}

#[test]
fn each_reference_leads_to_the_resident() {
    for query in [
        format!(r#"{{"person_ref":"{PERSON}"}}"#),
        r#"{"person_ref":"48213","name":"Okafor, Adaeze"}"#.to_owned(),
        format!(r#"{{"tenancy_ref":"{TENURE}","name":"Adaeze Okafor"}}"#),
        r#"{"name":"Ms Adaeze Okafor","address":"7 Alder Court, Mill Lane"}"#.to_owned(),
    ] {
        let records = found(&mut Fake::council(), &query);
        let titles = titles(&records);
        assert!(
            titles[0].starts_with("person Adaeze Okafor"),
            "{query} {titles:?}"
        );
        assert!(
            titles.last().unwrap().starts_with("repair Bathroom"),
            "{query} {titles:?}"
        );
    }
}

#[test]
fn who_lived_there_before_or_is_somebody_else_is_not_taken() {
    // The home's tenant now is not whom the complaint names.
    let other = r#"{"property_ref":"00700123","name":"Ben Carter"}"#;
    assert_eq!(
        titles(&found(&mut Fake::council(), other)),
        [
            "property Legal disrepair is flagged for the home",
            "repair Bathroom extractor not working, mould on ceiling"
        ]
    );
    // A number that is somebody else's although the name is the same.
    let number = r#"{"person_ref":"99999","name":"Adaeze Okafor"}"#;
    assert_eq!(
        titles(&found(&mut Fake::council(), number)),
        Vec::<&str>::new()
    );
    // A work order of another home, from a server that takes no notice of the reference.
    let foreign = json!([{"reference": 1, "status": "Open", "propertyReference": "00700999", "description": "Next door"}]);
    let mut fake = Fake::council().rule("repairs workOrders?", Says::Json(foreign.to_string()));
    assert!(
        !titles(&found(&mut fake, HOME))
            .iter()
            .any(|t| t.starts_with("repair"))
    );
}

#[test]
fn two_people_of_one_name_and_address_are_none() {
    let mut search: Value =
        serde_json::from_str(include_str!("../samples/search-persons.json")).unwrap();
    let twin = search["results"]["persons"][0].clone();
    search["results"]["persons"]
        .as_array_mut()
        .unwrap()
        .push(twin);
    let mut fake = Fake::council().rule("search ", Says::Json(search.to_string()));
    let records = found(
        &mut fake,
        r#"{"name":"Adaeze Okafor","address":"7 Alder Court, Mill Lane, ZZ9 4AB"}"#,
    );
    assert!(!titles(&records).iter().any(|t| t.starts_with("person")));
    assert!(
        fake.warnings[0].contains("Several people"),
        "{:?}",
        fake.warnings
    );
}

#[test]
fn one_api_that_is_down_costs_its_own_records() {
    for (down, says, lost, warned) in [
        ("notes ", Says::Status(502), "contact", "answered 502"),
        (
            "alerts ",
            Says::Fails(HttpError::Timeout),
            "alert Cautionary",
            "too long",
        ),
        ("contacts ", Says::Json("<html>".into()), "none", "not JSON"),
        (
            "repairs workOrders?",
            Says::Status(500),
            "repair",
            "The repairs could not be read",
        ),
        ("tenure ", Says::Status(403), "none", "credentials"),
    ] {
        let mut fake = Fake::council().rule(down, says);
        let records = found(&mut fake, HOME);
        assert!(
            fake.warnings.iter().any(|w| w.contains(warned)),
            "{down} {:?}",
            fake.warnings
        );
        let titles = titles(&records);
        assert!(
            !titles.iter().any(|t| t.starts_with(lost)),
            "{down} {titles:?}"
        );
        assert!(titles.len() >= 2, "{down} {titles:?}");
    }
}

#[test]
fn when_nothing_can_be_read_it_is_a_failure() {
    let down = |says: Says| {
        let mut fake = Fake::default().rule("", says);
        ask(&mut fake, HOME, "", 10, None).unwrap_err()
    };
    assert!(matches!(down(Says::Status(502)), Failure::Unavailable(_)));
    assert!(matches!(down(Says::Status(401)), Failure::Refused(_)));
    assert!(matches!(
        down(Says::Fails(HttpError::Transport("no route".into()))),
        Failure::Unavailable(_)
    ));
    // Nothing there is not the same: 404 is what these APIs say for none.
    assert_eq!(
        ask(&mut Fake::default(), HOME, "", 10, None)
            .unwrap()
            .records
            .len(),
        0
    );
}

#[test]
fn connections_that_were_not_granted_are_left_out_without_a_word() {
    let mut fake = Fake::council();
    for name in ["person", "tenure", "contacts", "notes", "alerts", "search"] {
        fake = fake.rule(
            &format!("{name} "),
            Says::Fails(HttpError::NotAllowed(
                "there is no connection of this name".into(),
            )),
        );
    }
    let records = found(&mut fake, HOME);
    assert_eq!(titles(&records).len(), 2, "{:?}", titles(&records));
    assert_eq!(fake.warnings, Vec::<String>::new());
    let refused = ask(
        &mut fake,
        r#"{"kinds":["person"],"text":"okafor"}"#,
        "",
        10,
        None,
    )
    .unwrap();
    assert!(refused.records.is_empty());
}

#[test]
fn notes_come_page_by_page_and_a_circle_ends() {
    let page = |id: &str, next: Value| {
        json!({"results": [{"id": id, "description": id, "createdAt": "2026-10-06T11:15:00Z"}], "paginationDetails": {"nextToken": next}}).to_string()
    };
    let at = format!("notes notes?targetId={PERSON}&pageSize=50");
    let mut fake = Fake::council()
        .rule(&at, Says::Json(page("one", json!("t=2"))))
        .rule(
            &format!("{at}&paginationToken=t%3D2"),
            Says::Json(page("two", json!("t3"))),
        )
        .rule(
            &format!("{at}&paginationToken=t3"),
            Says::Json(page("three", json!("t3"))),
        );
    let records = found(&mut fake, HOME);
    let notes: Vec<&str> = titles(&records)
        .into_iter()
        .filter(|t| t.starts_with("contact"))
        .collect();
    assert_eq!(notes, ["contact one", "contact two", "contact three"]);
}

#[test]
fn many_work_orders_are_taken_in_calls_of_bounded_length() {
    let orders = |from: usize, count: usize| {
        let one = |n: usize| json!({"reference": n, "status": "In Progress", "propertyReference": "00700123", "description": format!("Job {n}")});
        Value::Array((from..from + count).map(one).collect()).to_string()
    };
    let mut fake = Fake::council()
        .rule(
            "repairs workOrders?propertyReference=00700123&PageNumber=1&",
            Says::Json(orders(1, 50)),
        )
        .rule(
            "repairs workOrders?propertyReference=00700123&PageNumber=2&",
            Says::Json(orders(51, 7)),
        );
    let query = r#"{"property_ref":"00700123","kinds":["repair"]}"#;
    let (mut cursor, mut ids) = (None, Vec::new());
    for call in 0.. {
        let before = fake.asked.len();
        let page = ask(&mut fake, query, "", 200, cursor).unwrap();
        assert!(fake.asked.len() - before <= 54 && call < 12, "call {call}");
        ids.extend(page.records.iter().map(|r| r.id.parse::<usize>().unwrap()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(ids, (1..=57).collect::<Vec<_>>());
    let few = ask(&mut fake, query, r#"{"details":false}"#, 200, None).unwrap();
    assert_eq!((few.records.len(), few.next), (57, None));
}

#[test]
fn a_page_is_never_longer_than_was_asked_for() {
    let (mut cursor, mut titles) = (None, Vec::new());
    loop {
        let page = ask(&mut Fake::council(), HOME, "", 1, cursor).unwrap();
        assert!(page.records.len() <= 1);
        titles.extend(page.records.into_iter().map(|r| r.kind));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(
        titles,
        [
            "person", "tenancy", "contact", "alert", "alert", "property", "repair"
        ]
    );
    assert!(matches!(
        ask(&mut Fake::council(), HOME, "", 1, Some("orders:x".into())),
        Err(Failure::BadInput(_))
    ));
}

#[test]
fn old_finished_work_is_left_out_and_open_work_never() {
    let orders = json!([
        {"reference": 1, "status": "Work Completed", "lastUpdated": "2019-05-01T10:00:00", "description": "Old tap"},
        {"reference": "2", "status": "In progress", "lastUpdated": "2019-05-01T10:00:00", "description": "Old damp"},
        {"reference": 3, "status": "WORK COMPLETED", "lastUpdated": "2026-05-01T10:00:00", "description": "New tap"},
        {"status": "In progress"}, 7, null]);
    let mut fake = Fake::council().rule("repairs workOrders?", Says::Json(orders.to_string()));
    let records = found(
        &mut fake,
        r#"{"property_ref":"00700123","kinds":["repair"],"since":"2023-11-20"}"#,
    );
    assert_eq!(titles(&records), ["repair Old damp", "repair New tap"]);
    assert_eq!(records[0].1["property_ref"], "00700123");
}

#[test]
fn a_resident_is_found_by_what_is_typed() {
    let query = r#"{"kinds":["person"],"text":"adaeze ok"}"#;
    let mut fake = Fake::council();
    let records = found(&mut fake, query);
    assert_eq!(
        titles(&records),
        ["person Adaeze Okafor, 7 Alder Court, Mill Lane, ZZ9 4AB"]
    );
    assert_eq!(records[0].1["tenancy_ref"], TENURE);
    assert_eq!(records[0].1["fields"]["email"], "ada@example.net");
    let records = found(
        &mut Fake::council(),
        r#"{"kinds":["person"],"text":"okaf"}"#,
    );
    assert_eq!(records.len(), 2);
    let mut down = Fake::council().rule("search ", Says::Status(502));
    assert!(matches!(
        ask(&mut down, query, "", 10, None),
        Err(Failure::Unavailable(_))
    ));
}

#[test]
fn a_missed_appointment_is_told_from_one_without_access() {
    let check = |status: &str, notes: Value, started: Value, expected: Option<&str>| {
        let appointment = json!({"appointment": {"date": "2026-09-10", "start": "08:00", "end": "12:00", "startedAt": started}});
        let mut detail: Value =
            serde_json::from_str(include_str!("../samples/work-order.json")).unwrap();
        detail["status"] = status.into();
        let mut fake = Fake::council()
            .rule(
                "repairs workOrders/20411877",
                Says::Json(detail.to_string()),
            )
            .rule(
                "repairs workOrders/appointments/",
                Says::Json(appointment.to_string()),
            )
            .rule(
                "repairs workOrders/20411877/notes",
                Says::Json(notes.to_string()),
            );
        let records = found(
            &mut fake,
            r#"{"property_ref":"00700123","kinds":["repair"]}"#,
        );
        assert_eq!(
            records[0].1["other"]["Appointments missed"].as_str(),
            expected,
            "{status} {notes}"
        );
    };
    check("In Progress", json!([]), Value::Null, Some("1"));
    check("No Access", json!([]), Value::Null, None);
    check("In Progress", json!([]), json!("2026-09-10T08:20:00"), None);
    check(
        "In Progress",
        json!([{"note": "Fan ordered", "time": "2026-09-10T09:00:00"}]),
        Value::Null,
        None,
    );
}

#[test]
fn a_photo_goes_send_to_evidence_by_its_address_of_today() {
    let record = r#"{"record":{"kind":"repair","id":"20411877"},"document":{"id":"71/card.png","name":"card.png"}}"#;
    let picture = Says::Json("picture".into());
    let mut fake = Fake::council().rule(
        "repairs files/20411877/card.png?signature=of-today",
        picture.clone(),
    );
    assert_eq!(photos::fetch(&mut fake, record).unwrap(), "card.png");
    assert_eq!(fake.evidence, b"picture");
    // Its address leads to a store of its own.
    let mut fake = Fake::council()
        .rule(
            "repairs files/",
            Says::Fails(HttpError::NotAllowed("outside".into())),
        )
        .rule("images files/", picture);
    assert_eq!(photos::fetch(&mut fake, record).unwrap(), "card.png");
    assert_eq!(fake.evidence, b"picture");
    let gone = record.replace("71/", "72/");
    assert!(matches!(
        photos::fetch(&mut Fake::council(), &gone),
        Err(Failure::BadInput(_))
    ));
    assert!(matches!(
        photos::fetch(&mut Fake::council(), record),
        Err(Failure::Unavailable(_))
    ));
    let hostile = json!([{"id": 1, "files": ["../../etc/pass\u{202e}wd?x", "", 7, null, "https://a/b\\c\u{0}.jpg"]}, 5]);
    let names: Vec<String> = photos::documents(hostile.as_array().unwrap())
        .iter()
        .map(|d| format!("{d:?}"))
        .collect();
    assert!(
        !names.concat().contains("..") && names.len() == 3,
        "{names:?}"
    );
}

#[test]
fn the_connection_is_tested_api_by_api() {
    let mut fake = Fake::council()
        .rule("notes ", Says::Status(401))
        .rule("alerts ", Says::Status(502))
        .rule(
            "search ",
            Says::Fails(HttpError::NotAllowed(
                "there is no connection of this name".into(),
            )),
        );
    assert_eq!(
        check::check(&mut fake).unwrap(),
        "Repairs: signed in as Redress (read only). People: can be read. Tenancies: can be read. Contact details: can be read. \
         Notes: REFUSED our credentials. Cautionary alerts: NOT READABLE, it answered 502. Search: not granted, left out."
    );
    let mut fake = Fake::council().rule("repairs hub-user", Says::Status(403));
    assert!(matches!(check::check(&mut fake), Err(Failure::Refused(_))));
    let mut fake = Fake::council().rule("repairs hub-user", Says::Json("<html>".into()));
    assert!(matches!(
        check::check(&mut fake),
        Err(Failure::BadSettings(_))
    ));
}

#[test]
fn answers_of_the_wrong_shape_are_no_panic() {
    for shape in [
        "null",
        "7",
        "\"x\"",
        "[]",
        "{}",
        "[[[]]]",
        "{\"results\":7,\"alerts\":{},\"tenures\":[7]}",
        "[null,{\"reference\":{}}]",
    ] {
        let mut fake = Fake::default().rule("", Says::Json(shape.into()));
        for query in [
            HOME,
            r#"{"text":"x y"}"#,
            r#"{"person_ref":"5f0c3a5e-1111-4c6a-9a0e-0000000000a1"}"#,
            r#"{"tenancy_ref":"7"}"#,
        ] {
            let _ = ask(&mut fake, query, "", 10, None);
        }
        let _ = check::check(&mut fake);
    }
    assert!(
        matches!(ask(&mut Fake::default(), HOME, r#"{"photo":true}"#, 1, None), Err(Failure::BadSettings(why)) if why.contains("photo"))
    );
}
