//! The case being exported, read only.

use std::io::{self, Read};

use serde::de::DeserializeOwned;

use crate::bindings::exporter::redress::plugin::cases as host;
use crate::{Failure, stream};

/// The case as JSON, schema `redress-case/1`.
pub fn document_json() -> String {
    host::document()
}

/// The case, read into the plugin's own type.
pub fn document<T: DeserializeOwned>() -> Result<T, Failure> {
    serde_json::from_str(&host::document())
        .map_err(|error| Failure::BadInput(format!("the case cannot be read: {error}")))
}

/// What the person asked of this export, read into the plugin's own type; schema `redress-export-request/1`.
pub fn request<T: DeserializeOwned>() -> Result<T, Failure> {
    serde_json::from_str(&host::request())
        .map_err(|error| Failure::BadInput(format!("what was asked cannot be read: {error}")))
}

/// More about the case by name, as JSON: `events` is its whole record.
pub fn section(name: &str) -> Result<String, Failure> {
    host::section(name)
}

/// Opens an attachment to look inside. To pass it on, use
/// [`bundle::include_attachment`](crate::bundle::include_attachment): it costs nothing.
pub fn open_attachment(id: &str) -> Result<Attachment, Failure> {
    Ok(Attachment {
        reader: host::open_attachment(id)?,
    })
}

/// An attachment's bytes, as they come.
pub struct Attachment {
    reader: host::Reader,
}

impl Read for Attachment {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        stream::fill(buf, |max| self.reader.read(max))
    }
}
