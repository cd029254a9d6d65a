//! `verify`: whether a file still says what was written into it.
//!
//! Pages against their checksums (redb), both hash chains, indexes and states against the events, documents
//! against their addresses. A file is read through [`super::scratch`] and never changed. What lies in pages that
//! no table uses is not part of the record: an edit there changes nothing and is not looked for.

use super::audit::{self, Head};
use super::documents;
use super::error::StoreError;
use super::open::{self, Check, Older, Options, Source};
use super::reader::Reader;
use super::rebuild;
use super::scratch::Scratch;
use super::settings;
use super::tables::Rows;
use redb::ReadableDatabase;
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What `verify` found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The end of the file-wide chain: keep it elsewhere, and give it to a later `verify --expect`.
    pub head: Head,
    /// Events in the chains.
    pub events: u64,
    /// Cases.
    pub cases: u64,
    /// Documents.
    pub documents: u64,
    /// Whether the file had been closed. One that was not is what a crash leaves.
    pub closed: bool,
}

/// What `verify` is doing, with a figure that grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Copying; bytes done and in all.
    Copying(u64, u64),
    /// Pages against their checksums.
    Pages,
    /// The chains; events done.
    Chains(u64),
    /// States and indexes against the events; cases done.
    States(u64),
    /// Documents against their addresses; bytes done.
    Documents(u64),
    /// An upgrade's steps on the copy.
    Changing,
}

/// Reads something out of a file that nobody has open for writing, and writes nothing into it.
///
/// # Errors
/// Why the file cannot be read, or what `look` says.
pub fn look_into<V>(
    path: &Path,
    look: impl FnOnce(&dyn Rows) -> Result<V, StoreError>,
) -> Result<V, StoreError> {
    let options = Options {
        cache_bytes: 8 << 20,
        ..Options::default()
    };
    let (db, _gate) =
        open::open_pages(&unwritten(path), &options, Check::IfUnclosed, Older::Taken)?;
    let reader = Reader::new(db.begin_read()?);
    look(&*reader)
}

/// The file at `path`, with what redb writes while it opens kept in memory.
pub(crate) fn unwritten(path: &Path) -> Source {
    let at = path.to_owned();
    Source::backend(path, move || Ok(Box::new(Scratch::open(&at)?)))
}

/// Verifies a file that nobody has open for writing. With `expect`, also that the chain contains that head.
///
/// # Errors
/// The first thing found wrong, as [`StoreError::Torn`] or [`StoreError::Damaged`], or why it cannot be looked at.
pub fn verify(
    path: &Path,
    expect: Option<Head>,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, StoreError> {
    verify_and(path, expect, progress, |_| Ok(()))
}

/// As [`verify`], and then what only those above the store can check.
///
/// # Errors
/// As [`verify`], or what `check` says.
pub fn verify_and(
    path: &Path,
    expect: Option<Head>,
    progress: &mut dyn FnMut(Step),
    check: impl FnOnce(&dyn Rows) -> Result<(), StoreError>,
) -> Result<Report, StoreError> {
    let source = unwritten(path);
    let options = Options {
        cache_bytes: 32 << 20,
        ..Options::default()
    };
    progress(Step::Pages);
    let closed = open::was_closed(&source)?;
    let (mut db, _gate) = open::open_pages(&source, &options, Check::IfUnclosed, Older::Taken)?;
    // An unclosed file went through the check as it was opened; a closed one must pass it without a repair.
    if closed {
        match catch_unwind(AssertUnwindSafe(|| db.check_integrity())) {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => {
                return Err(StoreError::torn(path, "a page does not match its checksum"));
            }
            Ok(Err(error)) => return Err(StoreError::from_open(path, error)),
            Err(_) => return Err(StoreError::torn(path, "its pages make no sense")),
        }
    }
    let report = catch_unwind(AssertUnwindSafe(|| {
        let reader = Reader::new(db.begin_read()?);
        let report = contents(&*reader, expect, closed, progress)?;
        check(&*reader)?;
        Ok(report)
    }));
    report.unwrap_or_else(|_| Err(StoreError::torn(path, "its pages make no sense")))
}

/// Verifies what is in the tables, as one moment of them.
pub(crate) fn contents(
    rows: &(dyn Rows + '_),
    expect: Option<Head>,
    closed: bool,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, StoreError> {
    let events = audit::check_chains(rows, expect, &mut |n| progress(Step::Chains(n)))?;
    settings::check(rows)?;
    let cases = rebuild::check(rows, &mut |n| progress(Step::States(n)))?;
    let documents = documents::check_documents(rows, &mut |n| progress(Step::Documents(n)))?;
    Ok(Report {
        head: rows.chain_head()?,
        events,
        cases,
        documents,
        closed,
    })
}
