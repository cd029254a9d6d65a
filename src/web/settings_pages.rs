//! The handlers of the settings: people, calendar, policies, linked systems.

use super::documents::{answer, short_answer};
use super::form::{Choice, Field, Form, Kind, Posted};
use super::forms;
use super::page::{render, see};
use super::session::{new_person, refuse};
use super::settings::{SettingsPage, SettingsRow, tabs};
use super::shell::{Visitor, Web};
use super::words::{civil, long_date};
use crate::desk::DeskError;
use crate::desk::calendar::CalendarChange;
use crate::desk::register::NewPolicy;
use crate::desk::settings::LinkSource;
use crate::domain::access::Actor;
use axum::Form as Body;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use futures_util::TryStreamExt;
use tokio_util::io::StreamReader;

type Pairs = Vec<(String, String)>;

fn show(web: &Web, actor: &Actor, page: Result<SettingsPage, DeskError>) -> Response {
    match page {
        Ok(page) => {
            let status = if page.frame.trouble {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::OK
            };
            render(status, &page)
        }
        Err(error) => web.sorry(actor, &error),
    }
}

/// `GET /settings`: the people.
pub async fn people(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = Form::new("/settings", "Add the person", forms::person(false));
    show(
        &web,
        &actor,
        people_page(&web, &actor, form, "Add a person"),
    )
}

/// `POST /settings`: add a person.
pub async fn add_person(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = Form::new("/settings", "Add the person", forms::person(false));
    if let Some(answers) = form.read(&Posted(pairs)) {
        match web.desk.add_person(&actor, new_person(&answers).0).await {
            Ok(_) => return see("/settings"),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(
        &web,
        &actor,
        people_page(&web, &actor, form, "Add a person"),
    )
}

/// `POST /settings/disable`: shut an account or open it again.
pub async fn disable(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    match web
        .desk
        .disable_person(&actor, posted.get("id"), posted.get("disabled") == "yes")
        .await
    {
        Ok(_) => see("/settings"),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `GET /settings/password`: set someone's password.
pub async fn ask_password(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = forms::new_password(accounts(&web));
    show(
        &web,
        &actor,
        people_page(&web, &actor, form, "Set a password"),
    )
}

/// `POST /settings/password`.
pub async fn set_password(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = forms::new_password(accounts(&web));
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        match web
            .desk
            .set_password(&actor, &text("id"), text("password"))
            .await
        {
            Ok(_) => return see("/settings"),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(
        &web,
        &actor,
        people_page(&web, &actor, form, "Set a password"),
    )
}

fn accounts(web: &Web) -> Vec<Choice> {
    web.desk
        .book()
        .people()
        .map(|person| Choice::new(&person.id, &person.name))
        .collect()
}

fn people_page(
    web: &Web,
    actor: &Actor,
    form: Form,
    form_title: &'static str,
) -> Result<SettingsPage, DeskError> {
    let row = |person: crate::desk::Person| SettingsRow {
        cells: vec![
            person.name,
            person.id.clone(),
            person
                .roles
                .iter()
                .map(|role| role.title())
                .collect::<Vec<_>>()
                .join(", "),
            if person.disabled { "Shut" } else { "Open" }.into(),
        ],
        action: "/settings/disable".into(),
        button: if person.disabled {
            "Open the account"
        } else {
            "Shut the account"
        },
        hidden: vec![
            ("id", person.id),
            (
                "disabled",
                if person.disabled { "no" } else { "yes" }.into(),
            ),
        ],
    };
    let rows = web.desk.people(actor)?.into_iter().map(row).collect();
    let mut page = page(web, actor, "/settings", "People", form, form_title);
    page.intro = "Who signs in and what they may do. The record keeps the name of a shut account.";
    page.columns = vec!["Name", "Sign-in name", "Roles", "Account", ""];
    page.rows = rows;
    Ok(page)
}

fn page(
    web: &Web,
    actor: &Actor,
    here: &'static str,
    title: &'static str,
    form: Form,
    form_title: &'static str,
) -> SettingsPage {
    let mut frame = web.frame(actor, "/settings");
    frame.trouble = !form.problems.is_empty();
    SettingsPage {
        frame,
        title,
        intro: "",
        tabs: tabs(here),
        columns: Vec::new(),
        rows: Vec::new(),
        empty: "",
        form_title,
        form,
    }
}

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
    if let Some(answers) = form.read(&Posted(pairs)) {
        if let Some(date) = answer::<NaiveDate>(&answers, "date") {
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

/// `GET /settings/policies`: the register of the landlord's policies.
pub async fn policies(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    show(&web, &actor, policies_page(&web, &actor, policy_form()))
}

fn policy_form() -> Form {
    let mut form = forms::policy();
    for section in &mut form.sections {
        section.fields.insert(
            4,
            Field::new(Kind::Date, "effective_to", "In force until").optional(),
        );
    }
    form
}

/// `POST /settings/policies`: add a version.
pub async fn add_policy(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    parts: Multipart,
) -> Response {
    let mut form = policy_form();
    match take_policy(&web, &actor, &mut form, parts).await {
        Ok(()) => return see("/settings/policies"),
        Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
        Err(DeskError::Invalid { detail, .. }) if detail.is_empty() => {}
        Err(error) => refuse(&mut form, &error),
    }
    show(&web, &actor, policies_page(&web, &actor, form))
}

async fn take_policy(
    web: &Web,
    actor: &Actor,
    form: &mut Form,
    mut parts: Multipart,
) -> Result<(), DeskError> {
    let broken = |_| DeskError::Invalid {
        field: "file",
        detail: "The upload broke off. Try it again.".into(),
    };
    let stop = || DeskError::Invalid {
        field: "",
        detail: String::new(),
    };
    let mut typed = Posted::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() != Some("file") {
            let name = part.name().unwrap_or_default().to_owned();
            typed.0.push((name, short_answer(part).await?));
            continue;
        }
        let answers = form.read(&typed).ok_or_else(stop)?;
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let about = NewPolicy {
            kind: text("kind"),
            title: text("title"),
            version: text("version"),
            effective_from: answer(&answers, "effective_from").ok_or_else(stop)?,
            effective_to: answer(&answers, "effective_to"),
            file_name,
        };
        let bytes = StreamReader::new(part.map_err(std::io::Error::other));
        return web
            .desk
            .add_policy(actor, about, std::pin::pin!(bytes))
            .await
            .map(|_| ());
    }
    Err(DeskError::Invalid {
        field: "file",
        detail: "Choose a file".into(),
    })
}

fn policies_page(web: &Web, actor: &Actor, form: Form) -> Result<SettingsPage, DeskError> {
    let row = |policy: crate::desk::register::PolicyDocument| SettingsRow {
        cells: vec![
            format!("{} ({})", policy.title, policy.kind),
            policy.version,
            long_date(policy.effective_from),
            policy
                .effective_to
                .map_or("Still in force".into(), long_date),
            policy.file_name,
        ],
        ..SettingsRow::default()
    };
    let rows = web.desk.policy_register()?.into_iter().map(row).collect();
    let mut page = page(
        web,
        actor,
        "/settings/policies",
        "Policies",
        form,
        "Add a version of a policy",
    );
    page.intro = "A bundle holds the policies that were in force at the time of the complaint.";
    page.columns = vec!["Policy", "Version", "In force from", "Until", "File"];
    page.rows = rows;
    page.empty = "No policy is on the register. Bundles will say so as a gap.";
    Ok(page)
}

/// `GET /settings/links`: the linked systems.
pub async fn links(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    show(&web, &actor, links_page(&web, &actor, forms::link()))
}

/// `POST /settings/links`: link a system.
pub async fn add_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = forms::link();
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let settings = text("settings");
        match serde_json::from_str(if settings.is_empty() {
            "null"
        } else {
            &settings
        }) {
            Err(error) => form.refuse(
                Some("settings"),
                &format!("This is not JSON: {error}"),
                "",
                "",
            ),
            Ok(settings) => {
                let folder = answer(&answers, "folder");
                let source = LinkSource {
                    key: text("key"),
                    plugin: text("plugin"),
                    folder,
                    settings,
                    enabled: true,
                };
                let why = format!("{} is linked", source.key);
                match with_link(&web, &actor, source, &why).await {
                    Ok(()) => return see("/settings/links"),
                    Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
                    Err(error) => refuse(&mut form, &error),
                }
            }
        }
    }
    show(&web, &actor, links_page(&web, &actor, form))
}

async fn with_link(
    web: &Web,
    actor: &Actor,
    source: LinkSource,
    why: &str,
) -> Result<(), DeskError> {
    let mut sources = web.desk.link_sources()?;
    sources.push(source);
    web.desk
        .set_link_sources(actor, sources, why)
        .await
        .map(|_| ())
}

/// `POST /settings/links/switch`: stop asking a system, or ask it again.
pub async fn switch_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let (key, enabled) = (posted.get("key").to_owned(), posted.get("enabled") == "yes");
    let switched = match web.desk.link_sources() {
        Ok(mut sources) => {
            sources
                .iter_mut()
                .filter(|source| source.key == key)
                .for_each(|source| source.enabled = enabled);
            let why = format!(
                "{key} is {}",
                if enabled {
                    "asked again"
                } else {
                    "no longer asked"
                }
            );
            web.desk
                .set_link_sources(&actor, sources, &why)
                .await
                .map(|_| ())
        }
        Err(error) => Err(error),
    };
    match switched {
        Ok(()) => see("/settings/links"),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn links_page(web: &Web, actor: &Actor, form: Form) -> Result<SettingsPage, DeskError> {
    let row = |source: LinkSource| SettingsRow {
        cells: vec![
            source.key.clone(),
            source.plugin,
            source.folder.unwrap_or_default(),
            if source.enabled { "Asked" } else { "Not asked" }.into(),
        ],
        action: "/settings/links/switch".into(),
        button: if source.enabled {
            "Stop asking"
        } else {
            "Ask again"
        },
        hidden: vec![
            ("key", source.key),
            ("enabled", if source.enabled { "no" } else { "yes" }.into()),
        ],
    };
    let rows = web.desk.link_sources()?.into_iter().map(row).collect();
    let mut page = page(
        web,
        actor,
        "/settings/links",
        "Linked systems",
        form,
        "Link a system",
    );
    page.intro = "Repairs, anti-social behaviour, tenancy and contact records are fetched when a case is logged and kept as they were. A system that is down blocks nothing.";
    page.columns = vec!["Name", "Adapter", "Folder", "State", ""];
    page.rows = rows;
    page.empty = "No system is linked.";
    Ok(page)
}
