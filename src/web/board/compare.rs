//! Areas, blocks, themes, owners and contractors beside each other: where complaints come from, now and before.

use super::page::{days, list, num, theme};
use super::period;
use crate::desk::compare::{By, Compared};
use crate::desk::typed::write;
use crate::domain::measure::{Group, Measure, Period, Span};
use crate::web::form::{Choice, Posted};
use crate::web::frame::Frame;
use crate::web::page::render;
use crate::web::shell::{Visitor, Web};
use crate::web::words::wire;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

/// The page.
#[derive(Template)]
#[template(path = "compare.html")]
pub struct ComparePage {
    /// Around it.
    pub frame: Frame,
    /// The groupings to choose from.
    pub bys: Vec<Choice>,
    /// The chosen one.
    pub by: String,
    /// The periods to choose from.
    pub periods: Vec<Choice>,
    /// The chosen one.
    pub period: String,
    /// Its days.
    pub days: String,
    /// The days before that it is compared with.
    pub days_before: String,
    /// What the groups are.
    pub head: &'static str,
    /// The groups.
    pub rows: Vec<CompareRow>,
    /// Whether these are all.
    pub complete: bool,
}

/// A group with its numbers and where they lead.
pub struct CompareRow {
    /// Its name.
    pub label: String,
    /// How long its bar is, in percent of the longest.
    pub width: String,
    /// Now.
    pub now: super::model::Num,
    /// Before.
    pub before: super::model::Num,
    /// Answered late.
    pub late: super::model::Num,
}

/// `GET /board/compare`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let asked = Posted(asked);
    let period = period(&asked);
    let named = |by: &By| wire(by) == asked.get("by");
    let by = By::ALL.into_iter().find(named).unwrap_or_default();
    let who = actor.clone();
    let found = web
        .desk
        .away(move |desk| desk.compare(&who, by, period))
        .await;
    let found = match found {
        Ok(found) => found,
        Err(error) => return web.sorry(&actor, &error),
    };
    let most = found
        .groups
        .iter()
        .map(|group| group.now.max(1))
        .max()
        .unwrap_or(1);
    let row = |group: &Compared| {
        let number =
            |count: u64, of: Group, span: Span| num(count, || behind(by, &group.name, of, span));
        CompareRow {
            label: label(&web, by, &group.name),
            width: format!("{}%", group.now * 100 / most),
            // What has no name has no filter either.
            now: number(group.now, Group::Received, found.span),
            before: number(group.before, Group::Received, found.before),
            late: number(group.late, Group::AnsweredLate, found.span),
        }
    };
    let page = ComparePage {
        frame: web.frame(&actor, "/board"),
        bys: By::ALL.map(|by| Choice::new(wire(&by), words(by))).into(),
        by: wire(&by),
        periods: Period::ALL.map(|p| Choice::new(wire(&p), p.words())).into(),
        period: wire(&period),
        days: days(found.span),
        days_before: days(found.before),
        head: words(by),
        rows: found.groups.iter().map(row).collect(),
        complete: found.complete,
    };
    render(StatusCode::OK, &page)
}

fn words(by: By) -> &'static str {
    match by {
        By::Area => "Area",
        By::Block => "Block or street (postcode)",
        By::Theme => "Theme",
        By::Owner => "Owner",
        By::Team => "Team or contractor asked",
    }
}

fn label(web: &Web, by: By, name: &str) -> String {
    match (by, name) {
        (By::Area | By::Block, "") => "No postcode".into(),
        (By::Owner, "") => "Nobody".into(),
        (By::Theme, top) => theme(web.desk.book().categories(), top),
        (By::Owner, id) => {
            let book = web.desk.book();
            book.person(id)
                .map_or_else(|| id.to_owned(), |person| person.name.clone())
        }
        (_, name) => name.to_owned(),
    }
}

/// The list behind a number; without a place there is no such list, only all of them.
fn behind(by: By, name: &str, of: Group, span: Span) -> String {
    let (measure, from, to) = (
        Measure::Stage(1, of).wire(),
        span.from.to_string(),
        span.to.to_string(),
    );
    let filter = match by {
        By::Area | By::Block if name.is_empty() => return String::new(),
        By::Area | By::Block => ("q", write("near", name)),
        By::Team => ("q", write("team", name)),
        By::Theme => ("category", name.to_owned()),
        By::Owner if name.is_empty() => ("handler", "none".to_owned()),
        By::Owner => ("handler", name.to_owned()),
    };
    list(&[
        ("measure", &measure),
        ("measure_from", &from),
        ("measure_to", &to),
        (filter.0, &filter.1),
    ])
}
