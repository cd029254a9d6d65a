//! How each letter respects the resident's adjustments (E15, Code 5.10) and the representative's consent
//! (Code 3.6).

use serde_json::json;

use super::*;
use crate::domain::case::IssuedLetter;
use crate::domain::intake::Channel;

fn letter(play: &Play) -> &IssuedLetter {
    play.case.letters.last().unwrap()
}

#[test]
fn e15_what_a_letter_cannot_do_is_accounted_for() {
    let needing = |need: &str| {
        Play::at(State::S1Received).does(
            "cal",
            json!({ "command": "record_adjustment", "adjustment": { "need": need } }),
        )
    };
    for need in ["large_print", "Large print", "interpreter", "more_time"] {
        let play = needing(need).does("olive", acknowledge(1, "olive"));
        assert_eq!(
            letter(&play).large_print,
            need.to_lowercase().starts_with("large"),
            "{need}"
        );
    }
    for need in [
        "braille",
        "Easy read",
        "audio",
        "translation",
        "sign_language",
        "phone_not_letter",
        "Read it to me",
    ] {
        let play = needing(need);
        let refusal = play.refused("olive", acknowledge(1, "olive"));
        let got = (refusal.code.to_string(), refusal.field, refusal.provision);
        assert_eq!(
            got,
            ("E15".to_owned(), Some("adjustments_note"), Some("5.10")),
            "{need}"
        );
        let mut noted = acknowledge(1, "olive");
        noted["adjustments_note"] = json!(" ");
        assert_eq!(play.refused("olive", noted.clone()).code.to_string(), "E15");
        noted["adjustments_note"] = json!("Read to Ann by phone on the same day.");
        let sent = play.clone().does("olive", noted);
        assert!(letter(&sent).adjustments_note.is_some());
        let ended = play.does(
            "olive",
            json!({ "command": "end_adjustment", "need": need, "reason": "Not needed." }),
        );
        assert!(ended.tries("olive", acknowledge(1, "olive")).is_ok());
    }
}

#[test]
fn e15_holds_for_every_letter_for_safe_contact_and_for_every_reader() {
    let safe = json!({ "command": "update_complainant", "complainant": { "name": "Ann", "safe_contact": "Text after six" } });
    let extend = json!({ "command": "extend", "stage": 1, "new_due": "2026-12-15", "reason": "x", "update_every_days": 5 });
    let update = json!({ "command": "issue_letter", "kind": "update", "text": "Soon." });
    let decided = |play: Play| {
        play.does("olive", decide(1, "upheld"))
            .does("olive", decide(2, "upheld"))
    };
    for (state, command) in [
        (State::S1Received, acknowledge(1, "olive")),
        (State::S1Received, refuse()),
        (State::S1Investigating, extend),
        (State::S1Investigating, update),
        (State::S1Investigating, respond(1)),
    ] {
        let mut play = Play::at(state).does("cal", safe.clone());
        if state == State::S1Investigating {
            play = decided(play);
        }
        let refusal = play.refused("olive", command);
        assert!(
            refusal.code.to_string() == "E15" && refusal.detail.contains("Text after six"),
            "{}",
            refusal.detail
        );
    }
    let member =
        json!({ "command": "add_member", "member": { "name": "Ben", "adjustments": ["braille"] } });
    let play = Play::at(State::S1Received).does("cal", member);
    assert_eq!(
        play.refused("olive", acknowledge(1, "olive"))
            .code
            .to_string(),
        "E15"
    );
    let large = json!({ "command": "add_member", "member": { "name": "Ben", "adjustments": ["large_print"] } });
    let play = Play::at(State::S1Received)
        .does("cal", large)
        .does("olive", acknowledge(1, "olive"));
    assert!(letter(&play).large_print);
}

#[test]
fn the_landlords_own_letter_meets_no_adjustment_by_itself() {
    let doc = json!({ "command": "attach", "document": { "id": 0, "sha256": "ab", "size": 1, "media_type": "x/y",
        "file_name": "a", "title": "Ours", "kind": "response_s1", "added_by": "", "added_at": at("2026-11-23") } });
    let large = json!({ "command": "record_adjustment", "adjustment": { "need": "large_print" } });
    let play = Play::at(State::S1Investigating)
        .does("olive", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"))
        .does("olive", doc);
    let mut own = respond(1);
    own["letter"] = json!(1);
    assert_eq!(
        letter(&play.clone().does("olive", own.clone()))
            .document
            .unwrap()
            .0,
        1
    );
    assert_eq!(
        play.clone()
            .does("cal", large)
            .refused("olive", own.clone())
            .code
            .to_string(),
        "E15"
    );
    own["letter"] = json!(2);
    assert_eq!(play.refused("olive", own).field, Some("letter"));
}

#[test]
fn a_representative_gets_letters_only_while_consent_holds() {
    let through = json!({ "command": "update_complainant",
        "complainant": { "name": "Ann", "preferred_contact": "through_representative" } });
    let sent_to = |representative: Value| {
        let mut play = Play::at(State::S1Received).does("cal", through.clone());
        if !representative.is_null() {
            play = play.does(
                "cal",
                json!({ "command": "appoint_representative", "representative": representative }),
            );
        }
        let mut direct = acknowledge(1, "olive");
        direct["sent_by"] = json!("representative");
        let refused = play
            .tries("olive", direct)
            .err()
            .map(|r| (r.field, r.provision));
        let play = play.does("olive", acknowledge(1, "olive"));
        (letter(&play).channel, refused)
    };
    let told = (Channel::Representative, None);
    let not_told = (Channel::Letter, Some((Some("sent_by"), Some("3.6"))));
    let form = |from: Value, to: Value| json!({ "name": "Ray", "authority_evidence": "Signed form", "valid_from": from, "valid_to": to });
    assert_eq!(sent_to(form(json!(null), json!(null))), told);
    assert_eq!(
        sent_to(form(json!("2026-11-23"), json!("2026-11-23"))),
        told,
        "the first and last day count"
    );
    assert_eq!(
        sent_to(form(json!("2026-11-24"), json!(null))),
        not_told,
        "not yet"
    );
    assert_eq!(
        sent_to(form(json!(null), json!("2026-11-22"))),
        not_told,
        "no longer"
    );
    assert_eq!(
        sent_to(json!({ "name": "Ray" })),
        not_told,
        "nothing shows their authority"
    );
    assert_eq!(
        sent_to(json!({ "name": "Ray", "authority_evidence": " " })),
        not_told
    );
    assert_eq!(sent_to(json!(null)), not_told, "there is nobody");
    let play = Play::at(State::S1Received)
        .does("cal", through)
        .does("cal", json!({ "command": "appoint_representative", "representative": form(json!(null), json!(null)) }))
        .does("cal", json!({ "command": "end_representative" }))
        .does("olive", acknowledge(1, "olive"));
    assert_eq!(letter(&play).channel, Channel::Letter, "withdrawn");
}
