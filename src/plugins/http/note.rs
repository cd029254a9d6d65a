//! The line in the run's log that each request leaves, also one that was given up half way.

use std::time::Instant;

use chrono::Utc;
use reqwest::{Method, Url};

use super::exchange::Fault;
use super::line::Line;
use super::session::Session;
use super::target::shown;
use crate::plugins::Call;

/// A request on its way; its line is written when this is dropped.
pub(super) struct Note<'a> {
    session: &'a Session,
    began: Instant,
    call: Call,
    place: usize,
}

impl<'a> Note<'a> {
    pub(super) fn new(
        session: &'a Session,
        line: &Line,
        method: &Method,
        url: &Url,
        attempt: u32,
    ) -> Self {
        let call = Call {
            at: Utc::now(),
            connection: line.grant.name.clone(),
            method: method.to_string(),
            url: line.secrets.text(&shown(url)).into_owned(),
            status: None,
            error: None,
            bytes: 0,
            milliseconds: 0,
            attempt,
            correlation_id: super::correlation_id(),
        };
        let unanswered = Some("the run ended before there was an answer".into());
        let place = session.note(Call {
            error: unanswered,
            ..call.clone()
        });
        Self {
            session,
            began: Instant::now(),
            call,
            place,
        }
    }

    pub(super) fn correlation_id(&self) -> &str {
        &self.call.correlation_id
    }

    pub(super) fn status(&mut self, status: u16) {
        self.call.status = Some(status);
    }

    pub(super) fn bytes(&mut self, bytes: u64) {
        self.call.bytes = bytes;
    }

    /// It came to nothing, for this reason.
    pub(super) fn fails(&mut self, fault: Fault) -> Fault {
        self.call.error = Some(self.session.redacted(&fault.error.to_string()));
        fault
    }
}

impl Drop for Note<'_> {
    fn drop(&mut self) {
        if self.call.status.is_none() && self.call.error.is_none() {
            self.call.error = Some("the run ended before there was an answer".into());
        }
        self.call.milliseconds =
            u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.session.amend(self.place, self.call.clone());
    }
}
