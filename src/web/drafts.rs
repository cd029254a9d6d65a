//! Forms that are kept while they are typed: the addresses that redress.js and the buttons send to, and the posts of
//! a form that may carry files.

use super::form::{Form, Papers, Posted, Waiting};
use super::page::see;
use super::queue::encode;
use super::router::LONGEST_FORM;
use super::shell::{Visitor, Web};
use super::words::{clock_time, moment, size};
use crate::desk::DeskError;
use crate::desk::drafts::{Draft, KEPT_DAYS};
use crate::desk::previews::has_looks;
use crate::domain::access::Actor;
use axum::Form as Body;
use axum::RequestExt;
use axum::extract::{DefaultBodyLimit, Multipart, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use serde::Deserialize;
use tokio_util::io::StreamReader;

/// What somebody asks about a draft.
#[derive(Deserialize)]
pub struct Asked {
    /// Which.
    slot: String,
    /// Which of its files.
    #[serde(default)]
    file: String,
}

/// `POST /drafts?slot=…`: keeps what was typed so far, and says so in a sentence.
pub async fn keep(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Asked>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let kept = keep_typed(&web, &actor, &asked.slot, Posted(pairs)).await;
    match kept {
        Ok(at) => said(at, web.desk.now()).into_response(),
        Err(error) => in_words(&web, &actor, &error),
    }
}

/// `POST /drafts/files?slot=…`: takes in the files of a form that is not sent yet; answers with what now waits.
pub async fn keep_files(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Asked>,
    parts: Multipart,
) -> Response {
    let mut posted = Posted::default();
    let taken = take_parts(&web, &actor, Some(&asked.slot), parts, &mut posted).await;
    match taken {
        Ok(()) => waiting_list(&web, &actor, &asked.slot),
        Err(error) => in_words(&web, &actor, &error),
    }
}

/// `POST /drafts/files/drop?slot=…&file=…`: takes one away again; answers with what still waits.
pub async fn drop_file(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    match web
        .desk
        .drop_draft_file(&actor, &asked.slot, asked.file)
        .await
    {
        Ok(_) => waiting_list(&web, &actor, &asked.slot),
        Err(error) => in_words(&web, &actor, &error),
    }
}

/// `GET /drafts/files/picture?slot=…&file=…`: a small picture of a file that waits.
pub async fn picture(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let made = web
        .desk
        .preview_waiting(&actor, &asked.slot, &asked.file)
        .await;
    match made {
        Ok(preview) => super::document_page::jpeg(&preview),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /drafts/drop`: forgets a draft and goes back to the empty form.
pub async fn forget(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let posted = Posted(pairs);
    let slot = posted.get("slot");
    if let Err(error) = web.desk.drop_draft(&actor, slot).await {
        return web.sorry(&actor, &error);
    }
    see(&empty_form(slot))
}

/// The empty form that a draft was of.
fn empty_form(slot: &str) -> String {
    let mut parts = slot.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("cases"), Some(reference), Some(command)) => {
            format!("/cases/{}/do/{}", encode(reference), encode(command))
        }
        _ => "/log".into(),
    }
}

/// The names that are of the form itself and no answers.
const NO_ANSWERS: [&str; 11] = [
    "draft",
    "enter",
    "find",
    "pick",
    "pick_over",
    "searched",
    "q",
    "keep",
    "add_files",
    "drop_file",
    "try",
];

/// Keeps a form as it was typed so far; gives when.
///
/// # Errors
/// What the desk says.
pub async fn keep_typed(
    web: &Web,
    actor: &Actor,
    slot: &str,
    posted: Posted,
) -> Result<DateTime<Utc>, DeskError> {
    let mut answers = posted.0;
    answers
        .retain(|(name, value)| !NO_ANSWERS.contains(&name.as_str()) && !value.trim().is_empty());
    web.desk.keep_draft(actor, slot, answers).await
}

/// A form as it stands in a draft.
pub fn restore(form: &mut Form, draft: &Draft, now: DateTime<Utc>) {
    let fresh = form.version.clone();
    let _ = form.read_of(&Posted(draft.answers.clone()), |_| false);
    if form.version.is_empty() {
        form.version = fresh;
    }
    form.draft_said = said(draft.kept_at, now);
}

/// What is said of a draft that is kept.
pub fn said(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let when = match super::words::civil(at) == super::words::civil(now) {
        true => format!("at {}", clock_time(at)),
        false => format!("on {}", moment(at)),
    };
    format!("Kept as a draft {when}, for you alone and at most {KEPT_DAYS} days.")
}

/// The files that wait with a draft.
pub fn papers(draft: Option<&Draft>) -> Papers {
    let files = draft.map_or(&[][..], |draft| &draft.files);
    let slot = draft.map_or("", |draft| &draft.slot);
    let waiting = files.iter().map(|file| Waiting {
        picture: if has_looks(&file.media_type, file.size) {
            format!(
                "/drafts/files/picture?slot={}&file={}",
                encode(slot),
                file.sha256
            )
        } else {
            String::new()
        },
        name: file.file_name.clone(),
        size: size(file.size),
        value: file.sha256.clone(),
    });
    Papers {
        waiting: waiting.collect(),
        error: String::new(),
    }
}

/// The list of waiting files alone, as redress.js puts it into the page.
#[derive(askama::Template)]
#[template(path = "papers_list.html")]
struct PapersList {
    papers: Papers,
}

fn waiting_list(web: &Web, actor: &Actor, slot: &str) -> Response {
    match web.desk.draft(actor, slot) {
        Ok(draft) => super::page::render(
            StatusCode::OK,
            &PapersList {
                papers: papers(draft.as_ref()),
            },
        ),
        Err(error) => in_words(web, actor, &error),
    }
}

/// A refusal with the sentence that redress.js shows, as the API would say it.
fn in_words(web: &Web, actor: &Actor, error: &DeskError) -> Response {
    let status = web.sorry(actor, error).status();
    let problem = serde_json::json!({"status": status.as_u16(), "detail": error.to_string()});
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, problem.to_string()).into_response()
}

/// Reads the post of a form that may carry files; those are kept with the draft whose key came before them.
///
/// # Errors
/// The page or sentence to answer with.
pub async fn read(
    web: &Web,
    actor: &Actor,
    request: Request,
    slot: impl Fn(&Posted) -> String,
) -> Result<(Posted, Result<(), DeskError>), Response> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let in_parts = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    if !in_parts {
        let mut request = request;
        DefaultBodyLimit::max(LONGEST_FORM).apply(&mut request);
        let Body(pairs) = request
            .extract::<Body<Vec<(String, String)>>, _>()
            .await
            .map_err(IntoResponse::into_response)?;
        return Ok((Posted(pairs), Ok(())));
    }
    let parts: Multipart = request
        .extract()
        .await
        .map_err(|error: axum::extract::multipart::MultipartRejection| error.into_response())?;
    let mut posted = Posted::default();
    let taken = take_by(web, actor, &slot, parts, &mut posted).await;
    Ok((posted, taken))
}

async fn take_parts(
    web: &Web,
    actor: &Actor,
    slot: Option<&str>,
    parts: Multipart,
    posted: &mut Posted,
) -> Result<(), DeskError> {
    let slot = slot.unwrap_or_default().to_owned();
    take_by(web, actor, &move |_| slot.clone(), parts, posted).await
}

/// Takes the parts of a post. A file that is not taken does not keep the answers behind it from being read.
async fn take_by(
    web: &Web,
    actor: &Actor,
    slot: &impl Fn(&Posted) -> String,
    mut parts: Multipart,
    posted: &mut Posted,
) -> Result<(), DeskError> {
    let broken = |_| DeskError::Invalid {
        field: "file",
        detail: "The upload broke off. Try it again.".into(),
    };
    let (mut trouble, mut typed) = (Ok(()), 0);
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            None => {
                let mut bytes = Vec::new();
                while let Some(chunk) = part.chunk().await.map_err(broken)? {
                    bytes.extend_from_slice(&chunk);
                    typed += chunk.len();
                    if typed > LONGEST_FORM {
                        return Err(DeskError::Invalid {
                            field: "account",
                            detail: "Enter a shorter text, or put it into a document.".into(),
                        });
                    }
                }
                posted
                    .0
                    .push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
            Some(file_name) if !file_name.is_empty() => {
                let bytes = StreamReader::new(part.map_err(std::io::Error::other));
                let slot = slot(posted);
                let kept = web
                    .desk
                    .keep_draft_file(actor, &slot, &file_name, std::pin::pin!(bytes))
                    .await;
                if let Err(error) = kept {
                    trouble = Err(error);
                }
            }
            Some(_) => {}
        }
    }
    trouble
}
