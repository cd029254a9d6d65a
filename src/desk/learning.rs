//! The learning log: what the landlord changes because of complaints. Each learning is a setting of its own, so that
//! every version of it is kept, with who changed it and why, and is an event of the house.

use chrono::{DateTime, Utc};
use tokio::io::AsyncRead;

use super::documents::{hash, take_in};
use super::keys::{Key, remember, repeated};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::ids::CaseRef;
use crate::domain::learning::{Learning, Proof};
use crate::domain::refusal::required;
use crate::store::Rows;
use crate::store::documents::Outgoing;
use crate::store::settings::{Change, Version};

/// Under which name the settings are, and the series of their numbers.
const UNDER: &str = "learning/";
/// Files that one learning has at most.
const MOST_FILES: usize = 50;
/// Complaints that one learning names at most.
const MOST_CASES: usize = 500;

/// A learning with its number and the version that it stands at.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its number, from 1.
    pub number: u32,
    /// Its version, from 1.
    pub version: u32,
    /// When it was changed last.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// Why.
    pub why: String,
    /// What it says.
    pub learning: Learning,
}

impl Kept {
    fn of(number: u32, version: Version<Learning>) -> Self {
        Self {
            number,
            version: version.version,
            at: version.at,
            by: version.by,
            why: version.why,
            learning: version.value,
        }
    }

    /// Whether this person may change it: those who learn for the landlord, and whoever sees to it.
    pub fn is_changed_by(&self, actor: &Actor) -> bool {
        actor.may(Permission::Learn) || self.learning.owner == actor.id
    }
}

fn key(number: u32) -> String {
    format!("{UNDER}{number:06}")
}

/// Every learning, oldest first.
pub(super) fn all(rows: &dyn Rows) -> Result<Vec<Kept>, DeskError> {
    let found = rows.settings_under::<Learning>(UNDER)?;
    let number = |key: &str| key.trim_start_matches(UNDER).parse().unwrap_or_default();
    Ok(found
        .into_iter()
        .map(|(key, version)| Kept::of(number(&key), version))
        .collect())
}

impl Desk {
    /// The learning log, oldest first. Complaints that the actor may not know of are left out of each.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn learnings(&self, actor: &Actor) -> Result<Vec<Kept>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let mut found = all(&*reader)?;
        for kept in &mut found {
            known(&*reader, actor, &mut kept.learning.cases)?;
        }
        Ok(found)
    }

    /// One of them, with its versions, newest first.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Forbidden`], or what the file says.
    pub fn learning(&self, actor: &Actor, number: u32) -> Result<Vec<Kept>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let versions = reader.setting_history::<Learning>(&key(number))?;
        let kept = versions
            .into_iter()
            .map(|version| Kept::of(number, version));
        let mut found: Vec<Kept> = kept.rev().collect();
        if found.is_empty() {
            return Err(DeskError::NotFound);
        }
        for kept in &mut found {
            known(&*reader, actor, &mut kept.learning.cases)?;
        }
        Ok(found)
    }

    /// Those that name a complaint, oldest first.
    ///
    /// # Errors
    /// As [`Desk::learnings`].
    pub fn learnings_of(&self, actor: &Actor, case: &CaseRef) -> Result<Vec<Kept>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let mut found = all(&*reader)?;
        found.retain(|kept| kept.learning.cases.contains(case));
        for kept in &mut found {
            known(&*reader, actor, &mut kept.learning.cases)?;
        }
        found.retain(|kept| kept.learning.cases.contains(case));
        Ok(found)
    }

    /// Enters a learning. With a `key`, a repeated call gives the one of the first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], a refusal, [`DeskError::Invalid`] for a person or a complaint that there is not, or
    /// what the disk says.
    pub async fn learn(
        &self,
        actor: &Actor,
        learning: Learning,
        sent: Option<&str>,
    ) -> Result<u32, DeskError> {
        need(actor, Permission::Learn)?;
        let learning = self.checked(actor, learning, None)?;
        let sent = sent.map(|sent| Key::of(actor, "learning", sent, &learning));
        let (now, by) = (self.now(), actor.id.clone());
        let entered = self
            .store()
            .write_async(move |tx| -> Result<u32, DeskError> {
                if let Some(earlier) = repeated(tx, sent.as_ref())? {
                    return earlier.parse().map_err(|_| DeskError::NotFound);
                }
                let last = all(tx)?.last().map_or(0, |kept| kept.number);
                let change = Change {
                    at: now,
                    by,
                    why: "A learning was entered".into(),
                    from: None,
                };
                tx.set_setting(&key(last + 1), &learning, &change)?;
                remember(tx, sent, &(last + 1).to_string(), now)?;
                Ok(last + 1)
            });
        Ok(entered.await?)
    }

    /// Changes a learning that was seen at `version`. Its files, and complaints that the actor may not know of, stay.
    ///
    /// # Errors
    /// As [`Desk::learn`]; [`DeskError::NotFound`]; [`DeskError::Stale`] if it was changed meanwhile.
    pub async fn change_learning(
        &self,
        actor: &Actor,
        number: u32,
        version: u32,
        learning: Learning,
        why: &str,
    ) -> Result<(), DeskError> {
        required(why, "why", "why it changes")?;
        let now_kept = self.to_change(actor, number)?;
        let mut learning = self.checked(actor, learning, Some(&now_kept))?;
        let change = self.changing(actor, why);
        let changed = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let kept = current(tx, number)?;
                if kept.version != version {
                    return Err(DeskError::Stale {
                        current: kept.version,
                    });
                }
                learning.files = kept.learning.files;
                tx.set_setting(&key(number), &learning, &change)?;
                Ok(())
            });
        Ok(changed.await?)
    }

    /// Adds a file that shows the change.
    ///
    /// # Errors
    /// As [`Desk::change_learning`], or what the upload says.
    pub async fn prove_learning(
        &self,
        actor: &Actor,
        number: u32,
        file_name: &str,
        bytes: impl AsyncRead + Send + Unpin,
    ) -> Result<(), DeskError> {
        self.to_change(actor, number)?;
        let taken = take_in(self, file_name, bytes).await?;
        let change = self.changing(actor, &format!("{} was added", taken.file_name));
        let added = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let mut learning = current(tx, number)?.learning;
                let proof = Proof {
                    sha256: hex::encode(taken.sha256),
                    size: taken.size,
                    media_type: taken.media_type,
                    file_name: taken.file_name,
                };
                if learning
                    .files
                    .iter()
                    .any(|file| file.sha256 == proof.sha256)
                {
                    return Ok(());
                }
                if learning.files.len() >= MOST_FILES {
                    return Err(DeskError::Invalid {
                        field: "file",
                        detail: format!(
                            "It has {MOST_FILES} files already. Pack several into one."
                        ),
                    });
                }
                tx.keep_document(&taken.sha256)?;
                learning.files.push(proof);
                tx.set_setting(&key(number), &learning, &change)?;
                Ok(())
            });
        Ok(added.await?)
    }

    /// One of its files.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Forbidden`], or what the disk says.
    pub fn learning_file(
        &self,
        actor: &Actor,
        number: u32,
        nth: usize,
    ) -> Result<(Proof, Outgoing), DeskError> {
        need(actor, Permission::ReadCases)?;
        let kept = current(&*self.reader()?, number)?;
        let nth = nth.checked_sub(1).ok_or(DeskError::NotFound)?;
        let proof = kept.learning.files.into_iter().nth(nth);
        let proof = proof.ok_or(DeskError::NotFound)?;
        let bytes = self.store().open_document(&hash(&proof.sha256)?)?;
        Ok((proof, bytes))
    }

    /// A learning that the actor may change.
    fn to_change(&self, actor: &Actor, number: u32) -> Result<Kept, DeskError> {
        let kept = current(&*self.reader()?, number)?;
        if !kept.is_changed_by(actor) {
            need(actor, Permission::Learn)?;
        }
        Ok(kept)
    }

    fn changing(&self, actor: &Actor, why: &str) -> Change {
        Change {
            at: self.now(),
            by: actor.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        }
    }

    /// The learning with what others entered that the actor does not see, if nothing is wrong with it.
    fn checked(
        &self,
        actor: &Actor,
        mut learning: Learning,
        before: Option<&Kept>,
    ) -> Result<Learning, DeskError> {
        let book = self.book();
        learning.owner = book.id_of(&learning.owner);
        learning.files.clear();
        learning.check(london_date(self.now()))?;
        let same_owner = before.is_some_and(|kept| kept.learning.owner == learning.owner);
        let owner = book.person(&learning.owner);
        if !same_owner && owner.is_none_or(|person| person.disabled) {
            return Err(DeskError::Invalid {
                field: "owner",
                detail: "Choose somebody who signs in here.".into(),
            });
        }
        if let Some(category) = &learning.category
            && !book
                .categories()
                .categories
                .iter()
                .any(|c| c.key == *category)
        {
            return Err(DeskError::Invalid {
                field: "category",
                detail: format!("There is no category {category}."),
            });
        }
        let reader = self.reader()?;
        let given = learning.cases.clone();
        known(&*reader, actor, &mut learning.cases)?;
        if let Some(unknown) = given.iter().find(|case| !learning.cases.contains(case)) {
            return Err(DeskError::Invalid {
                field: "cases",
                detail: format!("There is no case {unknown}."),
            });
        }
        let mut unseen = before.map_or(Vec::new(), |kept| kept.learning.cases.clone());
        let mut seen = unseen.clone();
        known(&*reader, actor, &mut seen)?;
        unseen.retain(|case| !seen.contains(case));
        learning.cases.extend(unseen);
        learning.cases.sort();
        learning.cases.dedup();
        if learning.cases.len() > MOST_CASES {
            return Err(DeskError::Invalid {
                field: "cases",
                detail: format!("Name {MOST_CASES} cases at most."),
            });
        }
        Ok(learning)
    }
}

fn current(rows: &dyn Rows, number: u32) -> Result<Kept, DeskError> {
    let version = rows.setting_version(&key(number))?;
    Ok(Kept::of(number, version.ok_or(DeskError::NotFound)?))
}

/// Leaves the cases that there are and that the actor may know of.
fn known(rows: &dyn Rows, actor: &Actor, cases: &mut Vec<CaseRef>) -> Result<(), DeskError> {
    let mut left = Vec::new();
    let see = super::lists::may_see(actor);
    for case in cases.drain(..) {
        if rows
            .case_row(&case)?
            .is_some_and(|row| see(row.only_for.as_deref()))
        {
            left.push(case);
        }
    }
    *cases = left;
    Ok(())
}
