//! Rows of a table one after the other, each with its place, from any row on.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use csv::StringRecord;

use super::text::{Place, Source, Text};

/// A quote that is never closed makes the rest of the file one row; it ends here.
const ROW: usize = 1 << 20;

/// The rows from a place on.
pub(super) struct Rows {
    rows: csv::Reader<Metered>,
    allowance: Arc<AtomicUsize>,
}

impl Rows {
    pub(super) fn from(source: &Source, delimiter: u8, place: Place) -> Self {
        let allowance = Arc::new(AtomicUsize::new(0));
        let metered = Metered {
            text: Text::from(source.clone(), place),
            allowance: Arc::clone(&allowance),
        };
        let rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(metered);
        Self { rows, allowance }
    }

    /// Reads the next row that is not empty, and gives its place; nothing at the end. The error is a sentence.
    pub(super) fn read(&mut self, row: &mut StringRecord) -> Result<Option<Place>, String> {
        loop {
            self.allowance.store(ROW, Ordering::Relaxed);
            let at = self.rows.position().byte();
            match self.rows.read_record(row) {
                Ok(false) => return Ok(None),
                Ok(true) if row.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => return Ok(Some(self.rows.get_mut().text.place(at))),
                Err(error) => {
                    let line = self.rows.position().line();
                    return Err(match error.into_kind() {
                        csv::ErrorKind::Io(error) => format!("from line {line}: {error}"),
                        other => format!("from line {line}: {other:?}"),
                    });
                }
            }
        }
    }

    /// Where the next row begins.
    pub(super) fn place(&mut self) -> Place {
        let at = self.rows.position().byte();
        self.rows.get_mut().text.place(at)
    }

    /// Bytes of the file read so far.
    pub(super) fn read_to(&self) -> u64 {
        self.rows.get_ref().text.read_to()
    }
}

/// The text, until a row takes more of it than a row may.
struct Metered {
    text: Text,
    allowance: Arc<AtomicUsize>,
}

impl Read for Metered {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.text.read(buf)?;
        let left = self.allowance.load(Ordering::Relaxed);
        if n > 0 && left == 0 {
            return Err(io::Error::other(
                "a row is longer than 1 MB; is a quote missing?",
            ));
        }
        self.allowance
            .store(left.saturating_sub(n), Ordering::Relaxed);
        Ok(n)
    }
}
