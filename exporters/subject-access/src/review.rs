//! The list of what somebody must look at before the set leaves, as a PDF and as a table.

use ombudsman_bundle::case::Case;
use ombudsman_bundle::csv::Table;
use ombudsman_bundle::sheet;
use serde_json::{Value, json};

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The file of the set, or of what is held back.
    pub file: String,
    /// Where in it.
    pub place: String,
    /// What was seen.
    pub what: String,
    /// The words around it.
    pub excerpt: String,
    /// What to do.
    pub advice: &'static str,
}

/// More are counted and not listed.
pub const MOST: usize = 3_000;

const HEAD: [(&str, u8); 5] = [
    ("File", 4),
    ("Where", 3),
    ("What was seen", 4),
    ("The words", 5),
    ("What to do", 4),
];

/// As a table for a spreadsheet, numbered, with a column to write into.
pub fn csv(lines: &[Line]) -> Table {
    let mut table = Table::new(&[
        "No",
        "File",
        "Where",
        "What was seen",
        "The words",
        "What to do",
        "Decision",
    ]);
    table.rows = lines
        .iter()
        .zip(1..)
        .map(|(line, at): (&Line, u32)| {
            let mut row = vec![at.to_string()];
            row.extend(cells(line));
            row.push(String::new());
            row
        })
        .collect();
    table
}

fn cells(line: &Line) -> Vec<String> {
    vec![
        line.file.clone(),
        line.place.clone(),
        line.what.clone(),
        line.excerpt.clone(),
        line.advice.into(),
    ]
}

/// What the `record` template takes.
pub fn json(case: &Case, person: &str, lines: &[Line], unlisted: usize, notes: &[String]) -> Value {
    let columns: Vec<Value> = HEAD
        .iter()
        .map(|(title, width)| json!({"title": title, "width": width}))
        .collect();
    let mut notes = notes.to_vec();
    if unlisted > 0 {
        notes.push(format!(
            "{unlisted} more were seen than this list holds. Look through the whole set."
        ));
    }
    let title = "Other people's data: look at this before the set leaves";
    let text = if lines.is_empty() {
        "Nothing of other people was seen. That is no proof: look through the set before you send it."
    } else {
        "These places may tell the person who asked something about somebody else. Take out what it would not be \
         reasonable to disclose: make a redacted copy of the document in the case, correct nothing in the record, and \
         make the set again. The list finds what can be read in the records. It cannot look into scans, pictures and \
         recordings, so those are listed too."
    };
    json!({
        "document": sheet::document(case, title, ""),
        "kind": "For the landlord only. Do not send.",
        "facts": sheet::facts(&[
            ("Case".into(), case.reference.clone()),
            ("Whose data were asked for".into(), person.into()),
            ("State of the case as of".into(), case.as_of.clone()),
            ("Places to look at".into(), (lines.len() + unlisted).to_string()),
        ]),
        "text": text,
        "tables": [{"title": "", "columns": columns, "rows": lines.iter().map(cells).collect::<Vec<_>>()}],
        "landscape": true,
        "notes": notes,
    })
}
