//! Remedies and the actions that carry them through (Code 7.1 to 7.4, 6.6; E11, E13).

use chrono::NaiveDate;

use super::letters::next;
use super::money::sum_offered;
use super::{Case, Command, Context, Event, State};
use crate::domain::access::Role;
use crate::domain::calendar::{day_and_year, london_date};
use crate::domain::ids::{ActionId, DocumentId, PointId, RemedyId};
use crate::domain::refusal::{Code, Refusal, bounded, required};
use crate::domain::remedy::{Action, ActionStatus, Remedy};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::OfferRemedy { .. } => offer(case, command, context),
        Command::AnswerRemedy { remedy, accepted } => {
            find(case, *remedy)?;
            Ok(vec![Event::RemedyAnswered {
                remedy: *remedy,
                accepted: *accepted,
            }])
        }
        Command::RecordPayment {
            remedy,
            paid_on,
            method,
            evidence,
            set_off_agreement,
        } => {
            let found = find(case, *remedy)?;
            let Some(line) = &found.compensation else {
                return Err(Refusal::invalid(
                    "remedy",
                    "This remedy has no money in it.",
                ));
            };
            if line.approved_by.is_none() {
                return Err(Refusal::new(
                    Code::E13,
                    "This sum has not been approved. Have it approved before it is paid.",
                )
                .at("remedy"));
            }
            if line.paid_on.is_some() {
                return Err(Refusal::wrong_state("This sum has already been paid.").at("remedy"));
            }
            if case.actions.iter().any(|action| {
                Some(action.id) == found.action && action.status == ActionStatus::Cancelled
            }) {
                return Err(Refusal::wrong_state(
                    "This payment was cancelled. Offer the sum again.",
                )
                .at("remedy"));
            }
            let ceiling = context.policy.limits.finance_above;
            if line.amount > ceiling && !context.actor.roles.contains(&Role::Finance) {
                return Err(Refusal::new(
                    Code::E13,
                    format!("Sums above {ceiling} are countersigned: someone in finance records the payment."),
                )
                .at("remedy"));
            }
            required(method, "method", "how it was paid")?;
            past(*paid_on, "paid_on", context)?;
            let promised = case
                .actions
                .iter()
                .find(|action| Some(action.id) == found.action)
                .map(|action| action.promised_on);
            if promised.is_some_and(|promised| *paid_on < promised) {
                let detail = "The sum was not yet offered on this day. Check the date.";
                return Err(Refusal::invalid("paid_on", detail));
            }
            check_documents(case, evidence)?;
            Ok(vec![Event::CompensationPaid {
                remedy: *remedy,
                paid_on: *paid_on,
                method: method.clone(),
                evidence: evidence.clone(),
                set_off_agreement: set_off_agreement
                    .clone()
                    .filter(|text| !text.trim().is_empty()),
            }])
        }
        Command::PromiseAction { what, owner, due } => {
            if case.state.is_ended() {
                let detail = "The case has ended, and what was promised with it. Reopen it first.";
                return Err(Refusal::wrong_state(detail));
            }
            required(what, "what", "what will be done")?;
            required(owner, "owner", "who will see that it is done")?;
            let action = promise(case, None, what, owner, *due, context)?;
            Ok(vec![Event::ActionPromised { action }])
        }
        Command::CompleteAction {
            action,
            evidence,
            reason,
            resident_told,
        } => {
            let open = open_action(case, *action)?;
            check_paid(case, open)?;
            not_before(open.promised_on, "the action was promised", context)?;
            check_documents(case, evidence)?;
            if evidence.is_empty()
                && reason
                    .as_deref()
                    .is_none_or(|reason| reason.trim().is_empty())
            {
                return Err(Refusal::invalid(
                    "evidence",
                    "Attach what shows that it was done, or say how you know.",
                )
                .under("7.3"));
            }
            Ok(vec![Event::ActionCompleted {
                action: *action,
                completed_on: london_date(context.at),
                evidence: evidence.clone(),
                note: reason.clone(),
                resident_told: *resident_told,
            }])
        }
        Command::CancelAction {
            action,
            reason,
            resident_told,
            ..
        } => {
            open_action(case, *action)?;
            let reason = reason.as_deref().unwrap_or_default();
            if reason.trim().is_empty() {
                return Err(
                    Refusal::new(Code::E11, "Say why what was promised will not be done.")
                        .at("reason")
                        .under("7.3"),
                );
            }
            Ok(vec![Event::ActionCancelled {
                action: *action,
                cancelled_on: london_date(context.at),
                reason: reason.to_owned(),
                resident_told: *resident_told,
            }])
        }
        Command::TellResident { action } => {
            match case.actions.iter().find(|found| found.id == *action) {
                Some(found) if found.status != ActionStatus::Open => {
                    Ok(vec![Event::ResidentToldOfAction { action: *action }])
                }
                Some(_) => Err(Refusal::wrong_state("The action is still open.").at("action")),
                None => Err(no_action(*action)),
            }
        }
        _ => Ok(Vec::new()),
    }
}

fn offer(case: &Case, command: &Command, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Command::OfferRemedy {
        kind,
        description,
        points,
        due,
        owner,
        impact,
        ..
    } = command
    else {
        return Ok(Vec::new());
    };
    if case.stage() == 0
        || matches!(
            case.state,
            State::Refused | State::Withdrawn | State::Closed
        )
    {
        return Err(Refusal::wrong_state(
            "A remedy is offered while the complaint is open. Reopen it first.",
        ));
    }
    required(
        description,
        "description",
        "what will be done, in words for the resident",
    )?;
    for point in points {
        check_point(case, *point)?;
    }
    let compensation = sum_offered(command, context.rates, london_date(context.at))?;
    let id = RemedyId(next(case.remedies.len()));
    let owner = owner
        .as_deref()
        .map(str::trim)
        .filter(|owner| !owner.is_empty());
    let action = match due {
        Some(due) => {
            let handler = case.handler().unwrap_or(&context.actor.id);
            Some(promise(
                case,
                Some(id),
                description,
                owner.unwrap_or(handler),
                *due,
                context,
            )?)
        }
        None if kind.done_by_the_letter() && compensation.is_none() => None,
        None => {
            return Err(Refusal::invalid(
                "due",
                "A remedy says what will happen and by when. Give the date.",
            )
            .under("7.3"));
        }
    };
    let remedy = Remedy {
        id,
        kind: *kind,
        description: description.clone(),
        points: points.clone(),
        offered_at_stage: case.stage(),
        after_response: case.stages.last().is_some_and(|run| run.response.is_some()),
        proposed_by: context.actor.id.clone(),
        impact: impact.clone(),
        accepted: None,
        compensation,
        action: action.as_ref().map(|action| action.id),
    };
    Ok(vec![Event::RemedyOffered { remedy, action }])
}

fn promise(
    case: &Case,
    remedy: Option<RemedyId>,
    what: &str,
    owner: &str,
    due: NaiveDate,
    context: &Context<'_>,
) -> Result<Action, Refusal> {
    bounded(what, "what")?;
    let promised_on = london_date(context.at);
    if due < promised_on {
        return Err(Refusal::invalid(
            "due",
            "The date promised has already passed. Promise one that can be kept.",
        )
        .under("7.3"));
    }
    crate::domain::calendar::in_range(due)
        .map_err(|error| Refusal::invalid("due", error.to_string()))?;
    Ok(Action {
        id: ActionId(next(case.actions.len())),
        remedy,
        what: what.to_owned(),
        owner: owner.to_owned(),
        promised_on,
        due,
        status: ActionStatus::Open,
        evidence: Vec::new(),
        ended_on: None,
        reason: None,
        resident_told: false,
    })
}

fn find(case: &Case, remedy: RemedyId) -> Result<&Remedy, Refusal> {
    case.remedies
        .iter()
        .find(|found| found.id == remedy)
        .ok_or_else(|| {
            Refusal::new(Code::NotFound, format!("The case has no remedy {remedy}.")).at("remedy")
        })
}

fn no_action(action: ActionId) -> Refusal {
    Refusal::new(Code::NotFound, format!("The case has no action {action}.")).at("action")
}

/// Money is done when it is paid: an action that carries a sum is completed by the payment's record.
fn check_paid(case: &Case, action: &Action) -> Result<(), Refusal> {
    let unpaid = case.remedies.iter().find(|remedy| {
        let unpaid = remedy
            .compensation
            .as_ref()
            .is_some_and(|line| line.paid_on.is_none());
        remedy.action == Some(action.id) && unpaid
    });
    match unpaid {
        Some(remedy) => Err(Refusal::wrong_state(format!(
            "Remedy {} has a sum that has not been paid. Record the payment.",
            remedy.id
        ))
        .at("action")
        .under("7.3")),
        None => Ok(()),
    }
}

fn open_action(case: &Case, action: ActionId) -> Result<&Action, Refusal> {
    match case.actions.iter().find(|found| found.id == action) {
        Some(found) if found.status == ActionStatus::Open => Ok(found),
        Some(_) => Err(
            Refusal::wrong_state("This action has already been done or cancelled.").at("action"),
        ),
        None => Err(no_action(action)),
    }
}

fn check_point(case: &Case, point: PointId) -> Result<(), Refusal> {
    if case.point(point).is_some() {
        return Ok(());
    }
    Err(Refusal::new(Code::NotFound, format!("The case has no point {point}.")).at("points"))
}

pub(super) fn check_documents(case: &Case, documents: &[DocumentId]) -> Result<(), Refusal> {
    for id in documents {
        if !case.documents.iter().any(|document| document.id == *id) {
            return Err(Refusal::new(
                Code::NotFound,
                format!("The case has no document {id}. Attach it first."),
            )
            .at("evidence"));
        }
    }
    Ok(())
}

/// Nothing is done before it was asked for.
pub(super) fn not_before(day: NaiveDate, what: &str, context: &Context<'_>) -> Result<(), Refusal> {
    if london_date(context.at) >= day {
        return Ok(());
    }
    let detail = format!(
        "This is before {what}, on {}. Check the date.",
        day_and_year(day)
    );
    Err(Refusal::invalid("at", detail))
}

pub(super) fn past(
    day: NaiveDate,
    field: &'static str,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if day > london_date(context.now) {
        return Err(Refusal::invalid(field, "This day is in the future."));
    }
    Ok(())
}

/// E13: whether `approver` may agree to the money in `remedy`.
pub(super) fn check_approver(
    remedy: &Remedy,
    approver: &str,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let Some(line) = &remedy.compensation else {
        return Ok(());
    };
    let e13 = |detail: String| Err(Refusal::new(Code::E13, detail).at("approved_by"));
    if context.is_same(approver, &remedy.proposed_by) {
        return e13(format!(
            "{approver} proposed {} and cannot approve it. Ask someone else with the authority.",
            line.amount
        ));
    }
    let limits = &context.policy.limits;
    let limit = match context.people.roles(approver) {
        Some(roles) => limits.limit(&roles),
        // A second person without an account, such as a board member of a small landlord.
        None => Some(limits.officer),
    };
    match limit {
        Some(limit) if line.amount > limit => e13(format!(
            "{} is more than {approver} may approve ({limit}). Ask someone with a higher limit.",
            line.amount
        )),
        _ => Ok(()),
    }
}
