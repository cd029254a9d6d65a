//! Who may handle a case (Code 5.8), and points that are folded in or stand alone (Code 6.8).

use serde_json::json;

use super::*;

fn assign(handler: &str, note: Option<&str>) -> Value {
    json!({ "command": "assign", "handler": handler, "conflict_note": note })
}

#[test]
fn someone_named_in_the_complaint_does_not_handle_it_unexamined() {
    let mut named = intake();
    named["account"] = json!("I told HAL   HOUSEMAN’s team, and “Hal-Houseman” laughed.");
    let play = Play::logged(named);
    for handler in ["hal", "Hal Houseman"] {
        let refusal = play.refused("tom", assign(handler, None));
        assert_eq!(
            (refusal.field, refusal.provision),
            (Some("handler"), Some("5.8"))
        );
        let refusal = play.refused("olive", acknowledge(1, handler));
        assert_eq!(
            (refusal.field, refusal.provision),
            (Some("handler"), Some("5.8"))
        );
    }
    assert!(play.tries("tom", assign("hal", Some(" "))).is_err());
    let events = play
        .tries(
            "tom",
            assign("hal", Some("Another Hal Houseman, who left.")),
        )
        .unwrap();
    assert_eq!(
        kinds(&events),
        ["conflict_set_aside", "assigned"],
        "why is on record"
    );
    assert!(play.tries("tom", assign("olive", None)).is_ok());
}

#[test]
fn part_of_a_name_or_a_single_word_is_no_conflict() {
    let mut named = intake();
    named["account"] = json!("Olive told me to wait. Hal Housemanship is not a word. Tom");
    let play = Play::logged(named);
    for handler in ["olive", "hal", "tom", "Tom"] {
        assert!(
            play.tries("dina", assign(handler, None)).is_ok(),
            "{handler}"
        );
    }
}

#[test]
fn residents_do_not_handle_their_own_complaint() {
    let mut own = intake();
    own["complainant"]["name"] = json!("hal houseman");
    let play = Play::logged(own);
    assert_eq!(
        play.refused("tom", assign("hal", None)).provision,
        Some("5.8")
    );
    let member = Play::at(State::S1Received).does(
        "cal",
        json!({ "command": "add_member", "member": { "name": "Otto Other" } }),
    );
    assert_eq!(
        member.refused("tom", assign("otto", None)).provision,
        Some("5.8")
    );
}

#[test]
fn a_declared_conflict_cannot_be_noted_away() {
    let play = Play::at(State::S1Received).does(
        "hal",
        json!({ "command": "declare_conflict", "person": "Hal Houseman", "reason": "My sister." }),
    );
    let refusal = play.refused("tom", assign("hal", Some("It is fine.")));
    assert!(refusal.detail.contains("My sister."), "{}", refusal.detail);
}

#[test]
fn a_new_issue_is_folded_in_or_stands_alone() {
    let add = |related: bool, delay: bool| {
        json!({ "command": "add_point", "text": "The roof too", "category": "property_condition.damp_and_mould",
            "related": related, "unreasonable_delay": delay })
    };
    for state in [
        State::S1Received,
        State::S1Acknowledged,
        State::S1Investigating,
    ] {
        let play = Play::at(state);
        assert_eq!(
            kinds(&play.tries("cal", add(true, false)).unwrap()),
            ["point_added"]
        );
        for (related, delay) in [(false, false), (true, true), (false, true)] {
            assert_eq!(
                kinds(&play.tries("cal", add(related, delay)).unwrap()),
                ["separate_complaint_needed"]
            );
        }
        let before = play
            .case
            .clocks(&play.calendar, &play.policy.clocks, play.now);
        let folded = play.does("cal", add(true, false));
        assert_eq!(folded.case.points.last().unwrap().id.0, 3);
        let after = folded
            .case
            .clocks(&folded.calendar, &folded.policy.clocks, folded.now);
        assert_eq!(before, after, "folding in moves no date");
    }
    for state in [
        State::S1Responded,
        State::S2Requested,
        State::S2Investigating,
        State::S2Responded,
        State::Closed,
    ] {
        let events = Play::at(state).tries("cal", add(true, false)).unwrap();
        assert_eq!(kinds(&events), ["separate_complaint_needed"], "{state:?}");
        let Event::SeparateComplaintNeeded { why, .. } = &events[0] else {
            panic!()
        };
        assert!(why.contains("6.8"));
    }
    let unknown =
        json!({ "command": "add_point", "text": "x", "category": "weather", "related": true });
    assert_eq!(
        Play::at(State::S1Received).refused("cal", unknown).field,
        Some("category")
    );
}

#[test]
fn the_tipping_point_opens_a_complaint_and_the_request_goes_on() {
    let play = Play::at(State::ServiceRequest);
    let convert =
        json!({ "command": "convert_to_complaint", "account": "Three weeks and nothing." });
    let events = play.tries("cal", convert.clone()).unwrap();
    let Event::SeparateComplaintNeeded { text, why, .. } = &events[0] else {
        panic!("{events:?}")
    };
    assert!(text == "Three weeks and nothing." && why.contains("1.5"));
    assert_eq!(play.does("cal", convert).case.state, State::ServiceRequest);
}
