//! HTTP for linking adapters, by the host's own client. A [`Grant`] is one decision of the operator; [`Http`] keeps what
//! all runs over a connection share, and a [`Session`] is what one run may send. An adapter names a connection and an
//! address inside it; it never sees credentials and reaches nothing else:
//!
//! - the address must be inside the granted origin and path, and so must every redirect ([`target`]);
//! - what a name leads to is checked in the client's own resolver, so the address checked is the one connected to;
//!   private networks only when granted by name, a cloud's metadata never ([`reach`], [`resolve`]);
//! - credentials are added after all that, and looked for in what comes back ([`redact`]);
//! - time, size, requests a run and a second are limited; a system that is down is left alone for a while ([`brakes`]).

mod brakes;
mod exchange;
mod grant;
mod headers;
mod line;
mod note;
mod oauth;
mod reach;
mod redact;
mod resolve;
mod session;
mod target;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Runtime};

pub use brakes::Health;
pub use grant::{Credentials, Grant, GrantError, HttpLimits, OAuth};
pub use resolve::{Answer, Lookup, SystemLookup};
pub use session::Session;

use super::HostError;
use line::Line;

/// Sends requests for the whole program. One of these; cheap to clone.
#[derive(Clone)]
pub struct Http(Arc<Inner>);

struct Inner {
    /// Always there but while dropping.
    runtime: Option<Runtime>,
    lookup: Arc<dyn Lookup>,
    /// By link and connection.
    lines: Mutex<HashMap<(String, String), Arc<Line>>>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http")
    }
}

impl Http {
    /// Starts the threads that wait for other systems.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub fn new() -> Result<Self, HostError> {
        Self::with_lookup(Arc::new(SystemLookup))
    }

    /// With names resolved by somebody else; what they lead to is checked all the same.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub fn with_lookup(lookup: Arc<dyn Lookup>) -> Result<Self, HostError> {
        // The client takes the process's provider; whoever was first has set the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            // For names: the system's resolver blocks.
            .max_blocking_threads(8)
            .thread_name("redress-http")
            .enable_all()
            .build()
            .map_err(HostError::Threads)?;
        Ok(Self(Arc::new(Inner {
            runtime: Some(runtime),
            lookup,
            lines: Mutex::default(),
        })))
    }

    /// The connections of one run. `link` is the link's key: requests a second, rest after failures and tokens are
    /// shared by all runs of a link, and begin anew when a grant changed. `requests` is what the whole run may send.
    ///
    /// Requests block the thread that sends them: call from one that may wait.
    ///
    /// # Errors
    /// When a grant could not be used as it stands.
    pub fn session(
        &self,
        link: &str,
        grants: Vec<Grant>,
        requests: u32,
    ) -> Result<Arc<Session>, GrantError> {
        let mut used = Vec::with_capacity(grants.len());
        for grant in grants {
            let key = (link.to_owned(), grant.name.clone());
            let known = self
                .0
                .lines()
                .get(&key)
                .filter(|line| line.grant == grant)
                .cloned();
            let line = match known {
                Some(line) => line,
                None => {
                    let line = Arc::new(Line::new(grant, Arc::clone(&self.0.lookup))?);
                    self.0.lines().insert(key, Arc::clone(&line));
                    line
                }
            };
            used.push(line);
        }
        Ok(Arc::new(Session::new(Arc::clone(&self.0), used, requests)))
    }

    /// How a connection has fared since the program started; nothing when it was not used.
    pub fn health(&self, link: &str, connection: &str) -> Option<Health> {
        let key = (link.to_owned(), connection.to_owned());
        let line = self.0.lines().get(&key).cloned()?;
        Some(line.breaker().health())
    }

    /// Forgets a link's rests, tokens and open connections: it was removed, or somebody mended the other system and
    /// wants to try at once.
    pub fn forget(&self, link: &str) {
        self.0.lines().retain(|(own, _), _| own != link);
    }
}

impl Inner {
    fn lines(&self) -> MutexGuard<'_, HashMap<(String, String), Arc<Line>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("taken only by drop")
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waits for nothing, so it may happen inside another runtime.
            runtime.shutdown_background();
        }
    }
}

/// A fresh UUID, version 4.
fn correlation_id() -> String {
    let mut bits = [0_u8; 16];
    // Only to find a request again: if the system has no randomness, zeros still name the run's time and address.
    let _ = getrandom::fill(&mut bits);
    bits[6] = bits[6] & 0x0f | 0x40;
    bits[8] = bits[8] & 0x3f | 0x80;
    let hex = hex::encode(bits);
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

/// From 0 to 1.
fn random_fraction() -> f64 {
    let mut bits = [0_u8; 2];
    let _ = getrandom::fill(&mut bits);
    f64::from(u16::from_le_bytes(bits)) / f64::from(u16::MAX)
}
