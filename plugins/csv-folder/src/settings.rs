//! What the operator may set. Everything has a default: a folder with plain names needs no settings.
//!
//! ```json
//! { "files": { "repair": ["Jobs export.csv"] },
//!   "columns": { "repair": { "id": "Job No", "reported_on": "Date Logged" } },
//!   "dates": "dmy", "drop": ["Operative notes"] }
//! ```

use crate::layout::Kind;
use redress_plugin::belongs::plain;
use redress_plugin::dates::Order;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The settings of one link.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Files by kind, where the name does not tell.
    pub files: BTreeMap<Kind, Vec<String>>,
    /// Columns by kind and field, where the header does not tell. `id` and the references are fields too.
    pub columns: BTreeMap<Kind, BTreeMap<String, String>>,
    /// How dates with slashes are written.
    pub dates: Order,
    /// Columns that are not read, beside those that never are.
    pub drop: Vec<String>,
}

/// Never read: not needed for a complaint, and special category, financial or about a third person.
const NEVER: [&str; 21] = [
    "allegedpersonref",
    "allegedperson",
    "allegedperpetrator",
    "perpetrator",
    "perpetratorname",
    "dateofbirth",
    "dob",
    "nationalinsurancenumber",
    "nino",
    "ninumber",
    "accountnumber",
    "sortcode",
    "ethnicity",
    "religion",
    "sexualorientation",
    "sexuality",
    "disability",
    "nationality",
    "birthdate",
    "bankaccount",
    "iban",
];

impl Settings {
    /// Reads the settings; the sentence says what is wrong.
    pub fn read(json: &str) -> Result<Self, String> {
        let json = if json.trim().is_empty() { "{}" } else { json };
        let settings: Settings =
            serde_json::from_str(json).map_err(|e| format!("the settings cannot be read: {e}"))?;
        for (kind, columns) in &settings.columns {
            if let Some(unknown) = columns.keys().find(|field| !kind.knows(field)) {
                let known: Vec<&str> = kind.fields().collect();
                return Err(format!(
                    "`{unknown}` is not a field of {}; the fields are {}",
                    kind.word(),
                    known.join(", ")
                ));
            }
        }
        Ok(settings)
    }

    /// True when a column is left unread.
    pub fn drops(&self, header: &str) -> bool {
        let header = plain(header);
        NEVER.contains(&header.as_str()) || self.drop.iter().any(|d| plain(d) == header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_is_fine_and_typing_errors_are_named() {
        assert!(Settings::read("").is_ok() && Settings::read("{}").is_ok());
        assert!(
            Settings::read(r#"{"flies": {}}"#)
                .unwrap_err()
                .contains("flies")
        );
        assert!(
            Settings::read(r#"{"files": {"repairs": []}}"#)
                .unwrap_err()
                .contains("repairs")
        );
        let wrong = Settings::read(r#"{"columns": {"repair": {"reportd": "Date"}}}"#).unwrap_err();
        assert!(
            wrong.starts_with("`reportd` is not a field of repairs; the fields are id, "),
            "{wrong}"
        );
    }
}
