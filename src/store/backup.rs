//! Backup and restore: a verified copy of the running file, and the way back.
//!
//! A backup is written under a temporary name, opened, checked page by page and chain by chain, closed, synced and
//! only then renamed: a file with the name of a backup is one. A restore checks first and keeps the old file.

use super::error::StoreError;
use super::hold::Held;
use super::open::{self, Check, Older, Options, Source};
use super::reader::Reader;
use super::verify::{self, Report, Step};
use super::{Hash, Store};
use chrono::{DateTime, Utc};
use redb::ReadableDatabase;
use redb::backends::FileBackend;
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// How the name of a backup begins until it is one.
pub const BEGUN: &str = ".redress-backup-";

/// What a restore did.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What was found in the backup.
    pub report: Report,
    /// Where the file that was there before is now.
    pub kept: Option<PathBuf>,
}

/// Copies the running file to `dest`, which must not exist, without stopping anyone, and verifies the copy.
///
/// # Errors
/// Why there is no backup; nothing is left under its name then.
pub fn backup(
    store: &Store,
    dest: &Path,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, StoreError> {
    let temp = begin(dest)?;
    let snapshot = store.snapshot()?;
    snapshot.write_file(&mut temp.reopen()?, &mut |done, all| {
        progress(Step::Copying(done, all));
    })?;
    keep(temp, dest, dest, progress)
}

/// Copies a file that no server has open to `dest`, which must not exist, and verifies the copy. The file is not
/// changed, whatever version wrote it.
///
/// # Errors
/// Why there is no backup; nothing is left under its name then.
pub fn backup_stopped(
    path: &Path,
    dest: &Path,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, StoreError> {
    let temp = begin(dest)?;
    let held = Held::take(path)?;
    progress(Step::Copying(0, held.metadata().len()));
    held.copy_to(&mut temp.reopen()?)?;
    keep(temp, dest, path, progress)
}

/// The file that becomes the backup at `dest`, where there must be nothing yet.
fn begin(dest: &Path) -> Result<NamedTempFile, StoreError> {
    if dest.exists() {
        return Err(StoreError::Exists(dest.to_owned()));
    }
    temporary_beside(dest, BEGUN.as_ref())
}

/// Gives a verified copy the name of a backup; `name` is what it is called in messages.
fn keep(
    temp: NamedTempFile,
    dest: &Path,
    name: &Path,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, StoreError> {
    let report = check_copy(temp.path(), name, progress)?;
    temp.as_file().sync_all()?;
    temp.persist_noclobber(dest)
        .map_err(|error| StoreError::from_io(dest, &error.error))?;
    open::sync_folder(&open::folder_of(dest))?;
    Ok(report)
}

/// How the bytes of a copy get from one side to the other, as they are or changed on the way.
pub type Pass<'a> = &'a mut dyn FnMut(&mut dyn Read, &mut dyn Write) -> io::Result<()>;

/// Copies a file that nobody writes to `dest`, which must not exist, through `pass` and durably: what was written is
/// read again and compared before it has its name.
///
/// # Errors
/// Why there is no copy; nothing is left under its name then.
pub fn duplicate(
    from: &Path,
    dest: &Path,
    pass: Pass<'_>,
    progress: &mut dyn FnMut(Step),
) -> Result<(), StoreError> {
    let temp = begin(dest)?;
    let file = File::open(from).map_err(|error| StoreError::from_io(from, &error))?;
    let all = file.metadata()?.len();
    let mut source = Told {
        file,
        done: 0,
        tell: &mut |done| progress(Step::Copying(done, all)),
    };
    let to = temp.reopen()?;
    let mut sent = Summed::new(&to);
    pass(&mut source, &mut sent).map_err(|error| StoreError::from_io(dest, &error))?;
    to.sync_all()?;
    let mut kept = Summed::new(io::sink());
    io::copy(&mut temp.reopen()?, &mut kept)?;
    if sent.sum() != kept.sum() {
        return Err(StoreError::Io(format!(
            "{} was not kept as it was sent",
            dest.display()
        )));
    }
    temp.persist_noclobber(dest)
        .map_err(|error| StoreError::from_io(dest, &error.error))?;
    sync_folder_of(dest)
}

/// A file that tells how much of it was read.
struct Told<'a> {
    file: File,
    done: u64,
    tell: &'a mut dyn FnMut(u64),
}

impl Read for Told<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(out)?;
        self.done += read as u64;
        (self.tell)(self.done);
        Ok(read)
    }
}

/// Whatever is written through it, with its SHA-256.
struct Summed<W> {
    to: W,
    hash: Sha256,
}

impl<W> Summed<W> {
    fn new(to: W) -> Self {
        let hash = Sha256::new();
        Self { to, hash }
    }

    fn sum(self) -> Hash {
        self.hash.finalize().into()
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Passes the bytes as they are.
///
/// # Errors
/// What either side says.
pub fn as_they_are(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<()> {
    io::copy(from, to).map(drop)
}

/// Makes the names in a file's folder durable.
///
/// # Errors
/// What the disk says.
pub fn sync_folder_of(path: &Path) -> Result<(), StoreError> {
    Ok(open::sync_folder(&open::folder_of(path))?)
}

/// Refuses to begin what the disk of `folder` has no room for.
///
/// # Errors
/// [`StoreError::NoRoomForBackup`].
pub fn require_room(folder: &Path, needed: u64) -> Result<(), StoreError> {
    // Where the system does not tell, the disk itself will.
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return Ok(());
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if needed <= free {
        return Ok(());
    }
    Err(StoreError::NoRoomForBackup {
        folder: folder.to_owned(),
        needed: needed.div_ceil(1_000_000),
        free: free / 1_000_000,
    })
}

/// Puts the verified content of `from` in the place of `target`. What is there is kept beside it, with a time in
/// its name.
///
/// # Errors
/// Why nothing was changed: `from` is torn, foreign or newer, or `target` is in use.
pub fn restore(
    from: &Path,
    target: &Path,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(Step),
) -> Result<Restored, StoreError> {
    restore_through(from, target, now, &mut as_they_are, progress)
}

/// As [`restore`], where `pass` makes the backup of what is in `from`.
///
/// # Errors
/// As [`restore`], or what `pass` says.
pub fn restore_through(
    from: &Path,
    target: &Path,
    now: DateTime<Utc>,
    pass: Pass<'_>,
    progress: &mut dyn FnMut(Step),
) -> Result<Restored, StoreError> {
    let file = File::open(from).map_err(|error| StoreError::from_io(from, &error))?;
    let all = file.metadata()?.len();
    let temp = temporary_beside(target, ".redress-restore-".as_ref())?;
    let mut source = Told {
        file,
        done: 0,
        tell: &mut |done| progress(Step::Copying(done, all)),
    };
    let mut file = temp.reopen()?;
    pass(&mut source, &mut file)?;
    let report = check_copy(temp.path(), from, progress)?;
    file.sync_all()?;
    let kept = move_away(target, now)?;
    if let Err(error) = temp.persist_noclobber(target) {
        // Back to where it was, so that the server still finds its file.
        if let Some(kept) = &kept {
            fs::rename(kept, target)?;
        }
        return Err(StoreError::from_io(target, &error.error));
    }
    open::sync_folder(&open::folder_of(target))?;
    Ok(Restored { report, kept })
}

pub(crate) fn temporary_beside(path: &Path, prefix: &OsStr) -> Result<NamedTempFile, StoreError> {
    let folder = open::folder_of(path);
    tempfile::Builder::new()
        .prefix(prefix)
        .tempfile_in(&folder)
        .map_err(|error| StoreError::from_io(&folder, &error))
}

/// Opens a copy through the integrity check, verifies what is in it and closes it. `name` is what it is called in
/// messages.
fn check_copy(
    copy: &Path,
    name: &Path,
    progress: &mut dyn FnMut(Step),
) -> Result<Report, StoreError> {
    progress(Step::Pages);
    let source = copied(copy, name);
    let options = Options {
        cache_bytes: 32 << 20,
        ..Options::default()
    };
    let closed = open::was_closed(&source)?;
    let (db, gate) = open::open_pages(&source, &options, Check::Always, Older::Taken)?;
    let reader = Reader::new(db.begin_read()?);
    let report =
        verify::contents(&*reader, None, closed, progress).map_err(|error| match error {
            StoreError::Damaged(why) => StoreError::torn(name, why),
            other => other,
        })?;
    drop(reader);
    super::close(db, &gate)?;
    Ok(report)
}

/// A copy that is called `name` in messages.
pub(crate) fn copied(copy: &Path, name: &Path) -> Source {
    let at = copy.to_owned();
    Source::backend(name, move || {
        let file = OpenOptions::new().read(true).write(true).open(&at)?;
        Ok(Box::new(FileBackend::new(file).map_err(io::Error::other)?))
    })
}

/// Renames the file at `target` if there is one and nobody has it open.
fn move_away(target: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, StoreError> {
    let held = match Held::take(target) {
        Ok(held) => held,
        Err(StoreError::Missing(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(now.format(".before-restore-%Y%m%dT%H%M%SZ").to_string());
    let kept = target.with_file_name(name);
    if kept.exists() {
        return Err(StoreError::Exists(kept));
    }
    fs::rename(target, &kept).map_err(|error| StoreError::from_io(target, &error))?;
    // The lock ends only now: nobody opened the file while it moved.
    drop(held);
    Ok(Some(kept))
}
