//! JSON for machines, `/api/v1`: extract, call one `desk` function, render.
//!
//! One file per resource; errors become HTTP in [`problem`] alone; the document at `/api/v1/openapi.json` is made
//! from the handlers and types themselves ([`doc`]). Start at [`router`].

pub mod assignments;
pub mod backups;
pub mod board;
pub mod cases;
pub mod clocks;
pub mod commands;
pub mod doc;
pub mod documents;
pub mod erasures;
pub mod exports;
pub mod extract;
pub mod health;
mod learning;
pub mod links;
pub mod people;
pub mod plugins;
pub mod problem;
mod range;
mod read;
pub mod search;
mod settings;

use std::sync::OnceLock;

use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::desk::Desk;
use crate::desk::plugins::LARGEST;
use problem::Problem;

/// The longest JSON body: an account may be 4 MB of text, which JSON may write in escapes.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// The routes with their account of themselves.
fn routes() -> OpenApiRouter<Desk> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(documents::list, documents::attach))
        .routes(routes!(settings::register, settings::add_policy))
        .layer(DefaultBodyLimit::disable());
    let components = OpenApiRouter::new()
        .routes(routes!(plugins::add))
        .layer(DefaultBodyLimit::max(LARGEST as usize + 1));
    OpenApiRouter::new()
        .routes(routes!(cases::log, cases::list))
        .routes(routes!(cases::show))
        .routes(routes!(cases::events))
        .routes(routes!(cases::earlier))
        .routes(routes!(erasures::erase))
        .routes(routes!(cases::residents))
        .routes(routes!(cases::dashboard))
        .routes(routes!(board::board))
        .routes(routes!(search::search))
        .routes(routes!(commands::command))
        .routes(routes!(documents::download))
        .routes(routes!(documents::preview))
        .routes(routes!(links::links))
        .routes(routes!(links::refresh))
        .routes(routes!(links::record))
        .routes(routes!(links::pull))
        .routes(routes!(links::sources, links::set_sources))
        .routes(routes!(links::check))
        .routes(routes!(exports::formats))
        .routes(routes!(exports::export))
        .routes(routes!(plugins::plugins))
        .routes(routes!(plugins::show, plugins::set, plugins::remove))
        .routes(routes!(plugins::approve))
        .routes(routes!(plugins::refuse))
        .routes(routes!(plugins::runs))
        .routes(routes!(clocks::clocks))
        .routes(routes!(assignments::assign))
        .routes(routes!(assignments::absence))
        .routes(routes!(people::me))
        .routes(routes!(people::people, people::add))
        .routes(routes!(people::change))
        .routes(routes!(people::sessions))
        .routes(routes!(people::end_session))
        .routes(routes!(people::tokens, people::create_token))
        .routes(routes!(people::revoke_token))
        .routes(routes!(settings::calendar))
        .routes(routes!(settings::change_calendar))
        .routes(routes!(settings::policy, settings::set_policy))
        .routes(routes!(settings::categories, settings::set_categories))
        .routes(routes!(settings::rates, settings::set_rates))
        .routes(routes!(learning::log, learning::enter))
        .routes(routes!(learning::show, learning::change))
        .routes(routes!(backups::backups, backups::begin))
        .routes(routes!(backups::plan))
        .routes(routes!(backups::bucket))
        .routes(routes!(health::health))
        .routes(routes!(health::metrics))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .merge(uploads)
        .merge(components)
}

/// The OpenAPI document.
pub fn openapi() -> Value {
    doc::document(routes().into_openapi())
}

/// The API over a desk, to be put beside the pages.
pub fn router(desk: Desk) -> Router {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    let document = || async { Json(DOCUMENT.get_or_init(openapi)) };
    let (api, _) = routes().split_for_parts();
    let api = api
        .route("/openapi.json", get(document))
        .fallback(|| async { Problem::no_route() })
        .method_not_allowed_fallback(|| async { Problem::wrong_method() });
    let guard = CsrfLayer::new().with_rejection_response(|_| from_elsewhere());
    let fixed = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let api = fixed
        .into_iter()
        .fold(api.layer(guard), |api, (name, value)| {
            api.layer(SetResponseHeaderLayer::if_not_present(
                name,
                HeaderValue::from_static(value),
            ))
        });
    Router::new()
        .nest("/api/v1", api)
        .route("/healthz", get(health::health))
        .route("/metrics", get(health::metrics))
        .layer(CatchPanicLayer::custom(|_| {
            Problem::internal().into_response()
        }))
        .layer(middleware::from_fn(problem::number))
        .with_state(desk)
}

/// What a browser gets when another site made it send a request with its session.
fn from_elsewhere() -> Response {
    let detail =
        "Another site sent this request. Call the API from your own program, with a token.";
    let title = "Sent by another site";
    Problem::new(StatusCode::FORBIDDEN, "cross_site", title, detail).into_response()
}
