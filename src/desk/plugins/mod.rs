//! Plugins: those that are part of the program, and those that an administrator installed.
//!
//! A component comes in, is asked what it is in a sandbox without any grant, and waits. What it asks for is shown in
//! plain words, beside what the version in use asks for; only when somebody approves it by its hash does it run. The
//! bytes live in the data file under that hash, and every change of the list is kept with who made it, when and why.

pub mod builtin;
pub mod connection;
mod limits;
mod register;
pub mod runs;
pub mod sources;
mod view;
pub mod words;

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::plugins::manifest::Manifest;
use crate::plugins::{Contract, Kind, Plugin};
use crate::store::Rows;
use crate::store::settings::Version;

pub use limits::SetLimits;
use sources::kept_sources;
use view::view;
pub use view::{PluginView, WaitingView};

/// The setting under which installed plugins are kept.
const PLUGINS: &str = "plugins";
/// The largest component: Python's runtime, the largest known, is 18.5 MB.
pub const LARGEST: u64 = 64 << 20;

/// One version of an installed plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PluginVersion {
    /// By which it is pinned, hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// The contract that it was made for.
    pub contract: Contract,
    /// What it says of itself.
    pub manifest: Manifest,
    /// When it came in.
    pub added_at: DateTime<Utc>,
    /// Who brought it.
    pub added_by: String,
}

/// A plugin as the data file keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Installed {
    /// For ever.
    pub id: String,
    /// The version in use; none before the first is approved.
    pub version: Option<PluginVersion>,
    /// A version that waits for approval.
    pub waiting: Option<PluginVersion>,
    /// Whether it may run.
    pub enabled: bool,
    /// An exporter's settings; those of an adapter belong to its links.
    #[serde(default)]
    pub settings: Value,
    /// An exporter's limits; those of an adapter belong to its links.
    #[serde(default)]
    pub limits: SetLimits,
}

/// A plugin that can be run.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The component.
    pub plugin: Plugin,
    /// The contract that it was made for.
    pub contract: Contract,
    /// What it says of itself.
    pub manifest: Manifest,
    /// An exporter's settings, checked against its manifest.
    pub settings: Value,
    /// An exporter's limits.
    pub limits: SetLimits,
}

/// Components that were read from the data file, by hash.
#[derive(Debug, Default)]
pub(super) struct Components(Mutex<HashMap<String, Plugin>>);

impl Desk {
    /// Every plugin: the built-in ones, then those installed.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn plugins(&self, by: &Actor) -> Result<Vec<PluginView>, DeskError> {
        need(by, Permission::Administer)?;
        let reader = self.reader()?;
        let sources = kept_sources(&*reader)?;
        let links = |id: &str| -> Vec<String> {
            let own = sources.iter().filter(|source| source.plugin == id);
            own.map(|source| source.key.clone()).collect()
        };
        let mut views: Vec<PluginView> = builtin::all()
            .iter()
            .map(|own| {
                let version = PluginVersion {
                    sha256: own.plugin.sha256().to_owned(),
                    size: own.plugin.size() as u64,
                    contract: Contract::V0_2,
                    manifest: own.manifest.clone(),
                    added_at: DateTime::UNIX_EPOCH,
                    added_by: String::new(),
                };
                let kept = Installed {
                    id: own.manifest.id.clone(),
                    version: Some(version),
                    waiting: None,
                    enabled: true,
                    settings: Value::Null,
                    limits: SetLimits::default(),
                };
                view(kept, true, links(&own.manifest.id))
            })
            .collect::<Option<_>>()
            .unwrap_or_default();
        for kept in kept_plugins(&*reader)? {
            let links = links(&kept.id);
            views.extend(view(kept, false, links));
        }
        Ok(views)
    }

    /// What runs here: id, kind, version and hash of each plugin in use. Anybody who works here may know.
    ///
    /// # Errors
    /// What the file says.
    pub fn plugin_names(&self) -> Result<Vec<(String, Kind, String, String)>, DeskError> {
        let own = builtin::all().iter().map(|own| {
            let manifest = &own.manifest;
            (
                manifest.id.clone(),
                manifest.kind,
                manifest.version.clone(),
                own.plugin.sha256().to_owned(),
            )
        });
        let kept = kept_plugins(&*self.reader()?)?;
        let installed = kept
            .into_iter()
            .filter(|installed| installed.enabled)
            .filter_map(|installed| {
                let version = installed.version?;
                Some((
                    installed.id,
                    version.manifest.kind,
                    version.manifest.version,
                    version.sha256,
                ))
            });
        Ok(own.chain(installed).collect())
    }

    /// One plugin.
    ///
    /// # Errors
    /// As [`Desk::plugins`], or [`DeskError::NotFound`].
    pub fn plugin(&self, by: &Actor, id: &str) -> Result<PluginView, DeskError> {
        let all = self.plugins(by)?;
        all.into_iter()
            .find(|view| view.id == id)
            .ok_or(DeskError::NotFound)
    }

    /// Every version of the list of installed plugins: who changed it, when and why, oldest first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn plugin_history(&self, by: &Actor) -> Result<Vec<Version<Vec<Installed>>>, DeskError> {
        need(by, Permission::Administer)?;
        Ok(self.reader()?.setting_history(PLUGINS)?)
    }

    /// A plugin that may run now, built in or installed.
    ///
    /// # Errors
    /// A sentence that says why it may not.
    pub(super) fn ready(&self, id: &str) -> Result<Ready, String> {
        if let Some(own) = builtin::find(id) {
            return Ok(Ready {
                plugin: own.plugin.clone(),
                contract: Contract::V0_2,
                manifest: own.manifest.clone(),
                settings: Value::Null,
                limits: SetLimits::default(),
            });
        }
        let ask = "Ask the administrator.";
        let kept = self.reader().and_then(|reader| kept_plugins(&*reader));
        let kept = kept.map_err(|error| error.to_string())?;
        let Some(installed) = kept.into_iter().find(|installed| installed.id == id) else {
            return Err(format!("There is no plugin called {id}. {ask}"));
        };
        let Some(version) = installed.version.filter(|_| installed.enabled) else {
            return Err(format!("The plugin {id} is not in use. {ask}"));
        };
        Ok(Ready {
            plugin: self.component(id, &version.sha256)?,
            contract: version.contract,
            manifest: version.manifest,
            settings: installed.settings,
            limits: installed.limits,
        })
    }

    /// The installed exporters that may run.
    pub(super) fn installed_exporters(&self) -> Result<Vec<Ready>, DeskError> {
        let kept = kept_plugins(&*self.reader()?)?;
        let exporters = kept.iter().filter(|installed| {
            let version = installed.version.as_ref().filter(|_| installed.enabled);
            version.is_some_and(|version| version.manifest.kind == Kind::Exporter)
        });
        // One that cannot be read is told when it is asked for, not to everybody who looks at the list.
        Ok(exporters
            .filter_map(|installed| self.ready(&installed.id).ok())
            .collect())
    }

    fn component(&self, id: &str, sha256: &str) -> Result<Plugin, String> {
        let Components(read) = &self.inner.components;
        if let Some(known) = read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(sha256)
        {
            return Ok(known.clone());
        }
        let damaged =
            |why: String| format!("The plugin {id} cannot be read from the data file: {why}");
        let mut address = [0; 32];
        hex::decode_to_slice(sha256, &mut address).map_err(|error| damaged(error.to_string()))?;
        let mut bytes = Vec::new();
        let mut document = self
            .store()
            .open_document(&address)
            .map_err(|error| damaged(error.to_string()))?;
        document
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(error.to_string()))?;
        let plugin = Plugin::new(id, bytes);
        if plugin.sha256() != sha256 {
            return Err(damaged(
                "it is not what was approved. Install it again.".into(),
            ));
        }
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(read.entry(sha256.to_owned()).or_insert(plugin).clone())
    }

    /// Has the log of each run kept. Called once, by [`Desk::new`].
    pub(super) fn keep_runs(&self) {
        let (store, now) = (self.store().clone(), Arc::clone(&self.inner.now));
        self.inner.plugins.observe(Box::new(move |note| {
            Box::pin(runs::keep(store.clone(), note, now()))
        }));
    }
}

/// The settings as the manifest wants them.
fn fitted(manifest: &Manifest, settings: &Value) -> Result<Value, DeskError> {
    manifest.settings.filled(settings).map_err(|wrong| {
        let told: Vec<String> = wrong
            .iter()
            .map(|misfit| match misfit.member.as_str() {
                "" => misfit.detail.clone(),
                member => format!("{member}: {}", misfit.detail),
            })
            .collect();
        DeskError::Invalid {
            field: "settings",
            detail: told.join(" "),
        }
    })
}

fn kept_plugins(rows: &dyn Rows) -> Result<Vec<Installed>, DeskError> {
    Ok(rows.setting::<Vec<Installed>>(PLUGINS)?.unwrap_or_default())
}

/// The manifest of a plugin by its id, whether it may run or not.
fn manifest_of(rows: &dyn Rows, id: &str) -> Result<Option<(Manifest, Contract)>, DeskError> {
    if let Some(own) = builtin::find(id) {
        return Ok(Some((own.manifest.clone(), Contract::V0_2)));
    }
    let kept = kept_plugins(rows)?
        .into_iter()
        .find(|installed| installed.id == id);
    let version = kept.and_then(|installed| installed.version);
    Ok(version.map(|version| (version.manifest, version.contract)))
}
