//! Words and dates as people read them. Code values are snake_case; here they become labels.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::London;
use serde::Serialize;

/// The snake_case name of a plain enum value, as the API writes it.
pub fn wire(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// An enum value as people read it.
pub fn spoken(value: &impl Serialize) -> String {
    words(&wire(value))
}

/// `partly_upheld` becomes `Partly upheld`; the few values that read badly that way have their own words.
pub fn words(value: &str) -> String {
    let known = match value {
        "asb" => "Anti-social behaviour",
        "sms" => "Text message",
        "whatsapp" => "WhatsApp",
        "email" => "Email",
        "in_person" => "In person",
        "mp" => "MP",
        "lpa" => "Attorney",
        "hos" => "Housing Ombudsman",
        "s1_received" => "Received",
        "s1_acknowledged" => "Stage 1 acknowledged",
        "s1_investigating" => "Stage 1 investigation",
        "s1_responded" => "Stage 1 answered",
        "s2_requested" => "Stage 2 requested",
        "s2_acknowledged" => "Stage 2 acknowledged",
        "s2_investigating" => "Stage 2 investigation",
        "s2_responded" => "Stage 2 answered",
        "complaint_s1" => "The complaint as received",
        "acknowledgement_s1" => "Acknowledgement, stage 1",
        "investigation_s1" => "Investigation, stage 1",
        "response_s1" => "Response, stage 1",
        "acknowledgement_s2" => "Acknowledgement, stage 2",
        "investigation_s2" => "Investigation, stage 2",
        "response_s2" => "Response, stage 2",
        "asb_record" => "Anti-social behaviour record",
        "survey_follow_up" => "Survey follow-up",
        "it_system" => "IT system",
        "social_media_public" => "Social media, public",
        "social_media_message" => "Social media, message",
        "other_case_note" => "Note in another record (repairs, anti-social behaviour, tenancy)",
        _ => "",
    };
    if known.is_empty() {
        sentence(&value.replace('_', " "))
    } else {
        known.to_owned()
    }
}

/// The first letter as a capital.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The text with a full stop, where it does not end like a sentence yet: something follows.
pub fn stopped(text: &str) -> String {
    let text = text.trim_end();
    let ends = text.trim_end_matches(['”', '"', ')', '’']);
    if text.is_empty() || ends.ends_with(['.', '!', '?', '…']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// `Wednesday 25 November 2026`.
pub fn long_date(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

/// `Wed 25 Nov 2026`.
pub fn short_date(day: NaiveDate) -> String {
    day.format("%a %-d %b %Y").to_string()
}

/// `25 Nov`.
pub fn day_and_month(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

/// The civil day of an instant in England.
pub fn civil(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

/// `20 Nov 2026, 16:05`, in England's time.
pub fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&London)
        .format("%-d %b %Y, %H:%M")
        .to_string()
}

/// `16:05`, in England's time.
pub fn clock_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&London).format("%H:%M").to_string()
}

/// What `<input type="datetime-local">` takes.
pub fn for_input(at: DateTime<Utc>) -> String {
    at.with_timezone(&London)
        .format("%Y-%m-%dT%H:%M")
        .to_string()
}

/// `1 day`, `2 days`.
pub fn count(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `1.4 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} bytes"),
        1_000..=999_999 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// `DP` from `Daniel Price`.
pub fn initials(name: &str) -> String {
    const TITLES: [&str; 6] = ["mr", "mrs", "ms", "miss", "mx", "dr"];
    let is_title =
        |word: &&str| TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    let mut firsts = name
        .split_whitespace()
        .filter(|word| !is_title(word))
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = firsts.next();
    first
        .into_iter()
        .chain(firsts.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_labels() {
        assert_eq!(words("partly_upheld"), "Partly upheld");
        assert_eq!(initials("Daniel van Price"), "DP");
        assert_eq!(initials("Priya"), "P");
        assert_eq!(initials("Ms Amara Okonjo"), "AO");
        assert_eq!(initials("  "), "");
    }
}
