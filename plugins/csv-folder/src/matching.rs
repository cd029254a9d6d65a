//! Whose a row is. A record of the wrong person is a data breach, so references decide, and where they
//! cannot, name and address must both agree.

use crate::layout::{Columns, Kind, plain};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// `redress-link-query/1`, what of it matters here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Empty means all kinds.
    pub kinds: Vec<String>,
    /// The home.
    pub property_ref: Option<String>,
    /// The tenancy.
    pub tenancy_ref: Option<String>,
    /// The person.
    pub person_ref: Option<String>,
    /// Where there is no reference.
    pub name: Option<String>,
    /// Where there is no reference.
    pub address: Option<String>,
    /// What ended before is left out.
    pub since: Option<String>,
}

impl Query {
    /// Reads a query; one that names nobody is refused.
    pub fn read(json: &str) -> Result<Self, String> {
        let query: Query =
            serde_json::from_str(json).map_err(|e| format!("the query cannot be read: {e}"))?;
        let has = |value: &Option<String>| value.as_deref().is_some_and(|v| !plain(v).is_empty());
        let named = has(&query.name) && has(&query.address);
        if named || has(&query.property_ref) || has(&query.tenancy_ref) || has(&query.person_ref) {
            return Ok(query);
        }
        Err("the query has no property, tenancy or person reference, and not both a name and an address".into())
    }

    /// True when a row belongs to this query.
    pub fn owns(&self, kind: Kind, columns: &Columns, row: &[String]) -> bool {
        let compare = |asked: &Option<String>, field: &str| {
            let (asked, held) = (
                reference(asked.as_deref().unwrap_or("")),
                reference(columns.get(row, field)),
            );
            (!asked.is_empty() && !held.is_empty()).then(|| asked == held)
        };
        let tenancy = compare(&self.tenancy_ref, "tenancy_ref");
        let person = compare(&self.person_ref, "person_ref");
        let property = compare(&self.property_ref, "property_ref");
        if tenancy == Some(true) || person == Some(true) {
            return true;
        }
        match property {
            // A repair belongs to the home. Everything else belongs to people, and the home may have had
            // others before: a personal reference that differs rules the row out.
            Some(true) => kind == Kind::Repair || (tenancy.is_none() && person.is_none()),
            Some(false) => false,
            None if tenancy.is_some() || person.is_some() => false,
            None => self.same_home_and_name(kind, columns, row),
        }
    }

    fn same_home_and_name(&self, kind: Kind, columns: &Columns, row: &[String]) -> bool {
        let (Some(name), Some(address)) = (&self.name, &self.address) else {
            return false;
        };
        let (their_name, their_address) = (columns.get(row, "name"), columns.get(row, "address"));
        let home = same_address(address, their_address);
        home && (same_name(name, their_name) || (kind == Kind::Repair && their_name.is_empty()))
    }
}

/// A reference without signs and leading zeros: spreadsheets eat them.
fn reference(text: &str) -> String {
    let text = plain(text);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits {
        text.trim_start_matches('0').to_owned()
    } else {
        text
    }
}

fn tokens(text: &str) -> Vec<String> {
    // Composed first: an accent that stands by itself would part a word in two.
    let text: String = text.nfc().collect();
    let words = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(plain);
    words.filter(|w| !w.is_empty()).collect()
}

fn same_name(a: &str, b: &str) -> bool {
    let names = |text| {
        let mut names = tokens(text);
        names.retain(|w| !["mr", "mrs", "ms", "miss", "mx", "dr", "rev"].contains(&w.as_str()));
        names.sort();
        names
    };
    let (a, b) = (names(a), names(b));
    a.len() >= 2 && a == b
}

/// The shorter address must be wholly in the longer one, with a number and, when both have one, the same
/// postcode.
fn same_address(a: &str, b: &str) -> bool {
    let (a, b) = (spaced(a), spaced(b));
    let (short, long) = if a.len() <= b.len() {
        (&a, &b)
    } else {
        (&b, &a)
    };
    let numbered = short
        .iter()
        .any(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    // The numbers must be the same on both sides: 7 Alder Court is not Flat 2, 7 Alder Court.
    let numbers = |words: &[String]| {
        let mut found: Vec<String> = words
            .iter()
            .filter(|w| w.len() < 5 && w.starts_with(|c: char| c.is_ascii_digit()))
            .cloned()
            .collect();
        found.sort();
        found
    };
    let postcodes = postcode(&a).zip(postcode(&b)).is_none_or(|(a, b)| a == b);
    let street =
        |words: &[String]| numbers(&words[..words.len() - postcode(words).map_or(0, |_| 2)]);
    short.len() >= 3
        && numbered
        && postcodes
        && street(&a) == street(&b)
        && short.iter().all(|w| long.contains(w))
}

/// Words of an address; a postcode written as one word becomes two.
fn spaced(text: &str) -> Vec<String> {
    let mut words = tokens(text);
    if let Some(last) = words
        .last()
        .filter(|w| (5..=7).contains(&w.len()) && w.is_ascii())
        .cloned()
    {
        let (outward, inward) = last.split_at(last.len() - 3);
        if is_inward(inward) && outward.starts_with(|c: char| c.is_alphabetic()) {
            words.pop();
            words.extend([outward.to_owned(), inward.to_owned()]);
        }
    }
    words
}

fn is_inward(word: &str) -> bool {
    let b = word.as_bytes();
    b.len() == 3
        && b[0].is_ascii_digit()
        && b[1].is_ascii_alphabetic()
        && b[2].is_ascii_alphabetic()
}

fn postcode(words: &[String]) -> Option<(&str, &str)> {
    let [.., outward, inward] = words else {
        return None;
    };
    is_inward(inward).then_some((outward.as_str(), inward.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    const HEADER: [&str; 5] = [
        "property_ref",
        "tenancy_ref",
        "person_ref",
        "name",
        "address",
    ];

    fn check(kind: Kind, query: &str, row: [&str; 5], expected: bool) {
        let columns = Columns::read(kind, &HEADER.map(String::from), &Settings::default()).unwrap();
        let owns = Query::read(query)
            .unwrap()
            .owns(kind, &columns, &row.map(String::from));
        assert_eq!(owns, expected, "{query} {row:?}");
    }

    #[test]
    fn references_decide() {
        let home = r#"{"property_ref":"00700123","person_ref":"48213"}"#;
        check(Kind::Repair, home, ["00700123", "", "", "", ""], true);
        check(Kind::Repair, home, ["700123", "", "", "", ""], true);
        check(Kind::Repair, home, ["00700124", "", "", "", ""], false);
        check(Kind::Repair, home, ["", "", "", "", ""], false);
        check(Kind::Contact, home, ["", "", "48213", "", ""], true);
        check(
            Kind::Tenancy,
            r#"{"tenancy_ref":"T/4411"}"#,
            ["", "t4411", "", "", ""],
            true,
        );
    }

    #[test]
    fn a_tenant_before_us_is_somebody_else() {
        let query = r#"{"property_ref":"1","person_ref":"48213","tenancy_ref":"T2"}"#;
        check(Kind::Contact, query, ["1", "", "99", "", ""], false);
        check(Kind::Asb, query, ["1", "T1", "", "", ""], false);
        check(Kind::Contact, query, ["1", "T2", "99", "", ""], true);
        check(Kind::Repair, query, ["1", "T1", "99", "", ""], true);
    }

    #[test]
    fn name_and_address_must_both_agree() {
        let query = r#"{"name":"Ms Adaeze Okafor","address":"7 Alder Court, Mill Lane, ZZ9 4AB"}"#;
        let row = |name, address| ["", "", "", name, address];
        check(
            Kind::Contact,
            query,
            row("OKAFOR, Adaeze", "7 Alder Court Mill Lane ZZ94AB"),
            true,
        );
        check(
            Kind::Contact,
            query,
            row("Adaeze Okafor", "7 Alder Court"),
            true,
        );
        check(
            Kind::Contact,
            query,
            row("Adaeze Okafor", "17 Alder Court"),
            false,
        );
        check(
            Kind::Contact,
            query,
            row("Adaeze Okafor", "Flat 2, 7 Alder Court, Mill Lane, ZZ9 4AB"),
            false,
        );
        check(
            Kind::Contact,
            query,
            row("Adaeze Okafor", "7 Alder Court, Mill Lane, ZZ9 4AC"),
            false,
        );
        check(
            Kind::Contact,
            query,
            row("Ben Okafor", "7 Alder Court, Mill Lane"),
            false,
        );
        check(
            Kind::Contact,
            query,
            row("", "7 Alder Court, Mill Lane"),
            false,
        );
        check(
            Kind::Repair,
            query,
            row("", "7 Alder Court, Mill Lane"),
            true,
        );
        check(
            Kind::Contact,
            query,
            row("Adaeze Okafor", "Mill Lane ZZ9 4AB"),
            false,
        );
    }

    #[test]
    fn a_name_is_the_same_however_its_accents_and_case_are_written() {
        let held = [
            "Zoë Bjørnström",
            "Zoe\u{308} Bjørnstro\u{308}m",
            "ZOË BJØRNSTRÖM",
            "bjørnstrom, zoe",
        ];
        for asked in held {
            let query = format!(r#"{{"name":"{asked}","address":"7 Café Court, Mill Lane"}}"#);
            for name in held {
                let row = ["", "", "", name, "7 CAFE\u{301} COURT, Mill Lane"];
                check(Kind::Contact, &query, row, true);
            }
            let other = ["", "", "", "Zoë Bjornstrand", "7 Café Court, Mill Lane"];
            check(Kind::Contact, &query, other, false);
        }
        let query = r#"{"name":"Eva Strauß","address":"7 Café Court, Mill Lane"}"#;
        let row = ["", "", "", "EVA STRAUSS", "7 CAFE COURT, MILL LANE"];
        check(Kind::Contact, query, row, true);
    }

    #[test]
    fn a_query_that_names_nobody_is_refused() {
        for query in [
            "{}",
            r#"{"name":"A B"}"#,
            r#"{"property_ref":"-"}"#,
            r#"{"address":"1 A St"}"#,
            "[]",
            "",
        ] {
            assert!(Query::read(query).is_err(), "{query}");
        }
    }
}
