//! A made-up repairs system, mapped by settings, and everything that can be wrong with one.

mod paging;
mod reading;
mod settings;
mod trial;

use redress_plugin::{Failure, Page, Query, Value};
use serde_json::json;

use crate::fake::Fake;
use crate::find;

fn ask(
    fake: &mut Fake,
    settings: &Value,
    query: &Value,
    limit: u32,
    cursor: Option<String>,
) -> Result<Page, Failure> {
    let query = Query {
        document: query.to_string(),
        limit,
        cursor,
    };
    find::find(fake, &settings.to_string(), &query)
}

fn ids(page: &Page) -> Vec<String> {
    page.records
        .iter()
        .map(|r| format!("{} {}", r.kind, r.id))
        .collect()
}

fn document(page: &Page, at: usize) -> Value {
    serde_json::from_str(&page.records[at].document).unwrap()
}

/// The mapping of the adapter's README: what is printed there runs here.
fn readme() -> Value {
    let text = include_str!("../README.md");
    let json = text
        .split("```json")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    serde_json::from_str(json).unwrap()
}

fn jobs() -> Value {
    json!({"data": {"jobs": [
        {"no": 204, "home": "00700123", "fault": "Extractor broken", "raised": "02/09/2026", "due": "23/09/2026", "done": null, "state": "O",
         "trade": {"name": "Electrical"}, "costCentre": "R-114",
         "photos": [{"id": 7, "file": "bath/mould.jpg", "taken": "30/09/2026"}]},
        {"no": 205, "home": "700124", "fault": "Somebody else's door", "raised": "03/09/2026", "state": "O"},
        {"no": 180, "home": "00700123", "fault": "Old tap", "raised": "01/01/2019", "done": "05/01/2019", "state": "C"}]},
        "links": {"next": "jobs?property=00700123&cursor=2"}})
}

fn small(extra: Value) -> Value {
    let mut mapping = json!({"request": "jobs?p={property_ref}", "id": "no", "refs": {"property_ref": "{property_ref}"}});
    for (name, value) in extra.as_object().unwrap() {
        mapping[name] = value.clone();
    }
    json!({"kinds": {"repair": mapping}})
}

fn rows(from: usize, to: usize) -> Value {
    (from..=to).map(|no| json!({"no": no})).collect()
}
