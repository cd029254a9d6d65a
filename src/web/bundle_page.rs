//! The ways in which a case leaves: the Ombudsman's bundle with one click, a page for what one request asks for, and a
//! page for each other format with what its exporter asks.

use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::case_page::{care, gaps};
use super::documents::{answer, saved_as};
use super::form::{Choice, Field, Form, Kind, Posted};
use super::forms;
use super::page::{BundlePage, Sent, Way, render};
use super::session::refuse;
use super::shell::{Visitor, Web};
use super::words::{count, moment, size, words};
use crate::desk::cases::AuditedEvent;
use crate::desk::exports::{BUNDLE, ExportFormat, ExportRequest, ExportStream};
use crate::desk::lists::Facet;
use crate::desk::{CaseView, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::Case;
use crate::export::document::people;
use crate::plugins::schema::{Member, Type};

/// The kind of the event under which something left.
const EXPORTED: &str = "bundle_exported";

/// `GET /cases/{reference}/bundle`: the choice.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
) -> Response {
    shown(&web, &actor, &reference, BUNDLE).await
}

/// `GET /cases/{reference}/exports/{format}`: what one format asks.
pub async fn ask_format(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, format)): Path<(String, String)>,
) -> Response {
    shown(&web, &actor, &reference, &format).await
}

async fn shown(web: &Web, actor: &Actor, reference: &str, format: &str) -> Response {
    let allowed = need(actor, Permission::Export);
    let opened = web.case(actor, reference).await;
    let format = allowed.and_then(|()| format_of(web, actor, format));
    match (format, opened) {
        (Ok(format), Ok(view)) => {
            let form = form(&view.case, &format);
            page(web, actor, &view, &format, form).await
        }
        (Err(error), _) | (_, Err(error)) => web.sorry(actor, &error),
    }
}

fn format_of(web: &Web, actor: &Actor, key: &str) -> Result<ExportFormat, DeskError> {
    let formats = web.desk.export_formats().into_iter();
    let format = formats.into_iter().find(|format| format.key == key);
    let format = format.ok_or(DeskError::NotFound)?;
    if format.discloses {
        need(actor, Permission::Disclose)?;
    }
    Ok(format)
}

/// `POST /cases/{reference}/bundle`: the archive, as it is made. Without a choice it holds everything.
pub async fn make(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    made(&web, &actor, &reference, BUNDLE, pairs).await
}

/// `POST /cases/{reference}/exports/{format}`: the archive or file, as it is made.
pub async fn make_format(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, format)): Path<(String, String)>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    made(&web, &actor, &reference, &format, pairs).await
}

async fn made(
    web: &Web,
    actor: &Actor,
    reference: &str,
    format: &str,
    mut pairs: Vec<(String, String)>,
) -> Response {
    let view = match web.case(actor, reference).await {
        Ok(view) => view,
        Err(error) => return web.sorry(actor, &error),
    };
    let format = match format_of(web, actor, format) {
        Ok(format) => format,
        Err(error) => return web.sorry(actor, &error),
    };
    if pairs.is_empty() && format.partial {
        pairs.push(("mode".into(), "full".into()));
    }
    let mut form = form(&view.case, &format);
    match export(web, actor, &view, &format, &mut form, pairs).await {
        Ok(Some(stream)) => saved_as(
            &stream.file_name,
            &stream.media_type,
            None,
            axum::body::Body::from_stream(stream.body),
        ),
        Ok(None) => page(web, actor, &view, &format, form).await,
        Err(error @ DeskError::Invalid { .. }) => {
            refuse(&mut form, &error);
            page(web, actor, &view, &format, form).await
        }
        Err(error) => web.sorry(actor, &error),
    }
}

async fn export(
    web: &Web,
    actor: &Actor,
    view: &CaseView,
    format: &ExportFormat,
    form: &mut Form,
    pairs: Vec<(String, String)>,
) -> Result<Option<ExportStream>, DeskError> {
    let Some(answers) = form.read(&Posted(pairs)) else {
        return Ok(None);
    };
    let request = if format.partial {
        let mode = answer::<String>(&answers, "mode");
        let items = match mode.as_deref() {
            Some("focused") => answer::<Vec<String>>(&answers, "items").unwrap_or_default(),
            _ => Vec::new(),
        };
        ExportRequest::parse(&format.key, mode.as_deref(), &items)?
    } else {
        ExportRequest {
            answers,
            ..ExportRequest::parse(&format.key, None, &[])?
        }
    };
    web.desk
        .export(actor, &view.case.reference, request)
        .await
        .map(Some)
}

/// What a format asks, as a form.
fn form(case: &Case, format: &ExportFormat) -> Form {
    if format.partial {
        return forms::bundle(case);
    }
    let members = format.request.properties.iter();
    let fields = members.map(|(name, member)| {
        let field = field(case, name, member);
        if format.request.required.contains(name) {
            field
        } else {
            field.optional()
        }
    });
    Form::new(
        format!("/cases/{}/exports/{}", case.reference, format.key),
        "Make it and save it",
        fields.collect(),
    )
}

/// One question of a plugin's. What it asks for is checked again where it is made.
fn field(case: &Case, name: &str, member: &Member) -> Field {
    let label = if member.title.is_empty() {
        name
    } else {
        &member.title
    };
    let default = member.default.as_ref();
    let text = match default {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(yes)) if *yes => "yes".into(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let (kind, choices) = match (member.kind, member.format.as_deref()) {
        (Type::String, Some("person")) => (Kind::Radios, persons(case)),
        (Type::String, _) if !member.choices.is_empty() => {
            let choices = member.choices.iter().map(|c| Choice::new(c, c));
            (Kind::Select, choices.collect())
        }
        (Type::String, Some("date")) => (Kind::Date, Vec::new()),
        (Type::String, Some("multiline")) | (Type::Object, _) => (Kind::Text, Vec::new()),
        (Type::Boolean, _) => (Kind::Tick, Vec::new()),
        (Type::Integer, _) => (Kind::Number, Vec::new()),
        (Type::Array, _) => (Kind::Lines, Vec::new()),
        (Type::String | Type::Number, _) => (Kind::Line, Vec::new()),
    };
    let field = Field::new(kind, name, label).of(choices);
    let field = match member.description.as_str() {
        "" => field,
        description => field.hint(description),
    };
    if text.is_empty() {
        field
    } else {
        field.with(text)
    }
}

fn persons(case: &Case) -> Vec<Choice> {
    let people = people(case);
    let of = |person: &Value, member: &str| person[member].as_str().unwrap_or_default().to_owned();
    let choice =
        |p: &Value| Choice::new(of(p, "id"), format!("{}: {}", of(p, "name"), of(p, "role")));
    people.iter().map(choice).collect()
}

async fn page(
    web: &Web,
    actor: &Actor,
    view: &CaseView,
    format: &ExportFormat,
    form: Form,
) -> Response {
    let reference = view.case.reference.to_string();
    let history = match web.case_with_events(actor, &reference).await {
        Ok((_, events)) => events,
        Err(error) => return web.sorry(actor, &error),
    };
    let sent = sent(web, view, &history);
    let mut frame = web.frame(actor, "/cases");
    frame.trouble = !form.problems.is_empty();
    let status = if frame.trouble {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let of_bundle = format.key == BUNDLE;
    let ways = web.desk.export_formats_for(actor).into_iter();
    let ways = ways.filter(|way| way.key != format.key).map(|way| Way {
        href: match way.key.as_str() {
            BUNDLE => format!("/cases/{reference}/bundle"),
            key => format!("/cases/{reference}/exports/{key}"),
        },
        title: way.title,
        about: way.summary,
    });
    let ways = ways.collect();
    render(
        status,
        &BundlePage {
            frame,
            title: format.title.clone(),
            lede: format.summary.clone(),
            care: care(&view.case),
            form,
            gaps: if of_bundle {
                gaps(&view.case, &view.readiness)
            } else {
                Vec::new()
            },
            others: if format.request.properties.contains_key("person") {
                others(web, actor, view, &format.key)
            } else {
                Vec::new()
            },
            ways,
            sent,
            reference,
        },
    )
}

/// What left the case before, the last first.
fn sent(web: &Web, view: &CaseView, events: &[AuditedEvent]) -> Vec<Sent> {
    let formats = web.desk.export_formats();
    let told = |event: &AuditedEvent| {
        let text = |name: &str| event.body[name].as_str().unwrap_or_default().to_owned();
        let key = text("format");
        let title = formats.iter().find(|format| format.key == key);
        let title = title.map_or_else(|| key.clone(), |format| format.title.clone());
        let items: Vec<String> = event.body["items"]
            .as_array()
            .map(|all| all.iter().filter_map(|item| item.as_str()))
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect();
        let mode = match (text("mode").as_str(), items.is_empty()) {
            ("", _) => String::new(),
            (mode, true) => format!(", {}", words(mode).to_lowercase()),
            (mode, false) => format!(
                ", {}: {}",
                words(mode).to_lowercase(),
                forms::folder_names(&items)
            ),
        };
        let leaves = |later: &&AuditedEvent| later.seq > event.seq && later.kind != EXPORTED;
        let newer = events.iter().filter(leaves).count();
        Sent {
            when: format!(
                "{} by {}",
                moment(event.recorded_at),
                view.names.get(&event.actor).unwrap_or(&event.actor)
            ),
            what: format!("{title}{mode}"),
            size: size(event.body["bytes"].as_u64().unwrap_or_default()),
            sha256: text("sha256"),
            since: match newer {
                0 => "Nothing has come since.".into(),
                newer => format!(
                    "Since then: {}.",
                    count(i64::try_from(newer).unwrap_or(i64::MAX), "entry", "entries")
                ),
            },
        }
    };
    let left = events.iter().rev();
    left.filter(|event| event.kind == EXPORTED && event.body.is_object())
        .map(told)
        .collect()
}

/// Other cases of the same resident: who asks for their data means all of them.
fn others(web: &Web, actor: &Actor, view: &CaseView, format: &str) -> Vec<Way> {
    let earlier = web.desk.earlier_cases(actor, &view.case.reference);
    let same = earlier.unwrap_or_default().into_iter();
    same.filter(|(facet, _)| matches!(facet, Facet::Person(_)))
        .map(|(_, row)| Way {
            href: format!("/cases/{}/exports/{format}", row.reference),
            title: format!("{} {}", row.reference, row.complainant),
            about: row.title,
        })
        .collect()
}
