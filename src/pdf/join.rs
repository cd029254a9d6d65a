//! Carries the pages of one PDF over into another that is being written: its objects under new numbers, each page
//! self-contained and ready for a line at its foot. The other PDF is written by the host, one such part after the
//! other, so that only one is in memory at a time.
//!
//! What the foot says is known only when all pages are counted. So each page ends with a drawing of its own that does
//! not exist yet ([`JoinedPage::foot`]); [`feet`] makes them all at the end.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, Writer};
use serde::{Deserialize, Serialize};

use super::PdfError;
use super::number::drawing;
use super::number::face::Face;
pub use super::number::sheet::Sheet;
use super::split::{Source, open, without};

/// How a PDF is carried over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joining {
    /// The number of its first object.
    pub first: u32,
    /// The folder of pages that it comes under.
    pub parent: u32,
    /// The font of the feet.
    pub font: u32,
    /// The pages that links to `redress:part/1`, `…/2` lead to; empty for a PDF that somebody else made.
    pub links: Vec<u32>,
}

/// Where the objects stand that were carried over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    /// The pages in order.
    pub pages: Vec<JoinedPage>,
    /// Number and place in the bytes of each object.
    pub objects: Vec<(u32, u64)>,
    /// The next number that is free.
    pub next: u32,
}

/// A page that was carried over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JoinedPage {
    /// Its number as an object.
    pub id: u32,
    /// The drawing that is still to be made, and the size of the page; none where a foot could spoil what it shows.
    pub foot: Option<(u32, Sheet)>,
}

/// The font of the feet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feet {
    /// The number that was promised for it.
    pub font: u32,
    /// The number of the first of the further objects that it needs.
    pub first: u32,
}

/// What one page's foot says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Foot {
    /// The page.
    pub sheet: Sheet,
    /// `C-2026-0042 / 04-03 / page 14 of 92`: plain letters.
    pub line: String,
}

/// The feet as drawings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Number and place in the bytes of each object of the font.
    pub objects: Vec<(u32, u64)>,
    /// The next number that is free.
    pub next: u32,
    /// The drawing of each foot.
    pub feet: Vec<String>,
}

/// The name of our font on each page.
const FONT: &str = "RedressFoot";
/// Stand for the font and the folder of pages until the objects have their numbers. No PDF that is taken has them.
const FONT_HERE: ObjectId = (u32::MAX, 7);
const PARENT_HERE: ObjectId = (u32::MAX, 8);
/// Before the number of a part, where the template `contents` links to it.
const LINK: &str = "redress:part/";

/// Carries a PDF over. What it shows must be what it showed: what cannot be carried over surely is refused.
pub(super) fn carry(pdf: Vec<u8>, joining: &Joining) -> Result<(Vec<u8>, Joined), PdfError> {
    let document = open(&pdf)?;
    drop(pdf);
    if document.xref_recovery.is_some() {
        return no("it is damaged, and pages of it may be missing");
    }
    if has_hidden_layers(&document) {
        return no("it has layers that are switched off and would be shown");
    }
    let ids = super::number::pages(&document)
        .map_err(|_| PdfError::CannotSplit("its list of pages contradicts itself".into()))?;
    if document.max_id > i32::MAX as u32 {
        return no("its objects are numbered beyond what programs read");
    }
    let mut fresh = Fresh {
        last: document.max_id,
        objects: BTreeMap::new(),
    };
    let before = fresh.add(stream(b"q\n".to_vec()));
    let mut source = Source::new(document, &ids);
    let mut may_read = drawing::MOST_IN_ALL;
    let (mut used, mut pages) = (BTreeSet::new(), Vec::new());
    for id in &ids {
        let mut page = source.page(*id);
        source.uses(*id, &mut used);
        let foot = fresh.ready(&source.document, &mut page, before, &mut may_read);
        pages.push((*id, page, foot));
    }
    let feet = pages
        .iter()
        .filter_map(|(_, _, foot)| Some(foot.as_ref()?.0));
    let all = ids.iter().chain(&used).chain(fresh.objects.keys()).copied();
    let all: BTreeSet<ObjectId> = all.chain(feet).collect();
    let names: BTreeMap<ObjectId, u32> = all.into_iter().zip(joining.first..).collect();
    let mut joined = Joined {
        next: joining.first + u32::try_from(names.len()).unwrap_or(u32::MAX),
        ..Joined::default()
    };
    let renaming = Renaming {
        names: &names,
        font: joining.font,
        parent: joining.parent,
        links: &joining.links,
    };
    let mut out = Vec::new();
    let mut put = |id: ObjectId, mut object: Object| -> Result<u32, PdfError> {
        renaming.rename(&mut object);
        let number = names.get(&id).copied().unwrap_or_default();
        joined.objects.push((number, out.len() as u64));
        write(&mut out, number, object)?;
        Ok(number)
    };
    for (id, mut page, foot) in pages {
        page.set("Type", Object::Name(b"Page".to_vec()));
        page.set("Parent", Object::Reference(PARENT_HERE));
        put(id, Object::Dictionary(page))?;
        joined.pages.push(JoinedPage {
            id: names.get(&id).copied().unwrap_or_default(),
            foot: foot.and_then(|(foot, sheet)| Some((*names.get(&foot)?, sheet))),
        });
    }
    for id in used {
        match source.document.objects.remove(&id) {
            Some(object @ Object::Stream(_)) => put(id, object)?,
            Some(object) => put(id, without(&object))?,
            None => continue,
        };
    }
    for (id, object) in fresh.objects {
        put(id, object)?;
    }
    Ok((out, joined))
}

/// Draws the feet of all pages and makes the font that they are set in.
pub(super) fn feet(body: &[u8], feet: &Feet) -> Result<(Vec<u8>, Drawn), PdfError> {
    let fault = |why: &str| PdfError::Fault(why.into());
    let pages: Vec<Foot> =
        serde_json::from_slice(body).map_err(|error| fault(&error.to_string()))?;
    let words: String = pages.iter().map(|page| page.line.as_str()).collect();
    let letters: BTreeSet<char> = words.chars().chain("0".chars()).collect();
    let letters: String = letters.into_iter().collect();
    let face = Face::of(&letters).ok_or_else(|| fault("no font for the feet of the pages"))?;
    let mut made = Vec::new();
    let font = face.objects(|object| {
        let id = (feet.first + made.len() as u32, 0);
        made.push((id, object));
        id
    });
    let font = font.ok_or_else(|| fault("no font for the feet of the pages"))?;
    let mut drawn = Drawn {
        next: feet.first + made.len() as u32,
        ..Drawn::default()
    };
    let mut out = Vec::new();
    for (id, object) in made {
        // Nothing points at the font itself yet but the pages, by the number that was promised.
        let number = if id == font { feet.font } else { id.0 };
        drawn.objects.push((number, out.len() as u64));
        write(&mut out, number, object)?;
    }
    let one = |page: &Foot| page.sheet.foot(&face, FONT.as_bytes(), &page.line);
    let text = |drawing: Vec<u8>| String::from_utf8_lossy(&drawing).into_owned();
    drawn.feet = pages.iter().map(|page| text(one(page))).collect();
    Ok((out, drawn))
}

fn no<T>(why: &str) -> Result<T, PdfError> {
    Err(PdfError::CannotSplit(why.into()))
}

fn stream(content: Vec<u8>) -> Object {
    Object::Stream(Stream::new(Dictionary::new(), content))
}

/// Whether a layer is off at first: what says so stands outside the pages and is not carried over.
fn has_hidden_layers(document: &Document) -> bool {
    let first = document
        .catalog()
        .and_then(|catalog| catalog.get_deref(b"OCProperties", document)?.as_dict())
        .and_then(|layers| layers.get_deref(b"D", document)?.as_dict());
    let Ok(first) = first else { return false };
    let off = first.get_deref(b"OFF", document);
    let none_off = off.map_or(true, |off| off.as_array().is_ok_and(Vec::is_empty));
    let base = first.get_deref(b"BaseState", document);
    let on = base.map_or(true, |base| base.as_name().is_ok_and(|name| name == b"ON"));
    !(none_off && on)
}

/// Objects that the PDF did not have.
struct Fresh {
    last: u32,
    objects: BTreeMap<ObjectId, Object>,
}

impl Fresh {
    fn reserve(&mut self) -> ObjectId {
        self.last += 1;
        (self.last, 0)
    }

    fn add(&mut self, object: Object) -> ObjectId {
        let id = self.reserve();
        self.objects.insert(id, object);
        id
    }

    /// Readies a page for a foot: its drawing between a `q` and what closes it, our font among its own. A page that
    /// cannot be readied without a risk to what it shows stays as it is.
    fn ready(
        &mut self,
        document: &Document,
        page: &mut Dictionary,
        before: ObjectId,
        may_read: &mut usize,
    ) -> Option<(ObjectId, Sheet)> {
        let sheet = Sheet::of(document, page)?;
        let contents = drawing::contents(document, page).ok()?;
        let left = drawing::left(document, &contents, may_read).ok()?;
        let mut resources = dictionary(document, page, b"Resources")?;
        let mut fonts = dictionary(document, &resources, b"Font")?;
        fonts.set(FONT, Object::Reference(FONT_HERE));
        resources.set("Font", fonts);
        page.set("Resources", resources);
        let (after, foot) = (self.add(stream(left.closing())), self.reserve());
        let parts = [before].into_iter().chain(contents).chain([after, foot]);
        page.set("Contents", parts.map(Object::Reference).collect::<Vec<_>>());
        Some((foot, sheet))
    }
}

/// A copy of what stands under a key; empty when nothing does.
fn dictionary(document: &Document, of: &Dictionary, key: &[u8]) -> Option<Dictionary> {
    match of.get_deref(key, document) {
        Ok(found @ Object::Dictionary(_)) => match without(found) {
            Object::Dictionary(copy) => Some(copy),
            _ => None,
        },
        Ok(Object::Null) | Err(_) => Some(Dictionary::new()),
        Ok(_) => None,
    }
}

/// Gives references their new numbers.
struct Renaming<'a> {
    names: &'a BTreeMap<ObjectId, u32>,
    font: u32,
    parent: u32,
    links: &'a [u32],
}

/// Actions that do more than lead somewhere. A file that is put together from others does none of them.
const UNDONE: [&[u8]; 8] = [
    b"JavaScript",
    b"Launch",
    b"ImportData",
    b"SubmitForm",
    b"ResetForm",
    b"Rendition",
    b"Movie",
    b"Sound",
];

impl Renaming<'_> {
    fn rename(&self, object: &mut Object) {
        match object {
            Object::Reference(id) => {
                *object = if *id == FONT_HERE {
                    Object::Reference((self.font, 0))
                } else if *id == PARENT_HERE {
                    Object::Reference((self.parent, 0))
                } else {
                    match self.names.get(id) {
                        Some(number) => Object::Reference((*number, 0)),
                        None => Object::Null,
                    }
                };
            }
            Object::Array(items) => items.iter_mut().for_each(|item| self.rename(item)),
            Object::Dictionary(held) => self.within(held),
            Object::Stream(held) => {
                self.within(&mut held.dict);
                held.dict.set("Length", held.content.len() as i64);
            }
            _ => {}
        }
    }

    fn within(&self, held: &mut Dictionary) {
        held.remove(b"AA");
        let action = held.get(b"S").and_then(Object::as_name);
        if action.is_ok_and(|action| UNDONE.contains(&action)) {
            *held = Dictionary::new();
        }
        if let Some(page) = self.led_to(held) {
            held.remove(b"A");
            // What a reader would be told of the address.
            held.remove(b"Contents");
            let there = [Object::Reference((page, 0)), Object::Name(b"Fit".to_vec())];
            held.iter_mut().for_each(|(_, value)| self.rename(value));
            held.set("Dest", there.to_vec());
            return;
        }
        held.iter_mut().for_each(|(_, value)| self.rename(value));
    }

    /// The page that a link of ours leads to.
    fn led_to(&self, held: &Dictionary) -> Option<u32> {
        if self.links.is_empty() {
            return None;
        }
        let uri = held.get(b"A").ok()?.as_dict().ok()?.get(b"URI").ok()?;
        let uri = std::str::from_utf8(uri.as_str().ok()?).ok()?;
        let part: usize = uri.strip_prefix(LINK)?.parse().ok()?;
        self.links.get(part.checked_sub(1)?).copied()
    }
}

/// Writes one object as files have it.
fn write(out: &mut Vec<u8>, number: u32, object: Object) -> Result<(), PdfError> {
    out.extend(format!("{number} 0 obj\n").bytes());
    Writer::write_object(out, &object)
        .map_err(|error| PdfError::CannotSplit(format!("it could not be written ({error})")))?;
    out.extend(b"\nendobj\n");
    Ok(())
}

#[cfg(test)]
#[path = "join_tests.rs"]
mod tests;
