//! Who is signed in: one's own sessions, and for an administrator everyone's.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::sessions::{OpenSession, Whose};
use crate::domain::access::Actor;
use crate::web::form::{Form, Posted};
use crate::web::page::see;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::moment;
use axum::Form as Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

const MINE: &str = "/sessions";
const EVERYONES: &str = "/settings/sessions";

/// `GET /sessions`: one's own.
pub async fn mine(State(web): State<Web>, Visitor(actor): Visitor, headers: HeaderMap) -> Response {
    answer(&web, &actor, Whose::Mine, &headers).await
}

/// `GET /settings/sessions`: everyone's.
pub async fn everyones(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    headers: HeaderMap,
) -> Response {
    answer(&web, &actor, Whose::Everyones, &headers).await
}

/// `POST /sessions`: end one of one's own.
pub async fn end_mine(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    end(&web, &actor, &Posted(pairs), MINE).await
}

/// `POST /settings/sessions`: end anyone's.
pub async fn end_everyones(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    end(&web, &actor, &Posted(pairs), EVERYONES).await
}

async fn end(web: &Web, actor: &Actor, posted: &Posted, back: &str) -> Response {
    match web.desk.end_session(actor, posted.get("id")).await {
        // Gone already is what was asked for.
        Ok(()) | Err(DeskError::NotFound) => see(back),
        Err(error) => web.sorry(actor, &error),
    }
}

async fn answer(web: &Web, actor: &Actor, whose: Whose, headers: &HeaderMap) -> Response {
    let (who, secret) = (actor.clone(), web.secret(headers).map(str::to_owned));
    let found = web
        .desk
        .away(move |desk| desk.sessions(&who, whose, secret.as_deref()));
    let page = found
        .await
        .map(|sessions| sessions_page(web, actor, whose, &sessions));
    show(web, actor, page)
}

fn sessions_page(web: &Web, actor: &Actor, whose: Whose, sessions: &[OpenSession]) -> SettingsPage {
    let none = Form::new("", "", Vec::new());
    let everyones = whose == Whose::Everyones;
    let here = if everyones { EVERYONES } else { MINE };
    let title = if everyones {
        "Signed in"
    } else {
        "Where I am signed in"
    };
    let mut page = page(web, actor, here, title, none, "");
    if !everyones {
        page.tabs = Vec::new();
        page.frame.here = "";
    }
    page.intro = "A session ends by itself an hour after its last page, and twelve hours after signing in. End one that \
                  should not be there, and change the password it was signed in with."
        .into();
    page.columns = vec!["Last used", "Signed in", "From"];
    if everyones {
        page.columns.insert(0, "Who");
    }
    page.columns.push("");
    page.empty = "Nobody is signed in.";
    page.rows = sessions
        .iter()
        .map(|session| row(session, everyones, here))
        .collect();
    page
}

fn row(session: &OpenSession, named: bool, here: &str) -> SettingsRow {
    let used = if session.is_this {
        "Now, on this page".to_owned()
    } else {
        moment(session.seen_at)
    };
    let from = session.address.as_deref().unwrap_or("not known");
    let mut cells = vec![used, moment(session.began_at), from.to_owned()];
    if named {
        cells.insert(0, format!("{} ({})", session.name, session.account));
    }
    SettingsRow {
        cells,
        action: here.to_owned(),
        button: if session.is_this {
            "Sign out here"
        } else {
            "End it"
        },
        hidden: vec![("id", session.id.clone())],
        ..SettingsRow::default()
    }
}
