//! The other system: a folder of CSV exports as a small landlord's housing software writes them, each with
//! its own columns. It is written anew as time goes by, so that a repair is open first and done later.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDate, Utc};

use super::days::{Days, token};
use crate::domain::calendar::london_date;

/// One export: its name in the folder, how it writes dates, what separates its columns, its rows.
struct Export {
    name: &'static str,
    dates: &'static str,
    separator: u8,
    rows: &'static str,
}

const EXPORTS: [Export; 6] = [
    Export {
        name: "repairs.csv",
        dates: "%Y-%m-%d",
        separator: b',',
        rows: include_str!("../../../seeds/demo/links/repairs.csv"),
    },
    Export {
        name: "Gas contractor jobs.csv",
        dates: "%d/%m/%Y",
        separator: b';',
        rows: include_str!("../../../seeds/demo/links/gas-jobs.csv"),
    },
    Export {
        name: "ASB cases.csv",
        dates: "%d/%m/%Y",
        separator: b',',
        rows: include_str!("../../../seeds/demo/links/asb.csv"),
    },
    Export {
        name: "tenancies.csv",
        dates: "%d/%m/%Y",
        separator: b',',
        rows: include_str!("../../../seeds/demo/links/tenancies.csv"),
    },
    Export {
        name: "people.csv",
        dates: "%d/%m/%Y",
        separator: b',',
        rows: include_str!("../../../seeds/demo/links/people.csv"),
    },
    Export {
        name: "contact log.csv",
        dates: "%d-%b-%Y",
        separator: b',',
        rows: include_str!("../../../seeds/demo/links/contacts.csv"),
    },
];

/// The folder that the link reads.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder.
    pub fn make(path: &Path) -> Result<Self> {
        fs::create_dir_all(path)
            .with_context(|| format!("making the folder {}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Writes every export as it would have been at `moment`.
    pub fn write(&self, days: &Days<'_>, moment: DateTime<Utc>) -> Result<()> {
        let on = london_date(moment);
        for export in &EXPORTS {
            let mut reader = csv::Reader::from_reader(export.rows.as_bytes());
            let mut writer = csv::WriterBuilder::new()
                .delimiter(export.separator)
                .from_writer(Vec::new());
            writer.write_record(reader.headers()?)?;
            for row in reader.records() {
                let row = row.with_context(|| format!("seeds/demo/links, {}", export.name))?;
                let cells: Vec<Cell> = row
                    .iter()
                    .map(|cell| Cell::read(cell, days, export.dates, on))
                    .collect();
                // A row whose first day has not come is not in the system yet.
                let first = cells.iter().find_map(|cell| cell.day);
                if first.is_none_or(|day| day <= on) {
                    writer.write_record(cells.iter().map(|cell| &cell.text))?;
                }
            }
            fs::write(self.path.join(export.name), writer.into_inner()?)?;
        }
        Ok(())
    }
}

struct Cell {
    /// As it stands at the moment; empty for a day that has not come.
    text: String,
    /// The day it names, if it is one.
    day: Option<NaiveDate>,
}

impl Cell {
    /// `{-12}` is a day that is known once it has come, `{!+3}` one that is known from the start (a target),
    /// and `Raised >{-12} Done` a text that changes on a day.
    fn read(cell: &str, days: &Days<'_>, dates: &str, on: NaiveDate) -> Self {
        let written = |day: NaiveDate| day.format(dates).to_string();
        let mut parts = cell.split(" >");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for later in parts {
            let change = later
                .split_once(' ')
                .and_then(|(day, text)| Some((days.read(token(day)?, days.today())?, text)));
            if let Some((day, changed)) = change
                && day <= on
            {
                text = changed.to_owned();
            }
        }
        // A day may be followed by a time.
        let (day, time) = text.split_once(' ').unwrap_or((&text, ""));
        let known = day.contains("{!");
        let day = token(&day.replace('!', "")).and_then(|token| days.read(token, days.today()));
        let text = match day {
            None => text,
            Some(day) if day > on && !known => String::new(),
            Some(day) => format!("{} {time}", written(day)).trim().to_owned(),
        };
        Self {
            text,
            day: day.filter(|_| !known),
        }
    }
}
