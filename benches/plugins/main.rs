//! What plugins cost: a run of its own, a table of half a million rows, everybody else while plugins misbehave, and a
//! large export. `benches/README.md` says how to read and repeat it.

mod requests;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, io};

use chrono::DateTime;
use redress::export::archive::{Attachment, ZipArchive};
use redress::export::manifest::Stamp;
use redress::plugins::{
    Attached, CaseSource, ExportJob, Folder, HostConfig, Limits, LinkJob, LinkQuery, NoConnections,
    PdfRenderer, Plugin, PluginHost, Reopened, Run,
};
use serde_json::json;
use sha2::{Digest, Sha256};

const CSV_FOLDER: &[u8] = include_bytes!("../../dist/csv-folder.wasm");
const LINKER: &[u8] = include_bytes!("../../tests/guests/hostile-linker.wasm");
const EXPORTER: &[u8] = include_bytes!("../../tests/guests/hostile-exporter.wasm");

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let rows: u32 = env::var("ROWS").map_or(Ok(500_000), |n| n.parse())?;
    let megabytes: u64 = env::var("EXPORT_MB").map_or(Ok(1024), |n| n.parse())?;
    let folder = match env::var_os("BENCH_DIR") {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR"))?,
    };
    let times: usize = env::var("TIMES").map_or(Ok(2_000), |n| n.parse())?;
    requests::link_run(times)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let bench = Bench {
            folder: folder.path().to_owned(),
        };
        bench.starting().await?;
        bench.table(rows).await?;
        bench.neighbours().await?;
        bench.export(megabytes).await
    })
}

struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn host(&self) -> Result<PluginHost, Failure> {
        Ok(PluginHost::new(HostConfig {
            cache_dir: Some(self.folder.join("cache")),
            ..HostConfig::default()
        })?)
    }

    /// What a call of a plugin costs before it does anything.
    async fn starting(&self) -> Result<(), Failure> {
        println!("## A run that does nothing");
        let plugin = Plugin::new("linker", LINKER);
        for what in ["compiled now", "compiled before"] {
            let host = self.host()?;
            let start = Instant::now();
            host.link_check(&plugin, job(r#"{"mode":"good"}"#, None)?)
                .await?;
            println!("the first of a program, {what}: {:.2?}", start.elapsed());
        }
        let host = self.host()?;
        let taken = times(5_000, async || {
            host.link_check(&plugin, job(r#"{"mode":"good"}"#, None)?)
                .await?;
            Ok(())
        })
        .await?;
        println!("each further one, from call to answer: {taken}");
        println!();
        Ok(())
    }

    /// Rows of a large table.
    async fn table(&self, rows: u32) -> Result<(), Failure> {
        println!("## A CSV of {rows} rows");
        let granted = self.folder.join("granted");
        fs::create_dir(&granted)?;
        write_table(&granted.join("tenancies.csv"), rows)?;
        let bytes = fs::metadata(granted.join("tenancies.csv"))?.len();
        let plugin = Plugin::new("csv-folder", CSV_FOLDER);
        let host = self.host()?;
        // The compiler's time is not the table's.
        host.link_check(&plugin, job("{}", Some(&granted))?).await?;
        let before = forget_peak()?;
        let find = async |host: &PluginHost, query: serde_json::Value| -> Result<usize, Failure> {
            let asked = LinkQuery {
                document: query.to_string(),
                limit: 20,
                cursor: None,
            };
            let (page, _) = host
                .link_find(&plugin, job("{}", Some(&granted))?, asked)
                .await?;
            Ok(page.records.len())
        };
        let start = Instant::now();
        let found = find(&host, json!({"property_ref": "00001234"})).await?;
        println!(
            "{} MB, first question, which makes the index: {:.2?}, {found} records",
            bytes >> 20,
            start.elapsed()
        );
        println!(
            "memory before {} MB, at its most {} MB",
            before >> 10,
            memory("VmHWM:")? >> 10
        );
        for (what, query) in [
            ("by property reference", json!({"property_ref": "00001234"})),
            ("by person reference", json!({"person_ref": "77"})),
            (
                "by name and address",
                json!({"name": "First12 Family12", "address": "2 Alder Court, Mill Lane"}),
            ),
            (
                "residents, \"fam\"",
                json!({"text": "fam", "kinds": ["person"]}),
            ),
            (
                "residents, \"family12 ald\"",
                json!({"text": "family12 ald", "kinds": ["person"]}),
            ),
            (
                "residents, a telephone number",
                json!({"text": "07000000123", "kinds": ["person"]}),
            ),
        ] {
            let mut found = 0;
            let taken = times(200, async || {
                found = find(&host, query.clone()).await?;
                Ok(())
            })
            .await?;
            println!("{what:<32} {taken}  {found} records");
        }
        drop(host);
        let host = self.host()?;
        let start = Instant::now();
        find(&host, json!({"property_ref": "00001234"})).await?;
        println!("after a start of the program: {:.2?}", start.elapsed());
        println!("memory at its most: {} MB", memory("VmHWM:")? >> 10);
        println!();
        Ok(())
    }

    /// What others notice of plugins that misbehave.
    async fn neighbours(&self) -> Result<(), Failure> {
        println!("## Others, while plugins misbehave");
        let host = Arc::new(self.host()?);
        let plugin = Plugin::new("linker", LINKER);
        let run = async || {
            host.link_check(&plugin, job(r#"{"mode":"good"}"#, None)?)
                .await?;
            Ok(())
        };
        let both = async |what: &str| -> Result<(), Failure> {
            println!(
                "a page's work,         {what:<26} {}",
                paced(300, page).await?
            );
            println!(
                "another plugin's run,  {what:<26} {}",
                paced(300, run).await?
            );
            Ok(())
        };
        both("alone").await?;
        for mode in [
            "loop",
            "allocate",
            "recurse",
            "call-flood",
            "log-flood",
            "deep-json",
        ] {
            // Others' plugins are other components, each with its own turns.
            let hostile: Vec<_> = (0..4)
                .map(|n| {
                    let host = Arc::clone(&host);
                    let mut bytes = LINKER.to_vec();
                    // A custom section makes it another one.
                    bytes.extend([0, 2, 1, b'a' + n]);
                    tokio::spawn(async move {
                        let plugin = Plugin::new("hostile", bytes);
                        let settings = format!(r#"{{"mode":"{mode}"}}"#);
                        loop {
                            let Ok(job) = job(&settings, None) else {
                                return;
                            };
                            let asked = LinkQuery {
                                document: "{}".into(),
                                limit: 10,
                                cursor: None,
                            };
                            let _ = host.link_find(&plugin, job, asked).await;
                        }
                    })
                })
                .collect();
            // Compiled by now.
            tokio::time::sleep(Duration::from_secs(1)).await;
            both(&format!("beside 4 that {mode}")).await?;
            hostile.iter().for_each(|task| task.abort());
        }
        println!();
        Ok(())
    }

    /// A case full of films.
    async fn export(&self, megabytes: u64) -> Result<(), Failure> {
        println!("## An export of {megabytes} MB");
        let film = self.folder.join("film");
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&film)?);
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..megabytes << 17 {
            // Bytes that cannot be compressed, as films and photos are.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.write_all(&state.to_le_bytes())?;
        }
        out.into_inner()?.sync_all()?;
        let rate = |took: Duration| megabytes as f64 / took.as_secs_f64();

        let start = Instant::now();
        let copy = File::create(self.folder.join("copy"))?;
        io::copy(&mut File::open(&film)?, &mut &copy)?;
        copy.sync_all()?;
        println!("the disk, a plain copy: {:.0} MB/s", rate(start.elapsed()));
        fs::remove_file(self.folder.join("copy"))?;
        let start = Instant::now();
        let mut hash = Sha256::new();
        let mut buf = vec![0; 1 << 20];
        let mut from = File::open(&film)?;
        loop {
            match from.read(&mut buf)? {
                0 => break,
                n => hash.update(&buf[..n]),
            }
        }
        println!(
            "reading it and one SHA-256: {:.0} MB/s",
            rate(start.elapsed())
        );
        println!("  {}", hex::encode(&hash.finalize()[..4]));

        let host = self.host()?;
        let plugin = Plugin::new("exporter", EXPORTER);
        let before = forget_peak()?;
        let start = Instant::now();
        let zip = File::create(self.folder.join("export.zip"))?;
        let attachment = Attachment {
            media_type: "video/mp4".into(),
            size: megabytes << 20,
            redaction: None,
        };
        let attachments = HashMap::from([("photo".to_owned(), attachment)]);
        let (archive, seal) = ZipArchive::new(zip.try_clone()?, Stamp::default(), attachments)?;
        let export = ExportJob {
            run: run(r#"{"mode":"include"}"#, Limits::export()),
            source: Arc::new(Films(film)),
            archive: Box::new(archive),
            pdf: Arc::new(Nobody),
        };
        host.export(&plugin, export).await?;
        zip.sync_all()?;
        let took = start.elapsed();
        let sealed = seal.take().ok_or("the archive was not closed")?;
        println!(
            "exported, zipped and hashed twice: {:.0} MB/s, {} MB",
            rate(took),
            sealed.bytes >> 20
        );
        println!(
            "memory before {} MB, at its most {} MB",
            before >> 10,
            memory("VmHWM:")? >> 10
        );
        Ok(())
    }
}

fn run(settings: &str, limits: Limits) -> Run {
    Run {
        settings_json: settings.into(),
        started_at: DateTime::UNIX_EPOCH,
        language: "en-GB".into(),
        progress: None,
        limits,
    }
}

fn job(settings: &str, folder: Option<&Path>) -> Result<LinkJob, Failure> {
    Ok(LinkJob {
        run: run(settings, Limits::link()),
        folder: folder.map(Folder::open).transpose()?,
        connections: Arc::new(NoConnections),
    })
}

/// Does it so many times, one after the other.
async fn times(
    many: usize,
    mut what: impl AsyncFnMut() -> Result<(), Failure>,
) -> Result<String, Failure> {
    let mut all = Vec::with_capacity(many);
    for _ in 0..many {
        let start = Instant::now();
        what().await?;
        all.push(start.elapsed());
    }
    Ok(parts(all))
}

/// The same with a pause before each, as requests come.
async fn paced(
    many: usize,
    mut what: impl AsyncFnMut() -> Result<(), Failure>,
) -> Result<String, Failure> {
    let mut all = Vec::with_capacity(many);
    for _ in 0..many {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let start = Instant::now();
        what().await?;
        all.push(start.elapsed());
    }
    Ok(parts(all))
}

/// About as much as a page takes, on the threads that serve pages.
async fn page() -> Result<(), Failure> {
    let work = tokio::spawn(async {
        let mut seen = 0u64;
        for n in 0..200_000u64 {
            seen = std::hint::black_box(seen.wrapping_mul(31).wrapping_add(n));
        }
        seen
    });
    std::hint::black_box(work.await?);
    Ok(())
}

fn parts(mut all: Vec<Duration>) -> String {
    all.sort();
    let at = |part: usize| all[(all.len() - 1) * part / 100];
    format!(
        "p50 {:>8.2?}  p95 {:>8.2?}  p99 {:>8.2?}",
        at(50),
        at(95),
        at(99)
    )
}

/// Kilobytes, by the kernel's name for them.
fn memory(name: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.ok_or("the kernel does not tell")?.parse()?)
}

/// Counts the most memory from here on; gives what there is now.
fn forget_peak() -> Result<u64, Failure> {
    // Not every kernel lets us; then the peak is of the whole program.
    let _ = fs::write("/proc/self/clear_refs", "5");
    memory("VmRSS:")
}

fn write_table(path: &Path, rows: u32) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(
        out,
        "external_ref,person_ref,property_ref,Tenant name,Address,Email,Mobile,Tenure,Start,End,Notes"
    )?;
    for n in 0..rows {
        let home = n / 8;
        let street = ["Alder", "Birch", "Cedar", "Oak", "Elm"][(home / 200 % 5) as usize];
        writeln!(
            out,
            "T{n:07},{n},{home:08},First{} Family{},\"{} {street} Court, Mill Lane, Townham, ZZ{} {}AB\",person{n}@example.net,07{n:09},Secure,{:02}/{:02}/{},{},\"Sign up done by the team, visit number {n}, key collected\"",
            n % 991,
            n % 4999,
            home % 200 + 1,
            home % 90,
            home % 9,
            n % 28 + 1,
            n % 12 + 1,
            1980 + n % 45,
            if n % 8 == 7 { "" } else { "31/03/2025" },
        )?;
    }
    out.into_inner()?.sync_all()?;
    Ok(())
}

/// A case with one attachment, which lies in a file.
struct Films(PathBuf);

impl CaseSource for Films {
    fn document(&self) -> Result<String, String> {
        Ok("{}".into())
    }

    fn open_attachment(&self, _id: &str) -> Result<Box<dyn Read + Send>, String> {
        let film = File::open(&self.0).map_err(|error| error.to_string())?;
        Ok(Box::new(BufReader::with_capacity(256 << 10, film)))
    }

    fn attachment(&self, _id: &str, _stamp: Option<&str>) -> Result<Attached, String> {
        let path = self.0.clone();
        let film =
            Reopened::new(move || Ok(BufReader::with_capacity(256 << 10, File::open(&path)?)));
        Ok(Attached {
            reader: Box::new(film.map_err(|error| error.to_string())?),
            original: None,
            unstamped: None,
        })
    }
}

/// Nobody asks for PDFs here.
struct Nobody;

impl PdfRenderer for Nobody {
    fn render(&self, _template: &str, _data_json: &str) -> Result<Vec<u8>, String> {
        Err("there are no PDFs here".into())
    }
}
