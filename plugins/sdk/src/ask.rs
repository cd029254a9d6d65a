//! What the host asks of an adapter, read into plain types: [`Ask`] for records, [`Wanted`] for a document of one.

use serde::Deserialize;
use serde_json::Value;

use crate::{Failure, Query};

/// What to look for: `redress-link-query/1`. What is absent, `null` or blank in the query is `None` here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// The complaint's reference, for the other system's own log.
    pub case: Option<String>,
    /// The kinds that are wanted; empty means all.
    pub kinds: Vec<String>,
    /// The home.
    pub property_ref: Option<String>,
    /// The tenancy.
    pub tenancy_ref: Option<String>,
    /// The person.
    pub person_ref: Option<String>,
    /// Whose records, where there is no reference.
    pub name: Option<String>,
    /// Of which home, where there is no reference.
    pub address: Option<String>,
    /// `YYYY-MM-DD`: what ended before is left out; what is open stays in.
    pub since: Option<String>,
    /// What somebody typed who looks for a resident. Then everything else is empty and `kinds` is `["person"]`.
    pub text: Option<String>,
    /// Somebody tries the settings out: an adapter that knows this answers with one record of the kind `preview`, which
    /// tells what came and what was made of it.
    pub preview: bool,
}

impl Ask {
    /// Reads the query of [`Linker::find`](crate::Linker::find).
    pub fn of(query: &Query) -> Result<Self, Failure> {
        Self::read(&query.document)
    }

    fn read(document: &str) -> Result<Self, Failure> {
        let mut ask: Self = serde_json::from_str(document)
            .map_err(|error| Failure::BadInput(format!("the query cannot be read: {error}")))?;
        for member in [
            &mut ask.case,
            &mut ask.property_ref,
            &mut ask.tenancy_ref,
            &mut ask.person_ref,
            &mut ask.name,
            &mut ask.address,
            &mut ask.since,
            &mut ask.text,
        ] {
            if member.as_deref().is_some_and(|text| text.trim().is_empty()) {
                *member = None;
            }
        }
        Ok(ask)
    }

    /// The property reference, for an adapter that can find by nothing else; without one the query is refused.
    pub fn home(&self) -> Result<&str, Failure> {
        needed(&self.property_ref, "property")
    }

    /// The tenancy reference, likewise.
    pub fn tenancy(&self) -> Result<&str, Failure> {
        needed(&self.tenancy_ref, "tenancy")
    }

    /// The person reference, likewise.
    pub fn person(&self) -> Result<&str, Failure> {
        needed(&self.person_ref, "person")
    }

    /// Whether records of this kind are wanted.
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind)
    }

    /// Whether something that ended on this day, or has not ended, is recent enough.
    pub fn recent(&self, ended: Option<&str>) -> bool {
        match (&self.since, ended) {
            (Some(since), Some(ended)) => ended.get(..10).is_none_or(|day| day >= since.as_str()),
            _ => true,
        }
    }
}

fn needed<'a>(reference: &'a Option<String>, of: &str) -> Result<&'a str, Failure> {
    reference.as_deref().ok_or_else(|| {
        Failure::BadInput(format!(
            "records are found by the {of} reference, and the case has none"
        ))
    })
}

/// Which document of which record is wanted: `redress-link-document/1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The record's kind.
    pub kind: String,
    /// The record's id.
    pub record: String,
    /// The document's id.
    pub id: String,
    /// Its file name, which [`Linker::fetch`](crate::Linker::fetch) answers with.
    pub name: String,
    /// The document as the record named it, with the members that the adapter added.
    pub document: Value,
}

impl Wanted {
    /// Reads what [`Linker::fetch`](crate::Linker::fetch) is asked with.
    pub fn of(document: &str) -> Result<Self, Failure> {
        let bad = |why: &str| Failure::BadInput(format!("the document asked for {why}"));
        let mut asked: Value = serde_json::from_str(document)
            .map_err(|error| bad(&format!("cannot be read: {error}")))?;
        let mut text = |at: &str| match asked.pointer_mut(at).map(Value::take) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            _ => Err(bad(&format!("has no {at}"))),
        };
        let (kind, record) = (text("/record/kind")?, text("/record/id")?);
        let (id, name) = (text("/document/id")?, text("/document/name")?);
        let mut document = asked["document"].take();
        document["id"] = id.as_str().into();
        document["name"] = name.as_str().into();
        Ok(Self {
            kind,
            record,
            id,
            name,
            document,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_whatever_is_absent_and_whatever_will_be_added() {
        let ask = Ask::read(
            r#"{"schema":"redress-link-query/1","kinds":["repair"],"property_ref":"007","tenancy_ref":null,
                "name":" ","since":"2023-11-20","something_new":[1]}"#,
        )
        .expect("it is a query");
        assert!(matches!(ask.home(), Ok("007")));
        assert_eq!(ask.name, None);
        assert!(ask.wants("repair") && !ask.wants("asb"));
        assert!(ask.recent(None) && ask.recent(Some("2023-11-20T08:00:00Z")));
        assert!(!ask.recent(Some("2023-11-19")));
        let Err(Failure::BadInput(why)) = ask.tenancy() else {
            panic!("it has no tenancy")
        };
        assert!(why.contains("tenancy reference"), "{why}");
        assert!(matches!(Ask::read("nothing"), Err(Failure::BadInput(_))));
    }

    #[test]
    fn a_document_keeps_what_the_adapter_put_in() {
        let wanted = Wanted::of(
            r#"{"record":{"kind":"repair","id":"R-1"},"document":{"id":"p-7","name":"a.jpg","url":"photos/7"}}"#,
        )
        .expect("it names a document");
        assert_eq!((wanted.record.as_str(), wanted.id.as_str()), ("R-1", "p-7"));
        assert_eq!(wanted.document["url"], "photos/7");
        assert!(
            Wanted::of(r#"{"record":{"kind":"repair","id":"R-1"},"document":{"id":"p"}}"#).is_err()
        );
    }
}
