//! Remedies, the actions that carry them through, and payments (Code 7).

use serde_json::json;

use super::*;
use crate::domain::case::BEING_READ;
use crate::domain::remedy::{ActionStatus, RemedyKind};

fn offer(kind: RemedyKind) -> Value {
    json!({ "command": "offer_remedy", "kind": kind, "description": "We will see to it", "due": "2027-01-04" })
}

#[test]
fn every_remedy_has_an_owner_and_a_date_unless_the_letter_is_the_remedy() {
    for kind in RemedyKind::ALL {
        let mut command = offer(kind);
        command["amount_pence"] = json!(kind.eq(&RemedyKind::FinancialRemedy).then_some(100));
        let play = Play::at(State::S1Investigating).does("olive", command.clone());
        let action = play.case.actions.last().unwrap();
        assert_eq!(
            (action.owner.as_str(), play.case.remedies[0].action),
            ("olive", Some(action.id)),
            "the handler"
        );
        command["due"] = json!(null);
        let dateless = Play::at(State::S1Investigating).tries("olive", command);
        match dateless {
            Ok(_) => assert!(kind.done_by_the_letter(), "{kind:?}"),
            Err(refusal) => assert_eq!(
                (refusal.field, refusal.provision),
                (Some("due"), Some("7.3")),
                "{kind:?}"
            ),
        }
    }
}

#[test]
fn a_sum_beside_an_apology_is_tracked_too() {
    let mut sorry = offer(RemedyKind::Apology);
    sorry["amount_pence"] = json!(1_000);
    sorry["due"] = json!(null);
    assert_eq!(
        Play::at(State::S1Investigating)
            .refused("olive", sorry)
            .field,
        Some("due")
    );
}

#[test]
fn what_is_promised_can_be_kept() {
    let play = Play::at(State::S1Responded);
    for (due, fine) in [
        ("2026-11-30", false),
        ("2026-12-01", true),
        ("2101-01-01", false),
    ] {
        let promise =
            json!({ "command": "promise_action", "what": "Paint", "owner": "hal", "due": due });
        assert_eq!(play.tries("olive", promise).is_ok(), fine, "{due}");
    }
    for (field, value) in [("what", ""), ("owner", " ")] {
        let mut promise = json!({ "command": "promise_action", "what": "Paint", "owner": "hal", "due": "2026-12-20" });
        promise[field] = json!(value);
        assert_eq!(play.refused("olive", promise).field, Some(field));
    }
    let mut unknown = offer(RemedyKind::Meeting);
    unknown["points"] = json!([3]);
    assert_eq!(play.refused("olive", unknown).field, Some("points"));
}

#[test]
fn a_payment_is_recorded_once_with_its_day_and_way() {
    let mut money = offer(RemedyKind::FinancialRemedy);
    money["amount_pence"] = json!(5_000);
    assert_eq!(
        Play::at(State::S1Responded)
            .refused("olive", offer(RemedyKind::FinancialRemedy))
            .field,
        Some("amount_pence")
    );
    let play = Play::at(State::S1Responded)
        .does("olive", money)
        .does(
            "olive",
            json!({ "command": "request_approval", "subject": { "what": "remedy", "remedy": 1 } }),
        )
        .does("tom", json!({ "command": "approve", "approval": 1 }));
    assert!(
        !play.case.stages[0].took_part.contains("tom"),
        "agreed after the answer, it shaped none"
    );
    let pay = |day: &str, method: &str| json!({ "command": "record_payment", "remedy": 1, "paid_on": day, "method": method });
    assert_eq!(
        play.refused("fay", pay("2026-12-02", "BACS")).field,
        Some("paid_on"),
        "not tomorrow"
    );
    assert_eq!(
        play.refused("fay", pay("2026-12-01", "")).field,
        Some("method")
    );
    let mut proof = pay("2026-12-01", "BACS");
    proof["evidence"] = json!([4]);
    assert_eq!(play.refused("fay", proof).field, Some("evidence"));
    let cancelled = play.clone().does(
        "olive",
        json!({ "command": "cancel_action", "action": 1, "reason": "Declined." }),
    );
    assert_eq!(
        cancelled
            .refused("fay", pay("2026-12-01", "BACS"))
            .code
            .to_string(),
        "wrong_state"
    );
    let paid = play.does("fay", pay("2026-12-01", "BACS"));
    assert_eq!(paid.case.actions[0].status, ActionStatus::Done);
    assert_eq!(
        paid.case.remedies[0]
            .compensation
            .as_ref()
            .unwrap()
            .paid_on
            .unwrap()
            .to_string(),
        "2026-12-01"
    );
    let none = json!({ "command": "record_payment", "remedy": 7, "paid_on": "2026-12-01", "method": "BACS" });
    assert_eq!(paid.refused("fay", none).code.to_string(), "not_found");
}

#[test]
fn an_approval_answers_something_that_waits() {
    let ask = |subject: Value| json!({ "command": "request_approval", "subject": subject });
    let play = Play::at(State::S1Investigating);
    assert_eq!(
        play.refused("olive", ask(json!({ "what": "remedy", "remedy": 1 })))
            .code
            .to_string(),
        "not_found"
    );
    assert_eq!(
        play.refused("olive", ask(json!({ "what": "response", "stage": 2 })))
            .code
            .to_string(),
        "wrong_state"
    );
    assert_eq!(
        play.refused("olive", ask(json!({ "what": "extension", "stage": 3 })))
            .code
            .to_string(),
        "E06"
    );
    let asked = play.does("olive", ask(json!({ "what": "response", "stage": 1 })));
    let approve = json!({ "command": "approve", "approval": 1 });
    let late = asked
        .clone()
        .does("olive", decide(1, "upheld"))
        .does("olive", decide(2, "upheld"))
        .does("olive", respond(1));
    assert_eq!(
        late.refused("tom", approve.clone()).code.to_string(),
        "wrong_state",
        "it has gone out"
    );
    let declined = asked.does(
        "tom",
        json!({ "command": "decline_approval", "approval": 1, "reason": "Too thin." }),
    );
    assert_eq!(
        declined.refused("tom", approve).code.to_string(),
        "wrong_state"
    );
    assert_eq!(declined.case.approvals[0].approved, Some(false));
    let second = Play::at(State::S2Investigating)
        .does("rita", ask(json!({ "what": "response", "stage": 2 })));
    let refusal = second.refused("olive", json!({ "command": "approve", "approval": 1 }));
    assert_eq!(
        refusal.code.to_string(),
        "E05",
        "an approver of stage 2 took no part at stage 1"
    );
}

#[test]
fn a_changed_record_is_a_new_version_and_the_old_one_stays() {
    let found = |id: &str, hash: &str| json!({ "external_id": id, "kind": "repair", "title": "R", "document": hash, "hash": hash });
    let take =
        |found: Value| json!({ "command": "take_snapshots", "source": "csv", "found": found });
    let play =
        Play::at(State::S1Received).does("cal", take(json!([found("7", "a"), found("8", "b")])));
    assert_eq!(play.case.links.len(), 2);
    let play = play.does("cal", take(json!([found("7", "a"), found("8", "c")])));
    assert_eq!(
        play.case
            .links
            .iter()
            .map(|link| link.version)
            .collect::<Vec<_>>(),
        [1, 1, 2]
    );
    let current: Vec<&str> = play
        .case
        .current_links()
        .map(|link| link.hash.as_str())
        .collect();
    assert_eq!(current, ["a", "c"]);
    let off = json!({ "command": "unlink_record", "source": "csv", "external_id": "8", "reason": "Another flat." });
    let play = play.does("olive", off.clone());
    assert_eq!(play.refused("olive", off).code.to_string(), "not_found");
    let play = play.does("cal", take(json!([found("8", "d")])));
    assert_eq!(
        play.case.current_links().count(),
        1,
        "what was taken off by hand stays off"
    );
    let link = json!({ "command": "link_record", "source": "csv", "external_id": "8", "found": found("8", "d") });
    assert_eq!(
        play.does("olive", link).case.current_links().count(),
        2,
        "until it is linked by hand"
    );
}

#[test]
fn a_source_that_is_down_says_so_and_keeps_its_last_answer() {
    let fine = json!({ "command": "take_snapshots", "source": "csv", "found": [] });
    let down = json!({ "command": "take_snapshots", "source": "csv", "found": [], "failure": "The folder is gone." });
    let play = Play::at(State::S1Received)
        .does("cal", fine)
        .on("2026-11-24")
        .does("cal", down);
    let source = &play.case.sources[0];
    assert_eq!(
        (source.fetched_at, source.asked_at),
        (Some(at("2026-11-23")), at("2026-11-24"))
    );
    assert_eq!(source.failure.as_deref(), Some("The folder is gone."));
}

#[test]
fn what_a_source_says_each_night_is_told_once() {
    let found = |hash: &str| json!([{ "external_id": "7", "kind": "repair", "title": "R", "document": "{}", "hash": hash }]);
    let nightly = |found: Value, failure: Value| json!({ "command": "take_snapshots", "source": "csv", "found": found, "failure": failure, "in_turn": true });
    let play = Play::at(State::S1Received).does("cal", nightly(found("a"), Value::Null));
    let first = play.case.version;
    let play = play
        .on("2026-11-24")
        .does("cal", nightly(found("a"), Value::Null));
    assert_eq!(play.case.version, first, "nothing new, no event");
    let play = play.does("cal", nightly(json!([]), json!("Down.")));
    assert_eq!(play.case.version, first + 1, "that it is down is new");
    let play = play.does("cal", nightly(json!([]), json!("Down, in other words.")));
    assert_eq!(play.case.version, first + 1);
    let reading = nightly(json!([]), json!(format!("{BEING_READ}it is large.")));
    let play = play.does("cal", reading.clone()).does("cal", reading);
    assert_eq!(play.case.version, first + 2, "that it is there again");
    let play = play.does("cal", nightly(found("b"), Value::Null));
    assert_eq!(
        play.case.version,
        first + 4,
        "the record, and that it is back"
    );
}

#[test]
fn evidence_is_tied_to_the_point_it_bears_on() {
    let found = json!([{ "external_id": "7", "kind": "repair", "title": "R", "document": "{}", "hash": "a" }]);
    let key = |id: &str| json!({ "source": "csv", "kind": "repair", "external_id": id });
    let choose = |point: u32, records: Value| json!({ "command": "choose_evidence", "point": point, "records": records });
    let play = Play::at(State::S1Received).does(
        "cal",
        json!({ "command": "take_snapshots", "source": "csv", "found": found }),
    );
    let chosen = play.does("olive", choose(1, json!([key("7"), key("7")])));
    let evidence = |play: &Play| play.case.points[0].evidence.clone();
    assert_eq!(evidence(&chosen).records.len(), 1);
    for (wrong, field) in [
        (choose(9, json!([])), "point"),
        (choose(1, json!([key("8")])), "records"),
        (
            json!({ "command": "choose_evidence", "point": 1, "documents": [99] }),
            "documents",
        ),
    ] {
        let refusal = chosen.refused("olive", wrong);
        assert_eq!(
            (refusal.code.to_string().as_str(), refusal.field),
            ("not_found", Some(field))
        );
    }
    let none = chosen.does("olive", choose(1, json!([])));
    assert_eq!(evidence(&none), Default::default());
}

#[test]
fn a_photo_stands_beside_the_one_it_shows_the_work_of() {
    let photo = |name: &str, media_type: &str| {
        json!({ "command": "attach", "document": { "id": 0, "sha256": name, "size": 2, "media_type": media_type,
            "file_name": name, "title": name, "kind": "photo", "added_by": "", "added_at": at("2026-11-23") } })
    };
    let pair = |after: u32, before: Value| json!({ "command": "pair_photos", "after": after, "before": before });
    let mut play = Play::at(State::S1Received);
    for (name, kind) in [
        ("a", "image/jpeg"),
        ("b", "image/heif"),
        ("c", "image/png"),
        ("d", "application/pdf"),
    ] {
        play = play.does("cal", photo(name, kind));
    }
    let first = play.case.documents[0].id.0;
    let paired = play.does("cal", pair(first + 1, json!(first)));
    let before = |play: &Play| play.case.documents[1].before.map(|id| id.0);
    assert_eq!(before(&paired), Some(first));
    for (wrong, field, says) in [
        (pair(first + 2, json!(first)), "before", "beside b already"),
        (pair(first + 2, json!(first + 2)), "before", "two photos"),
        (pair(first + 3, json!(first)), "after", "no picture"),
        (pair(first + 2, json!(first + 3)), "before", "no picture"),
        (pair(99, Value::Null), "after", "no document 99"),
        (pair(first + 2, json!(98)), "before", "no document 98"),
    ] {
        let refusal = paired.refused("cal", wrong);
        assert_eq!(refusal.field, Some(field));
        assert!(refusal.detail.contains(says), "{}", refusal.detail);
    }
    let again = paired.refused("cal", pair(first + 1, json!(first)));
    assert!(again.detail.contains("already"), "{}", again.detail);
    let apart = paired.does("cal", pair(first + 1, Value::Null));
    assert_eq!(before(&apart), None);
    let again = apart.refused("cal", pair(first + 1, Value::Null));
    assert!(again.detail.contains("no other"), "{}", again.detail);
}
