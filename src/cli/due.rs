//! `redress due`: the simulator. The landlord's calendar and policy count, as the running server has them or as its
//! file says; without a file, the Code's own.

use std::path::Path;

use anyhow::bail;
use chrono::Utc;

use super::args::Due;
use super::jobs::Job;
use super::socket;
use crate::desk::Book;
use crate::domain::calendar::{Calendar, day_and_year, london_date};
use crate::domain::clock::{ClockPolicy, DueDates, DueQuery, Receipt, due_dates};
use crate::store::verify::look_into;

/// Prints the deadlines.
pub async fn due(data: &Path, given: &Due) -> anyhow::Result<()> {
    let query = DueQuery {
        received: given.received.map(Receipt::On),
        acknowledged: given.acknowledged,
        escalated: given.escalated.map(Receipt::On),
        stage2_acknowledged: given.stage2_acknowledged,
    };
    if query == DueQuery::default() {
        bail!("give a date to count from, such as --received 2026-12-14");
    }
    let value = serde_json::to_value(find(data, given, &query).await?)?;
    if given.json {
        say!("{}", serde_json::to_string_pretty(&value)?);
        return Ok(());
    }
    for (clock, date) in value.as_object().into_iter().flatten() {
        let due = date["due"]
            .as_str()
            .and_then(|due| due.parse().ok())
            .map(day_and_year)
            .unwrap_or_default();
        say!(
            "{clock:<14} {due}\n{:<14} {}",
            "",
            date["why"].as_str().unwrap_or_default()
        );
    }
    Ok(())
}

async fn find(data: &Path, given: &Due, query: &DueQuery) -> anyhow::Result<DueDates> {
    let job = Job::Due {
        received: given.received,
        acknowledged: given.acknowledged,
        escalated: given.escalated,
        stage2_acknowledged: given.stage2_acknowledged,
    };
    if let Some(answer) = socket::ask(data, &job).await? {
        return Ok(serde_json::from_str(&answer?)?);
    }
    if !data.exists() {
        return Ok(due_dates(
            query,
            &Calendar::england(),
            &ClockPolicy::default(),
        )?);
    }
    let book = look_into(data, |rows| Book::read(rows))?;
    Ok(book.due_dates(query, london_date(Utc::now()))?)
}
