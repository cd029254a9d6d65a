//! Plugins: those that are part of the program, and those that an administrator installed.
//!
//! A component comes in, is asked what it is in a sandbox without any grant, and waits. What it asks for is shown in
//! plain words, beside what the version in use asks for; only when somebody approves it by its hash does it run. The
//! bytes live in the data file under that hash, and every change of the list is kept with who made it, when and why.

pub mod builtin;
pub mod connection;
pub mod runs;
pub mod sources;
pub mod words;

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::refusal::required;
use crate::plugins::manifest::{Manifest, WantedLimits, is_id};
use crate::plugins::{Contract, Kind, Limits, Plugin};
use crate::store::settings::{Change, Version};
use crate::store::{Rows, WriteTx};

use sources::kept_sources;
use words::{Ask, Difference, asks, differences};

/// The setting under which installed plugins are kept.
const PLUGINS: &str = "plugins";
/// The largest component: Python's runtime, the largest known, is 18.5 MB.
pub const LARGEST: u64 = 64 << 20;
/// The most plugins that can be installed beside the built-in ones.
const MOST: usize = 100;

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

/// What the administrator gives a plugin of memory, time and requests; the usual where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetLimits {
    /// Megabytes of memory, 1 to 1024.
    pub memory_mb: Option<u32>,
    /// Seconds for a run, 1 to 3600.
    pub seconds: Option<u32>,
    /// Requests to other systems in a run, 1 to 5000.
    pub requests: Option<u32>,
    /// Runs at the same time, 1 to 32.
    pub at_once: Option<u32>,
}

impl SetLimits {
    /// What a run gets.
    pub fn of(&self, kind: Kind) -> Limits {
        let usual = match kind {
            Kind::Exporter => Limits::export(),
            Kind::Linker => Limits::link(),
        };
        let wall = self
            .seconds
            .map_or(usual.wall, |s| Duration::from_secs(s.into()));
        Limits {
            memory: self
                .memory_mb
                .map_or(usual.memory, |mb| (mb as usize) << 20),
            // Its own share of a longer run; a shorter one ends before.
            computing: self
                .seconds
                .map_or(usual.computing, |_| wall.min(usual.computing * 5)),
            wall,
            requests: self.requests.unwrap_or(usual.requests),
            concurrent: self.at_once.map_or(usual.concurrent, |n| n as usize),
            ..usual
        }
    }

    /// Refuses what no machine of a small landlord should give away.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] that names the bounds.
    pub fn check(&self) -> Result<(), DeskError> {
        for (name, given, most) in [
            ("memory_mb", self.memory_mb, 1024),
            ("seconds", self.seconds, 3600),
            ("requests", self.requests, 5000),
            ("at_once", self.at_once, 32),
        ] {
            if given.is_some_and(|n| !(1..=most).contains(&n)) {
                return Err(DeskError::Invalid {
                    field: "limits",
                    detail: format!("{name} is from 1 to {most}. Leave it empty for the usual."),
                });
            }
        }
        Ok(())
    }
}

impl From<WantedLimits> for SetLimits {
    fn from(wanted: WantedLimits) -> Self {
        Self {
            memory_mb: wanted.memory_mb,
            seconds: wanted.seconds,
            requests: wanted.requests,
            at_once: None,
        }
    }
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

/// A version that waits for approval, as an administrator sees it.
#[derive(Clone, Debug, Serialize)]
pub struct WaitingView {
    /// Its number.
    pub version: String,
    /// By which it is approved.
    pub sha256: String,
    /// Everything that it asks for.
    pub asks: Vec<Ask>,
    /// What is other than in the version in use; none for a first version.
    pub differences: Vec<Difference>,
}

/// A plugin as an administrator sees it.
#[derive(Clone, Debug, Serialize)]
pub struct PluginView {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What it does.
    pub summary: String,
    /// Which system or reference it was written against.
    pub source: String,
    /// Exporter or adapter.
    pub kind: Kind,
    /// Its version; empty before the first is approved.
    pub version: String,
    /// The contract that it was made for.
    pub contract: Contract,
    /// Its hash.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Part of the program.
    pub built_in: bool,
    /// Whether it may run.
    pub enabled: bool,
    /// Everything that it asks for.
    pub asks: Vec<Ask>,
    /// A version that waits for approval.
    pub waiting: Option<WaitingView>,
    /// An exporter's settings.
    pub settings: Value,
    /// An exporter's limits.
    pub limits: SetLimits,
    /// The links that use it.
    pub links: Vec<String>,
    /// What it says of itself.
    pub manifest: Manifest,
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

    fn change(&self, by: &Actor, why: &str) -> Change {
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

fn find<'a>(kept: &'a mut [Installed], id: &str) -> Result<&'a mut Installed, DeskError> {
    kept.iter_mut()
        .find(|installed| installed.id == id)
        .ok_or(DeskError::NotFound)
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

fn view(kept: Installed, built_in: bool, links: Vec<String>) -> Option<PluginView> {
    let shown = kept.version.as_ref().or(kept.waiting.as_ref())?.clone();
    let waiting = kept.waiting.as_ref().map(|waiting| WaitingView {
        version: waiting.manifest.version.clone(),
        sha256: waiting.sha256.clone(),
        asks: asks(&waiting.manifest, waiting.contract),
        differences: match &kept.version {
            Some(version) => differences(&version.manifest, &waiting.manifest),
            None => Vec::new(),
        },
    });
    let manifest = shown.manifest;
    Some(PluginView {
        id: kept.id,
        title: manifest.title.clone(),
        summary: manifest.summary.clone(),
        source: manifest.source.clone(),
        kind: manifest.kind,
        version: kept
            .version
            .as_ref()
            .map(|_| manifest.version.clone())
            .unwrap_or_default(),
        contract: shown.contract,
        sha256: shown.sha256,
        size: shown.size,
        built_in,
        enabled: kept.enabled,
        asks: asks(&manifest, shown.contract),
        waiting,
        settings: kept.settings,
        limits: kept.limits,
        links,
        manifest,
    })
}
