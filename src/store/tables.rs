//! The tables of the file, and how they are read.
//!
//! Every table maps bytes to bytes. Keys are fixed-width numbers in big-endian order (or a short text
//! where a person chose it), so that a range is a page in order; one shape for all tables lets the undo
//! log, `verify`, `rebuild` and the copy treat them alike. [`Rows`] is what a reader and a write
//! transaction have in common; the typed questions are methods on `dyn Rows` in the modules of their noun.

use super::error::StoreError;
use redb::TableDefinition;
use std::ops::{Bound, ControlFlow};

/// How every table is declared to redb.
pub(crate) type Raw = TableDefinition<'static, &'static [u8], &'static [u8]>;

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// One table of the file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum T { $($(#[$doc])* $name,)* }

        impl T {
            /// Every table, in the order of the enum.
            pub const ALL: &'static [T] = &[$(T::$name,)*];

            /// The name in the file.
            pub const fn name(self) -> &'static str {
                match self { $(T::$name => $text,)* }
            }
        }
    };
}

tables! {
    /// What the file is: format, heads of the chain, next numbers.
    Meta = "meta",
    /// `number` → meta and links of an event, in file order.
    Event = "event",
    /// `number` → body of the event, or its tombstone.
    EventBody = "event_body",
    /// `case, sequence` → number of the event.
    EventByCase = "event_by_case",
    /// `case` → last link of its chain.
    ChainHead = "chain_head",
    /// `case` → the case as it stands. Derived.
    Case = "case",
    /// `case` → the few fields that lists show and filter by. Derived.
    CaseRow = "case_row",
    /// `facet, value, order, key, case`: the lists. Derived.
    CaseIndex = "ix_case",
    /// Word of a name, address or reference, then case. Derived.
    Word = "ix_word",
    /// `facet, value` → number of unrestricted cases. Derived.
    Count = "count",
    /// `days, day` → how many unrestricted cases have left which mark on it. Derived.
    Tally = "tally",
    /// `case` of every restricted case → the only people who may see it. Derived.
    Restricted = "restricted",
    /// SHA-256 → size and number of a document.
    Blob = "blob",
    /// `document, chunk` → bytes.
    BlobChunk = "blob_chunk",
    /// `document` that no event names yet.
    BlobPending = "blob_pending",
    /// Key → the setting in force.
    Setting = "setting",
    /// `key, version` → every version of a setting.
    SettingHistory = "setting_history",
    /// Messages that wait to be sent.
    Outbox = "outbox",
    /// People who sign in.
    User = "user",
    /// Tokens of machines, by hash.
    Token = "token",
    /// Sessions, by hash.
    Session = "session",
    /// Keys of creations, so that a repeated one is made once.
    Idempotency = "idempotency",
    /// Installed plugins.
    Plugin = "plugin",
    /// What each plugin was granted.
    PluginGrant = "plugin_grant",
    /// Where each link to another system stands.
    LinkState = "link_state",
    /// Snapshots of records of other systems.
    LinkRecord = "link_record",
    /// Name → size and number of a file of the full-text index. Made again in the background.
    SearchFile = "search_file",
    /// `file, chunk` → bytes.
    SearchChunk = "search_chunk",
    /// SHA-256 → the words of a document, packed. Made again in the background.
    DocumentWords = "document_words",
    /// Who was reminded of which date, and what waits for them.
    Nudge = "nudge",
    /// Small things of parts that need no table of their own.
    Note = "note",
}

impl T {
    pub(crate) const fn raw(self) -> Raw {
        TableDefinition::new(self.name())
    }

    /// Whether `rebuild` makes this table again from the events.
    pub const fn is_derived(self) -> bool {
        matches!(
            self,
            T::Case | T::CaseRow | T::CaseIndex | T::Word | T::Count | T::Tally | T::Restricted
        )
    }
}

/// What [`Rows::walk`] tells its caller of each row.
pub type Each<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError> + 'a;

/// Go on walking.
pub(crate) const MORE: Result<ControlFlow<()>, StoreError> = Ok(ControlFlow::Continue(()));
/// Stop walking.
pub(crate) const ENOUGH: Result<ControlFlow<()>, StoreError> = Ok(ControlFlow::Break(()));

/// A consistent view of the tables: a [`super::Reader`], or a [`super::WriteTx`] with its own writes.
pub trait Rows {
    /// One value.
    ///
    /// # Errors
    /// What the file or the disk says.
    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The rows of a range in order, or from its end, until `each` breaks.
    ///
    /// # Errors
    /// What the file, the disk or `each` says.
    fn walk(
        &self,
        table: T,
        range: (Bound<&[u8]>, Bound<&[u8]>),
        forward: bool,
        each: &mut Each<'_>,
    ) -> Result<(), StoreError>;

    /// The number of rows.
    ///
    /// # Errors
    /// What the file or the disk says.
    fn len(&self, table: T) -> Result<u64, StoreError>;
}

/// The whole of a table.
pub(crate) const ALL: (Bound<&[u8]>, Bound<&[u8]>) = (Bound::Unbounded, Bound::Unbounded);

impl dyn Rows + '_ {
    /// Walks the rows whose key begins with `prefix`.
    pub(crate) fn walk_prefix(
        &self,
        table: T,
        prefix: &[u8],
        each: &mut Each<'_>,
    ) -> Result<(), StoreError> {
        let end = after_prefix(prefix);
        let upper = match &end {
            Some(end) => Bound::Excluded(end.as_slice()),
            None => Bound::Unbounded,
        };
        self.walk(table, (Bound::Included(prefix), upper), true, each)
    }
}

/// The first key behind all keys that begin with `prefix`; none when they reach the end.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// A number as a key.
pub(crate) fn key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// Two numbers as a key.
pub(crate) fn key2(first: u64, second: u32) -> [u8; 12] {
    let mut out = [0; 12];
    out[..8].copy_from_slice(&first.to_be_bytes());
    out[8..].copy_from_slice(&second.to_be_bytes());
    out
}

/// The number in a key or value of eight bytes.
pub(crate) fn number(bytes: &[u8]) -> Result<u64, StoreError> {
    let bytes = bytes
        .try_into()
        .map_err(|_| StoreError::Damaged("a number of the wrong length".into()))?;
    Ok(u64::from_be_bytes(bytes))
}
