//! Lists that come in pages, and answers given in pages.

use redress_plugin::{Failure, Value};
use serde_json::json;

use super::{HOME, PERSON, ask, found, titles};
use crate::fake::{Fake, Says};

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
