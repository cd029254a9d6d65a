//! How each link is doing: one that gave no answer is asked less often, and nobody waits for it meanwhile.
//!
//! Kept in memory only. After a restart each link is tried once, and what the cases know of their sources is in the
//! file.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// The first pause after a failure; each further one is twice as long, up to the longest.
const FIRST: TimeDelta = TimeDelta::minutes(2);
const LONGEST: TimeDelta = TimeDelta::hours(1);
/// How long nobody waits for a link that was slow.
const SLOW: TimeDelta = TimeDelta::minutes(5);

/// What is known of a link in trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Failures in a row.
    pub failures: u32,
    /// When the first of them was.
    pub since: DateTime<Utc>,
    /// When it may be asked again.
    pub next: DateTime<Utc>,
    /// What it said last.
    pub why: String,
}

/// The links, by name.
#[derive(Debug, Default)]
pub struct Watch {
    kept: Mutex<BTreeMap<String, State>>,
}

#[derive(Debug, Default)]
struct State {
    trouble: Option<Trouble>,
    slow_until: Option<DateTime<Utc>>,
}

impl Watch {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, State>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a link answered: with what went wrong, or well.
    pub fn note(&self, link: &str, now: DateTime<Utc>, failure: Option<&str>) {
        let mut kept = self.kept();
        let state = kept.entry(link.to_owned()).or_default();
        let Some(why) = failure else {
            state.trouble = None;
            return;
        };
        let (failures, since) = match &state.trouble {
            Some(known) => (known.failures.saturating_add(1), known.since),
            None => (1, now),
        };
        let pause = FIRST * 2_i32.pow(failures.min(10) - 1);
        state.trouble = Some(Trouble {
            failures,
            since,
            next: now + pause.min(LONGEST),
            why: why.to_owned(),
        });
    }

    /// Notes that somebody waited for a link in vain, or that its answer came in time.
    pub fn note_pace(&self, link: &str, now: DateTime<Utc>, in_time: bool) {
        let mut kept = self.kept();
        let state = kept.entry(link.to_owned()).or_default();
        state.slow_until = (!in_time).then(|| now + SLOW);
    }

    /// The trouble of a link that is not to be asked yet.
    pub fn pausing(&self, link: &str, now: DateTime<Utc>) -> Option<Trouble> {
        self.trouble(link).filter(|trouble| now < trouble.next)
    }

    /// The trouble of a link whose last answer was a failure.
    pub fn trouble(&self, link: &str) -> Option<Trouble> {
        self.kept().get(link)?.trouble.clone()
    }

    /// Whether a link was so slow lately that nobody should wait for it.
    pub fn is_slow(&self, link: &str, now: DateTime<Utc>) -> bool {
        let kept = self.kept();
        let until = kept.get(link).and_then(|state| state.slow_until);
        until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_link_that_is_down_is_asked_less_often_until_it_answers() {
        let (watch, start) = (Watch::default(), "2026-11-20T09:00:00Z");
        let at = |minutes| start.parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes);
        watch.note("housing", at(0), Some("no answer"));
        assert!(watch.pausing("housing", at(1)).is_some());
        assert!(watch.pausing("repairs", at(1)).is_none());
        assert!(watch.pausing("housing", at(2)).is_none());
        let mut now = at(2);
        let pauses: Vec<i64> = (0..6)
            .map(|_| {
                watch.note("housing", now, Some("still none"));
                let next = watch.trouble("housing").unwrap().next;
                let pause = (next - now).num_minutes();
                now = next;
                pause
            })
            .collect();
        assert_eq!(pauses, [4, 8, 16, 32, 60, 60]);
        assert_eq!(watch.trouble("housing").unwrap().since, at(0));
        watch.note("housing", now, None);
        assert_eq!(watch.trouble("housing"), None);
    }

    #[test]
    fn nobody_waits_twice_for_a_slow_link() {
        let (watch, now) = (Watch::default(), Utc::now());
        assert!(!watch.is_slow("housing", now));
        watch.note_pace("housing", now, false);
        assert!(watch.is_slow("housing", now + TimeDelta::minutes(4)));
        assert!(!watch.is_slow("housing", now + TimeDelta::minutes(6)));
        watch.note_pace("housing", now, true);
        assert!(!watch.is_slow("housing", now));
    }
}
