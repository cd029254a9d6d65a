//! What a plugin says of itself: `redress-plugin/1` (`plugins/wit/redress-plugin.md`). Read once, when it is installed,
//! and checked to the last member, because an administrator decides by it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contract::Kind;
use super::schema::Schema;

/// The schema's name.
const SCHEMA: &str = "redress-plugin/1";
/// What stands where a plugin could not say its version.
const NO_VERSION: &str = "0.1";
/// The longest manifest, in bytes.
const LONGEST: usize = 256 << 10;
/// The most connections that one plugin asks for.
const CONNECTIONS: usize = 20;

/// A plugin's manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// For ever: an upgrade has the same.
    pub id: String,
    /// Exporter or linker.
    pub kind: Kind,
    /// Three numbers.
    pub version: String,
    /// What people call it.
    pub title: String,
    /// One or two sentences: what it does.
    #[serde(default)]
    pub summary: String,
    /// Which system or reference it was written against.
    #[serde(default)]
    pub source: String,
    /// Kinds of records that it gives.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Whether it can look for a resident by what somebody types.
    #[serde(default)]
    pub finds_residents: bool,
    /// The connections that it needs.
    #[serde(default)]
    pub connections: Vec<Wanted>,
    /// The folder that it needs.
    #[serde(default)]
    pub folder: Option<WantedFolder>,
    /// What the operator fills in.
    #[serde(default)]
    pub settings: Schema,
    /// What it asks for beyond or below the defaults.
    #[serde(default)]
    pub limits: WantedLimits,
    /// For an exporter whose one entry is handed over as it is.
    #[serde(default)]
    pub output: Option<Output>,
    /// What an exporter asks before an export.
    #[serde(default)]
    pub request: Schema,
    /// How an exporter is given the documents of a case.
    #[serde(default)]
    pub documents: Documents,
}

/// How an exporter is given the documents of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Documents {
    /// To be read anywhere: plain texts and e-mails as PDF.
    #[default]
    OnPaper,
    /// Byte for byte as the case holds them.
    AsKept,
}

/// A connection that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// What the plugin calls it.
    pub name: String,
    /// What for.
    #[serde(default)]
    pub purpose: String,
    /// The methods that it sends.
    #[serde(default = "only_get")]
    pub methods: Vec<String>,
    /// Whether it can do nothing without it.
    #[serde(default = "yes")]
    pub required: bool,
    /// The ways to sign in that the other system knows; empty means any.
    #[serde(default)]
    pub credentials: Vec<String>,
    /// An example of a base address.
    #[serde(default)]
    pub example: String,
}

fn only_get() -> Vec<String> {
    vec!["GET".into()]
}

fn yes() -> bool {
    true
}

/// A folder that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedFolder {
    /// What for.
    #[serde(default)]
    pub purpose: String,
    /// Whether it can do nothing without it.
    #[serde(default = "yes")]
    pub required: bool,
}

/// Limits that a plugin asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedLimits {
    /// Megabytes of memory.
    #[serde(default)]
    pub memory_mb: Option<u32>,
    /// Seconds for a run.
    #[serde(default)]
    pub seconds: Option<u32>,
    /// Requests in a run.
    #[serde(default)]
    pub requests: Option<u32>,
}

impl WantedLimits {
    /// Megabytes that nobody may have more of.
    pub const MOST_MEMORY_MB: u32 = 1024;
    /// Seconds that no run may take longer.
    pub const MOST_SECONDS: u32 = 3600;
    /// Requests that no run may send more of.
    pub const MOST_REQUESTS: u32 = 5000;

    fn check(self) -> Result<(), String> {
        for (name, asked, most) in [
            ("memory_mb", self.memory_mb, Self::MOST_MEMORY_MB),
            ("seconds", self.seconds, Self::MOST_SECONDS),
            ("requests", self.requests, Self::MOST_REQUESTS),
        ] {
            if asked.is_some_and(|n| !(1..=most).contains(&n)) {
                return Err(format!("limits.{name}: ask for 1 to {most}."));
            }
        }
        Ok(())
    }
}

/// How an exporter's one entry is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Its media type.
    pub media_type: String,
    /// What its file name ends with, without the dot.
    pub extension: String,
}

impl Manifest {
    /// Reads what a plugin said of itself.
    ///
    /// # Errors
    /// A sentence for the plugin's author that names the member.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it is longer than {} KB.", LONGEST >> 10));
        }
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}."))?;
        match value.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => {
                let other: String = other.chars().take(60).collect();
                return Err(format!(
                    "its schema is \"{}\"; this program reads \"{SCHEMA}\".",
                    other.escape_debug()
                ));
            }
            None => return Err(format!("it has no \"schema\"; that is \"{SCHEMA}\".")),
        }
        let manifest: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let at = error.path().to_string();
            format!("{at}: {}.", error.inner())
        })?;
        manifest.check()?;
        Ok(manifest)
    }

    /// For a plugin of contract 0.1, which says nothing of itself: it takes any settings and may be granted anything.
    pub fn of_0_1(id: &str, kind: Kind) -> Self {
        Self {
            id: id.to_owned(),
            kind,
            version: NO_VERSION.into(),
            title: id.to_owned(),
            summary: "A plugin made for version 0.1 of the contract.".into(),
            source: String::new(),
            reads: Vec::new(),
            finds_residents: false,
            connections: Vec::new(),
            folder: (kind == Kind::Linker).then(|| WantedFolder {
                purpose: String::new(),
                required: false,
            }),
            settings: Schema::anything(),
            limits: WantedLimits::default(),
            output: None,
            request: Schema::default(),
            documents: Documents::default(),
        }
    }

    /// Whether it stands for a plugin of contract 0.1.
    pub fn is_of_0_1(&self) -> bool {
        self.version == NO_VERSION
    }

    fn check(&self) -> Result<(), String> {
        if !is_id(&self.id) {
            return Err("id: give lower-case letters, digits and hyphens, at most 60.".into());
        }
        if !is_version(&self.version) {
            return Err("version: give three numbers, such as 1.2.0.".into());
        }
        for (member, text, most) in [
            ("title", &self.title, 80),
            ("summary", &self.summary, 600),
            ("source", &self.source, 1000),
        ] {
            if text.chars().count() > most || text.chars().any(|c| c.is_control() && c != '\n') {
                return Err(format!(
                    "{member}: give plain text of at most {most} characters."
                ));
            }
        }
        if self.title.trim().is_empty() {
            return Err("title: say what people call the plugin.".into());
        }
        if self.connections.len() > CONNECTIONS {
            return Err(format!("connections: ask for at most {CONNECTIONS}."));
        }
        if self.kind == Kind::Exporter && (!self.connections.is_empty() || self.folder.is_some()) {
            return Err("connections, folder: an exporter reads its case and nothing else.".into());
        }
        let mut names = BTreeSet::new();
        for wanted in &self.connections {
            wanted.check()?;
            if !names.insert(&wanted.name) {
                return Err(format!("connections: {} is there twice.", wanted.name));
            }
        }
        if let Some(output) = &self.output {
            let plain = |text: &str| {
                !text.is_empty() && text.len() <= 60 && text.chars().all(|c| c.is_ascii_graphic())
            };
            if !plain(&output.media_type)
                || !output.media_type.contains('/')
                || !(1..=8).contains(&output.extension.len())
                || !output.extension.chars().all(|c| c.is_ascii_alphanumeric())
            {
                return Err("output: give a media type such as application/pdf and an extension such as pdf.".into());
            }
        }
        self.limits.check()?;
        self.settings.check("settings")?;
        self.request.check("request")
    }
}

impl Wanted {
    fn check(&self) -> Result<(), String> {
        if !is_id(&self.name) {
            return Err(
                "connections: a name has lower-case letters, digits and hyphens, at most 60."
                    .into(),
            );
        }
        let name = &self.name;
        if self.purpose.chars().count() > 300 || self.example.chars().count() > 300 {
            return Err(format!(
                "connections.{name}: purpose and example have at most 300 characters."
            ));
        }
        const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
        if self.methods.is_empty() || self.methods.iter().any(|m| !METHODS.contains(&m.as_str())) {
            return Err(format!(
                "connections.{name}.methods: name some of {}.",
                METHODS.join(", ")
            ));
        }
        const WAYS: [&str; 5] = ["none", "header", "bearer", "basic", "oauth"];
        if self
            .credentials
            .iter()
            .any(|way| !WAYS.contains(&way.as_str()))
        {
            return Err(format!(
                "connections.{name}.credentials: name some of {}.",
                WAYS.join(", ")
            ));
        }
        Ok(())
    }
}

/// A name for machines: lower-case letters, digits and hyphens.
pub fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=60).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-')
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| (1..=6).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn read(change: impl FnOnce(&mut Value)) -> Result<Manifest, String> {
        let mut manifest = json!({
            "schema": SCHEMA, "id": "acme", "kind": "linker", "version": "1.2.0", "title": "Acme",
            "connections": [{"name": "repairs", "purpose": "Repairs"}],
            "settings": {"type": "object", "properties": {"years": {"type": "integer", "minimum": 1}}},
            "unknown": {"from": "a later version"}
        });
        change(&mut manifest);
        Manifest::read(&manifest.to_string())
    }

    #[test]
    fn a_manifest_has_defaults_and_later_members_do_no_harm() {
        let manifest = read(|_| {}).unwrap();
        assert_eq!(manifest.connections[0].methods, ["GET"]);
        assert!(manifest.connections[0].required && !manifest.finds_residents);
        assert_eq!(manifest.limits, WantedLimits::default());
    }

    #[test]
    fn what_is_wrong_is_named() {
        type Change = fn(&mut Value);
        let wrong: [(Change, &str); 15] = [
            (
                |m| m["schema"] = json!("redress-plugin/9"),
                "redress-plugin/9",
            ),
            (
                |m| drop(m.as_object_mut().unwrap().remove("schema")),
                "no \"schema\"",
            ),
            (|m| m["id"] = json!("Acme Repairs"), "id:"),
            (|m| m["version"] = json!("1.2"), "version:"),
            (|m| m["title"] = json!(" "), "title:"),
            (|m| m["kind"] = json!("worm"), "kind:"),
            (
                |m| m["kind"] = json!("exporter"),
                "an exporter reads its case",
            ),
            (
                |m| m["connections"][0]["methods"] = json!(["get"]),
                "connections.repairs.methods",
            ),
            (
                |m| m["connections"][0]["credentials"] = json!(["magic"]),
                "credentials",
            ),
            (
                |m| m["connections"] = json!([{"name": "a"}, {"name": "a"}]),
                "a is there twice",
            ),
            (
                |m| m["settings"]["properties"]["years"]["type"] = json!("date"),
                "settings.properties.years",
            ),
            (
                |m| m["output"] = json!({"media_type": "pdf", "extension": "p/df"}),
                "output:",
            ),
            (|m| m["summary"] = json!("x".repeat(601)), "summary:"),
            (|m| m["limits"] = json!({"memory_mb": 65536}), "1 to 1024"),
            (|m| m["limits"] = json!({"seconds": 0}), "limits.seconds"),
        ];
        for (change, says) in wrong {
            let error = read(change).unwrap_err();
            assert!(error.contains(says), "{says}: {error}");
        }
        assert!(Manifest::read("{").unwrap_err().contains("not JSON"));
        assert!(
            Manifest::read(&" ".repeat(LONGEST + 1))
                .unwrap_err()
                .contains("longer")
        );
    }
}
