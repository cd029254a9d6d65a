//! Facts as questions and answers: the complaint, its points, the resident, the people.

use super::{Fact, Person, PointRow};
use crate::domain::case::Case;
use crate::web::words::{civil, moment, sentence, spoken, words};

/// The complaint.
pub(super) fn facts(case: &Case) -> Vec<Fact> {
    let definition = case.definition();
    let causes: Vec<String> = case.root_causes.iter().map(spoken).collect();
    let themes: Vec<String> = case
        .points
        .iter()
        .map(|p| sentence(&p.category_title()))
        .collect();
    let mut themes_once: Vec<String> = Vec::new();
    themes.into_iter().for_each(|t| {
        if !themes_once.contains(&t) {
            themes_once.push(t)
        }
    });
    let decision = &case.intake.decision;
    let mut all = vec![
        (
            "Received",
            format!(
                "{}, {}",
                moment(case.received_at),
                spoken(&case.intake.channel).to_lowercase()
            ),
        ),
        ("Heard by", case.intake.heard_by.clone().unwrap_or_default()),
        (
            "Outcome wanted",
            definition.map_or(case.intake.outcomes_sought.clone(), |run| {
                run.outcomes_sought.clone()
            }),
        ),
        (
            "Our understanding",
            definition
                .map(|run| run.definition.clone())
                .unwrap_or_default(),
        ),
        (
            "We answer for",
            definition
                .map(|run| run.responsible_for.clone())
                .unwrap_or_default(),
        ),
        (
            "We do not answer for",
            definition
                .map(|run| run.not_responsible_for.clone())
                .unwrap_or_default(),
        ),
        (
            "Taken as",
            format!("{}. {}", spoken(&decision.kind), decision.reason),
        ),
        ("Themes", themes_once.join(", ")),
        ("Root causes", causes.join(", ")),
        ("Withdrawn", case.withdrawal.clone().unwrap_or_default()),
        (
            "Learnt",
            case.closing
                .as_ref()
                .map(|c| c.learning.clone())
                .unwrap_or_default(),
        ),
        (
            "Closed",
            case.closing.as_ref().map_or(String::new(), |c| {
                c.outcome.words().trim_start_matches([' ', ';']).to_owned()
            }),
        ),
        (
            "Linked cases",
            case.linked_cases
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ];
    for seen in &case.satisfaction {
        all.push((
            "Satisfaction",
            format!(
                "Stage {}: {}. {}",
                seen.stage,
                spoken(&seen.answer).to_lowercase(),
                seen.comment.clone().unwrap_or_default()
            ),
        ));
    }
    all.into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(label, value)| Fact { label, value })
        .collect()
}

/// The points with their decisions.
pub(super) fn points(case: &Case) -> Vec<PointRow> {
    let open = case.stage() > 0 && !case.state.is_ended();
    let row = |point: &crate::domain::case::Point| PointRow {
        number: point.id.to_string(),
        text: point.text.clone(),
        theme: sentence(&point.category_title()),
        decisions: point
            .decisions
            .iter()
            .map(|d| {
                (
                    format!("Stage {}: {}", d.stage, spoken(&d.decision).to_lowercase()),
                    d.reasons.clone(),
                )
            })
            .collect(),
        decide: if open && !point.refused {
            format!(
                "/cases/{}/do/decide_point?point={}",
                case.reference, point.id
            )
        } else {
            String::new()
        },
        evidence: evidence(case, point),
        refused: point.refused,
    };
    case.points.iter().map(row).collect()
}

/// "Evidence: 2 documents, 1 linked record".
fn evidence(case: &Case, point: &crate::domain::case::Point) -> String {
    let many = |count: usize, one: &str, many: &str| {
        (count > 0)
            .then(|| crate::web::words::count(i64::try_from(count).unwrap_or(i64::MAX), one, many))
    };
    let documents = case.documents.iter();
    let documents = documents.filter(|d| point.evidence.documents.contains(&d.id));
    let records = case.current_links();
    let records = records.filter(|link| point.evidence.records.contains(&link.key()));
    let parts: Vec<String> = [
        many(documents.count(), "document", "documents"),
        many(records.count(), "linked record", "linked records"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("Evidence: {}", parts.join(", "))
    }
}

/// What letters and calls must respect.
pub fn care(case: &Case) -> Vec<String> {
    let mut all: Vec<String> = case
        .complainant
        .active_adjustments()
        .map(|a| {
            if a.detail.is_empty() {
                words(&a.need)
            } else {
                format!("{}: {}", words(&a.need), a.detail)
            }
        })
        .collect();
    if let Some(safe) = &case.complainant.safe_contact {
        all.push(format!("Only safe way to reach them: {safe}"));
    }
    if let Some(hours) = &case.complainant.do_not_call {
        all.push(format!("Do not call: {hours}"));
    }
    all
}

/// How to reach the resident, and who else is in it.
pub(super) fn contact(case: &Case) -> Vec<Fact> {
    let p = &case.complainant;
    let mut all = vec![
        ("Reach them by", spoken(&p.preferred_contact)),
        ("Telephone", p.phone.clone().unwrap_or_default()),
        ("Email", p.email.clone().unwrap_or_default()),
        ("Address", p.address.clone().unwrap_or_default()),
        ("Person number", p.person_ref.clone().unwrap_or_default()),
        ("Tenancy number", p.tenancy_ref.clone().unwrap_or_default()),
        (
            "Property number",
            p.property_ref.clone().unwrap_or_default(),
        ),
        (
            "Conflict",
            if p.conflict_of_interest {
                "Works for us or sits on our board".into()
            } else {
                String::new()
            },
        ),
    ];
    if let Some(r) = &case.representative {
        let told = if r.may_be_told(civil(case.updated_at)) {
            "may be told about the case"
        } else {
            "authority to be told is missing"
        };
        let parts = [
            r.name.clone(),
            spoken(&r.kind),
            r.organisation.clone().unwrap_or_default(),
            r.contact.clone().unwrap_or_default(),
            told.into(),
        ];
        all.push((
            "Representative",
            parts
                .into_iter()
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
        ));
    }
    for member in &case.members {
        all.push((
            "Also affected",
            [
                Some(member.name.clone()),
                member.address.clone(),
                member.no_letters.then(|| "wants no letters".to_owned()),
            ]
            .into_iter()
            .flatten()
            .filter(|part| !part.trim().is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        ));
    }
    all.into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(label, value)| Fact { label, value })
        .collect()
}

/// Who handles, approves and reviews.
pub(super) fn people(case: &Case) -> Vec<Person> {
    let mut all: Vec<Person> = case
        .stages
        .iter()
        .map(|run| Person {
            name: run.handler.clone().unwrap_or_default(),
            part: format!("Handles stage {}", run.stage),
        })
        .collect();
    let approvers = case
        .stages
        .iter()
        .filter_map(|run| run.response.as_ref().map(|r| (run.stage, r)));
    all.extend(approvers.filter_map(|(stage, r)| {
        r.approved_by.clone().map(|name| Person {
            name,
            part: format!("Approved the stage {stage} response"),
        })
    }));
    if case.stage() == 1 && !case.state.is_ended() {
        all.push(Person {
            name: String::new(),
            part: "Stage 2 reviewer, if asked for: must be someone who took no part at stage 1"
                .into(),
        });
    }
    all
}
