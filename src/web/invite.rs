//! Asking somebody without an account: the page that makes the address, and the page that it opens.

use super::case_page::care;
use super::documents::short_answer;
use super::form::{Field, Form, Kind, Posted};
use super::page::{FormPage, Message, see};
use super::shell::{Visitor, Web};
use super::words::long_date;
use crate::desk::documents::NewDocument;
use crate::desk::invites::{Invited, MOST_FILES};
use crate::desk::{DeskError, StoreError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Case, Contribution, DocumentKind, Sensitivity};
use crate::domain::ids::{ContributionId, DocumentId};
use axum::Form as Body;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use chrono::Days;
use futures_util::TryStreamExt;
use tokio_util::io::StreamReader;

/// `GET /cases/{reference}/invite/{contribution}`: for whom, and until when.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, number)): Path<(String, u32)>,
) -> Response {
    let allowed = need(&actor, Permission::Investigate);
    let opened = web.case(&actor, &reference).await;
    match allowed.and(opened) {
        Ok(view) => match asked(&view.case, number) {
            Some(asked) => {
                let form = questions(&view.case, asked);
                page(&web, &actor, &view.case, asked, form)
            }
            None => web.sorry(&actor, &DeskError::NotFound),
        },
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /cases/{reference}/invite/{contribution}`: makes the address, which is shown this once.
pub async fn make(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, number)): Path<(String, u32)>,
    headers: HeaderMap,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let view = match web.case(&actor, &reference).await {
        Ok(view) => view,
        Err(error) => return web.sorry(&actor, &error),
    };
    let Some(asked) = asked(&view.case, number) else {
        return see(&format!("/cases/{reference}#asked"));
    };
    let mut form = questions(&view.case, asked);
    let Some(answers) = form.read(&Posted(pairs)) else {
        return page(&web, &actor, &view.case, asked, form);
    };
    let name = answers["name"].as_str().unwrap_or_default();
    let until = answers["until"].as_str().and_then(|day| day.parse().ok());
    let until = until.unwrap_or(asked.due);
    let made = web.desk.invite(
        &actor,
        &view.case.reference,
        ContributionId(number),
        name,
        until,
    );
    match made.await {
        Ok(secret) => {
            let host = headers.get(header::HOST);
            let host = host
                .and_then(|host| host.to_str().ok())
                .unwrap_or("localhost");
            let scheme = if web.secure { "https" } else { "http" };
            let address = format!("{scheme}://{host}/answer/{}", secret.reveal());
            let shown = Field::new(Kind::Line, "address", "Address, shown this once")
                .with(&address)
                .optional()
                .hint("Copy it into a message to them, and to nobody else: whoever has it can read the question and answer it.");
            let action = format!("/cases/{reference}/invite/{number}/done");
            FormPage {
                frame: web.frame(&actor, ""),
                title: format!("An address for {name}"),
                intro: format!(
                    "It works once, until {}. What they answer is on the case at once.",
                    long_date(until)
                ),
                back: String::new(),
                back_label: String::new(),
                care: Vec::new(),
                form: Form::new(action, "Back to the case", vec![shown]),
            }
            .answer_as(StatusCode::OK)
        }
        Err(DeskError::Invalid { field, detail }) => {
            form.refuse(Some(field), &detail, "", "");
            page(&web, &actor, &view.case, asked, form)
        }
        Err(DeskError::Refused(refusal)) => {
            form.refuse(refusal.field, &refusal.detail, "", "");
            page(&web, &actor, &view.case, asked, form)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /cases/{reference}/invite/{contribution}/done`: back to what was asked.
pub async fn back(Path((reference, _)): Path<(String, u32)>) -> Response {
    match reference.parse::<crate::domain::ids::CaseRef>() {
        Ok(reference) => see(&format!("/cases/{reference}#asked")),
        Err(_) => see("/"),
    }
}

/// The question of this number, while it is waited for.
fn asked(case: &Case, number: u32) -> Option<&Contribution> {
    let mut all = case.contributions.iter();
    all.find(|asked| asked.id.0 == number && asked.is_open())
}

fn questions(case: &Case, asked: &Contribution) -> Form {
    let until = asked
        .due
        .checked_add_days(Days::new(14))
        .unwrap_or(asked.due);
    let name = Field::new(Kind::Line, "name", "Who will answer")
        .with(&asked.team)
        .hint("The record names them so.");
    let until = Field::new(Kind::Date, "until", "The address works until").with(until.to_string());
    let action = format!("/cases/{}/invite/{}", case.reference, asked.id);
    Form::new(action, "Make the address", vec![name, until])
}

fn page(web: &Web, actor: &Actor, case: &Case, asked: &Contribution, form: Form) -> Response {
    FormPage {
        frame: web.frame(actor, ""),
        title: "Ask somebody without an account".into(),
        intro: format!(
            "They open the address, see what you asked, “{}”, and the number of the case, and answer with text and files. \
             They see nothing else of the case.",
            asked.what
        ),
        back: format!("/cases/{}#asked", case.reference),
        back_label: case.reference.to_string(),
        care: care(case),
        form,
    }
    .answer()
}

/// `GET /answer/{secret}`: the question.
pub async fn show(State(web): State<Web>, Path(secret): Path<String>) -> Response {
    match web
        .desk
        .away(move |desk| desk.invited(&secret).map(|invited| (secret, invited)))
        .await
    {
        Ok((secret, invited)) if invited.used_at.is_none() => {
            outside(&web, &invited, answer_form(&secret, &invited))
        }
        other => closed(&web, other.map(|(_, invited)| invited)),
    }
}

/// `POST /answer/{secret}`: the answer, with what comes with it. The text comes before the files.
pub async fn answer(
    State(web): State<Web>,
    Path(secret): Path<String>,
    parts: Multipart,
) -> Response {
    let asked = secret.clone();
    let invited = match web.desk.away(move |desk| desk.invited(&asked)).await {
        Ok(invited) if invited.used_at.is_none() => invited,
        other => return closed(&web, other),
    };
    let mut form = answer_form(&secret, &invited);
    let problem = match take(&web, &invited, &secret, &mut form, parts).await {
        Ok(()) => return see(&format!("/answer/{secret}")),
        Err(DeskError::Invalid { field, detail }) if detail.is_empty() => {
            // The problems are on the form already.
            let _ = field;
            return outside(&web, &invited, form);
        }
        Err(DeskError::Invalid { field, detail }) => (Some(field), detail),
        Err(DeskError::Refused(refusal)) => (refusal.field, refusal.detail),
        Err(error @ DeskError::Store(StoreError::TooLarge { .. })) => {
            (Some("file"), error.to_string())
        }
        Err(DeskError::NotFound) => return closed(&web, Err(DeskError::NotFound)),
        Err(error) => {
            tracing::error!(%error, "an answer by link was not recorded");
            let detail = "Your answer could not be recorded just now. Try again in a few minutes.";
            (None, detail.to_owned())
        }
    };
    form.refuse(problem.0, &problem.1, "", "");
    outside(&web, &invited, form)
}

async fn take(
    web: &Web,
    invited: &Invited,
    secret: &str,
    form: &mut Form,
    mut parts: Multipart,
) -> Result<(), DeskError> {
    let invalid = |field, detail: &str| DeskError::Invalid {
        field,
        detail: detail.to_owned(),
    };
    let broken = |_| invalid("file", "The upload broke off. Try it again.");
    let actor = invited.actor();
    let mut typed = Posted::default();
    let mut evidence: Vec<DocumentId> = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() != Some("file") {
            let name = part.name().unwrap_or_default().to_owned();
            typed.0.push((name, short_answer(part).await?));
            continue;
        }
        form.read(&typed).ok_or_else(|| invalid("", ""))?;
        let file_name = part.file_name().unwrap_or_default().to_owned();
        if file_name.is_empty() {
            continue;
        }
        if evidence.len() >= MOST_FILES {
            return Err(invalid(
                "file",
                "These are too many files. Put them into one archive, or send the rest by email.",
            ));
        }
        let photo = part
            .content_type()
            .is_some_and(|kind| kind.starts_with("image/"));
        let about = NewDocument {
            kind: if photo {
                DocumentKind::Photo
            } else {
                DocumentKind::ThirdPartyRecord
            },
            doc_date: None,
            title: String::new(),
            sensitivity: Sensitivity::ThirdParty,
            file_name,
            source_system: None,
            source_id: None,
            from: Some(invited.name.clone()),
            to: None,
            why: None,
            at: None,
        };
        let bytes = std::pin::pin!(StreamReader::new(part.map_err(std::io::Error::other)));
        let attached = web
            .desk
            .attach(&actor, &invited.reference, about, None, bytes);
        evidence.push(attached.await?.0.id);
    }
    let answers = form.read(&typed).ok_or_else(|| invalid("", ""))?;
    let text = answers["text"].as_str().unwrap_or_default().to_owned();
    web.desk.answer_invite(secret, text, evidence).await
}

fn answer_form(secret: &str, invited: &Invited) -> Form {
    let hint = format!(
        "Case {}. Please answer by {}. This address is for {}; it works once, until {}.",
        invited.reference,
        long_date(invited.due),
        invited.name,
        long_date(invited.until)
    );
    let fields = vec![
        Field::new(Kind::Text, "text", "Your answer").hint(hint),
        Field::new(Kind::Files, "file", "Photos, job sheets, reports")
            .optional()
            .hint("Choose all of them at once."),
    ];
    Form::new(format!("/answer/{secret}"), "Send the answer", fields)
}

fn outside(web: &Web, invited: &Invited, form: Form) -> Response {
    FormPage {
        frame: web.outside(),
        title: "What we ask you".into(),
        intro: invited.what.clone(),
        back: String::new(),
        back_label: String::new(),
        care: Vec::new(),
        form,
    }
    .answer()
}

/// What an address shows that takes no answer (any more).
fn closed(web: &Web, invited: Result<Invited, DeskError>) -> Response {
    let mut frame = web.outside();
    let (status, title, text) = match invited {
        Ok(invited) => (
            StatusCode::OK,
            "Thank you",
            format!(
                "Your answer on case {} is with us. If you have more to say, tell whoever asked you.",
                invited.reference
            ),
        ),
        Err(DeskError::NotFound) => (
            StatusCode::NOT_FOUND,
            "This address has ended",
            "It was for one question and a limited time. Ask whoever sent it to you for a new one."
                .to_owned(),
        ),
        Err(_) => {
            frame.trouble = true;
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not just now",
                "The program is busy. Try again in a few minutes.".to_owned(),
            )
        }
    };
    Message {
        frame,
        title: title.into(),
        text,
        incident: String::new(),
    }
    .answer(status)
}
