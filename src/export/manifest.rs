//! The manifest of an archive: every entry with its size and SHA-256, where it came from, and what made
//! it. The host writes it, never the plugin, so it holds even for a plugin that lies.

use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "redress-manifest/1";

/// What the archive was made from and by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// The case's reference.
    pub case: String,
    /// When the case last changed, RFC 3339: the only time in the archive.
    pub as_of: String,
    /// The program, `Redress 0.1.0`.
    pub tool: String,
    /// The exporter.
    pub generated_by: GeneratedBy,
}

/// The plugin that laid the archive out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GeneratedBy {
    /// Its name.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component.
    pub sha256: String,
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Path in the archive.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
    /// The case's document that it is, or is a part of; none when it was made from records.
    pub record: Option<String>,
    /// The redaction that made the document, if one did.
    pub redaction: Option<String>,
    /// SHA-256 of the case's document, when the file is not simply its bytes: its pages were numbered, it was cut, or
    /// it was set as PDF from a text.
    #[serde(default)]
    pub original_sha256: Option<String>,
    /// The document is the first so many bytes of the file, unchanged.
    #[serde(default)]
    pub original_bytes: Option<u64>,
}

/// The manifest. It does not list itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `redress-manifest/1`.
    pub schema: String,
    /// What the archive was made from and by.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// All other files, by path.
    pub entries: Vec<Entry>,
}
