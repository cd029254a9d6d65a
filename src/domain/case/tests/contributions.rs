//! Asking other teams and contractors.

use serde_json::json;

use super::*;

#[test]
fn what_others_are_asked_is_waited_for_until_it_is_answered_or_dropped() {
    let ask = |due: &str| json!({ "command": "ask_contribution", "team": " Repairs ", "what": "The job sheets", "of": "hal", "due": due });
    let play = Play::at(State::S1Investigating);
    let past = play.tries("olive", ask("2026-01-05")).unwrap_err();
    assert_eq!(past.field, Some("due"));
    let play = play
        .does("olive", ask("2027-01-04"))
        .does("olive", ask("2027-01-05"));
    let asked = &play.case.contributions;
    assert_eq!((asked[0].team.as_str(), asked[1].id.0), ("Repairs", 2));
    assert!(asked.iter().all(|asked| asked.is_open()));
    let answer = json!({ "command": "give_contribution", "contribution": 1, "text": "Two visits.", "from": "A. Fitter" });
    let play = play.does("cal", answer.clone());
    let given = play.case.contributions[0].given.clone().unwrap();
    assert_eq!(
        (given.from.as_deref(), given.by.as_str()),
        (Some("A. Fitter"), "cal")
    );
    let again = play.tries("cal", answer).unwrap_err();
    assert_eq!(again.code.to_string(), "wrong_state");
    let drop =
        json!({ "command": "withdraw_contribution", "contribution": 2, "reason": "Found it." });
    let play = play.does("olive", drop);
    assert!(!play.case.contributions.iter().any(|asked| asked.is_open()));
    let none = json!({ "command": "give_contribution", "contribution": 9, "text": "x" });
    let none = play.tries("cal", none).unwrap_err();
    assert_eq!(
        (none.code.to_string().as_str(), none.field),
        ("not_found", Some("contribution"))
    );
    let foreign = json!({ "command": "ask_contribution", "team": "Repairs", "what": "x", "due": "2027-01-05" });
    let play = play.does("olive", foreign);
    let foreign =
        json!({ "command": "give_contribution", "contribution": 3, "text": "x", "evidence": [99] });
    assert_eq!(
        play.tries("cal", foreign).unwrap_err().field,
        Some("evidence")
    );
}
