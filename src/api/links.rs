//! Linked records of a case, and the systems they come from.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::cases::case_answer;
use super::doc::told;
use super::extract::{Caller, Given, Ref};
use super::problem::Problem;
use crate::desk::links::papers::on_case;
use crate::desk::plugins::sources::LinkSource;
use crate::desk::{Desk, DeskError, need};
use crate::domain::access::Permission;
use crate::domain::case::{LinkedRecord, RecordKey};
use crate::domain::ids::CaseRef;
use crate::link::record::{Paper, Sheet};

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

/// A linked record in all its versions, with the documents that belong to it.
#[utoipa::path(get, path = "/cases/{reference}/links/{source}/{kind}/{id}", tag = "links",
    params(("reference" = String, Path, description = "Such as C-2026-0042."),
           ("source" = String, Path, description = "The link it came from."),
           ("kind" = String, Path, description = "What it is there, such as `repair`."),
           ("id" = String, Path, description = "Its identifier there.")),
    responses((status = 200, description = "The record.", body = told::RecordAnswer)))]
pub async fn record(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    path: RecordPath,
) -> Result<Json<Value>, Problem> {
    let (reference, key) = path.parts()?;
    let view = desk.away(move |desk| desk.case(&actor, &reference)).await?;
    let versions: Vec<_> = view
        .case
        .links
        .iter()
        .filter(|link| link.is(&key))
        .collect();
    let newest = versions.last().ok_or(DeskError::NotFound)?;
    let sheet = Sheet::read(&newest.document);
    let paper = |paper: &Paper| {
        json!({
            "id": paper.id, "name": paper.name, "title": paper.title, "media_type": paper.media_type,
            "taken_on": paper.taken_on,
            "on_case": on_case(&view.case, newest, paper).map(|document| document.id),
        })
    };
    let version = |link: &&LinkedRecord| {
        let document: Value =
            serde_json::from_str(&link.document).unwrap_or_else(|_| json!(link.document));
        json!({
            "version": link.version, "title": link.title, "snapshot_at": link.snapshot_at, "hash": link.hash,
            "by_hand": link.by_hand, "document": document,
        })
    };
    let points = view.case.points.iter();
    let points = points.filter(|point| point.evidence.records.contains(&key));
    Ok(Json(json!({
        "source": key.source, "kind": key.kind, "external_id": key.external_id, "title": newest.title,
        "unlinked_at": newest.unlinked_at,
        "documents": sheet.papers.iter().map(paper).collect::<Vec<_>>(),
        "points": points.map(|point| point.id).collect::<Vec<_>>(),
        "versions": versions.iter().map(version).collect::<Vec<_>>(),
    })))
}

/// Which document of a record is wanted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// Its identifier in the record; all that are not on the case yet, if it is left out.
    document: Option<String>,
}

/// Take documents of a linked record into the case as evidence: their bytes, with the hash.
#[utoipa::path(post, path = "/cases/{reference}/links/{source}/{kind}/{id}/documents", tag = "links",
    params(("reference" = String, Path, description = "Such as C-2026-0042."),
           ("source" = String, Path, description = "The link it came from."),
           ("kind" = String, Path, description = "What it is there, such as `repair`."),
           ("id" = String, Path, description = "Its identifier there.")),
    request_body = Wanted,
    responses((status = 200, description = "What was added, what was there already, and what could not be had.", body = told::PulledDocuments)))]
pub async fn pull(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    path: RecordPath,
    Given(wanted): Given<Wanted>,
) -> Result<Json<Value>, Problem> {
    need(&actor, Permission::Attach)?;
    let (reference, key) = path.parts()?;
    let wanted = wanted.document.as_deref();
    let pulled = desk
        .pull_documents(&actor, &reference, &key, wanted)
        .await?;
    let known = pulled.known.iter();
    let failed = pulled.failed.iter();
    Ok(Json(json!({
        "added": pulled.added,
        "known": known.map(|(name, id)| json!({"name": name, "document": id})).collect::<Vec<_>>(),
        "failed": failed.map(|(name, why)| json!({"name": name, "detail": why})).collect::<Vec<_>>(),
    })))
}

/// The four parts of a record's address. What is no reference is no case either.
#[derive(Clone, Debug)]
pub struct RecordPath {
    reference: String,
    key: RecordKey,
}

impl RecordPath {
    fn parts(self) -> Result<(CaseRef, RecordKey), DeskError> {
        let reference = self.reference.parse().map_err(|_| DeskError::NotFound)?;
        Ok((reference, self.key))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RecordPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String, String, String)>::from_request_parts(parts, state).await;
        let Path((reference, source, kind, external_id)) = path.map_err(|_| DeskError::NotFound)?;
        Ok(Self {
            reference,
            key: RecordKey {
                source,
                kind,
                external_id,
            },
        })
    }
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
