//! How long a sign-in lasts: so long after the last page, and never longer than a working day and a bit.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// A sign-in as kept, under the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The account.
    pub account: String,
    /// The account's generation when it signed in: a new password or a disabled account makes it stale.
    pub generation: u32,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// From which address, as far as known.
    #[serde(default)]
    pub address: Option<String>,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without use.
    pub idle: Duration,
    /// In all.
    pub absolute: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::minutes(60),
            absolute: Duration::hours(12),
        }
    }
}

impl Session {
    /// One that begins now.
    pub fn begin(
        account: impl Into<String>,
        generation: u32,
        now: DateTime<Utc>,
        address: Option<String>,
    ) -> Self {
        Self {
            account: account.into(),
            generation,
            began_at: now,
            seen_at: now,
            address,
        }
    }

    /// Whether it still holds. A clock that went backwards does not make it last longer than its limits.
    pub fn holds(&self, now: DateTime<Utc>, limits: Limits) -> bool {
        now - self.seen_at < limits.idle && now - self.began_at < limits.absolute
    }

    /// Whether its last use is worth writing down again: once a minute, so that reading pages writes little.
    pub fn is_worth_noting(&self, now: DateTime<Utc>) -> bool {
        now - self.seen_at >= Duration::minutes(1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_session_ends_when_idle_and_in_any_case() {
        let limits = Limits::default();
        let began: DateTime<Utc> = "2026-11-20T09:00:00Z".parse().unwrap();
        let mut session = Session::begin("ada", 1, began, None);
        assert!(session.holds(began + Duration::minutes(59), limits));
        assert!(!session.holds(began + Duration::minutes(60), limits));
        session.seen_at = began + Duration::minutes(719);
        assert!(session.holds(began + Duration::minutes(719), limits));
        assert!(!session.holds(began + Duration::minutes(720), limits));
        assert!(!session.is_worth_noting(session.seen_at + Duration::seconds(59)));
        assert!(session.is_worth_noting(session.seen_at + Duration::seconds(60)));
    }
}
