//! Random histories: people of every role do sensible and senseless things at random times, and what must
//! always be true of a case is true after every step. A failure prints the shortest history that shows it.

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::json;

use super::dice::Dice;
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
    let score = crate::domain::readiness::readiness(case, &[]).score;
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
