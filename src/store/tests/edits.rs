//! Somebody edits the file: `verify` must see it. Random bytes and bits, and events changed through redb itself.

use super::seed::{Random, add_case, attached, start, timing};
use super::*;
use crate::domain::ids::CaseRef;
use crate::store::audit::Head;
use crate::store::verify::{Report, verify_and};
use redb::ReadableTable;
use std::fs;
use std::path::PathBuf;

fn closed_file(cases: usize) -> (tempfile::TempDir, PathBuf) {
    let (folder, store) = new_store();
    let mut random = Random(77);
    for _ in 0..cases {
        add_case(&store, &mut random);
    }
    let document = store.put_document(&mut &[5; 300_000][..]).unwrap();
    store
        .write(move |tx| {
            let reference = CaseRef::new(2026, 1);
            let seq = tx.case(&reference)?.unwrap().version + 1;
            tx.append_events(
                &reference,
                &[attached(seq, start(), &document.sha256)],
                &timing,
            )
        })
        .unwrap();
    store
        .write(|tx| {
            let change = settings::Change {
                at: start(),
                by: "ada".into(),
                why: "policy".into(),
                from: None,
            };
            for value in 1..4 {
                tx.set_setting("limit", &serde_json::json!({"days": value}), &change)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    store.close();
    let path = folder.path().join("a.redb");
    (folder, path)
}

/// As the command line looks: the deadlines, which the store takes as given, are asked of who knows the calendar.
fn look(path: &Path, expect: Option<Head>) -> Result<Report, StoreError> {
    verify_and(path, expect, &mut |_| {}, |rows| {
        for reference in rows.references(None, usize::MAX)? {
            let case = rows.case(&reference)?.expect("a row has its case");
            let row = rows.case_row(&reference)?.expect("just listed");
            if row.due != timing(&case).due {
                return Err(StoreError::Damaged(format!("{reference}: its deadline")));
            }
        }
        Ok(())
    })
}

/// Everything in every table: what the file says.
fn content(path: &Path) -> Vec<(T, Vec<u8>, Vec<u8>)> {
    let store = Store::open(path, Options::default()).unwrap();
    let reader = store.reader().unwrap();
    let mut out = Vec::new();
    for table in T::ALL {
        reader
            .walk(*table, tables::ALL, true, &mut |key, value| {
                if key != b"opened" {
                    out.push((*table, key.to_vec(), value.to_vec()));
                }
                tables::MORE
            })
            .unwrap();
    }
    out
}

/// One thousand edits: a bit, a byte or a run of bytes anywhere in the file. Each is found, or lies in space that
/// no table uses, which is proved by reading everything back unchanged.
#[test]
fn a_thousand_random_edits_are_found_or_touch_nothing_kept() {
    let (folder, path) = closed_file(12);
    let head = look(&path, None).unwrap().head;
    let (bytes, said) = (fs::read(&path).unwrap(), content(&path));
    fs::write(&path, &bytes).unwrap();
    let edited = folder.path().join("edited.redb");
    let mut random = Random(0xED17);
    // A fresh file is mostly air: half of the edits aim at pages with something in them.
    let used: Vec<usize> = (0..bytes.len() / 4096)
        .filter(|page| bytes[page * 4096..][..4096].iter().any(|byte| *byte != 0))
        .collect();
    let (mut found, mut harmless) = (0, 0);
    for round in 0..1000 {
        let mut copy = bytes.clone();
        let at = match round % 2 {
            0 => random.below(copy.len()),
            _ => used[random.below(used.len())] * 4096 + random.below(4096),
        };
        match random.below(3) {
            0 => copy[at] ^= 1 << random.below(8),
            1 => copy[at] = copy[at].wrapping_add(1 + random.below(255) as u8),
            _ => {
                let end = copy.len().min(at + 1 + random.below(64));
                copy[at..end].iter_mut().for_each(|byte| *byte = !*byte);
            }
        }
        fs::write(&edited, &copy).unwrap();
        match look(&edited, Some(head)) {
            Err(error) => {
                assert!(error.to_string().len() > 20);
                found += 1;
            }
            Ok(report) => {
                assert_eq!(report.head, head);
                assert!(
                    content(&edited) == said,
                    "round {round}: byte {at} changed what the file says"
                );
                harmless += 1;
            }
        }
        // Looking never writes.
        if round % 50 == 0 {
            fs::write(&edited, &copy).unwrap();
            let _ = look(&edited, None);
            assert!(
                fs::read(&edited).unwrap() == copy,
                "verify wrote into the file"
            );
        }
    }
    println!("{found} found, {harmless} in unused space");
    assert!(found > 300, "{found} found");
}

/// Changes a row through redb, so that every page checksum is right again.
fn change(path: &Path, table: T, key: &[u8], value: Option<&[u8]>) {
    let db = Database::open(path).unwrap();
    let txn = db.begin_write().unwrap();
    {
        let mut rows = txn.open_table(table.raw()).unwrap();
        match value {
            Some(value) => rows.insert(key, value).map(drop).unwrap(),
            None => rows.remove(key).map(drop).unwrap(),
        }
    }
    txn.commit().unwrap();
    db.close().unwrap();
}

fn rows_of(path: &Path, table: T) -> Vec<(Vec<u8>, Vec<u8>)> {
    let db = Database::open(path).unwrap();
    let txn = db.begin_read().unwrap();
    let rows = txn.open_table(table.raw()).unwrap();
    let all = rows.iter().unwrap().map(|row| {
        let (key, value) = row.unwrap();
        (key.value().to_vec(), value.value().to_vec())
    });
    all.collect()
}

/// Someone with redb in hand edits, deletes or swaps any row that says something.
#[test]
fn every_row_edited_through_the_database_is_found() {
    let (folder, path) = closed_file(6);
    let edited = folder.path().join("edited.redb");
    let mut random = Random(0xF00D);
    let says = [
        T::Event,
        T::EventBody,
        T::EventByCase,
        T::ChainHead,
        T::Case,
        T::CaseRow,
        T::CaseIndex,
        T::Word,
        T::Count,
        T::Blob,
        T::BlobChunk,
        T::Setting,
        T::SettingHistory,
    ];
    for table in says {
        let rows = rows_of(&path, table);
        assert!(!rows.is_empty(), "{}", table.name());
        for _ in 0..14 {
            let (key, value) = &rows[random.below(rows.len())];
            let (other_key, other) = &rows[random.below(rows.len())];
            fs::copy(&path, &edited).unwrap();
            match random.below(4) {
                0 => change(&edited, table, key, None),
                1 if other != value => {
                    change(&edited, table, key, Some(other));
                    change(&edited, table, other_key, Some(value));
                }
                2 => {
                    let mut new = key.clone();
                    let last = new.len() - 1;
                    new[last] = new[last].wrapping_add(101);
                    change(&edited, table, &new, Some(value));
                }
                _ if value.is_empty() => change(&edited, table, key, None),
                _ => {
                    let mut value = value.clone();
                    let at = random.below(value.len());
                    value[at] ^= 1 << random.below(8);
                    change(&edited, table, key, Some(&value));
                }
            }
            let found = look(&edited, None);
            assert!(
                found.is_err(),
                "an edit of table {} was not found: {key:?}",
                table.name()
            );
        }
    }
}

/// The last event cut off with everything that hangs on it: only the head kept elsewhere tells.
#[test]
fn an_event_cut_off_cleanly_is_found_by_the_expected_head() {
    let (folder, store) = new_store();
    let mut random = Random(9);
    add_case(&store, &mut random);
    store.close();
    let path = folder.path().join("a.redb");
    let short = folder.path().join("short.redb");
    fs::copy(&path, &short).unwrap();
    let store = Store::open(&path, Options::default()).unwrap();
    add_case(&store, &mut random);
    store.close();
    let long = look(&path, None).unwrap();
    let shorter = look(&short, None).unwrap();
    assert!(shorter.events < long.events);
    look(&path, Some(shorter.head)).unwrap();
    let error = look(&short, Some(long.head)).unwrap_err().to_string();
    assert!(error.contains("cut off"), "{error}");
}

#[test]
fn a_file_in_use_is_not_looked_at() {
    let (_folder, store) = new_store();
    assert!(matches!(
        look(store.path(), None),
        Err(StoreError::InUse(_))
    ));
}
