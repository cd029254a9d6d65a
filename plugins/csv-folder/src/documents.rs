//! Photos and reports that lie in the folder beside the files: rows name them, and they can be fetched.

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

/// What may be fetched. Never a table: a cell that names another file of the folder must not turn everybody's records
/// into a document of one case.
const KINDS: [(&str, &str); 21] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("heic", "image/heic"),
    ("bmp", "image/bmp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("pdf", "application/pdf"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("rtf", "application/rtf"),
    ("msg", "application/vnd.ms-outlook"),
    ("eml", "message/rfc822"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("avi", "video/x-msvideo"),
];

/// The media type of a file that may be fetched.
pub fn media_type(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    let known = KINDS
        .iter()
        .find(|(known, _)| end.eq_ignore_ascii_case(known));
    known.map(|(_, media_type)| *media_type)
}

/// The photos and reports of the folder.
#[derive(Debug, Default)]
pub struct Shelf(Vec<(String, String)>);

impl Shelf {
    /// Of the names in the folder.
    pub fn new(names: &[String]) -> Self {
        let fetched = names.iter().filter(|name| media_type(name).is_some());
        let mut shelf: Vec<_> = fetched.map(|name| (folded(name), name.clone())).collect();
        shelf.sort();
        Self(shelf)
    }

    /// The documents that a cell names, as members of a record. It may name several, and with the folders that they had
    /// where it was written.
    pub fn documents(&self, title: &str, cell: &str) -> Vec<Value> {
        if self.0.is_empty() {
            return Vec::new();
        }
        // A name may have a comma in it, so the whole is tried first.
        let whole = self.find(cell);
        let names: Vec<&String> = match whole {
            Some(name) => vec![name],
            None => cell
                .split([';', '|', ',', '\n'])
                .filter_map(|part| self.find(part))
                .collect(),
        };
        let documents = names.into_iter().take(20).map(|name| {
            json!({"id": name, "name": name, "title": title, "media_type": media_type(name)})
        });
        documents.collect()
    }

    fn find(&self, written: &str) -> Option<&String> {
        let last = written.rsplit(['/', '\\']).next()?.trim();
        let wanted = folded(last);
        let at = self.0.partition_point(|(name, _)| *name < wanted);
        let (name, own) = self.0.get(at)?;
        (*name == wanted).then_some(own)
    }
}

/// Without case, and with accents written in one way: Windows and Macs differ.
fn folded(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
}
