//! One export to be made, and the seams it is made through: the case comes from a [`CaseSource`], entries
//! go to an [`Archive`], PDFs are made by a [`PdfRenderer`]. The host knows neither cases nor zips.

use std::io::Read;
use std::sync::Arc;

use super::ArchiveError;
use super::state::Run;

/// The case of one export, as the person who asked may see it. Errors are sentences for the plugin.
pub trait CaseSource: Send + Sync {
    /// The case as JSON, schema `redress-case/1`.
    fn document(&self) -> Result<String, String>;
    /// The bytes of one of its attachments, to be looked at.
    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String>;
    /// One of its attachments, to be passed on; the pages of a PDF carry the stamp and their number.
    fn attachment(&self, id: &str, stamp: Option<&str>) -> Result<Attached, String>;
    /// In how many pieces of at most `ceiling` bytes an attachment can be passed on, with room for the pages' numbers
    /// when it is to be stamped; 0 when it can't be cut.
    fn attachment_parts(&self, id: &str, ceiling: u32, stamped: bool) -> Result<u32, String>;
    /// One piece of that cut, counted from 1.
    fn attachment_part(
        &self,
        id: &str,
        ceiling: u32,
        part: u32,
        stamp: Option<&str>,
    ) -> Result<Attached, String>;
}

/// An attachment on its way into an archive.
pub struct Attached {
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
    /// The document of the case, where the bytes are not simply those of it.
    pub original: Option<Original>,
    /// Why the pages of a PDF carry no number, when a stamp was asked for.
    pub unstamped: Option<String>,
}

/// What an attachment was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// SHA-256 of the document as the case holds it.
    pub sha256: String,
    /// So many bytes at the beginning are that document; none when it does not stand there as it was.
    pub bytes: Option<u64>,
}

/// The archive being written. Calls block while its reader is slow. The host has checked every path.
///
/// An archive that is dropped before [`close`](Archive::close) must not look whole.
pub trait Archive: Send {
    /// Begins an entry.
    fn begin(&mut self, path: &str, media_type: &str) -> Result<(), ArchiveError>;
    /// Writes into the entry that was begun.
    fn write(&mut self, chunk: &[u8]) -> Result<(), ArchiveError>;
    /// Ends that entry.
    fn finish(&mut self) -> Result<(), ArchiveError>;
    /// Makes an entry of an attachment, or of a piece of one, reading it to its end.
    fn include(
        &mut self,
        path: &str,
        id: &str,
        original: Option<&Original>,
        reader: &mut dyn Read,
    ) -> Result<(), ArchiveError>;
    /// Notes where the manifest goes; it is written on closing.
    fn manifest_at(&mut self, path: &str) -> Result<(), ArchiveError>;
    /// Ends the archive. Called once, only after a run without a fault.
    fn close(&mut self) -> Result<(), ArchiveError>;
}

/// Typesets one of the program's templates. Errors are sentences for the plugin.
pub trait PdfRenderer: Send + Sync {
    /// A PDF from the template's name and the JSON it asks for.
    fn render(&self, template: &str, data_json: &str) -> Result<Vec<u8>, String>;
}

/// One export to be made.
pub struct ExportJob {
    /// Settings, time, language, limits.
    pub run: Run,
    /// Where the case comes from.
    pub source: Arc<dyn CaseSource>,
    /// Where the entries go.
    pub archive: Box<dyn Archive>,
    /// Who makes the PDFs.
    pub pdf: Arc<dyn PdfRenderer>,
}
