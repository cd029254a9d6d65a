//! Making, opening and refusing files.
//!
//! A file is made under a temporary name and renamed, because a crash while redb lays out its first pages
//! leaves something that nobody can open. A file that was not closed (redb's recovery bit, the second of byte
//! 9) is opened only through redb's integrity check, so a torn copy is refused; a closed one is trusted.

use super::codec;
use super::error::StoreError;
use super::gate::{Gate, GateBackend};
use super::mark::Mark;
use super::reader::Reader;
use super::redo::entry;
use super::tables::Rows;
use super::tables::T;
use super::tx::WriteTx;
use super::upcast::{FORMAT, SHAPE};
use super::upgrade::{PROGRAM, Version};
use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageBackend, WriteTransaction};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What every redb file begins with.
const MAGIC: &[u8; 9] = b"redb\x1A\x0A\xA9\x0D\x0A";
/// The bit of byte 9 that redb sets while a file is open for writing.
const UNCLOSED: u8 = 2;
const FORMAT_KEY: &[u8] = b"format";
const SHAPE_KEY: &str = "shape";
const OPENED_KEY: &[u8] = b"opened";

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Memory for pages. Streams need 4 MB; lists of a large file like more.
    pub cache_bytes: usize,
    /// Writing stops with [`StoreError::DiskFull`] while the disk has less room than this, so that redb itself
    /// never runs into the end of the disk and reading goes on.
    pub reserve_bytes: u64,
    /// The largest document taken in.
    pub document_limit: u64,
    /// Told the progress of a check at open, from 0 to 1.
    pub progress: Option<Arc<dyn Fn(f64) + Send + Sync>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            reserve_bytes: 32 << 20,
            document_limit: 2 << 30,
            progress: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("cache_bytes", &self.cache_bytes)
            .field("reserve_bytes", &self.reserve_bytes)
            .field("document_limit", &self.document_limit)
            .finish_non_exhaustive()
    }
}

type Make = dyn Fn() -> io::Result<Box<dyn StorageBackend>> + Send + Sync;

/// Where the pages are; asked again when the file is reopened after a failure of the disk.
#[derive(Clone)]
pub struct Source {
    pub(crate) path: PathBuf,
    make: Arc<Make>,
    /// Tells whether an unclosed file was left by a program that was killed here; without it every one is checked.
    pub(crate) mark: Option<Mark>,
}

impl Source {
    /// The file at `path`.
    pub fn file(path: &Path) -> Self {
        let at = path.to_owned();
        let make = move || -> io::Result<Box<dyn StorageBackend>> {
            let file = OpenOptions::new().read(true).write(true).open(&at)?;
            // After a failed sync the kernel may hold pages that the disk never got: read what is really there.
            let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
            let backend = FileBackend::new(file).map_err(io::Error::other)?;
            Ok(Box::new(backend))
        };
        Self {
            path: path.to_owned(),
            make: Arc::new(make),
            mark: None,
        }
    }

    /// The same with a mark beside it, for a file that is opened to be written for a while.
    pub(crate) fn marked(path: &Path) -> Self {
        Self::file(path).with(Mark::beside(path))
    }

    /// The same with this mark.
    pub(crate) fn with(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }

    /// Any backend, for tests that break the disk; `path` names it in messages and tells the room on the disk.
    pub fn backend(
        path: &Path,
        make: impl Fn() -> io::Result<Box<dyn StorageBackend>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            path: path.to_owned(),
            make: Arc::new(make),
            mark: None,
        }
    }

    /// Whether an unclosed file is what a program left that was killed here: nothing of it can be lost or torn.
    pub(crate) fn was_killed_here(&self) -> Result<bool, StoreError> {
        let Some(mark) = &self.mark else {
            return Ok(false);
        };
        let gate = self.gate(self.start()?)?;
        Ok(gate.moment().is_ok_and(|now| mark.fits(&now)))
    }

    fn start(&self) -> Result<Box<dyn StorageBackend>, StoreError> {
        (self.make)().map_err(|error| StoreError::from_io(&self.path, &error))
    }

    fn gate(&self, backend: Box<dyn StorageBackend>) -> Result<Arc<Gate>, StoreError> {
        Gate::new(backend).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => StoreError::torn(&self.path, error),
            _ => StoreError::from_io(&self.path, &error),
        })
    }
}

/// Whether a file was closed by whoever wrote it last; refuses what is not a redb file.
pub(crate) fn was_closed(source: &Source) -> Result<bool, StoreError> {
    let backend = source.start()?;
    Ok(!look_at_header(&source.path, &*backend)?)
}

/// When a file is checked page by page as it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// When it was not closed.
    IfUnclosed,
    /// In any case.
    Always,
}

/// Whether a file of an earlier version is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Older {
    /// It is, to be read, or to be brought up to date.
    Taken,
    /// It is not: [`StoreError::Older`].
    Refused,
}

#[derive(Debug, Serialize, Deserialize)]
struct Format {
    app: String,
    format: u64,
    written_by: String,
}

/// Opens the pages; nothing is written that a reader of the tables would notice.
pub(crate) fn open_pages(
    source: &Source,
    options: &Options,
    check: Check,
    older: Older,
) -> Result<(Database, Arc<Gate>), StoreError> {
    let path = &source.path;
    let backend = source.start()?;
    let unclosed = look_at_header(path, &*backend)?;
    let killed_here = unclosed && check == Check::IfUnclosed && source.was_killed_here()?;
    let mut check = (unclosed && !killed_here) || check == Check::Always;
    if killed_here {
        tracing::info!("the program was killed with this file open; nothing of it was lost");
    }
    if check || killed_here {
        drop(backend);
    } else {
        // Before anything is written: is this ours, and not from a later version?
        let gate = source.gate(backend)?;
        let peek = quietly(path, || {
            let mut builder = Builder::new();
            let opened = builder
                .set_cache_size(1 << 20)
                .open_read_only_with_backend(GateBackend(gate));
            match opened {
                // Whoever repaired it was ended when its header said closed and the rest did not yet.
                Err(DatabaseError::RepairAborted) => Ok(None),
                opened => opened.map(Some),
            }
        })?;
        match peek {
            Some(peek) => {
                require_version(path, &peek, older)?;
                quietly(path, || peek.close())?;
            }
            None => check = true,
        }
    }
    let gate = source.gate(source.start()?)?;
    let mut builder = Builder::new();
    builder
        .set_cache_size(options.cache_bytes)
        .set_check_integrity_on_open(check);
    if let Some(progress) = options.progress.clone() {
        builder.set_repair_callback(move |session| progress(session.progress()));
    }
    let db = quietly(path, || {
        builder.create_with_backend(GateBackend(Arc::clone(&gate)))
    })?;
    require_version(path, &db, older)?;
    let made_again = entry::replay(&db, &gate).map_err(|error| match error {
        StoreError::Damaged(why) => StoreError::torn(path, why),
        other => other,
    })?;
    if made_again > 0 {
        tracing::info!(
            transactions = made_again,
            "what the log had was put into the pages"
        );
    }
    Ok((db, gate))
}

/// A damaged page can make redb panic at open: that is a damaged file, not a crash of this program.
fn quietly<V>(
    path: &Path,
    open: impl FnOnce() -> Result<V, DatabaseError>,
) -> Result<V, StoreError> {
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(result) => result.map_err(|error| StoreError::from_open(path, error)),
        Err(_) => Err(StoreError::torn(path, "its pages make no sense")),
    }
}

/// Refuses what is not a redb file; whether it was left unclosed.
fn look_at_header(path: &Path, backend: &dyn StorageBackend) -> Result<bool, StoreError> {
    let foreign = |why: &str| StoreError::Foreign {
        path: path.to_owned(),
        why: why.into(),
    };
    let io = |error: io::Error| StoreError::from_io(path, &error);
    let mut head = [0; 10];
    match backend.len().map_err(io)? {
        0 => return Err(foreign("it is empty")),
        1..320 => return Err(foreign("it is too short")),
        _ => backend.read(0, &mut head).map_err(io)?,
    }
    if &head[..9] != MAGIC {
        let why = match &head {
            h if h.starts_with(b"SQLite for") => "it is an SQLite database",
            h if h.starts_with(b"PK\x03\x04") => "it is a zip archive (a bundle, perhaps)",
            h if h.starts_with(b"age-encrypt") => "it is an encrypted backup; decrypt it first",
            _ => "it begins with other bytes",
        };
        return Err(foreign(why));
    }
    Ok(head[9] & UNCLOSED != 0)
}

/// Refuses another program's file and one of a later version, and if told so one of an earlier.
fn require_version(
    path: &Path,
    db: &impl ReadableDatabase,
    older: Older,
) -> Result<(), StoreError> {
    let foreign = |why: &str| StoreError::Foreign {
        path: path.to_owned(),
        why: why.into(),
    };
    let read = catch_unwind(AssertUnwindSafe(|| -> Result<_, StoreError> {
        let txn = db.begin_read()?;
        let meta = match txn.open_table(T::Meta.raw()) {
            Ok(meta) => meta,
            Err(redb::TableError::Storage(error)) => return Err(error.into()),
            Err(_) => return Ok(None),
        };
        if redb::ReadableTable::get(&meta, FORMAT_KEY)?.is_none() {
            return Ok(None);
        }
        let reader = Reader::new(txn);
        Ok(Some((format(&*reader)?, version(&*reader)?)))
    }));
    let found = match read {
        Ok(Ok(found)) => found,
        Ok(Err(error)) if error.is_disk() => return Err(error),
        Ok(Err(error)) => return Err(StoreError::torn(path, error)),
        Err(_) => return Err(StoreError::torn(path, "its pages make no sense")),
    };
    match found {
        None => Err(foreign("it is the database of another program")),
        Some((format, _)) if format.app != "redress" => {
            Err(foreign("it belongs to another program"))
        }
        Some((_, found)) if PROGRAM.is_older_than(found) => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: PROGRAM.version,
        }),
        Some((_, found)) if older == Older::Refused && found != PROGRAM.version => {
            Err(StoreError::Older {
                path: path.to_owned(),
                found,
                known: PROGRAM.version,
            })
        }
        Some(_) => Ok(()),
    }
}

fn format(rows: &(dyn Rows + '_)) -> Result<Format, StoreError> {
    let found = rows.get(T::Meta, FORMAT_KEY)?;
    let missing = || StoreError::Damaged("the file does not say its format".into());
    codec::decode(T::Meta, &found.ok_or_else(missing)?)
}

/// What a file says it is.
pub(crate) fn version(rows: &(dyn Rows + '_)) -> Result<Version, StoreError> {
    Ok(Version {
        format: format(rows)?.format,
        shape: rows.record(T::Meta, SHAPE_KEY)?.unwrap_or(0),
    })
}

/// Says the format of the record.
pub(crate) fn put_format(tx: &mut WriteTx<'_>, format: u64) -> Result<(), StoreError> {
    let format = Format {
        app: "redress".into(),
        format,
        written_by: env!("CARGO_PKG_VERSION").into(),
    };
    tx.put_value(T::Meta, FORMAT_KEY, &format)
}

/// Says the shape of the derived tables.
pub(crate) fn put_shape(tx: &mut WriteTx<'_>, shape: u64) -> Result<(), StoreError> {
    tx.put_record(T::Meta, SHAPE_KEY, &shape)
}

/// The commit right after opening: a copy of the header taken before it would take an unverified path. It also
/// makes the tables that a later release of the same format added.
pub(crate) fn first_commit(db: &Database) -> Result<(), StoreError> {
    let mut txn = db.begin_write()?;
    make_tables(&txn)?;
    {
        let mut tx = WriteTx::open(&txn);
        let count = match Rows::get(&tx, T::Meta, OPENED_KEY)? {
            Some(bytes) => codec::decode::<u64>(T::Meta, &bytes)? + 1,
            None => 1,
        };
        tx.put_value(T::Meta, OPENED_KEY, &count)?;
    }
    txn.set_quick_repair(true);
    txn.commit()?;
    Ok(())
}

/// Makes the tables that are not there yet.
pub(crate) fn make_tables(txn: &WriteTransaction) -> Result<(), StoreError> {
    for table in T::ALL {
        txn.open_table(table.raw())?;
    }
    Ok(())
}

/// Makes a new file: under a temporary name, closed and durable, then renamed without replacing anything.
pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Err(StoreError::Exists(path.to_owned()));
    }
    let folder = folder_of(path);
    let io = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => StoreError::Denied {
            path: folder.clone(),
            why: "there is no such folder".into(),
        },
        _ => StoreError::from_io(path, &error),
    };
    let temp = tempfile::Builder::new()
        .prefix(".redress-new-")
        .tempfile_in(&folder)
        .map_err(io)?;
    let file = temp.reopen().map_err(io)?;
    let backend = FileBackend::new(file).map_err(|error| StoreError::from_open(path, error))?;
    let db = Builder::new()
        .set_cache_size(4 << 20)
        .create_with_backend(backend)
        .map_err(|error| StoreError::from_open(path, error))?;
    let txn = db.begin_write()?;
    make_tables(&txn)?;
    {
        let mut tx = WriteTx::open(&txn);
        put_format(&mut tx, FORMAT)?;
        put_shape(&mut tx, SHAPE)?;
    }
    txn.commit()?;
    db.close()?;
    temp.as_file().sync_all().map_err(io)?;
    temp.persist_noclobber(path)
        .map_err(|error| StoreError::from_io(path, &error.error))?;
    sync_folder(&folder).map_err(io)
}

/// The folder a file is in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes a rename durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
