//! Mistakes in the settings, and "Test connection".

use redress_plugin::{Failure, Query, Value};
use serde_json::json;

use super::{ask, readme, small};
use crate::fake::Fake;
use crate::find;

#[test]
fn mistakes_in_the_settings_are_named() {
    let with = |extra: Value| small(extra);
    for (settings, says) in [
        (json!([]), "the settings must be an object"),
        (json!({}), "kinds: nothing is mapped yet"),
        (
            json!({"kinds": {"Repair!": {}}}),
            "`Repair!` cannot be a kind",
        ),
        (
            json!({"kinds": {"repair": {"id": "no"}}}),
            "kinds.repair.request is missing",
        ),
        (
            json!({"kinds": {"repair": {"request": "x"}}}),
            "kinds.repair.id is missing",
        ),
        (json!({"kind": {}}), "the settings has `kind`"),
        (with(json!({"feilds": {}})), "kinds.repair has `feilds`"),
        (
            with(json!({"fields": {"reported": "x"}})),
            "kinds.repair.fields: `reported` is not one of reported_on",
        ),
        (
            with(json!({"fields": {"reported_on": "x | day"}})),
            "kinds.repair.fields.reported_on: `day` is not a word",
        ),
        (
            with(json!({"fields": {"reported_on": 7}})),
            "kinds.repair.fields.reported_on: it must be a text",
        ),
        (
            with(json!({"request": "jobs/{home}"})),
            "kinds.repair.request.path: `{home}` is not part of a query",
        ),
        (
            with(json!({"request": {"path": "x", "method": "DELETE"}})),
            "kinds.repair.request.method: `DELETE`",
        ),
        (
            with(json!({"request": {"path": "x", "body": {}}})),
            "a GET has no body",
        ),
        (
            with(json!({"list": "a..b"})),
            "kinds.repair.request.list: `a..b`",
        ),
        (
            with(json!({"paging": {"style": "pages"}})),
            "kinds.repair.paging.style: `pages`",
        ),
        (
            with(json!({"paging": {"style": "page"}})),
            "kinds.repair.paging.per_page is missing",
        ),
        (
            with(json!({"paging": {"style": "next"}})),
            "kinds.repair.paging.at is missing",
        ),
        (with(json!({"none": [500000]})), "kinds.repair.none: 500000"),
        (with(json!({"none": [401]})), "kinds.repair.none: 401"),
        (
            with(json!({"needs": ["home"]})),
            "kinds.repair.needs: `home`",
        ),
        (
            with(json!({"documents": {"list": "p"}})),
            "kinds.repair.documents.id is missing",
        ),
        (
            with(json!({"title": "{a"})),
            "kinds.repair.title: `{a` has a `{` that is not closed",
        ),
    ] {
        match ask(
            &mut Fake::default(),
            &settings,
            &json!({"property_ref": "1"}),
            1,
            None,
        ) {
            Err(Failure::BadSettings(why)) => assert!(why.contains(says), "{says}: {why}"),
            other => panic!("{settings}: {other:?}"),
        }
    }
    assert!(matches!(
        find::find(
            &mut Fake::default(),
            "{",
            &Query {
                document: "{}".into(),
                limit: 1,
                cursor: None
            }
        ),
        Err(Failure::BadSettings(_))
    ));
}

#[test]
fn the_connection_is_tested() {
    let settings = readme();
    assert_eq!(
        find::check(
            &mut Fake::default().rule("GET status", 200, "ok"),
            &settings.to_string()
        )
        .unwrap(),
        "The system answers. Mapped: person by person_ref, and by search, 3 fields; repair by property_ref, 7 fields."
    );
    assert!(matches!(
        find::check(&mut Fake::default(), &settings.to_string()),
        Err(Failure::Unavailable(_))
    ));
    assert!(matches!(
        find::check(
            &mut Fake::default().rule("GET", 401, ""),
            &settings.to_string()
        ),
        Err(Failure::Refused(_))
    ));
    assert!(find::check(&mut Fake::default(), &small(json!({})).to_string()).is_ok());
}
