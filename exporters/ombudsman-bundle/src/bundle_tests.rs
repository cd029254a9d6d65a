//! Whole bundles through a host made of vectors. Its "PDF" is the template's name and its data, so that
//! a test can look at what would be set.

use super::*;
use serde_json::{Value, json};

#[derive(Default)]
pub(super) struct Shelf {
    document: String,
    entries: Vec<(String, Vec<u8>)>,
    manifest: String,
}

impl Host for Shelf {
    type Failure = String;

    fn document(&mut self) -> String {
        self.document.clone()
    }
    fn bad_case(&self, why: String) -> String {
        why
    }
    fn write(&mut self, path: &str, _: &str, bytes: &[u8]) -> Result<(), String> {
        self.entries.push((path.into(), bytes.into()));
        Ok(())
    }
    fn parts(&mut self, id: &str) -> Result<u32, String> {
        assert_ne!(id, "unasked", "what was not asked for is not opened");
        Ok(match id {
            "film" => 0,
            "scan" => 3,
            _ => 1,
        })
    }
    fn attach(&mut self, path: &str, id: &str, part: u32, stamp: &str) -> Result<Piece, String> {
        let bytes = format!("{id} {part} as {stamp}");
        let piece = Piece {
            bytes: bytes.len() as u64,
            sha256: format!("hash of {id} {part}"),
            original_sha256: (id != "signed").then(|| format!("hash of {id}")),
            unstamped: (id == "signed").then(|| "it is signed".into()),
        };
        self.entries.push((path.into(), bytes.into()));
        Ok(piece)
    }
    fn pdf(&mut self, template: &str, data: &str) -> Result<Vec<u8>, String> {
        Ok(format!("{template} {data}").into())
    }
    fn manifest(&mut self, path: &str) -> Result<(), String> {
        self.manifest = path.into();
        Ok(())
    }
    fn progress(&mut self, _: u32, _: u32) {}
}

fn document(id: &str, category: &str, date: Value, title: &str) -> Value {
    json!({"id": id, "title": title, "category": category, "doc_date": date, "media_type": "application/pdf",
           "size": 10, "sha256": "00"})
}

pub(super) fn case() -> Value {
    json!({
        "landlord": {"name": "Marsh End Homes"}, "reference": "C-2026-0042", "as_of": "2026-12-19T10:12:00Z",
        "received_at": "2026-11-20T16:05:00Z", "channel": "phone", "account": "Mould since March",
        "complainant": {"name": "Adaeze Okafor", "property_ref": "00700123"},
        "points": [{"id": 1, "text": "Mould on the wall", "category": "property_condition.damp_and_mould",
                    "outcomes": [{"stage": 1, "decision": "upheld", "reasons": "Late", "references": ["Policy 4"]}]}],
        "stages": [{"stage": 1, "received_at": "2026-11-20T16:05:00Z", "definition": "Mould, not treated"}],
        "clocks": [{"id": "S1_ACK", "name": "Stage 1 acknowledgement", "start": "2026-11-20", "due": "2026-11-27", "met_on": "2026-11-30",
                    "status": "met_late", "in_time": false}],
        "remedies": [{"id": 1, "kind": "financial_remedy", "points": [1], "stage": 1, "amount_pence": 12500, "status": "open"}],
        "documents": [
            document("letter", "01", json!("2026-11-30"), "Acknowledgement"),
            document("plan", "04", json!(null), "../../Floor plan"),
            document("damp", "04", json!("2026-09-02"), "Damp report"),
        ],
        "contacts": [{"id": "c1", "at": "2026-11-21T09:00:00Z", "channel": "phone", "summary": "=cmd|' /C calc'!A0"}],
        "links": [
            {"kind": "repair", "source": "Housing CSV", "external_id": "204", "title": "Extractor", "hash": "ab",
             "snapshot_at": "2026-11-20T16:06:00Z",
             "document": {"fields": {"reported_on": "2026-09-02", "target_on": "2026-09-23", "status": "No access"},
                          "other": {"Cost centre": "R-114"}}},
            {"kind": "alert", "source": "Housing CSV", "external_id": "9", "title": "Dog at property",
             "snapshot_at": "2026-11-20T16:06:00Z", "document": {"fields": {"at": "2026-01-01"}}},
        ],
        "events": [
            {"seq": 1, "at": "2026-11-20T16:05:00Z", "kind": "complaint_logged", "sentence": "Complaint logged", "points": [1]},
            {"seq": 2, "at": "2026-11-30T09:00:00Z", "kind": "acknowledged", "sentence": "Acknowledged", "documents": ["letter"]},
        ],
        "readiness": {"missing": [{"category": "03", "what": "Tenancy agreement", "why": "It sets the duties"}]},
    })
}

pub(super) fn bundle(case: &Value) -> (Shelf, Vec<String>) {
    let mut shelf = Shelf::of(case);
    let notes = write(&mut shelf).unwrap();
    (shelf, notes)
}

impl Shelf {
    pub(super) fn of(case: &Value) -> Self {
        Self {
            document: case.to_string(),
            ..Self::default()
        }
    }

    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries.iter().map(|(path, _)| path.as_str()).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn text(&self, part: &str) -> String {
        let entry = self.entries.iter().find(|(path, _)| path.contains(part));
        String::from_utf8(
            entry
                .unwrap_or_else(|| panic!("no {part}: {:?}", self.names()))
                .1
                .clone(),
        )
        .unwrap()
    }
}

#[test]
fn the_layout_is_that_of_the_ombudsman_file() {
    let (shelf, notes) = bundle(&case());
    let root = "C-2026-0042_HOS-pending_20261219";
    let expected = [
        "00_Index/00-01_2026-12-19_Index.pdf",
        "00_Index/00-02_2026-12-19_Index.csv",
        "00_Index/00-03_2026-12-19_Chronology.pdf",
        "00_Index/00-04_2026-12-19_Chronology.csv",
        "00_Index/00-05_2026-12-19_Case-summary.pdf",
        "00_Index/00-06_2026-12-19_Gaps-and-explanations.pdf",
        "00_Index/00-08_2026-12-19_Verification.pdf",
        "01_Complaint-stage-1/01-01_2026-11-20_Complaint-as-received.pdf",
        "01_Complaint-stage-1/01-02_2026-11-30_Acknowledgement.pdf",
        "04_Repairs-and-inspections/04-01_2026-09-02_Damp-report.pdf",
        "04_Repairs-and-inspections/04-02_2026-11-20_Repairs-history.pdf",
        "04_Repairs-and-inspections/04-03_2026-11-20_Repairs-history-as-a-list.csv",
        "04_Repairs-and-inspections/04-04_0000-00-00_Floor-plan.pdf",
        "06_Contact-log/06-01_2026-11-21_Contact-log.pdf",
        "06_Contact-log/06-02_2026-11-21_Contact-log-as-a-list.csv",
        "09_Remedies/09-01_2026-12-19_Remedies-and-actions.pdf",
        "09_Remedies/09-02_2026-12-19_Remedies-and-actions-as-a-list.csv",
        "12_Decision-records/12-01_2026-12-19_Decision-record.pdf",
    ];
    assert_eq!(shelf.names(), expected.map(|path| format!("{root}/{path}")));
    assert_eq!(
        shelf.manifest,
        format!("{root}/00_Index/00-07_2026-12-19_Manifest.json")
    );
    assert!(
        shelf
            .names()
            .iter()
            .all(|path| name::keeps_rule(path.rsplit('/').next().unwrap()))
    );
    assert_eq!(notes, ["1 document has no date."]);
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    let (a, b) = (bundle(&case()).0, bundle(&case()).0);
    assert_eq!(a.entries, b.entries);
}

#[test]
fn gaps_hold_what_is_missing_and_what_has_no_date() {
    let mut case = case();
    case["sources"] =
        json!([{"name": "Housing CSV", "last_error": "folder not found.", "last_fetched": null}]);
    let gaps = bundle(&case).0.text("Gaps-and");
    for part in [
        "Tenancy agreement",
        "It sets the duties",
        "The date of document 04-04",
        "folder not found. Last read: never",
    ] {
        assert!(gaps.contains(part), "{part}: {gaps}");
    }
}

#[test]
fn empty_categories_have_a_line() {
    let index = bundle(&case()).0.text("Index.pdf");
    assert!(index.contains("No rent or service charge papers are held for this case."));
    // Under documents it would deny them.
    assert!(!index.contains("No contacts are held"), "{index}");
    let list = bundle(&case()).0.text("Index.csv");
    assert!(list.contains("\"10 Charges\",\"\",\"Nothing held\""));
}

#[test]
fn files_over_the_limit_go_in_parts_or_stay_out_with_a_reason() {
    let mut case = case();
    let big = |id: &str, media: &str| json!({"id": id, "title": id, "category": "14", "doc_date": "2026-10-01", "media_type": media, "size": 40_000_000});
    case["documents"] = json!([
        big("scan", "application/pdf"),
        big("film", "video/mp4"),
        big("odd", "image/heic")
    ]);
    let (shelf, notes) = bundle(&case);
    let media: Vec<&str> = shelf
        .names()
        .into_iter()
        .filter(|n| n.contains("14_Media"))
        .collect();
    assert_eq!(media.len(), 3);
    assert!(
        media[2].ends_with("14-01_2026-10-01_scan_p3of3.pdf"),
        "{media:?}"
    );
    let index = shelf.text("_Index.csv");
    assert!(index.contains("\"hash of scan 3\""), "{index}");
    assert!(
        notes
            .iter()
            .any(|n| n.starts_with("Left out: film (at 40000000 bytes"))
    );
    assert!(
        notes
            .iter()
            .any(|n| n.starts_with("Left out: odd (its format (image/heic)"))
    );
    assert!(shelf.text("Gaps-and").contains("cannot be split"));
}

#[test]
fn pdfs_are_stamped_with_their_numbers_and_the_index_gives_what_was_received() {
    let mut case = case();
    let signed = document("signed", "04", json!("2026-09-03"), "Certificate");
    case["documents"].as_array_mut().unwrap().push(signed);
    let (shelf, notes) = bundle(&case);
    assert_eq!(
        shelf.text("04-01_2026-09-02_Damp-report"),
        "damp 1 as C-2026-0042 / 04-01"
    );
    let list = shelf.text("_Index.csv");
    assert!(list.contains("\"hash of damp 1\"") && list.contains("\"hash of damp\",\"\""));
    assert!(
        list.contains("\"hash of signed 1\",\"it is signed\""),
        "{list}"
    );
    let index = shelf.text("_Index.pdf");
    assert!(index.contains("Pages not numbered: it is signed."));
    assert!(notes.contains(&"Pages not numbered: Certificate (it is signed).".to_owned()));
    let verification = shelf.text("_Verification.pdf");
    assert!(verification.contains("The received file is the beginning of the numbered one"));
}

#[test]
fn focused_holds_only_what_was_ticked_under_the_same_numbers() {
    let mut case = case();
    (case["mode"], case["items"]) = (json!("focused"), json!(["04"]));
    let mut large = document("unasked", "14", json!("2026-09-02"), "Scan");
    large["size"] = json!(40_000_000);
    case["documents"].as_array_mut().unwrap().push(large);
    let (shelf, _) = bundle(&case);
    let documents: Vec<&str> = shelf
        .names()
        .into_iter()
        .filter(|n| !n.contains("00_Index"))
        .collect();
    assert_eq!(documents.len(), 4);
    assert!(documents.iter().all(|n| n.contains("/04_Repairs")));
    assert!(!shelf.text("Gaps-and").contains("Tenancy agreement"));
    assert!(
        shelf
            .text("Index.pdf")
            .contains("Not asked for in this task.")
    );
}

#[test]
fn numbers_of_an_earlier_export_stay() {
    let mut case = case();
    case["numbers"] = json!([{"id": "damp", "number": "04-02"}, {"id": "plan", "number": "04-01"}, {"id": "letter", "number": "04-09"}]);
    let (shelf, _) = bundle(&case);
    shelf.text("04-02_2026-09-02_Damp-report");
    shelf.text("04-01_0000-00-00_Floor-plan");
    // 04-09 was the letter's once: it is nobody else's now.
    shelf.text("04-10_2026-11-20_Repairs-history.pdf");
    shelf.text("01-02_2026-11-30_Acknowledgement");
}

#[test]
fn privileged_papers_stay_out_and_a_redacted_copy_replaces_its_original() {
    let mut case = case();
    case["documents"][0]["sensitivity"] = json!("privileged");
    case["documents"][1]["redaction"] =
        json!({"id": "R1", "original": "damp", "reason": "third party"});
    let (shelf, notes) = bundle(&case);
    assert!(
        !shelf
            .names()
            .iter()
            .any(|n| n.contains("Acknowledgement") || n.contains("Damp-report"))
    );
    assert!(notes[0].contains("Acknowledgement (legal advice, privileged"));
    let gaps = shelf.text("Gaps-and");
    assert!(gaps.contains("\"expected\":\"Legal advice\"") && !gaps.contains("Acknowledgement"));
    assert!(
        shelf
            .text("Index.csv")
            .contains("\"../../Floor plan\",\"\",\"\",\"\",\"\",\"yes\"")
    );
}

#[test]
fn the_chronology_joins_events_snapshots_and_clocks() {
    let list = bundle(&case()).0.text("Chronology.csv");
    let lines: Vec<&str> = list.lines().collect();
    assert!(
        lines[1].starts_with("\"2026-09-02\",\"\",\"Repair 204 reported: Extractor\""),
        "{list}"
    );
    assert!(lines[2].contains("Target date of repair 204 passed without completion"));
    assert!(
        lines[3].contains("\"16:05\",\"Complaint logged\"")
            && lines[3].contains("Stage 1 acknowledgement starts, due 27 Nov 2026")
    );
    assert!(lines[4].starts_with(
        "\"2026-11-27\",\"\",\"Stage 1 acknowledgement fell due and had not been done\""
    ));
    assert!(
        lines[5].contains(
            "\"01-02\",\"Day 10\",\"Stage 1 acknowledgement met late, was due 27 Nov 2026\""
        ),
        "{list}"
    );
    assert_eq!(lines.len(), 6);
}

#[test]
fn safety_alerts_never_leave_and_formulas_are_text() {
    let (shelf, _) = bundle(&case());
    assert!(
        shelf
            .entries
            .iter()
            .all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains("Dog at property"))
    );
    assert!(
        shelf
            .text("Contact-log-as-a-list.csv")
            .contains("\"'=cmd|' /C calc'!A0\"")
    );
}

#[test]
fn the_summary_is_laid_out_by_head() {
    let summary = bundle(&case()).0.text("Case-summary");
    for part in [
        "Mould on the wall (Property condition: damp and mould)",
        "Upheld: Late (Policy 4)",
        "£125.00",
        "20 Nov 2026: Complaint logged",
        "Mould, not treated",
    ] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
}

#[test]
fn hostile_text_cannot_leave_its_place() {
    let mut case = case();
    let evil = "<script>{{x}}#set page()\u{202e}\0\"'\n=1+1\r\n../../x";
    case["reference"] = json!("../../etc");
    case["hos_reference"] = json!(evil);
    case["account"] = json!("word".repeat(250_000));
    case["documents"][0]["title"] = json!(evil);
    case["documents"][0]["category"] = json!("../..");
    case["points"][0]["text"] = json!(evil);
    let (shelf, _) = bundle(&case);
    for path in shelf.names() {
        let parts: Vec<&str> = path.split('/').collect();
        assert_eq!(parts.len(), 3, "{path}");
        assert!(
            path.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b)),
            "{path}"
        );
        assert!(
            name::keeps_rule(parts[2]) && parts[0].len() <= 100,
            "{path}"
        );
    }
}

#[test]
fn what_is_no_case_is_refused() {
    for text in [
        "",
        "{}",
        "[1]",
        r#"{"reference":"C-1","as_of":"now"}"#,
        r#"{"reference":1,"as_of":"2026-01-01"}"#,
    ] {
        assert!(
            write(&mut Shelf {
                document: text.into(),
                ..Shelf::default()
            })
            .is_err(),
            "{text}"
        );
    }
}
