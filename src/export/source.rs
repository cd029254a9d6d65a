//! The case of one export behind the sandbox's door: its JSON, its documents from the store, large documents in
//! pieces, and the pages of PDFs numbered. Documents stream; only a PDF that is cut or numbered is held whole, one at
//! a time and while that is done.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::compose;
use super::onpaper::OnPaper;
use crate::pdf::{Numbering, PdfError, Renderer};
use crate::plugins::{Again, Attached, CaseSource, Composed, Original, PdfRenderer, Reopened};
use crate::store::{Hash, Store};

/// A PDF larger than this is neither cut nor numbered: it would have to be in memory.
pub(super) const LARGEST_PDF: u64 = 128 << 20;

/// After so many PDFs that took all the time one may have, the others are not tried: a case full of them must still go
/// out within the time of an export.
const MOST_TOO_SLOW: u32 = 5;

/// One document that the exporter may ask for.
#[derive(Debug, Clone)]
pub struct Held {
    /// Address of its bytes.
    pub sha256: Hash,
    /// Size.
    pub size: u64,
    /// Media type, which tells how it can be cut.
    pub media_type: String,
    /// The PDF that goes out for it, where it is a text.
    pub paper: Option<OnPaper>,
}

/// The case of one export.
pub struct StoredCase {
    store: Store,
    pdf: Arc<Renderer>,
    document: String,
    held: HashMap<String, Held>,
    cuts: Mutex<HashMap<(String, u32, bool), Arc<Cut>>>,
    /// PDFs that were given up because they take too long, of [`MOST_TOO_SLOW`].
    too_slow: AtomicU32,
    request: Option<String>,
    sections: Option<Sections>,
}

/// Gives a section of the case by its name, or says that there is none.
pub type Sections = Arc<dyn Fn(&str) -> Result<String, String> + Send + Sync>;

/// How a document was cut.
enum Cut {
    /// It fits as it is.
    Whole,
    /// It cannot be cut.
    Not,
    /// At these offsets of the document, the last its end.
    At(Vec<u64>),
    /// Into a file without a name, at these offsets of it, with so many pages each.
    Into(File, Vec<u64>, Vec<u32>),
}

impl StoredCase {
    /// The case as `redress-case/1` and its documents by id.
    pub fn new(
        store: Store,
        pdf: Arc<Renderer>,
        document: String,
        held: HashMap<String, Held>,
    ) -> Self {
        Self {
            store,
            pdf,
            document,
            held,
            cuts: Mutex::default(),
            too_slow: AtomicU32::new(0),
            request: None,
            sections: None,
        }
    }

    /// What more the exporter may be told: what was asked of it, and sections of the case by name.
    pub fn telling(mut self, request: String, sections: Option<Sections>) -> Self {
        (self.request, self.sections) = (Some(request), sections);
        self
    }

    pub(super) fn pdf(&self) -> &Renderer {
        &self.pdf
    }

    /// Whether so many PDFs took too long that no other is tried.
    pub(super) fn gives_up(&self) -> bool {
        self.too_slow.load(Ordering::Relaxed) >= MOST_TOO_SLOW
    }

    pub(super) fn note_slow(&self) {
        self.too_slow.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn held(&self, id: &str) -> Result<&Held, String> {
        self.held
            .get(id)
            .ok_or_else(|| format!("the case has no document {id:?}"))
    }

    fn cut(&self, id: &str, ceiling: u32, stamped: bool) -> Result<Arc<Cut>, String> {
        let held = self.held(id)?;
        let key = (id.to_owned(), ceiling, stamped && held.is_pdf());
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cut) = cuts.get(&key) {
            return Ok(Arc::clone(cut));
        }
        let failed =
            |error: &dyn std::fmt::Display| format!("document {id} cannot be cut: {error}");
        // Numbers that would make it too large are left out: better than to cut it for them.
        let cut = if held.size <= u64::from(ceiling) {
            Cut::Whole
        } else if held.is_pdf() && held.size <= LARGEST_PDF {
            self.cut_pdf(id, ceiling, key.2).map_err(|e| failed(&e))?
        } else if held.essence().starts_with("text/") || held.essence() == "message/rfc822" {
            let from = self
                .store
                .open_document(&held.sha256)
                .map_err(|e| failed(&e))?;
            Cut::At(lines(from, ceiling).map_err(|e| failed(&e))?)
        } else {
            Cut::Not
        };
        let cut = Arc::new(cut);
        cuts.insert(key, Arc::clone(&cut));
        Ok(cut)
    }

    /// A PDF that cannot be cut is no failure: the exporter leaves it out and says so.
    fn cut_pdf(&self, id: &str, ceiling: u32, stamped: bool) -> io::Result<Cut> {
        let mut pdf = Vec::new();
        self.open_attachment(id)
            .map_err(io::Error::other)?
            .read_to_end(&mut pdf)?;
        let parts = match self.pdf.split(&pdf, u64::from(ceiling), stamped) {
            Ok(parts)
                if parts
                    .iter()
                    .all(|p| p.pdf.len() as u64 <= u64::from(ceiling)) =>
            {
                parts
            }
            Ok(_) => return Ok(Cut::Not),
            Err(error) => {
                let why = left_as_it_is(error).map_err(io::Error::other)?;
                tracing::info!(%why, "a large PDF was not cut");
                return Ok(Cut::Not);
            }
        };
        drop(pdf);
        let mut file = tempfile::tempfile()?;
        let (mut ends, mut pages) = (vec![0], Vec::new());
        for part in parts {
            file.write_all(&part.pdf)?;
            ends.push(ends.last().copied().unwrap_or(0) + part.pdf.len() as u64);
            pages.push(part.pages);
        }
        Ok(Cut::Into(file, ends, pages))
    }

    /// What opens a document.
    fn opening(
        &self,
        id: &str,
    ) -> Result<impl Fn() -> io::Result<Box<dyn Read + Send>> + Clone + Send + use<>, String> {
        let (store, held) = (self.store.clone(), self.held(id)?.clone());
        Ok(move || -> io::Result<Box<dyn Read + Send>> {
            if let Some(paper) = &held.paper {
                return Ok(Box::new(paper.clone()));
            }
            let opened = store.open_document(&held.sha256);
            Ok(Box::new(opened.map_err(io::Error::other)?))
        })
    }

    /// A document that goes in whole; with its numbers it has at most `most` bytes.
    fn whole(&self, id: &str, stamp: Option<&str>, most: u64) -> Result<Attached, String> {
        let held = self.held(id)?;
        let numbering = numbering(stamp, 1, None)?.filter(|_| held.is_pdf());
        let open = self.opening(id)?;
        let mut attached = Attached {
            reader: again(id, open.clone())?,
            original: held.paper.is_some().then(|| held.original(None)),
            unstamped: None,
        };
        let Some(numbering) = numbering else {
            return Ok(attached);
        };
        match self.numbers(attached.reader, held.size, &numbering, most)? {
            Ok(tail) => {
                let bytes = held.paper.is_none().then_some(held.size);
                attached.original = Some(held.original(bytes));
                let tail: Arc<[u8]> = tail.into();
                attached.reader =
                    again(
                        id,
                        move || Ok(open()?.chain(Cursor::new(Arc::clone(&tail)))),
                    )?;
            }
            Err(why) => {
                attached.reader = again(id, open)?;
                attached.unstamped = Some(why);
            }
        }
        Ok(attached)
    }

    /// The bytes behind a PDF that number its pages, or why there can be none; an error when that could not be found
    /// out this time.
    fn numbers(
        &self,
        mut from: impl Read,
        size: u64,
        numbering: &Numbering,
        most: u64,
    ) -> Result<Result<Vec<u8>, String>, String> {
        if size > LARGEST_PDF {
            return Ok(Err(format!(
                "at {size} bytes it is too large to be worked on"
            )));
        }
        if self.gives_up() {
            return Ok(Err(
                "others before it took all the time that there is for this".into(),
            ));
        }
        let mut pdf = Vec::new();
        from.read_to_end(&mut pdf)
            .map_err(|error| format!("a document could not be read: {error}"))?;
        let tail = match self.pdf.number(&pdf, numbering) {
            Ok(tail) => tail,
            Err(error) => {
                if matches!(error, PdfError::TooSlow(_)) {
                    self.note_slow();
                }
                return left_as_it_is(error).map(Err).map_err(|e| e.to_string());
            }
        };
        if size + tail.len() as u64 > most {
            return Ok(Err(
                "with numbers it would be over the limit for one file".into()
            ));
        }
        Ok(Ok(tail))
    }
}

/// Why a PDF goes out as it came, if that lies in the PDF. A fault of the machine or of this program stays an error:
/// the export can be made again, and then gives the same bytes as everywhere.
pub(super) fn left_as_it_is(error: PdfError) -> Result<String, PdfError> {
    match error {
        PdfError::CannotNumber(why) | PdfError::CannotSplit(why) | PdfError::CannotShow(why) => {
            Ok(why)
        }
        // A PDF that is made to take for ever must not keep the rest of the case from going out.
        PdfError::Ended(_) | PdfError::TooSlow(_) => {
            Ok("it takes more time or memory to read than one document may have".into())
        }
        PdfError::Start(_) | PdfError::Fault(_) | PdfError::Data { .. } => Err(error),
    }
}

impl Held {
    pub(super) fn essence(&self) -> &str {
        self.media_type.split(';').next().unwrap_or_default()
    }

    fn is_pdf(&self) -> bool {
        self.essence() == "application/pdf"
    }

    fn original(&self, bytes: Option<u64>) -> Original {
        Original {
            sha256: hex::encode(self.sha256),
            bytes,
        }
    }
}

fn cannot_open(id: &str, error: &io::Error) -> String {
    format!("document {id} cannot be opened: {error}")
}

fn again<R: Read + Send + 'static>(
    id: &str,
    open: impl FnMut() -> io::Result<R> + Send + 'static,
) -> Result<Box<dyn Again>, String> {
    let reader = Reopened::new(open).map_err(|error| cannot_open(id, &error))?;
    Ok(Box::new(reader))
}

fn numbering(
    stamp: Option<&str>,
    first: u32,
    of: Option<u32>,
) -> Result<Option<Numbering>, String> {
    let Some(stamp) = stamp else { return Ok(None) };
    if !Numbering::fits(stamp) {
        return Err(format!(
            "a stamp has 1 to {} plain letters, digits and signs",
            Numbering::LONGEST
        ));
    }
    let stamp = stamp.to_owned();
    Ok(Some(Numbering { stamp, first, of }))
}

impl CaseSource for StoredCase {
    fn document(&self) -> Result<String, String> {
        Ok(self.document.clone())
    }

    fn request(&self) -> Result<String, String> {
        let asked = self.request.clone();
        asked.ok_or_else(|| "nothing was asked of this export".into())
    }

    fn section(&self, name: &str) -> Result<String, String> {
        let none = || {
            format!(
                "this export has no section \"{}\"; see redress-case.md",
                name.escape_debug()
            )
        };
        self.sections.as_ref().ok_or_else(none)?(name)
    }

    fn compose(&self, plan_json: &str) -> Result<Composed, String> {
        compose::compose(self, plan_json)
    }

    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String> {
        self.opening(id)?().map_err(|error| cannot_open(id, &error))
    }

    fn attachment(&self, id: &str, stamp: Option<&str>) -> Result<Attached, String> {
        self.whole(id, stamp, u64::MAX)
    }

    fn attachment_parts(&self, id: &str, ceiling: u32, stamped: bool) -> Result<u32, String> {
        Ok(match self.cut(id, ceiling, stamped)?.as_ref() {
            Cut::Not => 0,
            Cut::Whole => 1,
            Cut::At(ends) | Cut::Into(_, ends, _) => {
                u32::try_from(ends.len() - 1).unwrap_or(u32::MAX)
            }
        })
    }

    fn attachment_part(
        &self,
        id: &str,
        ceiling: u32,
        part: u32,
        stamp: Option<&str>,
    ) -> Result<Attached, String> {
        let missing = || format!("document {id} has no part {part}");
        let cut = self.cut(id, ceiling, stamp.is_some())?;
        let at = usize::try_from(part)
            .ok()
            .and_then(|part| part.checked_sub(1))
            .ok_or_else(missing)?;
        let piece = |ends: &[u64]| Some((*ends.get(at)?, *ends.get(at + 1)?));
        let held = self.held(id)?;
        let mut attached = Attached {
            reader: Box::new(io::empty()),
            original: Some(held.original(None)),
            unstamped: None,
        };
        match cut.as_ref() {
            Cut::Whole if part == 1 => return self.whole(id, stamp, u64::from(ceiling)),
            Cut::Whole | Cut::Not => return Err(missing()),
            Cut::At(ends) => {
                let (from, to) = piece(ends).ok_or_else(missing)?;
                let (store, sha256) = (self.store.clone(), held.sha256);
                attached.reader = again(id, move || {
                    let opened = store.open_document(&sha256).map_err(io::Error::other)?;
                    Ok(opened.range(from, to))
                })?;
            }
            Cut::Into(_, ends, pages) => {
                let (from, end) = piece(ends).ok_or_else(missing)?;
                let piece_of = Piece {
                    cut: Arc::clone(&cut),
                    at: from,
                    end,
                };
                let first = 1 + pages.iter().take(at).sum::<u32>();
                let tail = match numbering(stamp, first, Some(pages.iter().sum()))? {
                    None => Vec::new(),
                    Some(n) => {
                        match self.numbers(piece_of.clone(), end - from, &n, ceiling.into())? {
                            Ok(tail) => tail,
                            Err(why) => {
                                attached.unstamped = Some(why);
                                Vec::new()
                            }
                        }
                    }
                };
                let tail: Arc<[u8]> = tail.into();
                attached.reader = again(id, move || {
                    Ok(piece_of.clone().chain(Cursor::new(Arc::clone(&tail))))
                })?;
            }
        }
        Ok(attached)
    }
}

/// A piece of a cut PDF.
#[derive(Clone)]
struct Piece {
    cut: Arc<Cut>,
    at: u64,
    end: u64,
}

impl Read for Piece {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Cut::Into(file, ..) = self.cut.as_ref() else {
            return Ok(0);
        };
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = out.len().min(left);
        let n = file.read_at(&mut out[..most], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// Where to cut a text so that no piece is over the ceiling: between lines, and within a line only when
/// that line alone is too long, but never within a character. The offsets begin with 0 and end with the end.
fn lines(from: impl Read, ceiling: u32) -> io::Result<Vec<u64>> {
    let ceiling = u64::from(ceiling.max(4));
    let (mut ends, mut start, mut line, mut letter, mut at) = (vec![0], 0, 0, 0, 0u64);
    for byte in io::BufReader::with_capacity(256 << 10, from).bytes() {
        let byte = byte?;
        if byte & 0xc0 != 0x80 {
            letter = at;
        }
        if at - start == ceiling {
            start = [line, letter]
                .into_iter()
                .find(|cut| *cut > start)
                .unwrap_or(at);
            ends.push(start);
        }
        at += 1;
        if byte == b'\n' {
            line = at;
        }
    }
    ends.push(at);
    Ok(ends)
}

/// The program's typesetter as the sandbox asks for it.
pub struct Typesetter(pub Arc<Renderer>);

impl PdfRenderer for Typesetter {
    fn render(&self, template: &str, data_json: &str) -> Result<Vec<u8>, String> {
        let template = crate::pdf::Template::from_name(template).ok_or_else(|| {
            format!("there is no template {template:?}; see plugins/wit/pdf-templates.md")
        })?;
        let data = serde_json::from_str(data_json)
            .map_err(|error| format!("the data are not JSON: {error}"))?;
        self.0
            .render(template, &data)
            .map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_lies_in_the_pdf_lets_it_go_out_as_it_came() {
        let hostile = PdfError::TooSlow(60);
        let ended = PdfError::Ended("it ran out of memory".into());
        assert_eq!(
            left_as_it_is(hostile).unwrap(),
            left_as_it_is(ended).unwrap()
        );
        let signed = PdfError::CannotNumber("it is signed".into());
        assert_eq!(left_as_it_is(signed).unwrap(), "it is signed");
        let no_fork = PdfError::Start(io::ErrorKind::WouldBlock.into());
        assert!(left_as_it_is(no_fork).is_err());
        assert!(left_as_it_is(PdfError::Fault("no font".into())).is_err());
    }

    fn check(text: &str, ceiling: u32, expected: &[&str]) {
        let ends = lines(text.as_bytes(), ceiling).unwrap();
        let pieces: Vec<&str> = ends
            .windows(2)
            .map(|w| &text[w[0] as usize..w[1] as usize])
            .collect();
        assert_eq!(pieces, expected);
        assert!(pieces.iter().all(|p| p.len() <= ceiling as usize));
    }

    #[test]
    fn text_is_cut_between_lines() {
        check("aa\nbb\ncc\n", 6, &["aa\nbb\n", "cc\n"]);
        check("aa\nbb\ncc", 7, &["aa\nbb\n", "cc"]);
        check("aa\n", 6, &["aa\n"]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_between_letters() {
        check("ééééé", 5, &["éé", "éé", "é"]);
        check("x\nabcdefgh\ny", 4, &["x\n", "abcd", "efgh", "\ny"]);
    }
}
