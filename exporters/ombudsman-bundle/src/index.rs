//! The index as paper and as list, and the verification of what was written.

use crate::bundle::{self, File};
use crate::case::Case;
use crate::category::CATEGORIES;
use crate::csv::Table;
use crate::name::UNDATED;
use crate::plan::{CEILING, Content, Item, Plan};
use crate::sheet;
use serde_json::{Value, json};

const PAPERS: [(&str, &str, &str); 8] = [
    ("00-01", "Index", "Every document of this bundle"),
    (
        "00-02",
        "Index as a list",
        "The same with file names, sizes and hashes",
    ),
    (
        "00-03",
        "Chronology",
        "What happened, one line per event, from the records",
    ),
    ("00-04", "Chronology as a list", "The same as a list"),
    (
        "00-05",
        "Case summary",
        "Parties, heads of complaint, outcomes, offers, what is outstanding",
    ),
    ("00-06", "Gaps and explanations", "What is missing, and why"),
    (
        "00-07",
        "Manifest",
        "Every file with its SHA-256, written by the program that made the archive",
    ),
    (
        "00-08",
        "Verification",
        "Totals by category, and each file against the limit",
    ),
];

/// What the `index` template takes.
pub fn json(case: &Case, plan: &Plan, files: &[File], number: &str) -> Value {
    let papers: Vec<Value> = PAPERS
        .iter()
        .map(|(no, title, why)| {
            let pages = files.iter().find(|f| f.number == *no).map_or(0, |f| f.pages);
            json!({"no": no, "date": case.date(), "title": title, "from": case.landlord.name, "pages": pages, "why": why})
        })
        .collect();
    let mut categories =
        vec![json!({"number": "00", "title": "Index and summaries", "entries": papers})];
    for category in &CATEGORIES {
        let entries: Vec<Value> = plan
            .items
            .iter()
            .filter(|i| i.category == category.code)
            .map(|i| entry(i, files))
            .collect();
        let left_out = plan.gaps.iter().any(|g| g.category == category.code);
        let note = match (case.wants(category.code), left_out) {
            _ if !entries.is_empty() => String::new(),
            _ if case.is_supplement() => "Nothing new in this supplement.".to_owned(),
            (false, _) => "Not asked for in this task.".to_owned(),
            (true, true) => format!("No {}: see Gaps and explanations.", category.holds),
            (true, false) => format!("No {} are held for this case.", category.holds),
        };
        categories.push(json!({"number": category.code, "title": category.title, "entries": entries, "note": note}));
    }
    json!({
        "document": sheet::document(case, "Index", number),
        "facts": bundle::facts(case),
        "categories": categories,
        "notes": [
            "Documents stand by category, then by their own date and time; those without a date stand last.",
            "Every page of a PDF carries the case's reference, the number of its document and its own number. In the PDFs \
             that were received this line was added below each page, unless it is said otherwise above. The received \
             file is the beginning of the numbered one, unchanged, except for a document in parts; its SHA-256 stands \
             in the index as a list and in the manifest. What is no PDF is passed on unchanged and carries its number \
             in the name of its file.",
            "Numbers never change. A document of a later supplement goes on under S1, S2 and so on.",
            format!("Every file is at most {CEILING} bytes and can be uploaded as it is; file names are unique across folders."),
        ],
    })
}

fn entry(item: &Item, files: &[File]) -> Value {
    let of: Vec<&File> = files.iter().filter(|f| f.number == item.number).collect();
    let title = if of.len() > 1 {
        format!("{} (in {} parts)", item.title, of.len())
    } else {
        item.title.clone()
    };
    let mut why = match supplement(item).as_str() {
        "" => item.why.clone(),
        first => format!("{} (supplement {first})", item.why),
    };
    if let Some(reason) = unstamped(files, &item.number) {
        why += &format!("\nPages not numbered: {reason}.");
    }
    json!({
        "no": item.number, "date": item.date.as_deref().unwrap_or(UNDATED), "title": title, "from": item.from,
        "to": item.to, "pages": of.iter().map(|f| f.pages).sum::<u32>().max(item.pages), "why": why,
        "redacted": item.redacted,
    })
}

/// Why the pages of a document carry no number, if it has pages without.
pub fn unstamped<'a>(files: &'a [File], number: &str) -> Option<&'a str> {
    let of = |f: &&File| f.number == number && !f.unstamped.is_empty();
    files.iter().find(of).map(|f| f.unstamped.as_str())
}

/// One line per file, and one for each category without any.
pub fn csv(case: &Case, plan: &Plan, files: &[File]) -> Table {
    let mut table = Table::new(&[
        "no",
        "category",
        "date",
        "title",
        "from",
        "to",
        "pages",
        "why it matters",
        "redacted",
        "file",
        "media type",
        "bytes",
        "sha256",
        "source system",
        "source id",
        "supplement",
        "sha256 as received",
        "pages not numbered",
    ]);
    for category in &CATEGORIES {
        let mut any = false;
        for item in plan.items.iter().filter(|i| i.category == category.code) {
            let (system, source) = source(case, item);
            for file in files.iter().filter(|f| f.number == item.number) {
                any = true;
                let pages = if file.pages > 0 {
                    file.pages.to_string()
                } else {
                    String::new()
                };
                table.rows.push(vec![
                    item.number.clone(),
                    format!("{} {}", category.code, category.title),
                    item.date.clone().unwrap_or_else(|| UNDATED.into()),
                    item.title.clone(),
                    item.from.clone(),
                    item.to.clone(),
                    pages,
                    item.why.clone(),
                    if item.redacted { "yes" } else { "no" }.into(),
                    file.name.clone(),
                    file.media_type.clone(),
                    file.bytes.to_string(),
                    file.sha256.clone(),
                    system.clone(),
                    source.clone(),
                    supplement(item),
                    file.received.clone(),
                    file.unstamped.clone(),
                ]);
            }
        }
        if !any {
            let mut row = vec![String::new(); table.columns.len()];
            row[1] = format!("{} {}", category.code, category.title);
            row[3] = if case.is_supplement() {
                "Nothing new in this supplement"
            } else if case.wants(category.code) {
                "Nothing held"
            } else {
                "Not asked for in this task"
            }
            .into();
            table.rows.push(row);
        }
    }
    table
}

/// "S1", or nothing for what the bundle itself held.
fn supplement(item: &Item) -> String {
    match item.supplement {
        0 => String::new(),
        n => format!("S{n}"),
    }
}

fn source(case: &Case, item: &Item) -> (String, String) {
    match &item.content {
        Content::Attachment { document, .. } => {
            let document = &case.documents[*document];
            let system = if document.source_system.is_empty() {
                "Redress"
            } else {
                &document.source_system
            };
            let id = if document.source_id.is_empty() {
                &document.id
            } else {
                &document.source_id
            };
            (system.to_owned(), id.clone())
        }
        _ => ("Redress, from records".into(), case.reference.clone()),
    }
}

/// What the `verification` template takes.
pub fn verification(case: &Case, files: &[File], number: &str) -> Value {
    let total = |code: &str, title: &str| {
        let of = files.iter().filter(|f| f.category == code);
        json!({"number": code, "title": title, "files": of.clone().count(), "bytes": of.map(|f| f.bytes).sum::<u64>()})
    };
    let mut categories = vec![total("00", "Index and summaries")];
    categories.extend(CATEGORIES.iter().map(|c| total(c.code, c.title)));
    let mut files: Vec<&File> = files.iter().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let lines: Vec<Value> = files
        .iter()
        .map(|f| json!({"name": f.name, "bytes": f.bytes, "sha256": f.sha256}))
        .collect();
    json!({
        "document": sheet::document(case, "Verification", number),
        "facts": bundle::facts(case),
        "limitBytes": CEILING,
        "categories": categories,
        "files": lines,
        "notes": [
            "Page numbers were added below each page of the PDFs that were received. The received file is the beginning \
             of the numbered one, unchanged, except for a document in parts; the index as a list gives the SHA-256 of \
             both.",
            "This page and the manifest are made after everything listed here, so neither is listed.",
            "The manifest lists this page; its own SHA-256 stands in the landlord's record of this export, where it was \
             written when the archive was complete.",
        ],
    })
}
