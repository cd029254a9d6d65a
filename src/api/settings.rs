//! What a landlord sets: the calendar, its policy, and the register of its policies.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use std::io;

use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::{HeaderMap, StatusCode};
use chrono::{Datelike, NaiveDate};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::io::StreamReader;
use utoipa::{IntoParams, ToSchema};

use super::doc::told;
use super::documents::{text, value};
use super::extract::{Asked, Caller, Given, idempotency_key};
use super::problem::Problem;
use super::read;
use crate::desk::Desk;
use crate::desk::calendar::CalendarChange;
use crate::desk::register::NewPolicy;
use crate::domain::calendar::london_date;
use crate::domain::category::Category;
use crate::domain::policy::Policy;
use crate::domain::rate::{BANDS, BANDS_SOURCE, Rate};

/// Which year.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct YearParams {
    /// The year; this one if not said.
    year: Option<i32>,
}

/// The bank holidays of a year, and the days on which the landlord's office is shut.
#[utoipa::path(get, path = "/calendar", tag = "settings", params(YearParams),
    responses((status = 200, description = "The days that are not worked beside weekends.", body = told::Calendar)))]
pub async fn calendar(
    State(desk): State<Desk>,
    _caller: Caller,
    Asked(asked): Asked<YearParams>,
) -> Json<Value> {
    let year = asked.year.unwrap_or_else(|| london_date(desk.now()).year());
    let book = desk.book();
    let holidays = book.calendar().holidays_in(year);
    let holidays: Vec<_> = holidays
        .into_iter()
        .map(|(date, name)| json!({"date": date, "name": name}))
        .collect();
    let closures = book.calendar().closures().iter();
    let closures: Vec<_> = closures
        .filter(|closure| (closure.from.year()..=closure.to.year()).contains(&year))
        .collect();
    Json(
        json!({"year": year, "is_seeded": book.calendar().is_seeded(year), "holidays": holidays,
                "closures": closures}),
    )
}

/// Add or remove a bank holiday or a closure of the office. Open dates that follow move, each with an event; met ones never do.
#[utoipa::path(post, path = "/calendar/changes", tag = "settings", request_body = told::CalendarChange,
    responses((status = 200, description = "What moved.", body = told::Moved)))]
pub async fn change_calendar(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(change): Given<CalendarChange>,
) -> Result<Json<Value>, Problem> {
    let moved = desk.change_calendar(&actor, change).await?;
    let moved: Vec<_> = moved
        .iter()
        .map(|(reference, changes)| json!({"reference": reference, "clocks": changes}))
        .collect();
    Ok(Json(json!({"moved": moved})))
}

/// The policy in force today, and every version.
#[utoipa::path(get, path = "/policy", tag = "settings",
    responses((status = 200, description = "What a step today is judged by.", body = told::PolicyInForce)))]
pub async fn policy(State(desk): State<Desk>, _caller: Caller) -> Result<Json<Value>, Problem> {
    let versions = desk.away(|desk| desk.policy_history()).await?;
    let versions: Vec<_> = versions
        .iter()
        .map(
            |v| json!({"version": v.version, "from": v.from, "at": v.at, "by": v.by, "why": v.why}),
        )
        .collect();
    let book = desk.book();
    let today = london_date(desk.now());
    Ok(Json(
        json!({"policy": book.policy(today), "latest": book.latest_policy(), "versions": versions}),
    ))
}

/// The tree of categories in use, and every version of it. 0 is the one that comes with the program.
#[utoipa::path(get, path = "/categories", tag = "settings",
    responses((status = 200, description = "What points are filed under.", body = told::Categories)))]
pub async fn categories(State(desk): State<Desk>, _caller: Caller) -> Result<Json<Value>, Problem> {
    let versions = desk.away(|desk| desk.category_history()).await?;
    let versions: Vec<_> = versions
        .iter()
        .map(|v| json!({"version": v.version, "at": v.at, "by": v.by, "why": v.why}))
        .collect();
    let book = desk.book();
    let tree = book.categories();
    Ok(Json(
        json!({"version": tree.version, "categories": tree.categories, "versions": versions}),
    ))
}

/// A new version of the tree of categories.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CategoriesBody {
    /// The version that it follows, as read.
    version: u32,
    /// The whole tree. A category that cases may carry is retired, never left out.
    #[schema(value_type = Vec<told::Category>)]
    categories: Vec<Category>,
    /// Why.
    why: String,
}

/// Set a new version of the tree of categories. Cases keep the words they were filed under.
#[utoipa::path(put, path = "/categories", tag = "settings", request_body = CategoriesBody,
    responses((status = 200, description = "The new version.", body = told::CategoryTree)))]
pub async fn set_categories(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<CategoriesBody>,
) -> Result<Json<Value>, Problem> {
    let set = desk.set_categories(&actor, body.version, body.categories, &body.why);
    let tree = set.await?;
    Ok(Json(
        json!({"version": tree.version, "categories": tree.categories}),
    ))
}

/// The table of rates that sums are reckoned by, every version of it, and the bands that a sum can be held beside. 0 is the table that comes with the program.
#[utoipa::path(get, path = "/rates", tag = "settings",
    responses((status = 200, description = "What an offer can name as its rate.", body = told::Rates)))]
pub async fn rates(State(desk): State<Desk>, _caller: Caller) -> Result<Json<Value>, Problem> {
    let versions = desk.away(|desk| desk.rate_history()).await?;
    let versions: Vec<_> = versions
        .iter()
        .map(|v| json!({"version": v.version, "at": v.at, "by": v.by, "why": v.why}))
        .collect();
    let book = desk.book();
    let table = book.rates();
    Ok(Json(
        json!({"version": table.version, "rates": table.rates, "bands": BANDS, "bands_source": BANDS_SOURCE,
               "versions": versions}),
    ))
}

/// A new version of the table of rates.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RatesBody {
    /// The version that it follows, as read.
    version: u32,
    /// The whole table. A rate that offers may name is retired, never left out.
    #[schema(value_type = Vec<told::Rate>)]
    rates: Vec<Rate>,
    /// Why.
    why: String,
}

/// Set a new version of the table of rates. Offers that were made keep the rate they followed.
#[utoipa::path(put, path = "/rates", tag = "settings", request_body = RatesBody,
    responses((status = 200, description = "The new version.", body = told::RateTable)))]
pub async fn set_rates(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<RatesBody>,
) -> Result<Json<Value>, Problem> {
    let set = desk.set_rates(&actor, body.version, body.rates, &body.why);
    let table = set.await?;
    Ok(Json(
        json!({"version": table.version, "rates": table.rates}),
    ))
}

/// A new version of the policy.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct PolicyBody {
    /// The whole policy; what is left out has its default.
    #[schema(value_type = told::Policy)]
    policy: Policy,
    /// From which day; none is from the beginning, which does for everything but clocks.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Why.
    why: String,
}

/// Set a new version of the policy.
#[utoipa::path(put, path = "/policy", tag = "settings", request_body = PolicyBody,
    responses((status = 200, description = "The new version.", body = told::Policy)))]
pub async fn set_policy(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Given(body): Given<PolicyBody>,
) -> Result<Json<Policy>, Problem> {
    let set = desk.set_policy(&actor, body.policy, body.from, &body.why);
    Ok(Json(set.await?))
}

/// The register of the landlord's policies.
#[utoipa::path(get, path = "/policies", tag = "settings",
    responses((status = 200, description = "Every version, newest first within its kind.", body = Vec<told::PolicyDocument>)))]
pub async fn register(State(desk): State<Desk>, _caller: Caller) -> Result<Json<Value>, Problem> {
    let policies = desk.away(|desk| desk.policy_register()).await?;
    Ok(Json(json!(policies)))
}

/// Add a version of a policy to the register. The fields come before the file.
#[utoipa::path(post, path = "/policies", tag = "settings",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request the same request.")),
    request_body(content = told::NewPolicy, content_type = "multipart/form-data"),
    responses((status = 201, description = "Added.", body = told::PolicyDocument)))]
pub async fn add_policy(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let key = idempotency_key(&headers)?;
    let broken = || Problem::malformed("Send multipart/form-data, with the part called file last.");
    let mut form = form.map_err(|_| broken())?;
    let (mut kind, mut title, mut version) = (String::new(), String::new(), String::new());
    let (mut from, mut to) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let about = NewPolicy {
                kind,
                title,
                version,
                effective_from: from.ok_or_else(|| {
                    Problem::invalid(
                        "effective_from",
                        "Give the first day in force, before the file.",
                    )
                })?,
                effective_to: to,
                file_name: field.file_name().unwrap_or("policy").to_owned(),
            };
            let bytes = StreamReader::new(field.map_err(io::Error::other));
            let added = desk
                .add_policy(&actor, about, bytes, key.as_deref())
                .await?;
            return Ok((StatusCode::CREATED, Json(json!(added))));
        }
        let text = text(field, &name).await?;
        match name.as_str() {
            "kind" => kind = text,
            "title" => title = text,
            "version" => version = text,
            "effective_from" => from = value::<NaiveDate>(&name, &text)?,
            "effective_to" => to = value::<NaiveDate>(&name, &text)?,
            _ => {
                let known = [
                    "kind",
                    "title",
                    "version",
                    "effective_from",
                    "effective_to",
                    "file",
                ];
                return Err(read::unknown(&name, &known));
            }
        }
    }
    Err(Problem::invalid(
        "file",
        "Send the policy as the part called file, last.",
    ))
}
