//! What an adapter answers: [`Record`] makes `redress-link-record/1`, the same bytes for the same record.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{Ask, Found, Page};

/// A record of the other system on its way to the host. Members that are empty are left out; all are in one order.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    kind: String,
    id: String,
    title: String,
    references: [Option<String>; 3],
    ended: Option<String>,
    fields: BTreeMap<String, String>,
    other: BTreeMap<String, String>,
    documents: Vec<Document>,
}

impl Record {
    /// A record of this kind (`repair`, `asb`, `tenancy`, `contact`, `person`, …); the id is the other system's own.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
            title: String::new(),
            references: [None, None, None],
            ended: None,
            fields: BTreeMap::new(),
            other: BTreeMap::new(),
            documents: Vec::new(),
        }
    }

    /// One line for people; without one it is the kind and the id.
    pub fn title(mut self, title: impl Text) -> Self {
        self.title = title.text().unwrap_or_default();
        self
    }

    /// The home that the record is of.
    pub fn property_ref(mut self, reference: impl Text) -> Self {
        self.references[0] = reference.text();
        self
    }

    /// The tenancy that the record is of.
    pub fn tenancy_ref(mut self, reference: impl Text) -> Self {
        self.references[1] = reference.text();
        self
    }

    /// The person that the record is of.
    pub fn person_ref(mut self, reference: impl Text) -> Self {
        self.references[2] = reference.text();
        self
    }

    /// The day on which it was over, if it is: [`Page::of`] leaves out what ended too long ago. It says nothing in the
    /// record itself.
    pub fn ended(mut self, day: impl Text) -> Self {
        self.ended = day.text();
        self
    }

    /// A field that the contract knows, by its name there: `reported_on`, `description`, `status`, …
    pub fn field(mut self, name: &str, value: impl Text) -> Self {
        if let Some(value) = value.text() {
            self.fields.insert(name.into(), value);
        }
        self
    }

    /// Anything else, under the other system's own name for it.
    pub fn other(mut self, name: &str, value: impl Text) -> Self {
        if let Some(value) = value.text() {
            self.other.insert(name.into(), value);
        }
        self
    }

    /// A photo or a report of the record, which [`Linker::fetch`](crate::Linker::fetch) can give.
    pub fn document(mut self, document: Document) -> Self {
        self.documents.push(document);
        self
    }

    /// Photos and reports of the record, which [`Linker::fetch`](crate::Linker::fetch) can give.
    pub fn documents(mut self, documents: impl IntoIterator<Item = Document>) -> Self {
        self.documents.extend(documents);
        self
    }

    /// As the contract wants it.
    pub fn found(self) -> Found {
        let [property, tenancy, person] = self.references;
        let mut document = json!({
            "schema": "redress-link-record/1", "kind": self.kind, "id": self.id,
            "property_ref": property, "tenancy_ref": tenancy, "person_ref": person,
            "fields": self.fields, "other": self.other,
        });
        if !self.documents.is_empty() {
            let named = self.documents.into_iter().map(|one| Value::Object(one.0));
            document["documents"] = named.collect();
        }
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        Found {
            title: match title.chars().take(100).collect::<String>() {
                title if title.is_empty() => format!("{} {}", self.kind, self.id),
                title => title,
            },
            id: self.id,
            kind: self.kind,
            document: document.to_string(),
        }
    }
}

impl Page {
    /// These records, and the mark of the next page when there is one.
    pub fn new(records: impl IntoIterator<Item = Record>, next: Option<String>) -> Self {
        Self {
            records: records.into_iter().map(Record::found).collect(),
            next,
        }
    }

    /// Those of these records that were asked for: of a kind that is wanted, and not over before `since`.
    pub fn of(ask: &Ask, records: impl IntoIterator<Item = Record>, next: Option<String>) -> Self {
        let wanted =
            |record: &Record| ask.wants(&record.kind) && ask.recent(record.ended.as_deref());
        Self::new(records.into_iter().filter(wanted), next)
    }

    /// Nothing was found.
    pub fn empty() -> Self {
        Self::new([], None)
    }
}

/// A document that belongs to a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Document(Map<String, Value>);

impl Document {
    /// Its id within the record and its file name.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        let mut members = Map::new();
        members.insert("id".into(), Value::String(id.into()));
        members.insert("name".into(), Value::String(name.into()));
        Self(members)
    }

    /// Another member: `title`, `media_type`, `taken_on`, or what the adapter needs to find the bytes again.
    pub fn with(mut self, name: &str, value: impl Text) -> Self {
        if let Some(value) = value.text() {
            self.0.insert(name.into(), Value::String(value));
        }
        self
    }
}

/// What can stand in a record: a text, or nothing.
pub trait Text {
    /// The text without spaces around it; none when there is nothing in it.
    fn text(&self) -> Option<String>;
}

impl Text for str {
    fn text(&self) -> Option<String> {
        Some(self.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

impl Text for String {
    fn text(&self) -> Option<String> {
        self.as_str().text()
    }
}

impl<T: Text> Text for Option<T> {
    fn text(&self) -> Option<String> {
        self.as_ref()?.text()
    }
}

impl<T: Text + ?Sized> Text for &T {
    fn text(&self) -> Option<String> {
        (**self).text()
    }
}

impl Text for Value {
    /// Lists and objects are written as JSON.
    fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::String(text) => text.text(),
            Self::Bool(true) => Some("yes".into()),
            Self::Bool(false) => Some("no".into()),
            other => Some(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_the_same_bytes_in_whatever_order_it_was_made() {
        let made = Record::new("repair", "R-1")
            .title(" Extractor\n broken ")
            .field("status", json!("Open"))
            .field("description", Some("Extractor broken"))
            .field("target_on", None::<String>)
            .field("trade", "  ")
            .property_ref("007")
            .other("Cost", json!(12.5))
            .documents([Document::new("p-7", "a.jpg").with("url", "photos/7")]);
        let again = Record::new("repair", "R-1")
            .property_ref(String::from("007"))
            .other("Cost", "12.5")
            .field("description", "Extractor broken")
            .documents([Document::new("p-7", "a.jpg").with("url", "photos/7")])
            .field("status", "Open")
            .title("Extractor broken");
        let found = made.found();
        assert_eq!(found.document, again.found().document);
        assert_eq!(found.title, "Extractor broken");
        assert_eq!(
            serde_json::from_str::<Value>(&found.document).expect("it is JSON"),
            json!({
                "schema": "redress-link-record/1", "kind": "repair", "id": "R-1",
                "property_ref": "007", "tenancy_ref": null, "person_ref": null,
                "fields": {"status": "Open", "description": "Extractor broken"}, "other": {"Cost": "12.5"},
                "documents": [{"id": "p-7", "name": "a.jpg", "url": "photos/7"}],
            })
        );
    }

    #[test]
    fn a_page_holds_what_was_asked_for() {
        let ask = Ask {
            kinds: vec!["repair".into()],
            since: Some("2024-01-01".into()),
            ..Ask::default()
        };
        let records = [
            Record::new("repair", "open").ended(&Value::Null),
            Record::new("repair", "old").ended("2023-12-31"),
            Record::new("repair", "late").ended("2024-01-01"),
            Record::new("note", "note"),
        ];
        let page = Page::of(&ask, records, None);
        let ids: Vec<_> = page.records.iter().map(|found| found.id.as_str()).collect();
        assert_eq!(ids, ["open", "late"]);
    }

    #[test]
    fn a_record_without_title_is_called_by_its_kind_and_id() {
        assert_eq!(Record::new("note", "9").title("").found().title, "note 9");
    }
}
