//! When each source was asked about a case and how it answered, kept beside the record: an answer that says nothing
//! new is no event, and "last fetched" is true all the same.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::turn::next_turn;
use crate::desk::plugins::sources::LinkSource;
use crate::desk::{Desk, DeskError};
use crate::domain::case::{BEING_READ, Case, NOT_ASKED};
use crate::domain::ids::CaseRef;
use crate::link::Gathered;
use crate::store::tables::T;
use crate::store::{Rows, StoreError, WriteTx};

/// How a source was asked about a case last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: DateTime<Utc>,
    /// When it last answered.
    #[serde(default)]
    pub fetched_at: Option<DateTime<Utc>>,
    /// Since when it gives no answer.
    #[serde(default)]
    pub down_since: Option<DateTime<Utc>>,
    /// Whether a file of it was being read for the first time: it is asked again shortly.
    #[serde(default)]
    pub preparing: bool,
}

/// How a source of a case stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// When it was asked last.
    pub asked_at: DateTime<Utc>,
    /// When it answered last.
    pub fetched_at: Option<DateTime<Utc>>,
    /// Since when it gives no answer.
    pub down_since: Option<DateTime<Utc>>,
    /// When it is asked again by itself.
    pub next_try: Option<DateTime<Utc>>,
    /// Whether its link is switched off or gone: it is not asked by hand either.
    pub off: bool,
}

fn key(reference: &CaseRef, source: &str) -> String {
    format!("asked/{reference}/{source}")
}

/// How a source was asked about a case last, if it was.
pub(super) fn read(
    rows: &dyn Rows,
    reference: &CaseRef,
    source: &str,
) -> Result<Option<Asked>, StoreError> {
    rows.record(T::LinkState, &key(reference, source))
}

/// Notes what came of asking.
pub(super) fn note(
    tx: &mut WriteTx<'_>,
    reference: &CaseRef,
    gathered: &Gathered,
) -> Result<(), StoreError> {
    let rows: &dyn Rows = tx;
    let before = read(rows, reference, &gathered.source)?;
    let failed = gathered.failure.as_deref().is_some_and(is_trouble);
    let at = gathered.asked_at;
    let known = before.as_ref();
    let asked = Asked {
        at,
        fetched_at: if gathered.failure.is_none() {
            Some(at)
        } else {
            known.and_then(|known| known.fetched_at)
        },
        down_since: failed.then(|| known.and_then(|known| known.down_since).unwrap_or(at)),
        preparing: gathered.is_preparing,
    };
    tx.put_record(T::LinkState, &key(reference, &gathered.source), &asked)
}

/// Whether this failure is the source's: not that the case names nobody, nor that its files are not ready yet.
fn is_trouble(failure: &str) -> bool {
    !failure.starts_with(NOT_ASKED) && !failure.starts_with(BEING_READ)
}

impl Desk {
    /// How each source of a case stands now, by its name.
    pub(crate) fn heard(&self, case: &Case) -> Result<BTreeMap<String, Heard>, DeskError> {
        let mut all = BTreeMap::new();
        if case.sources.is_empty() {
            return Ok(all);
        }
        let (reader, now) = (self.reader()?, self.now());
        let links = self.sources()?;
        for state in &case.sources {
            let asked = read(&*reader, &case.reference, &state.source)?;
            let failed = state.failure.as_deref().is_some_and(is_trouble);
            // A file of an earlier version has the events alone.
            let asked = asked.unwrap_or(Asked {
                at: state.asked_at,
                fetched_at: state.fetched_at,
                down_since: failed.then_some(state.asked_at),
                preparing: false,
            });
            let link = links.iter().find(|link| link.key == state.source);
            let next_try = link.and_then(|link| self.next_try(link, case, &asked, now));
            let heard = Heard {
                asked_at: asked.at.max(state.asked_at),
                fetched_at: asked.fetched_at.max(state.fetched_at),
                down_since: asked.down_since,
                next_try,
                off: link.is_none_or(|link| !link.enabled),
            };
            all.insert(state.source.clone(), heard);
        }
        Ok(all)
    }

    fn next_try(
        &self,
        link: &LinkSource,
        case: &Case,
        asked: &Asked,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if !link.enabled || case.state.is_ended() {
            return None;
        }
        let turn = next_turn(link, asked, &case.reference)?;
        let pause = self.inner.watch.pausing(&link.key, now);
        let soonest = pause.map_or(now + TimeDelta::minutes(1), |trouble| trouble.next);
        Some(turn.max(soonest))
    }
}
