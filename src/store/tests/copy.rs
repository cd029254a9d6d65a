//! Copies of a file that is being written: through the gate every one is whole, by hand none is accepted torn.

use super::disk::Disk;
use super::*;
use crate::store::backup::{backup, restore};
use crate::store::gate::GateBackend;
use crate::store::verify::{Step, verify};
use redb::StorageBackend;
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

/// Any writing, growing and shrinking of the file while it is copied: the copy is the moment it began.
#[test]
fn the_gate_keeps_the_moment_whatever_is_written() {
    let mut random = seed::Random(0x6A7E);
    for round in 0..60 {
        let len = 1 + random.below(3 << 20);
        let bytes: Vec<u8> = (0..len).map(|n| (n * 31 + round) as u8).collect();
        let gate = Gate::new(Box::new(Disk::of(bytes.clone()))).unwrap();
        let disk = GateBackend(Arc::clone(&gate));
        let mut snapshot = gate.snapshot().unwrap();
        assert_eq!(snapshot.size(), len as u64);
        let (mut copy, mut piece) = (Vec::new(), Vec::new());
        loop {
            for _ in 0..random.below(12) {
                let now = StorageBackend::len(&disk).unwrap() as usize;
                match random.below(8) {
                    0 => disk.set_len(random.below(now + 300_000) as u64).unwrap(),
                    _ if now == 0 => {}
                    _ => {
                        let from = random.below(now);
                        let size = random.below(200_000).min(now - from);
                        disk.write(from as u64, &vec![0xEE; size]).unwrap();
                    }
                }
            }
            snapshot.next(&mut piece).unwrap();
            if piece.is_empty() {
                break;
            }
            copy.extend_from_slice(&piece);
        }
        assert!(
            copy == bytes,
            "round {round}: the copy is of another moment"
        );
    }
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

#[test]
fn a_backup_under_load_verifies_and_restores() {
    let (folder, store) = new_store();
    let mut random = seed::Random(3);
    for _ in 0..20 {
        seed::add_case(&store, &mut random);
    }
    let (stop, thread) = writer_in_background(&store);
    for round in 0..10 {
        let dest = folder.path().join(format!("backup-{round}.redb"));
        let mut steps = Vec::new();
        let report = backup(&store, &dest, &mut |step| steps.push(step)).unwrap();
        assert_eq!(report.cases, 20);
        assert!(matches!(steps.first(), Some(Step::Copying(..))));
        assert_eq!(
            verify(&dest, Some(report.head), &mut |_| {}).unwrap().head,
            report.head
        );
        assert!(matches!(
            backup(&store, &dest, &mut |_| {}),
            Err(StoreError::Exists(_))
        ));
    }
    stop.store(true, Ordering::Relaxed);
    thread.join().unwrap();

    let (from, target) = (
        folder.path().join("backup-3.redb"),
        folder.path().join("a.redb"),
    );
    let now = chrono::Utc::now();
    let refused = restore(&from, &target, now, &mut |_| {});
    assert!(matches!(refused, Err(StoreError::InUse(_))), "{refused:?}");
    let old = store.reader().unwrap().len(T::Note).unwrap();
    store.close();
    let restored = restore(&from, &target, now, &mut |_| {}).unwrap();
    let kept = restored.kept.unwrap();
    assert!(kept.to_string_lossy().contains("before-restore-"));
    assert_eq!(notes_in(&kept).unwrap(), old);
    assert!(notes_in(&target).unwrap() <= old);
    let left = fs::read_dir(folder.path()).unwrap();
    let hidden = left.filter(|f| {
        f.as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with('.')
    });
    assert_eq!(hidden.count(), 0, "a half copy was left behind");
}

#[test]
fn a_torn_backup_is_refused_and_the_file_stays() {
    let (folder, store) = new_store();
    put_notes(&store, 0, 300);
    store.close();
    let (from, target) = (
        folder.path().join("torn.redb"),
        folder.path().join("a.redb"),
    );
    let bytes = fs::read(&target).unwrap();
    let mut torn = bytes.clone();
    torn[4096..]
        .iter_mut()
        .skip(100)
        .step_by(4096)
        .for_each(|byte| *byte = !*byte);
    fs::write(&from, &torn).unwrap();
    let refused = restore(&from, &target, chrono::Utc::now(), &mut |_| {}).unwrap_err();
    let said = refused.to_string();
    assert!(
        matches!(refused, StoreError::Torn { .. }) && said.contains("redress backup"),
        "{said}"
    );
    assert!(fs::read(&target).unwrap() == bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
