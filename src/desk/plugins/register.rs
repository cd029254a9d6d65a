//! The register of installed plugins: bringing one in, approving it by its hash, stopping, setting and removing it. Each
//! change is kept with who made it, when and why.

use serde_json::Value;

use super::limits::SetLimits;
use super::{
    Installed, LARGEST, PLUGINS, PluginVersion, PluginView, builtin, fitted, kept_plugins, sources,
};
use crate::desk::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::refusal::required;
use crate::plugins::Plugin;
use crate::plugins::manifest::{Manifest, is_id};
use crate::store::WriteTx;
use crate::store::settings::Change;

/// The most plugins that can be installed beside the built-in ones.
const MOST: usize = 100;

impl Desk {
    /// Takes a component in and asks it what it is. It waits until somebody approves it; a version in use goes on.
    ///
    /// A component of contract 0.1 cannot say its name: `id` gives it. Others bring their own.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when it is not a plugin that this program can run, or is one it has already.
    pub async fn add_plugin(
        &self,
        by: &Actor,
        bytes: Vec<u8>,
        id: Option<&str>,
    ) -> Result<PluginView, DeskError> {
        need(by, Permission::Administer)?;
        let invalid = |detail: String| DeskError::Invalid {
            field: "file",
            detail,
        };
        if bytes.len() as u64 > LARGEST {
            return Err(invalid(
                "The file is larger than 64 MB. No plugin is.".into(),
            ));
        }
        let plugin = Plugin::new(id.unwrap_or("plugin"), bytes.clone());
        let described = self.inner.plugins.describe(&plugin).await;
        let described = described.map_err(|error| invalid(error.cause.to_string()))?;
        let manifest = match (&described.manifest, id) {
            (Some(text), _) => Manifest::read(text).map_err(|why| {
                invalid(format!(
                    "What the plugin says of itself cannot be used: {why}"
                ))
            })?,
            (None, Some(id)) if is_id(id) => Manifest::of_0_1(id, described.kind),
            (None, _) => {
                return Err(DeskError::Invalid {
                    field: "id",
                    detail: "This plugin was made for version 0.1 of the contract, which knows no manifest. Give it a \
                             name of lower-case letters, digits and hyphens."
                        .into(),
                });
            }
        };
        if manifest.kind != described.kind {
            return Err(invalid(
                "The plugin says that it is of another kind than it is.".into(),
            ));
        }
        if builtin::find(&manifest.id).is_some() {
            return Err(invalid(format!(
                "{} is part of Redress and comes with it. Give your plugin another id.",
                manifest.id
            )));
        }
        let version = PluginVersion {
            sha256: plugin.sha256().to_owned(),
            size: bytes.len() as u64,
            contract: described.contract,
            manifest,
            added_at: self.now(),
            added_by: by.id.clone(),
        };
        let stored = self.away(move |desk| Ok(desk.store().put_document(&mut bytes.as_slice())?));
        let document = stored.await?;
        let (key, waits) = (version.manifest.id.clone(), version.clone());
        let why = format!(
            "{} {} came in and waits for approval",
            key, version.manifest.version
        );
        self.change_plugins(by, &why, move |tx, kept| {
            let full = kept.len() >= MOST;
            let found = kept.iter_mut().find(|installed| installed.id == waits.manifest.id);
            let in_use = found.as_ref().and_then(|installed| installed.version.as_ref());
            if in_use.is_some_and(|version| version.sha256 == waits.sha256) {
                return Err(DeskError::Conflict(
                    "This very file is installed already. There is nothing to approve.".into(),
                ));
            }
            if in_use.is_some_and(|version| version.manifest.kind != waits.manifest.kind) {
                return Err(DeskError::Conflict(format!(
                    "{} is installed as another kind of plugin. Remove that one first, or choose another id.",
                    waits.manifest.id
                )));
            }
            tx.keep_document(&document.sha256)?;
            match found {
                Some(installed) => installed.waiting = Some(waits),
                None if full => {
                    return Err(DeskError::Conflict(format!(
                        "{MOST} plugins are installed. Remove one that is not used."
                    )));
                }
                None => kept.push(Installed {
                    id: waits.manifest.id.clone(),
                    limits: waits.manifest.limits.into(),
                    version: None,
                    waiting: Some(waits),
                    enabled: false,
                    settings: Value::Null,
                }),
            }
            Ok(())
        })
        .await?;
        self.plugin(by, &key)
    }

    /// Approves the version that waits, by its hash: from now on it is the one that runs.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when another file waits by now; [`DeskError::NotFound`].
    pub async fn approve_plugin(
        &self,
        by: &Actor,
        id: &str,
        sha256: &str,
        why: &str,
    ) -> Result<PluginView, DeskError> {
        let (key, hash) = (id.to_owned(), sha256.to_owned());
        let why = match why.trim() {
            "" => format!("{id} is approved: {sha256}"),
            why => format!("{id} is approved: {why}"),
        };
        self.change_plugins(by, &why, move |_, kept| {
            let installed = find(kept, &key)?;
            let Some(version) = installed.waiting.take_if(|waiting| waiting.sha256 == hash) else {
                return Err(DeskError::Conflict(
                    "Another file waits for approval by now, or none. Look at it again.".into(),
                ));
            };
            let settings = version.manifest.settings.filled(&installed.settings);
            // An exporter's settings of before may not fit any more; then its defaults hold until somebody sets them.
            installed.settings = settings.unwrap_or_default();
            installed.version = Some(version);
            installed.enabled = true;
            Ok(())
        })
        .await?;
        self.plugin(by, id)
    }

    /// Sends away the version that waits. A plugin of which no version was ever approved is gone with it.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] or [`DeskError::NotFound`].
    pub async fn refuse_plugin(&self, by: &Actor, id: &str) -> Result<(), DeskError> {
        let key = id.to_owned();
        let why = format!("the waiting version of {id} is refused");
        self.change_plugins(by, &why, move |_, kept| {
            find(kept, &key)?.waiting = None;
            kept.retain(|installed| installed.version.is_some() || installed.waiting.is_some());
            Ok(())
        })
        .await
    }

    /// Lets an installed plugin run, or stops it. What it linked or exported stays.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] or [`DeskError::NotFound`].
    pub async fn switch_plugin(
        &self,
        by: &Actor,
        id: &str,
        enabled: bool,
    ) -> Result<(), DeskError> {
        let how = if enabled {
            "may run again"
        } else {
            "is stopped"
        };
        let key = id.to_owned();
        self.change_plugins(by, &format!("{id} {how}"), move |_, kept| {
            let installed = find(kept, &key)?;
            if enabled && installed.version.is_none() {
                return Err(DeskError::Conflict("Approve it first.".into()));
            }
            installed.enabled = enabled;
            Ok(())
        })
        .await
    }

    /// Sets what an exporter gets and how it is set up.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when the settings do not fit its manifest; [`DeskError::NotFound`].
    pub async fn set_plugin(
        &self,
        by: &Actor,
        id: &str,
        settings: Value,
        limits: SetLimits,
    ) -> Result<PluginView, DeskError> {
        limits.check()?;
        let key = id.to_owned();
        self.change_plugins(by, &format!("settings of {id}"), move |_, kept| {
            let installed = find(kept, &key)?;
            let version = installed.version.as_ref();
            let version = version.ok_or_else(|| DeskError::Conflict("Approve it first.".into()))?;
            installed.settings = fitted(&version.manifest, &settings)?;
            installed.limits = limits;
            Ok(())
        })
        .await?;
        self.plugin(by, id)
    }

    /// Takes an installed plugin away. Its links are no longer asked; what they gave stays on the cases.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] or [`DeskError::NotFound`].
    pub async fn remove_plugin(&self, by: &Actor, id: &str, why: &str) -> Result<(), DeskError> {
        let key = id.to_owned();
        let why = match why.trim() {
            "" => format!("{id} is removed"),
            why => format!("{id} is removed: {why}"),
        };
        let change = self.change(by, &why);
        self.change_plugins(by, &why, move |tx, kept| {
            find(kept, &key)?;
            kept.retain(|installed| installed.id != key);
            sources::stop_asking(tx, &key, &change)
        })
        .await
    }

    pub(super) fn change(&self, by: &Actor, why: &str) -> Change {
        Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.chars().take(500).collect(),
            from: None,
        }
    }

    async fn change_plugins(
        &self,
        by: &Actor,
        why: &str,
        make: impl FnOnce(&mut WriteTx<'_>, &mut Vec<Installed>) -> Result<(), DeskError>
        + Send
        + 'static,
    ) -> Result<(), DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the plugins change")?;
        let change = self.change(by, why);
        let changed = self
            .store()
            .write_async(move |tx| -> Result<(), DeskError> {
                let mut kept = kept_plugins(tx)?;
                make(tx, &mut kept)?;
                tx.set_setting(PLUGINS, &kept, &change)?;
                Ok(())
            });
        Ok(changed.await?)
    }
}

fn find<'a>(kept: &'a mut [Installed], id: &str) -> Result<&'a mut Installed, DeskError> {
    kept.iter_mut()
        .find(|installed| installed.id == id)
        .ok_or(DeskError::NotFound)
}
