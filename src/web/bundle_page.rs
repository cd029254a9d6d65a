//! The Ombudsman bundle: one click for everything, a page for what one request asks for.

use super::case_page::{care, gaps};
use super::documents::{answer, saved_as};
use super::form::{Form, Posted};
use super::forms;
use super::page::{BundlePage, render};
use super::session::refuse;
use super::shell::{Visitor, Web};
use crate::desk::exports::{ExportRequest, ExportStream};
use crate::desk::{CaseView, DeskError, need};
use crate::domain::access::{Actor, Permission};
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

const FORMAT: &str = "ombudsman-bundle";

/// `GET /cases/{reference}/bundle`: the choice.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
) -> Response {
    let allowed = need(&actor, Permission::Export);
    let opened = web.case(&actor, &reference).await;
    match allowed.and(opened) {
        Ok(view) => page(&web, &actor, &view, forms::bundle(&view.case)),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /cases/{reference}/bundle`: the archive, as it is made. Without a choice it holds everything.
pub async fn make(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
    Body(mut pairs): Body<Vec<(String, String)>>,
) -> Response {
    let view = match web.case(&actor, &reference).await {
        Ok(view) => view,
        Err(error) => return web.sorry(&actor, &error),
    };
    if pairs.is_empty() {
        pairs.push(("mode".into(), "full".into()));
    }
    let mut form = forms::bundle(&view.case);
    match export(&web, &actor, &view, &mut form, pairs).await {
        Ok(Some(stream)) => saved_as(
            &stream.file_name,
            "application/zip",
            None,
            axum::body::Body::from_stream(stream.body),
        ),
        Ok(None) => page(&web, &actor, &view, form),
        Err(error @ DeskError::Invalid { .. }) => {
            refuse(&mut form, &error);
            page(&web, &actor, &view, form)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

async fn export(
    web: &Web,
    actor: &Actor,
    view: &CaseView,
    form: &mut Form,
    pairs: Vec<(String, String)>,
) -> Result<Option<ExportStream>, DeskError> {
    let Some(answers) = form.read(&Posted(pairs)) else {
        return Ok(None);
    };
    let mode = answer::<String>(&answers, "mode");
    let items = match mode.as_deref() {
        Some("focused") => answer::<Vec<String>>(&answers, "items").unwrap_or_default(),
        _ => Vec::new(),
    };
    let request = ExportRequest::parse(FORMAT, mode.as_deref(), &items)?;
    web.desk
        .export(actor, &view.case.reference, request)
        .await
        .map(Some)
}

fn page(web: &Web, actor: &Actor, view: &CaseView, form: Form) -> Response {
    let reference = view.case.reference.to_string();
    let mut frame = web.frame(actor, "/cases");
    frame.trouble = !form.problems.is_empty();
    let status = if frame.trouble {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let gaps = gaps(&view.case, &view.readiness);
    render(
        status,
        &BundlePage {
            frame,
            reference,
            care: care(&view.case),
            form,
            gaps,
        },
    )
}
