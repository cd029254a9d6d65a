//! Snapshots of records in other systems, through linker plugins.
//!
//! [`gather`] asks one source on logging and on refresh. It never fails: a source that is down, slow or wrong
//! gives what it could and says what happened, because no complaint waits for another system. What is done with
//! the records, new version or nothing new, is the case's own decision (`Command::TakeSnapshots`).

pub mod preview;
pub mod record;
pub mod residents;
pub mod watch;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::domain::calendar::london_date;
use crate::domain::case::{BEING_READ, Case, Found, NOT_ASKED, RecordKey};
use crate::plugins::http::{Grant, Http};
use crate::plugins::{
    Cause, Connections, Failure, Folder, Level, Limits, LinkJob, LinkQuery, LinkRecord,
    NoConnections, Plugin, PluginHost, Run, RunLog,
};

/// The CSV adapter that is part of the program, in its own component.
pub const CSV_FOLDER: &[u8] = include_bytes!("../../dist/csv-folder.wasm");
/// The adapter for any source that answers JSON, mapped by settings.
pub const REST_JSON: &[u8] = include_bytes!("../../dist/rest-json.wasm");
/// The adapter for the housing APIs of Hackney Council.
pub const HACKNEY: &[u8] = include_bytes!("../../dist/hackney.wasm");

/// Records asked for at once, and in all: more than this belongs to no single home.
const PAGE: u32 = 200;
const MOST: usize = 2_000;
/// Pages and time for one question. An adapter may give small pages, and one that goes on for ever ends here.
const PAGES: usize = 100;
const ASKING: Duration = Duration::from_secs(5 * 60);
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
    pub wire: Wire,
    /// What a run may take.
    pub limits: Limits,
}

/// The connections of a link: each run gets its own use of them.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The program's client.
    pub http: Http,
    /// What the operator granted.
    pub grants: Vec<Grant>,
}

impl Wire {
    fn connections(&self, link: &str, requests: u32) -> Result<Arc<dyn Connections>, String> {
        if self.grants.is_empty() {
            return Ok(Arc::new(NoConnections));
        }
        match self.http.session(link, self.grants.clone(), requests) {
            Ok(session) => Ok(session),
            Err(error) => Err(format!(
                "The connections of {link} cannot be used: {error}."
            )),
        }
    }
}

impl Source {
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
                limits: self.limits.clone(),
            },
            folder,
            connections: self.wire.connections(&self.name, self.limits.requests)?,
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
    /// What somebody typed who looks for a resident; then nothing else is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
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
            text: None,
        }
    }

    /// The query of someone who looks for a resident.
    pub fn text(text: &str) -> Self {
        Self {
            schema: "redress-link-query/1",
            case: None,
            kinds: vec!["person".into()],
            property_ref: None,
            tenancy_ref: None,
            person_ref: None,
            name: None,
            address: None,
            since: None,
            text: Some(text.to_owned()),
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
    /// Whether that is the source's trouble rather than this case's: then others need not ask it now either.
    pub is_down: bool,
    /// Whether a file of it is read for the first time and was not ready yet: it is asked again shortly.
    pub is_preparing: bool,
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
        is_down: false,
        is_preparing: false,
    };
    if !query.names_someone() {
        gathered.failure = Some(format!(
            "{NOT_ASKED}the case has no property, tenancy or person reference, and not both a name and an address."
        ));
        return gathered;
    }
    if let Err((why, is_down)) = pages(host, source, query, now, &mut gathered).await {
        gathered.failure = Some(why);
        gathered.is_down = is_down;
    }
    gathered
}

/// A query as adapters read it.
fn query_document(query: &Query) -> Result<String, String> {
    serde_json::to_string(query).map_err(|error| error.to_string())
}

async fn pages(
    host: &PluginHost,
    source: &Source,
    query: &Query,
    now: DateTime<Utc>,
    gathered: &mut Gathered,
) -> Result<(), (String, bool)> {
    let down = |why| (why, true);
    let document = query_document(query).map_err(down)?;
    let mut cursor = None;
    let began = Instant::now();
    for _ in 0..PAGES {
        let asked = LinkQuery {
            document: document.clone(),
            limit: PAGE,
            cursor: cursor.clone(),
        };
        let answer = host
            .link_find(&source.plugin, source.job(now).await.map_err(down)?, asked)
            .await;
        let (page, log) = match answer {
            Ok(answer) => answer,
            Err(error) if error.log.preparing => {
                gathered.is_preparing = true;
                return Err((being_read(), false));
            }
            Err(error) => {
                remark(&mut gathered.notes, &error.log);
                let ours = matches!(error.cause, Cause::Failed(Failure::BadInput(_)));
                return Err((error.cause.to_string(), !ours));
            }
        };
        gathered.is_preparing |= log.preparing;
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
        if began.elapsed() > ASKING {
            break;
        }
    }
    gathered.notes.push(format!(
        "The source gave page after page without an end; what came by then was taken, {} records.",
        gathered.records.len()
    ));
    Ok(())
}

/// What is said of a source whose files are still being made ready.
fn being_read() -> String {
    format!(
        "{BEING_READ}its files are large, which takes a few minutes once. It is looked into again shortly."
    )
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

/// Asks a source for the bytes of a document that one of its records named; they go to `sink` as they come. Gives the
/// file's name. After an error the sink holds a part and is to be discarded.
///
/// # Errors
/// A sentence that says what is wrong.
pub async fn fetch(
    host: &PluginHost,
    source: &Source,
    record: &RecordKey,
    paper: &record::Paper,
    sink: Box<dyn Write + Send>,
    now: DateTime<Utc>,
) -> Result<String, String> {
    let asked = serde_json::json!({
        "schema": "redress-link-document/1",
        "record": { "kind": record.kind, "id": record.external_id },
        "document": paper.said,
    });
    let job = source.job(now).await?;
    match host
        .link_fetch(&source.plugin, job, asked.to_string(), sink)
        .await
    {
        Ok((name, _)) => Ok(name),
        Err(error) => Err(error.cause.to_string()),
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
