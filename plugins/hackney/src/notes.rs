//! Notes of calls and visits, page by page, as records of contact.

use redress_plugin::{Failure, Record, Value, http};

use crate::api::{Api, NOTES};
use crate::read::{instant, join, list, text};

/// Pages of one target, and notes on one of them.
const PAGES: usize = 4;
const PAGE: &str = "50";

/// Notes about a person or a tenancy. Answers 404 when there are none.
pub fn about(api: &mut Api, target: &str) -> Result<Vec<Value>, Failure> {
    let mut notes = Vec::new();
    let mut token = String::new();
    for _ in 0..PAGES {
        let mut query = vec![("targetId", target), ("pageSize", PAGE)];
        if !token.is_empty() {
            query.push(("paginationToken", &token));
        }
        let answer = match api.get(NOTES, &http::url("notes", &query)) {
            Ok(answer) => answer.unwrap_or_default(),
            // The pages before are whole by themselves.
            Err(failure) if !notes.is_empty() => {
                api.part::<()>("Older notes", Err(failure));
                return Ok(notes);
            }
            Err(failure) => return Err(failure),
        };
        notes.extend_from_slice(list(&answer, "results"));
        let next = text(&answer, "paginationDetails.nextToken");
        // A token that leads to itself would lead there for ever.
        if next.is_empty() || next == token {
            return Ok(notes);
        }
        token = next;
    }
    api.warn(&format!(
        "There are more notes about {target} than were read; the older ones are missing."
    ));
    Ok(notes)
}

/// The record of a note. Equality and process notes are not for a complaint's file, nor are notes about others.
pub fn record(note: &Value, person: &str, tenancy: Option<&str>) -> Record {
    let category = join(
        &[
            &text(note, "categorisation.category"),
            &text(note, "categorisation.subCategory"),
        ],
        ", ",
    );
    let (title, said) = (text(note, "title"), text(note, "description"));
    Record::new("contact", text(note, "id"))
        .title(join(&[&title, &said], ": "))
        .person_ref(person)
        .tenancy_ref(tenancy)
        .field("at", instant(note, "createdAt"))
        .field("channel", "note")
        .field("subject", if title.is_empty() { &category } else { &title })
        .field("summary", said)
        .field("staff", text(note, "author.fullName"))
        .other("Category", category)
        .other("About", text(note, "targetType"))
}
