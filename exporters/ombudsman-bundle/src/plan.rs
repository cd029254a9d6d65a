//! What goes into the bundle, in which order, under which number; and what stays out, with its reason.
//!
//! Numbers are given over the whole category whatever the mode, so that a focused and a full bundle of
//! one case agree, and numbers of earlier exports are kept.

use crate::case::{Case, Document, Numbered};
use crate::category::{self, CATEGORIES};
use crate::csv::Table;
use crate::day;
use crate::name;
use crate::sheet::{self, Sheet};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// The largest file that goes to the Portal: its limit is 20 MB, and this stays clear of any way to count.
pub const CEILING: u32 = 19_000_000;
const MOST: usize = 999;

/// One document of the bundle.
#[derive(Debug)]
pub struct Item {
    /// The document's id, or `made:` and a stable name.
    pub id: String,
    /// `04-03`.
    pub number: String,
    /// Category code.
    pub category: &'static str,
    /// Its own date, if it has one.
    pub date: Option<String>,
    /// `HH:MM` or empty.
    pub time: String,
    /// Title.
    pub title: String,
    /// Who wrote it.
    pub from: String,
    /// Who received it.
    pub to: String,
    /// Why it matters.
    pub why: String,
    /// The supplement that it first came with; 0 for the bundle itself.
    pub supplement: u32,
    /// Part of it was redacted.
    pub redacted: bool,
    /// No earlier export gave it a number.
    pub fresh: bool,
    /// Pages, where known.
    pub pages: u32,
    /// Where the content comes from.
    pub content: Content,
}

/// Where an item's bytes come from.
#[derive(Debug)]
pub enum Content {
    /// The host copies it, whole or in pieces.
    Attachment {
        /// Its place in the case's list.
        document: usize,
        /// As the file-name rule has it.
        extension: &'static str,
        /// How many pieces.
        parts: u32,
    },
    /// A PDF of records.
    Paper(Rc<Sheet>),
    /// The same as a list.
    List(Table),
}

/// Something expected that the bundle does not hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gap {
    /// Category code, or empty.
    pub category: String,
    /// What would be expected.
    pub expected: String,
    /// Why it matters.
    pub why: String,
    /// The explanation.
    pub explanation: String,
    /// Who explained, and when.
    pub by: String,
    /// When.
    pub on: String,
}

/// The plan of a bundle.
#[derive(Debug, Default)]
pub struct Plan {
    /// In order, only what was asked for.
    pub items: Vec<Item>,
    /// What is missing or left out.
    pub gaps: Vec<Gap>,
    /// Numbers by document id, for references from the chronology.
    pub numbers: HashMap<String, String>,
    /// For the person who exports.
    pub notes: Vec<String>,
}

impl Plan {
    /// Plans the bundle. `parts` says in how many pieces the host can cut a document that is too large.
    pub fn new<F>(case: &Case, mut parts: impl FnMut(&str) -> Result<u32, F>) -> Result<Plan, F> {
        let mut plan = Plan::default();
        let mut items = Vec::new();
        for sheet in sheet::all(case) {
            items.extend(made(sheet));
        }
        let replaced: BTreeSet<&str> = case
            .documents
            .iter()
            .filter_map(|d| d.redaction.as_ref())
            .map(|r| r.original.as_str())
            .collect();
        for (at, document) in case.documents.iter().enumerate() {
            if replaced.contains(document.id.as_str()) {
                continue;
            }
            // What nobody asked for is neither opened nor cut.
            if !case.wants(category_of(case, document)) {
                continue;
            }
            match attachment(case, at, document, &mut parts)? {
                Ok(item) => items.push(item),
                Err(out) => plan.leave_out(case, &out.0, out.1),
            }
        }
        items.sort_by_cached_key(order);
        plan.number(case, items);
        plan.explain(case);
        Ok(plan)
    }

    /// Leaves a document out: its title goes into the note for the person, which need not be what the gap tells.
    fn leave_out(&mut self, case: &Case, title: &str, gap: Gap) {
        if case.wants(&gap.category) {
            self.notes
                .push(format!("Left out: {title} ({}).", gap.explanation));
            self.gaps.push(gap);
        }
    }

    /// The number of a paper made from records, by its title.
    pub fn paper(&self, title: &str) -> Option<&String> {
        self.numbers.get(&made_id(title, "pdf"))
    }

    fn number(&mut self, case: &Case, items: Vec<Item>) {
        let earlier: HashMap<&str, &Numbered> =
            case.numbers.iter().map(|n| (n.id.as_str(), n)).collect();
        let mut given: HashMap<&str, Vec<Item>> = HashMap::new();
        for item in items {
            given.entry(item.category).or_default().push(item);
        }
        for category in &CATEGORIES {
            let mut items = given.remove(category.code).unwrap_or_default();
            let mut used = BTreeSet::new();
            for item in &mut items {
                let known = earlier
                    .get(item.id.as_str())
                    .filter(|n| seq(&n.number, category.code).is_some_and(|seq| used.insert(seq)));
                match known {
                    Some(n) => (item.number, item.supplement) = (n.number.clone(), n.supplement),
                    None => {
                        item.fresh = true;
                        item.supplement = case.supplement;
                    }
                }
            }
            // A number that was ever given is never given again, whatever became of its document.
            let ever = case
                .numbers
                .iter()
                .filter_map(|n| seq(&n.number, category.code));
            let mut next = ever.max().unwrap_or(0);
            let width = if items.len().max(next) > 99 { 3 } else { 2 };
            for item in items.iter_mut().filter(|i| i.number.is_empty()) {
                next += 1;
                item.number = format!("{}-{next:0width$}", category.code);
            }
            items.sort_by(|a, b| (a.number.len(), &a.number).cmp(&(b.number.len(), &b.number)));
            for item in items {
                if item.number.len() > "00-999".len() {
                    let why = "a category holds at most 999 documents; send this one separately";
                    self.leave_out(case, &item.title, gap(category.code, &item.title, why));
                } else if case.wants(category.code) {
                    self.numbers.insert(item.id.clone(), item.number.clone());
                    if item.fresh || !case.is_supplement() {
                        self.items.push(item);
                    }
                }
            }
        }
    }

    /// Gaps beyond the documents that were left out: what readiness misses, what has no date, and
    /// systems that could not be read.
    fn explain(&mut self, case: &Case) {
        for missing in case
            .readiness
            .missing
            .iter()
            .filter(|m| case.wants(&m.category))
        {
            self.gaps.push(Gap {
                category: missing.category.clone(),
                expected: missing.what.clone(),
                why: missing.why.clone(),
                explanation: missing.explanation.clone(),
                by: missing.explained_by.clone(),
                on: day::on(&missing.explained_on),
            });
        }
        let undated: Vec<&Item> = self.items.iter().filter(|i| i.date.is_none()).collect();
        if !undated.is_empty() {
            let count = undated.len();
            self.notes.push(format!(
                "{count} document{} no date.",
                if count == 1 { " has" } else { "s have" }
            ));
        }
        let lines = undated.iter().map(|item| Gap {
            category: item.category.into(),
            expected: format!("The date of document {} ({})", item.number, item.title),
            why: "Without its date a document cannot be placed in the chronology".into(),
            explanation:
                "The date is not known. The document stands last in its category under 0000-00-00."
                    .into(),
            ..Gap::default()
        });
        let lines: Vec<Gap> = lines.collect();
        self.gaps.extend(lines);
        for source in case.sources.iter().filter(|s| !s.last_error.is_empty()) {
            let last = day::london(&source.last_fetched)
                .map(|(date, time)| format!("{} {time}", day::said(&date)));
            self.gaps.push(Gap {
                expected: format!("Current records from {}", source.name),
                why: "The bundle may lack what that system holds".into(),
                explanation: format!(
                    "{}{}. Last read: {}.",
                    if source.last_error.starts_with("Not asked") {
                        ""
                    } else {
                        "The system could not be read: "
                    },
                    source.last_error.trim_end_matches('.'),
                    last.as_deref().unwrap_or("never").trim_end(),
                ),
                ..Gap::default()
            });
        }
        for source in &case.sources {
            let partly = source.notes.iter().map(|note| Gap {
                expected: format!("All records from {}", source.name),
                why: "The bundle may lack what that system holds".into(),
                explanation: note.clone(),
                ..Gap::default()
            });
            self.gaps.extend(partly);
        }
        // Stable: what belongs to no category stands last.
        self.gaps.sort_by_key(|g| {
            if g.category.is_empty() {
                "99".to_owned()
            } else {
                g.category.clone()
            }
        });
    }
}

/// The 3 of `04-03`, when the number is of this category and keeps the rule.
fn seq(number: &str, category: &str) -> Option<usize> {
    let digits = number.strip_prefix(category)?.strip_prefix('-')?;
    let plain = (2..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain
        .then(|| digits.parse().ok())?
        .filter(|seq| (1..=MOST).contains(seq))
}

/// By category, then date, then time; the undated last; and always the same way.
fn order(item: &Item) -> (&'static str, String, String, String, String) {
    let date = item.date.clone().unwrap_or_else(|| "9999-99-99".into());
    (
        item.category,
        date,
        item.time.clone(),
        item.title.clone(),
        item.id.clone(),
    )
}

fn made_id(title: &str, form: &str) -> String {
    format!("made:{}.{form}", name::slug(title, 60))
}

fn made(mut sheet: Sheet) -> Vec<Item> {
    let list = sheet.csv.take();
    let sheet = Rc::new(sheet);
    let item = |content, form: &str, title: String| Item {
        // Named as its file is, so that the host can say which number it had.
        id: made_id(&title, form),
        number: String::new(),
        category: sheet.category,
        date: day::date(&sheet.date),
        time: sheet.time.clone(),
        title,
        from: sheet.from.clone(),
        to: sheet.to.clone(),
        why: sheet.why.into(),
        supplement: 0,
        redacted: false,
        fresh: false,
        pages: 0,
        content,
    };
    let paper = item(
        Content::Paper(Rc::clone(&sheet)),
        "pdf",
        sheet.title.clone(),
    );
    let list = list.map(|table| {
        item(
            Content::List(table),
            "csv",
            format!("{} as a list", sheet.title),
        )
    });
    std::iter::once(paper).chain(list).collect()
}

fn gap(category: &str, expected: &str, explanation: &str) -> Gap {
    Gap {
        category: category.into(),
        expected: expected.into(),
        why: "The landlord holds it and it is not in this bundle".into(),
        explanation: explanation.into(),
        ..Gap::default()
    }
}

type Attached<F> = Result<Result<Item, Box<(String, Gap)>>, F>;

fn category_of(case: &Case, document: &Document) -> &'static str {
    let policy = case.policies.iter().any(|p| p.document == document.id);
    category::of(if policy { "08" } else { &document.category }).code
}

fn attachment<F>(
    case: &Case,
    at: usize,
    document: &Document,
    parts: &mut impl FnMut(&str) -> Result<u32, F>,
) -> Attached<F> {
    let policy = case.policies.iter().find(|p| p.document == document.id);
    let letter = case
        .letters
        .iter()
        .find(|l| !l.document.is_empty() && l.document == document.id);
    let category = category_of(case, document);
    let title = match policy {
        Some(policy) => sheet::joined(&[&policy.title, &policy.version], " "),
        None if document.title.is_empty() => document.file_name.clone(),
        None => document.title.clone(),
    };
    let out = |why: &str| Ok(Err(Box::new((title.clone(), gap(category, &title, why)))));
    if document.sensitivity == "privileged" {
        // Even the title would tell what advice was asked on.
        let why = "legal advice, privileged and therefore not disclosed";
        return Ok(Err(Box::new((
            title.clone(),
            gap(category, "Legal advice", why),
        ))));
    }
    if !document.unreadable.is_empty() {
        return out(&document.unreadable);
    }
    let Some(extension) = name::extension(&document.media_type) else {
        return out(&format!(
            "its format ({}) is not one the bundle may hold; save it as PDF, JPEG, PNG, MP4 or MP3 and add it again",
            document.media_type
        ));
    };
    let parts = match document.size {
        size if size <= u64::from(CEILING) => 1,
        _ => parts(&document.id)?,
    };
    if parts == 0 {
        return out(&format!(
            "at {} bytes it is over the limit of {CEILING} for one file and cannot be split; reduce it, or ask the \
             caseworker by message how to send it",
            document.size
        ));
    }
    let mut date = day::london(&document.doc_date).map(|(date, _)| date);
    let mut time = document.doc_time.clone();
    if let (None, Some((on, when))) = (&date, letter.and_then(|l| day::london(&l.issued_at))) {
        (date, time) = (Some(on), when);
    }
    let why = match policy {
        Some(p) => in_force(p),
        None if document.why.is_empty() => sheet::words(&document.kind),
        None => document.why.clone(),
    };
    let to = letter.map_or(&document.to, |l| &l.to).clone();
    let from = letter
        .map_or(&document.from, |_| &case.landlord.name)
        .clone();
    Ok(Ok(Item {
        id: document.id.clone(),
        number: String::new(),
        category,
        date,
        time,
        title,
        from,
        to,
        why,
        supplement: 0,
        redacted: document.redaction.is_some(),
        fresh: false,
        pages: document.pages.unwrap_or(0),
        content: Content::Attachment {
            document: at,
            extension,
            parts,
        },
    }))
}

fn in_force(policy: &crate::case::Policy) -> String {
    let (from, to) = (
        day::on(&policy.effective_from),
        day::on(&policy.effective_to),
    );
    match (from.as_str(), to.as_str()) {
        ("", _) => "Policy in force at the time".into(),
        (from, "") => format!("In force from {}", day::said(from)),
        (from, to) => format!("In force from {} to {}", day::said(from), day::said(to)),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
