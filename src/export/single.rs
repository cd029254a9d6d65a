//! The other shape of an export: its one entry as it is, a PDF for example, hashed as it passes.

use std::io::{BufWriter, Write};

use super::archive::{Seal, Sealed, io_failed};
use super::manifest::Entry;
use crate::plugins::{Again, Archive, ArchiveError, Original};
use sha2::{Digest, Sha256};

/// One file on its way to a writer. It is whole only once it is closed: before that its end is kept back, so that
/// what was given up never opens.
pub struct SingleFile<W: Write> {
    out: BufWriter<W>,
    hash: Sha256,
    bytes: u64,
    /// The last bytes, kept back until the run has ended well.
    tail: Vec<u8>,
    entry: Option<Entry>,
    open: bool,
    seal: Seal,
}

/// How much is kept back. A PDF without its last kilobyte does not open as whole.
const KEPT_BACK: usize = 1 << 10;

impl<W: Write> SingleFile<W> {
    /// A file to be written. The seal is filled when it is closed.
    pub fn new(out: W) -> (Self, Seal) {
        let seal = Seal::default();
        let file = Self {
            out: BufWriter::with_capacity(64 << 10, out),
            hash: Sha256::new(),
            bytes: 0,
            tail: Vec::new(),
            entry: None,
            open: false,
            seal: seal.clone(),
        };
        (file, seal)
    }

    fn start(&mut self, path: &str, record: Option<&str>) -> Result<(), ArchiveError> {
        if let Some(entry) = &self.entry {
            return Err(ArchiveError::Failed(format!(
                "this format is one file, and the plugin made a second, {path:?}, after {:?}; its manifest should have no \"output\"",
                entry.path
            )));
        }
        self.open = true;
        self.entry = Some(Entry {
            path: path.to_owned(),
            bytes: 0,
            sha256: String::new(),
            record: record.map(str::to_owned),
            redaction: None,
            original_sha256: None,
            original_bytes: None,
        });
        Ok(())
    }
}

impl<W: Write + Send> Archive for SingleFile<W> {
    fn begin(&mut self, path: &str, _media_type: &str) -> Result<(), ArchiveError> {
        self.start(path, None)
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), ArchiveError> {
        self.hash.update(chunk);
        self.bytes += chunk.len() as u64;
        self.tail.extend_from_slice(chunk);
        if self.tail.len() > KEPT_BACK {
            let ready = self.tail.len() - KEPT_BACK;
            self.out.write_all(&self.tail[..ready]).map_err(io_failed)?;
            self.tail.drain(..ready);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        self.open = false;
        Ok(())
    }

    fn include(
        &mut self,
        path: &str,
        id: &str,
        original: Option<&Original>,
        reader: &mut dyn Again,
    ) -> Result<String, ArchiveError> {
        self.start(path, Some(id))?;
        if let (Some(entry), Some(original)) = (&mut self.entry, original) {
            entry.original_sha256 = Some(original.sha256.clone());
            entry.original_bytes = original.bytes;
        }
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = reader.read(&mut buffer).map_err(|error| {
                ArchiveError::Failed(format!(
                    "document {id} could not be read to its end: {error}"
                ))
            })?;
            if read == 0 {
                self.finish()?;
                return Ok(hex::encode(self.hash.clone().finalize()));
            }
            self.write(&buffer[..read])?;
        }
    }

    fn manifest_at(&mut self, _path: &str) -> Result<(), ArchiveError> {
        Err(ArchiveError::Failed(
            "this format is one file and has no room for a manifest".into(),
        ))
    }

    fn close(&mut self) -> Result<(), ArchiveError> {
        let Some(mut entry) = self.entry.take().filter(|_| !self.open) else {
            return Err(ArchiveError::Failed(
                "the plugin made no file, and this format is one".into(),
            ));
        };
        self.out.write_all(&self.tail).map_err(io_failed)?;
        self.out.flush().map_err(io_failed)?;
        entry.bytes = self.bytes;
        entry.sha256 = hex::encode(self.hash.clone().finalize());
        self.seal.fill(Sealed {
            sha256: entry.sha256.clone(),
            bytes: self.bytes,
            manifest_sha256: None,
            entries: vec![entry],
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_file_leaves_as_it_is_and_a_second_is_refused() {
        let mut out = Vec::new();
        let (mut file, seal) = SingleFile::new(&mut out);
        file.begin("case.pdf", "application/pdf").unwrap();
        file.write(&[7; 3000]).unwrap();
        file.finish().unwrap();
        let error = file.begin("b.pdf", "application/pdf").unwrap_err();
        assert!(error.to_string().contains("b.pdf"), "{error}");
        file.close().unwrap();
        let sealed = seal.take().unwrap();
        drop(file);
        assert_eq!((sealed.bytes, out.len()), (3000, 3000));
        assert_eq!(sealed.sha256, hex::encode(Sha256::digest(&out)));
    }

    #[test]
    fn what_was_given_up_lacks_its_end() {
        let mut out = Vec::new();
        let (mut file, seal) = SingleFile::new(&mut out);
        file.begin("case.pdf", "application/pdf").unwrap();
        file.write(&[7; 3000]).unwrap();
        drop(file);
        assert!(seal.take().is_none() && out.len() < 3000);
        let (mut none, _) = SingleFile::new(Vec::new());
        assert!(none.close().is_err());
    }
}
