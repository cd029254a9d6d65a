//! The view a job has while it writes, and the log that undoes it when it refuses.
//!
//! Many jobs share one transaction. A job that returns an error or panics must leave nothing behind, so each
//! write remembers what it replaced; the list is played backwards on refusal and forgotten on success.

use super::codec;
use super::error::StoreError;
use super::redo::entry::Changes;
use super::tables::{self, Each, Rows, T};
use redb::{ReadableTable, ReadableTableMetadata, Table, WriteTransaction};
use serde::Serialize;
use std::cell::{Cell, OnceCell};
use std::ops::{Bound, ControlFlow, Deref};

type Open<'t> = Table<'t, &'static [u8], &'static [u8]>;

struct Undo {
    table: T,
    key: Vec<u8>,
    old: Option<Vec<u8>>,
}

/// A write transaction as a job sees it: everything before it, its own writes, and [`Rows`] to read both.
pub struct WriteTx<'t> {
    txn: &'t WriteTransaction,
    /// Each is opened when it is first asked for: a job touches few of them.
    tables: Vec<OnceCell<Open<'t>>>,
    undo: Vec<Undo>,
    /// Whether what is written can be taken back by itself.
    undoes: bool,
    changes: Changes,
    bytes: usize,
    wrote: bool,
    failed: Cell<Option<StoreError>>,
}

impl<'t> WriteTx<'t> {
    pub(crate) fn open(txn: &'t WriteTransaction) -> Self {
        let tables = T::ALL.iter().map(|_| OnceCell::new()).collect();
        Self {
            txn,
            tables,
            undo: Vec::new(),
            undoes: true,
            changes: Changes::new(),
            bytes: 0,
            wrote: false,
            failed: Cell::new(None),
        }
    }

    /// A transaction with nobody else in it, which is committed or given up as a whole: nothing is remembered for
    /// taking it back, so that it may rewrite a file of any size.
    pub(crate) fn open_alone(txn: &'t WriteTransaction) -> Self {
        let mut tx = Self::open(txn);
        tx.undoes = false;
        tx.changes = Changes::too_many();
        tx
    }

    fn table(&self, table: T) -> Result<&Open<'t>, StoreError> {
        let cell = &self.tables[table as usize];
        if let Some(open) = cell.get() {
            return Ok(open);
        }
        match self.txn.open_table(table.raw()) {
            Ok(open) => Ok(cell.get_or_init(|| open)),
            Err(error) => Err(self.fail(error.into())),
        }
    }

    fn table_mut(&mut self, table: T) -> Result<&mut Open<'t>, StoreError> {
        self.table(table)?;
        let open = self.tables[table as usize].get_mut();
        open.ok_or_else(|| StoreError::Damaged(format!("table {} is not there", table.name())))
    }

    /// Puts a value, replacing what was there.
    ///
    /// # Errors
    /// What the disk says; the whole batch is then given up.
    pub fn put(&mut self, table: T, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let done = self
            .table_mut(table)?
            .insert(key, value)
            .map(|old| old.map(|old| old.value().to_vec()));
        let old = self.note(done)?;
        self.changes.add(table, key, Some(value));
        self.remember(table, key, old, key.len() + value.len());
        Ok(())
    }

    /// Encodes and puts a value.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn put_value<V: Serialize + ?Sized>(
        &mut self,
        table: T,
        key: &[u8],
        value: &V,
    ) -> Result<(), StoreError> {
        self.put(table, key, &codec::encode(value)?)
    }

    /// Takes a value away; whether there was one.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn delete(&mut self, table: T, key: &[u8]) -> Result<bool, StoreError> {
        let done = self
            .table_mut(table)?
            .remove(key)
            .map(|old| old.map(|old| old.value().to_vec()));
        let old = self.note(done)?;
        let found = old.is_some();
        if found {
            self.changes.add(table, key, None);
            self.remember(table, key, old, key.len());
        }
        Ok(found)
    }

    /// Empties a table.
    pub(crate) fn clear(&mut self, table: T) -> Result<(), StoreError> {
        let mut keys = Vec::new();
        self.walk(table, tables::ALL, true, &mut |key, _| {
            keys.push(key.to_vec());
            tables::MORE
        })?;
        for key in keys {
            self.delete(table, &key)?;
        }
        Ok(())
    }

    fn remember(&mut self, table: T, key: &[u8], old: Option<Vec<u8>>, bytes: usize) {
        self.bytes += bytes;
        if self.undoes {
            self.undo.push(Undo {
                table,
                key: key.to_vec(),
                old,
            });
        }
    }

    /// Remembers a failure of the disk, so that the batch is given up even if the job swallows it.
    fn note<V>(&self, result: Result<V, redb::StorageError>) -> Result<V, StoreError> {
        result.map_err(|error| self.fail(error.into()))
    }

    fn fail(&self, error: StoreError) -> StoreError {
        self.failed.set(Some(error.clone()));
        error
    }

    /// Ends a job that succeeded.
    pub(crate) fn keep(&mut self) {
        self.wrote |= !self.undo.is_empty();
        self.undo.clear();
        self.changes.keep();
    }

    /// Ends a job that refused or panicked: everything it wrote is taken back.
    pub(crate) fn take_back(&mut self) {
        self.changes.take_back();
        while let Some(Undo { table, key, old }) = self.undo.pop() {
            let Ok(rows) = self.table_mut(table) else {
                return;
            };
            let done = match old {
                Some(old) => rows.insert(key.as_slice(), old.as_slice()).map(drop),
                None => rows.remove(key.as_slice()).map(drop),
            };
            if self.note(done).is_err() {
                return;
            }
        }
    }

    /// What the disk said, if it failed since the batch began.
    pub(crate) fn failure(&self) -> Option<StoreError> {
        let failure = self.failed.take();
        self.failed.set(failure.clone());
        failure
    }

    /// What the jobs changed, as an entry of the log; nothing when it is too much for one.
    pub(crate) fn take_changes(&mut self) -> Option<Vec<u8>> {
        self.changes.take()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }
}

impl Rows for WriteTx<'_> {
    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.table(table)?.get(key);
        Ok(self.note(found)?.map(|value| value.value().to_vec()))
    }

    fn walk(
        &self,
        table: T,
        range: (Bound<&[u8]>, Bound<&[u8]>),
        forward: bool,
        each: &mut Each<'_>,
    ) -> Result<(), StoreError> {
        let rows = self.note(self.table(table)?.range::<&[u8]>(range))?;
        walk(rows, forward, each)
    }

    fn len(&self, table: T) -> Result<u64, StoreError> {
        self.note(self.table(table)?.len())
    }
}

/// Walks a range of redb's.
pub(crate) fn walk(
    mut rows: redb::Range<'_, &'static [u8], &'static [u8]>,
    forward: bool,
    each: &mut Each<'_>,
) -> Result<(), StoreError> {
    while let Some(row) = if forward {
        rows.next()
    } else {
        rows.next_back()
    } {
        let (key, value) = row?;
        if let ControlFlow::Break(()) = each(key.value(), value.value())? {
            break;
        }
    }
    Ok(())
}

impl<'t> Deref for WriteTx<'t> {
    type Target = dyn Rows + 't;

    fn deref(&self) -> &Self::Target {
        self
    }
}
