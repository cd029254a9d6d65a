//! Copies of a file that is being written: through the gate every one is whole, by hand none is accepted torn.

use super::*;
use std::fs::{self, File};

fn notes_in(path: &Path) -> Result<u64, StoreError> {
    Store::open(path, Options::default())?
        .reader()?
        .len(T::Note)
}

#[test]
fn every_copy_through_the_gate_is_one_moment() {
    let (folder, store) = new_store();
    let (stop, thread) = writer_in_background(&store);
    until("some notes", || store.figures().jobs > 50);
    let mut before = 0;
    for round in 0..40 {
        let at_least = store.reader().unwrap().len(T::Note).unwrap();
        let path = folder.path().join(format!("copy-{round}.redb"));
        let snapshot = store.snapshot().unwrap();
        // The writer goes on while the copy waits, and has to save what it overwrites.
        let jobs = store.figures().jobs;
        until("writes during the copy", || {
            store.figures().jobs > jobs + 10
        });
        let mut told = 0;
        snapshot
            .write_file(&mut File::create(&path).unwrap(), &mut |done, _| {
                told = done
            })
            .unwrap();
        assert_eq!(told, fs::metadata(&path).unwrap().len());
        let notes = notes_in(&path).unwrap();
        assert!(
            notes >= at_least && notes >= before,
            "{notes} after {at_least}"
        );
        before = notes;
    }
    stop.store(true, Ordering::Relaxed);
    let written = thread.join().unwrap();
    assert_eq!(store.reader().unwrap().len(T::Note).unwrap(), written);
}

#[test]
fn one_copy_at_a_time_and_a_dropped_one_ends() {
    let (_folder, store) = new_store();
    let first = store.snapshot().unwrap();
    let error = store.snapshot().unwrap_err().to_string();
    assert!(error.contains("another copy"), "{error}");
    drop(first);
    let mut bytes = Vec::new();
    store
        .snapshot()
        .unwrap()
        .write_to(&mut bytes, &mut |_, _| {})
        .unwrap();
    assert_eq!(&bytes[..4], b"redb");
}

#[test]
fn plain_copies_under_load_are_whole_or_refused() {
    let (folder, store) = new_store();
    let (stop, thread) = writer_in_background(&store);
    until("some notes", || store.figures().jobs > 200);
    let mut refused = 0;
    for _ in 0..40 {
        let at_least = store.reader().unwrap().len(T::Note).unwrap();
        let path = folder.path().join("plain.redb");
        // In small pieces with pauses between, as a slow tool would.
        let (from, mut to) = (
            File::open(store.path()).unwrap(),
            File::create(&path).unwrap(),
        );
        let mut from = std::io::BufReader::with_capacity(32 * 1024, from);
        while let Ok(piece @ [_, ..]) = std::io::BufRead::fill_buf(&mut from) {
            let len = piece.len();
            std::io::Write::write_all(&mut to, piece).unwrap();
            std::io::BufRead::consume(&mut from, len);
            thread::sleep(Duration::from_micros(300));
        }
        match notes_in(&path) {
            Ok(notes) => assert!(notes >= at_least, "a torn copy was opened"),
            Err(StoreError::Torn { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    stop.store(true, Ordering::Relaxed);
    thread.join().unwrap();
    assert!(refused > 0, "the load was too light to tear a copy");
}
