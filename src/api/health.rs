//! Whether the server can do its work, and how much of it it does. No word about any case.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::doc::told;
use crate::desk::Desk;

/// Whether the file can be read and written.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()),
    responses((status = 200, description = "It can.", body = told::Health),
              (status = 503, description = "It cannot; `trouble` says why.", body = told::Health)))]
pub async fn health(State(desk): State<Desk>) -> Response {
    let trouble = desk.store().trouble().map(|error| error.to_string());
    let status = match trouble {
        None => StatusCode::OK,
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let version = env!("CARGO_PKG_VERSION");
    let body = json!({"ok": trouble.is_none(), "version": version, "trouble": trouble});
    (status, Json(body)).into_response()
}

/// Counters, in the text form that monitors read.
#[utoipa::path(get, path = "/metrics", tag = "server", security(()),
    responses((status = 200, description = "Counters since the start.", body = String, content_type = "text/plain")))]
pub async fn metrics(State(desk): State<Desk>) -> Response {
    let figures = desk.store().figures();
    // 0 for none: an alarm on its age rings then too.
    let backup = desk.away(|desk| Ok(desk.newest_backup())).await;
    let backup = backup.ok().flatten().map_or(0, |at| at.timestamp());
    let up = u8::from(desk.store().trouble().is_none());
    let rows = [
        (
            "redress_writes_total",
            "counter",
            "Writes asked for.",
            figures.jobs,
        ),
        (
            "redress_commits_total",
            "counter",
            "Durable commits; each carries many writes.",
            figures.commits,
        ),
        (
            "redress_syncs_total",
            "counter",
            "Syncs of the disk.",
            figures.syncs,
        ),
        (
            "redress_writable",
            "gauge",
            "1 when the file can be written.",
            up.into(),
        ),
        (
            "redress_backup_timestamp_seconds",
            "gauge",
            "When the newest backup beside the data file was taken; 0 for none.",
            u64::try_from(backup).unwrap_or(0),
        ),
    ];
    let text: String = rows
        .iter()
        .map(|(name, kind, help, value)| {
            format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
        })
        .collect();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
