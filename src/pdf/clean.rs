//! Makes data from anywhere safe and sensible to set.
//!
//! The data take the template's shape (absent members get their defaults). Then every string is gone
//! through once: control and direction-forcing characters go, dates are written out, words too long for
//! their column may break, and text beyond what a PDF can hold is cut with a note that says so.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::London;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{PdfError, Template, data};

/// One string may be this long, some sixty pages; measured at about a second of layout.
const LONGEST_TEXT: usize = 150_000;
/// All strings of a document together.
const ALL_TEXT: usize = 1_000_000;
/// Rows, list items and cells in all.
const MOST_ITEMS: usize = 60_000;
/// Columns of one table; more would have no room for a word.
const MOST_COLUMNS: usize = 16;
/// More marks than this on one letter are a prank that makes layout slow.
const MOST_MARKS: usize = 6;

/// Data ready for the template.
pub(super) struct Prepared {
    pub json: Vec<u8>,
    pub made_at: Option<DateTime<Utc>>,
    /// What makes this document this one; hashed into the PDF's identifier.
    pub identity: String,
    pub generator: String,
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
    let large = shaped.get("largePrint").is_some_and(|v| v == true);
    let mut cleaner = Cleaner {
        text_left: ALL_TEXT,
        items_left: MOST_ITEMS,
        wide: if large { 26 } else { 50 },
        long_months: template == Template::Letter,
    };
    cleaner.walk(&mut shaped, "", false).map_err(wrong)?;
    if text_at(&shaped, "title").trim().is_empty() {
        // PDF/UA wants a title, and a page without one is no use to anybody.
        shaped["document"]["title"] = template.name().into();
    }
    Ok(Prepared {
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
    /// Longest unbroken word in running text, so that it fits the page.
    wide: usize,
    /// "23 November 2026" in letters, "23 Nov 2026" elsewhere.
    long_months: bool,
}

/// Longest unbroken word in a column of a table.
const NARROW: usize = 20;

impl Cleaner {
    fn walk(&mut self, value: &mut Value, key: &str, narrow: bool) -> Result<(), String> {
        match value {
            Value::String(s) => {
                // A hash is copied from the page to be compared: it has its own wide line and stays whole.
                let whole = matches!(key, "hash" | "sha256" | "manifestSha256") && s.len() <= 64;
                let word = if whole {
                    usize::MAX
                } else if narrow {
                    NARROW
                } else {
                    self.wide
                };
                *s = self.text(s, word, longest(key));
                Ok(())
            }
            Value::Array(items) => {
                if key == "columns" && items.len() > MOST_COLUMNS {
                    return Err(format!(
                        "a table has {} columns and {MOST_COLUMNS} fit; make two tables",
                        items.len()
                    ));
                }
                self.items_left = self.items_left.checked_sub(items.len()).ok_or_else(|| {
                    format!("it has more than {MOST_ITEMS} rows and items; make it in parts")
                })?;
                items.iter_mut().try_for_each(|v| self.walk(v, key, narrow))
            }
            Value::Object(members) => members.iter_mut().try_for_each(|(key, v)| {
                let table = matches!(
                    key.as_str(),
                    "entries" | "rows" | "columns" | "gaps" | "references"
                );
                self.walk(v, key, narrow || table)
            }),
            _ => Ok(()),
        }
    }

    fn text(&mut self, s: &str, longest_word: usize, longest: usize) -> String {
        if let Some(written) = written_out(s, self.long_months) {
            return written;
        }
        let limit = longest.min(self.text_left);
        let mut out = String::with_capacity(s.len().min(limit));
        let (mut taken, mut word, mut marks, mut newlines) = (0, 0, 0, 0);
        let (mut before, mut long) = (' ', false);
        let mut chars = s.chars().peekable();
        while let Some(c) = chars.next() {
            if taken == limit {
                let rest = 1 + chars.count();
                out.push('…');
                if longest == LONGEST_TEXT {
                    out += &format!(
                        " [Cut in this PDF: {rest} more characters are in the CSV or the case record.]"
                    );
                }
                break;
            }
            let c = match c {
                '\r' if chars.peek() == Some(&'\n') => continue,
                '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
                '\t' => ' ',
                c if unwanted(c) => continue,
                c => c,
            };
            taken += 1;
            newlines = if c == '\n' { newlines + 1 } else { 0 };
            if newlines > 2 {
                continue;
            }
            marks = if is_mark(c) { marks + 1 } else { 0 };
            if marks > MOST_MARKS {
                continue;
            }
            if c.is_whitespace() || c == '\u{200b}' {
                word = 0;
            } else {
                if word == 0 {
                    let rest = chars
                        .clone()
                        .take_while(|c| !c.is_whitespace() && *c != '\u{200b}');
                    long = 1 + rest.take(longest_word).count() > longest_word;
                }
                let joined = marks > 0 || is_joiner(c) || is_joiner(before);
                let seam = word > longest_word / 2
                    && matches!(before, '/' | '.' | '_' | '@' | '&' | '=' | '?' | ',' | ';');
                if long && !joined && (word >= longest_word || seam) {
                    out.push('\u{200b}');
                    word = 0;
                }
                word += 1;
            }
            out.push(c);
            before = c;
        }
        self.text_left -= taken;
        out
    }
}

/// Dates and instants for the reader, instants in the time of day at home.
fn written_out(s: &str, long_months: bool) -> Option<String> {
    let day = if long_months {
        "%-d %B %Y"
    } else {
        "%-d %b %Y"
    };
    if s == "0000-00-00" {
        return Some("undated".into());
    }
    if s.len() == 10 && s.is_ascii() {
        return Some(
            NaiveDate::parse_from_str(s, "%Y-%m-%d")
                .ok()?
                .format(day)
                .to_string(),
        );
    }
    if (20..=35).contains(&s.len()) && s.as_bytes()[4] == b'-' {
        let at = DateTime::parse_from_rfc3339(s).ok()?.with_timezone(&London);
        return Some(at.format(&format!("{day}, %H:%M")).to_string());
    }
    None
}

/// Characters that have no place on paper: controls, and those that make text read as what it is not.
fn unwanted(c: char) -> bool {
    match c {
        '\n' => false,
        // Embeddings, overrides and isolates; ordinary right-to-left text needs none of them.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // Byte order mark, tags, noncharacters, interlinear marks.
        '\u{feff}' | '\u{e0000}'..='\u{e0fff}' | '\u{fff9}'..='\u{fffb}' => true,
        c if c as u32 & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c) => true,
        c => c.is_control(),
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// Parts of one emoji or syllable that must not be torn apart.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{900}'..='\u{dff}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cleaned(s: &str) -> String {
        Cleaner {
            text_left: ALL_TEXT,
            items_left: MOST_ITEMS,
            wide: 50,
            long_months: false,
        }
        .text(s, 20, LONGEST_TEXT)
    }

    #[test]
    fn text_is_made_fit_for_paper() {
        for (given, expected) in [
            ("2026-11-23", "23 Nov 2026"),
            ("0000-00-00", "undated"),
            ("2026-02-30", "2026-02-30"),
            ("2026-07-01T12:00:00Z", "1 Jul 2026, 13:00"),
            ("on 2026-11-23", "on 2026-11-23"),
            ("a\0b\u{1b}[31mc\u{7f}", "ab[31mc"),
            ("line\r\nnext\rlast\u{2028}end", "line\nnext\nlast\nend"),
            ("a\n\n\n\n\nb", "a\n\nb"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\tb", "a b"),
            (
                "#import \"x\" {{y}} $z$ <script>",
                "#import \"x\" {{y}} $z$ <script>",
            ),
        ] {
            assert_eq!(cleaned(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_long_word_may_break_and_a_short_one_may_not() {
        let word = cleaned(&"a".repeat(1_000));
        assert!(word.split('\u{200b}').all(|w| w.len() <= 20));
        assert_eq!(word.replace('\u{200b}', ""), "a".repeat(1_000));
        assert_eq!(cleaned("halina@marshend.uk"), "halina@marshend.uk");
        assert_eq!(
            cleaned("halina.wojcik@marshend.example"),
            "halina.wojcik@\u{200b}marshend.example"
        );
    }

    #[test]
    fn too_much_text_is_cut_with_a_note() {
        let out = cleaned(&"word ".repeat(100_000));
        assert!(
            out.ends_with(
                "[Cut in this PDF: 350000 more characters are in the CSV or the case record.]"
            ),
            "{}",
            &out[out.len() - 99..]
        );
        let marks = cleaned(&format!("e{}", "\u{301}".repeat(100_000)));
        assert_eq!(marks.chars().count(), 1 + MOST_MARKS);
    }

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
}
