//! How a system that answers JSON is mapped, with a trial beside it: what the system answered and what the mapping
//! makes of it. No script: what was tried is drawn anew.

mod form;
mod shown;

use super::Pairs;
use crate::desk::DeskError;
use crate::desk::mapping::Trial;
use crate::desk::plugins::sources::LinkSource;
use crate::domain::access::Actor;
use crate::web::form::{Form, Posted};
use crate::web::frame::Frame;
use crate::web::page::{render, see};
use crate::web::session::refuse;
use crate::web::shell::{Visitor, Web};
use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use shown::Shown;

/// The kinds that the contract has fields for, and what people call them.
const KINDS: [(&str, &str); 5] = [
    ("repair", "Repairs"),
    ("person", "People"),
    ("tenancy", "Tenancies"),
    ("contact", "Contacts"),
    ("asb", "Anti-social behaviour"),
];

/// An entry of the page's own navigation.
pub struct KindTab {
    /// Where it leads.
    pub href: String,
    /// Its words.
    pub label: String,
    /// Whether it is on.
    pub current: bool,
    /// Whether something is mapped.
    pub mapped: bool,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "mapping.html")]
pub struct MappingPage {
    /// Around it.
    pub frame: Frame,
    /// The link.
    pub link: String,
    /// The kinds of records.
    pub tabs: Vec<KindTab>,
    /// What is asked and what means what.
    pub form: Form,
    /// What a trial came to.
    pub shown: Option<Shown>,
}

/// `GET /settings/links/{key}/mapping?kind=`: the mapping as it is.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(key): Path<String>,
    Query(asked): Query<Pairs>,
) -> Response {
    let link = match web.desk.mapped_link(&actor, &key) {
        Ok(link) => link,
        Err(error) => return web.sorry(&actor, &error),
    };
    let posted = Posted(asked);
    let kind = kind_of(&link, posted.get("kind"));
    let form = form::of(&of_kind(&link.key, &kind), &kind, &link.settings);
    let done = match posted.get("saved") {
        "" => String::new(),
        _ => format!("The mapping of {} is saved.", words(&kind).to_lowercase()),
    };
    draw(&web, &actor, &link, &kind, form, None, done)
}

/// `POST /settings/links/{key}/mapping?kind=`: try what was typed, or keep it.
pub async fn act(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(key): Path<String>,
    Query(asked): Query<Pairs>,
    Body(pairs): Body<Pairs>,
) -> Response {
    let kept = match web.desk.mapped_link(&actor, &key) {
        Ok(link) => link,
        Err(error) => return web.sorry(&actor, &error),
    };
    let mut link = kept.clone();
    let kind = kind_of(&link, Posted(asked).get("kind"));
    let posted = Posted(pairs);
    let mut form = form::of(&of_kind(&link.key, &kind), &kind, &Value::Null);
    form::fill(&mut form, &posted);
    let what = posted.get("do").to_owned();
    if what == "remove" {
        if let Some(kinds) = link.settings["kinds"].as_object_mut() {
            kinds.remove(&kind);
        }
        return keep(&web, &actor, link, &kind, form).await;
    }
    let mapping = match form::read(&form) {
        Ok(mapping) => mapping,
        Err((field, why)) => {
            form.refuse(Some(&field), &why, "", "");
            return draw(&web, &actor, &kept, &kind, form, None, String::new());
        }
    };
    place(&mut link, &kind, mapping, &form);
    // Before it is kept the mapping is read once, without asking the other system where that takes a reference.
    let trial = if what == "save" {
        Trial::new()
    } else {
        form::trial(&form)
    };
    match web.desk.try_mapping(&actor, &link, &kind, trial).await {
        Ok(_) if what == "save" => keep(&web, &actor, link, &kind, form).await,
        Ok(shown) => {
            let shown = Shown::of(&shown);
            draw(&web, &actor, &kept, &kind, form, Some(shown), String::new())
        }
        Err(DeskError::Plugin(why)) if what != "save" || form::blames(&why) => {
            form::blame(&mut form, &kind, &why);
            draw(&web, &actor, &kept, &kind, form, None, String::new())
        }
        // A system that is away for the moment is no reason to lose what was typed.
        Err(DeskError::Plugin(_)) => keep(&web, &actor, link, &kind, form).await,
        Err(error @ DeskError::Forbidden(_)) => web.sorry(&actor, &error),
        Err(error) => {
            refuse(&mut form, &error);
            draw(&web, &actor, &kept, &kind, form, None, String::new())
        }
    }
}

async fn keep(web: &Web, actor: &Actor, link: LinkSource, kind: &str, mut form: Form) -> Response {
    let why = format!(
        "The mapping of {} was changed by {}",
        words(kind).to_lowercase(),
        actor.name
    );
    let back = format!("{}&saved=yes", of_kind(&link.key, kind));
    match web.desk.change_link_source(actor, link.clone(), &why).await {
        Ok(()) => see(&back),
        Err(error @ DeskError::Forbidden(_)) => web.sorry(actor, &error),
        Err(error) => {
            refuse(&mut form, &error);
            draw(web, actor, &link, kind, form, None, String::new())
        }
    }
}

/// Puts a kind's mapping into a link's settings.
fn place(link: &mut LinkSource, kind: &str, mapping: Value, form: &Form) {
    if !link.settings.is_object() {
        link.settings = json!({});
    }
    let settings = &mut link.settings;
    if !settings["kinds"].is_object() {
        settings["kinds"] = json!({});
    }
    settings["kinds"][kind] = mapping;
    for name in ["dates", "check"] {
        match (form::value(form, name), settings.as_object_mut()) {
            (text, Some(members)) if text.is_empty() => drop(members.remove(name)),
            (text, _) => settings[name] = text.into(),
        }
    }
}

fn kind_of(link: &LinkSource, asked: &str) -> String {
    let kinds = link.settings["kinds"].as_object();
    let known = KINDS.iter().any(|(kind, _)| *kind == asked)
        || kinds.is_some_and(|k| k.contains_key(asked));
    let first = KINDS
        .iter()
        .map(|(kind, _)| *kind)
        .find(|kind| kinds.is_some_and(|k| k.contains_key(*kind)));
    if known {
        asked.to_owned()
    } else {
        first.unwrap_or("repair").to_owned()
    }
}

fn words(kind: &str) -> String {
    let known = KINDS.iter().find(|(name, _)| *name == kind);
    known.map_or_else(|| kind.to_owned(), |(_, words)| (*words).to_owned())
}

fn of_kind(key: &str, kind: &str) -> String {
    format!("{}?kind={kind}", address(key))
}

/// Where the mapping of a link is made.
pub fn address(key: &str) -> String {
    let mut key_part = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            key_part.push(char::from(byte));
        } else {
            key_part += &format!("%{byte:02X}");
        }
    }
    format!("/settings/links/{key_part}/mapping")
}

fn draw(
    web: &Web,
    actor: &Actor,
    link: &LinkSource,
    kind: &str,
    form: Form,
    shown: Option<Shown>,
    done: String,
) -> Response {
    let mapped = link.settings["kinds"].as_object();
    let own = mapped.into_iter().flat_map(|kinds| kinds.keys());
    let own = own
        .filter(|name| !KINDS.iter().any(|(known, _)| known == name))
        .map(String::as_str);
    let tabs = KINDS
        .iter()
        .map(|(name, _)| *name)
        .chain(own)
        .map(|name| KindTab {
            href: of_kind(&link.key, name),
            label: words(name),
            current: name == kind,
            mapped: mapped.is_some_and(|kinds| kinds.contains_key(name)),
        });
    let mut frame = web.frame(actor, "/settings");
    frame.trouble = !form.problems.is_empty();
    frame.done = done;
    let status = if frame.trouble {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = MappingPage {
        frame,
        link: link.key.clone(),
        tabs: tabs.collect(),
        form,
        shown,
    };
    render(status, &page)
}
