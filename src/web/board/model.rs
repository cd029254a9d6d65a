//! What the board's page is made of.

use super::charts::MonthChart;
use crate::web::form::Choice;
use crate::web::frame::Frame;
use askama::Template;

/// A number and where it leads; nowhere when it is nothing.
pub struct Num {
    /// The number.
    pub text: String,
    /// The list behind it.
    pub href: String,
}

/// One of the large figures at the top.
pub struct Tile {
    /// The number.
    pub num: Num,
    /// What it is.
    pub label: &'static str,
    /// A line under it.
    pub note: String,
    /// Its edge: `late`, `soon` or empty.
    pub tone: &'static str,
}

/// Whether a step was in time.
pub struct Step {
    /// The step.
    pub label: String,
    /// The paragraph of the Code.
    pub rule: &'static str,
    /// In time.
    pub in_time: Num,
    /// Late.
    pub late: Num,
    /// Not done.
    pub waiting: Num,
    /// In time of those done.
    pub share: String,
    /// The same in the period before.
    pub before: String,
}

/// Volumes, medians and rates.
pub struct Line {
    /// What it is.
    pub label: String,
    /// Now.
    pub now: Num,
    /// What that is of, or in.
    pub note: String,
    /// In the period before.
    pub before: Num,
}

/// A segment of a bar.
pub struct Segment {
    /// Its colour's class.
    pub class: &'static str,
    /// Where it begins, in percent of the bar.
    pub x: String,
    /// How long it is.
    pub width: String,
}

/// A row of open cases by band.
pub struct BandRow {
    /// What the row is.
    pub label: String,
    /// Overdue, due today, due soon, on track, without a date.
    pub bands: [Num; 5],
    /// All.
    pub total: Num,
    /// The bar.
    pub bar: Vec<Segment>,
}

/// A table of open cases.
pub struct BandTable {
    /// Its heading.
    pub title: String,
    /// What its rows are.
    pub head: &'static str,
    /// Its rows.
    pub rows: Vec<BandRow>,
}

/// A row of a bar chart.
pub struct BarRow {
    /// What the row is.
    pub label: String,
    /// The period.
    pub now: Num,
    /// The one before.
    pub before: Num,
    /// How long the bar is, in percent.
    pub width: String,
}

/// A bar chart.
pub struct BarTable {
    /// Its heading.
    pub title: &'static str,
    /// What its rows are.
    pub head: &'static str,
    /// What it counts.
    pub note: &'static str,
    /// Its rows.
    pub rows: Vec<BarRow>,
}

/// A month of the trend.
pub struct MonthRow {
    /// The month.
    pub label: String,
    /// Received at stage 1, asked for stage 2, closed or withdrawn.
    pub counts: [Num; 3],
    /// Stage 1 acknowledged in time, answered in time from receipt; stage 2 the latter.
    pub shares: [String; 3],
}

/// The page.
#[derive(Template)]
#[template(path = "board.html")]
pub struct BoardPage {
    /// Around it.
    pub frame: Frame,
    /// When it was counted.
    pub at: String,
    /// The periods to choose from.
    pub periods: Vec<Choice>,
    /// The chosen one.
    pub period: String,
    /// Its days.
    pub days: String,
    /// The days before that it is compared with.
    pub days_before: String,
    /// The figures at the top.
    pub tiles: Vec<Tile>,
    /// What was in time.
    pub steps: Vec<Step>,
    /// Volumes, medians and rates.
    pub lines: Vec<Line>,
    /// Open cases.
    pub open: Vec<BandTable>,
    /// Themes and root causes.
    pub bars: Vec<BarTable>,
    /// The months drawn, wide and narrow.
    pub charts: Vec<MonthChart>,
    /// The months as a table.
    pub months: Vec<MonthRow>,
}
