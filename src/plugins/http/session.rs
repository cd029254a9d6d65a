//! The connections of one run: what it may still send, and what it has sent.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use reqwest::Method;
use tokio::sync::watch;

use super::Inner;
use super::brakes::Now;
use super::exchange::{Fault, Trip};
use super::headers;
use super::line::Line;
use super::target::literal;
use crate::plugins::run_log::clip;
use crate::plugins::{Call, Connections, HttpError, Request, Response};

/// The largest body that a plugin sends.
const BODY_BYTES: usize = 1 << 20;

/// Calls that are written down; the budget ends a run long before.
const CALLS: usize = 2_000;

/// The connections of one run.
pub struct Session {
    http: Arc<Inner>,
    lines: BTreeMap<String, (Arc<Line>, AtomicU32)>,
    left: AtomicU32,
    calls: Mutex<Vec<Call>>,
    ended: watch::Sender<bool>,
}

impl Session {
    pub(super) fn new(http: Arc<Inner>, lines: Vec<Arc<Line>>, requests: u32) -> Self {
        let lines = lines.into_iter().map(|line| {
            let left = AtomicU32::new(line.grant.limits.requests);
            (line.grant.name.clone(), (line, left))
        });
        Self {
            http,
            lines: lines.collect(),
            left: AtomicU32::new(requests),
            calls: Mutex::default(),
            ended: watch::Sender::new(false),
        }
    }

    /// Counts one request.
    pub(super) fn spend(&self, line: &Line) -> Result<(), HttpError> {
        let own = self.lines.get(&line.grant.name).map(|(_, left)| left);
        for left in own.into_iter().chain([&self.left]) {
            let less = |left: u32| left.checked_sub(1);
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
                .map_err(|_| HttpError::Budget)?;
        }
        Ok(())
    }

    /// Whether a method was granted.
    pub(super) fn method(&self, line: &Line, method: &str) -> Result<Method, HttpError> {
        let granted = &line.grant.methods;
        if !granted.iter().any(|own| own == method) {
            return Err(HttpError::NotAllowed(format!(
                "the connection \"{}\" was granted {} and not {}",
                line.grant.name,
                granted.join(", "),
                clip(method, 20)
            )));
        }
        Method::from_bytes(method.as_bytes())
            .map_err(|_| HttpError::BadRequest("it has a method that HTTP does not know".into()))
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request down that goes out now; gives its place. It stands there from the beginning, for a run that is
    /// given up is asked for its log at once.
    pub(super) fn note(&self, call: Call) -> usize {
        let mut calls = self.kept();
        if calls.len() < CALLS {
            calls.push(call);
            return calls.len() - 1;
        }
        CALLS
    }

    /// Writes down how it went.
    pub(super) fn amend(&self, place: usize, call: Call) {
        if let Some(begun) = self.kept().get_mut(place) {
            *begun = call;
        }
    }

    pub(super) fn redacted(&self, text: &str) -> String {
        self.redact(text).into_owned()
    }

    fn exchange(
        &self,
        request: Request,
        sink: Option<&mut dyn Write>,
    ) -> Result<Response, HttpError> {
        let Some((line, _)) = self.lines.get(&request.connection) else {
            let granted: Vec<&str> = self.lines.keys().map(String::as_str).collect();
            let granted = match granted.as_slice() {
                [] => "no connection is granted to this link".to_owned(),
                names => format!("only {} is granted to this link", names.join(", ")),
            };
            let asked = clip(&request.connection, 60);
            return Err(HttpError::NotAllowed(format!(
                "there is no connection \"{asked}\": {granted}"
            )));
        };
        let trip = Trip {
            method: self.method(line, &request.method)?,
            url: line.checked.base.inside(&request.url)?,
            headers: headers::asked(&line.grant, &request.headers)?,
            body: request.body,
            session: self,
            line,
            until: Instant::now(),
            tried: 0,
        };
        literal(&trip.url, &line.checked.private).map_err(HttpError::NotAllowed)?;
        if trip
            .body
            .as_ref()
            .is_some_and(|body| body.len() > BODY_BYTES)
        {
            return Err(HttpError::BadRequest(
                "what it sends is larger than 1 MB".into(),
            ));
        }
        line.breaker()
            .ask(&line.grant.name, Now::read())
            .map_err(HttpError::Transport)?;
        let mut ended = self.ended.subscribe();
        let sent = self.http.runtime().block_on(async {
            tokio::select! {
                biased;
                _ = ended.wait_for(|ended| *ended) => Err(Fault::ours("the run is over")),
                sent = trip.go(sink) => sent,
            }
        });
        let mut breaker = line.breaker();
        match &sent {
            Ok(response) if matches!(response.status, 502..=504) => {
                breaker.failed(
                    &format!("it answered HTTP {}", response.status),
                    Now::read(),
                );
            }
            Ok(_) => breaker.answered(Now::read()),
            Err(fault) if fault.down => {
                breaker.failed(&line.secrets.text(&fault.error.to_string()), Now::read());
            }
            Err(_) => breaker.nothing(),
        }
        sent.map_err(|fault| match fault.error {
            HttpError::NotAllowed(why) => HttpError::NotAllowed(self.redacted(&why)),
            HttpError::BadRequest(why) => HttpError::BadRequest(self.redacted(&why)),
            HttpError::Transport(why) => HttpError::Transport(self.redacted(&why)),
            other => other,
        })
    }
}

impl Connections for Session {
    fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.exchange(request, None)
    }

    fn send_into(&self, request: Request, sink: &mut dyn Write) -> Result<Response, HttpError> {
        self.exchange(request, Some(sink))
    }

    fn calls(&self) -> Vec<Call> {
        self.kept().clone()
    }

    fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.lines
            .values()
            .fold(Cow::Borrowed(text), |text, (line, _)| {
                match line.secrets.text(&text) {
                    Cow::Owned(clean) => Cow::Owned(clean),
                    Cow::Borrowed(_) => text,
                }
            })
    }

    fn end(&self) {
        self.ended.send_replace(true);
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("connections", &self.lines.keys())
            .finish_non_exhaustive()
    }
}
