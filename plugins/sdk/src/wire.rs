//! The other system as an adapter's rules see it. Rules that speak to a [`Wire`] are plain Rust: a test gives them
//! answers of its own, the component gives them [`Granted`].

use crate::bindings::linker::redress::plugin::evidence;
use crate::bindings::linker::redress::plugin::http::{self, HttpError, Request, Response};
use crate::log;

/// Where requests go and remarks are left.
pub trait Wire {
    /// Sends a request. Any status is a response.
    fn send(&mut self, request: &Request) -> Result<Response, HttpError>;
    /// Sends a request whose answer, if it is 200 to 299, becomes the document that was asked for.
    fn send_to_evidence(&mut self, request: &Request) -> Result<Response, HttpError>;
    /// Tells the operator.
    fn warn(&mut self, text: &str);
    /// Says in the run's log what was done.
    fn info(&mut self, text: &str);
}

/// The connections that the operator granted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Granted;

impl Wire for Granted {
    fn send(&mut self, request: &Request) -> Result<Response, HttpError> {
        http::send(request)
    }

    fn send_to_evidence(&mut self, request: &Request) -> Result<Response, HttpError> {
        evidence::from_http(request)
    }

    fn warn(&mut self, text: &str) {
        log::warn(text);
    }

    fn info(&mut self, text: &str) {
        log::info(text);
    }
}
