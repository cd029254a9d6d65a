//! What a handler takes from a request: who calls, the body, the query, the reference, the version seen.
//!
//! Each ends in a [`Problem`] of its own when it is not right, never in axum's plain text.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::problem::Problem;
use super::read;
use crate::desk::{Desk, DeskError};
use crate::domain::access::Actor;
use crate::domain::ids::CaseRef;

/// Who calls: the holder of a token or of a browser's session.
#[derive(Clone, Debug)]
pub struct Caller(pub Actor);

impl FromRequestParts<Desk> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        let headers = &parts.headers;
        let known = match (bearer(headers), cookie(headers)) {
            (Some(secret), _) => {
                let secret = secret.to_owned();
                desk.away(move |desk| desk.token(&secret)).await
            }
            (None, Some(secret)) => {
                let secret = secret.to_owned();
                desk.away(move |desk| desk.session(&secret)).await
            }
            (None, None) => Err(DeskError::Unauthenticated(
                "Send `Authorization: Bearer TOKEN`. Make a token with `redress token create`."
                    .into(),
            )),
        };
        Ok(Self(known?))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !secret.trim().is_empty()).then(|| secret.trim())
}

/// The browser's session, under the name it has over TLS or without.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(_, secret)| !secret.is_empty());
    let pairs: Vec<_> = pairs.collect();
    let named = |wanted| pairs.iter().find(|(name, _)| *name == wanted);
    let found = named("__Host-redress").or_else(|| named("redress"));
    found.map(|(_, secret)| *secret)
}

/// The reference in the path. What is no reference is no case either.
#[derive(Clone, Debug)]
pub struct Ref(pub CaseRef);

impl<S: Send + Sync> FromRequestParts<S> for Ref {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found())?.0;
        let given = path.into_iter().find(|(name, _)| name == "reference");
        let (_, text) = given.ok_or_else(Problem::internal)?;
        text.parse().map(Self).map_err(|_| Problem::not_found())
    }
}

/// The last part of the path, as a number; what is none names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub u32);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found())?.0;
        let number = path.last().and_then(|(_, text)| text.parse().ok());
        number.map(Self).ok_or_else(Problem::not_found)
    }
}

/// The last part of the path, as it is.
#[derive(Clone, Debug)]
pub struct Last(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Last {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let mut path = path.map_err(|_| Problem::not_found())?.0;
        path.pop()
            .map(|(_, text)| Self(text))
            .ok_or_else(Problem::not_found)
    }
}

/// The query. An empty value is as if it were left out; an unknown name is refused.
#[derive(Clone, Debug)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let given = parts.uri.query().unwrap_or_default();
        let filled: Vec<_> = given
            .split('&')
            .filter(|pair| {
                pair.split_once('=')
                    .is_some_and(|(_, value)| !value.is_empty())
            })
            .collect();
        let uri: Uri = format!("/?{}", filled.join("&")).parse().map_err(|_| {
            Problem::malformed("The query cannot be read. Encode what is not plain.")
        })?;
        match Query::<T>::try_from_uri(&uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => {
                let text = rejection.body_text();
                let words = text
                    .strip_prefix("Failed to deserialize query string: ")
                    .unwrap_or(&text);
                let (path, message) = match words.split_once(": ") {
                    Some((path, message)) if !path.contains([' ', '`']) => (path, message),
                    _ => ("", words),
                };
                Err(read::fault(path, message))
            }
        }
    }
}

/// A JSON body as it came, one object.
#[derive(Clone, Debug)]
pub struct Sent(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") && !essence.ends_with("+json") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media_type",
                "Not JSON",
                "Send JSON, with `Content-Type: application/json`.",
            ));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    Problem::new(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "too_large",
                        "Too large",
                        "The body is larger than 16 MB. Attach long texts as documents.",
                    )
                } else {
                    Problem::malformed("The body broke off. Send it again.")
                }
            })?;
        read::object(&bytes).map(Self)
    }
}

/// A JSON body read as `T`, every field known.
#[derive(Clone, Debug)]
pub struct Given<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Serialize> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Sent(object) = Sent::from_request(request, state).await?;
        read::whole(object).map(Self)
    }
}

/// `Idempotency-Key`: a text of the caller's that makes a repeated request the same request.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let fits = |key: &&str| (1..=255).contains(&key.len());
    match value.to_str().ok().map(str::trim).filter(fits) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Problem::invalid(
            "Idempotency-Key",
            "Give a text of 1 to 255 plain characters, such as a UUID, or leave it out.",
        )),
    }
}

/// `If-Match`: the version that the caller saw.
pub fn if_match(headers: &HeaderMap) -> Result<Option<u32>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.trim_start_matches("W/").trim_matches('"');
    number.parse().map(Some).map_err(|_| {
        Problem::invalid(
            "If-Match",
            "Give the version as the ETag showed it, such as \"3\", or leave it out.",
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn versions_are_read_as_etags_show_them() {
        for (text, version) in [
            ("\"3\"", Some(3)),
            ("W/\"3\"", Some(3)),
            ("3", Some(3)),
            ("*", None),
        ] {
            assert_eq!(if_match(&headers("if-match", text)), Ok(version), "{text}");
        }
        for text in ["\"x\"", "", "\"1\", \"2\"", "-1"] {
            assert!(if_match(&headers("if-match", text)).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_are_found_where_they_belong() {
        assert_eq!(
            bearer(&headers("authorization", "bearer  abc")),
            Some("abc")
        );
        assert_eq!(bearer(&headers("authorization", "Basic abc")), None);
        assert_eq!(bearer(&headers("authorization", "Bearer ")), None);
        assert_eq!(cookie(&headers("cookie", "a=b; redress=s1")), Some("s1"));
        assert_eq!(
            cookie(&headers("cookie", "redress=s1; __Host-redress=s2")),
            Some("s2")
        );
        assert_eq!(cookie(&headers("cookie", "redress=")), None);
    }
}
