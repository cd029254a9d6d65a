//! Linked records of a case, and the systems they come from.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::cases::case_answer;
use super::doc::told;
use super::extract::{Caller, Given, Ref};
use super::problem::Problem;
use crate::desk::settings::LinkSource;
use crate::desk::{Desk, DeskError};

/// The records linked to a case, and how each system answered last.
#[utoipa::path(get, path = "/cases/{reference}/links", tag = "links",
    params(("reference" = String, Path, description = "Such as C-2026-0042.")),
    responses((status = 200, description = "The newest version of each record.", body = told::LinkedRecords)))]
pub async fn links(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
) -> Result<Json<Value>, Problem> {
    let view = desk.away(move |desk| desk.case(&actor, &reference)).await?;
    let mut case = view.to_json();
    Ok(Json(
        json!({"links": case["links"].take(), "sources": case["sources"].take()}),
    ))
}

/// Ask the linked systems again. One that is down says so and is in nobody's way.
#[utoipa::path(post, path = "/cases/{reference}/links/refresh", tag = "links",
    params(("reference" = String, Path, description = "Such as C-2026-0042.")),
    responses((status = 200, description = "The case with what was found.", body = told::CaseAnswer)))]
pub async fn refresh(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
) -> Result<Response, Problem> {
    Ok(case_answer(&desk.refresh_links(&actor, &reference).await?))
}

/// The linked systems.
#[utoipa::path(get, path = "/link-sources", tag = "links",
    responses((status = 200, description = "As they are set up.", body = Vec<told::LinkSource>)))]
pub async fn sources(
    State(desk): State<Desk>,
    Caller(actor): Caller,
) -> Result<Json<Vec<LinkSource>>, Problem> {
    let sources = desk.away(move |desk| desk.link_sources(&actor));
    Ok(Json(sources.await?))
}

/// Ask a system whether it can be read, before or after it is linked. Nothing is kept.
#[utoipa::path(post, path = "/link-sources/check", tag = "links", request_body = told::LinkSource,
    responses((status = 200, description = "Whether it can be read, and what it sees or why not.", body = told::LinkCheck)))]
pub async fn check(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(source): Given<LinkSource>,
) -> Result<Json<Value>, Problem> {
    // A system that cannot be read is an answer here, not a failure.
    match desk.check_link(&actor, &source).await {
        Ok(says) => Ok(Json(json!({"readable": true, "says": says}))),
        Err(DeskError::Plugin(says)) => Ok(Json(json!({"readable": false, "says": says}))),
        Err(error) => Err(error.into()),
    }
}

/// All linked systems from now on.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcesBody {
    /// The systems.
    #[schema(value_type = Vec<told::LinkSource>)]
    sources: Vec<LinkSource>,
    /// Why they change.
    why: String,
}

/// Replace the linked systems. What was linked before stays on its cases.
#[utoipa::path(put, path = "/link-sources", tag = "links", request_body = SourcesBody,
    responses((status = 200, description = "As they are set up now.", body = Vec<told::LinkSource>)))]
pub async fn set_sources(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<SourcesBody>,
) -> Result<Json<Vec<LinkSource>>, Problem> {
    let set = desk.set_link_sources(&actor, body.sources, &body.why);
    Ok(Json(set.await?))
}
