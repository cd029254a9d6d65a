//! What the store costs, beside what the disk allows. `benches/README.md` says how to read and repeat it.

use chrono::{DateTime, TimeDelta, Utc};
use redress::domain::case::{Case, Recorded, State};
use redress::domain::ids::CaseRef;
use redress::pdf::{Limits, Renderer};
use redress::search::{Asker, Passages, Search, Wanted};
use redress::store::cases::reference_of;
use redress::store::derive::{Deadline, Facet, Order, Timing};
use redress::store::list::ListQuery;
use redress::store::verify::verify;
use redress::store::{Options, Store, StoreError, backup, rebuild};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};

/// Cases that the writers write on: enough that none grows out of proportion.
const FIRST: usize = 2_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let cases: usize = env::var("CASES").map_or(Ok(10_000), |n| n.parse())?;
    let folder = match env::var_os("BENCH_DIR") {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR"))?,
    };
    let path = folder.path().join("bench.redb");
    let store = Store::create(&path, Options::default())?;

    println!("## Durable commands (one note on a case, answered when it is on the disk)");
    seed(&store, FIRST)?;
    one_by_one(&store, &folder.path().join("raw"), 3_000)?;
    for writers in [1, 8, 64] {
        let (taken, rate, per_sync) = commands(&store, writers, Duration::from_secs(4))?;
        println!(
            "redress                   {writers:>2} writers   {taken}  {rate:>6.0}/s  {per_sync:>5.1} commands per sync"
        );
    }
    println!();

    println!("## A file of {cases} cases");
    let start = Instant::now();
    seed(&store, cases.saturating_sub(FIRST))?;
    println!("filled in {:.1?}", start.elapsed());
    reading(&store, cases)?;
    finding(&store, cases)?;
    copying(&store, folder.path())?;

    let crashed = folder.path().join("crashed.redb");
    fs::copy(&path, &crashed)?;
    File::open(&crashed)?.sync_all()?;
    let size = fs::metadata(&crashed)?.len() >> 20;
    let start = Instant::now();
    let reopened = Store::open(&crashed, Options::default())?;
    println!(
        "reopening after a crash ({size} MB): {:.2?}",
        start.elapsed()
    );
    reopened.close();
    let start = Instant::now();
    let reopened = Store::open(&crashed, Options::default())?;
    println!("reopening after closing: {:.2?}", start.elapsed());
    reopened.close();
    let start = Instant::now();
    let report = verify(&crashed, None, &mut |_| {})?;
    println!("verify, {} events: {:.2?}", report.events, start.elapsed());
    let start = Instant::now();
    let made = rebuild::rebuild(&store, timing)?;
    println!("rebuild of {made} cases: {:.2?}", start.elapsed());
    store.close();
    Ok(())
}

/// A durable command in turn with the floor under it, one page made durable, so that both see the same weather. The
/// mean has in it what the log costs later, when it is put into the pages.
fn one_by_one(store: &Store, path: &Path, times: usize) -> Result<(), Failure> {
    const PAGE: u64 = 4096;
    const ROOM: u64 = 64 << 20;
    for n in 0..50 {
        note(store, any_case(1, n))?;
    }
    let file = File::create(path)?;
    for at in (0..ROOM).step_by(1 << 20) {
        file.write_all_at(&[1; 1 << 20], at)?;
    }
    file.sync_all()?;
    let mut place = 0;
    let before = store.figures();
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    for n in 0..times {
        // Far from the last one, and not the same for long.
        place = (place + 1_234_567 * PAGE) % ROOM;
        let start = Instant::now();
        file.write_all_at(&[n as u8; PAGE as usize], place)?;
        file.sync_data()?;
        raw.push(start.elapsed());
        let start = Instant::now();
        note(store, any_case(0, n))?;
        ours.push(start.elapsed());
    }
    let after = store.figures();
    let each = |all: u64| all as f64 / times as f64;
    println!(
        "each: {:.2} syncs, {:.1} pieces and {:.1} KB written",
        each(after.syncs - before.syncs),
        each(after.writes - before.writes),
        each(after.written - before.written) / 1024.0
    );
    let (raw, ours) = (Taken::of(raw), Taken::of(ours));
    println!("raw, one page + fdatasync       1 writer    {raw}");
    println!("redress, taking turns           1 writer    {ours}");
    let ratio = |ours: Duration, raw: Duration| ours.as_secs_f64() / raw.as_secs_f64();
    println!(
        "redress takes {:.1} times the raw page at p50, {:.1} times on average",
        ratio(ours.p50, raw.p50),
        ratio(ours.mean, raw.mean)
    );
    Ok(())
}

/// How long something took, over many times.
struct Taken {
    p50: Duration,
    p99: Duration,
    mean: Duration,
}

impl Taken {
    fn of(mut all: Vec<Duration>) -> Self {
        all.sort();
        let at = |part: usize| all[(all.len() - 1) * part / 100];
        Self {
            p50: at(50),
            p99: at(99),
            mean: all.iter().sum::<Duration>() / all.len() as u32,
        }
    }
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { p50, p99, mean } = self;
        write!(f, "p50 {p50:>8.2?}  p99 {p99:>8.2?}  mean {mean:>8.2?}")
    }
}

fn commands(store: &Store, writers: u32, time: Duration) -> Result<(Taken, f64, f64), Failure> {
    let before = store.figures();
    let start = Instant::now();
    let took: Vec<Duration> = thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                scope.spawn(move || -> Result<Vec<Duration>, StoreError> {
                    let mut took = Vec::new();
                    while start.elapsed() < time {
                        let begin = Instant::now();
                        note(store, any_case(writer, took.len()))?;
                        took.push(begin.elapsed());
                    }
                    Ok(took)
                })
            })
            .collect();
        let done: Result<Vec<_>, _> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(StoreError::Panicked)))
            .collect();
        done.map(|all| all.concat())
    })?;
    let elapsed = start.elapsed().as_secs_f64();
    let after = store.figures();
    let per_sync = took.len() as f64 / (after.syncs - before.syncs) as f64;
    let rate = took.len() as f64 / elapsed;
    Ok((Taken::of(took), rate, per_sync))
}

/// CPU of this thread for the things a page does.
fn reading(store: &Store, cases: usize) -> Result<(), Failure> {
    let everyone: redress::store::list::MaySee<'_> = &|_| true;
    let mut n = 0u32;
    cpu("opening a case with its events", || {
        n = (n * 7919 + 1) % cases as u32;
        let reader = store.reader()?;
        let reference = CaseRef::new(2026, n + 1);
        let case = reader.case(&reference)?;
        let events = reader.events(&reference, 0)?;
        assert!(case.is_some() && !events.is_empty());
        Ok(())
    })?;
    let handler = || Facet::Handler("ben".into());
    let stage = || Facet::Stage(1);
    let damp = || Facet::Category("property_condition.damp_and_mould".into());
    let lists: [(&str, Vec<Facet>, Order, &str); 6] = [
        ("all by deadline", vec![], Order::Due, ""),
        ("one handler by deadline", vec![handler()], Order::Due, ""),
        (
            "handler, stage and category",
            vec![handler(), stage(), damp()],
            Order::Due,
            "",
        ),
        (
            "received, in a state that is rare",
            vec![Facet::State(State::Closed)],
            Order::Received,
            "",
        ),
        (
            "handler, last changed first",
            vec![handler()],
            Order::Updated,
            "",
        ),
        ("search for a name", vec![], Order::Due, "smith mill"),
    ];
    for (name, facets, order, q) in lists {
        let mut query = ListQuery {
            facets,
            order,
            q: q.into(),
            limit: 50,
            ..ListQuery::default()
        };
        cpu(&format!("first page of 50, {name}"), || {
            store.reader()?.list(&query, everyone).map(drop)
        })?;
        // Far down the list: it must cost the same.
        let reader = store.reader()?;
        let mut pages = 0;
        while let Some(next) = reader.list(&query, everyone)?.next {
            query.cursor = Some(next);
            pages += 1;
        }
        if pages > 1 {
            cpu(&format!("page {} of the same", pages + 1), || {
                store.reader()?.list(&query, everyone).map(drop)
            })?;
        }
    }
    Ok(())
}

/// The full-text search: its index made from nothing, then words that every case has, few have, and one has.
fn finding(store: &Store, cases: usize) -> Result<(), Failure> {
    let renderer = Renderer::with_program("/nowhere", Limits::default());
    let search = Search::new(store.clone(), &renderer);
    let start = Instant::now();
    while search.catch_up()? {}
    println!(
        "full text of {cases} cases indexed in {:.1?}",
        start.elapsed()
    );
    let start = Instant::now();
    note(store, any_case(0, 1))?;
    while search.catch_up()? {}
    println!("one more note indexed in {:.1?}", start.elapsed());
    let hidden = BTreeSet::new();
    let asker = Asker {
        hidden: &hidden,
        delicate: true,
    };
    for (name, words) in [
        ("a word of every case", &["bedroom"][..]),
        ("three words of every case", &["mould", "wall", "bedroom"]),
        ("a phrase of every case", &["came back within a week"]),
        ("a name and a word", &["Nowak", "bedroom"]),
        ("one reference", &["C-2026-1000"]),
    ] {
        let wanted: Vec<_> = words
            .iter()
            .map(|text| Wanted {
                text: (*text).into(),
                minus: false,
            })
            .collect();
        let asked = Passages::new(&wanted);
        let mut taken = Vec::new();
        let mut total = 0;
        for _ in 0..200 {
            let start = Instant::now();
            let found = search.find(&wanted, asker, 10)?;
            let reader = store.reader()?;
            for number in found.cases {
                let case = reader.case(&reference_of(number))?.ok_or("no case")?;
                search.passages(&*reader, &case, &asked, asker)?;
            }
            taken.push(start.elapsed());
            total = found.total;
        }
        println!(
            "{name}: {total} cases, ten with passages {}",
            Taken::of(taken)
        );
    }
    Ok(())
}

fn cpu(name: &str, mut work: impl FnMut() -> Result<(), StoreError>) -> Result<(), Failure> {
    for _ in 0..5 {
        work()?;
    }
    let times = 200;
    let start = thread_cpu()?;
    for _ in 0..times {
        work()?;
    }
    let each = (thread_cpu()? - start) / times;
    println!("{name:<46} {:>7.3} ms CPU", each.as_secs_f64() * 1000.0);
    Ok(())
}

fn thread_cpu() -> Result<Duration, Failure> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text
        .split_whitespace()
        .next()
        .ok_or("no schedstat")?
        .parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

/// A backup while sixteen writers go on.
fn copying(store: &Store, folder: &Path) -> Result<(), Failure> {
    let stop = AtomicBool::new(false);
    let dest = folder.join("copy.redb");
    let (waits, size, elapsed) = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|writer| {
                let stop = &stop;
                scope.spawn(move || {
                    let mut took = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let begin = Instant::now();
                        note(store, any_case(writer, took.len()))?;
                        took.push(begin.elapsed());
                    }
                    Ok::<_, StoreError>(took)
                })
            })
            .collect();
        let start = Instant::now();
        let mut size = 0;
        let done = backup::backup(store, &dest, &mut |step| {
            if let redress::store::verify::Step::Copying(_, all) = step {
                size = all;
            }
        });
        let elapsed = start.elapsed();
        stop.store(true, Ordering::Relaxed);
        let waits: Result<Vec<_>, _> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(StoreError::Panicked)))
            .collect();
        done.and(waits.map(|waits| (waits.concat(), size, elapsed)))
    })?;
    let mut waits = waits;
    waits.sort();
    let at = |part: usize| waits[(waits.len() - 1) * part / 100];
    println!(
        "verified backup of {} MB beside 16 writers: {elapsed:.2?}; writers p50 {:.2?} p99 {:.2?} of {}",
        size >> 20,
        at(50),
        at(99),
        waits.len()
    );
    Ok(())
}

fn any_case(writer: u32, round: usize) -> CaseRef {
    let n = (writer as usize * 127 + round * 31) % FIRST;
    CaseRef::new(2026, n as u32 + 1)
}

fn note(store: &Store, reference: CaseRef) -> Result<(), StoreError> {
    let done = store.write(move |tx| {
        let version = tx.case_row(&reference)?.map_or(0, |row| row.version);
        let event = recorded(
            version + 1,
            1,
            json!({"kind": "note_added", "text": "Rang at ten; no answer."}),
        )?;
        tx.append_events(&reference, &[event], &timing).map(drop)
    });
    done.map_err(redress::store::WriteError::flatten)
}

/// Cases with the length and the variety of real ones.
fn seed(store: &Store, count: usize) -> Result<(), StoreError> {
    let mut left = count;
    while left > 0 {
        let now = left.min(250);
        left -= now;
        let done = store.write(move |tx| {
            for _ in 0..now {
                let reference = tx.next_reference(2026)?;
                let n = reference.number() as usize;
                tx.append_events(&reference, &story(n)?, &timing)?;
            }
            Ok::<_, StoreError>(())
        });
        done.map_err(redress::store::WriteError::flatten)?;
    }
    Ok(())
}

fn story(n: usize) -> Result<Vec<Recorded>, StoreError> {
    let names = [
        "Mary O’Neill",
        "Łukasz Nowak",
        "Jo Smith",
        "Ann Smithers",
        "David Ng",
    ];
    let streets = ["Mill Lane", "Station Road", "High Street"];
    let categories = [
        "property_condition.damp_and_mould",
        "property_condition.leaks",
        "complaints_handling.delay",
    ];
    let handlers = ["ada", "ben", "chloe", "dev", "eve", "fay", "gus", "hal"];
    let minutes = (n * 37) as i64;
    let words = "The mould came back within a week and nobody rang us. ".repeat(12);
    let intake = json!({
        "received_at": at(minutes), "channel": "phone", "account": words, "outcomes_sought": "Repair it.",
        "complainant": {"name": names[n % 5], "address": format!("{} {}", n % 400, streets[n % 3])},
        "points": [{"text": "Mould on the bedroom wall since March", "category": categories[n % 3]}],
    });
    let mut out = vec![
        recorded(
            1,
            minutes,
            json!({"kind": "complaint_logged", "intake": intake, "policy_version": 1, "receipt_rule": "strict"}),
        )?,
        recorded(
            2,
            minutes + 60,
            json!({"kind": "assigned", "stage": 1, "handler": handlers[n % 8]}),
        )?,
    ];
    for seq in 3..8 {
        let text = "Rang the resident and spoke about the repair and the access. ".repeat(4);
        out.push(recorded(
            seq,
            minutes + 100,
            json!({"kind": "note_added", "text": text}),
        )?);
    }
    if n.is_multiple_of(50) {
        out.push(recorded(
            8,
            minutes + 200,
            json!({"kind": "closed", "root_causes": ["delay_internal"], "learning": "Ring."}),
        )?);
    }
    Ok(out)
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_458) + TimeDelta::minutes(minutes)
}

fn recorded(seq: u32, minutes: i64, event: serde_json::Value) -> Result<Recorded, StoreError> {
    Ok(Recorded {
        seq,
        at: at(minutes),
        recorded_at: at(minutes),
        actor: "ada".into(),
        event: serde_json::from_value(event)
            .map_err(|error| StoreError::Damaged(error.to_string()))?,
    })
}

fn timing(case: &Case) -> Timing {
    Timing {
        due: Some(Deadline {
            on: case.received_at.date_naive() + TimeDelta::days(10),
            clock: "S1_RESPONSE".into(),
        }),
        ..Timing::default()
    }
}
