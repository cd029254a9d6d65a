//! Issuing a stage's full response (Code 6.3, 6.7, 6.9, 6.14, 6.18, 6.19; E03, E04, E05, E10, E13).

use super::approvals::check_not_declined;
use super::assignment::{check_reviewer, check_stage, check_unconflicted};
use super::letters::{self, Outgoing};
use super::remedies::check_approver;
use super::{ApprovalSubject, Case, Command, Context, Event, Point, State};
use crate::domain::access::{Permission, Role, allowed};
use crate::domain::letter::{LetterKind, Wording, overall};
use crate::domain::refusal::{Code, Refusal, bounded};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Command::Respond {
        stage,
        summary,
        learning,
        letter,
        approved_by,
        sending,
    } = command
    else {
        return Ok(Vec::new());
    };
    check_stage(*stage)?;
    check_state(case, *stage)?;
    check_unconflicted(case, context)?;
    if case
        .stage_run(*stage)
        .and_then(|run| run.acknowledged_at)
        .is_some_and(|at| context.at < at)
    {
        return Err(Refusal::invalid(
            "at",
            "The response cannot be older than the acknowledgement.",
        ));
    }
    let (every_point, contents) = if *stage == 1 {
        ("6.7", "6.9")
    } else {
        ("6.18", "6.19")
    };
    let undecided: Vec<&Point> = case
        .open_points()
        .filter(|point| case.decision_at(point.id, *stage).is_none())
        .collect();
    let e03 = |detail: String| {
        Refusal::new(Code::E03, detail)
            .at("points")
            .under(every_point)
    };
    if !undecided.is_empty() {
        let names: Vec<String> = undecided
            .iter()
            .map(|point| format!("point {} ({})", point.id, short(&point.text)))
            .collect();
        return Err(e03(format!(
            "Every point needs a decision with its reasons. Still open: {}.",
            names.join(", ")
        )));
    }
    let Some(outcome) = overall(case, *stage) else {
        return Err(e03(
            "The case has no points. Add what the resident complains of, and decide it.".into(),
        ));
    };
    if summary.trim().is_empty() {
        return Err(Refusal::new(
            Code::E04,
            "The response needs a summary of what was found and what went wrong.",
        )
        .at("summary")
        .under(contents));
    }
    bounded(summary, "summary")?;
    bounded(learning, "learning")?;
    if let Some(own) = letter
        && !case.documents.iter().any(|document| document.id == *own)
    {
        return Err(Refusal::new(
            Code::NotFound,
            format!("The case has no document {own}. Attach the letter first."),
        )
        .at("letter"));
    }
    let approver = approved_by
        .as_deref()
        .map(str::trim)
        .filter(|approver| !approver.is_empty());
    if *stage == 2 {
        let run = case.stage_run(2);
        if let Some(handler) = run.and_then(|run| run.handler.as_deref()) {
            check_reviewer(case, handler, context)?;
        }
        if !context.actor.is_token {
            check_reviewer(case, &context.actor.id, context)?;
        }
        if let Some(approver) = approver {
            check_reviewer(case, approver, context).map_err(|refusal| refusal.at("approved_by"))?;
        }
    }
    check_not_declined(case, &ApprovalSubject::Response { stage: *stage })
        .map_err(|detail| Refusal::wrong_state(detail).at("approved_by"))?;
    let mut events = approvals(case, *stage, approver, context)?;
    if let Some(approver) = approver {
        let may = |role: &Role| allowed(Permission::Approve).contains(role);
        if context
            .people
            .roles(approver)
            .is_some_and(|roles| !roles.iter().any(may))
        {
            let name = context.people.name(approver);
            let detail = format!(
                "{name} may not approve a response. Ask someone who may, such as a team leader."
            );
            return Err(Refusal::invalid("approved_by", detail));
        }
    }
    events.push(Event::ResponseIssued {
        stage: *stage,
        summary: summary.clone(),
        outcome,
        approved_by: approver.map(str::to_owned),
    });
    let kind = if *stage == 1 {
        LetterKind::ResponseS1
    } else {
        LetterKind::ResponseS2
    };
    let wording = Wording {
        text: summary.clone(),
        learning: learning.clone(),
        ..Wording::default()
    };
    letters::with_letter(
        case,
        events,
        Outgoing {
            kind,
            stage: *stage,
            wording,
            sending,
            own: *letter,
        },
        context,
    )
}

fn check_state(case: &Case, stage: u8) -> Result<(), Refusal> {
    let run = case.stage_run(stage);
    if run.is_some_and(|run| run.response.is_some()) {
        return Err(Refusal::new(
            Code::E10,
            format!("The stage {stage} response has been issued and stays as it is. To correct it, issue an addendum."),
        )
        .at("stage")
        .under("5.12"));
    }
    let ready = match stage {
        1 => matches!(case.state, State::S1Acknowledged | State::S1Investigating),
        _ => matches!(case.state, State::S2Acknowledged | State::S2Investigating),
    };
    if ready {
        return Ok(());
    }
    let way = match run {
        None => format!("Stage {stage} has not begun."),
        Some(run) if run.acknowledged_at.is_none() => {
            "Acknowledge and define the complaint first, on the same day if the answer is known."
                .to_owned()
        }
        Some(_) => "The case has ended.".to_owned(),
    };
    Err(Refusal::wrong_state(way).at("stage"))
}

/// E13: the sums this response offers are approved, before or by its approver.
fn approvals(
    case: &Case,
    stage: u8,
    approver: Option<&str>,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    for remedy in case
        .remedies
        .iter()
        .filter(|remedy| remedy.offered_at_stage == stage)
    {
        let Some(line) = remedy
            .compensation
            .as_ref()
            .filter(|line| line.approved_by.is_none())
        else {
            continue;
        };
        let Some(approver) = approver else {
            return Err(Refusal::new(
                Code::E13,
                format!(
                    "{} has not been approved. Say who approved it, or ask for approval first.",
                    line.amount
                ),
            )
            .at("approved_by"));
        };
        check_approver(remedy, approver, context)?;
        check_not_declined(case, &ApprovalSubject::Remedy { remedy: remedy.id })
            .map_err(|detail| Refusal::new(Code::E13, detail).at("approved_by"))?;
        if context.is_actor(approver) {
            return Err(Refusal::new(
                Code::E13,
                "You issue this response; someone else must approve the sum it offers.",
            )
            .at("approved_by"));
        }
        events.push(Event::CompensationApproved {
            remedy: remedy.id,
            approved_by: approver.to_owned(),
        });
    }
    Ok(events)
}

fn short(text: &str) -> String {
    let mut words: String = text.chars().take(50).collect();
    if words.len() < text.len() {
        words.push('…');
    }
    words
}
