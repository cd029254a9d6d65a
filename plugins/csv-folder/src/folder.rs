//! Reading the folder: what is there, what belongs to a query, what could not be read.

use crate::layout::{self, Columns, Kind};
use crate::matching::Query;
use crate::record::{self, Record};
use crate::settings::Settings;
use std::collections::HashMap;

/// The files as the host gives them.
pub trait Folder {
    /// A CSV that is open.
    type Table;

    /// All names.
    fn names(&mut self) -> Vec<String>;
    /// Opens a CSV; also gives its header.
    fn open(&mut self, name: &str) -> Result<(Vec<String>, Self::Table), String>;
    /// Some rows more; none is the end.
    fn rows(&mut self, table: &mut Self::Table) -> Result<Vec<Vec<String>>, String>;
    /// Tells the operator.
    fn warn(&mut self, text: &str);
}

/// Why a call failed.
#[derive(Debug, PartialEq)]
pub enum Trouble {
    /// The settings are wrong.
    Settings(String),
    /// The query is wrong.
    Query(String),
    /// Nothing could be read.
    Unavailable(String),
}

/// Records found, and where the next page starts.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    /// At most as many as were asked for.
    pub records: Vec<Record>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// More than this belongs to one home only when the query or the files are wrong.
const MOST: usize = 10_000;
/// `check` counts no further.
const COUNTED: usize = 50_000;

/// Finds the records of a query; `cursor` says how many were given before.
pub fn find(
    folder: &mut impl Folder,
    settings: &str,
    query: &str,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Found, Trouble> {
    let settings = Settings::read(settings).map_err(Trouble::Settings)?;
    let query = Query::read(query).map_err(Trouble::Query)?;
    let skip = match cursor {
        None => 0,
        Some(cursor) => cursor
            .parse::<usize>()
            .map_err(|_| Trouble::Query(format!("`{cursor}` is not a cursor of ours")))?,
    };
    let files = files(folder, &settings)?;
    let wanted =
        |kind: Kind| query.kinds.is_empty() || query.kinds.iter().any(|k| k == kind.name());
    let mut search = Search {
        query: &query,
        settings: &settings,
        skip,
        limit: limit.max(1),
        seen: 0,
        ids: HashMap::new(),
        found: Vec::new(),
        full: false,
    };
    for kind in layout::KINDS.into_iter().filter(|kind| wanted(*kind)) {
        if !files.iter().any(|(k, _)| *k == kind) {
            folder.warn(&format!("{}, so none were looked for.", kind.lacks()));
        }
    }
    let mut troubles = Vec::new();
    let mut readable = 0;
    for (kind, name) in files.iter().filter(|(kind, _)| wanted(*kind)) {
        match search.file(folder, *kind, name) {
            Ok(()) => readable += 1,
            Err(why) => {
                folder.warn(&format!(
                    "{name}: {why}. Its records are missing from this answer."
                ));
                troubles.push(format!("{name}: {why}"));
            }
        }
        if search.full {
            break;
        }
    }
    if readable == 0 && !troubles.is_empty() && search.found.is_empty() {
        return Err(Trouble::Unavailable(format!(
            "no file could be read: {}",
            troubles.join("; ")
        )));
    }
    let next = search.full.then(|| (skip + search.found.len()).to_string());
    Ok(Found {
        records: search.found,
        next,
    })
}

struct Search<'a> {
    query: &'a Query,
    settings: &'a Settings,
    skip: usize,
    limit: usize,
    seen: usize,
    /// How often an id came: a file may have several rows of one job.
    ids: HashMap<(Kind, String), usize>,
    found: Vec<Record>,
    full: bool,
}

impl Search<'_> {
    fn file(&mut self, folder: &mut impl Folder, kind: Kind, name: &str) -> Result<(), String> {
        let (header, mut table) = folder.open(name)?;
        let columns = columns(kind, &header, self.settings)?;
        loop {
            let rows = folder.rows(&mut table)?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows
                .iter()
                .filter(|row| self.query.owns(kind, &columns, row))
            {
                self.take(record::read(kind, &columns, row, self.settings.dates), kind);
                if self.full || self.seen > MOST {
                    return if self.full {
                        Ok(())
                    } else {
                        Err(format!("more than {MOST} records match"))
                    };
                }
            }
        }
    }

    fn take(&mut self, mut record: Record, kind: Kind) {
        let old = self
            .query
            .since
            .as_deref()
            .zip(record.last.as_deref())
            .is_some_and(|(since, last)| last < since);
        if old {
            return;
        }
        let times = self.ids.entry((kind, record.id.clone())).or_default();
        *times += 1;
        if *times > 1 {
            record.id = format!("{}#{times}", record.id);
        }
        self.seen += 1;
        if self.seen <= self.skip {
            return;
        }
        if self.found.len() == self.limit {
            self.full = true;
        } else {
            self.found.push(record);
        }
    }
}

impl Kind {
    fn lacks(self) -> String {
        format!("{}: no file", self.word())
    }
}

/// Says which files there are, what of them is understood and what is missing.
pub fn check(folder: &mut impl Folder, settings: &str) -> Result<String, Trouble> {
    let settings = Settings::read(settings).map_err(Trouble::Settings)?;
    let files = files(folder, &settings)?;
    let mut lines = Vec::new();
    let mut readable = 0;
    for kind in layout::KINDS {
        let own: Vec<&String> = files
            .iter()
            .filter(|(k, _)| *k == kind)
            .map(|(_, name)| name)
            .collect();
        if own.is_empty() {
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
        Err(Trouble::Unavailable(text))
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
        match folder.rows(&mut table)?.len() {
            0 => break,
            more => rows += more,
        }
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

fn columns(kind: Kind, header: &[String], settings: &Settings) -> Result<Columns, String> {
    let columns = Columns::read(kind, header, settings)?;
    if columns.can_match() {
        return Ok(columns);
    }
    Err("it has no column with a property, tenancy or person reference or an address; set one under `columns`".into())
}

/// The files to read. None at all is worth a sentence that says what to do.
fn files(folder: &mut impl Folder, settings: &Settings) -> Result<Vec<(Kind, String)>, Trouble> {
    let names = folder.names();
    let files = layout::files(settings, &names);
    if names.is_empty() {
        return Err(Trouble::Unavailable(
            "the folder is empty, missing or not granted to this link".into(),
        ));
    }
    if files.is_empty() {
        return Err(Trouble::Settings(format!(
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

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
