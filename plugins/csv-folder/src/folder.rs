//! The folder: what is there, what is understood of it, and what could not be read.

use crate::cell::is_no_row;
use crate::columns::Columns;
use crate::layout::{self, Kind};
use crate::record::Record;
use crate::settings::Settings;
use redress_plugin::Failure;

/// A row of a file.
pub type Row = Vec<String>;

/// How a cell is to match; see the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// All of it, signs and spaces aside.
    Same,
    /// All words of the text are words of it.
    Word,
    /// All words of the text begin words of it.
    Prefix,
}

/// All columns that were readied.
pub const ANY: u32 = u32::MAX;

/// The files as the host gives them.
pub trait Folder {
    /// A CSV that is open.
    type Table;

    /// All names.
    fn names(&mut self) -> Vec<String>;
    /// Opens a CSV; also gives its header.
    fn open(&mut self, name: &str) -> Result<(Vec<String>, Self::Table), String>;
    /// Some rows more; none is the end.
    fn rows(&mut self, table: &mut Self::Table) -> Result<Vec<Row>, String>;
    /// Readies columns to be looked up.
    fn ready(&mut self, table: &mut Self::Table, columns: &[u32]) -> Result<(), NotReady>;
    /// Rows that match in a readied column or in [`ANY`], with their numbers, in order.
    fn look_up(
        &mut self,
        table: &mut Self::Table,
        column: u32,
        how: How,
        text: &str,
        max: usize,
    ) -> Result<Vec<(u32, Row)>, String>;
    /// Tells the operator.
    fn warn(&mut self, text: &str);
}

/// Why rows cannot be looked up.
#[derive(Debug, PartialEq)]
pub enum NotReady {
    /// Not yet; and reading all rows would take longer still.
    Later(String),
    /// Not at all; the rows can be read one after the other.
    Never(String),
}

/// Records found, and where the next page starts.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    /// At most as many as were asked for.
    pub records: Vec<Record>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// `check` counts no further.
const COUNTED: usize = 50_000;

impl Kind {
    /// Says that there is no file of this kind.
    pub(crate) fn lacks(self) -> String {
        format!("{}: no file", self.word())
    }
}

/// Says which files there are, what of them is understood and what is missing.
pub fn check(folder: &mut impl Folder, settings: &str) -> Result<String, Failure> {
    let settings = Settings::read(settings).map_err(Failure::BadSettings)?;
    let names = folder.names();
    let files = files(&names, &settings)?;
    let mut lines = Vec::new();
    let mut readable = 0;
    for kind in layout::KINDS {
        let own: Vec<&String> = files
            .iter()
            .filter(|(k, _)| *k == kind)
            .map(|(_, name)| name)
            .collect();
        if own.is_empty() && kind.is_usual() {
            lines.push(kind.lacks());
        }
        for name in own {
            let line = match describe(folder, &settings, kind, name) {
                Ok(line) => {
                    readable += 1;
                    line
                }
                Err(why) => format!("NOT READABLE, {why}"),
            };
            lines.push(format!("{}: {name}, {line}", kind.word()));
        }
    }
    let text = lines.join(". ") + ".";
    if readable == 0 {
        Err(Failure::Unavailable(text))
    } else {
        Ok(text)
    }
}

fn describe(
    folder: &mut impl Folder,
    settings: &Settings,
    kind: Kind,
    name: &str,
) -> Result<String, String> {
    let (header, mut table) = folder.open(name)?;
    let columns = columns(kind, &header, settings)?;
    let mut rows = 0;
    while rows < COUNTED {
        let page = folder.rows(&mut table)?;
        if page.is_empty() {
            break;
        }
        rows += page.iter().filter(|row| !is_no_row(row, &header)).count();
    }
    let more = if rows >= COUNTED { " or more" } else { "" };
    let rows = if rows == 1 {
        "1 row".to_owned()
    } else {
        format!("{rows} rows{more}")
    };
    Ok(format!(
        "{rows}, {} of {} columns recognised",
        columns.known(),
        header.len()
    ))
}

pub(crate) fn columns(
    kind: Kind,
    header: &[String],
    settings: &Settings,
) -> Result<Columns, String> {
    let columns = Columns::read(kind, header, settings)?;
    if columns.can_match() {
        return Ok(columns);
    }
    Err("it has no column with a property, tenancy or person reference or an address; set one under `columns`".into())
}

/// The files to read. None at all is worth a sentence that says what to do.
pub(crate) fn files(names: &[String], settings: &Settings) -> Result<Vec<(Kind, String)>, Failure> {
    let files = layout::files(settings, names);
    if names.is_empty() {
        return Err(Failure::Unavailable(
            "the folder is empty, missing or not granted to this link".into(),
        ));
    }
    if files.is_empty() {
        return Err(Failure::BadSettings(format!(
            "no file's name tells what it holds ({}); name the files under `files`, for example {{\"repair\": [\"jobs.csv\"]}}",
            names
                .iter()
                .take(10)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        )));
    }
    Ok(files)
}
