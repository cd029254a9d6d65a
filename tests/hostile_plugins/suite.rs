//! The ways in which a plugin can be hostile, by name, in both worlds: each is stopped within its budget, with a sentence
//! that an administrator understands, and leaves nothing behind. `http` has its own.

use std::collections::BTreeSet;

use super::*;
use redress::plugins::{HttpError, Manifest, Request, Response};

/// What stops a run that floods the host comes first by count or by time, as quick as the machine is.
const FLOOD: &str = "called the program more than 2000 times|computed for 300 milliseconds";

/// The adapter's mode, the name that it is given, and what is said in the end.
const ADAPTERS: [(&str, &str, &str); 41] = [
    (
        "loop",
        "",
        "it computed for 300 milliseconds without coming to an end",
    ),
    ("allocate", "", "it wanted more than 16 MB of memory"),
    (
        "recurse",
        "",
        "calls that go too deep|its calls went too deep",
    ),
    ("trap", "", "it gave up without saying why"),
    ("panic", "", "no such luck"),
    ("exit", "", "it gave up|it ended itself"),
    ("call-flood", "", FLOOD),
    ("log-flood", "", FLOOD),
    ("log-huge", "", "it handed over more than 2 MB at once"),
    ("log-bad-utf8", "", "it broke the contract"),
    ("progress-flood", "", FLOOD),
    ("list-flood", "", FLOOD),
    (
        "files",
        "repairs.csv",
        "at most 4 things may be open at once",
    ),
    (
        "tables",
        "repairs.csv",
        "at most 4 things may be open at once",
    ),
    ("index-flood", "repairs.csv", FLOOD),
    (
        "index-wrong",
        "repairs.csv",
        "from 1 to 64 columns can be readied, not 100",
    ),
    ("look-up-flood", "repairs.csv", FLOOD),
    ("look-up-unready", "repairs.csv", "no column was readied"),
    (
        "bytes",
        "../secret.csv",
        "is not the name of a file in the granted folder",
    ),
    (
        "bytes",
        "/etc/passwd",
        "is not the name of a file in the granted folder",
    ),
    (
        "table",
        "link.csv",
        "is a link; only files in the granted folder itself can be read",
    ),
    (
        "table",
        "..",
        "is not the name of a file in the granted folder",
    ),
    ("bad-json", "", "the record \"1\" is not JSON"),
    ("deep-json", "", "the record \"1\" is not JSON"),
    ("no-object", "", "the record \"1\" is not a JSON object"),
    ("no-id", "", "has no id, or one that is too long"),
    ("control-id", "", "has control characters in its id"),
    ("long-id", "", "has no id, or one that is too long"),
    ("bad-utf8", "", "it broke the contract"),
    (
        "more-than-asked",
        "",
        "100 records were asked for and 101 given",
    ),
    ("huge-record", "", "it wanted more than 16 MB of memory"),
    ("many-records", "", "it wanted more than 16 MB of memory"),
    ("long-cursor", "", "the mark of its next page is too long"),
    ("http", "", "no connection is granted to this plugin"),
    (
        "connection",
        "finance",
        "no connection is granted to this plugin",
    ),
    ("http-flood", "", FLOOD),
    ("evidence", "", "no document was asked for"),
    ("long-failure", "", "The plugin failed: why?"),
    ("failure-in-lines", "", "The plugin failed: one"),
    (
        "no such mode",
        "",
        "The plugin's settings are wrong: there is no mode no such mode",
    ),
    ("", "", "The plugin's settings are wrong: there is no mode"),
];

/// Names and what is said when a document is fetched.
const FETCHES: [(&str, &str, &str); 8] = [
    ("flood", "", "more than 1 MB"),
    ("trickle", "", FLOOD),
    ("loop", "", "it computed for 300 milliseconds"),
    (
        "again",
        "repairs.csv",
        "called the program more than|computed for|more than 1 MB",
    ),
    (
        "file",
        "../secret.csv",
        "is not the name of a file in the granted folder",
    ),
    ("file", "link.csv", "is a link"),
    ("bad-utf8", "", "it broke the contract"),
    ("none", "", "The plugin cannot handle this"),
];

fn granted() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("secret.csv"), "a,b\n1,2\n").unwrap();
    let granted = home.path().join("granted");
    std::fs::create_dir(&granted).unwrap();
    std::fs::write(granted.join("repairs.csv"), b"Ref,Who\nR1,Ada\n").unwrap();
    std::os::unix::fs::symlink("../secret.csv", granted.join("link.csv")).unwrap();
    home
}

fn job(home: &Path, settings: &str) -> LinkJob {
    let limits = Limits {
        calls: 2_000,
        ..tight()
    };
    link_job(run(settings, limits), Some(&home.join("granted")))
}

/// What is said is a sentence for people: one line, no longer than a page bears, with one of the words.
fn understood(way: &str, error: &RunError, words: &str, began: Instant) {
    let said = error.to_string();
    assert!(
        words.split('|').any(|one| said.contains(one)),
        "{way}: {said}"
    );
    assert!(said.chars().count() <= 1100, "{way}: {said}");
    assert!(!said.chars().any(char::is_control), "{way}: {said:?}");
    assert!(said.starts_with("The "), "{way}: {said}");
    let lower = said.to_lowercase();
    for word in [
        "wasm",
        "unreachable",
        "epoch",
        "fuel",
        "0x",
        "panicked at src",
    ] {
        assert!(!lower.contains(word), "{way}: {said}");
    }
    assert!(error.log.lines.len() <= 10, "{way}");
    // The limits are 0.3 s of its own and 20 s in all; the rest is for a machine that builds something else.
    assert!(began.elapsed() < Duration::from_secs(25), "{way}: too late");
}

#[tokio::test]
async fn every_hostile_adapter_is_stopped_in_plain_words() {
    let home = granted();
    let ways: BTreeSet<&str> = ADAPTERS.iter().map(|(mode, ..)| *mode).collect();
    assert!(ways.len() >= 20, "{}", ways.len());
    for (mode, name, words) in ADAPTERS {
        let began = Instant::now();
        let settings = format!(r#"{{"mode":"{mode}","name":"{name}"}}"#);
        let way = format!("{mode} {name}");
        let ended = HOST
            .link_find(&LINKER, job(home.path(), &settings), any(100))
            .await;
        understood(&way, &ended.expect_err(&way), words, began);
    }
    let secret = std::fs::read(home.path().join("secret.csv")).unwrap();
    assert_eq!(secret, b"a,b\n1,2\n");
}

/// Counts what comes.
struct Counted(Arc<Mutex<u64>>);

impl io::Write for Counted {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        *self.0.lock().unwrap() += chunk.len() as u64;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_document_is_no_larger_and_from_nowhere_else_than_it_may_be() {
    let home = granted();
    let fetch = |mode: &str, name: &str| {
        let settings = format!(r#"{{"mode":"{mode}","name":"{name}"}}"#);
        let job = job(home.path(), &settings);
        let came = Arc::new(Mutex::new(0));
        let sink = Box::new(Counted(Arc::clone(&came)));
        async move {
            let ended = HOST.link_fetch(&LINKER, job, "{}".into(), sink).await;
            let came = *came.lock().unwrap();
            (ended, came)
        }
    };
    for (mode, name, words) in FETCHES {
        let began = Instant::now();
        let way = format!("{mode} {name}");
        let (ended, came) = fetch(mode, name).await;
        understood(&way, &ended.expect_err(&way), words, began);
        assert!(came <= 1 << 20, "{way}: {came}");
    }
    let (ended, came) = fetch("file", "repairs.csv").await;
    assert_eq!((ended.unwrap().0.as_str(), came), ("repairs.csv", 15));
}

/// The component with another word in it; see `tests/guests/hostile-linker/src/about.rs`.
fn with_manifest(word: &str) -> Plugin {
    let component = include_bytes!("../guests/hostile-linker.wasm");
    let stands = b"manifest mode: honest           ";
    let at = component
        .windows(stands.len())
        .position(|window| window == stands)
        .expect("the word stands in the component");
    let mut other = component.to_vec();
    let word = format!("manifest mode: {word:<17}");
    other[at..at + stands.len()].copy_from_slice(word.as_bytes());
    Plugin::new("hostile", other)
}

#[tokio::test]
async fn a_plugin_that_is_only_asked_what_it_is_can_do_nothing_else() {
    let told = |word: &'static str| async move {
        let described = HOST.describe(&with_manifest(word)).await;
        described.map(|described| described.manifest.unwrap_or_default())
    };
    Manifest::read(&told("honest").await.unwrap()).unwrap();
    for (word, words) in [
        ("loop", "it computed for 5 seconds"),
        ("larger", "it handed over more than 1 MB at once"),
        ("grow", "it wanted more than"),
        ("trap", "it gave up"),
        ("flood", "it called the program more than|computed for"),
        ("bad-utf8", "it broke the contract"),
    ] {
        let error = told(word).await.expect_err(word);
        let said = error.to_string();
        assert!(
            words.split('|').any(|one| said.contains(one)),
            "{word}: {said}"
        );
    }
    for word in ["huge", "no-json", "other-id"] {
        assert!(
            Manifest::read(&told(word).await.unwrap()).is_err(),
            "{word}"
        );
    }
    let lies = Manifest::read(&told("other-kind").await.unwrap());
    assert!(lies.is_err() || lies.unwrap().kind == Kind::Exporter);
    // Nothing is granted yet.
    let reached = Manifest::read(&told("reaches").await.unwrap()).unwrap();
    assert!(
        reached.summary.starts_with("files: []; file: "),
        "{}",
        reached.summary
    );
    assert!(
        reached.summary.contains("no folder is granted"),
        "{}",
        reached.summary
    );
    assert!(
        reached.summary.contains("no connection is granted"),
        "{}",
        reached.summary
    );
}

/// One connection, whose secret the host adds.
struct Repairs;

impl redress::plugins::Connections for Repairs {
    fn send(&self, request: Request) -> Result<Response, HttpError> {
        if request.connection != "repairs" {
            let why = format!("this plugin has no connection \"{}\"", request.connection);
            return Err(HttpError::NotAllowed(why));
        }
        Ok(Response {
            status: 200,
            url: request.url,
            headers: vec![],
            body: vec![],
        })
    }
}

#[tokio::test]
async fn an_adapter_has_its_own_connections_and_settings_only() {
    let find = |settings: &'static str| async move {
        let job = LinkJob {
            run: run(settings, tight()),
            folder: None,
            connections: Arc::new(Repairs),
        };
        HOST.link_find(&LINKER, job, any(1)).await
    };
    let other = find(r#"{"mode":"connection","name":"finance"}"#)
        .await
        .unwrap_err();
    assert!(
        other.to_string().contains("has no connection \"finance\""),
        "{other}"
    );
    let own = find(r#"{"mode":"tells-settings"}"#).await.unwrap_err();
    assert_eq!(
        own.to_string(),
        r#"The plugin failed: {"mode":"tells-settings"}"#
    );
}

#[tokio::test]
async fn a_component_that_is_none_of_the_contract_is_refused_before_it_runs() {
    let renamed = |component: &[u8], from: &str, to: &str| {
        let mut bytes = component.to_vec();
        let places: Vec<usize> = (0..bytes.len() - from.len())
            .filter(|at| bytes[*at..].starts_with(from.as_bytes()))
            .collect();
        assert!(!places.is_empty(), "{from}");
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        }
        Plugin::new("renamed", bytes)
    };
    let linker = include_bytes!("../guests/hostile-linker.wasm");
    let exporter = include_bytes!("../guests/hostile-exporter.wasm");
    // Versions and functions that nobody wrote.
    for (plugin, kind) in [
        (renamed(linker, "@0.2.0", "@7.2.0"), Kind::Linker),
        (renamed(exporter, "@0.2.0", "@0.3.0"), Kind::Exporter),
        (
            renamed(linker, "redress:plugin/linking", "redress:plugin/linkinx"),
            Kind::Linker,
        ),
        (
            renamed(exporter, "run-export", "run-exporx"),
            Kind::Exporter,
        ),
    ] {
        let refused = HOST.accepts(&plugin, kind).await.unwrap_err().to_string();
        assert!(refused.starts_with("This file is not "), "{refused}");
        assert!(refused.len() < 500, "{refused}");
    }
    // Damage anywhere is refused or a failed run, never more.
    for at in (8..linker.len()).step_by(linker.len() / 12) {
        let mut bytes = linker.to_vec();
        bytes[at] ^= 0x55;
        let plugin = Plugin::new("damaged", bytes);
        if HOST.accepts(&plugin, Kind::Linker).await.is_ok() {
            let job = link_job(run(r#"{"mode":"good"}"#, tight()), None);
            let _ = HOST.link_check(&plugin, job).await;
        }
    }
}
