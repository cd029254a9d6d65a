//! One row as `redress-link-record/1`. The same row gives the same bytes: members are in order, and
//! nothing in them changes by itself, not even the name of the file when next month's export has another.

use crate::cell::clean;
use crate::columns::Columns;
use crate::documents::Shelf;
use crate::fields::{ADDRESS_PARTS, NAME_PARTS};
use crate::layout::Kind;
use crate::when;
use redress_plugin::dates::{Order, is_no_day};
use redress_plugin::fields::is_day;
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
/// Letters of one text; more is cut.
const LONG: usize = 20_000;
/// Bytes of the columns that are no known field; more is left out.
const OTHER: usize = 60_000;

/// What a row is read with.
pub struct Reading<'a> {
    /// What the file holds.
    pub kind: Kind,
    /// Which column is what.
    pub columns: &'a Columns,
    /// How dates are written.
    pub dates: Order,
    /// The photos and reports of the folder.
    pub shelf: &'a Shelf,
}

impl Reading<'_> {
    /// Reads a row.
    pub fn record(&self, row: &[String]) -> Record {
        let (kind, columns) = (self.kind, self.columns);
        let (fields, last) = self.fields(row);
        let id = match columns.get(row, "id").as_ref() {
            "" => format!("row-{:016x}", fingerprint(row)),
            // The host takes no longer ones.
            id => cut(id, 150).to_owned(),
        };
        let title = title(kind, &id, &fields);
        // Open until it ends: an open repair or tenancy is never too old.
        let closed = match kind {
            Kind::Repair => fields.contains_key("completed_on"),
            Kind::Asb => fields.contains_key("closed_on"),
            Kind::Tenancy => fields.contains_key("end"),
            Kind::Contact => true,
            Kind::Person | Kind::Property => false,
        };
        let mut document =
            json!({"schema": "redress-link-record/1", "kind": kind.name(), "id": id});
        for name in REFERENCES {
            document[name] = match columns.get(row, name).as_ref() {
                "" => Value::Null,
                value => value.into(),
            };
        }
        document["fields"] = fields.into();
        let (other, documents) = self.other(row);
        document["other"] = other.into();
        if !documents.is_empty() {
            document["documents"] = documents.into();
        }
        Record {
            id,
            kind: kind.name(),
            title,
            document: document.to_string(),
            last: last.filter(|_| closed),
        }
    }

    /// The known fields, and the last day of which they speak.
    pub fn fields(&self, row: &[String]) -> (Map<String, Value>, Option<String>) {
        let mut fields = Map::new();
        let mut last = None;
        let apart = |field: &&str| {
            *field == "id"
                || REFERENCES.contains(field)
                || NAME_PARTS.contains(field)
                || ADDRESS_PARTS.contains(field)
        };
        for field in self.kind.fields().filter(|field| !apart(field)) {
            let text = self.columns.get(row, field);
            if text.is_empty() {
                continue;
            }
            let dated = match field {
                "at" => when::moment(&text, self.dates),
                _ if is_day(field) => when::date(&text, self.dates),
                _ => None,
            };
            if dated.as_deref().is_some_and(is_no_day) {
                continue;
            }
            // A target lies ahead; it does not say that anything happened.
            if field != "target_on" {
                last = last.max(dated.as_deref().map(|day| cut(day, 10).to_owned()));
            }
            let said = dated.unwrap_or_else(|| cut(&text, LONG).to_owned());
            fields.insert(field.into(), said.into());
        }
        (fields, last)
    }

    /// The columns that are no known field, and the photos and reports.
    fn other(&self, row: &[String]) -> (Map<String, Value>, Vec<Value>) {
        let mut other = Map::new();
        let (mut bytes, mut left_out) = (0, 0);
        let mut add = |name: &str, text: &str| {
            let text = cut(text, LONG);
            bytes += name.len() + text.len();
            if bytes > OTHER {
                left_out += 1;
            } else {
                other.insert(name.to_owned(), text.into());
            }
        };
        let cell = |at: &usize| row.get(*at).map_or("", |cell| clean(cell));
        for (name, at) in &self.columns.other {
            match cell(at) {
                "" => {}
                text => add(name, text),
            }
        }
        let mut documents = Vec::new();
        for (name, at) in &self.columns.documents {
            match (cell(at), self.shelf.documents(name, cell(at))) {
                ("", _) => {}
                (text, none) if none.is_empty() => add(name, text),
                (_, mut some) => documents.append(&mut some),
            }
        }
        if left_out > 0 {
            other.insert("(left out)".into(), format!("{left_out} columns").into());
        }
        (other, documents)
    }
}

/// At most so many letters.
fn cut(text: &str, letters: usize) -> &str {
    let end = text
        .char_indices()
        .nth(letters)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
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
        Kind::Person => first(&["name", "preferred_name"]),
        Kind::Property => first(&["address", "type"]),
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
        let shelf = Shelf::new(&cells("tap.JPG|Zoe\u{308}.pdf|people.csv"));
        let reading = Reading {
            kind,
            columns: &columns,
            dates: Order::DayFirst,
            shelf: &shelf,
        };
        reading.record(&cells(row))
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

    #[test]
    fn photos_that_are_in_the_folder_belong_to_the_record() {
        let r = record(
            Kind::Repair,
            "Ref|Photo|Before photo|Report|Scan",
            "1|C:\\jobs\\TAP.jpg; gone.jpg|people.csv|Zoë.pdf|none taken",
        );
        let document: Value = serde_json::from_str(&r.document).unwrap();
        assert_eq!(
            document["documents"],
            json!([
                {"id": "tap.JPG", "name": "tap.JPG", "title": "Photo", "media_type": "image/jpeg"},
                {"id": "Zoe\u{308}.pdf", "name": "Zoe\u{308}.pdf", "title": "Report", "media_type": "application/pdf"},
            ])
        );
        assert_eq!(
            document["other"],
            json!({"Before photo": "people.csv", "Scan": "none taken"})
        );
    }

    #[test]
    fn a_row_of_many_long_cells_is_kept_within_bounds() {
        let header: Vec<String> = (0..400).map(|n| format!("Extra {n}")).collect();
        let row: Vec<String> = (0..400).map(|_| "é".repeat(300)).collect();
        let r = record(
            Kind::Repair,
            &format!("Ref|Description|{}", header.join("|")),
            &format!("1|{}|{}", "x".repeat(100_000), row.join("|")),
        );
        assert!(r.document.len() < 100_000, "{}", r.document.len());
        assert!(r.document.contains(r#""(left out)":"#));
    }
}
