//! What is opened, what is refused, and the sentence it is refused with.

use super::disk::{Disk, fresh_file};
use super::*;
use crate::store::codec;
use std::fs;
use std::path::PathBuf;

fn file(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("other.redb");
    fs::write(&path, bytes).unwrap();
    path
}

fn refusal(path: &Path) -> StoreError {
    match Store::open(path, Options::default()) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn strangers_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        refusal(&folder.path().join("none")),
        StoreError::Missing(_)
    ));
    let strangers: [(&[u8], &str); 5] = [
        (b"", "empty"),
        (b"hello", "too short"),
        (
            &[b"SQLite format 3\0".as_slice(), &[0; 4096]].concat(),
            "SQLite",
        ),
        (&[b"PK\x03\x04".as_slice(), &[0; 4096]].concat(), "zip"),
        (&[7; 4096], "other bytes"),
    ];
    for (bytes, word) in strangers {
        let path = file(&folder, bytes);
        let error = refusal(&path);
        assert!(matches!(error, StoreError::Foreign { .. }));
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn another_programs_database_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.redb");
    let db = Database::create(&path).unwrap();
    let txn = db.begin_write().unwrap();
    txn.open_table(redb::TableDefinition::<u64, u64>::new("theirs"))
        .unwrap();
    txn.commit().unwrap();
    db.close().unwrap();
    let bytes = fs::read(&path).unwrap();
    assert!(refusal(&path).to_string().contains("another program"));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_file_of_a_later_version_is_refused_by_name_and_untouched() {
    let (folder, store) = new_store();
    store
        .write(|tx| {
            let later = serde_json::json!({"app": "redress", "format": 99, "written_by": "9.0"});
            tx.put(T::Meta, b"format", &codec::encode(&later)?)
        })
        .unwrap();
    store.close();
    let path = folder.path().join("a.redb");
    let bytes = fs::read(&path).unwrap();
    let error = refusal(&path).to_string();
    assert!(error.contains("99") && error.contains("newer"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_second_opening_is_refused_while_the_first_lives() {
    let (folder, store) = new_store();
    let path = folder.path().join("a.redb");
    let error = refusal(&path).to_string();
    assert!(error.contains("in use"), "{error}");
    put_notes(&store, 0, 1);
    drop(store);
    Store::open(&path, Options::default()).unwrap();
}

#[test]
fn a_new_file_replaces_nothing_and_leaves_no_half() {
    let (folder, store) = new_store();
    let path = folder.path().join("a.redb");
    assert!(matches!(
        Store::create(&path, Options::default()),
        Err(StoreError::Exists(_))
    ));
    let nowhere = folder.path().join("no/such/folder/b.redb");
    let error = Store::create(&nowhere, Options::default())
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("no such folder"), "{error}");
    drop(store);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn every_truncation_is_refused() {
    let (folder, store) = new_store();
    put_notes(&store, 0, 50);
    store.close();
    let bytes = fs::read(folder.path().join("a.redb")).unwrap();
    for part in 0..100 {
        let path = file(&folder, &bytes[..bytes.len() * part / 100]);
        let error = refusal(&path);
        assert!(
            matches!(error, StoreError::Torn { .. } | StoreError::Foreign { .. }),
            "{part}%: {error}"
        );
    }
}

#[test]
fn an_unclosed_file_opens_through_the_check() {
    let (folder, store) = new_store();
    put_notes(&store, 0, 50);
    // What a crash leaves: the pages as they are while the file is open.
    let left = file(&folder, &fs::read(folder.path().join("a.redb")).unwrap());
    assert_eq!(fs::read(&left).unwrap()[9] & 2, 2);
    let progress = Arc::new(AtomicU64::new(0));
    let told = Arc::clone(&progress);
    let options = Options {
        progress: Some(Arc::new(move |_| {
            told.fetch_add(1, Ordering::Relaxed);
        })),
        ..Options::default()
    };
    let reopened = Store::open(&left, options).unwrap();
    assert_eq!(reopened.reader().unwrap().len(T::Note).unwrap(), 50);
    assert!(progress.load(Ordering::Relaxed) > 0);
}

/// A file as a power cut leaves it, with seven notes in its log and not in its pages.
fn with_a_log() -> Vec<u8> {
    let disk = Disk::of(fresh_file());
    let store = Store::open_source(disk.source(), Options::default()).unwrap();
    put_notes(&store, 0, 7);
    let left = disk.after_power_cut();
    store.close();
    assert!(
        disk.after_power_cut().len() < left.len(),
        "closing cuts it off"
    );
    left
}

/// Where the first entry of a log begins.
fn first_entry(bytes: &[u8]) -> usize {
    let pages = (0..bytes.len()).step_by(4096);
    let mut entries = pages.filter(|at| bytes[*at..].starts_with(b"rdrsntry"));
    entries.next().unwrap()
}

#[test]
fn what_is_only_in_the_log_is_read_verified_and_kept() {
    let bytes = with_a_log();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.redb");
    fs::write(&path, &bytes).unwrap();
    // Looking at it sees the notes and leaves the file as it is.
    let seen = verify::look_into(&path, |rows| rows.len(T::Note)).unwrap();
    assert_eq!(seen, 7);
    assert!(!verify::verify(&path, None, &mut |_| {}).unwrap().closed);
    assert!(fs::read(&path).unwrap() == bytes);
    // Without its log the pages know nothing of them: it is what kept them.
    let mut cut = bytes.clone();
    cut.truncate(first_entry(&bytes));
    cut[1024..3072].fill(0);
    let pages = Store::open_source(Disk::of(cut).source(), Options::default()).unwrap();
    assert_eq!(pages.reader().unwrap().len(T::Note).unwrap(), 0);
    // A backup of it has them in its pages, and no log: any program that knows redb reads it.
    let copy = folder.path().join("copy.redb");
    backup::backup_stopped(&path, &copy, &mut |_| {}).unwrap();
    let copied = fs::read(&copy).unwrap();
    assert!(copied.len() < bytes.len() && copied[1024..3072].iter().all(|byte| *byte == 0));
    let seen = verify::look_into(&copy, |rows| rows.len(T::Note)).unwrap();
    assert_eq!(seen, 7);
    assert!(fs::read(&path).unwrap() == bytes);
    let store = Store::open(&path, Options::default()).unwrap();
    assert_eq!(store.reader().unwrap().len(T::Note).unwrap(), 7);
    store.close();
    assert!(fs::metadata(&path).unwrap().len() < bytes.len() as u64);
    assert!(verify::verify(&path, None, &mut |_| {}).unwrap().closed);
}

#[test]
fn a_log_that_is_damaged_or_cut_off_is_refused_and_left_alone() {
    let bytes = with_a_log();
    let mut damaged = bytes.clone();
    damaged[first_entry(&bytes) + 70] ^= 1;
    let mut cut = bytes.clone();
    cut.truncate(bytes.len() - 4096);
    for bytes in [damaged, cut] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.redb");
        fs::write(&path, &bytes).unwrap();
        let error = verify::verify(&path, None, &mut |_| {}).unwrap_err();
        assert!(matches!(error, StoreError::Torn { .. }), "{error}");
        let error = Store::open(&path, Options::default()).err().unwrap();
        assert!(matches!(error, StoreError::Torn { .. }), "{error}");
    }
}

#[test]
fn the_log_is_put_into_the_pages_when_nobody_writes() {
    let disk = Disk::of(fresh_file());
    let store = Store::open_source(disk.source(), Options::default()).unwrap();
    put_notes(&store, 0, 3);
    until("the log is settled", || {
        let mut pages = disk.after_power_cut();
        pages.truncate(first_entry(&disk.after_power_cut()));
        pages[1024..3072].fill(0);
        let left = Store::open_source(Disk::of(pages).source(), Options::default());
        left.unwrap().reader().unwrap().len(T::Note).unwrap() == 3
    });
    assert_eq!(store.reader().unwrap().len(T::Note).unwrap(), 3);
}

/// Found by the storm: whoever repaired a file was ended after its header said closed, and nobody could open it again.
#[test]
fn a_repair_can_be_cut_anywhere() {
    let disk = Disk::of(fresh_file());
    let store = Store::open_source(disk.source(), Options::default()).unwrap();
    put_notes(&store, 0, 5);
    // More than the log takes goes to the pages, so that there is something to repair.
    let done: Result<(), WriteError<StoreError>> =
        store.write(|tx| tx.put(T::Note, &tables::key(9), &[9; 200_000]));
    done.unwrap();
    let crashed = disk.after_power_cut();
    let disk = Disk::of(crashed);
    disk.remember();
    disk.remember_steps();
    let again = Store::open_source(disk.source(), Options::default()).unwrap();
    again.close();
    let steps = disk.steps();
    assert!(steps.len() > 6, "{}", steps.len());
    for (number, bytes) in disk.history().into_iter().chain(steps).enumerate() {
        let left = Store::open_source(Disk::of(bytes).source(), Options::default());
        let left = left.unwrap_or_else(|error| panic!("cut at {number}: {error}"));
        assert_eq!(
            left.reader().unwrap().len(T::Note).unwrap(),
            6,
            "cut at {number}"
        );
    }
}
