//! Looks rows up: the index says which may match, the file says which do.

use std::io;

use csv::StringRecord;

use super::build::row_hash;
use super::file::Index;
use super::{Identity, KEY, LETTERS, What, entry, head};
use crate::plugins::table::rows::Rows;
use crate::plugins::table::text::Source;
use crate::plugins::table::words;

/// So few rows are quicker read than narrowed down further.
const FEW: u32 = 64;
/// Bytes of rows given at once.
const BYTES: usize = 4 << 20;

/// How a cell must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plugins) enum Asked {
    /// All of it, signs and spaces aside.
    Same,
    /// Words of it.
    Word,
    /// Beginnings of words of it.
    Prefix,
}

/// One look-up.
pub(in crate::plugins::table) struct LookUp<'a> {
    pub(in crate::plugins::table) source: &'a Source,
    pub(in crate::plugins::table) delimiter: u8,
    pub(in crate::plugins::table) index: &'a Index,
    /// Each word may be in another of these.
    pub(in crate::plugins::table) columns: &'a [u16],
    pub(in crate::plugins::table) how: Asked,
    pub(in crate::plugins::table) text: &'a str,
    pub(in crate::plugins::table) max: usize,
    /// Asked now and then whether anybody still wants to know.
    pub(in crate::plugins::table) wanted: &'a dyn Fn() -> bool,
}

impl LookUp<'_> {
    /// The rows that match with their numbers, in order. The error is a sentence.
    pub(in crate::plugins::table) fn rows(&self) -> Result<Vec<(u32, Vec<String>)>, String> {
        let broken = |error: io::Error| format!("it cannot be looked up: {error}");
        let words = match self.how {
            Asked::Same => vec![words::joined(self.text)],
            Asked::Word | Asked::Prefix => words::asked(self.text),
        };
        if words.iter().all(String::is_empty) {
            return Ok(Vec::new());
        }
        let candidates = self.candidates(&words).map_err(broken)?;
        let of = &self.index.header().of;
        of.unchanged(&self.source.file)?;
        let mut found = Vec::new();
        let mut bytes = 0;
        for (n, row) in candidates.rows().enumerate() {
            if found.len() == self.max {
                break;
            }
            if n % 256 == 255 && !(self.wanted)() {
                return Err("the run was given up".into());
            }
            let cells = self.row(row, of)?;
            if !self.matches(&cells, &words) {
                continue;
            }
            bytes += cells.len() + cells.iter().map(str::len).sum::<usize>();
            if bytes > BYTES {
                return Err("the rows that match are more than 4 MB; look for something that fewer rows have".into());
            }
            found.push((row, cells.iter().map(str::to_owned).collect()));
        }
        of.unchanged(&self.source.file)?;
        Ok(found)
    }

    /// The rows that may match.
    fn candidates(&self, words: &[String]) -> io::Result<Rowset> {
        let mut ranges = Vec::new();
        for word in words {
            let mut of_word = Vec::new();
            for &column in self.columns {
                let spans = match self.how {
                    Asked::Same => vec![
                        exactly(column, What::Whole, word),
                        exactly(column, What::Word, word),
                    ],
                    Asked::Word => vec![exactly(column, What::Word, word)],
                    Asked::Prefix => vec![beginning(column, word)],
                };
                for (low, high) in spans {
                    of_word.push(self.index.between(&low, &high)?);
                }
            }
            let entries: u64 = of_word.iter().map(|range| range.end - range.start).sum();
            ranges.push((entries, of_word));
        }
        // The rarest word first.
        ranges.sort_by_key(|(entries, _)| *entries);
        let mut all: Option<Rowset> = None;
        for (_, of_word) in ranges {
            let mut rows = Rowset::new(self.index.rows());
            for range in of_word {
                self.index
                    .entries(range, |entry| rows.insert(super::row_of(entry)))?;
            }
            let both = match all {
                Some(before) => before.and(&rows),
                None => rows,
            };
            // What they have besides is seen when they are read.
            let few = both.count() <= FEW;
            all = Some(both);
            if few {
                break;
            }
        }
        Ok(all.unwrap_or_else(|| Rowset::new(0)))
    }

    fn row(&self, row: u32, of: &Identity) -> Result<StringRecord, String> {
        let changed = || "it was changed while it was read; try again when it is whole".to_owned();
        let (place, hash) = self
            .index
            .row(row)
            .map_err(|error| format!("it cannot be looked up: {error}"))?;
        if place.piece() >= of.size {
            return Err(changed());
        }
        let mut cells = StringRecord::new();
        let read = Rows::from(self.source, self.delimiter, place).read(&mut cells)?;
        if read.is_none() || row_hash(&cells) != hash {
            return Err(changed());
        }
        Ok(cells)
    }

    fn matches(&self, cells: &StringRecord, asked: &[String]) -> bool {
        let held = |column: &u16| cells.get(usize::from(*column)).unwrap_or("");
        asked.iter().all(|word| {
            self.columns.iter().map(held).any(|cell| {
                let mut has = false;
                match self.how {
                    Asked::Same => has = words::joined(cell) == *word,
                    Asked::Word => words::words(cell, |held| has |= held == word),
                    Asked::Prefix => words::words(cell, |held| has |= held.starts_with(word)),
                }
                has
            })
        })
    }
}

type Span = ([u8; KEY], [u8; KEY]);

fn exactly(column: u16, what: What, word: &str) -> Span {
    let entry = entry(column, what, word);
    let mut key = [0; KEY];
    key.copy_from_slice(&entry[..KEY]);
    (key, key)
}

fn beginning(column: u16, word: &str) -> Span {
    let letters = &word.as_bytes()[..word.len().min(LETTERS)];
    let span = |rest| {
        let mut key = [rest; KEY];
        key[..2].copy_from_slice(&head(column, What::Word));
        key[2..2 + letters.len()].copy_from_slice(letters);
        key
    };
    (span(0), span(0xff))
}

/// A set of rows, a bit each.
struct Rowset(Vec<u64>);

impl Rowset {
    fn new(rows: u32) -> Self {
        Self(vec![0; (rows as usize).div_ceil(64)])
    }

    fn insert(&mut self, row: u32) {
        // An entry of a row that is not there is damage, and no row.
        if let Some(bits) = self.0.get_mut(row as usize / 64) {
            *bits |= 1 << (row % 64);
        }
    }

    fn and(mut self, other: &Self) -> Self {
        self.0
            .iter_mut()
            .zip(&other.0)
            .for_each(|(mine, theirs)| *mine &= theirs);
        self
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }

    fn rows(&self) -> impl Iterator<Item = u32> {
        self.0.iter().enumerate().flat_map(|(n, bits)| {
            let bits = *bits;
            (0..64)
                .filter(move |bit| bits >> bit & 1 == 1)
                .map(move |bit| n as u32 * 64 + bit)
        })
    }
}
