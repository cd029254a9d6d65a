//! One connection while the program runs: its client, its brakes and its token, shared by every run that uses it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Certificate, Client, redirect};
use tokio::sync::Semaphore;

use super::brakes::{Breaker, Bucket};
use super::grant::{Checked, Grant, GrantError};
use super::oauth::Tokens;
use super::redact::Redactor;
use super::resolve::{Guard, Lookup};

/// Requests on their way at the same time; the other system has other users too.
const AT_ONCE: usize = 8;

pub(super) struct Line {
    pub(super) grant: Grant,
    pub(super) checked: Checked,
    pub(super) secrets: Redactor,
    pub(super) tokens: Tokens,
    pub(super) turns: Semaphore,
    bucket: Mutex<Bucket>,
    breaker: Mutex<Breaker>,
    lookup: Arc<dyn Lookup>,
    client: OnceLock<Result<Client, String>>,
}

impl Line {
    pub(super) fn new(grant: Grant, lookup: Arc<dyn Lookup>) -> Result<Self, GrantError> {
        let checked = grant.read()?;
        Ok(Self {
            secrets: Redactor::new(&grant),
            tokens: Tokens::default(),
            turns: Semaphore::new(AT_ONCE),
            bucket: Mutex::new(Bucket::new(grant.limits.per_second, Instant::now())),
            breaker: Mutex::default(),
            lookup,
            client: OnceLock::new(),
            grant,
            checked,
        })
    }

    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn turn(&self, most: Duration) -> Option<Duration> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.take(Instant::now(), most)
    }

    /// The client, made when it is first needed: reading the machine's certificates takes some milliseconds.
    pub(super) fn client(&self) -> Result<&Client, String> {
        self.client
            .get_or_init(|| self.make())
            .as_ref()
            .map_err(String::clone)
    }

    fn make(&self) -> Result<Client, String> {
        let limits = &self.grant.limits;
        let guard = Guard {
            lookup: Arc::clone(&self.lookup),
            private: self.checked.private.clone(),
        };
        let own = self
            .checked
            .authorities
            .iter()
            .map(|der| Certificate::from_der(der));
        let own: Vec<_> = own
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let mut builder = Client::builder()
            .user_agent(concat!("Redress/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(guard)
            // A proxy from the environment would connect to whatever it likes.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .http1_only()
            .http1_max_headers(128)
            .connect_timeout(limits.connect)
            .pool_idle_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(2);
        let token = self
            .checked
            .token_url
            .as_ref()
            .map(|base| base.url().scheme());
        let encrypted = self.checked.base.url().scheme() == "https" || token == Some("https");
        builder = if encrypted {
            builder.tls_certs_merge(own)
        } else {
            builder.tls_certs_only(own)
        };
        builder.build().map_err(|error| {
            let mut why: &dyn std::error::Error = &error;
            while let Some(next) = why.source() {
                why = next;
            }
            format!("encryption cannot be set up: {why}")
        })
    }
}
