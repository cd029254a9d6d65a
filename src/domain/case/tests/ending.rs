//! Refused in part or whole, withdrawn, closed, reopened (domain rules §12.1).

use serde_json::json;

use super::*;
use crate::domain::case::ClosingOutcome;

fn reopen() -> Value {
    json!({ "command": "reopen", "reason": "The Ombudsman directed us to consider it.", "by_ombudsman": true })
}

fn part(points: Value) -> Value {
    let mut command = refuse();
    command["part"] = points;
    command
}

#[test]
fn a_refusal_of_part_leaves_the_rest_to_be_answered() {
    let play = Play::at(State::S1Investigating).does("olive", part(json!([2, 2])));
    assert_eq!(play.case.state, State::S1Investigating);
    assert_eq!(play.case.refusals[0].points.len(), 1);
    assert_eq!(
        play.case
            .open_points()
            .map(|point| point.id.0)
            .collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(
        play.refused("olive", decide(2, "upheld")).code.to_string(),
        "wrong_state"
    );
    assert_eq!(
        play.refused("olive", part(json!([2]))).code.to_string(),
        "wrong_state"
    );
    let notice = play.case.letters.last().unwrap();
    assert!(
        notice.blocks[0].text.contains("Nobody rang back")
            && !notice.blocks[0].text.contains("Mould")
    );
    let answered = play
        .does("olive", decide(1, "not_upheld"))
        .does("olive", respond(1));
    assert_eq!(answered.case.state, State::S1Responded);
}

#[test]
fn refusing_every_point_is_refusing_the_whole() {
    let play = Play::at(State::S1Received).does("olive", part(json!([2])));
    let all = play.does("olive", part(json!([1])));
    assert_eq!(
        (all.case.state, all.case.open_points().count()),
        (State::Refused, 0)
    );
    let reopened = all.does("olive", reopen());
    assert_eq!(reopened.case.state, State::S1Received);
    let open: Vec<u32> = reopened
        .case
        .open_points()
        .map(|point| point.id.0)
        .collect();
    assert_eq!(open, [1], "what was refused by itself stays refused");
    for words in [json!("all"), json!(null)] {
        let whole = Play::at(State::S1Received).does("olive", part(words));
        assert_eq!(whole.case.state, State::Refused);
        assert_eq!(whole.does("olive", reopen()).case.open_points().count(), 2);
    }
}

#[test]
fn a_refused_escalation_leaves_the_stage_1_answer_standing() {
    let play = Play::at(State::S2Requested).does("otto", refuse());
    assert_eq!(play.case.state, State::Refused);
    assert_eq!(play.case.open_points().count(), 2);
    assert_eq!(
        crate::domain::letter::overall(&play.case, 1),
        Some(super::super::Decision::PartlyUpheld)
    );
    let notice = play.case.letters.last().unwrap();
    assert_eq!(
        notice.blocks[0].text,
        "Your request to take the complaint to stage 2."
    );
    let refusal = play.refused("cal", json!({ "command": "escalate" }));
    assert!(refusal.detail.contains("Ombudsman"), "{}", refusal.detail);
    assert_eq!(play.does("olive", reopen()).case.state, State::S2Requested);
}

#[test]
fn a_withdrawal_is_in_the_residents_words() {
    for words in ["", " \n"] {
        let silence = json!({ "command": "withdraw", "account": words });
        assert_eq!(
            Play::at(State::S1Investigating)
                .refused("cal", silence)
                .field,
            Some("account")
        );
    }
    for state in State::ALL.into_iter().filter(|state| !state.is_ended()) {
        let play = Play::at(state).does(
            "cal",
            json!({ "command": "withdraw", "account": "Leave it now." }),
        );
        assert_eq!(play.case.withdrawal.as_deref(), Some("Leave it now."));
        let back = play.does(
            "cal",
            json!({ "command": "reopen", "reason": "Ann rang again." }),
        );
        let expected = match state {
            State::S1Acknowledged => State::S1Investigating,
            State::S2Acknowledged => State::S2Investigating,
            state => state,
        };
        assert_eq!(
            (back.case.state, back.case.withdrawal.as_ref()),
            (expected, None)
        );
    }
}

#[test]
fn closing_needs_an_answer_and_a_cause_where_something_was_upheld() {
    let play = Play::at(State::S1Responded);
    let bare = json!({ "command": "close" });
    let refusal = play.refused("olive", bare.clone());
    assert_eq!(
        (refusal.field, refusal.provision),
        (Some("root_causes"), Some("9.1"))
    );
    let before = play
        .tries_at("olive", &close(), at("2026-11-24T09:00:00Z"))
        .unwrap_err();
    assert_eq!(before.field, Some("at"), "not before the response");
    let mut rated = close();
    rated["satisfaction"] = json!("fairly_satisfied");
    let closed = play.does("olive", rated);
    assert_eq!(closed.case.satisfaction.len(), 1);
    assert_eq!(closed.case.closing.as_ref().unwrap().learning, "Ring back.");
    let unfounded = Play::at(State::S1Investigating)
        .does("olive", decide(1, "not_upheld"))
        .does("olive", decide(2, "not_upheld"))
        .does("olive", respond(1));
    assert!(unfounded.tries("olive", bare.clone()).is_ok());
    for state in [State::ServiceRequest, State::SurveyFeedback] {
        let play = Play::at(state).does("olive", bare.clone());
        assert_eq!(
            play.does("olive", reopen()).case.state,
            state,
            "it comes back as what it was"
        );
    }
}

#[test]
fn a_resident_is_out_of_reach_only_when_tried() {
    let contact = |direction: &str| json!({ "command": "record_contact", "direction": direction, "channel": "phone", "summary": "Rang." });
    let mut closing = close();
    closing["outcome"] = json!("unable_to_contact");
    let play = Play::at(State::S1Responded).does("cal", contact("out"));
    let refusal = play.refused("olive", closing.clone());
    assert_eq!(refusal.field, Some("outcome"));
    assert!(refusal.detail.contains("1 try is"), "{}", refusal.detail);
    let mut heard = play.clone().does("cal", contact("out"));
    heard.now += chrono::TimeDelta::minutes(1);
    let heard = heard.does("cal", contact("in"));
    assert!(
        heard.tries("olive", closing.clone()).is_err(),
        "they were heard after the tries"
    );
    let tried = play.does("cal", contact("out")).does("olive", closing);
    let outcome = tried.case.closing.as_ref().unwrap().outcome;
    assert_eq!(outcome, ClosingOutcome::UnableToContact);
    // A file of before says nothing of it.
    let old: Event =
        serde_json::from_value(json!({"kind": "closed", "root_causes": [], "learning": ""}))
            .unwrap();
    assert!(matches!(
        old,
        Event::Closed {
            outcome: ClosingOutcome::Answered,
            ..
        }
    ));
}

#[test]
fn an_entry_reads_otherwise_and_stays_what_it_was() {
    let reword = |seq: u32, wording: &str, reason: &str| json!({ "command": "reword_entry", "seq": seq, "wording": wording, "reason": reason });
    let play = Play::logged(intake());
    for (wrong, field) in [
        (reword(0, "x", "y"), "seq"),
        (reword(99, "x", "y"), "seq"),
        (reword(1, " ", "y"), "wording"),
        (reword(1, "x", ""), "reason"),
    ] {
        assert_eq!(play.refused("olive", wrong).field, Some(field));
    }
    let first = play.events[0].event.clone();
    let done = play
        .does("olive", reword(1, "The resident rang.", "Clearer."))
        .does(
            "olive",
            reword(1, "The resident telephoned.", "Clearer still."),
        );
    let now = done.case.rewording(1).unwrap();
    assert_eq!(now.wording, "The resident telephoned.");
    assert_eq!(done.events[0].event, first, "what happened is untouched");
    let own = now.seq;
    assert_eq!(
        done.refused("olive", reword(own, "x", "y")).field,
        Some("seq")
    );
}

#[test]
fn what_was_closed_can_go_on() {
    let escalated = Play::at(State::Closed).does("cal", json!({ "command": "escalate" }));
    assert_eq!(
        (escalated.case.state, escalated.case.closing.is_none()),
        (State::S2Requested, true)
    );
    let reopened = Play::at(State::Closed).does("olive", reopen());
    assert_eq!(reopened.case.state, State::S1Responded);
    assert!(
        reopened.case.ombudsman.is_none(),
        "the two branches do not touch"
    );
    let silent = json!({ "command": "reopen", "reason": " " });
    assert_eq!(
        Play::at(State::Closed).refused("olive", silent).field,
        Some("reason")
    );
    let request = Play::at(State::ServiceRequest).does("olive", json!({ "command": "close" }));
    let refusal = request.refused("cal", json!({ "command": "escalate" }));
    assert_eq!(
        refusal.code.to_string(),
        "wrong_state",
        "what was never a complaint has no stage 2"
    );
}
