//! Asking for approval and giving it: by name, within limits, never one's own (E13).

use super::assignment::{check_reviewer, check_stage};
use super::letters::next;
use super::remedies::check_approver;
use super::{Approval, ApprovalSubject, Case, Command, Context, Event};
use crate::domain::ids::ApprovalId;
use crate::domain::refusal::{Code, Refusal, required};
use crate::domain::remedy::CompensationLine;

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::RequestApproval { subject, of, note } => {
            check_subject(case, subject)?;
            Ok(vec![Event::ApprovalRequested {
                approval: ApprovalId(next(case.approvals.len())),
                subject: subject.clone(),
                requested_of: of.clone(),
                note: note.clone(),
            }])
        }
        Command::Approve { approval, reason } => {
            let asked = open(case, *approval)?;
            not_own(asked, context)?;
            check_subject(case, &asked.subject)?;
            if asked.subject == (ApprovalSubject::Response { stage: 2 }) {
                check_reviewer(case, &context.actor.id, context).map_err(|r| r.at("approval"))?;
            }
            let mut events = vec![Event::ApprovalGiven {
                approval: *approval,
                reason: reason.clone(),
            }];
            if let ApprovalSubject::Remedy { remedy } = asked.subject
                && let Some(found) = case.remedies.iter().find(|found| found.id == remedy)
            {
                check_approver(found, &context.actor.id, context)?;
                let unapproved = |line: &CompensationLine| line.approved_by.is_none();
                if found.compensation.as_ref().is_some_and(unapproved) {
                    events.push(Event::CompensationApproved {
                        remedy,
                        approved_by: context.actor.id.clone(),
                    });
                }
            }
            Ok(events)
        }
        Command::DeclineApproval { approval, reason } => {
            not_own(open(case, *approval)?, context)?;
            required(reason, "reason", "why, so that it can be put right")?;
            Ok(vec![Event::ApprovalDeclined {
                approval: *approval,
                reason: reason.clone(),
            }])
        }
        _ => Ok(Vec::new()),
    }
}

/// What is approved is there, and still to be decided.
fn check_subject(case: &Case, subject: &ApprovalSubject) -> Result<(), Refusal> {
    match subject {
        ApprovalSubject::Remedy { remedy } if !case.remedies.iter().any(|r| r.id == *remedy) => {
            let detail = format!("The case has no remedy {remedy}.");
            Err(Refusal::new(Code::NotFound, detail).at("subject"))
        }
        ApprovalSubject::Response { stage } | ApprovalSubject::Extension { stage } => {
            check_stage(*stage)?;
            let open = *stage == case.stage()
                && case.stages.last().is_some_and(|run| run.response.is_none())
                && !case.state.is_ended();
            if open {
                return Ok(());
            }
            let detail = format!("Stage {stage} is not waiting for an answer.");
            Err(Refusal::wrong_state(detail).at("subject"))
        }
        ApprovalSubject::Remedy { .. } | ApprovalSubject::Refusal => Ok(()),
    }
}

fn open(case: &Case, id: ApprovalId) -> Result<&Approval, Refusal> {
    match case.approvals.iter().find(|found| found.id == id) {
        Some(asked) if asked.approved.is_none() => Ok(asked),
        Some(_) => Err(Refusal::wrong_state("This has already been answered.").at("approval")),
        None => Err(
            Refusal::new(Code::NotFound, format!("Approval {id} was not asked for."))
                .at("approval"),
        ),
    }
}

fn not_own(asked: &Approval, context: &Context<'_>) -> Result<(), Refusal> {
    if context.is_actor(&asked.requested_by) {
        return Err(Refusal::new(
            Code::E13,
            "You asked for this approval; someone else must give it.",
        )
        .at("approval"));
    }
    Ok(())
}
