//! Upgrading with the real program: every released file, a newer one, and the program killed on the way.

use super::fixture;
use crate::support::{Server, program};
use redress::store::upcast::{FORMAT, SHAPE};
use redress::store::verify::{Report, verify};
use redress::store::{Options, Store, StoreError, T, WriteError};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn redress(args: &[&str], file: &Path) -> Output {
    let mut command = Command::new(program());
    command.args(args).arg(file).stdin(Stdio::null());
    command.output().unwrap()
}

#[track_caller]
fn said(done: &Output) -> String {
    let (out, err) = (&done.stdout, &done.stderr);
    let said = [out.as_slice(), err].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(done.status.success(), "{said}");
    said
}

#[track_caller]
fn refused(done: &Output) -> String {
    assert_eq!(done.status.code(), Some(1));
    String::from_utf8(done.stderr.clone()).unwrap()
}

/// Every file of the folder with its bytes, by name.
fn folder(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn counts(report: &Report) -> (u64, u64, u64, String) {
    let head = report.head.to_string();
    (report.cases, report.events, report.documents, head)
}

fn look(path: &Path) -> Report {
    verify(path, None, &mut |_| {}).unwrap()
}

/// A copy of the oldest fixture in a folder of its own.
fn oldest() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("a.redb");
    fs::copy(fixture::folder().join("format-1-shape-1.redb"), &path).unwrap();
    (temp, path)
}

#[test]
fn every_released_file_is_upgraded_and_kept_and_a_dry_run_leaves_no_trace() {
    for kept in fs::read_dir(fixture::folder()).unwrap() {
        let kept = kept.unwrap().path();
        if kept.extension().is_none_or(|ending| ending != "redb") {
            continue;
        }
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a.redb");
        let bytes = fs::read(&kept).unwrap();
        fs::write(&path, &bytes).unwrap();
        let before = look(&path);
        let dry = said(&redress(&["upgrade", "--dry-run"], &path));
        assert_eq!(folder(temp.path()), [("a.redb".to_owned(), bytes.clone())]);
        if kept.ends_with(format!("format-{FORMAT}-shape-{SHAPE}.redb")) {
            assert!(dry.contains("nothing to do"), "{dry}");
            continue;
        }
        assert!(
            dry.contains("nothing was changed") && dry.contains("2 cases, 7 events"),
            "{dry}"
        );
        let done = said(&redress(&["upgrade"], &path));
        let files = folder(temp.path());
        let [(_, _), (name, old)] = &files[..] else {
            panic!(
                "{:?}",
                files.iter().map(|(name, _)| name).collect::<Vec<_>>()
            );
        };
        // The kept file says by its name of which format and lists it is.
        let was = kept.file_stem().unwrap().to_string_lossy().into_owned();
        let was = was.replace("format-", "").replace("-shape-", ".");
        let named = format!("a.redb.before-upgrade-{was}-");
        assert!(name.starts_with(&named), "{name}");
        assert!(*old == bytes, "{name} is not what it was");
        assert!(done.contains(name.as_str()), "{done}");
        // What the upgrade made is sound in every way that the program can prove.
        let sound = said(&redress(
            &["verify", "--expect", &before.head.to_string()],
            &path,
        ));
        assert!(sound.contains("a.redb: sound"), "{sound}");
        assert_eq!(counts(&look(&path)), counts(&before));
        let again = said(&redress(&["upgrade"], &path));
        assert!(again.contains("nothing to do"), "{again}");
        // Going back is the command that it printed.
        let back = done
            .lines()
            .find_map(|line| line.split_once("place, and: "));
        let shell = Command::new("sh").args(["-c", back.unwrap().1]).status();
        assert!(shell.unwrap().success());
        assert!(fs::read(&path).unwrap() == bytes);
    }
}

#[test]
fn a_server_upgrades_its_file_first_or_refuses_and_readers_change_nothing() {
    let (temp, path) = oldest();
    let bytes = fs::read(&path).unwrap();
    for reads in [["user", "list"], ["token", "list"]] {
        said(&redress(&[reads[0], reads[1], "--data"], &path));
    }
    let copy = temp.path().join("copy.redb");
    said(&redress(
        &["backup", copy.to_str().unwrap(), "--data"],
        &path,
    ));
    assert!(fs::read(&copy).unwrap()[10..] == bytes[10..] || look(&copy) == look(&path));
    fs::remove_file(&copy).unwrap();
    let error = refused(&redress(
        &["serve", "--no-upgrade", "--listen", "127.0.0.1:0", "--data"],
        &path,
    ));
    assert!(
        error.contains("older Redress (format 1, lists 1;") && error.contains("redress upgrade"),
        "{error}"
    );
    assert!(folder(temp.path()) == [("a.redb".to_owned(), bytes.clone())]);
    let server = Server::on(path.clone());
    let in_use = refused(&redress(&["upgrade"], &path));
    assert!(in_use.contains("in use"), "{in_use}");
    drop(server);
    let files = folder(temp.path());
    let (_, old) = files
        .iter()
        .find(|(name, _)| name.contains("before-upgrade"))
        .unwrap();
    assert!(*old == bytes);
}

#[test]
fn a_newer_file_is_refused_by_name_and_a_damaged_one_too() {
    let later = serde_json::json!({"app": "redress", "format": 99, "written_by": "9.0"});
    let newer = [("format", later), ("shape", serde_json::json!(SHAPE + 1))];
    for (key, value) in newer {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a.redb");
        let store = Store::create(&path, Options::default()).unwrap();
        let done: Result<(), WriteError<StoreError>> =
            store.write(move |tx| tx.put_record(T::Meta, key, &value));
        done.unwrap();
        store.close();
        let before = folder(temp.path());
        for verb in [
            &["upgrade"][..],
            &["verify"],
            &["serve", "--data"],
            &["user", "list", "--data"],
        ] {
            let error = refused(&redress(verb, &path));
            assert!(error.contains("newer Redress"), "{verb:?}: {error}");
        }
        assert!(folder(temp.path()) == before);
    }
    let (temp, path) = oldest();
    let mut bytes = fs::read(&path).unwrap();
    // A word of the record, wherever its page lies.
    let at = bytes
        .windows(8)
        .position(|word| word == b"O\xe2\x80\x99Neil")
        .unwrap();
    bytes[at] = b'P';
    fs::write(&path, &bytes).unwrap();
    let error = refused(&redress(&["upgrade"], &path));
    assert!(error.contains("torn or damaged"), "{error}");
    assert!(folder(temp.path()) == [("a.redb".to_owned(), bytes)]);
}

/// Kills `redress upgrade` at moments spread over its whole run; each time the file is whole, and the next upgrade
/// makes up for it.
#[test]
fn killed_at_any_moment_the_file_is_whole_and_the_next_upgrade_finishes() {
    let (_temp, path) = oldest();
    let (bytes, before) = (fs::read(&path).unwrap(), look(&path));
    let start = Instant::now();
    said(&redress(&["upgrade"], &path));
    let whole = start.elapsed();
    let (mut old, mut new, mut half) = (0, 0, 0);
    const KILLS: u32 = 50;
    for kill in 0..KILLS {
        let (temp, path) = oldest();
        let mut child = Command::new(program())
            .arg("upgrade")
            .arg(&path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // From before the copy is begun to a little after all is done.
        std::thread::sleep(whole * kill / (KILLS - 5));
        child.kill().unwrap();
        child.wait().unwrap();
        half += u32::from(
            folder(temp.path())
                .iter()
                .any(|(name, _)| name.contains("upgrading")),
        );
        assert_eq!(counts(&look(&path)), counts(&before), "kill {kill}");
        match fs::read(&path).unwrap() == bytes {
            true => old += 1,
            false => new += 1,
        }
        said(&redress(&["upgrade"], &path));
        let files = folder(temp.path());
        let names: Vec<_> = files.iter().map(|(name, _)| name).collect();
        assert_eq!(files.len(), 2, "kill {kill}: {names:?}");
        assert!(files[1].1 == bytes, "kill {kill}: the old file is not kept");
        assert_eq!(counts(&look(&path)), counts(&before), "kill {kill}");
        Store::open(&path, Options::default()).unwrap();
    }
    println!("{old} old, {new} new, {half} with a copy half made; a whole upgrade takes {whole:?}");
    assert!(
        old > 0 && new > 0 && half > 0,
        "{old} old, {new} new, {half} half, {whole:?}"
    );
    assert!(whole < Duration::from_secs(20));
}
