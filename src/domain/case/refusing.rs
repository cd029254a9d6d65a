//! Refusing a complaint, some of its points, or an escalation (Code 2.1 to 2.5, 5.11; E08).

use chrono::Months;

use super::approvals::{check_not_declined, check_senior};
use super::letters::{self, Outgoing};
use super::{
    ApprovalSubject, Case, Command, Context, Event, Part, RefusalGround, RefusalRecord, State,
};
use crate::domain::calendar::london_date;
use crate::domain::ids::PointId;
use crate::domain::letter::{LetterKind, Wording};
use crate::domain::refusal::{Code, Refusal, bounded};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Command::Refuse {
        ground,
        reasons,
        part,
        claim_filed_on,
        date_of_issue,
        date_became_aware,
        discretion,
        approved_by,
        better_route,
        evidence,
        sending,
    } = command
    else {
        return Ok(Vec::new());
    };
    let stage = case.stage();
    check_state(case)?;
    // Refusing to escalate needs the same valid, stated reasons (5.11).
    let merits = if stage == 2 { "5.11" } else { "2.1" };
    let e08 = |field: &'static str, detail: &str, provision| {
        Refusal::new(Code::E08, detail).at(field).under(provision)
    };
    if reasons.trim().is_empty() {
        return Err(e08(
            "reasons",
            "Give the reasons specific to this case. A refusal is judged on its merits.",
            merits,
        ));
    }
    bounded(reasons, "reasons")?;
    bounded(evidence, "evidence")?;
    if context.policy.ombudsman.block().is_empty() {
        return Err(e08(
            "ombudsman",
            "The notice must say how to reach the Ombudsman. Ask the administrator to fill in the contact details.",
            "2.4",
        ));
    }
    let points = points_refused(case, part)?;
    check_ground(case, command, context)?;
    let Some(approver) = approved_by
        .as_deref()
        .map(str::trim)
        .filter(|approver| !approver.is_empty())
    else {
        return Err(e08(
            "approved_by",
            "A refusal needs a second person. Say who approved it.",
            merits,
        ));
    };
    check_senior(approver, context)
        .and_then(|()| check_not_declined(case, &ApprovalSubject::Refusal))
        .map_err(|detail| e08("approved_by", &detail, merits))?;
    let discretion = discretion.clone().map(|mut record| {
        record.by.get_or_insert_with(|| context.actor.id.clone());
        record.at.get_or_insert(context.at);
        record
    });
    let refusal = RefusalRecord {
        stage,
        points,
        ground: *ground,
        reasons: reasons.clone(),
        claim_filed_on: *claim_filed_on,
        date_of_issue: *date_of_issue,
        date_became_aware: *date_became_aware,
        discretion,
        better_route: better_route.clone(),
        evidence: evidence.clone(),
        decided_by: context.actor.id.clone(),
        approved_by: approver.to_owned(),
        at: context.at,
    };
    let outgoing = Outgoing {
        kind: LetterKind::Refusal,
        stage,
        wording: Wording::default(),
        sending,
        own: None,
    };
    letters::with_letter(case, vec![Event::Refused { refusal }], outgoing, context)
}

/// What has been answered, or has ended, can no longer be refused.
fn check_state(case: &Case) -> Result<(), Refusal> {
    let way = match case.state {
        State::S1Received
        | State::S1Acknowledged
        | State::S1Investigating
        | State::S2Requested
        | State::S2Acknowledged
        | State::S2Investigating => return Ok(()),
        State::ServiceRequest | State::SurveyFeedback => {
            "This is not a complaint, so there is nothing to refuse."
        }
        State::S1Responded | State::S2Responded => {
            "The complaint has been answered; it can no longer be refused."
        }
        State::Refused | State::Withdrawn | State::Closed => "The case has already ended.",
    };
    Err(Refusal::wrong_state(way))
}

fn points_refused(case: &Case, part: &Part) -> Result<Vec<PointId>, Refusal> {
    let Part::Points(points) = part else {
        return Ok(Vec::new());
    };
    if points.is_empty() {
        let detail = "Say which points are refused, or “all” for the whole complaint.";
        return Err(Refusal::new(Code::E08, detail).at("part").under("2.4"));
    }
    for id in points {
        match case.point(*id) {
            None => {
                return Err(
                    Refusal::new(Code::NotFound, format!("The case has no point {id}.")).at("part"),
                );
            }
            Some(point) if point.refused => {
                return Err(
                    Refusal::wrong_state(format!("Point {id} has already been refused."))
                        .at("part"),
                );
            }
            Some(_) => {}
        }
    }
    let mut points = points.clone();
    points.sort_unstable();
    points.dedup();
    // Refusing every point that is left is refusing the whole.
    Ok(if points.len() == case.open_points().count() {
        Vec::new()
    } else {
        points
    })
}

/// What each ground needs (domain rules §1.4).
fn check_ground(case: &Case, command: &Command, context: &Context<'_>) -> Result<(), Refusal> {
    let Command::Refuse {
        ground,
        claim_filed_on,
        date_of_issue,
        date_became_aware,
        discretion,
        ..
    } = command
    else {
        return Ok(());
    };
    let e08 = |field: &'static str, detail: &str, provision| {
        Err(Refusal::new(Code::E08, detail).at(field).under(provision))
    };
    let received = london_date(case.received_at);
    match ground {
        RefusalGround::ProceedingsIssued => match claim_filed_on {
            None => e08(
                "claim_filed_on",
                "Give the date on which the claim was filed at court. A letter before action is not proceedings.",
                "2.2",
            ),
            Some(filed) if *filed > london_date(context.now) => e08(
                "claim_filed_on",
                "The claim cannot have been filed in the future.",
                "2.2",
            ),
            Some(_) => Ok(()),
        },
        RefusalGround::OlderThan12Months => {
            let Some(issue) = date_of_issue else {
                return e08(
                    "date_of_issue",
                    "Give the date on which the matter arose.",
                    "2.2",
                );
            };
            let Some(aware) = date_became_aware else {
                return e08(
                    "date_became_aware",
                    "Give the date on which the resident became aware of it.",
                    "2.3",
                );
            };
            if aware < issue {
                return e08(
                    "date_became_aware",
                    "The resident cannot have been aware of it before it arose. Check the dates.",
                    "2.3",
                );
            }
            let limit = received
                .checked_sub_months(Months::new(12))
                .unwrap_or(received);
            if *aware >= limit {
                return e08(
                    "date_became_aware",
                    "The resident told you within 12 months of the matter, or of becoming aware of it. It must be accepted.",
                    "2.3",
                );
            }
            match discretion {
                Some(record)
                    if !record.factors.trim().is_empty() && !record.decision.trim().is_empty() =>
                {
                    Ok(())
                }
                _ => e08(
                    "discretion",
                    "Older matters are still considered at your discretion. Record what was weighed and what was decided.",
                    "2.3",
                ),
            }
        }
        RefusalGround::AlreadyConsidered
        | RefusalGround::NotOurResponsibility
        | RefusalGround::OtherStatedInPolicy => Ok(()),
    }
}
