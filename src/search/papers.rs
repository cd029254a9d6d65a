//! The words of documents, read once and kept packed beside them.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::{Search, SearchError};
use crate::domain::case::Document;
use crate::papers::words;
use crate::store::{Hash, Rows, StoreError, T, WriteError};

/// Larger documents are not read: films, scans of whole archives.
const LARGEST: u64 = 64 << 20;
/// Bytes that the words of one document may unpack to.
const MOST: u64 = 8 << 20;

/// The words of a document that were kept; none when they were not read yet.
pub(super) fn kept(rows: &(dyn Rows + '_), hex_sha256: &str) -> Result<Option<String>, StoreError> {
    let Some(sha256) = hash(hex_sha256) else {
        return Ok(None);
    };
    let found = rows.get(T::DocumentWords, &sha256)?;
    Ok(found.map(|packed| {
        let mut words = Vec::new();
        // What cannot be unpacked is as good as a document without words.
        let _ = DeflateDecoder::new(&packed[..])
            .take(MOST)
            .read_to_end(&mut words);
        String::from_utf8_lossy(&words).into_owned()
    }))
}

impl Search {
    /// The words of a document, read from it and kept if that was not done before. One that has none, or cannot be
    /// read, has the empty text.
    pub(super) fn words_of(
        &self,
        rows: &(dyn Rows + '_),
        document: &Document,
    ) -> Result<String, SearchError> {
        if let Some(words) = kept(rows, &document.sha256)? {
            return Ok(words);
        }
        let Some(sha256) = hash(&document.sha256) else {
            return Ok(String::new());
        };
        let words = self.read_words(&sha256, document)?.unwrap_or_default();
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
        packed
            .write_all(words.as_bytes())
            .map_err(StoreError::from)?;
        let packed = packed.finish().map_err(StoreError::from)?;
        let keep = self.store.write(move |tx| -> Result<(), StoreError> {
            // It may have been erased while it was read.
            if tx.document(&sha256)?.is_some() {
                tx.put(T::DocumentWords, &sha256, &packed)?;
            }
            Ok(())
        });
        keep.map_err(WriteError::flatten)?;
        Ok(words)
    }

    fn read_words(
        &self,
        sha256: &Hash,
        document: &Document,
    ) -> Result<Option<String>, SearchError> {
        let kind = document.media_type.as_str();
        if document.size > LARGEST || kind.starts_with("image/") || kind.starts_with("video/") {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let opened = match self.store.open_document(sha256) {
            Err(StoreError::NoDocument(_)) => return Ok(None),
            opened => opened?,
        };
        opened
            .take(LARGEST)
            .read_to_end(&mut bytes)
            .map_err(StoreError::from)?;
        if kind != "application/pdf" {
            return Ok(words(&bytes, kind, &document.file_name));
        }
        match self.renderer.words(&bytes) {
            Ok(words) => Ok(Some(words)),
            Err(why) => {
                tracing::info!(document = %document.id, %why, "a PDF cannot be searched");
                Ok(None)
            }
        }
    }
}

fn hash(hex_sha256: &str) -> Option<Hash> {
    let mut sha256 = [0; 32];
    hex::decode_to_slice(hex_sha256, &mut sha256).ok()?;
    Some(sha256)
}
