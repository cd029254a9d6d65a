//! The run that this instance was made for.

use serde::de::DeserializeOwned;

use crate::Failure;
pub use crate::bindings::exporter::redress::plugin::run::{
    language, progress, settings as settings_json, started_at,
};

/// What the operator set for this plugin, read into the plugin's own type.
pub fn settings<T: DeserializeOwned>() -> Result<T, Failure> {
    serde_json::from_str(&settings_json())
        .map_err(|error| Failure::BadSettings(format!("the settings cannot be read: {error}")))
}
