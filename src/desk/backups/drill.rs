//! The restore drill: a backup is opened as a restore would open it and held beside the record in use. Nothing is
//! changed, in either.

use std::path::Path;

use crate::store::verify::{self, Report, Step};
use crate::store::{Rows, Store, StoreError, T};

/// How much there is of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Cases.
    pub cases: u64,
    /// Events of the file-wide chain.
    pub events: u64,
    /// Documents.
    pub documents: u64,
}

/// What a drill found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// What is in the backup, all of it verified.
    pub report: Report,
    /// What is in the record in use.
    pub now: Counts,
    /// How many events the record has gained since; none when the backup is no earlier state of this record.
    pub since: Option<u64>,
}

/// Verifies the backup at `path` and compares its chain with the record of `store`.
///
/// # Errors
/// Why the file is no backup, as [`verify::verify`] says it.
pub(super) fn drill(
    path: &Path,
    store: &Store,
    progress: &mut dyn FnMut(Step),
) -> Result<Drill, StoreError> {
    let report = verify::verify(path, None, progress)?;
    // Only now: a moment that is read for long keeps the file from using its free pages again.
    let reader = store.reader()?;
    let rows: &dyn Rows = &*reader;
    let head = rows.chain_head()?;
    let earlier = report.head.number <= head.number && rows.contains_head(report.head)?;
    Ok(Drill {
        now: Counts {
            cases: rows.len(T::Case)?,
            events: head.number,
            documents: rows.len(T::Blob)?,
        },
        since: earlier.then(|| head.number - report.head.number),
        report,
    })
}
