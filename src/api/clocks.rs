//! "If received today, due on …", for no case in particular.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::cases::When;
use super::doc::told;
use super::extract::{Asked, Caller};
use super::problem::Problem;
use crate::desk::Desk;
use crate::domain::clock::{DueDates, DueQuery, Receipt};

impl From<When> for Receipt {
    fn from(when: When) -> Self {
        match when {
            When::On(day) => Self::On(day),
            When::At(at) => Self::At(at),
        }
    }
}

/// What is known; each clock whose start is given is answered.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClockParams {
    /// The day or moment of receipt.
    #[param(value_type = Option<String>)]
    received: Option<When>,
    /// The day of the stage 1 acknowledgement.
    acknowledged: Option<NaiveDate>,
    /// The day or moment the resident asked for stage 2.
    #[param(value_type = Option<String>)]
    escalated: Option<When>,
    /// The day of the stage 2 acknowledgement.
    stage2_acknowledged: Option<NaiveDate>,
}

/// Every deadline that follows from the dates given, with why.
#[utoipa::path(get, path = "/clocks", tag = "clocks", params(ClockParams),
    responses((status = 200, description = "The dates; those of a stage are there when its start is given.", body = told::DueDates)))]
pub async fn clocks(
    State(desk): State<Desk>,
    _caller: Caller,
    Asked(asked): Asked<ClockParams>,
) -> Result<Json<DueDates>, Problem> {
    let query = DueQuery {
        received: asked.received.map(Receipt::from),
        acknowledged: asked.acknowledged,
        escalated: asked.escalated.map(Receipt::from),
        stage2_acknowledged: asked.stage2_acknowledged,
    };
    if query == DueQuery::default() {
        let detail = "Give at least one date, such as received=2026-12-14.";
        return Err(Problem::invalid("received", detail));
    }
    Ok(Json(desk.due_dates(&query)?))
}
