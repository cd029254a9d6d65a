//! The handlers of "Log a complaint".

use super::command_page::code_of;
use super::form::{Finder, Form, Posted};
use super::log_find::{self, Wish};
use super::page::{LogPage, render, see};
use super::shell::{Visitor, Web};
use super::words::{civil, long_date};
use super::{form, log};
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
    page(&web, &actor, form.finder(Finder::default()))
}

/// `POST /log`: the complaint, or a search for the resident with all that was typed so far.
pub async fn act(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let posted = Posted(pairs);
    let form = log::form(web.desk.now(), &actor.name, web.desk.book().categories());
    let finder = log_find::finder(&posted);
    match log_find::wish(&posted) {
        Wish::Log => log_it(&web, &actor, form.finder(finder), &posted).await,
        Wish::Find(text) => find(&web, &actor, form, finder, &posted, &text).await,
        Wish::Take { resident, over } => {
            if let Err(error) = need(&actor, Permission::Log) {
                return web.sorry(&actor, &error);
            }
            let (mut form, mut finder) = (typed(form, &posted), finder);
            log_find::take(&mut form, &mut finder, &resident, over);
            page(&web, &actor, form.finder(finder))
        }
    }
}

/// The form with what was typed, looked at by nobody yet.
fn typed(mut form: Form, posted: &Posted) -> Form {
    let _ = form.read_of(posted, |_| false);
    if form.key.is_empty() {
        form.key = form::fresh_key();
    }
    form
}

async fn find(
    web: &Web,
    actor: &Actor,
    form: Form,
    mut finder: Finder,
    posted: &Posted,
    text: &str,
) -> Response {
    if let Err(error) = need(actor, Permission::Log) {
        return web.sorry(actor, &error);
    }
    match web.desk.find_residents(actor, text).await {
        Ok(found) => log_find::show(&mut finder, text, &found),
        Err(DeskError::Invalid { detail, .. }) => finder.error = detail,
        Err(error) => return web.sorry(actor, &error),
    }
    page(web, actor, typed(form, posted).finder(finder))
}

async fn log_it(web: &Web, actor: &Actor, mut form: Form, posted: &Posted) -> Response {
    let Some(intake) = log::read(&mut form, posted) else {
        return page(web, actor, form);
    };
    let key = form.key();
    match web.desk.log(actor, intake, key.as_deref()).await {
        Ok(view) => see(&format!("/cases/{}?done=logged", view.case.reference)),
        Err(DeskError::Refused(refusal)) => {
            let rule = refusal.provision.unwrap_or_default();
            form.refuse(refusal.field, &refusal.detail, &code_of(&refusal), rule);
            page(web, actor, form)
        }
        Err(DeskError::Conflict(_)) => {
            form.sent_before();
            page(web, actor, form)
        }
        Err(DeskError::Forbidden(detail)) => {
            form.refuse(None, &detail, "", "");
            page(web, actor, form)
        }
        Err(error) => web.sorry(actor, &error),
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
