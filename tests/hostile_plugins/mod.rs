//! Plugins that loop, bloat, lie and crash: each ends its own run in time with a sentence that names the
//! reason, leaves an archive that nobody can take for whole, and disturbs no other run.
//! The guests are `tests/guests`, one component with many modes for each world.

#![allow(clippy::unwrap_used)]

mod adapters;
mod exporters;
mod host;
mod requests;
mod suite;

use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use redress::plugins::path::PathFault;
use redress::plugins::{
    Again, Archive, ArchiveError, Attached, CaseSource, Cause, Composed, ExportJob, ExportReport,
    Failure, Folder, HostConfig, Kind, Limits, LinkJob, LinkPage, LinkQuery, NoConnections,
    Original, PdfRenderer, Plugin, PluginHost, Reopened, Run, RunError, RunLog,
};

use sha2::{Digest, Sha256};

static HOST: LazyLock<PluginHost> =
    LazyLock::new(|| PluginHost::new(HostConfig::default()).expect("the host starts"));
static EXPORTER: LazyLock<Plugin> = LazyLock::new(|| {
    Plugin::new(
        "hostile",
        &include_bytes!("../guests/hostile-exporter.wasm")[..],
    )
});
static LINKER: LazyLock<Plugin> = LazyLock::new(|| {
    Plugin::new(
        "hostile",
        &include_bytes!("../guests/hostile-linker.wasm")[..],
    )
});

const PHOTO: usize = 300_000;
/// How often a case was asked to compose a PDF.
static COMPOSED: AtomicU64 = AtomicU64::new(0);

struct Case;

impl CaseSource for Case {
    fn document(&self) -> Result<String, String> {
        Ok(r#"{"ref":"C-2026-0042"}"#.into())
    }

    fn compose(&self, _plan_json: &str) -> Result<Composed, String> {
        COMPOSED.fetch_add(1, Ordering::Relaxed);
        Ok(Composed {
            reader: Box::new(Cursor::new(b"%PDF".to_vec())),
            report_json: "{}".into(),
        })
    }

    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String> {
        match id {
            "photo" => Ok(Box::new(Cursor::new(vec![9; PHOTO]))),
            _ => Err(format!("the case has no attachment {id}")),
        }
    }

    fn attachment(&self, id: &str, _stamp: Option<&str>) -> Result<Attached, String> {
        let id = id.to_owned();
        let reader = Reopened::new(move || Case.open_attachment(&id).map_err(io::Error::other));
        Ok(Attached {
            reader: Box::new(reader.map_err(|error| error.to_string())?),
            original: None,
            unstamped: None,
        })
    }
}

struct Pdf;

impl PdfRenderer for Pdf {
    fn render(&self, template: &str, _data_json: &str) -> Result<Vec<u8>, String> {
        Ok(format!("%PDF {template}").into_bytes())
    }
}

#[derive(Debug, Default, Clone, PartialEq)]
struct Seen {
    entries: Vec<(String, Vec<u8>)>,
    manifest: Option<String>,
    closed: bool,
    dropped: bool,
}

/// What happens when bytes come.
enum Reader {
    Quick,
    Slow(Duration),
    Gone,
    Stuck(Receiver<()>),
}

struct Bundle {
    seen: Arc<Mutex<Seen>>,
    reader: Reader,
}

impl Bundle {
    fn take(&mut self) -> Result<(), ArchiveError> {
        match &self.reader {
            Reader::Quick => {}
            Reader::Slow(pause) => std::thread::sleep(*pause),
            Reader::Gone => return Err(ArchiveError::Gone),
            Reader::Stuck(until) => {
                let _ = until.recv();
                return Err(ArchiveError::Gone);
            }
        }
        Ok(())
    }
}

impl Archive for Bundle {
    fn begin(&mut self, path: &str, _media_type: &str) -> Result<(), ArchiveError> {
        self.seen
            .lock()
            .unwrap()
            .entries
            .push((path.into(), vec![]));
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), ArchiveError> {
        self.take()?;
        let mut seen = self.seen.lock().unwrap();
        let (_, bytes) = seen.entries.last_mut().expect("begun");
        bytes.extend_from_slice(chunk);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn include(
        &mut self,
        path: &str,
        _id: &str,
        _original: Option<&Original>,
        reader: &mut dyn Again,
    ) -> Result<String, ArchiveError> {
        self.begin(path, "")?;
        let mut buf = [0; 64 << 10];
        let mut hash = Sha256::new();
        loop {
            match reader.read(&mut buf) {
                Ok(0) => return Ok(hex::encode(hash.finalize())),
                Ok(n) => {
                    hash.update(&buf[..n]);
                    self.write(&buf[..n])?;
                }
                Err(error) => return Err(ArchiveError::Failed(error.to_string())),
            }
        }
    }

    fn manifest_at(&mut self, path: &str) -> Result<(), ArchiveError> {
        self.seen.lock().unwrap().manifest = Some(path.into());
        Ok(())
    }

    fn close(&mut self) -> Result<(), ArchiveError> {
        self.seen.lock().unwrap().closed = true;
        Ok(())
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        self.seen.lock().unwrap().dropped = true;
    }
}

/// Small enough to be reached at once, ample for the good mode.
fn tight() -> Limits {
    Limits {
        memory: 16 << 20,
        computing: Duration::from_millis(300),
        wall: Duration::from_secs(20),
        stall: Duration::from_secs(20),
        written: 8 << 20,
        included: 1 << 20,
        entries: 50,
        message: 2 << 20,
        renders: 3,
        calls: 20_000,
        handles: 4,
        evidence: 1 << 20,
        requests: 5,
        concurrent: 32,
        log_lines: 10,
    }
}

fn run(settings: &str, limits: Limits) -> Run {
    Run {
        settings_json: settings.into(),
        started_at: Utc.with_ymd_and_hms(2026, 3, 2, 9, 30, 0).unwrap(),
        language: "en-GB".into(),
        progress: None,
        limits,
    }
}

async fn export(
    host: &PluginHost,
    settings: &str,
    limits: Limits,
    reader: Reader,
) -> (Result<ExportReport, RunError>, Seen) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let archive = Bundle {
        seen: Arc::clone(&seen),
        reader,
    };
    let job = ExportJob {
        run: run(settings, limits),
        source: Arc::new(Case),
        archive: Box::new(archive),
        pdf: Arc::new(Pdf),
    };
    let ended = host.export(&EXPORTER, job).await;
    let seen = seen.lock().unwrap().clone();
    (ended, seen)
}

/// The run fails in time, for the reason that `is` looks for, and its archive was not closed.
async fn fails(settings: &str, is: impl Fn(&Cause) -> bool) -> RunError {
    fails_within(tight(), settings, is).await
}

async fn fails_within(limits: Limits, settings: &str, is: impl Fn(&Cause) -> bool) -> RunError {
    let began = Instant::now();
    let (ended, seen) = export(&HOST, settings, limits, Reader::Quick).await;
    let error = ended.expect_err(settings);
    assert!(is(&error.cause), "{settings}: {error} ({:?})", error.cause);
    assert!(!seen.closed, "{settings}: the archive looks whole");
    // The limit is 0.3 s; the rest is for a machine that builds something else meanwhile.
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{settings}: too late"
    );
    error
}

fn mode(mode: &str) -> String {
    format!(r#"{{"mode":"{mode}"}}"#)
}

/// A call of an adapter that was granted no connection.
fn link_job(run: Run, folder: Option<&Path>) -> LinkJob {
    LinkJob {
        run,
        folder: folder.map(|folder| Folder::open(folder).unwrap()),
        connections: Arc::new(NoConnections),
    }
}

/// The first page of everything.
fn any(limit: u32) -> LinkQuery {
    LinkQuery {
        document: "{}".into(),
        limit,
        cursor: None,
    }
}

/// The exporter makes a whole archive of this case.
pub(crate) async fn exports_with(host: &PluginHost, plugin: &Plugin, case: &'static str) {
    struct Told(&'static str);
    impl CaseSource for Told {
        fn document(&self) -> Result<String, String> {
            Ok(self.0.into())
        }
        fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String> {
            Case.open_attachment(id)
        }
        fn attachment(&self, id: &str, stamp: Option<&str>) -> Result<Attached, String> {
            Case.attachment(id, stamp)
        }
    }
    let seen = Arc::new(Mutex::new(Seen::default()));
    let job = ExportJob {
        run: run("{}", Limits::export()),
        source: Arc::new(Told(case)),
        archive: Box::new(Bundle {
            seen: Arc::clone(&seen),
            reader: Reader::Quick,
        }),
        pdf: Arc::new(Pdf),
    };
    host.export(plugin, job).await.unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen.closed && !seen.entries.is_empty());
}
