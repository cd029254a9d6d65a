//! Who is on a case right now, and whether it changed under them. In memory only: it is help for people who work at the
//! same time, and no record.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::{Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission, same_person};
use crate::domain::ids::CaseRef;

/// Seconds that somebody who opened a page of a case counts as being on it, unless the page says more.
const PAGE: i64 = 60;
/// Seconds that somebody counts whose page just told that it is still open.
const STAY: i64 = 5;

/// Somebody on a case.
#[derive(Debug)]
struct Looker {
    id: String,
    name: String,
    until: DateTime<Utc>,
    /// The step whose form they have open, and until when that is known.
    doing: Option<(String, DateTime<Utc>)>,
}

/// Somebody else on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Their name.
    pub name: String,
    /// The step whose form they have open, as `respond`; empty for none.
    pub doing: String,
}

/// Everyone on every case.
pub(super) struct Live {
    on: Mutex<BTreeMap<CaseRef, Vec<Looker>>>,
    closing: watch::Sender<bool>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            on: Mutex::default(),
            closing: watch::Sender::new(false),
        }
    }
}

impl Live {
    fn on(&self) -> MutexGuard<'_, BTreeMap<CaseRef, Vec<Looker>>> {
        self.on.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, actor: &Actor, case: &CaseRef, doing: &str, now: DateTime<Utc>, seconds: i64) {
        let mut on = self.on();
        on.retain(|_, lookers| {
            lookers.retain(|looker| looker.until > now);
            !lookers.is_empty()
        });
        let until = now + TimeDelta::seconds(seconds);
        let doing = (!doing.is_empty()).then(|| (doing.to_owned(), until));
        let lookers = on.entry(case.clone()).or_default();
        match lookers.iter_mut().find(|l| same_person(&l.id, &actor.id)) {
            Some(looker) => {
                // A page that tells by itself knows better than the guess made when it was drawn.
                looker.until = until;
                // The case itself may be open beside the form.
                looker.doing = doing.or(looker.doing.take());
            }
            None => lookers.push(Looker {
                id: actor.id.clone(),
                name: actor.name.clone(),
                until,
                doing,
            }),
        }
    }

    fn others(&self, actor: &Actor, case: &CaseRef, now: DateTime<Utc>) -> Vec<Other> {
        let on = self.on();
        let lookers = on.get(case).map_or(&[][..], Vec::as_slice);
        lookers
            .iter()
            .filter(|looker| looker.until > now && !same_person(&looker.id, &actor.id))
            .map(|looker| Other {
                name: looker.name.clone(),
                doing: match &looker.doing {
                    Some((doing, until)) if *until > now => doing.clone(),
                    _ => String::new(),
                },
            })
            .collect()
    }
}

/// What somebody who has a case open should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseNow {
    /// Others who are on it.
    pub others: Vec<Other>,
    /// The version of the case.
    pub version: u32,
}

impl Desk {
    /// Notes that the actor opened a page of a case, or the form of the step `doing`, and tells who else is on it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or what the file says.
    pub fn look_at(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        doing: &str,
    ) -> Result<CaseNow, DeskError> {
        self.case_now(actor, reference, doing, PAGE)
    }

    /// As [`Desk::look_at`], for a page that is still open: to be said again within seconds.
    ///
    /// # Errors
    /// As [`Desk::look_at`].
    pub fn stay_on(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        doing: &str,
    ) -> Result<CaseNow, DeskError> {
        self.case_now(actor, reference, doing, STAY)
    }

    fn case_now(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        doing: &str,
        seconds: i64,
    ) -> Result<CaseNow, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let row = reader.case_row(reference)?.ok_or(DeskError::NotFound)?;
        if row.only_for.is_some() {
            open(&*reader, actor, reference)?;
        }
        let (live, now) = (&self.inner.live, self.now());
        live.mark(actor, reference, doing, now, seconds);
        Ok(CaseNow {
            others: live.others(actor, reference, now),
            version: row.version,
        })
    }

    /// The number of the last event of the file: whatever is shown of many cases is as old as it.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn last_event(&self, actor: &Actor) -> Result<u64, DeskError> {
        need(actor, Permission::ReadCases)?;
        Ok(self.reader()?.chain_head()?.number)
    }

    /// Becomes true when the server is told to stop: what is sent without end ends then.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.inner.live.closing.subscribe()
    }

    /// Says that the server stops.
    pub fn say_closing(&self) {
        self.inner.live.closing.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn somebody_is_on_a_case_while_their_page_says_so() {
        let live = Live::default();
        let names = |others: Vec<Other>| others.into_iter().map(|o| o.name).collect::<Vec<_>>();
        let who = |name: &str| Actor::new(name.to_lowercase(), name, []);
        let (ada, ben) = (who("Ada"), who("Ben"));
        let case: CaseRef = "C-2026-0001".parse().unwrap();
        let now: DateTime<Utc> = "2026-11-20T10:00:00Z".parse().unwrap();
        live.mark(&ada, &case, "", now, PAGE);
        assert_eq!(names(live.others(&ben, &case, now)), ["Ada"]);
        assert!(live.others(&ada, &case, now).is_empty(), "not oneself");
        let other: CaseRef = "C-2026-0002".parse().unwrap();
        assert!(live.others(&ben, &other, now).is_empty());
        let later = now + TimeDelta::seconds(PAGE);
        assert!(live.others(&ben, &case, later).is_empty());
        live.mark(&ben, &case, "", later, STAY);
        assert_eq!(live.on().values().map(Vec::len).sum::<usize>(), 1);
        let gone = later + TimeDelta::seconds(STAY);
        live.mark(&ada, &case, "", later, PAGE);
        assert_eq!(names(live.others(&ada, &case, later)), ["Ben"]);
        assert!(
            live.others(&ada, &case, gone).is_empty(),
            "a page that was closed"
        );
    }

    #[test]
    fn whoever_has_a_form_open_is_seen_at_it_while_the_case_is_open_beside() {
        let live = Live::default();
        let who = |name: &str| Actor::new(name.to_lowercase(), name, []);
        let (ada, ben) = (who("Ada"), who("Ben"));
        let case: CaseRef = "C-2026-0001".parse().unwrap();
        let now: DateTime<Utc> = "2026-11-20T10:00:00Z".parse().unwrap();
        let doing = |now| live.others(&ben, &case, now)[0].doing.clone();
        live.mark(&ada, &case, "respond", now, STAY);
        live.mark(&ada, &case, "", now, STAY);
        assert_eq!(doing(now), "respond");
        let later = now + TimeDelta::seconds(STAY);
        live.mark(&ada, &case, "", later, STAY);
        assert_eq!(doing(later), "", "the form was closed");
    }
}
