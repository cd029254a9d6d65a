//! The names of an upgrade, and how the upgraded copy takes the file's own.

use super::Version;
use crate::store::error::StoreError;
use crate::store::hold::Held;
use crate::store::open::{folder_of, sync_folder};
use chrono::{DateTime, Utc};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The file itself, where its name is a link to it.
pub(super) fn real(path: &Path) -> Result<PathBuf, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path),
        Ok(_) => Ok(path.to_owned()),
        Err(error) => Err(error),
    }
    .map_err(|error| StoreError::from_io(path, &error))
}

/// How the names of the copies of this file begin.
pub(super) fn temporary_prefix(path: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".upgrading-");
    name
}

fn kept_prefix(path: &Path) -> OsString {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".before-upgrade-");
    name
}

/// Where the old file is kept.
pub(super) fn kept_name(path: &Path, was: Version, now: DateTime<Utc>) -> PathBuf {
    let mut name = kept_prefix(path);
    let stamp = now.format("%Y%m%d-%H%M%S");
    name.push(format!("{}.{}-{stamp}", was.format, was.shape));
    path.with_file_name(name)
}

/// Refuses to begin what the disk has no room for.
pub(super) fn require_room(path: &Path, needed: u64) -> Result<(), StoreError> {
    match rustix::fs::statvfs(folder_of(path)) {
        Ok(disk) => compare(path, needed, disk.f_bavail.saturating_mul(disk.f_frsize)),
        // Where the system does not tell, the disk itself will.
        Err(_) => Ok(()),
    }
}

pub(super) fn compare(path: &Path, needed: u64, free: u64) -> Result<(), StoreError> {
    if needed <= free {
        return Ok(());
    }
    Err(StoreError::NoRoom {
        path: path.to_owned(),
        needed: needed.div_ceil(1_000_000),
        free: free / 1_000_000,
    })
}

/// Removes what a killed upgrade left: copies it was making, and a second name it gave to the file that is still in
/// its place. A file that was really kept is another file and stays.
pub(super) fn clear(held: &Held) -> Result<(), StoreError> {
    let path = held.path();
    let (making, kept) = (temporary_prefix(path), kept_prefix(path));
    let begins = |name: &OsString, with: &OsString| name.as_bytes().starts_with(with.as_bytes());
    for entry in fs::read_dir(folder_of(path))? {
        let entry = entry?;
        let (name, at) = (entry.file_name(), entry.path());
        if begins(&name, &making) || begins(&name, &kept) && held.is_also(&at) {
            tracing::info!(file = %at.display(), "removed what an upgrade left that was stopped");
            fs::remove_file(&at).map_err(|error| StoreError::from_io(&at, &error))?;
        }
    }
    Ok(())
}

/// Gives the old file its second name and its first one to the copy, in this order: whatever happens between, the
/// file's name stands for a whole file.
pub(super) fn put(held: &Held, temp: NamedTempFile, kept: &Path) -> Result<(), StoreError> {
    let path = held.path();
    let folder = folder_of(path);
    let io = |error: io::Error| StoreError::from_io(path, &error);
    // Whoever could open the old file can open the new one, also when an administrator upgrades it.
    let (ours, theirs) = (temp.as_file().metadata().map_err(io)?, held.metadata());
    if (ours.uid(), ours.gid()) != (theirs.uid(), theirs.gid()) {
        chown(temp.path(), Some(theirs.uid()), Some(theirs.gid())).map_err(io)?;
    }
    temp.as_file()
        .set_permissions(theirs.permissions())
        .map_err(io)?;
    temp.as_file().sync_all().map_err(io)?;
    match fs::hard_link(path, kept) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(StoreError::Exists(kept.to_owned()));
        }
        // A disk that knows one name for a file only: the old one is copied.
        Err(_) => keep_a_copy(held, kept)?,
    }
    sync_folder(&folder).map_err(io)?;
    if let Err(error) = temp.persist(path) {
        fs::remove_file(kept).map_err(io)?;
        return Err(io(error.error));
    }
    sync_folder(&folder).map_err(io)
}

/// Keeps the old file as a copy of it, replacing nothing.
pub(super) fn keep_a_copy(held: &Held, kept: &Path) -> Result<(), StoreError> {
    let temp = crate::store::backup::temporary_beside(kept, &temporary_prefix(held.path()))?;
    held.copy_to(&mut temp.reopen()?)?;
    temp.as_file()
        .set_permissions(held.metadata().permissions())?;
    temp.as_file().sync_all()?;
    temp.persist_noclobber(kept)
        .map(drop)
        .map_err(|error| StoreError::from_io(kept, &error.error))
}
