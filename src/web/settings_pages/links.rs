//! The systems whose records are linked to cases: the list, and a page for each with what it was granted and what its
//! adapter's runs said.

use super::link_form::{link_answers, link_form, refuse_link};
use super::runs::{RunView, health, runs};
use super::standing::{Standing, standing};
use super::{Pairs, mapping, page, show};
use crate::desk::DeskError;
use crate::desk::links::searches::ResidentSearched;
use crate::desk::mapping::MAPPED;
use crate::desk::plugins::PluginView;
use crate::desk::plugins::runs::PluginRun;
use crate::desk::plugins::sources::LinkSource;
use crate::domain::access::Actor;
use crate::plugins::Kind as PluginKind;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use crate::web::frame::Frame;
use crate::web::page::{render, see};
use crate::web::queue::encode;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::moment;
use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

const HERE: &str = "/settings/links";
/// Searches for residents that are shown.
const SEARCHES: usize = 30;

/// The page of a link.
#[derive(askama::Template)]
#[template(path = "link.html")]
pub struct LinkPage {
    /// Around it.
    pub frame: Frame,
    /// Its heading.
    pub title: String,
    /// The link's name; empty for one that is not there yet.
    pub key: String,
    /// What its adapter is.
    pub intro: String,
    /// Which system or reference the adapter was written against.
    pub source: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Whether it is asked: switched on, and its plugin may run.
    pub asked: bool,
    /// Whether its plugin is there.
    pub installed: bool,
    /// What somebody should see to.
    pub notices: Vec<String>,
    /// Where its mapping is made, for an adapter that has one.
    pub mapping: String,
    /// Its questions.
    pub form: Form,
    /// How it stands: when it was asked and tested last, and what came of it.
    pub health: Vec<String>,
    /// Who looked for residents in it, newest first.
    pub searches: Vec<String>,
    /// What its runs said, newest first.
    pub runs: Vec<RunView>,
}

/// `GET /settings/links`: the linked systems.
pub async fn links(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    show(&web, &actor, links_page(&web, &actor))
}

/// `GET /settings/links/new?plugin=`: the form of a new link.
pub async fn ask_new(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Pairs>,
) -> Response {
    match adapter(&web, &actor, Posted(asked).get("plugin")) {
        Ok(plugin) => {
            let form = link_form(&plugin.manifest, None);
            link_page(&web, &actor, Some(&plugin), None, form)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/links/new`: link a system, or try what was typed.
pub async fn add_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    match adapter(&web, &actor, posted.get("plugin")) {
        Ok(plugin) => take(&web, &actor, &plugin, None, &posted).await,
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `GET /settings/links/{key}`: what a link was granted, and its runs.
pub async fn ask_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(key): Path<String>,
) -> Response {
    match kept(&web, &actor, &key) {
        Ok((source, Some(plugin))) => {
            let form = link_form(&plugin.manifest, Some(&source));
            link_page(&web, &actor, Some(&plugin), Some(&source), form)
        }
        // Its plugin was taken away: there is nothing to fill in, but what it was and how to be rid of it.
        Ok((source, None)) => {
            let form = Form::new("", "", Vec::new());
            link_page(&web, &actor, None, Some(&source), form)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/links/{key}`: change it, or try what was typed.
pub async fn change_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(key): Path<String>,
    Body(pairs): Body<Pairs>,
) -> Response {
    match kept(&web, &actor, &key) {
        Ok((source, Some(plugin))) => {
            take(&web, &actor, &plugin, Some(&source), &Posted(pairs)).await
        }
        Ok((source, None)) => see(&address(&source.key)),
        Err(error) => web.sorry(&actor, &error),
    }
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
        Ok(()) => see(HERE),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/links/remove`: take a link away; what it gave stays.
pub async fn remove_link(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    match web.desk.remove_link_source(&actor, posted.get("key")).await {
        Ok(()) => see(HERE),
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
    let answer = match kept(&web, &actor, key) {
        Ok((source, Some(_))) => web.desk.check_link(&actor, &source).await,
        Ok((source, None)) => Err(DeskError::Plugin(format!(
            "its plugin {} is not installed.",
            source.plugin
        ))),
        Err(error) => return web.sorry(&actor, &error),
    };
    if let Err(error @ DeskError::Forbidden(_)) = &answer {
        return web.sorry(&actor, error);
    }
    let page = links_page(&web, &actor).map(|mut page| {
        match answer {
            Ok(sees) => page.frame.done = format!("{key} can be read. {sees}"),
            Err(error) => page.frame.amiss = format!("{key} cannot be read: {error}"),
        }
        page
    });
    show(&web, &actor, page)
}

/// Saves what was typed, or tries it and draws the form again with what came of it.
async fn take(
    web: &Web,
    actor: &Actor,
    plugin: &PluginView,
    kept: Option<&LinkSource>,
    posted: &Posted,
) -> Response {
    let mut form = link_form(&plugin.manifest, kept);
    if let Some(answers) = form.read(posted) {
        match link_answers(&plugin.manifest, kept, &answers) {
            Err((field, text)) => form.refuse(Some(&field), &text, "", ""),
            Ok(source) if posted.get("try") == "yes" => {
                let said = match web.desk.check_link(actor, &source).await {
                    Ok(sees) => vec![format!("It can be read. {sees}")],
                    Err(DeskError::Plugin(why)) => vec![format!("It cannot be read: {why}")],
                    Err(error) => {
                        refuse_link(&mut form, &plugin.manifest, &error);
                        Vec::new()
                    }
                };
                form.tried(said);
            }
            Ok(source) => {
                let key = source.key.clone();
                let saved = match kept {
                    None => web.desk.add_link_source(actor, source).await,
                    Some(_) => {
                        let why = format!("{key} is set up anew");
                        web.desk.change_link_source(actor, source, &why).await
                    }
                };
                match saved {
                    Ok(()) => return see(HERE),
                    Err(error @ DeskError::Forbidden(_)) => return web.sorry(actor, &error),
                    Err(error) => refuse_link(&mut form, &plugin.manifest, &error),
                }
            }
        }
    }
    link_page(web, actor, Some(plugin), kept, form)
}

fn adapter(web: &Web, actor: &Actor, id: &str) -> Result<PluginView, DeskError> {
    let plugin = web.desk.plugin(actor, id)?;
    if plugin.kind == PluginKind::Linker && !plugin.version.is_empty() {
        Ok(plugin)
    } else {
        Err(DeskError::NotFound)
    }
}

/// The page of a link.
fn address(key: &str) -> String {
    format!("{HERE}/{}", encode(key))
}

/// A link, and its adapter where that is installed.
fn kept(
    web: &Web,
    actor: &Actor,
    key: &str,
) -> Result<(LinkSource, Option<PluginView>), DeskError> {
    let sources = web.desk.link_sources(actor)?;
    let source = sources
        .into_iter()
        .find(|source| source.key == key)
        .ok_or(DeskError::NotFound)?;
    let plugin = match adapter(web, actor, &source.plugin) {
        Err(DeskError::NotFound) => None,
        plugin => Some(plugin?),
    };
    Ok((source, plugin))
}

type Stands = (Vec<PluginRun>, Vec<ResidentSearched>, Vec<String>);

/// A link's runs, the searches for residents in it, and how its connections fare.
fn stands(web: &Web, actor: &Actor, kept: &LinkSource) -> Result<Stands, DeskError> {
    Ok((
        web.desk.plugin_runs(actor, &format!("link:{}", kept.key))?,
        web.desk.resident_searches(actor, &kept.key)?,
        web.desk.link_troubles(actor, kept)?,
    ))
}

fn link_page(
    web: &Web,
    actor: &Actor,
    plugin: Option<&PluginView>,
    kept: Option<&LinkSource>,
    form: Form,
) -> Response {
    let mut frame = web.frame(actor, "/settings");
    frame.trouble = !form.problems.is_empty();
    let status = if frame.trouble {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let key = kept.map(|kept| kept.key.clone()).unwrap_or_default();
    let stands = match kept {
        Some(kept) => stands(web, actor, kept),
        None => Ok((Vec::new(), Vec::new(), Vec::new())),
    };
    let (told, searched, mut troubles) = match stands {
        Ok(stands) => stands,
        Err(error) => return web.sorry(actor, &error),
    };
    troubles.extend(health(&told));
    let book = web.desk.book();
    let searches = searched.iter().take(SEARCHES).map(|search| {
        let by = book
            .person(&search.by)
            .map_or(search.by.as_str(), |person| person.name.as_str());
        let own = search.links.iter().find(|asked| asked.link == key);
        let came = match own {
            Some(own) if own.answered => format!("{} found", own.found),
            _ => "no answer".into(),
        };
        format!("{}, {by}: {came}", moment(search.at))
    });
    let searches = searches.collect();
    let name = match (plugin, kept) {
        (Some(plugin), _) => plugin.title.clone(),
        (None, Some(kept)) => format!("{} (not installed)", kept.plugin),
        (None, None) => String::new(),
    };
    let stands = kept.map(|kept| standing(kept, plugin));
    let of_plugin = |of: fn(&PluginView) -> &String| plugin.map(of).cloned().unwrap_or_default();
    let page = LinkPage {
        frame,
        title: match kept {
            Some(kept) => format!("{}: {name}", kept.key),
            None => format!("Link a system: {name}"),
        },
        intro: of_plugin(|plugin| &plugin.summary),
        source: of_plugin(|plugin| &plugin.source),
        enabled: kept.is_some_and(|kept| kept.enabled),
        asked: stands.as_ref().is_some_and(Standing::is_asked),
        installed: plugin.is_some(),
        notices: stands.map(|stands| stands.notices()).unwrap_or_default(),
        mapping: match kept {
            Some(kept) if kept.plugin == MAPPED && plugin.is_some() => mapping::address(&kept.key),
            _ => String::new(),
        },
        health: troubles,
        searches,
        key,
        form,
        runs: runs(told),
    };
    render(status, &page)
}

fn links_page(web: &Web, actor: &Actor) -> Result<SettingsPage, DeskError> {
    let plugins = web.desk.plugins(actor)?;
    let named = |id: &str| {
        let known = plugins.iter().find(|plugin| plugin.id == id);
        known.map_or_else(
            || format!("{id} (not installed)"),
            |plugin| plugin.title.clone(),
        )
    };
    let row = |source: LinkSource| {
        let mut reads: Vec<String> = source.folder.iter().cloned().collect();
        reads.extend(source.connections.iter().map(|own| own.base_url.clone()));
        let stands = standing(
            &source,
            plugins.iter().find(|plugin| plugin.id == source.plugin),
        );
        let gone = stands == Standing::NoPlugin;
        SettingsRow {
            look: String::new(),
            cells: vec![
                source.key.clone(),
                named(&source.plugin),
                reads.join(", "),
                stands.state(),
            ],
            // A link whose plugin is gone can only be looked at and removed.
            action: match (source.enabled, gone) {
                (false, true) => "/settings/links/remove",
                _ => "/settings/links/switch",
            }
            .into(),
            button: match (source.enabled, gone) {
                (true, _) => "Stop asking",
                (false, true) => "Remove",
                (false, false) => "Ask again",
            },
            change: address(&source.key),
            hidden: vec![
                ("key", source.key),
                ("enabled", if source.enabled { "no" } else { "yes" }.into()),
            ],
            also: (!gone).then_some(("/settings/links/check", "Test connection")),
        }
    };
    let rows = web.desk.link_sources(actor)?.into_iter().map(row).collect();
    let adapters = plugins
        .iter()
        .filter(|plugin| plugin.kind == PluginKind::Linker && !plugin.version.is_empty());
    let adapters = adapters
        .map(|plugin| Choice::new(&plugin.id, &plugin.title))
        .collect();
    let choose = Field::new(Kind::Select, "plugin", "Adapter")
        .of(adapters)
        .hint("What speaks to the other system. Further ones are installed under Plugins.");
    let form = Form::new("/settings/links", "Go on", vec![choose]);
    let mut page = page(web, actor, HERE, "Linked systems", form, "Link a system");
    page.intro = "Repairs, anti-social behaviour, tenancy and contact records are fetched when a case is logged and kept as they were. A system that is down blocks nothing.".into();
    page.columns = vec!["Name", "Adapter", "Reads", "State", ""];
    page.rows = rows;
    page.empty = "No system is linked.";
    Ok(page)
}

/// `POST /settings/links`: which adapter the new link is of.
pub async fn choose(Visitor(_): Visitor, Body(pairs): Body<Pairs>) -> Response {
    let posted = Posted(pairs);
    let id: String = posted
        .get("plugin")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    if id.is_empty() {
        see(HERE)
    } else {
        see(&format!("{HERE}/new?plugin={id}"))
    }
}
