//! What goes into a bundle when it is long, large or locked, and what never leaves.

use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream,
    StringFormat,
};

use sha2::{Digest, Sha256};

use super::*;

/// The largest file of the upload set.
const CEILING: u64 = 19_000_000;

/// A PDF of `pages` pages, each with so many bytes that do not pack.
fn pdf(pages: u32, bytes: usize) -> Document {
    let mut document = Document::with_version("1.5");
    let folder = document.new_object_id();
    let mut kids = Vec::new();
    let mut noise = 1u32;
    for _ in 0..pages {
        let mut next = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8
        };
        let picture = Stream::new(Dictionary::new(), (0..bytes).map(|_| next()).collect());
        let picture = document.add_object(picture);
        let mut pictures = Dictionary::new();
        pictures.set("Picture", picture);
        let mut resources = Dictionary::new();
        resources.set("XObject", pictures);
        let drawing = b"q 2 0 0 2 0 0 cm /Picture Do".to_vec();
        let drawing = document.add_object(Stream::new(Dictionary::new(), drawing));
        let mut page = Dictionary::new();
        page.set("Type", Object::Name(b"Page".to_vec()));
        page.set("Parent", folder);
        page.set("MediaBox", vec![0.into(), 0.into(), 200.into(), 200.into()]);
        page.set("Resources", resources);
        page.set("Contents", drawing);
        kids.push(Object::Reference(document.add_object(page)));
    }
    let mut pages = Dictionary::new();
    pages.set("Type", Object::Name(b"Pages".to_vec()));
    pages.set("Count", kids.len() as i64);
    pages.set("Kids", kids);
    document.objects.insert(folder, Object::Dictionary(pages));
    let mut catalog = Dictionary::new();
    catalog.set("Type", Object::Name(b"Catalog".to_vec()));
    catalog.set("Pages", folder);
    let catalog = document.add_object(catalog);
    document.trailer.set("Root", catalog);
    let id = Object::String(vec![7; 16], StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
    document
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a PDF");
    bytes
}

#[tokio::test]
async fn a_large_pdf_goes_in_pieces_and_every_file_can_be_uploaded() {
    let mut landlord = Landlord::new().with_a_case();
    let large = saved(pdf(3, 8_000_000));
    landlord.attach(
        6,
        "inspection_report",
        "Survey",
        "application/pdf",
        &mut Cursor::new(large.clone()),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    landlord.export_to(&path, Mode::Full, &[]).await;
    assert!(verify_bundle(&path).expect("a bundle").is_sound());
    let mut zip = zip::ZipArchive::new(File::open(&path).expect("the bundle")).expect("a zip");
    let mut flat = std::collections::BTreeSet::new();
    for at in 0..zip.len() {
        let file = zip.by_index(at).expect("an entry");
        let name = file.name().expect("a name").into_owned();
        let own = name.rsplit('/').next().expect("a name").to_owned();
        assert!(file.size() <= CEILING, "{name}");
        assert!(flat.insert(own), "{name} would meet another in one folder");
    }
    let pieces: Vec<&String> = flat
        .iter()
        .filter(|name| name.contains("_Survey_p"))
        .collect();
    assert_eq!(pieces.len(), 2, "{flat:?}");
    assert!(pieces[0].ends_with("_p1of2.pdf") && pieces[1].ends_with("_p2of2.pdf"));
    // The index gives the hash of every file, pieces too, as the manifest does, and of what was received.
    let index = text(&path, "Index.csv");
    let received = hex::encode(Sha256::digest(&large));
    for piece in &pieces {
        let entry = entry_of(&path, piece);
        let hash = entry["sha256"].as_str().expect("a hash");
        assert_eq!(entry["original_sha256"], received);
        assert_eq!(entry["original_bytes"], Value::Null);
        let line = index.lines().find(|line| line.contains(piece.as_str()));
        let line = line.expect("a line");
        assert!(line.contains(hash) && line.contains(&received), "{line}");
    }
    // The pages go on counting.
    assert_eq!(
        words_of(&path, pieces[0]),
        "C-2026-0042 / 04-01 / 1 of 3 C-2026-0042 / 04-01 / 2 of 3"
    );
    assert_eq!(words_of(&path, pieces[1]), "C-2026-0042 / 04-01 / 3 of 3");
}

/// What the manifest says of the file whose name ends so.
fn entry_of(path: &Path, end: &str) -> Value {
    let manifest: Value = serde_json::from_str(&text(path, "Manifest.json")).expect("JSON");
    let entries = manifest["entries"].as_array().expect("a list");
    let ends = |entry: &&Value| entry["path"].as_str().is_some_and(|p| p.ends_with(end));
    entries.iter().find(ends).expect("an entry").clone()
}

#[tokio::test]
async fn a_received_pdf_is_numbered_and_shown_to_be_the_one_that_came() {
    let mut landlord = Landlord::new().with_a_case();
    let received = saved(pdf(2, 100));
    let mut signed = pdf(1, 100);
    let mut signature = Dictionary::new();
    signature.set("ByteRange", vec![0.into(), 1.into()]);
    signed.add_object(signature);
    let signed = saved(signed);
    for (id, title, bytes) in [(6, "Survey", &received), (7, "Certificate", &signed)] {
        let mut bytes = Cursor::new(bytes.clone());
        landlord.attach(
            id,
            "inspection_report",
            title,
            "application/pdf",
            &mut bytes,
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (path, again) = (folder.path().join("1.zip"), folder.path().join("2.zip"));
    let outcome = landlord.export_to(&path, Mode::Full, &[]).await;
    let second = landlord.export_to(&again, Mode::Full, &[]).await;
    assert_eq!(outcome.sealed.sha256, second.sealed.sha256);
    let report = verify_bundle(&path).expect("a bundle");
    assert!(report.is_sound(), "{:?}", report.faults);
    assert_eq!(report.numbered, 1);

    let numbered = bytes_of(&path, "_Survey.pdf");
    assert!(numbered.len() > received.len() && numbered.starts_with(&received));
    assert_eq!(
        words_of(&path, "_Survey.pdf"),
        "C-2026-0042 / 04-02 / 1 of 2 C-2026-0042 / 04-02 / 2 of 2"
    );
    let entry = entry_of(&path, "_Survey.pdf");
    let original = hex::encode(Sha256::digest(&received));
    assert_eq!(entry["original_sha256"], original);
    assert_eq!(entry["original_bytes"], received.len());
    assert_eq!(entry["sha256"], hex::encode(Sha256::digest(&numbered)));
    assert!(text(&path, "_Index.csv").contains(&original));

    assert_eq!(bytes_of(&path, "_Certificate.pdf"), signed);
    let said = "it is signed digitally, and numbers would make programs say that it was changed";
    let note = format!("Pages not numbered: Certificate ({said}).");
    assert!(outcome.notes.contains(&note), "{:?}", outcome.notes);
    assert!(text(&path, "_Index.csv").contains(said));
    assert!(words_of(&path, "_Index.pdf").contains("Pages not numbered: it is signed"));
    assert!(
        words_of(&path, "_Verification.pdf").contains("the beginning of the numbered one"),
        "the page says what was done"
    );
}

#[tokio::test]
async fn numbers_never_carry_a_file_over_the_limit() {
    let mut landlord = Landlord::new().with_a_case();
    let size = |pages: u32, of: usize| {
        let bytes = saved(pdf(pages, of));
        assert!((CEILING - 4_000..=CEILING).contains(&(bytes.len() as u64)));
        bytes
    };
    let (two, one) = (size(2, 9_498_500), size(1, 18_998_000));
    for (id, title, bytes) in [(6, "Two pages", &two), (7, "One page", &one)] {
        let mut bytes = Cursor::new(bytes.clone());
        landlord.attach(
            id,
            "inspection_report",
            title,
            "application/pdf",
            &mut bytes,
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    let mode = Mode::Focused(vec!["04".into()]);
    let outcome = landlord.export_to(&path, mode, &[]).await;
    assert!(verify_bundle(&path).expect("a bundle").is_sound());
    assert!(bytes_of(&path, "_Two-pages.pdf") == two && bytes_of(&path, "_One-page.pdf") == one);
    let said = "with numbers it would be over the limit for one file";
    let told = outcome.notes.iter().filter(|note| note.contains(said));
    assert_eq!(told.count(), 2, "{:?}", outcome.notes);
}

#[tokio::test]
async fn a_pdf_with_a_password_is_left_out_with_the_way_forward() {
    let mut landlord = Landlord::new().with_a_case();
    let mut locked = pdf(1, 100);
    let version = EncryptionVersion::V2 {
        document: &locked,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("a password");
    locked.encrypt(&state).expect("a locked PDF");
    landlord.attach(
        6,
        "inspection_report",
        "Locked",
        "application/pdf",
        &mut Cursor::new(saved(locked)),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    let outcome = landlord.export_to(&path, Mode::Full, &[]).await;
    assert!(!names(&path).iter().any(|name| name.contains("Locked")));
    let note = outcome.notes.iter().find(|note| note.contains("Locked"));
    assert_eq!(
        note.map(String::as_str),
        Some("Left out: Locked (it has a password; save it without one and add it again).")
    );
}

#[tokio::test]
async fn notices_of_the_ombudsman_and_how_an_offer_was_worked_out_are_told() {
    let mut landlord = Landlord::new().with_a_case();
    let at = "2026-11-24T11:00:00Z";
    landlord.event(
        at,
        json!({"kind": "remedy_offered", "remedy": {"id": 1, "kind": "financial_remedy", "description": EVIL,
            "points": [1], "offered_at_stage": 1, "proposed_by": "maya", "compensation": {"amount": 18000,
            "head": "heating", "from": "2026-11-01", "to": "2026-11-12", "quantity": 12, "unit": "day",
            "rate": 1500, "guidance_ref": EVIL}}}),
    );
    landlord.event(
        at,
        json!({"kind": "referred_to_ombudsman", "hos_reference": "202612345", "route": "full_investigation"}),
    );
    let notice = |kind: &str, text: &str| {
        json!({"kind": "hos_notice_recorded", "notice": {"kind": kind, "notice_type": 2, "text": text,
            "issued_on": "2026-11-24", "comply_by": "2026-12-01"}})
    };
    landlord.event(at, notice("chfn", EVIL));
    landlord.event(at, notice("chfo", "Log the complaint"));
    landlord.event(
        at,
        json!({"kind": "hos_notice_complied", "notice": 2, "evidence": []}),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    landlord.export_to(&path, Mode::Full, &[]).await;
    assert!(verify_bundle(&path).expect("a bundle").is_sound());
    for paper in ["With-the-Ombudsman.pdf", "Case-summary.pdf"] {
        let words = words_of(&path, paper);
        for part in [
            "Notice, type 2",
            "Order, type 2",
            "1 Dec 2026",
            "../../etc/passwd",
        ] {
            assert!(words.contains(part), "{paper}, {part}: {words}");
        }
    }
    let list = text(&path, "Remedies-and-actions-as-a-list.csv");
    assert!(list.contains("12 days at £15.00"), "{list}");
    let mut reader = csv::Reader::from_reader(list.as_bytes());
    for row in reader.records() {
        let row = row.expect("as many cells as columns");
        assert!(row.iter().all(|cell| !cell.starts_with('=')), "{row:?}");
    }
}

#[tokio::test]
async fn texts_of_megabytes_go_through() {
    let mut landlord = Landlord::new();
    let long = "He said \"wait\" again. ".repeat(190_000);
    landlord.event(
        "2026-11-20T16:05:00Z",
        json!({"kind": "complaint_logged", "policy_version": 1, "receipt_rule": "strict", "intake": {
            "received_at": "2026-11-20T16:05:00Z", "channel": "letter", "account": long, "outcomes_sought": long,
            "complainant": {"name": "Adaeze Okafor"}, "points": [{"text": "Mould", "category": "charges.arrears"}]}}),
    );
    landlord.event(
        "2026-11-21T09:00:00Z",
        json!({"kind": "contact_recorded", "contact": {"direction": "in", "channel": "email", "summary": long,
            "by": "maya", "at": "2026-11-21T09:00:00Z"}}),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    landlord.export_to(&path, Mode::Full, &[]).await;
    assert!(verify_bundle(&path).expect("a bundle").is_sound());
    assert!(text(&path, "Contact-log-as-a-list.csv").len() > 4_000_000);
}

#[tokio::test]
async fn what_must_stay_inside_is_in_no_paper() {
    let mut landlord = Landlord::new().with_a_case();
    let link = |id: u32, kind: &str, title: &str| {
        json!({"kind": "record_linked", "link": {"id": id, "source": "housing", "external_id": format!("X{id}"),
            "kind": kind, "title": title, "document": "{}", "snapshot_at": "2026-11-24T10:00:00Z", "hash": "00",
            "version": 1}})
    };
    landlord.event("2026-11-24T11:00:00Z", link(2, "alert", "Dog bites"));
    landlord.event(
        "2026-11-24T11:00:00Z",
        link(3, "contact", "Of the neighbour"),
    );
    landlord.event(
        "2026-11-24T12:00:00Z",
        json!({"kind": "record_unlinked", "source": "housing", "external_id": "X3", "reason": "Of the neighbour"}),
    );
    landlord.event(
        "2026-11-24T12:30:00Z",
        json!({"kind": "gap_explained", "category": "11", "what": "The plumber's diary", "explanation": "He left."}),
    );
    // The repairs are on the file by now: their gap is none any more.
    landlord.event(
        "2026-11-24T12:31:00Z",
        json!({"kind": "gap_explained", "category": "04", "what": "The repairs history of the home",
               "explanation": "The system was down."}),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    landlord.export_to(&path, Mode::Full, &[]).await;
    let chronology = text(&path, "Chronology.csv");
    for inside in ["Counsel", "Dog bites", "neighbour", "X3"] {
        assert!(!chronology.contains(inside), "{inside}: {chronology}");
    }
    assert!(chronology.contains("plumber's diary"));
    let gaps = words_of(&path, "Gaps-and-explanations.pdf");
    assert!(
        gaps.contains("He left.") && !gaps.contains("The system was down."),
        "{gaps}"
    );
}

/// The file whose name ends so.
fn bytes_of(path: &Path, end: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(File::open(path).expect("the bundle")).expect("a zip");
    let found = names(path);
    let name = found.iter().find(|name| name.ends_with(end));
    let mut bytes = Vec::new();
    zip.by_name(name.expect("the paper"))
        .expect("the paper")
        .read_to_end(&mut bytes)
        .expect("bytes");
    bytes
}

/// The words on the pages of the PDF whose name ends so.
fn words_of(path: &Path, end: &str) -> String {
    let pdf = Document::load_mem(&bytes_of(path, end)).expect("a PDF");
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    let words = pdf.extract_text(&pages).expect("words");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn texts_and_messages_go_out_as_pdf_under_their_own_number() {
    let mut landlord = Landlord::new().with_a_case();
    let mail = b"From: a@example.org\r\nSubject: Mould\r\n\r\nIt is in the bedroom.".to_vec();
    landlord.attach(
        6,
        "contact_record",
        "Mail",
        "message/rfc822",
        &mut Cursor::new(mail),
    );
    let packed = b"From: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nHi\n--x\nContent-Type: image/png\n\n1\n--x--\n";
    landlord.attach(
        7,
        "contact_record",
        "With a picture",
        "message/rfc822",
        &mut Cursor::new(packed.to_vec()),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.zip");
    let outcome = landlord.export_to(&path, Mode::Full, &[]).await;
    assert!(verify_bundle(&path).expect("a bundle").is_sound());
    let found = names(&path);
    for part in [
        "06-01_2026-09-02_Mail.pdf",
        "06-02_2026-09-02_With-a-picture.txt",
    ] {
        assert!(
            found.iter().any(|name| name.ends_with(part)),
            "{part}: {found:?}"
        );
    }
    assert!(numbers(&outcome.sealed).contains(&("6".into(), "06-01".into())));
    let words = words_of(&path, "_Mail.pdf");
    assert!(
        words.contains("It is in the bedroom.") && words.contains("Mould"),
        "{words}"
    );
    assert!(words.ends_with("C-2026-0042 / 06-01 / 1 of 1"), "{words}");
    assert_eq!(words.matches("1 of 1").count(), 1, "{words}");
    // What was received is the text, which is not in the PDF as it was.
    let entry = entry_of(&path, "_Mail.pdf");
    assert!(entry["original_sha256"].is_string() && entry["original_bytes"].is_null());
}
