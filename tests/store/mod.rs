//! The memory as a whole: killed at random moments, and read back by every later version.
#![allow(clippy::unwrap_used)]

mod fixture;
mod kill;
mod upgrade;

use chrono::{DateTime, TimeDelta, Utc};
use redress::domain::case::{Case, Recorded};
use redress::store::derive::{Deadline, Timing};
use serde_json::{Value, json};

/// A fixed moment, so that the same test makes the same file.
fn at(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-05T09:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

fn recorded(seq: u32, minutes: i64, event: Value) -> Recorded {
    Recorded {
        seq,
        at: at(minutes),
        recorded_at: at(minutes),
        actor: "ada".into(),
        event: serde_json::from_value(event).unwrap(),
    }
}

fn logged(minutes: i64, name: &str) -> Recorded {
    let intake = json!({
        "received_at": at(minutes), "channel": "phone", "account": "Mould again. “Nobody” came <b>twice</b>.",
        "complainant": {"name": name, "address": "1 Mill Lane", "adjustments": ["large_print"]},
        "points": [{"text": "Mould on the wall", "category": "property_condition.damp_and_mould"}],
    });
    let event = json!({"kind": "complaint_logged", "intake": intake, "policy_version": 1, "receipt_rule": "strict"});
    recorded(1, minutes, event)
}

fn note(seq: u32, minutes: i64, text: &str) -> Recorded {
    recorded(seq, minutes, json!({"kind": "note_added", "text": text}))
}

fn attached(seq: u32, minutes: i64, sha256: &[u8]) -> Recorded {
    let document = json!({"id": 1, "sha256": hex::encode(sha256), "size": 1, "media_type": "text/plain",
        "file_name": "a.txt", "title": "A", "kind": "call_note", "added_by": "ada", "added_at": at(minutes)});
    recorded(
        seq,
        minutes,
        json!({"kind": "document_attached", "document": document}),
    )
}

/// Stands in for the calendar.
fn timing(case: &Case) -> Timing {
    Timing {
        due: Some(Deadline {
            on: case.received_at.date_naive() + TimeDelta::days(10),
            clock: "S1_RESPONSE".into(),
        }),
        ..Timing::default()
    }
}
