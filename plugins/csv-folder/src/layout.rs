//! Which file is of which kind.

use crate::settings::Settings;
use redress_plugin::belongs::plain;
use serde::Deserialize;
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
    /// Residents.
    Person,
    /// Homes.
    Property,
}

/// In the order in which they are asked: a file named `asb_contacts` is of anti-social behaviour.
pub const KINDS: [Kind; 6] = [
    Kind::Repair,
    Kind::Asb,
    Kind::Tenancy,
    Kind::Contact,
    Kind::Person,
    Kind::Property,
];

impl Kind {
    /// As the contract calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Repair => "repair",
            Kind::Asb => "asb",
            Kind::Tenancy => "tenancy",
            Kind::Contact => "contact",
            Kind::Person => "person",
            Kind::Property => "property",
        }
    }

    /// As people call many of them.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Repair => "repairs",
            Kind::Asb => "anti-social behaviour",
            Kind::Tenancy => "tenancies",
            Kind::Contact => "contacts",
            Kind::Person => "people",
            Kind::Property => "properties",
        }
    }

    /// Whether a folder without such a file is worth a remark. Homes and people are seldom exported by themselves.
    pub fn is_usual(self) -> bool {
        !matches!(self, Kind::Person | Kind::Property)
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
        } else if tells(&[
            "people", "person", "resident", "customer", "tenants", "occup",
        ]) {
            Some(Kind::Person)
        } else if tells(&["unitsowned"]) {
            // Numbers for returns, not homes.
            None
        } else if tells(&["propert", "asset", "units", "dwelling", "stock", "homes"]) {
            Some(Kind::Property)
        } else {
            None
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_tell_the_kind_unless_set() {
        let names = [
            "Repairs 2026.csv",
            "ASB contacts.csv",
            "tenancies.csv",
            "call-log.CSV",
            "readme.md",
            "x.csv",
            "Current tenants.csv",
            "properties.csv",
            "units_owned.csv",
        ]
        .map(String::from);
        let found = files(&Settings::default(), &names);
        let kinds: Vec<&str> = found.iter().map(|(k, _)| k.name()).collect();
        assert_eq!(
            kinds,
            ["repair", "asb", "tenancy", "contact", "person", "property"]
        );
        let settings = Settings::read(r#"{"files":{"contact":["x.csv"],"repair":[]}}"#).unwrap();
        let found = files(&settings, &names);
        assert_eq!(found[2], (Kind::Contact, "x.csv".to_owned()));
        assert_eq!(found.len(), 5);
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
