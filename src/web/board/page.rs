//! The board as staff see it: every number leads to the list of the cases behind it.

use super::charts;
use super::model::{
    BandRow, BandTable, BarRow, BarTable, BoardPage, Line, MonthRow, Num, Segment, Step, Tile,
};
use crate::desk::board::{Bands, Board, Both, Figures};
use crate::domain::access::Actor;
use crate::domain::category::Tree;
use crate::domain::measure::{Group, Measure, Period, Span};
use crate::web::form::Choice;
use crate::web::shell::Web;
use crate::web::words::{clock_time, sentence, spoken, wire, words};
use chrono::{Days, NaiveDate};

/// Owners that are shown, those with most open cases first. The list by owner has them all.
const OWNERS: usize = 20;

/// The address of the list that `pairs` narrow to.
pub(super) fn list(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::web::queue::encode(value)))
        .collect();
    format!("/cases?{}", pairs.join("&"))
}

pub(super) fn num(count: u64, href: impl FnOnce() -> String) -> Num {
    Num {
        text: count.to_string(),
        href: if count > 0 { href() } else { String::new() },
    }
}

fn plain(text: String) -> Num {
    Num {
        text,
        href: String::new(),
    }
}

/// The complaints of a measure in a span, narrowed further by `more`.
fn counted(count: u64, measure: Measure, span: Span, more: &[(&str, &str)]) -> Num {
    num(count, || {
        let (name, from, to) = (measure.wire(), span.from.to_string(), span.to.to_string());
        let mut pairs = vec![
            ("measure", name.as_str()),
            ("measure_from", from.as_str()),
            ("measure_to", to.as_str()),
        ];
        pairs.extend(more);
        list(&pairs)
    })
}

/// Tenths of a percent as people read them.
pub fn percent(permille: u64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// A share; a dash for a share of nothing.
pub fn share(permille: Option<u64>) -> String {
    permille.map_or_else(|| "–".to_owned(), percent)
}

/// The median in working days.
pub fn median(tenths: Option<u64>) -> String {
    match tenths {
        None => "–".to_owned(),
        Some(tenths) if tenths % 10 == 0 => (tenths / 10).to_string(),
        Some(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
    }
}

/// `24 Nov 2025 to 23 Nov 2026`.
pub fn days(span: Span) -> String {
    let day = |on: NaiveDate| on.format("%-d %b %Y").to_string();
    format!("{} to {}", day(span.from), day(span.to))
}

/// The name of a top category.
pub fn theme(tree: &Tree, top: &str) -> String {
    let of = |key: &str| key.split('.').next() == Some(top);
    let known = tree.categories.iter().find(|category| of(&category.key));
    known.map_or_else(|| words(top), |category| sentence(&category.top))
}

pub(super) fn page(web: &Web, actor: &Actor, board: &Board, period: Period) -> BoardPage {
    let book = web.desk.book();
    let today = crate::web::words::civil(board.at);
    let person = |id: &str| {
        book.person(id)
            .map_or_else(|| id.to_owned(), |person| person.name.clone())
    };
    let choices = Period::ALL.map(|period| Choice::new(wire(&period), period.words()));
    let given: Vec<charts::Month> = board
        .months
        .iter()
        .map(|(month, figures)| {
            let label = month.from.format("%b").to_string();
            (label, figures.of(1, Group::Received), strict(figures, 1))
        })
        .collect();
    let bands = |title, head, rows| BandTable { title, head, rows };
    let by = Edges {
        today,
        soon: board.soon_before,
    };
    let states = rows(
        &by,
        board
            .states
            .iter()
            .map(|(state, bands)| (spoken(state), ("state", wire(state)), bands)),
    );
    let mut owners = rows(
        &by,
        board
            .owners
            .iter()
            .map(|(owner, bands)| match owner.as_str() {
                "" => ("Nobody".to_owned(), ("handler", "none".to_owned()), bands),
                id => (person(id), ("handler", id.to_owned()), bands),
            }),
    );
    owners.sort_by_key(|row| std::cmp::Reverse(row.total.text.parse::<u64>().unwrap_or(0)));
    let more = owners.len().saturating_sub(OWNERS);
    owners.truncate(OWNERS);
    let risks = rows(
        &by,
        board
            .risks
            .iter()
            .rev()
            .map(|(risk, bands)| (spoken(risk), ("risk", wire(risk)), bands)),
    );
    BoardPage {
        frame: web.frame(actor, "/board"),
        at: clock_time(board.at),
        periods: choices.into(),
        period: wire(&period),
        days: days(board.span),
        days_before: days(board.span_before),
        tiles: tiles(board),
        steps: steps(board),
        lines: lines(board),
        open: vec![
            bands("Open cases by stage".into(), "Where it stands", states),
            bands(
                match more {
                    0 => "Open cases by owner".to_owned(),
                    more => format!(
                        "Open cases by owner, the {OWNERS} who have most of {}",
                        OWNERS + more
                    ),
                },
                "Owner",
                owners,
            ),
            bands(
                "Open cases by how they are watched".into(),
                "Watched",
                risks,
            ),
        ],
        bars: vec![
            BarTable {
                title: "Themes",
                head: "Theme",
                note: "Complaints received in the period. One with points of several themes counts under each.",
                rows: bars(
                    board,
                    board.themes.iter().map(|(top, both)| {
                        (
                            theme(book.categories(), top),
                            ("category", top.clone()),
                            *both,
                        )
                    }),
                    Measure::Stage(1, Group::Received),
                ),
            },
            BarTable {
                title: "Root causes",
                head: "Root cause",
                note: "Complaints closed in the period. The cause is chosen when a case is closed.",
                rows: bars(
                    board,
                    board
                        .root_causes
                        .iter()
                        .map(|(cause, both)| (spoken(cause), ("root_cause", wire(cause)), *both)),
                    Measure::Ended,
                ),
            },
        ],
        charts: vec![charts::months(620, &given), charts::months(344, &given)],
        months: months(board),
    }
}

/// Answered in time from receipt, of those answered.
fn strict(figures: &Figures, stage: u8) -> Option<u64> {
    figures.share(stage, Group::AnsweredInTime, Group::AnsweredLate)
}

fn tiles(board: &Board) -> Vec<Tile> {
    let queue = &board.queue;
    let view = |count, name: &str| num(count, || format!("/?view={name}"));
    let tile = |num, label, note: &str, tone| Tile {
        num,
        label,
        note: note.to_owned(),
        tone,
    };
    let month = board.months.last();
    let this = |measure| match month {
        Some((span, figures)) => counted(figures.count(measure), measure, *span, &[]),
        None => plain("0".to_owned()),
    };
    let late = if queue.overdue > 0 { "late" } else { "" };
    let soon = if queue.due_soon > 0 { "soon" } else { "" };
    vec![
        tile(
            view(queue.overdue, "overdue"),
            "Overdue",
            "Past a date",
            late,
        ),
        tile(
            view(queue.due_soon, "due"),
            "Due in 5 days",
            "Working days, today among them",
            soon,
        ),
        tile(
            view(queue.to_acknowledge, "to-acknowledge"),
            "To acknowledge",
            "At either stage",
            "",
        ),
        tile(
            view(queue.open, "open"),
            "Open now",
            "Everything not ended",
            "",
        ),
        tile(
            this(Measure::Stage(1, Group::Received)),
            "Received this month",
            "Complaints at stage 1",
            "",
        ),
        tile(
            this(Measure::Ended),
            "Closed this month",
            "Closed or withdrawn",
            "",
        ),
    ]
}

fn steps(board: &Board) -> Vec<Step> {
    use Group::{
        AcknowledgedInTime, AcknowledgedLate, AnsweredFromAckInTime, AnsweredFromAckLate,
        AnsweredInTime, AnsweredLate, NotAcknowledged, NotAnswered,
    };
    let (now, before) = (&board.figures, &board.figures_before);
    let kinds = [
        (
            "acknowledged in time",
            ["6.2", "6.11"],
            [AcknowledgedInTime, AcknowledgedLate, NotAcknowledged],
        ),
        (
            "answered in time, from the acknowledgement",
            ["6.3", "6.14"],
            [AnsweredFromAckInTime, AnsweredFromAckLate, NotAnswered],
        ),
        (
            "answered in time, from receipt",
            ["6.3", "6.14"],
            [AnsweredInTime, AnsweredLate, NotAnswered],
        ),
    ];
    let stage = |stage: u8| {
        kinds.map(|(label, rules, [in_time, late, waiting])| {
            let cell = |group| {
                counted(
                    now.of(stage, group),
                    Measure::Stage(stage, group),
                    board.span,
                    &[],
                )
            };
            Step {
                label: format!("Stage {stage} {label}"),
                rule: rules[usize::from(stage - 1)],
                in_time: cell(in_time),
                late: cell(late),
                waiting: cell(waiting),
                share: share(now.share(stage, in_time, late)),
                before: share(before.share(stage, in_time, late)),
            }
        })
    };
    stage(1).into_iter().chain(stage(2)).collect()
}

fn lines(board: &Board) -> Vec<Line> {
    let (now, before) = (&board.figures, &board.figures_before);
    let volume = |measure: Measure| Line {
        label: measure.words(),
        now: counted(now.count(measure), measure, board.span, &[]),
        note: String::new(),
        before: counted(before.count(measure), measure, board.span_before, &[]),
    };
    let median = |stage: u8| {
        let answered = Measure::Stage(stage, Group::Answered);
        let of = |figures: &Figures, span| Num {
            text: median(figures.median_tenths[usize::from(stage - 1)]),
            ..counted(figures.count(answered), answered, span, &[])
        };
        Line {
            label: format!("Stage {stage} median working days to answer"),
            now: of(now, board.span),
            note: format!("of {} answered", now.count(answered)),
            before: of(before, board.span_before),
        }
    };
    let rate = |label: &str, stage: u8, group: Group| {
        let measure = Measure::Stage(stage, group);
        let of = |figures: &Figures, span| {
            let (part, whole) = (figures.count(measure), figures.of(stage, Group::Received));
            Num {
                text: share(crate::domain::measure::permille(part, whole)),
                ..counted(part, measure, span, &[])
            }
        };
        let (part, whole) = (now.count(measure), now.of(stage, Group::Received));
        Line {
            label: label.to_owned(),
            now: of(now, board.span),
            note: format!("{part} of {whole}"),
            before: of(before, board.span_before),
        }
    };
    vec![
        volume(Measure::Stage(1, Group::Received)),
        volume(Measure::Stage(2, Group::Received)),
        volume(Measure::Ended),
        median(1),
        median(2),
        rate("Stage 1 extended", 1, Group::Extended),
        rate("Stage 2 extended", 2, Group::Extended),
        rate("Taken on to stage 2", 1, Group::Escalated),
    ]
}

/// The days between bands.
struct Edges {
    today: NaiveDate,
    soon: NaiveDate,
}

fn rows<'a>(
    edges: &Edges,
    groups: impl Iterator<Item = (String, (&'static str, String), &'a Bands)>,
) -> Vec<BandRow> {
    let groups: Vec<_> = groups.collect();
    let most = groups.iter().map(|(.., bands)| bands.total()).max();
    let tomorrow = edges
        .today
        .checked_add_days(Days::new(1))
        .unwrap_or(edges.today);
    let [today, tomorrow, soon] = [edges.today, tomorrow, edges.soon].map(|day| day.to_string());
    let row = |(label, (name, value), bands): (String, (&'static str, String), &Bands)| {
        let cell = |count, more: &[(&str, &str)]| {
            num(count, || {
                let mut pairs = vec![(name, value.as_str()), ("ended", "false"), ("sort", "due")];
                pairs.extend(more);
                list(&pairs)
            })
        };
        let parts = [
            ("late", bands.overdue),
            ("today", bands.due_today),
            ("soon", bands.due_soon),
            ("track", bands.on_track),
            ("undated", bands.undated),
        ];
        let mut x = 0;
        let mut bar = Vec::new();
        for (class, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
            bar.push(Segment {
                class,
                x: length(x, most),
                width: length(count, most),
            });
            x += count;
        }
        BandRow {
            bands: [
                cell(bands.overdue, &[("due_before", today.as_str())]),
                cell(
                    bands.due_today,
                    &[
                        ("due_from", today.as_str()),
                        ("due_before", tomorrow.as_str()),
                    ],
                ),
                cell(
                    bands.due_soon,
                    &[
                        ("due_from", tomorrow.as_str()),
                        ("due_before", soon.as_str()),
                    ],
                ),
                cell(bands.on_track, &[("due_from", soon.as_str())]),
                cell(bands.undated, &[("undated", "true")]),
            ],
            total: cell(bands.total(), &[]),
            bar,
            label,
        }
    };
    groups.into_iter().map(row).collect()
}

/// A part of the longest bar, in percent.
fn length(part: u64, most: Option<u64>) -> String {
    let tenths = part * 1000 / most.unwrap_or(1).max(1);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn bars(
    board: &Board,
    groups: impl Iterator<Item = (String, (&'static str, String), Both)>,
    measure: Measure,
) -> Vec<BarRow> {
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_key(|(.., both)| std::cmp::Reverse((both.now, both.before)));
    let most = groups.iter().map(|(.., both)| both.now).max();
    let row = |(label, (name, value), both): (String, (&'static str, String), Both)| BarRow {
        now: counted(both.now, measure, board.span, &[(name, value.as_str())]),
        before: counted(
            both.before,
            measure,
            board.span_before,
            &[(name, value.as_str())],
        ),
        width: length(both.now, most),
        label,
    };
    groups.into_iter().map(row).collect()
}

fn months(board: &Board) -> Vec<MonthRow> {
    let measures = [
        Measure::Stage(1, Group::Received),
        Measure::Stage(2, Group::Received),
        Measure::Ended,
    ];
    let row = |(span, figures): &(Span, Figures)| MonthRow {
        label: span.from.format("%b %Y").to_string(),
        counts: measures.map(|measure| counted(figures.count(measure), measure, *span, &[])),
        shares: [
            share(figures.share(1, Group::AcknowledgedInTime, Group::AcknowledgedLate)),
            share(strict(figures, 1)),
            share(strict(figures, 2)),
        ],
    };
    board.months.iter().map(row).collect()
}
