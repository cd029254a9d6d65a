#![allow(clippy::unwrap_used)]
use super::*;
use crate::store::tests::disk::Disk;
use crate::store::tests::seed::Random;

/// What redb's pages of a file look like to the log: any bytes, the first page with room for the slots.
fn pages(len: usize) -> Vec<u8> {
    let mut bytes = vec![7; len];
    bytes[320..PAGE as usize].fill(0);
    bytes
}

fn open(disk: &Disk) -> Redo {
    Redo::open(Box::new(disk.clone())).unwrap()
}

/// The disk as a power cut would leave it.
fn after_power_cut(disk: &Disk) -> Disk {
    Disk::of(disk.after_power_cut())
}

fn body(number: u64, len: usize) -> Vec<u8> {
    (0..len).map(|n| (n as u64 * 31 + number) as u8).collect()
}

#[test]
fn what_was_appended_is_there_after_a_power_cut_and_what_is_settled_is_not_given_again() {
    let disk = Disk::of(pages(40_960));
    let redo = open(&disk);
    for number in 1..=5 {
        assert!(redo.append(number, &body(number, 3000)).unwrap());
        let found = open(&after_power_cut(&disk)).entries(0).unwrap();
        let wanted: Vec<_> = (1..=number).map(|n| body(n, 3000)).collect();
        assert_eq!(found, wanted);
    }
    assert!(redo.waits());
    // Two of them are in the pages.
    let left = open(&after_power_cut(&disk)).entries(2).unwrap();
    assert_eq!(left, [body(3, 3000), body(4, 3000), body(5, 3000)]);
    redo.settled();
    assert!(!redo.waits());
    assert!(redo.append(6, b"over the first").unwrap());
    let found = open(&after_power_cut(&disk)).entries(5).unwrap();
    assert_eq!(found, [b"over the first"]);
}

#[test]
fn a_full_log_takes_nothing_and_says_so() {
    let disk = Disk::of(pages(8192));
    let redo = open(&disk);
    let mut number = 1;
    while redo.append(number, &body(number, 5000)).unwrap() {
        number += 1;
    }
    assert_eq!(number - 1, ROOM / 8192);
    assert_eq!(open(&disk).entries(0).unwrap().len() as u64, number - 1);
}

#[test]
fn a_log_given_up_leaves_the_pages_as_they_were() {
    let before = pages(40_960);
    let disk = Disk::of(before.clone());
    let redo = open(&disk);
    redo.append(1, b"something").unwrap();
    redo.settled();
    disk.remember();
    disk.remember_steps();
    redo.give_up().unwrap();
    assert_eq!(disk.after_power_cut(), before);
    // And at every step on the way there, the length of the pages is known.
    for bytes in disk.history().into_iter().chain(disk.steps()) {
        let left = open(&Disk::of(bytes));
        assert_eq!(left.len(), 40_960);
        left.give_up().unwrap();
    }
}

#[test]
fn laying_a_log_can_be_cut_anywhere() {
    let disk = Disk::of(pages(40_960));
    disk.remember();
    disk.remember_steps();
    open(&disk).append(1, b"something").unwrap();
    let history = disk.history();
    assert!(history.len() > 3);
    for bytes in history.into_iter().chain(disk.steps()) {
        let disk = Disk::of(bytes);
        let redo = open(&disk);
        assert_eq!(redo.len(), 40_960);
        // It goes on from wherever it was cut.
        let found = redo.entries(0).unwrap().len() as u64;
        redo.settled();
        assert!(redo.append(found + 1, b"more").unwrap());
        let more = open(&after_power_cut(&disk)).entries(found).unwrap();
        assert_eq!(more, [b"more"]);
    }
}

/// Appending, settling, growing, shrinking, closing and power cuts in any order, against a model.
#[test]
fn nothing_that_was_appended_is_lost_whatever_happens() {
    let mut random = Random(0x4ED0);
    for _ in 0..60 {
        let mut disk = Disk::of(pages(8192));
        let mut redo = open(&disk);
        let (mut done, mut waiting, mut len) = (0u64, Vec::new(), 8192u64);
        for _ in 0..80 {
            match random.below(10) {
                0..5 => {
                    let number = done + waiting.len() as u64 + 1;
                    let body = body(number, random.below(9000));
                    if redo.append(number, &body).unwrap() {
                        waiting.push(body);
                    }
                }
                5 => {
                    // The pages have everything, durably.
                    done += waiting.len() as u64;
                    waiting.clear();
                    redo.settled();
                }
                6 | 7 => {
                    len = (1 + random.below(40)) as u64 * PAGE;
                    redo.set_len(len).unwrap();
                    redo.sync_data().unwrap();
                }
                8 => {
                    disk = after_power_cut(&disk);
                    redo = open(&disk);
                    assert_eq!(redo.entries(done).unwrap(), waiting);
                    done += waiting.len() as u64;
                    waiting.clear();
                    redo.settled();
                }
                _ => {
                    done += waiting.len() as u64;
                    waiting.clear();
                    redo.settled();
                    redo.give_up().unwrap();
                    assert_eq!(StorageBackend::len(&disk).unwrap(), len);
                }
            }
            assert_eq!(redo.len(), len);
        }
    }
}

#[test]
fn growing_over_the_log_can_be_cut_anywhere() {
    // To just over where the log begins, into the middle of its entries, and past them.
    for len in [12_288, 16_384, 28_672, 65_536] {
        let disk = Disk::of(pages(8192));
        let redo = open(&disk);
        let bodies: Vec<_> = (1..=3).map(|number| body(number, 6000)).collect();
        for (number, body) in (1..).zip(&bodies) {
            redo.append(number, body).unwrap();
        }
        disk.remember();
        disk.remember_steps();
        redo.set_len(len).unwrap();
        // redb writes where the log was.
        redo.write(8192, &vec![9; len as usize - 8192]).unwrap();
        redo.sync_data().unwrap();
        for history in [disk.history(), disk.steps()] {
            let lens: Vec<u64> = history
                .into_iter()
                .map(|bytes| {
                    let left = open(&Disk::of(bytes));
                    assert_eq!(left.entries(0).unwrap(), bodies, "{len}");
                    left.len()
                })
                .collect();
            assert_eq!((lens[0], *lens.last().unwrap()), (8192, len));
            assert!(lens.is_sorted());
        }
    }
}

#[test]
fn growing_before_the_log_was_read_keeps_it() {
    let disk = Disk::of(pages(8192));
    open(&disk).append(1, b"something").unwrap();
    let redo = open(&after_power_cut(&disk));
    redo.set_len(40_960).unwrap();
    assert_eq!(redo.entries(0).unwrap(), [b"something"]);
}

#[test]
fn after_a_failure_of_the_disk_nothing_is_written_that_would_close_the_file() {
    let disk = Disk::of(pages(8192));
    let redo = open(&disk);
    redo.append(1, b"something").unwrap();
    disk.fail(Some(io::ErrorKind::Other));
    assert!(redo.append(2, b"more").is_err());
    disk.fail(None);
    let left = disk.after_power_cut();
    assert!(redo.write(0, b"closed").is_err());
    assert!(redo.set_len(8192).is_err());
    assert!(redo.sync_data().is_err());
    assert!(redo.give_up().is_err());
    assert!(redo.append(2, b"more").is_err());
    assert!(disk.after_power_cut() == left);
    assert_eq!(open(&disk).entries(0).unwrap(), [b"something"]);
}

#[test]
fn a_slot_that_makes_no_sense_is_refused() {
    let slot = |turn, len, base| Slot {
        turn,
        len,
        base,
        nonce: [1; 16],
    };
    let real = 8192 + ROOM;
    for slot in [
        slot(1, 0, None),
        slot(1, 0, Some(8192)),
        slot(1, 8192, Some(4096)),
        slot(1, 8192, Some(8193)),
        slot(1, 8192, Some(u64::MAX - 4095)),
        slot(1, real + 1, None),
        slot(u64::MAX, 8192, Some(8192)),
    ] {
        let mut bytes = pages(real as usize);
        bytes[1024..1024 + SLOT].copy_from_slice(&slot.to_bytes());
        let error = Redo::open(Box::new(Disk::of(bytes))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{slot:?}");
    }
}

#[test]
fn a_torn_last_entry_is_none_and_a_damaged_one_before_others_is_refused() {
    let disk = Disk::of(pages(8192));
    let redo = open(&disk);
    for number in 1..=3 {
        redo.append(number, &body(number, 6000)).unwrap();
    }
    let bytes = disk.after_power_cut();
    let flip = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[8192 + at] ^= 1;
        open(&Disk::of(bytes)).entries(0)
    };
    assert_eq!(flip(2 * 8192 + 100).unwrap().len(), 2);
    for at in [0, 100, 8192 + 9, 8192 + 5000] {
        // The first or the second, with a third behind it.
        let error = flip(at).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}

#[test]
fn a_file_whose_log_was_cut_off_is_refused() {
    let disk = Disk::of(pages(8192));
    open(&disk).append(1, b"something").unwrap();
    let bytes = disk.after_power_cut();
    for len in [4096, 8192, 8193, bytes.len() - 1] {
        let error = Redo::open(Box::new(Disk::of(bytes[..len].to_vec()))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{len}");
    }
}

#[test]
fn what_looks_like_an_entry_of_another_log_is_none() {
    let disk = Disk::of(pages(8192));
    open(&disk).append(1, b"of the first log").unwrap();
    let first = disk.after_power_cut();
    let redo = open(&disk);
    redo.settled();
    redo.give_up().unwrap();
    open(&disk).append(1, b"x").unwrap();
    let mut second = disk.after_power_cut();
    second[8192..8192 + 4096].copy_from_slice(&first[8192..8192 + 4096]);
    assert!(open(&Disk::of(second)).entries(0).unwrap().is_empty());
}

#[test]
fn the_pages_never_show_the_slots() {
    let disk = Disk::of(pages(8192));
    let redo = open(&disk);
    redo.append(1, b"something").unwrap();
    let mut page = vec![1; 8192];
    redo.read(0, &mut page).unwrap();
    assert_eq!(page, pages(8192));
    let mut part = vec![1; 50];
    redo.read(1050, &mut part).unwrap();
    assert_eq!(part, vec![0; 50]);
}
