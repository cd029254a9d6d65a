//! Work orders: which are recent, what their appointments tell, and their photos.

use redress_plugin::http::HttpError;
use redress_plugin::{Failure, Value};
use serde_json::json;

use super::{found, titles};
use crate::fake::{Fake, Says};
use crate::photos;

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
fn a_missed_appointment_is_told_from_one_without_access() {
    let check = |status: &str, notes: Value, started: Value, expected: Option<&str>| {
        let appointment = json!({"appointment": {"date": "2026-09-10", "start": "08:00", "end": "12:00", "startedAt": started}});
        let mut detail: Value =
            serde_json::from_str(include_str!("../../samples/work-order.json")).unwrap();
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
