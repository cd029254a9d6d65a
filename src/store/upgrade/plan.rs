//! What a file is, what this program keeps, and the steps from the one to the other. Nothing here touches a file.

use crate::store::error::StoreError;
use crate::store::tx::WriteTx;
use crate::store::upcast::{FORMAT, MIGRATIONS, SHAPE};
use std::fmt;

/// What a file holds: the format of its record, and the shape of the lists that are made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The format of the tables and values that are the record.
    pub format: u64,
    /// The shape of the derived tables; 0 in a file from before they had one.
    pub shape: u64,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "format {}, lists {}", self.format, self.shape)
    }
}

/// Rewrites the record of one format as the next, in one transaction.
pub struct Migration {
    /// The format it begins from; it ends in the next one.
    pub from: u64,
    /// What it does, as a person reads it.
    pub name: &'static str,
    /// Does it. The format itself is written by the caller, in the same transaction.
    pub run: fn(&mut WriteTx<'_>) -> Result<(), StoreError>,
}

/// What a program writes, and how it gets there from what earlier ones wrote.
pub struct Program {
    /// What it writes.
    pub version: Version,
    /// One for each earlier format, in order.
    pub migrations: &'static [Migration],
}

/// This program.
pub const PROGRAM: Program = Program {
    version: Version {
        format: FORMAT,
        shape: SHAPE,
    },
    migrations: MIGRATIONS,
};

/// One step of an upgrade; each is one transaction.
#[derive(Clone, Copy)]
pub enum Step {
    /// Brings the record to the next format.
    Migrate(&'static Migration),
    /// Makes the lists, counters and states again from the events.
    Lists,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Migrate(migration) => f.write_str(migration.name),
            Self::Lists => f.write_str("make the lists, counters and states again from the events"),
        }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Program {
    /// Whether a later program wrote a file. Its lists may hold what this one cannot make again, and its events what
    /// this one does not understand, so it is not opened.
    pub fn is_older_than(&self, found: Version) -> bool {
        found.format > self.version.format || found.shape > self.version.shape
    }

    /// What brings a file to this program's version, in order; nothing when it is there.
    pub fn steps(&self, found: Version) -> Vec<Step> {
        let migrations = self.migrations.iter();
        let mut steps: Vec<Step> = migrations
            .skip_while(|migration| migration.from < found.format)
            .map(Step::Migrate)
            .collect();
        if found.shape != self.version.shape {
            steps.push(Step::Lists);
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn version(format: u64, shape: u64) -> Version {
        Version { format, shape }
    }

    const LATER: Program = Program {
        version: version(3, 9),
        migrations: &[
            Migration {
                from: 1,
                name: "one to two",
                run: |_| Ok(()),
            },
            Migration {
                from: 2,
                name: "two to three",
                run: |_| Ok(()),
            },
        ],
    };

    fn words(found: Version) -> Vec<String> {
        LATER.steps(found).iter().map(Step::to_string).collect()
    }

    #[test]
    fn the_steps_are_those_behind_the_file_and_in_order() {
        let lists = "make the lists, counters and states again from the events";
        assert_eq!(words(version(1, 7)), ["one to two", "two to three", lists]);
        assert_eq!(words(version(2, 9)), ["two to three"]);
        assert_eq!(words(version(3, 0)), [lists]);
        assert!(words(version(3, 9)).is_empty());
    }

    #[test]
    fn a_file_is_newer_by_its_format_or_by_its_lists() {
        assert!(LATER.is_older_than(version(4, 1)));
        assert!(LATER.is_older_than(version(3, 10)));
        assert!(!LATER.is_older_than(version(3, 9)));
        assert!(!LATER.is_older_than(version(1, 0)));
    }

    #[test]
    fn every_earlier_format_has_its_migration() {
        let from: Vec<u64> = PROGRAM.migrations.iter().map(|m| m.from).collect();
        assert_eq!(from, (1..FORMAT).collect::<Vec<_>>());
    }
}
