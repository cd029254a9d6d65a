//! Everything of a case as documented files, `redress-portable/1`: a Redress exporter, and the way out of Redress.
//!
//! The host gives the case's state and its events as it keeps them, and copies the documents byte for byte; the exporter
//! names the files, lists them and says in a README what they are.
//!
//! **Same case, same bytes.** Start at [`write`]. The component's door to the host is `guest.rs`, built for wasm only.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps nothing fails as it should"
    )
)]

#[cfg(target_arch = "wasm32")]
mod guest;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// What the exporter needs of its host; the component implements it with the WIT imports.
pub trait Host {
    /// How the host says no.
    type Failure;

    /// The case as JSON, `redress-case/1`.
    fn document(&mut self) -> String;
    /// Whether the policies of the landlord's register are wanted.
    fn policies(&mut self) -> Result<bool, Self::Failure>;
    /// A section of the case by name.
    fn section(&mut self, name: &str) -> Result<String, Self::Failure>;
    /// A failure of ours: the case cannot be handled.
    fn bad_case(&self, why: String) -> Self::Failure;
    /// Writes one entry.
    fn put(&mut self, path: &str, media_type: &str, bytes: &[u8]) -> Result<(), Self::Failure>;
    /// Copies a document and gives the SHA-256 of what went in.
    fn attach(&mut self, path: &str, id: &str) -> Result<String, Self::Failure>;
    /// Where the host writes its manifest.
    fn manifest(&mut self, path: &str) -> Result<(), Self::Failure>;
    /// How far we are.
    fn progress(&mut self, done: u32, total: u32);
}

const README: &str = include_str!("README.txt");

/// Writes the archive and returns notes for the person.
pub fn write<H: Host>(host: &mut H) -> Result<Vec<String>, H::Failure> {
    let record = host.document();
    let case: Value = serde_json::from_str(&record)
        .map_err(|error| host.bad_case(format!("the case document is not JSON: {error}")))?;
    let reference = text(&case["reference"]);
    if reference.is_empty() {
        return Err(host.bad_case("the case document has no `reference`".into()));
    }
    let policies = host.policies()?;
    let documents: Vec<&Value> = list(&case["documents"])
        .filter(|d| policies || !text(&d["id"]).starts_with("policy-"))
        .collect();
    let total = u32::try_from(documents.len())
        .unwrap_or(u32::MAX)
        .saturating_add(1);
    let mut writer = Writer {
        root: slug(&reference, 40),
        host,
        sums: BTreeMap::new(),
    };
    let manifest = writer.path("Manifest.json");
    writer.host.manifest(&manifest)?;
    writer.put("README.md", "text/markdown", README.as_bytes())?;
    let state = writer.host.section("state")?;
    writer.put("case.json", "application/json", state.as_bytes())?;
    writer.put("record.json", "application/json", record.as_bytes())?;
    let events = writer.host.section("events")?;
    writer.put("events.json", "application/json", events.as_bytes())?;
    for (path, letter) in letters(&case) {
        writer.put(&path, "text/plain", letter.as_bytes())?;
    }
    for (path, link) in links(&case) {
        writer.put(&path, "application/json", link.as_bytes())?;
    }
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    let mut notes = Vec::new();
    for (document, done) in documents.into_iter().zip(1..) {
        writer.host.progress(done, total);
        let id = text(&document["id"]);
        let path = format!(
            "documents/{}{}",
            text(&document["sha256"]),
            extension(document)
        );
        if !writer.sums.contains_key(&path) {
            let full = writer.path(&path);
            let sha256 = writer.host.attach(&full, &id)?;
            if sha256 != text(&document["sha256"]) {
                let why = format!(
                    "document {id} is not what its hash says; run `redress verify` on the data file"
                );
                return Err(writer.host.bad_case(why));
            }
            writer.sums.insert(path.clone(), sha256);
        }
        if text(&document["sensitivity"]) == "privileged" {
            notes.push(format!("Holds legal advice: {}.", text(&document["title"])));
        }
        rows.push(row(document, &path));
    }
    let table: String = rows.iter().map(|row| line(row)).collect();
    writer.put(
        "documents.csv",
        "text/csv",
        format!("\u{feff}{table}").as_bytes(),
    )?;
    let sums: String = writer
        .sums
        .iter()
        .map(|(path, sum)| format!("{sum}  {path}\n"))
        .collect();
    writer.put("SHA256SUMS", "text/plain", sums.as_bytes())?;
    writer.host.progress(total, total);
    Ok(notes)
}

struct Writer<'a, H> {
    host: &'a mut H,
    root: String,
    sums: BTreeMap<String, String>,
}

impl<H: Host> Writer<'_, H> {
    fn path(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    fn put(&mut self, path: &str, media_type: &str, bytes: &[u8]) -> Result<(), H::Failure> {
        let full = self.path(path);
        self.host.put(&full, media_type, bytes)?;
        self.sums
            .insert(path.to_owned(), hex::encode(Sha256::digest(bytes)));
        Ok(())
    }
}

const HEAD: [&str; 13] = [
    "id",
    "title",
    "file_name",
    "kind",
    "category",
    "date",
    "added_at",
    "media_type",
    "bytes",
    "sha256",
    "sensitivity",
    "replaces",
    "path",
];

fn row(document: &Value, path: &str) -> Vec<String> {
    let of = |name: &str| text(&document[name]);
    vec![
        of("id"),
        of("title"),
        of("file_name"),
        of("kind"),
        of("category"),
        of("doc_date"),
        of("added_at"),
        of("media_type"),
        of("size"),
        of("sha256"),
        of("sensitivity"),
        text(&document["redaction"]["original"]),
        path.to_owned(),
    ]
}

/// The words of each letter, with what was on its head.
fn letters(case: &Value) -> Vec<(String, String)> {
    let one = |letter: &Value| {
        let day: String = text(&letter["issued_at"]).chars().take(10).collect();
        let name = format!(
            "letters/{:0>3}_{day}_{}.txt",
            text(&letter["id"]),
            slug(&text(&letter["kind"]), 40)
        );
        let heads = [
            ("Letter", "title"),
            ("To", "to"),
            ("Issued", "issued_at"),
            ("By", "channel"),
            ("Document", "document"),
        ];
        let heads: String = heads
            .iter()
            .map(|(label, member)| (label, text(&letter[*member])))
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| format!("{label}: {value}\n"))
            .collect();
        (name, format!("{heads}\n{}\n", text(&letter["text"])))
    };
    list(&case["letters"]).map(one).collect()
}

/// Each linked record, one file a version.
fn links(case: &Value) -> Vec<(String, String)> {
    let mut names = BTreeSet::new();
    let mut files = Vec::new();
    for link in list(&case["links"]) {
        let stem = format!(
            "links/{}_{}_v{}",
            slug(&text(&link["kind"]), 30),
            slug(&text(&link["external_id"]), 60),
            text(&link["version"])
        );
        // Two systems may call a record the same.
        let name = (1..)
            .map(|n: u32| {
                if n == 1 {
                    format!("{stem}.json")
                } else {
                    format!("{stem}-{n}.json")
                }
            })
            .find(|name| names.insert(name.to_ascii_lowercase()));
        if let (Some(name), Ok(body)) = (name, serde_json::to_string_pretty(link)) {
            files.push((name, body + "\n"));
        }
    }
    files
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Letters and digits of a name, hyphens for the rest: safe on every disk.
fn slug(name: &str, most: usize) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let made: String = name.chars().take(most).map(plain).collect();
    let made = made.trim_matches('-');
    if made.is_empty() {
        "none".into()
    } else {
        made.into()
    }
}

/// From the file's own name, and only when it is a plain one.
fn extension(document: &Value) -> String {
    let name = text(&document["file_name"]);
    let Some((_, end)) = name.rsplit_once('.') else {
        return String::new();
    };
    let plain = (1..=8).contains(&end.len()) && end.chars().all(|c| c.is_ascii_alphanumeric());
    if plain {
        format!(".{}", end.to_ascii_lowercase())
    } else {
        String::new()
    }
}

/// A line of a table. A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP).
fn line(cells: &[String]) -> String {
    let one = |cell: &String| {
        let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        format!(
            "\"{}{}\"",
            if risky { "'" } else { "" },
            cell.replace('"', "\"\"")
        )
    };
    cells.iter().map(one).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Default)]
    struct Shelf {
        case: Value,
        without_policies: bool,
        wrong: bool,
        entries: BTreeMap<String, Vec<u8>>,
        manifest: String,
    }

    impl Host for Shelf {
        type Failure = String;
        fn document(&mut self) -> String {
            self.case.to_string()
        }
        fn policies(&mut self) -> Result<bool, String> {
            Ok(!self.without_policies)
        }
        fn section(&mut self, name: &str) -> Result<String, String> {
            Ok(format!("{{\"section\":\"{name}\"}}"))
        }
        fn bad_case(&self, why: String) -> String {
            why
        }
        fn put(&mut self, path: &str, _: &str, bytes: &[u8]) -> Result<(), String> {
            assert!(
                self.entries.insert(path.into(), bytes.into()).is_none(),
                "{path} twice"
            );
            Ok(())
        }
        fn attach(&mut self, path: &str, id: &str) -> Result<String, String> {
            assert!(
                self.entries.insert(path.into(), id.into()).is_none(),
                "{path} twice"
            );
            let held = list(&self.case["documents"])
                .find(|d| text(&d["id"]) == id)
                .unwrap();
            Ok(if self.wrong {
                "00".into()
            } else {
                text(&held["sha256"])
            })
        }
        fn manifest(&mut self, path: &str) -> Result<(), String> {
            self.manifest = path.into();
            Ok(())
        }
        fn progress(&mut self, _: u32, _: u32) {}
    }

    fn shelf() -> Shelf {
        Shelf {
            case: json!({
                "reference": "C-2026-0042",
                "letters": [{"id": "1", "kind": "response_s1", "title": "Stage 1 response", "to": "Ada",
                             "issued_at": "2026-11-30T09:00:00Z", "text": "We were late."}],
                "links": [{"kind": "repair", "external_id": "20/4", "version": 1, "source": "A"},
                          {"kind": "repair", "external_id": "20-4", "version": 1, "source": "B"}],
                "documents": [
                    {"id": "1", "title": "=Survey", "file_name": "Survey.PDF", "sha256": "aa", "size": 3},
                    {"id": "2", "title": "Same", "file_name": "same.pdf", "sha256": "aa", "size": 3},
                    {"id": "3", "title": "Advice", "file_name": "x.../..", "sha256": "bb", "sensitivity": "privileged"},
                    {"id": "policy-1", "title": "Policy", "file_name": "p.pdf", "sha256": "cc"},
                ],
            }),
            ..Shelf::default()
        }
    }

    #[test]
    fn everything_goes_out_once_under_its_hash() {
        let mut shelf = shelf();
        let notes = write(&mut shelf).unwrap();
        let names: Vec<&str> = shelf.entries.keys().map(String::as_str).collect();
        for name in [
            "README.md",
            "case.json",
            "record.json",
            "events.json",
            "documents/aa.pdf",
            "documents/bb",
            "documents/cc.pdf",
            "letters/001_2026-11-30_response-s1.txt",
            "links/repair_20-4_v1.json",
            "links/repair_20-4_v1-2.json",
            "documents.csv",
            "SHA256SUMS",
        ] {
            assert!(
                names.contains(&format!("C-2026-0042/{name}").as_str()),
                "{name}: {names:?}"
            );
        }
        assert_eq!(shelf.manifest, "C-2026-0042/Manifest.json");
        assert_eq!(notes, ["Holds legal advice: Advice."]);
        let table = String::from_utf8(shelf.entries["C-2026-0042/documents.csv"].clone()).unwrap();
        assert_eq!(table.lines().count(), 5);
        assert!(table.contains("\"'=Survey\""));
    }

    #[test]
    fn the_sums_name_every_other_file() {
        let mut shelf = shelf();
        write(&mut shelf).unwrap();
        let sums = String::from_utf8(shelf.entries["C-2026-0042/SHA256SUMS"].clone()).unwrap();
        assert_eq!(sums.lines().count(), shelf.entries.len() - 1);
        for line in sums.lines().filter(|line| !line.contains("documents/")) {
            let (sum, path) = line.split_once("  ").unwrap();
            let bytes = &shelf.entries[&format!("C-2026-0042/{path}")];
            assert_eq!(sum, hex::encode(Sha256::digest(bytes)), "{path}");
        }
    }

    #[test]
    fn policies_stay_when_they_are_taken_elsewhere_and_wrong_bytes_end_it() {
        let mut shelf = Shelf {
            without_policies: true,
            ..shelf()
        };
        write(&mut shelf).unwrap();
        assert!(!shelf.entries.contains_key("C-2026-0042/documents/cc.pdf"));
        let mut shelf = Shelf {
            wrong: true,
            ..self::shelf()
        };
        assert!(write(&mut shelf).unwrap_err().contains("redress verify"));
    }
}
