//! Every invariant of the core by its code (domain rules §12.2): what is refused, which field is at
//! fault, which paragraph of the Code stands behind it. E09 and E12 hold by construction; E14 is the
//! desk's, E17 the bundle's.

use serde_json::{Value, json};

use super::*;

/// One refusal expected: who tries what on which case, then code, field and paragraph.
#[track_caller]
fn refused(play: &Play, who: &str, command: Value, code: &str, field: &str, provision: &str) {
    let said = command.to_string();
    let refusal = play.refused(who, command);
    let got = (
        refusal.code.to_string(),
        refusal.field.unwrap_or(""),
        refusal.provision.unwrap_or(""),
    );
    assert_eq!(
        got,
        (code.to_owned(), field, provision),
        "{said}: {}",
        refusal.detail
    );
}

/// `command` with one field changed.
fn but(mut command: Value, field: &str, value: Value) -> Value {
    command[field] = value;
    command
}

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
fn e03_every_point_is_answered_with_reasons() {
    for (state, stage, who, paragraph) in [
        (State::S1Investigating, 1, "olive", "6.7"),
        (State::S2Investigating, 2, "rita", "6.18"),
    ] {
        let play = Play::at(state);
        refused(
            &play,
            who,
            but(decide(1, "upheld"), "reasons", json!("\t")),
            "E03",
            "reasons",
            paragraph,
        );
        let half = play.clone().does(who, decide(1, "upheld"));
        refused(&half, who, respond(stage), "E03", "points", paragraph);
        assert!(
            half.refused(who, respond(stage))
                .detail
                .contains("point 2 (Nobody rang back)")
        );
        assert!(
            half.does(who, decide(2, "not_upheld"))
                .tries(who, respond(stage))
                .is_ok()
        );
    }
    let mut empty = intake();
    empty["points"] = json!([]);
    let play = Play::logged(empty).does("olive", acknowledge(1, "olive"));
    refused(&play, "olive", respond(1), "E03", "points", "6.7");
}

#[test]
fn e04_no_letter_goes_out_with_an_empty_block() {
    let play = Play::at(State::S1Investigating)
        .does("olive", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"));
    refused(
        &play,
        "olive",
        but(respond(1), "summary", json!(" ")),
        "E04",
        "summary",
        "6.9",
    );
    let nameless = Play::at(State::S1Received).with(|policy| policy.ombudsman.name = " ".into());
    refused(
        &nameless,
        "olive",
        acknowledge(1, "olive"),
        "E04",
        "letter",
        "3.7",
    );
    let nowhere = Play::at(State::S1Received).with(|policy| {
        policy.ombudsman.website.clear();
        policy.ombudsman.phone.clear();
    });
    refused(
        &nowhere,
        "olive",
        acknowledge(1, "olive"),
        "E04",
        "letter",
        "3.7",
    );
}

#[test]
fn e05_stage_2_is_considered_by_someone_else() {
    let play = Play::at(State::S2Requested);
    for name in ["olive", "Olive Officer", " OLIVE  officer "] {
        refused(
            &play,
            "otto",
            acknowledge(2, name),
            "E05",
            "handler",
            "6.13",
        );
        refused(
            &play,
            "tom",
            json!({ "command": "assign", "handler": name }),
            "E05",
            "handler",
            "6.13",
        );
    }
    let play = Play::at(State::S2Investigating);
    refused(
        &play,
        "olive",
        decide(1, "upheld"),
        "E05",
        "handler",
        "6.13",
    );
    let decided = play
        .does("rita", decide(1, "upheld"))
        .does("rita", decide(2, "upheld"));
    refused(&decided, "olive", respond(2), "E05", "handler", "6.13");
    refused(
        &decided,
        "rita",
        but(respond(2), "approved_by", json!("olive")),
        "E05",
        "approved_by",
        "6.13",
    );
}

#[test]
fn e05_counts_everyone_who_decided_wrote_or_approved_at_stage_1() {
    let by = |name: &str| json!({ "command": "assign", "handler": name });
    let money = json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "Sorry",
        "due": "2027-01-04", "amount_pence": 5000, "head": "distress" });
    let ask = |subject: Value| json!({ "command": "request_approval", "subject": subject });
    let play = Play::at(State::S1Investigating)
        .does("tom", by("hal"))
        .does("otto", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"))
        .does("olive", money)
        .does("olive", ask(json!({ "what": "remedy", "remedy": 1 })))
        .does("tom", json!({ "command": "approve", "approval": 1 }))
        .does("olive", ask(json!({ "what": "response", "stage": 1 })))
        .does("dina", json!({ "command": "approve", "approval": 2 }))
        .does("olive", respond(1))
        .on("2026-12-02")
        .does("cal", json!({ "command": "escalate" }));
    for name in ["olive", "otto", "hal", "tom", "dina"] {
        refused(
            &play,
            "olive",
            acknowledge(2, name),
            "E05",
            "handler",
            "6.13",
        );
    }
    for name in ["rita", "A board member"] {
        assert!(play.tries("olive", acknowledge(2, name)).is_ok(), "{name}");
    }
    let late = json!({ "command": "assign", "stage": 1, "handler": "rita" });
    refused(&play, "tom", late, "wrong_state", "stage", "");
}

#[test]
fn e06_there_is_no_third_stage() {
    for stage in [0_u8, 3, 255] {
        let play = Play::at(State::S2Responded);
        refused(
            &play,
            "tom",
            json!({ "command": "assign", "stage": stage, "handler": "otto" }),
            "E06",
            "stage",
            "5.3",
        );
        refused(
            &play,
            "tom",
            acknowledge(stage, "otto"),
            "E06",
            "stage",
            "5.3",
        );
        refused(&play, "tom", respond(stage), "E06", "stage", "5.3");
        let extend =
            json!({ "command": "extend", "stage": stage, "new_due": "2027-01-08", "reason": "x" });
        refused(&play, "tom", extend, "E06", "stage", "5.3");
    }
    for state in [
        State::S2Requested,
        State::S2Acknowledged,
        State::S2Investigating,
        State::S2Responded,
    ] {
        refused(
            &Play::at(state),
            "cal",
            json!({ "command": "escalate" }),
            "E06",
            "",
            "5.3",
        );
    }
    let closed = Play::at(State::S2Responded).does("otto", close());
    refused(
        &closed,
        "cal",
        json!({ "command": "escalate" }),
        "E06",
        "",
        "5.3",
    );
}

#[test]
fn e07_an_extension_has_a_date_a_reason_an_interval_and_its_approval() {
    let good = json!({ "command": "extend", "stage": 1, "new_due": "2026-12-15", "reason": "A survey is booked.",
        "update_every_days": 5 });
    // Acknowledged Mon 23 Nov: due Mon 7 Dec, at most Mon 21 Dec without a good reason.
    let play = Play::at(State::S1Investigating);
    assert!(play.tries("olive", good.clone()).is_ok());
    refused(
        &play,
        "olive",
        but(good.clone(), "new_due", json!(null)),
        "E07",
        "new_due",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "new_due", json!("2026-12-07")),
        "E07",
        "new_due",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "new_due", json!("9999-12-31")),
        "E07",
        "new_due",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "reason", json!("\n")),
        "E07",
        "reason",
        "6.4",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "update_every_days", json!(0)),
        "E07",
        "update_every_days",
        "5.9",
    );
    refused(
        &play,
        "olive",
        but(good.clone(), "update_every_days", json!(null)),
        "E07",
        "update_every_days",
        "5.9",
    );
    let silent = play.clone().with(|policy| policy.ombudsman.name.clear());
    refused(&silent, "olive", good.clone(), "E07", "ombudsman", "6.5");

    let long = but(good.clone(), "new_due", json!("2026-12-22"));
    refused(&play, "olive", long.clone(), "E07", "good_reason", "6.4");
    let reasoned = but(long, "good_reason", json!("The only surveyor is ill."));
    refused(
        &play,
        "olive",
        reasoned.clone(),
        "E07",
        "approved_by",
        "6.4",
    );
    for own in ["olive", "Olive Officer", "OLIVE"] {
        refused(
            &play,
            "olive",
            but(reasoned.clone(), "approved_by", json!(own)),
            "E07",
            "approved_by",
            "6.4",
        );
    }
    refused(
        &play,
        "olive",
        but(reasoned.clone(), "approved_by", json!("cal")),
        "E07",
        "approved_by",
        "6.4",
    );
    let approved = play.does("olive", but(reasoned, "approved_by", json!("dina")));
    assert!(approved.case.stages[0].extensions[0].over_cap);

    let second = Play::at(State::S2Investigating);
    let paper = but(but(good, "stage", json!(2)), "reason", json!(""));
    refused(&second, "rita", paper, "E07", "reason", "6.15");
}

#[test]
fn e07_extensions_add_up_and_none_is_dated_back() {
    let extend = |due: &str| {
        json!({ "command": "extend", "stage": 1, "new_due": due, "reason": "A survey is booked.",
        "update_every_days": 5 })
    };
    let twice = Play::at(State::S1Investigating).does("olive", extend("2026-12-15"));
    assert!(twice.tries("olive", extend("2026-12-21")).is_ok());
    refused(
        &twice,
        "olive",
        extend("2026-12-22"),
        "E07",
        "good_reason",
        "6.4",
    );

    // Due on 7 December; recorded on the 8th and dated the 4th, it is still late.
    let late = Play::at(State::S1Investigating).on("2026-12-08");
    let late = late.does_at("olive", extend("2026-12-15"), at("2026-12-04"));
    let kept = &late.case.stages[0].extensions[0];
    assert!(kept.retrospective && kept.decided_at == at("2026-12-04"));
    let clocks = late
        .case
        .clocks(&late.calendar, &late.policy.clocks, late.now);
    let response = clocks
        .iter()
        .find(|clock| clock.id.as_str() == "S1_RESPONSE")
        .unwrap();
    assert_eq!(
        (response.due.to_string().as_str(), response.in_time),
        ("2026-12-07", Some(false)),
        "cures nothing"
    );
    refused(
        &Play::at(State::S1Investigating).on("2026-12-10"),
        "olive",
        extend("2026-12-09"),
        "E07",
        "new_due",
        "6.4",
    );
}

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

#[test]
fn e09_nothing_pauses_a_clock() {
    for state in State::ALL {
        for name in ["pause", "hold", "stop_clock"] {
            let pause = json!({ "command": name, "reason": "Waiting for the contractor" });
            refused(&Play::at(state), "dina", pause, "E09", "", "6.4");
        }
    }
}

#[test]
fn e10_issued_letters_are_corrected_by_addenda() {
    for (state, stage, who) in [
        (State::S1Responded, 1, "olive"),
        (State::S2Responded, 2, "rita"),
    ] {
        let play = Play::at(state);
        refused(&play, who, respond(stage), "E10", "stage", "5.12");
        refused(&play, who, decide(1, "not_upheld"), "E10", "point", "");
        let letter = |kind: &str| json!({ "command": "issue_letter", "kind": kind, "text": "The date was wrong." });
        for kind in [
            "acknowledgement_s1",
            "acknowledgement_s2",
            "response_s1",
            "response_s2",
            "extension",
            "refusal",
        ] {
            refused(&play, who, letter(kind), "E10", "kind", "");
        }
        refused(&play, who, letter("addendum"), "E10", "addendum_to", "");
        refused(
            &play,
            who,
            but(letter("addendum"), "addendum_to", json!(99)),
            "E10",
            "addendum_to",
            "",
        );
        let before = play.case.letters.clone();
        let after = play.does(who, but(letter("addendum"), "addendum_to", json!(1)));
        assert_eq!(after.case.letters[..before.len()], before);
        assert_eq!(after.case.letters.last().unwrap().addendum_to.unwrap().0, 1);
    }
}

#[test]
fn e11_a_case_closes_when_every_promise_is_kept_or_explained() {
    let promise = json!({ "command": "promise_action", "what": "Paint", "owner": "hal", "due": "2026-12-20" });
    let play = Play::at(State::S1Responded).does("olive", promise);
    refused(&play, "olive", close(), "E11", "actions", "7.3");
    let cancel = json!({ "command": "cancel_action", "action": 1, "reason": "Painted by Ann." });
    refused(
        &play,
        "olive",
        but(cancel.clone(), "reason", json!("")),
        "E11",
        "reason",
        "7.3",
    );
    let untold = play.clone().does("olive", cancel);
    refused(&untold, "olive", close(), "E11", "actions", "7.3");
    let told = untold.does("olive", json!({ "command": "tell_resident", "action": 1 }));
    assert!(told.tries("olive", close()).is_ok());
    let unproved = json!({ "command": "complete_action", "action": 1 });
    refused(
        &play,
        "hal",
        unproved.clone(),
        "validation",
        "evidence",
        "7.3",
    );
    let done = play.does("hal", but(unproved, "reason", json!("I saw it.")));
    assert!(done.tries("olive", close()).is_ok());
}

#[test]
fn e12_the_wish_to_escalate_is_enough() {
    let play = Play::at(State::S1Responded).does("cal", json!({ "command": "escalate" }));
    assert_eq!(play.case.state, State::S2Requested);
    let again =
        Play::at(State::Closed).does("cal", json!({ "command": "escalate", "account": "  " }));
    assert_eq!(again.case.stages[1].account, None);
    let early = json!({ "command": "escalate", "received_at": "2026-11-22T09:00:00Z" });
    refused(
        &Play::at(State::S1Responded),
        "cal",
        early,
        "validation",
        "received_at",
        "",
    );
    let future = json!({ "command": "escalate", "received_at": "2027-11-22T09:00:00Z" });
    refused(
        &Play::at(State::S1Responded),
        "cal",
        future,
        "E01",
        "received_at",
        "",
    );
}

#[test]
fn e13_money_is_agreed_by_someone_else_within_their_limit() {
    let offer = |pence: i64| {
        json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "Sorry",
        "due": "2027-01-04", "amount_pence": pence, "head": "distress" })
    };
    let offered = |pence| {
        Play::at(State::S1Investigating)
            .does("olive", decide(1, "upheld"))
            .does("olive", decide(2, "upheld"))
            .does("olive", offer(pence))
    };
    let approved_by = |name: &str| but(respond(1), "approved_by", json!(name));
    let play = offered(25_000);
    refused(&play, "olive", respond(1), "E13", "approved_by", "");
    for own in ["olive", "Olive Officer"] {
        refused(&play, "olive", approved_by(own), "E13", "approved_by", "");
        refused(&play, "otto", approved_by(own), "E13", "approved_by", "");
    }
    refused(&play, "otto", approved_by("otto"), "E13", "approved_by", "");
    // Who may agree to how much: the limit itself, and a penny more.
    for (name, limit) in [
        ("otto", 25_000),
        ("A board member", 25_000),
        ("tom", 100_000),
        ("cal", 0),
        ("fay", 0),
    ] {
        if limit > 0 {
            assert!(
                offered(limit).tries("olive", approved_by(name)).is_ok(),
                "{name} {limit}"
            );
        }
        refused(
            &offered(limit + 1),
            "olive",
            approved_by(name),
            "E13",
            "approved_by",
            "",
        );
    }
    assert!(
        offered(100_000_000)
            .tries("olive", approved_by("dina"))
            .is_ok()
    );
    let done = play.does("olive", approved_by("otto"));
    assert_eq!(
        done.case.remedies[0]
            .compensation
            .as_ref()
            .unwrap()
            .approved_by
            .as_deref(),
        Some("otto")
    );
    assert!(
        Play::at(State::S1Investigating)
            .tries("olive", offer(100_000_001))
            .is_err()
    );
    assert!(
        Play::at(State::S1Investigating)
            .tries("olive", offer(0))
            .is_err()
    );
}

#[test]
fn e13_an_approval_is_asked_of_someone_else_and_money_is_paid_after_it() {
    let offer = json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "Sorry",
        "due": "2027-01-04", "amount_pence": 500_001, "head": "distress" });
    let asked = Play::at(State::S1Investigating).does("olive", offer).does(
        "otto",
        json!({ "command": "request_approval", "subject": { "what": "remedy", "remedy": 1 } }),
    );
    let approve = json!({ "command": "approve", "approval": 1 });
    let pay = json!({ "command": "record_payment", "remedy": 1, "paid_on": "2026-11-24", "method": "BACS" });
    refused(&asked, "otto", approve.clone(), "E13", "approval", "");
    refused(&asked, "olive", approve.clone(), "E13", "approved_by", "");
    refused(&asked, "tom", approve.clone(), "E13", "approved_by", "");
    refused(&asked, "fay", pay.clone(), "E13", "remedy", "");
    let approved = asked.does("dina", approve.clone());
    refused(&approved, "dina", approve, "wrong_state", "approval", "");
    refused(&approved, "olive", pay.clone(), "E13", "remedy", "");
    let complete = json!({ "command": "complete_action", "action": 1, "reason": "Paid." });
    refused(&approved, "olive", complete, "wrong_state", "action", "7.3");
    let paid = approved.does("fay", pay.clone());
    assert_eq!(
        paid.case.open_actions().count(),
        0,
        "the payment completes its action"
    );
    refused(&paid, "fay", pay, "wrong_state", "remedy", "");
}

#[test]
fn e14_a_restriction_never_locks_out_its_keeper() {
    let play = Play::at(State::S1Received);
    let restrict = |people: Value, reason: &str| json!({ "command": "restrict", "people": people, "reason": reason });
    refused(
        &play,
        "dina",
        restrict(json!([]), "Staff"),
        "E14",
        "people",
        "",
    );
    refused(
        &play,
        "dina",
        restrict(json!([" "]), "Staff"),
        "E14",
        "people",
        "",
    );
    refused(
        &play,
        "dina",
        restrict(json!(["olive"]), "Staff"),
        "E14",
        "people",
        "",
    );
    refused(
        &play,
        "dina",
        restrict(json!(["dina"]), ""),
        "validation",
        "reason",
        "",
    );
    let shut = play.does("dina", restrict(json!(["dina", "olive", "olive"]), "Staff"));
    let open: Vec<&str> = STAFF
        .iter()
        .map(|(id, ..)| *id)
        .filter(|id| shut.case.open_to(id))
        .collect();
    assert_eq!(open, ["olive", "dina"], "nobody else, whatever their role");
    assert!(!shut.case.open_to("Dina Director") && !shut.case.open_to(""));
    assert!(
        shut.does(
            "olive",
            json!({ "command": "lift_restriction", "reason": "Over." })
        )
        .case
        .open_to("cal")
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
