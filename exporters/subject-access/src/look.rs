//! Looks through a text for what may be somebody else's: names, telephone numbers, e-mail addresses, postcodes, and words
//! for family and neighbours. It flags rather too much than too little: a person looks at each.

use crate::person::{Other, Person, TITLES, place_of};

/// Something that may be another person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it is, in a few words.
    pub what: String,
    /// The words around it.
    pub excerpt: String,
}

/// Who is whose in the texts that are looked through.
#[derive(Debug)]
pub struct Looker<'a> {
    person: &'a Person,
    others: &'a [Other],
}

/// People around a resident. Words, not names: the sentence tells whether anybody can be known by it.
const NEAR: [&str; 30] = [
    "neighbour",
    "neighbours",
    "neighbor",
    "next door",
    "upstairs",
    "downstairs",
    "husband",
    "wife",
    "partner",
    "boyfriend",
    "girlfriend",
    "mother",
    "father",
    "mum",
    "dad",
    "son",
    "daughter",
    "sister",
    "brother",
    "child",
    "children",
    "baby",
    "grandmother",
    "grandfather",
    "carer",
    "lodger",
    "friend",
    "tenant at",
    "flat above",
    "flat below",
];

impl<'a> Looker<'a> {
    /// Looks for everybody but the person.
    pub fn new(person: &'a Person, others: &'a [Other]) -> Self {
        Self { person, others }
    }

    /// What a text has of others, each thing once.
    pub fn look(&self, text: &str) -> Vec<Seen> {
        let mut seen: Vec<Seen> = Vec::new();
        let mut note = |what: String, at: usize| {
            if !seen.iter().any(|s| s.what == what) {
                seen.push(Seen {
                    what,
                    excerpt: around(text, at),
                });
            }
        };
        for other in self.others {
            if let Some(at) = place_of(text, &other.name) {
                note(format!("{}: {}", other.role, other.name), at);
            }
        }
        for (at, name) in titled(text) {
            let known = self.others.iter().any(|other| other.name.contains(&name));
            let last = name.rsplit(' ').next().unwrap_or_default();
            if !known
                && !self.person.is_named_in(&name)
                && place_of(&self.person.name, last).is_none()
            {
                note(format!("A named person: {name}"), at);
            }
        }
        for (at, number) in telephones(text) {
            let own = digits(&self.person.phone);
            if own.is_empty() || !same_number(&own, &number) {
                note(format!("Telephone number: {number}"), at);
            }
        }
        for (at, address) in mails(text) {
            if !address.eq_ignore_ascii_case(&self.person.email) {
                note(format!("E-mail address: {address}"), at);
            }
        }
        for (at, code) in postcodes(text) {
            let plain = |text: &str| text.replace(' ', "").to_ascii_uppercase();
            if !plain(&self.person.address).contains(&plain(&code)) {
                note(format!("Another address: {code}"), at);
            }
        }
        if let Some((word, at)) = NEAR
            .iter()
            .find_map(|word| Some((word, place_of(text, word)?)))
        {
            note(
                format!("Family, neighbours or friends: \u{201c}{word}\u{201d}"),
                at,
            );
        }
        seen
    }
}

/// The words around a place, on one line.
fn around(text: &str, at: usize) -> String {
    let before: Vec<char> = text[..at].chars().rev().take(40).collect();
    let before: String = before.into_iter().rev().collect();
    let after: String = text[at..].chars().take(80).collect();
    let all = format!("{before}{after}");
    let cut = |cut: bool| if cut { "…" } else { "" };
    format!(
        "{}{}{}",
        cut(text[..at].chars().count() > 40),
        all.split_whitespace().collect::<Vec<_>>().join(" "),
        cut(text[at..].chars().count() > 80)
    )
}

/// Words with their places, without the signs around them.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split_whitespace() {
        let start = text[at..].find(word).map_or(at, |found| at + found);
        at = start + word.len();
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
        if !bare.is_empty() {
            let inner = word.find(bare).unwrap_or_default();
            found.push((start + inner, bare));
        }
    }
    found
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// "Mrs Hughes", with up to two words of the name.
fn titled(text: &str) -> Vec<(usize, String)> {
    let words = words(text);
    let mut found = Vec::new();
    for pair in words.windows(2) {
        let [(at, title), (next, name)] = pair else {
            continue;
        };
        let close = *next - (*at + title.len()) <= 2;
        if TITLES.contains(title) && is_capital(name) && close {
            found.push((*at, format!("{title} {name}")));
        }
    }
    found
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// +44 7700 900123 is 07700 900123.
fn same_number(a: &str, b: &str) -> bool {
    let end = |number: &str| digits(number).chars().rev().take(9).collect::<String>();
    end(a) == end(b)
}

/// Runs of ten to thirteen digits that begin as telephone numbers do.
fn telephones(text: &str) -> Vec<(usize, String)> {
    let joins = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '-' | '+');
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        match (joins(c), start) {
            (true, None) if c.is_ascii_digit() || matches!(c, '+' | '(') => start = Some(at),
            (false, Some(from)) => {
                let run = text[from..at].trim();
                let count = digits(run).len();
                let begins =
                    run.starts_with('0') || run.starts_with("(0") || run.starts_with("+44");
                if begins && (10..=13).contains(&count) {
                    found.push((from, run.to_owned()));
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn mails(text: &str) -> Vec<(usize, String)> {
    words(text)
        .into_iter()
        .filter(|(_, word)| {
            let parts: Vec<&str> = word.split('@').collect();
            matches!(parts.as_slice(), [name, host] if !name.is_empty() && host.contains('.'))
        })
        .map(|(at, word)| (at, word.to_owned()))
        .collect()
}

/// "ZZ9 4AB" and "ZZ94AB".
fn postcodes(text: &str) -> Vec<(usize, String)> {
    let words = words(text);
    let mut found = Vec::new();
    for (i, (at, word)) in words.iter().enumerate() {
        if let Some((_, second)) = words.get(i + 1)
            && is_outward(word)
            && is_inward(second)
        {
            found.push((*at, format!("{word} {second}")));
        } else if word.is_ascii() && (5..=7).contains(&word.len()) {
            let (out, inner) = word.split_at(word.len() - 3);
            if is_outward(out) && is_inward(inner) {
                found.push((*at, (*word).to_owned()));
            }
        }
    }
    found
}

fn is_outward(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &word.as_bytes()[letters.min(word.len())..];
    (1..=2).contains(&letters) && matches!(rest, [a] if a.is_ascii_digit())
        || (1..=2).contains(&letters)
            && matches!(rest, [a, b] if a.is_ascii_digit() && (b.is_ascii_digit() || b.is_ascii_uppercase()))
}

fn is_inward(word: &str) -> bool {
    matches!(word.as_bytes(), [a, b, c] if a.is_ascii_digit() && b.is_ascii_uppercase() && c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(text: &str) -> Vec<String> {
        let person = Person {
            id: "complainant".into(),
            name: "Ada Okafor".into(),
            address: "7 Alder Court, ZZ9 4AB".into(),
            email: "ada@example.org".into(),
            phone: "07700 900123".into(),
            ..Person::default()
        };
        let others = [Other {
            name: "Tom Hughes".into(),
            role: "Representative",
        }];
        Looker::new(&person, &others)
            .look(text)
            .into_iter()
            .map(|seen| seen.what)
            .collect()
    }

    #[test]
    fn other_people_are_seen_and_the_person_is_not() {
        assert_eq!(
            looked(
                "Ada Okafor of 7 Alder Court, ZZ9 4AB, ada@example.org, +44 7700 900123, Ms Okafor"
            ),
            [""; 0]
        );
        assert_eq!(
            looked("spoke with tom hughes"),
            ["Representative: Tom Hughes"]
        );
        assert_eq!(looked("Mrs Patel saw it"), ["A named person: Mrs Patel"]);
        assert_eq!(
            looked("ring 020 7946 0991 or write to x@y.org."),
            ["Telephone number: 020 7946 0991", "E-mail address: x@y.org"]
        );
        assert_eq!(
            looked("at 9 Alder Court ZZ9 4AC"),
            ["Another address: ZZ9 4AC"]
        );
        assert_eq!(
            looked("the neighbour's dog"),
            ["Family, neighbours or friends: \u{201c}neighbour\u{201d}"]
        );
        assert_eq!(looked("Job 00700123 of 2026-09-02 for £1,250.00"), [""; 0]);
    }

    #[test]
    fn texts_of_any_letters_are_looked_through() {
        for text in [
            "",
            "Ünï çödé — Mrs Ölçer ☎ 020 7946 0991",
            "مرحبا 07700900999",
            "a\u{301}@b.c",
            "+",
            "(0",
        ] {
            let _ = looked(text);
        }
        assert!(looked("Ünï — Mrs Ölçer").contains(&"A named person: Mrs Ölçer".to_owned()));
    }
}
