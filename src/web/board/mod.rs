//! The board: what is open now, what became of the complaints of a period, and the form of it that may be published.

mod charts;
pub mod compare;
mod model;
mod page;
mod published;

pub use page::theme;

use super::documents::saved_as;
use super::form::Posted;
use super::page::render;
use super::shell::{Visitor, Web};
use crate::desk::DeskError;
use crate::desk::board::{Board, Readers};
use crate::desk::learning::Kept;
use crate::domain::access::Actor;
use crate::domain::measure::Period;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

/// `GET /board`: as its reader may see it, or with `published=1` as everyone may.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let asked = Posted(asked);
    let period = period(&asked);
    let readers = match asked.get("published") {
        "1" => Readers::Public,
        _ => Readers::Actor,
    };
    match counted(&web, &actor, period, readers).await {
        Err(error) => web.sorry(&actor, &error),
        Ok(board) if readers == Readers::Public => match told(&web, &actor).await {
            Ok(told) => {
                let page = published::page(&web, &actor, &board, &told, period);
                render(StatusCode::OK, &page)
            }
            Err(error) => web.sorry(&actor, &error),
        },
        Ok(board) => render(StatusCode::OK, &page::page(&web, &actor, &board, period)),
    }
}

/// `GET /board/published.csv`: the tables of the published form.
pub async fn download(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let period = period(&Posted(asked));
    let counted = counted(&web, &actor, period, Readers::Public).await;
    let both = match told(&web, &actor).await {
        Ok(told) => counted.map(|board| (board, told)),
        Err(error) => Err(error),
    };
    match both {
        Err(error) => web.sorry(&actor, &error),
        Ok((board, told)) => {
            let tables = published::tables(&board, &told, web.desk.book().categories());
            let text = published::csv(&tables);
            let name = format!("complaints {} to {}.csv", board.span.from, board.span.to);
            let size = Some(text.len() as u64);
            saved_as(&name, "text/csv; charset=utf-8", size, Body::from(text))
        }
    }
}

/// What is told of the learning log.
async fn told(web: &Web, actor: &Actor) -> Result<Vec<Kept>, DeskError> {
    let who = actor.clone();
    let mut all = web.desk.away(move |desk| desk.learnings(&who)).await?;
    all.retain(|kept| kept.learning.published.is_some());
    Ok(all)
}

/// The period in the address; the last twelve months when it says none.
fn period(asked: &Posted) -> Period {
    let named = |period: &Period| super::words::wire(period) == asked.get("period");
    Period::ALL.into_iter().find(named).unwrap_or_default()
}

async fn counted(
    web: &Web,
    actor: &Actor,
    period: Period,
    readers: Readers,
) -> Result<Board, DeskError> {
    let who = actor.clone();
    let count = move |desk: &crate::desk::Desk| desk.board(&who, period, readers);
    web.desk.away(count).await
}
