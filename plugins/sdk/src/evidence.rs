//! Where the bytes of a document go that the host asked for. They need not enter the sandbox.

use super::http::{self, Request, Response, told};
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

/// GETs the document; any answer but 200 to 299 is a failure that says what it means.
pub fn get(connection: &str, url: &str) -> Result<(), Failure> {
    let mut request = http::get(connection, url);
    request.headers.clear();
    http::good(connection, from_http(&request)?.status)
}
