//! Work that changes hands.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc::told;
use super::extract::{Caller, Given};
use super::people::person_json;
use super::problem::Problem;
use crate::desk::assignments::Assignment;
use crate::desk::{Away, Desk};
use crate::domain::ids::CaseRef;

/// Cases to be given to someone.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentBody {
    /// Who has them now: a case that is no longer theirs is left alone.
    #[serde(default)]
    from: Option<String>,
    /// Who gets them.
    to: String,
    /// Which; without it all the open cases of `from`, at most 500.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    cases: Vec<CaseRef>,
    /// Why, for the record of each case.
    #[serde(default)]
    note: Option<String>,
}

/// Give many cases to someone at once. A case that may not go to them stays where it is and is named with the reason.
#[utoipa::path(post, path = "/assignments", tag = "cases", request_body = AssignmentBody,
    responses((status = 200, description = "What went and what stayed.", body = told::Assigned)))]
pub async fn assign(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<AssignmentBody>,
) -> Result<Json<Value>, Problem> {
    let wanted = Assignment {
        from: body.from,
        to: body.to,
        cases: body.cases,
        note: body.note,
    };
    let done = desk.reassign(&actor, wanted).await?;
    let given: Vec<_> = done
        .given
        .iter()
        .map(|(reference, handler)| json!({"reference": reference, "handler": handler}))
        .collect();
    let refused: Vec<_> = done
        .refused
        .iter()
        .map(|(reference, detail)| json!({"reference": reference, "detail": detail}))
        .collect();
    Ok(Json(json!({"assigned": given, "refused": refused})))
}

/// Someone's absence, or its end.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceBody {
    /// Whose, by account name.
    id: String,
    /// The last day of it; none ends it.
    #[serde(default)]
    until: Option<NaiveDate>,
    /// Who gets their new work meanwhile.
    #[serde(default)]
    cover: Option<String>,
}

/// Say that someone is away, or back. New work for them goes to who covers. One may always say so of oneself.
#[utoipa::path(post, path = "/absences", tag = "people", request_body = AbsenceBody,
    responses((status = 200, description = "As they stand now.", body = told::Person)))]
pub async fn absence(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<AbsenceBody>,
) -> Result<Json<Value>, Problem> {
    let away = body.until.map(|until| Away {
        until,
        cover: body.cover,
    });
    let person = desk.set_away(&actor, &body.id, away).await?;
    Ok(Json(person_json(&person)))
}
