//! The CSV folder as its component, through the real sandbox: files as landlords have them, large ones too.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{TimeZone, Utc};
use redress::plugins::{
    Folder, HostConfig, Limits, LinkJob, LinkPage, LinkQuery, Manifest, NoConnections, Plugin,
    PluginHost, Run, RunError, RunLog,
};
use serde_json::{Value, json};

const CSV_FOLDER: &[u8] = include_bytes!("../dist/csv-folder.wasm");

struct Place {
    host: PluginHost,
    plugin: Plugin,
    folder: tempfile::TempDir,
}

fn place(cache: Option<&Path>) -> Place {
    let config = HostConfig {
        cache_dir: cache.map(Path::to_owned),
        ..HostConfig::default()
    };
    Place {
        host: PluginHost::new(config).unwrap(),
        plugin: Plugin::new("csv-folder", CSV_FOLDER),
        folder: tempfile::tempdir().unwrap(),
    }
}

impl Place {
    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    fn job(&self, limits: Limits) -> LinkJob {
        LinkJob {
            run: Run {
                settings_json: "{}".into(),
                started_at: Utc.with_ymd_and_hms(2026, 3, 2, 9, 30, 0).unwrap(),
                language: "en-GB".into(),
                progress: None,
                limits,
            },
            folder: Some(Folder::open(self.folder.path()).unwrap()),
            connections: Arc::new(NoConnections),
        }
    }

    async fn ask(&self, query: Value, limits: Limits) -> Result<(LinkPage, RunLog), RunError> {
        let query = LinkQuery {
            document: query.to_string(),
            limit: 50,
            cursor: None,
        };
        let job = self.job(limits);
        self.host.link_find(&self.plugin, job, query).await
    }

    async fn find(&self, query: Value) -> Vec<Value> {
        let (page, log) = self.ask(query, Limits::link()).await.unwrap();
        let known = |line: &str| line.contains("no file, so none were looked for");
        assert!(log.lines.iter().all(|l| known(&l.message)), "{log:?}");
        let documents = page.records.iter().map(|record| {
            let mut document: Value = serde_json::from_str(&record.document).unwrap();
            document["title"] = record.title.as_str().into();
            document
        });
        documents.collect()
    }
}

/// What a housing system's own export is like: a title, dates in words, numbers kept as texts, totals.
const REPAIRS: &str = "Repairs register,,,,,,\r\nPrinted 02/11/2026 08:00,,,,,,\r\n,,,,,,\r\n\
    Job No,Property Ref,Date Logged,Date Logged,Fault Description,Completed,Photo\r\n\
    ='1',,,,,,\r\n\
    J-1,'00700123,46267,x,\"Extractor, bathroom\nnot working\",NULL,C:\\jobs\\Tap.JPG\r\n\
    J-2,\"=\"\"00700123\"\"\",02-Sep-26,,Café door — sticks,01/01/1900,gone.jpg\r\n\
    J-3,700124,2nd September 2026,,Lift,#N/A,\r\n\
    Total jobs: 3,,,,,,\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn real_files_are_read_and_their_photos_fetched() {
    let place = place(None);
    let described = place.host.describe(&place.plugin).await.unwrap();
    let manifest = Manifest::read(&described.manifest.unwrap()).unwrap();
    assert!(manifest.finds_residents && manifest.folder.is_some());

    let (windows, ..) = encoding_rs::WINDOWS_1252.encode(REPAIRS);
    place.write("Repairs October.csv", windows);
    place.write("Tap.JPG", b"a photo");
    let utf16: Vec<u8> = "\u{feff}external_ref;person_ref;property_ref;start;end\nT2;48213;00700123;17/06/2019;\nT1;48213;00700001;1/2/85;2019-06-01\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    place.write("tenancies.csv", utf16);
    place.write(
        "people.csv",
        "external_ref\tFirst Name\tSurname\tMobile\tDOB\n48213\tAdaeze\tO\u{2019}Kafor\t07000 000001\t11/02/1987\n",
    );
    place.write(
        "properties.csv",
        "property_ref|Address 1|Postcode\n00700123|7 Alder Court|ZZ9 4AB\n",
    );

    let found = place
        .find(json!({"property_ref": "00700123", "kinds": ["repair"]}))
        .await;
    let [first, second] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(first["fields"]["reported_on"], "2026-09-02");
    assert_eq!(
        first["fields"]["description"],
        "Extractor, bathroom\nnot working"
    );
    assert_eq!(first["documents"][0]["name"], "Tap.JPG");
    assert_eq!(second["property_ref"], "00700123");
    assert_eq!(second["fields"]["description"], "Café door — sticks");
    assert_eq!(second["fields"]["reported_on"], "2026-09-02");
    assert_eq!(second["fields"].get("completed_on"), None);

    for text in [
        "okafor",
        "kafor ada",
        "07000000001",
        "7 alder",
        "zz94ab",
        "700123",
        "T2",
    ] {
        let found = place.find(json!({"text": text, "kinds": ["person"]})).await;
        let [ada] = found.as_slice() else {
            panic!("{text}: {found:?}")
        };
        assert_eq!(
            ada["title"], "Adaeze O\u{2019}Kafor, 7 Alder Court, ZZ9 4AB",
            "{text}"
        );
        assert_eq!(
            (
                &ada["person_ref"],
                &ada["tenancy_ref"],
                &ada["property_ref"]
            ),
            (&json!("48213"), &json!("T2"), &json!("00700123"))
        );
        assert!(
            !ada.to_string().contains("1987"),
            "dates of birth are never read"
        );
    }

    let fetch = |document: Value| {
        let sink = Sink::default();
        let asked = json!({"record": {"kind": "repair", "id": "J-1"}, "document": document});
        let job = place.job(Limits::link());
        let running = place.host.link_fetch(
            &place.plugin,
            job,
            asked.to_string(),
            Box::new(sink.clone()),
        );
        async move {
            let name = running
                .await
                .map(|(name, _)| name)
                .map_err(|e| e.to_string());
            (name, sink.0.lock().unwrap().clone())
        }
    };
    let photo = fetch(first["documents"][0].clone()).await;
    assert_eq!(photo, (Ok("Tap.JPG".into()), b"a photo".to_vec()));
    for name in ["people.csv", "../Tap.JPG", "gone.jpg"] {
        let (name, bytes) = fetch(json!({"id": name, "name": name})).await;
        assert!(name.is_err() && bytes.is_empty());
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, chunk: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn large(rows: u32, extra: &str) -> String {
    let mut text = String::from("id,property_ref,name,address,reported_on,description\n");
    for n in 0..rows {
        let home = n % (rows / 10);
        text += &format!(
            "{n},{home:08},First{} Family{},\"{} Alder Court, Mill Lane, ZZ9 4AB\",02/09/2026,\"Job {n}{extra}\"\n",
            home % 97,
            home % 891,
            home % 200
        );
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_is_readied_once_and_again_when_it_is_another() {
    let cache = tempfile::tempdir().unwrap();
    let place = place(Some(cache.path()));
    place.write("repairs.csv", large(30_000, ""));
    let home = json!({"property_ref": "123"});
    // Somebody who cannot wait is told so, and the next one has it.
    let hasty = Limits {
        wall: Duration::from_millis(400),
        ..Limits::link()
    };
    if let Err(error) = place.ask(home.clone(), hasty).await {
        let said = error.to_string();
        assert!(
            said.contains("being read for the first time") || said.contains("not done"),
            "{said}"
        );
    }
    assert_eq!(place.find(home.clone()).await.len(), 10);
    let named = json!({"name": "Ms First26 Family123", "address": "123 Alder Court"});
    assert_eq!(place.find(named).await.len(), 10);

    let next = place.folder.path().join("next");
    fs::write(&next, large(30_000, " again")).unwrap();
    fs::rename(next, place.folder.path().join("repairs.csv")).unwrap();
    for found in place.find(home.clone()).await {
        let said = found["fields"]["description"].as_str().unwrap();
        assert!(said.ends_with(" again"), "{said}");
    }
    let kept = fs::read_dir(cache.path().join("tables")).unwrap();
    let kept = kept.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".index")
    });
    assert!(kept.count() <= 1, "one file has one index");
}

/// While somebody writes into the file all the time, an answer has rows of one version of it or none.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_written_over_gives_no_mixture() {
    let place = place(None);
    let versions = [large(3_000, " alpha"), large(3_000, " omega")];
    place.write("repairs.csv", &versions[0]);
    let path = place.folder.path().join("repairs.csv");
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writing = {
        let (stop, path) = (Arc::clone(&stop), path.clone());
        std::thread::spawn(move || {
            let mut turn = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                turn += 1;
                fs::write(&path, &versions[turn % 2]).unwrap();
                std::thread::sleep(Duration::from_millis(3));
            }
        })
    };
    let mut answers = 0;
    for n in 0..30 {
        let query = json!({"property_ref": n.to_string(), "kinds": ["repair"]});
        match place.ask(query, Limits::link()).await {
            Ok((page, _)) => {
                let whole = |word: &str| page.records.iter().all(|r| r.document.contains(word));
                assert!(whole(" alpha") || whole(" omega"), "{:?}", page.records);
                answers += 1;
            }
            Err(error) => {
                let said = error.to_string();
                let why = [
                    "was changed while it was read",
                    "it is empty",
                    "has no column",
                    "quote",
                ];
                assert!(why.iter().any(|why| said.contains(why)), "{said}");
            }
        }
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    writing.join().unwrap();
    let found = place
        .find(json!({"property_ref": "1", "kinds": ["repair"]}))
        .await;
    assert_eq!(found.len(), 10, "{answers} answers before");
}
