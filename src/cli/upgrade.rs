//! Upgrading the data file: by the verb, or by itself when a verb that writes meets an older file.

use std::borrow::Cow;
use std::path::Path;

use chrono::Utc;

use super::args::Upgrade;
use super::file::tell;
use crate::desk::calendar::next_dates;
use crate::store::upgrade::{self, PROGRAM, Upgraded};
use crate::store::{Options, Store, StoreError};

/// What happens to a data file that an older Redress wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// It is upgraded first.
    Upgraded,
    /// It is refused.
    Refused,
}

/// Opens the data file.
pub fn open(path: &Path, options: Options, older: Older) -> Result<Store, StoreError> {
    match Store::open(path, options.clone()) {
        Err(StoreError::Older { found, known, .. }) if older == Older::Upgraded => {
            tracing::info!(%found, %known, "the data file is of an older Redress; upgrading it first");
            let done = run(path, false)?;
            tracing::info!(
                seconds = done.took.as_secs_f32(),
                cases = done.report.cases,
                events = done.report.events,
                "upgraded; the old file is {}, and to go back: {}",
                done.kept.display(),
                way_back(path, &done.kept)
            );
            Store::open(path, options)
        }
        opened => opened,
    }
}

fn run(path: &Path, dry_run: bool) -> Result<Upgraded, StoreError> {
    let now = Utc::now();
    upgrade::upgrade(path, now, dry_run, &|rows| next_dates(rows, now), &mut tell)
}

/// Upgrades a file, or shows how that would go.
pub fn upgrade(data: &Path, what: &Upgrade) -> anyhow::Result<()> {
    let path = what.file.as_deref().unwrap_or(data);
    let needs = upgrade::look(path)?;
    say!(
        "{}: {}; this program keeps {}",
        path.display(),
        needs.found,
        PROGRAM.version
    );
    if needs.steps.is_empty() {
        if !what.dry_run {
            upgrade::clear(path)?;
        }
        say!("nothing to do: it is up to date");
        return Ok(());
    }
    for step in &needs.steps {
        say!("to do, on a copy: {step}");
    }
    let done = run(path, what.dry_run)?;
    let (report, seconds) = (&done.report, done.took.as_secs_f32());
    let counts = format!(
        "{} cases, {} events, {} documents, before and after; head {}",
        report.cases, report.events, report.documents, report.head
    );
    if what.dry_run {
        say!("dry run: it went well in {seconds:.1} s, and nothing was changed");
        say!("{counts}");
        say!("the old file would be kept as {}", done.kept.display());
        return Ok(());
    }
    say!("upgraded in {seconds:.1} s");
    say!("{counts}");
    say!("the old file is {}", done.kept.display());
    say!(
        "to go back, stop Redress, put the older program in place, and: {}",
        way_back(path, &done.kept)
    );
    Ok(())
}

/// The command that puts the old file back and throws nothing away.
fn way_back(path: &Path, kept: &Path) -> String {
    let path = path.to_string_lossy();
    let (aside, kept) = (format!("{path}.upgraded"), kept.to_string_lossy());
    format!(
        "mv {} {} && mv {} {}",
        quoted(&path),
        quoted(&aside),
        quoted(&kept),
        quoted(&path)
    )
}

/// A path as a shell reads it.
fn quoted(path: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if path.chars().all(plain) && !path.starts_with('-') {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(format!("'{}'", path.replace('\'', "'\\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_can_be_pasted_into_a_shell() {
        let back = way_back(
            Path::new("/srv/it's here/a.redb"),
            Path::new("/srv/old.redb"),
        );
        assert_eq!(
            back,
            r"mv '/srv/it'\''s here/a.redb' '/srv/it'\''s here/a.redb.upgraded' && mv /srv/old.redb '/srv/it'\''s here/a.redb'"
        );
    }
}
