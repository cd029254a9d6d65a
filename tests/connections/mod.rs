//! Requests of linking adapters against systems that stall, lie, bloat, redirect and repeat secrets: nothing outside
//! the grant is reached, nothing lasts longer than its limit, and what came of each request stands in the run's log.

#![allow(clippy::unwrap_used)]

mod guards;
mod limits;
pub mod server;
mod sign_in;

use std::sync::Arc;
use std::time::{Duration, Instant};

use redress::auth::seal::Secret;
use redress::plugins::http::{Credentials, Grant, Http, HttpLimits, OAuth, Session};
use redress::plugins::{Call, Connections, HttpError, Request, Response};

use server::{Server, answer};

/// A connection to a server of these tests, granted by name.
fn granted(base: impl Into<String>) -> Grant {
    Grant {
        private_network: vec!["127.0.0.1".into()],
        limits: HttpLimits {
            per_second: 1000,
            ..HttpLimits::default()
        },
        ..Grant::new("repairs", base)
    }
}

fn open(grant: Grant) -> Arc<Session> {
    Http::new()
        .unwrap()
        .session("link", vec![grant], 100)
        .unwrap()
}

fn get(url: &str) -> Request {
    Request {
        connection: "repairs".into(),
        method: "GET".into(),
        url: url.into(),
        ..Request::default()
    }
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.clone()).unwrap()
}

/// The request fails within the time, with these words.
fn fails(session: &Session, request: Request, within: u64, words: &str) -> HttpError {
    let began = Instant::now();
    let error = session.send(request).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    let took = began.elapsed();
    assert!(
        took < Duration::from_secs(within),
        "{error}: after {took:?}"
    );
    error
}
