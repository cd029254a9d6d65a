//! `Idempotency-Key`: what makes a repeated request the same request. Looked up and kept in the transaction of the
//! work itself, so that two at once are one.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::DeskError;
use crate::domain::access::Actor;
use crate::domain::case::Command;
use crate::domain::ids::CaseRef;
use crate::store::{Rows, T, WriteTx};

/// How long a key is kept at least: a client that repeats a request does so sooner.
const KEPT: TimeDelta = TimeDelta::days(7);

/// How many of its neighbours each new key looks at for being too old. Names are hashes and so fall anywhere: what
/// is left over stays a small share of what is kept, however long the server runs.
const SWEPT: usize = 8;

/// What an idempotency key was used for.
#[derive(Serialize, Deserialize)]
struct Used {
    fingerprint: String,
    /// The case, account or policy that came of it.
    reference: String,
    at: DateTime<Utc>,
}

/// A key with what it is asked for.
#[derive(Clone, Debug)]
pub(super) struct Key {
    name: String,
    fingerprint: String,
}

impl Key {
    /// The `key` of `actor` for making or changing what is called `about` by `what`.
    pub fn of<V: Serialize>(actor: &Actor, about: &str, key: &str, what: &V) -> Self {
        let name = Sha256::digest(format!("{}\u{0}{about}\u{0}{key}", actor.id));
        Self {
            name: hex::encode(name),
            fingerprint: fingerprint(what),
        }
    }

    /// As [`Key::of`], for a command on a case. A document sent again came at another time, and is the same.
    pub fn of_command(actor: &Actor, case: &CaseRef, key: &str, command: &Command) -> Self {
        let about = case.to_string();
        match command {
            Command::Attach { document } => {
                let sent = (&document.sha256, document.kind, &document.title);
                Self::of(actor, &about, key, &sent)
            }
            command => Self::of(actor, &about, key, command),
        }
    }
}

fn fingerprint<V: Serialize>(value: &V) -> String {
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    hex::encode(Sha256::digest(bytes))
}

/// What the key made when it was used before.
pub(super) fn repeated(rows: &dyn Rows, key: Option<&Key>) -> Result<Option<String>, DeskError> {
    let Some(key) = key else {
        return Ok(None);
    };
    match rows.record::<Used>(T::Idempotency, &key.name)? {
        None => Ok(None),
        Some(used) if used.fingerprint == key.fingerprint => Ok(Some(used.reference)),
        Some(used) => Err(DeskError::Conflict(format!(
            "This Idempotency-Key was used for something else ({}). Use a new key for a new request.",
            used.reference
        ))),
    }
}

/// As [`repeated`], where a case is what the key made.
pub(super) fn repeated_case(
    rows: &dyn Rows,
    key: Option<&Key>,
) -> Result<Option<CaseRef>, DeskError> {
    let Some(reference) = repeated(rows, key)? else {
        return Ok(None);
    };
    let case = reference
        .parse()
        .map_err(|_| DeskError::Internal(format!("the key of {reference} names no case")))?;
    Ok(Some(case))
}

/// Keeps the key with what it made, and lets go of some that are too old.
pub(super) fn remember(
    tx: &mut WriteTx<'_>,
    key: Option<Key>,
    made: &str,
    at: DateTime<Utc>,
) -> Result<(), DeskError> {
    let Some(Key { name, fingerprint }) = key else {
        return Ok(());
    };
    let near = tx.records::<Used>(T::Idempotency, "", Some(&name), SWEPT)?;
    for (old, used) in near {
        if at - used.at > KEPT {
            tx.delete_record(T::Idempotency, &old)?;
        }
    }
    let used = Used {
        fingerprint,
        reference: made.to_owned(),
        at,
    };
    Ok(tx.put_record(T::Idempotency, &name, &used)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::access::Role;
    use crate::store::{Options, Store, WriteError};

    #[test]
    fn a_key_is_kept_for_seven_days_and_let_go_of_later() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("a.redb"), Options::default()).unwrap();
        let actor = Actor::new("olive", "Olive", [Role::ComplaintsOfficer]);
        let key = |of: &str, n: u32| Key::of(&actor, "log", &format!("{of} {n}"), &n);
        let start: DateTime<Utc> = "2026-11-02T09:00:00Z".parse().unwrap();
        let keep = |of: &str, count: u32, at: DateTime<Utc>| {
            for key in (0..count).map(|n| key(of, n)) {
                let done: Result<(), WriteError<DeskError>> =
                    store.write(move |tx| remember(tx, Some(key), "C-2026-0001", at));
                done.unwrap();
            }
        };
        let known = |of: &str, count: u32| {
            let reader = store.reader().unwrap();
            let used = |n: &u32| repeated(&*reader, Some(&key(of, *n))).unwrap().is_some();
            (0..count).filter(used).count()
        };
        keep("old", 10, start);
        keep("later", 60, start + KEPT);
        assert_eq!(
            (known("old", 10), known("later", 60)),
            (10, 60),
            "to the last moment"
        );
        keep("new", 60, start + KEPT + TimeDelta::seconds(1));
        assert_eq!((known("old", 10), known("later", 60)), (0, 60));
        let reader = store.reader().unwrap();
        assert!(
            repeated(&*reader, Some(&Key::of(&actor, "log", "new 1", &2))).is_err(),
            "for something else"
        );
        drop(reader);
        store.close();
    }
}
