//! The board as data: the same counts as its page.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::doc::told;
use super::extract::{Asked, Caller};
use super::problem::Problem;
use crate::desk::Desk;
use crate::desk::board::{Bands, Board, Both, Figures, Readers};
use crate::domain::measure::{Measure, Period};

/// What the board is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardParams {
    /// `month`, `last_month`, `quarter`, `year` or `financial_year`; the last twelve months if not said.
    #[param(value_type = Option<String>)]
    period: Period,
}

/// What is open, and what became of the complaints of a period beside the one before.
#[utoipa::path(get, path = "/board", tag = "cases", params(BoardParams),
    responses((status = 200, description = "The counts, as the caller may see the cases. `GET /cases` with the same `measure` and days lists those behind a count.", body = told::Board)))]
pub async fn board(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Asked(asked): Asked<BoardParams>,
) -> Result<Json<Value>, Problem> {
    let count = move |desk: &Desk| desk.board(&actor, asked.period, Readers::Actor);
    Ok(Json(answer(&desk.away(count).await?)))
}

fn answer(board: &Board) -> Value {
    let open = [
        open("state", &board.states),
        open("handler", &board.owners),
        open("risk", &board.risks),
    ];
    let months = board.months.iter().map(
        |(span, figures)| json!({"from": span.from, "to": span.to, "counts": counts(figures)}),
    );
    let median = |stage: u8| {
        let of = |figures: &Figures| figures.median_tenths[usize::from(stage - 1)];
        json!({"stage": stage, "now_tenths": of(&board.figures), "before_tenths": of(&board.figures_before)})
    };
    json!({
        "at": board.at, "from": board.span.from, "to": board.span.to,
        "before_from": board.span_before.from, "before_to": board.span_before.to,
        "queue": board.queue, "open": open.concat(),
        "figures": Measure::all().map(|measure| json!({
            "measure": measure, "now": board.figures.count(measure), "before": board.figures_before.count(measure),
        })).collect::<Vec<_>>(),
        "median_working_days": [median(1), median(2)],
        "themes": groups(&board.themes), "root_causes": groups(&board.root_causes),
        "months": months.collect::<Vec<_>>(),
    })
}

fn open<'a, N: Serialize + 'a>(
    by: &str,
    groups: impl IntoIterator<Item = (&'a N, &'a Bands)>,
) -> Vec<Value> {
    let row = |(name, bands): (&N, &Bands)| {
        let mut value = json!(bands);
        value["by"] = json!(by);
        value["name"] = json!(name);
        value
    };
    groups.into_iter().map(row).collect()
}

fn groups<'a, N: Serialize + 'a>(
    groups: impl IntoIterator<Item = (&'a N, &'a Both)>,
) -> Vec<Value> {
    let row =
        |(name, both): (&N, &Both)| json!({"name": name, "now": both.now, "before": both.before});
    groups.into_iter().map(row).collect()
}

fn counts(figures: &Figures) -> Vec<Value> {
    let row = |(measure, count): (&Measure, &u64)| json!({"measure": measure, "count": count});
    figures.counts.iter().map(row).collect()
}
