//! What the operator may set; the manifest has the words for it.

use redress_plugin::Failure;
use serde::Deserialize;

/// The settings of one link.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Notes, appointments, tasks and follow-on jobs of each repair.
    pub details: bool,
    /// Photos are named in the records.
    pub photos: bool,
    /// The words of alerts are kept, not only that there are some.
    pub alert_text: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            details: true,
            photos: true,
            alert_text: false,
        }
    }
}

impl Settings {
    /// Reads the settings; none is fine.
    pub fn read(json: &str) -> Result<Self, Failure> {
        let json = if json.trim().is_empty() { "{}" } else { json };
        serde_json::from_str(json)
            .map_err(|error| Failure::BadSettings(format!("the settings cannot be read: {error}")))
    }
}
