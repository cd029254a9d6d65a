//! Documents of a case: taken in as a stream, named safely, given out only to those who may see the case.

use std::time::Duration;

use chrono::NaiveDate;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::cases::{Order, check_version};
use super::{Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Command, Document, DocumentKind, Sensitivity, Shot};
use crate::domain::ids::{CaseRef, DocumentId};
use crate::papers::photo;
use crate::store::Hash;
pub use crate::store::documents::Outgoing;

/// What is said of a document that is being attached.
#[derive(Clone, Debug)]
pub struct NewDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its own date.
    pub doc_date: Option<NaiveDate>,
    /// A title for the index; the file's name when empty.
    pub title: String,
    /// How delicate it is.
    pub sensitivity: Sensitivity,
    /// The name it came with.
    pub file_name: String,
    /// The system it came from.
    pub source_system: Option<String>,
    /// Its identifier there.
    pub source_id: Option<String>,
    /// Who wrote it, where that is not plain from its kind.
    pub from: Option<String>,
    /// Who received it.
    pub to: Option<String>,
    /// Why it matters, for the index.
    pub why: Option<String>,
    /// Its date of receipt or making, if it was not now.
    pub at: Option<chrono::DateTime<chrono::Utc>>,
}

/// A document ready to be read out.
pub struct OpenDocument {
    /// What it is.
    pub document: Document,
    /// Its bytes.
    pub bytes: Outgoing,
}

/// How long the rest of an upload that is not kept is read.
const READ_OFF: Duration = Duration::from_secs(120);

/// As much as the file type is told from.
const SNIFFED: usize = 4096;

impl Desk {
    /// Puts a document on a case: its bytes first, as they come, then the event that names them.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Stale`], a refusal, or what the disk says; a document that was
    /// not put on a case is swept away later.
    pub async fn attach(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        about: NewDocument,
        if_version: Option<u32>,
        bytes: impl AsyncRead + Send + Unpin,
    ) -> Result<(Document, u32), DeskError> {
        let taken = self
            .take_document(actor, reference, if_version, &about.file_name, bytes)
            .await?;
        self.keep_document(actor, reference, about, if_version, None, taken)
            .await
    }

    /// Takes a document's bytes in for a case, before anything is known about it.
    ///
    /// # Errors
    /// As [`Desk::attach`].
    pub async fn take_document(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        if_version: Option<u32>,
        name: &str,
        bytes: impl AsyncRead + Send + Unpin,
    ) -> Result<Taken, DeskError> {
        need(actor, Permission::Attach)?;
        check_version(&open(&*self.reader()?, actor, reference)?, if_version)?;
        take_in(self, name, bytes).await
    }

    /// Puts a document that was taken in on its case. With a `key`, a repeated call gives the document of the first.
    ///
    /// # Errors
    /// As [`Desk::attach`].
    pub async fn keep_document(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        about: NewDocument,
        if_version: Option<u32>,
        key: Option<String>,
        taken: Taken,
    ) -> Result<(Document, u32), DeskError> {
        let (media_type, file_name) = (taken.media_type, taken.file_name);
        let title = if about.title.trim().is_empty() {
            file_name.clone()
        } else {
            about.title.trim().to_owned()
        };
        let shot = self.shot(&media_type, taken.sha256).await;
        let document = Document {
            id: DocumentId(0),
            shot,
            sha256: hex::encode(taken.sha256),
            size: taken.size,
            media_type,
            file_name,
            title,
            kind: about.kind,
            doc_date: about.doc_date,
            sensitivity: about.sensitivity,
            source_system: about.source_system,
            source_id: about.source_id,
            from: about.from,
            to: about.to,
            why: about.why,
            before: None,
            added_by: actor.id.clone(),
            added_at: self.now(),
        };
        let command = Command::Attach {
            document: Box::new(document),
        };
        let order = Order {
            command,
            at: about.at,
            if_version,
            key,
        };
        let view = self.command(actor, reference, order).await?;
        let sha256 = hex::encode(taken.sha256);
        let attached = view
            .case
            .documents
            .iter()
            .rev()
            .find(|document| document.sha256 == sha256);
        let attached =
            attached.ok_or_else(|| DeskError::Internal("the document was not kept".into()))?;
        Ok((attached.clone(), view.case.version))
    }

    /// What a camera wrote into a picture that was taken in. A photo that cannot be read says nothing.
    async fn shot(&self, media_type: &str, sha256: Hash) -> Option<Shot> {
        if !media_type.starts_with("image/") {
            return None;
        }
        let read = self.away(move |desk| -> Result<Vec<u8>, DeskError> {
            let mut bytes = desk.store().open_document(&sha256)?;
            let mut start = Vec::new();
            while start.len() < photo::LOOKED_AT
                && let Some(chunk) = bytes.next_chunk()?
            {
                start.extend_from_slice(&chunk);
            }
            Ok(start)
        });
        let written = photo::read(&read.await.ok()?)?;
        Some(Shot {
            taken_on: written.taken_at.map(|at| at.date()),
            taken_at: written.taken_at.map(|at| at.time()),
            camera: written.camera,
            located: written.located,
        })
    }

    /// Opens a document of a case for reading.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], [`DeskError::Forbidden`] or what the disk says.
    pub fn open_document(
        &self,
        actor: &Actor,
        reference: &CaseRef,
        id: DocumentId,
    ) -> Result<OpenDocument, DeskError> {
        need(actor, Permission::ReadCases)?;
        let case = open(&*self.reader()?, actor, reference)?;
        if case.restricted.is_some() {
            self.note_view(actor, reference, "document")?;
        }
        let document = case
            .documents
            .into_iter()
            .find(|document| document.id == id)
            .ok_or(DeskError::NotFound)?;
        if document.is_delicate() && !actor.may_read_delicate() {
            return Err(DeskError::Forbidden(
                "This document is about health or legal advice, which your role does not see. Ask \
                 the complaints team for what you need of it."
                    .into(),
            ));
        }
        let bytes = self.store().open_document(&hash(&document.sha256)?)?;
        Ok(OpenDocument { document, bytes })
    }
}

/// A file that came in, and is swept away unless something keeps it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its address.
    pub sha256: Hash,
    /// Bytes.
    pub size: u64,
    /// What it is, told from its bytes.
    pub media_type: String,
    /// A safe name.
    pub file_name: String,
}

impl Taken {
    /// The kind of what needs no looking at to be told.
    pub(super) fn kind(&self) -> DocumentKind {
        match self.media_type.split('/').next() {
            Some("image") => DocumentKind::Photo,
            Some("video") => DocumentKind::Video,
            Some("audio") => DocumentKind::Audio,
            _ => DocumentKind::Other,
        }
    }
}

/// Streams a file in and tells what it is.
pub(super) async fn take_in(
    desk: &Desk,
    name: &str,
    mut bytes: impl AsyncRead + Send + Unpin,
) -> Result<Taken, DeskError> {
    let mut incoming = desk.store().take_document(None);
    let mut head = Vec::with_capacity(SNIFFED);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = bytes
            .read(&mut buffer)
            .await
            .map_err(|_| DeskError::Invalid {
                field: "file",
                detail: "The upload broke off. Try it again.".into(),
            })?;
        if read == 0 {
            break;
        }
        if head.len() < SNIFFED {
            head.extend_from_slice(&buffer[..read.min(SNIFFED - head.len())]);
        }
        if let Err(error) = incoming.push_async(&buffer[..read]).await {
            drop(incoming);
            read_off(bytes).await;
            return Err(error.into());
        }
    }
    if head.is_empty() {
        return Err(DeskError::Invalid {
            field: "file",
            detail: "The file is empty. Choose another.".into(),
        });
    }
    let stored = incoming.finish_async().await?;
    let media_type = media_type(&head, name);
    Ok(Taken {
        sha256: stored.sha256,
        size: stored.size,
        media_type: media_type.to_owned(),
        file_name: safe_name(name, media_type),
    })
}

/// Reads what is left of an upload that is not kept, for a while: a browser shows the answer only when it was let
/// finish sending.
async fn read_off(mut bytes: impl AsyncRead + Send + Unpin) {
    let mut nowhere = tokio::io::sink();
    let rest = tokio::io::copy(&mut bytes, &mut nowhere);
    let _ = tokio::time::timeout(READ_OFF, rest).await;
}

/// The address of a document from its hex.
pub(crate) fn hash(hex_sha256: &str) -> Result<[u8; 32], DeskError> {
    let mut sha256 = [0; 32];
    hex::decode_to_slice(hex_sha256, &mut sha256).map_err(|_| DeskError::NotFound)?;
    Ok(sha256)
}

/// What a file is, told from its bytes; its name decides only among kinds of plain text.
pub fn media_type(head: &[u8], name: &str) -> &'static str {
    if let Some(kind) = infer::get(head) {
        return kind.mime_type();
    }
    if head.contains(&0) || std::str::from_utf8(trimmed(head)).is_err() {
        return "application/octet-stream";
    }
    match name
        .rsplit_once('.')
        .map(|(_, ext)| ext.to_ascii_lowercase())
        .as_deref()
    {
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("eml") => "message/rfc822",
        // Markup is kept and shown as the text it is: nothing here is ever rendered.
        _ => "text/plain",
    }
}

/// Cuts a head that ends within a character.
fn trimmed(head: &[u8]) -> &[u8] {
    match std::str::from_utf8(head) {
        Err(error) if error.error_len().is_none() => &head[..error.valid_up_to()],
        _ => head,
    }
}

/// A file name of ours made from the one it came with: no folders, no controls, no direction marks,
/// no reserved names, at most 120 characters.
pub fn safe_name(name: &str, media_type: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '(' | ')') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let kept = kept.trim_matches(['.', ' ', '_']);
    let (stem, ext) = match kept.rsplit_once('.') {
        Some((stem, ext)) if (1..=8).contains(&ext.len()) && ext.is_ascii() => {
            (stem, ext.to_ascii_lowercase())
        }
        _ => (kept, extension(media_type).to_owned()),
    };
    let reserved = ["con", "prn", "aux", "nul"].contains(&stem.to_ascii_lowercase().as_str())
        || (stem.len() == 4
            && ["com", "lpt"]
                .iter()
                .any(|port| stem.to_ascii_lowercase().starts_with(port)));
    let stem: String = stem.chars().take(110).collect();
    match stem.trim() {
        "" => format!("document.{ext}"),
        stem if reserved => format!("document-{stem}.{ext}"),
        stem => format!("{stem}.{ext}"),
    }
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "text/csv" => "csv",
        "text/plain" => "txt",
        "application/json" => "json",
        "message/rfc822" => "eml",
        "video/mp4" => "mp4",
        "audio/mpeg" => "mp3",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        let cases = [
            ("../../etc/passwd", "passwd.txt"),
            ("C:\\Users\\x\\photo.JPG", "photo.jpg"),
            ("\u{202e}gpj.exe", "gpj.exe"),
            ("con.txt", "document-con.txt"),
            ("", "document.txt"),
            ("...", "document.txt"),
            ("a\0b.pdf", "a_b.pdf"),
            ("Zażółć (1).pdf", "Zażółć (1).pdf"),
        ];
        for (given, expected) in cases {
            assert_eq!(safe_name(given, "text/plain"), expected, "{given:?}");
        }
        assert!(safe_name(&"x".repeat(400), "text/plain").len() < 130);
    }

    #[test]
    fn types_are_told_from_the_bytes() {
        assert_eq!(media_type(b"%PDF-1.7 ", "photo.jpg"), "application/pdf");
        assert_eq!(media_type(b"<svg onload=alert(1)>", "x.png"), "text/plain");
        assert_eq!(media_type(b"a,b\n1,2", "x.csv"), "text/csv");
        assert_eq!(
            media_type(b"\0\x01\x02", "x.txt"),
            "application/octet-stream"
        );
        assert_eq!(
            media_type("é".as_bytes().split_at(1).0, "x.txt"),
            "text/plain"
        );
    }
}
