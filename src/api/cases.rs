//! Cases: log one, list them, read one with its events, and those that came before.

#![allow(unused_qualifications, reason = "utoipa writes paths in full")]

use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::doc::told;
use super::extract::{Asked, Caller, Given, Ref, idempotency_key};
use super::problem::Problem;
use crate::desk::links::residents::FoundResident;
use crate::desk::lists::{CaseRow, Facet, ListOrder, ListQuery, Page};
use crate::desk::{CaseView, Desk};
use crate::domain::calendar::start_of_day;
use crate::domain::case::State as CaseState;
use crate::domain::category::RootCause;
use crate::domain::intake::{Intake, Risk};
use crate::domain::measure::{Measure, Span};

/// A page of a list, if the caller does not say how long.
const PAGE: usize = 50;
/// The longest page.
const LONGEST: usize = 200;

/// A case with its version, as every answer about one case carries it.
pub fn case_answer(view: &CaseView) -> Response {
    let mut response = Json(view.to_json()).into_response();
    version_header(&mut response, view.case.version);
    response
}

/// Puts the version where caches and `If-Match` look for it.
pub fn version_header(response: &mut Response, version: u32) {
    if let Ok(value) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, value);
    }
}

/// Log a complaint, a service request or a survey comment.
#[utoipa::path(post, path = "/cases", tag = "cases",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request the same request.")),
    request_body = told::Intake,
    responses((status = 201, description = "Logged. `Location` is its address, `ETag` its version.", body = told::CaseAnswer)))]
pub async fn log(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Given(intake): Given<Intake>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let view = desk.log(&actor, intake, key.as_deref()).await?;
    let mut response = (StatusCode::CREATED, case_answer(&view)).into_response();
    let address = format!("/api/v1/cases/{}", view.case.reference);
    if let Ok(address) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(LOCATION, address);
    }
    Ok(response)
}

/// One case with its clocks, flags and readiness.
#[utoipa::path(get, path = "/cases/{reference}", tag = "cases",
    params(("reference" = String, Path, description = "Such as C-2026-0042.")),
    responses((status = 200, description = "The case. `ETag` is its version.", body = told::CaseAnswer)))]
pub async fn show(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
) -> Result<Response, Problem> {
    let view = desk.away(move |desk| desk.case(&actor, &reference)).await?;
    Ok(case_answer(&view))
}

/// Everything that happened to a case, with the hashes of its chain.
#[utoipa::path(get, path = "/cases/{reference}/events", tag = "cases",
    params(("reference" = String, Path, description = "Such as C-2026-0042.")),
    responses((status = 200, description = "Its events, oldest first.", body = Vec<told::AuditedEvent>)))]
pub async fn events(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
) -> Result<Response, Problem> {
    let events = desk
        .away(move |desk| desk.events(&actor, &reference))
        .await?;
    Ok(Json(events).into_response())
}

/// Other cases of the same resident or home.
#[utoipa::path(get, path = "/cases/{reference}/earlier", tag = "cases",
    params(("reference" = String, Path, description = "Such as C-2026-0042.")),
    responses((status = 200, description = "Newest first, at most twenty.", body = Vec<told::EarlierCase>)))]
pub async fn earlier(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
) -> Result<Json<Vec<Value>>, Problem> {
    let found = desk
        .away(move |desk| desk.earlier_cases(&actor, &reference))
        .await?;
    let one = |(facet, row): &(Facet, CaseRow)| {
        let same = if matches!(facet, Facet::Person(_)) {
            "resident"
        } else {
            "home"
        };
        let mut value = summary(row);
        value["same"] = json!(same);
        value
    };
    Ok(Json(found.iter().map(one).collect()))
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The next deadline first.
    #[default]
    Due,
    /// The newest first.
    Received,
    /// The last changed first.
    Updated,
}

/// A day, or a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum When {
    /// A day in London.
    On(NaiveDate),
    /// A moment.
    At(DateTime<Utc>),
}

impl TryFrom<String> for When {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // A plus sign that was not encoded arrives as a space.
        let moment = text.replace(' ', "+");
        let day = text.parse().map(Self::On).ok();
        day.or_else(|| moment.parse().map(Self::At).ok())
            .ok_or_else(|| format!("“{}” is neither a day such as 2026-11-20 nor a time such as 2026-11-20T16:05:00Z", text.chars().take(40).collect::<String>()))
    }
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Where the case stands.
    #[param(value_type = Option<String>, schema_with = told::state)]
    state: Option<CaseState>,
    /// 1 or 2.
    stage: Option<u8>,
    /// Who handles the current stage, by account name; `none` for nobody.
    handler: Option<String>,
    /// A category of one of its points, or the part before the dot.
    category: Option<String>,
    /// A root cause.
    #[param(value_type = Option<String>, schema_with = told::root_cause)]
    root_cause: Option<RootCause>,
    /// How carefully it must be watched.
    #[param(value_type = Option<String>, schema_with = told::risk)]
    risk: Option<Risk>,
    /// `true`: only cases that were refused, as a whole or in part.
    refused: Option<bool>,
    /// `true`: only refused, withdrawn and closed cases; `false`: only open ones.
    ended: Option<bool>,
    /// `true`: only cases without a deadline.
    undated: Option<bool>,
    /// A group of complaints in a period, such as `s1_answered_in_time`: those counted by `GET /board`. The order is then
    /// that of its days, newest first.
    #[param(value_type = Option<String>)]
    measure: Option<Measure>,
    /// With `measure`: the first day of the period.
    measure_from: Option<NaiveDate>,
    /// With `measure`: its last day.
    measure_to: Option<NaiveDate>,
    /// Only cases with a deadline on or after this day.
    due_from: Option<NaiveDate>,
    /// Only cases with a deadline before this day.
    due_before: Option<NaiveDate>,
    /// Only cases received on or after this day or moment.
    #[param(value_type = Option<String>)]
    received_from: Option<When>,
    /// Only cases received on or before this day, or before this moment.
    #[param(value_type = Option<String>)]
    received_to: Option<When>,
    /// Words that a reference, name, address or number begins with, and filters as in the box of the lists:
    /// `stage:2 due:<3d owner:me is:overdue theme:damp_and_mould received:>=2026-01-01 "exact words" -word`.
    q: Option<String>,
    /// Only cases with a linked record of this kind, such as `repair`.
    linked: Option<String>,
    /// The order.
    #[param(value_type = Option<String>, schema_with = told::sort)]
    sort: Sort,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Rows of a page, 50 if not said, at most 200.
    limit: Option<usize>,
}

impl ListParams {
    fn query(self) -> Result<ListQuery, Problem> {
        let stage = match self.stage {
            Some(stage) if stage > 2 => {
                return Err(Problem::invalid(
                    "stage",
                    "There are two stages: give 1 or 2.",
                ));
            }
            stage => stage.map(Facet::Stage),
        };
        let handler = self.handler.map(|handler| match handler.as_str() {
            "none" => Facet::Unassigned,
            _ => Facet::Handler(handler),
        });
        let facets = [
            self.state.map(Facet::State),
            stage,
            handler,
            self.category.map(Facet::Category),
            self.root_cause.map(Facet::RootCause),
            self.risk.map(Facet::Risk),
            self.refused
                .filter(|refused| *refused)
                .map(|_| Facet::Refused),
            self.linked.map(Facet::Linked),
            self.ended.map(Facet::Ended),
        ];
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=LONGEST).contains(&limit) {
            let detail =
                format!("Ask for 1 to {LONGEST} rows at a time, and go on with the cursor.");
            return Err(Problem::invalid("limit", detail));
        }
        let wrong_cursor = |cursor: &String| cursor.len() != 32 || hex::decode(cursor).is_err();
        if self.cursor.as_ref().is_some_and(wrong_cursor) {
            let detail =
                "Give the `next` of the page before as it was, or leave it out for the first page.";
            return Err(Problem::invalid("cursor", detail));
        }
        let query = ListQuery {
            facets: facets.into_iter().flatten().collect(),
            order: match self.sort {
                Sort::Due => ListOrder::Due,
                Sort::Received => ListOrder::Received,
                Sort::Updated => ListOrder::Updated,
            },
            due_from: self.due_from,
            due_before: self.due_before,
            undated: self.undated.unwrap_or_default(),
            received_from: self.received_from.map(|when| match when {
                When::On(day) => start_of_day(day),
                When::At(at) => at,
            }),
            received_to: self.received_to.map(|when| match when {
                // Before the next day, to the last fraction of this one's last second.
                When::On(day) => start_of_day(day.succ_opt().unwrap_or(day)),
                When::At(at) => at,
            }),
            q: self.q.unwrap_or_default(),
            cursor: self.cursor,
            limit,
            ..ListQuery::default()
        };
        Ok(match self.measure {
            Some(measure) => query.during(
                measure,
                Span {
                    from: self.measure_from.unwrap_or(NaiveDate::MIN),
                    to: self.measure_to.unwrap_or(NaiveDate::MAX),
                },
            ),
            None => query,
        })
    }
}

/// Cases, narrowed and in order, page by page.
#[utoipa::path(get, path = "/cases", tag = "cases", params(ListParams),
    responses((status = 200, description = "A page; `next` leads to the one after it.", body = told::CasePage)))]
pub async fn list(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Asked(asked): Asked<ListParams>,
) -> Result<Json<Value>, Problem> {
    let mut query = asked.query()?;
    let page = desk
        .away(move |desk| {
            // People are asked for by the name that others read as well.
            for facet in &mut query.facets {
                if let Facet::Handler(handler) = facet {
                    *handler = desk.book().id_of(handler);
                }
            }
            desk.cases(&actor, &query)
        })
        .await?;
    Ok(Json(page_json(&page)))
}

fn page_json(page: &Page) -> Value {
    json!({
        "items": page.rows.iter().map(summary).collect::<Vec<_>>(),
        "next": page.next,
        "total": page.total,
        "total_is_exact": page.total_is_exact,
    })
}

/// A case in a list.
pub fn summary(row: &CaseRow) -> Value {
    json!({
        "reference": row.reference, "version": row.version, "kind": row.kind, "state": row.state,
        "stage": row.stage, "title": row.title, "received_at": row.received_at,
        "updated_at": row.updated_at, "due": row.due.as_ref().map(|due| due.on),
        "due_clock": row.due.as_ref().map(|due| &due.clock), "handler": row.handler,
        "complainant": row.complainant, "address": row.address, "categories": row.categories,
        "root_causes": row.root_causes, "risk": row.risk, "care": row.care,
        "links": row.links, "with_ombudsman": row.with_ombudsman, "restricted": row.only_for.is_some(),
    })
}

/// Whom to look for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResidentParams {
    /// The beginning of a name, an address or a number.
    q: String,
}

/// Residents by the words typed so far: of the linked systems that can be searched, and of earlier cases.
#[utoipa::path(get, path = "/residents", tag = "cases", params(ResidentParams),
    responses((status = 200, description = "At most fifty residents, and how each linked system took part. The linked systems are asked only for callers who may log.", body = told::Residents)))]
pub async fn residents(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Asked(asked): Asked<ResidentParams>,
) -> Result<Json<Value>, Problem> {
    let found = desk.find_residents(&actor, &asked.q).await?;
    let residents: Vec<Value> = found.residents.iter().map(resident).collect();
    Ok(Json(
        json!({"residents": residents, "sources": found.sources}),
    ))
}

fn resident(found: &FoundResident) -> Value {
    let mut value = json!(found.resident);
    for name in ["source", "external_id"] {
        // An earlier case is no linked system.
        if value[name] == json!("") {
            value[name] = Value::Null;
        }
    }
    let case = |row: &CaseRow| {
        json!({"reference": row.reference, "state": row.state, "title": row.title,
               "received_at": row.received_at})
    };
    value["cases"] = found.cases.iter().map(case).collect();
    value
}

/// How many cases wait in each view of the caller's work queue.
#[utoipa::path(get, path = "/dashboard", tag = "cases",
    responses((status = 200, description = "The counts.", body = told::QueueCounts)))]
pub async fn dashboard(
    State(desk): State<Desk>,
    Caller(actor): Caller,
) -> Result<Response, Problem> {
    let counts = desk.away(move |desk| desk.queue_counts(&actor)).await?;
    Ok(Json(counts).into_response())
}
