//! Why the desk did not do something. Edges map this once: the API to problem+json, pages to a banner.

use super::typed::Wrong;
use crate::domain::refusal::Refusal;
use crate::store::{StoreError, WriteError};

/// A call that was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A rule of the Code stood in the way.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such thing, or the actor may not know of it.
    #[error("There is nothing here under that reference, or you may not see it.")]
    NotFound,
    /// No role of the actor allows it.
    #[error("{0}")]
    Forbidden(String),
    /// Someone else changed the case since it was read.
    #[error(
        "The case has changed since you opened it; it is now at version {current}. Look at what changed, then try again."
    )]
    Stale {
        /// Its version now.
        current: u32,
    },
    /// The same idempotency key came with another content.
    #[error("{0}")]
    Conflict(String),
    /// A field is wrong in a way no case rule covers.
    #[error("{detail}")]
    Invalid {
        /// The field, as the API spells it.
        field: &'static str,
        /// What to do.
        detail: String,
    },
    /// Nobody is signed in, or the secret is not known.
    #[error("{0}")]
    Unauthenticated(String),
    /// Too many tries.
    #[error("Too many tries. Wait {seconds} seconds and try again.")]
    TooMany {
        /// How long to wait.
        seconds: u64,
    },
    /// The disk is full: reading goes on.
    #[error(
        "The disk is full, so nothing can be saved. Free some space; what is here can still be read."
    )]
    StoreFull,
    /// The file or the disk.
    #[error("{0}")]
    Store(StoreError),
    /// A plugin ended without a result; its own words say why.
    #[error("{0}")]
    Plugin(String),
    /// A letter or document could not be set.
    #[error("The letter could not be made: {0} Nothing was sent or saved.")]
    Pdf(String),
    /// A fault of ours.
    #[error(
        "Something went wrong in Redress ({0}). Nothing was changed; try again, and tell your administrator if it stays."
    )]
    Internal(String),
}

impl From<WriteError<DeskError>> for DeskError {
    fn from(error: WriteError<DeskError>) -> Self {
        match error {
            WriteError::Refused(error) => error,
            WriteError::Store(error) => error.into(),
        }
    }
}

impl From<Wrong> for DeskError {
    fn from(wrong: Wrong) -> Self {
        Self::Invalid {
            field: "q",
            detail: wrong.to_string(),
        }
    }
}
