//! The plugins: what runs in the sandbox, bringing one in, reading what it asks for, and approving it.

use super::link_form::{schema_answers, schema_fields};
use super::runs::{RunView, runs};
use super::standing::standing;
use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::plugins::{LARGEST, PluginView, SetLimits};
use crate::domain::access::Actor;
use crate::plugins::Kind as PluginKind;
use crate::plugins::manifest::is_id;
use crate::web::form::{Field, Form, Kind, Posted};
use crate::web::frame::Frame;
use crate::web::page::{render, see};
use crate::web::queue::encode;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::moment;
use axum::Form as Body;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

const HERE: &str = "/settings/plugins";

/// The page of a plugin.
#[derive(askama::Template)]
#[template(path = "plugin.html")]
pub struct PluginPage {
    /// Around it.
    pub frame: Frame,
    /// The plugin.
    pub plugin: PluginView,
    /// Exporter or adapter.
    pub kind: &'static str,
    /// Whether it is an adapter.
    pub linker: bool,
    /// How large it is.
    pub size: String,
    /// An exporter's settings; without a button it is not drawn.
    pub form: Form,
    /// The links that somebody should see to before they are asked again: the link, and a sentence.
    pub attention: Vec<(String, String)>,
    /// What went wrong the last time that a link of an adapter was asked: the link, and a sentence.
    pub troubles: Vec<(String, String)>,
    /// What an exporter's runs said, newest first.
    pub runs: Vec<RunView>,
    /// Who changed the plugins, when and why, newest first.
    pub history: Vec<String>,
}

/// `GET /settings/plugins`.
pub async fn plugins(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Pairs>,
) -> Response {
    let page = plugins_page(&web, &actor, install_form()).and_then(|mut page| {
        page.frame.done = removed(&web, &actor, Posted(asked).get("removed"))?;
        Ok(page)
    });
    show(&web, &actor, page)
}

/// What became of the links of a plugin that was just taken away.
fn removed(web: &Web, actor: &Actor, id: &str) -> Result<String, DeskError> {
    if !is_id(id) || web.desk.plugin(actor, id).is_ok() {
        return Ok(String::new());
    }
    let sources = web.desk.link_sources(actor)?;
    let links: Vec<String> = sources
        .into_iter()
        .filter(|source| source.plugin == id)
        .map(|source| source.key)
        .collect();
    Ok(if links.is_empty() {
        format!("{id} is removed. No link used it.")
    } else {
        format!(
            "{id} is removed. Its links are switched off: {}. What they gave stays on the cases. Remove them under \
             Linked systems, or install the plugin again.",
            links.join(", ")
        )
    })
}

/// `POST /settings/plugins`: bring a component in.
pub async fn install(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    parts: Multipart,
) -> Response {
    let mut form = install_form();
    let (bytes, id) = match upload(parts).await {
        Ok(upload) => upload,
        Err(error) => {
            refuse(&mut form, &error);
            return show(&web, &actor, plugins_page(&web, &actor, form));
        }
    };
    form.set("id", &id);
    let id = Some(id.as_str()).filter(|id| !id.is_empty());
    match web.desk.add_plugin(&actor, bytes, id).await {
        Ok(plugin) => see(&format!("{HERE}/{}", plugin.id)),
        Err(error @ DeskError::Forbidden(_)) => web.sorry(&actor, &error),
        Err(error) => {
            refuse(&mut form, &error);
            show(&web, &actor, plugins_page(&web, &actor, form))
        }
    }
}

async fn upload(mut parts: Multipart) -> Result<(Vec<u8>, String), DeskError> {
    let invalid = |detail: &str| DeskError::Invalid {
        field: "file",
        detail: detail.into(),
    };
    let broken = |_| invalid("The upload broke off, or it is larger than 64 MB. Try it again.");
    let (mut bytes, mut id) = (Vec::new(), String::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") => bytes = part.bytes().await.map_err(broken)?.to_vec(),
            Some("id") => id = part.text().await.map_err(broken)?.trim().to_owned(),
            _ => {}
        }
    }
    match bytes.len() as u64 {
        0 => Err(invalid("Choose the plugin’s file, which ends in .wasm.")),
        size if size > LARGEST => Err(invalid("The file is larger than 64 MB. No plugin is.")),
        _ => Ok((bytes, id)),
    }
}

/// `GET /settings/plugins/{id}`.
pub async fn show_plugin(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(id): Path<String>,
) -> Response {
    match web.desk.plugin(&actor, &id) {
        Ok(plugin) => {
            let form = settings_form(&plugin);
            plugin_page(&web, &actor, plugin, form)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/plugins/{id}`: set an exporter up.
pub async fn set_plugin(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(id): Path<String>,
    Body(pairs): Body<Pairs>,
) -> Response {
    let plugin = match web.desk.plugin(&actor, &id) {
        Ok(plugin) => plugin,
        Err(error) => return web.sorry(&actor, &error),
    };
    let mut form = settings_form(&plugin);
    if let Some(answers) = form.read(&Posted(pairs)) {
        let limits: SetLimits =
            serde_json::from_value(answers["limits"].clone()).unwrap_or_default();
        match schema_answers(&plugin.manifest.settings, "settings", &answers) {
            Err((field, text)) => form.refuse(Some(&field), &text, "", ""),
            Ok(settings) => match web.desk.set_plugin(&actor, &id, settings, limits).await {
                Ok(_) => return see(&format!("{HERE}/{id}")),
                Err(error) => refuse(&mut form, &error),
            },
        }
    }
    plugin_page(&web, &actor, plugin, form)
}

/// `POST /settings/plugins/approve`: the version that waits runs from now on.
pub async fn approve(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let id = posted.get("id");
    let approved =
        web.desk
            .approve_plugin(&actor, id, posted.get("sha256"), "on the settings page");
    match approved.await {
        Ok(plugin) => see(&format!("{HERE}/{}", plugin.id)),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/plugins/refuse`: the version that waits is sent away.
pub async fn refuse_waiting(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    answered(
        &web,
        &actor,
        web.desk.refuse_plugin(&actor, posted.get("id")).await,
    )
}

/// `POST /settings/plugins/switch`: stop it, or let it run again.
pub async fn switch(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let enabled = posted.get("enabled") == "yes";
    let switched = web
        .desk
        .switch_plugin(&actor, posted.get("id"), enabled)
        .await;
    answered(&web, &actor, switched)
}

/// `POST /settings/plugins/remove`: take it away; what it gave stays.
pub async fn remove(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let id = posted.get("id");
    if posted.get("sure") != "yes" {
        return match web.desk.plugin(&actor, id) {
            Ok(plugin) => {
                let mut form = settings_form(&plugin);
                let why = "Tick that you know what becomes of its links, then remove it.";
                form.refuse(None, why, "", "");
                if let Some(problem) = form.problems.last_mut() {
                    problem.field = "sure".into();
                }
                plugin_page(&web, &actor, plugin, form)
            }
            Err(error) => web.sorry(&actor, &error),
        };
    }
    match web
        .desk
        .remove_plugin(&actor, id, "on the settings page")
        .await
    {
        Ok(()) => see(&format!("{HERE}?removed={}", encode(id))),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn answered(web: &Web, actor: &Actor, done: Result<(), DeskError>) -> Response {
    match done {
        Ok(()) => see(HERE),
        Err(error) => web.sorry(actor, &error),
    }
}

fn install_form() -> Form {
    let file = Field::new(Kind::File, "file", "The plugin’s file")
        .hint("It ends in .wasm. Nothing of it runs before you have read what it asks for and approved it.");
    let id = Field::new(Kind::Line, "id", "Name")
        .optional()
        .hint("Only for a plugin made for version 0.1 of the contract, which cannot say its own.");
    Form::new(HERE, "Bring it in", vec![file, id])
}

fn settings_form(plugin: &PluginView) -> Form {
    if plugin.built_in || plugin.kind == PluginKind::Linker || plugin.version.is_empty() {
        return Form::new("", "", Vec::new());
    }
    let number = |name: &str, label: &str, hint: &str, value: Option<u32>| {
        Field::new(Kind::Number, name.to_owned(), label.to_owned())
            .optional()
            .hint(hint.to_owned())
            .with(value.map(|n| n.to_string()).unwrap_or_default())
    };
    let limits = vec![
        number(
            "limits.memory_mb",
            "Memory in megabytes",
            "256 where nothing is said.",
            plugin.limits.memory_mb,
        ),
        number(
            "limits.seconds",
            "Seconds for an export",
            "900 where nothing is said.",
            plugin.limits.seconds,
        ),
        number(
            "limits.at_once",
            "Exports at the same time",
            "32 where nothing is said.",
            plugin.limits.at_once,
        ),
    ];
    let settings = schema_fields(&plugin.manifest.settings, "settings", &plugin.settings);
    Form::new(format!("{HERE}/{}", plugin.id), "Save", settings).section("Limits", "", true, limits)
}

fn plugin_page(web: &Web, actor: &Actor, plugin: PluginView, form: Form) -> Response {
    let told = web
        .desk
        .plugin_runs(actor, &format!("exporter:{}", plugin.id));
    let (told, history) = match (told, web.desk.plugin_history(actor)) {
        (Ok(told), Ok(history)) => (told, history),
        (Err(error), _) | (_, Err(error)) => return web.sorry(actor, &error),
    };
    let troubles = match troubles(web, actor, &plugin) {
        Ok(troubles) => troubles,
        Err(error) => return web.sorry(actor, &error),
    };
    let attention = match attention(web, actor, &plugin) {
        Ok(attention) => attention,
        Err(error) => return web.sorry(actor, &error),
    };
    let mut frame = web.frame(actor, "/settings");
    frame.trouble = !form.problems.is_empty();
    let status = if frame.trouble {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let book = web.desk.book();
    let own = history
        .iter()
        .rev()
        .filter(|version| version.why.contains(&plugin.id))
        .take(20);
    let history = own.map(|version| {
        let by = book
            .person(&version.by)
            .map_or(version.by.as_str(), |person| person.name.as_str());
        format!("{}, {by}: {}", moment(version.at), version.why)
    });
    let page = PluginPage {
        frame,
        kind: match plugin.kind {
            PluginKind::Exporter => "Exporter",
            PluginKind::Linker => "Adapter",
        },
        linker: plugin.kind == PluginKind::Linker,
        size: format!("{} KB", plugin.size.div_ceil(1024)),
        history: history.collect(),
        attention,
        troubles,
        runs: runs(told),
        plugin,
        form,
    };
    render(status, &page)
}

/// The links that are not asked, or that this version needs more of than they grant.
fn attention(
    web: &Web,
    actor: &Actor,
    plugin: &PluginView,
) -> Result<Vec<(String, String)>, DeskError> {
    if plugin.version.is_empty() || !plugin.enabled {
        return Ok(Vec::new());
    }
    let sources = web.desk.link_sources(actor)?;
    let own = sources.iter().filter(|source| source.plugin == plugin.id);
    let told = own.flat_map(|source| {
        let notices = standing(source, Some(plugin)).notices().into_iter();
        notices.map(|says| (source.key.clone(), says))
    });
    Ok(told.collect())
}

/// The links whose last run failed, and why.
fn troubles(
    web: &Web,
    actor: &Actor,
    plugin: &PluginView,
) -> Result<Vec<(String, String)>, DeskError> {
    let mut troubles = Vec::new();
    for link in &plugin.links {
        let told = web.desk.plugin_runs(actor, &format!("link:{link}"))?;
        if let Some(run) = told.first()
            && let Some(failure) = &run.failure
        {
            troubles.push((link.clone(), format!("{}: {failure}", moment(run.at))));
        }
    }
    Ok(troubles)
}

fn plugins_page(web: &Web, actor: &Actor, form: Form) -> Result<SettingsPage, DeskError> {
    let row = |plugin: PluginView| SettingsRow {
        cells: vec![
            plugin.title,
            match plugin.kind {
                PluginKind::Exporter => "Exporter".into(),
                PluginKind::Linker => "Adapter".into(),
            },
            plugin.version,
            match (&plugin.waiting, plugin.enabled) {
                (Some(waiting), _) => format!("Version {} waits for approval", waiting.version),
                (None, true) if plugin.built_in => "Part of Redress".into(),
                (None, true) => "In use".into(),
                (None, false) => "Stopped".into(),
            },
        ],
        look: format!("{HERE}/{}", plugin.id),
        ..SettingsRow::default()
    };
    let rows = web.desk.plugins(actor)?.into_iter().map(row).collect();
    let mut page = page(
        web,
        actor,
        HERE,
        "Plugins",
        form,
        "Install or upgrade a plugin",
    );
    page.intro = "Export formats and adapters to other systems. Each runs in a sandbox, with no network, disk or secrets but what you grant it.".into();
    page.columns = vec!["Plugin", "Kind", "Version", "State", ""];
    page.rows = rows;
    Ok(page)
}
