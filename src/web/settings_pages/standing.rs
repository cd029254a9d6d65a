//! How a link stands with the plugin that it goes through: whether it is asked, and if not, why and what to do.

use crate::desk::plugins::PluginView;
use crate::desk::plugins::sources::LinkSource;

/// How a link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is asked.
    Asked,
    /// Somebody switched it off.
    Off,
    /// Its plugin was taken away, or no version of it was ever approved.
    NoPlugin,
    /// Its plugin is stopped.
    Stopped,
    /// Its plugin asks for what this link does not grant: sentences.
    Lacks(Vec<String>),
}

/// How this link stands with its plugin, where that is there.
pub fn standing(link: &LinkSource, plugin: Option<&PluginView>) -> Standing {
    let Some(plugin) = plugin.filter(|plugin| !plugin.version.is_empty()) else {
        return Standing::NoPlugin;
    };
    if !link.enabled {
        return Standing::Off;
    }
    if !plugin.enabled {
        return Standing::Stopped;
    }
    match lacks(link, plugin) {
        lacks if lacks.is_empty() => Standing::Asked,
        lacks => Standing::Lacks(lacks),
    }
}

/// What the plugin needs and this link does not grant, as sentences; a newer version may need more than the link had.
pub fn lacks(link: &LinkSource, plugin: &PluginView) -> Vec<String> {
    let manifest = &plugin.manifest;
    let granted = |name: &str| link.connections.iter().any(|own| own.name == name);
    let connections = manifest.connections.iter();
    let mut lacks: Vec<String> = connections
        .filter(|wanted| wanted.required && !granted(&wanted.name))
        .map(|wanted| format!("Now say where “{}” leads.", wanted.name))
        .collect();
    let folder = manifest.folder.as_ref();
    if folder.is_some_and(|folder| folder.required) && link.folder.is_none() {
        lacks.push("Now choose the folder that it reads.".into());
    }
    if manifest.settings.filled(&link.settings).is_err() {
        lacks.push("Its settings no longer fit: look at them and save the link.".into());
    }
    lacks
}

impl Standing {
    /// Whether it is asked, though perhaps in vain.
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::Asked | Self::Lacks(_))
    }

    /// In the list of links.
    pub fn state(&self) -> String {
        match self {
            Self::Asked => "Asked".into(),
            Self::Off => "Switched off".into(),
            Self::NoPlugin => "Its plugin is not installed".into(),
            Self::Stopped => "Its plugin is stopped".into(),
            Self::Lacks(lacks) => format!("Needs attention: {}", lacks.join(" ")),
        }
    }

    /// What has to be said of it on its own page and on its plugin's; nothing of one that is asked.
    pub fn notices(&self) -> Vec<String> {
        match self {
            Self::Asked => Vec::new(),
            Self::Off => vec!["The link is switched off, so nothing is asked of it.".into()],
            Self::NoPlugin => vec![
                "Its plugin is not installed, so nothing is asked of it. Install the plugin again under Plugins and \
                 switch the link on, or remove the link. What it gave stays on the cases."
                    .into(),
            ],
            Self::Stopped => {
                vec!["Its plugin is stopped, so it gives no answer until the plugin may run again.".into()]
            }
            Self::Lacks(lacks) => lacks.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_link_says_why_it_is_not_asked() {
        let mut link: LinkSource =
            serde_json::from_value(json!({"key": "jobs", "plugin": "acme"})).unwrap();
        assert_eq!(standing(&link, None), Standing::NoPlugin);
        assert!(standing(&link, None).notices()[0].contains("remove the link"));
        link.enabled = false;
        assert_eq!(standing(&link, None).state(), "Its plugin is not installed");
    }
}
