//! What a letter says when there is something to say: blocks that come and go with the case (domain rules §3).

use serde_json::json;

use super::*;

/// The words of a block of the last letter.
fn block(play: &Play, name: &str) -> Option<String> {
    let letter = play.case.letters.last().unwrap();
    let found = letter.blocks.iter().find(|block| block.name == name);
    found.map(|block| block.text.clone())
}

fn promise(what: &str) -> Value {
    json!({ "command": "promise_action", "what": what, "owner": "hal", "due": "2026-12-20" })
}

#[test]
fn the_acknowledgement_asks_what_is_unclear_and_names_what_cannot_wait() {
    let mut command = acknowledge(1, "olive");
    command["clarification"] = json!("Which bedroom is it?");
    let hazard = json!({ "command": "report_hazard", "hazard": { "description": "Bare wires." } });
    let play = Play::at(State::S1Received)
        .does("cal", hazard)
        .does("olive", command);
    assert_eq!(
        block(&play, "clarification").as_deref(),
        Some("Which bedroom is it?")
    );
    let urgent = block(&play, "urgent").unwrap();
    assert!(urgent.ends_with("Bare wires."), "{urgent}");
    let plain = Play::at(State::S1Acknowledged);
    assert_eq!(block(&plain, "clarification"), None);
    assert_eq!(block(&plain, "urgent"), None);
    assert!(block(&Play::at(State::S2Acknowledged), "correct_us").is_some());
}

#[test]
fn the_extension_says_what_was_done_and_the_update_when_the_next_comes() {
    let extend = json!({ "command": "extend", "stage": 1, "new_due": "2026-12-15", "reason": "A survey is booked.",
        "update_every_days": 5, "done_so_far": "The roofer has been." });
    let update = json!({ "command": "issue_letter", "kind": "update", "text": "Still on it." });
    let plain = Play::at(State::S1Investigating).does("olive", update.clone());
    assert_eq!(block(&plain, "next_update"), None, "nothing was agreed");
    let play = Play::at(State::S1Investigating).does("olive", extend);
    assert_eq!(
        block(&play, "done_so_far").as_deref(),
        Some("The roofer has been.")
    );
    let agreed = play.clone().does("olive", update.clone());
    assert_eq!(
        block(&agreed, "next_update").as_deref(),
        Some("We will update you again by Fri 27 Nov 2026.")
    );
    let mut said = update;
    said["next_update"] = json!("2026-11-25");
    let sooner = play.clone().does("olive", said.clone());
    assert!(block(&sooner, "next_update").unwrap().contains("25 Nov"));
    said["next_update"] = json!("2026-11-24");
    assert_eq!(play.refused("olive", said).field, Some("next_update"));
}

#[test]
fn the_response_says_what_was_learnt_and_who_reviewed() {
    let mut first = respond(1);
    first["learning"] = json!("Ring back within a day.");
    let play = Play::at(State::S1Investigating)
        .does("olive", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"))
        .does("olive", first);
    assert_eq!(
        block(&play, "learning").as_deref(),
        Some("Ring back within a day.")
    );
    let mut last = respond(2);
    last["approved_by"] = json!("A board member");
    let play = Play::at(State::S2Investigating)
        .does("rita", decide(1, "upheld"))
        .does("dina", decide(2, "upheld"))
        .does("rita", last);
    assert_eq!(
        block(&play, "people").as_deref(),
        Some(
            "Rita Reviewer reviewed your complaint. A board member, Dina Director also took part."
        )
    );
    assert_eq!(block(&play, "learning"), None);
}

#[test]
fn the_closing_letter_says_what_was_paid_and_asks_to_be_told() {
    let offer = json!({ "command": "offer_remedy", "kind": "financial_remedy", "description": "Distress",
        "due": "2026-12-18", "amount_pence": 5_000, "head": "distress" });
    let paid = json!({ "command": "record_payment", "remedy": 1, "paid_on": "2026-12-01", "method": "BACS" });
    let closing = json!({ "command": "issue_letter", "kind": "closing", "text": "All done." });
    let mut answer = respond(1);
    answer["approved_by"] = json!("tom");
    let play = Play::at(State::S1Investigating)
        .does("olive", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"))
        .does("olive", offer)
        .does("olive", answer)
        .on("2026-12-02")
        .does("olive", promise("Paint"))
        .does("fay", paid)
        .does("olive", closing);
    assert_eq!(
        block(&play, "payments").as_deref(),
        Some("• £50.00 on Tue 1 Dec 2026 (BACS)")
    );
    assert!(block(&play, "not_done").unwrap().contains("tell us"));
}

#[test]
fn a_restriction_of_contact_rests_on_something_and_ends_in_a_review() {
    let mut command = json!({ "command": "issue_letter", "kind": "restriction_of_contact",
        "text": "Please write, or ring Olive on Mondays." });
    let play = Play::at(State::S1Investigating);
    let refusal = play.refused("olive", command.clone());
    assert_eq!(
        (refusal.field, refusal.provision),
        (Some("restriction"), Some("5.14"))
    );
    command["restriction"] = json!({ "evidence": "Forty calls on 20 November.",
        "considered": "He has no email, so the telephone stays open once a week.", "review_on": "2026-11-24" });
    assert!(
        play.tries("olive", command.clone()).is_err(),
        "a day that is over"
    );
    command["restriction"]["review_on"] = json!("2027-02-01");
    let sent = play.does("olive", command);
    assert_eq!(
        block(&sent, "review").as_deref(),
        Some("We will look at this again by Mon 1 Feb 2027.")
    );
    assert!(
        block(&sent, "still_complain")
            .unwrap()
            .starts_with("Nothing here stops you")
    );
}

#[test]
fn every_member_of_a_group_gets_the_letter_in_their_own_way() {
    let member = |name: &str, more: Value| {
        let mut member = json!({ "name": name, "address": "2 High Street" });
        member
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({ "command": "add_member", "member": member })
    };
    let needs = json!({ "command": "record_adjustment", "adjustment": { "need": "more_time" } });
    let restriction = json!({ "command": "issue_letter", "kind": "restriction_of_contact", "text": "Please write.",
        "restriction": { "evidence": "Forty calls.", "considered": "Weighed.", "review_on": "2027-02-01" } });
    let play = Play::at(State::S1Received)
        .does("cal", needs)
        .does(
            "cal",
            member(
                "Ben",
                json!({ "adjustments": ["large_print"], "preferred_contact": "email" }),
            ),
        )
        .does("cal", member("Cy", json!({ "no_letters": true })))
        .does("olive", acknowledge(1, "olive"));
    let letters: Vec<_> = play
        .case
        .letters
        .iter()
        .map(|letter| (letter.id.0, letter.to.as_deref(), letter.large_print))
        .collect();
    assert_eq!(letters, [(1, None, false), (2, Some("Ben"), true)]);
    let ours = &play.case.letters[0].blocks;
    let theirs = block(&play, "adjustments").unwrap();
    assert!(ours.iter().any(|block| block.text.contains("more time")));
    assert!(
        theirs.contains("large print") && !theirs.contains("more time"),
        "{theirs}"
    );
    let address = play.case.as_read_by(Some("Ben")).complainant.address;
    assert_eq!(address.as_deref(), Some("2 High Street"));
    // Each may choose otherwise later; the next letter respects it.
    let choose = |member: &str, wanted: bool| json!({ "command": "set_member_letters", "member": member, "wanted": wanted });
    let chosen = play
        .clone()
        .does("cal", choose("ben", false))
        .does("cal", choose("Cy", true))
        .does(
            "olive",
            json!({ "command": "issue_letter", "kind": "update", "text": "On Monday.",
                "adjustments_note": "Read out." }),
        );
    let update = chosen.case.letters.iter().skip(2);
    let readers: Vec<_> = update.map(|letter| letter.to.as_deref()).collect();
    assert_eq!(readers, [None, Some("Cy")]);
    let same = chosen.refused("cal", choose("Cy", true));
    assert_eq!(same.field, Some("wanted"), "{}", same.detail);
    let nobody = chosen.refused("cal", choose("Dee", false));
    assert_eq!(nobody.code.to_string(), "not_found");
    let restricted = play.does("olive", restriction);
    assert_eq!(restricted.case.letters.len(), 3, "that one is between two");
}
