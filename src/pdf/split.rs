//! Cuts a PDF by pages into parts that each fit a limit, and counts pages.
//!
//! A part is a new document with the chosen pages and only what they use, so that ten parts do not carry
//! the whole ten times. Links to pages in other parts go nowhere; forms and the outline are not carried over.

use std::collections::{BTreeSet, HashSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::PdfError;
use super::number::room;

/// One part of a PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// A whole PDF.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: u32,
}

/// How many pages the PDF has.
pub(super) fn count(pdf: &[u8]) -> Result<u32, PdfError> {
    Ok(u32::try_from(open(pdf)?.get_pages().len()).unwrap_or(u32::MAX))
}

/// Hands on the parts in order, each of at most `limit` bytes, as they are made. Where they are to be `numbered` there
/// is room for that, but for a page that alone leaves none.
pub(super) fn split(
    pdf: &[u8],
    limit: u64,
    numbered: bool,
    mut hand_on: impl FnMut(Part) -> Result<(), PdfError>,
) -> Result<(), PdfError> {
    let document = open(pdf)?;
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    if pages.is_empty() {
        return Err(PdfError::CannotSplit("it has no pages".into()));
    }
    let source = Source::new(document, &pages);
    let mut from = 0;
    while from < pages.len() {
        let mut to = source.estimate(&pages, from, limit);
        loop {
            let part = source.part(&pages[from..to])?;
            let alone = to - from == 1;
            let count = (to - from) as u32;
            let extra = if numbered && !alone { room(count) } else { 0 };
            if part.len() as u64 + extra <= limit {
                hand_on(Part {
                    pdf: part,
                    pages: count,
                })?;
                break;
            }
            if alone {
                return Err(PdfError::CannotSplit(format!(
                    "page {} alone has {} bytes and the limit is {limit}; scan it at a lower resolution",
                    from + 1,
                    part.len(),
                )));
            }
            // The estimate leaves out little, so a tenth less is nearly always enough.
            to -= ((to - from) / 10).max(1);
        }
        from = to;
    }
    Ok(())
}

/// What is said of a PDF that nobody can read without a password.
const HAS_PASSWORD: &str = "it has a password; save it without one";

impl PdfError {
    /// Whether the PDF could not be read for its password.
    pub fn is_password(&self) -> bool {
        matches!(self, PdfError::CannotSplit(why) if why == HAS_PASSWORD)
    }
}

pub(super) fn open(pdf: &[u8]) -> Result<Document, PdfError> {
    let document = Document::load_mem(pdf)
        .map_err(|e| PdfError::CannotSplit(format!("it cannot be read ({e})")))?;
    if document.is_encrypted() {
        return Err(PdfError::CannotSplit(HAS_PASSWORD.into()));
    }
    Ok(document)
}

pub(super) struct Source {
    pub(super) document: Document,
    all_pages: HashSet<ObjectId>,
}

/// What a page takes from the folders above it.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What would drag other pages along, or points into parts that are not carried over.
const LEFT_OUT: [&[u8]; 3] = [b"Parent", b"StructParents", b"StructParent"];

/// Whether a member drags others along. The beads of a page do; a font may well be called B too.
fn is_left_out(of: &Dictionary, key: &[u8]) -> bool {
    LEFT_OUT.contains(&key) || (key == b"B" && of.has_type(b"Page"))
}

impl Source {
    pub(super) fn new(document: Document, pages: &[ObjectId]) -> Source {
        Source {
            all_pages: pages.iter().copied().collect(),
            document,
        }
    }

    /// How far the pages from `from` on go before their objects exceed the limit; one page at least.
    fn estimate(&self, pages: &[ObjectId], from: usize, limit: u64) -> usize {
        let (mut used, mut bytes) = (BTreeSet::new(), 1_000);
        for (i, page) in pages.iter().enumerate().skip(from) {
            let fresh = self.uses(*page, &mut used);
            bytes += fresh
                .iter()
                .filter_map(|id| self.document.objects.get(id))
                .map(weight)
                .sum::<u64>();
            if bytes > limit {
                return i.max(from + 1);
            }
        }
        pages.len()
    }

    fn part(&self, pages: &[ObjectId]) -> Result<Vec<u8>, PdfError> {
        let mut part = Document::with_version(self.document.version.as_str());
        let mut used = BTreeSet::new();
        for page in pages {
            for id in self.uses(*page, &mut used) {
                if let Some(object) = self.document.objects.get(&id) {
                    part.objects.insert(id, without(object));
                }
            }
        }
        part.max_id = self.document.max_id;
        let root = part.new_object_id();
        for page in pages {
            let mut dictionary = self.page(*page);
            dictionary.set("Parent", root);
            part.objects.insert(*page, Object::Dictionary(dictionary));
        }
        let mut folder = Dictionary::new();
        folder.set("Type", Object::Name(b"Pages".to_vec()));
        folder.set("Count", pages.len() as i64);
        folder.set(
            "Kids",
            pages
                .iter()
                .map(|id| Object::Reference(*id))
                .collect::<Vec<_>>(),
        );
        part.objects.insert(root, Object::Dictionary(folder));

        let mut catalog = Dictionary::new();
        catalog.set("Type", Object::Name(b"Catalog".to_vec()));
        catalog.set("Pages", root);
        if let Ok(Object::String(language, format)) =
            self.document.catalog().and_then(|c| c.get(b"Lang"))
        {
            catalog.set("Lang", Object::String(language.clone(), *format));
        }
        let catalog = part.add_object(catalog);
        part.trailer.set("Root", catalog);
        part.renumber_objects();
        let mut out = Vec::new();
        part.save_to(&mut out)
            .map_err(|e| PdfError::CannotSplit(format!("a part could not be written ({e})")))?;
        Ok(out)
    }

    /// The page with what it inherits, and without what points elsewhere.
    pub(super) fn page(&self, id: ObjectId) -> Dictionary {
        let mut page = match self.document.get_dictionary(id) {
            Ok(page) => without_keys(page),
            Err(_) => Dictionary::new(),
        };
        let mut above = self.parent(id);
        // A broken file can have folders in a ring.
        for _ in 0..64 {
            let Some(folder) = above.and_then(|id| self.document.get_dictionary(id).ok()) else {
                break;
            };
            for key in INHERITED {
                if let (false, Ok(value)) = (page.has(key), folder.get(key)) {
                    page.set(key, without(value));
                }
            }
            above = folder.get(b"Parent").and_then(Object::as_reference).ok();
        }
        page
    }

    fn parent(&self, id: ObjectId) -> Option<ObjectId> {
        self.document
            .get_dictionary(id)
            .ok()?
            .get(b"Parent")
            .and_then(Object::as_reference)
            .ok()
    }

    /// Objects the page uses that are not in `used` yet, the page itself and other pages left out.
    pub(super) fn uses(&self, page: ObjectId, used: &mut BTreeSet<ObjectId>) -> Vec<ObjectId> {
        let mut fresh = Vec::new();
        let mut ahead = Vec::new();
        references(&Object::Dictionary(self.page(page)), &mut ahead);
        while let Some(id) = ahead.pop() {
            if self.all_pages.contains(&id) || !used.insert(id) {
                continue;
            }
            fresh.push(id);
            if let Some(object) = self.document.objects.get(&id) {
                references(object, &mut ahead);
            }
        }
        fresh
    }
}

fn references(object: &Object, found: &mut Vec<ObjectId>) {
    match object {
        Object::Reference(id) => found.push(*id),
        Object::Array(items) => items.iter().for_each(|o| references(o, found)),
        Object::Dictionary(d) => of_dictionary(d, found),
        Object::Stream(s) => of_dictionary(&s.dict, found),
        _ => {}
    }
}

fn of_dictionary(dictionary: &Dictionary, found: &mut Vec<ObjectId>) {
    for (key, value) in dictionary.iter() {
        if !is_left_out(dictionary, key) {
            references(value, found);
        }
    }
}

pub(super) fn without(object: &Object) -> Object {
    match object {
        Object::Array(items) => Object::Array(items.iter().map(without).collect()),
        Object::Dictionary(d) => Object::Dictionary(without_keys(d)),
        other => other.clone(),
    }
}

fn without_keys(dictionary: &Dictionary) -> Dictionary {
    let mut kept = Dictionary::new();
    for (key, value) in dictionary.iter() {
        if !is_left_out(dictionary, key) {
            kept.set(key.clone(), without(value));
        }
    }
    kept
}

/// About how many bytes an object takes in the file.
fn weight(object: &Object) -> u64 {
    match object {
        Object::Stream(s) => s.content.len() as u64 + dictionary_weight(&s.dict) + 60,
        Object::Dictionary(d) => dictionary_weight(d) + 40,
        Object::Array(items) => items.iter().map(weight).sum::<u64>() + 4,
        Object::String(s, _) | Object::Name(s) => s.len() as u64 + 4,
        _ => 10,
    }
}

fn dictionary_weight(dictionary: &Dictionary) -> u64 {
    dictionary
        .iter()
        .map(|(key, value)| key.len() as u64 + 4 + weight(value))
        .sum()
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
