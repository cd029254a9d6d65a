//! Whether a record is `redress-link-record/1`, and whose it is.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::plugins::LinkRecord;

/// The fields that the contract knows, by kind.
const FIELDS: [(&str, &[&str]); 6] = [
    (
        "person",
        &[
            "name",
            "preferred_name",
            "title",
            "address",
            "email",
            "phone",
            "preferred_channel",
            "language",
            "adjustments",
            "tenure_type",
        ],
    ),
    (
        "repair",
        &[
            "reported_on",
            "description",
            "trade",
            "priority",
            "target_on",
            "appointment_on",
            "appointment_slot",
            "attended_on",
            "completed_on",
            "status",
            "outcome",
            "contractor",
            "follow_on_of",
            "hazard",
            "notes",
            "name",
            "address",
        ],
    ),
    (
        "asb",
        &[
            "opened_on",
            "closed_on",
            "category",
            "hate_incident",
            "description",
            "risk_score",
            "risk_assessed_on",
            "action_plan_on",
            "actions",
            "last_contact_on",
            "outcome",
            "closure_reason",
            "status",
            "name",
            "address",
        ],
    ),
    (
        "tenancy",
        &[
            "tenure_type",
            "start",
            "end",
            "joint_with_refs",
            "population",
            "payment_ref",
            "name",
            "address",
            "email",
            "phone",
        ],
    ),
    (
        "property",
        &[
            "address",
            "uprn",
            "type",
            "bedrooms",
            "floor",
            "built_year",
            "patch",
            "owner",
            "managing_org",
            "estate",
        ],
    ),
    (
        "contact",
        &[
            "at",
            "direction",
            "channel",
            "subject",
            "summary",
            "staff",
            "name",
            "address",
        ],
    ),
];

/// What is wrong with a record, and what somebody should look at.
#[derive(Debug, Default)]
pub struct Findings {
    /// Against the contract.
    pub wrong: Vec<String>,
    /// Allowed, and likely not meant.
    pub odd: Vec<String>,
}

/// Looks at a record that was found for a query.
pub fn look(record: &LinkRecord, query: &Value) -> Findings {
    let mut findings = Findings::default();
    let called = format!("{} {}", record.kind, record.id);
    let Ok(document) = serde_json::from_str::<Value>(&record.document) else {
        findings.wrong.push(format!("{called} is not JSON"));
        return findings;
    };
    let mut wrong = |what: String| findings.wrong.push(format!("{called} {what}"));
    if document["schema"] != "redress-link-record/1" {
        wrong("has not the schema \"redress-link-record/1\"".into());
    }
    for (member, said) in [("kind", &record.kind), ("id", &record.id)] {
        if document[member] != said.as_str() {
            wrong(format!("has another \"{member}\" in its document"));
        }
    }
    for member in ["property_ref", "tenancy_ref", "person_ref"] {
        if !matches!(document[member], Value::Null | Value::String(_)) {
            wrong(format!("has a {member} that is neither a text nor null"));
        }
    }
    for member in ["fields", "other"] {
        match &document[member] {
            Value::Null if member == "other" => {}
            Value::Object(values) => {
                for (name, value) in values {
                    if !value.is_string() {
                        wrong(format!("has {member}.{name}, which is not a text"));
                    }
                }
            }
            _ => wrong(format!("has no object \"{member}\"")),
        }
    }
    let mut ids = HashSet::new();
    for named in document["documents"].as_array().into_iter().flatten() {
        match (named["id"].as_str(), named["name"].as_str()) {
            (Some(id), Some(name)) if !id.is_empty() && !name.is_empty() => {
                if !ids.insert(id.to_owned()) {
                    wrong(format!("names the document {id} twice"));
                }
            }
            _ => wrong("names a document without an id and a name".into()),
        }
    }
    if !matches!(document["documents"], Value::Null | Value::Array(_)) {
        wrong("has \"documents\" that are no list".into());
    }
    oddities(record, &document, query, &called, &mut findings.odd);
    findings
}

fn oddities(
    record: &LinkRecord,
    document: &Value,
    query: &Value,
    called: &str,
    odd: &mut Vec<String>,
) {
    let mut strange = |what: String| odd.push(format!("{called} {what}"));
    if record.title.trim().is_empty() {
        strange("has no title".into());
    }
    let known = FIELDS.iter().find(|(kind, _)| *kind == record.kind);
    for (name, value) in document["fields"].as_object().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        if let Some((_, fields)) = known
            && !fields.contains(&name.as_str())
        {
            strange(format!(
                "has a field \"{name}\", which a {} does not have; put it into \"other\"",
                record.kind
            ));
        } else if text.trim().is_empty() {
            strange(format!("has an empty field \"{name}\"; leave it out"));
        } else if (name.ends_with("_on") || matches!(name.as_str(), "start" | "end" | "at"))
            && !is_time(text)
        {
            strange(format!(
                "has \"{text}\" in \"{name}\", which is no date such as 2026-09-02"
            ));
        }
    }
    if let Some(whose) = foreign(record, document, query) {
        strange(whose);
    }
    let since = query["since"].as_str();
    let ended = ["completed_on", "closed_on", "end"]
        .iter()
        .find_map(|name| document["fields"][*name].as_str());
    if let (Some(since), Some(ended)) = (since, ended)
        && ended
            .get(..10)
            .is_some_and(|day| is_time(day) && day < since)
    {
        strange(format!(
            "was over on {ended}, and only what was not over before {since} was asked for"
        ));
    }
}

/// Why a record may be another person's; nothing when a reference says that it belongs.
fn foreign(record: &LinkRecord, document: &Value, query: &Value) -> Option<String> {
    if query["text"].is_string() {
        return None;
    }
    let compare = |member: &str| {
        let (asked, held) = (query[member].as_str()?, document[member].as_str()?);
        let bare = |text: &str| {
            let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            letters.to_lowercase().trim_start_matches('0').to_owned()
        };
        Some(bare(asked) == bare(held))
    };
    let (property, tenancy, person) = (
        compare("property_ref"),
        compare("tenancy_ref"),
        compare("person_ref"),
    );
    if tenancy == Some(true) || person == Some(true) {
        return None;
    }
    match property {
        Some(true) if ["repair", "property"].contains(&record.kind.as_str()) => None,
        Some(true) if tenancy.is_none() && person.is_none() => None,
        Some(true) => {
            Some("is of this home and of somebody else: its tenancy or person differs".into())
        }
        Some(false) => Some("is of another home than was asked for".into()),
        None if tenancy.is_some() || person.is_some() => {
            Some("is of another tenancy or person than was asked for".into())
        }
        None if ["property_ref", "tenancy_ref", "person_ref"]
            .iter()
            .all(|m| document[*m].is_null()) =>
        {
            Some("bears no reference, so nobody can check whose it is".into())
        }
        None => None,
    }
}

fn is_time(text: &str) -> bool {
    text.parse::<NaiveDate>().is_ok()
        || DateTime::parse_from_rfc3339(text).is_ok()
        || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn look_at(kind: &str, document: Value, query: Value) -> Findings {
        let record = LinkRecord {
            id: "1".into(),
            kind: kind.into(),
            title: "Tap".into(),
            document: document.to_string(),
        };
        look(&record, &query)
    }

    fn document(kind: &str, references: [Option<&str>; 3], fields: Value) -> Value {
        json!({"schema": "redress-link-record/1", "kind": kind, "id": "1", "property_ref": references[0],
               "tenancy_ref": references[1], "person_ref": references[2], "fields": fields, "other": {}})
    }

    #[test]
    fn a_good_record_has_nothing_wrong_or_odd() {
        let fields = json!({"reported_on": "2026-09-02", "description": "Tap"});
        let found = look_at(
            "repair",
            document("repair", [Some("007"), None, None], fields),
            json!({"property_ref": "7"}),
        );
        assert!(found.wrong.is_empty() && found.odd.is_empty(), "{found:?}");
    }

    #[test]
    fn what_is_against_the_contract_is_named() {
        let bad = json!({"kind": "asb", "id": "1", "property_ref": 7, "fields": {"status": 3}, "documents": [{"id": "p"}]});
        let found = look_at("repair", bad, json!({}));
        for says in [
            "schema",
            "another \"kind\"",
            "property_ref",
            "fields.status",
            "without an id and a name",
        ] {
            assert!(
                found.wrong.iter().any(|w| w.contains(says)),
                "{says}: {found:?}"
            );
        }
    }

    #[test]
    fn whose_a_record_is_follows_the_contract() {
        let query = json!({"property_ref": "A1", "tenancy_ref": "T1"});
        let odd = |kind: &str, references| {
            look_at(kind, document(kind, references, json!({})), query.clone()).odd
        };
        assert!(odd("asb", [Some("a-1"), Some("T1"), None]).is_empty());
        assert!(odd("repair", [Some("A1"), Some("T2"), None]).is_empty());
        assert!(odd("property", [Some("A1"), Some("T2"), None]).is_empty());
        assert!(odd("asb", [Some("A1"), Some("T2"), None])[0].contains("somebody else"));
        assert!(odd("repair", [Some("B2"), None, None])[0].contains("another home"));
        assert!(odd("contact", [None, Some("T2"), None])[0].contains("another tenancy"));
        assert!(odd("note", [None, None, None])[0].contains("no reference"));
    }

    #[test]
    fn what_is_likely_not_meant_is_said() {
        let fields = json!({"due": "2026-09-02", "reported_on": "2/9/26", "status": " ", "completed_on": "2019-01-01"});
        let found = look_at(
            "repair",
            document("repair", [Some("7"), None, None], fields),
            json!({"property_ref": "7", "since": "2020-01-01"}),
        );
        for says in ["\"due\"", "no date", "empty field", "was over on"] {
            assert!(
                found.odd.iter().any(|w| w.contains(says)),
                "{says}: {found:?}"
            );
        }
    }
}
