//! Logging a case and doing things to it: the version is checked, the core decides, the letter is
//! set, and the answer goes out only when everything is on the disk.

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;

use super::beside::{begin_beside, no_such_parent};
use super::carry::carry_out;
use super::closed::{Closed, WITHHELD};
use super::giving::give;
use super::keys::{Key, remember, repeated, repeated_case};
use super::{Book, CaseView, Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{self, Case, Command, Context, Event, Recorded};
use crate::domain::ids::CaseRef;
use crate::domain::intake::Intake;
use crate::store::WriteTx;
use crate::store::audit::Body;
use crate::store::cases::recorded;
use crate::store::derive::{Deadline, Timing};

/// How an export is noted on a restricted case, before anything leaves.
pub(super) const EXPORT: &str = "export";

/// A command with the circumstances of its giving.
#[derive(Clone, Debug)]
pub struct Order {
    /// What is meant.
    pub command: Command,
    /// When it happened, if not now.
    pub at: Option<DateTime<Utc>>,
    /// The version the actor saw; a case that has moved on since is not touched.
    pub if_version: Option<u32>,
    /// Makes a repeated order the same order.
    pub key: Option<String>,
}

impl Order {
    /// An order that happens now, on whatever version there is.
    pub fn now(command: Command) -> Self {
        Self {
            command,
            at: None,
            if_version: None,
            key: None,
        }
    }

    /// The same, as of an earlier moment.
    pub fn at(mut self, at: DateTime<Utc>) -> Self {
        self.at = Some(at);
        self
    }

    /// The same, only if the case is still at `version`.
    pub fn if_version(mut self, version: u32) -> Self {
        self.if_version = Some(version);
        self
    }
}

/// An event as the audit shows it.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedEvent {
    /// Its number in the case.
    pub seq: u32,
    /// What kind; [`WITHHELD`] where it is about nothing but a case that the reader may not know of.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When Redress was told.
    pub recorded_at: DateTime<Utc>,
    /// Who told it.
    pub actor: String,
    /// The event itself; null where it was lawfully erased or is withheld.
    pub body: serde_json::Value,
    /// SHA-256 of its stored body, hex.
    pub body_hash: String,
    /// Its link in the case's chain, hex.
    pub link: String,
}

impl AuditedEvent {
    /// Whether it is about a case that the reader may not know of, and so is not told.
    pub fn is_withheld(&self) -> bool {
        self.kind == WITHHELD
    }
}

impl Desk {
    /// Takes down dissatisfaction as a new case. With a `key`, a repeated call gives the case of the first.
    ///
    /// # Errors
    /// [`DeskError::Refused`] with what the intake lacks, [`DeskError::Conflict`] when the key was used for
    /// something else, or what the file says.
    pub async fn log(
        &self,
        actor: &Actor,
        intake: Intake,
        key: Option<&str>,
    ) -> Result<CaseView, DeskError> {
        need(actor, Permission::Log)?;
        let who = actor.clone();
        let key = key.map(|key| Key::of(actor, "log", key, &intake));
        let now = self.now();
        let book = self.book();
        let (logged, fresh) = self
            .store()
            .write_async(move |tx| -> Result<(Case, bool), DeskError> {
                if let Some(earlier) = repeated_case(tx, key.as_ref())? {
                    return Ok((open(tx, &who, &earlier)?, false));
                }
                let made = match &intake.parent {
                    None => begin(tx, &book, &who, &intake, now)?,
                    Some(parent) => {
                        // A case that the actor may not see is no case to stand beside.
                        let parent = open(tx, &who, parent).map_err(|error| match error {
                            DeskError::NotFound => no_such_parent(parent),
                            error => error,
                        })?;
                        begin_beside(tx, &book, &who, &parent, &intake, now)?
                    }
                };
                let made = give(tx, &book, made, now)?;
                remember(tx, key, &made.reference.to_string(), now)?;
                Ok((made, true))
            })
            .await?;
        if fresh {
            self.begin_snapshots(actor, &logged).await;
        }
        let logged = self.reader()?.case(&logged.reference)?.unwrap_or(logged);
        self.view(actor, logged)
    }

    /// Does something to a case.
    ///
    /// # Errors
    /// [`DeskError::Stale`] when the case moved on since the version the actor saw, [`DeskError::Refused`]
    /// with the rule in the way, [`DeskError::NotFound`] for a case the actor may not know of.
    pub async fn command(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        order: Order,
    ) -> Result<CaseView, DeskError> {
        need(actor, order.command.permission())?;
        let mut order = self.in_our_names(order);
        let given = order.key.as_ref();
        let key = given.map(|key| Key::of_command(actor, reference, key, &order.command));
        // A repeated order must not ask a source nor set its letter again, nor be refused for having been done.
        let done_before = || -> Result<bool, DeskError> {
            Ok(repeated(&*self.reader()?, key.as_ref())?.is_some())
        };
        if done_before()? {
            return self.case(actor, reference);
        }
        if let Command::LinkRecord {
            source,
            external_id,
            found,
        } = &mut order.command
        {
            *found = self
                .find_record(actor, reference, source, external_id)
                .await?
                .map(Box::new);
        }
        loop {
            let (desk, who, about, asked) = (
                self.clone(),
                actor.clone(),
                reference.clone(),
                order.clone(),
            );
            let rendered = match self.away(move |_| desk.prepare(&who, &about, &asked)).await {
                Ok(rendered) => rendered,
                Err(_) if done_before()? => return self.case(actor, reference),
                Err(error) => return Err(error),
            };
            let (who, about, asked, used) =
                (actor.clone(), reference.clone(), order.clone(), key.clone());
            let (book, now) = (self.book(), self.now());
            let done = self
                .store()
                .write_async(move |tx| -> Result<Option<Case>, DeskError> {
                    let case = open(tx, &who, &about)?;
                    // The same order may have been carried out while this one waited: a double click.
                    if repeated(tx, used.as_ref())?.is_some() {
                        return Ok(Some(case));
                    }
                    check_version(&case, asked.if_version)?;
                    if rendered
                        .as_ref()
                        .is_some_and(|letter| letter.version != case.version)
                    {
                        // Someone was quicker; the letter must say what the case now says.
                        return Ok(None);
                    }
                    let case = carry_out(tx, &book, &who, &case, &asked, rendered, now)?;
                    remember(tx, used, &about.to_string(), now)?;
                    Ok(Some(case))
                })
                .await?;
            if let Some(case) = done {
                return self.view(actor, case);
            }
        }
    }

    /// A case with its clocks. Looking at a restricted one is itself recorded (E14).
    ///
    /// # Errors
    /// [`DeskError::NotFound`] or [`DeskError::Forbidden`].
    pub fn case(&self, actor: &Actor, reference: &CaseRef) -> Result<CaseView, DeskError> {
        need(actor, Permission::ReadCases)?;
        let mut case = open(&*self.reader()?, actor, reference)?;
        if case.restricted.is_some() {
            case = self.note_view(actor, reference, "case")?;
        }
        self.view(actor, case)
    }

    /// The audit of a case: its events with their hashes, oldest first.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] or [`DeskError::Forbidden`].
    pub fn events(
        &self,
        actor: &Actor,
        reference: &CaseRef,
    ) -> Result<Vec<AuditedEvent>, DeskError> {
        need(actor, Permission::Audit)?;
        self.history(actor, reference)
    }

    /// What happened to a case, oldest first, for those who may read it: what its timeline is told from.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] or [`DeskError::Forbidden`].
    pub fn history(
        &self,
        actor: &Actor,
        reference: &CaseRef,
    ) -> Result<Vec<AuditedEvent>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let case = open(&*reader, actor, reference)?;
        if case.restricted.is_some() {
            self.note_view(actor, reference, "events")?;
        }
        let closed = Closed::to(&*reader, actor, &case)?;
        audited(&*reader, reference, &closed)
    }

    /// The case as it was at a version; none when what began it was lawfully erased since.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or what the file says.
    pub fn case_as_of(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        version: u32,
    ) -> Result<Option<Case>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        open(&*reader, actor, reference)?;
        let stored = reader.events(reference, 0)?;
        let upto = stored.iter().filter(|event| event.meta.seq <= version);
        let events: Vec<Recorded> = upto.map(recorded).collect::<Result<_, _>>()?;
        Ok(Case::fold(reference.clone(), &events))
    }

    /// Records that a restricted case was looked at, once per person and quarter of an hour, or exported.
    pub(crate) fn note_view(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        how: &str,
    ) -> Result<Case, DeskError> {
        let (who, about, how) = (actor.clone(), reference.clone(), how.to_owned());
        let (book, now) = (self.book(), self.now());
        Ok(self.store().write(move |tx| -> Result<Case, DeskError> {
            let case = open(tx, &who, &about)?;
            let last = tx.events(&about, case.version.saturating_sub(1))?;
            // What leaves is noted each time, whatever was looked at before.
            let just_seen = how != EXPORT
                && last.iter().any(|event| {
                    event.meta.kind == "restricted_case_viewed"
                        && event.meta.actor == who.id
                        && now - event.meta.recorded_at < chrono::TimeDelta::minutes(15)
                });
            if just_seen {
                return Ok(case);
            }
            append(
                tx,
                &book,
                &who,
                Some(&case),
                &about,
                vec![Event::RestrictedCaseViewed { how }],
                now,
                now,
            )
        })?)
    }

    /// The view of a case now, as `actor` may see it.
    pub(crate) fn view(&self, actor: &Actor, mut case: Case) -> Result<CaseView, DeskError> {
        Closed::to(&*self.reader()?, actor, &case)?.leave_out(&mut case);
        self.whole_view(case)
    }

    /// The view of a case now, with all that it names.
    pub(crate) fn whole_view(&self, case: Case) -> Result<CaseView, DeskError> {
        let policies = self.policy_kinds_for(&case)?;
        let heard = self.heard(&case)?;
        let mut view = CaseView::of(case, &self.book(), &policies, self.now());
        view.heard = heard;
        Ok(view)
    }

    /// People named by the name that others read are recorded under their account's name.
    pub(super) fn in_our_names(&self, mut order: Order) -> Order {
        let book = self.book();
        let id = |name: &mut String| {
            if !name.trim().is_empty() {
                *name = book.id_of(name);
            }
        };
        match &mut order.command {
            Command::Assign { handler, .. } | Command::Acknowledge { handler, .. } => id(handler),
            Command::DeclareConflict { person, .. } => id(person),
            Command::Refuse {
                approved_by: Some(approver),
                ..
            }
            | Command::Extend {
                approved_by: Some(approver),
                ..
            }
            | Command::Respond {
                approved_by: Some(approver),
                ..
            }
            | Command::RequestApproval {
                of: Some(approver), ..
            } => id(approver),
            Command::OfferRemedy {
                owner: Some(owner), ..
            }
            | Command::PromiseAction { owner, .. }
            | Command::AskContribution {
                of: Some(owner), ..
            } => id(owner),
            Command::Restrict { people, .. } => people.iter_mut().for_each(id),
            _ => {}
        }
        order
    }
}

/// A stale write changes nothing.
pub(super) fn check_version(case: &Case, seen: Option<u32>) -> Result<(), DeskError> {
    match seen {
        Some(seen) if seen != case.version => Err(DeskError::Stale {
            current: case.version,
        }),
        _ => Ok(()),
    }
}

/// The next deadline of a case and which steps were in time, for the lists.
pub(super) fn timing(book: &Book, now: DateTime<Utc>) -> impl Fn(&Case) -> Timing {
    move |case| {
        let policy = book.clocks(case);
        let clocks = case.clocks(book.calendar(), policy, now);
        let open = clocks.iter().filter(|clock| clock.is_open());
        Timing {
            due: open.min_by_key(|clock| clock.due).map(|next| Deadline {
                on: next.due,
                clock: next.id.as_str().to_owned(),
            }),
            flags: case.flags(book.calendar(), policy, now),
            worked: [1, 2].map(|stage| {
                let run = case.stage_run(stage)?;
                let answered = london_date(run.response.as_ref()?.at);
                let received = london_date(run.received_at);
                let days = book.calendar().working_days_between(received, answered);
                days.ok()
            }),
        }
    }
}

/// Adds events to a case, or begins it with them.
#[expect(
    clippy::too_many_arguments,
    reason = "one call site's worth of circumstances, each of another type"
)]
pub(super) fn append(
    tx: &mut WriteTx<'_>,
    book: &Book,
    actor: &Actor,
    case: Option<&Case>,
    reference: &CaseRef,
    events: Vec<Event>,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Case, DeskError> {
    let first = case.map_or(1, |case| case.version + 1);
    // A clock that jumps back does not reorder the chain: nothing is recorded before what it follows.
    let recorded_at = case.map_or(now, |case| case.updated_at.max(now));
    let recorded: Vec<Recorded> = (first..)
        .zip(events)
        .map(|(seq, event)| Recorded {
            seq,
            at: at.min(recorded_at),
            recorded_at,
            actor: actor.id.clone(),
            event,
        })
        .collect();
    Ok(tx.append_events(reference, &recorded, &timing(book, now))?)
}

pub(super) fn begin(
    tx: &mut WriteTx<'_>,
    book: &Book,
    actor: &Actor,
    intake: &Intake,
    now: DateTime<Utc>,
) -> Result<Case, DeskError> {
    let received_on = london_date(intake.received_at);
    let context = Context {
        actor,
        now,
        at: intake.received_at.min(now),
        calendar: book.calendar(),
        policy: book.policy(received_on),
        categories: book.categories(),
        rates: book.rates(),
        people: book,
    };
    let events = case::log(intake, &context)?;
    let reference = tx.next_reference(received_on.year())?;
    append(
        tx,
        book,
        actor,
        None,
        &reference,
        events,
        intake.received_at,
        now,
    )
}

/// The record of a case with its hashes, oldest first; what is closed to the reader is withheld.
pub(super) fn audited(
    rows: &dyn crate::store::Rows,
    reference: &CaseRef,
    closed: &Closed,
) -> Result<Vec<AuditedEvent>, DeskError> {
    let mut events = Vec::new();
    for stored in rows.events(reference, 0)? {
        let (seq, mut kind) = (stored.meta.seq, stored.meta.kind.clone());
        let body = match &stored.body {
            Body::Kept(_) => {
                let event = stored.read::<Event>()?;
                let told = event.and_then(|event| closed.tell(seq, event));
                if told.is_none() {
                    WITHHELD.clone_into(&mut kind);
                }
                serde_json::to_value(told)
                    .map_err(|error| DeskError::Internal(error.to_string()))?
            }
            Body::Erased(_) => serde_json::Value::Null,
        };
        events.push(AuditedEvent {
            seq,
            kind,
            at: stored.meta.at,
            recorded_at: stored.meta.recorded_at,
            actor: stored.meta.actor.clone(),
            body,
            body_hash: hex::encode(stored.body_hash),
            link: hex::encode(stored.link),
        });
    }
    Ok(events)
}
