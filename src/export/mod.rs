//! Turns a case into an archive: the exporter's input, the zip, the manifest, the verifier.
//!
//! [`run_export`] is the way through: the case becomes `redress-case/1` ([`document`]), the exporter runs in
//! the sandbox, the zip streams to a writer ([`archive`]). When it returns an error the writer holds no whole
//! archive, and its owner discards it. [`verify_bundle`] proves an archive against its manifest.

pub mod archive;
mod compose;
pub mod document;
pub mod folder;
pub mod manifest;
mod onpaper;
mod outlet;
pub mod single;
pub mod source;
mod stored;
pub mod verify;

use std::collections::{HashMap, HashSet};
use std::io::{self, Read, Write};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};

pub use archive::Sealed;
pub use document::{CaseFile, Mode, PolicyDocument};
pub use verify::{Report, VerifyError, verify_bundle};

use crate::domain::case::Document;
use crate::pdf::Renderer;
use crate::plugins::{
    Archive, Documents, ExportJob, Limits, Manifest, Plugin, PluginHost, Run, RunError, RunLog,
};
use crate::store::Store;

/// The program as manifests and PDFs name it.
pub const TOOL: &str = concat!("Redress ", env!("CARGO_PKG_VERSION"));

const PDF: &str = "application/pdf";

/// The exporters that the program carries, the Ombudsman's first: component and manifest.
pub const CARRIED: [(&[u8], &str); 4] = [
    (
        include_bytes!("../../dist/ombudsman-bundle.wasm"),
        include_str!("../../exporters/ombudsman-bundle/plugin.json"),
    ),
    (
        include_bytes!("../../dist/case-pdf.wasm"),
        include_str!("../../exporters/case-pdf/plugin.json"),
    ),
    (
        include_bytes!("../../dist/subject-access.wasm"),
        include_str!("../../exporters/subject-access/plugin.json"),
    ),
    (
        include_bytes!("../../dist/portable.wasm"),
        include_str!("../../exporters/portable/plugin.json"),
    ),
];

/// An exporter with what it says of itself and how it is set up.
#[derive(Clone)]
pub struct Exporter {
    /// The component.
    pub plugin: Plugin,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The operator's settings for it, JSON that fits the manifest.
    pub settings_json: String,
    /// What it may take.
    pub limits: Limits,
}

impl Exporter {
    /// An exporter with the settings that its manifest gives when nothing was said.
    ///
    /// # Errors
    /// What is wrong with the manifest.
    pub fn new(component: impl Into<bytes::Bytes>, manifest: &str) -> Result<Self, String> {
        let manifest = Manifest::read(manifest)?;
        let settings = manifest.settings.filled(&serde_json::Value::Null);
        let settings = settings.unwrap_or_else(|_| serde_json::json!({}));
        Ok(Self {
            plugin: Plugin::new(manifest.id.clone(), component),
            settings_json: settings.to_string(),
            manifest,
            limits: Limits::export(),
        })
    }

    /// Those that the program carries.
    pub fn carried() -> Vec<Self> {
        static ALL: LazyLock<Vec<Exporter>> = LazyLock::new(|| {
            let read = CARRIED.iter().map(|(component, manifest)| {
                // They are built into the program, and a test reads each.
                Exporter::new(*component, manifest).expect("a manifest of our own is sound")
            });
            read.collect()
        });
        ALL.clone()
    }

    /// The Ombudsman bundle that the program carries.
    pub fn ombudsman_bundle() -> Self {
        Self::carried().swap_remove(0)
    }

    /// What its file names end with.
    pub fn extension(&self) -> &str {
        let output = self.manifest.output.as_ref();
        output.map_or("zip", |output| &output.extension)
    }

    /// The media type of what it makes.
    pub fn media_type(&self) -> &str {
        let output = self.manifest.output.as_ref();
        output.map_or("application/zip", |output| &output.media_type)
    }

    /// Whether it discloses what others leave out: documents as they are kept, or one person's data.
    pub fn discloses(&self) -> bool {
        let members = self.manifest.request.properties.values();
        self.manifest.documents == Documents::AsKept
            || members
                .into_iter()
                .any(|member| member.format.as_deref() == Some("person"))
    }
}

/// What is asked of an export, beside the format.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Everything, or a part.
    pub mode: Mode,
    /// The answers to what the exporter's manifest asks, checked against it.
    pub answers: serde_json::Value,
}

impl Asked {
    fn json(&self) -> String {
        let (mode, items, _) = self.mode.words();
        serde_json::json!({
            "schema": "redress-export-request/1", "mode": mode, "items": items, "answers": self.answers,
        })
        .to_string()
    }
}

/// What an export came to.
#[derive(Debug)]
pub struct Outcome {
    /// Hashes, size and entries.
    pub sealed: Sealed,
    /// For the person who asked: what was left out and why.
    pub notes: Vec<String>,
    /// For the operator.
    pub log: RunLog,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The exporter's run ended badly.
    #[error("{0}")]
    Run(#[from] RunError),
    /// A document's address is no SHA-256.
    #[error(
        "document {0} has a broken address in the record; run `redress verify` on the data file"
    )]
    Address(String),
    /// The case could not be written as JSON.
    #[error("the case could not be prepared for export: {0}")]
    Document(#[from] serde_json::Error),
    /// A text could not be set as PDF for want of room on the disk.
    #[error("texts could not be set as PDF: {0}; make room in the folder for temporary files")]
    Texts(io::Error),
    /// The archive could not be begun.
    #[error("the archive cannot be written now: {0}; export again later")]
    Begin(io::Error),
    /// The run ended well and the archive was not closed.
    #[error("the archive was not completed; export again")]
    Unsealed,
}

/// Everything an export takes besides the case.
pub struct Tools<'a> {
    /// The sandbox.
    pub host: &'a PluginHost,
    /// Where documents are.
    pub store: &'a Store,
    /// The typesetter.
    pub pdf: Arc<Renderer>,
    /// Told `done, total`.
    pub progress: Option<Arc<dyn Fn(u32, u32) + Send + Sync>>,
    /// Sections of the case by name, beyond what its document says.
    pub sections: Option<source::Sections>,
}

/// Exports a case to a writer, which may be a file or a channel to a browser. Memory does not grow with the
/// documents.
///
/// # Errors
/// When the exporter, the store or the writer fails. What the writer got by then is no whole archive and must be
/// discarded.
pub async fn run_export<W: Write + Send + 'static>(
    tools: Tools<'_>,
    exporter: &Exporter,
    file: &CaseFile<'_>,
    asked: &Asked,
    out: W,
) -> Result<Outcome, ExportError> {
    let as_of: DateTime<Utc> = file.case.as_of;
    let (mut held, mut attachments) = documents(file)?;
    let mut document = file.json(&asked.mode);
    let as_kept = exporter.manifest.documents == Documents::AsKept;
    let wanted = |about: &serde_json::Value| match &asked.mode {
        _ if as_kept => false,
        Mode::Full | Mode::Supplement(_) => true,
        Mode::Focused(items) => about["category"]
            .as_str()
            .is_some_and(|c| items.iter().any(|item| item == c)),
    };
    let looked_at: HashSet<String> = document["documents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|about| wanted(about) && about["sensitivity"] != "privileged")
        .filter_map(|about| about["id"].as_str().map(str::to_owned))
        .collect();
    let texts = onpaper::make(tools.store, &tools.pdf, file, &held, &looked_at).await;
    let mut texts = texts.map_err(ExportError::Texts)?;
    let mut counted = count_pages(tools.store, &tools.pdf, &held, looked_at).await;
    for about in document["documents"].as_array_mut().into_iter().flatten() {
        let id = about["id"].as_str().unwrap_or_default().to_owned();
        if let (Some(made), Some(held), Some(attached)) = (
            texts.remove(&id),
            held.get_mut(&id),
            attachments.get_mut(&id),
        ) {
            about["media_type"] = PDF.into();
            about["size"] = made.size.into();
            about["sha256"] = made.sha256.into();
            about["pages"] = made.pages.into();
            (attached.media_type, attached.size) = (PDF.into(), made.size);
            (held.media_type, held.size) = (PDF.into(), made.size);
            held.paper = Some(made.paper);
        }
        match counted.remove(&id) {
            Some(Looked::Pages(pages)) => about["pages"] = pages.into(),
            Some(Looked::Locked) => {
                about["unreadable"] =
                    "it has a password; save it without one and add it again".into();
            }
            None => {}
        }
    }
    let document = serde_json::to_string(&document)?;
    let stamp = manifest::Stamp {
        case: file.case.reference.to_string(),
        as_of: as_of.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        tool: TOOL.into(),
        generated_by: manifest::GeneratedBy {
            plugin: exporter.plugin.name().to_owned(),
            version: exporter.manifest.version.clone(),
            sha256: exporter.plugin.sha256().to_owned(),
        },
    };
    let (archive, seal): (Box<dyn Archive>, archive::Seal) = match &exporter.manifest.output {
        Some(_) => {
            let (file, seal) = single::SingleFile::new(out);
            (Box::new(file), seal)
        }
        None => {
            let (zip, seal) =
                archive::ZipArchive::new(out, stamp, attachments).map_err(ExportError::Begin)?;
            (Box::new(zip), seal)
        }
    };
    let source =
        source::StoredCase::new(tools.store.clone(), Arc::clone(&tools.pdf), document, held)
            .telling(asked.json(), tools.sections);
    let job = ExportJob {
        run: Run {
            settings_json: exporter.settings_json.clone(),
            // The case's time, not ours: the same case gives the same bytes.
            started_at: as_of,
            language: "en-GB".into(),
            progress: tools.progress,
            limits: exporter.limits.clone(),
        },
        source: Arc::new(source),
        archive,
        pdf: Arc::new(source::Typesetter(tools.pdf)),
    };
    let report = tools.host.export(&exporter.plugin, job).await?;
    let sealed = seal.take().ok_or(ExportError::Unsealed)?;
    Ok(Outcome {
        sealed,
        notes: report.notes,
        log: report.log,
    })
}

/// What looking into a PDF told.
enum Looked {
    /// It has so many pages.
    Pages(u32),
    /// It cannot be read without a password.
    Locked,
}

/// How many pages each PDF has, for the index; nothing of what is too large to look into or no sound PDF.
async fn count_pages(
    store: &Store,
    pdf: &Arc<Renderer>,
    held: &HashMap<String, source::Held>,
    wanted: HashSet<String>,
) -> HashMap<String, Looked> {
    let pdfs: Vec<(String, crate::store::Hash)> = held
        .iter()
        .filter(|(id, h)| {
            wanted.contains(*id) && h.media_type == PDF && h.size <= source::LARGEST_PDF
        })
        .map(|(id, h)| (id.clone(), h.sha256))
        .collect();
    let (store, pdf) = (store.clone(), Arc::clone(pdf));
    let count = move || {
        let one = |(id, sha256)| {
            let mut bytes = Vec::new();
            store
                .open_document(&sha256)
                .ok()?
                .read_to_end(&mut bytes)
                .ok()?;
            match pdf.count_pages(&bytes) {
                Ok(pages) => Some((id, Looked::Pages(pages))),
                Err(error) if error.is_password() => Some((id, Looked::Locked)),
                Err(_) => None,
            }
        };
        pdfs.into_iter().filter_map(one).collect()
    };
    tokio::task::spawn_blocking(count).await.unwrap_or_default()
}

type Found = (
    HashMap<String, source::Held>,
    HashMap<String, archive::Attachment>,
);

fn documents(file: &CaseFile<'_>) -> Result<Found, ExportError> {
    let of_case = file
        .case
        .documents
        .iter()
        .map(|d: &Document| (d.id.to_string(), &d.sha256, d.size, &d.media_type));
    let of_register = file
        .policies
        .iter()
        .map(|p| (p.id.clone(), &p.sha256, p.size, &p.media_type));
    let (mut held, mut attachments) = (HashMap::new(), HashMap::new());
    for (id, sha256, size, media_type) in of_case.chain(of_register) {
        let mut address = [0; 32];
        hex::decode_to_slice(sha256, &mut address).map_err(|_| ExportError::Address(id.clone()))?;
        let media_type = media_type.clone();
        attachments.insert(
            id.clone(),
            archive::Attachment {
                media_type: media_type.clone(),
                size,
                redaction: None,
            },
        );
        held.insert(
            id,
            source::Held {
                sha256: address,
                size,
                media_type,
                paper: None,
            },
        );
    }
    Ok((held, attachments))
}

/// The numbers that an export gave to its documents, to be kept for the next one: `(id, "04-03")`. What was made
/// from records goes by its title, as `made:Repairs-history.pdf`.
pub fn numbers(sealed: &Sealed) -> Vec<(String, String)> {
    let mut numbers = Vec::new();
    for entry in &sealed.entries {
        let Some((_, name)) = entry.path.rsplit_once('/') else {
            continue;
        };
        let mut parts = name.splitn(3, '_');
        let (Some(number), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        if number.starts_with("00-") {
            continue;
        }
        let id = match &entry.record {
            Some(id) => id.clone(),
            None => {
                let (title, extension) = rest.rsplit_once('.').unwrap_or((rest, ""));
                format!(
                    "made:{}.{extension}",
                    title.split('_').next().unwrap_or(title)
                )
            }
        };
        let given = (id, number.to_owned());
        if !numbers.contains(&given) {
            numbers.push(given);
        }
    }
    numbers
}
