//! The form of the board that may be published: no person, no open case, no restricted case, and no number under five.

use super::page::{days, median, percent, theme};
use crate::desk::board::{Board, Both, Figures};
use crate::desk::learning::Kept;
use crate::domain::access::Actor;
use crate::domain::category::Tree;
use crate::domain::learning::YouSaid;
use crate::domain::measure::{FEW, Group, Measure, Period, Shown, at_least, permille, protected};
use crate::web::form::Choice;
use crate::web::frame::Frame;
use crate::web::shell::Web;
use crate::web::words::{long_date, spoken, wire};
use askama::Template;

/// A table of the published form.
pub struct Table {
    /// Its heading.
    pub title: &'static str,
    /// What its numbers are.
    pub note: &'static str,
    /// The heads of its columns.
    pub head: Vec<String>,
    /// Its rows; the first cell is the row's head.
    pub rows: Vec<Vec<String>>,
}

/// The page.
#[derive(Template)]
#[template(path = "board_published.html")]
pub struct PublishedPage {
    /// Around it.
    pub frame: Frame,
    /// The periods to choose from.
    pub periods: Vec<Choice>,
    /// The chosen one.
    pub period: String,
    /// Its days.
    pub days: String,
    /// The tables.
    pub tables: Vec<Table>,
}

pub(super) fn page(
    web: &Web,
    actor: &Actor,
    board: &Board,
    told: &[Kept],
    period: Period,
) -> PublishedPage {
    let choices = Period::ALL.map(|period| Choice::new(wire(&period), period.words()));
    PublishedPage {
        frame: web.frame(actor, "/board"),
        periods: choices.into(),
        period: wire(&period),
        days: days(board.span),
        tables: tables(board, told, web.desk.book().categories()),
    }
}

/// The tables, without anything that must not be told.
pub(super) fn tables(board: &Board, told: &[Kept], tree: &Tree) -> Vec<Table> {
    let spans = || vec![days(board.span), days(board.span_before)];
    let head = |first: &str| [vec![first.to_owned()], spans()].concat();
    let both = [&board.figures, &board.figures_before];
    let row = |label: String, cell: &dyn Fn(&Figures) -> String| {
        let cells = both.iter().map(|figures| cell(figures));
        [label].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let volume = |measure: Measure| row(measure.words(), &|figures| alone(figures.count(measure)));
    let in_time = |label: &str, stage, [part, rest]: [Group; 2]| {
        row(label.to_owned(), &|figures| {
            of_whole(figures.of(stage, part), figures.of(stage, rest))
        })
    };
    let (acknowledged, answered) = (
        [Group::AcknowledgedInTime, Group::AcknowledgedLate],
        [Group::AnsweredInTime, Group::AnsweredLate],
    );
    let middle = |label: &str, stage: u8| {
        row(
            label.to_owned(),
            &|figures| match figures.of(stage, Group::Answered) {
                0..FEW => NOT_SHOWN.to_owned(),
                _ => median(figures.median_tenths[usize::from(stage - 1)]),
            },
        )
    };
    let rate = |label: &str, stage, group| {
        row(label.to_owned(), &|figures| {
            let part = figures.of(stage, group);
            let whole = figures.of(stage, Group::Received);
            of_whole(part, whole.saturating_sub(part))
        })
    };
    let mut all = vec![
        Table {
            title: "Complaints",
            note: "Counted in the period in which they were received at the stage, or ended.",
            head: head("Complaints"),
            rows: vec![
                volume(Measure::Stage(1, Group::Received)),
                volume(Measure::Stage(2, Group::Received)),
                volume(Measure::Ended),
            ],
        },
        Table {
            title: "In time",
            note: "Of those acknowledged, and of those answered. Answered in time is counted from receipt, with extensions that were valid: the stricter reading of the Code.",
            head: head("Step"),
            rows: vec![
                in_time("Stage 1 acknowledged in time", 1, acknowledged),
                in_time("Stage 1 answered in time", 1, answered),
                in_time("Stage 2 acknowledged in time", 2, acknowledged),
                in_time("Stage 2 answered in time", 2, answered),
            ],
        },
        Table {
            title: "How long it took",
            note: "Working days from receipt to the answer, in the middle; and the share that was extended or went on.",
            head: head("Measure"),
            rows: vec![
                middle("Stage 1 median working days", 1),
                middle("Stage 2 median working days", 2),
                rate("Stage 1 extended", 1, Group::Extended),
                rate("Taken on to stage 2", 1, Group::Escalated),
            ],
        },
        Table {
            title: "Each month",
            note: "The last twelve months; the last one is not over.",
            head: [
                "Month",
                "Received at stage 1",
                "Stage 2 requested",
                "Closed or withdrawn",
            ]
            .map(str::to_owned)
            .into(),
            rows: months(board),
        },
        Table {
            title: "Themes",
            note: "Complaints received. One with points of several themes counts under each.",
            head: head("Theme"),
            rows: groups(
                board
                    .themes
                    .iter()
                    .map(|(top, both)| (theme(tree, top), *both)),
            ),
        },
        Table {
            title: "Root causes",
            note: "Complaints closed, by the cause chosen then.",
            head: head("Root cause"),
            rows: groups(
                board
                    .root_causes
                    .iter()
                    .map(|(cause, both)| (spoken(cause), *both)),
            ),
        },
    ];
    all.extend(you_said(board, told));
    all
}

/// What changed in the period because of complaints, as the landlord tells residents (Code 8.1, 9.1); nothing for a
/// period in which nothing was done.
fn you_said(board: &Board, told: &[Kept]) -> Option<Table> {
    let in_period = |kept: &&Kept| {
        let ended = kept.learning.ended_on;
        ended.is_some_and(|on| (board.span.from..=board.span.to).contains(&on))
    };
    let row = |kept: &Kept| {
        let YouSaid { you_said, we_did } = kept.learning.published.clone()?;
        let on = kept.learning.ended_on.map_or(String::new(), long_date);
        Some(vec![you_said, we_did, on])
    };
    let rows: Vec<Vec<String>> = told.iter().filter(in_period).filter_map(row).collect();
    (!rows.is_empty()).then(|| Table {
        title: "You said, we did",
        note: "What changed in the period because of complaints.",
        head: ["You said", "We did", "Done"].map(str::to_owned).into(),
        rows,
    })
}

const NOT_SHOWN: &str = "not shown";
const FEWER: &str = "fewer than 5";

fn say(shown: Shown) -> String {
    match shown {
        Shown::Number(number) => number.to_string(),
        Shown::Few => FEWER.to_owned(),
        Shown::Withheld => NOT_SHOWN.to_owned(),
    }
}

/// A number that stands alone.
fn alone(count: u64) -> String {
    protected(&[count], false).into_iter().map(say).collect()
}

/// The share of a part beside the rest of its whole, from which neither can be worked out when it is small.
fn of_whole(part: u64, rest: u64) -> String {
    let whole = part + rest;
    match (part, rest) {
        (FEW.., FEW..) => permille(part, whole).map_or_else(String::new, percent),
        (_, 0..FEW) => {
            let least = at_least(part, whole);
            least.map_or_else(
                || NOT_SHOWN.to_owned(),
                |least| format!("at least {least}%"),
            )
        }
        (0..FEW, _) => {
            let least = at_least(rest, whole);
            least.map_or_else(
                || NOT_SHOWN.to_owned(),
                |least| format!("at most {}%", 100 - least),
            )
        }
    }
}

/// The months, each column with its own protection: beside the total of the year one hidden month would be no secret.
fn months(board: &Board) -> Vec<Vec<String>> {
    let columns = [
        Measure::Stage(1, Group::Received),
        Measure::Stage(2, Group::Received),
        Measure::Ended,
    ]
    .map(|measure| {
        let counts = board
            .months
            .iter()
            .map(|(_, figures)| figures.count(measure));
        protected(&counts.collect::<Vec<_>>(), true)
    });
    let row = |(index, label): (usize, String)| {
        let cells = columns
            .iter()
            .filter_map(|column| column.get(index).copied().map(say));
        [label].into_iter().chain(cells).collect()
    };
    let labels = board
        .months
        .iter()
        .map(|(span, _)| span.from.format("%B %Y").to_string());
    labels.enumerate().map(row).collect()
}

/// Groups, the largest first. Those that are few are told in the order of their names, not of their numbers.
fn groups(all: impl Iterator<Item = (String, Both)>) -> Vec<Vec<String>> {
    let mut all: Vec<_> = all.collect();
    let told = |count| if count < FEW { 0 } else { count };
    all.sort_by(|(a, x), (b, y)| told(y.now).cmp(&told(x.now)).then_with(|| a.cmp(b)));
    let row = |(label, both): (String, Both)| vec![label, alone(both.now), alone(both.before)];
    all.into_iter().map(row).collect()
}

/// The tables one below the other, for spreadsheets. A cell that a spreadsheet would work out is set as text.
pub(super) fn csv(tables: &[Table]) -> String {
    let cell = |text: &String| {
        let text = match text.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t') => format!("'{text}"),
            _ => text.clone(),
        };
        format!("\"{}\"", text.replace('"', "\"\""))
    };
    let mut out = String::new();
    for table in tables {
        let title = [table.title.to_owned()];
        let lines = [title.as_slice(), table.head.as_slice()]
            .into_iter()
            .chain(table.rows.iter().map(Vec::as_slice))
            .chain([[].as_slice()]);
        for line in lines {
            out.push_str(&line.iter().map(cell).collect::<Vec<_>>().join(","));
            out.push_str("\r\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_gives_no_small_part_away() {
        assert_eq!(of_whole(37, 13), "74.0%");
        assert_eq!(of_whole(38, 3), "at least 90%");
        assert_eq!(of_whole(41, 0), "at least 90%");
        assert_eq!(of_whole(3, 38), "at most 10%");
        assert_eq!(of_whole(0, 0), "not shown");
        assert_eq!(of_whole(6, 2), "not shown");
        assert_eq!(alone(4), "fewer than 5");
        assert_eq!(alone(5), "5");
    }

    #[test]
    fn few_are_in_the_order_of_their_names() {
        let both = |now| Both { now, before: 9 };
        let given = [("c", 4), ("b", 7), ("a", 1)].map(|(name, now)| (name.to_owned(), both(now)));
        let names: Vec<String> = groups(given.into_iter())
            .into_iter()
            .map(|row| row[0].clone())
            .collect();
        assert_eq!(names, ["b", "a", "c"]);
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_work_out_is_text() {
        let table = Table {
            title: "Themes",
            note: "",
            head: vec!["Theme".into(), "Now".into()],
            rows: vec![vec!["=HYPERLINK(\"x\")".into(), "5".into()]],
        };
        assert_eq!(
            csv(&[table]),
            "\"Themes\"\r\n\"Theme\",\"Now\"\r\n\"'=HYPERLINK(\"\"x\"\")\",\"5\"\r\n\r\n"
        );
    }
}
