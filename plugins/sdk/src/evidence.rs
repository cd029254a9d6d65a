//! Where the bytes of a document go that the host asked for. They need not enter the sandbox.

use super::http::{Request, Response, told};
use crate::Failure;
use crate::bindings::linker::redress::plugin::evidence as host;
pub use host::from_file;

/// Adds bytes, however many, to the document.
pub fn write(bytes: &[u8]) -> Result<(), Failure> {
    bytes.chunks(1 << 20).try_for_each(host::write)
}

/// Sends a request and adds the body of an answer 200 to 299 to the document; it is empty in the response.
pub fn from_http(request: &Request) -> Result<Response, Failure> {
    host::from_http(request).map_err(told)
}
