//! Settings with their history: what was in force on a day, who changed it and why.
//!
//! A policy is judged by the version in force at the date of the step, so no version is ever overwritten. Each
//! change is also an event of the house in the file-wide chain.

use super::audit::{HOUSE, NewEvent};
use super::codec;
use super::error::StoreError;
use super::tables::{MORE, Rows, T};
use super::tx::WriteTx;
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One version of a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version<V> {
    /// From 1.
    pub version: u32,
    /// The value.
    pub value: V,
    /// The first day it is in force; none means always.
    pub from: Option<NaiveDate>,
    /// When it was set.
    pub at: DateTime<Utc>,
    /// Who set it.
    pub by: String,
    /// Why.
    pub why: String,
}

/// Who changes a setting, when and why.
#[derive(Debug, Clone)]
pub struct Change {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// The first day the new value is in force; none means always.
    pub from: Option<NaiveDate>,
}

/// The body of the event of a change.
#[derive(Serialize, Deserialize)]
struct Changed<V> {
    key: String,
    version: u32,
    value: V,
    from: Option<NaiveDate>,
    why: String,
}

const CHANGED: &str = "setting_changed";

fn history_key(key: &str, version: u32) -> Vec<u8> {
    let mut out = key.as_bytes().to_vec();
    out.push(0);
    out.extend_from_slice(&version.to_be_bytes());
    out
}

impl dyn Rows + '_ {
    /// The newest value of a setting.
    ///
    /// # Errors
    /// What the file or the disk says, or that the value is not a `V`.
    pub fn setting<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, StoreError> {
        Ok(self.setting_version(key)?.map(|version| version.value))
    }

    /// The newest version of a setting with who, when and why.
    ///
    /// # Errors
    /// As [`Self::setting`](#method.setting).
    pub fn setting_version<V: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<Version<V>>, StoreError> {
        let found = self.get(T::Setting, key.as_bytes())?;
        found
            .map(|bytes| codec::decode(T::Setting, &bytes))
            .transpose()
    }

    /// The version in force on a day: the last one set of those that begin on or before it.
    ///
    /// # Errors
    /// As [`Self::setting`](#method.setting).
    pub fn setting_on<V: DeserializeOwned>(
        &self,
        key: &str,
        day: NaiveDate,
    ) -> Result<Option<Version<V>>, StoreError> {
        let mut versions = self.setting_history::<V>(key)?;
        versions.retain(|version| version.from.is_none_or(|from| from <= day));
        Ok(versions.pop())
    }

    /// The newest versions of all settings whose keys begin with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// As [`Self::setting`](#method.setting).
    pub fn settings_under<V: DeserializeOwned>(
        &self,
        prefix: &str,
    ) -> Result<Vec<(String, Version<V>)>, StoreError> {
        let mut out = Vec::new();
        self.walk_prefix(T::Setting, prefix.as_bytes(), &mut |key, value| {
            let key = String::from_utf8_lossy(key).into_owned();
            out.push((key, codec::decode(T::Setting, value)?));
            MORE
        })?;
        Ok(out)
    }

    /// Every version of a setting, oldest first.
    ///
    /// # Errors
    /// As [`Self::setting`](#method.setting).
    pub fn setting_history<V: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Vec<Version<V>>, StoreError> {
        let mut out = Vec::new();
        let mut prefix = key.as_bytes().to_vec();
        prefix.push(0);
        self.walk_prefix(T::SettingHistory, &prefix, &mut |_, value| {
            out.push(codec::decode(T::SettingHistory, value)?);
            MORE
        })?;
        Ok(out)
    }
}

impl WriteTx<'_> {
    /// Sets a setting; gives its version.
    ///
    /// # Errors
    /// What the disk says.
    pub fn set_setting<V: Serialize>(
        &mut self,
        key: &str,
        value: &V,
        change: &Change,
    ) -> Result<u32, StoreError> {
        let last = self.setting_version::<serde::de::IgnoredAny>(key)?;
        let version = Version {
            version: last.map_or(0, |last| last.version) + 1,
            value,
            from: change.from,
            at: change.at,
            by: change.by.clone(),
            why: change.why.clone(),
        };
        self.put_value(T::Setting, key.as_bytes(), &version)?;
        self.put_value(
            T::SettingHistory,
            &history_key(key, version.version),
            &version,
        )?;
        let event = NewEvent {
            kind: CHANGED,
            at: change.at,
            recorded_at: change.at,
            actor: &change.by,
        };
        let changed = Changed {
            key: key.to_owned(),
            version: version.version,
            value,
            from: change.from,
            why: change.why.clone(),
        };
        self.append(HOUSE, &event, &changed)?;
        Ok(version.version)
    }
}

/// Compares every version of every setting with the events of their changes.
pub(crate) fn check(rows: &(dyn Rows + '_)) -> Result<(), StoreError> {
    let wrong = |key: &str| {
        StoreError::Damaged(format!(
            "setting {key} is not what its changes in the chain say"
        ))
    };
    let mut newest: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut versions = 0;
    for event in rows.events_of(HOUSE, 0)? {
        if event.meta.kind != CHANGED {
            continue;
        }
        let Some(changed) = event.read::<Changed<serde_json::Value>>()? else {
            continue;
        };
        let version = Version {
            version: changed.version,
            value: changed.value,
            from: changed.from,
            at: event.meta.at,
            by: event.meta.actor,
            why: changed.why,
        };
        let key = history_key(&changed.key, changed.version);
        let stored = rows.get(T::SettingHistory, &key)?;
        let stored = stored.ok_or_else(|| wrong(&changed.key))?;
        if codec::decode::<Version<serde_json::Value>>(T::SettingHistory, &stored)? != version {
            return Err(wrong(&changed.key));
        }
        versions += 1;
        newest.insert(changed.key, stored);
    }
    for (key, version) in &newest {
        if rows.get(T::Setting, key.as_bytes())?.as_ref() != Some(version) {
            return Err(wrong(key));
        }
    }
    let sizes = (rows.len(T::SettingHistory)?, rows.len(T::Setting)?);
    match sizes == (versions, newest.len() as u64) {
        true => Ok(()),
        false => Err(wrong("history")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::tests::new_store;

    #[test]
    fn a_setting_is_judged_by_its_day_and_its_changes_are_in_the_chain() {
        let (_folder, store) = new_store();
        let day = |d| NaiveDate::from_ymd_opt(2026, 4, d).unwrap();
        let change = move |from| Change {
            at: Utc::now(),
            by: "Ada".into(),
            why: "new policy".into(),
            from,
        };
        store
            .write(move |tx| {
                tx.set_setting("limit", &10, &change(None))?;
                tx.set_setting("limit/other", &1, &change(None))?;
                let version = tx.set_setting("limit", &20, &change(Some(day(10))))?;
                assert_eq!(version, 2);
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let reader = store.reader().unwrap();
        assert_eq!(reader.setting::<i32>("limit").unwrap(), Some(20));
        assert_eq!(reader.setting::<i32>("none").unwrap(), None);
        let on = |d| {
            reader
                .setting_on::<i32>("limit", day(d))
                .unwrap()
                .unwrap()
                .value
        };
        assert_eq!((on(9), on(10)), (10, 20));
        assert_eq!(reader.setting_history::<i32>("limit").unwrap().len(), 2);
        let events = reader.events_of(HOUSE, 0).unwrap();
        assert_eq!(events.len(), 3);
        assert_eq!(events[2].meta.kind, "setting_changed");
    }
}
