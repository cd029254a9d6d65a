//! Exports of a case, as streams, and the plugins that write them.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::doc::told;
use super::documents::download_headers;
use super::extract::{Asked, Caller, Last, Ref};
use super::problem::Problem;
use crate::desk::Desk;
use crate::desk::exports::{ExportFormat, ExportRequest};

/// The formats a case can be exported in.
#[utoipa::path(get, path = "/exports", tag = "exports",
    responses((status = 200, description = "The formats.", body = Vec<told::ExportFormat>)))]
pub async fn formats(State(desk): State<Desk>, _caller: Caller) -> Json<Vec<ExportFormat>> {
    Json(desk.export_formats())
}

/// How much of a case leaves.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ExportParams {
    /// `full`; `focused` on some bundle categories; or `supplement`, what has come since the last bundle.
    mode: Option<String>,
    /// The categories of a focused export, 01 to 14, with commas between.
    items: Option<String>,
    /// Answers to what the format asks (its `request`), as parameters of their own: `person=complainant`.
    #[serde(flatten)]
    #[param(ignore)]
    answers: BTreeMap<String, String>,
}

/// Export a case. The archive is written while it is sent; one that broke off does not open. What the format asks (its
/// `request` in `GET /exports`) is answered with parameters of its own, such as `person=complainant`.
#[utoipa::path(get, path = "/cases/{reference}/exports/{format}", tag = "exports", params(
        ("reference" = String, Path, description = "Such as C-2026-0042."),
        ("format" = String, Path, description = "A key of `GET /exports`, such as ombudsman-bundle."), ExportParams),
    responses((status = 200, description = "The archive, or the one file of a format whose `media_type` says so.", 
        content((Vec<u8> = "application/zip"), (Vec<u8> = "application/pdf"), (Vec<u8> = "application/octet-stream")))))]
pub async fn export(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
    Last(format): Last,
    Asked(asked): Asked<ExportParams>,
) -> Result<Response, Problem> {
    let items = asked.items.unwrap_or_default();
    let items: Vec<String> = items
        .split(',')
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect();
    let answers: Vec<(String, String)> = asked.answers.into_iter().collect();
    let request = ExportRequest::parse(&format, asked.mode.as_deref(), &items)?
        .answering(&answers, &desk.export_formats());
    let archive = desk.export(&actor, &reference, request).await?;
    let mut response = Body::from_stream(archive.body).into_response();
    download_headers(&mut response, &archive.media_type, &archive.file_name);
    Ok(response)
}
