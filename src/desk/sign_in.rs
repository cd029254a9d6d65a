//! Signing in and out, and what a browser's session is worth at each request.
//!
//! A wrong password, an unknown account and a shut one get the same words after the same work; too many tries get a
//! wait. A session ends when idle, after a working day, and as soon as its account changes.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::people::note;
use super::{Desk, DeskError, Person};
use crate::auth::password;
use crate::auth::secret::{self, NoRandomness, Secret};
use crate::auth::session::{Limits, Session};
use crate::auth::throttle::{BY_ACCOUNT, Throttle};
use crate::domain::access::Actor;
use crate::store::{T, WriteTx};

/// What guards the door: the brake, the queue for hashing and the code of the first run.
pub(super) struct Doors {
    pub(super) throttle: Mutex<Throttle>,
    /// Hashing takes 19 MiB and a core each: two at a time leave room for everyone who is signed in.
    hashing: Semaphore,
    pub(super) setup_code: Mutex<Option<String>>,
}

impl Default for Doors {
    fn default() -> Self {
        Self {
            throttle: Mutex::default(),
            hashing: Semaphore::new(2),
            setup_code: Mutex::default(),
        }
    }
}

/// The most sessions one account has open.
const SESSIONS: usize = 20;

/// A sign-in that succeeded. The secret is shown this once.
#[derive(Debug)]
pub struct NewSession {
    /// What the browser keeps.
    pub secret: Secret,
    /// Who signed in.
    pub person: Person,
}

impl From<NoRandomness> for DeskError {
    fn from(error: NoRandomness) -> Self {
        Self::Internal(error.to_string())
    }
}

impl Desk {
    pub(super) async fn is_right(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<bool, DeskError> {
        let _turn = self.turn().await?;
        self.away(move |_| Ok(password::verify(&password, kept.as_deref())))
            .await
    }

    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, DeskError> {
        let turn = self.doors().hashing.acquire().await;
        turn.map_err(|_| DeskError::Internal("the server is stopping".into()))
    }

    /// Counts a try; gives how many there were on this account.
    pub(super) fn braked(
        &self,
        account: &str,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<u32, DeskError> {
        let mut throttle = self
            .doors()
            .throttle
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        throttle
            .attempt(account, address, now)
            .map_err(|wait| DeskError::TooMany {
                seconds: u64::try_from(wait.num_seconds()).unwrap_or(0).max(1),
            })
    }

    pub(super) fn let_in(&self, account: &str, address: Option<IpAddr>) {
        let mut throttle = self
            .doors()
            .throttle
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        throttle.succeeded(account, address);
    }

    /// Signs a person in. An unknown account, a wrong password and a shut account get the same words after the
    /// same work.
    ///
    /// # Errors
    /// [`DeskError::Unauthenticated`], or [`DeskError::TooMany`] after too many wrong tries.
    pub async fn sign_in(
        &self,
        name: &str,
        password: String,
        address: Option<IpAddr>,
    ) -> Result<NewSession, DeskError> {
        let now = self.now();
        let account = name.trim().to_lowercase();
        let tries = self.braked(&account, address, now)?;
        let person = self
            .book()
            .people()
            .find(|person| person.id == account)
            .cloned();
        let kept = person.as_ref().and_then(|person| person.password.clone());
        let right = self.is_right(password, kept).await?;
        let person = person.filter(|person| right && !person.disabled);
        let from = address.map(|address| address.to_string());
        let Some(person) = person else {
            if tries >= BY_ACCOUNT {
                tracing::warn!(address = ?from, "an account was braked after too many wrong passwords");
                let known = self.book().people().any(|person| person.id == account);
                let body = json!({"account": known.then_some(account), "address": from});
                self.store()
                    .write_async(move |tx| note(tx, "sign_in_braked", "redress", now, &body))
                    .await?;
            }
            return Err(DeskError::Unauthenticated(
                "The name or the password is not right. Check both and try again.".into(),
            ));
        };
        self.let_in(&account, address);
        let secret = Secret::new("")?;
        let kept = secret::kept(secret.reveal());
        let session = Session::begin(&person.id, person.generation, now, from.clone());
        self.store()
            .write_async(move |tx| -> Result<(), DeskError> {
                sweep_sessions(tx, &session, now)?;
                tx.put_record(T::Session, &kept, &session)?;
                let body = json!({"account": session.account, "address": from});
                note(tx, "signed_in", &session.account, now, &body)
            })
            .await?;
        Ok(NewSession { secret, person })
    }

    /// Who holds this session's secret.
    ///
    /// # Errors
    /// [`DeskError::Unauthenticated`] when it is unknown, has ended, or its account changed since.
    pub fn session(&self, secret: &str) -> Result<Actor, DeskError> {
        self.known_session(secret, true)
    }

    /// As [`Desk::session`], for what a page asks by itself: the session ends no later for it.
    ///
    /// # Errors
    /// As [`Desk::session`].
    pub fn session_as_it_is(&self, secret: &str) -> Result<Actor, DeskError> {
        self.known_session(secret, false)
    }

    fn known_session(&self, secret: &str, used: bool) -> Result<Actor, DeskError> {
        let over = || DeskError::Unauthenticated("Sign in to go on.".into());
        let key = secret::kept(secret);
        let session = self.reader()?.record::<Session>(T::Session, &key)?;
        let mut session = session.ok_or_else(over)?;
        let (book, now) = (self.book(), self.now());
        let person = book
            .people()
            .find(|person| person.id == session.account)
            .filter(|person| !person.disabled && person.generation == session.generation)
            .ok_or_else(over)?;
        if !session.holds(now, Limits::default()) {
            return Err(over());
        }
        if used && session.is_worth_noting(now) {
            session.seen_at = now;
            // A full disk must not sign anyone out; the session then ends a little early.
            let _ = self.store().write(move |tx| -> Result<(), DeskError> {
                if tx.record::<Session>(T::Session, &key)?.is_some() {
                    tx.put_record(T::Session, &key, &session)?;
                }
                Ok(())
            });
        }
        Ok(Actor::new(
            person.id.clone(),
            person.name.clone(),
            person.roles.iter().copied(),
        ))
    }

    /// Ends a session. One that is unknown has ended already.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn sign_out(&self, secret: &str) -> Result<(), DeskError> {
        let (key, now) = (secret::kept(secret), self.now());
        let done = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                if let Some(session) = tx.record::<Session>(T::Session, &key)? {
                    tx.delete_record(T::Session, &key)?;
                    let body = json!({"account": session.account});
                    note(tx, "signed_out", &session.account, now, &body)?;
                }
                Ok(())
            });
        Ok(done.await?)
    }
}

/// Forgets sessions that have ended, and the oldest of an account that has too many.
fn sweep_sessions(
    tx: &mut WriteTx<'_>,
    new: &Session,
    now: DateTime<Utc>,
) -> Result<(), DeskError> {
    let all = tx.records::<Session>(T::Session, "", None, 5_000)?;
    let (mut open, ended): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(_, session)| session.holds(now, Limits::default()));
    open.retain(|(_, session)| session.account == new.account);
    open.sort_by_key(|(_, session)| session.began_at);
    let surplus = open.len().saturating_sub(SESSIONS - 1);
    for (key, _) in ended.iter().chain(open.iter().take(surplus)) {
        tx.delete_record(T::Session, key)?;
    }
    Ok(())
}
