//! Documents: taken in as a stream, given out as a download that no browser renders.

use super::case_page::care;
use super::command_page::code_of;
use super::form::{Form, Posted};
use super::forms;
use super::page::{FormPage, see};
use super::shell::{Visitor, Web};
use crate::desk::documents::{NewDocument, Outgoing};
use crate::desk::{CaseView, DeskError, StoreError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{DocumentKind, Sensitivity};
use axum::body::Body;
use axum::extract::multipart::Field as Part;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use futures_util::TryStreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::io::StreamReader;

/// The longest answer to a question that comes with a file.
const LONGEST_ANSWER: usize = 10_000;

/// `GET /cases/{reference}/documents`: the form.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
) -> Response {
    let allowed = need(&actor, Permission::Attach);
    let opened = web.case(&actor, &reference).await;
    match allowed.and(opened) {
        Ok(view) => page(&web, &actor, &view, forms::document(&view.case).once()),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /cases/{reference}/documents`. The questions come before the file, so that the file is streamed.
pub async fn add(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
    parts: Multipart,
) -> Response {
    let view = match web.case(&actor, &reference).await {
        Ok(view) => view,
        Err(error) => return web.sorry(&actor, &error),
    };
    let mut form = forms::document(&view.case);
    match take(&web, &actor, &view, &mut form, parts).await {
        Ok(()) => see(&format!("/cases/{reference}?done=document#documents")),
        Err(DeskError::Refused(refusal)) => {
            form.refuse(
                refusal.field,
                &refusal.detail,
                &code_of(&refusal),
                refusal.provision.unwrap_or_default(),
            );
            page(&web, &actor, &view, form)
        }
        Err(DeskError::Invalid { field, detail }) => {
            if !detail.is_empty() {
                form.refuse(Some(field), &detail, "", "");
            }
            page(&web, &actor, &view, form)
        }
        Err(DeskError::Conflict(_)) => {
            form.sent_before();
            page(&web, &actor, &view, form)
        }
        Err(error @ DeskError::Store(StoreError::TooLarge { .. })) => {
            form.refuse(Some("file"), &error.to_string(), "", "");
            form_page(&web, &actor, &view, form).answer_as(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

async fn take(
    web: &Web,
    actor: &Actor,
    view: &CaseView,
    form: &mut Form,
    mut parts: Multipart,
) -> Result<(), DeskError> {
    let broken = |_| DeskError::Invalid {
        field: "file",
        detail: "The upload broke off. Try it again.".into(),
    };
    let mut typed = Posted::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() != Some("file") {
            let name = part.name().unwrap_or_default().to_owned();
            typed.0.push((name, short_answer(part).await?));
            continue;
        }
        // The problems are on the form already; an empty detail adds none.
        let stop = || DeskError::Invalid {
            field: "",
            detail: String::new(),
        };
        let answers = form.read(&typed).ok_or_else(stop)?;
        let file_name = part.file_name().unwrap_or_default().to_owned();
        if file_name.is_empty() {
            break;
        }
        let about = NewDocument {
            kind: answer::<DocumentKind>(&answers, "kind").unwrap_or(DocumentKind::Other),
            doc_date: answer::<NaiveDate>(&answers, "doc_date"),
            title: answer::<String>(&answers, "title").unwrap_or_default(),
            sensitivity: answer::<Sensitivity>(&answers, "sensitivity").unwrap_or_default(),
            file_name,
            source_system: None,
            source_id: None,
            from: answer::<String>(&answers, "from"),
            to: answer::<String>(&answers, "to"),
            why: answer::<String>(&answers, "why"),
            at: None,
        };
        let bytes = StreamReader::new(part.map_err(std::io::Error::other));
        let reference = &view.case.reference;
        let taken = web
            .desk
            .take_document(
                actor,
                reference,
                None,
                &about.file_name,
                std::pin::pin!(bytes),
            )
            .await?;
        web.desk
            .keep_document(actor, reference, about, None, form.key(), taken)
            .await?;
        return Ok(());
    }
    Err(DeskError::Invalid {
        field: "file",
        detail: "Choose a file".into(),
    })
}

/// The value of a question, read with a bound.
pub async fn short_answer(mut part: Part<'_>) -> Result<String, DeskError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| DeskError::Invalid {
        field: "file",
        detail: "The upload broke off. Try it again.".into(),
    })? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST_ANSWER {
            return Err(DeskError::Invalid {
                field: "title",
                detail: "Enter a shorter text".into(),
            });
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// One answer of a form that was read.
pub fn answer<T: DeserializeOwned>(answers: &Value, name: &str) -> Option<T> {
    answers
        .get(name)
        .and_then(|value| serde_json::from_value(value.clone()).ok())
}

/// `GET /cases/{reference}/documents/{id}`.
pub async fn download(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, id)): Path<(String, u32)>,
) -> Response {
    let found = match reference.parse() {
        Ok(reference) => {
            let who = actor.clone();
            let id = crate::domain::ids::DocumentId(id);
            web.desk
                .away(move |desk| desk.open_document(&who, &reference, id))
                .await
        }
        Err(_) => Err(DeskError::NotFound),
    };
    match found {
        Ok(open) => {
            let (name, media_type, size) = (
                open.document.file_name,
                open.document.media_type,
                open.document.size,
            );
            saved_as(&name, &media_type, Some(size), streamed(open.bytes))
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// The bytes of a document as they are read.
pub fn streamed(bytes: Outgoing) -> Body {
    let chunks = futures_util::stream::try_unfold(bytes, |mut bytes| async move {
        let (chunk, bytes) = tokio::task::spawn_blocking(move || (bytes.next_chunk(), bytes))
            .await
            .map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(
            chunk
                .map_err(std::io::Error::other)?
                .map(|chunk| (chunk, bytes)),
        )
    });
    Body::from_stream(chunks)
}

/// A download: never rendered by the browser, whatever it holds.
pub fn saved_as(name: &str, media_type: &str, size: Option<u64>, body: Body) -> Response {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_ ()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let disposition = format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        super::queue::encode(name)
    );
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let value = |text: &str, otherwise| {
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(otherwise))
    };
    headers.insert(
        header::CONTENT_TYPE,
        value(media_type, "application/octet-stream"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        value(&disposition, "attachment"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    if let Some(size) = size {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    }
    response
}

fn page(web: &Web, actor: &Actor, view: &CaseView, form: Form) -> Response {
    form_page(web, actor, view, form).answer()
}

fn form_page(web: &Web, actor: &Actor, view: &CaseView, form: Form) -> FormPage {
    let reference = view.case.reference.to_string();
    FormPage {
        frame: web.frame(actor, "/cases"),
        title: "Add a document".into(),
        intro: "It is kept as it is, under the hash of its content.".into(),
        back: format!("/cases/{reference}"),
        back_label: format!("{reference}: {}", view.case.title()),
        care: care(&view.case),
        form,
    }
}
