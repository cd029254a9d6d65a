//! A CSV file as rows. What other systems write differs in encoding, delimiter, quoting and in what stands above the
//! names of the columns; it is settled here once, for every adapter. The file is streamed: its size does not matter.
//! Rows can also be looked up, by an index on the disk ([`index`]).

mod index;
mod rows;
mod shape;
mod text;
mod words;

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use csv::StringRecord;

pub(in crate::plugins) use index::{Asked, Indexes, NotReady};

use index::{Identity, Index, LookUp, Plan, settle};
use rows::Rows;
use shape::Shape;
use text::Source;

/// Rows are handed over up to about this many bytes at a time.
const PAGE: usize = 512 << 10;
/// The most columns that can be readied at once.
const READIED: usize = 64;
/// Stands for every column that was readied.
pub(super) const ANY_COLUMN: u32 = u32::MAX;

/// The rows of one file.
pub struct Table {
    source: Source,
    shape: Shape,
    rows: Rows,
    /// The folder and the name, by which the index is found again.
    place: String,
    /// The file as it was opened.
    of: Identity,
    /// What was readied for this plugin.
    ready: Option<(Arc<Index>, Vec<u16>)>,
}

/// Why rows cannot be looked up.
#[derive(Debug, PartialEq)]
pub(super) enum Trouble {
    /// The plugin asked for what there is not.
    Asked(String),
    /// The file or its index; a sentence.
    Unavailable(String),
    /// The index is being made; so much of the file, in hundredths, was read.
    Later(u64),
}

impl Table {
    /// Finds out how the file is laid out. `place` names the file among all that were granted. The error is a sentence
    /// for the plugin.
    pub(super) fn open(file: File, place: String, indexes: &Indexes) -> Result<Self, String> {
        let unreadable = |error: std::io::Error| format!("it cannot be read: {error}");
        settle(&file);
        let of = Identity::of(&file).map_err(unreadable)?;
        let known = indexes.encoding(&place, &of);
        let source = Source::new(file, known).map_err(unreadable)?;
        if known.is_none() {
            indexes.remember(&place, of.clone(), source.encoding);
        }
        let shape = Shape::of(&source)?;
        let rows = Rows::from(&source, shape.delimiter, shape.first);
        Ok(Self {
            source,
            shape,
            rows,
            place,
            of,
            ready: None,
        })
    }

    /// The names of the columns, without the spaces around them.
    pub fn columns(&self) -> &[String] {
        &self.shape.columns
    }

    /// Up to `max` rows more, each with as many cells as there are columns; none only at the end.
    /// Cells beyond the columns are left out, missing ones are empty, empty lines are passed over.
    pub fn next_rows(&mut self, max: usize) -> Result<Vec<Vec<String>>, String> {
        let mut page = Vec::new();
        let mut bytes = 0;
        let mut record = StringRecord::new();
        while page.len() < max && bytes < PAGE {
            if self.rows.read(&mut record)?.is_none() {
                break;
            }
            let mut row: Vec<String> = record.iter().map(str::to_owned).collect();
            row.resize(self.shape.columns.len(), String::new());
            bytes += row.iter().map(|cell| cell.len() + 24).sum::<usize>();
            page.push(row);
        }
        self.of.unchanged(&self.source.file)?;
        Ok(page)
    }

    /// Readies columns to be looked up and gives the number of rows. `left` is how long there is still time.
    pub(super) fn index(
        &mut self,
        columns: &[u32],
        indexes: &Indexes,
        left: &dyn Fn() -> Option<Duration>,
    ) -> Result<u32, Trouble> {
        if columns.is_empty() || columns.len() > READIED {
            let why = format!(
                "from 1 to {READIED} columns can be readied, not {}",
                columns.len()
            );
            return Err(Trouble::Asked(why));
        }
        let mut wanted = Vec::new();
        for &column in columns {
            match u16::try_from(column) {
                Ok(small) if usize::from(small) < self.shape.columns.len() => wanted.push(small),
                _ => return Err(self.no_column(column)),
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        self.of
            .unchanged(&self.source.file)
            .map_err(Trouble::Unavailable)?;
        let plan = Plan {
            source: self.source.clone(),
            delimiter: self.shape.delimiter,
            first: self.shape.first,
            columns: wanted.clone(),
            of: self.of.clone(),
        };
        let index = indexes
            .ready(&self.place, plan, left)
            .map_err(|why| match why {
                NotReady::Failed(why) => Trouble::Unavailable(why),
                NotReady::Making(part) => Trouble::Later(part),
            })?;
        let rows = index.rows();
        self.ready = Some((index, wanted));
        Ok(rows)
    }

    /// Rows that match, in the order of the file, each with its number as one more cell.
    pub(super) fn look_up(
        &self,
        column: u32,
        how: Asked,
        text: &str,
        max: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<String>>, Trouble> {
        let Some((index, readied)) = &self.ready else {
            return Err(Trouble::Asked("no column was readied with `index`".into()));
        };
        let one = u16::try_from(column).map_or([u16::MAX], |column| [column]);
        let columns = match column {
            ANY_COLUMN => readied.as_slice(),
            _ if readied.contains(&one[0]) => &one,
            _ => return Err(self.no_column(column)),
        };
        let look_up = LookUp {
            source: &self.source,
            delimiter: self.shape.delimiter,
            index,
            columns,
            how,
            text,
            max,
            wanted,
        };
        let found = look_up.rows().map_err(Trouble::Unavailable)?;
        let numbered = found.into_iter().map(|(number, mut row)| {
            row.resize(self.shape.columns.len(), String::new());
            row.push(number.to_string());
            row
        });
        Ok(numbered.collect())
    }

    fn no_column(&self, column: u32) -> Trouble {
        Trouble::Asked(format!(
            "column {column} was not readied; there are {}, counted from 0",
            self.shape.columns.len()
        ))
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
