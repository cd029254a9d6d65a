//! Exports: a case through an exporter into an archive that streams to a browser or a file, and the
//! event that says what left, when and with which hash.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cases::{EXPORT, append};
use super::closed::Closed;
use super::export_request::checked;
pub use super::export_request::{BUNDLE, ExportFormat, ExportRequest};
pub use super::export_stream::ExportStream;
use super::export_stream::{CHUNK, outgoing, pipe};
use super::{Book, Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{Case, Directory, Event, Recorded};
use crate::domain::ids::CaseRef;
use crate::export::{self, Asked, CaseFile, ExportError, Exporter, Mode, Outcome, Tools};
use crate::plugins::{Cause, Failure, Kind, RunError};
use crate::store::T;
use crate::store::cases::recorded;

/// What a finished export came to.
#[derive(Clone, Debug, Serialize)]
pub struct ExportReport {
    /// SHA-256 of the archive, hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Entries beside the manifest.
    pub entries: usize,
    /// SHA-256 of its manifest, hex.
    pub manifest_sha256: Option<String>,
    /// What the exporter wants the person to know.
    pub notes: Vec<String>,
}

/// The numbers that a case's documents got in earlier exports, so that later ones keep them.
#[derive(Default, Serialize, Deserialize)]
struct Numbers(Vec<(String, String)>);

/// The supplements made of a case, and the numbers that were first given in them.
#[derive(Default, Serialize, Deserialize)]
struct Supplements {
    made: u32,
    first: Vec<(String, u32)>,
}

impl Desk {
    /// The exporters there are: those that the program carries, the Ombudsman's first, then those installed.
    pub(super) fn exporters(&self) -> Vec<Exporter> {
        let mut all = Exporter::carried();
        for exporter in &mut all {
            let owner = format!("exporter:{}", exporter.manifest.id);
            exporter.plugin = exporter.plugin.clone().owned_by(owner);
        }
        // A list that cannot be read keeps nobody from the exporters of the program.
        let installed = self.installed_exporters().unwrap_or_default();
        all.extend(installed.into_iter().map(|ready| {
            Exporter {
                plugin: ready
                    .plugin
                    .owned_by(format!("exporter:{}", ready.manifest.id)),
                settings_json: match ready.settings {
                    Value::Object(_) => ready.settings.to_string(),
                    _ => "{}".into(),
                },
                limits: ready.limits.of(Kind::Exporter),
                manifest: ready.manifest,
            }
        }));
        all
    }

    pub(super) fn exporter(&self, key: &str) -> Result<Exporter, DeskError> {
        let found = self
            .exporters()
            .into_iter()
            .find(|exporter| exporter.plugin.name() == key);
        found.ok_or(DeskError::NotFound)
    }

    /// The formats there are.
    pub fn export_formats(&self) -> Vec<ExportFormat> {
        let format = |exporter: Exporter| ExportFormat {
            key: exporter.plugin.name().to_owned(),
            sha256: exporter.plugin.sha256().to_owned(),
            media_type: exporter.media_type().to_owned(),
            partial: exporter.plugin.name() == BUNDLE,
            discloses: exporter.discloses(),
            title: exporter.manifest.title,
            summary: exporter.manifest.summary,
            version: exporter.manifest.version,
            request: exporter.manifest.request,
        };
        self.exporters().into_iter().map(format).collect()
    }

    /// The formats that an actor may make.
    pub fn export_formats_for(&self, actor: &Actor) -> Vec<ExportFormat> {
        let mut formats = self.export_formats();
        formats.retain(|format| {
            actor.may(Permission::Export) && (!format.discloses || actor.may(Permission::Disclose))
        });
        formats
    }

    /// Exports a case as a stream. Waits for the first bytes, so that an export that cannot even begin is an
    /// error and not a broken download.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Forbidden`], or what the exporter says.
    pub async fn export(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        request: ExportRequest,
    ) -> Result<ExportStream, DeskError> {
        let (leaving, request) = self.ready_to_export(actor, reference, request).await?;
        let file_name = file_name(&leaving.case, &request, &leaving.exporter);
        let media_type = leaving.exporter.media_type().to_owned();
        let (out, pieces) = pipe();
        let (desk, who) = (self.clone(), actor.clone());
        let run = tokio::spawn(async move {
            let outcome = desk.run(&leaving, &request, None, out).await?;
            desk.note_export(&who, &leaving.case, &request, &outcome)
                .await
        });
        Ok(ExportStream {
            file_name,
            media_type,
            body: outgoing(pieces, run).await?,
        })
    }

    /// Exports a case to a file, which appears under its name only when it is whole.
    ///
    /// # Errors
    /// As [`Desk::export`], or what the disk says.
    pub async fn export_to(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        request: ExportRequest,
        path: &Path,
        progress: Option<Arc<dyn Fn(u32, u32) + Send + Sync>>,
    ) -> Result<ExportReport, DeskError> {
        let disk = |error: io::Error| DeskError::Invalid {
            field: "output",
            detail: format!(
                "{} cannot be written: {error}. Choose another place.",
                path.display()
            ),
        };
        let (leaving, request) = self.ready_to_export(actor, reference, request).await?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new()
            .prefix(".redress-export-")
            .tempfile_in(folder)
            .map_err(disk)?;
        let out = io::BufWriter::with_capacity(CHUNK, temporary.reopen().map_err(disk)?);
        let outcome = self.run(&leaving, &request, progress, out).await?;
        temporary.as_file().sync_all().map_err(disk)?;
        // Only what is noted appears under its name.
        let report = self
            .note_export(actor, &leaving.case, &request, &outcome)
            .await?;
        temporary.persist(path).map_err(|error| disk(error.error))?;
        Ok(report)
    }

    /// Everything that an export takes of the file, as the actor may see it, and the request with its answers checked.
    async fn ready_to_export(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        request: ExportRequest,
    ) -> Result<(Leaving, ExportRequest), DeskError> {
        need(actor, Permission::Export)?;
        let exporter = self.exporter(&request.format)?;
        if exporter.discloses() {
            need(actor, Permission::Disclose)?;
        }
        let request = checked(request, &exporter)?;
        let (who, about) = (actor.clone(), reference.clone());
        let leaving = self
            .away(move |desk| {
                if open(&*desk.reader()?, &who, &about)?.restricted.is_some() {
                    // On the disk before the first byte leaves, however the export ends.
                    desk.note_view(&who, &about, EXPORT)?;
                }
                let reader = desk.reader()?;
                let mut case = open(&*reader, &who, &about)?;
                let closed = Closed::to(&*reader, &who, &case)?;
                closed.leave_out(&mut case);
                let mut events = Vec::new();
                for stored in &reader.events(&about, 0)? {
                    let mut told = recorded(stored)?;
                    // An event about nothing but a case that this person may not know of is not told at all.
                    if let Some(event) = closed.tell(told.seq, told.event) {
                        told.event = event;
                        events.push(told);
                    }
                }
                Ok(Leaving {
                    case,
                    events,
                    exporter,
                    closed,
                    whole: false,
                })
            })
            .await?;
        let request = self.numbered(request, &leaving.case)?;
        Ok((leaving, request))
    }

    /// Says which supplement it is that is asked for.
    fn numbered(
        &self,
        mut request: ExportRequest,
        case: &Case,
    ) -> Result<ExportRequest, DeskError> {
        if let Mode::Supplement(number) = &mut request.mode {
            *number = self.supplements(case)?.made + 1;
        }
        Ok(request)
    }

    fn supplements(&self, case: &Case) -> Result<Supplements, DeskError> {
        let known = self.reader()?.record(T::Note, &supplements_key(case))?;
        Ok(known.unwrap_or_default())
    }

    pub(super) async fn run<W: Write + Send + 'static>(
        &self,
        leaving: &Leaving,
        request: &ExportRequest,
        progress: Option<Arc<dyn Fn(u32, u32) + Send + Sync>>,
        out: W,
    ) -> Result<Outcome, DeskError> {
        let case = &leaving.case;
        let book = self.book();
        let policies = self.policies_for_export(case)?;
        let numbers = self
            .reader()?
            .record::<Numbers>(T::Note, &numbers_key(case))?
            .unwrap_or_default();
        let supplements = self.supplements(case)?;
        let person = |id: &str| Book::name(&book, id);
        let file = CaseFile {
            case,
            events: &leaving.events,
            calendar: book.calendar(),
            policy: book.policy(london_date(case.received_at)),
            policies: &policies,
            numbers: &numbers.0,
            supplements: &supplements.first,
            person: &person,
        };
        let tools = Tools {
            host: &self.inner.plugins,
            store: self.store(),
            pdf: Arc::clone(&self.inner.renderer),
            progress,
            sections: Some(self.sections(leaving)),
        };
        let asked = Asked {
            mode: request.mode.clone(),
            answers: match &request.answers {
                Value::Null => serde_json::json!({}),
                answers => answers.clone(),
            },
        };
        export::run_export(tools, &leaving.exporter, &file, &asked, out)
            .await
            .map_err(|error| export_failed(error, &request.format))
    }

    fn policies_for_export(&self, case: &Case) -> Result<Vec<export::PolicyDocument>, DeskError> {
        let policies = self.policies_for(case)?;
        Ok(policies
            .into_iter()
            .map(|policy| export::PolicyDocument {
                id: format!("policy-{}", policy.id),
                kind: policy.kind,
                title: policy.title,
                version: policy.version,
                effective_from: policy.effective_from,
                effective_to: policy.effective_to,
                sha256: policy.sha256,
                size: policy.size,
                media_type: policy.media_type,
                file_name: policy.file_name,
            })
            .collect())
    }

    /// Records what left, and the numbers its documents got.
    async fn note_export(
        &self,
        actor: &Actor,
        case: &Case,
        request: &ExportRequest,
        outcome: &Outcome,
    ) -> Result<ExportReport, DeskError> {
        let (mode, items, _) = request.mode.words();
        let event = Event::BundleExported {
            format: request.format.clone(),
            mode: mode.to_owned(),
            items,
            sha256: outcome.sealed.sha256.clone(),
            bytes: outcome.sealed.bytes,
            manifest_sha256: outcome.sealed.manifest_sha256.clone(),
        };
        let numbers = match request.format.as_str() {
            BUNDLE => Numbers(export::numbers(&outcome.sealed)),
            _ => Numbers::default(),
        };
        let (key, of_supplements) = (numbers_key(case), supplements_key(case));
        let mode = request.mode.clone();
        let (who, about, book, now) = (
            actor.clone(),
            case.reference.clone(),
            self.book(),
            self.now(),
        );
        self.store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let mut known = tx.record::<Numbers>(T::Note, &key)?.unwrap_or_default();
                let mut supplements = tx
                    .record::<Supplements>(T::Note, &of_supplements)?
                    .unwrap_or_default();
                if let Mode::Supplement(number) = mode {
                    supplements.made = supplements.made.max(number);
                    supplements
                        .first
                        .extend(numbers.0.iter().map(|(_, given)| (given.clone(), number)));
                    tx.put_record(T::Note, &of_supplements, &supplements)?;
                }
                for (id, number) in numbers.0 {
                    // The last one counts. What it had before stays, so that nothing else ever gets it.
                    let last = known.0.iter().rev().find(|(other, _)| *other == id);
                    if last.is_none_or(|(_, other)| *other != number) {
                        known.0.push((id, number));
                    }
                }
                tx.put_record(T::Note, &key, &known)?;
                let case = tx.case(&about)?.ok_or(DeskError::NotFound)?;
                append(tx, &book, &who, Some(&case), &about, vec![event], now, now)?;
                Ok(())
            })
            .await?;
        Ok(ExportReport {
            sha256: outcome.sealed.sha256.clone(),
            bytes: outcome.sealed.bytes,
            entries: outcome.sealed.entries.len(),
            manifest_sha256: outcome.sealed.manifest_sha256.clone(),
            notes: outcome.notes.clone(),
        })
    }
}

/// A case on its way out.
pub(super) struct Leaving {
    /// As the person who asked may see it.
    pub case: Case,
    /// Its events, in order.
    pub events: Vec<Recorded>,
    /// What makes the archive.
    pub exporter: Exporter,
    /// What of it is closed to that person.
    pub closed: Closed,
    /// Whether records of earlier exports go with it, of which this one will be none.
    pub whole: bool,
}

fn export_failed(error: ExportError, format: &str) -> DeskError {
    match error {
        // The exporter works; what was asked of it makes no archive.
        ExportError::Run(RunError {
            cause: Cause::Failed(Failure::BadInput(why)),
            ..
        }) => DeskError::Invalid {
            field: if format == BUNDLE { "mode" } else { "answers" },
            detail: format!("The export was not made: {}.", why.trim_end_matches('.')),
        },
        ExportError::Run(RunError { cause, log }) => {
            tracing::warn!(%cause, lines = log.lines.len(), "an export failed");
            DeskError::Plugin(format!("The export was not made: {cause}"))
        }
        error => DeskError::Plugin(format!("The export was not made: {error}")),
    }
}

fn numbers_key(case: &Case) -> String {
    format!("export-numbers/{}", case.reference)
}

fn supplements_key(case: &Case) -> String {
    format!("export-supplements/{}", case.reference)
}

fn file_name(case: &Case, request: &ExportRequest, exporter: &Exporter) -> String {
    let date = london_date(case.as_of).format("%Y%m%d");
    let extension = exporter.extension();
    if request.format != BUNDLE {
        return format!("{}_{}_{date}.{extension}", case.reference, request.format);
    }
    let hos: String = case.ombudsman.as_ref().map_or_else(
        || "pending".into(),
        |hos| {
            hos.reference
                .chars()
                .filter(|c| c.is_ascii_alphanumeric())
                .take(30)
                .collect()
        },
    );
    let mode = match request.mode {
        Mode::Full => String::new(),
        Mode::Focused(_) => "_focused".into(),
        Mode::Supplement(number) => format!("_S{number}"),
    };
    format!("{}_HOS-{hos}_{date}{mode}.{extension}", case.reference)
}
