//! Plugins that loop, bloat, lie and crash: each ends its own run in time with a sentence that names the
//! reason, leaves an archive that nobody can take for whole, and disturbs no other run.
//! The guests are `tests/guests`, one component with many modes for each world.

use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use redress::plugins::path::PathFault;
use redress::plugins::{
    Archive, ArchiveError, CaseSource, Cause, ExportJob, ExportReport, Failure, Folder, HostConfig,
    Kind, Limits, LinkJob, LinkPage, LinkQuery, NoConnections, PdfRenderer, Plugin, PluginHost,
    Run, RunError, RunLog,
};

static HOST: LazyLock<PluginHost> =
    LazyLock::new(|| PluginHost::new(HostConfig::default()).expect("the host starts"));
static EXPORTER: LazyLock<Plugin> = LazyLock::new(|| {
    Plugin::new(
        "hostile",
        &include_bytes!("guests/hostile-exporter.wasm")[..],
    )
});
static LINKER: LazyLock<Plugin> =
    LazyLock::new(|| Plugin::new("hostile", &include_bytes!("guests/hostile-linker.wasm")[..]));

const PHOTO: usize = 300_000;

struct Case;

impl CaseSource for Case {
    fn document(&self) -> Result<String, String> {
        Ok(r#"{"ref":"C-2026-0042"}"#.into())
    }

    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String> {
        match id {
            "photo" => Ok(Box::new(Cursor::new(vec![9; PHOTO]))),
            _ => Err(format!("the case has no attachment {id}")),
        }
    }

    fn attachment_parts(&self, _id: &str, _ceiling: u32) -> Result<u32, String> {
        Ok(1)
    }

    fn open_attachment_part(
        &self,
        id: &str,
        _ceiling: u32,
        _part: u32,
    ) -> Result<Box<dyn Read + Send>, String> {
        self.open_attachment(id)
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
        reader: &mut dyn Read,
    ) -> Result<(), ArchiveError> {
        self.begin(path, "")?;
        let mut buf = [0; 64 << 10];
        loop {
            match reader.read(&mut buf) {
                Ok(0) => return Ok(()),
                Ok(n) => self.write(&buf[..n])?,
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

#[tokio::test]
async fn a_good_exporter_is_served_and_its_run_can_be_repeated() {
    let told = Arc::new(Mutex::new(vec![]));
    let (ended, seen) = export(&HOST, &mode("good"), Limits::export(), Reader::Quick).await;
    let report = ended.unwrap();
    assert_eq!(report.notes, ["made at 2026-03-02T09:30:00Z in en-GB"]);
    assert_eq!(report.log.lines[0].message, "mode good");
    let sizes: Vec<_> = seen
        .entries
        .iter()
        .map(|(p, b)| (p.as_str(), b.len()))
        .collect();
    assert_eq!(
        sizes,
        [
            ("case.json", 21),
            ("documents/photo.jpg", PHOTO),
            ("photo-size.txt", 6),
            ("letter.pdf", 11),
        ]
    );
    assert_eq!(seen.entries[2].1, b"300000");
    assert_eq!(seen.manifest.as_deref(), Some("manifest.json"));
    assert!(seen.closed);

    let (_, again) = export(&HOST, &mode("good"), tight(), Reader::Quick).await;
    assert_eq!(again.entries, seen.entries);

    let listener = Arc::clone(&told);
    let job = ExportJob {
        run: Run {
            progress: Some(Arc::new(move |done, total| {
                listener.lock().unwrap().push((done, total));
            })),
            ..run(&mode("good"), Limits::export())
        },
        source: Arc::new(Case),
        archive: Box::new(Bundle {
            seen: Arc::default(),
            reader: Reader::Quick,
        }),
        pdf: Arc::new(Pdf),
    };
    HOST.export(&EXPORTER, job).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [(4, 4)]);
}

#[tokio::test]
async fn what_never_ends_is_ended() {
    let limits = tight();
    let looped = fails(&mode("loop"), |c| *c == Cause::Computing(limits.computing)).await;
    assert_eq!(
        looped.to_string(),
        "The plugin was stopped: it computed for 300 milliseconds without coming to an end."
    );
    fails(&mode("allocate"), |c| *c == Cause::Memory(limits.memory)).await;
    fails(&mode("write"), |c| *c == Cause::Written(limits.written)).await;
    fails(&mode("entries"), |c| *c == Cause::Entries(limits.entries)).await;
    fails(&mode("pdf-flood"), |c| *c == Cause::Renders(limits.renders)).await;
    // Whichever comes first on this machine.
    let flood = |c: &Cause| matches!(c, Cause::Calls(20_000) | Cause::Computing(_));
    fails(&mode("call-flood"), flood).await;
    fails(&mode("progress-flood"), flood).await;
    let flooded = fails(&mode("log-flood"), flood).await;
    assert_eq!(flooded.log.lines.len(), limits.log_lines);
    assert!(flooded.log.dropped > 100);
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let roomy = Limits {
        memory: 256 << 20,
        computing: Duration::from_secs(10),
        ..tight()
    };
    for case in ["log-huge", "notes", "pdf-huge"] {
        let is = |c: &Cause| *c == Cause::Message(roomy.message);
        fails_within(roomy.clone(), &mode(case), is).await;
    }
    fails(&mode("readers"), |c| {
        matches!(c, Cause::Failed(Failure::Denied(_)))
    })
    .await;
    let limits = Limits {
        included: PHOTO as u64 - 1,
        ..tight()
    };
    let (ended, seen) = export(&HOST, &mode("good"), limits, Reader::Quick).await;
    assert_eq!(ended.unwrap_err().cause, Cause::Included(PHOTO as u64 - 1));
    assert!(!seen.closed);
}

#[tokio::test]
async fn crashes_are_told_in_plain_words() {
    let says = |settings: &str, words: &'static str| {
        let settings = settings.to_owned();
        async move {
            fails(&settings, move |c| {
                matches!(c, Cause::Trapped(_)) && c.to_string().contains(words)
            })
            .await
        }
    };
    says(&mode("recurse"), "too deep").await;
    says(&mode("trap"), "it gave up without saying why").await;
    let panicked = says(&mode("panic"), "the guest gives up").await;
    assert!(!panicked.log.lines.is_empty());
}

#[tokio::test]
async fn an_archive_cannot_be_made_to_lie() {
    for (path, fault) in [
        ("../x", PathFault::Climbs),
        ("/etc/passwd", PathFault::Absolute),
        ("C:\\\\x", PathFault::Absolute),
        ("a\\u0000b", PathFault::Invisible),
        ("a\\u202etxt.exe", PathFault::Invisible),
        ("NUL.txt", PathFault::Reserved),
    ] {
        for mode in ["path", "path-ignored"] {
            let settings = format!(r#"{{"mode":"{mode}","path":"{path}"}}"#);
            fails(
                &settings,
                |c| matches!(c, Cause::Path { why, .. } if *why == fault),
            )
            .await;
        }
    }
    let is = |fault| move |c: &Cause| matches!(c, Cause::Path { why, .. } if *why == fault);
    fails(&mode("duplicate"), is(PathFault::Duplicate)).await;
    fails(&mode("under-a-file"), is(PathFault::FileAndFolder)).await;
    let half = |c: &Cause| *c == Cause::Unfinished("half.txt".into());
    fails(&mode("unfinished"), half).await;
    fails(&mode("dropped"), half).await;
    fails(&mode("two-open"), |c| *c == Cause::TwoOpen("1.txt".into())).await;
    fails(&mode("two-manifests"), |c| *c == Cause::TwoManifests).await;
}

#[tokio::test]
async fn a_plugin_s_own_failures_come_through() {
    fails(&mode("refuses"), |c| {
        *c == Cause::Failed(Failure::BadInput("this case has no determination".into()))
    })
    .await;
    fails(&mode("no-attachment"), |c| {
        *c == Cause::Failed(Failure::BadInput(
            "the case has no attachment nobody".into(),
        ))
    })
    .await;
    for settings in ["{}", "not json", &mode("no such mode")] {
        fails(settings, |c| {
            matches!(c, Cause::Failed(Failure::BadSettings(_)))
        })
        .await;
    }
}

#[tokio::test]
async fn busy_plugins_do_not_hold_up_a_good_one() {
    let host = Arc::new(
        PluginHost::new(HostConfig {
            threads: Some(2),
            ..HostConfig::default()
        })
        .unwrap(),
    );
    let endless = Limits {
        computing: Duration::from_secs(600),
        wall: Duration::from_secs(600),
        ..tight()
    };
    // Warm, so that the compiler's time is not in the comparison.
    export(&host, &mode("good"), tight(), Reader::Quick)
        .await
        .0
        .unwrap();
    let loops: Vec<_> = (0..4)
        .map(|_| {
            let (host, limits) = (Arc::clone(&host), endless.clone());
            tokio::spawn(async move { export(&host, &mode("loop"), limits, Reader::Quick).await.1 })
        })
        .collect();
    for _ in 0..10 {
        let (ended, seen) = export(&host, &mode("good"), tight(), Reader::Quick).await;
        ended.unwrap();
        assert!(seen.closed);
    }
    assert!(loops.iter().all(|looping| !looping.is_finished()));
    // Nobody waits for them any more: their places are free again.
    for looping in &loops {
        looping.abort();
    }
    let good = mode("good");
    let runs = (0..8).map(|_| export(&host, &good, tight(), Reader::Quick));
    for (ended, _) in futures_util::future::join_all(runs).await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn a_slow_reader_costs_the_plugin_nothing() {
    let limits = Limits {
        computing: Duration::from_millis(500),
        wall: Duration::from_millis(900),
        ..tight()
    };
    // Eight hand-overs and more of 200 ms each.
    let slow = Reader::Slow(Duration::from_millis(200));
    let (ended, seen) = export(&HOST, &mode("good"), limits, slow).await;
    ended.unwrap();
    assert!(seen.closed);
}

#[tokio::test]
async fn a_reader_that_goes_or_stops_ends_the_export() {
    let (ended, seen) = export(&HOST, &mode("good"), tight(), Reader::Gone).await;
    assert_eq!(ended.unwrap_err().cause, Cause::Archive(ArchiveError::Gone));
    assert!(!seen.closed && seen.dropped);

    let (_held, until): (Sender<()>, _) = channel();
    let limits = Limits {
        stall: Duration::from_millis(300),
        ..tight()
    };
    let stall = Cause::Stalled(limits.stall);
    let (ended, seen) = export(&HOST, &mode("good"), limits, Reader::Stuck(until)).await;
    assert_eq!(ended.unwrap_err().cause, stall);
    assert!(!seen.closed);
}

#[tokio::test]
async fn what_is_no_plugin_of_this_kind_is_refused_before_it_runs() {
    assert!(HOST.accepts(&EXPORTER, Kind::Exporter).await.is_ok());
    assert!(HOST.accepts(&LINKER, Kind::Linker).await.is_ok());
    let junk = Plugin::new("junk", &b"\0asm nonsense"[..]);
    let empty = Plugin::new("empty", &b""[..]);
    for (plugin, kind, wanted) in [
        (&*EXPORTER, Kind::Linker, "a linking adapter"),
        (&*LINKER, Kind::Exporter, "an exporter"),
        (&junk, Kind::Exporter, "a plugin"),
        (&empty, Kind::Linker, "a plugin"),
    ] {
        let refused = HOST.accepts(plugin, kind).await.unwrap_err();
        let says = format!("This file is not {wanted} for this version of Redress");
        assert!(refused.to_string().starts_with(&says), "{refused}");
    }
}

#[tokio::test]
async fn compiled_code_is_kept_checked_and_made_again_when_damaged() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("cache");
    let config = || HostConfig {
        cache_dir: Some(folder.clone()),
        ..HostConfig::default()
    };
    let good = || async {
        let host = PluginHost::new(config()).unwrap();
        export(&host, &mode("good"), tight(), Reader::Quick)
            .await
            .0
            .unwrap();
    };
    good().await;
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    let [kept] = files.as_slice() else {
        panic!("{files:?}")
    };
    let made = std::fs::read(kept).unwrap();
    good().await;
    assert_eq!(std::fs::read(kept).unwrap(), made, "used as it was");

    let mut damaged = made.clone();
    damaged[made.len() / 2] ^= 1;
    for bytes in [&damaged[..], &made[..40], b""] {
        std::fs::write(kept, bytes).unwrap();
        good().await;
        assert_eq!(std::fs::read(kept).unwrap().len(), made.len(), "made again");
    }
}

async fn find(settings: &str, folder: Option<&Path>) -> Result<(LinkPage, RunLog), RunError> {
    let job = LinkJob {
        run: run(settings, tight()),
        folder: folder.map(|folder| Folder::open(folder).unwrap()),
        connections: Arc::new(NoConnections),
    };
    let query = LinkQuery {
        document: "{}".into(),
        limit: 100,
        cursor: None,
    };
    HOST.link_find(&LINKER, job, query).await
}

#[tokio::test]
async fn an_adapter_reads_what_it_was_granted_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("secret.csv"), "a,b\n1,2\n").unwrap();
    let granted = home.path().join("granted");
    std::fs::create_dir(&granted).unwrap();
    std::fs::write(granted.join("repairs.csv"), b"Ref;Who\nR1;Zo\xeb\n").unwrap();
    std::fs::write(granted.join("empty.csv"), "").unwrap();
    std::os::unix::fs::symlink("../secret.csv", granted.join("link.csv")).unwrap();

    let read = |mode: &str, name: &str| {
        let settings = format!(r#"{{"mode":"{mode}","name":"{name}"}}"#);
        let granted = granted.clone();
        async move { find(&settings, Some(&granted)).await }
    };
    // The rows are shown as arrays, which a record is not: the host says which record is wrong.
    let wrong = read("table", "repairs.csv").await.unwrap_err();
    assert!(
        wrong.to_string().contains("is not a JSON object"),
        "{wrong}"
    );
    let (page, _) = read("bytes", "repairs.csv").await.unwrap();
    assert_eq!(page.records[0].document, r#"{"bytes":15}"#);
    for name in ["../secret.csv", "/etc/passwd", "link.csv", "gone.csv", ".."] {
        for mode in ["table", "bytes"] {
            let error = read(mode, name).await.unwrap_err();
            assert!(
                matches!(error.cause, Cause::Failed(Failure::Unavailable(_))),
                "{name}: {error}"
            );
        }
    }
    let error = read("table", "empty.csv").await.unwrap_err();
    assert!(error.to_string().contains("it is empty"), "{error}");
    let error = find(r#"{"mode":"bytes","name":"repairs.csv"}"#, None)
        .await
        .unwrap_err();
    assert!(
        matches!(error.cause, Cause::Failed(Failure::Denied(_))),
        "{error}"
    );
}

#[tokio::test]
async fn an_adapter_that_misbehaves_ends_its_own_run() {
    for (mode_name, words) in [
        ("bad-json", "the record \"1\" is not JSON"),
        (
            "more-than-asked",
            "100 records were asked for and 101 given",
        ),
        ("huge-record", "it wanted more than 16 MB of memory"),
        ("same-cursor", "the mark of its next page is too long"),
        ("http", "no connection is granted to this plugin"),
        ("panic", "no such luck"),
        ("loop", "it computed for 300 milliseconds"),
    ] {
        let error = find(&mode(mode_name), None).await.expect_err(mode_name);
        assert!(error.to_string().contains(words), "{mode_name}: {error}");
    }
    let job = |settings: &str| LinkJob {
        run: run(settings, tight()),
        folder: None,
        connections: Arc::new(NoConnections),
    };
    let (said, _) = HOST.link_check(&LINKER, job(&mode("good"))).await.unwrap();
    assert_eq!(said, "0 files");
    let error = HOST
        .link_check(&LINKER, job(&mode("loop")))
        .await
        .unwrap_err();
    assert!(matches!(error.cause, Cause::Computing(_)), "{error}");
}
