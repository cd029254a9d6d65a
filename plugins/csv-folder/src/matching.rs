//! Whose a row is. A record of the wrong person is a data breach, so references decide, and where they
//! cannot, name and address must both agree: the rules of `redress-link-query/1`.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// `redress-link-query/1`, what of it matters here.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
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
    /// What somebody typed who looks for a resident; then there is nothing else.
    pub text: Option<String>,
}

/// What a row says of whose it is; empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held {
    /// The home.
    pub property_ref: String,
    /// The tenancy.
    pub tenancy_ref: String,
    /// The person.
    pub person_ref: String,
    /// The person's name.
    pub name: String,
    /// The home's address.
    pub address: String,
}

impl Query {
    /// Reads a query; one that names nobody is refused.
    pub fn read(json: &str) -> Result<Self, String> {
        let query: Query =
            serde_json::from_str(json).map_err(|e| format!("the query cannot be read: {e}"))?;
        let has = |value: &Option<String>| value.as_deref().is_some_and(|v| !plain(v).is_empty());
        let referred =
            has(&query.property_ref) || has(&query.tenancy_ref) || has(&query.person_ref);
        if referred || has(&query.text) || (has(&query.name) && has(&query.address)) {
            return Ok(query);
        }
        Err("the query has no property, tenancy or person reference, and not both a name and an address".into())
    }

    /// What is typed into a search for residents, if this is one.
    pub fn search(&self) -> Option<&str> {
        self.text.as_deref().filter(|text| !plain(text).is_empty())
    }

    /// Whether records of this kind are asked for.
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind)
    }

    /// True when a row of this kind belongs to this query.
    pub fn owns(&self, kind: &str, held: &Held) -> bool {
        let compare = |asked: &Option<String>, held: &str| {
            let (asked, held) = (reference(asked.as_deref().unwrap_or("")), reference(held));
            (!asked.is_empty() && !held.is_empty()).then(|| asked == held)
        };
        let tenancy = compare(&self.tenancy_ref, &held.tenancy_ref);
        let person = compare(&self.person_ref, &held.person_ref);
        let property = compare(&self.property_ref, &held.property_ref);
        if tenancy == Some(true) || person == Some(true) {
            return true;
        }
        match property {
            // A repair belongs to the home. Everything else belongs to people, and the home may have had
            // others before: a personal reference that differs rules the row out.
            Some(true) => of_the_home(kind) || (tenancy.is_none() && person.is_none()),
            Some(false) => false,
            None if tenancy.is_some() || person.is_some() => false,
            None => self.same_home_and_name(kind, held),
        }
    }

    fn same_home_and_name(&self, kind: &str, held: &Held) -> bool {
        let (Some(name), Some(address)) = (&self.name, &self.address) else {
            return false;
        };
        same_address(address, &held.address)
            && (same_name(name, &held.name) || (of_the_home(kind) && plain(&held.name).is_empty()))
    }
}

/// True for records that belong to a home and not to who lives there.
pub fn of_the_home(kind: &str) -> bool {
    matches!(kind, "repair" | "property")
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

/// A reference without signs and leading zeros: spreadsheets eat them.
pub fn reference(text: &str) -> String {
    let text = plain(text);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits {
        text.trim_start_matches('0').to_owned()
    } else {
        text
    }
}

/// The words of a name or an address, in plain form; an apostrophe joins.
pub fn words(text: &str) -> Vec<String> {
    // Composed first: an accent that stands by itself would part a word in two.
    let text: String = text.nfc().collect();
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(plain)
        .filter(|w| !w.is_empty())
        .collect()
}

/// The words of a name without titles, in order of the alphabet.
pub fn name_words(text: &str) -> Vec<String> {
    let mut names = words(text);
    names.retain(|w| !["mr", "mrs", "ms", "miss", "mx", "dr", "rev"].contains(&w.as_str()));
    names.sort();
    names
}

/// True when every word begins a word of one of these texts, or all together are one of them: a telephone number may be
/// typed with other spaces than it is kept with.
pub fn begin_words(typed: &[String], texts: &[&str]) -> bool {
    let held: Vec<String> = texts.iter().flat_map(|text| words(text)).collect();
    let together = typed.concat();
    !typed.is_empty()
        && (texts.iter().any(|text| plain(text) == together)
            || typed
                .iter()
                .all(|word| held.iter().any(|held| held.starts_with(word.as_str()))))
}

fn same_name(a: &str, b: &str) -> bool {
    let (a, b) = (name_words(a), name_words(b));
    a.len() >= 2 && a == b
}

/// The shorter address must be wholly in the longer one, with a number and, when both have one, the same
/// postcode.
fn same_address(a: &str, b: &str) -> bool {
    let (a, b) = (address_words(a), address_words(b));
    let (short, long) = if a.len() <= b.len() {
        (&a, &b)
    } else {
        (&b, &a)
    };
    let numbered = short
        .iter()
        .any(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    let postcodes = postcode(&a).zip(postcode(&b)).is_none_or(|(a, b)| a == b);
    short.len() >= 3
        && numbered
        && postcodes
        // 7 Alder Court is not Flat 2, 7 Alder Court.
        && door_numbers(&a) == door_numbers(&b)
        && short.iter().all(|w| long.contains(w))
}

/// The numbers of the house and the flat among the words of an address, in order of the alphabet.
pub fn door_numbers(words: &[String]) -> Vec<&str> {
    let street = &words[..words.len() - postcode(words).map_or(0, |_| 2)];
    let numbers = street
        .iter()
        .filter(|w| w.len() < 5 && w.starts_with(|c: char| c.is_ascii_digit()));
    let mut numbers: Vec<&str> = numbers.map(String::as_str).collect();
    numbers.sort_unstable();
    numbers
}

/// The words of an address; a postcode written as one word becomes two.
pub fn address_words(text: &str) -> Vec<String> {
    let mut words = words(text);
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

/// The two parts of the postcode that the words of an address end with.
pub fn postcode(words: &[String]) -> Option<(&str, &str)> {
    let [.., outward, inward] = words else {
        return None;
    };
    is_inward(inward).then_some((outward.as_str(), inward.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `row` has the references of property, tenancy and person, the name and the address.
    fn check(kind: &str, query: &str, row: [&str; 5], expected: bool) {
        let [property_ref, tenancy_ref, person_ref, name, address] = row.map(String::from);
        let held = Held {
            property_ref,
            tenancy_ref,
            person_ref,
            name,
            address,
        };
        let owns = Query::read(query).unwrap().owns(kind, &held);
        assert_eq!(owns, expected, "{query} {row:?}");
    }

    #[test]
    fn references_decide() {
        let home = r#"{"property_ref":"00700123","person_ref":"48213"}"#;
        check("repair", home, ["00700123", "", "", "", ""], true);
        check("repair", home, ["700123", "", "", "", ""], true);
        check("repair", home, ["00700124", "", "", "", ""], false);
        check("repair", home, ["", "", "", "", ""], false);
        check("contact", home, ["", "", "48213", "", ""], true);
        check(
            "tenancy",
            r#"{"tenancy_ref":"T/4411"}"#,
            ["", "t4411", "", "", ""],
            true,
        );
    }

    #[test]
    fn a_tenant_before_us_is_somebody_else() {
        let query = r#"{"property_ref":"1","person_ref":"48213","tenancy_ref":"T2"}"#;
        check("contact", query, ["1", "", "99", "", ""], false);
        check("asb", query, ["1", "T1", "", "", ""], false);
        check("contact", query, ["1", "T2", "99", "", ""], true);
        check("repair", query, ["1", "T1", "99", "", ""], true);
    }

    #[test]
    fn name_and_address_must_both_agree() {
        let query = r#"{"name":"Ms Adaeze Okafor","address":"7 Alder Court, Mill Lane, ZZ9 4AB"}"#;
        let row = |name, address| ["", "", "", name, address];
        check(
            "contact",
            query,
            row("OKAFOR, Adaeze", "7 Alder Court Mill Lane ZZ94AB"),
            true,
        );
        check(
            "contact",
            query,
            row("Adaeze Okafor", "7 Alder Court"),
            true,
        );
        check(
            "contact",
            query,
            row("Adaeze Okafor", "17 Alder Court"),
            false,
        );
        check(
            "contact",
            query,
            row("Adaeze Okafor", "Flat 2, 7 Alder Court, Mill Lane, ZZ9 4AB"),
            false,
        );
        check(
            "contact",
            query,
            row("Adaeze Okafor", "7 Alder Court, Mill Lane, ZZ9 4AC"),
            false,
        );
        check(
            "contact",
            query,
            row("Ben Okafor", "7 Alder Court, Mill Lane"),
            false,
        );
        check("contact", query, row("", "7 Alder Court, Mill Lane"), false);
        check("repair", query, row("", "7 Alder Court, Mill Lane"), true);
        check(
            "contact",
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
                check("contact", &query, row, true);
            }
            let other = ["", "", "", "Zoë Bjornstrand", "7 Café Court, Mill Lane"];
            check("contact", &query, other, false);
        }
        let query = r#"{"name":"Eva Strauß","address":"7 Café Court, Mill Lane"}"#;
        let row = ["", "", "", "EVA STRAUSS", "7 CAFE COURT, MILL LANE"];
        check("contact", query, row, true);
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
