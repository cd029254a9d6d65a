//! An index on the disk: a header, where each row begins, the entries in order, and every so-manieth of them again,
//! to be held in memory.

use std::fs::File;
use std::io;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{ENTRY, Entry, Identity, KEY};
use crate::plugins::table::text::{Place, read_full};

/// Raised when the same file would give another index.
pub(super) const VERSION: u32 = 1;
/// Room for the header; a thousand columns fit.
pub(super) const HEADER: usize = 8 << 10;
/// Where a row begins, and a hash of its cells.
pub(super) const ROW: usize = 12;
/// Entries from one that is held in memory to the next.
pub(super) const FENCE: u64 = 2048;

/// What an index begins with, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) of: Identity,
    pub(super) encoding: String,
    pub(super) delimiter: u8,
    /// Those that were readied, in order.
    pub(super) columns: Vec<u16>,
    pub(super) rows: u32,
    pub(super) entries: u64,
}

/// An index that is open.
#[derive(Debug)]
pub(in crate::plugins::table) struct Index {
    file: File,
    header: Header,
    /// The first entry of each stretch.
    fences: Vec<[u8; KEY]>,
}

impl Index {
    /// Opens an index; none if it is not one, or of another version, or cut off.
    pub(super) fn open(file: File) -> Option<Self> {
        let header = read_header(&file)?;
        let stretches = header.entries.div_ceil(FENCE);
        let end = fences_at(&header) + stretches * KEY as u64;
        if file.metadata().ok()?.len() != end {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(stretches).ok()? * KEY];
        read_full(&file, &mut bytes, fences_at(&header)).ok()?;
        let (fences, _) = bytes.as_chunks::<KEY>();
        Some(Self {
            fences: fences.to_vec(),
            file,
            header,
        })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// How many rows the table has.
    pub(in crate::plugins::table) fn rows(&self) -> u32 {
        self.header.rows
    }

    /// Whether all of these columns were readied.
    pub(in crate::plugins::table) fn has(&self, columns: &[u16]) -> bool {
        columns
            .iter()
            .all(|column| self.header.columns.contains(column))
    }

    /// Where a row begins, and the hash of its cells.
    pub(super) fn row(&self, row: u32) -> io::Result<(Place, u32)> {
        let mut bytes = [0; ROW];
        let at = HEADER as u64 + u64::from(row) * ROW as u64;
        if row >= self.header.rows || read_full(&self.file, &mut bytes, at)? < ROW {
            return Err(io::Error::other("the index is damaged"));
        }
        let [place @ .., a, b, c, d] = bytes;
        let place = Place::from_bits(u64::from_le_bytes(place));
        Ok((place, u32::from_le_bytes([a, b, c, d])))
    }

    /// The entries from the first that is not below `low` to the last that is not above `high`.
    pub(super) fn between(&self, low: &[u8; KEY], high: &[u8; KEY]) -> io::Result<Range<u64>> {
        let start = self.below(|key| key < low)?;
        let end = self.below(|key| key <= high)?;
        Ok(start..end.max(start))
    }

    /// How many entries are below, which is true up to some entry and false from it on.
    fn below(&self, below: impl Fn(&[u8; KEY]) -> bool) -> io::Result<u64> {
        let stretch = self.fences.partition_point(&below) as u64;
        let (mut low, mut high) = (
            stretch.saturating_sub(1) * FENCE,
            (stretch * FENCE).min(self.header.entries),
        );
        while low < high {
            let middle = low + (high - low) / 2;
            let mut entry: Entry = [0; ENTRY];
            read_full(&self.file, &mut entry, self.entry_at(middle))?;
            let key = entry.first_chunk::<KEY>().unwrap_or(&[0; KEY]);
            match below(key) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Ok(low)
    }

    /// Calls `each` with the entries of a range.
    pub(super) fn entries(
        &self,
        range: Range<u64>,
        mut each: impl FnMut(&Entry),
    ) -> io::Result<()> {
        const MANY: u64 = 4096;
        let mut buf = vec![0; MANY.min(range.end - range.start) as usize * ENTRY];
        let mut at = range.start;
        while at < range.end {
            let wanted = ((range.end - at).min(MANY)) as usize * ENTRY;
            if read_full(&self.file, &mut buf[..wanted], self.entry_at(at))? < wanted {
                return Err(io::Error::other("the index is cut off"));
            }
            let (entries, _) = buf[..wanted].as_chunks::<ENTRY>();
            entries.iter().for_each(&mut each);
            at += entries.len() as u64;
        }
        Ok(())
    }

    fn entry_at(&self, entry: u64) -> u64 {
        entries_at(&self.header) + entry * ENTRY as u64
    }
}

/// The header alone.
pub(super) fn read_header(file: &File) -> Option<Header> {
    let mut bytes = vec![0; HEADER];
    if read_full(file, &mut bytes, 0).ok()? < HEADER {
        return None;
    }
    let text = bytes.split(|byte| *byte == 0).next()?;
    let header: Header = serde_json::from_slice(text).ok()?;
    (header.version == VERSION).then_some(header)
}

pub(super) fn entries_at(header: &Header) -> u64 {
    HEADER as u64 + u64::from(header.rows) * ROW as u64
}

fn fences_at(header: &Header) -> u64 {
    entries_at(header) + header.entries * ENTRY as u64
}
