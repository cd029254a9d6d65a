//! Full-text search as data: the same hits as the page.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::cases::summary;
use super::doc::told;
use super::extract::{Asked, Caller};
use super::problem::Problem;
use crate::desk::Desk;
use crate::desk::search::{Answer, Passage, Said};

/// Hits of a page if not said, and at most.
const PAGE: usize = 10;
const LONGEST: usize = 50;

/// What to look for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// Words that the record of a case or its documents have, `"words together"`, `-word`, and the filters of `GET /cases`.
    q: String,
    /// `next` of the page before.
    from: Option<usize>,
    /// Hits of a page, 10 if not said, at most 50.
    limit: Option<usize>,
}

/// Cases by what was written in them and in their documents, best first.
#[utoipa::path(get, path = "/search", tag = "cases", params(SearchParams),
    responses((status = 200, description = "The hits that the caller may see. What was written is found a moment after it was.", body = told::Found)))]
pub async fn search(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Asked(asked): Asked<SearchParams>,
) -> Result<Json<Value>, Problem> {
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=LONGEST).contains(&limit) {
        let detail = format!("Ask for 1 to {LONGEST} hits at a time.");
        return Err(Problem::invalid("limit", detail));
    }
    let from = asked.from.unwrap_or(0);
    let look = move |desk: &Desk| desk.search(&actor, &asked.q, from, limit);
    Ok(Json(answer(&desk.away(look).await?)))
}

fn answer(found: &Answer) -> Value {
    let hits = found.hits.iter().map(|hit| {
        json!({
            "case": summary(&hit.row),
            "passages": hit.passages.iter().map(passage).collect::<Vec<_>>(),
        })
    });
    json!({
        "hits": hits.collect::<Vec<_>>(), "total": found.total, "total_is_exact": found.total_is_exact,
        "next": found.next, "building": found.building.map(|(done, _)| done),
    })
}

fn passage(passage: &Passage) -> Value {
    let (event, document) = match &passage.said {
        Said::Entry(recorded) => (Some(recorded.seq), None),
        Said::Document(document) => (None, Some(document.id)),
    };
    let pieces = passage.pieces.iter();
    let pieces = pieces.map(|(text, marked)| json!({"text": text, "marked": marked}));
    json!({"event": event, "document": document, "pieces": pieces.collect::<Vec<_>>()})
}
