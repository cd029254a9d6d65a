//! Snapshots of records in other systems, through linker plugins.
//!
//! [`gather`] asks one source on logging and on refresh. It never fails: a source that is down, slow or wrong
//! gives what it could and says what happened, because no complaint waits for another system. What is done with
//! the records, new version or nothing new, is the case's own decision (`Command::TakeSnapshots`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::calendar::london_date;
use crate::domain::case::{Case, Found, NOT_ASKED};
use crate::plugins::{
    Connections, Folder, Level, Limits, LinkJob, LinkQuery, LinkRecord, NoConnections, Plugin,
    PluginHost, Run, RunLog,
};

/// The CSV adapter that is part of the program, in its own component.
pub const CSV_FOLDER: &[u8] = include_bytes!("../../dist/csv-folder.wasm");

/// Records asked for at once, and in all: more than this belongs to no single home.
const PAGE: u32 = 200;
const MOST: usize = 2_000;
/// How long before the complaint a record may have ended and still matter.
const YEARS: u32 = 6;
/// How long a folder may take to open: one on a server that has gone would never do so.
const OPENING: Duration = Duration::from_secs(10);

/// One source as the operator set it up.
#[derive(Clone)]
pub struct Source {
    /// Its name on snapshots: `housing-csv`.
    pub name: String,
    /// The adapter.
    pub plugin: Plugin,
    /// Its settings, JSON.
    pub settings_json: String,
    /// The folder that it may read, if one was granted.
    pub folder: Option<PathBuf>,
    /// Where its requests go.
    pub connections: Arc<dyn Connections>,
}

impl Source {
    /// A folder of CSV files read by the built-in adapter.
    pub fn csv_folder(
        name: impl Into<String>,
        folder: PathBuf,
        settings_json: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            plugin: Plugin::new("csv-folder", CSV_FOLDER),
            settings_json: settings_json.into(),
            folder: Some(folder),
            connections: Arc::new(NoConnections),
        }
    }

    async fn job(&self, now: DateTime<Utc>) -> Result<LinkJob, String> {
        let folder = match &self.folder {
            None => None,
            Some(path) => {
                let granted = path.clone();
                let opened = within(OPENING, move || Folder::open(&granted)).await;
                let opened = opened.unwrap_or_else(|| {
                    Err(std::io::Error::other(format!(
                        "it gave no answer in {} seconds",
                        OPENING.as_secs()
                    )))
                });
                Some(opened.map_err(|error| {
                    format!("The folder {} cannot be opened: {error}. Check that it is there and that Redress may read it.", path.display())
                })?)
            }
        };
        Ok(LinkJob {
            run: Run {
                settings_json: self.settings_json.clone(),
                started_at: now,
                language: "en-GB".into(),
                progress: None,
                limits: Limits::link(),
            },
            folder,
            connections: Arc::clone(&self.connections),
        })
    }
}

/// What a blocking call gives if it ends in time. One that does not keeps its own thread and nobody else's.
async fn within<R: Send + 'static>(
    limit: Duration,
    call: impl FnOnce() -> R + Send + 'static,
) -> Option<R> {
    let call = tokio::task::spawn_blocking(call);
    tokio::time::timeout(limit, call).await.ok()?.ok()
}

/// What to look for: `redress-link-query/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Query {
    schema: &'static str,
    /// The case, for the other system's log.
    pub case: Option<String>,
    /// Kinds of records; empty means all.
    pub kinds: Vec<String>,
    /// The home.
    pub property_ref: Option<String>,
    /// The tenancy.
    pub tenancy_ref: Option<String>,
    /// The person.
    pub person_ref: Option<String>,
    /// For where there is no reference.
    pub name: Option<String>,
    /// For where there is no reference.
    pub address: Option<String>,
    /// What ended before is left out.
    pub since: Option<NaiveDate>,
}

impl Query {
    /// The query for a case: its resident and home, six years back from receipt.
    pub fn of(case: &Case) -> Self {
        let filled = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
        let who = &case.complainant;
        let since =
            london_date(case.received_at).checked_sub_months(chrono::Months::new(YEARS * 12));
        Self {
            schema: "redress-link-query/1",
            case: Some(case.reference.to_string()),
            kinds: Vec::new(),
            property_ref: filled(&who.property_ref),
            tenancy_ref: filled(&who.tenancy_ref),
            person_ref: filled(&who.person_ref),
            name: Some(who.name.clone()).filter(|name| !name.trim().is_empty()),
            address: filled(&who.address),
            since,
        }
    }

    /// Whether there is anything to look for: a reference, or both name and address.
    pub fn names_someone(&self) -> bool {
        self.property_ref.is_some()
            || self.tenancy_ref.is_some()
            || self.person_ref.is_some()
            || (self.name.is_some() && self.address.is_some())
    }
}

/// What a source answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// The source.
    pub source: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// What it gave, each record with the hash of its bytes. May be a part when there is a failure.
    pub records: Vec<Found>,
    /// What it remarked: a file that it could not read.
    pub notes: Vec<String>,
    /// What went wrong, in a sentence.
    pub failure: Option<String>,
}

/// Asks a source for the records of a query, page by page.
pub async fn gather(
    host: &PluginHost,
    source: &Source,
    query: &Query,
    now: DateTime<Utc>,
) -> Gathered {
    let mut gathered = Gathered {
        source: source.name.clone(),
        asked_at: now,
        records: Vec::new(),
        notes: Vec::new(),
        failure: None,
    };
    if !query.names_someone() {
        gathered.failure = Some(format!(
            "{NOT_ASKED}the case has no property, tenancy or person reference, and not both a name and an address."
        ));
        return gathered;
    }
    if let Err(why) = pages(host, source, query, now, &mut gathered).await {
        gathered.failure = Some(why);
    }
    gathered
}

async fn pages(
    host: &PluginHost,
    source: &Source,
    query: &Query,
    now: DateTime<Utc>,
    gathered: &mut Gathered,
) -> Result<(), String> {
    let document = serde_json::to_string(query).map_err(|error| error.to_string())?;
    let mut cursor = None;
    loop {
        let asked = LinkQuery {
            document: document.clone(),
            limit: PAGE,
            cursor: cursor.clone(),
        };
        let answer = host
            .link_find(&source.plugin, source.job(now).await?, asked)
            .await;
        let (page, log) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                remark(&mut gathered.notes, &error.log);
                return Err(error.cause.to_string());
            }
        };
        remark(&mut gathered.notes, &log);
        gathered.records.extend(page.records.into_iter().map(found));
        if gathered.records.len() > MOST {
            gathered.records.truncate(MOST);
            gathered.notes.push(format!("More than {MOST} records match; the first {MOST} were taken. Check the references on the case."));
            return Ok(());
        }
        // A source that gives the same cursor again would be asked for ever.
        match page.next {
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => return Ok(()),
        }
    }
}

fn found(record: LinkRecord) -> Found {
    Found {
        hash: hex::encode(Sha256::digest(record.document.as_bytes())),
        external_id: record.id,
        kind: record.kind,
        title: record.title,
        document: record.document,
    }
}

/// Keeps the warnings of a run, each once.
fn remark(notes: &mut Vec<String>, log: &RunLog) {
    let warnings = log
        .lines
        .iter()
        .filter(|line| matches!(line.level, Level::Warn | Level::Error));
    for line in warnings.take(20) {
        if !notes.contains(&line.message) {
            notes.push(line.message.clone());
        }
    }
}

/// Asks a source whether it can be read: the operator's "Test connection".
///
/// # Errors
/// A sentence that says what is wrong.
pub async fn check(
    host: &PluginHost,
    source: &Source,
    now: DateTime<Utc>,
) -> Result<String, String> {
    let job = source.job(now).await?;
    match host.link_check(&source.plugin, job).await {
        Ok((said, _)) => Ok(said),
        Err(error) => Err(error.cause.to_string()),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
