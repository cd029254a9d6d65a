//! APIs that are down, refuse us, were not granted or answer something else.

use redress_plugin::Failure;
use redress_plugin::http::HttpError;

use super::{HOME, ask, found, titles};
use crate::check;
use crate::fake::{Fake, Says};

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
