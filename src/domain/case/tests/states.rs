//! Every command in every state: done, or refused with which code. The table is the promise; a change
//! of behaviour is a change of this table.

use serde_json::{Value, json};

use super::*;

/// The case at `state` with one of everything that commands name.
fn furnished(state: State) -> Play {
    let mut play = Play::at(state);
    let events = json!([
        { "kind": "document_attached", "document": { "id": 1, "sha256": "ab", "size": 1, "media_type": "application/pdf",
            "file_name": "a.pdf", "title": "A", "kind": "other", "added_by": "olive", "added_at": play.now } },
        { "kind": "document_attached", "document": { "id": 2, "sha256": "ac", "size": 1, "media_type": "image/png",
            "file_name": "before.png", "title": "Before", "kind": "photo", "added_by": "olive", "added_at": play.now } },
        { "kind": "document_attached", "document": { "id": 3, "sha256": "ad", "size": 1, "media_type": "image/png",
            "file_name": "after.png", "title": "After", "kind": "photo", "added_by": "olive", "added_at": play.now } },
        { "kind": "remedy_offered", "remedy": { "id": 1, "kind": "financial_remedy", "description": "Sorry",
            "offered_at_stage": 1, "proposed_by": "otto", "action": 1,
            "compensation": { "amount": 5000, "head": "distress", "approved_by": null } },
          "action": { "id": 1, "remedy": 1, "what": "Pay", "owner": "olive", "promised_on": "2026-11-23", "due": "2027-01-04" } },
        { "kind": "action_promised", "action": { "id": 2, "what": "Ring", "owner": "olive", "promised_on": "2026-11-23",
            "due": "2027-01-04" } },
        { "kind": "action_promised", "action": { "id": 3, "what": "Visit", "owner": "olive", "promised_on": "2026-11-23",
            "due": "2027-01-04", "status": "done", "ended_on": "2026-11-23" } },
        { "kind": "approval_requested", "approval": 1, "subject": { "what": "remedy", "remedy": 1 },
            "requested_of": null, "note": null },
        { "kind": "hazard_reported", "hazard": 1, "report": { "description": "Damp" }, "aware_at": at("2026-11-20T16:05:00Z") },
        { "kind": "related_request_opened", "related": 1, "request": "dp_complaint", "text": "My data", "received_at": play.now },
        { "kind": "related_request_opened", "related": 2, "request": "subject_access", "text": "All", "received_at": play.now },
        { "kind": "contribution_asked", "contribution": 1, "team": "Repairs", "what": "The job sheets", "of": "hal", "due": "2027-01-04" },
        { "kind": "adjustment_recorded", "adjustment": { "need": "large_print" } },
        { "kind": "representative_appointed", "representative": { "name": "Ray Resident" } },
        { "kind": "member_added", "member": { "name": "Mo Member" } },
        { "kind": "record_linked", "link": { "id": 1, "source": "csv", "external_id": "7", "kind": "repair", "title": "R",
            "document": "{}", "snapshot_at": play.now, "hash": "00", "version": 1 } },
        { "kind": "referred_to_ombudsman", "hos_reference": "20261", "route": "enquiry" },
        { "kind": "hos_task_recorded", "task": 1, "items": [], "due": "2027-01-04" },
        { "kind": "hos_notice_recorded", "notice": { "kind": "chfn", "text": "Late.", "issued_on": "2026-11-20" } },
        { "kind": "determination_recorded", "determination": { "received_on": "2026-11-23", "heads": [],
            "orders": [{ "id": 1, "kind": "apology", "text": "Say sorry", "due": "2027-01-04" }],
            "recommendations": [{ "id": 1, "text": "Learn" }] } },
    ]);
    let events: Vec<Event> = serde_json::from_value(events).unwrap();
    let now = play.now;
    play.record("olive", events, now);
    play
}

/// One good example of every command at `stage`, and who gives it.
pub(super) fn examples(stage: u8) -> Vec<(&'static str, Value)> {
    let found = json!({ "external_id": "8", "kind": "repair", "title": "R", "document": "{}", "hash": "11" });
    vec![
        ("otto", json!({ "command": "assign", "handler": "otto" })),
        (
            "olive",
            json!({ "command": "declare_conflict", "person": "hal", "reason": "A cousin." }),
        ),
        (
            "olive",
            json!({ "command": "triage", "triage": { "risk": "raised" } }),
        ),
        ("olive", acknowledge(stage, "rita")),
        ("olive", refuse()),
        (
            "olive",
            json!({ "command": "add_point", "text": "And the roof", "category": "property_condition.damp_and_mould",
            "related": true }),
        ),
        (
            "olive",
            json!({ "command": "accept_point", "point": 1, "reason": "A photograph came." }),
        ),
        ("rita", decide(1, "upheld")),
        (
            "olive",
            json!({ "command": "offer_remedy", "kind": "apology", "description": "Sorry" }),
        ),
        (
            "olive",
            json!({ "command": "answer_remedy", "remedy": 1, "accepted": true }),
        ),
        (
            "fay",
            json!({ "command": "record_payment", "remedy": 1, "paid_on": "2026-11-23", "method": "BACS" }),
        ),
        (
            "olive",
            json!({ "command": "promise_action", "what": "Ring", "owner": "olive", "due": "2027-01-05" }),
        ),
        (
            "olive",
            json!({ "command": "complete_action", "action": 2, "evidence": [1] }),
        ),
        (
            "olive",
            json!({ "command": "cancel_action", "action": 2, "reason": "Not needed", "resident_told": true }),
        ),
        ("olive", json!({ "command": "tell_resident", "action": 3 })),
        (
            "olive",
            json!({ "command": "request_approval", "subject": { "what": "response", "stage": stage } }),
        ),
        ("tom", json!({ "command": "approve", "approval": 1 })),
        (
            "tom",
            json!({ "command": "decline_approval", "approval": 1, "reason": "Too little" }),
        ),
        (
            "olive",
            json!({ "command": "extend", "stage": stage, "new_due": if stage == 2 { "2027-01-08" } else { "2026-12-15" },
            "reason": "A survey.", "update_every_days": 5 }),
        ),
        ("olive", json!({ "command": "pause", "reason": "Waiting" })),
        ("rita", respond(stage)),
        ("cal", json!({ "command": "escalate" })),
        (
            "cal",
            json!({ "command": "withdraw", "account": "Leave it." }),
        ),
        ("olive", close()),
        (
            "olive",
            json!({ "command": "reopen", "reason": "New photographs." }),
        ),
        (
            "cal",
            json!({ "command": "record_contact", "direction": "in", "channel": "phone", "summary": "Rang." }),
        ),
        ("cal", note()),
        (
            "olive",
            json!({ "command": "explain_gap", "category": "04", "what": "Repairs", "explanation": "New home." }),
        ),
        (
            "cal",
            json!({ "command": "pair_photos", "after": 3, "before": 2 }),
        ),
        (
            "olive",
            json!({ "command": "reword_entry", "seq": 1, "wording": "The resident rang.", "reason": "Clearer." }),
        ),
        (
            "cal",
            json!({ "command": "attach", "document": { "id": 0, "sha256": "cd", "size": 2, "media_type": "image/png",
            "file_name": "b.png", "title": "B", "kind": "photo", "added_by": "", "added_at": at("2026-11-23") } }),
        ),
        (
            "olive",
            json!({ "command": "issue_letter", "kind": "update", "text": "Still on it." }),
        ),
        (
            "olive",
            json!({ "command": "link_record", "source": "csv", "external_id": "8", "found": found }),
        ),
        (
            "olive",
            json!({ "command": "unlink_record", "source": "csv", "external_id": "7" }),
        ),
        (
            "olive",
            json!({ "command": "choose_evidence", "point": 1, "documents": [1] }),
        ),
        (
            "olive",
            json!({ "command": "take_snapshots", "source": "csv", "found": [found] }),
        ),
        (
            "cal",
            json!({ "command": "update_complainant", "complainant": { "name": "Ann R" } }),
        ),
        (
            "cal",
            json!({ "command": "record_adjustment", "adjustment": { "need": "braille" } }),
        ),
        (
            "olive",
            json!({ "command": "end_adjustment", "need": "large_print", "reason": "New glasses." }),
        ),
        (
            "cal",
            json!({ "command": "appoint_representative", "representative": { "name": "Ray" } }),
        ),
        ("cal", json!({ "command": "end_representative" })),
        (
            "cal",
            json!({ "command": "add_member", "member": { "name": "Ben Resident" } }),
        ),
        (
            "cal",
            json!({ "command": "set_member_letters", "member": "Mo Member", "wanted": false }),
        ),
        (
            "cal",
            json!({ "command": "report_hazard", "hazard": { "description": "Gas" } }),
        ),
        (
            "hal",
            json!({ "command": "take_hazard_step", "hazard": 1, "step": "investigated" }),
        ),
        (
            "cal",
            json!({ "command": "open_related", "request": "subject_access", "text": "All you hold." }),
        ),
        (
            "olive",
            json!({ "command": "answer_related", "related": 1 }),
        ),
        (
            "olive",
            json!({ "command": "extend_related", "related": 2, "reason": "Ten years of files." }),
        ),
        (
            "hal",
            json!({ "command": "ask_contribution", "team": "Repairs", "what": "Who attended?", "due": "2027-01-04" }),
        ),
        (
            "cal",
            json!({ "command": "give_contribution", "contribution": 1, "text": "Two visits.", "evidence": [1] }),
        ),
        (
            "olive",
            json!({ "command": "withdraw_contribution", "contribution": 1, "reason": "Found it." }),
        ),
        (
            "hal",
            json!({ "command": "review_service_request", "note": "Booked." }),
        ),
        (
            "cal",
            json!({ "command": "convert_to_complaint", "account": "Still nothing." }),
        ),
        (
            "olive",
            json!({ "command": "refer", "hos_reference": "20262", "route": "assessment" }),
        ),
        (
            "olive",
            json!({ "command": "record_hos_direction", "respond_by": "2027-01-04" }),
        ),
        (
            "olive",
            json!({ "command": "record_hos_task", "items": ["04"] }),
        ),
        (
            "olive",
            json!({ "command": "send_hos_evidence", "task": 1 }),
        ),
        (
            "olive",
            json!({ "command": "record_determination", "heads": [{ "text": "Repairs", "finding": "service_failure" }] }),
        ),
        (
            "olive",
            json!({ "command": "complete_order", "order": 1, "evidence": [1] }),
        ),
        (
            "olive",
            json!({ "command": "request_hos_review", "by": "resident" }),
        ),
        (
            "olive",
            json!({ "command": "complete_hos_notice", "notice": 1, "evidence": [1] }),
        ),
        (
            "olive",
            json!({ "command": "answer_recommendation", "recommendation": 1, "accepted": true, "reason": "Yes." }),
        ),
        (
            "olive",
            json!({ "command": "record_hos_notice", "notice": { "kind": "chfn", "text": "Late.", "issued_on": "2026-11-20" } }),
        ),
        (
            "cal",
            json!({ "command": "record_satisfaction", "stage": 1, "answer": "neither" }),
        ),
        (
            "olive",
            json!({ "command": "restrict", "people": ["olive"], "reason": "Staff." }),
        ),
        (
            "olive",
            json!({ "command": "lift_restriction", "reason": "Over." }),
        ),
        (
            "olive",
            json!({ "command": "correct_received_at", "received_at": at("2026-11-19"), "reason": "Postmark." }),
        ),
        (
            "olive",
            json!({ "command": "link_case", "reference": "C-2026-0002", "relation": "A neighbour's." }),
        ),
        (
            "olive",
            json!({ "command": "merge_duplicate", "reference": "C-2026-0002", "received_at": at("2026-11-18"),
            "reason": "The same call." }),
        ),
    ]
}

/// Columns: survey comment, service request; stage 1 received, acknowledged, investigating, responded; stage 2
/// the same; refused, withdrawn, closed. `ok` done, `ws` not in this state, `nf` no such thing.
const TABLE: &str = "
assign                   ws  ws  ok  ok  ok  ok  ok  ok  ok  ok  ws  ws  ws
declare_conflict         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
triage                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
acknowledge              ws  ws  ok  ws  ws  ws  ok  ws  ws  ws  ws  ws  ws
refuse                   ws  ws  ok  ok  ok  ws  ok  ok  ok  ws  ws  ws  ws
add_point                ws  ws  ok  ok  ok  ok  ok  ok  ok  ok  ws  ws  ok
accept_point             ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws
decide_point             ws  ws  ws  ok  ok  E10 ws  ok  ok  E10 ws  ws  E10
offer_remedy             ws  ws  ok  ok  ok  ok  ok  ok  ok  ok  ws  ws  ws
answer_remedy            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
record_payment           E13 E13 E13 E13 E13 E13 E13 E13 E13 E13 E13 E13 E13
promise_action           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ws  ws  ws
complete_action          ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
cancel_action            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
tell_resident            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
request_approval         ws  ws  ok  ok  ok  ws  ok  ok  ok  ws  ws  ws  ws
approve                  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
decline_approval         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
extend                   ws  ws  ws  ok  ok  ws  ws  ok  ok  ws  ws  ws  ws
pause                    E09 E09 E09 E09 E09 E09 E09 E09 E09 E09 E09 E09 E09
respond                  ws  ws  ws  E03 E03 E10 ws  E03 E03 E10 ws  ws  E10
escalate                 ws  ws  ws  ws  ws  ok  E06 E06 E06 E06 ws  ws  ok
withdraw                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ws  ws  ws
close                    ok  ok  ws  ws  ws  ok  ws  ws  ws  ok  ws  ws  ws
reopen                   ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ok  ok  ok
record_contact           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
note                     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
explain_gap              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
pair_photos              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
reword_entry             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
attach                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
issue_letter             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
link_record              ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
unlink_record            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
choose_evidence          ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
take_snapshots           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
update_complainant       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
record_adjustment        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
end_adjustment           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
appoint_representative   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
end_representative       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
add_member               ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
set_member_letters       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
report_hazard            ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
take_hazard_step         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
open_related             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
answer_related           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
extend_related           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
ask_contribution         ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ws  ws  ws
give_contribution        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
withdraw_contribution    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
review_service_request   ws  ok  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws
convert_to_complaint     ok  ok  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws
refer                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
record_hos_direction     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
record_hos_task          ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
send_hos_evidence        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
record_determination     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
complete_order           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
request_hos_review       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
complete_hos_notice      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
answer_recommendation    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
record_hos_notice        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
record_satisfaction      ws  ws  ws  ws  ws  ok  ok  ok  ok  ok  ws  ws  ok
restrict                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
lift_restriction         ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws  ws
correct_received_at      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
link_case                ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
merge_duplicate          ws  ws  ok  ok  ok  ok  ok  ok  ok  ok  ws  ws  ws
";

fn table() -> String {
    let mut rows = String::new();
    for (n, (_, example)) in examples(1).into_iter().enumerate() {
        let name = example["command"].as_str().unwrap();
        rows.push_str(&format!("{name:<24}"));
        for state in State::ALL {
            let play = if name == "close" {
                Play::at(state)
            } else {
                furnished(state)
            };
            let stage = play.case.stage().max(1);
            let (who, command) = examples(stage).swap_remove(n);
            let cell = match play.tries(who, command) {
                Ok(events) => {
                    assert!(!events.is_empty(), "{name} in {state:?} does nothing");
                    "ok".to_owned()
                }
                Err(refusal) => match refusal.code.to_string().as_str() {
                    "wrong_state" => "ws".to_owned(),
                    "not_found" => "nf".to_owned(),
                    "validation" => "va".to_owned(),
                    code => code.to_owned(),
                },
            };
            rows.push_str(&format!(" {cell:<3}"));
        }
        rows = format!("{}\n", rows.trim_end());
    }
    rows
}

#[test]
fn every_command_in_every_state() {
    let table = table();
    assert!(table.trim() == TABLE.trim(), "the table is now:\n{table}");
}

#[test]
fn every_state_is_reached_and_folds_again() {
    for state in State::ALL {
        let play = furnished(state);
        assert_eq!(play.case.state, state);
        assert_eq!(
            Case::fold(play.case.reference.clone(), &play.events).as_ref(),
            Some(&play.case),
            "{state:?}"
        );
        assert_eq!(play.case.version as usize, play.events.len());
    }
}

#[test]
fn a_refusal_says_what_to_do_and_changes_nothing() {
    for state in State::ALL {
        let play = furnished(state);
        for (who, command) in examples(play.case.stage().max(1)) {
            let Err(refusal) = play.tries(who, command.clone()) else {
                continue;
            };
            let words = refusal.detail.split_whitespace().count();
            assert!(
                words >= 4 && refusal.detail.ends_with('.'),
                "{command}: “{}”",
                refusal.detail
            );
        }
    }
}

#[test]
fn the_examples_are_every_command() {
    let named = distinct(
        examples(1)
            .into_iter()
            .map(|(_, c)| c["command"].as_str().unwrap().to_owned()),
    );
    // serde names every command in the message about one that is none.
    let message = serde_json::from_value::<Command>(json!({ "command": "none" }))
        .unwrap_err()
        .to_string();
    let known = distinct(message.split('`').skip(3).step_by(2).map(str::to_owned));
    let aliases = ["hold", "stop_clock"].map(str::to_owned);
    let unseen: Vec<&String> = known
        .difference(&named)
        .filter(|name| !aliases.contains(name))
        .collect();
    assert!(unseen.is_empty(), "no example of {unseen:?}");
}
