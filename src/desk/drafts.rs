//! What people typed into forms and have not sent: kept for them alone, for a while, so that a call that breaks off, a
//! session that ends or a tablet without battery loses nothing.
//!
//! A draft is no record. Nobody else sees it, it is in no export, and it goes when its form is sent or after
//! [`KEPT_DAYS`]. Files given before there is a case wait with it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::documents::{NewDocument, Taken, hash, take_in};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::Sensitivity;
use crate::domain::ids::CaseRef;
use crate::store::{Rows, T, WriteTx};

/// Days after its last change that a draft is kept.
pub const KEPT_DAYS: i64 = 14;
/// Drafts of one person; with one more, the one changed longest ago goes.
const MOST: usize = 30;
/// Bytes of the answers of one draft.
const LARGEST: usize = 200_000;
/// Files of one draft.
const MOST_FILES: usize = 20;

/// What every draft's key begins with.
const ALL: &str = "draft/";

/// A form as it was typed so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Which form: `log/KEY` for a complaint being logged, `cases/REFERENCE/COMMAND` for a step of a case.
    pub slot: String,
    /// When it was kept last.
    pub kept_at: DateTime<Utc>,
    /// The answers, by the name of their question.
    pub answers: Vec<(String, String)>,
    /// Files given already.
    #[serde(default)]
    pub files: Vec<WaitingFile>,
}

/// A file that waits for its case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingFile {
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its name.
    pub file_name: String,
    /// What it is, told from its bytes.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

impl Draft {
    fn new(slot: &str, at: DateTime<Utc>) -> Self {
        Self {
            slot: slot.to_owned(),
            kept_at: at,
            answers: Vec::new(),
            files: Vec::new(),
        }
    }

    /// The answer to a question; empty for none.
    pub fn answer(&self, name: &str) -> &str {
        let found = self.answers.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }
}

fn prefix(actor: &Actor) -> String {
    // An account's name has no line feed, so that no name is the beginning of another's key.
    format!("{ALL}{}\n", actor.id)
}

/// The drafts of a person that still count, the one changed last first.
fn of(rows: &dyn Rows, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Draft>, DeskError> {
    let since = now - TimeDelta::days(KEPT_DAYS);
    let all = rows.records::<Draft>(T::Note, &prefix(actor), None, usize::MAX)?;
    let mut drafts: Vec<Draft> = all.into_iter().map(|(_, draft)| draft).collect();
    drafts.retain(|draft| draft.kept_at >= since);
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.kept_at));
    Ok(drafts)
}

fn checked(slot: &str) -> Result<(), DeskError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
    if (3..=120).contains(&slot.len()) && slot.chars().all(fits) {
        return Ok(());
    }
    Err(DeskError::Invalid {
        field: "slot",
        detail: "Open the form again.".into(),
    })
}

impl Desk {
    /// The forms that the actor began and did not send, the one changed last first.
    ///
    /// # Errors
    /// What the file says.
    pub fn drafts(&self, actor: &Actor) -> Result<Vec<Draft>, DeskError> {
        of(&*self.reader()?, actor, self.now())
    }

    /// One of them.
    ///
    /// # Errors
    /// What the file says.
    pub fn draft(&self, actor: &Actor, slot: &str) -> Result<Option<Draft>, DeskError> {
        let draft: Option<Draft> = self.reader()?.record(T::Note, &(prefix(actor) + slot))?;
        let since = self.now() - TimeDelta::days(KEPT_DAYS);
        Ok(draft.filter(|draft| draft.kept_at >= since))
    }

    /// Keeps what was typed so far; says when.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when it is too long, or what the file says.
    pub async fn keep_draft(
        &self,
        actor: &Actor,
        slot: &str,
        answers: Vec<(String, String)>,
    ) -> Result<DateTime<Utc>, DeskError> {
        checked(slot)?;
        let bytes: usize = answers.iter().map(|(n, v)| n.len() + v.len()).sum();
        if bytes > LARGEST {
            return Err(DeskError::Invalid {
                field: "slot",
                detail: "This is too long to be kept as a draft. Send the form, or put the text into a document.".into(),
            });
        }
        self.change_draft(actor, slot, move |_, draft| {
            draft.answers = answers;
            Ok(())
        })
        .await
        .map(|draft| draft.kept_at)
    }

    /// Takes in a file for a form that is not sent yet. It waits with the draft and belongs to nobody else.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] for one file too many, or what the disk says.
    pub async fn keep_draft_file(
        &self,
        actor: &Actor,
        slot: &str,
        name: &str,
        bytes: impl tokio::io::AsyncRead + Send + Unpin,
    ) -> Result<Draft, DeskError> {
        need(actor, Permission::Attach)?;
        checked(slot)?;
        let taken = take_in(self, name, bytes).await?;
        let whom = prefix(actor) + slot;
        self.change_draft(actor, slot, move |tx, draft| {
            let file = WaitingFile {
                sha256: hex::encode(taken.sha256),
                file_name: taken.file_name,
                media_type: taken.media_type,
                size: taken.size,
            };
            if draft.files.iter().any(|known| known.sha256 == file.sha256) {
                return Ok(());
            }
            if draft.files.len() >= MOST_FILES {
                return Err(DeskError::Invalid {
                    field: "file",
                    detail: format!(
                        "At most {MOST_FILES} files wait here. Log the complaint and add the others to its case."
                    ),
                });
            }
            draft.files.push(file);
            Ok(tx.wait_with_document(&taken.sha256, &whom)?)
        })
        .await
    }

    /// Takes a waiting file away again.
    ///
    /// # Errors
    /// What the file says.
    pub async fn drop_draft_file(
        &self,
        actor: &Actor,
        slot: &str,
        sha256: String,
    ) -> Result<Draft, DeskError> {
        let whom = prefix(actor) + slot;
        self.change_draft(actor, slot, move |tx, draft| {
            draft.files.retain(|file| file.sha256 != sha256);
            Ok(tx.stop_waiting(&hash(&sha256)?, &whom)?)
        })
        .await
    }

    /// Puts the files that waited with a form on the case that came of it. Done again, it adds none twice.
    ///
    /// # Errors
    /// What [`Desk::attach`] says of the first that does not go; the draft keeps them all.
    pub async fn attach_waiting(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        draft: &Draft,
    ) -> Result<(), DeskError> {
        for file in &draft.files {
            let taken = Taken {
                sha256: hash(&file.sha256)?,
                size: file.size,
                media_type: file.media_type.clone(),
                file_name: file.file_name.clone(),
            };
            let about = NewDocument {
                kind: taken.kind(),
                doc_date: None,
                title: String::new(),
                sensitivity: Sensitivity::default(),
                file_name: file.file_name.clone(),
                source_system: None,
                source_id: None,
                from: None,
                to: None,
                why: None,
                at: None,
            };
            let key = format!("{}/{}", draft.slot, file.sha256);
            self.keep_document(actor, reference, about, None, Some(key), taken)
                .await?;
        }
        Ok(())
    }

    /// Forgets a draft; whether there was one.
    ///
    /// # Errors
    /// What the file says.
    pub async fn drop_draft(&self, actor: &Actor, slot: &str) -> Result<bool, DeskError> {
        let key = prefix(actor) + slot;
        if self.draft(actor, slot)?.is_none() {
            return Ok(false);
        }
        let gone = self
            .store()
            .write_async(move |tx| -> Result<bool, DeskError> { forget(tx, &key) })
            .await?;
        Ok(gone)
    }

    async fn change_draft(
        &self,
        actor: &Actor,
        slot: &str,
        change: impl FnOnce(&mut WriteTx<'_>, &mut Draft) -> Result<(), DeskError> + Send + 'static,
    ) -> Result<Draft, DeskError> {
        let (actor, slot, now) = (actor.clone(), slot.to_owned(), self.now());
        let kept = self
            .store()
            .write_async(move |tx| -> Result<Draft, DeskError> {
                let key = prefix(&actor) + &slot;
                let known: Option<Draft> = tx.record(T::Note, &key)?;
                let fresh = known.is_none();
                let mut draft = known.unwrap_or_else(|| Draft::new(&slot, now));
                change(tx, &mut draft)?;
                draft.kept_at = now;
                tx.put_record(T::Note, &key, &draft)?;
                if fresh {
                    tidy(tx, &actor, now)?;
                }
                Ok(draft)
            })
            .await?;
        Ok(kept)
    }
}

/// Forgets a draft and lets its files go.
fn forget(tx: &mut WriteTx<'_>, key: &str) -> Result<bool, DeskError> {
    let Some(draft) = tx.record::<Draft>(T::Note, key)? else {
        return Ok(false);
    };
    for file in &draft.files {
        tx.stop_waiting(&hash(&file.sha256)?, key)?;
    }
    Ok(tx.delete_record(T::Note, key)?)
}

/// Lets go what is too old or, of this person, too much.
fn tidy(tx: &mut WriteTx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<(), DeskError> {
    let kept = of(tx, actor, now)?;
    let most: Vec<String> = kept
        .into_iter()
        .take(MOST)
        .map(|draft| draft.slot)
        .collect();
    let own = prefix(actor);
    for (key, draft) in tx.records::<Draft>(T::Note, ALL, None, usize::MAX)? {
        let old = draft.kept_at < now - TimeDelta::days(KEPT_DAYS);
        if old || (key.starts_with(&own) && !most.contains(&draft.slot)) {
            forget(tx, &key)?;
        }
    }
    Ok(())
}
