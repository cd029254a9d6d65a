//! Backups: what there is, how the last ones went, one now, the schedule.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc::told;
use super::extract::{Caller, Given};
use super::problem::Problem;
use crate::desk::Desk;
use crate::desk::backups::{Backup, Backups, BucketAnswers, Plan};

fn one(backup: &Backup) -> Value {
    json!({"name": backup.name, "path": backup.path, "taken_at": backup.taken_at, "bytes": backup.bytes,
        "sealed": backup.sealed})
}

fn answer(all: &Backups) -> Value {
    let list = |list: &[Backup]| list.iter().map(one).collect::<Vec<_>>();
    let failure = all.failure.as_ref();
    json!({
        "plan": all.plan,
        "version": all.version,
        "folder": all.folder,
        "latest": all.latest,
        "beside": list(&all.beside),
        "also": list(all.also.as_deref().unwrap_or_default()),
        "beside_trouble": all.beside_trouble,
        "also_trouble": all.also.as_ref().err(),
        "next": all.next,
        "late": all.late,
        "running": all.doing.is_some(),
        "bucket": all.bucket,
        "sent": all.sent.as_ref().map(|sent| json!({"name": sent.name, "kept": sent.kept})),
        "failure": failure.map(|failure| json!({"at": failure.at, "why": failure.why})),
    })
}

/// The backups that are kept, and how the last ones went. What is in a folder cannot be told while it is away; `beside_trouble` and `also_trouble` say why.
#[utoipa::path(get, path = "/backups", tag = "server",
    responses((status = 200, description = "Newest first.", body = told::Backups)))]
pub async fn backups(
    State(desk): State<Desk>,
    Caller(actor): Caller,
) -> Result<Json<Value>, Problem> {
    let all = desk.away(move |desk| desk.backups(&actor)).await?;
    Ok(Json(answer(&all)))
}

/// Begin a verified backup of the running file. It goes on by itself: ask for the list to see what came of it.
#[utoipa::path(post, path = "/backups", tag = "server",
    responses((status = 202, description = "It has begun.", body = told::Backups)))]
pub async fn begin(
    State(desk): State<Desk>,
    Caller(actor): Caller,
) -> Result<(StatusCode, Json<Value>), Problem> {
    desk.begin_backup(&actor)?;
    let all = desk.away(move |desk| desk.backups(&actor)).await?;
    Ok((StatusCode::ACCEPTED, Json(answer(&all))))
}

/// A new schedule.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanBody {
    /// The version that it follows, as read.
    version: u32,
    /// The whole schedule; what is left out has its default.
    #[schema(value_type = told::BackupPlan)]
    plan: Plan,
    /// Why.
    why: String,
}

/// Set when backups are made, which are kept, and where they are copied to.
#[utoipa::path(put, path = "/backups/plan", tag = "server", request_body = PlanBody,
    responses((status = 200, description = "The schedule and what it is for.", body = told::Backups)))]
pub async fn plan(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<PlanBody>,
) -> Result<Json<Value>, Problem> {
    desk.plan_backups(&actor, body.version, body.plan, &body.why)
        .await?;
    let all = desk.away(move |desk| desk.backups(&actor)).await?;
    Ok(Json(answer(&all)))
}

/// The object store that backups are sent to.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketBody {
    /// The version that it follows, as read.
    version: u32,
    /// The whole of it; an empty secret leaves the one that is kept.
    #[schema(value_type = told::NewBackupBucket)]
    bucket: BucketAnswers,
    /// Why.
    why: String,
}

/// Set the object store that backups are sent to. One that is switched on is asked for its list first; its secret is never given out again.
#[utoipa::path(put, path = "/backups/bucket", tag = "server", request_body = BucketBody,
    responses((status = 200, description = "The object store and what is sent there.", body = told::Backups)))]
pub async fn bucket(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<BucketBody>,
) -> Result<Json<Value>, Problem> {
    desk.set_bucket(&actor, body.version, body.bucket, &body.why)
        .await?;
    let all = desk.away(move |desk| desk.backups(&actor)).await?;
    Ok(Json(answer(&all)))
}
