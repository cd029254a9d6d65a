//! The handlers of "Log a complaint".

use super::command_page::code_of;
use super::form::{Form, Posted};
use super::log;
use super::page::{LogPage, render, see};
use super::shell::{Visitor, Web};
use super::words::{civil, long_date};
use crate::desk::{DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::clock::{DueQuery, Receipt, due_dates};
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// `GET /log`.
pub async fn ask(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    if let Err(error) = need(&actor, Permission::Log) {
        return web.sorry(&actor, &error);
    }
    let form = log::form(web.desk.now(), &actor.name, web.desk.book().categories()).once();
    page(&web, &actor, form)
}

/// `POST /log`.
pub async fn act(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let mut form = log::form(web.desk.now(), &actor.name, web.desk.book().categories());
    let Some(intake) = log::read(&mut form, &Posted(pairs)) else {
        return page(&web, &actor, form);
    };
    let key = form.key();
    match web.desk.log(&actor, intake, key.as_deref()).await {
        Ok(view) => see(&format!("/cases/{}?done=logged", view.case.reference)),
        Err(DeskError::Refused(refusal)) => {
            let rule = refusal.provision.unwrap_or_default();
            form.refuse(refusal.field, &refusal.detail, &code_of(&refusal), rule);
            page(&web, &actor, form)
        }
        Err(DeskError::Conflict(_)) => {
            form.sent_before();
            page(&web, &actor, form)
        }
        Err(DeskError::Forbidden(detail)) => {
            form.refuse(None, &detail, "", "");
            page(&web, &actor, form)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

fn page(web: &Web, actor: &Actor, form: Form) -> Response {
    let book = web.desk.book();
    let today = civil(web.desk.now());
    let query = DueQuery {
        received: Some(Receipt::On(today)),
        ..DueQuery::default()
    };
    let dates = due_dates(&query, book.calendar(), &book.policy(today).clocks);
    let acknowledge_by = dates
        .ok()
        .and_then(|dates| dates.s1_ack)
        .map(|date| long_date(date.due))
        .unwrap_or_default();
    let mut frame = web.frame(actor, "/log");
    frame.trouble = !form.problems.is_empty();
    let status = if frame.trouble {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    render(
        status,
        &LogPage {
            frame,
            acknowledge_by,
            form,
        },
    )
}
