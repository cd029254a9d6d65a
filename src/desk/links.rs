//! Linked records: asked for on logging and on refresh, kept as snapshots, and never in anyone's way.

pub mod asked;
pub mod papers;
pub mod residents;
pub mod searches;
mod turn;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use super::carry::carry_out;
use super::cases::Order;
use super::plugins::sources::LinkSource;
use super::{CaseView, Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Case, Command, Found, NOT_ASKED};
use crate::domain::ids::CaseRef;
use crate::link::{self, Gathered, Query};

/// After how many hours a link is asked again that says nothing of it.
const DAILY: u32 = 24;
/// How long logging waits for linked records.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a source is asked about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The case has just been logged.
    Logged,
    /// Somebody wants to know now.
    ByHand,
    /// It is the case's turn.
    Turn,
}

impl Desk {
    /// Asks a link whether it can be read, and what it sees.
    ///
    /// # Errors
    /// [`DeskError::Plugin`] with the sentence it answered.
    pub async fn check_link(
        &self,
        actor: &Actor,
        source: &LinkSource,
    ) -> Result<String, DeskError> {
        need(actor, Permission::Administer)?;
        let asked = self.draft_of(source)?;
        link::check(&self.inner.plugins, &asked, self.now())
            .await
            .map_err(DeskError::Plugin)
    }

    /// Asks every source again about a case and keeps what is new or has changed.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] or what the disk says; never because a source is down.
    pub async fn refresh_links(
        &self,
        actor: &Actor,
        reference: &CaseRef,
    ) -> Result<CaseView, DeskError> {
        need(actor, Permission::Log)?;
        let case = open(&*self.reader()?, actor, reference)?;
        let links = self.sources()?;
        let links = links.iter().filter(|link| link.enabled);
        let asking = links.map(|link| self.ask(actor, &case, link, Why::ByHand));
        for asked in join_all(asking).await {
            asked?;
        }
        self.case(actor, reference)
    }

    /// Asks the sources about a case that has just been logged and waits for them a little, so that most cases show
    /// their records at once. Slow ones go on by themselves, and one that was slow or down lately is not waited for;
    /// logging has already succeeded.
    pub(crate) async fn begin_snapshots(&self, actor: &Actor, case: &Case) {
        let links = match self.sources() {
            Ok(links) => links,
            Err(error) => {
                tracing::warn!(case = %case.reference, %error, "linked records were not taken");
                return;
            }
        };
        let mut waiting = Vec::new();
        for link in links.into_iter().filter(|link| link.enabled) {
            let slow = self.inner.watch.is_slow(&link.key, self.now());
            let key = link.key.clone();
            let (desk, who, about) = (self.clone(), actor.clone(), case.clone());
            let taking = tokio::spawn(async move {
                if let Err(error) = desk.ask(&who, &about, &link, Why::Logged).await {
                    tracing::warn!(case = %about.reference, %error, "linked records were not taken");
                }
            });
            if slow {
                tracing::info!(case = %case.reference, source = %key, "a slow source is asked meanwhile");
                continue;
            }
            let desk = self.clone();
            waiting.push(async move {
                let in_time = tokio::time::timeout(PATIENCE, taking).await.is_ok();
                desk.inner.watch.note_pace(&key, desk.now(), in_time);
                if !in_time {
                    tracing::info!(source = %key, "linked records are still being read");
                }
            });
        }
        join_all(waiting).await;
    }

    /// Asks one source about a case and keeps what it gives. What goes wrong stands on the case. Gives whether the
    /// source is read for the first time and was not ready yet.
    async fn ask(
        &self,
        actor: &Actor,
        case: &Case,
        link: &LinkSource,
        why: Why,
    ) -> Result<bool, DeskError> {
        let now = self.now();
        let pausing = match why {
            Why::ByHand => None,
            Why::Logged | Why::Turn => self.inner.watch.pausing(&link.key, now),
        };
        let gathered = match pausing {
            Some(trouble) => unreachable_source(
                &link.key,
                format!(
                    "It has given no answer since {}, so it was not asked just now; it is asked again by itself. {}",
                    crate::domain::calendar::london_time(trouble.since).format("%H:%M"),
                    trouble.why
                ),
                now,
            ),
            None => {
                let gathered = match self.source_of(link) {
                    Ok(asked) => {
                        link::gather(&self.inner.plugins, &asked, &Query::of(case), now).await
                    }
                    Err(failure) => unreachable_source(&link.key, failure, now),
                };
                let down = gathered.failure.as_deref().filter(|_| gathered.is_down);
                // An answer that could not be given about this case says nothing of the source.
                if down.is_some() || gathered.failure.is_none() {
                    self.inner.watch.note(&link.key, self.now(), down);
                }
                gathered
            }
        };
        if let Some(failure) = &gathered.failure
            && !failure.starts_with(NOT_ASKED)
            && !gathered.is_preparing
        {
            tracing::warn!(source = %link.key, case = %case.reference, %failure, "a linked source gave no answer");
        }
        let is_preparing = gathered.is_preparing;
        self.keep_gathered(actor, case, gathered, why).await?;
        Ok(is_preparing)
    }

    /// Puts what a source gave on its case. In its turn, the program asks for everybody and tells only what is new.
    async fn keep_gathered(
        &self,
        actor: &Actor,
        case: &Case,
        gathered: Gathered,
        why: Why,
    ) -> Result<(), DeskError> {
        let (who, about) = (actor.clone(), case.reference.clone());
        let (book, now) = (self.book(), self.now());
        let kept = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let case = match why {
                    Why::Turn => tx_case(tx, &about)?,
                    Why::Logged | Why::ByHand => open(tx, &who, &about)?,
                };
                asked::note(tx, &about, &gathered)?;
                let order = Order::now(Command::TakeSnapshots {
                    source: gathered.source,
                    found: gathered.records,
                    failure: gathered.failure,
                    notes: gathered.notes,
                    in_turn: why == Why::Turn,
                });
                carry_out(tx, &book, &who, &case, &order, None, now)?;
                Ok(())
            });
        Ok(kept.await?)
    }

    /// One record of a source by its identifier, among those about this case's resident and home.
    pub(crate) async fn find_record(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        source: &str,
        external_id: &str,
    ) -> Result<Option<Found>, DeskError> {
        let case = open(&*self.reader()?, actor, reference)?;
        let sources = self.sources()?;
        let Some(known) = sources.iter().find(|known| known.key == source) else {
            return Err(DeskError::Invalid {
                field: "source",
                detail: format!("No link is called {source}."),
            });
        };
        let asked = self.source_of(known).map_err(DeskError::Plugin)?;
        let gathered =
            link::gather(&self.inner.plugins, &asked, &Query::of(&case), self.now()).await;
        match gathered
            .records
            .into_iter()
            .find(|found| found.external_id == external_id)
        {
            Some(found) => Ok(Some(found)),
            None => match gathered.failure {
                Some(failure) => Err(DeskError::Plugin(format!(
                    "{source} gave no answer: {failure}"
                ))),
                None => Ok(None),
            },
        }
    }
}

fn tx_case(rows: &dyn crate::store::Rows, reference: &CaseRef) -> Result<Case, DeskError> {
    rows.case(reference)?.ok_or(DeskError::NotFound)
}

/// How often a link is asked about an open case by itself; none for by hand only.
fn every(link: &LinkSource) -> Option<TimeDelta> {
    let hours = link.refresh_hours.unwrap_or(DAILY);
    (hours > 0).then(|| TimeDelta::hours(i64::from(hours)))
}

fn unreachable_source(name: &str, failure: String, now: DateTime<Utc>) -> Gathered {
    Gathered {
        source: name.to_owned(),
        asked_at: now,
        records: Vec::new(),
        notes: Vec::new(),
        failure: Some(failure),
        is_down: true,
        is_preparing: false,
    }
}
