//! A program that was killed: what it wrote is there, and nobody waits for a check of the whole file. Whatever else stands
//! in the place of the file is checked all the same.

use super::disk::{Disk, fresh_file};
use super::*;
use crate::store::mark::Mark;
use std::fs;
use std::path::PathBuf;

struct Place {
    mark: Mark,
    beside: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join("open");
        Self {
            mark: Mark::at(beside.clone(), || Some("here".into())),
            beside,
            _folder: folder,
        }
    }

    fn source(&self, disk: &Disk) -> Source {
        disk.source().with(self.mark.clone())
    }
}

fn notes(store: &Store) -> u64 {
    store.reader().unwrap().len(T::Note).unwrap()
}

#[test]
fn a_program_may_be_killed_at_any_step() {
    let (place, disk) = (Place::new(), Disk::of(fresh_file()));
    let store = Store::open_source(place.source(&disk), Options::default()).unwrap();
    disk.remember_steps_with(&place.beside);
    // How many notes were answered after how many steps.
    let mut answered = vec![(0, 0)];
    for round in 0..6 {
        put_notes(&store, round * 10, round * 10 + 10);
        answered.push((disk.steps().len(), round * 11 + 10));
        // More than the log takes goes to the pages.
        let key = tables::key(1_000 + round);
        let done: Result<(), WriteError<StoreError>> =
            store.write(move |tx| tx.put(T::Note, &key, &[9; 100_000]));
        done.unwrap();
        answered.push((disk.steps().len(), round * 11 + 11));
    }
    let (steps, marks) = (disk.steps(), disk.beside());
    store.close();
    assert!(!place.beside.exists(), "a file that is closed has no mark");
    assert!(
        steps.len() == marks.len() && steps.len() > 100,
        "{}",
        steps.len()
    );
    let mut believed = 0;
    for (number, (bytes, mark)) in steps.into_iter().zip(marks).enumerate() {
        fs::write(&place.beside, mark).unwrap();
        let left = Disk::of(bytes);
        believed += usize::from(place.source(&left).was_killed_here().unwrap());
        let store = Store::open_source(place.source(&left), Options::default());
        let store = store.unwrap_or_else(|error| panic!("killed at {number}: {error}"));
        let at_least = answered
            .iter()
            .rev()
            .find(|(steps, _)| *steps <= number + 1);
        let at_least = at_least.map_or(0, |(_, notes)| *notes);
        assert!(notes(&store) >= at_least, "killed at {number}");
        let found = notes(&store);
        put_notes(&store, 5_000, 5_001);
        store.close();
        // And every page is what its checksum says.
        let (db, _gate) = open::open_pages(
            &left.source(),
            &Options::default(),
            Check::Always,
            Older::Refused,
        )
        .unwrap_or_else(|error| panic!("killed at {number}: {error}"));
        let rows = Reader::new(db.begin_read().unwrap());
        assert_eq!(rows.len(T::Note).unwrap(), found + 1, "killed at {number}");
    }
    assert!(believed > 100, "{believed} were believed");
}

#[test]
fn what_stands_in_the_place_of_the_file_is_still_checked() {
    let (place, disk) = (Place::new(), Disk::of(fresh_file()));
    let store = Store::open_source(place.source(&disk), Options::default()).unwrap();
    put_notes(&store, 0, 200);
    until("it is in the pages", || {
        disk.after_kill() == disk.after_power_cut()
    });
    let mut copy = disk.after_kill();
    let big: Result<(), WriteError<StoreError>> =
        store.write(|tx| tx.put(T::Note, &tables::key(9_000), &[9; 100_000]));
    big.unwrap();
    let (mark, left) = (fs::read(&place.beside).unwrap(), disk.after_kill());
    store.close();
    fs::write(&place.beside, &mark).unwrap();
    let source = |bytes: &[u8]| place.source(&Disk::of(bytes.to_vec()));
    assert!(source(&left).was_killed_here().unwrap());
    assert!(!source(&copy).was_killed_here().unwrap(), "an older moment");
    // A torn one is found out: a page of it is of another moment.
    let note = copy.windows(300).rposition(|bytes| *bytes == [7; 300]);
    copy[note.unwrap()] ^= 1;
    match Store::open_source(source(&copy), Options::default()) {
        Err(StoreError::Torn { .. }) => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a torn copy was opened"),
    }
}

#[test]
fn nothing_is_believed_after_the_disk_has_failed() {
    let (place, disk) = (Place::new(), Disk::of(fresh_file()));
    let store = Store::open_source(place.source(&disk), Options::default()).unwrap();
    put_notes(&store, 0, 5);
    assert!(place.beside.exists());
    disk.fail(Some(std::io::ErrorKind::Other));
    let lost: Result<(), WriteError<StoreError>> =
        store.write(|tx| tx.put(T::Note, &tables::key(9), &[9; 10]));
    lost.unwrap_err();
    until("the mark is gone", || !place.beside.exists());
    disk.fail(None);
    until("it is opened again", || store.trouble().is_none());
    until("it is marked again", || place.beside.exists());
    assert!(
        place
            .source(&Disk::of(disk.after_kill()))
            .was_killed_here()
            .unwrap()
    );
}
