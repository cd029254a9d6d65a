//! Requests over a connection that the operator filled in. The host adds the credentials.

use crate::Failure;
use crate::bindings::linker::redress::plugin::http as host;
pub use host::{Headers, HttpError, Request, Response};

/// Sends a request. Any status is a response; what stopped it is a [`Failure`] to hand on.
pub fn send(request: &Request) -> Result<Response, Failure> {
    host::send(request).map_err(told)
}

/// What stopped a request, as a failure of the plugin.
pub(crate) fn told(error: HttpError) -> Failure {
    match error {
        HttpError::NotAllowed(why) => Failure::Denied(why),
        HttpError::BadRequest(why) => Failure::Other(why),
        HttpError::Timeout => {
            Failure::Unavailable("the other system took too long to answer".into())
        }
        HttpError::TooLarge => {
            Failure::Denied("the answer is larger than this connection allows".into())
        }
        HttpError::Transport(why) => Failure::Unavailable(why),
        HttpError::Budget => Failure::Denied("this run may send no more requests".into()),
    }
}
