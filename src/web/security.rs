//! The headers that every page carries: nothing may be loaded but our own files, nothing may frame us, nothing is
//! cached on a shared computer. There is no inline style or script anywhere, so the policy needs no exception.

use super::frame::Frame;
use super::page::Message;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

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
