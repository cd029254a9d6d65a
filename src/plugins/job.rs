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
    /// The bytes of one of its attachments.
    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String>;
    /// In how many pieces of at most `ceiling` bytes an attachment can be passed on; 0 when it can't be cut.
    fn attachment_parts(&self, id: &str, ceiling: u32) -> Result<u32, String>;
    /// The bytes of one piece of that cut, counted from 1.
    fn open_attachment_part(
        &self,
        id: &str,
        ceiling: u32,
        part: u32,
    ) -> Result<Box<dyn Read + Send>, String>;
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
    fn include(&mut self, path: &str, id: &str, reader: &mut dyn Read) -> Result<(), ArchiveError>;
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
