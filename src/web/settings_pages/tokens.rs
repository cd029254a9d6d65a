//! The tokens of machines: which there are, making one, ending one.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::tokens::Token;
use crate::domain::access::{Actor, Role};
use crate::domain::calendar::end_of_day;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted, fresh_key};
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::{civil, short_date};
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use std::collections::BTreeSet;

const HERE: &str = "/settings/tokens";

/// `GET /settings/tokens`.
pub async fn tokens(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    show(&web, &actor, tokens_page(&web, &actor, form()))
}

/// `POST /settings/tokens`: make one. Its secret is on the page that answers, and nowhere else.
pub async fn create(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = form();
    if let Some(answers) = form.read(&Posted(pairs)) {
        let name: String = answer(&answers, "name").unwrap_or_default();
        let roles: BTreeSet<Role> = answer(&answers, "roles").unwrap_or_default();
        let until: Option<NaiveDate> = answer(&answers, "until");
        let key: Option<String> = answer(&answers, "key");
        let made =
            web.desk
                .create_token(&actor, &name, roles, until.map(end_of_day), key.as_deref());
        match made.await {
            Ok(made) => {
                let page = tokens_page(&web, &actor, self::form()).map(|mut page| {
                    page.frame.done = format!(
                        "The token of {}, which is shown this once: {}",
                        made.token.name,
                        made.secret.reveal()
                    );
                    page
                });
                return show(&web, &actor, page);
            }
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, tokens_page(&web, &actor, form))
}

/// `POST /settings/tokens/revoke`: end one.
pub async fn revoke(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let id = Posted(pairs).get("id").parse().unwrap_or(0);
    match web.desk.revoke_token(&actor, id).await {
        Ok(_) => see(HERE),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn form() -> Form {
    let roles = Role::ALL
        .iter()
        .map(|role| Choice::new(role.wire(), role.title()));
    Form::new(
        HERE,
        "Make the token",
        vec![
            Field::new(Kind::Line, "name", "Which machine or program it is for")
                .hint("The record shows this name wherever the token acts."),
            Field::new(Kind::Checkboxes, "roles", "Roles").of(roles.collect()),
            Field::new(Kind::Date, "until", "Last day").optional().hint(
                "After it the token opens nothing. Left empty, it holds until somebody ends it.",
            ),
            Field::new(Kind::Hidden, "key", "Key").with(fresh_key()),
        ],
    )
}

fn tokens_page(web: &Web, actor: &Actor, form: Form) -> Result<SettingsPage, DeskError> {
    let tokens = web.desk.tokens(actor)?;
    let now = web.desk.now();
    let mut page = page(web, actor, HERE, "Tokens of machines", form, "Make a token");
    page.intro = "A machine that uses the API sends one as “Authorization: Bearer …”. Give each machine its own, with the \
                  roles it needs and no more."
        .into();
    page.columns = vec!["Name", "Roles", "Made", "Holds", ""];
    page.empty = "There is no token yet.";
    page.rows = tokens
        .iter()
        .map(|token| row(token, token.expires_at.is_some_and(|end| end <= now)))
        .collect();
    Ok(page)
}

fn row(token: &Token, is_over: bool) -> SettingsRow {
    let day = |at| short_date(civil(at));
    let holds = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("Ended on {}", day(at)),
        (None, Some(end)) if is_over => format!("Ended by itself on {}", day(end)),
        (None, Some(end)) => format!("Until {}", day(end)),
        (None, None) => "Until somebody ends it".to_owned(),
    };
    let roles: Vec<&str> = token.roles.iter().map(|role| role.title()).collect();
    let made = format!("{} by {}", day(token.created_at), token.created_by);
    let mut row = SettingsRow {
        cells: vec![token.name.clone(), roles.join(", "), made, holds],
        ..SettingsRow::default()
    };
    if token.revoked_at.is_none() && !is_over {
        row.action = format!("{HERE}/revoke");
        row.button = "End it";
        row.hidden = vec![("id", token.id.to_string())];
    }
    row
}
