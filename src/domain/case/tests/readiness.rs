//! What a complete file would still need (domain rules §5.3), state by state.

use serde_json::json;

use super::*;
use crate::domain::readiness::readiness;

/// What is missing, as "category what", with policies on file.
fn missing(play: &Play) -> Vec<String> {
    let ready = readiness(&play.case, true);
    assert!((0.0..=1.0).contains(&ready.score));
    assert_eq!(ready.score == 1.0, ready.missing.is_empty());
    for gap in &ready.missing {
        assert!(!gap.why.is_empty() && !gap.who.is_empty(), "{gap:?}");
    }
    ready
        .missing
        .into_iter()
        .map(|gap| format!("{} {}", gap.category, gap.what))
        .collect()
}

const TENANCY: &str = "03 The tenancy agreement or lease, or the linked tenancy record";
const REPAIRS: &str = "04 The repairs history of the home";
const CONTACT: &str = "06 A record of contact with the resident";

#[test]
fn a_new_case_lacks_nearly_everything_and_an_answered_one_little() {
    assert_eq!(
        missing(&Play::at(State::S1Received)),
        [
            "01 The stage 1 acknowledgement",
            "01 A decision with reasons on every point at stage 1",
            "01 The stage 1 response",
            TENANCY,
            REPAIRS,
            CONTACT,
        ]
    );
    assert_eq!(
        missing(&Play::at(State::S1Responded)),
        [TENANCY, REPAIRS, CONTACT]
    );
    assert_eq!(
        missing(&Play::at(State::S2Acknowledged)),
        [
            "02 A decision with reasons on every point at stage 2",
            "02 The stage 2 response",
            TENANCY,
            REPAIRS,
            CONTACT,
        ]
    );
    assert_eq!(
        missing(&Play::at(State::S2Responded)),
        [TENANCY, REPAIRS, CONTACT]
    );
}

#[test]
fn what_ended_without_an_answer_owes_none() {
    for state in [State::Refused, State::Withdrawn] {
        let gaps = missing(&Play::at(state));
        assert!(
            !gaps
                .iter()
                .any(|gap| gap.contains("response") || gap.contains("decision")),
            "{state:?}: {gaps:?}"
        );
    }
}

#[test]
fn linked_records_contacts_and_policies_fill_their_gaps() {
    let found = |kind: &str| json!({ "external_id": kind, "kind": kind, "title": "R", "document": "{}", "hash": "0" });
    let play = Play::at(State::S1Responded)
        .does("cal", json!({ "command": "take_snapshots", "source": "csv", "found": [found("tenancy"), found("repair")] }))
        .does("cal", json!({ "command": "record_contact", "direction": "in", "channel": "phone", "summary": "Rang." }));
    assert_eq!(missing(&play), Vec::<String>::new());
    let without = readiness(&play.case, false);
    assert_eq!(without.missing.len(), 1);
    assert_eq!(without.missing[0].category, "08");
}

#[test]
fn promises_and_money_need_their_proof() {
    let play = Play::at(State::S1Responded)
        .does("olive", json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "Sorry",
            "due": "2027-01-04", "amount_pence": 5_000 }))
        .does("olive", json!({ "command": "promise_action", "what": "Paint", "owner": "hal", "due": "2026-12-20" }))
        .does("hal", json!({ "command": "complete_action", "action": 2, "reason": "I saw it." }));
    let gaps = missing(&play);
    assert!(
        gaps.contains(&"09 Proof that “Paint” was done".to_owned()),
        "{gaps:?}"
    );
    assert!(
        gaps.contains(&"09 Proof that £50.00 was paid".to_owned()),
        "{gaps:?}"
    );
}

#[test]
fn what_the_ombudsman_asked_for_is_on_the_list_until_it_is_sent() {
    let play = Play::at(State::S1Responded)
        .does(
            "olive",
            json!({ "command": "refer", "hos_reference": "1", "route": "enquiry" }),
        )
        .does(
            "olive",
            json!({ "command": "record_hos_task", "items": ["01", "10"] }),
        );
    let asked = "10 Anything under category 10, which the Ombudsman asked for".to_owned();
    assert!(missing(&play).contains(&asked));
    assert!(
        !missing(&play).iter().any(|gap| gap.starts_with("01 ")),
        "the complaint itself is there"
    );
    let sent = play.does(
        "olive",
        json!({ "command": "send_hos_evidence", "task": 1 }),
    );
    assert!(!missing(&sent).contains(&asked));
}

#[test]
fn a_vulnerability_without_an_adjustment_is_a_question() {
    let noted = Play::at(State::S1Responded).does(
        "olive",
        json!({ "command": "triage", "triage": { "vulnerability": true } }),
    );
    assert!(missing(&noted).iter().any(|gap| gap.starts_with("07 ")));
    let adjusted = noted.does(
        "cal",
        json!({ "command": "record_adjustment", "adjustment": { "need": "large_print" } }),
    );
    assert!(!missing(&adjusted).iter().any(|gap| gap.starts_with("07 ")));
}
