//! The calendar: days that are no working days, and those on which the landlord's office is shut.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::calendar::CalendarChange;
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::Closure;
use crate::web::documents::answer;
use crate::web::form::{Form, Posted};
use crate::web::forms;
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::{civil, long_date};
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};

/// `GET /settings/calendar`.
pub async fn calendar(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    show(
        &web,
        &actor,
        Ok(calendar_page(&web, &actor, forms::holiday())),
    )
}

/// `POST /settings/calendar`: add a holiday, and open dates move, each with an event; or add a closure.
pub async fn add_holiday(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = forms::holiday();
    if let Some(answers) = form.read(&Posted(pairs))
        && let Some(date) = answer::<NaiveDate>(&answers, "date")
    {
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let (name, why) = (text("name"), text("why"));
        let change = match text("what").as_str() {
            "closure" => CalendarChange::Close {
                from: date,
                to: answer(&answers, "to").unwrap_or(date),
                name,
                why,
            },
            _ => CalendarChange::Add { date, name, why },
        };
        match web.desk.change_calendar(&actor, change).await {
            Ok(_) => return see("/settings/calendar"),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, Ok(calendar_page(&web, &actor, form)))
}

/// `POST /settings/calendar/remove`: take out a holiday, or a closure by its first and last day.
pub async fn remove_holiday(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let day = |name| NaiveDate::parse_from_str(posted.get(name), "%Y-%m-%d").ok();
    let Some(date) = day("date") else {
        return see("/settings/calendar");
    };
    let why = format!("Taken out on the settings page by {}", actor.name);
    let change = match day("to") {
        Some(to) => CalendarChange::Reopen {
            from: date,
            to,
            why,
        },
        None => CalendarChange::Remove { date, why },
    };
    match web.desk.change_calendar(&actor, change).await {
        Ok(_) => see("/settings/calendar"),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn calendar_page(web: &Web, actor: &Actor, form: Form) -> SettingsPage {
    let book = web.desk.book();
    let year = civil(web.desk.now()).year();
    let mut page = page(
        web,
        actor,
        "/settings/calendar",
        "Calendar",
        form,
        "Add a holiday or a closure",
    );
    let changes = actor.may(Permission::Administer);
    if !changes {
        page.form = Form::new("", "", Vec::new());
    }
    let row = |cells: Vec<String>, hidden| SettingsRow {
        look: String::new(),
        cells,
        action: if changes {
            "/settings/calendar/remove".into()
        } else {
            String::new()
        },
        button: "Take out",
        hidden,
        change: String::new(),
        also: None,
    };
    let shut = |closure: &Closure| {
        let days = match closure.to == closure.from {
            true => long_date(closure.from),
            false => format!("{} to {}", long_date(closure.from), long_date(closure.to)),
        };
        let hidden = vec![
            ("date", closure.from.to_string()),
            ("to", closure.to.to_string()),
        ];
        row(vec![days, format!("Office shut: {}", closure.name)], hidden)
    };
    page.intro = "Days that are no working days. A change moves every open deadline it touches, with an entry in the case, and never one that was met. Days on which only our office is shut are working days all the same.".into();
    page.columns = vec!["Day", "What it is", ""];
    page.rows = (year..=year + 2)
        .flat_map(|year| {
            book.calendar()
                .holidays_in(year)
                .into_iter()
                .map(|(day, name)| (day, name.to_owned()))
                .collect::<Vec<_>>()
        })
        .map(|(day, name)| row(vec![long_date(day), name], vec![("date", day.to_string())]))
        .chain(book.calendar().closures().iter().map(shut))
        .collect();
    page
}
