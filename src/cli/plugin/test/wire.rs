//! The fake connection: answers with what was recorded, or goes wrong in a way that real systems do.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::recorded::Answer;
use crate::plugins::{Connections, HttpError, Manifest, Request, Response};

/// How the other system behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As it was recorded.
    Recorded,
    /// Every request gets this status and a page in HTML.
    Status(u16),
    /// Every request gets 200 and this.
    Says(&'static [u8]),
    /// No request gets an answer in time.
    Silent,
}

/// The connections of one run.
pub struct Wire {
    mood: Mood,
    answers: Vec<Answer>,
    granted: Option<Vec<(String, Vec<String>, String)>>,
    limit: u32,
    sent: AtomicU32,
    missing: Mutex<BTreeSet<String>>,
}

impl Wire {
    /// Connections as the manifest asks for them; any, where there is none.
    pub fn new(mood: Mood, answers: &[Answer], manifest: Option<&Manifest>, limit: u32) -> Self {
        let granted = manifest.map(|manifest| {
            let one = manifest.connections.iter();
            one.map(|w| (w.name.clone(), w.methods.clone(), w.example.clone()))
                .collect()
        });
        Self {
            mood,
            answers: answers.to_vec(),
            granted,
            limit,
            sent: AtomicU32::new(0),
            missing: Mutex::default(),
        }
    }

    /// How many requests were sent.
    pub fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Requests that nothing is recorded for.
    pub fn missing(&self) -> Vec<String> {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        missing.iter().cloned().collect()
    }

    fn grant(&self, request: &Request) -> Result<String, HttpError> {
        let Some(granted) = &self.granted else {
            return Ok(String::new());
        };
        let name = &request.connection;
        let Some((_, methods, example)) = granted.iter().find(|(granted, ..)| granted == name)
        else {
            return Err(HttpError::NotAllowed(format!(
                "the manifest asks for no connection \"{name}\", so none can be granted"
            )));
        };
        if !methods.contains(&request.method) {
            return Err(HttpError::NotAllowed(format!(
                "the manifest does not ask to send {} over \"{name}\"",
                request.method
            )));
        }
        Ok(example.clone())
    }
}

impl Connections for Wire {
    fn send(&self, request: Request) -> Result<Response, HttpError> {
        let base = self.grant(&request)?;
        if self.sent.fetch_add(1, Ordering::Relaxed) >= self.limit {
            return Err(HttpError::Budget);
        }
        let answered = |status: u16, body: &[u8], media_type: &str| Response {
            status,
            url: request.url.clone(),
            headers: vec![("content-type".into(), media_type.into())],
            body: body.to_vec(),
        };
        match self.mood {
            Mood::Silent => Err(HttpError::Timeout),
            Mood::Status(status) => Ok(answered(status, b"<html>No.</html>", "text/html")),
            Mood::Says(what) => Ok(answered(200, what, "application/json")),
            Mood::Recorded => {
                let asked = plain(&request.url, &base);
                let found = self.answers.iter().find(|answer| {
                    answer.connection == request.connection
                        && answer.method == request.method
                        && plain(&answer.url, &base) == asked
                });
                let Some(answer) = found else {
                    let wanted = format!(
                        "{} {} over \"{}\"",
                        request.method, asked.0, request.connection
                    );
                    let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                    missing.insert(wanted.clone());
                    return Err(HttpError::Transport(format!(
                        "no answer is recorded to {wanted}"
                    )));
                };
                let mut response = answered(answer.status, &answer.body, "application/json");
                if !answer.headers.is_empty() {
                    response.headers = answer.headers.clone().into_iter().collect();
                }
                Ok(response)
            }
        }
    }
}

/// An address without the connection's own part, and its parameters in whatever order.
fn plain(url: &str, base: &str) -> (String, BTreeSet<String>) {
    let base = base.trim_end_matches('/');
    let rest = match url.strip_prefix(base) {
        Some(rest) if !base.is_empty() => rest,
        _ => url,
    };
    let rest = rest.trim_start_matches('/');
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let pairs: BTreeSet<String> = query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    let sorted: Vec<_> = pairs.iter().cloned().collect();
    let shown = if sorted.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", sorted.join("&"))
    };
    (shown, pairs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(url: &str) -> Request {
        Request {
            connection: "acme".into(),
            method: "GET".into(),
            url: url.into(),
            headers: vec![],
            body: None,
        }
    }

    #[test]
    fn answers_are_found_however_the_address_is_written() {
        let answer: Answer =
            serde_json::from_str(r#"{"connection": "acme", "url": "jobs?a=1&b=2", "status": 203}"#)
                .unwrap();
        let manifest = Manifest::read(
            r#"{"schema": "redress-plugin/1", "id": "acme", "kind": "linker", "version": "1.0.0", "title": "Acme",
                "connections": [{"name": "acme", "example": "https://acme.example/api/"}]}"#,
        )
        .unwrap();
        let wire = Wire::new(Mood::Recorded, &[answer], Some(&manifest), 3);
        for url in ["/jobs?b=2&a=1", "https://acme.example/api/jobs?a=1&b=2"] {
            assert_eq!(wire.send(request(url)).unwrap().status, 203);
        }
        assert!(matches!(
            wire.send(request("jobs?a=2")),
            Err(HttpError::Transport(_))
        ));
        assert_eq!(wire.missing(), ["GET jobs?a=2 over \"acme\""]);
        assert!(matches!(wire.send(request("jobs")), Err(HttpError::Budget)));
        let other = Request {
            connection: "b".into(),
            ..request("jobs")
        };
        assert!(matches!(wire.send(other), Err(HttpError::NotAllowed(_))));
        let post = Request {
            method: "POST".into(),
            ..request("jobs")
        };
        assert!(matches!(wire.send(post), Err(HttpError::NotAllowed(_))));
    }
}
