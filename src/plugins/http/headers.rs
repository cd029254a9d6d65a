//! What a plugin may say in its headers, and what it is told of the answer's.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::grant::{Credentials, Grant};
use super::redact::Redactor;
use crate::plugins::HttpError;
use crate::plugins::run_log::clip;

/// All of a request's headers together.
const REQUEST_BYTES: usize = 16 << 10;

/// All of an answer's.
pub(super) const ANSWER_BYTES: usize = 64 << 10;

/// Headers of each request by which the other system's people find it in their log.
pub(super) const CORRELATION: &str = "x-correlation-id";

/// Why a plugin may not set a header; `None` when it may.
fn refused(name: &str, grant: &Grant) -> Option<&'static str> {
    let own = |credentials: &Credentials| matches!(credentials, Credentials::Header { name: own, .. } if own.trim().eq_ignore_ascii_case(name));
    if own(&grant.credentials)
        || grant
            .headers
            .iter()
            .any(|(own, _)| own.trim().eq_ignore_ascii_case(name))
    {
        return Some("it is set by the connection");
    }
    match name {
        "authorization" | "cookie" | "cookie2" => Some("the connection signs in, not the plugin"),
        "host" => Some("the connection says which host is asked"),
        "content-length" | "transfer-encoding" | "connection" | "keep-alive" | "te" | "trailer"
        | "upgrade" | "expect" | "http2-settings" => {
            Some("the host says where a request begins and ends")
        }
        "accept-encoding" => Some("answers come unpacked"),
        CORRELATION => Some("the host gives each request its own"),
        "x-http-method" | "x-http-method-override" | "x-method-override" => {
            Some("it would turn a method that is granted into one that is not")
        }
        "x-original-url" | "x-rewrite-url" => Some("it would turn the address into another"),
        "forwarded" | "via" | "x-real-ip" | "client-ip" | "true-client-ip" => {
            Some("it would pretend that the request came from elsewhere")
        }
        _ if name.starts_with("proxy-") => Some("there is no proxy"),
        _ if name.starts_with("x-forwarded") => {
            Some("it would pretend that the request came from elsewhere")
        }
        _ => None,
    }
}

/// The headers of a plugin's request, if it may set them.
pub(super) fn asked(grant: &Grant, headers: &[(String, String)]) -> Result<HeaderMap, HttpError> {
    let total: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if total > REQUEST_BYTES || headers.len() > 64 {
        return Err(HttpError::BadRequest(
            "the headers come to more than 16 KB, or more than 64".into(),
        ));
    }
    let mut read = HeaderMap::new();
    for (name, value) in headers {
        let shown = clip(name, 60);
        let bad = |what: &str| HttpError::BadRequest(format!("the header \"{shown}\" {what}"));
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| bad("has a name that HTTP does not know"))?;
        // Underscores become hyphens behind many servers, and so another header.
        if let Some(why) = refused(&name.as_str().replace('_', "-"), grant) {
            return Err(HttpError::NotAllowed(format!(
                "a plugin may not set the header {name}: {why}"
            )));
        }
        let value = HeaderValue::from_str(value)
            .map_err(|_| bad("has characters that no header may have"))?;
        read.append(name, value);
    }
    Ok(read)
}

/// An answer's headers for the plugin: without cookies, which would be a second way to be signed in, and without what
/// belongs to the connection.
pub(super) fn answered(headers: &HeaderMap, secrets: &Redactor) -> Vec<(String, String)> {
    let keep = |name: &str| {
        !matches!(
            name,
            "set-cookie"
                | "set-cookie2"
                | "connection"
                | "keep-alive"
                | "transfer-encoding"
                | "trailer"
                | "upgrade"
                | "www-authenticate"
                | "proxy-authenticate"
                | "alt-svc"
        )
    };
    headers
        .iter()
        .filter(|(name, _)| keep(name.as_str()))
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), secrets.text(&value).into_owned())
        })
        .collect()
}

/// How long an answer's headers are.
pub(super) fn size(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}
