//! The learning log: what changes because of complaints (Code 9.1 to 9.3).

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc::told;
use super::extract::{Caller, Given, Number, idempotency_key};
use super::problem::Problem;
use crate::desk::Desk;
use crate::desk::learning::Kept;
use crate::domain::learning::Learning;

fn one(kept: &Kept) -> Value {
    json!({"number": kept.number, "version": kept.version, "at": kept.at, "by": kept.by, "why": kept.why,
           "learning": kept.learning})
}

/// The learning log, oldest first.
#[utoipa::path(get, path = "/learning", tag = "learning",
    responses((status = 200, description = "Every learning as it stands.", body = told::LearningLog)))]
pub async fn log(State(desk): State<Desk>, Caller(actor): Caller) -> Result<Json<Value>, Problem> {
    let found = desk.away(move |desk| desk.learnings(&actor)).await?;
    let learnings: Vec<Value> = found.iter().map(one).collect();
    Ok(Json(json!({"learnings": learnings})))
}

/// Enter a learning. Files are added on its page.
#[utoipa::path(post, path = "/learning", tag = "learning", request_body = told::Learning,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request the same request.")),
    responses((status = 201, description = "Entered, with its number.", body = told::KeptLearning)))]
pub async fn enter(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Given(learning): Given<Learning>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let key = idempotency_key(&headers)?;
    let number = desk.learn(&actor, learning, key.as_deref()).await?;
    Ok((StatusCode::CREATED, newest(desk, actor, number).await?))
}

/// A learning as it stands, with its versions, newest first.
#[utoipa::path(get, path = "/learning/{number}", tag = "learning",
    params(("number" = u32, Path, description = "Its number.")),
    responses((status = 200, description = "Every version of it.", body = told::LearningVersions)))]
pub async fn show(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Number(number): Number,
) -> Result<Json<Value>, Problem> {
    let versions = desk.away(move |desk| desk.learning(&actor, number)).await?;
    let versions: Vec<Value> = versions.iter().map(one).collect();
    Ok(Json(json!({"versions": versions})))
}

/// A learning as it is from now on.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LearningBody {
    /// The version that it follows, as read.
    version: u32,
    /// The whole of it; its files stay as they are.
    #[schema(value_type = told::Learning)]
    learning: Learning,
    /// Why.
    why: String,
}

/// Change a learning, or finish it with its evidence.
#[utoipa::path(put, path = "/learning/{number}", tag = "learning", request_body = LearningBody,
    params(("number" = u32, Path, description = "Its number.")),
    responses((status = 200, description = "As it stands now.", body = told::KeptLearning)))]
pub async fn change(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Number(number): Number,
    Given(body): Given<LearningBody>,
) -> Result<Json<Value>, Problem> {
    desk.change_learning(&actor, number, body.version, body.learning, &body.why)
        .await?;
    newest(desk, actor, number).await
}

async fn newest(
    desk: Desk,
    actor: crate::domain::access::Actor,
    number: u32,
) -> Result<Json<Value>, Problem> {
    let versions = desk.away(move |desk| desk.learning(&actor, number)).await?;
    Ok(Json(versions.first().map_or(Value::Null, one)))
}
