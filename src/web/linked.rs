//! Records of other systems in plain words: the names of their fields, their values, their kinds, and how the systems
//! themselves stand.

use super::queue::encode;
use super::words::{long_date, moment, sentence, stopped, words};
use crate::desk::CaseView as Seen;
use crate::domain::case::{BEING_READ, Case, LinkedRecord, NOT_ASKED, SourceState};
use crate::link::record::{Field, Sheet};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// The address of a record's own page.
pub fn address(reference: &str, link: &LinkedRecord) -> String {
    format!(
        "/cases/{reference}/links/{}/{}/{}",
        encode(&link.source),
        encode(&link.kind),
        encode(&link.external_id)
    )
}

/// A kind in words, for a heading, with its icon.
pub fn kind(kind: &str) -> (String, &'static str) {
    match kind {
        "repair" | "repairs" => ("Repairs".to_owned(), "wrench"),
        "asb" => ("Anti-social behaviour".to_owned(), "shield-alert"),
        "tenancy" => ("Tenancy".to_owned(), "key-round"),
        "contact" | "contacts" => ("Contacts".to_owned(), "message-square"),
        "person" => ("Person".to_owned(), "user"),
        "property" => ("Property".to_owned(), "house"),
        "inspection" => ("Inspections".to_owned(), "search"),
        "note" => ("Notes".to_owned(), "message-square"),
        "alert" => ("Alerts".to_owned(), "circle-alert"),
        other => (words(other), "paperclip"),
    }
}

/// The name of a field as people read it.
pub fn label(name: &str) -> String {
    let known = match name {
        "reported_on" => "Reported",
        "opened_on" => "Opened",
        "closed_on" => "Closed",
        "target_on" => "To be done by",
        "appointment_on" => "Appointment",
        "appointment_slot" => "Time of the appointment",
        "attended_on" => "Attended",
        "completed_on" => "Completed",
        "risk_assessed_on" => "Risk assessed",
        "action_plan_on" => "Action plan",
        "last_contact_on" => "Last contact",
        "follow_on_of" => "Follows on from",
        "at" => "When",
        "property_ref" => "Property number",
        "tenancy_ref" => "Tenancy number",
        "person_ref" => "Person number",
        "payment_ref" => "Payment number",
        "joint_with_refs" => "Joint with",
        "tenure_type" => "How the home is held",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    // A name of the other system's own stays as it is, unless it is written for machines.
    if name.contains(' ') {
        name.to_owned()
    } else {
        sentence(&name.replace('_', " "))
    }
}

/// A value as people read it: days and moments in words, anything else as it came.
pub fn value(text: &str) -> String {
    match text.parse::<NaiveDate>() {
        Ok(day) => long_date(day),
        Err(_) => moment_in(text).unwrap_or_else(|| text.to_owned()),
    }
}

/// The same in a line of several facts.
fn short(text: &str) -> String {
    match text.parse::<NaiveDate>() {
        Ok(day) => day.format("%-d %b %Y").to_string(),
        Err(_) => value(text),
    }
}

/// An instant, or a time on England's clocks.
fn moment_in(text: &str) -> Option<String> {
    if let Ok(at) = text.parse::<DateTime<Utc>>() {
        return Some(moment(at));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?;
    Some(local.format("%-d %b %Y, %H:%M").to_string())
}

/// The facts that say most about a record: "No access, reported 2 Sep 2026".
pub fn key_facts(kind: &str, sheet: &Sheet) -> String {
    let one = |field: &&Field| {
        let value = short(&field.value);
        let plain = matches!(
            field.name.as_str(),
            "status"
                | "category"
                | "tenure_type"
                | "channel"
                | "direction"
                | "at"
                | "address"
                | "outcome"
        );
        if plain {
            value
        } else {
            format!("{} {value}", label(&field.name).to_lowercase())
        }
    };
    let facts: Vec<String> = sheet.key_facts(kind).iter().map(one).collect();
    sentence(&facts.join(", "))
}

/// How a linked system stands with a case, in a sentence or two; one that is down says so here and blocks nothing.
pub fn stands(seen: &Seen, state: &SourceState) -> String {
    let heard = seen.heard.get(&state.source);
    let name = &state.source;
    let records = seen.case.current_links();
    let count = records.filter(|link| link.source == *name).count();
    let count = match count {
        1 => "1 record".to_owned(),
        count => format!("{count} records"),
    };
    let fetched = heard.map_or(state.fetched_at, |heard| heard.fetched_at);
    let fetched = match fetched {
        Some(at) => format!("{count}, last fetched {}.", moment(at)),
        None => "Nothing fetched yet.".to_owned(),
    };
    if heard.is_some_and(|heard| heard.off) {
        return format!("{name}: {fetched} The link is switched off, so it is not asked again.");
    }
    let next = heard.and_then(|heard| heard.next_try);
    match &state.failure {
        Some(why) if why.starts_with(NOT_ASKED) => {
            format!("{name} was not asked: {}", &why[NOT_ASKED.len()..])
        }
        Some(why) if why.starts_with(BEING_READ) => {
            let why = stopped(&why[BEING_READ.len()..]);
            format!("{name} is being read for the first time: {why} {fetched}")
        }
        Some(why) => {
            let since = heard.and_then(|heard| heard.down_since);
            let since = since.unwrap_or(state.asked_at);
            let next = next.map_or(String::new(), |at| {
                format!(" Asked again by itself from {}.", moment(at))
            });
            let why = stopped(why);
            format!(
                "{name} gives no answer since {}. {fetched} {why}{next}",
                moment(since)
            )
        }
        None => {
            let next = next.map_or(String::new(), |at| {
                format!(" Asked again by itself {}.", moment(at))
            });
            let notes = if state.notes.is_empty() {
                String::new()
            } else {
                format!(" {}", state.notes.join(" "))
            };
            format!("{name}: {fetched}{next}{notes}")
        }
    }
}

/// How many versions of records each source has given a case, in the order of its sources.
pub fn given(case: &Case) -> Vec<usize> {
    let of = |state: &SourceState| {
        let links = case.links.iter();
        links.filter(|link| link.source == state.source).count()
    };
    case.sources.iter().map(of).collect()
}

/// What came of asking the sources of a case again: what they gave, and what went wrong. `came` has how many records
/// of each source are new.
pub fn came(seen: &Seen, came: &[usize]) -> (String, String) {
    let (mut gave, mut amiss) = (Vec::new(), Vec::new());
    for (at, state) in seen.case.sources.iter().enumerate() {
        let name = &state.source;
        let off = seen.heard.get(name).is_some_and(|heard| heard.off);
        let new = came.get(at).copied().unwrap_or(0);
        match &state.failure {
            _ if off => gave.push(format!("{name}: the link is switched off.")),
            Some(why) if why.starts_with(NOT_ASKED) => gave.push(format!(
                "{name} was not asked: {}",
                stopped(&why[NOT_ASKED.len()..])
            )),
            Some(why) if why.starts_with(BEING_READ) => {
                gave.push(format!("{name} is being read for the first time."));
            }
            Some(_) => amiss.push(match new {
                0 => format!("{name} gave no answer; nothing new came."),
                new => format!("{name} gave no whole answer; {new} new came."),
            }),
            None => gave.push(match new {
                0 => format!("{name}: nothing new."),
                new => format!("{name}: {new} new or changed."),
            }),
        }
    }
    if gave.is_empty() && amiss.is_empty() {
        gave.push("No linked system is asked.".into());
    }
    (gave.join(" "), amiss.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_values_read_as_words() {
        assert_eq!(label("reported_on"), "Reported");
        assert_eq!(label("hate_incident"), "Hate incident");
        assert_eq!(label("Cost centre"), "Cost centre");
        assert_eq!(value("2026-09-02"), "Wednesday 2 September 2026");
        assert_eq!(value("2026-09-02T08:41:10Z"), "2 Sep 2026, 09:41");
        assert_eq!(value("between 8 and 12"), "between 8 and 12");
        assert_eq!(value("2026-09-02 14:40"), "2 Sep 2026, 14:40");
        let sheet = Sheet::read(r#"{"fields":{"status":"No access","reported_on":"2026-09-02"}}"#);
        let facts = key_facts("repair", &sheet);
        assert_eq!(facts, "No access, reported 2 Sep 2026");
    }

    #[test]
    fn a_sentence_that_another_follows_ends_with_a_full_stop() {
        assert_eq!(stopped("(Connection refused)"), "(Connection refused).");
        for whole in ["It is down.", "Is it “there?”", "(It is down.)", ""] {
            assert_eq!(stopped(whole), whole);
        }
    }
}
