//! Bundles that are sound and bundles that somebody changed.

#![allow(clippy::unwrap_used)]

use super::super::manifest::Stamp;
use super::*;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const ROOT: &str = "C-2026-0042_HOS-pending_20261219";

fn path(name: &str) -> String {
    format!("{ROOT}/04_Repairs-and-inspections/{name}")
}

fn entry(path: &str, bytes: &[u8]) -> Entry {
    Entry {
        path: path.into(),
        bytes: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        record: None,
        redaction: None,
        original_sha256: None,
        original_bytes: None,
    }
}

/// The entry of a file that begins with a received one.
fn numbered(path: &str, bytes: &[u8], received: &[u8]) -> Entry {
    Entry {
        original_sha256: Some(hex::encode(Sha256::digest(received))),
        original_bytes: Some(received.len() as u64),
        ..entry(path, bytes)
    }
}

/// An archive of these files with a manifest of those entries.
fn bundle(files: &[(&str, &[u8])], entries: Vec<Entry>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let manifest = Manifest {
        schema: SCHEMA.into(),
        stamp: Stamp::default(),
        entries,
    };
    let json = serde_json::to_vec(&manifest).unwrap();
    let place = format!("{ROOT}/00_Index/00-07_2026-12-19_Manifest.json");
    for (name, bytes) in files
        .iter()
        .copied()
        .chain([(place.as_str(), json.as_slice())])
    {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn check(files: &[(&str, &[u8])], entries: Vec<Entry>, expected: &[&str]) {
    let report = verify(Cursor::new(bundle(files, entries))).unwrap();
    assert_eq!(report.faults.len(), expected.len(), "{:?}", report.faults);
    for (fault, expected) in report.faults.iter().zip(expected) {
        assert!(fault.contains(expected), "{fault}");
    }
}

#[test]
fn a_sound_bundle_has_no_faults() {
    let good = path("04-01_2026-09-02_Damp-report.pdf");
    check(&[(&good, b"damp")], vec![entry(&good, b"damp")], &[]);
}

#[test]
fn every_change_is_found() {
    let (a, b) = (
        path("04-01_2026-09-02_A.pdf"),
        path("04-02_2026-09-02_B.pdf"),
    );
    check(&[(&a, b"dama")], vec![entry(&a, b"damp")], &["SHA-256"]);
    check(&[(&a, b"damp!")], vec![entry(&a, b"damp")], &["4 bytes"]);
    check(&[(&a, b"dam")], vec![entry(&a, b"damp")], &["4 bytes"]);
    check(
        &[(&a, b"damp"), (&b, b"x")],
        vec![entry(&a, b"damp")],
        &["not in the manifest"],
    );
    check(
        &[(&a, b"damp")],
        vec![entry(&a, b"damp"), entry(&b, b"x")],
        &["not in the archive"],
    );
    check(
        &[(&a, b"damp")],
        vec![entry(&a, b"damp"), entry(&a, b"damp")],
        &["listed twice"],
    );
}

#[test]
fn a_numbered_file_is_shown_to_begin_with_the_received_one() {
    let a = path("04-01_2026-09-02_A.pdf");
    let files: [(&str, &[u8]); 1] = [(&a, b"damp and numbers")];
    let whole = files[0].1;
    check(&files, vec![numbered(&a, whole, b"damp")], &[]);
    check(&files, vec![numbered(&a, whole, whole)], &[]);
    check(
        &files,
        vec![numbered(&a, whole, b"dry ")],
        &["does not begin"],
    );
    check(
        &files,
        vec![numbered(&a, whole, b"damp and numbers and more")],
        &["does not begin"],
    );
    let mut nameless = numbered(&a, whole, b"damp");
    nameless.original_sha256 = None;
    check(&files, vec![nameless], &["does not begin"]);
    // A piece of a document names it and does not begin with it.
    let mut piece = numbered(&a, whole, b"dry");
    piece.original_bytes = None;
    check(&files, vec![piece], &[]);
}

#[test]
fn a_manifest_of_before_pages_were_numbered_is_read() {
    let old: Entry = serde_json::from_str(
        r#"{"path": "a", "bytes": 1, "sha256": "00", "record": "7", "redaction": null}"#,
    )
    .unwrap();
    assert_eq!((old.original_sha256, old.original_bytes), (None, None));
}

#[test]
fn unsafe_paths_and_broken_names_are_found() {
    for (name, expected) in [
        ("../../etc/passwd", "leads out"),
        ("/etc/passwd", "absolute"),
        ("a\\b", "backslash"),
    ] {
        check(&[(name, b"x")], vec![entry(name, b"x")], &[expected]);
    }
    for (name, expected) in [
        ("04-01_2026-09-02_A.exe", "known extension"),
        ("04-1_2026-09-02_A.pdf", "known extension"),
        ("04-01_2026-09-02_A b.pdf", "known extension"),
        ("05-01_2026-09-02_A.pdf", "another category"),
    ] {
        let name = path(name);
        check(&[(&name, b"x")], vec![entry(&name, b"x")], &[expected]);
    }
    let (a, b) = (
        path("04-01_2026-09-02_A.pdf"),
        path("04-01_2026-09-02_B.pdf"),
    );
    check(
        &[(&a, b"x"), (&b, b"y")],
        vec![entry(&a, b"x"), entry(&b, b"y")],
        &["same number"],
    );
    let (a, b) = (
        path("04-01_2026-09-02_A_p1of2.pdf"),
        path("04-01_2026-09-02_A_p2of2.pdf"),
    );
    check(
        &[(&a, b"x"), (&b, b"y")],
        vec![entry(&a, b"x"), entry(&b, b"y")],
        &[],
    );
}

#[test]
fn what_is_no_bundle_is_refused_with_a_sentence() {
    let whole = bundle(&[], vec![]);
    for (bytes, expected) in [
        (b"not a zip".to_vec(), "not a whole zip"),
        (whole[..whole.len() / 2].to_vec(), "not a whole zip"),
        (
            ZipWriter::new(Cursor::new(Vec::new()))
                .finish()
                .unwrap()
                .into_inner(),
            "there is none",
        ),
    ] {
        assert!(
            verify(Cursor::new(bytes))
                .unwrap_err()
                .to_string()
                .contains(expected)
        );
    }
}

#[test]
fn no_single_flipped_byte_passes_unseen() {
    let good = path("04-01_2026-09-02_A.pdf");
    let sound = bundle(
        &[(&good, b"damp report")],
        vec![entry(&good, b"damp report")],
    );
    let mut unseen = Vec::new();
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        if verify(Cursor::new(bytes)).is_ok_and(|report| report.is_sound()) {
            unseen.push(at);
        }
    }
    // Times, versions and attributes in the zip's own headers change no content.
    assert!(
        unseen.len() < 60,
        "{} of {} bytes: {unseen:?}",
        unseen.len(),
        sound.len()
    );
}

#[test]
fn a_document_called_a_manifest_is_a_document() {
    let own = format!("{ROOT}/12_Decision-records/12-01_2026-09-02_Removal-Manifest.json");
    let other = format!("{ROOT}/12_Decision-records/12-02_2026-09-02_Manifest.json");
    let entries = vec![entry(&own, b"{}"), entry(&other, b"{}")];
    check(&[(&own, b"{}"), (&other, b"{}")], entries, &[]);
}
