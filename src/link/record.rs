//! A linked record opened up: its fields in the order people read them, the facts that matter most, the documents
//! that belong to it, and what differs between two of its versions.
//!
//! What an adapter gave is kept as the text it came as; this only reads it. A record that is not in the published
//! shape is shown as what it is, never refused: it is evidence.

use chrono::NaiveDate;
use serde_json::{Map, Value};

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the record, such as `reported_on`.
    pub name: String,
    /// What stands in it.
    pub value: String,
    /// Under which of the record's parts it stood.
    pub part: Part,
}

/// The parts of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The references to home, tenancy and person.
    Reference,
    /// A field whose meaning is published.
    Known,
    /// What else the other system holds, under its own name.
    Other,
}

/// A document that belongs to a record, in the words of the other system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its identifier within the record.
    pub id: String,
    /// Its file name there.
    pub name: String,
    /// What it shows.
    pub title: Option<String>,
    /// What the other system takes it for.
    pub media_type: Option<String>,
    /// Its own date.
    pub taken_on: Option<NaiveDate>,
    /// Everything that was said of it: the adapter gets it back when the bytes are asked for.
    pub said: Value,
}

/// A record, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its fields: references, what is published, then the rest.
    pub fields: Vec<Field>,
    /// Its documents.
    pub papers: Vec<Paper>,
}

/// The published fields in the order people read them; those of a kind that has none here come as they are.
const ORDER: &[&str] = &[
    "name",
    "preferred_name",
    "title",
    "status",
    "subject",
    "description",
    "summary",
    "category",
    "trade",
    "priority",
    "at",
    "reported_on",
    "opened_on",
    "start",
    "target_on",
    "appointment_on",
    "appointment_slot",
    "attended_on",
    "completed_on",
    "closed_on",
    "end",
    "outcome",
    "closure_reason",
    "notes",
];

/// The fields that say most about a record of a kind, in a line.
fn key_names(kind: &str) -> &'static [&'static str] {
    match kind {
        "repair" | "repairs" => &["status", "reported_on", "target_on", "completed_on"],
        "asb" => &["status", "category", "opened_on", "closed_on"],
        "tenancy" => &["tenure_type", "start", "end"],
        "contact" | "contacts" => &["at", "channel", "direction"],
        "inspection" => &["status", "reported_on", "outcome"],
        "person" => &["phone", "email", "address"],
        "property" => &["address", "status"],
        _ => &["status", "at", "reported_on", "opened_on", "closed_on"],
    }
}

impl Sheet {
    /// Reads a record's document. What is not an object has one field: itself.
    pub fn read(document: &str) -> Self {
        let Ok(Value::Object(record)) = serde_json::from_str(document) else {
            return Self {
                fields: vec![Field {
                    name: "record".into(),
                    value: document.to_owned(),
                    part: Part::Other,
                }],
                papers: Vec::new(),
            };
        };
        let mut fields = Vec::new();
        let take = |map: &Map<String, Value>, part, out: &mut Vec<Field>| {
            for (name, value) in map {
                let value = text(value);
                if !value.trim().is_empty() {
                    out.push(Field {
                        name: name.clone(),
                        value,
                        part,
                    });
                }
            }
        };
        let within = |name| record.get(name).and_then(Value::as_object);
        if let Some(known) = within("fields") {
            take(known, Part::Known, &mut fields);
        }
        if let Some(other) = within("other") {
            take(other, Part::Other, &mut fields);
        }
        // What stands beside them in a record of the published shape is its references; in any other, all of it.
        let published = within("fields").is_some();
        let beside: Map<String, Value> = record
            .iter()
            .filter(|(name, value)| {
                let inner = matches!(name.as_str(), "fields" | "other" | "documents");
                let own = matches!(name.as_str(), "schema" | "kind" | "id" | "origin");
                !(inner && (value.is_object() || value.is_array())) && !own
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let part = if published {
            Part::Reference
        } else {
            Part::Other
        };
        take(&beside, part, &mut fields);
        let place = |field: &Field| {
            let known = ORDER.iter().position(|name| *name == field.name);
            (field.part, known.unwrap_or(ORDER.len()))
        };
        // A stable sort: names that are not in the list keep the order in which they came.
        fields.sort_by_key(place);
        let papers = record.get("documents").and_then(Value::as_array);
        let papers = papers.into_iter().flatten().filter_map(Paper::read);
        Self {
            fields,
            papers: papers.collect(),
        }
    }

    /// What stands in a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|field| field.name == name);
        found.map(|field| field.value.as_str())
    }

    /// The few fields that say most about a record of this kind.
    pub fn key_facts(&self, kind: &str) -> Vec<&Field> {
        key_names(kind)
            .iter()
            .filter_map(|name| self.fields.iter().find(|field| field.name == *name))
            .collect()
    }

    /// One of its documents.
    pub fn paper(&self, id: &str) -> Option<&Paper> {
        self.papers.iter().find(|paper| paper.id == id)
    }
}

impl Paper {
    fn read(said: &Value) -> Option<Self> {
        let text = |name: &str| {
            let found = said.get(name)?.as_str()?.trim();
            (!found.is_empty()).then(|| found.to_owned())
        };
        Some(Self {
            id: text("id")?,
            name: text("name")?,
            title: text("title"),
            media_type: text("media_type"),
            taken_on: text("taken_on").and_then(|day| {
                let day = day.get(..10).unwrap_or(&day).to_owned();
                day.parse().ok()
            }),
            said: said.clone(),
        })
    }
}

/// A value as people read it: a list as its members, anything deeper as the JSON it is.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            let items: Vec<String> = items.iter().map(text).collect();
            items.join("; ")
        }
        other => other.to_string(),
    }
}

/// A field in two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// Under which part it stands.
    pub part: Part,
    /// What stood there; none where it was not there.
    pub old: Option<String>,
    /// What stands there now.
    pub new: Option<String>,
}

impl Compared {
    /// Whether it says something else now.
    pub fn changed(&self) -> bool {
        self.old != self.new
    }
}

/// Two versions of a record, field by field, in the order of the newer one; what is gone from it comes last.
pub fn compare(old: &Sheet, new: &Sheet) -> Vec<Compared> {
    let same = |a: &Field, b: &Field| a.name == b.name && a.part == b.part;
    let now = new.fields.iter().map(|field| Compared {
        name: field.name.clone(),
        part: field.part,
        old: old
            .fields
            .iter()
            .find(|before| same(before, field))
            .map(|before| before.value.clone()),
        new: Some(field.value.clone()),
    });
    let gone = old
        .fields
        .iter()
        .filter(|field| !new.fields.iter().any(|now| same(now, field)))
        .map(|field| Compared {
            name: field.name.clone(),
            part: field.part,
            old: Some(field.value.clone()),
            new: None,
        });
    let names = |sheet: &Sheet| {
        let names: Vec<&str> = sheet
            .papers
            .iter()
            .map(|paper| paper.name.as_str())
            .collect();
        (!names.is_empty()).then(|| names.join("; "))
    };
    let (before, after) = (names(old), names(new));
    let papers = (before.is_some() || after.is_some()).then(|| Compared {
        name: "documents".into(),
        part: Part::Known,
        old: before,
        new: after,
    });
    now.chain(gone).chain(papers).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const OLD: &str = r#"{"schema":"redress-link-record/1","kind":"repair","id":"204","property_ref":"00700123",
        "tenancy_ref":null,"fields":{"description":"Fan","reported_on":"2026-09-02","status":"Open"},
        "other":{"Cost centre":"R-114"},
        "documents":[{"id":"p-7","name":"bath.jpg","taken_on":"2026-09-30T10:00:00Z","where":7},{"name":"no id"}]}"#;

    #[test]
    fn a_record_is_read_in_the_order_people_read_it() {
        let sheet = Sheet::read(OLD);
        let names: Vec<&str> = sheet.fields.iter().map(|f| f.name.as_str()).collect();
        let expected = [
            "property_ref",
            "status",
            "description",
            "reported_on",
            "Cost centre",
        ];
        assert_eq!(names, expected);
        let facts = sheet.key_facts("repair");
        assert_eq!(facts[0].value, "Open");
        assert_eq!(facts.len(), 2);
        let [paper] = sheet.papers.as_slice() else {
            panic!("{sheet:?}")
        };
        assert_eq!(paper.taken_on, "2026-09-30".parse().ok());
        assert_eq!(paper.said["where"], 7, "given back as it came");
    }

    #[test]
    fn what_is_no_record_is_shown_as_it_is() {
        assert_eq!(Sheet::read("[1]").fields[0].value, "[1]");
        assert_eq!(
            Sheet::read(r#"{"state":"open","id":"1"}"#).get("state"),
            Some("open")
        );
        let odd = Sheet::read(r#"{"fields":"x","documents":{"id":1}}"#);
        assert_eq!(odd.get("fields"), Some("x"));
    }

    #[test]
    fn versions_stand_side_by_side() {
        let new = OLD
            .replace("Open", "Completed")
            .replace(r#""Cost centre":"R-114""#, r#""Vat":"no""#);
        let all = compare(&Sheet::read(OLD), &Sheet::read(&new));
        let changed: Vec<_> = all.iter().filter(|line| line.changed()).collect();
        let told: Vec<_> = changed
            .iter()
            .map(|c| (c.name.as_str(), c.old.as_deref(), c.new.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("status", Some("Open"), Some("Completed")),
                ("Vat", None, Some("no")),
                ("Cost centre", Some("R-114"), None),
            ]
        );
        assert_eq!(all.iter().filter(|line| !line.changed()).count(), 4);
    }
}
