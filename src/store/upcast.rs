//! The one place where what an older version wrote is brought to today's shape.
//!
//! A value carries the version of its shape in its first byte; the file carries the format of its tables in
//! `meta`. Version 1 is the first of both, so nothing is rewritten yet: a new version adds one arm here and,
//! when tables change, one step in [`super::open`].

use super::codec::VERSION;
use super::error::StoreError;
use super::tables::T;
use std::borrow::Cow;

/// The format of the tables that this program writes.
pub const FORMAT: u64 = 1;

/// The shape of the derived tables. Raise it whenever a field of a case, of its row or an index key is added or
/// changed: a file with another shape has them made again from its events as it is opened.
pub const SHAPE: u64 = 8;

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
