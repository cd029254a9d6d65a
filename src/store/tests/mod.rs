//! Tests of the store: a disk that breaks on demand, and one file of tests for each promise.
#![allow(clippy::unwrap_used)]

mod casework;
mod copy;
pub(crate) mod disk;
mod edits;
mod killed;
mod opening;
mod papers;
pub(crate) mod seed;
mod storm;
mod writing;

use super::*;
use std::sync::atomic::AtomicBool;

/// A store in a folder that goes away with it.
pub(crate) fn new_store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("a.redb"), Options::default()).unwrap();
    (folder, store)
}

/// Puts a number of notes in one job each.
pub(crate) fn put_notes(store: &Store, from: u64, to: u64) {
    for number in from..to {
        let done: Result<(), WriteError<StoreError>> =
            store.write(move |tx| tx.put(T::Note, &tables::key(number), &[number as u8; 300]));
        done.unwrap();
    }
}

/// Waits until something holds; the tests never sleep for a fixed time.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "still waiting: {what}"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// Writes notes from a thread of its own until told to stop; gives the number written.
pub(crate) fn writer_in_background(store: &Store) -> (Arc<AtomicBool>, JoinHandle<u64>) {
    let stop = Arc::new(AtomicBool::new(false));
    let (theirs, store) = (Arc::clone(&stop), store.clone());
    let thread = thread::spawn(move || {
        let mut number = 0;
        while !theirs.load(Ordering::Relaxed) {
            put_notes(&store, number, number + 1);
            // Overwrites old pages too, which is what tears copies.
            let old = number / 2;
            put_notes(&store, old, old + 1);
            number += 1;
        }
        number
    });
    (stop, thread)
}
