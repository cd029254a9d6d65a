//! The case of one export behind the sandbox's door: its JSON, its documents from the store, and large
//! documents in pieces. Documents stream; only a PDF that must be cut is held whole, and then in one place.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use super::onpaper::OnPaper;
use crate::pdf::Renderer;
use crate::plugins::{CaseSource, PdfRenderer};
use crate::store::{Hash, Store};

/// A PDF larger than this is not cut: it would have to be in memory.
pub(super) const LARGEST_PDF: u64 = 128 << 20;

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
    cuts: Mutex<HashMap<(String, u32), Arc<Cut>>>,
}

/// How a document was cut.
enum Cut {
    /// It fits as it is.
    Whole,
    /// It cannot be cut.
    Not,
    /// At these offsets of the document, the last its end.
    At(Vec<u64>),
    /// Into a file without a name, at these offsets of it.
    Into(File, Vec<u64>),
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
        }
    }

    fn held(&self, id: &str) -> Result<&Held, String> {
        self.held
            .get(id)
            .ok_or_else(|| format!("the case has no document {id:?}"))
    }

    fn cut(&self, id: &str, ceiling: u32) -> Result<Arc<Cut>, String> {
        let held = self.held(id)?;
        let key = (id.to_owned(), ceiling);
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cut) = cuts.get(&key) {
            return Ok(Arc::clone(cut));
        }
        let kind = held.media_type.split(';').next().unwrap_or_default();
        let failed =
            |error: &dyn std::fmt::Display| format!("document {id} cannot be cut: {error}");
        let cut = if held.size <= u64::from(ceiling) {
            Cut::Whole
        } else if kind == "application/pdf" && held.size <= LARGEST_PDF {
            self.cut_pdf(held, ceiling).map_err(|e| failed(&e))?
        } else if kind.starts_with("text/") || kind == "message/rfc822" {
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
    fn cut_pdf(&self, held: &Held, ceiling: u32) -> io::Result<Cut> {
        let mut pdf = Vec::new();
        self.store
            .open_document(&held.sha256)
            .map_err(io::Error::other)?
            .read_to_end(&mut pdf)?;
        let parts = match self.pdf.split(&pdf, u64::from(ceiling), false) {
            Ok(parts)
                if parts
                    .iter()
                    .all(|p| p.pdf.len() as u64 <= u64::from(ceiling)) =>
            {
                parts
            }
            Ok(_) => return Ok(Cut::Not),
            Err(why) => {
                tracing::info!(%why, "a large PDF was not cut");
                return Ok(Cut::Not);
            }
        };
        drop(pdf);
        let mut file = tempfile::tempfile()?;
        let mut ends = vec![0];
        for part in parts {
            file.write_all(&part.pdf)?;
            ends.push(ends.last().copied().unwrap_or(0) + part.pdf.len() as u64);
        }
        Ok(Cut::Into(file, ends))
    }
}

impl CaseSource for StoredCase {
    fn document(&self) -> Result<String, String> {
        Ok(self.document.clone())
    }

    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String> {
        let held = self.held(id)?;
        if let Some(paper) = &held.paper {
            return Ok(Box::new(paper.clone()));
        }
        let opened = self.store.open_document(&held.sha256);
        Ok(Box::new(opened.map_err(|error| {
            format!("document {id} cannot be opened: {error}")
        })?))
    }

    fn attachment_parts(&self, id: &str, ceiling: u32) -> Result<u32, String> {
        Ok(match self.cut(id, ceiling)?.as_ref() {
            Cut::Not => 0,
            Cut::Whole => 1,
            Cut::At(ends) | Cut::Into(_, ends) => u32::try_from(ends.len() - 1).unwrap_or(u32::MAX),
        })
    }

    fn open_attachment_part(
        &self,
        id: &str,
        ceiling: u32,
        part: u32,
    ) -> Result<Box<dyn Read + Send>, String> {
        let missing = || format!("document {id} has no part {part}");
        let cut = self.cut(id, ceiling)?;
        let piece = |ends: &[u64]| -> Option<(u64, u64)> {
            let at = usize::try_from(part).ok()?;
            Some((*ends.get(at.checked_sub(1)?)?, *ends.get(at)?))
        };
        match cut.as_ref() {
            Cut::Whole if part == 1 => self.open_attachment(id),
            Cut::Whole | Cut::Not => Err(missing()),
            Cut::At(ends) => {
                let (from, to) = piece(ends).ok_or_else(missing)?;
                let held = self.held(id)?;
                let opened = self
                    .store
                    .open_document(&held.sha256)
                    .map_err(|error| error.to_string())?;
                Ok(Box::new(opened.range(from, to)))
            }
            Cut::Into(_, ends) => {
                let (at, end) = piece(ends).ok_or_else(missing)?;
                Ok(Box::new(Piece {
                    cut: Arc::clone(&cut),
                    at,
                    end,
                }))
            }
        }
    }
}

/// A piece of a cut PDF.
struct Piece {
    cut: Arc<Cut>,
    at: u64,
    end: u64,
}

impl Read for Piece {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Cut::Into(file, _) = self.cut.as_ref() else {
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
