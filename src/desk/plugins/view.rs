//! Plugins as an administrator sees them.

use serde::Serialize;
use serde_json::Value;

use super::words::{Ask, Difference, asks, differences};
use super::{Installed, SetLimits};
use crate::plugins::{Contract, Kind, Manifest};

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

/// A plugin with what it asks for in words; none without any version.
pub(super) fn view(kept: Installed, built_in: bool, links: Vec<String>) -> Option<PluginView> {
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
