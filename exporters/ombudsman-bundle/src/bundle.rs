//! Writes the bundle through a [`Host`]: documents first, as they come, then the papers of the index,
//! which must know what was written.

use crate::case::Case;
use crate::category::{self, INDEX_FOLDER};
use crate::csv::Table;
use crate::name;
use crate::plan::{CEILING, Content, Item, Plan};
use crate::{chronology, gaps, index, sheet, summary};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What the bundle needs of its host; the component implements it with the WIT imports.
pub trait Host {
    /// How the host says no.
    type Failure;

    /// The case as JSON.
    fn document(&mut self) -> String;
    /// A failure of ours: the case cannot be handled.
    fn bad_case(&self, why: String) -> Self::Failure;
    /// Writes one entry.
    fn write(&mut self, path: &str, media_type: &str, bytes: &[u8]) -> Result<(), Self::Failure>;
    /// In how many pieces the host can cut an attachment, its pages numbered; 0 when it cannot.
    fn parts(&mut self, id: &str) -> Result<u32, Self::Failure>;
    /// Copies one of these pieces, or all as piece 1 of 1; the stamp stands before the number of each page.
    fn attach(
        &mut self,
        path: &str,
        id: &str,
        part: u32,
        stamp: &str,
    ) -> Result<Piece, Self::Failure>;
    /// A PDF from a template.
    fn pdf(&mut self, template: &str, data: &str) -> Result<Vec<u8>, Self::Failure>;
    /// Where the host writes its manifest.
    fn manifest(&mut self, path: &str) -> Result<(), Self::Failure>;
    /// How far we are.
    fn progress(&mut self, done: u32, total: u32);
}

/// An attachment, or a piece of one, as it went in.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// That of the document as it was received, when it is another.
    pub original_sha256: Option<String>,
    /// Why its pages carry no number.
    pub unstamped: Option<String>,
}

/// A file that was written.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name without folders.
    pub name: String,
    /// The document's number.
    pub number: String,
    /// Category code, `00` for the index.
    pub category: &'static str,
    /// Media type.
    pub media_type: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// SHA-256 of the document as it was received; empty for what was made from records.
    pub received: String,
    /// Why the pages of a PDF carry no number; empty when they do, and for what has none.
    pub unstamped: String,
    /// Pages of a PDF, 0 when unknown or none.
    pub pages: u32,
}

/// Writes the whole bundle and returns notes for the person.
pub fn write<H: Host>(host: &mut H) -> Result<Vec<String>, H::Failure> {
    let case = Case::read(&host.document()).map_err(|why| host.bad_case(why))?;
    if case.date().is_empty() {
        return Err(host.bad_case("the case document's `as_of` is not an instant".into()));
    }
    let plan = Plan::new(&case, |id| host.parts(id))?;
    let mut root = name::root(&case.reference, &case.hos_reference, &case.date());
    if case.is_supplement() {
        if plan.items.is_empty() {
            return Err(host.bad_case(
                "nothing has come to this case since the last bundle, so there is nothing for a supplement".into(),
            ));
        }
        root += &format!("_S{}", case.supplement);
    }
    let total = u32::try_from(plan.items.len())
        .unwrap_or(u32::MAX)
        .saturating_add(6);
    let mut writer = Writer {
        host,
        case: &case,
        root,
        files: Vec::new(),
        notes: plan.notes.clone(),
    };
    writer.host.manifest(&format!(
        "{}/{INDEX_FOLDER}/{}",
        writer.root,
        writer.index_name(7, "Manifest", "json")
    ))?;
    let mut gaps = plan.gaps.clone();
    for (item, done) in plan.items.iter().zip(0..) {
        writer.host.progress(done, total);
        gaps.extend(writer.item(item)?);
    }
    let rows = chronology::rows(&case, &plan);
    writer.pdf(
        3,
        "Chronology",
        "chronology",
        chronology::json(&case, &rows, "00-03"),
    )?;
    writer.csv(4, "Chronology", &chronology::csv(&rows))?;
    writer.pdf(
        5,
        "Case-summary",
        "case-summary",
        summary::json(&case, &plan, "00-05"),
    )?;
    writer.pdf(
        6,
        "Gaps-and-explanations",
        "gaps",
        gaps::json(&case, &gaps, "00-06"),
    )?;
    // The index stands first in the folder and knows everything else.
    let files = writer.files.clone();
    writer.csv(2, "Index", &index::csv(&case, &plan, &files))?;
    writer.pdf(
        1,
        "Index",
        "index",
        index::json(&case, &plan, &files, "00-01"),
    )?;
    let files = writer.files.clone();
    writer.pdf(
        8,
        "Verification",
        "verification",
        index::verification(&case, &files, "00-08"),
    )?;
    writer.host.progress(total, total);
    Ok(writer.notes)
}

struct Writer<'a, H> {
    host: &'a mut H,
    case: &'a Case,
    root: String,
    files: Vec<File>,
    notes: Vec<String>,
}

impl<H: Host> Writer<'_, H> {
    fn index_name(&self, seq: u32, title: &str, extension: &str) -> String {
        name::file_name(
            &format!("00-{seq:02}"),
            Some(&self.case.date()),
            title,
            None,
            extension,
        )
    }

    fn item(&mut self, item: &Item) -> Result<Option<crate::plan::Gap>, H::Failure> {
        let name = |part, extension| {
            name::file_name(
                &item.number,
                item.date.as_deref(),
                &item.title,
                part,
                extension,
            )
        };
        match &item.content {
            Content::Attachment {
                document,
                extension,
                parts,
            } => {
                let document = &self.case.documents[*document];
                let stamp = stamp(&self.case.reference, &item.number);
                let whole = *parts == 1;
                for part in 1..=*parts {
                    let mut file = File {
                        name: name((!whole).then_some((part, *parts)), extension),
                        number: item.number.clone(),
                        category: item.category,
                        media_type: document.media_type.clone(),
                        bytes: 0,
                        sha256: String::new(),
                        received: String::new(),
                        unstamped: String::new(),
                        pages: if whole { item.pages } else { 0 },
                    };
                    let path = self.path(&file);
                    let piece = self.host.attach(&path, &document.id, part, &stamp)?;
                    file.received = match piece.original_sha256 {
                        Some(original) => original,
                        None => piece.sha256.clone(),
                    };
                    (file.bytes, file.sha256) = (piece.bytes, piece.sha256);
                    file.unstamped = piece.unstamped.unwrap_or_default();
                    self.files.push(file);
                }
                if let Some(why) = index::unstamped(&self.files, &item.number) {
                    self.notes
                        .push(format!("Pages not numbered: {} ({why}).", item.title));
                }
            }
            Content::Paper(sheet) => {
                let mut data = sheet.json(self.case, &item.number);
                for_paper(&mut data);
                let bytes = self.host.pdf("record", &data.to_string())?;
                if bytes.len() > CEILING as usize {
                    self.notes
                        .push(format!("Left out: {}, too large as a PDF.", item.title));
                    return Ok(Some(crate::plan::Gap {
                        category: item.category.into(),
                        expected: format!("{} ({})", item.title, item.number),
                        why: "The landlord holds it and it is not in this bundle".into(),
                        explanation: "As a PDF it is over the limit for one file.".into(),
                        ..Default::default()
                    }));
                }
                self.put(
                    item.category,
                    &item.number,
                    name(None, "pdf"),
                    "application/pdf",
                    &bytes,
                )?;
            }
            Content::List(table) => {
                let pieces = table.files(CEILING as usize);
                let of = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
                for (bytes, part) in pieces.iter().zip(1..) {
                    let name = name((of > 1).then_some((part, of)), "csv");
                    self.put(item.category, &item.number, name, "text/csv", bytes)?;
                }
            }
        }
        Ok(None)
    }

    fn pdf(
        &mut self,
        seq: u32,
        title: &str,
        template: &str,
        mut data: Value,
    ) -> Result<(), H::Failure> {
        for_paper(&mut data);
        let bytes = self.host.pdf(template, &data.to_string())?;
        if bytes.len() > CEILING as usize {
            return Err(self
                .host
                .bad_case(format!("{title} is too large for one file of the bundle")));
        }
        let name = self.index_name(seq, title, "pdf");
        self.put(
            "00",
            &format!("00-{seq:02}"),
            name,
            "application/pdf",
            &bytes,
        )
    }

    fn csv(&mut self, seq: u32, title: &str, table: &Table) -> Result<(), H::Failure> {
        let pieces = table.files(CEILING as usize);
        let of = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        let (number, date) = (format!("00-{seq:02}"), self.case.date());
        for (bytes, part) in pieces.iter().zip(1..) {
            let name = name::file_name(
                &number,
                Some(&date),
                title,
                (of > 1).then_some((part, of)),
                "csv",
            );
            self.put("00", &number, name, "text/csv", bytes)?;
        }
        Ok(())
    }

    fn put(
        &mut self,
        category: &'static str,
        number: &str,
        name: String,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<(), H::Failure> {
        let pages = if media_type == "application/pdf" {
            pages(bytes)
        } else {
            0
        };
        let file = File {
            name,
            number: number.into(),
            category,
            media_type: media_type.into(),
            bytes: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(bytes)),
            received: String::new(),
            unstamped: String::new(),
            pages,
        };
        let path = self.path(&file);
        self.host.write(&path, media_type, bytes)?;
        self.files.push(file);
        Ok(())
    }

    fn path(&self, file: &File) -> String {
        let folder = if file.category == "00" {
            INDEX_FOLDER
        } else {
            category::of(file.category).folder
        };
        format!("{}/{folder}/{}", self.root, file.name)
    }
}

/// What stands before the number of each page: plain letters, and no more than the host takes.
pub fn stamp(reference: &str, number: &str) -> String {
    format!("{} / {number}", name::slug(reference, 30))
}

/// The longest text that the typesetter takes, with the note that says where the rest is.
const ON_PAPER: usize = 150_000;

/// Cuts what no PDF of ours would show anyway, so that a case of many long texts stays a message of sensible size. The
/// lists have everything.
pub fn for_paper(data: &mut Value) {
    match data {
        Value::String(text) if text.len() > ON_PAPER => {
            let letters = text.chars().count();
            let kept = ON_PAPER - 200;
            if letters > ON_PAPER {
                let end = text
                    .char_indices()
                    .nth(kept)
                    .map_or(text.len(), |(at, _)| at);
                text.truncate(end);
                *text += &format!(
                    "… [Cut in this PDF: {} more characters are in the CSV or the case record.]",
                    letters - kept
                );
            }
        }
        Value::Array(items) => items.iter_mut().for_each(for_paper),
        Value::Object(members) => members.values_mut().for_each(for_paper),
        _ => {}
    }
}

/// Counts the page objects of a PDF of ours; 0 when they are packed where this cannot see.
fn pages(pdf: &[u8]) -> u32 {
    let mut found = 0;
    for (at, _) in pdf.windows(5).enumerate().filter(|(_, w)| *w == b"/Page") {
        let before = pdf[..at].trim_ascii_end().ends_with(b"/Type");
        found += u32::from(before && pdf.get(at + 5).is_some_and(|b| !b.is_ascii_alphanumeric()));
    }
    found
}

/// The facts at the head of every index paper.
pub fn facts(case: &Case) -> serde_json::Value {
    let hos = if case.hos_reference.is_empty() {
        "pending"
    } else {
        &case.hos_reference
    };
    let mode = if case.mode == "focused" {
        let titles: Vec<String> = case
            .items
            .iter()
            .map(|item| category::label(item))
            .collect();
        format!("Focused: only {}", titles.join("; "))
    } else if case.is_supplement() {
        format!(
            "Supplement S{}: only what no earlier bundle held",
            case.supplement
        )
    } else {
        "Full".to_owned()
    };
    let facts = [
        ("Landlord", case.landlord.name.as_str()),
        ("Our reference", &case.reference),
        ("Ombudsman reference", hos),
        ("Resident", &case.complainant.name),
        ("Home", &case.complainant.address),
        ("Bundle", &mode),
        ("State of the case as of", &case.as_of),
    ];
    let shown = facts.iter().filter(|(_, value)| !value.is_empty());
    sheet::facts(
        &shown
            .map(|(l, v)| ((*l).to_owned(), (*v).to_owned()))
            .collect::<Vec<_>>(),
    )
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "papers_tests.rs"]
mod papers;
