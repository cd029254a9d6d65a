//! Documents in and out, as streams: never a whole one in memory.
//!
//! What comes out is a download whatever it is: no browser renders a stored file under our name.

use std::io;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::io::StreamReader;

use super::cases::version_header;
use super::doc::told;
use super::extract::{Asked, Caller, Number, Ref, idempotency_key, if_match};
use super::problem::Problem;
use super::range::{Wanted, wanted};
use super::read;
use crate::desk::Desk;
use crate::desk::documents::{NewDocument, OpenDocument, Taken};
use crate::desk::previews::Size;
use crate::domain::case::{DocumentKind, Sensitivity};
use crate::domain::ids::DocumentId;

/// The longest field of a form beside its file.
const LONGEST_FIELD: usize = 64 * 1024;

/// Attach a document.
#[utoipa::path(post, path = "/cases/{reference}/documents", tag = "documents",
    params(("reference" = String, Path, description = "Such as C-2026-0042."),
           ("If-Match" = Option<String>, Header, description = "The version seen."),
           ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request the same request.")),
    request_body(content = told::NewDocument, content_type = "multipart/form-data"),
    responses((status = 201, description = "Attached. `Location` is its address, `ETag` the case's version.", body = told::Document)))]
pub async fn attach(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let (seen, key) = (if_match(&headers)?, idempotency_key(&headers)?);
    let mut form = form.map_err(|_| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media_type",
            "Not a form",
            "Send multipart/form-data with a part called file.",
        )
    })?;
    let mut about = NewDocument {
        kind: DocumentKind::Other,
        doc_date: None,
        title: String::new(),
        sensitivity: Sensitivity::default(),
        file_name: String::new(),
        source_system: None,
        source_id: None,
        from: None,
        to: None,
        why: None,
        at: None,
    };
    let mut taken: Option<Taken> = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if taken.is_some() {
                return Err(Problem::invalid("file", "Send one file at a time."));
            }
            let file_name = field.file_name().unwrap_or("document").to_owned();
            let bytes = StreamReader::new(field.map_err(io::Error::other));
            let incoming = desk.take_document(&actor, &reference, seen, &file_name, bytes);
            taken = Some(incoming.await?);
            about.file_name = file_name;
        } else {
            let text = text(field, &name).await?;
            take(&mut about, &name, text)?;
        }
    }
    let taken = taken
        .ok_or_else(|| Problem::invalid("file", "Send the document as the part called file."))?;
    let kept = desk.keep_document(&actor, &reference, about, seen, key, taken);
    let (document, version) = kept.await?;
    let address = format!("/api/v1/cases/{reference}/documents/{}", document.id);
    let mut response = (StatusCode::CREATED, Json(json!(document))).into_response();
    version_header(&mut response, version);
    if let Ok(address) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    Ok(response)
}

fn broken(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_long("form");
    }
    Problem::malformed("The form broke off or is not multipart/form-data. Send it again.")
}

fn too_long(field: &str) -> Problem {
    let problem = Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "Too large",
        "This is longer than 64 kB. Put what is long in the document.",
    );
    Problem {
        field: Some(field.to_owned()),
        ..problem
    }
}

/// A field of the form as text, counted as it comes.
pub async fn text(mut field: Field<'_>, name: &str) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        if bytes.len() + piece.len() > LONGEST_FIELD {
            return Err(too_long(name));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes)
        .map_err(|_| Problem::invalid(name, "This is not text. Send it as UTF-8."))
}

/// Reads a text of a form as a value of the domain; an empty one was left out.
pub fn value<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<Option<T>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = read::typed(&Value::String(text.to_owned()));
    read.map(Some).map_err(|fault| Problem {
        field: Some(name.to_owned()),
        ..fault
    })
}

fn take(about: &mut NewDocument, name: &str, text: String) -> Result<(), Problem> {
    match name {
        "kind" => about.kind = value(name, &text)?.unwrap_or(about.kind),
        "doc_date" => about.doc_date = value::<NaiveDate>(name, &text)?,
        "title" => about.title = text,
        "sensitivity" => about.sensitivity = value(name, &text)?.unwrap_or_default(),
        "source_system" => about.source_system = value(name, &text)?,
        "source_id" => about.source_id = value(name, &text)?,
        "from" => about.from = value(name, &text)?,
        "to" => about.to = value(name, &text)?,
        "why" => about.why = value(name, &text)?,
        "at" => about.at = value::<DateTime<Utc>>(name, &text)?,
        _ => {
            let known = [
                "file",
                "kind",
                "doc_date",
                "title",
                "sensitivity",
                "source_system",
                "source_id",
                "from",
                "to",
                "why",
                "at",
            ];
            return Err(read::unknown(name, &known));
        }
    }
    Ok(())
}

/// The documents of a case.
#[utoipa::path(get, path = "/cases/{reference}/documents", tag = "documents",
    params(("reference" = String, Path, description = "Such as C-2026-0042.")),
    responses((status = 200, description = "In the order they came.", body = Vec<told::Document>)))]
pub async fn list(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
) -> Result<Json<Value>, Problem> {
    let view = desk.away(move |desk| desk.case(&actor, &reference)).await?;
    Ok(Json(json!(view.case.documents)))
}

/// Download a document, or a range of it.
#[utoipa::path(get, path = "/cases/{reference}/documents/{id}", tag = "documents",
    params(("reference" = String, Path, description = "Such as C-2026-0042."),
           ("id" = u32, Path, description = "Its number in the case."),
           ("Range" = Option<String>, Header, description = "One range, such as bytes=0-1023.")),
    responses((status = 200, description = "Its bytes, as a download.", body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 206, description = "The range asked for.", body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 416, description = "No such range.", body = Problem, content_type = "application/problem+json")))]
pub async fn download(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
    Number(id): Number,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let open = desk
        .away(move |desk| desk.open_document(&actor, &reference, DocumentId(id)))
        .await?;
    Ok(stream(open, &headers))
}

/// Which look of a document.
#[derive(Deserialize)]
pub struct Looked {
    /// Its page, from 1; a photo has one.
    #[serde(default = "first")]
    page: u32,
    /// Whether a picture for a list will do, of 200 pixels at most; otherwise 1,600.
    #[serde(default)]
    small: bool,
}

fn first() -> u32 {
    1
}

/// A picture of one page of a document: a photo, also as phones take them, or a page of a PDF.
///
/// The header `Redress-Pages` says how many pages there are. What the camera wrote into a photo is not in the picture.
#[utoipa::path(get, path = "/cases/{reference}/documents/{id}/preview", tag = "documents",
    params(("reference" = String, Path, description = "Such as C-2026-0042."),
           ("id" = u32, Path, description = "Its number in the case."),
           ("page" = Option<u32>, Query, description = "Its page, from 1; a photo has one."),
           ("small" = Option<bool>, Query, description = "A picture for a list, of 200 pixels at most; otherwise 1,600.")),
    responses((status = 200, description = "The picture.", body = Vec<u8>, content_type = "image/jpeg"),
              (status = 422, description = "Files of this kind have no preview, or none at this page.",
               body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
    Number(id): Number,
    Asked(looked): Asked<Looked>,
) -> Result<Response, Problem> {
    let size = if looked.small {
        Size::Small
    } else {
        Size::Large
    };
    let preview = desk
        .preview(&actor, &reference, DocumentId(id), looked.page, size)
        .await?;
    let mut response = Bytes::from_owner(preview.jpeg).into_response();
    set(&mut response, header::CONTENT_TYPE, "image/jpeg");
    set(&mut response, header::CACHE_CONTROL, "private, no-store");
    set(
        &mut response,
        header::HeaderName::from_static("redress-pages"),
        &preview.pages.to_string(),
    );
    Ok(response)
}

/// The bytes of an open document as an answer.
fn stream(open: OpenDocument, headers: &HeaderMap) -> Response {
    let OpenDocument { document, bytes } = open;
    let (size, etag) = (document.size, format!("\"{}\"", document.sha256));
    let (status, from, to) = match wanted(headers, &etag, size) {
        Wanted::All => (StatusCode::OK, 0, size),
        Wanted::Part(from, to) => (StatusCode::PARTIAL_CONTENT, from, to),
        Wanted::Nothing => {
            let detail = format!("The document has {size} bytes. Ask for a range within them.");
            let title = "No such range";
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", title, detail);
            let mut response = problem.into_response();
            set(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{size}"),
            );
            return response;
        }
    };
    let pieces = futures_util::stream::try_unfold(bytes.range(from, to), |mut bytes| async {
        let read = tokio::task::spawn_blocking(move || {
            let piece = bytes.next_chunk().map_err(io::Error::other)?;
            Ok::<_, io::Error>(piece.map(|piece| (Bytes::from(piece), bytes)))
        });
        read.await.map_err(io::Error::other)?
    });
    let mut response = (status, Body::from_stream(pieces)).into_response();
    download_headers(&mut response, &document.media_type, &document.file_name);
    set(
        &mut response,
        header::CONTENT_LENGTH,
        &(to - from).to_string(),
    );
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    set(&mut response, header::ETAG, &etag);
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {from}-{}/{size}", to - 1);
        set(&mut response, header::CONTENT_RANGE, &range);
    }
    response
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Makes an answer a download that no browser renders.
pub fn download_headers(response: &mut Response, media_type: &str, file_name: &str) {
    set(response, header::CONTENT_TYPE, media_type);
    set(
        response,
        header::CONTENT_DISPOSITION,
        &disposition(file_name),
    );
    set(response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(response, header::CACHE_CONTROL, "private, no-store");
    let policy = "sandbox; default-src 'none'; frame-ancestors 'none'";
    set(response, header::CONTENT_SECURITY_POLICY, policy);
}

/// `attachment` with the name twice: plain for old clients, and as it is (RFC 8187).
pub fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._- ()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut exact = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_leave_in_quotes_and_in_full() {
        assert_eq!(
            disposition("Brief \"7\"\r\nSet-Cookie: é.pdf"),
            "attachment; filename=\"Brief _7___Set-Cookie_ _.pdf\"; \
             filename*=UTF-8''Brief%20%227%22%0D%0ASet-Cookie%3A%20%C3%A9.pdf"
        );
    }
}
