//! Upgrading a file that an earlier Redress wrote: a copy is brought up to date and proved, and only then takes the
//! name of the file, which is kept byte for byte under a name of its own.
//!
//! At every moment there is a whole file under the file's name. Start at [`look`] for what a file needs ([`plan`]
//! decides it) and at [`upgrade`] for how it gets it.

mod place;
mod plan;

#[cfg(test)]
mod tests;

pub use plan::{Migration, PROGRAM, Program, Step, Version};

use super::backup::{copied, temporary_beside};
use super::derive::Timing;
use super::error::StoreError;
use super::hold::Held;
use super::open::{self, Check, Older, Options};
use super::reader::Reader;
use super::rebuild;
use super::tables::{Rows, T};
use super::tx::WriteTx;
use super::verify::{self, Report};
use crate::domain::case::Case;
use chrono::{DateTime, Utc};
use redb::{Database, ReadableDatabase};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Works out the next date of a case.
pub type NextDate = Box<dyn Fn(&Case) -> Timing>;

/// Reads from a file how its cases' next dates follow from its calendar, for whoever knows that.
pub type Calendar<'a> = &'a dyn Fn(&dyn Rows) -> Result<NextDate, StoreError>;

/// What a file is and what it needs.
#[derive(Debug)]
pub struct Needs {
    /// What it is.
    pub found: Version,
    /// What will be done to a copy of it; nothing when it is up to date.
    pub steps: Vec<Step>,
    /// The room that takes, in bytes.
    pub room: u64,
}

/// What an upgrade did, or in a dry run would do.
#[derive(Debug)]
pub struct Upgraded {
    /// What the file was.
    pub from: Version,
    /// What it is now.
    pub to: Version,
    /// What is in it: the same before and after.
    pub report: Report,
    /// Where the old file is kept; in a dry run, where it would be.
    pub kept: PathBuf,
    /// How long it took.
    pub took: Duration,
}

/// Looks what a file needs, and changes nothing.
///
/// # Errors
/// Why it cannot be looked at: it is in use, damaged, foreign, or of a later version.
pub fn look(path: &Path) -> Result<Needs, StoreError> {
    look_for(&PROGRAM, path)
}

fn look_for(program: &Program, path: &Path) -> Result<Needs, StoreError> {
    let length = fs::metadata(path)
        .map_err(|error| StoreError::from_io(path, &error))?
        .len();
    let options = Options {
        cache_bytes: 8 << 20,
        ..Options::default()
    };
    let source = verify::unwritten(path);
    let (db, _gate) = open::open_pages(&source, &options, Check::IfUnclosed, Older::Taken)?;
    let reader = Reader::new(db.begin_read()?);
    let found = open::version(&*reader)?;
    let steps = program.steps(found);
    let mut lists = 0;
    if !steps.is_empty() {
        for table in T::ALL.iter().filter(|table| table.is_derived()) {
            lists += reader.bytes(*table)?;
        }
    }
    // The copy; the lists once more beside the old ones until the commit; and what a server wants free anyway.
    let room = length + 2 * lists + options.reserve_bytes;
    Ok(Needs { found, steps, room })
}

/// Upgrades the file at `path`. In a dry run everything is done to the copy, which is then thrown away.
///
/// # Errors
/// Why nothing was changed: the file is in use, damaged or newer, or the disk has not the room.
pub fn upgrade(
    path: &Path,
    now: DateTime<Utc>,
    dry_run: bool,
    calendar: Calendar<'_>,
    progress: &mut dyn FnMut(verify::Step),
) -> Result<Upgraded, StoreError> {
    upgrade_to(&PROGRAM, path, now, dry_run, calendar, progress)
}

fn upgrade_to(
    program: &Program,
    path: &Path,
    now: DateTime<Utc>,
    dry_run: bool,
    calendar: Calendar<'_>,
    progress: &mut dyn FnMut(verify::Step),
) -> Result<Upgraded, StoreError> {
    let started = Instant::now();
    let path = place::real(path)?;
    let needs = look_for(program, &path)?;
    let held = Held::take(&path)?;
    if !dry_run {
        place::clear(&held)?;
    }
    place::require_room(&path, needs.room)?;
    let temp = temporary_beside(&path, &place::temporary_prefix(&path))?;
    let all = held.metadata().len();
    progress(verify::Step::Copying(0, all));
    held.copy_to(&mut temp.reopen()?)?;
    progress(verify::Step::Copying(all, all));
    let (from, report) = change(program, temp.path(), &path, calendar, progress)?;
    temp.as_file().sync_all()?;
    let kept = place::kept_name(&path, from, now);
    if !dry_run {
        place::put(&held, temp, &kept)?;
    }
    Ok(Upgraded {
        from,
        to: program.version,
        report,
        kept,
        took: started.elapsed(),
    })
}

/// Removes what a killed upgrade of this file left beside it.
///
/// # Errors
/// Why it cannot be removed: the file is in use, or what the disk says.
pub fn clear(path: &Path) -> Result<(), StoreError> {
    place::clear(&Held::take(&place::real(path)?)?)
}

/// Proves the copy, takes the steps on it, and proves it again; gives what it was and what is in it.
fn change(
    program: &Program,
    copy: &Path,
    name: &Path,
    calendar: Calendar<'_>,
    progress: &mut dyn FnMut(verify::Step),
) -> Result<(Version, Report), StoreError> {
    let torn = |error| match error {
        StoreError::Damaged(why) => StoreError::torn(name, why),
        other => other,
    };
    progress(verify::Step::Pages);
    let source = copied(copy, name);
    let closed = open::was_closed(&source)?;
    let options = Options {
        cache_bytes: 32 << 20,
        ..Options::default()
    };
    let (mut db, gate) = open::open_pages(&source, &options, Check::Always, Older::Taken)?;
    let reader = Reader::new(db.begin_read()?);
    let found = open::version(&*reader)?;
    let before = verify::contents(&*reader, None, closed, progress).map_err(torn)?;
    drop(reader);
    progress(verify::Step::Changing);
    take(program, &db, calendar)?;
    if !db.check_integrity()? {
        return Err(StoreError::Io(
            "the upgraded copy does not read as it was written".into(),
        ));
    }
    let reader = Reader::new(db.begin_read()?);
    let after = verify::contents(&*reader, Some(before.head), closed, progress)?;
    let now = open::version(&*reader)?;
    drop(reader);
    if after != before || now != program.version {
        return Err(StoreError::Damaged(format!(
            "the upgrade would have lost something: {} cases, {} events and {} documents before, {}, {} and {} \
             after; the file was not changed",
            before.cases,
            before.events,
            before.documents,
            after.cases,
            after.events,
            after.documents
        )));
    }
    super::close(db, &gate)?;
    Ok((found, after))
}

/// Takes every step that the pages need, each in one transaction.
fn take(program: &Program, db: &Database, calendar: Calendar<'_>) -> Result<(), StoreError> {
    let found = open::version(&*Reader::new(db.begin_read()?))?;
    for step in program.steps(found) {
        let txn = db.begin_write()?;
        open::make_tables(&txn)?;
        let mut tx = WriteTx::open_alone(&txn);
        match step {
            Step::Migrate(migration) => {
                (migration.run)(&mut tx)?;
                open::put_format(&mut tx, migration.from + 1)?;
            }
            Step::Lists => {
                let next = calendar(&*tx)?;
                rebuild::remake(&mut tx, &*next)?;
                open::put_shape(&mut tx, program.version.shape)?;
            }
        }
        drop(tx);
        txn.commit()?;
    }
    Ok(())
}

/// Brings pages that are kept in memory only up to date, so that an older file can be read. The lists' dates stay as
/// they were, and nobody says what was in time: that is for reading single cases.
pub(crate) fn in_memory(db: &Database) -> Result<(), StoreError> {
    take(&PROGRAM, db, &|rows| {
        let due = rebuild::dates(rows)?;
        Ok(Box::new(move |case: &Case| Timing {
            due: due.get(&case.reference).cloned(),
            ..Timing::default()
        }))
    })
}
