//! What a plugin may take: set by the administrator, or the usual.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::desk::DeskError;
use crate::plugins::manifest::WantedLimits;
use crate::plugins::{Kind, Limits};

/// What the administrator gives a plugin of memory, time and requests; the usual where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetLimits {
    /// Megabytes of memory, 1 to 1024.
    pub memory_mb: Option<u32>,
    /// Seconds for a run, 1 to 3600.
    pub seconds: Option<u32>,
    /// Requests to other systems in a run, 1 to 5000.
    pub requests: Option<u32>,
    /// Runs at the same time, 1 to 32.
    pub at_once: Option<u32>,
}

impl SetLimits {
    /// What is set here; what the plugin asked for, and was approved with, where nothing is.
    #[must_use]
    pub fn or(self, asked: WantedLimits) -> Self {
        let asked = Self::from(asked);
        Self {
            memory_mb: self.memory_mb.or(asked.memory_mb),
            seconds: self.seconds.or(asked.seconds),
            requests: self.requests.or(asked.requests),
            at_once: self.at_once,
        }
    }

    /// What a run gets.
    pub fn of(&self, kind: Kind) -> Limits {
        let usual = match kind {
            Kind::Exporter => Limits::export(),
            Kind::Linker => Limits::link(),
        };
        let wall = self
            .seconds
            .map_or(usual.wall, |s| Duration::from_secs(s.into()));
        Limits {
            memory: self
                .memory_mb
                .map_or(usual.memory, |mb| (mb as usize) << 20),
            // Its own share of a longer run; a shorter one ends before.
            computing: self
                .seconds
                .map_or(usual.computing, |_| wall.min(usual.computing * 5)),
            wall,
            requests: self.requests.unwrap_or(usual.requests),
            concurrent: self.at_once.map_or(usual.concurrent, |n| n as usize),
            ..usual
        }
    }

    /// Refuses what no machine of a small landlord should give away.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] that names the bounds.
    pub fn check(&self) -> Result<(), DeskError> {
        for (name, given, most) in [
            ("memory_mb", self.memory_mb, WantedLimits::MOST_MEMORY_MB),
            ("seconds", self.seconds, WantedLimits::MOST_SECONDS),
            ("requests", self.requests, WantedLimits::MOST_REQUESTS),
            ("at_once", self.at_once, 32),
        ] {
            if given.is_some_and(|n| !(1..=most).contains(&n)) {
                return Err(DeskError::Invalid {
                    field: "limits",
                    detail: format!("{name} is from 1 to {most}. Leave it empty for the usual."),
                });
            }
        }
        Ok(())
    }
}

impl From<WantedLimits> for SetLimits {
    fn from(wanted: WantedLimits) -> Self {
        Self {
            memory_mb: wanted.memory_mb,
            seconds: wanted.seconds,
            requests: wanted.requests,
            at_once: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_gets_what_is_set_else_what_it_asked_for_else_the_usual() {
        let set = SetLimits {
            seconds: Some(45),
            ..SetLimits::default()
        };
        let asked = WantedLimits {
            memory_mb: Some(200),
            seconds: Some(20),
            requests: None,
        };
        let gets = set.or(asked).of(Kind::Linker);
        assert_eq!(gets.memory, 200 << 20);
        assert_eq!(gets.wall, Duration::from_secs(45));
        assert_eq!(gets.requests, Limits::link().requests);
        assert_eq!(gets.concurrent, Limits::link().concurrent);
    }
}
