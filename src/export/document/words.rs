//! Pieces of sentences: codes, dates and what follows a colon.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::case::ApprovalSubject;

/// A code such as `home_visit` in plain words.
pub(super) fn words(code: impl Serialize) -> String {
    let value = serde_json::to_value(code).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

/// `: text`, or nothing.
pub(super) fn tail(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        String::new()
    } else {
        format!(": {text}")
    }
}

pub(super) fn maybe(text: Option<&String>) -> String {
    text.map(|text| tail(text)).unwrap_or_default()
}

/// "23 Nov 2026", as the PDFs write every date.
pub(super) fn day(on: NaiveDate) -> String {
    on.format("%-d %b %Y").to_string()
}

/// What an approval is about.
pub(super) fn subject_words(subject: &ApprovalSubject) -> String {
    match subject {
        ApprovalSubject::Remedy { remedy } => format!("the money in remedy {remedy}"),
        ApprovalSubject::Response { stage } => format!("the stage {stage} response"),
        ApprovalSubject::Refusal => "a refusal".into(),
        ApprovalSubject::Extension { stage } => format!("an extension at stage {stage}"),
    }
}
