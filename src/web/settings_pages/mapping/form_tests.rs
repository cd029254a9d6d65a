//! Settings into questions and back, and the adapter's sentences at their questions.

#![allow(clippy::unwrap_used)]

use super::*;

/// The mapping that the adapter's own guide prints.
fn guide() -> Value {
    let text = include_str!("../../../../plugins/rest-json/README.md");
    let json = text.split("```json").nth(1).unwrap();
    serde_json::from_str(json.split("```").next().unwrap()).unwrap()
}

#[test]
fn a_mapping_comes_back_as_it_was_set() {
    let settings = guide();
    let form = of("/x", "repair", &settings);
    let mut expected = settings["kinds"]["repair"].clone();
    // Short forms come back as the long ones that mean the same.
    expected["request"] = json!({"path": expected["request"], "method": "GET"});
    expected["detail"] = json!({"path": expected["detail"]});
    assert_eq!(read(&form).unwrap(), expected);
    assert_eq!(
        (value(&form, "dates"), value(&form, "check")),
        ("dmy".into(), "status".into())
    );

    let form = of("/x", "person", &settings);
    let person = read(&form).unwrap();
    assert_eq!(person["search"], settings["kinds"]["person"]["search"]);
    let none = of("/x", "asb", &settings);
    assert_eq!(read(&none).unwrap(), json!({"request": {"method": "GET"}}));
}

#[test]
fn what_is_typed_becomes_settings() {
    let mut form = of("/x", "repair", &Value::Null);
    let typed = [
        ("request.path", "jobs"),
        ("request.method", "POST"),
        ("request.body", "{\"a\": 1}"),
        ("none", "404, 410"),
        ("other", "Cost centre = cost\n\nFloor = floor ?? level"),
        ("paging.style", "page"),
        ("paging.per_page", "50"),
        ("fields.status", "state"),
        ("needs", "tenancy_ref"),
        ("try.property_ref", "007"),
        ("dates", "mdy"),
    ];
    let pairs = typed.map(|(name, text)| (name.to_owned(), text.to_owned()));
    fill(&mut form, &Posted(pairs.into()));
    let expected = json!({
        "request": {"path": "jobs", "method": "POST", "body": {"a": 1}}, "none": [404, 410],
        "other": {"Cost centre": "cost", "Floor": "floor ?? level"}, "paging": {"style": "page", "per_page": 50},
        "fields": {"status": "state"}, "needs": ["tenancy_ref"]});
    assert_eq!(read(&form).unwrap(), expected);
    assert_eq!(Value::from(trial(&form)), json!({"property_ref": "007"}));
    form.set("other", "no sign here");
    assert_eq!(read(&form).unwrap_err().0, "other");
    form.set("other", "");
    form.set("request.body", "{");
    assert!(read(&form).unwrap_err().1.starts_with("This is not JSON"));
}

#[test]
fn a_sentence_of_the_adapter_stands_at_its_question() {
    for (why, field) in [
        (
            "The plugin's settings are wrong: kinds.repair.fields.reported_on: `day` is not a word",
            "fields-reported_on",
        ),
        (
            "The plugin's settings are wrong: kinds.repair.id is missing: name the member",
            "id",
        ),
        (
            "The plugin's settings are wrong: kinds.repair.request.list: `a..b` has `.`",
            "list",
        ),
        (
            "The plugin's settings are wrong: kinds.repair.request is missing",
            "request-path",
        ),
        (
            "The plugin's settings are wrong: kinds.asb.id is missing",
            "",
        ),
        ("The other system refused us", ""),
    ] {
        let mut form = of("/x", "repair", &Value::Null);
        blame(&mut form, "repair", why);
        assert_eq!(
            (form.problems.len(), form.problems[0].field.as_str()),
            (1, field),
            "{why}"
        );
    }
    assert!(blames("kinds.repair.id is missing") && !blames("The other system cannot be used"));
}
