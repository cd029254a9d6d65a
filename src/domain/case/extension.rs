//! Extending a stage (Code 6.4, 6.5, 6.15, 6.16, 5.9; E07), and why nothing is ever paused (E09).

use super::approvals::{check_not_declined, check_senior};
use super::assignment::check_stage;
use super::letters::{self, Outgoing};
use super::{ApprovalSubject, Case, Command, Context, Event, Extension};
use crate::domain::calendar::{day_and_year, london_date};
use crate::domain::clock::{ClockId, ExtensionCheck, extension_check};
use crate::domain::letter::{LetterKind, Wording};
use crate::domain::refusal::{Code, Refusal, bounded};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Command::Extend {
        stage,
        new_due,
        reason,
        update_every_days,
        resident_view,
        done_so_far,
        good_reason,
        approved_by,
        sending,
    } = command
    else {
        return Err(Refusal::new(
            Code::E09,
            "Clocks never pause: the Code has no stop for waiting on the resident, a contractor or a survey. Extend the \
             stage with a reason and a new date instead.",
        )
        .under("6.4"));
    };
    check_stage(*stage)?;
    let (paragraph, notice) = if *stage == 1 {
        ("6.4", "6.5")
    } else {
        ("6.15", "6.16")
    };
    let e07 = |field: &'static str, detail: String| {
        Refusal::new(Code::E07, detail).at(field).under(paragraph)
    };
    let run = case
        .stage_run(*stage)
        .filter(|_| *stage == case.stage() && !case.state.is_ended());
    let Some(run) = run else {
        return Err(Refusal::wrong_state(format!("Stage {stage} is not running.")).at("stage"));
    };
    if run.acknowledged_at.is_none() {
        return Err(Refusal::wrong_state(
            "Acknowledge the stage first: its response date runs from the acknowledgement.",
        )
        .at("stage")
        .under(if *stage == 1 { "6.3" } else { "6.14" }));
    }
    if run.response.is_some() {
        return Err(Refusal::wrong_state(
            "The response has been issued; there is nothing to extend.",
        )
        .at("stage"));
    }
    let Some(new_due) = *new_due else {
        return Err(e07(
            "new_due",
            "Give the new date by which the resident will have the response.".into(),
        ));
    };
    if reason.trim().is_empty() {
        return Err(e07(
            "reason",
            "Explain to the resident why more time is needed.".into(),
        ));
    }
    bounded(reason, "reason")?;
    bounded(done_so_far, "done_so_far")?;
    let Some(update_every_days) = update_every_days.filter(|days| *days > 0) else {
        return Err(e07(
            "update_every_days",
            "Agree with the resident how often they are updated, in days.".into(),
        )
        .under("5.9"));
    };
    if context.policy.ombudsman.block().is_empty() {
        return Err(e07(
            "ombudsman",
            "The notice must give the Ombudsman's contact details. Ask the administrator to fill them in.".into(),
        )
        .under(notice));
    }
    let mut facts = case
        .stage_facts(*stage)
        .ok_or_else(|| Refusal::wrong_state("The stage has not begun."))?;
    facts.hos_directed.clear();
    let policy = case.own_policy(&context.policy.clocks);
    // What counts is when it was recorded: a notice dated back would cure every breach (E07).
    let check = extension_check(&facts, new_due, context.now, context.calendar, &policy)
        .map_err(|error| e07("new_due", error.to_string()))?;
    if check.not_later {
        return Err(e07(
            "new_due",
            format!(
                "The response is already due on {}. Give a later date.",
                day_and_year(check.current_due)
            ),
        ));
    }
    if new_due < london_date(context.at) {
        return Err(e07(
            "new_due",
            "This date has passed. Promise one that can be kept.".into(),
        ));
    }
    check_not_declined(case, &ApprovalSubject::Extension { stage: *stage })
        .map_err(|detail| e07("approved_by", detail))?;
    if check.over_cap {
        check_over_cap(
            good_reason.as_deref(),
            approved_by.as_deref(),
            &check,
            context,
        )
        .map_err(|(f, d)| e07(f, d))?;
    }
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let extension = Extension {
        old_due: check.current_due,
        new_due,
        reason: reason.clone(),
        update_every_days,
        resident_view: *resident_view,
        good_reason: filled(good_reason),
        approved_by: filled(approved_by),
        decided_at: context.at,
        retrospective: check.retrospective,
        over_cap: check.over_cap,
    };
    let events = vec![Event::Extended {
        stage: *stage,
        extension,
    }];
    let clocks = case
        .after(&events, context)
        .clocks(context.calendar, &policy, context.now);
    let next_update = clocks
        .iter()
        .find(|clock| clock.id == ClockId::UpdateInterval);
    let outgoing = Outgoing {
        kind: LetterKind::Extension,
        stage: *stage,
        wording: Wording {
            text: done_so_far.clone(),
            due: next_update.map(|clock| clock.due),
            ..Wording::default()
        },
        sending,
        own: None,
    };
    letters::with_letter(case, events, outgoing, context)
}

fn check_over_cap(
    good_reason: Option<&str>,
    approved_by: Option<&str>,
    check: &ExtensionCheck,
    context: &Context<'_>,
) -> Result<(), (&'static str, String)> {
    let latest = day_and_year(check.latest_without_reason);
    if good_reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err((
            "good_reason",
            format!("Beyond {latest} the Code asks for a good reason. Record it."),
        ));
    }
    match approved_by
        .map(str::trim)
        .filter(|approver| !approver.is_empty())
    {
        None => Err((
            "approved_by",
            format!("An extension beyond {latest} needs a second person. Say who approved it."),
        )),
        Some(approver) => check_senior(approver, context).map_err(|detail| ("approved_by", detail)),
    }
}
