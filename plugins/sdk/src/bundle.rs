//! The bundle being written: entries one after the other, compressed and hashed by the host.
//!
//! [`include_attachment`] and [`include_attachment_part`] pass an attachment on. With a stamp, such as
//! `C-2026-0042 / 05-03`, each page of a PDF gets a line at its foot, `C-2026-0042 / 05-03 / 4 of 12`; the [`Piece`]
//! they give says what went in, what it was made of, and why pages carry no number where that could not be.

use std::io::{self, Write};

use crate::Failure;
use crate::bindings::exporter::redress::plugin::bundle as host;
pub use host::{Piece, attachment_parts, include_attachment, include_attachment_part, manifest};

/// The most the host takes in one call.
const CHUNK: usize = 1 << 20;

/// Begins an entry; the one before must be finished.
pub fn create(path: &str, media_type: &str) -> Result<Entry, Failure> {
    Ok(Entry {
        entry: host::create(path, media_type)?,
    })
}

/// Writes a whole entry.
pub fn put(path: &str, media_type: &str, bytes: &[u8]) -> Result<(), Failure> {
    let mut entry = create(path, media_type)?;
    entry.write_all(bytes)?;
    entry.finish()
}

/// A name that is fit for an entry: letters, digits, `-`, `_` and `.` of what was given, at most 80, never empty.
pub fn safe_name(name: &str) -> String {
    let mut safe = String::new();
    for c in name.chars().take(200) {
        let kept = if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
            c
        } else {
            '-'
        };
        let doubled = kept == '-' && safe.ends_with('-');
        if safe.len() < 80 && !doubled {
            safe.push(kept);
        }
    }
    match safe.trim_matches(['-', '.']) {
        "" => "unnamed".into(),
        safe => safe.into(),
    }
}

/// The entry that is open. A run that leaves one unfinished fails.
pub struct Entry {
    entry: host::Entry,
}

impl Entry {
    /// Ends the entry.
    pub fn finish(self) -> Result<(), Failure> {
        self.entry.finish()
    }
}

impl Write for Entry {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let chunk = &buf[..buf.len().min(CHUNK)];
        self.entry.write(chunk).map_err(io::Error::other)?;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::safe_name;

    #[test]
    fn a_name_is_made_safe() {
        assert_eq!(
            safe_name("../Letter  to Mrs Ö (2).pdf"),
            "Letter-to-Mrs-2-.pdf"
        );
        assert_eq!(safe_name("…"), "unnamed");
        assert!(safe_name(&"x".repeat(500)).len() <= 80);
    }
}
