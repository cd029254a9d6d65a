//! Log a complaint: one screen, in the order of a telephone call. The Code's own test stands beside it.

use super::commands::{NEEDS, category_choices, channels, party, party_more, representative};
use super::form::{Choice, Field, Form, Kind, Posted, choices};
use super::words::for_input;
use crate::domain::category::Tree;
use crate::domain::intake::{Intake, IntakeTest, decide_kind};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::ops::Range;

/// How many points the screen offers; more are added on the case.
const POINTS: usize = 3;

/// The field for an adjustment in the landlord's own words.
pub const OTHER_ADJUSTMENT: &str = "other_adjustment";

/// The empty form.
pub fn form(now: DateTime<Utc>, me: &str, tree: &Tree) -> Form {
    let mut resident = party("complainant", None);
    resident.push(
        Field::new(
            Kind::Checkboxes,
            "complainant.adjustments",
            "Reasonable adjustments",
        )
        .of(choices(NEEDS))
        .optional()
        .rule("5.10"),
    );
    resident.push(Field::new(Kind::Line, OTHER_ADJUSTMENT, "Another adjustment").optional());
    Form::new("/log", "Log the complaint", Vec::new())
        .section("The resident", "", false, resident)
        .section(
            "More about the resident",
            "",
            true,
            party_more("complainant", None),
        )
        .section(
            "Someone acts for the resident",
            "Code 3.6.",
            true,
            representative("representative", false),
        )
        .section(
            "Others are affected too",
            "A complaint of a group is one case; everyone gets the letters.",
            true,
            vec![
                Field::new(Kind::Lines, "members", "Other members of the group")
                    .optional()
                    .hint("One person on each line: name, then a comma and the address."),
            ],
        )
        .section("What they say", "", false, how_it_came(now, me))
        .section(
            "What is complained of",
            "One point for each matter; each gets its own answer (Code 6.7).",
            false,
            points(tree, 0..1),
        )
        .section("More points", "", true, points(tree, 1..POINTS))
        .section("Complaint or service request?", "", false, test())
        .section("Hazard and care", "", false, hazard_and_care())
}

fn how_it_came(now: DateTime<Utc>, me: &str) -> Vec<Field> {
    vec![
        Field::new(Kind::Text, "account", "In the resident's own words")
            .hint("As they said it. It is never changed."),
        Field::new(Kind::Text, "outcomes_sought", "What they want to happen")
            .optional()
            .rule("5.6"),
        Field::new(Kind::Moment, "received_at", "When it was received")
            .with(for_input(now))
            .hint("When anyone working for us first had it."),
        Field::new(Kind::Select, "channel", "How it came")
            .of(channels())
            .with("phone")
            .rule("3.1"),
        Field::new(Kind::Line, "heard_by", "Who heard it")
            .optional()
            .with(me),
        Field::new(
            Kind::Line,
            "backdating_reason",
            "Why it is written down only now",
        )
        .optional()
        .hint("When it was received on an earlier day."),
    ]
}

fn points(tree: &Tree, rows: Range<usize>) -> Vec<Field> {
    let mut fields = Vec::new();
    for row in rows {
        let number = row + 1;
        let text = Field::new(
            Kind::Line,
            format!("points.{row}.text"),
            format!("Point {number}"),
        );
        let category = Field::new(
            Kind::Select,
            format!("points.{row}.category"),
            format!("Category of point {number}"),
        )
        .of(category_choices(tree));
        fields.push(if row == 0 { text } else { text.optional() });
        fields.push(if row == 0 {
            category
        } else {
            category.optional()
        });
    }
    fields
}

fn test() -> Vec<Field> {
    let tick = |name: &str, label: &str| Field::new(Kind::Tick, name, label).optional();
    let kinds = vec![
        Choice::new("complaint", "A complaint"),
        Choice::new(
            "service_request",
            "A service request: a first report, nothing wrong with how we dealt with it, no wish to complain",
        ),
        Choice::new(
            "survey_feedback",
            "A survey comment without a wish to complain",
        ),
    ];
    vec![
        tick(
            "decision.test.survey_response",
            "It came as an answer to a survey",
        ),
        tick(
            "decision.test.asks_to_complain",
            "The resident asks to complain, in whatever words",
        ),
        tick(
            "decision.test.first_report",
            "We are told of this problem for the first time",
        ),
        tick(
            "decision.test.dissatisfied_with_handling",
            "The resident is unhappy with how we dealt with it so far",
        ),
        Field::new(Kind::Radios, "decision.kind", "Take it as")
            .of(kinds)
            .with("complaint")
            .rule("1.2 to 1.6"),
        Field::new(Kind::Line, "decision.reason", "Why it is not a complaint").optional(),
        Field::new(
            Kind::Radios,
            "decision.offer_answer",
            "The resident's answer when offered the choice to complain",
        )
        .of(vec![
            Choice::new("accepted", "Wants to complain"),
            Choice::new("declined", "Does not want to complain"),
            Choice::new("no_answer", "No answer, or not asked"),
        ])
        .with("no_answer")
        .rule("1.3"),
    ]
}

fn hazard_and_care() -> Vec<Field> {
    let tick = |name: &str, label: &str| Field::new(Kind::Tick, name, label).optional();
    vec![
        Field::new(
            Kind::Radios,
            "hazard_kind",
            "Is there a danger in the home?",
        )
        .of(vec![
            Choice::new("none", "No"),
            Choice::new(
                "significant",
                "A significant hazard, such as damp and mould that harms health",
            ),
            Choice::new("emergency", "An emergency: an imminent danger. 24 hours"),
        ])
        .with("none")
        .hint("Hazards run their own clocks beside the complaint (Awaab's Law)."),
        Field::new(Kind::Line, "hazard_description", "What the danger is").optional(),
        tick("triage.vulnerability", "Vulnerability that bears on it"),
        tick("triage.safeguarding", "Safeguarding concern"),
        tick("triage.child_in_home", "A child lives in the home"),
        tick("triage.legal", "Legal steps are announced or taken"),
        tick(
            "triage.media_or_ombudsman",
            "The media or the Ombudsman are involved",
        ),
        Field::new(Kind::Radios, "triage.risk", "Risk")
            .of(choices(&["standard", "raised", "high"]))
            .with("standard"),
    ]
}

/// The intake that was typed, or the form with its problems noted.
pub fn read(form: &mut Form, posted: &Posted) -> Option<Intake> {
    let mut answers = form.read(posted)?;
    unfold_adjustments(&mut answers);
    unfold_members(&mut answers);
    if answers.pointer("/representative/name").is_none() {
        answers["representative"] = Value::Null;
    }
    if let Some(hazard) = hazard(form, &answers)? {
        answers["hazard"] = hazard;
    }
    if !agrees_with_the_test(form, &answers) {
        return None;
    }
    match serde_json::from_value(answers) {
        Ok(intake) => Some(intake),
        Err(error) => {
            form.refuse(
                None,
                &format!("Something is missing: {error}. Each point needs its category."),
                "",
                "",
            );
            None
        }
    }
}

/// The answers to the test give what it must be recorded as; a complaint is always right.
fn agrees_with_the_test(form: &mut Form, answers: &Value) -> bool {
    let test: IntakeTest = answers
        .pointer("/decision/test")
        .and_then(|test| serde_json::from_value(test.clone()).ok())
        .unwrap_or_default();
    let taken = answers
        .pointer("/decision/kind")
        .and_then(Value::as_str)
        .unwrap_or("complaint");
    let must = super::words::wire(&decide_kind(test));
    if taken == "complaint" || taken == must {
        return true;
    }
    let text = format!(
        "By the answers above this is a {}. Take it as that, or as a complaint.",
        must.replace('_', " ")
    );
    form.refuse(Some("decision.kind"), &text, "", "1.2 to 1.6");
    false
}

fn unfold_adjustments(answers: &mut Value) {
    if let Some(other) = answers
        .get(OTHER_ADJUSTMENT)
        .and_then(Value::as_str)
        .map(str::to_owned)
    {
        match answers["complainant"]["adjustments"].as_array_mut() {
            Some(all) => all.push(json!(other)),
            None => answers["complainant"]["adjustments"] = json!([other]),
        }
    }
}

fn unfold_members(answers: &mut Value) {
    let Some(lines) = answers.get("members").and_then(Value::as_array) else {
        return;
    };
    let member = |line: &Value| {
        let line = line.as_str().unwrap_or_default();
        match line.split_once(',') {
            Some((name, address)) => json!({ "name": name.trim(), "address": address.trim() }),
            None => json!({ "name": line }),
        }
    };
    answers["members"] = lines.iter().map(member).collect();
}

/// `None` when a danger was chosen without saying what it is.
fn hazard(form: &mut Form, answers: &Value) -> Option<Option<Value>> {
    let kind = answers
        .get("hazard_kind")
        .and_then(Value::as_str)
        .unwrap_or("none");
    let what = answers
        .get("hazard_description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if kind == "none" {
        return Some(None);
    }
    if what.is_empty() {
        form.refuse(Some("hazard_description"), "Say what the danger is", "", "");
        return None;
    }
    Some(Some(
        json!({ "description": what, "emergency": kind == "emergency" }),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::intake::Kind as Taken;
    use crate::web::sample::at;

    fn typed(more: &[(&str, &str)]) -> Posted {
        let mut all = vec![
            ("channel", "phone"),
            ("received_at", "2026-11-20T16:05"),
            ("account", "Mould again"),
            ("complainant.name", "Ms Amara Okonjo"),
            ("complainant.tenure", "secure"),
            ("complainant.preferred_contact", "letter"),
            ("points.0.text", "Mould"),
            ("points.0.category", "property_condition.damp_and_mould"),
            ("decision.kind", "complaint"),
            ("decision.offer_answer", "accepted"),
            ("hazard_kind", "none"),
            ("triage.risk", "standard"),
        ];
        all.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        all.extend_from_slice(more);
        Posted(
            all.into_iter()
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .collect(),
        )
    }

    fn read_it(more: &[(&str, &str)]) -> Result<Intake, Vec<String>> {
        let mut form = form(at("2026-11-20T16:30:00Z"), "Joseph Osei", &Tree::seeded());
        read(&mut form, &typed(more))
            .ok_or_else(|| form.problems.iter().map(|p| p.text.clone()).collect())
    }

    #[test]
    fn a_call_becomes_an_intake() {
        let intake = read_it(&[
            ("complainant.adjustments", "large_print"),
            ("other_adjustment", "yellow paper"),
            ("members", "Mr B, 2 High St\nMs C"),
            ("hazard_kind", "emergency"),
            ("hazard_description", "Live wires"),
        ])
        .unwrap();
        assert_eq!(intake.received_at, at("2026-11-20T16:05:00Z"));
        assert_eq!(intake.decision.kind, Taken::Complaint);
        assert_eq!(intake.complainant.adjustments.len(), 2);
        assert_eq!(intake.members.len(), 2);
        assert_eq!(intake.members[0].address.as_deref(), Some("2 High St"));
        assert!(intake.hazard.unwrap().emergency);
        assert!(intake.representative.is_none());
    }

    #[test]
    fn less_than_a_complaint_needs_the_codes_test_behind_it() {
        let said = read_it(&[("decision.kind", "service_request")]).unwrap_err();
        assert!(
            said[0].contains("By the answers above this is a complaint"),
            "{said:?}"
        );
        let answers = [
            ("decision.kind", "service_request"),
            ("decision.test.first_report", "yes"),
        ];
        assert_eq!(
            read_it(&answers).unwrap().decision.kind,
            Taken::ServiceRequest
        );
        let wish = [
            ("decision.test.asks_to_complain", "yes"),
            answers[0],
            answers[1],
        ];
        assert!(read_it(&wish).is_err());
    }

    #[test]
    fn every_empty_answer_is_named_at_once() {
        let said = read_it(&[
            ("account", " "),
            ("complainant.name", ""),
            ("points.0.category", ""),
        ])
        .unwrap_err();
        assert_eq!(said.len(), 3, "{said:?}");
    }
}
