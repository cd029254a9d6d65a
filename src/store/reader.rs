//! A reader: one consistent moment of the file, seen without waiting for anyone.
//!
//! Open one for a page or a request and drop it; never hold one across a slow client, because the pages of its
//! moment cannot be reused while it lives.

use super::error::StoreError;
use super::tables::{Each, Rows, T};
use super::tx;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata};
use std::cell::OnceCell;
use std::ops::{Bound, Deref};

type Opened = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// One consistent moment of the file.
pub struct Reader {
    txn: ReadTransaction,
    tables: Vec<OnceCell<Opened>>,
}

impl Reader {
    pub(crate) fn new(txn: ReadTransaction) -> Self {
        Self {
            txn,
            tables: T::ALL.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    fn table(&self, table: T) -> Result<&Opened, StoreError> {
        let cell = &self.tables[table as usize];
        match cell.get() {
            Some(opened) => Ok(opened),
            None => {
                let opened = self.txn.open_table(table.raw())?;
                Ok(cell.get_or_init(|| opened))
            }
        }
    }

    /// The bytes that the pages of a table take; a file of an older version may not have it yet.
    pub(crate) fn bytes(&self, table: T) -> Result<u64, StoreError> {
        let stats = match self.txn.open_table(table.raw()) {
            Ok(opened) => opened.stats()?,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        Ok(stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes())
    }
}

impl Rows for Reader {
    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = ReadableTable::get(self.table(table)?, key)?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    fn walk(
        &self,
        table: T,
        range: (Bound<&[u8]>, Bound<&[u8]>),
        forward: bool,
        each: &mut Each<'_>,
    ) -> Result<(), StoreError> {
        let rows = ReadableTable::range::<&[u8]>(self.table(table)?, range)?;
        tx::walk(rows, forward, each)
    }

    fn len(&self, table: T) -> Result<u64, StoreError> {
        Ok(self.table(table)?.len()?)
    }
}

impl Deref for Reader {
    type Target = dyn Rows;

    fn deref(&self) -> &Self::Target {
        self
    }
}
