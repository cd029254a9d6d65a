//! Makes an index in bounded memory: entries are gathered until the room for them is full, sorted, put aside, and
//! in the end merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use csv::StringRecord;
use tempfile::NamedTempFile;

use super::file::{FENCE, HEADER, Header, Index, ROW, VERSION};
use super::{ENTRY, Entry, Identity, KEY, What, entry};
use crate::plugins::table::rows::Rows;
use crate::plugins::table::text::{Place, Source, read_full};
use crate::plugins::table::words::{fnv, joined, words};

/// Entries held in memory at once: 24 MB; in tests few, so that there is something to merge.
const HELD: usize = if cfg!(test) {
    9_999
} else {
    (24 << 20) / ENTRY
};
/// The largest index that is made.
const LARGEST: u64 = 2 << 30;

/// What is to be indexed.
#[derive(Debug, Clone)]
pub(in crate::plugins::table) struct Plan {
    pub(in crate::plugins::table) source: Source,
    pub(in crate::plugins::table) delimiter: u8,
    pub(in crate::plugins::table) first: Place,
    pub(in crate::plugins::table) columns: Vec<u16>,
    pub(in crate::plugins::table) of: Identity,
}

/// The hash by which a row is known again.
pub(super) fn row_hash(row: &StringRecord) -> u32 {
    let hash = fnv(row.iter().map(str::as_bytes));
    (hash ^ hash >> 32) as u32
}

/// Reads the file and makes its index in `folder`; nobody sees it there until it is kept. `going` is told how many
/// bytes were read and says whether to go on. The error is a sentence.
pub(super) fn build(
    plan: &Plan,
    folder: &Path,
    going: &dyn Fn(u64) -> bool,
) -> Result<(NamedTempFile, Index), String> {
    let written = |error: io::Error| format!("its index could not be written: {error}");
    let mut named = tempfile::Builder::new()
        .prefix(".making-")
        .tempfile_in(folder)
        .map_err(written)?;
    let mut out = BufWriter::with_capacity(1 << 20, named.as_file_mut());
    out.write_all(&[0; HEADER]).map_err(written)?;
    let mut sorter = Sorter::new(folder);
    let mut rows = Rows::from(&plan.source, plan.delimiter, plan.first);
    let mut row = StringRecord::new();
    let mut count = 0u32;
    while let Some(place) = rows.read(&mut row)? {
        out.write_all(&place.to_bits().to_le_bytes())
            .and_then(|()| out.write_all(&row_hash(&row).to_le_bytes()))
            .map_err(written)?;
        for &column in &plan.columns {
            let cell = row.get(column.into()).unwrap_or("");
            gather(cell, column, count, &mut sorter).map_err(written)?;
        }
        count = count
            .checked_add(1)
            .ok_or("it has more than four thousand million rows")?;
        if sorter.bytes() + u64::from(count) * ROW as u64 > LARGEST {
            return Err(
                "it is too large to be looked up: its index would take more than 2 GB".into(),
            );
        }
        if count.is_multiple_of(1024) && !going(rows.read_to()) {
            return Err("Redress is stopping".into());
        }
    }
    let mut header = Header {
        version: VERSION,
        of: plan.of.clone(),
        encoding: plan.source.encoding.name().into(),
        delimiter: plan.delimiter,
        columns: plan.columns.clone(),
        rows: count,
        entries: 0,
    };
    let mut fences = Vec::new();
    sorter
        .merged(|entry| {
            if header.entries.is_multiple_of(FENCE) {
                fences.extend_from_slice(&entry[..KEY]);
            }
            header.entries += 1;
            out.write_all(entry)
        })
        .and_then(|()| out.write_all(&fences))
        .and_then(|()| out.flush())
        .map_err(written)?;
    drop(out);
    let text = serde_json::to_vec(&header).map_err(|error| error.to_string())?;
    named.as_file().write_all_at(&text, 0).map_err(written)?;
    // What was read while it was written over is neither the old file nor the new one.
    plan.of.unchanged(&plan.source.file)?;
    let index = named
        .reopen()
        .ok()
        .and_then(Index::open)
        .ok_or("its index could not be read back")?;
    Ok((named, index))
}

fn gather(cell: &str, column: u16, row: u32, sorter: &mut Sorter<'_>) -> io::Result<()> {
    let mut count = 0;
    let mut failed = Ok(());
    words(cell, |word| {
        count += 1;
        if failed.is_ok() {
            failed = sorter.push(entry(column, What::Word, word), row);
        }
    });
    failed?;
    if count > 1 {
        sorter.push(entry(column, What::Whole, &joined(cell)), row)?;
    }
    Ok(())
}

struct Sorter<'a> {
    folder: &'a Path,
    held: Vec<Entry>,
    aside: Option<File>,
    runs: Vec<Range<u64>>,
}

impl<'a> Sorter<'a> {
    fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            held: Vec::new(),
            aside: None,
            runs: Vec::new(),
        }
    }

    fn push(&mut self, mut entry: Entry, row: u32) -> io::Result<()> {
        entry[KEY..].copy_from_slice(&row.to_be_bytes());
        if self.held.len() == HELD {
            self.put_aside()?;
        }
        self.held.push(entry);
        Ok(())
    }

    fn bytes(&self) -> u64 {
        let aside = self.runs.last().map_or(0, |run| run.end);
        aside + (self.held.len() * ENTRY) as u64
    }

    fn put_aside(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        self.held.dedup();
        let file = match &mut self.aside {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(self.folder)?),
        };
        let start = file.seek(SeekFrom::End(0))?;
        file.write_all(self.held.as_flattened())?;
        let end = start + (self.held.len() * ENTRY) as u64;
        self.runs.push(start..end);
        self.held.clear();
        Ok(())
    }

    /// Gives all entries in order, each once.
    fn merged(mut self, mut each: impl FnMut(&Entry) -> io::Result<()>) -> io::Result<()> {
        if self.runs.is_empty() {
            self.held.sort_unstable();
            self.held.dedup();
            return self.held.iter().try_for_each(each);
        }
        self.put_aside()?;
        self.held = Vec::new();
        let Some(file) = &self.aside else {
            return Ok(());
        };
        let mut runs: Vec<Run<'_>> = self.runs.iter().map(|run| Run::new(file, run)).collect();
        let mut heap = BinaryHeap::new();
        for (n, run) in runs.iter_mut().enumerate() {
            heap.extend(run.next()?.map(|entry| Reverse((entry, n))));
        }
        // A row's words lie in one run, or at the seam of two: only there may an entry come twice.
        let mut last = None;
        while let Some(mut top) = heap.peek_mut() {
            let Reverse((entry, n)) = *top;
            match runs[n].next()? {
                Some(next) => *top = Reverse((next, n)),
                None => {
                    std::collections::binary_heap::PeekMut::pop(top);
                }
            }
            if last != Some(entry) {
                each(&entry)?;
                last = Some(entry);
            }
        }
        Ok(())
    }
}

/// A sorted run, read bit by bit.
struct Run<'a> {
    file: &'a File,
    left: Range<u64>,
    buf: Vec<u8>,
    at: usize,
}

impl<'a> Run<'a> {
    fn new(file: &'a File, run: &Range<u64>) -> Self {
        Self {
            file,
            left: run.clone(),
            buf: Vec::new(),
            at: 0,
        }
    }

    fn next(&mut self) -> io::Result<Option<Entry>> {
        const MANY: u64 = (ENTRY * 3200) as u64;
        if self.at == self.buf.len() {
            let wanted = (self.left.end - self.left.start).min(MANY);
            self.buf.resize(wanted as usize, 0);
            read_full(self.file, &mut self.buf, self.left.start)?;
            self.left.start += wanted;
            self.at = 0;
        }
        let next = self.buf[self.at..].first_chunk::<ENTRY>().copied();
        self.at += next.map_or(0, |_| ENTRY);
        Ok(next)
    }
}
