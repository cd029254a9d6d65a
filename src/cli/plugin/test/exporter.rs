//! An exporter on recorded cases: what it writes, twice the same, with a manifest that proves it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use serde_json::{Value, json};

use super::recorded::{Recorded, TestCase};
use super::report::{Report, Written};
use super::{Subject, own_word};
use crate::export::archive::{Attachment, Sealed, ZipArchive};
use crate::export::manifest::{GeneratedBy, Stamp};
use crate::export::source::{Held, StoredCase, Typesetter};
use crate::export::{TOOL, verify_bundle};
use crate::pdf::Renderer;
use crate::plugins::{Attached, CaseSource, ExportJob, RunError};
use crate::store::{Options, Store};

/// Runs everything.
pub async fn examine(
    report: &mut Report,
    subject: &Subject<'_>,
    recorded: &Recorded,
    args: &super::super::Test,
) -> anyhow::Result<()> {
    let pdf = Arc::new(Renderer::new().context("the typesetter could not be started")?);
    let desk = tempfile::tempdir()?;
    let store = Store::create(&desk.path().join("tests.redb"), Options::default())?;
    let bench = Bench {
        subject,
        recorded,
        store: &store,
        pdf,
        desk: desk.path(),
    };
    let tests: Vec<_> = recorded
        .tests
        .iter()
        .filter(|test| test.case.is_some())
        .collect();
    if tests.is_empty() {
        report.warned(
            "tests",
            format!(
                "there are none with a \"case\" in {}; only a bare case is exported",
                recorded.folder.display()
            ),
        );
    }
    for test in tests {
        bench.one(report, test, args.output.as_deref()).await?;
    }
    bench.bare(report).await?;
    store.close();
    Ok(())
}

struct Bench<'a> {
    subject: &'a Subject<'a>,
    recorded: &'a Recorded,
    store: &'a Store,
    pdf: Arc<Renderer>,
    desk: &'a Path,
}

/// What an export came to: its archive's file, what is in it, the notes.
type Exported = Result<(Sealed, Vec<String>), RunError>;

impl Bench<'_> {
    async fn one(
        &self,
        report: &mut Report,
        test: &TestCase,
        keep: Option<&Path>,
    ) -> anyhow::Result<()> {
        let settings = match self.subject.settings(&test.settings) {
            Ok(settings) => settings,
            Err(why) => {
                report.failed(&test.name, why);
                return Ok(());
            }
        };
        let case = self
            .recorded
            .file(test.case.as_deref().unwrap_or(Path::new("")))?;
        let case: Value =
            serde_json::from_slice(&case).with_context(|| format!("the case of {}", test.name))?;
        let path = self.desk.join("first.zip");
        let first = self
            .export(report, test, &settings, &case, 0, &path)
            .await?;
        let again = self.desk.join("second.zip");
        let second = self
            .export(report, test, &settings, &case, 1, &again)
            .await?;
        match (&first, &second) {
            (Ok((first, _)), Ok((second, _))) if first.sha256 != second.sha256 => {
                report.failed(&test.name, "exported twice at two times, it is not the same archive; take every time from the case");
            }
            _ => {}
        }
        let (sealed, notes) = match first {
            Ok(done) => done,
            Err(error) => {
                let expected = test.expect.failure.as_deref();
                match own_word(&error) {
                    Some((kind, why)) if expected == Some(kind) => {
                        report.passed(
                            &test.name,
                            format!("as it should, it fails with {kind}: {why}"),
                        );
                    }
                    _ => report.failed(&test.name, error.to_string()),
                }
                return Ok(());
            }
        };
        let manifest = manifest_of(&path, &sealed)?;
        self.compare(report, test, &sealed, manifest, &notes);
        let alone = self
            .subject
            .manifest
            .as_ref()
            .is_some_and(|m| m.output.is_some());
        if sealed.manifest_sha256.is_none() && alone {
            // Its one file is handed over as it is.
        } else if sealed.manifest_sha256.is_none() {
            report.warned(
                &test.name,
                "it asks for no manifest, so nobody can prove the archive; call bundle.manifest",
            );
        } else {
            match verify_bundle(&path) {
                Ok(proof) if proof.is_sound() => report.passed(
                    &test.name,
                    format!("{} files, each as the manifest says", proof.files),
                ),
                Ok(proof) => report.failed(&test.name, proof.faults.join(" ")),
                Err(error) => report.failed(
                    &test.name,
                    format!("`redress verify` cannot prove it: {error}. Its path has to end with Manifest.json"),
                ),
            }
        }
        if let Some(folder) = keep {
            fs::create_dir_all(folder)?;
            let kept = folder.join(format!("{}.zip", test.name));
            fs::copy(&path, &kept)
                .with_context(|| format!("{} cannot be written", kept.display()))?;
            report.passed(&test.name, format!("kept as {}", kept.display()));
        }
        Ok(())
    }

    fn compare(
        &self,
        report: &mut Report,
        test: &TestCase,
        sealed: &Sealed,
        manifest: Option<(String, u64)>,
        notes: &[String],
    ) {
        let mut paths: Vec<String> = sealed
            .entries
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        for entry in &sealed.entries {
            report.written.push(Written {
                test: test.name.clone(),
                path: entry.path.clone(),
                bytes: entry.bytes,
                sha256: entry.sha256.clone(),
            });
        }
        if let (Some(sha256), Some((path, bytes))) = (&sealed.manifest_sha256, manifest) {
            report.written.push(Written {
                test: test.name.clone(),
                path: path.clone(),
                bytes,
                sha256: sha256.clone(),
            });
            paths.push(path);
        }
        paths.sort();
        let mut same = true;
        for (what, expected, found) in [
            ("write", &test.expect.entries, paths.as_slice()),
            ("note", &test.expect.notes, notes),
        ] {
            if let Some(expected) = expected
                && expected != found
            {
                same = false;
                report.failed(
                    &test.name,
                    format!(
                        "it should {what} [{}] and does [{}]",
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
            report.passed(
                &test.name,
                format!(
                    "{title}{} files, {} KB, the same bytes twice",
                    paths.len(),
                    sealed.bytes.div_ceil(1024)
                ),
            );
        }
        for note in notes {
            report.passed(&test.name, format!("tells the person: {note}"));
        }
    }

    /// A case that has just been logged has next to nothing in it.
    async fn bare(&self, report: &mut Report) -> anyhow::Result<()> {
        let what = "a case that has next to nothing in it";
        let case = json!({
            "schema": "redress-case/1", "landlord": {"name": ""}, "reference": "C-2026-0001", "as_of": "2026-01-05T09:00:00Z",
            "generator": TOOL, "mode": "full", "items": [], "state": "logged", "stage": 1,
            "complainant": {"name": "A"}, "documents": [], "events": [],
        });
        let settings = self
            .subject
            .settings(&Value::Null)
            .unwrap_or_else(|_| "{}".into());
        let path = self.desk.join("bare.zip");
        match self
            .export(report, &TestCase::default(), &settings, &case, 0, &path)
            .await?
        {
            Ok((sealed, _)) => report.passed(what, format!("{} files", sealed.entries.len())),
            Err(error) => match own_word(&error) {
                Some((kind, why)) => report.warned(what, format!("it fails with {kind}: {why}")),
                None => report.failed(what, error.to_string()),
            },
        }
        Ok(())
    }

    async fn export(
        &self,
        report: &mut Report,
        test: &TestCase,
        settings: &str,
        case: &Value,
        round: u32,
        path: &Path,
    ) -> anyhow::Result<Exported> {
        let (held, attachments) = self.documents(test, case)?;
        let text = |at: &str| {
            case.pointer(at)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let stamp = Stamp {
            case: text("/reference"),
            as_of: text("/as_of"),
            tool: TOOL.into(),
            generated_by: GeneratedBy {
                plugin: self.subject.plugin.name().to_owned(),
                version: self
                    .subject
                    .manifest
                    .as_ref()
                    .map_or_else(String::new, |m| m.version.clone()),
                sha256: self.subject.plugin.sha256().to_owned(),
            },
        };
        let (archive, seal) = ZipArchive::new(fs::File::create(path)?, stamp, attachments)?;
        let document = serde_json::to_string(case)?;
        let mut sections = BTreeMap::new();
        for (name, file) in &test.sections {
            let section = String::from_utf8(self.recorded.file(file)?)
                .with_context(|| format!("the section {name} is not UTF-8"))?;
            sections.insert(name.clone(), section);
        }
        let source = RecordedCase {
            case: StoredCase::new(self.store.clone(), Arc::clone(&self.pdf), document, held),
            request: request(&test.request),
            sections,
        };
        let job = ExportJob {
            run: self.subject.run(settings.to_owned(), round),
            source: Arc::new(source),
            archive: Box::new(archive),
            pdf: Arc::new(Typesetter(Arc::clone(&self.pdf))),
        };
        let done = self.subject.host.export(self.subject.plugin, job).await;
        let used = match &done {
            Ok(done) => done.log.used,
            Err(error) => error.log.used,
        };
        report.peak.add(used, 0);
        Ok(match done {
            Err(error) => Err(error),
            Ok(done) => Ok((
                seal.take().context("the archive was not completed")?,
                done.notes,
            )),
        })
    }

    /// The case's documents, from the files that the test names for them.
    fn documents(
        &self,
        test: &TestCase,
        case: &Value,
    ) -> anyhow::Result<(HashMap<String, Held>, HashMap<String, Attachment>)> {
        let (mut held, mut attachments) = (HashMap::new(), HashMap::new());
        for about in case["documents"].as_array().into_iter().flatten() {
            let id = about["id"].as_str().unwrap_or_default().to_owned();
            let Some(file) = test.attachments.get(&id) else {
                continue;
            };
            let bytes = self.recorded.file(file)?;
            let stored = self.store.put_document(&mut bytes.as_slice())?;
            let media_type = about["media_type"]
                .as_str()
                .unwrap_or("application/octet-stream")
                .to_owned();
            attachments.insert(
                id.clone(),
                Attachment {
                    media_type: media_type.clone(),
                    size: stored.size,
                    redaction: None,
                },
            );
            held.insert(
                id,
                Held {
                    sha256: stored.sha256,
                    size: stored.size,
                    media_type,
                    paper: None,
                },
            );
        }
        Ok((held, attachments))
    }
}

fn request(given: &Value) -> String {
    let mut request =
        json!({ "schema": "redress-export-request/1", "mode": "full", "items": [], "answers": {} });
    for (name, value) in given.as_object().into_iter().flatten() {
        request[name.as_str()] = value.clone();
    }
    request.to_string()
}

/// Where the manifest stands, which lists every file but itself, and its size.
fn manifest_of(archive: &Path, sealed: &Sealed) -> anyhow::Result<Option<(String, u64)>> {
    let mut zip = zip::ZipArchive::new(fs::File::open(archive)?)?;
    for at in 0..zip.len() {
        let file = zip.by_index(at)?;
        let name = file.name()?.into_owned();
        if !sealed.entries.iter().any(|entry| entry.path == name) {
            return Ok(Some((name, file.size())));
        }
    }
    Ok(None)
}

/// A recorded case with what was asked of its export.
struct RecordedCase {
    case: StoredCase,
    request: String,
    sections: BTreeMap<String, String>,
}

impl CaseSource for RecordedCase {
    fn document(&self) -> Result<String, String> {
        self.case.document()
    }

    fn request(&self) -> Result<String, String> {
        Ok(self.request.clone())
    }

    fn section(&self, name: &str) -> Result<String, String> {
        self.sections.get(name).cloned().ok_or_else(|| {
            format!(
                "no section \"{}\" is recorded; name its file under \"sections\" of the test",
                name.escape_debug()
            )
        })
    }

    fn compose(&self, plan_json: &str) -> Result<crate::plugins::Composed, String> {
        self.case.compose(plan_json)
    }

    fn open_attachment(&self, id: &str) -> Result<Box<dyn Read + Send>, String> {
        self.case
            .open_attachment(id)
            .map_err(|why| unrecorded(id, why))
    }

    fn attachment(&self, id: &str, stamp: Option<&str>) -> Result<Attached, String> {
        self.case
            .attachment(id, stamp)
            .map_err(|why| unrecorded(id, why))
    }

    fn attachment_parts(&self, id: &str, ceiling: u32, stamped: bool) -> Result<u32, String> {
        self.case
            .attachment_parts(id, ceiling, stamped)
            .map_err(|why| unrecorded(id, why))
    }

    fn attachment_part(
        &self,
        id: &str,
        ceiling: u32,
        part: u32,
        stamp: Option<&str>,
    ) -> Result<Attached, String> {
        self.case
            .attachment_part(id, ceiling, part, stamp)
            .map_err(|why| unrecorded(id, why))
    }
}

fn unrecorded(id: &str, why: String) -> String {
    format!("{why} (the file of document {id} is named under \"attachments\" of the test)")
}
