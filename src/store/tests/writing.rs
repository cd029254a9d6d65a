//! What the writer promises: durable answers, shared syncs, refusals that leave nothing, failures that stop it.

use super::disk::{Disk, fresh_file};
use super::*;
use std::io;
use std::sync::Barrier;

type Done = Result<(), WriteError<String>>;

fn put(tx: &mut WriteTx<'_>, key: u64, value: &str) -> Result<(), String> {
    tx.put(T::Note, &tables::key(key), value.as_bytes())
        .map_err(|error| error.to_string())
}

fn note(store: &Store, key: u64) -> Option<String> {
    let found = store
        .reader()
        .unwrap()
        .get(T::Note, &tables::key(key))
        .unwrap();
    found.map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn a_refused_job_leaves_nothing_and_its_neighbours_stay() {
    let (_folder, store) = new_store();
    store.write(|tx| put(tx, 1, "first")).unwrap();
    let threads: Vec<_> = (0..40)
        .map(|number: u64| {
            let store = store.clone();
            thread::spawn(move || -> Done {
                store.write(move |tx| {
                    put(tx, 1, "spoiled")?;
                    put(tx, 100 + number, "new")?;
                    tx.delete(T::Note, &tables::key(1))
                        .map_err(|e| e.to_string())?;
                    match number % 4 {
                        0 => Err("no".to_owned()),
                        1 => panic!("a bug in a job"),
                        _ => put(tx, 1, "kept"),
                    }
                })
            })
        })
        .collect();
    for (number, thread) in threads.into_iter().enumerate() {
        let done = thread.join().unwrap();
        match number % 4 {
            0 => assert!(matches!(done, Err(WriteError::Refused(_)))),
            1 => assert!(matches!(done, Err(WriteError::Store(StoreError::Panicked)))),
            _ => done.unwrap(),
        }
        assert_eq!(note(&store, 100 + number as u64).is_some(), number % 4 > 1);
    }
    assert_eq!(note(&store, 1).as_deref(), Some("kept"));
}

#[test]
fn many_writers_share_a_sync() {
    let (_folder, store) = new_store();
    // What the opening wrote is put into the pages a moment later; the figures stand still after that.
    let mut before = store.figures();
    loop {
        thread::sleep(Duration::from_millis(50));
        let now = store.figures();
        if (now.syncs, now.commits) == (before.syncs, before.commits) {
            break;
        }
        before = now;
    }
    let barrier = Arc::new(Barrier::new(64));
    let threads: Vec<_> = (0..64)
        .map(|number| {
            let (store, barrier) = (store.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                put_notes(&store, number * 10, number * 10 + 10);
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    let after = store.figures();
    assert_eq!(after.jobs - before.jobs, 640);
    let commits = after.commits - before.commits;
    assert!(commits * 4 < 640, "{commits} commits for 640 jobs");
    // One for each entry of the log, two where it is put into the pages; one of those may be under way just now.
    let syncs = after.syncs - before.syncs;
    assert!(
        (commits..=2 * commits + 2).contains(&syncs),
        "{syncs} syncs for {commits} commits"
    );
    assert_eq!(store.reader().unwrap().len(T::Note).unwrap(), 640);
}

#[tokio::test]
async fn the_asynchronous_door_answers_too() {
    let (_folder, store) = new_store();
    let seen: Result<usize, WriteError<String>> = store
        .write_async(|tx| {
            put(tx, 5, "five")?;
            // A job reads its own writes.
            let found = tx
                .get(T::Note, &tables::key(5))
                .map_err(|e| e.to_string())?;
            Ok(found.map_or(0, |value| value.len()))
        })
        .await;
    assert_eq!(seen.unwrap(), 4);
}

#[test]
fn a_power_cut_after_any_sync_keeps_every_answered_write() {
    let disk = Disk::of(fresh_file());
    let store = Store::open_source(disk.source(), Options::default()).unwrap();
    disk.remember();
    let mut answered = Vec::new();
    for number in 0..30 {
        put_notes(&store, number, number + 1);
        // Everything answered must be in what a power cut would leave now.
        let left = Store::open_source(
            Disk::of(disk.after_power_cut()).source(),
            Options::default(),
        );
        assert_eq!(
            left.unwrap().reader().unwrap().len(T::Note).unwrap(),
            number + 1
        );
        answered.push(disk.history().len());
    }
    store.close();
    for (sync, bytes) in disk.history().into_iter().enumerate() {
        let left = Store::open_source(Disk::of(bytes).source(), Options::default()).unwrap();
        let notes = left.reader().unwrap().len(T::Note).unwrap();
        let at_least = answered.partition_point(|syncs| *syncs <= sync + 1) as u64;
        assert!(notes >= at_least, "sync {sync}: {notes} of {at_least}");
    }
}

#[test]
fn a_full_disk_refuses_writes_keeps_reading_and_recovers_by_itself() {
    let disk = Disk::of(fresh_file());
    let store = Store::open_source(disk.source(), Options::default()).unwrap();
    put_notes(&store, 0, 3);
    disk.fail(Some(io::ErrorKind::StorageFull));
    let refused: Done = store.write(|tx| put(tx, 9, "lost"));
    assert!(
        matches!(refused, Err(WriteError::Store(StoreError::DiskFull))),
        "{refused:?}"
    );
    assert!(store.trouble().is_some());
    disk.fail(None);
    until("the file is opened again", || store.trouble().is_none());
    assert_eq!(store.reader().unwrap().len(T::Note).unwrap(), 3);
    put_notes(&store, 3, 6);
    assert_eq!(note(&store, 9), None);
}

#[test]
fn little_room_refuses_writes_before_the_disk_does_and_reading_goes_on() {
    let (folder, store) = new_store();
    put_notes(&store, 0, 3);
    store.close();
    let greedy = Options {
        reserve_bytes: u64::MAX,
        ..Options::default()
    };
    let store = Store::open(&folder.path().join("a.redb"), greedy).unwrap();
    let refused: Done = store.write(|tx| put(tx, 9, "lost"));
    assert!(matches!(
        refused,
        Err(WriteError::Store(StoreError::DiskFull))
    ));
    assert_eq!(store.reader().unwrap().len(T::Note).unwrap(), 3);
    assert!(store.trouble().unwrap().to_string().contains("full"));
}

#[test]
fn a_failing_disk_is_never_acknowledged() {
    let disk = Disk::of(fresh_file());
    let store = Store::open_source(disk.source(), Options::default()).unwrap();
    disk.fail(Some(io::ErrorKind::Other));
    for number in 0..3 {
        let refused: Done = store.write(move |tx| put(tx, number, "lost"));
        assert!(
            matches!(refused, Err(WriteError::Store(StoreError::Io(_)))),
            "{refused:?}"
        );
    }
    disk.fail(None);
    until("the file is opened again", || store.trouble().is_none());
    assert_eq!(store.reader().unwrap().len(T::Note).unwrap(), 0);
}

#[test]
fn a_closed_store_says_so() {
    let (_folder, store) = new_store();
    store.close();
    let refused: Done = store.write(|tx| put(tx, 1, "late"));
    assert!(matches!(
        refused,
        Err(WriteError::Store(StoreError::Closed))
    ));
    assert!(matches!(store.reader(), Err(StoreError::Closed)));
    assert!(matches!(store.snapshot(), Err(StoreError::Closed)));
}
