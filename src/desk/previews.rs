//! Documents as they look, for a page: small pictures of photos, of phones' HEIC photos and of the pages of PDFs, and
//! the words of what has words. Made when they are first looked at, by a helper that may be killed, and kept in memory
//! for a while: the file holds documents, not pictures of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::documents::hash;
use super::{Desk, DeskError};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::Document;
use crate::domain::ids::{CaseRef, DocumentId};
use crate::papers;
use crate::pdf::{Look, PdfError, Renderer};
use crate::store::Hash;
use crate::store::documents::Outgoing;

/// Bytes of the largest file that is looked into.
pub const LARGEST: u64 = 64 << 20;
/// Bytes of pictures that are kept in memory.
const KEPT: usize = 16 << 20;
/// Characters of a file's words that are shown.
const MOST_WORDS: usize = 60_000;

/// How large a picture is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Size {
    /// For a list.
    Small,
    /// For reading.
    #[default]
    Large,
}

impl Size {
    /// Pixels of the longer edge.
    fn edge(self) -> u32 {
        match self {
            Size::Small => 200,
            Size::Large => 1600,
        }
    }
}

/// A picture of a document.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The picture, a JPEG.
    pub jpeg: Arc<[u8]>,
    /// Pages of the document.
    pub pages: u32,
}

/// Whether a file of this type and size has looks that can be drawn.
pub fn has_looks(media_type: &str, size: u64) -> bool {
    size <= LARGEST && Look::at(media_type, 1).is_some()
}

/// Whether the words of a file of this type and size can be read.
pub fn has_words(media_type: &str, size: u64) -> bool {
    let silent = ["image/", "video/", "audio/"];
    size <= LARGEST
        && !silent.iter().any(|start| media_type.starts_with(start))
        && media_type != "application/octet-stream"
}

/// What makes pictures, and those made last.
pub(super) struct Previews {
    renderer: Renderer,
    one_at_a_time: Semaphore,
    kept: Mutex<Kept>,
}

type Key = (Hash, u32, Size);

#[derive(Default)]
struct Kept {
    pictures: HashMap<Key, (u64, Result<Preview, String>)>,
    bytes: usize,
    used: u64,
}

impl Previews {
    pub(super) fn new(renderer: &Renderer) -> Self {
        Self {
            renderer: renderer.apart(),
            one_at_a_time: Semaphore::new(1),
            kept: Mutex::default(),
        }
    }

    /// Forgets every picture, as after an erasure.
    pub(super) fn forget(&self) {
        *self.kept() = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A picture half put in is a picture to be made again.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, key: &Key) -> Option<Result<Preview, String>> {
        self.used += 1;
        let (used, found) = self.pictures.get_mut(key)?;
        *used = self.used;
        Some(found.clone())
    }

    fn put(&mut self, key: Key, made: Result<Preview, String>) {
        let size = |made: &Result<Preview, String>| match made {
            Ok(preview) => preview.jpeg.len() + 200,
            Err(why) => why.len() + 200,
        };
        self.bytes += size(&made);
        if let Some((_, old)) = self.pictures.insert(key, (self.used, made)) {
            self.bytes -= size(&old);
        }
        while self.bytes > KEPT {
            let oldest = self.pictures.iter().min_by_key(|(_, (used, _))| *used);
            let Some(key) = oldest.map(|(key, _)| *key) else {
                break;
            };
            if let Some((_, old)) = self.pictures.remove(&key) {
                self.bytes -= size(&old);
            }
        }
    }
}

impl Desk {
    /// A picture of one page of a document, from 1; a photo has one.
    ///
    /// # Errors
    /// As [`Desk::open_document`]; [`DeskError::Invalid`] for a document that has no looks, or none at that page.
    pub async fn preview(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        id: DocumentId,
        page: u32,
        size: Size,
    ) -> Result<Preview, DeskError> {
        let (who, reference) = (actor.clone(), reference.clone());
        let open = self.away(move |desk| desk.open_document(&who, &reference, id));
        let open = open.await?;
        let (media_type, sha256) = (open.document.media_type, hash(&open.document.sha256)?);
        self.picture(
            &media_type,
            open.document.size,
            sha256,
            open.bytes,
            page,
            size,
        )
        .await
    }

    /// A small picture of a file that waits with a draft of this person.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or as [`Desk::preview`].
    pub async fn preview_waiting(
        &self,
        actor: &Actor,
        slot: &str,
        sha256: &str,
    ) -> Result<Preview, DeskError> {
        super::need(actor, Permission::Attach)?;
        let draft = self.draft(actor, slot)?.ok_or(DeskError::NotFound)?;
        let mut files = draft.files.into_iter();
        let file = files.find(|file| file.sha256 == sha256);
        let file = file.ok_or(DeskError::NotFound)?;
        let address = hash(&file.sha256)?;
        let bytes = self.store().open_document(&address)?;
        self.picture(&file.media_type, file.size, address, bytes, 1, Size::Small)
            .await
    }

    async fn picture(
        &self,
        media_type: &str,
        length: u64,
        sha256: Hash,
        bytes: Outgoing,
        page: u32,
        size: Size,
    ) -> Result<Preview, DeskError> {
        let look = Look::at(media_type, page).filter(|_| has_looks(media_type, length));
        let Some(look) = look else {
            return Err(no_looks("Files of this kind or size have no preview here."));
        };
        if page != 1 && !matches!(look, Look::Page(_)) {
            return Err(no_looks(format!(
                "It is one picture and has no page {page}."
            )));
        }
        let previews = &self.inner.previews;
        let key = (sha256, page, size);
        if let Some(known) = previews.kept().get(&key) {
            return known.map_err(no_looks);
        }
        let turn = previews.one_at_a_time.acquire().await;
        // Whoever waited may find that the one before made it.
        if let Some(known) = previews.kept().get(&key) {
            return known.map_err(no_looks);
        }
        let made = self.away(move |desk| {
            let file = whole(bytes)?;
            let previews = &desk.inner.previews;
            let made = match previews.renderer.look(look, &file, size.edge()) {
                Ok(seen) => Ok(Preview {
                    jpeg: seen.jpeg.into(),
                    pages: seen.pages,
                }),
                Err(PdfError::Start(error)) => return Err(DeskError::Internal(error.to_string())),
                Err(error) => Err(format!("There is no preview of it: {error}.")),
            };
            previews.kept().put(key, made.clone());
            Ok(made)
        });
        let made = made.await;
        drop(turn);
        made?.map_err(no_looks)
    }

    /// The words of a document, as far as they are shown, and whether that is all of them.
    ///
    /// # Errors
    /// As [`Desk::open_document`]; [`DeskError::Invalid`] where it has no words or they cannot be read.
    pub fn words_of(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        id: DocumentId,
    ) -> Result<(String, bool), DeskError> {
        let open = self.open_document(actor, reference, id)?;
        let Document {
            media_type,
            file_name,
            size,
            ..
        } = open.document;
        if !has_words(&media_type, size) {
            return Err(no_looks(
                "The words of files of this kind or size are not read here.",
            ));
        }
        let file = whole(open.bytes)?;
        let words = if media_type == "application/pdf" {
            let read = self.inner.previews.renderer.words(&file);
            read.map_err(|error| no_looks(format!("Its words cannot be read: {error}.")))?
        } else {
            papers::words(&file, &media_type, &file_name)
                .ok_or_else(|| no_looks("Its words cannot be read."))?
        };
        let words = words.trim();
        Ok(match words.char_indices().nth(MOST_WORDS) {
            Some((end, _)) => (words[..end].to_owned(), false),
            None => (words.to_owned(), true),
        })
    }
}

fn whole(mut bytes: Outgoing) -> Result<Vec<u8>, DeskError> {
    let mut file = Vec::new();
    while let Some(chunk) = bytes.next_chunk()? {
        file.extend_from_slice(&chunk);
    }
    Ok(file)
}

fn no_looks(why: impl Into<String>) -> DeskError {
    DeskError::Invalid {
        field: "document",
        detail: format!("{} Download it to open it.", why.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(bytes: usize) -> Result<Preview, String> {
        Ok(Preview {
            jpeg: vec![0; bytes].into(),
            pages: 1,
        })
    }

    #[test]
    fn memory_holds_the_pictures_used_last() {
        let mut kept = Kept::default();
        let key = |n: u8| ([n; 32], 1, Size::Large);
        for n in 0..20 {
            kept.put(key(n), preview(1 << 20));
            assert!(
                kept.get(&key(0)).is_some(),
                "the one that is looked at often"
            );
        }
        assert!(kept.bytes <= KEPT);
        assert!(kept.get(&key(1)).is_none());
        assert!(kept.get(&key(19)).is_some());
        kept.put(key(0), Err("broken".into()));
        assert!(kept.get(&key(0)).is_some_and(|known| known.is_err()));
        let sum: usize = kept
            .pictures
            .values()
            .map(|(_, made)| made.as_ref().map_or(206, |p| p.jpeg.len() + 200))
            .sum();
        assert_eq!(sum, kept.bytes);
    }

    #[test]
    fn what_has_looks_and_words_is_known_by_its_type() {
        assert!(has_looks("image/heif", 2_000_000));
        assert!(!has_looks("image/heif", LARGEST + 1));
        assert!(!has_looks("image/svg+xml", 10));
        assert!(!has_looks("video/mp4", 10));
        assert!(has_words("text/plain", 10));
        assert!(!has_words("image/jpeg", 10));
    }
}
