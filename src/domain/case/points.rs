//! Points: adding new ones or giving them their own complaint (Code 6.8), and deciding them (6.7).

use super::assignment::{check_reviewer, check_unconflicted};
use super::letters::next;
use super::{Case, Command, Context, Event, Evidence, RecordKey, State};
use crate::domain::ids::{DocumentId, PointId};
use crate::domain::intake::Kind;
use crate::domain::refusal::{Code, Refusal, bounded, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::AddPoint {
            text,
            category,
            related,
            unreasonable_delay,
        } => {
            required(text, "text", "what the new issue is")?;
            let theme = context.categories.theme(category, "category")?;
            if case.kind != Kind::Complaint {
                return Err(Refusal::wrong_state(
                    "This is not a complaint. Log the issue as a complaint instead.",
                )
                .under("1.5"));
            }
            if matches!(case.state, State::Refused | State::Withdrawn) {
                return Err(Refusal::wrong_state(
                    "The case has ended. Log the issue as a complaint of its own.",
                ));
            }
            let at_stage1 = matches!(
                case.state,
                State::S1Received | State::S1Acknowledged | State::S1Investigating
            );
            if at_stage1 && *related && !unreasonable_delay {
                let point = PointId(next(case.points.len()));
                return Ok(vec![Event::PointAdded {
                    point,
                    text: text.clone(),
                    category: category.clone(),
                    theme: Some(theme),
                }]);
            }
            let why = if !at_stage1 {
                "It was raised after the stage 1 response was issued."
            } else if !related {
                "It is not related to the issues already under consideration."
            } else {
                "Adding it would unreasonably delay the response."
            };
            Ok(vec![Event::SeparateComplaintNeeded {
                text: text.clone(),
                category: category.clone(),
                why: format!("{why} (Complaint Handling Code 6.8)"),
            }])
        }
        Command::AcceptPoint {
            point,
            reason,
            by_ombudsman,
        } => {
            let Some(found) = case.point(*point) else {
                let detail = format!("The case has no point {point}.");
                return Err(Refusal::new(Code::NotFound, detail).at("point"));
            };
            if case.state == State::Refused {
                let detail = "The whole complaint was refused. Reopen the case to consider it.";
                return Err(Refusal::wrong_state(detail).under("2.4"));
            }
            if !found.refused {
                let detail = format!("Point {point} was not refused.");
                return Err(Refusal::wrong_state(detail).at("point"));
            }
            required(
                reason,
                "reason",
                "why it is considered after all: new evidence, or the Ombudsman's decision",
            )?;
            let refused_at = case
                .refusals
                .iter()
                .rev()
                .find(|refusal| refusal.points.contains(point))
                .map_or(1, |refusal| refusal.stage);
            let answered = case.stages.last().is_some_and(|run| run.response.is_some());
            if case.state.is_ended() || answered || refused_at < case.stage() {
                // It was left out of an answer already given, so it gets both stages for itself.
                return Ok(vec![Event::SeparateComplaintNeeded {
                    text: found.text.clone(),
                    category: found.category.clone(),
                    why: format!(
                        "It had been refused and is considered after all: {reason} (Complaint Handling Code 2.4)"
                    ),
                }]);
            }
            Ok(vec![Event::PointAccepted {
                point: *point,
                reason: reason.clone(),
                by_ombudsman: *by_ombudsman,
            }])
        }
        Command::DecidePoint {
            point,
            decision,
            reasons,
            references,
        } => {
            let stage = match case.state {
                State::S1Acknowledged | State::S1Investigating => 1,
                State::S2Acknowledged | State::S2Investigating => 2,
                State::S1Received | State::S2Requested => {
                    return Err(Refusal::wrong_state(
                        "Acknowledge and define the complaint before deciding its points.",
                    )
                    .under("5.6"));
                }
                _ if case.stages.last().is_some_and(|run| run.response.is_some()) => {
                    let detail = "The response has been issued; its decisions stand. A new view needs the next stage.";
                    return Err(Refusal::new(Code::E10, detail).at("point"));
                }
                State::ServiceRequest | State::SurveyFeedback => {
                    return Err(Refusal::wrong_state(
                        "This is not a complaint, so it has no points to decide.",
                    ));
                }
                _ => {
                    return Err(Refusal::wrong_state(
                        "The case has ended. Reopen it before deciding its points.",
                    ));
                }
            };
            let Some(found) = case.point(*point) else {
                return Err(Refusal::new(
                    Code::NotFound,
                    format!("The case has no point {point}."),
                )
                .at("point"));
            };
            if found.refused {
                return Err(Refusal::wrong_state(format!(
                    "Point {point} was refused; it gets no decision."
                ))
                .at("point"));
            }
            if reasons.trim().is_empty() {
                return Err(Refusal::new(
                    Code::E03,
                    "Give the reasons for the decision, with the policy or law it follows.",
                )
                .at("reasons")
                .under(if stage == 1 { "6.7" } else { "6.18" }));
            }
            bounded(reasons, "reasons")?;
            check_unconflicted(case, context)?;
            if stage == 2 && !context.actor.is_token {
                check_reviewer(case, &context.actor.id, context)?;
            }
            Ok(vec![Event::PointDecided {
                stage,
                point: *point,
                decision: *decision,
                reasons: reasons.clone(),
                references: references
                    .iter()
                    .filter(|r| !r.trim().is_empty())
                    .cloned()
                    .collect(),
            }])
        }
        Command::ChooseEvidence {
            point,
            documents,
            records,
        } => choose(case, *point, documents, records),
        _ => Ok(Vec::new()),
    }
}

/// Ties documents and linked records to a point, each once.
fn choose(
    case: &Case,
    point: PointId,
    documents: &[DocumentId],
    records: &[RecordKey],
) -> Result<Vec<Event>, Refusal> {
    if case.point(point).is_none() {
        let detail = format!("The case has no point {point}.");
        return Err(Refusal::new(Code::NotFound, detail).at("point"));
    }
    let mut evidence = Evidence::default();
    for id in documents {
        if !case.documents.iter().any(|document| document.id == *id) {
            let detail = format!("The case has no document {id}. Add it to the case first.");
            return Err(Refusal::new(Code::NotFound, detail).at("documents"));
        }
        if !evidence.documents.contains(id) {
            evidence.documents.push(*id);
        }
    }
    for key in records {
        if !case.current_links().any(|link| link.is(key)) {
            let detail = format!(
                "The case has no linked record {} of {}. Link it to the case first.",
                key.external_id, key.source
            );
            return Err(Refusal::new(Code::NotFound, detail).at("records"));
        }
        if !evidence.records.contains(key) {
            evidence.records.push(key.clone());
        }
    }
    Ok(vec![Event::EvidenceChosen { point, evidence }])
}
