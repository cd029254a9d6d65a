//! Whose records are found, by what, and how much of them is kept.

use redress_plugin::{Failure, Page, Value};
use serde_json::json;

use super::{HOME, PERSON, TENURE, ask, found, titles};
use crate::fake::{Fake, Says};

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
        serde_json::from_str(include_str!("../../samples/search-persons.json")).unwrap();
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
