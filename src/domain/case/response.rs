//! Issuing a stage's full response (Code 6.3, 6.7, 6.9, 6.14, 6.18, 6.19; E03, E04, E05, E10, E13).

use super::approvals::{check_may_approve, check_not_declined};
use super::assignment::{check_reviewer, check_stage, check_unconflicted};
use super::letters::{self, Outgoing};
use super::remedies::check_approver;
use super::{
    Approval, ApprovalSubject, Case, Command, Context, Decision, Event, LetterBlock, Point,
    ProposedResponse, PutLetter, State,
};
use crate::domain::letter::{self, LetterKind, Wording, overall};
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
        letter: own,
        approved_by,
        changed_since,
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
    let wording = ProposedResponse {
        summary: summary.clone(),
        learning: learning.clone(),
    };
    let outcome = check_answers(case, *stage, &wording)?;
    if let Some(own) = own
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
    let agreed = case.agreed_letter(*stage);
    let differs = match agreed {
        Some((_, put)) => put.differs(&blocks(case, *stage, &wording, context)?),
        None => Vec::new(),
    };
    let changed_since = check_agreed(agreed, &differs, changed_since.as_deref(), context)?;
    // Whoever agreed to these very words has approved them, with what they offer.
    let approver = approver.or(agreed
        .filter(|_| differs.is_empty())
        .and_then(|(given, _)| given.answered_by.as_deref()));
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
        check_may_approve(approver, context)?;
    }
    events.push(Event::ResponseIssued {
        stage: *stage,
        summary: summary.clone(),
        outcome,
        approved_by: approver.map(str::to_owned),
        changed_since,
    });
    letters::with_letter(
        case,
        events,
        Outgoing {
            kind: kind(*stage),
            stage: *stage,
            wording: words(&wording),
            sending,
            own: *own,
        },
        context,
    )
}

/// Every point is decided, and the summary says something: the overall outcome (E03, E04).
fn check_answers(case: &Case, stage: u8, wording: &ProposedResponse) -> Result<Decision, Refusal> {
    let (every_point, contents) = if stage == 1 {
        ("6.7", "6.9")
    } else {
        ("6.18", "6.19")
    };
    let undecided: Vec<&Point> = case
        .open_points()
        .filter(|point| case.decision_at(point.id, stage).is_none())
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
    let Some(outcome) = overall(case, stage) else {
        return Err(e03(
            "The case has no points. Add what the resident complains of, and decide it.".into(),
        ));
    };
    if wording.summary.trim().is_empty() {
        return Err(Refusal::new(
            Code::E04,
            "The response needs a summary of what was found and what went wrong.",
        )
        .at("summary")
        .under(contents));
    }
    bounded(&wording.summary, "summary")?;
    bounded(&wording.learning, "learning")?;
    Ok(outcome)
}

/// The blocks of the letter that a response of `stage` would be now.
///
/// # Errors
/// E03 where a point has no decision, E04 for an empty summary.
pub(super) fn blocks(
    case: &Case,
    stage: u8,
    wording: &ProposedResponse,
    context: &Context<'_>,
) -> Result<Vec<LetterBlock>, Refusal> {
    check_answers(case, stage, wording)?;
    let (policy, people) = (context.policy, context.people);
    Ok(letter::compose(
        kind(stage),
        case,
        policy,
        &words(wording),
        people,
    ))
}

/// Two people: what goes is what the second agreed to, or the difference has its reason on the record.
fn check_agreed(
    agreed: Option<(&Approval, &PutLetter)>,
    differs: &[String],
    why: Option<&str>,
    context: &Context<'_>,
) -> Result<Option<String>, Refusal> {
    let Some((given, _)) = agreed else {
        if context.policy.two_people {
            let detail = "Here a second person agrees to every response before it goes. Put this letter to someone \
                 for approval.";
            return Err(Refusal::new(Code::E13, detail).at("approved_by"));
        }
        return Ok(None);
    };
    if differs.is_empty() {
        return Ok(None);
    }
    let why = why.map(str::trim).filter(|why| !why.is_empty());
    match why {
        Some(why) => {
            bounded(why, "changed_since")?;
            Ok(Some(why.to_owned()))
        }
        None => {
            let by = given.answered_by.as_deref().unwrap_or_default();
            let detail = format!(
                "The letter is not the one that {} approved. What differs: “{}”. Put it to them again, or say why it \
                 may go as it is.",
                context.people.name(by),
                differs.join("”, “")
            );
            Err(Refusal::invalid("changed_since", detail))
        }
    }
}

fn kind(stage: u8) -> LetterKind {
    if stage == 1 {
        LetterKind::ResponseS1
    } else {
        LetterKind::ResponseS2
    }
}

fn words(wording: &ProposedResponse) -> Wording {
    Wording {
        text: wording.summary.clone(),
        learning: wording.learning.clone(),
        ..Wording::default()
    }
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
