//! The way out: every case as an archive that any program can read, what the landlord set beside them, and a manifest of
//! the whole, in one folder. For whoever runs the machine and so may read the file, restricted cases with it; it is noted
//! in the chain.
//!
//! Each archive appears under its name only when it is whole. What is done is written down as it is done, so that an
//! export that was broken off goes on where it stopped when it is run again into the same folder. The manifest comes
//! last: a folder without one is not whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::closed::Closed;
use super::documents::hash;
use super::exports::{ExportRequest, Leaving};
use super::people::note;
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::Case;
use crate::domain::ids::CaseRef;
use crate::export::folder::{FolderManifest, Listed, MANIFEST, SCHEMA};
use crate::export::{Mode, TOOL};
use crate::store::cases::recorded;
use crate::store::rebuild;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Everything {
    /// Cases.
    pub cases: u64,
    /// Of them, those that an earlier run into the same folder had written.
    pub kept: u64,
    /// Documents of the policy register.
    pub policies: u64,
    /// SHA-256 of the manifest, hex: it proves everything else.
    pub manifest_sha256: String,
}

/// What is written down while it is done, a line for each archive.
const DONE: &str = ".redress-done.jsonl";

const README: &str = "# Everything that Redress holds\n\n\
| file | what it is |\n|---|---|\n\
| `cases.csv` | one line per case |\n\
| `cases/REFERENCE.zip` | everything of one case in the format `redress-portable/1`: its README.md says what each file is |\n\
| `landlord/settings.json` | people (without passwords), policies, calendar, categories and rates of compensation, with their versions |\n\
| `landlord/policies.json` | the policy register: which version was in force when |\n\
| `landlord/policies/` | its documents, each under the SHA-256 of its bytes |\n\
| `landlord/links.json` | the systems that records are linked from, without their secrets |\n\
| `manifest.json` | every other file with its size and SHA-256 |\n\n\
`redress verify FOLDER` checks every file, and every file of every archive. Keep this folder as safe as the data file: \
nothing is left out of it, neither legal advice nor restricted cases.\n";

impl Desk {
    /// Writes everything into a folder, which is whole when its manifest is there. A folder in which a run was broken off
    /// is gone on with.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] for a place that cannot be written, or what the file says.
    pub async fn export_all(&self, by: &Actor, folder: &Path) -> Result<Everything, DeskError> {
        need(by, Permission::Administer)?;
        need(by, Permission::Disclose)?;
        let mut done = begin(folder)?;
        let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
        let mut written = Everything::default();
        let mut files = Vec::new();
        let mut after: Option<CaseRef> = None;
        loop {
            let references = self.reader()?.references(after.as_ref(), 500)?;
            let Some(last) = references.last() else { break };
            after = Some(last.clone());
            for reference in &references {
                let Some(case) = self.reader()?.case(reference)? else {
                    continue;
                };
                rows.push(row(&case));
                written.cases += 1;
                let before = done.of(&case).filter(|listed| listed.stands(folder));
                let listed = match before {
                    Some(listed) => {
                        written.kept += 1;
                        listed
                    }
                    None => {
                        let listed = self.export_whole(case, folder).await?;
                        done.note(&listed).map_err(|e| unwritable(folder, &e))?;
                        listed
                    }
                };
                files.push(listed);
            }
            tracing::info!(cases = written.cases, "exporting everything");
        }
        let (to, landlord) = (folder.to_owned(), folder.to_owned());
        let (of_landlord, policies) = self
            .away(move |desk| desk.write_landlord(&landlord))
            .await?;
        written.policies = policies;
        files.extend(of_landlord);
        let (who, now, cases) = (by.id.clone(), self.now(), written.cases);
        let head = self
            .store()
            .write_async(move |tx| -> Result<String, DeskError> {
                let head = tx.chain_head()?.to_string();
                let told = json!({ "cases": cases });
                note(tx, "everything_exported", &who, now, &told)?;
                Ok(head)
            })
            .await?;
        let what = format!("everything that Redress held, {} cases", written.cases);
        // Only what is noted becomes whole.
        let end = move || -> io::Result<String> {
            files.push(put(&to, "cases.csv", &table(&rows)?)?);
            files.push(put(&to, "README.md", README.as_bytes())?);
            let sha256 = end(&to, what, head, files)?;
            fs::remove_file(to.join(DONE))?;
            Ok(sha256)
        };
        let ended = tokio::task::spawn_blocking(end).await;
        let ended = ended.map_err(|error| DeskError::Internal(error.to_string()))?;
        written.manifest_sha256 = ended.map_err(|error| unwritable(folder, &error))?;
        Ok(written)
    }

    /// One case in portable form, which appears under its name when it is whole.
    async fn export_whole(&self, case: Case, folder: &Path) -> Result<Listed, DeskError> {
        let disk = |error: io::Error| unwritable(folder, &error);
        let (reference, version) = (case.reference.clone(), case.version);
        let stored = self.reader()?.events(&reference, 0)?;
        let events = stored.iter().map(recorded).collect::<Result<_, _>>()?;
        let leaving = Leaving {
            case,
            events,
            exporter: self.exporter("portable")?,
            closed: Closed::default(),
            whole: true,
        };
        let request = ExportRequest {
            format: "portable".into(),
            mode: Mode::Full,
            // The register goes out once, beside the cases.
            answers: json!({ "policies": false }),
        };
        let temporary = tempfile::Builder::new()
            .prefix(".redress-case-")
            .tempfile_in(folder)
            .map_err(disk)?;
        let out = temporary.reopen().map_err(disk)?;
        let outcome = self.run(&leaving, &request, None, out).await?;
        temporary.as_file().sync_all().map_err(disk)?;
        let path = format!("cases/{reference}.zip");
        temporary
            .persist(folder.join(&path))
            .map_err(|error| disk(error.error))?;
        Ok(Listed {
            path,
            bytes: outcome.sealed.bytes,
            sha256: outcome.sealed.sha256,
            case: Some(reference.to_string()),
            version: Some(version),
        })
    }

    /// What belongs to no case.
    fn write_landlord(&self, folder: &Path) -> Result<(Vec<Listed>, u64), DeskError> {
        let disk = |error: io::Error| unwritable(folder, &error);
        let mut files = Vec::new();
        let register = self.policy_register()?;
        let mut listed = json!(register);
        let mut copied = BTreeMap::new();
        let of_register = listed.as_array_mut().into_iter().flatten();
        for (policy, told) in register.iter().zip(of_register) {
            let end = policy.file_name.rsplit_once('.').map(|(_, end)| end);
            let end =
                end.filter(|end| end.len() <= 8 && end.bytes().all(|b| b.is_ascii_alphanumeric()));
            let end = end.map(|end| format!(".{}", end.to_ascii_lowercase()));
            let path = format!(
                "landlord/policies/{}{}",
                policy.sha256,
                end.unwrap_or_default()
            );
            told["path"] = path.clone().into();
            if copied.insert(path.clone(), ()).is_none() {
                let mut from = self.store().open_document(&hash(&policy.sha256)?)?;
                let mut out = File::create(folder.join(&path)).map_err(disk)?;
                io::copy(&mut from, &mut out).map_err(disk)?;
                out.sync_all().map_err(disk)?;
                files.push(Listed::of(folder, &path).map_err(disk)?);
            }
        }
        let policies = copied.len() as u64;
        let links = json!(self.sources()?);
        for (path, value) in [
            ("landlord/policies.json", &listed),
            ("landlord/links.json", &links),
            ("landlord/settings.json", &self.set_by_the_landlord()?),
        ] {
            let text = serde_json::to_vec_pretty(value)
                .map_err(|error| DeskError::Internal(error.to_string()))?;
            files.push(put(folder, path, &text).map_err(disk)?);
        }
        Ok((files, policies))
    }

    fn set_by_the_landlord(&self) -> Result<Value, DeskError> {
        let book = self.book();
        let people: Vec<_> = book
            .people()
            .map(|person| json!({ "id": person.id, "name": person.name, "roles": person.roles, "disabled": person.disabled }))
            .collect();
        let categories = json!({ "in_use": book.categories().categories, "version": book.categories().version,
            "versions": self.category_history()? });
        let rates = json!({ "in_use": book.rates().rates, "version": book.rates().version,
            "versions": self.rate_history()? });
        let policies: Vec<_> = self
            .policy_history()?
            .iter()
            .map(|v| v.value.clone())
            .collect();
        Ok(
            json!({ "people": people, "policies": policies, "calendar": book.calendar(), "categories": categories,
            "rates": rates }),
        )
    }

    /// Makes every derived table again from the events; gives the number of cases.
    ///
    /// # Errors
    /// What the file says.
    pub fn rebuild(&self) -> Result<u64, DeskError> {
        let (book, now) = (self.book(), self.now());
        Ok(rebuild::rebuild(self.store(), move |case| {
            super::cases::timing(&book, now)(case)
        })?)
    }
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> DeskError {
    DeskError::Invalid {
        field: "output",
        detail: format!(
            "{} cannot be written: {error}. Choose another place.",
            path.display()
        ),
    }
}

/// What an earlier run into the folder wrote, and the list that this one goes on with.
struct Done {
    before: BTreeMap<String, Listed>,
    list: File,
}

impl Done {
    /// The archive of a case that has not changed since.
    fn of(&self, case: &Case) -> Option<Listed> {
        let listed = self.before.get(&case.reference.to_string())?;
        (listed.version == Some(case.version)).then(|| listed.clone())
    }

    fn note(&mut self, listed: &Listed) -> io::Result<()> {
        let mut line = serde_json::to_vec(listed)?;
        line.push(b'\n');
        self.list.write_all(&line)
    }
}

/// Readies the folder: a new one, an empty one, or one in which a run was broken off.
fn begin(folder: &Path) -> Result<Done, DeskError> {
    let disk = |error: io::Error| unwritable(folder, &error);
    let list: PathBuf = folder.join(DONE);
    let holds = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(disk(error)),
    };
    if holds && !list.exists() {
        return Err(DeskError::Invalid {
            field: "output",
            detail: format!(
                "{} is not empty. Name a new folder, or the one in which an export was broken off.",
                folder.display()
            ),
        });
    }
    fs::create_dir_all(folder.join("cases")).map_err(disk)?;
    fs::create_dir_all(folder.join("landlord/policies")).map_err(disk)?;
    let mut before = BTreeMap::new();
    if let Ok(old) = File::open(&list) {
        // A line that was torn off is an archive that is made again.
        for line in BufReader::new(old).lines().map_while(Result::ok) {
            if let Ok(listed) = serde_json::from_str::<Listed>(&line) {
                before.extend(listed.case.clone().map(|case| (case, listed)));
            }
        }
        for entry in fs::read_dir(folder).map_err(disk)?.flatten() {
            if entry
                .file_name()
                .to_string_lossy()
                .starts_with(".redress-case-")
            {
                fs::remove_file(entry.path()).map_err(disk)?;
            }
        }
    }
    let mut list = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&list)
        .map_err(disk)?;
    // After a torn line the next must stand on its own.
    list.write_all(b"\n").map_err(disk)?;
    Ok(Done { before, list })
}

/// Writes a file that appears whole, and lists it.
pub(super) fn put(folder: &Path, path: &str, bytes: &[u8]) -> io::Result<Listed> {
    let mut out = tempfile::Builder::new()
        .prefix(".redress-case-")
        .tempfile_in(folder)?;
    out.write_all(bytes)?;
    out.as_file().sync_all()?;
    out.persist(folder.join(path))
        .map_err(|error| error.error)?;
    Ok(Listed {
        path: path.to_owned(),
        bytes: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        ..Listed::default()
    })
}

/// Writes the manifest, which makes the folder whole; gives its hash.
pub(super) fn end(
    folder: &Path,
    what: String,
    head: String,
    mut files: Vec<Listed>,
) -> io::Result<String> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let manifest = FolderManifest {
        schema: SCHEMA.into(),
        what,
        tool: TOOL.into(),
        head,
        files,
    };
    let mut text = serde_json::to_vec_pretty(&manifest)?;
    text.push(b'\n');
    Ok(put(folder, MANIFEST, &text)?.sha256)
}

const HEAD: [&str; 10] = [
    "reference",
    "kind",
    "state",
    "stage",
    "received_at",
    "resident",
    "address",
    "handler",
    "title",
    "restricted",
];

fn row(case: &Case) -> Vec<String> {
    vec![
        case.reference.to_string(),
        plain(&case.kind),
        plain(&case.state),
        case.stage().to_string(),
        case.received_at.to_rfc3339(),
        case.complainant.name.clone(),
        case.complainant.address.clone().unwrap_or_default(),
        case.handler().unwrap_or_default().to_owned(),
        case.title(),
        if case.restricted.is_some() { "yes" } else { "" }.to_owned(),
    ]
}

/// A table that opens as text in a spreadsheet.
pub(super) fn table(rows: &[Vec<String>]) -> io::Result<Vec<u8>> {
    let mut lines = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| safe(cell));
        lines.write_record(cells).map_err(io::Error::other)?;
    }
    lines
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
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
