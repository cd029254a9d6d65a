//! Full text: the words of every case and of its documents, ranked, in the same file.
//!
//! One entry for each case, made of what its events say ([`said`]) and of the words in its documents ([`papers`]), so
//! that words asked for together may stand in different notes. tantivy keeps it, over rows of the record ([`files`]).
//! It follows the record in the background ([`keep`]) and holds nothing that the record does not: lost or damaged, it is
//! made again. Who may see what it finds is the desk's to decide.

mod ask;
mod files;
mod keep;
mod papers;
mod passage;
mod said;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer,
    TextAnalyzer,
};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyError};

use crate::pdf::Renderer;
use crate::store::{Store, StoreError};
use files::Files;

pub use ask::{Asker, Found, Wanted};
pub use passage::{Passage, Passages, Source};

/// Raised when the same words would be indexed differently: an index of another number is made again.
const VERSION: u32 = 1;
/// The name of the one way in which text is taken apart, when it is indexed and when it is asked for.
const ENGLISH: &str = "english";
/// Longer words are none: keys, hashes, links.
const LONGEST: usize = 60;

/// Why nothing could be found or indexed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SearchError {
    /// The record could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index could not; it is made again.
    #[error("the index of the full-text search: {0}")]
    Index(String),
}

impl From<TantivyError> for SearchError {
    fn from(error: TantivyError) -> Self {
        Self::Index(error.to_string())
    }
}

/// How far the index has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The last event that it has taken in.
    pub event: u64,
    /// While it is first made: cases that are in it.
    pub building: Option<u64>,
}

/// The full-text search of one file.
pub struct Search {
    store: Store,
    renderer: Renderer,
    opened: Mutex<Option<Arc<Opened>>>,
}

/// The index in use.
struct Opened {
    files: Files,
    index: Index,
    reader: IndexReader,
    fields: Fields,
}

#[derive(Clone, Copy)]
struct Fields {
    case: Field,
    said: Field,
    papers: Field,
    /// Documents that not everybody who reads the case may read.
    delicate: Field,
}

/// What the index says of itself with each commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    version: u32,
    /// The last event taken in.
    event: u64,
    /// While it is first made: the last case that is in it, and how many are.
    building: Option<(u64, u64)>,
}

impl Search {
    /// Over an open file. Nothing is read until it is first asked or brought up to date.
    pub fn new(store: Store, renderer: &Renderer) -> Self {
        Self {
            store,
            renderer: renderer.apart(),
            opened: Mutex::default(),
        }
    }

    /// How far the index has come.
    ///
    /// # Errors
    /// What the file or the index says.
    pub fn standing(&self) -> Result<Standing, SearchError> {
        let mark = self.open()?.mark()?;
        Ok(Standing {
            event: mark.event,
            building: mark.building.map(|(_, cases)| cases),
        })
    }

    fn open(&self) -> Result<Arc<Opened>, SearchError> {
        let mut kept = self.kept();
        if let Some(opened) = &*kept {
            return Ok(Arc::clone(opened));
        }
        let opened = Arc::new(Opened::over(&self.store)?);
        *kept = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Lets go of the index, so that it is opened again: after a failure what is in memory may not be what is kept.
    fn let_go(&self) {
        self.kept().take();
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<Opened>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opened {
    /// Opens the index of a file; one that is not as this version keeps it, or cannot be read, is begun again.
    fn over(store: &Store) -> Result<Self, SearchError> {
        let files = Files::open(store.clone())?;
        let opened = Self::open(files.clone()).and_then(|opened| {
            let mark = opened.mark()?;
            Ok((mark.version == VERSION).then_some(opened))
        });
        match opened {
            Ok(Some(opened)) => return Ok(opened),
            Ok(None) => {}
            Err(SearchError::Index(why)) => {
                tracing::warn!(why, "the full-text index is made again")
            }
            Err(error) => return Err(error),
        }
        files.clear()?;
        Self::open(files)
    }

    fn open(files: Files) -> Result<Self, SearchError> {
        let (schema, fields) = schema();
        let index = Index::open_or_create(files.clone(), schema)?;
        index.tokenizers().register(ENGLISH, english());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            files,
            index,
            reader,
            fields,
        })
    }

    fn mark(&self) -> Result<Mark, SearchError> {
        let Some(payload) = self.index.load_metas()?.payload else {
            // Nothing was committed yet.
            return Ok(Mark {
                version: VERSION,
                ..Mark::default()
            });
        };
        serde_json::from_str(&payload).map_err(|error| SearchError::Index(error.to_string()))
    }
}

fn schema() -> (Schema, Fields) {
    let text = TextFieldIndexing::default()
        .set_tokenizer(ENGLISH)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(text);
    let mut schema = Schema::builder();
    let fields = Fields {
        case: schema.add_u64_field("case", INDEXED | FAST),
        said: schema.add_text_field("said", text.clone()),
        papers: schema.add_text_field("papers", text.clone()),
        delicate: schema.add_text_field("delicate", text),
    };
    (schema.build(), fields)
}

/// How text is taken apart: words without case, accents and English endings.
fn english() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(Language::English))
        .build()
}
