//! From the text in the box to what is meant. Pure: the same text always means the same.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::wrong::{MOST, one_of, shown};
use super::{Day, FILTERS, Is, LINKED, Owner, Span, Term, Typed, What, Wrong};
use crate::domain::calendar::{FIRST_YEAR, LAST_YEAR};
use crate::domain::case::State;
use crate::domain::category::RootCause;
use crate::domain::intake::{Kind, Risk};

const KINDS: [Kind; 3] = [Kind::Complaint, Kind::ServiceRequest, Kind::SurveyFeedback];
const RISKS: [Risk; 3] = [Risk::Standard, Risk::Raised, Risk::High];

/// A quotation mark; telephones write the curved ones.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}

impl FromStr for Typed {
    type Err = Wrong;

    fn from_str(text: &str) -> Result<Self, Wrong> {
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (term, behind) = term(rest)?;
            terms.push(term);
            if terms.len() > MOST {
                return Err(Wrong::TooMany);
            }
            rest = behind.trim_start();
        }
        Ok(Self(terms))
    }
}

/// The first term of a text that is not empty, and what stands behind it.
fn term(text: &str) -> Result<(Term, &str), Wrong> {
    // A minus on its own is a word like any other that stands for nothing.
    let bare = text.strip_prefix('-');
    let bare = bare.filter(|bare| bare.starts_with(|c: char| !c.is_whitespace()));
    let (minus, body) = bare.map_or((false, text), |bare| (true, bare));
    if body.starts_with(is_quote) {
        let (words, behind) = quoted(body, text)?;
        if !words.contains(char::is_alphanumeric) {
            let word = shown(&text[..text.len() - behind.len()]);
            return Err(Wrong::Nothing { word });
        }
        let what = What::Phrase(words.trim().to_owned());
        return Ok((Term { minus, what }, behind));
    }
    let end = body.find(char::is_whitespace).unwrap_or(body.len());
    let (word, behind) = body.split_at(end);
    let Some((name, value)) = word.split_once(':').filter(|(name, _)| is_name(name)) else {
        let what = What::Word(word.to_owned());
        return Ok((Term { minus, what }, behind));
    };
    let known = FILTERS.iter().find(|f| f.name.eq_ignore_ascii_case(name));
    let Some(filter) = known else {
        if value.is_empty() {
            // “Re:” is no filter but a word with a colon.
            let what = What::Word(word.to_owned());
            return Ok((Term { minus, what }, behind));
        }
        return Err(Wrong::Name { word: shown(word) });
    };
    let (value, behind) = match &body[name.len() + 1..] {
        after if after.starts_with(is_quote) => quoted(after, text)?,
        _ => (value, behind),
    };
    let word = &text[..text.len() - behind.len()];
    // A quotation mark in the middle of a value is a slip; no name has one.
    let value: String = value.chars().filter(|c| !is_quote(*c)).collect();
    let what = what(filter.name, value.trim()).map_err(|takes| Wrong::Value {
        word: shown(word),
        takes,
    })?;
    let term = Term { minus, what };
    match minus.then(|| instead(&term.what)).flatten() {
        Some(instead) => Err(Wrong::Minus {
            word: shown(word),
            instead,
        }),
        None => Ok((term, behind)),
    }
}

/// What stands between the quotation mark at the beginning of `text` and the next, and what follows.
fn quoted<'t>(text: &'t str, whole: &str) -> Result<(&'t str, &'t str), Wrong> {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let inside = &text[first..];
    let open = || Wrong::Open { word: shown(whole) };
    let end = inside.find(is_quote).ok_or_else(open)?;
    let mark = inside[end..].chars().next().map_or(0, char::len_utf8);
    Ok((&inside[..end], &inside[end + mark..]))
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '-';
    !text.is_empty() && text.chars().all(fits)
}

/// What to write where a filter cannot have a minus: the lists scan days in one stretch.
fn instead(what: &What) -> Option<String> {
    match what {
        What::Due(_) | What::Received(_) => Some(
            "Turn it round instead: due:>=2026-12-01 is what due:<2026-12-01 leaves out.".into(),
        ),
        What::Is(Is::Overdue) => Some("Write due:>=today instead.".into()),
        _ => None,
    }
}

/// A filter with its value; or what it takes.
fn what(name: &str, value: &str) -> Result<What, String> {
    Ok(match name {
        "stage" => match value {
            "1" => What::Stage(1),
            "2" => What::Stage(2),
            _ => return Err("Write stage:1 or stage:2.".into()),
        },
        "state" => What::State(of(name, value, &State::ALL)?),
        "kind" => What::Kind(of(name, value, &KINDS)?),
        "risk" => What::Risk(of(name, value, &RISKS)?),
        "cause" => What::Cause(of(name, value, &RootCause::ALL)?),
        "linked" => What::Linked(of(name, value, &LINKED)?),
        "owner" => What::Owner(owner(value)?),
        "theme" if value.contains(char::is_alphanumeric) => What::Theme(value.to_owned()),
        "near" if value.contains(char::is_alphanumeric) => What::Near(value.to_owned()),
        "near" => return Err("Write a postcode such as near:\"SM3 9LP\", or near:SM3.".into()),
        "team" if value.contains(char::is_alphanumeric) => What::Team(value.to_owned()),
        "team" => return Err("Write a team such as team:\"Harbour Repairs\".".into()),
        "theme" => return Err("Write a theme such as theme:damp_and_mould.".into()),
        "is" => {
            let same = |(_, word): &&(Is, &str)| plain(word) == plain(value);
            let words = || Is::ALL.map(|(_, word)| word);
            let takes = || format!("After is: comes {}.", one_of(&words(), "or"));
            What::Is(Is::ALL.iter().find(same).ok_or_else(takes)?.0)
        }
        "due" => What::Due(span(value).ok_or(
            "Write days such as due:today, due:<3d (fewer than 3 working days), due:2026-11-30, \
             due:>=2026-12 or due:today..5d.",
        )?),
        "received" => What::Received(span(value).ok_or(
            "Write days such as received:today, received:<7d (fewer than 7 days ago), \
             received:>=2026-01-01, received:2026-11 or received:2026-01..2026-03.",
        )?),
        _ => What::Ref(
            value
                .parse()
                .map_err(|_| "Write a reference such as ref:C-2026-0042.".to_owned())?,
        ),
    })
}

/// Case, spaces, dashes and underscores do not matter in names of ours.
fn plain(text: &str) -> String {
    text.to_lowercase().replace(['-', ' '], "_")
}

/// The name of a value on the wire.
pub(super) fn wire(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// The one of `all` that was typed; or what may be.
fn of<V: Serialize + Copy>(name: &str, typed: &str, all: &[V]) -> Result<V, String> {
    let sought = plain(typed);
    let found = all.iter().find(|value| wire(value) == sought);
    found.copied().ok_or_else(|| {
        let words: Vec<String> = all.iter().map(wire).collect();
        format!("After {name}: comes {}.", one_of(&words, "or"))
    })
}

fn owner(value: &str) -> Result<Owner, String> {
    match value.to_lowercase().as_str() {
        "me" => Ok(Owner::Me),
        "none" => Ok(Owner::Nobody),
        name if name.contains(char::is_alphanumeric) => Ok(Owner::Named(value.to_owned())),
        _ => Err("Write owner:me, owner:none, or a name such as owner:\"Priya Nair\".".into()),
    }
}

fn span(text: &str) -> Option<Span> {
    // The longer signs first: each begins like a shorter one.
    for sign in ["<=", ">=", "<", ">"] {
        if let Some(rest) = text.strip_prefix(sign) {
            let day = day(rest.trim())?;
            return Some(match sign {
                "<=" => Span::UpTo(day),
                ">=" => Span::From(day),
                "<" => Span::Before(day),
                _ => Span::After(day),
            });
        }
    }
    match text.split_once("..") {
        Some((from, "")) => day(from.trim()).map(Span::From),
        Some(("", to)) => day(to.trim()).map(Span::UpTo),
        Some((from, to)) => Some(Span::Between(day(from.trim())?, day(to.trim())?)),
        None => day(text).map(Span::On),
    }
}

fn day(text: &str) -> Option<Day> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.to_lowercase().as_str() {
        "today" => return Some(Day::Today),
        "tomorrow" => return Some(Day::Tomorrow),
        "yesterday" => return Some(Day::Yesterday),
        other => {
            if let Some(days) = other.strip_suffix('d') {
                let days = Some(days).filter(|days| digits(days) && days.len() <= 3)?;
                return days.parse().ok().map(Day::Days);
            }
        }
    }
    let year = |text: &str| {
        let year: i32 = Some(text)
            .filter(|y| digits(y) && y.len() == 4)?
            .parse()
            .ok()?;
        (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(year)
    };
    match text.split('-').collect::<Vec<_>>()[..] {
        [y] => year(y).map(Day::Year),
        [y, m] => {
            let month = m.parse().ok().filter(|_| digits(m) && m.len() <= 2);
            let first = NaiveDate::from_ymd_opt(year(y)?, month?, 1)?;
            Some(Day::Month(first.year(), first.month()))
        }
        [y, m, d] => {
            let number = |n: &str| n.parse().ok().filter(|_| digits(n) && n.len() <= 2);
            NaiveDate::from_ymd_opt(year(y)?, number(m)?, number(d)?).map(Day::Date)
        }
        _ => None,
    }
}
