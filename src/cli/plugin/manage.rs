//! `redress plugin install`, `list`, `approve`, `enable`, `disable`, `remove`: what an administrator does on the pages
//! of the plugins, from the command line.

use std::path::PathBuf;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::desk::plugins::{LARGEST, PluginView};
use crate::domain::access::Actor;
use crate::plugins::Kind;

/// Something to be done with the landlord's plugins.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "plugin", rename_all = "snake_case")]
pub enum Task {
    /// Bring a component in; with `approve` it runs at once.
    Install {
        file: PathBuf,
        id: Option<String>,
        approve: bool,
    },
    /// Every plugin.
    List,
    /// The version that waits runs from now on.
    Approve { id: String },
    /// Stop it, or let it run.
    Switch { id: String, enabled: bool },
    /// Take it away.
    Remove { id: String },
}

/// Does it; the answer is what the command line prints.
pub async fn execute(desk: &Desk, by: &Actor, task: Task) -> anyhow::Result<String> {
    Ok(match task {
        Task::Install { file, id, approve } => {
            let reading = || format!("{} cannot be read", file.display());
            let size = std::fs::metadata(&file).with_context(reading)?.len();
            anyhow::ensure!(
                size <= LARGEST,
                "{} is larger than 64 MB; no plugin is",
                file.display()
            );
            let bytes = std::fs::read(&file).with_context(reading)?;
            let plugin = desk.add_plugin(by, bytes, id.as_deref()).await?;
            let mut said = told(&plugin);
            let Some(waiting) = &plugin.waiting else {
                return Ok(said);
            };
            if approve {
                let why = "installed from the command line";
                desk.approve_plugin(by, &plugin.id, &waiting.sha256, why)
                    .await?;
                said.push_str(&format!(
                    "\n{} {} is approved and may run",
                    plugin.id, waiting.version
                ));
            } else {
                said.push_str(&format!(
                    "\nIt waits. Approve it with `redress plugin approve {}`, or on the page Plugins of the settings.",
                    plugin.id
                ));
            }
            said
        }
        Task::List => {
            let lines = desk.plugins(by)?.into_iter().map(|plugin| {
                let kind = match plugin.kind {
                    Kind::Exporter => "exporter",
                    Kind::Linker => "adapter",
                };
                let state = match (&plugin.waiting, plugin.built_in, plugin.enabled) {
                    (Some(waiting), ..) => {
                        format!("version {} waits for approval", waiting.version)
                    }
                    (None, true, _) => "part of Redress".into(),
                    (None, false, true) => "in use".into(),
                    (None, false, false) => "stopped".into(),
                };
                format!(
                    "{}\t{kind}\t{}\t{state}\t{}",
                    plugin.id, plugin.version, plugin.sha256
                )
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        Task::Approve { id } => {
            let plugin = desk.plugin(by, &id)?;
            let waiting = plugin
                .waiting
                .with_context(|| format!("no version of {id} waits for approval"))?;
            desk.approve_plugin(by, &id, &waiting.sha256, "on the command line")
                .await?;
            format!("{id} {} is approved and may run", waiting.version)
        }
        Task::Switch { id, enabled } => {
            desk.switch_plugin(by, &id, enabled).await?;
            format!("{id} {}", if enabled { "may run" } else { "is stopped" })
        }
        Task::Remove { id } => {
            desk.remove_plugin(by, &id, "on the command line").await?;
            format!("{id} is removed; what it linked or exported stays")
        }
    })
}

/// What it is, what it asks for and what is other than before, as the page has it.
fn told(plugin: &PluginView) -> String {
    let mut lines = vec![format!("{}: {}", plugin.id, plugin.title)];
    if !plugin.summary.is_empty() {
        lines.push(plugin.summary.clone());
    }
    if let Some(waiting) = &plugin.waiting {
        lines.push(format!(
            "Version {}, SHA-256 {}",
            waiting.version, waiting.sha256
        ));
        lines.extend(waiting.asks.iter().map(|ask| format!("  {}", ask.says)));
        if !waiting.differences.is_empty() {
            lines.push(format!(
                "Other than in version {}, which is in use:",
                plugin.version
            ));
            let differences = waiting.differences.iter();
            lines.extend(
                differences.map(|difference| format!("  {}: {}", difference.what, difference.says)),
            );
        }
    }
    lines.join("\n")
}
