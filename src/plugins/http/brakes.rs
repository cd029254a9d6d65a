//! Two brakes that all runs over a connection share: so many requests a second, and none at all for a while when the
//! other system does not answer. Both are told the time, so that tests need not wait.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::London;

/// So many requests a second, with as many at once after a rest.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: f64,
    /// Negative while some wait.
    tokens: f64,
    at: Instant,
}

impl Bucket {
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second.max(1));
        Self {
            per_second,
            tokens: per_second,
            at: now,
        }
    }

    /// Takes a turn and says how long to wait for it; `None`, and no turn, when that is longer than `most`.
    pub(super) fn take(&mut self, now: Instant, most: Duration) -> Option<Duration> {
        let rested = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + rested * self.per_second).min(self.per_second);
        self.at = now;
        let wait = Duration::from_secs_f64(((1.0 - self.tokens) / self.per_second).max(0.0));
        if wait > most {
            return None;
        }
        self.tokens -= 1.0;
        Some(wait)
    }
}

/// So many requests in a row without an answer, and the connection rests.
const FAILURES: u32 = 5;

/// The first rest; each further one is twice as long.
const REST: Duration = Duration::from_secs(30);

/// The longest.
const LONGEST: Duration = Duration::from_secs(8 * 60);

/// A moment on both clocks: one never jumps, the other can be told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) tick: Instant,
    pub(super) at: DateTime<Utc>,
}

impl Now {
    pub(super) fn read() -> Self {
        Self {
            tick: Instant::now(),
            at: Utc::now(),
        }
    }
}

/// How a connection fares, for the pages that show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Requests in a row that found nobody.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<DateTime<Utc>>,
    /// Until when none is tried, while the connection rests.
    pub rests_until: Option<DateTime<Utc>>,
    /// When the other system last answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// What the last failure was.
    pub last_error: Option<String>,
}

/// Rests a connection that found nobody several times in a row, and then lets one request try.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    health: Health,
    until: Option<Instant>,
    rest: Duration,
    /// Somebody is trying; until when that counts.
    trying: Option<Instant>,
}

impl Breaker {
    /// Whether a request may go out now; else a sentence that says since when and until when not.
    pub(super) fn ask(&mut self, connection: &str, now: Now) -> Result<(), String> {
        let Some(until) = self.until else {
            return Ok(());
        };
        let trying = self.trying.is_some_and(|trying| trying > now.tick);
        if now.tick >= until && !trying {
            // One tries; if it never says how it went, another may after a while.
            self.trying = Some(now.tick + REST);
            return Ok(());
        }
        let again = match self.trying.filter(|_| trying) {
            Some(_) => "it is being tried now".to_owned(),
            None => {
                let left = TimeDelta::from_std(until.saturating_duration_since(now.tick))
                    .unwrap_or_default();
                format!("it is tried again at {}", clock(now.at + left))
            }
        };
        let since = self.health.failing_since.map(clock).unwrap_or_default();
        let why = self
            .health
            .last_error
            .as_deref()
            .unwrap_or("it did not answer");
        Err(format!(
            "the connection \"{connection}\" has not worked since {since} and rests ({why}); {again}"
        ))
    }

    /// The other system answered, whatever it was.
    pub(super) fn answered(&mut self, now: Now) {
        *self = Self {
            health: Health {
                answered_at: Some(now.at),
                ..Health::default()
            },
            ..Self::default()
        };
    }

    /// Nothing was learnt: the request was refused by us, or given up.
    pub(super) fn nothing(&mut self) {
        self.trying = None;
    }

    /// Nobody answered, or only to say that they cannot.
    pub(super) fn failed(&mut self, why: &str, now: Now) {
        self.health.failures = self.health.failures.saturating_add(1);
        self.health.failing_since.get_or_insert(now.at);
        self.health.last_error = Some(why.to_owned());
        let tried = self.trying.take().is_some();
        if self.until.is_some() && !tried {
            // One of those that were on their way when it went to rest.
            return;
        }
        if tried || self.health.failures >= FAILURES {
            self.rest = (self.rest * 2).clamp(REST, LONGEST);
            self.until = Some(now.tick + self.rest);
            let rest = TimeDelta::from_std(self.rest).unwrap_or_default();
            self.health.rests_until = Some(now.at + rest);
        }
    }

    pub(super) fn health(&self) -> Health {
        self.health.clone()
    }
}

fn clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&London).format("%H:%M:%S").to_string()
}

/// What a failed request deserves.
pub(super) mod again {
    use super::{DateTime, Duration, Utc};

    /// Tries in all.
    pub(in crate::plugins::http) const TRIES: u32 = 3;

    /// Within this time a new try may begin.
    pub(in crate::plugins::http) const WITHIN: Duration = Duration::from_secs(20);

    /// Methods that do nothing twice when they are sent twice.
    pub(in crate::plugins::http) fn harmless(method: &str) -> bool {
        matches!(method, "GET" | "HEAD" | "OPTIONS")
    }

    /// Answers that may be better a moment later.
    pub(in crate::plugins::http) fn passing(status: u16) -> bool {
        matches!(status, 429 | 502 | 503 | 504)
    }

    /// How long to wait after this try; `jitter` from 0 to 1 keeps many from coming back at the same moment.
    pub(in crate::plugins::http) fn pause(
        tried: u32,
        asked: Option<Duration>,
        jitter: f64,
    ) -> Duration {
        let own = Duration::from_millis(400 << tried.clamp(1, 6))
            .mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
        asked.map_or(own, |asked| asked.max(own / 4))
    }

    /// What an answer's `Retry-After` asks for: seconds, or a date.
    pub(in crate::plugins::http) fn asked(value: &str, now: DateTime<Utc>) -> Option<Duration> {
        let value = value.trim();
        if let Ok(seconds) = value.parse::<u32>() {
            return Some(Duration::from_secs(seconds.into()));
        }
        let date = DateTime::parse_from_rfc2822(value).ok()?;
        Some((date.to_utc() - now).to_std().unwrap_or_default())
    }
}
