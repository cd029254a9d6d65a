//! Bytes that go into a zip as they are: what stands before them, and their sums as they pass.

use std::io::{self, Read};

use crc32fast::Hasher as Crc;
use sha2::{Digest, Sha256};

use crate::plugins::ArchiveError;

/// How much is read at a time.
pub(super) const CHUNK: usize = 64 << 10;

/// A reader that knows what has passed through it, and why it stopped.
pub(super) struct Summed<R> {
    from: R,
    crc: Crc,
    bytes: u64,
    hash: Option<Sha256>,
    /// Why it could not be read further.
    pub(super) failed: Option<String>,
}

impl<R: Read> Summed<R> {
    /// Counts and keeps the checksum.
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            crc: Crc::new(),
            bytes: 0,
            hash: None,
            failed: None,
        }
    }

    /// Keeps the SHA-256 too.
    pub(super) fn hashed(from: R) -> Self {
        Self {
            hash: Some(Sha256::new()),
            ..Self::new(from)
        }
    }

    /// Reads to the end, for what that adds up to.
    ///
    /// # Errors
    /// Why it could not be read.
    pub(super) fn read_out(&mut self) -> Result<(u32, u64), String> {
        let mut buffer = vec![0; CHUNK];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return Ok(self.sums()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed.take().unwrap_or(error.to_string())),
            }
        }
    }

    /// Checksum and length of what has passed.
    pub(super) fn sums(&self) -> (u32, u64) {
        (self.crc.clone().finalize(), self.bytes)
    }

    /// SHA-256 of what has passed, in hex; empty where it was not kept.
    pub(super) fn sha256(self) -> String {
        self.hash
            .map_or_else(String::new, |hash| hex::encode(hash.finalize()))
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.from.read(out) {
            Ok(n) => {
                self.crc.update(&out[..n]);
                self.bytes += n as u64;
                if let Some(hash) = &mut self.hash {
                    hash.update(&out[..n]);
                }
                Ok(n)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.failed = Some(error.to_string());
                }
                Err(error)
            }
        }
    }
}

/// The local header of an entry of the method "stored" (APPNOTE.TXT 4.3.7), which the zip library reads to copy the
/// entry that follows.
///
/// # Errors
/// A path or an entry that is too long for it.
pub(super) fn local_header(path: &str, crc: u32, size: u64) -> Result<Vec<u8>, ArchiveError> {
    let too_long = || ArchiveError::Failed(format!("{path:?} is too long for a zip"));
    let size = u32::try_from(size).map_err(|_| too_long())?.to_le_bytes();
    let flags: u16 = if path.is_ascii() { 0 } else { 0x0800 }; // the name is UTF-8
    let name = u16::try_from(path.len()).map_err(|_| too_long())?;
    let fields: [&[u8]; 11] = [
        b"PK\x03\x04",
        &0x0314u16.to_le_bytes(), // 2.0, as Unix has it
        &flags.to_le_bytes(),
        &0u16.to_le_bytes(), // method: stored
        &0u32.to_le_bytes(), // time and date, which the copy sets
        &crc.to_le_bytes(),
        &size, // as it is here
        &size, // as it was
        &name.to_le_bytes(),
        &0u16.to_le_bytes(), // nothing more
        path.as_bytes(),
    ];
    Ok(fields.concat())
}
