//! Archives that are whole, repeated, given up and full.

#![allow(clippy::unwrap_used)]

use super::*;
use std::io::Cursor;

#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn attachments() -> HashMap<String, Attachment> {
    let photo = Attachment {
        media_type: "image/jpeg".into(),
        size: 300_000,
        redaction: Some("R1".into()),
    };
    HashMap::from([("photo".into(), photo)])
}

/// Noise, which no compressor makes smaller.
fn noise(len: usize) -> Vec<u8> {
    let mut x = 1u32;
    let next = move || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn fill(archive: &mut dyn Archive) {
    archive
        .manifest_at("root/00_Index/00-07_2026-12-19_Manifest.json")
        .unwrap();
    archive
        .begin(
            "root/01_Complaint-stage-1/01-01_2026-11-20_Complaint.txt",
            "text/plain",
        )
        .unwrap();
    archive.write(b"Mould ").unwrap();
    archive.write(b"since March").unwrap();
    archive.finish().unwrap();
    let mut photo = Cursor::new(noise(300_000));
    archive
        .include(
            "root/14_Media/14-01_2026-09-02_Wall.jpg",
            "photo",
            None,
            &mut photo,
        )
        .unwrap();
}

fn made() -> (Vec<u8>, Sealed) {
    let out = Shared::default();
    let (mut archive, seal) = ZipArchive::new(out.clone(), Stamp::default(), attachments());
    fill(&mut archive);
    archive.close().unwrap();
    let bytes = out.0.lock().unwrap().clone();
    (bytes, seal.take().unwrap())
}

#[test]
fn an_archive_is_whole_and_repeats_byte_for_byte() {
    let (bytes, sealed) = made();
    assert_eq!(made(), (bytes.clone(), sealed.clone()));
    assert_eq!(sealed.sha256, hex::encode(Sha256::digest(&bytes)));
    assert_eq!(sealed.bytes, bytes.len() as u64);
    assert_eq!(sealed.entries.len(), 2);
    assert_eq!(sealed.entries[1].record.as_deref(), Some("photo"));
    assert_eq!(sealed.entries[1].redaction.as_deref(), Some("R1"));
    let report = super::super::verify::verify(Cursor::new(bytes)).unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!(Some(report.manifest_sha256), sealed.manifest_sha256);
}

#[test]
fn an_archive_that_is_given_up_never_looks_whole() {
    let out = Shared::default();
    let (mut archive, seal) = ZipArchive::new(out.clone(), Stamp::default(), attachments());
    fill(&mut archive);
    drop(archive);
    let bytes = out.0.lock().unwrap().clone();
    assert!(!bytes.is_empty() && seal.take().is_none());
    assert!(zip::ZipArchive::new(Cursor::new(bytes)).is_err());
}

#[test]
fn a_reader_that_fails_fails_the_archive() {
    struct Torn;
    impl Read for Torn {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("lost chunk 3"))
        }
    }
    let (mut archive, _) = ZipArchive::new(Shared::default(), Stamp::default(), HashMap::new());
    let failed = archive.include("a", "7", None, &mut Torn).unwrap_err();
    assert!(
        failed
            .to_string()
            .contains("document 7 could not be read to its end: lost chunk 3")
    );
}

#[test]
fn who_has_gone_and_a_full_disk_are_told_apart() {
    struct Broken(io::ErrorKind);
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = |kind| {
        let (mut archive, _) = ZipArchive::new(Broken(kind), Stamp::default(), HashMap::new());
        archive
            .include("a.jpg", "x", None, &mut Cursor::new(noise(400_000)))
            .unwrap_err()
    };
    assert_eq!(error(io::ErrorKind::BrokenPipe), ArchiveError::Gone);
    assert!(
        error(io::ErrorKind::StorageFull)
            .to_string()
            .contains("disk is full")
    );
}
