//! The zip that an exporter writes: streamed, the same bytes every time, each entry hashed as it passes.
//!
//! An archive that is dropped before it is closed gets no central directory, so that no tool takes it for
//! whole. Its receiver must still discard what came.

use std::collections::HashMap;
use std::io::{self, BufWriter, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{Entry, Manifest, SCHEMA, Stamp};
use crate::plugins::{Archive, ArchiveError, Original};

/// What is known of an attachment before its bytes come.
#[derive(Debug, Clone, Default)]
pub struct Attachment {
    /// Media type, which tells whether to compress.
    pub media_type: String,
    /// Size.
    pub size: u64,
    /// The redaction that made it.
    pub redaction: Option<String>,
}

/// What a finished archive came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of the whole archive.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of the manifest, which no file inside can hold.
    pub manifest_sha256: Option<String>,
    /// Every entry but the manifest.
    pub entries: Vec<Entry>,
}

/// Where a finished archive says what it came to; empty until then.
#[derive(Debug, Clone, Default)]
pub struct Seal(Arc<Mutex<Option<Sealed>>>);

impl Seal {
    pub(super) fn fill(&self, sealed: Sealed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sealed);
    }

    /// What the archive came to, once it is whole.
    pub fn take(&self) -> Option<Sealed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A zip on its way to a writer.
pub struct ZipArchive<W: Write> {
    zip: Option<ZipWriter<StreamWriter<Tap<W>>>>,
    muted: Arc<AtomicBool>,
    stamp: Stamp,
    attachments: HashMap<String, Attachment>,
    manifest: Option<String>,
    open: Option<Open>,
    entries: Vec<Entry>,
    seal: Seal,
}

struct Open {
    path: String,
    record: Option<String>,
    original: Option<Original>,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> ZipArchive<W> {
    /// An archive of this case's attachments, by id. The seal is filled when it is closed.
    pub fn new(out: W, stamp: Stamp, attachments: HashMap<String, Attachment>) -> (Self, Seal) {
        let muted = Arc::new(AtomicBool::new(false));
        let out = BufWriter::with_capacity(64 << 10, out);
        let tap = Tap {
            out,
            hash: Sha256::new(),
            bytes: 0,
            muted: Arc::clone(&muted),
        };
        let seal = Seal::default();
        let archive = Self {
            zip: Some(ZipWriter::new_stream(tap)),
            muted,
            stamp,
            attachments,
            manifest: None,
            open: None,
            entries: Vec::new(),
            seal: seal.clone(),
        };
        (archive, seal)
    }

    fn zip(&mut self) -> Result<&mut ZipWriter<StreamWriter<Tap<W>>>, ArchiveError> {
        self.zip
            .as_mut()
            .ok_or_else(|| ArchiveError::Failed("the archive is closed already".into()))
    }

    fn start(
        &mut self,
        path: &str,
        media_type: &str,
        size: u64,
        record: Option<&str>,
    ) -> Result<(), ArchiveError> {
        // Zip64 only where it is needed: some old tools cannot read it.
        let large = size >= u64::from(u32::MAX) - (64 << 20);
        // What is compressed already is only passed through quickly. The zip method "stored" would not do:
        // readers that stream cannot find the end of such an entry.
        let level = if compresses(media_type) { 6 } else { 1 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(level))
            .unix_permissions(0o644)
            .large_file(large);
        self.zip()?.start_file(path, options).map_err(zip_failed)?;
        self.open = Some(Open {
            path: path.to_owned(),
            record: record.map(str::to_owned),
            original: None,
            hash: Sha256::new(),
            bytes: 0,
        });
        Ok(())
    }

    fn end(&mut self) -> Option<Entry> {
        let open = self.open.take()?;
        let redaction = open
            .record
            .as_ref()
            .and_then(|id| self.attachments.get(id)?.redaction.clone());
        Some(Entry {
            path: open.path,
            bytes: open.bytes,
            sha256: hex::encode(open.hash.finalize()),
            original_bytes: open.original.as_ref().and_then(|o| o.bytes),
            original_sha256: open.original.map(|o| o.sha256),
            record: open.record,
            redaction,
        })
    }
}

impl<W: Write + Send> Archive for ZipArchive<W> {
    fn begin(&mut self, path: &str, media_type: &str) -> Result<(), ArchiveError> {
        self.start(path, media_type, 0, None)
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), ArchiveError> {
        self.zip()?.write_all(chunk).map_err(io_failed)?;
        if let Some(open) = &mut self.open {
            open.hash.update(chunk);
            open.bytes += chunk.len() as u64;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        let entry = self.end();
        self.entries.extend(entry);
        Ok(())
    }

    fn include(
        &mut self,
        path: &str,
        id: &str,
        original: Option<&Original>,
        reader: &mut dyn Read,
    ) -> Result<(), ArchiveError> {
        let about = self.attachments.get(id).cloned().unwrap_or_default();
        self.start(path, &about.media_type, about.size, Some(id))?;
        if let Some(open) = &mut self.open {
            open.original = original.cloned();
        }
        let mut buffer = vec![0; 64 << 10];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => self.write(&buffer[..n])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(ArchiveError::Failed(format!(
                        "document {id} could not be read to its end: {error}"
                    )));
                }
            }
        }
        self.finish()
    }

    fn manifest_at(&mut self, path: &str) -> Result<(), ArchiveError> {
        self.manifest = Some(path.to_owned());
        Ok(())
    }

    fn close(&mut self) -> Result<(), ArchiveError> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = Manifest {
            schema: SCHEMA.into(),
            stamp: self.stamp.clone(),
            entries,
        };
        let mut manifest_sha256 = None;
        if let Some(path) = self.manifest.clone() {
            let mut json = serde_json::to_vec_pretty(&manifest)
                .map_err(|error| ArchiveError::Failed(error.to_string()))?;
            json.push(b'\n');
            self.start(&path, "application/json", 0, None)?;
            self.write(&json)?;
            manifest_sha256 = self.end().map(|entry| entry.sha256);
        }
        let zip = self
            .zip
            .take()
            .ok_or_else(|| ArchiveError::Failed("the archive is closed already".into()))?;
        let mut tap = zip.finish().map_err(zip_failed)?.into_inner();
        tap.out.flush().map_err(io_failed)?;
        let sealed = Sealed {
            sha256: hex::encode(tap.hash.clone().finalize()),
            bytes: tap.bytes,
            manifest_sha256,
            entries: manifest.entries,
        };
        self.seal.fill(sealed);
        Ok(())
    }
}

impl<W: Write> Drop for ZipArchive<W> {
    fn drop(&mut self) {
        // The zip library completes what it holds when it is dropped. An archive that was given up must
        // not be completed.
        self.muted.store(true, Ordering::Relaxed);
    }
}

/// Counts and hashes what goes out, and swallows it once the archive is given up.
struct Tap<W: Write> {
    out: BufWriter<W>,
    hash: Sha256,
    bytes: u64,
    muted: Arc<AtomicBool>,
}

impl<W: Write> Write for Tap<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.muted.load(Ordering::Relaxed) {
            return Ok(bytes.len());
        }
        let n = self.out.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether deflate gains anything.
fn compresses(media_type: &str) -> bool {
    let packed = [
        "image/",
        "video/",
        "audio/",
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/vnd.openxmlformats",
        "application/vnd.oasis",
    ];
    media_type == "image/svg+xml" || !packed.iter().any(|start| media_type.starts_with(start))
}

pub(super) fn io_failed(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted => ArchiveError::Gone,
        io::ErrorKind::StorageFull => {
            ArchiveError::Failed("the disk is full; make room and export again".into())
        }
        _ => ArchiveError::Failed(error.to_string()),
    }
}

fn zip_failed(error: ZipError) -> ArchiveError {
    match error {
        ZipError::Io(error) => io_failed(error),
        other => ArchiveError::Failed(other.to_string()),
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
