//! Asking for approval and giving it: by name, within limits, never one's own (E13).

use super::letters::next;
use super::remedies::check_approver;
use super::{Approval, ApprovalSubject, Case, Command, Context, Event};
use crate::domain::access::same_person;
use crate::domain::ids::ApprovalId;
use crate::domain::refusal::{Code, Refusal, required};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::RequestApproval { subject, of, note } => {
            if let ApprovalSubject::Remedy { remedy } = subject {
                if !case.remedies.iter().any(|found| found.id == *remedy) {
                    return Err(Refusal::new(
                        Code::NotFound,
                        format!("The case has no remedy {remedy}."),
                    )
                    .at("subject"));
                }
            }
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
            let mut events = vec![Event::ApprovalGiven {
                approval: *approval,
                reason: reason.clone(),
            }];
            if let ApprovalSubject::Remedy { remedy } = asked.subject {
                if let Some(found) = case.remedies.iter().find(|found| found.id == remedy) {
                    check_approver(found, &context.actor.id, context)?;
                    if found.compensation.is_some() {
                        events.push(Event::CompensationApproved {
                            remedy,
                            approved_by: context.actor.id.clone(),
                        });
                    }
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
    if same_person(&asked.requested_by, &context.actor.id) {
        return Err(Refusal::new(
            Code::E13,
            "You asked for this approval; someone else must give it.",
        )
        .at("approval"));
    }
    Ok(())
}
