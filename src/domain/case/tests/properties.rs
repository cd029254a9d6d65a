//! Random histories: people of every role do sensible and senseless things at random times, and what must
//! always be true of a case is true after every step. A failure prints the shortest history that shows it.

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::json;

use super::states::examples;
use super::*;
use crate::domain::case::{RefusalGround, StageRun};
use crate::domain::clock::Clock;
use crate::domain::letter::check;
use crate::domain::remedy::ActionStatus;

/// One thing someone tries: who, how long after the last, dated back how far, and the dice that choose it.
#[derive(Clone, Debug)]
struct Step {
    who: u8,
    hours: u16,
    back: u16,
    dice: [u8; 8],
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let back = prop_oneof![4 => Just(0_u16), 1 => 1_u16..400, 1 => Just(u16::MAX)];
    let step = (any::<u8>(), 0_u16..60, back, any::<[u8; 8]>());
    let step = step.prop_map(|(who, hours, back, dice)| Step {
        who,
        hours,
        back,
        dice,
    });
    prop::collection::vec(step, 1..70)
}

/// Dice that are read one after another.
struct Dice<'a> {
    dice: &'a [u8; 8],
    thrown: usize,
    play: &'a Play,
}

impl Dice<'_> {
    fn throw(&mut self, sides: usize) -> usize {
        let value = self.dice[self.thrown % 8].wrapping_mul(1 + (self.thrown / 8) as u8) as usize;
        self.thrown += 1;
        value % sides
    }

    fn of<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.throw(choices.len())]
    }

    fn id(&mut self) -> usize {
        self.throw(4)
    }

    fn text(&mut self) -> &'static str {
        self.of(&[
            "The records show it.",
            "x",
            "",
            " \n",
            "\u{202e}\u{0}{{x}}<b>",
            "Ünïcodé 🏚️",
        ])
    }

    fn said(&mut self) -> &'static str {
        self.of(&["The records show it.", "We looked.", "x", ""])
    }

    fn person(&mut self) -> &'static str {
        self.of(&[
            "olive",
            "otto",
            "hal",
            "rita",
            "tom",
            "dina",
            "fay",
            "cal",
            "Rita Reviewer",
            "A board member",
            "",
        ])
    }

    fn day(&mut self) -> Value {
        match self.throw(12) {
            0 => json!("0001-01-01"),
            1 => json!("9999-12-31"),
            2 => Value::Null,
            n => json!((self.play.now + TimeDelta::days((n as i64 - 5) * 4)).date_naive()),
        }
    }

    fn moment(&mut self) -> Value {
        match self.throw(10) {
            0 => json!("-262143-01-01T00:00:00Z"),
            1 => json!("+262142-12-31T23:59:59Z"),
            n => json!(self.play.now - TimeDelta::hours((n as i64 - 3) * 20)),
        }
    }

    /// What moves the case on from where it stands.
    fn next_step(&mut self) -> Value {
        let stage = self.play.case.stage();
        match self.play.case.state {
            State::S1Received | State::S2Requested => acknowledge(stage, self.person()),
            State::S1Acknowledged
            | State::S2Acknowledged
            | State::S1Investigating
            | State::S2Investigating => {
                let case = &self.play.case;
                let open = case
                    .open_points()
                    .find(|point| case.decision_at(point.id, stage).is_none());
                match open {
                    Some(point) => decide(
                        point.id.0,
                        self.of(&["upheld", "partly_upheld", "not_upheld"]),
                    ),
                    None => {
                        let mut command = respond(stage);
                        command["approved_by"] = json!(self.person());
                        command["adjustments_note"] = json!("Read out by phone.");
                        command
                    }
                }
            }
            State::S1Responded => self.either(json!({ "command": "escalate" }), close()),
            State::S2Responded | State::ServiceRequest | State::SurveyFeedback => close(),
            State::Refused | State::Withdrawn | State::Closed => self.either(
                json!({ "command": "reopen", "reason": "New." }),
                json!({ "command": "escalate" }),
            ),
        }
    }

    fn either(&mut self, one: Value, other: Value) -> Value {
        if self.throw(2) == 0 { one } else { other }
    }

    /// Anything at all.
    fn anything(&mut self) -> Value {
        let examples = examples(if self.throw(2) == 0 { 1 } else { 2 });
        let n = self.throw(256) % examples.len();
        let mut command = examples[n].1.clone();
        let fields = match command["command"].as_str().unwrap() {
            "assign" => vec![
                ("stage", json!(self.throw(4))),
                ("handler", json!(self.person())),
                ("conflict_note", json!(self.text())),
            ],
            "declare_conflict" => vec![
                ("person", json!(self.person())),
                ("reason", json!(self.text())),
            ],
            "acknowledge" => vec![
                ("stage", json!(self.throw(4))),
                ("definition", json!(self.text())),
                ("handler", json!(self.person())),
            ],
            "refuse" => vec![
                (
                    "ground",
                    json!(self.of(&[
                        "older_than_12_months",
                        "proceedings_issued",
                        "already_considered",
                        "not_our_responsibility"
                    ])),
                ),
                ("reasons", json!(self.said())),
                ("approved_by", json!(self.person())),
                (
                    "part",
                    match self.throw(5) {
                        0 => json!("all"),
                        1 => json!([]),
                        2 => json!([1]),
                        3 => json!([2, 2]),
                        _ => json!([self.id()]),
                    },
                ),
                ("claim_filed_on", self.day()),
                (
                    "date_of_issue",
                    self.either(json!("2024-01-01"), Value::Null),
                ),
                (
                    "date_became_aware",
                    self.either(json!("2024-02-01"), Value::Null),
                ),
                (
                    "discretion",
                    self.either(
                        json!({ "factors": "Weighed.", "decision": "No." }),
                        Value::Null,
                    ),
                ),
            ],
            "add_point" => vec![
                ("text", json!(self.said())),
                ("related", json!(self.throw(3) > 0)),
                ("unreasonable_delay", json!(self.throw(4) == 0)),
            ],
            "decide_point" => vec![("point", json!(self.id())), ("reasons", json!(self.text()))],
            "offer_remedy" => vec![
                (
                    "kind",
                    json!(self.of(&["financial_remedy", "apology", "meeting"])),
                ),
                ("description", json!(self.said())),
                (
                    "amount_pence",
                    match self.throw(5) {
                        0 => json!(-1),
                        1 => json!(i64::MAX),
                        2 => json!(600_000),
                        3 => json!(5_000),
                        _ => Value::Null,
                    },
                ),
                ("due", self.day()),
                ("owner", json!(self.person())),
            ],
            "answer_remedy" | "record_payment" => {
                vec![("remedy", json!(self.id())), ("paid_on", self.day())]
            }
            "promise_action" => vec![("due", self.day()), ("owner", json!(self.person()))],
            "complete_action" | "cancel_action" | "tell_resident" => vec![
                ("action", json!(self.id())),
                (
                    "evidence",
                    if self.throw(3) == 0 {
                        json!([self.id()])
                    } else {
                        json!([])
                    },
                ),
                ("reason", json!(self.said())),
                ("resident_told", json!(self.throw(2) == 0)),
            ],
            "request_approval" => vec![(
                "subject",
                match self.throw(4) {
                    0 => json!({ "what": "remedy", "remedy": self.id() }),
                    1 => json!({ "what": "response", "stage": self.throw(4) }),
                    2 => json!({ "what": "extension", "stage": self.throw(4) }),
                    _ => json!({ "what": "refusal" }),
                },
            )],
            "approve" | "decline_approval" => vec![("approval", json!(self.id()))],
            "extend" => vec![
                ("stage", json!(self.throw(4))),
                ("new_due", self.day()),
                ("reason", json!(self.said())),
                ("update_every_days", json!([0, 1, 5, 65_535][self.throw(4)])),
                ("good_reason", json!(self.said())),
                ("approved_by", json!(self.person())),
            ],
            "respond" => vec![
                ("stage", json!(self.throw(4))),
                ("summary", json!(self.text())),
                ("approved_by", json!(self.person())),
            ],
            "escalate" => vec![
                ("received_at", self.moment()),
                ("account", json!(self.text())),
            ],
            "withdraw" => vec![("account", json!(self.text()))],
            "update_complainant" => vec![(
                "complainant",
                json!({ "name": self.said(), "safe_contact": self.either(Value::Null, json!("Text")),
                "preferred_contact": self.of(&["letter", "through_representative"]) }),
            )],
            "report_hazard" => vec![(
                "hazard",
                json!({ "description": self.said(), "emergency": self.throw(2) == 0, "aware_at": self.moment() }),
            )],
            "take_hazard_step" => vec![
                ("hazard", json!(self.id())),
                (
                    "step",
                    json!(self.of(&[
                        "made_safe",
                        "investigated",
                        "summary_sent",
                        "safety_work_done",
                        "further_work_begun"
                    ])),
                ),
            ],
            "open_related" => vec![("received_at", self.moment())],
            "answer_related" => vec![("related", json!(self.id()))],
            "review_service_request" => vec![("next_review", self.day())],
            "record_hos_direction" => vec![(
                "respond_by",
                json!((self.play.now + TimeDelta::days(9)).date_naive()),
            )],
            "record_hos_task" => vec![("due", self.day())],
            "send_hos_evidence" => vec![("task", json!(self.id()))],
            "complete_order" => vec![
                ("order", json!(self.id())),
                ("evidence", json!([self.id()])),
            ],
            "correct_received_at" | "merge_duplicate" => vec![
                ("received_at", self.moment()),
                ("reason", json!(self.said())),
            ],
            "restrict" => vec![("people", json!([self.person(), self.person()]))],
            _ => vec![],
        };
        for (name, value) in fields {
            command[name] = value;
        }
        command
    }
}

/// Tries one step; what is refused changes nothing, what is done is recorded.
fn take(play: &mut Play, step: &Step) -> (Value, bool) {
    play.now += TimeDelta::hours(step.hours.into());
    let who = STAFF[step.who as usize % STAFF.len()].0;
    let mut dice = Dice {
        dice: &step.dice,
        thrown: 1,
        play,
    };
    let command = if step.dice[0] < 110 {
        dice.next_step()
    } else {
        dice.anything()
    };
    let Ok(_) = serde_json::from_value::<Command>(command.clone()) else {
        return (command, false);
    };
    let when = match step.back {
        u16::MAX => DateTime::<Utc>::MIN_UTC,
        hours => play.now - TimeDelta::hours(hours.into()),
    };
    let done = match play.tries_at(who, &command, when) {
        Ok(events) => {
            assert!(
                !events.is_empty() || command["command"] == "link_record",
                "{command} does nothing"
            );
            play.record(who, events, when);
            true
        }
        Err(refusal) => {
            assert!(!refusal.detail.trim().is_empty());
            false
        }
    };
    (command, done)
}

fn clocks(play: &Play, now: DateTime<Utc>) -> Vec<Clock> {
    play.case.flags(&play.calendar, &play.policy.clocks, now);
    play.case.clocks(&play.calendar, &play.policy.clocks, now)
}

/// What is true of every case at every moment.
fn always(play: &Play) -> Result<(), TestCaseError> {
    let case = &play.case;
    prop_assert_eq!(case.version as usize, play.events.len());
    prop_assert!(
        case.stages
            .iter()
            .map(|run| run.stage)
            .eq((1..=2).take(case.stages.len()))
    );
    prop_assert!(case.received_at <= case.recorded_at);
    let first = Case::begin(case.reference.clone(), &play.events[0]).unwrap();
    prop_assert_eq!(
        &case.intake,
        &first.intake,
        "what was taken down never changes"
    );
    for run in &case.stages {
        stage_holds(case, run)?;
    }
    if let Some(stage2) = case.stage_run(2) {
        prop_assert!(
            case.stages[0].response.is_some(),
            "stage 2 follows an answer"
        );
        if let Some(handler) = &stage2.handler {
            let same = |person: &String| Staff.id(person) == Staff.id(handler);
            prop_assert!(
                !case.stages[0].took_part.iter().any(same),
                "{} at both stages",
                handler
            );
        }
    }
    for refusal in &case.refusals {
        prop_assert!(!refusal.reasons.trim().is_empty());
        prop_assert!(Staff.id(&refusal.approved_by) != Staff.id(&refusal.decided_by));
        match refusal.ground {
            RefusalGround::ProceedingsIssued => prop_assert!(refusal.claim_filed_on.is_some()),
            RefusalGround::OlderThan12Months => {
                let record = refusal.discretion.as_ref();
                prop_assert!(record.is_some_and(|d| !d.factors.trim().is_empty()
                    && d.by.is_some()
                    && d.at.is_some()));
            }
            _ => {}
        }
    }
    for remedy in &case.remedies {
        prop_assert!(
            remedy.action.is_some() || remedy.kind.done_by_the_letter(),
            "every remedy has an owner"
        );
        let Some(line) = &remedy.compensation else {
            continue;
        };
        prop_assert!(line.amount.0 > 0);
        prop_assert!(line.paid_on.is_none() || line.approved_by.is_some());
        let own = line
            .approved_by
            .as_ref()
            .is_some_and(|by| Staff.id(by) == Staff.id(&remedy.proposed_by));
        prop_assert!(!own, "nobody approves their own sum");
    }
    for letter in &case.letters {
        prop_assert_eq!(check(letter.kind, &letter.blocks), Ok(()));
    }
    if case.state == State::Closed {
        let kept = case.actions.iter().all(|action| match action.status {
            ActionStatus::Open => false,
            ActionStatus::Done => true,
            ActionStatus::Cancelled => action.resident_told,
        });
        prop_assert!(kept, "closed with {:?}", case.actions);
    }
    let score = crate::domain::readiness::readiness(case, true).score;
    prop_assert!((0.0..=1.0).contains(&score));
    Ok(())
}

fn stage_holds(case: &Case, run: &StageRun) -> Result<(), TestCaseError> {
    prop_assert!(
        run.acknowledged_at.is_none()
            || (!run.definition.trim().is_empty() && run.handler.is_some())
    );
    if let Some(response) = &run.response {
        prop_assert!(run.acknowledged_at.is_some_and(|at| at <= response.at));
        for point in case.open_points() {
            let decision = case.decision_at(point.id, run.stage);
            prop_assert!(
                decision.is_some_and(|d| !d.reasons.trim().is_empty()),
                "point {} at {}",
                point.id,
                run.stage
            );
        }
    }
    for extension in &run.extensions {
        prop_assert!(extension.new_due > extension.old_due && extension.update_every_days > 0);
        prop_assert!(
            !extension.over_cap
                || (extension.good_reason.is_some() && extension.approved_by.is_some())
        );
    }
    Ok(())
}

/// What was done stays done on its day, whatever happens later; and letters stay as they were sent.
fn nothing_done_moves(before: &Play, after: &Play) -> Result<(), TestCaseError> {
    let now = after.now;
    prop_assert!(
        after.case.letters.starts_with(&before.case.letters),
        "issued letters never change"
    );
    let new = &after.events[before.events.len()..];
    // The two that correct the record move what follows from it, on purpose and with a reason.
    let corrected = new.iter().any(|e| {
        matches!(
            e.event,
            Event::ReceivedAtCorrected { .. } | Event::DuplicateMerged { .. }
        )
    });
    let directed = new
        .iter()
        .any(|e| matches!(e.event, Event::OmbudsmanDirected { .. }));
    let later = clocks(after, now);
    for met in clocks(before, now)
        .into_iter()
        .filter(|clock| clock.met_on.is_some())
    {
        let id = met.id.as_str();
        if corrected && id == "S1_ACK" || directed && id == "HOS_DIRECTED" {
            continue;
        }
        prop_assert!(
            later.contains(&met),
            "{:?} became {:?}",
            met,
            later.iter().find(|c| c.id == met.id)
        );
    }
    Ok(())
}

/// The stored events, read back through both codecs, fold to the same case.
fn replays(play: &Play) -> Result<(), TestCaseError> {
    let through = |event: &Recorded| -> Recorded {
        let json = serde_json::to_vec(event).unwrap();
        let event: Recorded = serde_json::from_slice(&json).unwrap();
        rmp_serde::from_slice(&rmp_serde::to_vec_named(&event).unwrap()).unwrap()
    };
    let read: Vec<Recorded> = play.events.iter().map(through).collect();
    let folded = Case::fold(play.case.reference.clone(), &read);
    prop_assert_eq!(folded.as_ref(), Some(&play.case));
    let state: Case = rmp_serde::from_slice(&rmp_serde::to_vec_named(&play.case).unwrap()).unwrap();
    prop_assert_eq!(&state, &play.case, "the materialised state too");
    Ok(())
}

/// Three hundred histories, or as many as `PROPTEST_CASES` says; `PROPTEST_RNG_SEED` repeats a run.
fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(300),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_people_do_the_rules_hold(steps in steps(), kind in 0_usize..8) {
        let mut play = Play::at(match kind {
            0 => State::ServiceRequest,
            1 => State::SurveyFeedback,
            2 => State::S2Requested,
            _ => State::S1Received,
        });
        let mut history = Vec::new();
        for step in &steps {
            let before = play.clone();
            let (command, done) = take(&mut play, step);
            if !done {
                prop_assert_eq!(&before.case, &play.case);
                continue;
            }
            history.push(command.to_string());
            always(&play)
                .and_then(|()| nothing_done_moves(&before, &play))
                .map_err(|error| TestCaseError::fail(format!("{error}\nafter:\n{}", history.join("\n"))))?;
        }
        replays(&play)?;
    }
}

#[test]
fn random_histories_reach_every_state() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeSet::new();
    let mut done = BTreeSet::new();
    for _ in 0..300 {
        let mut play = Play::at(State::S1Received);
        for step in steps().new_tree(&mut runner).unwrap().current() {
            let (command, carried_out) = take(&mut play, &step);
            reached.insert(play.case.state);
            if carried_out {
                done.insert(command["command"].as_str().unwrap().to_owned());
            }
        }
    }
    let states = State::ALL
        .iter()
        .filter(|s| !matches!(s, State::SurveyFeedback | State::ServiceRequest));
    let missing: Vec<_> = states.filter(|state| !reached.contains(state)).collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
    assert!(
        done.len() > 35,
        "only these commands were ever carried out: {done:?}"
    );
}

/// A case with five thousand events folds well within a frame.
#[test]
fn a_long_case_folds_quickly() {
    let mut play = Play::at(State::S1Investigating);
    let now = play.now;
    let contact = json!({ "command": "record_contact", "direction": "out", "channel": "phone", "summary": "Rang again." });
    let found = |n: usize| {
        json!({ "command": "take_snapshots", "source": "csv", "found": [{ "external_id": n.to_string(),
        "kind": "repair", "title": "R", "document": "{}", "hash": "00" }] })
    };
    for n in 0..1_700 {
        for command in [contact.clone(), found(n)] {
            let events = play.tries("olive", command).unwrap();
            play.record("olive", events, now);
        }
    }
    assert!(play.events.len() > 5_000);
    let began = std::time::Instant::now();
    let folded = Case::fold(play.case.reference.clone(), &play.events).unwrap();
    let took = began.elapsed();
    assert_eq!(folded.current_links().count(), 1_700);
    assert_eq!(folded, play.case);
    // A hundredth of this on an idle machine; the rest is for a busy one running an unoptimised build.
    assert!(took.as_millis() < 1_000, "{took:?}");
}
