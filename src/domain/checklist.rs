//! What a stage of a complaint takes from receipt to its answer, and what of it is done: the steps that the Code asks
//! for, and those that good handling adds. A help for people; what a response may not lack is refused by the case
//! itself ([`super::case`]).

use super::case::{Case, Decision, StageRun};
use super::remedy::ActionStatus;

/// A step of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is to be done.
    pub what: String,
    /// Whether it is.
    pub done: bool,
    /// The paragraph of the Code; empty for what is good handling.
    pub rule: &'static str,
    /// The command that does it.
    pub command: &'static str,
}

/// The steps of the stage that an open complaint is at, in their usual order; none for what is no open complaint.
pub fn checklist(case: &Case) -> Vec<Check> {
    let Some(run) = case.stages.last().filter(|_| !case.state.is_ended()) else {
        return Vec::new();
    };
    let first = run.stage == 1;
    let either = |one, two| if first { one } else { two };
    let check = |what: &str, done, rule, command| Check {
        what: what.to_owned(),
        done,
        rule,
        command,
    };
    let mut all = vec![
        check(
            either(
                "Someone handles it who has no part in what is complained of",
                "Someone reviews it who had no part in stage 1",
            ),
            run.handler.is_some(),
            either("5.8", "6.13"),
            "assign",
        ),
        check(
            "The complaint and what the resident wants are set out and acknowledged",
            run.acknowledged_at.is_some(),
            either("6.2", "6.11"),
            "acknowledge",
        ),
        check(
            "It is said what we answer for, and what not",
            !run.responsible_for.trim().is_empty() || !run.not_responsible_for.trim().is_empty(),
            "5.7",
            "acknowledge",
        ),
        check(
            "The resident was spoken to during the investigation",
            spoken_to(case, run),
            "5.8",
            "record_contact",
        ),
    ];
    let points: Vec<_> = case.open_points().collect();
    let count = |done: usize| format!("{done} of {}", points.len());
    let shown = points.iter().filter(|point| !point.evidence.is_empty());
    let shown = shown.count();
    all.push(Check {
        what: format!("What bears on each point is chosen: {}", count(shown)),
        done: shown == points.len() && !points.is_empty(),
        rule: "",
        command: "choose_evidence",
    });
    let decisions: Vec<_> = points
        .iter()
        .filter_map(|point| case.decision_at(point.id, run.stage))
        .collect();
    all.push(Check {
        what: format!(
            "Each point is decided with its reasons: {}",
            count(decisions.len())
        ),
        done: decisions.len() == points.len() && !points.is_empty(),
        rule: either("6.7", "6.18"),
        command: "decide_point",
    });
    let upheld = decisions
        .iter()
        .any(|decision| decision.decision != Decision::NotUpheld);
    if upheld {
        all.push(check(
            "What went wrong is put right: a remedy is offered or promised",
            !case.remedies.is_empty() || !case.actions.is_empty(),
            "7.1",
            "offer_remedy",
        ));
    }
    all.push(check(
        either(
            "The stage 1 response is issued",
            "The final response is issued",
        ),
        run.response.is_some(),
        either("6.3", "6.14"),
        "respond",
    ));
    if run.response.is_some() && !case.actions.is_empty() {
        let open = case
            .actions
            .iter()
            .filter(|action| action.status == ActionStatus::Open);
        let done = case.actions.len() - open.count();
        all.push(Check {
            what: format!(
                "What was promised is done: {done} of {}",
                case.actions.len()
            ),
            done: done == case.actions.len(),
            rule: "6.6",
            command: "complete_action",
        });
    }
    all
}

/// Whether anybody spoke with the resident since the stage began.
fn spoken_to(case: &Case, run: &StageRun) -> bool {
    case.contacts
        .iter()
        .any(|contact| contact.channel.is_some() && contact.at >= run.received_at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::case::Recorded;
    use chrono::{DateTime, TimeDelta, Utc};
    use serde_json::{Value, json};

    fn case(events: &[Value]) -> Case {
        let start: DateTime<Utc> = "2026-11-02T09:00:00Z".parse().unwrap();
        let events: Vec<Recorded> = (1..)
            .zip(events)
            .map(|(seq, event)| Recorded {
                seq,
                at: start + TimeDelta::hours(i64::from(seq)),
                recorded_at: start + TimeDelta::hours(i64::from(seq)),
                actor: "ada".into(),
                event: serde_json::from_value(event.clone()).unwrap(),
            })
            .collect();
        Case::fold("C-2026-0001".parse().unwrap(), &events).unwrap()
    }

    fn open(case: &Case) -> Vec<&'static str> {
        let all = checklist(case).into_iter();
        all.filter(|check| !check.done)
            .map(|check| check.command)
            .collect()
    }

    #[test]
    fn a_stage_is_ticked_off_step_by_step() {
        let mut events = vec![
            json!({"kind": "complaint_logged", "policy_version": 1, "receipt_rule": "strict", "intake": {
            "received_at": "2026-11-02T09:00:00Z", "channel": "phone", "account": "Mould",
            "complainant": {"name": "Ann"},
            "points": [{"text": "Mould", "category": "property_condition.damp_and_mould"}]}}),
        ];
        let all = [
            "assign",
            "acknowledge",
            "acknowledge",
            "record_contact",
            "choose_evidence",
            "decide_point",
            "respond",
        ];
        assert_eq!(open(&case(&events)), all);
        events.push(json!({"kind": "acknowledged", "stage": 1, "definition": "Mould", "outcomes_sought": "None of it",
            "handler": "ada", "responsible_for": "All of it", "not_responsible_for": ""}));
        assert_eq!(open(&case(&events)), all[3..]);
        events.push(json!({"kind": "point_decided", "stage": 1, "point": 1, "decision": "upheld", "reasons": "It was there",
            "references": []}));
        assert_eq!(
            open(&case(&events)),
            [
                "record_contact",
                "choose_evidence",
                "offer_remedy",
                "respond"
            ]
        );
        events.push(json!({"kind": "response_issued", "stage": 1, "summary": "Sorry", "outcome": "upheld", "approved_by": null}));
        assert_eq!(
            open(&case(&events)),
            ["record_contact", "choose_evidence", "offer_remedy"]
        );
        events.push(json!({"kind": "escalated", "received_at": "2026-11-10T09:00:00Z", "channel": "phone", "account": null}));
        let review = case(&events);
        assert_eq!(checklist(&review)[0].rule, "6.13");
        assert_eq!(open(&review).len(), 7, "the review begins anew");
        events.push(json!({"kind": "closed", "root_causes": [], "learning": ""}));
        assert!(
            checklist(&case(&events)).is_empty(),
            "nothing is left to do"
        );
    }
}
