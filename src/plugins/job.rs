//! One export to be made, and the seams it is made through: the case comes from a [`CaseSource`], entries
//! go to an [`Archive`], PDFs are made by a [`PdfRenderer`]. The host knows neither cases nor zips.

use std::io::{self, Read, Seek};
use std::sync::Arc;

use super::ArchiveError;
use super::state::Run;

/// The case of one export, as the person who asked may see it. Errors are sentences for the plugin.
pub trait CaseSource: Send + Sync {
    /// The case as JSON, schema `redress-case/1`.
    fn document(&self) -> Result<String, String>;
    /// What the person asked of the export, as JSON, schema `redress-export-request/1`.
    fn request(&self) -> Result<String, String> {
        Ok(r#"{"schema":"redress-export-request/1","mode":"full","items":[],"answers":{}}"#.into())
    }
    /// More about the case, by the name of a section.
    fn section(&self, name: &str) -> Result<String, String> {
        Err(format!(
            "there is no section \"{}\"; see redress-case.md",
            name.escape_debug()
        ))
    }
    /// One PDF of the parts that a `redress-compose/1` names.
    fn compose(&self, _plan_json: &str) -> Result<Composed, String> {
        Err("this export has nothing that could be composed".into())
    }
    /// The bytes of one of its attachments, to be looked at.
    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String>;
    /// One of its attachments, to be passed on; the pages of a PDF carry the stamp and their number.
    fn attachment(&self, id: &str, stamp: Option<&str>) -> Result<Attached, String>;
    /// In how many pieces of at most `ceiling` bytes an attachment can be passed on, with room for the pages' numbers
    /// when it is to be stamped; 0 when it can't be cut. A source that cuts nothing has each in one piece.
    fn attachment_parts(&self, _id: &str, _ceiling: u32, _stamped: bool) -> Result<u32, String> {
        Ok(1)
    }
    /// One piece of that cut, counted from 1.
    fn attachment_part(
        &self,
        id: &str,
        _ceiling: u32,
        _part: u32,
        stamp: Option<&str>,
    ) -> Result<Attached, String> {
        self.attachment(id, stamp)
    }
}

/// A PDF of many parts on its way into an archive.
pub struct Composed {
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
    /// Where each part begins and what could not be shown, as JSON for the plugin.
    pub report_json: String,
}

/// Bytes that can be read more than once and are the same each time: an archive says the checksum of an entry before
/// it.
pub trait Again: Read + Send {
    /// Begins again.
    ///
    /// # Errors
    /// What opening it again says.
    fn again(&mut self) -> io::Result<()>;
}

impl<T: Read + Seek + Send> Again for T {
    fn again(&mut self) -> io::Result<()> {
        self.rewind()
    }
}

/// A reader that begins again by being opened anew.
pub struct Reopened<F, R> {
    open: F,
    reader: R,
}

impl<F: FnMut() -> io::Result<R>, R: Read> Reopened<F, R> {
    /// Opens it for the first time.
    ///
    /// # Errors
    /// What opening says.
    pub fn new(mut open: F) -> io::Result<Self> {
        let reader = open()?;
        Ok(Self { open, reader })
    }
}

impl<F, R: Read> Read for Reopened<F, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.reader.read(out)
    }
}

impl<F: FnMut() -> io::Result<R> + Send, R: Read + Send> Again for Reopened<F, R> {
    fn again(&mut self) -> io::Result<()> {
        self.reader = (self.open)()?;
        Ok(())
    }
}

/// An attachment on its way into an archive.
pub struct Attached {
    /// Its bytes.
    pub reader: Box<dyn Again>,
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
    /// Makes an entry of an attachment, or of a piece of one, reading it to its end, and says the SHA-256 of what went
    /// in.
    fn include(
        &mut self,
        path: &str,
        id: &str,
        original: Option<&Original>,
        reader: &mut dyn Again,
    ) -> Result<String, ArchiveError>;
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

/// What stands in for a job while a plugin is only asked what it is: there is nothing to read and nothing to write.
pub(super) struct Nothing;

const NOTHING: &str = "a plugin that is asked for its manifest has nothing to read or write yet";

impl CaseSource for Nothing {
    fn document(&self) -> Result<String, String> {
        Err(NOTHING.into())
    }

    fn open_attachment(&self, _id: &str) -> Result<Box<dyn Read + Send>, String> {
        Err(NOTHING.into())
    }

    fn attachment(&self, _id: &str, _stamp: Option<&str>) -> Result<Attached, String> {
        Err(NOTHING.into())
    }

    fn attachment_parts(&self, _id: &str, _ceiling: u32, _stamped: bool) -> Result<u32, String> {
        Err(NOTHING.into())
    }

    fn attachment_part(
        &self,
        _id: &str,
        _ceiling: u32,
        _part: u32,
        _stamp: Option<&str>,
    ) -> Result<Attached, String> {
        Err(NOTHING.into())
    }
}

impl Archive for Nothing {
    fn begin(&mut self, _path: &str, _media_type: &str) -> Result<(), ArchiveError> {
        Err(ArchiveError::Failed(NOTHING.into()))
    }

    fn write(&mut self, _chunk: &[u8]) -> Result<(), ArchiveError> {
        Err(ArchiveError::Failed(NOTHING.into()))
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        Err(ArchiveError::Failed(NOTHING.into()))
    }

    fn include(
        &mut self,
        _path: &str,
        _id: &str,
        _original: Option<&Original>,
        _reader: &mut dyn Again,
    ) -> Result<String, ArchiveError> {
        Err(ArchiveError::Failed(NOTHING.into()))
    }

    fn manifest_at(&mut self, _path: &str) -> Result<(), ArchiveError> {
        Err(ArchiveError::Failed(NOTHING.into()))
    }

    fn close(&mut self) -> Result<(), ArchiveError> {
        Err(ArchiveError::Failed(NOTHING.into()))
    }
}

impl PdfRenderer for Nothing {
    fn render(&self, _template: &str, _data_json: &str) -> Result<Vec<u8>, String> {
        Err(NOTHING.into())
    }
}
