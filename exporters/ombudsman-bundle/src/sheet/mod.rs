//! Papers that the bundle makes from records: each is a readable PDF by the host's `record` template,
//! and a CSV too where the content is a list. The words are the record's own.

mod complaint;
mod decisions;
mod links;
mod ombudsman;
mod people;

pub(crate) use complaint::letter_title;
pub(crate) use decisions::{actions, extensions, offers};
pub(crate) use links::title_of as records_title;
pub(crate) use ombudsman::{notices, orders};

use crate::case::Case;
use crate::csv::Table;
use serde_json::{Value, json};

/// One paper.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Category code.
    pub category: &'static str,
    /// The paper's own date.
    pub date: String,
    /// Time of day, where it orders papers of one day.
    pub time: String,
    /// Title and kind.
    pub title: String,
    /// Who it is from and to, and why it matters.
    pub from: String,
    /// Recipient.
    pub to: String,
    /// Why it matters.
    pub why: &'static str,
    /// Labelled values.
    pub facts: Vec<(String, String)>,
    /// Running text.
    pub text: String,
    /// Tables.
    pub tables: Vec<Grid>,
    /// At the end.
    pub notes: Vec<String>,
    /// Wide tables.
    pub landscape: bool,
    /// The same list for a spreadsheet.
    pub csv: Option<Table>,
}

/// A table of a paper: columns with their share of the width.
#[derive(Debug, Default)]
pub struct Grid {
    /// Caption.
    pub title: String,
    /// Head and share.
    pub columns: Vec<(String, u8)>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// An empty table.
    pub fn new(title: &str, columns: &[(&str, u8)]) -> Self {
        let columns = columns
            .iter()
            .map(|(title, width)| ((*title).to_owned(), *width))
            .collect();
        Self {
            title: title.into(),
            columns,
            rows: Vec::new(),
        }
    }

    /// The same with some of its columns, for a narrower page.
    pub fn only(&self, columns: &[&str]) -> Self {
        let at: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, (title, _))| columns.contains(&title.as_str()))
            .map(|(at, _)| at)
            .collect();
        let row = |row: &Vec<String>| at.iter().filter_map(|at| row.get(*at).cloned()).collect();
        Self {
            title: self.title.clone(),
            columns: at.iter().map(|at| self.columns[*at].clone()).collect(),
            rows: self.rows.iter().map(row).collect(),
        }
    }

    /// What the PDF templates take.
    pub fn json(&self) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(|(title, width)| json!({"title": title, "width": width}))
            .collect();
        json!({"title": self.title, "columns": columns, "rows": self.rows})
    }

    /// The same as a CSV.
    pub fn csv(&self) -> Table {
        Table {
            columns: self
                .columns
                .iter()
                .map(|(title, _)| title.clone())
                .collect(),
            rows: self.rows.clone(),
        }
    }
}

impl Sheet {
    /// What the `record` template takes.
    pub fn json(&self, case: &Case, number: &str) -> Value {
        json!({
            "document": document(case, &self.title, number),
            "kind": category_kind(self.category),
            "facts": facts(&self.facts),
            "text": self.text,
            "tables": self.tables.iter().map(Grid::json).collect::<Vec<_>>(),
            "landscape": self.landscape,
            "notes": self.notes,
        })
    }

    fn fact(&mut self, label: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.facts.push((label.to_owned(), value));
        }
    }
}

/// All papers that the case can give.
pub fn all(case: &Case) -> Vec<Sheet> {
    let mut sheets = complaint::sheets(case);
    sheets.extend(links::sheets(case));
    sheets.extend(people::sheets(case));
    sheets.extend(decisions::sheets(case));
    sheets.extend(ombudsman::sheet(case));
    sheets
}

/// The common part of every PDF. Its only time is the case's own.
pub fn document(case: &Case, title: &str, number: &str) -> Value {
    json!({
        "title": title, "language": "en-GB", "caseRef": case.reference, "docNo": number,
        "landlord": case.landlord.name, "madeAt": case.as_of, "generator": case.generator,
    })
}

/// Labelled values as the templates take them.
pub fn facts(facts: &[(String, String)]) -> Value {
    facts
        .iter()
        .map(|(label, value)| json!({"label": label, "value": value}))
        .collect()
}

fn category_kind(category: &str) -> &'static str {
    crate::category::of(category).title
}

/// `property_condition.damp_and_mould` as "Property condition: damp and mould".
pub fn words(code: &str) -> String {
    let text = code.replace('.', ": ").replace('_', " ");
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// `123456` as "£1,234.56".
pub fn money(pence: i64) -> String {
    let digits = (pence.unsigned_abs() / 100).to_string();
    let mut pounds = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            pounds.push(',');
        }
        pounds.push(digit);
    }
    format!(
        "{}£{pounds}.{:02}",
        if pence < 0 { "-" } else { "" },
        pence.unsigned_abs() % 100
    )
}

/// "yes", "no" or nothing.
pub fn yes_no(value: Option<bool>) -> String {
    value
        .map(|yes| if yes { "yes" } else { "no" })
        .unwrap_or_default()
        .into()
}

/// "1, 2".
pub fn ids(ids: &[u32]) -> String {
    ids.iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The texts that are not empty, joined.
pub fn joined(parts: &[&str], between: &str) -> String {
    parts
        .iter()
        .filter(|p| !p.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_codes_read_well() {
        assert_eq!(money(0), "£0.00");
        assert_eq!(money(123_456_789), "£1,234,567.89");
        assert_eq!(money(-5), "-£0.05");
        assert_eq!(
            words("property_condition.damp_and_mould"),
            "Property condition: damp and mould"
        );
        assert_eq!(words(""), "");
    }
}
