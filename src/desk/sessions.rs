//! Who is signed in, from where and since when; ending a session from another place.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::people::note;
use super::{Desk, DeskError, need};
use crate::auth::secret;
use crate::auth::session::{Limits, Session};
use crate::domain::access::{Actor, Permission};
use crate::store::{Rows, T};

/// The most sessions that are read: more than any landlord has people.
const MOST: usize = 20_000;

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// What it is ended by: the hash of its secret, which opens nothing.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// Their name.
    pub name: String,
    /// When they signed in.
    pub began_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// From which address, as far as known.
    pub address: Option<String>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Whose sessions are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One's own.
    Mine,
    /// Everyone's; for administrators.
    Everyones,
}

impl Desk {
    /// The sessions that hold, last used first. `asking` is the secret of the session that asks, if it is one.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for everyone's without the permission, or what the file says.
    pub fn sessions(
        &self,
        by: &Actor,
        whose: Whose,
        asking: Option<&str>,
    ) -> Result<Vec<OpenSession>, DeskError> {
        if whose == Whose::Everyones {
            need(by, Permission::Administer)?;
        }
        let this = asking.map(secret::kept);
        let mut all = self.holding(&*self.reader()?)?;
        all.retain(|session| whose == Whose::Everyones || session.account == by.id);
        for session in &mut all {
            session.is_this = this.as_deref() == Some(session.id.as_str());
        }
        all.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        Ok(all)
    }

    /// Every session that holds.
    fn holding(&self, rows: &dyn Rows) -> Result<Vec<OpenSession>, DeskError> {
        let (book, now) = (self.book(), self.now());
        let kept = rows.records::<Session>(T::Session, "", None, MOST)?;
        let open = kept.into_iter().filter_map(|(id, session)| {
            let mut people = book.people();
            let person = people.find(|person| person.id == session.account)?;
            let holds = session.holds(now, Limits::default())
                && !person.disabled
                && person.generation == session.generation;
            holds.then(|| OpenSession {
                id,
                account: session.account,
                name: person.name.clone(),
                began_at: session.began_at,
                seen_at: session.seen_at,
                address: session.address,
                is_this: false,
            })
        });
        Ok(open.collect())
    }

    /// Ends a session: one's own, or as an administrator anyone's. Who had it is asked to sign in at the next page.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for one that has ended, or is somebody else's; what the disk says.
    pub async fn end_session(&self, by: &Actor, id: &str) -> Result<(), DeskError> {
        let (id, by, now) = (id.to_owned(), by.clone(), self.now());
        let ended = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let session = tx.record::<Session>(T::Session, &id)?;
                let session = session
                    .filter(|session| session.account == by.id || by.may(Permission::Administer));
                let session = session.ok_or(DeskError::NotFound)?;
                tx.delete_record(T::Session, &id)?;
                let body = json!({"account": session.account, "began_at": session.began_at});
                note(tx, "session_ended", &by.id, now, &body)
            });
        Ok(ended.await?)
    }
}
