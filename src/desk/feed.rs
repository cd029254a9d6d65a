//! A person's deadlines for their own calendar program: an address with a secret in it, because such programs cannot
//! sign in. It tells references and dates and nobody's name.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::lists::{CaseRow, ListOrder, ListQuery};
use super::people::note;
use super::{Desk, DeskError, need};
use crate::auth::secret::{self, Secret};
use crate::domain::access::{Actor, Permission, same_person};
use crate::store::{Rows, StoreError, T, WriteTx};

/// The records of the feeds, by the hash of their secret.
const FEEDS: &str = "feed/";
/// What the secrets begin with.
const PREFIX: &str = "rdf_";
/// Deadlines of a feed at most.
const MOST: usize = 200;

/// Whose deadlines an address gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Feed {
    account: String,
    made_at: DateTime<Utc>,
}

impl Desk {
    /// Makes an address for the deadlines of the actor; the one before it gives nothing any more. The secret is shown
    /// this once.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub async fn new_feed(&self, actor: &Actor) -> Result<Secret, DeskError> {
        need(actor, Permission::ReadCases)?;
        let secret = Secret::new(PREFIX)?;
        let (key, account, now) = (secret::kept(secret.reveal()), actor.id.clone(), self.now());
        let made = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                forget(tx, &account)?;
                let feed = Feed {
                    account: account.clone(),
                    made_at: now,
                };
                tx.put_record(T::Note, &format!("{FEEDS}{key}"), &feed)?;
                note(tx, "feed_made", &account, now, &json!({"account": account}))
            });
        made.await?;
        Ok(secret)
    }

    /// Ends the address of the actor's deadlines.
    ///
    /// # Errors
    /// What the file says.
    pub async fn end_feed(&self, actor: &Actor) -> Result<(), DeskError> {
        let (account, now) = (actor.id.clone(), self.now());
        let ended = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                if forget(tx, &account)? {
                    note(
                        tx,
                        "feed_ended",
                        &account,
                        now,
                        &json!({"account": account}),
                    )?;
                }
                Ok(())
            });
        Ok(ended.await?)
    }

    /// When the actor's address was made, if there is one.
    ///
    /// # Errors
    /// What the file says.
    pub fn feed_made(&self, actor: &Actor) -> Result<Option<DateTime<Utc>>, DeskError> {
        let all = feeds(&*self.reader()?)?;
        let own = all
            .into_iter()
            .find(|(_, feed)| same_person(&feed.account, &actor.id));
        Ok(own.map(|(_, feed)| feed.made_at))
    }

    /// The open cases of whoever holds the secret, by their next deadline.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for an address that is none, has ended, or whose person no longer signs in.
    pub fn feed(&self, secret: &str) -> Result<Vec<CaseRow>, DeskError> {
        let key = format!("{FEEDS}{}", secret::kept(secret));
        let feed: Option<Feed> = self.reader()?.record(T::Note, &key)?;
        let feed = feed.ok_or(DeskError::NotFound)?;
        let book = self.book();
        let person = book.person(&feed.account).filter(|person| !person.disabled);
        let person = person.ok_or(DeskError::NotFound)?;
        let actor = Actor::new(&person.id, &person.name, person.roles.iter().copied());
        let query = ListQuery {
            q: "is:mine is:open".into(),
            order: ListOrder::Due,
            limit: MOST,
            ..ListQuery::default()
        };
        Ok(self.cases(&actor, &query)?.rows)
    }
}

fn feeds(rows: &dyn Rows) -> Result<Vec<(String, Feed)>, StoreError> {
    rows.records(T::Note, FEEDS, None, usize::MAX)
}

/// Takes a person's feed away; whether there was one.
fn forget(tx: &mut WriteTx<'_>, account: &str) -> Result<bool, StoreError> {
    let mut found = false;
    for (key, feed) in feeds(&*tx)? {
        if same_person(&feed.account, account) {
            found |= tx.delete_record(T::Note, &key)?;
        }
    }
    Ok(found)
}
