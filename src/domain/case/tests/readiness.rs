//! What a complete file would still need (domain rules §5.3), state by state.

use serde_json::json;

use super::*;
use crate::domain::readiness::{found, readiness};

fn policies() -> Vec<String> {
    [
        "complaints",
        "Compensation",
        "repairs",
        "damp_and_mould",
        "asb",
    ]
    .map(String::from)
    .to_vec()
}

/// What is missing, as "category what", with policies on file.
fn missing(play: &Play) -> Vec<String> {
    let ready = readiness(&play.case, &policies());
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
const SENT: &str = "01 Proof that the stage 1 response was sent";
const SENT_2: &str = "02 Proof that the stage 2 response was sent";
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
        [SENT, TENANCY, REPAIRS, CONTACT]
    );
    assert_eq!(
        missing(&Play::at(State::S2Acknowledged)),
        [
            SENT,
            "02 A decision with reasons on every point at stage 2",
            "02 The stage 2 response",
            TENANCY,
            REPAIRS,
            CONTACT,
        ]
    );
    assert_eq!(
        missing(&Play::at(State::S2Responded)),
        [SENT, SENT_2, TENANCY, REPAIRS, CONTACT]
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
    assert_eq!(missing(&play), [SENT]);
    let lacks = |held: &[&str]| -> Vec<String> {
        let held: Vec<String> = held.iter().map(|kind| (*kind).to_owned()).collect();
        let missing = readiness(&play.case, &held).missing;
        let policies = missing.into_iter().filter(|gap| gap.category == "08");
        policies.map(|gap| gap.what).collect()
    };
    assert_eq!(
        lacks(&["complaints"]),
        [
            "The repairs policy in force at the time",
            "The damp and mould policy in force at the time"
        ]
    );
    assert_eq!(lacks(&[]).len(), 3);
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
        !missing(&play)
            .iter()
            .any(|gap| gap.starts_with("01 Anything")),
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

#[test]
fn a_notice_and_its_proof_go_with_the_stage_of_their_day() {
    let paper = |play: Play, on: &str| {
        play.does("cal", json!({ "command": "attach", "document": { "id": 0, "sha256": "00", "size": 1,
            "media_type": "text/plain", "file_name": "sent.txt", "title": "Sent", "kind": "proof_of_sending",
            "doc_date": on, "added_by": "cal", "added_at": "2026-11-20T09:00:00Z" } }))
    };
    let play = paper(Play::at(State::S2Responded), "2000-01-01");
    assert_eq!(missing(&play), [SENT_2, TENANCY, REPAIRS, CONTACT]);
    let play = paper(play, "2099-01-01");
    assert_eq!(missing(&play), [TENANCY, REPAIRS, CONTACT]);
    let folders: Vec<_> = play
        .case
        .documents
        .iter()
        .rev()
        .take(2)
        .map(|d| play.case.folder_of(d))
        .collect();
    assert_eq!(folders, [Some("02"), Some("01")]);
}

#[test]
fn what_was_explained_and_filed_later_is_no_gap_any_more() {
    let play = Play::at(State::S1Investigating);
    let (category, what) = REPAIRS.split_once(' ').unwrap();
    let held = |play: &Play| {
        let found = found(&play.case, &policies());
        found.contains(&(category.to_owned(), what.to_owned()))
    };
    assert!(!held(&play) && missing(&play).contains(&REPAIRS.to_owned()));
    let paper = json!({ "command": "attach", "document": { "id": 0, "sha256": "ab", "size": 1,
        "media_type": "application/pdf", "file_name": "a.pdf", "title": "Repairs", "kind": "repair_record",
        "added_by": "olive", "added_at": play.now } });
    let filed = play.does("olive", paper);
    assert!(held(&filed) && !missing(&filed).contains(&REPAIRS.to_owned()));
}
