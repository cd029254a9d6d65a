//! Numbers the pages of a PDF that somebody else made: `C-2026-0042 / 05-03 / 4 of 12` at the foot of each, as on
//! the pages that Redress sets.
//!
//! A file is numbered by an addition at its end, an incremental update, so that the received file is the exact
//! beginning of the numbered one and anyone can prove it unchanged. What is drawn on a page is neither unpacked nor
//! rewritten: it is put between a `q` and as many `Q` as it leaves open ([`drawing`]), and the line is drawn after it,
//! where the page as shown has its foot ([`sheet`]), in letters of our own ([`face`]).
//!
//! What cannot be numbered without a risk to what it shows is refused with a reason, and goes out as it came.

pub(super) mod drawing;
pub(super) mod face;
pub(super) mod sheet;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, Stream, StringFormat};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::face::Face;
use self::sheet::Sheet;
use super::PdfError;

/// What goes before the pages' numbers, and how they count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// `C-2026-0042 / 05-03`.
    pub stamp: String,
    /// The number of the file's first page: more than 1 in the later pieces of a document that was cut.
    pub first: u32,
    /// Of how many; none for as many as the file has.
    pub of: Option<u32>,
}

impl Numbering {
    /// The longest stamp: so that a number of four figures still fits on the foot of a narrow page.
    pub const LONGEST: usize = 60;

    /// Whether the words can stand before a number: a few plain letters, which our font surely has.
    pub fn fits(stamp: &str) -> bool {
        (1..=Self::LONGEST).contains(&stamp.len())
            && stamp.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
    }
}

/// About the most that numbers add to a PDF of so many pages. To plan with: what was added is measured all the same.
pub(super) fn room(pages: u32) -> u64 {
    (16 << 10) + (2 << 10) * u64::from(pages)
}

/// What makes a numbered PDF of this one when it is put behind it.
pub(super) fn tail(pdf: Vec<u8>, numbering: &Numbering) -> Result<Vec<u8>, PdfError> {
    let length = pdf.len();
    if !pdf.starts_with(b"%PDF-") {
        return no("it does not begin as a PDF should");
    }
    let document = load(&pdf)?;
    if document.is_encrypted() || document.was_encrypted() {
        return no("it is protected with a password");
    }
    // Behind a damaged file an addition would point back at what is not there.
    if document.xref_recovery.is_some() || document.xref_start == 0 {
        return no("it is damaged; open it, save it anew and add it again");
    }
    // A piece of a document has lost its signature already.
    if numbering.of.is_none() && is_signed(&document) {
        return no(
            "it is signed digitally, and numbers would make programs say that it was changed",
        );
    }
    let pages = pages(&document)?;
    let (objects, last) = numbered(&document, &pages, numbering)?;

    let mut trailer = Dictionary::new();
    for key in [b"Root".as_slice(), b"Info"] {
        if let Ok(value) = document.trailer.get(key) {
            trailer.set(key, value.clone());
        }
    }
    trailer.set("Prev", document.xref_start as i64);
    if let Some(id) = identifier(&document, numbering) {
        trailer.set("ID", id);
    }
    let mut addition = IncrementalDocument::create_from(pdf, document);
    addition.new_document.trailer = trailer;
    addition.new_document.objects = objects;
    addition.new_document.max_id = last;
    let mut whole = Vec::with_capacity(length + room(count(&pages)) as usize);
    addition
        .save_to(&mut whole)
        .map_err(|e| PdfError::CannotNumber(format!("the numbers could not be added ({e})")))?;
    drop(addition);
    // Evidence that opens nowhere is worse than evidence without numbers.
    let again = load(&whole)?;
    if again.xref_recovery.is_some() || self::pages(&again)? != pages {
        return no("its pages are not found again when they are numbered");
    }
    Ok(whole.split_off(length))
}

fn no<T>(why: &str) -> Result<T, PdfError> {
    Err(PdfError::CannotNumber(why.into()))
}

fn load(pdf: &[u8]) -> Result<Document, PdfError> {
    Document::load_mem(pdf).map_err(|e| PdfError::CannotNumber(format!("it cannot be read ({e})")))
}

fn count(pages: &[ObjectId]) -> u32 {
    u32::try_from(pages.len()).unwrap_or(u32::MAX)
}

/// The pages in order, when every reader would find the same ones.
pub(super) fn pages(document: &Document) -> Result<Vec<ObjectId>, PdfError> {
    let pages: Vec<ObjectId> = document.page_iter().collect();
    let said = document
        .catalog()
        .and_then(|catalog| catalog.get_deref(b"Pages", document)?.as_dict())
        .and_then(|root| root.get_deref(b"Count", document)?.as_i64());
    let once: BTreeSet<&ObjectId> = pages.iter().collect();
    if pages.is_empty() || once.len() != pages.len() || said.ok() != Some(pages.len() as i64) {
        return no("its list of pages contradicts itself");
    }
    Ok(pages)
}

/// A signature names the bytes that it covers.
fn is_signed(document: &Document) -> bool {
    fn covers(object: &Object) -> bool {
        match object {
            Object::Dictionary(d) => d.has(b"ByteRange") || d.iter().any(|(_, v)| covers(v)),
            Object::Array(items) => items.iter().any(covers),
            _ => false,
        }
    }
    document.objects.values().any(covers)
}

/// The first half names the document for ever, the second this state of it; nothing in it is left to chance.
fn identifier(document: &Document, numbering: &Numbering) -> Option<Object> {
    let id = document.trailer.get_deref(b"ID", document).ok()?;
    let [first, second] = id.as_array().ok()?.as_slice() else {
        return None;
    };
    let mut hash = Sha256::new();
    hash.update(second.as_str().ok()?);
    hash.update(serde_json::to_vec(numbering).ok()?);
    let state = hash.finalize()[..16].to_vec();
    Some(Object::Array(vec![
        first.clone(),
        Object::String(state, StringFormat::Hexadecimal),
    ]))
}

/// The objects that are new or different in the numbered document, and the highest number of them.
fn numbered(
    document: &Document,
    pages: &[ObjectId],
    numbering: &Numbering,
) -> Result<(BTreeMap<ObjectId, Object>, u32), PdfError> {
    if document.max_id > i32::MAX as u32 {
        return no("its objects are numbered beyond what programs read");
    }
    let of = numbering.of.unwrap_or(count(pages));
    let mut changes = Changes {
        document,
        objects: BTreeMap::new(),
        last: document.max_id,
        named: HashMap::new(),
    };
    let used = format!("{} / 0123456789 of ", numbering.stamp);
    let face = Face::of(&used).ok_or_else(|| PdfError::Fault("no font for the numbers".into()))?;
    let font = face
        .objects(|object| changes.add(object))
        .ok_or_else(|| PdfError::Fault("no font for the numbers".into()))?;
    let before = changes.add(Object::Stream(stream(b"q\n".to_vec())));
    let mut may_read = drawing::MOST_IN_ALL;
    for (page, at) in pages.iter().zip(numbering.first..) {
        let unfit = |why: &str| {
            let page = at - numbering.first + 1;
            PdfError::CannotNumber(format!("page {page} {why}"))
        };
        let dictionary = document
            .get_dictionary(*page)
            .map_err(|_| unfit("cannot be read"))?;
        let sheet = Sheet::of(document, dictionary).ok_or_else(|| unfit("has no proper size"))?;
        let contents = drawing::contents(document, dictionary).map_err(unfit)?;
        let left = drawing::left(document, &contents, &mut may_read).map_err(unfit)?;
        let name = changes
            .name_font(*page, font)
            .ok_or_else(|| unfit("has resources that cannot be read"))?;
        let mut after = left.closing();
        after.extend(sheet.foot(&face, &name, &format!("{} / {at} of {of}", numbering.stamp)));
        let after = changes.add(Object::Stream(stream(after)));
        let mut parts = vec![Object::Reference(before)];
        parts.extend(contents.into_iter().map(Object::Reference));
        parts.push(Object::Reference(after));
        let place = Place {
            object: *page,
            path: Vec::new(),
        };
        let page = changes.edit(&place);
        page.ok_or_else(|| unfit("cannot be read"))?
            .set("Contents", parts);
    }
    Ok((changes.objects, changes.last))
}

fn stream(content: Vec<u8>) -> Stream {
    Stream::new(Dictionary::new(), content)
}

/// What differs from the document so far.
struct Changes<'a> {
    document: &'a Document,
    objects: BTreeMap<ObjectId, Object>,
    last: u32,
    /// The names that our font was given, for pages share their fonts.
    named: HashMap<Place, Vec<u8>>,
}

/// Where a dictionary stands: in an object, under these keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    object: ObjectId,
    path: Vec<&'static [u8]>,
}

/// A broken file can have folders in a ring.
const DEEPEST: usize = 64;

impl Changes<'_> {
    fn add(&mut self, object: Object) -> ObjectId {
        self.last += 1;
        self.objects.insert((self.last, 0), object);
        (self.last, 0)
    }

    /// The dictionary at a place, to be changed.
    fn edit(&mut self, place: &Place) -> Option<&mut Dictionary> {
        if !self.objects.contains_key(&place.object) {
            let held = self.document.objects.get(&place.object)?.as_dict().ok()?;
            let held = Object::Dictionary(held.clone());
            self.objects.insert(place.object, held);
        }
        let mut at = self.objects.get_mut(&place.object)?.as_dict_mut().ok()?;
        for key in &place.path {
            at = at.get_mut(key).ok()?.as_dict_mut().ok()?;
        }
        Some(at)
    }

    fn look(&self, place: &Place) -> Option<&Dictionary> {
        let changed = self.objects.get(&place.object);
        let object = changed.or_else(|| self.document.objects.get(&place.object))?;
        let mut at = object.as_dict().ok()?;
        for key in &place.path {
            at = at.get(key).ok()?.as_dict().ok()?;
        }
        Some(at)
    }

    /// The place of the dictionary under a key: there, in an object of its own, or made now.
    fn under(&mut self, mut place: Place, key: &'static [u8]) -> Option<Place> {
        match self.look(&place)?.get(key) {
            Ok(reference @ Object::Reference(_)) => {
                let (object, _) = self.document.dereference(reference).ok()?;
                let (object, path) = (object?, Vec::new());
                return Some(Place { object, path });
            }
            Ok(Object::Dictionary(_)) => {}
            Ok(Object::Null) | Err(_) => self.edit(&place)?.set(key, Dictionary::new()),
            Ok(_) => return None,
        }
        place.path.push(key);
        Some(place)
    }

    /// Puts our font among those that the page uses, wherever they stand, and says its name there.
    fn name_font(&mut self, page: ObjectId, font: ObjectId) -> Option<Vec<u8>> {
        let owner = Place {
            object: self.owner(page),
            path: Vec::new(),
        };
        let resources = self.under(owner, b"Resources")?;
        let fonts = self.under(resources, b"Font")?;
        if let Some(name) = self.named.get(&fonts) {
            return Some(name.clone());
        }
        let held = self.edit(&fonts)?;
        let name = (1..)
            .map(|n: u64| format!("Numbers{n}").into_bytes())
            .find(|name| !held.has(name))?;
        held.set(name.clone(), font);
        self.named.insert(fonts, name.clone());
        Some(name)
    }

    /// The page, or the folder above it from which it has its resources.
    fn owner(&self, page: ObjectId) -> ObjectId {
        let mut at = page;
        for _ in 0..DEEPEST {
            let Ok(dictionary) = self.document.get_dictionary(at) else {
                break;
            };
            // Null is as good as nothing: what stands above still counts.
            if dictionary
                .get(b"Resources")
                .is_ok_and(|held| !matches!(self.document.dereference(held), Ok((_, Object::Null))))
            {
                return at;
            }
            match dictionary.get(b"Parent").and_then(Object::as_reference) {
                Ok(above) => at = above,
                Err(_) => break,
            }
        }
        page
    }
}

#[cfg(test)]
mod tests;
