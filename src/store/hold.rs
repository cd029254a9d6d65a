//! A file held: locked as a running server locks it, so that nobody opens it while it is copied or moved.

use super::error::StoreError;
use redb::StorageBackend;
use redb::backends::FileBackend;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A data file that nobody else has open. Let go of when dropped.
pub(crate) struct Held {
    path: PathBuf,
    metadata: Metadata,
    _lock: FileBackend,
}

impl Held {
    /// Takes hold of the file at `path`.
    pub(crate) fn take(path: &Path) -> Result<Self, StoreError> {
        let io = |error: io::Error| StoreError::from_io(path, &error);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        let lock = FileBackend::new(file).map_err(|error| StoreError::from_open(path, error))?;
        let free = lock.try_lock_range(Bound::Unbounded, Bound::Unbounded);
        // Whoever held it before us may have put another file in its place.
        let there = fs::metadata(path).map_err(io)?;
        if !matches!(free, Ok(true)) || !same_file(&there, &metadata) {
            return Err(StoreError::InUse(path.to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            metadata,
            _lock: lock,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its size, owner and permissions.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Whether another name stands for this very file.
    pub(crate) fn is_also(&self, other: &Path) -> bool {
        fs::symlink_metadata(other).is_ok_and(|other| same_file(&other, &self.metadata))
    }

    /// Writes its bytes to `to`, from the start of both; gives their number.
    pub(crate) fn copy_to(&self, to: &mut File) -> Result<u64, StoreError> {
        let mut from = File::open(&self.path)?;
        Ok(io::copy(&mut from, to)?)
    }
}

fn same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
