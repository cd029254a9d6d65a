//! The built-in adapter through the real sandbox, over folders that are whole, broken and missing.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::plugins::HostConfig;
use std::fs;
use std::sync::LazyLock;

fn csv(folder: &std::path::Path) -> Source {
    Source {
        name: "housing".into(),
        plugin: Plugin::new("csv-folder", CSV_FOLDER),
        settings_json: "{}".into(),
        folder: Some(folder.to_owned()),
        wire: Wire {
            http: Http::new().unwrap(),
            grants: Vec::new(),
        },
        limits: Limits::link(),
    }
}

static HOST: LazyLock<PluginHost> =
    LazyLock::new(|| PluginHost::new(HostConfig::default()).unwrap());

fn query(property_ref: &str) -> Query {
    Query {
        schema: "redress-link-query/1",
        case: Some("C-2026-0042".into()),
        kinds: Vec::new(),
        property_ref: Some(property_ref.into()),
        tenancy_ref: None,
        person_ref: None,
        name: None,
        address: None,
        since: None,
        text: None,
    }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

async fn ask(folder: &std::path::Path, query: &Query) -> Gathered {
    let source = csv(folder);
    gather(
        &HOST,
        &source,
        query,
        "2026-11-20T16:05:00Z".parse().unwrap(),
    )
    .await
}

const REPAIRS: &[u8] = b"Job No;Property Reference;Date Raised;Description\r\n\
    204;00700123;02/09/2026;\"Extractor; \x93loud\x94\"\r\n205;00700999;03/09/2026;Door\r\n";

#[tokio::test]
async fn records_come_with_the_hash_of_their_bytes_and_the_same_each_time() {
    let folder = folder(&[("repairs.csv", REPAIRS)]);
    let first = ask(folder.path(), &query("700123")).await;
    assert_eq!(first.failure, None, "{first:?}");
    assert_eq!(
        first.notes,
        ["anti-social behaviour", "tenancies", "contacts"]
            .map(|kind| format!("{kind}: no file, so none were looked for."))
    );
    let [record] = first.records.as_slice() else {
        panic!("{first:?}")
    };
    assert_eq!(
        (record.kind.as_str(), record.external_id.as_str()),
        ("repair", "204")
    );
    assert_eq!(record.title, "Extractor; \u{201c}loud\u{201d}");
    assert_eq!(record.hash, hex::encode(Sha256::digest(&record.document)));
    assert!(record.document.contains(r#""reported_on":"2026-09-02""#));
    assert_eq!(ask(folder.path(), &query("700123")).await, first);
}

#[tokio::test]
async fn many_records_come_over_several_pages() {
    let mut csv = String::from("id,property_ref,description\n");
    for n in 0..450 {
        csv += &format!("{n},7,job {n}\n");
    }
    let folder = folder(&[("repairs.csv", csv.as_bytes())]);
    let gathered = ask(folder.path(), &query("7")).await;
    assert_eq!((gathered.records.len(), gathered.failure), (450, None));
}

#[tokio::test]
async fn what_is_missing_or_broken_says_so_and_stops_nothing() {
    let gone = ask(std::path::Path::new("/nonexistent/folder"), &query("7")).await;
    assert!(
        gone.failure
            .unwrap()
            .contains("/nonexistent/folder cannot be opened")
    );
    let empty = folder(&[]);
    assert!(
        ask(empty.path(), &query("7"))
            .await
            .failure
            .unwrap()
            .contains("empty")
    );
    let half = folder(&[
        ("repairs.csv", REPAIRS),
        ("asb.csv", b"what,is,this\n1,2,3\n"),
    ]);
    let gathered = ask(half.path(), &query("700123")).await;
    assert_eq!((gathered.records.len(), gathered.failure), (1, None));
    assert!(
        gathered
            .notes
            .iter()
            .any(|note| note.starts_with("asb.csv: it has no column")),
        "{:?}",
        gathered.notes
    );
}

#[tokio::test]
async fn pages_without_an_end_are_ended() {
    let hostile = include_bytes!("../../tests/guests/hostile-linker.wasm");
    for (name, records) in [("empty", 0), ("one each", PAGES)] {
        let source = Source {
            plugin: Plugin::new("hostile", &hostile[..]),
            folder: None,
            settings_json: format!(r#"{{"mode":"endless-pages","name":"{name}"}}"#),
            ..csv(std::path::Path::new(""))
        };
        let gathered = gather(&HOST, &source, &query("7"), Utc::now()).await;
        assert_eq!(gathered.failure, None);
        assert_eq!(gathered.records.len(), records);
        assert!(gathered.notes[0].starts_with("The source gave page after page"));
    }
}

#[tokio::test]
async fn nobody_is_looked_for_without_a_name() {
    let folder = folder(&[("repairs.csv", REPAIRS)]);
    let gathered = ask(
        folder.path(),
        &Query {
            property_ref: None,
            ..query("")
        },
    )
    .await;
    assert!(gathered.records.is_empty() && gathered.notes.is_empty());
    assert!(gathered.failure.unwrap().starts_with(NOT_ASKED));
}

#[tokio::test]
async fn a_folder_that_never_answers_is_not_waited_for() {
    let (done, hung) = std::sync::mpsc::channel::<()>();
    let asked = within(Duration::from_millis(20), move || hung.recv()).await;
    assert!(asked.is_none());
    drop(done);
    assert_eq!(within(Duration::from_secs(60), || 7).await, Some(7));
}

#[tokio::test]
async fn check_tells_the_operator_what_is_there() {
    let folder = folder(&[("repairs.csv", REPAIRS)]);
    let source = csv(folder.path());
    let said = check(&HOST, &source, "2026-11-20T16:05:00Z".parse().unwrap())
        .await
        .unwrap();
    assert!(
        said.starts_with("repairs: repairs.csv, 2 rows, 4 of 4 columns recognised."),
        "{said}"
    );
    let wrong = Source {
        settings_json: r#"{"flies":{}}"#.into(),
        ..source
    };
    assert!(
        check(&HOST, &wrong, Utc::now())
            .await
            .unwrap_err()
            .contains("settings")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_whose_files_are_read_for_the_first_time_is_not_down() {
    let mut large =
        String::from("Job No,Property Reference,Date Raised,Description,Status,Notes\n");
    for n in 0..400_000 {
        large +=
            &format!("J-{n},{n:08},02/09/2026,Fan number {n} is broken,Open,Seen by officer {n}\n");
    }
    let folder = folder(&[("repairs.csv", large.as_bytes())]);
    tokio::time::sleep(Duration::from_millis(150)).await;
    let mut wall = Duration::from_millis(200);
    let gathered = loop {
        let hurried = Source {
            limits: Limits {
                wall,
                ..Limits::link()
            },
            ..csv(folder.path())
        };
        let gathered = gather(&HOST, &hurried, &query("00000007"), Utc::now()).await;
        assert!(gathered.records.is_empty(), "ready at once, in {wall:?}");
        if gathered.is_preparing {
            break gathered;
        }
        // Too hurried even to open it, on a machine that does something else too.
        wall *= 2;
    };
    assert!(!gathered.is_down, "{gathered:?}");
    let why = gathered.failure.unwrap();
    assert!(why.starts_with(BEING_READ) && !why.contains('%'), "{why}");
    // It is finished by itself.
    let began = Instant::now();
    loop {
        let gathered = ask(folder.path(), &query("00000007")).await;
        if !gathered.is_preparing {
            assert_eq!((gathered.failure, gathered.records.len()), (None, 1));
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(300));
    }
}
