//! Taking dissatisfaction down (Code 1.2 to 1.6, 6.2): what must be there before a case begins.

use chrono::{Months, NaiveDate};

use super::{Context, Event};
use crate::domain::calendar::{in_range, london_date};
use crate::domain::ids::HazardId;
use crate::domain::intake::{Intake, Kind, OfferAnswer, decide_kind};
use crate::domain::party::Party;
use crate::domain::refusal::{Code, Refusal, bounded, required};

/// The events that begin a case from `intake`, or why it cannot be logged.
pub fn log(intake: &Intake, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    check_receipt(intake, context)?;
    required(
        &intake.account,
        "account",
        "the resident's own words, as they said or wrote them",
    )?;
    bounded(&intake.outcomes_sought, "outcomes_sought")?;
    check_party(&intake.complainant, "complainant")?;
    for member in &intake.members {
        check_party(member, "members")?;
    }
    if let Some(representative) = &intake.representative {
        required(
            &representative.name,
            "representative",
            "the representative's name",
        )?;
    }
    let mut themes = Vec::with_capacity(intake.points.len());
    for point in &intake.points {
        required(&point.text, "points", "what each point is about")?;
        themes.push(context.categories.theme(&point.category, "points")?);
    }
    if let Some(test) = intake.decision.test {
        let expected = decide_kind(test);
        if expected == Kind::Complaint && intake.decision.kind != Kind::Complaint {
            return Err(Refusal::invalid(
                "decision",
                "By these answers this is a complaint: the resident asks for it, or is unhappy with how we dealt with \
                 it. Log it as a complaint.",
            )
            .under("1.3"));
        }
    }
    let intake = intake.clone();
    if intake.decision.kind != Kind::Complaint {
        if intake.decision.offer_answer == OfferAnswer::Accepted {
            return Err(Refusal::invalid(
                "decision",
                "The resident was offered the choice to complain and took it. Log it as a complaint.",
            )
            .under("1.3"));
        }
        required(
            &intake.decision.reason,
            "decision",
            "why this is not a complaint",
        )
        .map_err(|r| r.under("1.4"))?;
    }
    if let Some(due) = intake.decision.review_due {
        in_range(due).map_err(|error| Refusal::invalid("decision", error.to_string()))?;
    }
    let hazard = intake.hazard.clone();
    let received_at = intake.received_at;
    let (policy_version, receipt_rule) = (context.policy.version, context.policy.clocks.receipt);
    let intake = Box::new(intake);
    let mut events = vec![match intake.decision.kind {
        Kind::Complaint => Event::ComplaintLogged {
            intake,
            policy_version,
            receipt_rule,
            themes,
        },
        Kind::ServiceRequest => Event::ServiceRequestLogged {
            intake,
            policy_version,
            receipt_rule,
            themes,
        },
        Kind::SurveyFeedback => Event::SurveyFeedbackLogged {
            intake,
            policy_version,
            receipt_rule,
            themes,
        },
    }];
    if let Some(report) = hazard {
        required(&report.description, "hazard", "what the hazard is")?;
        let aware_at = report.aware_at.unwrap_or(received_at);
        context.not_in_the_future(aware_at, "hazard")?;
        events.push(Event::HazardReported {
            hazard: HazardId(1),
            report,
            aware_at,
        });
    }
    Ok(events)
}

/// E01: a receipt that lies in the past, on a day that Redress can count from.
fn check_receipt(intake: &Intake, context: &Context<'_>) -> Result<(), Refusal> {
    context.not_in_the_future(intake.received_at, "received_at")?;
    let day = london_date(intake.received_at);
    let long_ago = london_date(context.now)
        .checked_sub_months(Months::new(1))
        .unwrap_or(NaiveDate::MIN);
    if let Some(reason) = &intake.backdating_reason {
        bounded(reason, "backdating_reason")?;
    } else if day < long_ago && intake.parent.is_none() {
        // A receipt of weeks ago is a late log, which the Ombudsman asks about; recent ones are daily work.
        return Err(Refusal::new(
            Code::E01,
            "This was received more than a month ago. Say in backdating_reason why it is logged now.",
        )
        .at("backdating_reason"));
    }
    Ok(())
}

/// A resident with a name, and nothing longer than a field takes.
pub(super) fn check_party(party: &Party, field: &'static str) -> Result<(), Refusal> {
    required(&party.name, field, "the resident's name")?;
    for text in [&party.email, &party.phone, &party.address]
        .into_iter()
        .flatten()
    {
        bounded(text, field)?;
    }
    Ok(())
}
