//! The search: whose name, address or number it is, and in what was written, with the words marked.

use super::case_page::told::tell;
use super::form::Posted;
use super::page::{render, see};
use super::queue::{encode, lines};
use super::rows::CaseLine;
use super::shell::{Visitor, Web};
use super::words::{count, moment};
use crate::desk::DeskError;
use crate::desk::lists::{ListOrder, ListQuery};
use crate::desk::search::{Answer, Hit, Passage, Said};
use crate::desk::typed::{FILTERS, Filter};
use crate::domain::access::Actor;
use crate::domain::ids::CaseRef;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

/// Hits of a page.
const PAGE: usize = 10;
/// Cases that are shown because of a name, address or number.
const NAMED: usize = 5;

/// The page.
#[derive(askama::Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Around it.
    pub frame: super::frame::Frame,
    /// What was typed.
    pub q: String,
    /// What is wrong with it.
    pub error: String,
    /// How many were found, in words; empty before anything was looked for.
    pub found: String,
    /// How far the index has come, while it is first made.
    pub building: String,
    /// Cases by name, address or number.
    pub named: Vec<CaseLine>,
    /// Where all of those are; empty when these are all.
    pub all_named: String,
    /// In what was written.
    pub hits: Vec<HitLine>,
    /// Where the first page is; empty on it.
    pub first: String,
    /// Where the next page is; empty at the end.
    pub next: String,
    /// The filters that can be typed.
    pub typed: &'static [Filter],
}

/// A case with what was found in it.
pub struct HitLine {
    /// The case as lists show it.
    pub line: CaseLine,
    /// Where the words stand.
    pub passages: Vec<PassageLine>,
}

/// A passage.
pub struct PassageLine {
    /// Where it leads.
    pub href: String,
    /// What says it.
    pub title: String,
    /// Who and when.
    pub by: String,
    /// Its pieces, and whether each is marked.
    pub pieces: Vec<(String, bool)>,
}

/// `GET /search`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let asked = Posted(asked);
    let q = asked.get("q").trim().to_owned();
    if let Ok(reference) = q.parse::<CaseRef>()
        && web
            .desk
            .rows_of(&actor, std::slice::from_ref(&reference))
            .is_ok_and(|rows| !rows.is_empty())
    {
        return see(&format!("/cases/{reference}"));
    }
    let from = asked.get("from").parse().unwrap_or(0);
    let (at_work, who) = (web.clone(), actor.clone());
    let page = web.desk.away(move |_| look(&at_work, &who, q, from));
    match page.await {
        Ok(page) if page.frame.trouble => render(StatusCode::UNPROCESSABLE_ENTITY, &page),
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn look(web: &Web, actor: &Actor, q: String, from: usize) -> Result<SearchPage, DeskError> {
    let mut page = SearchPage {
        frame: web.frame(actor, "/search"),
        q,
        error: String::new(),
        found: String::new(),
        building: String::new(),
        named: Vec::new(),
        all_named: String::new(),
        hits: Vec::new(),
        first: String::new(),
        next: String::new(),
        typed: &FILTERS,
    };
    if page.q.is_empty() {
        return Ok(page);
    }
    let answer = match web.desk.search(actor, &page.q, from, PAGE) {
        Ok(answer) => answer,
        Err(DeskError::Invalid { detail, .. }) => {
            page.error = detail;
            page.frame.trouble = true;
            return Ok(page);
        }
        Err(error) => return Err(error),
    };
    let here = format!("/search?q={}", encode(&page.q));
    if from == 0 {
        let list = ListQuery {
            q: page.q.clone(),
            order: ListOrder::Received,
            limit: NAMED,
            ..ListQuery::default()
        };
        let named = web.desk.cases(actor, &list)?;
        if named.next.is_some() {
            page.all_named = format!("/cases?q={}", encode(&page.q));
        }
        page.named = lines(web, named.rows);
    } else {
        page.first.clone_from(&here);
    }
    page.found = found(&answer);
    if let Some((done, all)) = answer.building {
        page.building = format!(
            "Redress is still reading what there is: {done} of {all} cases so far. More may be found in a while."
        );
    }
    if let Some(next) = answer.next {
        page.next = format!("{here}&from={next}");
    }
    page.hits = answer
        .hits
        .into_iter()
        .map(|hit| hit_line(web, hit))
        .collect();
    Ok(page)
}

fn found(answer: &Answer) -> String {
    let total = count(
        i64::try_from(answer.total).unwrap_or(i64::MAX),
        "case",
        "cases",
    );
    match answer.total_is_exact {
        true => total,
        false => format!("At least {total}"),
    }
}

fn hit_line(web: &Web, hit: Hit) -> HitLine {
    let reference = hit.row.reference.clone();
    let line = lines(web, vec![hit.row]).remove(0);
    let book = web.desk.book();
    let name = |id: &str| {
        book.person(id)
            .map_or(id.to_owned(), |person| person.name.clone())
    };
    let passage = |found: Passage| {
        let (href, title, by) = match &found.said {
            Said::Entry(recorded) => (
                format!("/cases/{reference}?all=1#entry-{}", recorded.seq),
                tell(recorded).title,
                format!("{}, {}", name(&recorded.actor), moment(recorded.at)),
            ),
            Said::Document(document) => (
                super::document_page::address(&reference, document.id),
                document.title.clone(),
                format!("{}, {}", document.file_name, moment(document.added_at)),
            ),
        };
        PassageLine {
            href,
            title,
            by,
            pieces: found.pieces,
        }
    };
    HitLine {
        line,
        passages: hit.passages.into_iter().map(passage).collect(),
    }
}
