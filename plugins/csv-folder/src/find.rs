//! Finds the records of a query: looks rows up where the host can ([`crate::plan`]), else reads them all.

use std::collections::HashMap;

use crate::cell::is_no_row;
use crate::columns::Columns;
use crate::documents::Shelf;
use crate::folder::{Folder, Found, NotReady, Row, columns, files};
use crate::layout::{self, Kind};
use crate::plan;
use crate::record::{Reading, Record};
use crate::residents;
use crate::settings::Settings;
use redress_plugin::belongs::plain;
use redress_plugin::{Ask, Failure, Query};

/// More than this belongs to one home only when the query or the files are wrong.
const MOST: usize = 10_000;

/// Finds the records of a query, whose cursor says how many were given before.
pub fn find(folder: &mut impl Folder, settings: &str, query: &Query) -> Result<Found, Failure> {
    let settings = Settings::read(settings).map_err(Failure::BadSettings)?;
    let ask = Ask::of(query)?;
    ask.names_someone()?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX).max(1);
    let skip = match &query.cursor {
        None => 0,
        Some(cursor) => cursor
            .parse::<usize>()
            .map_err(|_| Failure::BadInput(format!("`{cursor}` is not a cursor of ours")))?,
    };
    let names = folder.names();
    let files = files(&names, &settings)?;
    if ask
        .text
        .as_deref()
        .is_some_and(|text| !plain(text).is_empty())
    {
        return residents::find(folder, &settings, &files, &ask, limit, skip);
    }
    let mut search = Search {
        ask: &ask,
        settings: &settings,
        shelf: Shelf::new(&names),
        skip,
        limit,
        seen: 0,
        ids: HashMap::new(),
        found: Vec::new(),
        full: false,
    };
    for kind in layout::KINDS {
        let asked = kind.is_usual() || !ask.kinds.is_empty();
        if asked && ask.wants(kind.name()) && !files.iter().any(|(k, _)| *k == kind) {
            folder.warn(&format!("{}, so none were looked for.", kind.lacks()));
        }
    }
    let mut troubles = Vec::new();
    let mut readable = 0;
    for (kind, name) in files.iter().filter(|(kind, _)| ask.wants(kind.name())) {
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
        return Err(Failure::Unavailable(format!(
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
    ask: &'a Ask,
    settings: &'a Settings,
    shelf: Shelf,
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
        match folder.ready(&mut table, &columns.looked_up(kind)) {
            Ok(()) => {
                let rows = plan::rows(folder, &mut table, &columns, kind, self.ask);
                // None: too many rows have what is looked for, so that reading all is quicker and sure.
                if let Some(rows) = rows {
                    return self.rows(&rows, &header, kind, &columns);
                }
            }
            Err(NotReady::Later(why)) => return Err(why),
            Err(NotReady::Never(why)) => {
                folder.warn(&format!(
                    "{name} was read from its beginning, because {why}."
                ));
            }
        }
        loop {
            let rows = folder.rows(&mut table)?;
            if rows.is_empty() {
                return Ok(());
            }
            self.rows(&rows, &header, kind, &columns)?;
            if self.full {
                return Ok(());
            }
        }
    }

    /// Takes those of the rows that belong to the query.
    fn rows(
        &mut self,
        rows: &[Row],
        header: &[String],
        kind: Kind,
        columns: &Columns,
    ) -> Result<(), String> {
        let own = |row: &&Row| {
            self.ask.owns(kind.name(), &columns.held(row).whose()) && !is_no_row(row, header)
        };
        for row in rows.iter().filter(own) {
            let reading = Reading {
                kind,
                columns,
                dates: self.settings.dates,
                shelf: &self.shelf,
            };
            let record = reading.record(row);
            self.take(record, kind);
            if self.full {
                return Ok(());
            }
            if self.seen > MOST {
                return Err(format!("more than {MOST} records match"));
            }
        }
        Ok(())
    }

    fn take(&mut self, mut record: Record, kind: Kind) {
        if !self.ask.recent(record.last.as_deref()) {
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

#[cfg(test)]
#[path = "find_tests.rs"]
pub(crate) mod tests;
