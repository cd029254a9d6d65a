//! Archives that are whole, repeated, given up and full.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::plugins::Reopened;
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
    let (mut archive, seal) =
        ZipArchive::new(out.clone(), Stamp::default(), attachments()).unwrap();
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

/// A reader that cannot go back needs each entry's length before its bytes.
#[test]
fn an_archive_can_be_read_from_the_front() {
    let (bytes, sealed) = made();
    let mut from = bytes.as_slice();
    let mut read = Vec::new();
    while let Some(mut file) = read_zipfile_from_stream(&mut from).unwrap() {
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        read.push((file.name().unwrap().into_owned(), content));
    }
    assert_eq!(read.len(), 3);
    for entry in &sealed.entries {
        let (_, content) = read.iter().find(|(path, _)| *path == entry.path).unwrap();
        assert_eq!(hex::encode(Sha256::digest(content)), entry.sha256);
    }
}

#[test]
fn what_is_packed_already_passes_as_it_is_and_the_rest_is_packed() {
    let (bytes, _) = made();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for n in 0..zip.len() {
        let file = zip.by_index(n).unwrap();
        let photo = file.name().unwrap().ends_with("jpg");
        let method = if photo {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        assert_eq!(file.compression(), method);
        assert_eq!(file.unix_mode(), Some(0o100_644));
        assert_eq!(file.last_modified(), Some(DateTime::default()));
    }
}

/// More than is kept in memory, made by the exporter and as an attachment.
#[test]
fn large_entries_come_out_as_they_went_in() {
    let out = Shared::default();
    let (mut archive, seal) =
        ZipArchive::new(out.clone(), Stamp::default(), attachments()).unwrap();
    let large = noise(KEPT * 3);
    archive.begin("Große Übersicht.csv", "text/csv").unwrap();
    large
        .chunks(100_000)
        .for_each(|chunk| archive.write(chunk).unwrap());
    archive.finish().unwrap();
    let photo = &mut Cursor::new(&large);
    let sha256 = archive
        .include("Wand – Öl.jpg", "photo", None, photo)
        .unwrap();
    assert_eq!(sha256, hex::encode(Sha256::digest(&large)));
    archive.manifest_at("Manifest.json").unwrap();
    archive.close().unwrap();
    assert_eq!(seal.take().unwrap().entries.len(), 2);
    let bytes = out.0.lock().unwrap().clone();
    let report = super::super::verify::verify(Cursor::new(&bytes)).unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut read = Vec::new();
    zip.by_name("Wand – Öl.jpg")
        .unwrap()
        .read_to_end(&mut read)
        .unwrap();
    assert!(read == large);
}

/// The checksum goes before the bytes: should they be others by then, the archive must not become whole.
#[test]
fn a_document_that_changes_while_it_is_read_fails_the_archive() {
    for then in [vec![2; 70_000], vec![1; 69_000], Vec::new()] {
        let mut first = true;
        let mut reader = Reopened::new(move || {
            let bytes = if first { vec![1; 70_000] } else { then.clone() };
            first = false;
            Ok(Cursor::new(bytes))
        })
        .unwrap();
        let (mut archive, _) =
            ZipArchive::new(Shared::default(), Stamp::default(), attachments()).unwrap();
        let failed = archive.include("a.jpg", "photo", None, &mut reader);
        assert!(failed.unwrap_err().to_string().contains("it changed"));
    }
}

#[test]
fn an_archive_that_is_given_up_never_looks_whole() {
    let out = Shared::default();
    let (mut archive, seal) =
        ZipArchive::new(out.clone(), Stamp::default(), attachments()).unwrap();
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
    for media_type in ["text/plain", "image/jpeg"] {
        let about = Attachment {
            media_type: media_type.into(),
            ..Attachment::default()
        };
        let about = HashMap::from([("7".to_owned(), about)]);
        let (mut archive, _) = ZipArchive::new(Shared::default(), Stamp::default(), about).unwrap();
        let torn = &mut Reopened::new(|| Ok(Torn)).unwrap();
        let failed = archive.include("a", "7", None, torn).unwrap_err();
        assert!(
            failed
                .to_string()
                .contains("document 7 could not be read to its end: lost chunk 3")
        );
    }
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
        let (mut archive, _) =
            ZipArchive::new(Broken(kind), Stamp::default(), attachments()).unwrap();
        archive
            .include("a.jpg", "photo", None, &mut Cursor::new(noise(400_000)))
            .unwrap_err()
    };
    assert_eq!(error(io::ErrorKind::BrokenPipe), ArchiveError::Gone);
    assert!(
        error(io::ErrorKind::StorageFull)
            .to_string()
            .contains("disk is full")
    );
}
