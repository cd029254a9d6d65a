//! The headers that every page carries: nothing may be loaded but our own files, nothing may frame us, nothing is
//! cached on a shared computer. There is no inline style or script anywhere, so the policy needs no exception.

use super::frame::Frame;
use super::page::Message;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      report-uri /policy-report";

/// Bytes of a report that are read.
pub const LONGEST_REPORT: usize = 16 * 1024;
/// Reports that are written to the log in a minute: a page that is attacked sends one for each attempt.
const REPORTS: u32 = 10;

/// What a browser says it kept a page from doing.
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "csp-report")]
    report: Kept,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[derive(Default)]
struct Kept {
    document_uri: String,
    blocked_uri: String,
    effective_directive: String,
}

/// Reports written in the minute that began then.
static WRITTEN: Mutex<(Option<Instant>, u32)> = Mutex::new((None, 0));

/// `POST /policy-report`: a browser kept one of our pages from doing what the policy forbids. Somebody wrote what must
/// not run, or an extension of the browser tried something; the log tells the administrator which page and what.
pub async fn reported(body: Bytes) -> StatusCode {
    let Ok(Report { report }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    if written.0.is_none_or(|begun| begun.elapsed() > MINUTE) {
        *written = (Some(Instant::now()), 0);
    }
    written.1 += 1;
    if written.1 <= REPORTS {
        tracing::warn!(
            page = place(&report.document_uri),
            blocked = place(&report.blocked_uri),
            rule = place(&report.effective_directive),
            "a browser kept a page from what the content security policy forbids"
        );
    }
    StatusCode::NO_CONTENT
}

/// An address without what was asked, which may be somebody's name, and not endless.
fn place(address: &str) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    let clean = bare.chars().filter(|c| !c.is_control());
    clean.take(200).collect()
}

const MINUTE: Duration = Duration::from_secs(60);

/// Wraps the pages: their headers, and the refusal of posts that another site started.
pub fn protect<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let guard = CsrfLayer::new().with_rejection_response(|_| from_elsewhere());
    fixed
        .into_iter()
        .fold(pages.layer(guard), |router, (name, value)| {
            // An answer that set its own value (an asset, a download) keeps it.
            router.layer(SetResponseHeaderLayer::if_not_present(
                name,
                HeaderValue::from_static(value),
            ))
        })
}

/// What a browser gets when another site made it send a form with its session.
fn from_elsewhere() -> Response {
    let text = "Another site made your browser send this, so nothing was done. If it was you, open \
                the page here and send the form again.";
    Message {
        frame: Frame::bare(),
        title: "Sent by another site".into(),
        text: text.into(),
        incident: String::new(),
    }
    .answer(StatusCode::FORBIDDEN)
}
