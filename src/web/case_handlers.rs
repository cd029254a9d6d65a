//! The case page and its audit history.

use super::case_page::{AuditPage, CasePage, audit, care, recorded, timeline, view};
use super::commands;
use super::form::fresh_key;
use super::linked;
use super::live;
use super::page::{render, see};
use super::shell::{Visitor, Web};
use crate::desk::cases::AuditedEvent;
use crate::desk::need;
use crate::domain::access::Permission;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// How many rows of the audit history the case page shows.
const AUDIT_ROWS: usize = 10;

/// What the case page may be asked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// The command that was just done.
    done: String,
    /// The filter of the timeline.
    show: String,
    /// Any value: the whole timeline.
    all: String,
    /// How many records of each source are new, after the sources were asked.
    came: String,
}

/// `GET /cases/{reference}`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let before = web.earlier(&actor, &reference);
    let (case, events) = match web.case_with_events(&actor, &reference).await {
        Ok(found) => found,
        Err(error) => return web.sorry(&actor, &error),
    };
    let others = live::others(&web, &actor, &case.case.reference, "");
    let book = web.desk.book();
    let mut rows = audit(&events, &case.names);
    let (_, shown): (Vec<_>, Vec<_>) = events.into_iter().partition(AuditedEvent::is_withheld);
    let told = recorded(&shown, &case.names);
    let more_audit = if rows.len() > AUDIT_ROWS {
        rows.len()
    } else {
        0
    };
    rows.truncate(AUDIT_ROWS);
    let mut frame = web.frame(&actor, "/cases");
    if asked.done == "links" {
        let came = asked.came.split(',').map(|n| n.parse().unwrap_or(0));
        (frame.done, frame.amiss) = linked::came(&case, &came.collect::<Vec<usize>>());
    } else {
        frame.done = done(&asked.done).to_owned();
    }
    let page = CasePage {
        frame,
        case: view(&case, &actor, book.calendar()),
        timeline: timeline(&told, &case, &actor, &asked.show, !asked.all.is_empty()),
        audit: rows,
        more_audit,
        earlier: before.await,
        cluster: web.cluster(&actor, &reference).await,
        learnings: web.learnings(&actor, &reference).await,
        learns: actor.may(Permission::Learn),
        note_key: fresh_key(),
        live: live::address(&case.case, ""),
        here: others,
    };
    render(StatusCode::OK, &page)
}

/// The sentence for what was just done; nothing for a word that is no command's.
pub fn done(name: &str) -> &'static str {
    match name {
        "logged" => "The complaint is logged. Its clocks run.",
        "logged_without" => {
            "The complaint is logged and its clocks run, but a file given with it is not here. Add it again."
        }
        "kept" => "Kept as a draft. It stands here until you log or discard it.",
        "document" => "The document is on the case.",
        "view-kept" => "The view is kept. It is a tab of yours on the work queue.",
        "view-removed" => "The view is removed. Its cases are as they were.",
        "given" => "The ticked cases were given.",
        name => commands::find(name).map_or("", |spec| spec.done),
    }
}

/// `GET /cases/{reference}/audit`.
pub async fn history(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
) -> Response {
    let allowed = need(&actor, Permission::Audit);
    let found = web.case_with_events(&actor, &reference).await;
    match allowed.and(found) {
        Ok((case, events)) => {
            let page = AuditPage {
                frame: web.frame(&actor, "/cases"),
                reference,
                care: care(&case.case),
                erases: actor.may(Permission::Erase),
                rows: audit(&events, &case.names),
            };
            render(StatusCode::OK, &page)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /cases/{reference}/links`: asks the linked systems again. A system that is down says so on the case.
pub async fn ask_again(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
) -> Response {
    let before = match web.case(&actor, &reference).await {
        Ok(before) => before.case,
        Err(error) => return web.sorry(&actor, &error),
    };
    match web.desk.refresh_links(&actor, &before.reference).await {
        Ok(after) => {
            let given = linked::given(&before);
            // A source that answers for the first time stands after those that were there.
            let came = linked::given(&after.case).into_iter().enumerate();
            let came = came.map(|(at, now)| {
                let then = given.get(at).copied().unwrap_or(0);
                now.saturating_sub(then).to_string()
            });
            let came = came.collect::<Vec<_>>().join(",");
            see(&format!(
                "/cases/{reference}?done=links&came={came}#resident"
            ))
        }
        Err(error) => web.sorry(&actor, &error),
    }
}
