//! The plugins that are part of the program. They go through the same door as anybody's; only their approval came with
//! the program itself.

use std::sync::LazyLock;

use crate::export::CARRIED;
use crate::link::{CSV_FOLDER, HACKNEY, REST_JSON};
use crate::plugins::{Manifest, Plugin};

/// A built-in plugin.
#[derive(Debug)]
pub struct BuiltIn {
    /// The component.
    pub plugin: Plugin,
    /// What it says of itself; a test holds it against what the component says.
    pub manifest: Manifest,
}

/// Component and manifest of each adapter; the exporters are those of [`CARRIED`].
const ADAPTERS: &[(&[u8], &str)] = &[
    (
        CSV_FOLDER,
        include_str!("../../../plugins/csv-folder/plugin.json"),
    ),
    (
        REST_JSON,
        include_str!("../../../plugins/rest-json/plugin.json"),
    ),
    (
        HACKNEY,
        include_str!("../../../plugins/hackney/plugin.json"),
    ),
];

static ALL: LazyLock<Vec<BuiltIn>> = LazyLock::new(|| {
    let read = |(bytes, manifest): &(&'static [u8], &str)| {
        let manifest = Manifest::read(manifest).ok()?;
        Some(BuiltIn {
            plugin: Plugin::new(manifest.id.clone(), *bytes),
            manifest,
        })
    };
    ADAPTERS.iter().chain(&CARRIED).filter_map(read).collect()
});

/// All of them.
pub fn all() -> &'static [BuiltIn] {
    &ALL
}

/// One by its id.
pub fn find(id: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|own| own.manifest.id == id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::plugins::{HostConfig, PluginHost};

    #[tokio::test(flavor = "multi_thread")]
    async fn each_says_what_is_kept_of_it() {
        assert_eq!(
            all().len(),
            ADAPTERS.len() + CARRIED.len(),
            "a manifest cannot be read"
        );
        let host = PluginHost::new(HostConfig::default()).unwrap();
        for own in all() {
            let described = host.describe(&own.plugin).await.unwrap();
            let said = Manifest::read(&described.manifest.unwrap()).unwrap();
            assert_eq!(said, own.manifest);
            assert_eq!(described.kind, own.manifest.kind);
        }
    }
}
