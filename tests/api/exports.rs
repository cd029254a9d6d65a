//! The formats beside the Ombudsman's bundle, through the real server: what each holds, that it proves itself, that the
//! same case gives the same bytes, who may make it, and what is not there for those who may not know.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::words::complaint;
use crate::support::{Answer, Caller, Server, unzip};

const DAMP: &[u8] = include_bytes!("../pdf/linearised.pdf");

/// A picture of one red dot, as PNG.
const DOT: &str = "89504e470d0a1a0a0000000d49484452000000010000000108020000009077\
53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082";

fn export(caller: &Caller, path: &str) -> Answer {
    let answer = caller.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer
}

/// A case with papers of every kind.
fn filled(officer: &Caller) -> String {
    let reference = officer.log(&complaint(9));
    officer.done(
        &reference,
        json!({"command": "record_contact", "direction": "in", "channel": "phone", "with": "resident",
               "summary": "Said that Mrs Hughes next door has the same mould. Her number is 020 7946 0991."}),
    );
    let dot = hex::decode(DOT).expect("a picture");
    let papers: [(&str, &str, &str, &str, &[u8]); 6] = [
        (
            "Damp survey",
            "inspection_report",
            "damp.pdf",
            "ordinary",
            DAMP,
        ),
        ("Bathroom wall", "photo", "wall.png", "ordinary", &dot),
        (
            "Note of the visit",
            "call_note",
            "note.txt",
            "ordinary",
            b"The wall was wet.",
        ),
        (
            "Voicemail",
            "audio",
            "call.mp3",
            "ordinary",
            b"ID3\x03\0\0\0\0\0\0 not much",
        ),
        (
            "Diary of the neighbour",
            "asb_record",
            "diary.pdf",
            "third_party",
            DAMP,
        ),
        (
            "Opinion of counsel",
            "legal_advice",
            "advice.txt",
            "privileged",
            b"You will lose.",
        ),
    ];
    for (title, kind, name, sensitivity, bytes) in papers {
        let fields = [
            ("title", title),
            ("kind", kind),
            ("doc_date", "2026-09-02"),
            ("sensitivity", sensitivity),
        ];
        let answer = officer.attach(&reference, name, bytes, &fields);
        assert_eq!(answer.status, 201, "{title}: {}", answer.text());
    }
    reference
}

/// What a program of poppler's says of a PDF.
fn poppler(program: &str, more: &[&str], pdf: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().expect("a file");
    file.as_file().write_all(pdf).expect("written");
    let output = Command::new(program)
        .args(more)
        .arg(file.path())
        .args(if program == "pdftotext" {
            &["-"][..]
        } else {
            &[]
        })
        .stdin(Stdio::null())
        .output();
    let output = output.unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.trim().is_empty(),
        "{program}: {said}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_case_leaves_as_one_pdf_whose_pages_are_numbered_through() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = filled(&officer);
    let path = format!("/cases/{reference}/exports/case-pdf");
    let answer = export(&officer, &path);
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert!(
        answer
            .header("content-disposition")
            .contains(&format!("{reference}_case-pdf_"))
    );
    let pdf = &answer.bytes;
    assert!(poppler("pdfinfo", &[], pdf).contains("Title:           Case file C-"));
    let text = poppler("pdftotext", &["-layout"], pdf);
    let pages: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    for (page, at) in pages.iter().zip(1..) {
        let number = format!("page {at} of {}", pages.len());
        assert!(page.contains(&number), "{number}:\n{page}");
    }
    for words in [
        "What this file holds",
        "Case summary",
        "Chronology",
        "Damp survey",
        "The wall was wet.",
        "Not shown in this file",
        "it is a recording",
        "Bathroom wall",
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert!(
        !text.contains("You will lose") && !text.contains("Opinion of counsel"),
        "legal advice"
    );
    // The contents say where a paper is, and there it is.
    let line = text
        .lines()
        .find(|line| line.contains("Bathroom wall"))
        .expect("its line in the contents");
    let page: usize = line
        .split_whitespace()
        .last()
        .and_then(|n| n.parse().ok())
        .expect("its page");
    assert!(
        pages[page - 1].contains("Bathroom wall"),
        "{}",
        pages[page - 1]
    );
    assert_eq!(
        export(&officer, &path).bytes,
        *pdf,
        "the same case gives the same bytes"
    );
    let events = officer.get(&format!("/cases/{reference}/events")).json();
    let left = events
        .as_array()
        .expect("events")
        .iter()
        .rfind(|e| e["kind"] == "bundle_exported")
        .expect("noted");
    assert_eq!(left["body"]["sha256"], hex::encode(Sha256::digest(pdf)));
    assert_eq!(left["body"]["format"], "case-pdf");
    let short = export(&officer, &format!("{path}?papers=no"));
    assert!(!poppler("pdftotext", &[], &short.bytes).contains("The wall was wet."));
}

#[test]
fn a_subject_access_set_lists_others_and_holds_back_what_is_marked() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let dpo = server.caller("DPO", &["data_protection"]);
    let reference = filled(&officer);
    let path =
        format!("/cases/{reference}/exports/subject-access?person=complainant&asked_on=2026-11-20");
    officer.get(&path).refuses(403, "forbidden", None);
    dpo.get(&format!(
        "/cases/{reference}/exports/subject-access?person=nobody"
    ))
    .refuses(422, "validation", Some("answers"));
    dpo.get(&format!(
        "/cases/{reference}/exports/subject-access?colour=red"
    ))
    .refuses(422, "validation", Some("answers"));
    let answer = export(&dpo, &path);
    let set = unzip(&answer.bytes);
    let find = |end: &str| {
        let found = set.iter().find(|(name, _)| name.ends_with(end));
        found
            .unwrap_or_else(|| panic!("no {end} in {:?}", set.keys()))
            .1
    };
    let list = String::from_utf8_lossy(find("Review-list.csv")).into_owned();
    for seen in [
        "A named person: Mrs Hughes",
        "020 7946 0991",
        "Marked as third-party data",
        "A picture",
        "A recording",
    ] {
        assert!(list.contains(seen), "{seen}:\n{list}");
    }
    assert!(set.keys().any(
        |name| name.contains("/1_Look-first_do-not-send/Held-back/") && name.contains("Diary")
    ));
    assert!(
        !set.keys()
            .any(|name| name.contains("/2_The-set/") && name.contains("Diary"))
    );
    assert!(
        !set.keys().any(|name| name.contains("Opinion")),
        "legal advice"
    );
    let letter = poppler("pdftotext", &[], find("Covering-letter.pdf"));
    for words in [
        "The personal data that we hold about you",
        "privileged",
        "six years",
        "Information Commissioner",
    ] {
        assert!(letter.contains(words), "{words}:\n{letter}");
    }
    let review = poppler("pdftotext", &["-layout"], find("Review-list.pdf"));
    assert!(review.contains("Do not send"), "{review}");
    assert_eq!(
        export(&dpo, &path).bytes,
        answer.bytes,
        "the same case gives the same bytes"
    );
}

#[test]
fn a_portable_case_proves_itself_and_leaves_nothing_out() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let compliance = server.caller("Compliance", &["compliance"]);
    let reference = filled(&officer);
    let path = format!("/cases/{reference}/exports/portable");
    officer.get(&path).refuses(403, "forbidden", None);
    let answer = export(&compliance, &path);
    let files = unzip(&answer.bytes);
    let file = |name: &str| {
        files
            .get(&format!("{reference}/{name}"))
            .unwrap_or_else(|| panic!("no {name} in {:?}", files.keys()))
    };
    let sums = String::from_utf8_lossy(file("SHA256SUMS")).into_owned();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").expect("a sum");
        assert_eq!(sum, hex::encode(Sha256::digest(file(name))), "{name}");
    }
    let advice = format!(
        "documents/{}.txt",
        hex::encode(Sha256::digest(b"You will lose."))
    );
    assert_eq!(
        file(&advice),
        b"You will lose.",
        "byte for byte, legal advice too"
    );
    let case: Value = serde_json::from_slice(file("case.json")).expect("JSON");
    assert_eq!(case["reference"], reference.as_str());
    let events: Value = serde_json::from_slice(file("events.json")).expect("JSON");
    let kept = compliance.get(&format!("/cases/{reference}/events")).json();
    let count = events.as_array().expect("events").len();
    assert_eq!(
        events.as_array().map(Vec::as_slice),
        kept.as_array().map(|all| &all[..count]),
        "hashes and all"
    );
    assert_eq!(kept[count]["kind"], "bundle_exported");
    assert_eq!(
        export(&compliance, &path).bytes,
        answer.bytes,
        "the same case gives the same bytes"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let zip = folder.path().join("case.zip");
    std::fs::write(&zip, &answer.bytes).expect("written");
    assert!(verify(&server, &zip).contains("sound"));
}

fn verify(server: &Server, path: &Path) -> String {
    let output = server.cli(&["verify", &path.to_string_lossy()]);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn everything_leaves_into_a_folder_that_proves_itself_restricted_cases_too() {
    let mut server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let first = filled(&officer);
    let second = officer.log(&complaint(4));
    officer.done(
        &second,
        json!({"command": "restrict", "people": ["Case system"], "reason": "A member of staff"}),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("all");
    let to = out.to_string_lossy().into_owned();
    server.stop();
    let left = server.cli(&["export", "--all", "--output", &to]);
    assert!(
        left.status.success(),
        "{}",
        String::from_utf8_lossy(&left.stderr)
    );
    for reference in [&first, &second] {
        assert!(
            out.join(format!("cases/{reference}.zip")).exists(),
            "{reference}"
        );
    }
    let said = verify(&server, &out);
    assert!(
        said.contains("sound") && said.contains("2 archives"),
        "{said}"
    );
    // A finished folder is not written over, and one that was broken off is gone on with.
    assert!(
        !server
            .cli(&["export", "--all", "--output", &to])
            .status
            .success()
    );
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(out.join("manifest.json")).expect("read"))
            .expect("JSON");
    let done = manifest["files"]
        .as_array()
        .expect("files")
        .iter()
        .find(|f| f["case"] == first.as_str());
    std::fs::write(
        out.join(".redress-done.jsonl"),
        format!("{}\n{{\"path", done.expect("the case")),
    )
    .expect("written");
    std::fs::remove_file(out.join("manifest.json")).expect("removed");
    std::fs::remove_file(out.join(format!("cases/{second}.zip"))).expect("removed");
    assert!(!verify(&server, &out).contains("sound"));
    let again = server.cli(&["export", "--all", "--output", &to]);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(
        again.status.success() && said.contains("1 of them kept"),
        "{said}{}",
        String::from_utf8_lossy(&again.stderr)
    );
    assert!(verify(&server, &out).contains("sound"));
    std::fs::write(out.join("landlord/settings.json"), "{}").expect("written");
    assert!(verify(&server, &out).contains("FAULT landlord/settings.json was changed"));
}

#[test]
fn one_persons_cases_leave_together_and_restricted_ones_are_not_there() {
    let mut server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let (first, second, hidden) = (
        officer.log(&complaint(9)),
        officer.log(&complaint(4)),
        officer.log(&complaint(3)),
    );
    officer.done(
        &hidden,
        json!({"command": "restrict", "people": ["Case system"], "reason": "A member of staff"}),
    );
    let dpo = server.caller("DPO", &["data_protection"]);
    let path = format!("/cases/{hidden}/exports/subject-access?person=complainant");
    assert_eq!(dpo.get(&path).status, 404);
    let name = officer.get(&format!("/cases/{first}")).json()["complainant"]["name"]
        .as_str()
        .expect("a name")
        .to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("set");
    let to = out.to_string_lossy().into_owned();
    server.stop();
    let nobody = server.cli(&["export", "--person", "Nobody At All", "--output", &to]);
    assert!(
        String::from_utf8_lossy(&nobody.stderr).contains("No case names"),
        "{}",
        String::from_utf8_lossy(&nobody.stderr)
    );
    let left = server.cli(&["export", "--person", &name, "--output", &to]);
    assert!(
        left.status.success(),
        "{}",
        String::from_utf8_lossy(&left.stderr)
    );
    assert!(
        out.join(format!("{first}.zip")).exists() && out.join(format!("{second}.zip")).exists()
    );
    let listed = std::fs::read_to_string(out.join("cases.csv")).expect("the list");
    assert!(
        !listed.contains(&hidden) && !String::from_utf8_lossy(&left.stdout).contains(&hidden),
        "{listed}"
    );
    assert!(verify(&server, &out).contains("sound"));
}

#[test]
fn the_formats_say_what_they_are_for_and_what_they_ask() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let formats = officer.get("/exports").json();
    let find = |key: &str| {
        formats
            .as_array()
            .expect("formats")
            .iter()
            .find(|f| f["key"] == key)
            .cloned()
            .unwrap_or_else(|| panic!("{key}"))
    };
    assert_eq!(find("case-pdf")["media_type"], "application/pdf");
    assert_eq!(
        find("subject-access")["request"]["properties"]["person"]["format"],
        "person"
    );
    assert_eq!(find("portable")["discloses"], true);
    assert_eq!(find("ombudsman-bundle")["partial"], true);
    let reference = officer.log(&complaint(2));
    officer
        .get(&format!(
            "/cases/{reference}/exports/case-pdf?mode=focused&items=04"
        ))
        .refuses(422, "validation", Some("mode"));
}
