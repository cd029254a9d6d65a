//! E08: what a refusal stands on.

use serde_json::json;

use super::*;

#[test]
fn e08_a_refusal_stands_on_a_ground_reasons_and_a_second_person() {
    for (state, merits) in [(State::S1Received, "2.1"), (State::S2Requested, "5.11")] {
        let play = Play::at(state);
        refused(
            &play,
            "otto",
            but(refuse(), "reasons", json!(" ")),
            "E08",
            "reasons",
            merits,
        );
        refused(
            &play,
            "otto",
            but(refuse(), "approved_by", json!(null)),
            "E08",
            "approved_by",
            merits,
        );
        for own in ["otto", "Otto Other", "cal"] {
            refused(
                &play,
                "otto",
                but(refuse(), "approved_by", json!(own)),
                "E08",
                "approved_by",
                merits,
            );
        }
        refused(
            &play,
            "otto",
            but(refuse(), "part", json!([])),
            "E08",
            "part",
            "2.4",
        );
        refused(
            &play,
            "otto",
            but(refuse(), "part", json!([9])),
            "not_found",
            "part",
            "",
        );
        let silent = play.with(|policy| policy.ombudsman.name.clear());
        refused(&silent, "otto", refuse(), "E08", "ombudsman", "2.4");
    }
    let unknown = but(refuse(), "ground", json!("we_are_busy"));
    assert!(
        serde_json::from_value::<Command>(unknown).is_err(),
        "there are no other grounds"
    );
}

#[test]
fn e08_proceedings_are_a_claim_filed_at_court() {
    let play = Play::at(State::S1Received);
    let ground = but(refuse(), "ground", json!("proceedings_issued"));
    refused(
        &play,
        "olive",
        ground.clone(),
        "E08",
        "claim_filed_on",
        "2.2",
    );
    refused(
        &play,
        "olive",
        but(ground.clone(), "claim_filed_on", json!("2026-11-24")),
        "E08",
        "claim_filed_on",
        "2.2",
    );
    assert!(
        play.tries("olive", but(ground, "claim_filed_on", json!("2026-11-23")))
            .is_ok()
    );
}

#[test]
fn e08_older_matters_are_weighed_before_they_are_refused() {
    let play = Play::at(State::S1Received);
    let discretion = json!({ "factors": "No new evidence.", "decision": "No exception." });
    let full = |issue: &str, aware: &str| {
        let mut command = but(refuse(), "ground", json!("older_than_12_months"));
        command["date_of_issue"] = json!(issue);
        command["date_became_aware"] = json!(aware);
        command["discretion"] = discretion.clone();
        command
    };
    // Received on 20 November 2026: within twelve months from 20 November 2025 on.
    assert!(
        play.tries("olive", full("2025-11-01", "2025-11-19"))
            .is_ok()
    );
    refused(
        &play,
        "olive",
        full("2024-01-01", "2025-11-20"),
        "E08",
        "date_became_aware",
        "2.3",
    );
    refused(
        &play,
        "olive",
        full("2025-11-20", "2025-11-20"),
        "E08",
        "date_became_aware",
        "2.3",
    );
    refused(
        &play,
        "olive",
        full("2025-10-02", "2025-10-01"),
        "E08",
        "date_became_aware",
        "2.3",
    );
    let old = full("2024-01-01", "2024-02-01");
    refused(
        &play,
        "olive",
        but(old.clone(), "date_of_issue", json!(null)),
        "E08",
        "date_of_issue",
        "2.2",
    );
    refused(
        &play,
        "olive",
        but(old.clone(), "date_became_aware", json!(null)),
        "E08",
        "date_became_aware",
        "2.3",
    );
    for lacking in [
        json!(null),
        json!({ "factors": "", "decision": "No." }),
        json!({ "factors": "x", "decision": " " }),
    ] {
        refused(
            &play,
            "olive",
            but(old.clone(), "discretion", lacking),
            "E08",
            "discretion",
            "2.3",
        );
    }
    let done = play.does("olive", old);
    let record = done.case.refusals[0].discretion.as_ref().unwrap();
    assert_eq!(
        (record.by.as_deref(), record.at),
        (Some("olive"), Some(done.now))
    );
}
