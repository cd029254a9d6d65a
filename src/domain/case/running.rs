//! What runs beside the complaint: hazards (Awaab's Law), data-protection and information requests
//! (domain rules §9), and service requests with their tipping point (Code 1.4, 1.5).

use super::letters::next;
use super::{Case, Command, Context, Event, HazardStep, Related, RelatedKind, State};
use crate::domain::calendar::{in_range, london_date};
use crate::domain::ids::{HazardId, RelatedId};
use crate::domain::intake::Kind;
use crate::domain::refusal::{Code, Refusal, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::ReportHazard { hazard } => {
            required(&hazard.description, "hazard", "what the hazard is")?;
            let aware_at = hazard.aware_at.unwrap_or(context.at);
            context.not_in_the_future(aware_at, "hazard")?;
            let id = HazardId(next(case.hazards.len()));
            Ok(vec![Event::HazardReported {
                hazard: id,
                report: hazard.clone(),
                aware_at,
            }])
        }
        Command::TakeHazardStep {
            hazard,
            step,
            not_needed,
        } => {
            let Some(found) = case.hazards.iter().find(|found| found.id == *hazard) else {
                return Err(Refusal::new(
                    Code::NotFound,
                    format!("The case has no hazard {hazard}."),
                )
                .at("hazard"));
            };
            let taken = match step {
                HazardStep::MadeSafe => found.made_safe_at,
                HazardStep::Investigated => found.investigated_at,
                HazardStep::SummarySent => found.summary_sent_at,
                HazardStep::SafetyWorkDone => found.safety_work_at,
                HazardStep::FurtherWorkArranged => found.further_steps_at.or(found.further_work_at),
                HazardStep::FurtherWorkBegun => found.further_work_at,
            };
            let settled = not_needed.is_some() && found.not_needed(*step).is_some();
            if taken.is_some() || settled {
                return Err(Refusal::wrong_state(
                    "This step has been recorded; its date stands. Record a correction as a note.",
                )
                .at("step"));
            }
            let needs_end = !matches!(step, HazardStep::Investigated | HazardStep::MadeSafe);
            if needs_end && found.investigated_at.is_none() {
                return Err(
                    Refusal::wrong_state("Record the end of the investigation first.").at("step"),
                );
            }
            let earliest = found
                .investigated_at
                .filter(|_| needs_end)
                .unwrap_or(found.aware_at);
            if context.at < earliest {
                return Err(Refusal::invalid(
                    "at",
                    "This step cannot be older than what it follows. Check the date.",
                ));
            }
            if let Some(reason) = not_needed {
                required(reason, "not_needed", "why the step is not needed")?;
                return Ok(vec![Event::HazardStepNotNeeded {
                    hazard: *hazard,
                    step: *step,
                    reason: reason.clone(),
                }]);
            }
            Ok(vec![Event::HazardStepTaken {
                hazard: *hazard,
                step: *step,
            }])
        }
        Command::OpenRelated {
            request,
            text,
            received_at,
        } => {
            required(text, "text", "what is asked")?;
            let received_at = received_at.unwrap_or(context.at);
            context.not_in_the_future(received_at, "received_at")?;
            let related = RelatedId(next(case.related.len()));
            Ok(vec![Event::RelatedRequestOpened {
                related,
                request: *request,
                text: text.clone(),
                received_at,
            }])
        }
        Command::AnswerRelated { related } => {
            open_request(case, *related, context)?;
            Ok(vec![Event::RelatedRequestAnswered { related: *related }])
        }
        Command::ExtendRelated { related, reason } => {
            let found = open_request(case, *related, context)?;
            if found.kind != RelatedKind::SubjectAccess {
                let detail = "Only a subject access request may take longer because it is complex.";
                return Err(Refusal::wrong_state(detail).at("related"));
            }
            if found.complex.is_some() {
                let detail = "This request has been given its further months; there are no more.";
                return Err(Refusal::wrong_state(detail).at("related"));
            }
            required(
                reason,
                "reason",
                "what makes it complex, as the person was told",
            )?;
            let policy = &context.policy.clocks;
            let run =
                crate::domain::clock::related::subject_access(found.received_at, false, policy);
            let in_time = run
                .due(context.calendar)
                .is_ok_and(|(due, ..)| london_date(context.at) <= due);
            if !in_time {
                let detail =
                    "The first month is over; the person had to be told of more time within it.";
                return Err(Refusal::wrong_state(detail).at("related"));
            }
            Ok(vec![Event::RelatedRequestExtended {
                related: *related,
                reason: reason.clone(),
            }])
        }
        Command::ReviewServiceRequest { note, next_review } => {
            if case.state != State::ServiceRequest {
                return Err(Refusal::wrong_state("This is not an open service request."));
            }
            if let Some(next) = next_review {
                in_range(*next)
                    .map_err(|error| Refusal::invalid("next_review", error.to_string()))?;
                if *next <= london_date(context.at) {
                    let detail = "The next review lies in the past. Give a later day.";
                    return Err(Refusal::invalid("next_review", detail));
                }
            }
            required(note, "note", "what the review found").map_err(|r| r.under("1.4"))?;
            Ok(vec![Event::ServiceRequestReviewed {
                note: note.clone(),
                next_review: *next_review,
            }])
        }
        Command::ConvertToComplaint { account } => {
            if case.kind == Kind::Complaint {
                return Err(Refusal::wrong_state("This is a complaint already."));
            }
            required(
                account,
                "account",
                "what the resident is unhappy with, in their words",
            )?;
            let category = case
                .points
                .first()
                .map_or("property_condition.general_responsive_repair", |p| {
                    &p.category
                });
            Ok(vec![Event::SeparateComplaintNeeded {
                text: account.clone(),
                category: category.to_owned(),
                why: "The resident is unhappy with the response to their request; work on it goes on. (Complaint \
                      Handling Code 1.5)"
                    .to_owned(),
            }])
        }
        _ => Ok(Vec::new()),
    }
}

/// A request that waits for its answer, at a time when it had come.
fn open_request<'a>(
    case: &'a Case,
    related: RelatedId,
    context: &Context<'_>,
) -> Result<&'a Related, Refusal> {
    match case.related.iter().find(|found| found.id == related) {
        Some(found) if found.answered_at.is_some() => {
            Err(Refusal::wrong_state("This request has already been answered.").at("related"))
        }
        Some(found) if context.at < found.received_at => Err(Refusal::invalid(
            "at",
            "This is before the request was received. Check the date.",
        )),
        Some(found) => Ok(found),
        None => Err(Refusal::new(
            Code::NotFound,
            format!("The case has no request {related}."),
        )
        .at("related")),
    }
}
