//! Who is away, and who gets their new work meanwhile.

use super::command_page::people;
use super::documents::answer;
use super::form::{Choice, Field, Form, Kind, Posted};
use super::page::{FormPage, see};
use super::session::refuse;
use super::shell::{Visitor, Web};
use super::words::{civil, long_date};
use crate::desk::{Away, DeskError};
use crate::domain::access::{Actor, Permission};
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

/// `GET /away`.
pub async fn ask(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = form(&web, &actor);
    page(&web, &actor, form)
}

/// `POST /away`.
pub async fn act(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let mut form = form(&web, &actor);
    if let Some(answers) = form.read(&Posted(pairs)) {
        let id = answer::<String>(&answers, "id").unwrap_or_default();
        let away = answer::<NaiveDate>(&answers, "until").map(|until| Away {
            until,
            cover: answer(&answers, "cover"),
        });
        match web.desk.set_away(&actor, &id, away).await {
            Ok(_) => return see("/away"),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    page(&web, &actor, form)
}

/// Those who give work say it of anyone; everyone else of themselves.
fn form(web: &Web, actor: &Actor) -> Form {
    let anyone = actor.may(Permission::Assign) || actor.may(Permission::Administer);
    let whose = if anyone {
        people(web)
    } else {
        vec![Choice::new(&actor.id, &actor.name)]
    };
    Form::new(
        "/away",
        "Record the absence",
        vec![
            Field::new(Kind::Select, "id", "Who is away")
                .of(whose)
                .with(&actor.id),
            Field::new(Kind::Date, "until", "Last day")
                .optional()
                .hint("Left empty: they are back."),
            Field::new(Kind::Select, "cover", "Who covers")
                .of(people(web))
                .optional()
                .hint("New cases for them go to this person, with a note on the case."),
        ],
    )
}

fn page(web: &Web, actor: &Actor, form: Form) -> Response {
    let book = web.desk.book();
    let today = civil(web.desk.now());
    let away: Vec<String> = book
        .people()
        .filter(|person| !person.disabled)
        .filter_map(|person| {
            let away = person.absent(today)?;
            let cover = away.cover.as_deref().and_then(|id| book.person(id));
            let cover = cover.map_or("nobody covers".to_owned(), |c| format!("{} covers", c.name));
            Some(format!(
                "{} until {}, {cover}",
                person.name,
                long_date(away.until)
            ))
        })
        .collect();
    FormPage {
        frame: web.frame(actor, ""),
        title: "Absence".into(),
        intro: if away.is_empty() {
            "Nobody is recorded as away.".into()
        } else {
            format!("Away now: {}.", away.join("; "))
        },
        back: String::new(),
        back_label: String::new(),
        care: Vec::new(),
        form,
    }
    .answer()
}
