//! A linking adapter against recorded queries, and against another system in every bad mood.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::record;
use super::recorded::{Expect, Recorded, TestCase};
use super::report::{Outcome, Report};
use super::wire::{Mood, Wire};
use super::{Subject, own_word};
use crate::plugins::{Folder, LinkJob, LinkPage, LinkQuery, LinkRecord, RunError, RunLog};

/// As many as the host asks for at once.
const PAGE: u32 = 200;
/// After so many pages nobody asks on.
const PAGES: usize = 50;
/// Documents that are fetched for one test.
const DOCUMENTS: usize = 5;

/// Runs everything.
pub async fn examine(
    report: &mut Report,
    subject: &Subject<'_>,
    recorded: &Recorded,
) -> anyhow::Result<()> {
    let mut tests = recorded.tests.clone();
    if tests.is_empty() {
        report.warned(
            "tests",
            format!(
                "there are none in {}; it is asked about a home that nothing is recorded of",
                recorded.folder.display()
            ),
        );
        tests.push(TestCase {
            name: "without tests".into(),
            query: json!({ "property_ref": "00700123" }),
            ..TestCase::default()
        });
    }
    let alone = recorded.tests.is_empty();
    let rig = Rig {
        subject,
        recorded,
        report: Mutex::new(report),
    };
    let mut asks_others = false;
    for (at, test) in tests.iter().enumerate() {
        let settings = match subject.settings(&test.settings) {
            Ok(settings) => settings,
            Err(why) => {
                rig.note(Outcome::Failed, &test.name, why);
                continue;
            }
        };
        if at == 0 && !alone {
            rig.check(test, &settings).await?;
        }
        asks_others |= rig.find(test, &settings, alone).await?;
    }
    if let Some(test) = tests.iter().find(|test| test.expect.failure.is_none()) {
        let settings = subject
            .settings(&test.settings)
            .unwrap_or_else(|_| "{}".into());
        if asks_others || alone {
            rig.moods(test, &settings).await?;
        }
        rig.nobody(test, &settings).await?;
    }
    let finds = subject.manifest.as_ref().is_some_and(|m| m.finds_residents);
    if finds && !tests.iter().any(|test| test.query["text"].is_string()) {
        rig.note(
            Outcome::Warned,
            "residents",
            "the manifest says that it finds residents, and no test asks for one with \"text\""
                .into(),
        );
    }
    Ok(())
}

pub(super) struct Rig<'a, 'b> {
    pub(super) subject: &'a Subject<'a>,
    recorded: &'a Recorded,
    report: Mutex<&'b mut Report>,
}

/// What a query came to.
pub(super) type Found = Result<Vec<LinkRecord>, RunError>;

impl Rig<'_, '_> {
    pub(super) fn note(&self, outcome: Outcome, name: &str, detail: String) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.note(outcome, name, detail);
    }

    pub(super) fn wire(&self, mood: Mood) -> Arc<Wire> {
        let manifest = self.subject.manifest.as_ref();
        let limit = self.subject.limits.requests;
        Arc::new(Wire::new(mood, &self.recorded.answers, manifest, limit))
    }

    pub(super) fn job(
        &self,
        test: &TestCase,
        settings: &str,
        round: u32,
        wire: &Arc<Wire>,
    ) -> anyhow::Result<LinkJob> {
        let folder = match &test.folder {
            None => None,
            Some(name) => {
                let path = self.recorded.folder.join(name);
                let opened = Folder::open(&path);
                Some(opened.map_err(|error| {
                    anyhow::anyhow!("{}: the folder {}: {error}", test.name, path.display())
                })?)
            }
        };
        Ok(LinkJob {
            run: self.subject.run(settings.to_owned(), round),
            folder,
            connections: Arc::clone(wire) as Arc<_>,
        })
    }

    /// Takes what a run used into the report and gives its answer.
    pub(super) fn used<T>(
        &self,
        wire: &Wire,
        before: u32,
        ran: Result<(T, RunLog), RunError>,
    ) -> Result<T, RunError> {
        let used = match &ran {
            Ok((_, log)) => log.used,
            Err(error) => error.log.used,
        };
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.peak.add(used, wire.sent() - before);
        ran.map(|(answer, _)| answer)
    }

    /// "Test connection".
    async fn check(&self, test: &TestCase, settings: &str) -> anyhow::Result<()> {
        let wire = self.wire(Mood::Recorded);
        let job = self.job(test, settings, 0, &wire)?;
        let said = self.subject.host.link_check(self.subject.plugin, job).await;
        match self.used(&wire, 0, said) {
            _ if !wire.missing().is_empty() => self.missing("test connection", &wire),
            Ok(said) if said.trim().is_empty() => {
                self.note(
                    Outcome::Warned,
                    "test connection",
                    "it says nothing; one sentence is shown to the administrator".into(),
                );
            }
            Ok(said) => self.note(Outcome::Passed, "test connection", said),
            Err(error) => self.note(Outcome::Failed, "test connection", error.to_string()),
        }
        Ok(())
    }

    fn missing(&self, name: &str, wire: &Wire) {
        for request in wire.missing() {
            self.note(
                Outcome::Failed,
                name,
                format!(
                    "it sent {request}, to which no answer is recorded; add one to {}",
                    self.recorded.folder.join("answers.json").display()
                ),
            );
        }
    }

    /// All pages of a query.
    pub(super) async fn pages(
        &self,
        test: &TestCase,
        settings: &str,
        round: u32,
        wire: &Arc<Wire>,
        query: &Value,
    ) -> anyhow::Result<Found> {
        let (mut records, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES {
            let asked = LinkQuery {
                document: query.to_string(),
                limit: PAGE,
                cursor,
            };
            let before = wire.sent();
            let job = self.job(test, settings, round, wire)?;
            let page = self
                .subject
                .host
                .link_find(self.subject.plugin, job, asked)
                .await;
            match self.used(wire, before, page) {
                Err(error) => return Ok(Err(error)),
                Ok(LinkPage {
                    records: more,
                    next,
                }) => {
                    records.extend(more);
                    cursor = next;
                }
            }
            if cursor.is_none() {
                break;
            }
        }
        if cursor.is_some() {
            self.note(
                Outcome::Failed,
                &test.name,
                format!("it has no last page: after {PAGES} there was still another"),
            );
        }
        Ok(Ok(records))
    }

    /// One recorded query; whether requests were sent.
    async fn find(&self, test: &TestCase, settings: &str, alone: bool) -> anyhow::Result<bool> {
        let query = query(&test.query);
        let wire = self.wire(Mood::Recorded);
        let first = self.pages(test, settings, 0, &wire, &query).await?;
        let sent = wire.sent() > 0;
        if !wire.missing().is_empty() {
            if !alone {
                self.missing(&test.name, &wire);
            }
            return Ok(sent);
        }
        let second = self
            .pages(test, settings, 1, &self.wire(Mood::Recorded), &query)
            .await?;
        match (&first, &second) {
            (Ok(first), Ok(second)) if first == second => {}
            (Err(first), Err(second)) if first.cause == second.cause => {}
            _ => self.note(
                Outcome::Failed,
                &test.name,
                "run twice at two times, it answered differently; the same record has to be the same bytes each time".into(),
            ),
        }
        match first {
            Err(error) => self.ended(test, &error),
            Ok(records) => {
                self.compare(test, &records);
                self.look(test, &records, &query);
                self.fetch(test, settings, &records).await?;
            }
        }
        Ok(sent)
    }

    /// A query that the adapter answered with a failure.
    fn ended(&self, test: &TestCase, error: &RunError) {
        let word = own_word(error);
        match (&test.expect.failure, word) {
            (Some(expected), Some((kind, why))) if expected == kind => {
                self.note(
                    Outcome::Passed,
                    &test.name,
                    format!("as it should, it fails with {kind}: {why}"),
                );
            }
            (Some(expected), Some((kind, why))) => {
                self.note(
                    Outcome::Failed,
                    &test.name,
                    format!("it should fail with {expected} and fails with {kind}: {why}"),
                );
            }
            _ => self.note(Outcome::Failed, &test.name, error.to_string()),
        }
    }

    fn compare(&self, test: &TestCase, records: &[LinkRecord]) {
        let Expect {
            records: expected,
            documents: expected_documents,
            failure,
            ..
        } = &test.expect;
        let name = &test.name;
        if let Some(failure) = failure {
            self.note(
                Outcome::Failed,
                name,
                format!(
                    "it should fail with {failure} and gave {} records",
                    records.len()
                ),
            );
            return;
        }
        let called: Vec<String> = records
            .iter()
            .map(|r| format!("{} {}", r.kind, r.id))
            .collect();
        let documents: Vec<String> = records.iter().flat_map(named).map(|d| d.1).collect();
        let mut same = true;
        for (what, expected, found) in [
            ("records", expected, &called),
            ("documents", expected_documents, &documents),
        ] {
            if let Some(expected) = expected
                && expected != found
            {
                same = false;
                self.note(
                    Outcome::Failed,
                    name,
                    format!(
                        "it should give the {what} [{}] and gives [{}]",
                        expected.join(", "),
                        found.join(", ")
                    ),
                );
            }
        }
        if same {
            let title = if test.title.is_empty() {
                String::new()
            } else {
                format!("{}. ", test.title.trim_end_matches('.'))
            };
            self.note(
                Outcome::Passed,
                name,
                format!(
                    "{title}{}, {}, the same bytes twice",
                    counted(called.len(), "record"),
                    counted(documents.len(), "document")
                ),
            );
        }
    }

    /// The records one by one.
    fn look(&self, test: &TestCase, records: &[LinkRecord], query: &Value) {
        let reads = self
            .subject
            .manifest
            .as_ref()
            .map(|m| m.reads.clone())
            .unwrap_or_default();
        let mut seen = std::collections::HashSet::new();
        let mut unsaid = std::collections::BTreeSet::new();
        for found in records {
            if !seen.insert((&found.kind, &found.id)) {
                self.note(
                    Outcome::Failed,
                    &test.name,
                    format!("{} {} is there twice", found.kind, found.id),
                );
            }
            if !reads.is_empty() && !reads.contains(&found.kind) {
                unsaid.insert(&found.kind);
            }
            let findings = record::look(found, query);
            for wrong in findings.wrong {
                self.note(Outcome::Failed, &test.name, wrong);
            }
            for odd in findings.odd {
                self.note(Outcome::Warned, &test.name, odd);
            }
        }
        for kind in unsaid {
            self.note(Outcome::Warned, &test.name, format!("it gives records of the kind {kind}, which the manifest's \"reads\" does not name"));
        }
    }

    /// The first few documents of the records.
    async fn fetch(
        &self,
        test: &TestCase,
        settings: &str,
        records: &[LinkRecord],
    ) -> anyhow::Result<()> {
        let all = records
            .iter()
            .flat_map(|found| named(found).into_iter().map(move |d| (found, d)));
        for (found, (document, name)) in all.take(DOCUMENTS) {
            let asked = json!({
                "schema": "redress-link-document/1",
                "record": { "kind": found.kind, "id": found.id },
                "document": document,
            });
            let wire = self.wire(Mood::Recorded);
            let (sink, count) = tally();
            let job = self.job(test, settings, 0, &wire)?;
            let fetched = self
                .subject
                .host
                .link_fetch(self.subject.plugin, job, asked.to_string(), Box::new(sink))
                .await;
            let fetched = self.used(&wire, 0, fetched);
            let bytes = *count.lock().unwrap_or_else(PoisonError::into_inner);
            match fetched {
                _ if !wire.missing().is_empty() => self.missing(&test.name, &wire),
                Ok(_) if bytes == 0 => self.note(
                    Outcome::Failed,
                    &test.name,
                    format!("the document {name} came without a single byte"),
                ),
                Ok(given) if given.trim().is_empty() => self.note(
                    Outcome::Failed,
                    &test.name,
                    format!("the document {name} came without a file name"),
                ),
                Ok(given) => self.note(
                    Outcome::Passed,
                    &test.name,
                    format!("the document {given} comes, {bytes} bytes"),
                ),
                Err(error) => self.note(
                    Outcome::Failed,
                    &test.name,
                    format!("the document {name}: {error}"),
                ),
            }
        }
        Ok(())
    }
}

/// A test's query with the members that the host always gives.
pub(super) fn query(given: &Value) -> Value {
    let mut query = json!({
        "schema": "redress-link-query/1", "case": "C-2026-0042", "kinds": [], "property_ref": null,
        "tenancy_ref": null, "person_ref": null, "name": null, "address": null, "since": null, "text": null,
    });
    if given["text"].is_string() {
        query["kinds"] = json!(["person"]);
        query["case"] = Value::Null;
    }
    for (name, value) in given.as_object().into_iter().flatten() {
        query[name.as_str()] = value.clone();
    }
    query
}

/// The documents that a record names, and their file names.
fn named(record: &LinkRecord) -> Vec<(Value, String)> {
    let document: Value = serde_json::from_str(&record.document).unwrap_or_default();
    let documents = document["documents"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let name = |one: &Value| one["name"].as_str().unwrap_or_default().to_owned();
    documents
        .into_iter()
        .map(|one| (one.clone(), name(&one)))
        .collect()
}

/// "1 record", "2 records".
pub(super) fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Counts the bytes of a document and lets them go.
struct Counted(Arc<Mutex<u64>>);

fn tally() -> (Counted, Arc<Mutex<u64>>) {
    let count = Arc::new(Mutex::new(0));
    (Counted(Arc::clone(&count)), count)
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
