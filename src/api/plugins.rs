//! Plugins: what runs in the sandbox, bringing one in, approving, stopping and removing it, and what its runs said.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::doc::told;
use super::extract::{Asked, Caller, Given, Last};
use super::problem::Problem;
use crate::desk::plugins::runs::PluginRun;
use crate::desk::plugins::{PluginView, SetLimits};
use crate::desk::{Desk, DeskError};

/// What runs in the sandbox of this server.
#[utoipa::path(get, path = "/plugins", tag = "plugins",
    responses((status = 200, description = "Exporters and adapters, with the hash of each.", body = told::Plugins)))]
pub async fn plugins(State(desk): State<Desk>, _caller: Caller) -> Result<Json<Value>, Problem> {
    let names = desk.away(|desk| desk.plugin_names()).await?;
    let all: Vec<_> = names
        .iter()
        .map(|(name, kind, version, sha256)| {
            json!({"name": name, "kind": kind, "version": version, "sha256": sha256})
        })
        .collect();
    Ok(Json(json!({"plugins": all})))
}

/// What a component is brought in with.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AddParams {
    /// The name of a plugin of contract 0.1, which cannot say its own.
    id: Option<String>,
}

/// Bring a component in. It is asked what it is and waits for approval; nothing of it runs before.
#[utoipa::path(post, path = "/plugins", tag = "plugins", params(AddParams),
    request_body(content = Vec<u8>, content_type = "application/wasm"),
    responses((status = 201, description = "What it is and what it asks for, in words.", body = told::PluginAnswer)))]
pub async fn add(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Asked(asked): Asked<AddParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    let added = desk
        .add_plugin(&actor, body.to_vec(), asked.id.as_deref())
        .await?;
    Ok((StatusCode::CREATED, Json(added)).into_response())
}

/// One plugin: what it asks for, what waits for approval, who uses it.
#[utoipa::path(get, path = "/plugins/{id}", tag = "plugins",
    params(("id" = String, Path, description = "Such as csv-folder.")),
    responses((status = 200, description = "The plugin.", body = told::PluginAnswer)))]
pub async fn show(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Last(id): Last,
) -> Result<Json<PluginView>, Problem> {
    Ok(Json(desk.away(move |desk| desk.plugin(&actor, &id)).await?))
}

/// Approval of a version by its hash.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveBody {
    /// The plugin.
    id: String,
    /// The hash of what waits, as it was looked at.
    sha256: String,
    /// Why.
    #[serde(default)]
    why: String,
}

/// Approve the version that waits. From now on it is the one that runs.
#[utoipa::path(post, path = "/plugins/approve", tag = "plugins", request_body = ApproveBody,
    responses((status = 200, description = "The plugin.", body = told::PluginAnswer)))]
pub async fn approve(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<ApproveBody>,
) -> Result<Json<PluginView>, Problem> {
    let approved = desk.approve_plugin(&actor, &body.id, &body.sha256, &body.why);
    Ok(Json(approved.await?))
}

/// Send away the version that waits.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseBody {
    /// The plugin.
    id: String,
}

/// Refuse the version that waits. A version in use goes on.
#[utoipa::path(post, path = "/plugins/refuse", tag = "plugins", request_body = RefuseBody,
    responses((status = 204, description = "It is gone.")))]
pub async fn refuse(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<RefuseBody>,
) -> Result<StatusCode, Problem> {
    desk.refuse_plugin(&actor, &body.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How an installed plugin is set; what is left out stays.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetBody {
    /// Whether it may run.
    #[serde(default)]
    enabled: Option<bool>,
    /// An exporter's settings.
    #[serde(default)]
    settings: Option<Value>,
    /// An exporter's limits: `memory_mb`, `seconds`, `requests`, `at_once`.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    limits: Option<SetLimits>,
}

/// Stop a plugin or let it run, and set an exporter up.
#[utoipa::path(put, path = "/plugins/{id}", tag = "plugins", request_body = SetBody,
    params(("id" = String, Path, description = "Such as acme-repairs.")),
    responses((status = 200, description = "The plugin.", body = told::PluginAnswer)))]
pub async fn set(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Last(id): Last,
    Given(body): Given<SetBody>,
) -> Result<Json<PluginView>, Problem> {
    let known = desk.plugin(&actor, &id)?;
    if body.settings.is_some() || body.limits.is_some() {
        let settings = body.settings.unwrap_or(known.settings);
        let limits = body.limits.unwrap_or(known.limits);
        desk.set_plugin(&actor, &id, settings, limits).await?;
    }
    if let Some(enabled) = body.enabled {
        desk.switch_plugin(&actor, &id, enabled).await?;
    }
    Ok(Json(desk.plugin(&actor, &id)?))
}

/// Take an installed plugin away. Its links are asked no more; what they gave stays on the cases.
#[utoipa::path(delete, path = "/plugins/{id}", tag = "plugins",
    params(("id" = String, Path, description = "Such as acme-repairs.")),
    responses((status = 204, description = "It is gone.")))]
pub async fn remove(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Last(id): Last,
) -> Result<StatusCode, Problem> {
    desk.remove_plugin(&actor, &id, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose runs.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunParams {
    /// A link, by its name.
    link: Option<String>,
    /// An exporter, by its id.
    exporter: Option<String>,
}

/// The last runs of a link or exporter, with their logs and what they asked other systems.
#[utoipa::path(get, path = "/plugin-runs", tag = "plugins", params(RunParams),
    responses((status = 200, description = "Newest first.", body = Vec<told::PluginRun>)))]
pub async fn runs(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Asked(asked): Asked<RunParams>,
) -> Result<Json<Vec<PluginRun>>, Problem> {
    let owner = match (asked.link, asked.exporter) {
        (Some(link), None) => format!("link:{link}"),
        (None, Some(exporter)) => format!("exporter:{exporter}"),
        _ => {
            return Err(DeskError::Invalid {
                field: "link",
                detail: "Name either a link or an exporter.".into(),
            }
            .into());
        }
    };
    Ok(Json(
        desk.away(move |desk| desk.plugin_runs(&actor, &owner))
            .await?,
    ))
}
