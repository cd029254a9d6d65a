//! `kill -9` at random moments under mixed writes: nothing that was answered is lost, and it opens by itself.
//!
//! The child is this test program again, told by an environment variable where its file is; it prints what was
//! answered. `REDRESS_KILLS` sets the number of kills (200 by default).

use super::{attached, logged, note, timing};
use redress::domain::ids::CaseRef;
use redress::store::verify::{self, Step};
use redress::store::{Options, Store, StoreError, backup};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const FILE: &str = "REDRESS_TEST_KILL_FILE";

/// The child's part; nothing to do when the program runs its tests by itself.
#[test]
fn child() {
    let Some(path) = env::var_os(FILE) else {
        return;
    };
    let store = Store::open(Path::new(&path), Options::default()).unwrap();
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nACK {line}")
            .and_then(|()| out.flush())
            .unwrap();
    };
    say("open".into());
    thread::scope(|scope| {
        for writer in 0..4u32 {
            let (store, say) = (&store, &say);
            scope.spawn(move || {
                for round in 1u32.. {
                    let done = match round % 4 {
                        0 => document(store, writer * 1_000_000 + round),
                        _ => case(store, i64::from(round)),
                    };
                    say(done.unwrap());
                }
            });
        }
        let (store, path) = (&store, &path);
        scope.spawn(move || {
            for round in 0.. {
                let dest = Path::new(path).with_extension(format!("backup-{round}"));
                let _ = fs::remove_file(&dest);
                backup::backup(store, &dest, &mut |_: Step| {}).unwrap();
                fs::remove_file(&dest).unwrap();
            }
        });
    });
}

/// A new case, or one event more on an old one; gives the case and its version.
fn case(store: &Store, round: i64) -> Result<String, redress::store::WriteError<StoreError>> {
    store.write(move |tx| {
        let last = tx
            .record::<u64>(redress::store::T::Meta, "next/case/2026")?
            .unwrap_or(0);
        let (reference, events) = match round % 3 {
            0 => (
                tx.next_reference(2026)?,
                vec![logged(round, "Jo Smith"), note(2, round, "first")],
            ),
            _ if last == 0 => (tx.next_reference(2026)?, vec![logged(round, "Jo Smith")]),
            _ => {
                let reference = CaseRef::new(2026, 1 + (round as u64 * 7919 % last) as u32);
                let version = tx.case_row(&reference)?.map_or(0, |row| row.version);
                (reference, vec![note(version + 1, round, "one more")])
            }
        };
        let case = tx.append_events(&reference, &events, &timing)?;
        Ok(format!("case {reference} {}", case.version))
    })
}

/// A document of a few slices, named by a new case.
fn document(store: &Store, seed: u32) -> Result<String, redress::store::WriteError<StoreError>> {
    let bytes = seed.to_le_bytes().repeat(5_000 + seed as usize % 100_000);
    let document = store.put_document(&mut bytes.as_slice())?;
    store.write(move |tx| {
        let reference = tx.next_reference(2026)?;
        let events = [logged(1, "Ng"), attached(2, 2, &document.sha256)];
        tx.append_events(&reference, &events, &timing)?;
        Ok(format!("document {}", hex::encode(document.sha256)))
    })
}

/// Kills the child some time after it opened its file; gives what it had answered by then.
fn run_and_kill(path: &Path, after: Duration) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "store::kill::child", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let opened = lines.by_ref().any(|line| line.unwrap() == "ACK open");
    if !opened {
        let said = child.wait_with_output().unwrap();
        panic!(
            "the child did not open its file: {}",
            String::from_utf8_lossy(&said.stderr)
        );
    }
    let reader = thread::spawn(move || {
        let acks = lines.map_while(Result::ok);
        acks.filter_map(|line| line.strip_prefix("ACK ").map(str::to_owned))
            .collect()
    });
    thread::sleep(after);
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    let said = child.wait_with_output().unwrap();
    assert!(
        alive,
        "the child died by itself: {}",
        String::from_utf8_lossy(&said.stderr)
    );
    reader.join().unwrap()
}

#[test]
fn nothing_answered_is_lost_when_the_program_is_killed() {
    let kills: u32 = env::var("REDRESS_KILLS").map_or(200, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut path = folder.path().join("0.redb");
    Store::create(&path, Options::default()).unwrap().close();
    let mut random = u64::from(std::process::id()) << 17 | 0x5EED;
    println!("seed {random}");
    let (mut cases, mut documents) = (HashMap::<String, u32>::new(), Vec::new());
    let (mut answered, mut slowest) = (0, Duration::ZERO);
    for kill in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let acks = run_and_kill(&path, Duration::from_micros(random % 120_000));
        answered += acks.len();
        for ack in acks {
            match ack.split(' ').collect::<Vec<_>>()[..] {
                ["case", reference, version] => {
                    let version: u32 = version.parse().unwrap();
                    let known = cases.entry(reference.to_owned()).or_default();
                    *known = version.max(*known);
                }
                ["document", sha256] => documents.push(sha256.to_owned()),
                _ => {}
            }
        }
        let start = Instant::now();
        let store = Store::open(&path, Options::default()).unwrap();
        slowest = slowest.max(start.elapsed());
        let reader = store.reader().unwrap();
        for (reference, version) in &cases {
            let row = reader.case_row(&reference.parse().unwrap()).unwrap();
            let now = row.map_or(0, |row| row.version);
            assert!(
                now >= *version,
                "kill {kill}: {reference} is at {now}, answered {version}"
            );
        }
        for sha256 in &documents {
            let mut hash = [0; 32];
            hex::decode_to_slice(sha256, &mut hash).unwrap();
            assert!(
                reader.document(&hash).unwrap().is_some(),
                "kill {kill}: {sha256} is lost"
            );
        }
        drop(reader);
        store.close();
        // Every so often the whole is proved, and a fresh file keeps the test quick.
        if kill % 20 == 19 || kill + 1 == kills {
            verify::verify(&path, None, &mut |_| {}).unwrap();
            path = folder.path().join(format!("{}.redb", kill + 1));
            Store::create(&path, Options::default()).unwrap().close();
            cases.clear();
            documents.clear();
        }
    }
    println!("{kills} kills, {answered} answers, none lost; slowest opening {slowest:?}");
    assert!(answered as u32 > kills, "{answered} answers");
}
