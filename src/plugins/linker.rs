//! The linker world: an adapter looks for records in another system, through the files and the
//! connections it was granted. Its answers are checked here, so that what is behind can rely on them.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::sync::Arc;

use wasmtime::component::Resource;

use super::Cause;
use super::bindings::linker::exports::redress::plugin::linking;
use super::bindings::linker::redress::plugin::types::Failure;
use super::bindings::linker::redress::plugin::{evidence, files, http};
use super::connections::{Connections, HttpError, Request, Response, Side};
use super::exporter::read_some;
use super::files::{Folder, OpenFile};
use super::meter::Wait;
use super::run_log::{Level, clip};
use super::state::{Run, State};
use super::table::{Asked, Indexes, Table, Trouble};

/// What an adapter is granted for one call.
pub struct LinkJob {
    /// Settings, time, language, limits.
    pub run: Run,
    /// The folder whose files it may read, if one was granted.
    pub folder: Option<Folder>,
    /// Where its requests go.
    pub connections: Arc<dyn Connections>,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkQuery {
    /// JSON, schema `redress-link-query/1`.
    pub document: String,
    /// The most records to give.
    pub limit: u32,
    /// From the page before.
    pub cursor: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPage {
    /// At most as many as were asked for.
    pub records: Vec<LinkRecord>,
    /// Where the next page begins, when there is one.
    pub next: Option<String>,
}

/// One record of the other system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRecord {
    /// Stable in the other system.
    pub id: String,
    /// "repair", "tenancy", …
    pub kind: String,
    /// One line for people.
    pub title: String,
    /// A JSON object, schema `redress-link-record/1`.
    pub document: String,
}

/// A run's side of a call.
pub(crate) struct Linking {
    folder: Option<Arc<Folder>>,
    connections: Arc<dyn Connections>,
    evidence: Option<Evidence>,
    indexes: Indexes,
}

impl Side for Linking {
    fn connections(&self) -> Option<Arc<dyn Connections>> {
        Some(Arc::clone(&self.connections))
    }
}

impl Linking {
    pub(super) fn new(
        folder: Option<Folder>,
        connections: Arc<dyn Connections>,
        indexes: &Indexes,
    ) -> Self {
        Self {
            folder: folder.map(Arc::new),
            connections,
            evidence: None,
            indexes: indexes.clone(),
        }
    }

    /// The document that is fetched goes to `sink`, up to `limit` bytes.
    pub(super) fn into_sink(mut self, sink: Box<dyn Write + Send>, limit: u64) -> Self {
        self.evidence = Some(Evidence {
            sink,
            left: limit,
            over: false,
        });
        self
    }

    /// A text of the adapter's without the connections' secrets, should another system have repeated one in a way that
    /// was not seen through.
    pub(super) fn redacted(&self, text: String) -> String {
        match self.connections.redact(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(clean) => clean,
        }
    }

    /// What the adapter says of its failure, likewise.
    pub(super) fn failed(&self, failure: Failure) -> Cause {
        Cause::Failed(match failure {
            Failure::BadSettings(text) => Failure::BadSettings(self.redacted(text)).into(),
            Failure::Refused(text) => Failure::Refused(self.redacted(text)).into(),
            Failure::Unavailable(text) => Failure::Unavailable(self.redacted(text)).into(),
            Failure::BadInput(text) => Failure::BadInput(self.redacted(text)).into(),
            Failure::Denied(text) => Failure::Denied(self.redacted(text)).into(),
            Failure::Other(text) => Failure::Other(self.redacted(text)).into(),
        })
    }
}

const NO_FOLDER: &str = "no folder is granted to this link; choose one in its settings";

const LATER: &str = "it is large and is being read for the first time; ask again in a minute";

type Links = State<Linking>;

impl Links {
    /// Opens something of the granted folder, as one of the things held open.
    fn open<T: Send + 'static>(
        &mut self,
        name: &str,
        make: impl FnOnce(std::fs::File) -> Result<T, String>,
    ) -> wasmtime::Result<Result<Resource<T>, Failure>> {
        self.called()?;
        let Some(folder) = &self.job.folder else {
            return Ok(Err(Failure::Denied(NO_FOLDER.into())));
        };
        self.log.note(|log| log.files += 1);
        let opened = self.meter.waiting(Wait::Work, || {
            let file = folder.file(name)?;
            make(file).map_err(|why| format!("\"{}\": {why}", clip(name, 120)))
        });
        let opened = match opened {
            Ok(opened) => opened,
            Err(why) => return Ok(Err(Failure::Unavailable(why))),
        };
        if let Err(full) = self.hold() {
            return Ok(Err(full));
        }
        Ok(Ok(self.table.push(opened)?))
    }
}

impl files::Host for Links {
    async fn ls(&mut self) -> wasmtime::Result<Vec<String>> {
        self.called()?;
        let Some(folder) = &self.job.folder else {
            return Ok(Vec::new());
        };
        // A folder that went away has no files; opening one says why.
        let names = self.meter.waiting(Wait::Work, || folder.names());
        Ok(names.unwrap_or_default())
    }
}

impl files::HostReader for Links {
    async fn open(
        &mut self,
        name: String,
    ) -> wasmtime::Result<Result<Resource<OpenFile>, Failure>> {
        Links::open(self, &name, |file| Ok(OpenFile(file)))
    }

    async fn read(
        &mut self,
        reader: Resource<OpenFile>,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        self.called()?;
        let file = self.table.get_mut(&reader)?;
        let read = self.meter.waiting(Wait::Work, || read_some(file, max));
        Ok(read.map_err(|error| Failure::Unavailable(format!("the file cannot be read: {error}"))))
    }

    async fn drop(&mut self, reader: Resource<OpenFile>) -> wasmtime::Result<()> {
        self.table.delete(reader)?;
        self.release();
        Ok(())
    }
}

impl files::HostTable for Links {
    async fn open(&mut self, name: String) -> wasmtime::Result<Result<Resource<Table>, Failure>> {
        let indexes = self.job.indexes.clone();
        let place = match &self.job.folder {
            Some(folder) => folder.place(&name),
            None => String::new(),
        };
        Links::open(self, &name, |file| Table::open(file, place, &indexes))
    }

    async fn columns(&mut self, table: Resource<Table>) -> wasmtime::Result<Vec<String>> {
        self.called()?;
        Ok(self.table.get(&table)?.columns().to_vec())
    }

    async fn next_rows(
        &mut self,
        table: Resource<Table>,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<Vec<String>>, Failure>> {
        self.called()?;
        let rows = self.table.get_mut(&table)?;
        let max = usize::try_from(max).unwrap_or(1000).min(1000);
        let page = self.meter.waiting(Wait::Work, || rows.next_rows(max));
        Ok(page.map_err(Failure::Unavailable))
    }

    async fn index(
        &mut self,
        table: Resource<Table>,
        columns: Vec<u32>,
    ) -> wasmtime::Result<Result<u32, Failure>> {
        self.called()?;
        let rows = self.table.get_mut(&table)?;
        let (meter, indexes) = (self.meter.clone(), &self.job.indexes);
        let log = self.log.clone();
        // Noted while it waits, so that a run that is given up meanwhile says so too.
        let mut before = false;
        log.note(|log| before = std::mem::replace(&mut log.preparing, true));
        let indexed = self.meter.waiting(Wait::Work, || {
            rows.index(&columns, indexes, &|| meter.left())
        });
        let later = matches!(indexed, Err(Trouble::Later(_)));
        log.note(|log| log.preparing = before || later);
        Ok(indexed.map_err(|trouble| match trouble {
            Trouble::Asked(why) => Failure::BadInput(why),
            Trouble::Later(part) => {
                // How far it is belongs into the log: a sentence that changes each time would be news on every case.
                let progress = format!("a file is being read for the first time, {part} % so far");
                log.write(Level::Info, &progress);
                Failure::Unavailable(LATER.into())
            }
            // The rows can still be read one after the other.
            Trouble::Unavailable(why) => Failure::Other(why),
        }))
    }

    async fn look_up(
        &mut self,
        table: Resource<Table>,
        column: u32,
        how: files::Match,
        text: String,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<Vec<String>>, Failure>> {
        self.called()?;
        let rows = self.table.get(&table)?;
        let how = match how {
            files::Match::Same => Asked::Same,
            files::Match::Word => Asked::Word,
            files::Match::Prefix => Asked::Prefix,
        };
        let max = usize::try_from(max).unwrap_or(1000).min(1000);
        let wanted = || !self.meter.abandoned();
        let found = self.meter.waiting(Wait::Work, || {
            rows.look_up(column, how, &text, max, &wanted)
        });
        Ok(found.map_err(|trouble| match trouble {
            Trouble::Asked(why) => Failure::BadInput(why),
            Trouble::Later(_) => Failure::Unavailable(LATER.into()),
            Trouble::Unavailable(why) => Failure::Unavailable(why),
        }))
    }

    async fn drop(&mut self, table: Resource<Table>) -> wasmtime::Result<()> {
        self.table.delete(table)?;
        self.release();
        Ok(())
    }
}

impl http::Host for Links {
    async fn send(
        &mut self,
        request: http::Request,
    ) -> wasmtime::Result<Result<http::Response, http::HttpError>> {
        self.called()?;
        let connections = Arc::clone(&self.job.connections);
        let request = asked(request);
        let sent = self.meter.waiting(Wait::Work, || connections.send(request));
        Ok(sent.map(answered).map_err(refused))
    }
}

fn asked(request: http::Request) -> Request {
    Request {
        connection: request.connection,
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: request.body,
    }
}

fn answered(response: Response) -> http::Response {
    http::Response {
        status: response.status,
        url: response.url,
        headers: response.headers,
        body: response.body,
    }
}

fn refused(error: HttpError) -> http::HttpError {
    match error {
        HttpError::NotAllowed(why) => http::HttpError::NotAllowed(why),
        HttpError::BadRequest(why) => http::HttpError::BadRequest(why),
        HttpError::Timeout => http::HttpError::Timeout,
        HttpError::TooLarge => http::HttpError::TooLarge,
        HttpError::Transport(why) => http::HttpError::Transport(why),
        HttpError::Budget => http::HttpError::Budget,
    }
}

/// Where a fetched document goes, and how much of it there may be.
struct Evidence {
    sink: Box<dyn Write + Send>,
    left: u64,
    over: bool,
}

impl Write for Evidence {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if chunk.len() as u64 > self.left {
            self.over = true;
            return Err(io::Error::other("the document is larger than it may be"));
        }
        let n = self.sink.write(chunk)?;
        self.left -= n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

const NO_DOCUMENT: &str = "no document was asked for; evidence is only for fetch";

impl Links {
    /// Lets `fill` put bytes into the document that was asked for.
    fn fill<T>(
        &mut self,
        fill: impl FnOnce(&mut Evidence) -> T,
    ) -> wasmtime::Result<Result<T, String>> {
        self.called()?;
        let limit = self.run.limits.evidence;
        let Some(evidence) = &mut self.job.evidence else {
            return Ok(Err(NO_DOCUMENT.into()));
        };
        let filled = self.meter.waiting(Wait::Work, || fill(evidence));
        if evidence.over {
            return Err(Cause::Evidence(limit).into());
        }
        Ok(Ok(filled))
    }
}

impl evidence::Host for Links {
    async fn write(&mut self, chunk: Vec<u8>) -> wasmtime::Result<Result<(), Failure>> {
        let written = self.fill(|evidence| evidence.write_all(&chunk))?;
        Ok(match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::Other(format!("it cannot be kept: {error}"))),
            Err(why) => Err(Failure::Denied(why)),
        })
    }

    async fn from_http(
        &mut self,
        request: http::Request,
    ) -> wasmtime::Result<Result<http::Response, http::HttpError>> {
        let connections = Arc::clone(&self.job.connections);
        let request = asked(request);
        let sent = self.fill(|evidence| connections.send_into(request, evidence))?;
        Ok(match sent {
            Ok(sent) => sent.map(answered).map_err(refused),
            Err(why) => Err(http::HttpError::NotAllowed(why)),
        })
    }

    async fn from_file(&mut self, name: String) -> wasmtime::Result<Result<(), Failure>> {
        let Some(folder) = self.job.folder.clone() else {
            self.called()?;
            return Ok(Err(Failure::Denied(NO_FOLDER.into())));
        };
        let meter = self.meter.clone();
        let copied = self.fill(|evidence| {
            let mut file = folder.file(&name)?;
            let mut chunk = vec![0; 64 << 10];
            loop {
                let n = match file.read(&mut chunk) {
                    Ok(0) => return Ok(()),
                    Ok(_) if meter.abandoned() => return Err("the run was given up".into()),
                    Ok(n) => n,
                    Err(error) => return Err(format!("the file cannot be read: {error}")),
                };
                evidence
                    .write_all(&chunk[..n])
                    .map_err(|error| format!("it cannot be kept: {error}"))?;
            }
        })?;
        Ok(match copied {
            Ok(copied) => copied.map_err(Failure::Unavailable),
            Err(why) => Err(Failure::Denied(why)),
        })
    }
}

const ID_BYTES: usize = 200;
const KIND_BYTES: usize = 60;
const TITLE_BYTES: usize = 500;
const DOCUMENT_BYTES: usize = 256 << 10;
const CURSOR_BYTES: usize = 4096;

/// What the adapter answered, if it is what the contract says.
pub(super) fn page(
    asked: &LinkQuery,
    page: linking::Page,
    side: &Linking,
) -> Result<LinkPage, Cause> {
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    if page.records.len() > limit {
        let given = page.records.len();
        return Err(Cause::Answer(format!(
            "{limit} records were asked for and {given} given"
        )));
    }
    if let Some(next) = &page.next {
        if next.len() > CURSOR_BYTES {
            return Err(Cause::Answer(
                "the mark of its next page is too long".into(),
            ));
        }
        if asked.cursor.as_ref() == Some(next) {
            return Err(Cause::Answer("its next page is the same page again".into()));
        }
    }
    let records = page.records.into_iter().map(|found| {
        record(linking::Found {
            id: side.redacted(found.id),
            kind: side.redacted(found.kind),
            title: side.redacted(found.title),
            document: side.redacted(found.document),
        })
    });
    Ok(LinkPage {
        records: records.collect::<Result<_, _>>()?,
        next: page.next,
    })
}

fn record(found: linking::Found) -> Result<LinkRecord, Cause> {
    let shown = clip(&found.id, 60);
    let wrong = |what: &str| Cause::Answer(format!("the record \"{shown}\" {what}"));
    if found.id.trim().is_empty() || found.id.len() > ID_BYTES {
        return Err(wrong("has no id, or one that is too long"));
    }
    if found.id.chars().any(char::is_control) {
        return Err(wrong("has control characters in its id"));
    }
    if found.kind.is_empty() || found.kind.len() > KIND_BYTES {
        return Err(wrong("has no kind, or one that is too long"));
    }
    if found.document.len() > DOCUMENT_BYTES {
        return Err(wrong("is larger than 256 KB"));
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(&found.document) {
        Ok(_) if found.document.trim_start().starts_with('{') => {}
        Ok(_) => return Err(wrong("is not a JSON object")),
        Err(error) => return Err(wrong(&format!("is not JSON: {error}"))),
    }
    Ok(LinkRecord {
        id: found.id,
        kind: found.kind,
        title: clip(&found.title, TITLE_BYTES),
        document: found.document,
    })
}
