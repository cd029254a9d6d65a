//! A case for the tests of pages: two points, an acknowledgement, a remedy, and hostile text in every field.

use crate::domain::calendar::Calendar;
use crate::domain::case::{Case, Event, Recorded};
use crate::domain::clock::{Clock, ClockPolicy, StageFacts, StageNumber, stage_clocks};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

/// Text that must never come out as markup.
pub const HOSTILE: &str =
    "<script>alert('x')</script> \"><img src=x onerror=1> {{ 7*7 }} & \u{202e}evil";

/// An instant from its text.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a test's own instant")
}

/// Friday 20 November 2026.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day")
}

fn recorded(seq: u32, when: &str, event: Value) -> Recorded {
    Recorded {
        seq,
        at: at(when),
        recorded_at: at(when),
        actor: "Daniel Price".into(),
        event: serde_json::from_value::<Event>(event).expect("a test's own event"),
    }
}

/// The events of a case received by telephone and acknowledged, with `account` as the resident's words.
pub fn events(account: &str) -> Vec<Recorded> {
    let intake = json!({
        "received_at": "2026-11-09T09:02:00Z", "channel": "phone", "heard_by": "Joseph Osei", "account": account,
        "outcomes_sought": "A lasting repair before winter, and an apology for the missed appointments",
        "complainant": { "name": "Ms Amara Okonjo", "tenure": "secure", "phone": "07700 900142",
            "email": "a.okonjo@example.com", "address": "Flat 12, Beech Court, Orchard Road, SM3 9LP",
            "adjustments": ["large_print"], "preferred_contact": "letter" },
        "points": [
            { "text": "Damp and mould back after three repair visits", "category": "property_condition.damp_and_mould" },
            { "text": "Two appointments missed", "category": "staff.not_calling_back" } ],
        "triage": { "vulnerability": true },
    });
    vec![
        recorded(
            1,
            "2026-11-09T09:02:00Z",
            json!({"kind": "complaint_logged", "intake": intake, "policy_version": 1, "receipt_rule": "strict"}),
        ),
        recorded(
            2,
            "2026-11-09T09:03:00Z",
            json!({"kind": "assigned", "stage": 1, "handler": "Daniel Price"}),
        ),
        recorded(
            3,
            "2026-11-11T15:05:00Z",
            json!({"kind": "acknowledged", "stage": 1, "definition": "Damp and mould that came back",
            "outcomes_sought": "A lasting repair", "handler": "Daniel Price", "responsible_for": "The home", "not_responsible_for": ""}),
        ),
        recorded(
            4,
            "2026-11-18T16:22:00Z",
            json!({"kind": "note_added", "text": "Oakfield confirm job 86120 was closed on 2 July without a visit. ".repeat(6)}),
        ),
    ]
}

/// The case those events leave.
pub fn case(account: &str) -> (Case, Vec<Recorded>) {
    let events = events(account);
    let reference = "C-2026-0418".parse().expect("a reference");
    (Case::fold(reference, &events).expect("a case"), events)
}

/// Its clocks on [`today`].
pub fn clocks(calendar: &Calendar) -> Vec<Clock> {
    let mut facts = StageFacts::begun(StageNumber::One, at("2026-11-09T09:02:00Z"));
    facts.acknowledged_at = Some(at("2026-11-11T15:05:00Z"));
    stage_clocks(
        &facts,
        calendar,
        &ClockPolicy::default(),
        at("2026-11-20T12:00:00Z"),
    )
    .expect("clocks")
    .clocks
}

/// An event as the audit gives it.
pub fn audited(recorded: &Recorded) -> crate::desk::cases::AuditedEvent {
    crate::desk::cases::AuditedEvent {
        seq: recorded.seq,
        kind: recorded.event.kind().to_owned(),
        at: recorded.at,
        recorded_at: recorded.recorded_at,
        actor: recorded.actor.clone(),
        body: serde_json::to_value(&recorded.event).expect("an event is JSON"),
        body_hash: "ab".repeat(32),
        link: "cd".repeat(32),
    }
}
