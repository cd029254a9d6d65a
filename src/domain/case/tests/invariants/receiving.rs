//! E01, E02, E16: received, acknowledged, merged.

use serde_json::{Value, json};

use super::*;

#[test]
fn e01_receipt_lies_in_the_past_and_moves_only_with_a_reason() {
    let logging = |field: &str, value: Value| {
        let refusal = Play::try_log(but(intake(), field, value)).err().unwrap();
        (refusal.code.to_string(), refusal.field.unwrap_or(""))
    };
    let e01 = |field| ("E01".to_owned(), field);
    for wrong in [
        "2026-11-23T10:00:01Z",
        "2099-01-01T00:00:00Z",
        "1989-12-31T23:00:00Z",
        "-262143-01-01T00:00:00Z",
    ] {
        assert_eq!(
            logging("received_at", json!(wrong)),
            e01("received_at"),
            "{wrong}"
        );
    }
    assert_eq!(
        logging("received_at", json!("2026-10-01T09:00:00Z")),
        e01("backdating_reason")
    );
    let mut late = but(intake(), "received_at", json!("2026-10-01T09:00:00Z"));
    late["backdating_reason"] = json!("Found in a shared mailbox.");
    assert!(Play::try_log(late).is_ok());

    let play = Play::at(State::S1Acknowledged);
    let correct = |received_at: &str, reason: &str| json!({ "command": "correct_received_at", "received_at": received_at, "reason": reason });
    refused(
        &play,
        "olive",
        correct("2026-11-19T09:00:00Z", " "),
        "E01",
        "reason",
        "6.2",
    );
    refused(
        &play,
        "olive",
        correct("2026-12-01T09:00:00Z", "x"),
        "E01",
        "received_at",
        "",
    );
    refused(
        &play,
        "olive",
        correct("2026-11-23T11:00:00Z", "x"),
        "E01",
        "received_at",
        "",
    );
    let corrected = play.does("olive", correct("2026-11-19T09:00:00Z", "The postmark."));
    assert_eq!(corrected.case.received_at, at("2026-11-19T09:00:00Z"));
    assert_eq!(
        corrected.case.intake.received_at,
        at("2026-11-20T16:05:00Z"),
        "the first entry is kept"
    );
}

#[test]
fn e01_nothing_was_received_after_it_was_written_down() {
    let play = Play::at(State::S1Received).on("2026-11-25");
    let later = json!({ "command": "correct_received_at", "received_at": "2026-11-24T09:00:00Z", "reason": "x" });
    refused(&play, "olive", later, "E01", "received_at", "");
}

#[test]
fn e02_an_acknowledgement_defines_the_complaint_and_names_a_handler() {
    for (state, stage, paragraph) in [
        (State::S1Received, 1, "6.2"),
        (State::S2Requested, 2, "6.11"),
    ] {
        let play = Play::at(state);
        let full = acknowledge(stage, "rita");
        refused(
            &play,
            "otto",
            but(full.clone(), "definition", json!("\u{a0} ")),
            "E02",
            "definition",
            "5.6",
        );
        refused(
            &play,
            "otto",
            but(full.clone(), "outcomes_sought", json!("")),
            "E02",
            "outcomes_sought",
            "5.6",
        );
        refused(
            &play,
            "otto",
            but(full.clone(), "handler", json!("")),
            "E02",
            "handler",
            paragraph,
        );
        assert!(play.tries("otto", full).is_ok());
    }
    let assigned =
        Play::at(State::S1Received).does("tom", json!({ "command": "assign", "handler": "hal" }));
    let acknowledged = assigned.does("olive", acknowledge(1, ""));
    assert_eq!(
        acknowledged.case.handler(),
        Some("hal"),
        "the one it was given to"
    );
}

#[test]
fn e16_a_merge_keeps_the_earliest_receipt() {
    let merge = |received_at: &str, reason: &str| {
        json!({ "command": "merge_duplicate", "reference": "C-2026-0002",
        "received_at": received_at, "reason": reason })
    };
    let play = Play::at(State::S1Received);
    refused(
        &play,
        "olive",
        merge("2026-11-18T09:00:00Z", ""),
        "E16",
        "reason",
        "",
    );
    let own = but(
        merge("2026-11-18T09:00:00Z", "x"),
        "reference",
        json!("C-2026-0001"),
    );
    refused(&play, "olive", own, "E16", "reference", "");
    refused(
        &play,
        "olive",
        merge("2027-11-18T09:00:00Z", "x"),
        "E01",
        "received_at",
        "",
    );
    for (other, kept) in [
        ("2026-11-18T09:00:00Z", "2026-11-18T09:00:00Z"),
        ("2026-11-22T09:00:00Z", "2026-11-20T16:05:00Z"),
    ] {
        let merged = play.clone().does("olive", merge(other, "One call."));
        assert_eq!(merged.case.received_at, at(kept));
        assert_eq!(
            merged.case.stages[0].received_at,
            at(kept),
            "its clocks run from there"
        );
        assert_eq!(merged.case.linked_cases, [CaseRef::new(2026, 2)]);
    }
}

#[test]
fn e16_the_duplicate_ends_without_a_breach_and_can_come_back() {
    let kept = Play::at(State::S1Received).case;
    let mut other = Play::at(State::S1Acknowledged);
    other.case.reference = CaseRef::new(2026, 2);
    let (events, now) = (other.case.merge_into(&kept, "One call."), other.now);
    other.record("olive", events, now);
    assert_eq!(
        (other.case.state, other.case.merged_into.as_ref()),
        (State::Closed, Some(&kept.reference))
    );
    let later = at("2027-06-01");
    let open = other
        .case
        .clocks(&other.calendar, &other.policy.clocks, later)
        .into_iter()
        .filter(|clock| clock.is_open());
    assert_eq!(open.count(), 0);
    refused(
        &other,
        "cal",
        json!({ "command": "escalate" }),
        "wrong_state",
        "",
        "6.10",
    );
    let back = other.does(
        "olive",
        json!({ "command": "reopen", "reason": "Two different leaks." }),
    );
    assert_eq!(
        (back.case.state, back.case.merged_into.as_ref()),
        (State::S1Investigating, None)
    );

    let answered = Play::at(State::S1Responded).case;
    assert_eq!(
        kinds(&answered.merge_into(&kept, "x")),
        ["case_linked"],
        "what was answered stays as it is"
    );
}
