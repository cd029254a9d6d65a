//! Links: an adapter with what the operator granted to it. A plugin may serve several, each with its own grants.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::connection::Connection;
use super::{SetLimits, fitted, manifest_of};
use crate::desk::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_time;
use crate::domain::refusal::{bounded, required};
use crate::link::{Source, Wire};
use crate::plugins::Kind;
use crate::store::settings::Change;
use crate::store::{Rows, WriteTx};

/// The setting under which linked systems are kept.
pub const LINKS: &str = "links";

/// A system whose records are linked to cases, through an adapter that runs in the sandbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkSource {
    /// Its name in the record, such as `repairs`; never reused for another system.
    pub key: String,
    /// The adapter that speaks to it, such as `csv-folder`.
    pub plugin: String,
    /// The folder that the adapter may read, and nothing above it.
    #[serde(default)]
    pub folder: Option<String>,
    /// The adapter's own settings, as its manifest asks for them.
    #[serde(default)]
    pub settings: Value,
    /// The connections that it may use.
    #[serde(default)]
    pub connections: Vec<Connection>,
    /// What a run of it may take.
    #[serde(default)]
    pub limits: SetLimits,
    /// Hours after which open cases ask again by themselves; 24 where nothing is said, 0 for never.
    #[serde(default)]
    pub refresh_hours: Option<u32>,
    /// Whether it is asked.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl Default for LinkSource {
    fn default() -> Self {
        Self {
            key: String::new(),
            plugin: String::new(),
            folder: None,
            settings: Value::Null,
            connections: Vec::new(),
            limits: SetLimits::default(),
            refresh_hours: None,
            enabled: true,
        }
    }
}

/// The longest time between two refreshes: four weeks.
const LONGEST_REFRESH: u32 = 24 * 28;

impl Desk {
    /// The linked systems with their settings. No secret is among them.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn link_sources(&self, by: &Actor) -> Result<Vec<LinkSource>, DeskError> {
        need(by, Permission::Administer)?;
        self.sources()
    }

    /// As [`Desk::link_sources`], for the desk's own use.
    pub(in crate::desk) fn sources(&self) -> Result<Vec<LinkSource>, DeskError> {
        kept_sources(&*self.reader()?)
    }

    /// How each connection of a link fares since the program started, in sentences; nothing of those that work or were
    /// not used.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub fn link_troubles(&self, by: &Actor, link: &LinkSource) -> Result<Vec<String>, DeskError> {
        need(by, Permission::Administer)?;
        let time = |at| london_time(at).format("%H:%M").to_string();
        let told = link.connections.iter().filter_map(|own| {
            let health = self.inner.http.health(&link.key, &own.name)?;
            let since = time(health.failing_since?);
            let why = health.last_error.unwrap_or_default();
            let why = why.trim_end().trim_end_matches('.');
            let rests = health
                .rests_until
                .map(|until| format!(" It is tried again at {}.", time(until)));
            let rests = rests.unwrap_or_default();
            Some(format!(
                "The connection {} has not worked since {since}: {why}.{rests}",
                own.name
            ))
        });
        Ok(told.collect())
    }

    /// Replaces the linked systems. What was linked before stays on its cases.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`]: a name given twice, a folder that is not there, a connection
    /// or setting that does not fit what the adapter asks for.
    pub async fn set_link_sources(
        &self,
        by: &Actor,
        sources: Vec<LinkSource>,
        why: &str,
    ) -> Result<Vec<LinkSource>, DeskError> {
        self.change_sources(by, why, move |kept| {
            *kept = sources;
            Ok(())
        })
        .await
    }

    /// Links one more system.
    ///
    /// # Errors
    /// As [`Desk::set_link_sources`].
    pub async fn add_link_source(&self, by: &Actor, source: LinkSource) -> Result<(), DeskError> {
        let why = format!("{} is linked", source.key);
        let added = self.change_sources(by, &why, move |kept| {
            kept.push(source);
            Ok(())
        });
        added.await.map(drop)
    }

    /// Changes what one linked system is granted and how it is set up; its name and adapter stay.
    ///
    /// # Errors
    /// As [`Desk::set_link_sources`], and [`DeskError::NotFound`].
    pub async fn change_link_source(
        &self,
        by: &Actor,
        source: LinkSource,
        why: &str,
    ) -> Result<(), DeskError> {
        let changed = self.change_sources(by, why, move |kept| {
            let same =
                |other: &LinkSource| other.key == source.key && other.plugin == source.plugin;
            let at = kept.iter().position(same).ok_or(DeskError::NotFound)?;
            kept[at] = source;
            Ok(())
        });
        changed.await.map(drop)
    }

    /// Stops asking a system, or asks it again.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Invalid`] for a folder that is not there.
    pub async fn switch_link_source(
        &self,
        by: &Actor,
        key: &str,
        enabled: bool,
    ) -> Result<(), DeskError> {
        let how = if enabled {
            "asked again"
        } else {
            "no longer asked"
        };
        let (why, key) = (format!("{key} is {how}"), key.to_owned());
        let switched = self.change_sources(by, &why, move |kept| {
            let found = kept.iter_mut().find(|source| source.key == key);
            found.ok_or(DeskError::NotFound)?.enabled = enabled;
            Ok(())
        });
        switched.await.map(drop)
    }

    /// Takes a link away. What it gave stays on the cases, under its name.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] or [`DeskError::NotFound`].
    pub async fn remove_link_source(&self, by: &Actor, key: &str) -> Result<(), DeskError> {
        let (why, key) = (format!("{key} is removed"), key.to_owned());
        let removed = self.change_sources(by, &why, move |kept| {
            let before = kept.len();
            kept.retain(|source| source.key != key);
            if kept.len() == before {
                Err(DeskError::NotFound)
            } else {
                Ok(())
            }
        });
        removed.await.map(drop)
    }

    /// Changes the linked systems as they stand now, so that of two changes at once neither is lost.
    async fn change_sources(
        &self,
        by: &Actor,
        why: &str,
        make: impl FnOnce(&mut Vec<LinkSource>) -> Result<(), DeskError> + Send + 'static,
    ) -> Result<Vec<LinkSource>, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the linked systems change")?;
        let change = self.change(by, why.trim());
        let desk = self.clone();
        let changed = self
            .store()
            .write_async(move |tx| -> Result<Vec<LinkSource>, DeskError> {
                let before = kept_sources(tx)?;
                let mut sources = before.clone();
                make(&mut sources)?;
                check_names(&sources)?;
                for source in &mut sources {
                    let earlier = before.iter().find(|other| other.key == source.key);
                    // What was right when it was set does not stand in the way of another link's change.
                    if earlier != Some(&*source) {
                        desk.check_source(tx, source, earlier)?;
                    }
                }
                tx.set_setting(LINKS, &sources, &change)?;
                Ok(sources)
            });
        let changed = changed.await?;
        for source in &changed {
            // An administrator who mended something wants it tried at once.
            self.inner.http.forget(&source.key);
        }
        Ok(changed)
    }

    /// Checks a link against what its adapter asks for, fills in its settings, and seals its secrets.
    fn check_source(
        &self,
        rows: &dyn Rows,
        source: &mut LinkSource,
        earlier: Option<&LinkSource>,
    ) -> Result<(), DeskError> {
        let invalid = |field, detail: String| DeskError::Invalid { field, detail };
        let known = manifest_of(rows, &source.plugin)?;
        let Some((manifest, _)) = known.filter(|(manifest, _)| manifest.kind == Kind::Linker)
        else {
            if !source.enabled {
                return Ok(());
            }
            let detail = format!(
                "There is no adapter called {}. Install it first.",
                source.plugin
            );
            return Err(invalid("plugin", detail));
        };
        source.limits.check()?;
        if source
            .refresh_hours
            .is_some_and(|hours| hours > LONGEST_REFRESH)
        {
            return Err(invalid(
                "refresh_hours",
                "Refresh at least every four weeks, or never: 0.".into(),
            ));
        }
        source.settings = fitted(&manifest, &source.settings)?;
        let folder = source
            .folder
            .as_deref()
            .filter(|folder| !folder.trim().is_empty());
        match (folder, &manifest.folder) {
            (Some(folder), Some(_)) if source.enabled && !std::path::Path::new(folder).is_dir() => {
                return Err(invalid(
                    "folder",
                    format!(
                        "There is no folder {folder} on the server. Make it, or correct the path."
                    ),
                ));
            }
            (Some(_), None) => {
                return Err(invalid(
                    "folder",
                    "This adapter reads no folder. Leave it empty.".into(),
                ));
            }
            (None, Some(wanted)) if wanted.required && source.enabled => {
                return Err(invalid(
                    "folder",
                    "This adapter needs a folder on the server.".into(),
                ));
            }
            _ => {}
        }
        for connection in &mut source.connections {
            let wanted = manifest
                .connections
                .iter()
                .find(|wanted| wanted.name == connection.name);
            if wanted.is_none() && !manifest.is_of_0_1() {
                let names: Vec<&str> = manifest
                    .connections
                    .iter()
                    .map(|wanted| wanted.name.as_str())
                    .collect();
                return Err(invalid(
                    "connections",
                    format!(
                        "The adapter asks for no connection {}. It asks for: {}.",
                        connection.name,
                        if names.is_empty() {
                            "none".into()
                        } else {
                            names.join(", ")
                        }
                    ),
                ));
            }
            let before = earlier.and_then(|earlier| {
                earlier
                    .connections
                    .iter()
                    .find(|other| other.name == connection.name)
            });
            let keys = &self.inner.keys;
            connection.seal(&source.key, before, keys)?;
            connection
                .grant(&source.key, wanted, keys)
                .map_err(|why| invalid("connections", why))?;
        }
        let missing = manifest.connections.iter().find(|wanted| {
            wanted.required && !source.connections.iter().any(|own| own.name == wanted.name)
        });
        match missing {
            Some(wanted) if source.enabled => Err(invalid(
                "connections",
                format!(
                    "The adapter needs the connection {}: say where it leads.",
                    wanted.name
                ),
            )),
            _ => Ok(()),
        }
    }

    /// A linked system as the adapters know it.
    ///
    /// # Errors
    /// A sentence that says why it cannot be asked.
    pub(in crate::desk) fn source_of(&self, kept: &LinkSource) -> Result<Source, String> {
        let ready = self.ready(&kept.plugin)?;
        if ready.manifest.kind != Kind::Linker {
            return Err(format!(
                "{} is no adapter. Ask the administrator.",
                kept.plugin
            ));
        }
        let settings =
            fitted(&ready.manifest, &kept.settings).map_err(|error| error.to_string())?;
        if ready
            .manifest
            .folder
            .as_ref()
            .is_some_and(|folder| folder.required)
            && kept.folder.is_none()
        {
            return Err(format!(
                "{} has no folder to read. Ask the administrator.",
                kept.key
            ));
        }
        let mut grants = Vec::new();
        for connection in &kept.connections {
            let wanted = ready
                .manifest
                .connections
                .iter()
                .find(|wanted| wanted.name == connection.name);
            grants.push(connection.grant(&kept.key, wanted, &self.inner.keys)?);
        }
        Ok(Source {
            name: kept.key.clone(),
            plugin: ready.plugin.owned_by(format!("link:{}", kept.key)),
            settings_json: if settings.is_object() {
                settings.to_string()
            } else {
                "{}".into()
            },
            folder: kept.folder.as_ref().map(Into::into),
            wire: Wire {
                http: self.inner.http.clone(),
                grants,
            },
            limits: kept.limits.or(ready.manifest.limits).of(Kind::Linker),
        })
    }

    /// As [`Desk::source_of`] for a link that is not saved yet, or whose form was sent back: secrets that stand for
    /// "as it was" are those of the link that is kept under its name.
    pub(in crate::desk) fn draft_of(&self, draft: &LinkSource) -> Result<Source, DeskError> {
        let mut source = draft.clone();
        let reader = self.reader()?;
        let kept = kept_sources(&*reader)?;
        let earlier = kept
            .iter()
            .find(|other| other.key == source.key && other.plugin == source.plugin);
        source.enabled = true;
        self.check_source(&*reader, &mut source, earlier)?;
        self.source_of(&source).map_err(DeskError::Plugin)
    }
}

/// Links of a plugin that is taken away are asked no more.
pub(super) fn stop_asking(
    tx: &mut WriteTx<'_>,
    plugin: &str,
    change: &Change,
) -> Result<(), DeskError> {
    let mut sources = kept_sources(tx)?;
    let mut own = sources
        .iter_mut()
        .filter(|source| source.plugin == plugin && source.enabled)
        .peekable();
    if own.peek().is_none() {
        return Ok(());
    }
    own.for_each(|source| source.enabled = false);
    tx.set_setting(LINKS, &sources, change)?;
    Ok(())
}

pub(super) fn kept_sources(rows: &dyn Rows) -> Result<Vec<LinkSource>, DeskError> {
    Ok(rows.setting::<Vec<LinkSource>>(LINKS)?.unwrap_or_default())
}

fn check_names(sources: &[LinkSource]) -> Result<(), DeskError> {
    let mut seen = std::collections::BTreeSet::new();
    for source in sources {
        required(&source.key, "key", "a name for the linked system")?;
        bounded(&source.key, "key")?;
        required(&source.plugin, "plugin", "the adapter, such as csv-folder")?;
        if source.key.contains(['/', '?', '#', '%']) {
            return Err(DeskError::Invalid {
                field: "key",
                detail: "A name has no /, ?, # or %. It stands in addresses of pages.".into(),
            });
        }
        if !seen.insert(source.key.as_str()) {
            return Err(DeskError::Invalid {
                field: "key",
                detail: format!("Two linked systems are called {}. Rename one.", source.key),
            });
        }
    }
    Ok(())
}
