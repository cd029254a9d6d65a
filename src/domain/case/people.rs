//! The people of a case after logging: adjustments, representatives, group members, and who may see it
//! (Code 3.6, 5.10; E14).

use super::logging::check_party;
use super::{Case, Command, Context, Event};
use crate::domain::access::same_person;
use crate::domain::calendar::london_date;
use crate::domain::refusal::{Code, Refusal, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::UpdateComplainant { complainant } => {
            check_party(complainant, "complainant")?;
            let mut complainant = complainant.clone();
            // Adjustments come and go by their own commands, with a reason (5.10); a form without them drops none.
            complainant.adjustments = case.complainant.adjustments.clone();
            Ok(vec![Event::ComplainantUpdated { complainant }])
        }
        Command::RecordAdjustment { adjustment } => {
            required(&adjustment.need, "adjustment", "what the resident needs")
                .map_err(|r| r.under("5.10"))?;
            let mut adjustment = adjustment.clone();
            adjustment.agreed_on.get_or_insert(london_date(context.at));
            adjustment.ended_on = None;
            Ok(vec![Event::AdjustmentRecorded { adjustment }])
        }
        Command::EndAdjustment { need, reason } => {
            if !case
                .complainant
                .active_adjustments()
                .any(|adjustment| adjustment.need == *need)
            {
                return Err(
                    Refusal::new(Code::NotFound, "This adjustment is not in force.").at("need"),
                );
            }
            required(reason, "reason", "why it no longer applies").map_err(|r| r.under("5.10"))?;
            Ok(vec![Event::AdjustmentEnded {
                need: need.clone(),
                ended_on: london_date(context.at),
                reason: reason.clone(),
            }])
        }
        Command::AppointRepresentative { representative } => {
            required(
                &representative.name,
                "representative",
                "the representative's name",
            )?;
            if let (Some(from), Some(to)) = (representative.valid_from, representative.valid_to)
                && to < from
            {
                return Err(Refusal::invalid(
                    "representative",
                    "The consent ends before it begins.",
                ));
            }
            let mut representative = representative.clone();
            representative.withdrawn_at = None;
            Ok(vec![Event::RepresentativeAppointed { representative }])
        }
        Command::EndRepresentative { reason } => {
            match case
                .representative
                .as_ref()
                .filter(|known| known.withdrawn_at.is_none())
            {
                Some(_) => Ok(vec![Event::RepresentativeWithdrawn {
                    reason: reason.clone(),
                }]),
                None => Err(Refusal::new(
                    Code::NotFound,
                    "Nobody represents the resident.",
                )),
            }
        }
        Command::AddMember { member } => {
            check_party(member, "member")?;
            Ok(vec![Event::MemberAdded {
                member: member.clone(),
            }])
        }
        Command::SetMemberLetters { member, wanted } => {
            let known = case.members.iter().find(|m| same_person(&m.name, member));
            let Some(known) = known else {
                let detail = format!(
                    "Nobody called “{}” is a member of this group.",
                    member.trim()
                );
                return Err(Refusal::new(Code::NotFound, detail).at("member"));
            };
            if known.no_letters != *wanted {
                let detail = format!(
                    "{} {} the letters already.",
                    known.name,
                    if *wanted { "gets" } else { "does not get" }
                );
                return Err(Refusal::invalid("wanted", detail));
            }
            Ok(vec![Event::MemberLettersSet {
                member: known.name.clone(),
                wanted: *wanted,
            }])
        }
        Command::Restrict { people, reason } => restrict(people, reason, context),
        Command::LiftRestriction { reason } => {
            if case.restricted.is_none() {
                return Err(Refusal::wrong_state("The case is not restricted."));
            }
            required(reason, "reason", "why it can be seen by all again")?;
            Ok(vec![Event::RestrictionLifted {
                reason: reason.clone(),
            }])
        }
        Command::RecordSatisfaction {
            stage,
            answer,
            comment,
        } => {
            super::assignment::check_stage(*stage)?;
            if case
                .stage_run(*stage)
                .and_then(|run| run.response.as_ref())
                .is_none()
            {
                return Err(Refusal::wrong_state(
                    "The resident is asked once that stage has been answered.",
                )
                .at("stage"));
            }
            Ok(vec![Event::SatisfactionRecorded {
                stage: *stage,
                answer: *answer,
                comment: comment.clone(),
            }])
        }
        _ => Ok(Vec::new()),
    }
}

/// E14: a restriction names who may see the case, and never locks out the one who sets it.
fn restrict(people: &[String], reason: &str, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    required(reason, "reason", "why the case is restricted")?;
    let people: Vec<String> = people
        .iter()
        .map(|p| p.trim().to_owned())
        .filter(|p| !p.is_empty())
        .collect();
    if people.is_empty() {
        return Err(Refusal::new(Code::E14, "Name the people who may see the case.").at("people"));
    }
    if !people.contains(&context.actor.id) {
        return Err(Refusal::new(
            Code::E14,
            format!(
                "Include yourself ({}): a case that its keeper cannot open cannot be answered.",
                context.actor.id
            ),
        )
        .at("people"));
    }
    Ok(vec![Event::Restricted {
        people,
        reason: reason.to_owned(),
    }])
}
