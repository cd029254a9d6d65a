//! The systems whose records are linked to cases.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::settings::LinkSource;
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
