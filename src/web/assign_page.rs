//! Giving the ticked cases of a list to someone: what would happen is shown first, then it is done.

use super::form::{Field, Form, Kind, Posted};
use super::page::{GivePage, Given, Message, render, see};
use super::session::inside;
use super::shell::{Visitor, Web};
use super::words::{count, sentence};
use crate::desk::DeskError;
use crate::desk::assignments::{Assigned, Assignment};
use crate::domain::access::Actor;
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// `POST /assign`: what it would do; with `sure=yes`, it.
pub async fn give(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let posted = Posted(pairs);
    let back = inside(posted.get("back")).to_owned();
    let cases: Result<Vec<_>, _> = posted.all("case").iter().map(|one| one.parse()).collect();
    let Ok(cases) = cases else {
        return web.sorry(&actor, &DeskError::NotFound);
    };
    let wanted = Assignment {
        to: posted.get("to").to_owned(),
        note: Some(posted.get("note").to_owned()).filter(|note| !note.is_empty()),
        cases,
        from: None,
    };
    if posted.get("sure").is_empty() {
        return match web.desk.try_reassign(&actor, wanted.clone()).await {
            Ok(would) => preview(&web, &actor, &wanted, &would, back),
            Err(error) => not_given(&web, &actor, &error),
        };
    }
    match web.desk.reassign(&actor, wanted).await {
        Ok(done) if done.refused.is_empty() => {
            let sign = if back.contains('?') { '&' } else { '?' };
            see(&format!("{back}{sign}done=given"))
        }
        Ok(done) => {
            let stayed = done.refused.iter();
            let stayed: Vec<_> = stayed
                .map(|(reference, why)| format!("{reference} stayed where it was: {why}"))
                .collect();
            let went = done.given.len();
            message(
                &web,
                &actor,
                format!("{} {went} went over.", stayed.join(" ")),
            )
        }
        Err(error) => not_given(&web, &actor, &error),
    }
}

/// What would happen, with the button that does it.
fn preview(
    web: &Web,
    actor: &Actor,
    wanted: &Assignment,
    would: &Assigned,
    back: String,
) -> Response {
    let rows = match web.desk.rows_of(actor, &wanted.cases) {
        Ok(rows) => rows,
        Err(error) => return web.sorry(actor, &error),
    };
    let book = web.desk.book();
    let name = |account: &str| match book.person(account) {
        Some(person) => person.name.clone(),
        None => account.to_owned(),
    };
    let lines = rows.iter().map(|row| {
        let goes = would.given.iter().find(|(case, _)| *case == row.reference);
        let stays = would
            .refused
            .iter()
            .find(|(case, _)| *case == row.reference);
        Given {
            reference: row.reference.to_string(),
            title: sentence(&row.title),
            from: row.handler.as_deref().map(name).unwrap_or_default(),
            to: goes.map(|(_, handler)| name(handler)).unwrap_or_default(),
            why_not: stays.map(|(_, why)| why.clone()).unwrap_or_default(),
        }
    });
    let hidden = |name: &str, value: &str| Field::new(Kind::Hidden, name, "").with(value);
    let mut fields = vec![
        hidden("sure", "yes"),
        hidden("to", &wanted.to),
        hidden("back", &back),
    ];
    let going = would.given.iter();
    fields.extend(going.map(|(reference, _)| hidden("case", &reference.to_string())));
    fields.push(
        Field::new(Kind::Line, "note", "Why")
            .optional()
            .hint("Stands as a note on each of the cases."),
    );
    let number = i64::try_from(would.given.len()).unwrap_or(i64::MAX);
    let submit = format!("Give {}", count(number, "case", "cases"));
    render(
        StatusCode::OK,
        &GivePage {
            frame: web.frame(actor, "/"),
            back,
            to: name(&book.id_of(&wanted.to)),
            lines: lines.collect(),
            form: Form::new("/assign", submit, fields),
            some: number > 0,
        },
    )
}

fn not_given(web: &Web, actor: &Actor, error: &DeskError) -> Response {
    match error {
        DeskError::Invalid { detail, .. } => message(web, actor, detail.clone()),
        DeskError::Refused(refusal) => message(web, actor, refusal.detail.clone()),
        error => web.sorry(actor, error),
    }
}

fn message(web: &Web, actor: &Actor, text: String) -> Response {
    Message {
        frame: web.frame(actor, ""),
        title: "Not every case was given".into(),
        text,
        incident: String::new(),
    }
    .answer(StatusCode::UNPROCESSABLE_ENTITY)
}
