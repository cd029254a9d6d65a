//! Believable cases by the dozen, from a seed: the same seed gives the same cases.

use crate::domain::case::{Case, Event, Recorded};
use crate::domain::ids::CaseRef;
use crate::store::derive::{Deadline, Timing};
use crate::store::{Store, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// A small generator, so that a failure can be repeated by its seed.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

pub(crate) const HANDLERS: [&str; 4] = ["ada", "ben", "Chloë", "dev"];
const NAMES: [&str; 6] = [
    "Mary O’Neill",
    "Łukasz Nowak",
    "Ng",
    "Jo Smith",
    "李 娜",
    "Jo Smythe",
];
const STREETS: [&str; 4] = ["Mill Lane", "Station Road", "Smith Street", "High Street"];
pub(crate) const CATEGORIES: [&str; 3] = [
    "property_condition.damp_and_mould",
    "property_condition.leaks",
    "complaints_handling.delay",
];

pub(crate) fn start() -> DateTime<Utc> {
    "2026-01-05T09:00:00Z".parse().unwrap()
}

/// Stands in for the calendar: ten days after receipt, none once it has ended.
pub(crate) fn timing(case: &Case) -> Timing {
    let open = !case.state.is_ended();
    Timing {
        due: open.then(|| Deadline {
            on: case.received_at.date_naive() + TimeDelta::days(10),
            clock: "S1_RESPONSE".into(),
        }),
        ..Timing::default()
    }
}

pub(crate) fn recorded(seq: u32, at: DateTime<Utc>, event: serde_json::Value) -> Recorded {
    Recorded {
        seq,
        at,
        recorded_at: at + TimeDelta::minutes(i64::from(seq)),
        actor: "ada".into(),
        event: serde_json::from_value(event).unwrap(),
    }
}

pub(crate) fn logged(random: &mut Random, at: DateTime<Utc>) -> Recorded {
    let house = random.below(30);
    let points: Vec<_> = (0..=random.below(2))
        .map(|n| json!({"text": format!("Point {n}"), "category": random.one(&CATEGORIES)}))
        .collect();
    let intake = json!({
        "received_at": at, "channel": "phone", "account": "Nobody rang me back.",
        "complainant": {"name": random.one(&NAMES), "address": format!("{house} {}", random.one(&STREETS)),
                        "email": "someone@example.org"},
        "points": points,
        "triage": {"risk": random.one(&["standard", "raised", "high"])},
    });
    let event = json!({"kind": "complaint_logged", "intake": intake, "policy_version": 1, "receipt_rule": "strict"});
    recorded(1, at, event)
}

/// Something that can happen next to any case.
fn next(random: &mut Random, seq: u32, at: DateTime<Utc>) -> Recorded {
    let event = match random.below(7) {
        0 | 1 => json!({"kind": "assigned", "stage": 1, "handler": random.one(&HANDLERS)}),
        2 => json!({"kind": "note_added", "text": "Rang; no answer. <b>=1+1</b>"}),
        3 => json!({"kind": "closed", "root_causes": ["delay_internal"], "learning": "Ring back."}),
        4 => json!({"kind": "reopened", "reason": "Promise not kept", "by_ombudsman": false}),
        5 if random.below(4) == 0 => {
            json!({"kind": "restricted", "people": [random.one(&HANDLERS)], "reason": "Staff member"})
        }
        _ => json!({"kind": "escalated", "received_at": at, "channel": "email", "account": null}),
    };
    recorded(seq, at, event)
}

/// Logs one case with a few events; one job.
pub(crate) fn add_case(store: &Store, random: &mut Random) -> CaseRef {
    let at = start() + TimeDelta::minutes(random.below(60 * 24 * 300) as i64);
    let mut events = vec![logged(random, at)];
    for seq in 2..2 + random.below(4) as u32 {
        events.push(next(random, seq, at + TimeDelta::hours(i64::from(seq))));
    }
    store
        .write(move |tx| {
            let reference = tx.next_reference(2026)?;
            tx.append_events(&reference, &events, &timing)?;
            Ok::<_, StoreError>(reference)
        })
        .unwrap()
}

/// Adds one more event to a case.
pub(crate) fn add_event(store: &Store, reference: &CaseRef, random: &mut Random) {
    let (reference, mut random) = (reference.clone(), random.clone());
    random.next();
    let done = store.write(move |tx| {
        let case = tx.case(&reference)?.expect("it was added");
        let event = next(&mut random, case.version + 1, case.updated_at);
        tx.append_events(&reference, &[event], &timing)
    });
    done.unwrap();
}

pub(crate) fn attached(seq: u32, at: DateTime<Utc>, sha256: &[u8; 32]) -> Recorded {
    let document = json!({"id": seq, "sha256": hex::encode(sha256), "size": 1, "media_type": "text/plain",
        "file_name": "a.txt", "title": "A", "kind": "call_note", "added_by": "ada", "added_at": at});
    let recorded = recorded(
        seq,
        at,
        json!({"kind": "document_attached", "document": document}),
    );
    assert!(matches!(recorded.event, Event::DocumentAttached { .. }));
    recorded
}
