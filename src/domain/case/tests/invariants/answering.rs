//! E03 to E06, E10, E12: every point answered, by the right person, in two stages.

use serde_json::{Value, json};

use super::*;

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
