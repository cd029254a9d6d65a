//! Documents of linked records, such as the photos of a repair, taken into the case as evidence: the adapter brings
//! the bytes, the host streams them to the disk, and what they are is told from them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::desk::documents::{NewDocument, Taken, media_type, safe_name};
use crate::desk::{Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Case, Document, DocumentKind, LinkedRecord, RecordKey, Sensitivity};
use crate::domain::ids::{CaseRef, DocumentId};
use crate::link::record::{Paper, Sheet};
use crate::link::{Source, fetch};
use crate::store::StoreError;
use crate::store::documents::Incoming;

/// Documents of one record in one go.
const MOST: usize = 50;
/// As much as the file type is told from.
const SNIFFED: usize = 4096;

/// What came of taking documents into the case.
#[derive(Clone, Debug, Default)]
pub struct Pulled {
    /// Those that are on the case now.
    pub added: Vec<Document>,
    /// Those whose very bytes were on it already, by their name there and their number here.
    pub known: Vec<(String, DocumentId)>,
    /// Those that could not be had, and why.
    pub failed: Vec<(String, String)>,
}

impl Desk {
    /// Takes one document of a linked record into the case, or all that are not there yet.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a case, record or document that is not there; [`DeskError::Plugin`] when the other
    /// system gave none of what was asked for.
    pub async fn pull_documents(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        key: &RecordKey,
        wanted: Option<&str>,
    ) -> Result<Pulled, DeskError> {
        need(actor, Permission::Attach)?;
        let case = open(&*self.reader()?, actor, reference)?;
        let record = case.current_links().find(|link| link.is(key));
        let record = record.ok_or(DeskError::NotFound)?;
        let mut papers = Sheet::read(&record.document).papers;
        match wanted {
            Some(id) => papers.retain(|paper| paper.id == id),
            None => papers.retain(|paper| on_case(&case, record, paper).is_none()),
        }
        if wanted.is_some() && papers.is_empty() {
            return Err(DeskError::NotFound);
        }
        papers.truncate(MOST);
        let links = self.sources()?;
        let link = links.iter().find(|link| link.key == key.source);
        let link = link.ok_or_else(|| {
            DeskError::Plugin(format!(
                "{} is no longer linked, so its documents cannot be had. Ask the administrator.",
                key.source
            ))
        })?;
        let source = self.source_of(link).map_err(DeskError::Plugin)?;
        let mut pulled = Pulled::default();
        for paper in &papers {
            let taken = match self.take_paper(&source, key, paper).await {
                Ok(taken) => taken,
                Err(DeskError::Plugin(why)) => {
                    tracing::warn!(source = %key.source, %why, "a linked document was not had");
                    pulled.failed.push((paper.name.clone(), why));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let sha256 = hex::encode(taken.sha256);
            let mut on_file = case.documents.iter().chain(&pulled.added);
            if let Some(twin) = on_file.find(|document| document.sha256 == sha256) {
                pulled.known.push((paper.name.clone(), twin.id));
                continue;
            }
            let about = about(record, paper, &taken);
            let (document, _) = self
                .keep_document(actor, reference, about, None, None, taken)
                .await?;
            pulled.added.push(document);
        }
        if pulled.added.is_empty()
            && pulled.known.is_empty()
            && let Some((name, why)) = pulled.failed.first()
        {
            return Err(DeskError::Plugin(format!(
                "{} did not give {name}: {why}",
                key.source
            )));
        }
        Ok(pulled)
    }

    async fn take_paper(
        &self,
        source: &Source,
        key: &RecordKey,
        paper: &Paper,
    ) -> Result<Taken, DeskError> {
        let staging = Staging {
            incoming: Some(self.store().take_document(None)),
            head: Vec::new(),
            failed: None,
        };
        let staging = Arc::new(Mutex::new(staging));
        let sink = Box::new(Sink(Arc::clone(&staging)));
        let fetched = fetch(&self.inner.plugins, source, key, paper, sink, self.now()).await;
        let (incoming, head, failed) = {
            let mut staging = staging.lock().unwrap_or_else(PoisonError::into_inner);
            (
                staging.incoming.take(),
                std::mem::take(&mut staging.head),
                staging.failed.take(),
            )
        };
        match failed {
            Some(error @ StoreError::TooLarge { .. }) => {
                return Err(DeskError::Plugin(error.to_string()));
            }
            Some(error) => return Err(error.into()),
            None => {}
        }
        let name = fetched.map_err(DeskError::Plugin)?;
        let (Some(incoming), false) = (incoming, head.is_empty()) else {
            return Err(DeskError::Plugin("It is empty there.".into()));
        };
        let stored = incoming.finish_async().await?;
        let name = if name.trim().is_empty() {
            &paper.name
        } else {
            &name
        };
        let media_type = media_type(&head, name);
        Ok(Taken {
            sha256: stored.sha256,
            size: stored.size,
            media_type: media_type.to_owned(),
            file_name: safe_name(name, media_type),
        })
    }
}

/// A document's identifier in its source: the record's, then its own.
fn source_id(record: &LinkedRecord, paper: &Paper) -> String {
    format!("{}/{}/{}", record.kind, record.external_id, paper.id)
}

/// The document of the case that came from this one.
pub fn on_case<'c>(case: &'c Case, record: &LinkedRecord, paper: &Paper) -> Option<&'c Document> {
    let id = source_id(record, paper);
    case.documents.iter().find(|document| {
        document.source_system.as_deref() == Some(record.source.as_str())
            && document.source_id.as_deref() == Some(id.as_str())
    })
}

fn about(record: &LinkedRecord, paper: &Paper, taken: &Taken) -> NewDocument {
    let kind = match taken.kind() {
        DocumentKind::Other => match record.kind.as_str() {
            "repair" | "repairs" => DocumentKind::RepairRecord,
            "inspection" => DocumentKind::InspectionReport,
            "asb" => DocumentKind::AsbRecord,
            "contact" | "contacts" | "note" => DocumentKind::ContactRecord,
            "tenancy" => DocumentKind::TenancyAgreement,
            "property" => DocumentKind::PropertyRecord,
            _ => DocumentKind::Other,
        },
        seen => seen,
    };
    let title = paper.title.clone().unwrap_or_default();
    NewDocument {
        kind,
        doc_date: paper.taken_on,
        // A title is a line; what another system puts there may be more.
        title: title
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect(),
        sensitivity: Sensitivity::Ordinary,
        file_name: taken.file_name.clone(),
        source_system: Some(record.source.clone()),
        source_id: Some(source_id(record, paper)),
        from: None,
        to: None,
        why: None,
        at: None,
    }
}

/// A document on its way from an adapter to the disk.
struct Staging {
    incoming: Option<Incoming>,
    head: Vec<u8>,
    failed: Option<StoreError>,
}

/// The end of it that the host writes to.
struct Sink(Arc<Mutex<Staging>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut staging = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = SNIFFED.saturating_sub(staging.head.len());
        staging
            .head
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        let Some(incoming) = &mut staging.incoming else {
            return Err(io::Error::other("the document has ended"));
        };
        if let Err(error) = incoming.push(bytes) {
            let why = error.to_string();
            staging.incoming = None;
            staging.failed = Some(error);
            return Err(io::Error::other(why));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
