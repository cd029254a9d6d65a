//! The clock strip: the sentence, its day boxes and why the date is what it is; and the six steps.

use crate::domain::calendar::Calendar;
use crate::domain::case::{Case, State};
use crate::domain::clock::{Clock, ClockId, ClockStatus, Length};
use crate::web::words::{civil, count, day_and_month, long_date, spoken};
use chrono::NaiveDate;

/// A deadline as a pill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chip {
    /// The words.
    pub label: String,
    /// `soon`, `late`, `done`, or empty for on track.
    pub style: &'static str,
    /// The icon's name.
    pub icon: &'static str,
}

/// The left half.
pub struct Strip {
    /// `soon`, `late`, `done`, or empty.
    pub style: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// "Stage 1 response due in 3 working days".
    pub sentence: String,
    /// "By end of Wednesday 25 November 2026. Day 7 of 10."
    pub detail: String,
    /// One box a working day; true for the days gone.
    pub days: Vec<bool>,
    /// Why this date.
    pub why: String,
    /// The paragraph behind it.
    pub rule: String,
}

/// One of the six steps.
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// "9 Nov, by phone".
    pub detail: String,
    /// `done`, `now` or `later`.
    pub state: &'static str,
}

/// One clock in the table of all clocks.
pub struct ClockRow {
    /// Its name and what it is about.
    pub name: String,
    /// The date in full.
    pub due: String,
    /// How it stands.
    pub chip: Chip,
    /// Why.
    pub why: String,
}

const ON_TOP: [ClockId; 5] = [
    ClockId::S1Ack,
    ClockId::S1Response,
    ClockId::S2Ack,
    ClockId::S2Response,
    ClockId::HosDirected,
];

/// How many working days from one day to a later one; nought when the calendar does not reach.
fn between(calendar: &Calendar, from: NaiveDate, to: NaiveDate) -> i64 {
    calendar.working_days_between(from, to).map_or(0, i64::from)
}

/// The pill of a clock.
pub fn chip(clock: &Clock, today: NaiveDate, calendar: &Calendar) -> Chip {
    let pill = |label: String, style, icon| Chip { label, style, icon };
    match clock.status {
        ClockStatus::Met => pill("Done in time".into(), "done", "check"),
        ClockStatus::MetLate => pill("Done late".into(), "done", "circle-alert"),
        ClockStatus::NotNeeded => pill("Not needed".into(), "done", "check"),
        _ => due_chip(clock.due, clock.status, today, calendar),
    }
}

/// The pill of a due date that is still open.
pub fn due_chip(
    due: NaiveDate,
    status: ClockStatus,
    today: NaiveDate,
    calendar: &Calendar,
) -> Chip {
    let (label, style, icon) = match status {
        ClockStatus::Overdue => {
            let late = between(calendar, due, today).max(1);
            (
                format!("{} overdue", count(late, "day", "days")),
                "late",
                "circle-alert",
            )
        }
        ClockStatus::DueToday => ("Due today".to_owned(), "soon", "clock"),
        status => {
            let left = between(calendar, today, due);
            let style = if status == ClockStatus::DueSoon {
                "soon"
            } else {
                ""
            };
            (
                format!("{} left", count(left, "day", "days")),
                style,
                if status == ClockStatus::Extended {
                    "hourglass"
                } else {
                    "clock"
                },
            )
        }
    };
    Chip { label, style, icon }
}

/// The clock that matters most now: of the stages' own, the open one that is due first.
fn foremost(clocks: &[Clock]) -> Option<&Clock> {
    clocks
        .iter()
        .filter(|clock| clock.is_open() && ON_TOP.contains(&clock.id))
        .min_by_key(|clock| clock.due)
}

/// The left half of the strip.
pub fn strip(case: &Case, clocks: &[Clock], today: NaiveDate, calendar: &Calendar) -> Strip {
    let Some(clock) =
        foremost(clocks).or_else(|| clocks.iter().filter(|c| c.is_open()).min_by_key(|c| c.due))
    else {
        return Strip {
            style: "done",
            icon: "circle-check",
            sentence: format!("{}: no deadline is running", spoken(&case.state)),
            detail: String::new(),
            days: Vec::new(),
            why: String::new(),
            rule: String::new(),
        };
    };
    let kind = clock.id.kind();
    let name = match &clock.subject {
        Some(subject) => format!("{} ({subject})", kind.name),
        None => kind.name.to_owned(),
    };
    let left = between(calendar, today, clock.due);
    let (sentence, style, icon) = match clock.status {
        ClockStatus::Overdue => {
            let late = between(calendar, clock.due, today).max(1);
            (
                format!(
                    "{name} overdue by {}",
                    count(late, "working day", "working days")
                ),
                "late",
                "circle-alert",
            )
        }
        ClockStatus::DueToday => (format!("{name} due today"), "soon", "clock"),
        ClockStatus::DueSoon => (
            format!(
                "{name} due in {}",
                count(left, "working day", "working days")
            ),
            "soon",
            "clock",
        ),
        ClockStatus::Extended => (
            format!(
                "{name} extended, due in {}",
                count(left, "working day", "working days")
            ),
            "",
            "hourglass",
        ),
        _ => (
            format!(
                "{name} due in {}",
                count(left, "working day", "working days")
            ),
            "",
            "clock",
        ),
    };
    let total = match clock.length {
        Length::WorkingDays(_) => between(calendar, clock.start, clock.due),
        _ => 0,
    };
    let gone = between(calendar, clock.start, today.max(clock.start)).min(total);
    let mut detail = format!("By end of {}.", long_date(clock.due));
    if total > 0 {
        detail.push_str(&if clock.status == ClockStatus::Overdue {
            format!(" The {total} working days are over.")
        } else {
            format!(" Day {gone} of {total}.")
        });
    }
    if let Some(from) = clock.extended_from {
        let reason = case
            .stages
            .last()
            .and_then(|run| run.extensions.last())
            .map(|e| e.reason.as_str())
            .unwrap_or_default();
        detail.push_str(&format!(" Extended from {}: {reason}", long_date(from)));
    }
    let days = if (1..=40).contains(&total) {
        (0..total).map(|day| day < gone).collect()
    } else {
        Vec::new()
    };
    Strip {
        style,
        icon,
        sentence,
        detail,
        days,
        why: clock.why.clone(),
        rule: kind.provision.to_owned(),
    }
}

/// Every clock of the case, open ones first.
pub fn rows(clocks: &[Clock], today: NaiveDate, calendar: &Calendar) -> Vec<ClockRow> {
    let mut ordered: Vec<&Clock> = clocks.iter().collect();
    ordered.sort_by_key(|clock| (!clock.is_open(), clock.due));
    let row = |clock: &Clock| ClockRow {
        name: clock.subject.as_ref().map_or_else(
            || clock.id.kind().name.to_owned(),
            |s| format!("{}: {s}", clock.id.kind().name),
        ),
        due: long_date(clock.due),
        chip: chip(clock, today, calendar),
        why: clock.why.clone(),
    };
    ordered.into_iter().map(row).collect()
}

/// The six steps; none for what is not a complaint.
pub fn steps(case: &Case, clocks: &[Clock]) -> Vec<Step> {
    let Some(one) = case.stage_run(1) else {
        return Vec::new();
    };
    let two = case.stage_run(2);
    let due = |id| {
        clocks
            .iter()
            .find(|c: &&Clock| c.id == id)
            .map(|c| format!("Due {}", day_and_month(c.due)))
    };
    let on = |at| day_and_month(civil(at));
    let ended = case.state.is_ended();
    let mut steps = vec![Step {
        name: "Logged",
        detail: format!(
            "{}, {}",
            on(case.received_at),
            spoken(&case.intake.channel).to_lowercase()
        ),
        state: "done",
    }];
    let mut add = |name, done: Option<String>, open: bool, waiting: String| {
        let state = match (&done, open) {
            (Some(_), _) => "done",
            (None, true) => "now",
            (None, false) => "later",
        };
        steps.push(Step {
            name,
            detail: done.unwrap_or(waiting),
            state,
        });
    };
    let ack = one.acknowledged_at.map(on);
    let response = one.response.as_ref().map(|r| on(r.at));
    let acked = ack.is_some();
    add(
        "Acknowledged",
        ack,
        !ended,
        due(ClockId::S1Ack).unwrap_or_default(),
    );
    let begun = one
        .acknowledged_at
        .filter(|_| case.state > State::S1Investigating || response.is_some())
        .map(on);
    add(
        "Stage 1 investigation",
        begun.map(|_| "Finished".to_owned()),
        acked && !ended,
        if acked {
            "In progress".into()
        } else {
            String::new()
        },
    );
    add(
        "Stage 1 response",
        response,
        false,
        due(ClockId::S1Response).unwrap_or_default(),
    );
    match two {
        Some(run) => add(
            "Stage 2",
            run.response.as_ref().map(|r| on(r.at)),
            !ended,
            due(ClockId::S2Response)
                .or(due(ClockId::S2Ack))
                .unwrap_or_default(),
        ),
        None => add("Stage 2", None, false, "If requested".into()),
    }
    let end = ended.then(|| match (&case.closing, case.state) {
        (Some(closing), State::Closed) => on(closing.at),
        (_, state) => spoken(&state),
    });
    add("Closed", end, false, String::new());
    steps
}
