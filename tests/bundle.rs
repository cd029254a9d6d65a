//! A case through the real exporter in the sandbox, the real typesetter and the zip: laid out as the
//! Ombudsman asks, the same bytes each time, sound by its manifest, and never a part that looks whole.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use redress::domain::calendar::Calendar;
use redress::domain::case::{Case, Recorded};
use redress::domain::policy::Policy;
use redress::export::{
    Asked, CaseFile, ExportError, Exporter, Mode, Outcome, PolicyDocument, Tools, numbers,
    run_export, verify_bundle,
};
use redress::pdf::{Limits, Renderer};
use redress::plugins::{HostConfig, PluginHost};
use redress::store::{Options, Store};
use serde_json::{Value, json};

static HOST: LazyLock<PluginHost> =
    LazyLock::new(|| PluginHost::new(HostConfig::default()).expect("the host starts"));
static PDF: LazyLock<Arc<Renderer>> = LazyLock::new(|| {
    Arc::new(Renderer::with_program(
        env!("CARGO_BIN_EXE_redress"),
        Limits::default(),
    ))
});

mod inside;

const EVIL: &str =
    "<script>{{x}}</script>#set page()\u{202e}\u{0}\"'\n=HYPERLINK(\"http://x\")\n../../etc/passwd";

struct Landlord {
    _folder: tempfile::TempDir,
    store: Store,
    events: Vec<Recorded>,
    policies: Vec<PolicyDocument>,
}

impl Landlord {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options {
            reserve_bytes: 0,
            ..Options::default()
        };
        let store = Store::create(&folder.path().join("redress.redb"), options).expect("a store");
        Self {
            _folder: folder,
            store,
            events: Vec::new(),
            policies: Vec::new(),
        }
    }

    fn event(&mut self, at: &str, event: Value) {
        let seq = self.events.len() + 1;
        let recorded =
            json!({"seq": seq, "at": at, "recorded_at": at, "actor": "maya", "event": event});
        self.events
            .push(serde_json::from_value(recorded).expect("an event of the record"));
    }

    fn bytes(&self, bytes: &mut dyn Read) -> (String, u64) {
        let document = self.store.put_document(bytes).expect("a document");
        (hex::encode(document.sha256), document.size)
    }

    fn attach(&mut self, id: u32, kind: &str, title: &str, media_type: &str, bytes: &mut dyn Read) {
        let (sha256, size) = self.bytes(bytes);
        self.event(
            "2026-11-24T09:00:00Z",
            json!({"kind": "document_attached", "document": {
                "id": id, "sha256": sha256, "size": size, "media_type": media_type, "file_name": "scan",
                "title": title, "kind": kind, "doc_date": if id == 3 { None } else { Some("2026-09-02") },
                "added_by": "maya", "added_at": "2026-11-24T09:00:00Z"}}),
        );
    }

    /// A complaint with letters, documents, a repair, a policy and hostile words everywhere.
    fn with_a_case(mut self) -> Self {
        self.event(
            "2026-11-20T16:05:00Z",
            json!({"kind": "complaint_logged", "policy_version": 1, "receipt_rule": "strict", "intake": {
                "received_at": "2026-11-20T16:05:00Z", "channel": "phone", "account": EVIL,
                "complainant": {"name": "Adaeze Okafor", "property_ref": "00700123"},
                "points": [{"text": EVIL, "category": "property_condition.damp_and_mould"}]}}),
        );
        self.event(
            "2026-11-23T10:00:00Z",
            json!({"kind": "acknowledged", "stage": 1, "definition": "Mould, not treated since March",
                "outcomes_sought": "Treat it", "handler": "maya", "responsible_for": "the fan",
                "not_responsible_for": ""}),
        );
        let letter = b"%PDF-1.4 not really".to_vec();
        self.attach(
            1,
            "acknowledgement_s1",
            "Acknowledgement",
            "application/pdf",
            &mut Cursor::new(letter),
        );
        self.attach(
            2,
            "photo",
            EVIL,
            "image/jpeg",
            &mut Cursor::new(vec![7; 200_000]),
        );
        self.attach(
            3,
            "inspection_report",
            "Damp survey",
            "text/plain",
            &mut Cursor::new(b"Wet.\n".repeat(5_000_000)),
        );
        self.attach(
            4,
            "video",
            "Film of the wall",
            "video/mp4",
            &mut io::repeat(9).take(20_000_000),
        );
        self.attach(
            5,
            "legal_advice",
            "Counsel",
            "application/pdf",
            &mut Cursor::new(b"secret".to_vec()),
        );
        let record = json!({"schema": "redress-link-record/1", "fields": {
            "reported_on": "2026-09-02", "target_on": "2026-09-23", "description": EVIL}});
        self.event(
            "2026-11-24T10:00:00Z",
            json!({"kind": "record_linked", "link": {"id": 1, "source": "housing", "external_id": "204",
                "kind": "repair", "title": "Fan", "document": record.to_string(),
                "snapshot_at": "2026-11-24T10:00:00Z", "hash": "00", "version": 1}}),
        );
        let (sha256, size) = self.bytes(&mut Cursor::new(b"%PDF policy".to_vec()));
        self.policies.push(PolicyDocument {
            id: "policy-1".into(),
            kind: "complaints".into(),
            title: "Complaints policy".into(),
            version: "3".into(),
            effective_from: "2024-04-01".parse().expect("a date"),
            effective_to: None,
            sha256,
            size,
            media_type: "application/pdf".into(),
            file_name: "policy.pdf".into(),
        });
        self
    }

    fn case(&self) -> Case {
        let reference = "C-2026-0042".parse().expect("a reference");
        Case::fold(reference, &self.events).expect("a case")
    }

    async fn export(
        &self,
        mode: Mode,
        known: &[(String, String)],
        out: impl Write + Send + 'static,
    ) -> Result<Outcome, ExportError> {
        let case = self.case();
        let file = CaseFile {
            case: &case,
            events: &self.events,
            calendar: &Calendar::england(),
            policy: &Policy::default(),
            policies: &self.policies,
            numbers: known,
            supplements: &[],
            person: &|id| format!("{id} of complaints"),
        };
        let tools = Tools {
            host: &HOST,
            store: &self.store,
            pdf: Arc::clone(&PDF),
            progress: None,
            sections: None,
        };
        let asked = Asked {
            mode,
            answers: json!({}),
        };
        run_export(tools, &Exporter::ombudsman_bundle(), &file, &asked, out).await
    }

    async fn export_to(&self, path: &Path, mode: Mode, known: &[(String, String)]) -> Outcome {
        let out = File::create(path).expect("a file");
        self.export(mode, known, out).await.expect("a bundle")
    }
}

fn names(path: &Path) -> Vec<String> {
    let zip = zip::ZipArchive::new(File::open(path).expect("the bundle")).expect("a zip");
    let mut names: Vec<String> = zip.file_names().flatten().map(|n| n.into_owned()).collect();
    names.sort();
    names
}

fn text(path: &Path, part: &str) -> String {
    let mut zip = zip::ZipArchive::new(File::open(path).expect("the bundle")).expect("a zip");
    let name = names(path)
        .into_iter()
        .find(|n| n.contains(part))
        .expect("the file");
    let mut text = String::new();
    zip.by_name(&name)
        .expect("the file")
        .read_to_string(&mut text)
        .expect("text");
    text
}

#[tokio::test]
async fn a_bundle_is_laid_out_sound_and_the_same_each_time() {
    let landlord = Landlord::new().with_a_case();
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("1.zip"), folder.path().join("2.zip"));
    let outcome = landlord.export_to(&first, Mode::Full, &[]).await;
    let root = "C-2026-0042_HOS-pending_20261124";
    let expected = [
        "00_Index/00-01_2026-11-24_Index.pdf",
        "00_Index/00-02_2026-11-24_Index.csv",
        "00_Index/00-03_2026-11-24_Chronology.pdf",
        "00_Index/00-04_2026-11-24_Chronology.csv",
        "00_Index/00-05_2026-11-24_Case-summary.pdf",
        "00_Index/00-06_2026-11-24_Gaps-and-explanations.pdf",
        "00_Index/00-07_2026-11-24_Manifest.json",
        "00_Index/00-08_2026-11-24_Verification.pdf",
        "01_Complaint-stage-1/01-01_2026-09-02_Acknowledgement.pdf",
        "01_Complaint-stage-1/01-02_2026-11-20_Complaint-as-received.pdf",
        "04_Repairs-and-inspections/04-01_2026-11-24_Repairs-history.pdf",
        "04_Repairs-and-inspections/04-02_2026-11-24_Repairs-history-as-a-list.csv",
        "04_Repairs-and-inspections/04-03_0000-00-00_Damp-survey_p1of2.txt",
        "04_Repairs-and-inspections/04-03_0000-00-00_Damp-survey_p2of2.txt",
        "08_Policies-in-force/08-01_2024-04-01_Complaints-policy-3.pdf",
    ];
    let found = names(&first);
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(*found, format!("{root}/{expected}"));
    }
    assert!(
        found[15].contains("/14_Media/14-01_2026-09-02_script-x-script-set-page-HYPERLINK"),
        "{found:?}"
    );
    assert_eq!(found.len(), 16);

    let report = verify_bundle(&first).expect("a bundle");
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!(
        Some(&report.manifest_sha256),
        outcome.sealed.manifest_sha256.as_ref()
    );
    assert!(
        outcome
            .notes
            .iter()
            .any(|n| n.contains("Film of the wall (at 20000000 bytes")),
        "{:?}",
        outcome.notes
    );
    assert!(
        outcome
            .notes
            .iter()
            .any(|n| n.contains("Counsel (legal advice"))
    );

    let known = numbers(&outcome.sealed);
    let again = landlord.export_to(&second, Mode::Full, &known).await;
    assert_eq!(
        again.sealed.sha256, outcome.sealed.sha256,
        "numbers known or not, the bytes are the same"
    );
}

#[tokio::test]
async fn numbers_stay_when_an_older_document_comes_later() {
    let mut landlord = Landlord::new().with_a_case();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    let known = numbers(&landlord.export_to(&path, Mode::Full, &[]).await.sealed);
    landlord.attach(
        6,
        "repair_record",
        "An early job",
        "text/plain",
        &mut Cursor::new(b"2020".to_vec()),
    );
    landlord
        .export_to(&path, Mode::Focused(vec!["04".into()]), &known)
        .await;
    let found = names(&path);
    let expected = [
        "04-01_2026-11-24_Repairs-history.pdf",
        "04-04_2026-09-02_An-early-job.pdf",
        "04-03_0000-00-00_Damp-survey_p1of2.txt",
    ];
    for part in expected {
        assert!(
            found.iter().any(|name| name.ends_with(part)),
            "{part}: {found:?}"
        );
    }
    assert!(
        found
            .iter()
            .all(|name| name.contains("/00_Index/") || name.contains("/04_Repairs"))
    );
    assert!(verify_bundle(&path).expect("a bundle").is_sound());
}

#[tokio::test]
async fn hostile_words_are_text_in_every_list() {
    let landlord = Landlord::new().with_a_case();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    landlord.export_to(&path, Mode::Full, &[]).await;
    for part in ["Chronology.csv", "Index.csv", "as-a-list.csv"] {
        let csv = text(&path, part);
        assert!(csv.starts_with('\u{feff}') && !csv.contains('\0'), "{part}");
        let mut reader = csv::ReaderBuilder::new()
            .flexible(false)
            .from_reader(csv.as_bytes());
        for row in reader.records() {
            let row = row.expect("as many cells as columns");
            assert!(
                row.iter()
                    .all(|cell| !cell.starts_with(['=', '+', '@', '\t', '\r'])),
                "{row:?}"
            );
        }
    }
    let chronology = text(&path, "Chronology.csv");
    assert!(
        chronology.contains("maya of complaints") && chronology.contains("Repair 204 reported")
    );
    let manifest: Value = serde_json::from_str(&text(&path, "Manifest.json")).expect("JSON");
    assert_eq!(manifest["generated_by"]["plugin"], "ombudsman-bundle");
    let records: Vec<&Value> = manifest["entries"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|e| &e["record"])
        .collect();
    assert!(
        records.contains(&&json!("2"))
            && records.contains(&&json!("policy-1"))
            && !records.contains(&&json!("5"))
    );
}

/// Takes so many bytes and then is gone.
struct Hangs(File, usize);

impl Write for Hangs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.1 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let n = self.0.write(&bytes[..bytes.len().min(self.1)])?;
        self.1 -= n;
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[tokio::test]
async fn a_download_that_breaks_off_never_looks_whole() {
    let landlord = Landlord::new().with_a_case();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    let out = Hangs(File::create(&path).expect("a file"), 50_000);
    let error = landlord
        .export(Mode::Full, &[], out)
        .await
        .expect_err("the reader is gone");
    assert!(error.to_string().contains("gone"), "{error}");
    assert!(verify_bundle(&path).is_err());
}

#[tokio::test]
async fn a_document_that_is_lost_stops_the_export_with_its_number() {
    let mut landlord = Landlord::new().with_a_case();
    landlord.event(
        "2026-11-25T09:00:00Z",
        json!({"kind": "document_attached", "document": {"id": 9, "sha256": "00".repeat(32), "size": 5,
            "media_type": "image/png", "file_name": "x.png", "title": "Lost", "kind": "photo",
            "added_by": "maya", "added_at": "2026-11-25T09:00:00Z"}}),
    );
    let error = landlord
        .export(Mode::Full, &[], io::sink())
        .await
        .expect_err("it is lost");
    assert!(
        error.to_string().contains("document 9 cannot be opened"),
        "{error}"
    );
}
