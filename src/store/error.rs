//! What can go wrong with the file, each as a sentence that says what to do.
//!
//! [`StoreError`] is what the file or the disk did; [`WriteError`] adds what the caller's own job refused.

use super::upgrade::Version;
use std::io;
use std::path::{Path, PathBuf};

/// What the file or the disk did. Cloned to every caller of a batch that failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// No file there.
    #[error("There is no file {0}. Check the path; `redress serve` makes a new one.")]
    Missing(PathBuf),
    /// A file is there already where a new one was to be made.
    #[error("{0} exists already. Choose another name, or move it away first.")]
    Exists(PathBuf),
    /// Another process holds the file.
    #[error(
        "{0} is in use by another running Redress. Stop that one first, or use its pages and its API."
    )]
    InUse(PathBuf),
    /// Not a file of this program.
    #[error("{path} is not a Redress file: {why}. Check the path; the file was not touched.")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is in it instead.
        why: String,
    },
    /// The pages of the file contradict each other.
    #[error(
        "{path} is torn or damaged ({why}) and was not opened. If it is a copy of a running server's file, \
         take one with `redress backup` instead; if it is the file itself, keep it and restore the last \
         backup with `redress restore`."
    )]
    Torn {
        /// The file.
        path: PathBuf,
        /// What contradicts what.
        why: String,
    },
    /// Written by a later version.
    #[error(
        "{path} was written by a newer Redress ({found}; this one knows up to {known}). Install the newer \
         version, or go back to the file that its upgrade kept; the file was not touched."
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: Version,
        /// The last that this program knows.
        known: Version,
    },
    /// Written by an earlier version, and not to be written as it is.
    #[error(
        "{path} was written by an older Redress ({found}; this one keeps {known}). Run `redress upgrade {path}`: \
         it keeps the old file; the file was not touched."
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: Version,
        /// What this program writes.
        known: Version,
    },
    /// The disk has no room for the copy that an upgrade makes.
    #[error(
        "The upgrade of {path} needs {needed} MB free on its disk, and there are {free}. Make room, or move the \
         file to a larger disk; it was not touched."
    )]
    NoRoom {
        /// The file.
        path: PathBuf,
        /// What is needed, in megabytes.
        needed: u64,
        /// What there is.
        free: u64,
    },
    /// The disk has no room for a backup.
    #[error(
        "A backup in {folder} needs {needed} MB free, so that the record can go on growing, and there are {free}. Make \
         room, or keep fewer backups."
    )]
    NoRoomForBackup {
        /// Where it was to go.
        folder: PathBuf,
        /// What is needed, in megabytes.
        needed: u64,
        /// What there is.
        free: u64,
    },
    /// The disk has no room.
    #[error(
        "The disk is full. Nothing was lost and reading goes on; make room and repeat the last step."
    )]
    DiskFull,
    /// May not read or write there.
    #[error(
        "{path} may not be read and written by this user ({why}). Check its owner and the disk."
    )]
    Denied {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The disk failed.
    #[error(
        "The disk failed ({0}). The last step may or may not have been kept: look before you repeat it, \
         and check the disk."
    )]
    Io(String),
    /// A stored value does not read as what it should be.
    #[error("A stored value cannot be read ({0}). Run `redress verify` on the file.")]
    Damaged(String),
    /// The store has been closed.
    #[error("The file has been closed. Start the server again.")]
    Closed,
    /// A job panicked; it wrote nothing.
    #[error(
        "This step failed inside and wrote nothing. It is a bug: please report it with the time."
    )]
    Panicked,
    /// A document is larger than the limit.
    #[error(
        "The document is larger than the limit of {} MB. Split it, or have the server started with a higher --document-limit.",
        limit.div_ceil(1 << 20)
    )]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A document is not in the file.
    #[error("There is no document {0} in the file.")]
    NoDocument(String),
    /// The case that was asked for is not in the file.
    #[error("There is no case {0}.")]
    NoCase(String),
}

impl StoreError {
    /// Whether the database must be reopened before it can be written again.
    pub(crate) fn is_disk(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Io(_))
    }

    pub(crate) fn from_io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing(path.to_owned()),
            io::ErrorKind::AlreadyExists => Self::Exists(path.to_owned()),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied {
                path: path.to_owned(),
                why: error.to_string(),
            },
            _ => Self::from(error),
        }
    }

    pub(crate) fn torn(path: &Path, why: impl ToString) -> Self {
        Self::Torn {
            path: path.to_owned(),
            why: why.to_string(),
        }
    }

    pub(crate) fn from_open(path: &Path, error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen
            | redb::DatabaseError::LockProtocolMismatch => Self::InUse(path.to_owned()),
            redb::DatabaseError::UpgradeRequired(version) => Self::Foreign {
                path: path.to_owned(),
                why: format!("its pages are of an older kind ({version})"),
            },
            redb::DatabaseError::Storage(redb::StorageError::Io(io))
                if io.kind() != io::ErrorKind::UnexpectedEof
                    && io.kind() != io::ErrorKind::InvalidData =>
            {
                Self::from_io(path, &io)
            }
            other => Self::torn(path, other),
        }
    }
}

impl From<&io::Error> for StoreError {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<redb::StorageError> for StoreError {
    fn from(error: redb::StorageError) -> Self {
        match error {
            redb::StorageError::Io(io) => Self::from(io),
            redb::StorageError::PreviousIo => Self::Io("an earlier failure of the disk".into()),
            redb::StorageError::DatabaseClosed => Self::Closed,
            redb::StorageError::Corrupted(why) => Self::Damaged(why),
            other => Self::Io(other.to_string()),
        }
    }
}

macro_rules! through_storage {
    ($($kind:ident),*) => {$(
        impl From<redb::$kind> for StoreError {
            fn from(error: redb::$kind) -> Self {
                match error {
                    redb::$kind::Storage(storage) => storage.into(),
                    #[allow(unreachable_patterns, reason = "one of these enums has one variant only")]
                    other => Self::Damaged(other.to_string()),
                }
            }
        }
    )*};
}
through_storage!(TableError, TransactionError, CommitError, DatabaseError);

/// Why a write was not made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError<E> {
    /// The job itself refused; it wrote nothing.
    #[error(transparent)]
    Refused(E),
    /// The file or the disk did.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E: From<StoreError>> WriteError<E> {
    /// Folds both sides into the caller's own error.
    pub fn flatten(self) -> E {
        match self {
            Self::Refused(error) => error,
            Self::Store(error) => error.into(),
        }
    }
}
