//! A format that is not there yet, a disk without room, and what a stopped upgrade leaves.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::store::derive::Timing;
use crate::store::tests::{new_store, put_notes};
use crate::store::upcast::{FORMAT, SHAPE};
use crate::store::{Store, WriteError, tables};

const LATER: Program = Program {
    version: Version {
        format: FORMAT + 1,
        shape: SHAPE,
    },
    migrations: &[Migration {
        from: FORMAT,
        name: "write every note twice",
        run: |tx| {
            let mut notes = Vec::new();
            tx.walk(T::Note, tables::ALL, true, &mut |key, value| {
                notes.push((tables::number(key)?, value.to_vec()));
                tables::MORE
            })?;
            for (number, note) in notes {
                tx.put(T::Note, &tables::key(number + 1000), &note)?;
            }
            Ok(())
        },
    }],
};

fn closed() -> (tempfile::TempDir, PathBuf) {
    let (folder, store) = new_store();
    put_notes(&store, 0, 5);
    store.close();
    let path = folder.path().join("a.redb");
    (folder, path)
}

fn run(program: &Program, path: &Path, dry_run: bool) -> Result<Upgraded, StoreError> {
    let now = "2026-11-22T14:05:00Z".parse().unwrap();
    let none: Calendar<'_> = &|_| Ok(Box::new(|_| Timing::default()));
    upgrade_to(program, path, now, dry_run, none, &mut |_| {})
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_migration_of_the_record_is_taken_on_a_copy_and_its_format_is_then_known() {
    let (folder, path) = closed();
    let bytes = fs::read(&path).unwrap();
    let needs = look_for(&LATER, &path).unwrap();
    assert_eq!(needs.steps[0].to_string(), "write every note twice");
    run(&LATER, &path, true).unwrap();
    assert_eq!(
        (names(folder.path()), fs::read(&path).unwrap()),
        (vec!["a.redb".to_owned()], bytes.clone())
    );
    let done = run(&LATER, &path, false).unwrap();
    assert_eq!((done.from, done.to), (PROGRAM.version, LATER.version));
    let kept = format!("a.redb.before-upgrade-{FORMAT}.{SHAPE}-20261122-140500");
    assert_eq!(names(folder.path()), ["a.redb", &kept]);
    assert_eq!(fs::read(&done.kept).unwrap(), bytes);
    // The program of today refuses it by name, and takes the kept one.
    let refused = Store::open(&path, Options::default()).err().unwrap();
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused}");
    fs::rename(&done.kept, &path).unwrap();
    Store::open(&path, Options::default()).unwrap();
}

#[test]
fn a_migration_that_fails_or_loses_something_changes_nothing() {
    const FAILS: Program = Program {
        version: LATER.version,
        migrations: &[Migration {
            from: FORMAT,
            name: "fail",
            run: |_| Err(StoreError::DiskFull),
        }],
    };
    const LOSES: Program = Program {
        version: LATER.version,
        migrations: &[Migration {
            from: FORMAT,
            name: "lose a document",
            run: |tx| tx.clear(T::Blob),
        }],
    };
    let (folder, store) = new_store();
    let document = store.put_document(&mut b"A call note.".as_slice()).unwrap();
    let done: Result<(), WriteError<StoreError>> =
        store.write(move |tx| tx.put(T::Note, b"kept", &document.sha256));
    done.unwrap();
    let path = folder.path().join("a.redb");
    assert!(matches!(
        run(&LATER, &path, false),
        Err(StoreError::InUse(_))
    ));
    store.close();
    let bytes = fs::read(&path).unwrap();
    assert!(matches!(
        run(&FAILS, &path, false),
        Err(StoreError::DiskFull)
    ));
    assert!(run(&LOSES, &path, false).is_err());
    assert_eq!(names(folder.path()), ["a.redb"]);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn too_little_room_is_said_in_figures() {
    let path = Path::new("a.redb");
    assert!(place::compare(path, 5_000_000, 5_000_000).is_ok());
    let error = place::compare(path, 5_000_001, 4_999_999).unwrap_err();
    assert!(
        error.to_string().contains("needs 6 MB") && error.to_string().contains("are 4"),
        "{error}"
    );
}

#[test]
fn a_stopped_upgrade_leaves_nothing_that_the_next_does_not_remove() {
    let (folder, path) = closed();
    let at = |name: &str| folder.path().join(name);
    // It was making a copy; it had given the file its second name; an earlier one had kept a real file.
    fs::write(at(".a.redb.upgrading-x1"), b"half").unwrap();
    fs::hard_link(&path, at("a.redb.before-upgrade-1.1-20260101-000000")).unwrap();
    fs::write(at("a.redb.before-upgrade-1.1-20250101-000000"), b"kept").unwrap();
    fs::write(at(".b.redb.upgrading-x1"), b"another's").unwrap();
    clear(&path).unwrap();
    let left = [
        ".b.redb.upgrading-x1",
        "a.redb",
        "a.redb.before-upgrade-1.1-20250101-000000",
    ];
    assert_eq!(names(folder.path()), left);
    // Nothing that is there is replaced.
    let kept = at(&format!(
        "a.redb.before-upgrade-{FORMAT}.{SHAPE}-20261122-140500"
    ));
    fs::write(&kept, b"there").unwrap();
    assert!(matches!(
        run(&LATER, &path, false),
        Err(StoreError::Exists(_))
    ));
    assert_eq!(fs::read(&kept).unwrap(), b"there");
}

#[test]
fn where_a_file_has_one_name_only_a_copy_is_kept() {
    let (folder, path) = closed();
    let (held, kept) = (Held::take(&path).unwrap(), folder.path().join("kept"));
    place::keep_a_copy(&held, &kept).unwrap();
    assert_eq!(fs::read(&kept).unwrap(), fs::read(&path).unwrap());
    let again = place::keep_a_copy(&held, &kept);
    assert!(matches!(again, Err(StoreError::Exists(_))));
    assert_eq!(names(folder.path()), ["a.redb", "kept"]);
}

#[test]
fn a_link_to_the_file_stays_a_link() {
    let (folder, path) = closed();
    let link = folder.path().join("link.redb");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let done = run(&LATER, &link, false).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        done.kept.parent(),
        fs::canonicalize(&path).unwrap().parent()
    );
}
