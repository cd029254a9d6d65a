//! The calendar: days that are no working days.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::calendar::CalendarChange;
use crate::domain::access::Actor;
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

/// `POST /settings/calendar`: add a holiday; open dates move, each with an event.
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
        let change = CalendarChange::Add {
            date,
            name: text("name"),
            why: text("why"),
        };
        match web.desk.change_calendar(&actor, change).await {
            Ok(_) => return see("/settings/calendar"),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, Ok(calendar_page(&web, &actor, form)))
}

/// `POST /settings/calendar/remove`.
pub async fn remove_holiday(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let Ok(date) = NaiveDate::parse_from_str(posted.get("date"), "%Y-%m-%d") else {
        return see("/settings/calendar");
    };
    let change = CalendarChange::Remove {
        date,
        why: format!("Taken out on the settings page by {}", actor.name),
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
        "Add a holiday",
    );
    page.intro = "Days that are no working days. A change moves every open deadline it touches, with an entry in the case, and never one that was met.";
    page.columns = vec!["Day", "Holiday", ""];
    page.rows = (year..=year + 2)
        .flat_map(|year| {
            book.calendar()
                .holidays_in(year)
                .into_iter()
                .map(|(day, name)| (day, name.to_owned()))
                .collect::<Vec<_>>()
        })
        .map(|(day, name)| SettingsRow {
            cells: vec![long_date(day), name],
            action: "/settings/calendar/remove".into(),
            button: "Take out",
            hidden: vec![("date", day.to_string())],
        })
        .collect();
    page
}
