//! `redress due`: the simulator. With a data file its calendar and policy count, without one the Code's own.

use std::path::Path;

use super::args::Due;
use crate::desk::Book;
use crate::domain::calendar::{Calendar, day_and_year};
use crate::domain::clock::{ClockPolicy, DueQuery, Receipt, due_dates};
use crate::store::{Options, Store};

/// Prints the deadlines.
pub fn due(data: &Path, given: &Due) -> anyhow::Result<()> {
    let (calendar, policy) = rules(data);
    let query = DueQuery {
        received: given.received.map(Receipt::On),
        acknowledged: given.acknowledged,
        escalated: given.escalated.map(Receipt::On),
        stage2_acknowledged: given.stage2_acknowledged,
    };
    let dates = due_dates(&query, &calendar, &policy)?;
    let value = serde_json::to_value(&dates)?;
    if given.json {
        println!("{}", serde_json::to_string_pretty(&value)?);
        return Ok(());
    }
    let Some(dates) = value.as_object().filter(|dates| !dates.is_empty()) else {
        anyhow::bail!("give a date to count from, such as --received 2026-12-14");
    };
    for (clock, date) in dates {
        let due = date["due"]
            .as_str()
            .and_then(|due| due.parse().ok())
            .map(day_and_year)
            .unwrap_or_default();
        println!(
            "{clock:<14} {due}\n{:<14} {}",
            "",
            date["why"].as_str().unwrap_or_default()
        );
    }
    Ok(())
}

/// The landlord's rules where its file can be read now, else the Code's.
fn rules(data: &Path) -> (Calendar, ClockPolicy) {
    let book = data
        .exists()
        .then(|| Store::open(data, Options::default()).ok())
        .flatten()
        .and_then(|store| {
            store
                .reader()
                .ok()
                .and_then(|reader| Book::read(&reader).ok())
        });
    match book {
        Some(book) => (book.calendar().clone(), book.latest_policy().clocks.clone()),
        None => (Calendar::england(), ClockPolicy::default()),
    }
}
