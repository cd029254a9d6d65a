//! What people type into the box of a list: words, and filters such as `stage:2 due:<3d owner:me -is:refused`.
//!
//! [`Typed`] is the text as it is meant: parsed by `parse`, written again by `say`, and turned into a query of the
//! lists by `narrow`, which alone knows whose people, themes and calendar these are. [`FILTERS`] is the table that
//! the errors and the help on the page are made of.

pub mod narrow;
mod parse;
mod say;
mod wrong;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;

use crate::domain::case::State;
use crate::domain::category::RootCause;
use crate::domain::ids::CaseRef;
use crate::domain::intake::{Kind, Risk};

pub use wrong::Wrong;

/// What was typed; all of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed(pub Vec<Term>);

/// One word or filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// A minus stood before it: cases for which it holds are left out.
    pub minus: bool,
    /// What must hold.
    pub what: What,
}

/// What one word or filter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A reference, name, address or number begins with it. After a minus it is a whole word.
    Word(String),
    /// These words stand together, whole and in this order.
    Phrase(String),
    /// `stage:`, 1 or 2.
    Stage(u8),
    /// `state:`, where the case stands.
    State(State),
    /// `kind:`, a complaint or what is none.
    Kind(Kind),
    /// `risk:`, how carefully it must be watched.
    Risk(Risk),
    /// `cause:`, a root cause.
    Cause(RootCause),
    /// `linked:`, the kind of a record of another system.
    Linked(&'static str),
    /// `owner:`, who handles the current stage.
    Owner(Owner),
    /// `theme:`, a category or a heading, as it was typed.
    Theme(String),
    /// `is:`, what has a name of its own.
    Is(Is),
    /// `due:`, the next deadline.
    Due(Span),
    /// `received:`, the day of receipt.
    Received(Span),
    /// `near:`, a postcode or its first part.
    Near(String),
    /// `team:`, who was asked to contribute.
    Team(String),
    /// `ref:`, one case.
    Ref(CaseRef),
}

/// Whom `owner:` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Whoever looks.
    Me,
    /// Nobody yet.
    Nobody,
    /// An account or a name, or the beginning of one.
    Named(String),
}

/// What `is:` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// Not ended.
    Open,
    /// Refused, withdrawn or closed.
    Ended,
    /// Past its next deadline.
    Overdue,
    /// Handled by whoever looks.
    Mine,
    /// Handled by nobody.
    Unassigned,
    /// Waiting for an acknowledgement, at either stage.
    ToAcknowledge,
    /// Refused, wholly or in part.
    Refused,
    /// With the Ombudsman.
    Ombudsman,
    /// Waiting for a contribution of whoever looks.
    Asked,
}

impl Is {
    /// Each with the word that is typed.
    const ALL: [(Self, &str); 9] = [
        (Self::Open, "open"),
        (Self::Ended, "ended"),
        (Self::Overdue, "overdue"),
        (Self::Mine, "mine"),
        (Self::Unassigned, "unassigned"),
        (Self::ToAcknowledge, "to-acknowledge"),
        (Self::Refused, "refused"),
        (Self::Ombudsman, "ombudsman"),
        (Self::Asked, "asked"),
    ];
}

/// A stretch of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// `<`: before it begins.
    Before(Day),
    /// `<=`: until it ends.
    UpTo(Day),
    /// In it.
    On(Day),
    /// `>=`: from where it begins.
    From(Day),
    /// `>`: after it ends.
    After(Day),
    /// `a..b`: from where the one begins to where the other ends.
    Between(Day, Day),
}

/// A day, a month or a year, or a day by its distance from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// `today`.
    Today,
    /// `tomorrow`.
    Tomorrow,
    /// `yesterday`.
    Yesterday,
    /// `3d`: so many working days ahead for a deadline, so many days ago for a receipt.
    Days(u16),
    /// `2026-11-23`.
    Date(NaiveDate),
    /// `2026-11`.
    Month(i32, u32),
    /// `2026`.
    Year(i32),
}

/// One filter, as the help and the errors tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Its name, before the colon.
    pub name: &'static str,
    /// An example.
    pub example: &'static str,
    /// What it narrows to.
    pub about: &'static str,
}

const fn filter(name: &'static str, example: &'static str, about: &'static str) -> Filter {
    Filter {
        name,
        example,
        about,
    }
}

/// Every filter there is.
pub const FILTERS: [Filter; 14] = [
    filter(
        "is",
        "is:overdue",
        "open, ended, overdue, mine, unassigned, to-acknowledge, refused, ombudsman, or asked: of me",
    ),
    filter(
        "due",
        "due:<3d",
        "the next deadline: here in fewer than 3 working days, or past. Also today, tomorrow, 2026-11-30, >=2026-12, today..5d",
    ),
    filter(
        "received",
        "received:>=2026-01-01",
        "the day of receipt. Also 2026, 2026-11, <7d for fewer than 7 days ago, 2026-01..2026-03",
    ),
    filter("stage", "stage:2", "the stage, 1 or 2"),
    filter(
        "owner",
        "owner:me",
        "who handles it: me, none, or a name in quotation marks or its beginning",
    ),
    filter(
        "theme",
        "theme:damp_and_mould",
        "a theme or the heading it stands under",
    ),
    filter("state", "state:s2_requested", "where it stands"),
    filter("risk", "risk:high", "standard, raised or high"),
    filter(
        "cause",
        "cause:delay_contractor",
        "a root cause, once closed",
    ),
    filter("linked", "linked:repair", "a linked record of this kind"),
    filter(
        "kind",
        "kind:service_request",
        "complaint, service_request or survey_feedback",
    ),
    filter(
        "near",
        "near:\"SM3 9LP\"",
        "the postcode of the home, or its first part",
    ),
    filter(
        "team",
        "team:\"Harbour Repairs\"",
        "a team or firm that was asked to contribute",
    ),
    filter("ref", "ref:C-2026-0042", "one case"),
];

/// The kinds of linked records that lists know.
pub const LINKED: [&str; 5] = ["repair", "asb", "tenancy", "contact", "inspection"];

/// A filter with any value as it is typed, in quotation marks where it needs them.
///
/// The value must come from a list of ours or from [`Typed`]: a quotation mark inside it is left out.
pub fn write(name: &str, value: &str) -> String {
    let value: String = value.chars().filter(|c| !parse::is_quote(*c)).collect();
    if value.is_empty() || value.contains(char::is_whitespace) {
        format!("{name}:\"{value}\"")
    } else {
        format!("{name}:{value}")
    }
}
