//! Lawful erasure.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc::told;
use super::extract::{Caller, Given, Ref};
use super::problem::Problem;
use crate::desk::Desk;

/// What is to be erased, and why.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureBody {
    /// The numbers of the entries, as `/events` gives them.
    entries: BTreeSet<u32>,
    /// The lawful reason, which the record keeps.
    reason: String,
}

/// Erase the content of entries for good. Their places in the chains stay, so that the record still verifies.
#[utoipa::path(post, path = "/cases/{reference}/erasures", tag = "cases", request_body = ErasureBody,
    params(("reference" = String, Path, description = "Such as C-2026-0042.")),
    responses((status = 200, description = "How much is gone.", body = told::Erasure)))]
pub async fn erase(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
    Given(body): Given<ErasureBody>,
) -> Result<Json<Value>, Problem> {
    let erased = desk.erase(&actor, &reference, body.entries, &body.reason);
    Ok(Json(json!(erased.await?)))
}
