//! What a trial came to, as the page draws it: `redress-link-preview/1`.

use serde_json::Value;

/// What came and what was made of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Method and address.
    pub request: String,
    /// The status, and what follows from it in words; empty where nothing was sent.
    pub status: String,
    /// The answer, clipped.
    pub answer: String,
    /// Whether there was more of it.
    pub clipped: bool,
    /// Where lists stand, and how long they are.
    pub lists: Vec<(String, String)>,
    /// What a record holds, with an example each.
    pub paths: Vec<(String, String)>,
    /// The records that the mapping makes.
    pub records: Vec<ShownRecord>,
    /// How many came in all.
    pub count: u64,
    /// Whether there is a next page.
    pub more: bool,
    /// What went wrong with the whole.
    pub problems: Vec<String>,
}

/// One record of the trial.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ShownRecord {
    /// Its line.
    pub title: String,
    /// References, fields and the rest, each with its value.
    pub fields: Vec<(String, String)>,
    /// Whether it belongs to what was asked for.
    pub belongs: bool,
    /// What was not understood of it.
    pub problems: Vec<String>,
}

impl Shown {
    /// Reads the adapter's answer. What is missing is empty: it came from outside.
    pub fn of(tried: &Value) -> Self {
        let pairs = |list: &str, name: &str, value: &str| -> Vec<(String, String)> {
            let items = tried[list].as_array().into_iter().flatten();
            items
                .map(|item| (text(&item[name]), text(&item[value])))
                .collect()
        };
        let count = tried["count"].as_u64().unwrap_or_default();
        Self {
            request: text(&tried["request"]),
            status: text(&tried["status"]),
            answer: text(&tried["answer"]),
            clipped: tried["clipped"] == true,
            lists: pairs("lists", "path", "count"),
            paths: pairs("paths", "path", "example"),
            records: tried["records"]
                .as_array()
                .into_iter()
                .flatten()
                .map(record)
                .collect(),
            count,
            more: !tried["next"].is_null(),
            problems: strings(&tried["problems"]),
        }
    }
}

fn record(tried: &Value) -> ShownRecord {
    let document = &tried["document"];
    let mut fields = vec![("id".to_owned(), text(&tried["id"]))];
    for name in ["property_ref", "tenancy_ref", "person_ref"] {
        fields.push((name.into(), text(&document[name])));
    }
    for part in ["fields", "other"] {
        let members = document[part].as_object().into_iter().flatten();
        fields.extend(members.map(|(name, value)| (name.clone(), text(value))));
    }
    for file in document["documents"].as_array().into_iter().flatten() {
        fields.push(("document".into(), text(&file["name"])));
    }
    fields.retain(|(_, value)| !value.is_empty());
    let title = text(&tried["title"]);
    ShownRecord {
        title: if title.is_empty() {
            text(&tried["id"])
        } else {
            title
        },
        fields,
        belongs: tried["belongs"] == true,
        problems: strings(&tried["problems"]),
    }
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(text).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
