//! Asking for approval and giving it: by name, within limits, never one's own (E13).

use super::assignment::{check_reviewer, check_stage};
use super::letters::next;
use super::remedies::check_approver;
use super::{
    Approval, ApprovalSubject, Case, Command, Context, Event, ProposedResponse, PutLetter, response,
};
use crate::domain::access::{Permission, Role, allowed};
use crate::domain::ids::ApprovalId;
use crate::domain::refusal::{Code, Refusal, required};
use crate::domain::remedy::CompensationLine;

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::RequestApproval {
            subject,
            of,
            note,
            response,
        } => {
            check_subject(case, subject)?;
            if let Some(of) = of.as_deref().filter(|of| !of.trim().is_empty()) {
                if context.is_actor(of) {
                    let detail = "Nobody approves their own. Ask someone else.";
                    return Err(Refusal::new(Code::E13, detail).at("of"));
                }
                check_may_approve(of, context).map_err(|refusal| refusal.at("of"))?;
            }
            let put = |wording| put(case, subject, wording, context);
            Ok(vec![Event::ApprovalRequested {
                approval: ApprovalId(next(case.approvals.len())),
                subject: subject.clone(),
                requested_of: of.clone(),
                note: note.clone(),
                letter: response.as_ref().map(put).transpose()?.map(Box::new),
            }])
        }
        Command::Approve { approval, reason } => {
            let asked = open(case, *approval)?;
            not_own(asked, context)?;
            check_subject(case, &asked.subject)?;
            if asked.subject == (ApprovalSubject::Response { stage: 2 }) {
                check_reviewer(case, &context.actor.id, context).map_err(|r| r.at("approval"))?;
            }
            let senior = context.actor.roles.iter().any(|role| SENIOR.contains(role));
            if asked.subject == ApprovalSubject::Refusal && !senior {
                let detail = "A refusal is approved by a team leader or a director.";
                return Err(Refusal::new(Code::E08, detail).at("approval"));
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

/// Those who agree to a refusal, or to more time than the Code gives (domain rules §11).
const SENIOR: [Role; 2] = [Role::TeamLeader, Role::Director];

/// Why `approver` may not be the second person to a refusal or a long extension: the one who decides, or
/// someone known here without the seniority.
pub(super) fn check_senior(approver: &str, context: &Context<'_>) -> Result<(), String> {
    if context.is_actor(approver) {
        return Err(
            "The second person cannot be the one who decides. Ask someone else to approve.".into(),
        );
    }
    match context.people.roles(approver) {
        Some(roles) if !roles.iter().any(|role| SENIOR.contains(role)) => Err(format!(
            "{} may not approve this. Ask a team leader or a director.",
            context.people.name(approver)
        )),
        _ => Ok(()),
    }
}

/// A “no” binds until someone says “yes” to the same thing. Of a refusal, a “no” at an earlier stage was to
/// another one.
pub(super) fn check_not_declined(case: &Case, subject: &ApprovalSubject) -> Result<(), String> {
    let since = case.stages.last().map(|run| run.received_at);
    let last = case
        .approvals
        .iter()
        .filter(|asked| asked.subject == *subject && asked.approved.is_some())
        .filter(|asked| {
            *subject != ApprovalSubject::Refusal
                || since.is_none_or(|since| asked.requested_at >= since)
        })
        .max_by_key(|asked| asked.answered_at);
    match last.filter(|asked| asked.approved == Some(false)) {
        Some(declined) => Err(format!(
            "{} declined to approve this: {} Put that right and ask for approval again.",
            declined.answered_by.as_deref().unwrap_or("The approver"),
            declined.reason.as_deref().unwrap_or_default()
        )),
        None => Ok(()),
    }
}

/// The letter that a response would be, as it is put to a second person.
fn put(
    case: &Case,
    subject: &ApprovalSubject,
    wording: &ProposedResponse,
    context: &Context<'_>,
) -> Result<PutLetter, Refusal> {
    let ApprovalSubject::Response { stage } = subject else {
        let detail = "Only a response has a letter that can be put to someone before it goes.";
        return Err(Refusal::invalid("response", detail));
    };
    case.letter_now(*stage, wording, context)
}

impl Case {
    /// The letter of this stage's response that a second person agreed to last, and their yes.
    pub fn agreed_letter(&self, stage: u8) -> Option<(&Approval, &PutLetter)> {
        let given = self
            .put_letters(stage)
            .filter(|(asked, _)| asked.approved == Some(true));
        given.max_by_key(|(asked, _)| asked.answered_at)
    }

    /// The letters of this stage's response that were put to somebody, oldest first.
    pub fn put_letters(
        &self,
        stage: u8,
    ) -> impl DoubleEndedIterator<Item = (&Approval, &PutLetter)> {
        let subject = ApprovalSubject::Response { stage };
        let put = self.approvals.iter().filter(move |a| a.subject == subject);
        put.filter_map(|asked| Some((asked, asked.letter.as_ref()?)))
    }

    /// The letter that a response of `stage` would be now, if it said this.
    ///
    /// # Errors
    /// E03 where a point has no decision, E04 for an empty summary.
    pub fn letter_now(
        &self,
        stage: u8,
        wording: &ProposedResponse,
        context: &Context<'_>,
    ) -> Result<PutLetter, Refusal> {
        Ok(PutLetter {
            wording: wording.clone(),
            blocks: response::blocks(self, stage, wording, context)?,
        })
    }
}

/// Whether someone known here has a role that may approve a response.
pub(super) fn check_may_approve(who: &str, context: &Context<'_>) -> Result<(), Refusal> {
    let may = |role: &Role| allowed(Permission::Approve).contains(role);
    match context.people.roles(who) {
        Some(roles) if !roles.iter().any(may) => {
            let name = context.people.name(who);
            let detail = format!(
                "{name} may not approve a response. Ask someone who may, such as a team leader."
            );
            Err(Refusal::invalid("approved_by", detail))
        }
        _ => Ok(()),
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
