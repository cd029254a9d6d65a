//! The zip that an exporter writes: streamed, the same bytes every time, each entry hashed as it passes.
//!
//! Each entry says how long it is before its bytes come, so that every reader can go through the archive from the
//! front, and what is compressed already passes as it is. An entry that the exporter makes is therefore kept, packed,
//! until it is finished; a large document is read twice instead.
//!
//! An archive that is dropped before it is closed gets no central directory, so that no tool takes it for
//! whole. Its receiver must still discard what came.

use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read, Seek, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;
use zip::read::{ZipFile, read_zipfile_from_stream};
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::manifest::{Entry, Manifest, SCHEMA, Stamp};
use super::outlet::Outlet;
use super::stored::{CHUNK, Summed, local_header};
use crate::plugins::{Again, Archive, ArchiveError, Original};

/// How much of an entry that is being made stays in memory; what is over goes to a file without a name.
const KEPT: usize = 4 << 20;
/// From here on an entry needs Zip64, with room for what packing adds.
const LARGE: u64 = u32::MAX as u64 - (64 << 20);
/// Everybody may read what was unpacked.
const PERMISSIONS: u32 = 0o644;

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
pub struct ZipArchive {
    zip: Option<ZipWriter<StreamWriter<Outlet>>>,
    muted: Arc<AtomicBool>,
    stamp: Stamp,
    attachments: HashMap<String, Attachment>,
    manifest: Option<String>,
    open: Option<Open>,
    entries: Vec<Entry>,
    seal: Seal,
}

/// An entry that is being made: a zip of its own until it is whole.
struct Open {
    path: String,
    zip: ZipWriter<SpooledTempFile>,
    hash: Sha256,
    bytes: u64,
}

impl ZipArchive {
    /// An archive of this case's attachments, by id. The seal is filled when it is closed.
    ///
    /// # Errors
    /// When the system gives no thread to write it.
    pub fn new(
        out: impl Write + Send + 'static,
        stamp: Stamp,
        attachments: HashMap<String, Attachment>,
    ) -> io::Result<(Self, Seal)> {
        let muted = Arc::new(AtomicBool::new(false));
        let out = Outlet::new(out, Arc::clone(&muted))?;
        let seal = Seal::default();
        let archive = Self {
            // Nothing is ever put right behind: only whole entries go in.
            zip: Some(ZipWriter::new(StreamWriter::new(out))),
            muted,
            stamp,
            attachments,
            manifest: None,
            open: None,
            entries: Vec::new(),
            seal: seal.clone(),
        };
        Ok((archive, seal))
    }

    fn zip(&mut self) -> Result<&mut ZipWriter<StreamWriter<Outlet>>, ArchiveError> {
        self.zip
            .as_mut()
            .ok_or_else(|| ArchiveError::Failed("the archive is closed already".into()))
    }

    fn start(&mut self, path: &str, media_type: &str, size: u64) -> Result<(), ArchiveError> {
        let options = SimpleFileOptions::default()
            // Zip64 only where it is needed: some old tools cannot read it.
            .large_file(size >= LARGE)
            .unix_permissions(PERMISSIONS);
        let options = if compresses(media_type) {
            options
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(6))
        } else {
            options.compression_method(CompressionMethod::Stored)
        };
        let mut zip = ZipWriter::new(SpooledTempFile::new(KEPT));
        zip.start_file(path, options).map_err(zip_failed)?;
        self.open = Some(Open {
            path: path.to_owned(),
            zip,
            hash: Sha256::new(),
            bytes: 0,
        });
        Ok(())
    }

    fn add(&mut self, chunk: &[u8]) -> Result<(), ArchiveError> {
        let open = self
            .open
            .as_mut()
            .ok_or_else(|| not_begun("written into"))?;
        open.zip.write_all(chunk).map_err(io_failed)?;
        open.hash.update(chunk);
        open.bytes += chunk.len() as u64;
        Ok(())
    }

    /// Moves the entry that was made into the archive.
    fn end(&mut self) -> Result<Entry, ArchiveError> {
        let open = self.open.take().ok_or_else(|| not_begun("finished"))?;
        let mut made = open.zip.finish().map_err(zip_failed)?;
        made.rewind().map_err(io_failed)?;
        let mut made = zip::ZipArchive::new(made).map_err(zip_failed)?;
        let file = made.by_index_raw(0).map_err(zip_failed)?;
        self.copy(file)?;
        Ok(entry_of(
            &open.path,
            open.bytes,
            hex::encode(open.hash.finalize()),
        ))
    }

    fn copy<R: Read>(&mut self, file: ZipFile<'_, R>) -> Result<(), ArchiveError> {
        self.zip()?
            .raw_copy_file_touch(file, DateTime::default(), Some(PERMISSIONS))
            .map_err(zip_failed)
    }

    /// A document that deflate makes smaller, or that is too long to be read twice.
    fn pack(&mut self, path: &str, about: &Attachment, from: &mut dyn Again) -> Made {
        self.start(path, &about.media_type, about.size)?;
        let mut buffer = vec![0; CHUNK];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(Ok(self.end()?)),
                Ok(n) => self.add(&buffer[..n])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(error.to_string())),
            }
        }
    }

    /// A document that gains nothing by deflate, as it is: read once for its checksum, and once more to go in.
    fn store(&mut self, path: &str, from: &mut dyn Again) -> Made {
        let told = match Summed::new(&mut *from).read_out() {
            Ok(told) => told,
            Err(why) => return Ok(Err(why)),
        };
        if let Err(error) = from.again() {
            return Ok(Err(error.to_string()));
        }
        let mut passing = Summed::hashed(from);
        let mut entry = Cursor::new(local_header(path, told.0, told.1)?)
            .chain(BufReader::with_capacity(CHUNK, &mut passing));
        let file = read_zipfile_from_stream(&mut entry).map_err(zip_failed)?;
        let file = file.ok_or_else(|| ArchiveError::Failed(format!("no entry {path:?}")))?;
        let copied = self.copy(file);
        if let Some(why) = passing.failed.take() {
            return Ok(Err(why));
        }
        copied?;
        if passing.sums() != told {
            return Ok(Err("it changed while it was read".into()));
        }
        Ok(Ok(entry_of(path, told.1, passing.sha256())))
    }
}

/// An entry, or why its document could not be read to its end; an error when the archive could not take it.
type Made = Result<Result<Entry, String>, ArchiveError>;

fn entry_of(path: &str, bytes: u64, sha256: String) -> Entry {
    Entry {
        path: path.to_owned(),
        bytes,
        sha256,
        original_bytes: None,
        original_sha256: None,
        record: None,
        redaction: None,
    }
}

fn not_begun(what: &str) -> ArchiveError {
    ArchiveError::Failed(format!("an entry that was not begun cannot be {what}"))
}

impl Archive for ZipArchive {
    fn begin(&mut self, path: &str, media_type: &str) -> Result<(), ArchiveError> {
        self.start(path, media_type, 0)
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), ArchiveError> {
        self.add(chunk)
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        let entry = self.end()?;
        self.entries.push(entry);
        Ok(())
    }

    fn include(
        &mut self,
        path: &str,
        id: &str,
        original: Option<&Original>,
        reader: &mut dyn Again,
    ) -> Result<String, ArchiveError> {
        let about = self.attachments.get(id).cloned().unwrap_or_default();
        let mut entry = if compresses(&about.media_type) || about.size >= LARGE {
            self.pack(path, &about, reader)
        } else {
            self.store(path, reader)
        }?
        .map_err(|why| {
            ArchiveError::Failed(format!("document {id} could not be read to its end: {why}"))
        })?;
        entry.record = Some(id.to_owned());
        entry.redaction = about.redaction;
        entry.original_bytes = original.and_then(|original| original.bytes);
        entry.original_sha256 = original.map(|original| original.sha256.clone());
        let sha256 = entry.sha256.clone();
        self.entries.push(entry);
        Ok(sha256)
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
            self.start(&path, "application/json", 0)?;
            self.add(&json)?;
            manifest_sha256 = Some(self.end()?.sha256);
        }
        let zip = self
            .zip
            .take()
            .ok_or_else(|| ArchiveError::Failed("the archive is closed already".into()))?;
        let out = zip.finish().map_err(zip_failed)?.into_inner();
        let passed = out.finish().map_err(io_failed)?;
        let sealed = Sealed {
            sha256: passed.sha256,
            bytes: passed.bytes,
            manifest_sha256,
            entries: manifest.entries,
        };
        self.seal.fill(sealed);
        Ok(())
    }
}

impl Drop for ZipArchive {
    fn drop(&mut self) {
        // The zip library completes what it holds when it is dropped. An archive that was given up must
        // not be completed.
        self.muted.store(true, Ordering::Relaxed);
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
