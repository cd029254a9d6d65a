//! Whose a record is. A record of the wrong person is a data breach, so references decide, and where they cannot, name
//! and address must both agree. The rules stand in `redress-link.md`; adapters of any system share them here.
//!
//! ```
//! use redress_plugin::{Ask, belongs::Whose};
//!
//! let ask = Ask { property_ref: Some("00700123".into()), person_ref: Some("48213".into()), ..Ask::default() };
//! let earlier_tenant = Whose { property_ref: "700123", person_ref: "99", ..Whose::default() };
//! assert!(ask.owns("repair", &earlier_tenant));
//! assert!(!ask.owns("contact", &earlier_tenant));
//! ```

use unicode_normalization::UnicodeNormalization;

use crate::{Ask, Failure};

/// What a record says about whose it is. Empty where it says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Whose<'a> {
    /// The home.
    pub property_ref: &'a str,
    /// The tenancy.
    pub tenancy_ref: &'a str,
    /// The person.
    pub person_ref: &'a str,
    /// The resident's name.
    pub name: &'a str,
    /// The home's address.
    pub address: &'a str,
}

impl Ask {
    /// Refuses a query that names nobody: no reference, and not both a name and an address.
    pub fn names_someone(&self) -> Result<(), Failure> {
        let has = |text: &Option<String>| text.as_deref().is_some_and(|t| !plain(t).is_empty());
        let referred = has(&self.property_ref) || has(&self.tenancy_ref) || has(&self.person_ref);
        if referred || (has(&self.name) && has(&self.address)) || has(&self.text) {
            return Ok(());
        }
        Err(Failure::BadInput("the query has no property, tenancy or person reference, and not both a name and an address".into()))
    }

    /// True when a record belongs to this query.
    pub fn owns(&self, kind: &str, whose: &Whose) -> bool {
        let compare = |asked: &Option<String>, held: &str| {
            let (asked, held) = (reference(asked.as_deref().unwrap_or("")), reference(held));
            (!asked.is_empty() && !held.is_empty()).then(|| asked == held)
        };
        let tenancy = compare(&self.tenancy_ref, whose.tenancy_ref);
        let person = compare(&self.person_ref, whose.person_ref);
        let property = compare(&self.property_ref, whose.property_ref);
        if tenancy == Some(true) || person == Some(true) {
            return true;
        }
        match property {
            // Everything that is not the home's belongs to people, and the home may have had others before: a
            // personal reference that differs rules the record out.
            Some(true) => of_the_home(kind) || (tenancy.is_none() && person.is_none()),
            Some(false) => false,
            None if tenancy.is_some() || person.is_some() => false,
            None => self.same_home_and_name(kind, whose),
        }
    }

    fn same_home_and_name(&self, kind: &str, whose: &Whose) -> bool {
        let (Some(name), Some(address)) = (&self.name, &self.address) else {
            return false;
        };
        same_address(address, whose.address)
            && (same_name(name, whose.name) || (of_the_home(kind) && whose.name.is_empty()))
    }

    /// True when every word that was typed begins a word of one of these texts, or all of them together are one: the
    /// search for a resident.
    pub fn found_in(&self, texts: &[&str]) -> bool {
        let typed = words(self.text.as_deref().unwrap_or(""));
        let held: Vec<String> = texts.iter().flat_map(|text| words(text)).collect();
        // A telephone number or reference may be typed with other spaces than it is kept with.
        let whole: Vec<String> = texts.iter().map(|text| plain(text)).collect();
        let all = typed.concat();
        let digits = all.len() >= 5 && all.bytes().all(|b| b.is_ascii_digit());
        let together = whole
            .iter()
            .any(|text| *text == all || (digits && text.contains(&all)));
        !typed.is_empty()
            && (together
                || typed
                    .iter()
                    .all(|word| held.iter().any(|h| h.starts_with(word.as_str()))))
    }
}

/// True for kinds of record that belong to a home, whoever lives there.
pub fn of_the_home(kind: &str) -> bool {
    matches!(kind, "repair" | "property")
}

/// Letters and digits alone, without case and accents: `Date Raised` and `date_raised` are one, and so is an accented
/// letter however it is written.
pub fn plain(text: &str) -> String {
    // Through capitals, so that `STRASSE` and `Straße` are one.
    text.nfd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// True when two references are one: signs and leading zeros do not count, for spreadsheets eat them.
pub fn same_reference(a: &str, b: &str) -> bool {
    let (a, b) = (reference(a), reference(b));
    !a.is_empty() && a == b
}

/// A reference without signs and leading zeros, as [`same_reference`] compares it.
pub fn reference(text: &str) -> String {
    let text = plain(text);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits {
        text.trim_start_matches('0').to_owned()
    } else {
        text
    }
}

/// The words of a text, in plain form; an apostrophe joins.
pub fn words(text: &str) -> Vec<String> {
    // Composed first: an accent that stands by itself would part a word in two.
    let text: String = text.nfc().collect();
    let words = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(plain);
    words.filter(|w| !w.is_empty()).collect()
}

/// The words of a name without titles, in order of the alphabet.
pub fn name_words(name: &str) -> Vec<String> {
    let mut names = words(name);
    names.retain(|w| !["mr", "mrs", "ms", "miss", "mx", "dr", "rev"].contains(&w.as_str()));
    names.sort();
    names
}

/// True when two names are one: the same words in any order, titles aside, and at least two of them.
pub fn same_name(a: &str, b: &str) -> bool {
    let (a, b) = (name_words(a), name_words(b));
    a.len() >= 2 && a == b
}

/// True when two addresses are one: the shorter is wholly in the longer, with the same numbers and, when both have one,
/// the same postcode.
pub fn same_address(a: &str, b: &str) -> bool {
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
pub fn address_words(address: &str) -> Vec<String> {
    let mut words = words(address);
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
#[path = "belongs_tests.rs"]
mod tests;
