//! Makes data from anywhere safe and sensible to set.
//!
//! The data take the template's shape (absent members get their defaults). Then every string is gone
//! through once (`text`): dates are written out, words too long for where they stand may break, and text
//! beyond what a PDF can hold is cut with a note that says so.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{PdfError, Template, data, text};

/// One string may be this long, some sixty pages; measured at about a second of layout.
const LONGEST_TEXT: usize = 150_000;
/// All strings of a document together.
const ALL_TEXT: usize = 1_000_000;
/// Rows, list items and cells in all.
const MOST_ITEMS: usize = 60_000;
/// Columns of one table; more would have no room for a word.
const MOST_COLUMNS: usize = 16;
/// Longest unbroken word in a column of the fixed tables, and beside the letter's references.
const NARROW: usize = 20;
const HALF_LINE: usize = 26;
/// What a wide column holds; there a SHA-256 has room in small print.
const WIDE: usize = 40;

/// Data ready for the template.
pub(super) struct Prepared {
    pub json: Vec<u8>,
    pub made_at: Option<DateTime<Utc>>,
    /// What makes this document this one; hashed into the PDF's identifier.
    pub identity: String,
    pub generator: String,
    /// What a letter has at its head.
    pub picture: Option<Vec<u8>>,
}

/// Shapes and cleans the data of one document.
pub(super) fn prepare(template: Template, data: &[u8]) -> Result<Prepared, PdfError> {
    let wrong = |why: String| PdfError::Data {
        template: template.name().into(),
        why,
    };
    let raw: Value = serde_json::from_slice(data).map_err(|e| wrong(e.to_string()))?;
    let mut shaped = match template {
        Template::Letter => shape::<data::Letter>(raw),
        Template::Index => shape::<data::Index>(raw),
        Template::Chronology => shape::<data::Chronology>(raw),
        Template::CaseSummary => shape::<data::CaseSummary>(raw),
        Template::Gaps => shape::<data::Gaps>(raw),
        Template::Record => shape::<data::Record>(raw),
        Template::Verification => shape::<data::Verification>(raw),
        Template::Contents => shape::<data::Contents>(raw),
        Template::Picture => shape::<data::Picture>(raw),
    }
    .map_err(|e| wrong(e.to_string()))?;

    let made_at = text_at(&shaped, "madeAt").parse().ok();
    let identity = format!(
        "{}/{}/{}/{}",
        template.name(),
        text_at(&shaped, "caseRef"),
        text_at(&shaped, "docNo"),
        text_at(&shaped, "title"),
    );
    shaped["document"]["language"] = language(text_at(&shaped, "language")).into();
    if template == Template::Letter {
        let colour = shaped["letterhead"]["colour"].as_str().unwrap_or_default();
        shaped["letterhead"]["colour"] = brand(colour).into();
    }
    let picture = logo(&mut shaped);
    let large = shaped.get("largePrint").is_some_and(|v| v == true);
    let landscape = shaped.get("landscape").is_some_and(|v| v == true);
    let line = match (large, landscape) {
        (true, _) => 26,
        (false, true) => 75,
        (false, false) => 50,
    };
    let mut cleaner = Cleaner {
        text_left: ALL_TEXT,
        items_left: MOST_ITEMS,
        line,
        long_months: template == Template::Letter,
    };
    cleaner.walk(&mut shaped, "", line).map_err(wrong)?;
    if text_at(&shaped, "title").trim().is_empty() {
        // PDF/UA wants a title, and a page without one is no use to anybody.
        shaped["document"]["title"] = template.name().into();
    }
    Ok(Prepared {
        picture,
        made_at,
        identity,
        generator: text_at(&shaped, "generator").to_owned(),
        json: serde_json::to_vec(&shaped).map_err(|e| wrong(e.to_string()))?,
    })
}

fn shape<T: DeserializeOwned + Serialize>(mut raw: Value) -> serde_json::Result<Value> {
    drop_nulls(&mut raw);
    serde_json::to_value(serde_json::from_value::<T>(raw)?)
}

/// `null` counts as absent: programs in other languages write it for what they do not have.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, v| !v.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn text_at<'a>(shaped: &'a Value, member: &str) -> &'a str {
    shaped["document"][member].as_str().unwrap_or_default()
}

/// Language and region that typst accepts; anything else is British English.
fn language(tag: &str) -> String {
    let mut parts = tag.split('-');
    let code = parts.next().unwrap_or_default();
    let region = parts.find(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_alphabetic()));
    if !(2..=3).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_alphabetic()) {
        return "en-GB".into();
    }
    match region {
        Some(region) => format!(
            "{}-{}",
            code.to_ascii_lowercase(),
            region.to_ascii_uppercase()
        ),
        None => code.to_ascii_lowercase(),
    }
}

/// Takes a letter's logo out of its data, which keep its format alone.
fn logo(shaped: &mut Value) -> Option<Vec<u8>> {
    let kept = shaped.get_mut("letterhead")?.get_mut("logo")?;
    let picture = STANDARD.decode(kept.as_str().unwrap_or_default()).ok();
    let format = match picture.as_deref() {
        Some([0x89, b'P', b'N', b'G', ..]) => "png",
        Some([0xff, 0xd8, ..]) => "jpg",
        Some([b'R', b'I', b'F', b'F', ..]) => "webp",
        _ => "",
    };
    *kept = format.into();
    picture.filter(|_| !format.is_empty())
}

fn brand(colour: &str) -> &str {
    let hex = colour.strip_prefix('#').unwrap_or_default();
    if hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        colour
    } else {
        "#14506b"
    }
}

/// How long a string may be. What stands in a head, a margin or a narrow column cannot run over pages.
fn longest(key: &str) -> usize {
    match key {
        "mark" => 3,
        "caseRef" | "docNo" | "madeAt" | "generator" | "number" | "no" | "date" | "time" => 60,
        "title" | "heading" | "label" | "landlord" | "name" | "subject" | "finding" | "elapsed" => {
            300
        }
        "footer" => 600,
        _ => LONGEST_TEXT,
    }
}

struct Cleaner {
    text_left: usize,
    items_left: usize,
    /// Longest unbroken word that a line of running text holds.
    line: usize,
    /// "23 November 2026" in letters, "23 Nov 2026" elsewhere.
    long_months: bool,
}

impl Cleaner {
    /// `word` is the longest unbroken word that fits where the value stands.
    fn walk(&mut self, value: &mut Value, key: &str, word: usize) -> Result<(), String> {
        match value {
            Value::String(s) => {
                if let Some(written) = text::written_out(s, self.long_months) {
                    *s = written;
                    return Ok(());
                }
                // A hash is copied from the page to be compared: where there is room for it, it stays whole.
                let own_line = matches!(key, "hash" | "sha256" | "manifestSha256") && s.len() <= 64;
                let wide_cell = key == "rows" && word >= WIDE && is_hash(s);
                let hash = own_line || wide_cell;
                let longest = longest(key);
                let fitted =
                    text::fit(s, if hash { 64 } else { word }, longest.min(self.text_left));
                self.text_left -= fitted.taken;
                *s = fitted.text;
                if fitted.cut > 0 && longest == LONGEST_TEXT {
                    *s += &format!(
                        " [Cut in this PDF: {} more characters are in the CSV or the case record.]",
                        fitted.cut
                    );
                }
                Ok(())
            }
            Value::Array(items) => {
                self.count(items.len())?;
                items.iter_mut().try_for_each(|v| self.walk(v, key, word))
            }
            Value::Object(members) => {
                let columns = members.get("columns").map(|columns| self.columns(columns));
                members.iter_mut().try_for_each(|(key, v)| {
                    let word = match (key.as_str(), &columns) {
                        ("columns", Some(columns)) => {
                            return self.cells(v, key, columns);
                        }
                        ("rows", Some(columns)) => return self.rows(v, columns),
                        ("entries" | "gaps" | "references", _) => NARROW.min(word),
                        ("recipient" | "address", _) => HALF_LINE.min(word),
                        _ => word,
                    };
                    self.walk(v, key, word)
                })
            }
            _ => Ok(()),
        }
    }

    /// What each column of a table holds without breaking a word.
    fn columns(&self, columns: &Value) -> Vec<usize> {
        let shares: Vec<usize> = columns
            .as_array()
            .into_iter()
            .flatten()
            .map(|c| c["width"].as_u64().unwrap_or_default().max(1) as usize)
            .collect();
        let sum = shares
            .iter()
            .fold(0usize, |sum, share| sum.saturating_add(*share))
            .max(1);
        // A line of wide letters holds fewer than one of ordinary words, and cells have margins.
        let holds = |share: &usize| (self.line * 4 / 3).saturating_mul(*share) / sum;
        shares
            .iter()
            .map(|share| holds(share).clamp(6, WIDE))
            .collect()
    }

    /// Goes through the rows of a table, each cell with what its own column holds.
    fn rows(&mut self, rows: &mut Value, columns: &[usize]) -> Result<(), String> {
        match rows {
            Value::Array(rows) => {
                self.count(rows.len())?;
                rows.iter_mut()
                    .try_for_each(|row| self.cells(row, "rows", columns))
            }
            other => self.walk(other, "rows", NARROW),
        }
    }

    fn cells(&mut self, cells: &mut Value, key: &str, columns: &[usize]) -> Result<(), String> {
        let Value::Array(cells) = cells else {
            return self.walk(cells, key, NARROW);
        };
        if key == "columns" && cells.len() > MOST_COLUMNS {
            return Err(format!(
                "a table has {} columns and {MOST_COLUMNS} fit; make two tables",
                cells.len()
            ));
        }
        self.count(cells.len())?;
        let words = columns.iter().copied().chain(std::iter::repeat(NARROW));
        cells
            .iter_mut()
            .zip(words)
            .try_for_each(|(cell, word)| self.walk(cell, key, word))
    }

    fn count(&mut self, items: usize) -> Result<(), String> {
        self.items_left = self.items_left.checked_sub(items).ok_or_else(|| {
            format!("it has more than {MOST_ITEMS} rows and items; make it in parts")
        })?;
        Ok(())
    }
}

/// A SHA-256 as it is written.
fn is_hash(s: &str) -> bool {
    s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn data_of_the_wrong_shape_are_refused_and_missing_ones_filled_in() {
        let error = prepare(Template::Index, br#"{"categories": 3}"#)
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("\"index\"") && error.contains("pdf-templates.md"),
            "{error}"
        );
        assert!(prepare(Template::Index, b"not json").is_err());
        let filled = prepare(
            Template::Letter,
            br#"{"document": null, "unknown": 1, "subject": null}"#,
        )
        .unwrap();
        let letter: data::Letter = serde_json::from_slice(&filled.json).unwrap();
        assert_eq!(letter.document.language, "en-GB");
        assert_eq!(letter.letterhead.colour, "#14506b");
    }

    #[test]
    fn languages_typst_would_refuse_become_english() {
        for (given, expected) in [
            ("cy", "cy"),
            ("PL-pl", "pl-PL"),
            ("zh-Hant-HK", "zh-HK"),
            ("", "en-GB"),
            ("x\"y", "en-GB"),
        ] {
            assert_eq!(language(given), expected);
        }
    }

    #[test]
    fn too_much_text_is_cut_with_a_note() {
        let data =
            serde_json::json!({"text": "word ".repeat(100_000), "source": "s".repeat(400_000)});
        let cut = prepare(Template::Record, data.to_string().as_bytes()).unwrap();
        let record: data::Record = serde_json::from_slice(&cut.json).unwrap();
        assert!(record.text.ends_with(
            "… [Cut in this PDF: 350000 more characters are in the CSV or the case record.]"
        ));
        assert!(record.source.len() < 3 * LONGEST_TEXT);
    }

    #[test]
    fn words_break_by_the_width_of_their_own_column() {
        let hash = "0a".repeat(32);
        let cells = [
            "Description",
            "bedroom",
            &hash,
            "halina.wojcik@marshend.example",
        ];
        let shares = [2, 4, 7, 1];
        let columns = shares.map(|width| serde_json::json!({"title": "Completed", "width": width}));
        let data = serde_json::json!({"landscape": true, "tables": [{"columns": columns, "rows": [cells]}]});
        let json = prepare(Template::Record, data.to_string().as_bytes())
            .unwrap()
            .json;
        let record: data::Record = serde_json::from_slice(&json).unwrap();
        let row = &record.tables[0].rows[0];
        assert_eq!(row[..3], cells[..3]);
        assert!(row[3].contains('\u{200b}'), "{row:?}");
        assert_eq!(record.tables[0].columns[0].title, "Completed");
    }

    #[test]
    fn a_table_too_wide_for_any_page_is_refused() {
        let data = serde_json::json!({"tables": [{"columns": vec![serde_json::json!({"title": "x"}); 17]}]});
        let error = prepare(Template::Record, data.to_string().as_bytes())
            .err()
            .unwrap();
        assert!(error.to_string().contains("make two tables"), "{error}");
    }
}
