//! The words of what office programs write: zip packages with XML in them.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::markup;

/// Bytes of XML that are read of one package: a small file can unpack to any size.
const MOST: u64 = 16 << 20;

/// The parts that hold words: of a Word document, an OpenDocument file, and an Excel workbook.
const PARTS: [&str; 5] = [
    "word/document.xml",
    "word/footnotes.xml",
    "word/comments.xml",
    "content.xml",
    "xl/sharedStrings.xml",
];

/// The words of a package; none when it is none of ours.
pub(super) fn words(bytes: &[u8]) -> Option<String> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut out = String::new();
    let (mut left, mut known) = (MOST, false);
    for part in PARTS {
        let Ok(entry) = package.by_name(part) else {
            continue;
        };
        known = true;
        let mut xml = Vec::new();
        // What cannot be read to its end still has its beginning.
        let _ = entry.take(left).read_to_end(&mut xml);
        left -= xml.len() as u64;
        out.push_str(&markup::words(
            &String::from_utf8_lossy(&xml),
            markup::OFFICE,
        ));
        out.push('\n');
    }
    known.then_some(out)
}
