//! People: accounts, roles, passwords.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::domain::access::Actor;
use crate::web::documents::answer;
use crate::web::form::{Choice, Form, Posted};
use crate::web::forms;
use crate::web::page::see;
use crate::web::session::{new_person, refuse};
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::{civil, short_date};
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;

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
        match web
            .desk
            .add_person(&actor, new_person(&answers).0, None)
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

/// `GET /settings/roles`: change someone's roles.
pub async fn ask_roles(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = forms::roles(accounts(&web));
    show(
        &web,
        &actor,
        people_page(&web, &actor, form, "Change roles"),
    )
}

/// `POST /settings/roles`.
pub async fn set_roles(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = forms::roles(accounts(&web));
    if let Some(answers) = form.read(&Posted(pairs)) {
        let id = answer::<String>(&answers, "id").unwrap_or_default();
        match web
            .desk
            .set_roles(&actor, &id, new_person(&answers).0.roles)
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
        people_page(&web, &actor, form, "Change roles"),
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
    let today = civil(web.desk.now());
    let row = |person: crate::desk::Person| SettingsRow {
        look: String::new(),
        cells: vec![
            person.name.clone(),
            person.id.clone(),
            person
                .roles
                .iter()
                .map(|role| role.title())
                .collect::<Vec<_>>()
                .join(", "),
            match person.absent(today) {
                _ if person.disabled => "Shut".into(),
                Some(away) => format!("Away until {}", short_date(away.until)),
                None => "Open".into(),
            },
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
        change: String::new(),
        also: None,
    };
    let rows = web.desk.people(actor)?.into_iter().map(row).collect();
    let here = match form.action.as_str() {
        "/settings/roles" => "/settings/roles",
        "/settings/password" => "/settings/password",
        _ => "/settings",
    };
    let mut page = page(web, actor, here, "People", form, form_title);
    page.intro =
        "Who signs in and what they may do. The record keeps the name of a shut account.".into();
    page.columns = vec!["Name", "Sign-in name", "Roles", "Account", ""];
    page.rows = rows;
    Ok(page)
}
