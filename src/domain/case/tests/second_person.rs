//! Who may agree, judge and answer: a “no” binds, seniority counts, and so does a conflict of interest.

use serde_json::json;

use super::*;
use crate::domain::refusal::Code;

fn asks(subject: Value) -> Value {
    json!({ "command": "request_approval", "subject": subject })
}

fn declines(approval: u32) -> Value {
    json!({ "command": "decline_approval", "approval": approval, "reason": "The survey is missing." })
}

fn decided(play: Play) -> Play {
    play.does("olive", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"))
}

#[test]
fn a_no_binds_until_someone_says_yes() {
    let mut extend = json!({ "command": "extend", "stage": 1, "new_due": "2027-02-01", "reason": "x",
        "update_every_days": 5, "good_reason": "Bats." });
    extend["approved_by"] = json!("dina");
    let mut answer = respond(1);
    answer["approved_by"] = json!("tom");
    for (play, subject, command) in [
        (
            Play::at(State::S1Received),
            json!({ "what": "refusal" }),
            refuse(),
        ),
        (
            Play::at(State::S1Investigating),
            json!({ "what": "extension", "stage": 1 }),
            extend,
        ),
        (
            decided(Play::at(State::S1Investigating)),
            json!({ "what": "response", "stage": 1 }),
            answer,
        ),
    ] {
        assert!(play.tries("olive", command.clone()).is_ok());
        let asked = play.does("olive", asks(subject.clone()));
        assert!(asked.tries("olive", command.clone()).is_ok(), "{subject}");
        let declined = asked.does("tom", declines(1));
        let refusal = declined.refused("olive", command.clone());
        assert!(
            refusal.field == Some("approved_by")
                && refusal.detail.contains("The survey is missing."),
            "{refusal:?}"
        );
        let again = declined.does("olive", asks(subject));
        assert!(
            again.tries("olive", command.clone()).is_err(),
            "asking is no answer"
        );
        let approved = again.does("dina", json!({ "command": "approve", "approval": 2 }));
        assert!(approved.tries("olive", command).is_ok());
    }
}

#[test]
fn refusals_and_long_extensions_take_someone_senior() {
    let by = |command: Value, approver: &str| {
        let mut command = command;
        command["approved_by"] = json!(approver);
        command
    };
    let long = json!({ "command": "extend", "stage": 1, "new_due": "2027-02-01", "reason": "x",
        "update_every_days": 5, "good_reason": "Bats." });
    for (state, command) in [
        (State::S1Received, refuse()),
        (State::S1Investigating, long),
    ] {
        let play = Play::at(state);
        for approver in ["otto", "hal", "rita", "cal"] {
            let refusal = play.refused("olive", by(command.clone(), approver));
            assert_eq!(refusal.field, Some("approved_by"), "{approver}");
        }
        for approver in ["tom", "Dina Director", "A board member"] {
            assert!(
                play.tries("olive", by(command.clone(), approver)).is_ok(),
                "{approver}"
            );
        }
    }
    let asked = Play::at(State::S1Received).does("olive", asks(json!({ "what": "refusal" })));
    let approve = json!({ "command": "approve", "approval": 1 });
    assert_eq!(
        asked.refused("otto", approve.clone()).code.to_string(),
        "E08"
    );
    assert!(asked.tries("tom", approve).is_ok());
    // A response is approved by anyone who may approve at all.
    let play = decided(Play::at(State::S1Investigating));
    for (approver, may) in [
        ("otto", true),
        ("hal", false),
        ("rita", false),
        ("Someone else", true),
    ] {
        assert_eq!(
            play.tries("olive", by(respond(1), approver)).is_ok(),
            may,
            "{approver}"
        );
    }
}

#[test]
fn who_refused_proposed_or_approved_at_stage_1_does_not_review_it() {
    let part = json!({ "command": "refuse", "ground": "not_our_responsibility", "reasons": "The council's.",
        "part": [2], "approved_by": "tom" });
    let long = json!({ "command": "extend", "stage": 1, "new_due": "2027-02-01", "reason": "x",
        "update_every_days": 5, "good_reason": "Bats.", "approved_by": "dina" });
    let remedy = json!({ "command": "offer_remedy", "kind": "apology", "description": "Sorry" });
    let play = Play::at(State::S1Investigating)
        .does("otto", part)
        .does("olive", long)
        .does("hal", remedy)
        .does("olive", decide(1, "upheld"))
        .does("olive", respond(1))
        .on("2026-12-01")
        .does("cal", json!({ "command": "escalate" }));
    for reviewer in ["otto", "tom", "dina", "hal", "olive"] {
        let refusal = play.refused("olive", acknowledge(2, reviewer));
        assert_eq!(refusal.code.to_string(), "E05", "{reviewer}");
    }
    assert!(play.tries("olive", acknowledge(2, "rita")).is_ok());
}

#[test]
fn a_conflict_declared_later_ends_the_handling() {
    let play = decided(Play::at(State::S1Investigating)).does(
        "olive",
        json!({ "command": "declare_conflict", "person": "olive", "reason": "A cousin." }),
    );
    for (who, command) in [
        ("olive", decide(1, "not_upheld")),
        ("olive", respond(1)),
        ("otto", respond(1)),
    ] {
        assert_eq!(play.refused(who, command).provision, Some("5.8"), "{who}");
    }
    let given = play.does("tom", json!({ "command": "assign", "handler": "otto" }));
    assert!(given.tries("otto", respond(1)).is_ok());
    assert_eq!(given.refused("olive", respond(1)).provision, Some("5.8"));
}

#[test]
fn a_resident_who_works_here_is_acknowledged_behind_a_door_or_with_a_reason() {
    let mut staff = intake();
    staff["complainant"]["conflict_of_interest"] = json!(true);
    let play = Play::logged(staff);
    let refusal = play.refused("olive", acknowledge(1, "olive"));
    assert_eq!(
        (refusal.field, refusal.provision),
        (Some("conflict_note"), Some("5.8"))
    );
    let mut noted = acknowledge(1, "olive");
    noted["conflict_note"] = json!("Her manager is kept out of it.");
    let events = play.tries("olive", noted).unwrap();
    assert_eq!(kinds(&events)[0], "conflict_set_aside");
    let restrict = json!({ "command": "restrict", "people": ["olive"], "reason": "Staff." });
    let restricted = play.does("olive", restrict);
    assert!(restricted.tries("olive", acknowledge(1, "olive")).is_ok());
}

#[test]
fn a_refused_point_can_be_considered_after_all() {
    let part = |point: u32| {
        json!({ "command": "refuse", "ground": "not_our_responsibility", "reasons": "The council's.",
            "part": [point], "approved_by": "tom" })
    };
    let accept = json!({ "command": "accept_point", "point": 2, "reason": "The gully is ours.", "by_ombudsman": true });
    let play = Play::at(State::S1Investigating).does("olive", part(2));
    assert_eq!(
        play.refused("olive", decide(2, "upheld")).field,
        Some("point")
    );
    let accepted = play.clone().does("olive", accept.clone());
    assert!(accepted.tries("olive", decide(2, "upheld")).is_ok());
    assert!(accepted.tries("olive", accept.clone()).is_err(), "once");
    let came_back = accepted
        .does(
            "cal",
            json!({ "command": "withdraw", "account": "Leave it." }),
        )
        .does(
            "olive",
            json!({ "command": "reopen", "reason": "She thought again." }),
        );
    assert!(
        !came_back.case.points[1].refused,
        "the old refusal binds no more"
    );
    let again = came_back.does("olive", part(2));
    assert!(again.case.points[1].refused, "a new one does");
    // Once the stage has been answered without it, it gets both stages for itself.
    let answered = play
        .does("olive", decide(1, "upheld"))
        .does("olive", respond(1));
    let events = answered.tries("olive", accept).unwrap();
    assert_eq!(kinds(&events), ["separate_complaint_needed"]);
}

#[test]
fn e16_only_an_unanswered_complaint_is_a_duplicate() {
    for (state, may) in [
        (State::S1Received, true),
        (State::S1Investigating, true),
        (State::Withdrawn, true),
        (State::S1Responded, false),
        (State::S2Investigating, false),
        (State::Closed, false),
        (State::ServiceRequest, false),
        (State::SurveyFeedback, false),
    ] {
        let merged = Play::at(state).case.may_be_merged();
        let code = merged.err().map(|refusal| refusal.code.to_string());
        assert_eq!(code, (!may).then(|| "E16".to_owned()), "{state:?}");
    }
}

#[test]
fn e15_holds_for_calls_and_messages_that_we_did_not_write() {
    let contact = |channel: &str, with: &str| json!({ "command": "record_contact", "direction": "out", "channel": channel, "with": with, "summary": "Told her." });
    let needing = |need: &str| {
        Play::at(State::S1Received).does(
            "cal",
            json!({ "command": "record_adjustment", "adjustment": { "need": need } }),
        )
    };
    for (need, channel, met) in [
        ("large_print", "phone", true),
        ("large_print", "email", false),
        ("phone_not_letter", "phone", true),
        ("phone_not_letter", "sms", false),
        ("interpreter", "home_visit", false),
        ("interpreter", "letter", true),
        ("more_time", "email", true),
    ] {
        let play = needing(need);
        for with in ["", "Ann Resident", "Ms Resident", "the tenant"] {
            assert_eq!(
                play.tries("cal", contact(channel, with)).is_ok(),
                met,
                "{need} by {channel}, {with}"
            );
        }
        assert!(play.tries("cal", contact(channel, "Drains Ltd")).is_ok());
        let mut noted = contact(channel, "");
        noted["adjustments_note"] = json!("Read to her.");
        assert!(play.tries("cal", noted).is_ok());
        let mut came_in = contact(channel, "");
        came_in["direction"] = json!("in");
        assert!(
            play.tries("cal", came_in).is_ok(),
            "what the resident does is theirs"
        );
    }
    let safe = json!({ "command": "update_complainant",
        "complainant": { "name": "Ann Resident", "safe_contact": "Text after six" } });
    let refusal = Play::at(State::S1Received)
        .does("cal", safe)
        .refused("cal", contact("phone", ""));
    assert!(refusal.code.to_string() == "E15" && refusal.detail.contains("Text after six"));
}

#[test]
fn a_sum_is_what_its_rate_comes_to() {
    let offer = |quantity: Value, rate: Value, amount: Value| {
        json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "No heating", "due": "2026-12-18",
            "amount_pence": amount, "head": "heating", "from": "2026-11-01", "to": "2026-11-10",
            "quantity": quantity, "unit": "day", "rate_pence": rate })
    };
    let play = Play::at(State::S1Investigating);
    let refused = |command: Value| play.refused("olive", command).field;
    assert_eq!(
        refused(offer(json!(10), json!(800), json!(800))),
        Some("amount_pence")
    );
    assert_eq!(
        refused(offer(json!(10), Value::Null, json!(8000))),
        Some("rate_pence")
    );
    assert_eq!(
        refused(offer(Value::Null, json!(800), json!(8000))),
        Some("quantity")
    );
    let mut backwards = offer(json!(10), json!(800), json!(8000));
    backwards["to"] = json!("2026-10-01");
    assert_eq!(refused(backwards), Some("to"));
    let offered = play
        .clone()
        .does("olive", offer(json!(10), json!(800), json!(8000)));
    let line = offered.case.remedies[0].compensation.clone().unwrap();
    assert_eq!(
        (line.quantity, line.rate.map(|rate| rate.0)),
        (Some(10), Some(800))
    );
    let early = json!({ "command": "record_payment", "remedy": 1, "paid_on": "2026-11-01", "method": "BACS" });
    let approved = offered
        .does("olive", asks(json!({ "what": "remedy", "remedy": 1 })))
        .does("tom", json!({ "command": "approve", "approval": 1 }));
    assert_eq!(approved.refused("fay", early).field, Some("paid_on"));
}

#[test]
fn what_is_offered_after_the_final_response_is_marked_so() {
    let offer = json!({ "command": "offer_remedy", "kind": "apology", "description": "Sorry" });
    let marked = |state| {
        let play = Play::at(state).does("olive", offer.clone());
        play.case.remedies[0].after_response
    };
    assert!(!marked(State::S2Investigating));
    assert!(marked(State::S2Responded));
}

#[test]
fn an_accepted_offer_to_complain_is_a_complaint() {
    let mut wrong = intake();
    wrong["decision"] =
        json!({ "kind": "service_request", "reason": "First report.", "offer_answer": "accepted" });
    let refusal = Play::try_log(wrong.clone()).err().unwrap();
    assert_eq!(
        (refusal.field, refusal.provision),
        (Some("decision"), Some("1.3"))
    );
    wrong["decision"]["offer_answer"] = json!("declined");
    assert!(Play::try_log(wrong).is_ok());
}

fn puts(summary: &str) -> Value {
    let mut asks = asks(json!({ "what": "response", "stage": 1 }));
    asks["of"] = json!("tom");
    asks["response"] = json!({ "summary": summary, "learning": "Ring back." });
    asks
}

fn says(summary: &str) -> Value {
    json!({ "command": "respond", "stage": 1, "summary": summary, "learning": "Ring back." })
}

#[test]
fn the_letter_that_was_agreed_to_is_the_one_that_goes() {
    let undecided = Play::at(State::S1Investigating);
    let refusal = undecided.refused("olive", puts("We took too long."));
    assert_eq!(
        refusal.code,
        Code::E03,
        "there is no letter yet: {refusal:?}"
    );
    let mut elsewhere = puts("x");
    elsewhere["subject"] = json!({ "what": "refusal" });
    assert_eq!(
        undecided.refused("olive", elsewhere).field,
        Some("response")
    );
    let play = decided(undecided);
    for (of, code) in [("olive", Code::E13), ("fay", Code::Validation)] {
        let mut wrong = puts("We took too long.");
        wrong["of"] = json!(of);
        let refusal = play.refused("olive", wrong);
        assert_eq!((refusal.code, refusal.field), (code, Some("of")), "{of}");
    }
    let put = play.does("olive", puts("We took too long."));
    let letter = put.case.approvals[0].letter.clone().unwrap();
    assert!(
        letter
            .blocks
            .iter()
            .any(|block| block.text == "We took too long.")
    );
    let agreed = put.does("tom", json!({ "command": "approve", "approval": 1 }));

    let same = agreed.clone().does("olive", says("We took too long."));
    let response = same.case.stage_run(1).unwrap().response.clone().unwrap();
    assert_eq!(
        response.approved_by.as_deref(),
        Some("tom"),
        "nobody says so twice"
    );
    assert_eq!(response.changed_since, None);

    let refusal = agreed.refused("olive", says("We were never late."));
    assert_eq!(refusal.field, Some("changed_since"));
    assert!(
        refusal.detail.contains("Tom Teamlead") && refusal.detail.contains("“What we found”"),
        "{refusal:?}"
    );
    let mut changed = says("We were never late.");
    changed["changed_since"] = json!("He asked for it on the telephone.");
    let changed = agreed.clone().does("olive", changed);
    let response = changed.case.stage_run(1).unwrap().response.clone().unwrap();
    assert_eq!(response.approved_by, None, "nobody agreed to these words");
    assert_eq!(
        response.changed_since.as_deref(),
        Some("He asked for it on the telephone.")
    );

    // What the record says is part of the letter: another decision makes it another letter.
    let redecided = agreed.does("olive", decide(2, "not_upheld"));
    let refusal = redecided.refused("olive", says("We took too long."));
    assert!(refusal.detail.contains("“Our decision”"), "{refusal:?}");
    let again = redecided
        .does("olive", puts("We took too long."))
        .does("tom", json!({ "command": "approve", "approval": 2 }));
    assert!(again.tries("olive", says("We took too long.")).is_ok());
}

#[test]
fn a_landlord_may_ask_two_people_for_every_response() {
    let play = decided(Play::at(State::S1Investigating)).with(|policy| policy.two_people = true);
    let mut named = says("We took too long.");
    named["approved_by"] = json!("tom");
    let refusal = play.refused("olive", named);
    assert_eq!(
        (refusal.code, refusal.field),
        (Code::E13, Some("approved_by"))
    );
    let agreed = play
        .does("olive", puts("We took too long."))
        .does("tom", json!({ "command": "approve", "approval": 1 }));
    assert!(agreed.tries("olive", says("We took too long.")).is_ok());
}

#[test]
fn agreeing_to_a_letter_agrees_to_what_it_offers_within_the_limit() {
    let offers = |pence: u64| {
        decided(Play::at(State::S1Investigating))
            .does("olive", json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "For your trouble",
                "amount_pence": pence, "head": "time_and_trouble", "due": "2027-01-15" }))
            .does("olive", puts("We took too long."))
            .does("tom", json!({ "command": "approve", "approval": 1 }))
    };
    assert!(
        offers(20_000)
            .tries("olive", says("We took too long."))
            .is_ok()
    );
    let refusal = offers(150_000).refused("olive", says("We took too long."));
    assert_eq!(refusal.code, Code::E13, "{refusal:?}");
}
