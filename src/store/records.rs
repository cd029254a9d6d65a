//! Small records by a text key: people, tokens, sessions, idempotency keys, grants, outbox, link states.
//!
//! The caller brings the type; the table keeps it as a named map. Settings, which have a history, are in
//! [`super::settings`].

use super::codec;
use super::error::StoreError;
use super::tables::{ENOUGH, MORE, Rows, T, after_prefix};
use super::tx::WriteTx;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Bound;

impl dyn Rows + '_ {
    /// One record.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn record<V: DeserializeOwned>(
        &self,
        table: T,
        key: &str,
    ) -> Result<Option<V>, StoreError> {
        let found = self.get(table, key.as_bytes())?;
        found.map(|bytes| codec::decode(table, &bytes)).transpose()
    }

    /// Records whose key begins with `prefix`, in the order of their keys, at most `limit`, behind the key `after`.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn records<V: DeserializeOwned>(
        &self,
        table: T,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, V)>, StoreError> {
        let mut out = Vec::new();
        let end = after_prefix(prefix.as_bytes());
        let from = match after {
            Some(after) => Bound::Excluded(after.as_bytes()),
            None => Bound::Included(prefix.as_bytes()),
        };
        let to = match &end {
            Some(end) => Bound::Excluded(end.as_slice()),
            None => Bound::Unbounded,
        };
        if limit == 0 {
            return Ok(out);
        }
        self.walk(table, (from, to), true, &mut |key, value| {
            let name = String::from_utf8_lossy(key).into_owned();
            out.push((name, codec::decode(table, value)?));
            if out.len() < limit { MORE } else { ENOUGH }
        })?;
        Ok(out)
    }
}

impl WriteTx<'_> {
    /// Puts a record, replacing the one with the same key.
    ///
    /// # Errors
    /// What the disk says.
    pub fn put_record<V: Serialize + ?Sized>(
        &mut self,
        table: T,
        key: &str,
        value: &V,
    ) -> Result<(), StoreError> {
        self.put_value(table, key.as_bytes(), value)
    }

    /// Takes a record away; whether there was one.
    ///
    /// # Errors
    /// What the disk says.
    pub fn delete_record(&mut self, table: T, key: &str) -> Result<bool, StoreError> {
        self.delete(table, key.as_bytes())
    }

    /// The next number of a named series, from 1.
    ///
    /// # Errors
    /// What the disk says.
    pub fn next_number(&mut self, series: &str) -> Result<u64, StoreError> {
        let key = format!("next/{series}");
        let next = self.record::<u64>(T::Meta, &key)?.unwrap_or(0) + 1;
        self.put_record(T::Meta, &key, &next)?;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::tests::new_store;

    #[test]
    fn records_come_in_pages_under_their_prefix() {
        let (_folder, store) = new_store();
        store
            .write(|tx| {
                for name in ["a/1", "a/2", "a/3", "b/1"] {
                    tx.put_record(T::User, name, &name.len())?;
                }
                assert!(tx.delete_record(T::User, "a/2")?);
                assert!(!tx.delete_record(T::User, "a/2")?);
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let reader = store.reader().unwrap();
        let keys = |after, limit| -> Vec<String> {
            let found = reader
                .records::<usize>(T::User, "a/", after, limit)
                .unwrap();
            found.into_iter().map(|(key, _)| key).collect()
        };
        assert_eq!(keys(None, 9), ["a/1", "a/3"]);
        assert_eq!(keys(None, 1), ["a/1"]);
        assert_eq!(keys(Some("a/1"), 9), ["a/3"]);
        assert!(keys(None, 0).is_empty());
        assert_eq!(reader.record::<usize>(T::User, "b/1").unwrap(), Some(3));
    }
}
