//! Files that the operator gave to this link, by name.

use std::io::{self, Read};

use crate::bindings::linker::redress::plugin::files as host;
use crate::{Failure, stream};
pub use host::{Match, ls};

/// Stands for every column that [`Table::index`] readied: each word may be in another.
pub const ANY_COLUMN: u32 = u32::MAX;

/// Opens a file for its bytes.
pub fn open(name: &str) -> Result<File, Failure> {
    Ok(File {
        reader: host::Reader::open(name)?,
    })
}

/// Opens a CSV as rows: the host settles encoding, delimiter and quoting.
pub fn table(name: &str) -> Result<Table, Failure> {
    Ok(Table {
        table: host::Table::open(name)?,
    })
}

/// A file's bytes, as they come.
pub struct File {
    reader: host::Reader,
}

impl Read for File {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        stream::fill(buf, |max| self.reader.read(max))
    }
}

/// The rows of a CSV. Each row has as many cells as there are columns.
pub struct Table {
    table: host::Table,
}

impl Table {
    /// The names in the first row.
    pub fn columns(&self) -> Vec<String> {
        self.table.columns()
    }

    /// Some rows more; an empty list is the end.
    pub fn next_rows(&self) -> Result<Vec<Vec<String>>, Failure> {
        self.table.next_rows(1000)
    }

    /// Readies columns, by position, to be looked up, and gives the number of rows.
    pub fn index(&self, columns: &[u32]) -> Result<u32, Failure> {
        self.table.index(columns)
    }

    /// Rows that match in a readied column, or in [`ANY_COLUMN`], each with its number, in the order of the file; at most
    /// 1000.
    pub fn look_up(
        &self,
        column: u32,
        how: Match,
        text: &str,
        max: u32,
    ) -> Result<Vec<(u32, Vec<String>)>, Failure> {
        let rows = self.table.look_up(column, how, text, max)?;
        let numbered = rows.into_iter().map(|mut row| {
            let number = row.pop().and_then(|number| number.parse().ok());
            number
                .map(|number| (number, row))
                .ok_or_else(|| Failure::Other("the program gave a row without its number".into()))
        });
        numbered.collect()
    }
}
