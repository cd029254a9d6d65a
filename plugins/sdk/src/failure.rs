//! What a failure says, and `?` from the reader and writer traits of the standard library.

use std::io;

use crate::Failure;

impl Failure {
    /// Its sentence, without what kind of failure it is.
    pub fn why(&self) -> &str {
        match self {
            Self::BadSettings(why)
            | Self::Refused(why)
            | Self::Unavailable(why)
            | Self::BadInput(why)
            | Self::Denied(why)
            | Self::Other(why) => why,
        }
    }
}

impl From<io::Error> for Failure {
    /// Gives back the failure that [`crate::bundle::Entry`] or [`crate::cases::Attachment`] put in.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Failure>() {
            Ok(failure) => failure,
            Err(error) => Failure::Other(error.to_string()),
        }
    }
}

impl From<crate::http::HttpError> for Failure {
    /// What stopped a request, as a failure to hand on.
    fn from(error: crate::http::HttpError) -> Self {
        crate::http::told(error)
    }
}
