//! The one place where what an older version wrote is brought to today's shape.
//!
//! A value carries the version of its shape in its first byte; the file carries the format of its tables in
//! `meta`. Version 1 of values is the first, so none is rewritten yet: a new version adds one arm here and,
//! when tables change, one step in [`MIGRATIONS`], which [`super::upgrade`] takes on a copy.

use super::codec::VERSION;
use super::error::StoreError;
use super::tables::T;
use super::upgrade::Migration;
use std::borrow::Cow;

/// The format of the file that this program writes: its tables, and since format 2 the log behind them, in which a
/// program that does not know it would not see what was written last.
pub const FORMAT: u64 = 2;

/// The shape of the derived tables. Raise it whenever a field of a case, of its row or an index key is added or
/// changed, and with a new kind of event: a file with a lower shape is upgraded before it is written, which makes its
/// lists again from its events; one with a higher shape is refused, because its events may say what this program
/// does not understand. Make a new fixture when you raise it (`tests/store/fixture.rs`).
pub const SHAPE: u64 = 13;

/// What brings the record of each earlier format to the next, in order: one for each format before [`FORMAT`].
pub const MIGRATIONS: &[Migration] = &[Migration {
    from: 1,
    name: "let what was written last wait in a log behind the tables",
    // The log comes and goes with the opening of the file; the tables stay as they are.
    run: |_| Ok(()),
}];

/// Brings the body of a value to today's shape.
pub(crate) fn value(table: T, version: u8, body: &[u8]) -> Result<Cow<'_, [u8]>, StoreError> {
    match version {
        VERSION => Ok(Cow::Borrowed(body)),
        found => Err(StoreError::Damaged(format!(
            "table {}: a value of version {found}, newer than the {VERSION} this program knows, or damaged",
            table.name()
        ))),
    }
}
