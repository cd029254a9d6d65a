//! Lists of cases: the work queue and all cases share one template.

use super::case_page::{Chip, Tag, due_chip, stage_tag};
use super::form::{Choice, Field};
use super::frame::Frame;
use super::words::{civil, day_and_month, short_date, wire};
use crate::desk::typed;
use crate::domain::calendar::Calendar;
use crate::domain::clock::{ClockStatus, RiskBand};
use chrono::{DateTime, NaiveDate, Utc};

/// A view of one's own that is on.
pub struct OwnView {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its address, to be shared.
    pub href: String,
}

/// A view.
pub struct Tab {
    /// Where it leads.
    pub href: String,
    /// Its words.
    pub label: String,
    /// How many cases it has.
    pub count: String,
    /// Whether it is on.
    pub current: bool,
}

/// One case in a list.
pub struct CaseLine {
    /// `C-2026-0042`.
    pub reference: String,
    /// A short title.
    pub title: String,
    /// The theme of its first point.
    pub theme: String,
    /// Care and other labels.
    pub tags: Vec<Tag>,
    /// How many records of other systems are linked to it; empty for none.
    pub links: String,
    /// The resident.
    pub resident: String,
    /// Their home.
    pub address: String,
    /// Its stage.
    pub stage: Tag,
    /// Who handles it; empty for nobody.
    pub owner: String,
    /// Whether it can be given to someone: an open complaint.
    pub assigns: bool,
    /// The deadline as a pill.
    pub chip: Chip,
    /// The deadline as a date.
    pub due: String,
    /// When it last changed.
    pub changed: String,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "cases.html")]
pub struct CasesPage {
    /// Around it.
    pub frame: Frame,
    /// Its heading.
    pub title: String,
    /// The parts of the line under it.
    pub lede: Vec<String>,
    /// What the person was reminded of, in words; empty for nothing new.
    pub reminders: String,
    /// The views that everybody has; none on the list of all cases.
    pub tabs: Vec<Tab>,
    /// The views of one's own.
    pub own_tabs: Vec<Tab>,
    /// The one of these that is on.
    pub own: Option<OwnView>,
    /// Where this list is kept as a view; empty where it is one, or is everything.
    pub keep: String,
    /// Whom the ticked cases may be given to; nobody when the person looking may not assign.
    pub takers: Vec<Choice>,
    /// This list, to come back to.
    pub here: String,
    /// Where the filter goes.
    pub action: &'static str,
    /// The filter.
    pub filter: Vec<Field>,
    /// The filters that may be typed.
    pub typed: [typed::Filter; typed::FILTERS.len()],
    /// The cases.
    pub rows: Vec<CaseLine>,
    /// What an empty list says.
    pub empty: &'static str,
    /// The first page; empty when this is it.
    pub first: String,
    /// The next page; empty when this is the last.
    pub next: String,
}

/// The pill and date of a case's next deadline.
pub fn deadline(
    due: Option<NaiveDate>,
    ended: bool,
    today: NaiveDate,
    due_soon: u16,
    calendar: &Calendar,
) -> (Chip, String) {
    let Some(due) = due else {
        let label = if ended { "Ended" } else { "No deadline" };
        return (
            Chip {
                label: label.into(),
                style: "done",
                icon: "check",
            },
            String::new(),
        );
    };
    let status = match RiskBand::of(today, due, due_soon, calendar) {
        Ok(RiskBand::Breach) => ClockStatus::Overdue,
        Ok(RiskBand::Red) => ClockStatus::DueToday,
        Ok(RiskBand::Amber) => ClockStatus::DueSoon,
        Ok(RiskBand::Green) | Err(_) => ClockStatus::Running,
    };
    (due_chip(due, status, today, calendar), short_date(due))
}

/// "Today", "Yesterday", `16 Nov`, or with the year when that is another one.
pub fn changed(at: DateTime<Utc>, today: NaiveDate) -> String {
    let day = civil(at);
    match (today - day).num_days() {
        0 => "Today".into(),
        1 => "Yesterday".into(),
        2..=300 => day_and_month(day),
        _ => short_date(day),
    }
}

/// The label of a stage, from the stage and the state on the wire.
pub fn stage(stage: u8, state: &impl serde::Serialize) -> Tag {
    stage_tag(stage, &wire(state))
}
