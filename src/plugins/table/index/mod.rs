//! The index of a table: which rows have which words in which columns, on the disk, outside the data file. It is
//! made by reading the file once ([`build`]), found again while the file is the same ([`store`]), and only ever says
//! where to look: each row is read from the file again and compared before it is given ([`look`]).

mod build;
mod file;
mod look;
mod store;

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::text::read_full;
use super::words::fnv;
pub(super) use build::Plan;
pub(super) use file::Index;
pub(in crate::plugins) use look::Asked;
pub(super) use look::LookUp;
pub(super) use store::settle;
pub(in crate::plugins) use store::{Indexes, NotReady};

/// How the names of indexes end.
const ENDING: &str = ".index";

/// One word in one column of one row: column and what it is, the word, the row. In order, rows of a word stand
/// together and so do words that begin alike.
pub(super) type Entry = [u8; ENTRY];

const ENTRY: usize = 20;
/// Letters of a word that are kept as they are; a hash of all follows.
const LETTERS: usize = 11;
/// What comes before the row.
const KEY: usize = ENTRY - 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Word,
    /// All of a cell that has more than one word.
    Whole,
}

fn head(column: u16, what: What) -> [u8; 2] {
    (column << 1 | u16::from(what == What::Whole)).to_be_bytes()
}

/// The entry of a word, for row 0.
fn entry(column: u16, what: What, word: &str) -> Entry {
    let mut entry = [0; ENTRY];
    entry[..2].copy_from_slice(&head(column, what));
    let bytes = word.as_bytes();
    let hash = fnv([bytes]).to_be_bytes();
    match what {
        What::Word => {
            let letters = bytes.len().min(LETTERS);
            entry[2..2 + letters].copy_from_slice(&bytes[..letters]);
            entry[2 + LETTERS..KEY].copy_from_slice(&hash[..KEY - 2 - LETTERS]);
        }
        What::Whole => entry[2..10].copy_from_slice(&hash),
    }
    entry
}

fn row_of(entry: &Entry) -> u32 {
    let [.., a, b, c, d] = *entry;
    u32::from_be_bytes([a, b, c, d])
}

/// Which file it is, and of when. Any change of it is another identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    pub(super) size: u64,
    /// Nanoseconds; the second changes also when a program sets the first back.
    modified: [i64; 2],
    changed: [i64; 2],
    /// Of its first and last bytes.
    ends: String,
}

/// Bytes at either end of the file that are looked at.
const END: usize = 16 << 10;

impl Identity {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let meta = file.metadata()?;
        let mut ends = Sha256::new();
        let mut buf = vec![0; END];
        for at in [0, meta.len().saturating_sub(END as u64)] {
            let read = read_full(file, &mut buf, at)?;
            ends.update(&buf[..read]);
        }
        Ok(Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.len(),
            modified: [meta.mtime(), meta.mtime_nsec()],
            changed: [meta.ctime(), meta.ctime_nsec()],
            ends: hex::encode(ends.finalize()),
        })
    }

    /// Says so if the open file is not as it was. A file that only lost its name, because another took its place, has
    /// the bytes that it had.
    pub(super) fn unchanged(&self, file: &File) -> Result<(), String> {
        match file.metadata() {
            Ok(meta)
                if meta.len() == self.size
                    && [meta.mtime(), meta.mtime_nsec()] == self.modified =>
            {
                Ok(())
            }
            Ok(_) => Err("it was changed while it was read; try again when it is whole".into()),
            Err(error) => Err(format!("it cannot be read: {error}")),
        }
    }
}
