//! The way out: every case as JSON and CSV with every document, in one zip that any program can read.
//! For whoever runs the machine and so may read the file; it is noted in the chain.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::json;
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::documents::hash;
use super::people::note;
use super::{CaseView, Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::Event;
use crate::domain::ids::CaseRef;
use crate::store::audit::Body;
use crate::store::rebuild;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Everything {
    /// Cases.
    pub cases: u64,
    /// Documents, those of the policy register included.
    pub documents: u64,
}

const README: &str = "Everything Redress holds.\n\n\
cases.csv                     one line per case\n\
cases/REFERENCE/case.json     the case as the API shows it: points, clocks, letters, remedies, linked records …\n\
cases/REFERENCE/events.json   every event, oldest first, with its hashes\n\
cases/REFERENCE/documents/    its documents, numbered as in case.json\n\
policies/                     the policy register: register.json and the files\n\
settings.json                 people (without passwords), policies, calendar, categories and rates of compensation\n";

impl Desk {
    /// Writes everything to a zip, which appears under its name only when it is whole.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] for a place that cannot be written, or what the file says.
    pub async fn export_all(&self, by: &Actor, path: &Path) -> Result<Everything, DeskError> {
        need(by, Permission::Administer)?;
        need(by, Permission::Export)?;
        let (to, who) = (path.to_owned(), by.id.clone());
        let (whole, written) = self.away(move |desk| write_all(desk, &to)).await?;
        let now = self.now();
        self.store()
            .write_async(move |tx| -> Result<(), DeskError> {
                note(
                    tx,
                    "everything_exported",
                    &who,
                    now,
                    &json!({ "cases": written.cases }),
                )
            })
            .await?;
        // Only what is noted appears under its name.
        let persisted = whole.persist(path);
        persisted.map_err(|error| unwritable(path, &error.error))?;
        Ok(written)
    }

    /// Makes every derived table again from the events; gives the number of cases.
    ///
    /// # Errors
    /// What the file says.
    pub fn rebuild(&self) -> Result<u64, DeskError> {
        let (book, now) = (self.book(), self.now());
        Ok(rebuild::rebuild(self.store(), move |case| {
            super::cases::deadline(&book, now)(case)
        })?)
    }
}

fn unwritable(path: &Path, error: &io::Error) -> DeskError {
    DeskError::Invalid {
        field: "output",
        detail: format!(
            "{} cannot be written: {error}. Choose another place.",
            path.display()
        ),
    }
}

fn write_all(desk: &Desk, path: &Path) -> Result<(NamedTempFile, Everything), DeskError> {
    let disk = |error: io::Error| unwritable(path, &error);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new()
        .prefix(".redress-all-")
        .tempfile_in(folder)
        .map_err(disk)?;
    let out = BufWriter::new(temporary.reopen().map_err(disk)?);
    let mut archive = Archive {
        zip: ZipWriter::new(out),
        written: Everything::default(),
    };
    archive.fill(desk)?;
    let written = archive.written;
    archive
        .zip
        .finish()
        .map_err(|error| disk(error.into()))?
        .flush()
        .map_err(disk)?;
    temporary.as_file().sync_all().map_err(disk)?;
    Ok((temporary, written))
}

struct Archive<W: Write + io::Seek> {
    zip: ZipWriter<W>,
    written: Everything,
}

impl<W: Write + io::Seek> Archive<W> {
    fn fill(&mut self, desk: &Desk) -> Result<(), DeskError> {
        self.entry("README.txt", README.as_bytes())?;
        let reader = desk.reader()?;
        let mut lines = csv::Writer::from_writer(Vec::new());
        let columns = [
            "reference",
            "kind",
            "state",
            "stage",
            "received_at",
            "resident",
            "address",
            "handler",
            "title",
        ];
        lines
            .write_record(columns)
            .map_err(|error| DeskError::Internal(error.to_string()))?;
        let mut after: Option<CaseRef> = None;
        loop {
            let references = reader.references(after.as_ref(), 500)?;
            let Some(last) = references.last() else { break };
            after = Some(last.clone());
            for reference in &references {
                let Some(case) = reader.case(reference)? else {
                    continue;
                };
                let row = [
                    reference.to_string(),
                    plain(&case.kind),
                    plain(&case.state),
                    case.stage().to_string(),
                    case.received_at.to_rfc3339(),
                    safe(&case.complainant.name),
                    safe(case.complainant.address.as_deref().unwrap_or_default()),
                    safe(case.handler().unwrap_or_default()),
                    safe(&case.title()),
                ];
                lines
                    .write_record(row)
                    .map_err(|error| DeskError::Internal(error.to_string()))?;
                self.case(desk, desk.whole_view(case)?)?;
            }
        }
        let lines = lines
            .into_inner()
            .map_err(|error| DeskError::Internal(error.to_string()))?;
        self.entry("cases.csv", &lines)?;
        let register = desk.policy_register()?;
        self.json("policies/register.json", &json!(register))?;
        for policy in &register {
            let name = format!("policies/{:03}_{}", policy.id, policy.file_name);
            self.document(desk, &name, &policy.sha256)?;
        }
        let book = desk.book();
        let people: Vec<_> = book
            .people()
            .map(|person| json!({ "id": person.id, "name": person.name, "roles": person.roles, "disabled": person.disabled }))
            .collect();
        let categories = json!({ "in_use": book.categories().categories, "version": book.categories().version,
            "versions": desk.category_history()? });
        let rates = json!({ "in_use": book.rates().rates, "version": book.rates().version,
            "versions": desk.rate_history()? });
        let settings = json!({ "people": people, "policies": desk.policy_history()?.iter().map(|v| &v.value).collect::<Vec<_>>(),
            "calendar": book.calendar(), "categories": categories, "rates": rates });
        self.json("settings.json", &settings)
    }

    fn case(&mut self, desk: &Desk, view: CaseView) -> Result<(), DeskError> {
        let folder = format!("cases/{}", view.case.reference);
        self.json(&format!("{folder}/case.json"), &view.to_json())?;
        let mut events = Vec::new();
        for stored in desk.reader()?.events(&view.case.reference, 0)? {
            let body = match &stored.body {
                Body::Kept(_) => json!(stored.read::<Event>()?),
                Body::Erased(_) => serde_json::Value::Null,
            };
            events.push(json!({
                "seq": stored.meta.seq, "kind": stored.meta.kind, "at": stored.meta.at,
                "recorded_at": stored.meta.recorded_at, "actor": stored.meta.actor, "body": body,
                "body_hash": hex::encode(stored.body_hash), "link": hex::encode(stored.link),
            }));
        }
        self.json(&format!("{folder}/events.json"), &json!(events))?;
        for document in &view.case.documents {
            let name = format!(
                "{folder}/documents/{:03}_{}",
                document.id.0, document.file_name
            );
            self.document(desk, &name, &document.sha256)?;
        }
        self.written.cases += 1;
        Ok(())
    }

    fn document(&mut self, desk: &Desk, name: &str, sha256: &str) -> Result<(), DeskError> {
        let mut bytes = desk.store().open_document(&hash(sha256)?)?;
        self.begin(name)?;
        io::copy(&mut bytes, &mut self.zip).map_err(written_badly)?;
        self.written.documents += 1;
        Ok(())
    }

    fn json(&mut self, name: &str, value: &serde_json::Value) -> Result<(), DeskError> {
        let text = serde_json::to_vec_pretty(value)
            .map_err(|error| DeskError::Internal(error.to_string()))?;
        self.entry(name, &text)
    }

    fn entry(&mut self, name: &str, bytes: &[u8]) -> Result<(), DeskError> {
        self.begin(name)?;
        self.zip.write_all(bytes).map_err(written_badly)
    }

    fn begin(&mut self, name: &str) -> Result<(), DeskError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true);
        self.zip
            .start_file(name, options)
            .map_err(|error| written_badly(error.into()))
    }
}

fn written_badly(error: io::Error) -> DeskError {
    DeskError::Invalid {
        field: "output",
        detail: format!("The archive could not be written: {error}."),
    }
}

/// An enumeration's wire name.
fn plain<V: serde::Serialize>(value: &V) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

/// Text that no spreadsheet takes for a formula (OWASP).
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        assert_eq!(safe("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(safe("Ana"), "Ana");
    }
}
