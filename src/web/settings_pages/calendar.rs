//! The calendar: days that are no working days, and those on which the landlord's office is shut.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::calendar::{CalendarChange, Moved};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::Closure;
use crate::web::documents::answer;
use crate::web::form::{Field, Form, Kind, Posted};
use crate::web::forms;
use crate::web::page::{render, see};
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::{civil, count, long_date};
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
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
    if let Some(answers) = form.read(&Posted(pairs.clone()))
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
        match make(&web, &actor, change, &pairs).await {
            Ok(answer) => return answer,
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
    let posted = Posted(pairs.clone());
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
    match make(&web, &actor, change, &pairs).await {
        Ok(answer) => answer,
        Err(error) => web.sorry(&actor, &error),
    }
}

/// Makes a change: at once when no deadline moves with it or that was agreed to, and otherwise after what would move
/// was shown.
async fn make(
    web: &Web,
    actor: &Actor,
    change: CalendarChange,
    pairs: &Pairs,
) -> Result<Response, DeskError> {
    let agreed = pairs
        .iter()
        .any(|(name, value)| name == "sure" && value == "yes");
    if !agreed {
        let (moved, others) = web.desk.try_calendar(actor, change.clone()).await?;
        if !moved.is_empty() || others > 0 {
            return Ok(preview(web, actor, &change, &moved, others, pairs));
        }
    }
    web.desk.change_calendar(actor, change).await?;
    Ok(see("/settings/calendar"))
}

/// What would move, with the button that does it.
fn preview(
    web: &Web,
    actor: &Actor,
    change: &CalendarChange,
    moved: &Moved,
    others: usize,
    pairs: &Pairs,
) -> Response {
    let (action, submit, day) = match change {
        CalendarChange::Remove { date, .. } => {
            ("/settings/calendar/remove", "Take the day out", *date)
        }
        CalendarChange::Add { date, .. } => ("/settings/calendar", "Add the day", *date),
        CalendarChange::Close { from, .. } | CalendarChange::Reopen { from, .. } => {
            ("/settings/calendar", "Change the days", *from)
        }
    };
    let mut fields: Vec<Field> = pairs
        .iter()
        .filter(|(name, _)| name != "sure")
        .map(|(name, value)| Field::new(Kind::Hidden, name.as_str(), "").with(value.as_str()))
        .collect();
    fields.push(Field::new(Kind::Hidden, "sure", "").with("yes"));
    let title = "What would move";
    let form = Form::new(action, submit, fields);
    let mut page = page(web, actor, "/settings/calendar", title, form, "Do it");
    let dates = moved
        .iter()
        .map(|(_, changes)| changes.len())
        .sum::<usize>();
    let dates = i64::try_from(dates).unwrap_or(i64::MAX);
    let cases = i64::try_from(moved.len()).unwrap_or(i64::MAX);
    page.intro = format!(
        "Nothing is changed yet. With {} {} of {} would move. Dates that were met stay as they are.",
        long_date(day),
        count(dates, "deadline", "deadlines"),
        count(cases, "case", "cases"),
    );
    if others > 0 {
        let more = i64::try_from(others).unwrap_or(i64::MAX);
        let more = count(more, "restricted case", "restricted cases");
        page.intro
            .push_str(&format!(" So would those of {more} that you may not see."));
    }
    page.columns = vec!["Case", "Deadline", "Today", "Then"];
    page.rows = moved
        .iter()
        .flat_map(|(case, changes)| changes.iter().map(move |change| (case, change)))
        .map(|(case, change)| SettingsRow {
            cells: vec![
                case.to_string(),
                change.clock.kind().name.to_owned(),
                long_date(change.old_due),
                long_date(change.new_due),
            ],
            ..SettingsRow::default()
        })
        .collect();
    render(StatusCode::OK, &page)
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
