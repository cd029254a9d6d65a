//! What each template takes, as JSON: the contract of `render-pdf(template, data-json)`.
//!
//! Every field has a default, so that a caller gives what it has and a later version may ask for more.
//! Unknown members are ignored and `null` counts as absent. Every string is text: nothing in it is markup.
//! A blank line starts a paragraph, a single line break stays a line break. Dates are `YYYY-MM-DD` and
//! instants RFC 3339; both are written out for the reader, and what is neither is shown as it came.
//! `plugins/wit/pdf-templates.md` is this file for plugin authors: change them together.

use serde::{Deserialize, Serialize};

/// What every document carries: its title and language, the running header and footer, and its one time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Document {
    /// Title of the PDF and, in bundle documents, the heading on page one.
    pub title: String,
    /// BCP 47; empty means `en-GB`.
    pub language: String,
    /// `C-2026-0042`: first part of the page number `case-ref / doc no / 1 of 3`.
    pub case_ref: String,
    /// `00-01`: second part of the page number; left out when empty (letters have none).
    pub doc_no: String,
    /// The landlord's name: running header, and author of the PDF.
    pub landlord: String,
    /// When the export or letter was made, RFC 3339 with offset. The only time in the file, so the same
    /// data gives the same bytes. Empty means that the PDF carries no date.
    pub made_at: String,
    /// Program and version, for the PDF's producer field: `Redress 0.1.0`.
    pub generator: String,
}

/// One labelled value in a list of facts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Fact {
    /// "Date received".
    pub label: String,
    /// Dates and instants are written out.
    pub value: String,
}

/// A plain table. Rows shorter than the head are filled with empty cells, longer ones are cut.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Table {
    /// Caption above the table.
    pub title: String,
    /// The head, repeated on every page.
    pub columns: Vec<Column>,
    /// One list of cells per row.
    pub rows: Vec<Vec<String>>,
}

/// One column of a [`Table`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Column {
    /// The column's head.
    pub title: String,
    /// Share of the width: 1 is narrow, 4 is wide. 0 or absent counts as 1.
    pub width: u8,
    /// Figures are set flush right.
    pub numeric: bool,
}

/// `letter`: one letter on the landlord's letterhead.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Letter {
    /// Common part.
    pub document: Document,
    /// The letterhead.
    pub letterhead: Letterhead,
    /// Name and address as on the envelope, one line each.
    pub recipient: Vec<String>,
    /// Date of the letter.
    pub date: String,
    /// Lines beside the address, such as "Our reference", "Complaint received", "Stage".
    pub references: Vec<Fact>,
    /// At least 16 pt throughout, one column.
    pub large_print: bool,
    /// "Dear Mrs Wójcik".
    pub salutation: String,
    /// "Your complaint: our stage 1 response".
    pub subject: String,
    /// The body in order.
    pub blocks: Vec<Block>,
    /// Who signs.
    pub sign_off: SignOff,
    /// The Housing Ombudsman's contact block; left out when its heading is empty.
    pub contact: ContactBlock,
    /// What comes with the letter.
    pub enclosures: Vec<String>,
    /// Who gets a copy.
    pub copies: Vec<String>,
}

/// Who writes, at the head and the foot of a letter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Letterhead {
    /// The landlord's name.
    pub name: String,
    /// Two letters in the coloured square; none when empty.
    pub mark: String,
    /// The landlord's logo instead of the two letters: a PNG, JPEG or WebP file in base64; none when empty.
    pub logo: String,
    /// Brand colour `#rrggbb`, dark enough for white text; anything else gives the default `#14506b`.
    pub colour: String,
    /// The landlord's address, one line each.
    pub address: Vec<String>,
    /// Telephone, e-mail, website: one line each.
    pub contact: Vec<String>,
    /// Small print at the foot: registration, registered office.
    pub footer: String,
}

/// One part of a letter's body, shown in this order: heading, text, list, points, table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Block {
    /// Left out when empty.
    pub heading: String,
    /// Paragraphs.
    pub text: String,
    /// Items with bullets.
    pub list: Vec<String>,
    /// The points of complaint with what was decided.
    pub points: Vec<Point>,
    /// For example the actions: what, who, by when. Left out without columns.
    pub table: Table,
    /// Text after the list, points and table.
    pub after: String,
    /// Set apart with a tint: the next step, the new date.
    pub boxed: bool,
}

/// One point of complaint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Point {
    /// "1".
    pub number: String,
    /// What the resident complained about.
    pub text: String,
    /// "Upheld"; empty in acknowledgements, and then the column is left out.
    pub finding: String,
    /// Why.
    pub reasons: String,
}

/// The end of a letter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SignOff {
    /// "Yours sincerely".
    pub closing: String,
    /// The person who signs.
    pub name: String,
    /// Their job, team, direct line: one line each.
    pub lines: Vec<String>,
}

/// A boxed block of contact details.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContactBlock {
    /// "Housing Ombudsman Service".
    pub heading: String,
    /// What they do, that it is free, that help is there at any time.
    pub text: String,
    /// Website, telephone, post.
    pub lines: Vec<Fact>,
    /// After the lines.
    pub note: String,
}

/// `index`: what is in the bundle, by category.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Index {
    /// Common part.
    pub document: Document,
    /// Landlord, resident, home, Ombudsman reference, mode.
    pub facts: Vec<Fact>,
    /// All categories, those without entries too.
    pub categories: Vec<IndexCategory>,
    /// Under the table.
    pub notes: Vec<String>,
}

/// One category of the index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct IndexCategory {
    /// "01".
    pub number: String,
    /// "Complaint stage 1".
    pub title: String,
    /// In order; when empty the category shows `note` instead.
    pub entries: Vec<IndexEntry>,
    /// "Nothing held: see Gaps and explanations".
    pub note: String,
}

/// One document of the bundle.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct IndexEntry {
    /// "01-03".
    pub no: String,
    /// The document's own date; empty or `0000-00-00` shows "undated".
    pub date: String,
    /// Title.
    pub title: String,
    /// Who wrote it.
    pub from: String,
    /// Who received it.
    pub to: String,
    /// Number of pages; 0 when it has none (media, CSV).
    pub pages: u32,
    /// Why it matters.
    pub why: String,
    /// Part of it was redacted.
    pub redacted: bool,
}

/// `chronology`: landscape, one row per event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Chronology {
    /// Common part.
    pub document: Document,
    /// As in [`Index`].
    pub facts: Vec<Fact>,
    /// In order of time.
    pub entries: Vec<ChronologyEntry>,
    /// Under the table.
    pub notes: Vec<String>,
}

/// One event of the chronology.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ChronologyEntry {
    /// Date of the event.
    pub date: String,
    /// `14:05`; empty when unknown.
    pub time: String,
    /// What happened, in a sentence or two.
    pub what: String,
    /// Who did it.
    pub who: String,
    /// The system the record comes from.
    pub source: String,
    /// The record's id there.
    pub record_id: String,
    /// Numbers of the documents in this bundle: `01-03`.
    pub documents: Vec<String>,
    /// Days since the complaint: "Day 12".
    pub elapsed: String,
    /// The Code's clock: "Stage 1: working day 8 of 10".
    pub clock: String,
}

/// `case-summary`: laid out per head of complaint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CaseSummary {
    /// Common part.
    pub document: Document,
    /// Parties and references.
    pub facts: Vec<Fact>,
    /// What the complaint is about, in a paragraph or two.
    pub summary: String,
    /// What the resident wants.
    pub outcome_sought: String,
    /// The heads of complaint.
    pub heads: Vec<Head>,
    /// Tables after the heads: stages with dates, offers, actions.
    pub tables: Vec<Table>,
    /// What is still to be done.
    pub outstanding: Vec<String>,
    /// At the end.
    pub notes: Vec<String>,
}

/// One head of complaint, in the shape of the Ombudsman's decisions. Empty parts say "None recorded".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Head {
    /// "1".
    pub number: String,
    /// The complaint.
    pub complaint: String,
    /// What happened.
    pub what_happened: String,
    /// What we did.
    pub what_we_did: String,
    /// One line per stage: label "Stage 1", value "Partly upheld: …".
    pub outcomes: Vec<Fact>,
    /// What was offered.
    pub offer: String,
    /// What is outstanding.
    pub outstanding: String,
    /// Numbers of the documents that bear on it.
    pub documents: Vec<String>,
}

/// `gaps`: what the Ombudsman would expect and the bundle does not hold, with the explanation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Gaps {
    /// Common part.
    pub document: Document,
    /// As in [`Index`].
    pub facts: Vec<Fact>,
    /// Before the table.
    pub introduction: String,
    /// By category. None at all gives a sentence that says so.
    pub gaps: Vec<Gap>,
    /// Under the table.
    pub notes: Vec<String>,
}

/// One expected item that is missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Gap {
    /// "04 Repairs and inspections".
    pub category: String,
    /// What would be expected.
    pub expected: String,
    /// Why it matters.
    pub why: String,
    /// The explanation; empty shows "No explanation recorded".
    pub explanation: String,
    /// Who explained it.
    pub by: String,
    /// When.
    pub on: String,
}

/// `record`: one linked record, contact note or log as a readable document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Record {
    /// Common part.
    pub document: Document,
    /// "Repair", "Contact log".
    pub kind: String,
    /// The system it comes from.
    pub source: String,
    /// Its id there.
    pub source_id: String,
    /// When the snapshot was taken, RFC 3339.
    pub snapshot_at: String,
    /// SHA-256 of the snapshot, hex.
    pub hash: String,
    /// What the record says.
    pub facts: Vec<Fact>,
    /// Running text, such as the note itself.
    pub text: String,
    /// Tables.
    pub tables: Vec<Table>,
    /// Landscape, for wide tables.
    pub landscape: bool,
    /// At the end.
    pub notes: Vec<String>,
}

/// `verification`: totals by category, bytes per file against the limit, the manifest's hash.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Verification {
    /// Common part.
    pub document: Document,
    /// As in [`Index`].
    pub facts: Vec<Fact>,
    /// SHA-256 of the manifest, hex.
    pub manifest_sha256: String,
    /// Ceiling for one file; 0 means none.
    pub limit_bytes: u64,
    /// Totals.
    pub categories: Vec<CategoryTotal>,
    /// Every file in order.
    pub files: Vec<FileLine>,
    /// Under the tables.
    pub notes: Vec<String>,
}

/// Totals of one category.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CategoryTotal {
    /// "01".
    pub number: String,
    /// Title.
    pub title: String,
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// One file of the verification.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FileLine {
    /// Name in the bundle.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// `contents`: what a PDF of many parts holds, and where.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Contents {
    /// Common part.
    pub document: Document,
    /// Whose file it is, as of when.
    pub facts: Vec<Fact>,
    /// What the reader should know first.
    pub introduction: String,
    /// The parts in order.
    pub entries: Vec<ContentsEntry>,
    /// At the end.
    pub notes: Vec<String>,
}

/// One part of a [`Contents`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContentsEntry {
    /// Of how many a bookmark: counted from 1, it makes the entry a link; 0 makes none.
    pub part: u32,
    /// 1, or 2 for a part of the part before.
    pub level: u8,
    /// `04-03`.
    pub no: String,
    /// What it is called.
    pub title: String,
    /// When, from whom: a line below.
    pub about: String,
    /// Its first page; 0 shows nothing.
    pub page: u32,
}

/// `picture`: a photograph on a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Picture {
    /// Common part.
    pub document: Document,
    /// `jpg`, `png`, `gif` or `webp`.
    pub format: String,
    /// What it is called.
    pub caption: String,
    /// When, from whom, in which file.
    pub about: String,
}
