//! The systems whose records are linked to cases.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::plugins::sources::LinkSource;
use crate::domain::access::Actor;
use crate::web::documents::answer;
use crate::web::form::{Form, Posted};
use crate::web::forms;
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;

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
                    refresh_hours: None,
                    enabled: true,
                    ..LinkSource::default()
                };
                match web.desk.add_link_source(&actor, source).await {
                    Ok(()) => return see("/settings/links"),
                    Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
                    Err(error) => refuse(&mut form, &error),
                }
            }
        }
    }
    show(&web, &actor, links_page(&web, &actor, form))
}

/// `POST /settings/links/switch`: stop asking a system, or ask it again.
pub async fn switch_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let (key, enabled) = (posted.get("key").to_owned(), posted.get("enabled") == "yes");
    let switched = web.desk.switch_link_source(&actor, &key, enabled).await;
    match switched {
        Ok(()) => see("/settings/links"),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/links/check`: whether a system can be read, and what it sees.
pub async fn check_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let key = posted.get("key");
    let source = web.desk.link_sources(&actor).and_then(|sources| {
        let found = sources.into_iter().find(|source| source.key == key);
        found.ok_or(DeskError::NotFound)
    });
    let answer = match source {
        Ok(source) => web.desk.check_link(&actor, &source).await,
        Err(error) => return web.sorry(&actor, &error),
    };
    let said = match answer {
        Ok(sees) => format!("{key} can be read. {sees}"),
        Err(DeskError::Plugin(why)) => format!("{key} cannot be read: {why}"),
        Err(error) => return web.sorry(&actor, &error),
    };
    let page = links_page(&web, &actor, forms::link()).map(|mut page| {
        page.frame.done = said;
        page
    });
    show(&web, &actor, page)
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
        change: String::new(),
        also: Some(("/settings/links/check", "Test connection")),
    };
    let rows = web.desk.link_sources(actor)?.into_iter().map(row).collect();
    let mut page = page(
        web,
        actor,
        "/settings/links",
        "Linked systems",
        form,
        "Link a system",
    );
    page.intro = "Repairs, anti-social behaviour, tenancy and contact records are fetched when a case is logged and kept as they were. A system that is down blocks nothing.".into();
    page.columns = vec!["Name", "Adapter", "Folder", "State", ""];
    page.rows = rows;
    page.empty = "No system is linked.";
    Ok(page)
}
