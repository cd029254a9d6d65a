//! The clocks beside a complaint start only where the law has them run, and stop at the step they ask for.

use serde_json::json;

use super::*;
use crate::domain::clock::ClockStatus;

/// Name, due date and status of every clock of this kind.
fn clocks(play: &Play, kind: &str) -> Vec<String> {
    let all = play
        .case
        .clocks(&play.calendar, &play.policy.clocks, play.now);
    all.into_iter()
        .filter(|clock| clock.id.as_str().starts_with(kind))
        .map(|clock| format!("{} {} {:?}", clock.id, clock.due, clock.status))
        .collect()
}

fn hazard(aware_at: &str) -> Value {
    json!({ "command": "report_hazard", "hazard": { "description": "Mould", "aware_at": at(aware_at) } })
}

fn step(step: &str) -> Value {
    json!({ "command": "take_hazard_step", "hazard": 1, "step": step })
}

fn held_as(tenure: &str) -> Value {
    json!({ "command": "update_complainant", "complainant": { "name": "Ann Resident", "tenure": tenure } })
}

#[test]
fn steps_towards_further_work_and_the_work_itself_are_two_things() {
    let play = Play::at(State::S1Received)
        .does("cal", hazard("2026-11-20"))
        .does("hal", step("investigated"))
        .on("2026-11-24")
        .does("hal", step("further_work_arranged"))
        .on("2027-03-01");
    assert_eq!(
        clocks(&play, "AWAAB_FURTHER"),
        ["AWAAB_FURTHER 2026-11-30 Met"]
    );
    assert_eq!(
        clocks(&play, "AWAAB_WORK"),
        ["AWAAB_WORK_START 2027-02-15 Overdue"],
        "a date in a diary is no work"
    );
    let begun = play.does("hal", step("further_work_begun"));
    assert_eq!(
        clocks(&begun, "AWAAB_WORK"),
        ["AWAAB_WORK_START 2027-02-15 MetLate"]
    );
    let again = begun.refused("hal", step("further_work_arranged"));
    assert_eq!(again.code.to_string(), "wrong_state");
}

#[test]
fn a_step_that_nothing_calls_for_is_not_needed_and_says_why() {
    let play = Play::at(State::S1Received)
        .does("cal", hazard("2026-11-20"))
        .does("hal", step("investigated"));
    let mut needless = step("further_work_begun");
    needless["not_needed"] = json!(" ");
    assert_eq!(
        play.refused("hal", needless.clone()).field,
        Some("not_needed")
    );
    needless["not_needed"] = json!("The survey found the wall dry.");
    let play = play.does("hal", needless.clone());
    assert_eq!(
        clocks(&play, "AWAAB")[3..],
        [
            "AWAAB_FURTHER 2026-11-30 NotNeeded",
            "AWAAB_WORK_START 2027-02-15 NotNeeded"
        ]
    );
    assert!(play.tries("hal", needless).is_err(), "said once");
    assert!(
        play.tries("hal", step("further_work_begun")).is_ok(),
        "what is done after all is recorded"
    );
    let mut none = step("investigated");
    none["not_needed"] = json!("It was condensation on a can of paint.");
    let play = Play::at(State::S1Received)
        .does("cal", hazard("2026-11-20"))
        .does("hal", none);
    assert_eq!(
        clocks(&play, "AWAAB"),
        ["AWAAB_INVESTIGATE 2026-12-04 NotNeeded"]
    );
}

#[test]
fn the_hazard_law_runs_for_tenancies_and_from_its_first_day() {
    for (tenure, runs) in [
        ("assured", true),
        ("household_member", true),
        ("unknown", true),
        ("licence", false),
        ("leaseholder", false),
        ("shared_owner", false),
        ("freeholder", false),
        ("applicant", false),
    ] {
        let play = Play::at(State::S1Received)
            .does("cal", held_as(tenure))
            .does("cal", hazard("2026-11-20"));
        assert_eq!(!clocks(&play, "AWAAB").is_empty(), runs, "{tenure}");
    }
    let known = |day: &str| Play::at(State::S1Received).does("cal", hazard(day));
    assert!(clocks(&known("2025-10-26"), "AWAAB").is_empty());
    assert_eq!(clocks(&known("2025-10-27"), "AWAAB").len(), 1);
}

#[test]
fn requests_run_from_the_day_of_their_law() {
    let asked = |request: &str, on: &str| {
        let open = json!({ "command": "open_related", "request": request, "text": "t", "received_at": at(on) });
        let mut play = Play::at(State::S1Received);
        play.now = play.now.max(at(on));
        let play = play.does("cal", open);
        clocks(&play, "").len() - 1
    };
    assert_eq!(asked("dp_complaint", "2026-06-18"), 0);
    assert_eq!(asked("dp_complaint", "2026-06-19"), 1);
    assert_eq!(asked("stairs_request", "2027-03-31"), 0);
    assert_eq!(asked("stairs_request", "2027-04-01"), 1);
    assert_eq!(asked("subject_access", "2026-01-02"), 1);
}

#[test]
fn a_complex_request_for_data_has_two_months_more_if_they_are_told_in_time() {
    let open = |request: &str| json!({ "command": "open_related", "request": request, "text": "All", "received_at": at("2026-11-20") });
    let more =
        json!({ "command": "extend_related", "related": 1, "reason": "Ten years of e-mail." });
    let play = Play::at(State::S1Received).does("cal", open("subject_access"));
    assert_eq!(clocks(&play, "SAR"), ["SAR 2026-12-21 Running"]);
    let extended = play.clone().does("olive", more.clone());
    assert_eq!(clocks(&extended, "SAR"), ["SAR 2027-02-22 Running"]);
    assert!(extended.tries("olive", more.clone()).is_err(), "once");
    assert!(play.on("2026-12-22").tries("olive", more.clone()).is_err());
    let other = Play::at(State::S1Received).does("cal", open("dp_complaint"));
    assert!(other.tries("olive", more).is_err());
}

#[test]
fn a_service_request_is_reviewed_on_the_day_given_and_otherwise_by_the_calendar() {
    let request = |due: Value| {
        let mut intake = intake();
        intake["decision"] =
            json!({ "kind": "service_request", "reason": "A first report.", "review_due": due });
        Play::logged(intake)
    };
    let given = request(json!("2026-11-27"));
    assert_eq!(
        clocks(&given, "SERVICE"),
        ["SERVICE_REQUEST_REVIEW 2026-11-27 Running"]
    );
    let mut usual = request(Value::Null);
    assert_eq!(
        clocks(&usual, "SERVICE"),
        ["SERVICE_REQUEST_REVIEW 2026-12-04 Running"]
    );
    let day = "2026-11-30".parse().unwrap();
    usual
        .calendar
        .add_holiday(day, "One-off", usual.now, "admin", "proclaimed")
        .unwrap();
    assert_eq!(
        clocks(&usual, "SERVICE"),
        ["SERVICE_REQUEST_REVIEW 2026-12-07 Running"]
    );
}

#[test]
fn the_ombudsmans_task_without_a_date_moves_with_the_calendar() {
    let refer = json!({ "command": "refer", "hos_reference": "1", "route": "enquiry" });
    let mut play = Play::at(State::S1Responded)
        .does("olive", refer)
        .does("olive", json!({ "command": "record_hos_task" }))
        .does(
            "olive",
            json!({ "command": "record_hos_task", "due": "2026-12-22" }),
        );
    let day = "2026-12-07".parse().unwrap();
    play.calendar
        .add_holiday(day, "One-off", play.now, "admin", "proclaimed")
        .unwrap();
    assert_eq!(
        clocks(&play, "HOS_TASK"),
        ["HOS_TASK 2026-12-23 Running", "HOS_TASK 2026-12-22 Running"],
        "what was stated stands"
    );
    let moved = |task: u32| {
        json!({ "kind": "clock_moved", "clock": "HOS_TASK", "subject": format!("task {task}"),
            "old_due": "2026-12-22", "new_due": "2026-12-23", "why": "One-off" })
    };
    let (events, now) = ([moved(1), moved(2)], play.now);
    let events = events.map(|event| serde_json::from_value(event).unwrap());
    play.record("redress", events.into(), now);
    let tasks = &play.case.ombudsman.as_ref().unwrap().tasks;
    let due = [0, 1].map(|n: usize| tasks[n].due.to_string());
    assert_eq!(due, ["2026-12-23", "2026-12-22"]);
}

#[test]
fn a_direction_after_the_end_runs_and_a_second_one_leaves_the_first_as_it_was() {
    let directed = |day: &str| json!({ "command": "record_hos_direction", "respond_by": day });
    let refer = json!({ "command": "refer", "hos_reference": "1", "route": "enquiry" });
    let play = Play::at(State::Refused)
        .on("2026-12-01")
        .does("olive", refer)
        .does("olive", directed("2026-12-10"));
    assert_eq!(
        clocks(&play, "HOS_DIRECTED"),
        ["HOS_DIRECTED 2026-12-10 Running"],
        "the refusal came before it"
    );
    let play = play.on("2026-12-14").does("olive", directed("2026-12-31"));
    assert_eq!(
        clocks(&play, "HOS_DIRECTED"),
        [
            "HOS_DIRECTED 2026-12-10 NotNeeded",
            "HOS_DIRECTED 2026-12-31 Running"
        ]
    );
    let all = play
        .case
        .clocks(&play.calendar, &play.policy.clocks, play.now);
    let missed = all.iter().find(|clock| {
        clock.status == ClockStatus::NotNeeded && clock.id.as_str() == "HOS_DIRECTED"
    });
    assert_eq!(
        missed.unwrap().in_time,
        Some(false),
        "its day had passed when the next came"
    );
}

#[test]
fn nothing_is_done_before_it_was_asked_for() {
    let promise = json!({ "command": "promise_action", "what": "Ring", "owner": "olive", "due": "2026-12-18" });
    let play = Play::at(State::S1Investigating)
        .on("2026-12-01")
        .does("olive", promise)
        .does(
            "olive",
            json!({ "command": "refer", "hos_reference": "1", "route": "enquiry" }),
        )
        .does(
            "olive",
            json!({ "command": "record_hos_task", "items": ["04"] }),
        )
        .does(
            "olive",
            json!({ "command": "open_related", "request": "dp_complaint", "text": "t" }),
        );
    for command in [
        json!({ "command": "complete_action", "action": 1, "reason": "Rang." }),
        json!({ "command": "send_hos_evidence", "task": 1 }),
        json!({ "command": "answer_related", "related": 1 }),
    ] {
        let early = play
            .tries_at("olive", &command, at("2026-11-30"))
            .unwrap_err();
        assert_eq!(early.field, Some("at"), "{command}");
        assert!(play.tries("olive", command).is_ok());
    }
}
