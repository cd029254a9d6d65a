//! What went wrong, as `application/problem+json` (RFC 9457): the one place where errors become HTTP.
//!
//! Start at [`Problem`]'s `From<DeskError>`. What axum itself refuses (a path, a query, a body that is no JSON)
//! comes through the extractors of [`super::extract`] and ends here too.

use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tower_http::request_id::RequestId;
use utoipa::ToSchema;

use crate::desk::{DeskError, StoreError};
use crate::domain::refusal::Refusal;

/// A problem: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// The kind of problem: `urn:redress:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong here, and the way forward.
    pub detail: String,
    /// `E01` to `E17`, or `validation`, `wrong_state`, `stale`, `not_found`, `forbidden` and others.
    pub code: String,
    /// The field at fault, as the request spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The paragraph of the Complaint Handling Code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provision: Option<String>,
    /// The case's version now, when the request named an older one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<u32>,
    /// The request's number, as in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How long to wait before the next try.
    #[serde(skip)]
    pub wait_seconds: Option<u64>,
}

impl Problem {
    /// A problem of this code.
    pub fn new(
        status: StatusCode,
        code: impl Into<String>,
        title: &str,
        detail: impl Into<String>,
    ) -> Self {
        let code = code.into();
        Self {
            kind: format!("urn:redress:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            field: None,
            provision: None,
            current: None,
            request_id: None,
            wait_seconds: None,
        }
    }

    /// A field that is missing or not understood.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let field = field.into();
        let problem = Self::new(status, "validation", "The request is not right yet", detail);
        Self {
            field: (!field.is_empty()).then_some(field),
            ..problem
        }
    }

    /// A body that is not JSON at all.
    pub fn malformed(detail: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, "malformed", "The request cannot be read", detail)
    }

    /// Nothing there, or nothing the caller may know of: the same words for both.
    pub fn not_found() -> Self {
        DeskError::NotFound.into()
    }

    /// No such route.
    pub fn no_route() -> Self {
        let detail = "There is no such address in the API. GET /api/v1/openapi.json lists them.";
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// A route that takes other methods.
    pub fn wrong_method() -> Self {
        let detail =
            "This address does not take this method. GET /api/v1/openapi.json lists what it takes.";
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(status, "wrong_method", "Wrong method", detail)
    }

    /// A fault of ours; the log has the rest.
    pub fn internal() -> Self {
        let detail = "Something went wrong in Redress. Nothing was changed; try again, and give your \
                      administrator the request's number if it stays.";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "internal", "A fault of ours", detail)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let title = match refusal.code.to_string().as_str() {
            "validation" => "The request is not right yet",
            "wrong_state" => "Not at this point of the case",
            "not_found" => "The case has no such thing",
            _ => "The Complaint Handling Code stands in the way",
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let code = refusal.code.to_string();
        Self {
            field: refusal.field.map(str::to_owned),
            provision: refusal.provision.map(str::to_owned),
            ..Self::new(status, code, title, refusal.detail)
        }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        use StatusCode as S;
        let detail = error.to_string();
        let new = |status, code, title| Self::new(status, code, title, detail.clone());
        match error {
            DeskError::Refused(refusal) => refusal.into(),
            DeskError::NotFound => new(S::NOT_FOUND, "not_found", "Not found"),
            DeskError::Forbidden(_) => new(S::FORBIDDEN, "forbidden", "Not allowed"),
            DeskError::Stale { current } => Self {
                current: Some(current),
                ..new(S::PRECONDITION_FAILED, "stale", "The case has changed")
            },
            DeskError::Conflict(_) => new(S::CONFLICT, "conflict", "Used for something else"),
            DeskError::Invalid { field, detail } => Self::invalid(field, detail),
            DeskError::Unauthenticated(_) => {
                new(S::UNAUTHORIZED, "unauthenticated", "Not signed in")
            }
            DeskError::TooMany { seconds } => Self {
                wait_seconds: Some(seconds),
                ..new(S::TOO_MANY_REQUESTS, "too_many", "Too many tries")
            },
            DeskError::StoreFull => new(S::INSUFFICIENT_STORAGE, "disk_full", "The disk is full"),
            DeskError::Store(StoreError::TooLarge { .. }) => {
                new(S::PAYLOAD_TOO_LARGE, "too_large", "Too large")
            }
            DeskError::Store(error) => {
                tracing::error!(%error, "the file or the disk failed");
                new(
                    S::SERVICE_UNAVAILABLE,
                    "store",
                    "The file cannot be used now",
                )
            }
            DeskError::Plugin(_) => new(S::BAD_GATEWAY, "plugin", "A plugin failed"),
            DeskError::Pdf(_) => new(S::INTERNAL_SERVER_ERROR, "pdf", "A letter failed"),
            DeskError::Internal(why) => {
                tracing::error!(%why, "a call failed inside");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let json = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(CONTENT_TYPE, json)], body).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.wait_seconds {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the request's number into a problem on its way out.
pub async fn number(request: Request, next: Next) -> Response {
    let number = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let number = number
        .as_ref()
        .and_then(|id| id.header_value().to_str().ok());
    tracing::debug!(request = number, code = %problem.code, "a request was not carried out");
    let mut numbered = Problem {
        request_id: number.map(str::to_owned),
        ..problem
    }
    .into_response();
    for (name, value) in response.headers() {
        if name != CONTENT_LENGTH {
            numbered.headers_mut().insert(name.clone(), value.clone());
        }
    }
    numbered
}
