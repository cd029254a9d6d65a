//! What the page that writes a mapping is shown.

use std::collections::BTreeMap;

use redress_plugin::Value;
use serde_json::json;

use super::{ask, document, jobs, readme, small};
use crate::fake::Fake;

fn preview(fake: &mut Fake, settings: &Value, query: Value) -> Value {
    let mut query = query;
    query["preview"] = true.into();
    let page = ask(fake, settings, &query, 1, None).unwrap();
    assert_eq!(
        (page.records.len(), page.records[0].kind.as_str()),
        (1, "preview")
    );
    assert!(page.records[0].document.len() < 250_000);
    document(&page, 0)
}

#[test]
fn a_trial_shows_what_came_and_what_was_made_of_it() {
    let mut fake = Fake::default()
        .rule("GET jobs?property=00700123", 200, jobs())
        .rule("GET jobs/204", 200, json!({"notes": []}));
    let shown = preview(
        &mut fake,
        &readme(),
        json!({"kinds": ["repair"], "property_ref": "00700123", "since": "2023-11-20"}),
    );
    assert_eq!(
        (&shown["status"], &shown["count"]),
        (&json!(200), &json!(3))
    );
    assert_eq!(
        shown["request"],
        "GET jobs?property=00700123&from=2023-11-20"
    );
    assert_eq!(shown["lists"], json!([{"path": "data.jobs", "count": 3}]));
    let paths: BTreeMap<&str, &str> = shown["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["path"].as_str().unwrap(), p["example"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (
            paths["trade.name"],
            paths["photos[].file"],
            paths["no"],
            paths["done"]
        ),
        ("Electrical", "bath/mould.jpg", "204", "05/01/2019")
    );
    let problems: Vec<String> = shown["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["problems"].to_string())
        .collect();
    assert_eq!(problems[0], "[]");
    assert!(
        problems[1].contains("somebody else's") && problems[2].contains("too long ago"),
        "{problems:?}"
    );
    assert!(
        shown["answer"]
            .as_str()
            .unwrap()
            .contains("\"Extractor broken\"")
    );
}

#[test]
fn a_trial_tells_what_is_wrong() {
    let home = || json!({"kinds": ["repair"], "property_ref": "1"});
    let says = |fake: &mut Fake, settings: &Value, query: Value| {
        preview(fake, settings, query)["problems"].to_string()
    };
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 200, json!({"data": {"jobs": []}})),
        &small(json!({"list": "rows"})),
        home(),
    );
    assert!(wrong.contains("its lists are data.jobs"), "{wrong}");
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 200, json!({"data": {"jobs": []}})),
        &small(json!({})),
        home(),
    );
    assert!(wrong.contains("such as data.jobs"), "{wrong}");
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 403, "no"),
        &small(json!({})),
        home(),
    );
    assert!(wrong.contains("credentials"), "{wrong}");
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 200, "<html>"),
        &small(json!({})),
        home(),
    );
    assert!(wrong.contains("not JSON"), "{wrong}");
    let wrong = says(&mut Fake::default(), &small(json!({})), home());
    assert!(wrong.contains("there is nothing"), "{wrong}");
    let wrong = says(
        &mut Fake::default(),
        &small(json!({})),
        json!({"kinds": ["repair"]}),
    );
    assert!(wrong.contains("needs property_ref"), "{wrong}");
    let huge = json!([{"no": 1, "x": "y".repeat(300_000), "\"Date\" raised": "02/09/2026"}]);
    let shown = preview(
        &mut Fake::default().rule("GET jobs", 200, huge),
        &small(json!({})),
        home(),
    );
    assert_eq!(shown["clipped"], true);
    assert!(
        shown["paths"]
            .to_string()
            .contains(r#"@.\"\\\"Date\\\" raised\""#),
        "{}",
        shown["paths"]
    );
}
