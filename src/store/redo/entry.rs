//! What an entry says: the rows that the jobs of one transaction put and took away, in order.

use super::LONGEST;
use crate::store::codec;
use crate::store::error::StoreError;
use crate::store::gate::Gate;
use crate::store::reader::Reader;
use crate::store::tables::{Rows, T};
use crate::store::tx::WriteTx;
use redb::{Database, ReadableDatabase};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::io::{self, Cursor};

/// The row of the tables that tells the number of the last transaction in them.
const LAST: &[u8] = b"transaction";

/// One row: its table by name, so that a later program finds it, its key, and its value unless it was taken away.
#[derive(Serialize)]
struct Change<'a>(
    &'static str,
    #[serde(with = "serde_bytes")] &'a [u8],
    Option<&'a serde_bytes::Bytes>,
);

#[derive(Deserialize)]
struct Read(String, ByteBuf, Option<ByteBuf>);

/// The changes of the jobs so far, as they will be written.
#[derive(Debug)]
pub(crate) struct Changes {
    /// Nothing once they are too many for an entry.
    bytes: Option<Vec<u8>>,
    /// Where the changes of the present job begin.
    job: usize,
}

impl Changes {
    /// Of no job yet.
    pub(crate) fn new() -> Self {
        Self {
            bytes: Some(Vec::new()),
            job: 0,
        }
    }

    /// Of a transaction that is never written as an entry.
    pub(crate) fn too_many() -> Self {
        Self {
            bytes: None,
            job: 0,
        }
    }

    /// Adds a row that was put, or taken away.
    pub(crate) fn add(&mut self, table: T, key: &[u8], value: Option<&[u8]>) {
        let Some(bytes) = &mut self.bytes else { return };
        let longer = bytes.len() + key.len() + value.map_or(0, <[u8]>::len) + 64;
        let change = Change(table.name(), key, value.map(serde_bytes::Bytes::new));
        if longer > LONGEST || rmp_serde::encode::write(bytes, &change).is_err() {
            self.bytes = None;
        }
    }

    /// The present job ends well.
    pub(crate) fn keep(&mut self) {
        self.job = self.bytes.as_ref().map_or(0, Vec::len);
    }

    /// The present job is taken back.
    pub(crate) fn take_back(&mut self) {
        if let Some(bytes) = &mut self.bytes {
            bytes.truncate(self.job);
        }
    }

    /// As an entry's body; nothing when they are too many.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        self.bytes.take()
    }
}

/// Counts one transaction more; gives its number.
pub(crate) fn count(tx: &mut WriteTx<'_>) -> Result<u64, StoreError> {
    let number = last(tx)? + 1;
    tx.put_value(T::Meta, LAST, &number)?;
    Ok(number)
}

fn last(rows: &dyn Rows) -> Result<u64, StoreError> {
    match rows.get(T::Meta, LAST)? {
        Some(bytes) => match codec::decode(T::Meta, &bytes)? {
            // Nobody counted that far.
            number if number > u64::MAX / 2 => {
                Err(StoreError::Damaged("the number of transactions".into()))
            }
            number => Ok(number),
        },
        None => Ok(0),
    }
}

/// Makes again, durably, what the log has and the pages have not; how many transactions that was.
///
/// # Errors
/// [`StoreError::Damaged`] for a log that is not whole or makes no sense, or what the disk says.
pub(crate) fn replay(db: &Database, gate: &Gate) -> Result<u64, StoreError> {
    let done = last(&*Reader::new(db.begin_read()?))?;
    let entries = gate
        .redo()
        .entries(done)
        .map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => StoreError::Damaged(error.to_string()),
            _ => error.into(),
        })?;
    if entries.is_empty() {
        gate.redo().settled();
        return Ok(0);
    }
    let mut txn = db.begin_write()?;
    {
        let mut tx = WriteTx::open_alone(&txn);
        for body in &entries {
            apply(&mut tx, body)?;
        }
        tx.put_value(T::Meta, LAST, &(done + entries.len() as u64))?;
    }
    txn.set_quick_repair(true);
    txn.commit()?;
    gate.redo().settled();
    Ok(entries.len() as u64)
}

fn apply(tx: &mut WriteTx<'_>, body: &[u8]) -> Result<(), StoreError> {
    let damaged = |why: String| StoreError::Damaged(format!("an entry of the log: {why}"));
    let mut from = Cursor::new(body);
    while (from.position() as usize) < body.len() {
        let Read(table, key, value) =
            rmp_serde::from_read(&mut from).map_err(|error| damaged(error.to_string()))?;
        let known = T::ALL.iter().find(|known| known.name() == table);
        let table = *known.ok_or_else(|| damaged(format!("no table is called {table}")))?;
        match value {
            Some(value) => tx.put(table, &key, &value)?,
            None => drop(tx.delete(table, &key)?),
        }
    }
    Ok(())
}
