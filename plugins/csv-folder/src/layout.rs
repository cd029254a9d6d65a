//! Which file is of which kind, and which column is which field of those that are known.

use crate::settings::Settings;
use serde::Deserialize;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Repairs and works orders.
    Repair,
    /// Anti-social behaviour.
    Asb,
    /// Tenancies and leases.
    Tenancy,
    /// Calls, letters, visits.
    Contact,
}

/// In the order in which they are asked: a file named `asb_contacts` is of anti-social behaviour.
pub const KINDS: [Kind; 4] = [Kind::Repair, Kind::Asb, Kind::Tenancy, Kind::Contact];

impl Kind {
    /// As the contract calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Repair => "repair",
            Kind::Asb => "asb",
            Kind::Tenancy => "tenancy",
            Kind::Contact => "contact",
        }
    }

    /// As people call many of them.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Repair => "repairs",
            Kind::Asb => "anti-social behaviour",
            Kind::Tenancy => "tenancies",
            Kind::Contact => "contacts",
        }
    }

    /// The kind that a file name tells.
    fn of_file(name: &str) -> Option<Kind> {
        let name = plain(name);
        let tells = |words: &[&str]| words.iter().any(|w| name.contains(w));
        if tells(&["asb", "antisocial", "nuisance"]) {
            Some(Kind::Asb)
        } else if tells(&["repair", "workorder", "jobs", "maintenance"]) {
            Some(Kind::Repair)
        } else if tells(&["contact", "call", "comms", "correspondence"]) {
            Some(Kind::Contact)
        } else if tells(&["tenanc", "tenure", "lease", "rentaccount"]) {
            Some(Kind::Tenancy)
        } else {
            None
        }
    }
}

/// A header without case, spaces, accents and signs: `Date Raised` and `date_raised` are one, and so is an accented
/// letter however the file writes it.
pub fn plain(text: &str) -> String {
    // Through capitals, so that `STRASSE` and `Straße` are one.
    text.nfd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// The files of each kind that is there, as set or as their names tell.
pub fn files(settings: &Settings, names: &[String]) -> Vec<(Kind, String)> {
    let mut files = Vec::new();
    for kind in KINDS {
        match settings.files.get(&kind) {
            Some(set) => files.extend(set.iter().map(|name| (kind, listed(name, names)))),
            None => {
                let tables = names
                    .iter()
                    .filter(|n| is_table(n) && Kind::of_file(n) == Some(kind));
                let free = tables.filter(|n| {
                    !settings
                        .files
                        .values()
                        .flatten()
                        .any(|set| listed(set, names) == **n)
                });
                files.extend(free.map(|name| (kind, name.clone())));
            }
        }
    }
    files
}

/// The name in the folder that is meant by one that was set: the very same, or the same but for case and the way its
/// accents are written, because a Mac writes `ë` as two signs and a person types one.
fn listed(set: &str, names: &[String]) -> String {
    let folded = |name: &str| name.nfc().collect::<String>().to_lowercase();
    let same = names.iter().find(|name| *name == set);
    let alike = || names.iter().find(|name| folded(name) == folded(set));
    same.or_else(alike)
        .map_or_else(|| set.to_owned(), Clone::clone)
}

fn is_table(name: &str) -> bool {
    let name = name.to_lowercase();
    [".csv", ".tsv", ".txt"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Where each field of a kind stands in one file.
#[derive(Debug, Default, PartialEq)]
pub struct Columns {
    fields: BTreeMap<&'static str, usize>,
    /// The columns that are no known field, under their own names.
    pub other: Vec<(String, usize)>,
}

impl Columns {
    /// Reads a header. A column set by the operator that is not there is an error.
    pub fn read(kind: Kind, header: &[String], settings: &Settings) -> Result<Self, String> {
        let plains: Vec<String> = header.iter().map(|h| plain(h)).collect();
        let place = |wanted: &str| plains.iter().position(|h| h == wanted);
        let set = settings.columns.get(&kind);
        let mut columns = Columns::default();
        for (field, known) in kind.known_headers() {
            let at = match set.and_then(|s| s.get(*field)) {
                Some(own) => Some(
                    place(&plain(own))
                        .ok_or_else(|| format!("it has no column `{own}` for `{field}`"))?,
                ),
                None => known.iter().find_map(|name| place(name)),
            };
            if let Some(at) = at.filter(|at| !settings.drops(&header[*at])) {
                columns.fields.insert(field, at);
            }
        }
        let taken: Vec<usize> = columns.fields.values().copied().collect();
        let free = header
            .iter()
            .enumerate()
            .filter(|(at, h)| !taken.contains(at) && !settings.drops(h));
        columns.other = free
            .filter(|(_, h)| !h.trim().is_empty())
            .map(|(at, h)| (h.trim().to_owned(), at))
            .collect();
        Ok(columns)
    }

    /// A field of a row, trimmed; empty when the file has no such column.
    pub fn get<'a>(&self, row: &'a [String], field: &str) -> &'a str {
        self.fields
            .get(field)
            .and_then(|at| row.get(*at))
            .map_or("", |cell| cell.trim())
    }

    /// How many columns are known fields.
    pub fn known(&self) -> usize {
        self.fields.len()
    }

    /// True when the file can say whose a row is.
    pub fn can_match(&self) -> bool {
        let has = |field| self.fields.contains_key(field);
        has("property_ref") || has("tenancy_ref") || has("person_ref") || has("address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn common_headers_are_recognised() {
        let ours = "external_ref,property_ref,reported_on,description,trade,priority,target_on,appointment_on,appointment_slot,attended_on,completed_on,status,outcome,contractor,follow_on_of,hazard,notes";
        let theirs = "Job No,Property Reference,Date Raised,Description of Works,Trade,Priority,Target Date,Appt Date,Slot,Date Attended,Completed Date,Status,Result,Contractor Name,Parent Job,Hazard Type,Comments";
        let read = |h| Columns::read(Kind::Repair, &header(h), &Settings::default()).unwrap();
        assert_eq!(read(ours), read(theirs));
        assert_eq!(read(ours).known(), 17);
    }

    #[test]
    fn a_mapping_of_the_operator_wins_and_must_exist() {
        let settings = Settings::read(
            r#"{"columns":{"repair":{"reported_on":"Logged at"}},"drop":["Secret"]}"#,
        )
        .unwrap();
        let columns = Columns::read(
            Kind::Repair,
            &header("Ref,Logged At,Date raised,SECRET,Dob"),
            &settings,
        )
        .unwrap();
        assert_eq!(columns.get(&header("1,a,b,c,d"), "reported_on"), "a");
        assert_eq!(columns.other, [("Date raised".to_owned(), 2)]);
        assert!(
            Columns::read(Kind::Repair, &header("Ref"), &settings)
                .unwrap_err()
                .contains("`Logged at`")
        );
    }

    #[test]
    fn file_names_tell_the_kind_unless_set() {
        let names = [
            "Repairs 2026.csv",
            "ASB contacts.csv",
            "tenancies.csv",
            "call-log.CSV",
            "readme.md",
            "x.csv",
        ]
        .map(String::from);
        let found = files(&Settings::default(), &names);
        let kinds: Vec<&str> = found.iter().map(|(k, _)| k.name()).collect();
        assert_eq!(kinds, ["repair", "asb", "tenancy", "contact"]);
        let settings = Settings::read(r#"{"files":{"contact":["x.csv"],"repair":[]}}"#).unwrap();
        let found = files(&settings, &names);
        assert_eq!(found.last().unwrap(), &(Kind::Contact, "x.csv".to_owned()));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn a_file_that_is_set_is_found_however_its_accents_and_case_are_written() {
        let names = ["Zoe\u{308}s CALLS.csv", "other.csv"].map(String::from);
        let settings =
            Settings::read("{\"files\":{\"tenancy\":[\"Zoës calls.csv\",\"none.csv\"]}}").unwrap();
        let found = files(&settings, &names);
        let expected = [names[0].clone(), "none.csv".to_owned()];
        assert_eq!(found, expected.map(|name| (Kind::Tenancy, name)));
    }
}
