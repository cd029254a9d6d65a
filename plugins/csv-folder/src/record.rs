//! One row as `redress-link-record/1`. The same row gives the same bytes: members are in order, and
//! nothing in them changes by itself, not even the name of the file when next month's export has another.

use crate::layout::{Columns, Kind};
use crate::settings::Dates;
use crate::when;
use serde_json::{Map, Value, json};

/// A record on its way to the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Stable in the other system.
    pub id: String,
    /// `repair`, …
    pub kind: &'static str,
    /// One line for people.
    pub title: String,
    /// The whole as JSON.
    pub document: String,
    /// The last date in it, for `since`.
    pub last: Option<String>,
}

const REFERENCES: [&str; 3] = ["property_ref", "tenancy_ref", "person_ref"];

/// Reads a row.
pub fn read(kind: Kind, columns: &Columns, row: &[String], dates: Dates) -> Record {
    let mut fields = Map::new();
    let mut last = None;
    for field in kind
        .fields()
        .filter(|f| *f != "id" && !REFERENCES.contains(f))
    {
        let text = columns.get(row, field);
        if text.is_empty() {
            continue;
        }
        let read = match field {
            "at" => when::moment(text, dates),
            "start" | "end" => when::date(text, dates),
            _ if field.ends_with("_on") => when::date(text, dates),
            _ => None,
        };
        // A target lies ahead; it does not say that anything happened.
        if field != "target_on" {
            last = last.max(read.clone().map(|r| r.chars().take(10).collect::<String>()));
        }
        fields.insert(field.into(), read.unwrap_or_else(|| text.to_owned()).into());
    }
    let other: Map<String, Value> = columns
        .other
        .iter()
        .filter_map(|(name, at)| Some((name.clone(), row.get(*at)?.trim())))
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(name, cell)| (name, cell.into()))
        .collect();
    let id = match columns.get(row, "id") {
        "" => format!("row-{:016x}", fingerprint(row)),
        id => id.to_owned(),
    };
    let title = title(kind, &id, &fields);
    // Open until it ends: an open repair or tenancy is never too old.
    let closed = match kind {
        Kind::Repair => fields.contains_key("completed_on"),
        Kind::Asb => fields.contains_key("closed_on"),
        Kind::Tenancy => fields.contains_key("end"),
        Kind::Contact => true,
    };
    let mut document = json!({"schema": "redress-link-record/1", "kind": kind.name(), "id": id});
    for name in REFERENCES {
        let value = columns.get(row, name);
        document[name] = if value.is_empty() {
            Value::Null
        } else {
            value.into()
        };
    }
    document["fields"] = fields.into();
    document["other"] = other.into();
    Record {
        id,
        kind: kind.name(),
        title,
        document: document.to_string(),
        last: last.filter(|_| closed),
    }
}

fn title(kind: Kind, id: &str, fields: &Map<String, Value>) -> String {
    let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let first = |names: &[&str]| {
        names
            .iter()
            .map(|n| field(n))
            .find(|t| !t.is_empty())
            .unwrap_or_default()
            .to_owned()
    };
    let text = match kind {
        Kind::Repair => first(&["description", "trade"]),
        Kind::Asb => first(&["description", "category"]),
        Kind::Tenancy => {
            let from = field("start");
            let tenure = first(&["tenure_type"]);
            if from.is_empty() {
                tenure
            } else {
                format!("{tenure} from {from}").trim_start().to_owned()
            }
        }
        Kind::Contact => first(&["subject", "summary"]),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = text.chars().take(100).collect();
    if short.is_empty() {
        format!("{} {id}", kind.name())
    } else {
        short
    }
}

/// Names a row without an id by what it says (FNV-1a), so that its place in the file does not matter.
fn fingerprint(row: &[String]) -> u64 {
    let bytes = row
        .iter()
        .flat_map(|cell| cell.trim().bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn record(kind: Kind, header: &str, row: &str) -> Record {
        let cells = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        let columns = Columns::read(kind, &cells(header), &Settings::default()).unwrap();
        read(kind, &columns, &cells(row), Dates::Dmy)
    }

    #[test]
    fn a_row_becomes_a_record() {
        let r = record(
            Kind::Repair,
            "Job No|Property ref|Date raised|Target|Completed|Description|Cost centre",
            "204| 00700123 |02/09/2026|23/09/2026|not yet|Extractor  broken|R-114",
        );
        assert_eq!(
            (r.id.as_str(), r.title.as_str(), r.last.as_deref()),
            ("204", "Extractor broken", Some("2026-09-02"))
        );
        let expected = json!({
            "schema": "redress-link-record/1", "kind": "repair", "id": "204",
            "property_ref": "00700123", "tenancy_ref": null, "person_ref": null,
            "fields": {"reported_on": "2026-09-02", "target_on": "2026-09-23", "completed_on": "not yet",
                       "description": "Extractor  broken"},
            "other": {"Cost centre": "R-114"},
        });
        assert_eq!(
            serde_json::from_str::<Value>(&r.document).unwrap(),
            expected
        );
    }

    #[test]
    fn a_row_without_id_is_named_by_what_it_says() {
        let id = |row| record(Kind::Contact, "Date|Summary", row).id;
        assert_eq!(id("2026-01-01|Called"), id("2026-01-01|Called "));
        assert_ne!(id("2026-01-01|Called"), id("2026-01-01|Wrote"));
    }

    #[test]
    fn what_is_open_is_never_old() {
        assert_eq!(
            record(Kind::Tenancy, "Ref|Start|End", "T1|2001-01-01|").last,
            None
        );
        assert_eq!(
            record(Kind::Tenancy, "Ref|Start|End", "T1|2001-01-01|2009-05-01")
                .last
                .unwrap(),
            "2009-05-01"
        );
        assert_eq!(
            record(Kind::Tenancy, "Ref|Start|Type", "T1|17/06/2019|Secure").title,
            "Secure from 2019-06-17"
        );
    }
}
