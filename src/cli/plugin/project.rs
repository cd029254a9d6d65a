//! A plugin's project: its folder, its language, its manifest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::plugins::{Kind, Manifest};

/// A language that a plugin can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Rust.
    Rust,
    /// JavaScript.
    Js,
    /// Python.
    Python,
}

/// What a plugin is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum World {
    /// Finds records in another system.
    Linker,
    /// Lays out exports of a case.
    Exporter,
}

impl Language {
    /// Its folder among the templates.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Js => "js",
            Self::Python => "python",
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Js => "JavaScript",
            Self::Python => "Python",
        }
    }

    /// What has to be done once before a project can be built.
    pub fn once(self) -> &'static str {
        match self {
            Self::Rust => "rustup target add wasm32-wasip2",
            Self::Js => "npm install",
            Self::Python => "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
        }
    }
}

impl World {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linker => "linker",
            Self::Exporter => "exporter",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Linker => "a linking adapter",
            Self::Exporter => "an exporter",
        }
    }
}

impl From<Kind> for World {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Linker => Self::Linker,
            Kind::Exporter => Self::Exporter,
        }
    }
}

/// A project.
#[derive(Debug)]
pub struct Project {
    /// Its folder, from the root.
    pub folder: PathBuf,
    /// Its language.
    pub language: Language,
    /// `plugin.json`, as it was written.
    pub manifest_json: String,
    /// `plugin.json`, read.
    pub manifest: Manifest,
}

impl Project {
    /// Reads the project in a folder.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder
            .canonicalize()
            .with_context(|| format!("there is no folder {}", folder.display()))?;
        let path = folder.join("plugin.json");
        let manifest_json = fs::read_to_string(&path).with_context(|| {
            format!(
                "{} cannot be read; `redress plugin new` writes a project that has one",
                path.display()
            )
        })?;
        let manifest = Manifest::read(&manifest_json)
            .map_err(|why| anyhow::anyhow!("{}: {why}", path.display()))?;
        let has = |name: &str| folder.join(name).is_file();
        let language = if has("Cargo.toml") {
            Language::Rust
        } else if has("plugin.js") {
            Language::Js
        } else if has("app.py") {
            Language::Python
        } else {
            bail!(
                "{} has neither Cargo.toml (Rust) nor plugin.js (JavaScript) nor app.py (Python), so nobody can tell how to build it",
                folder.display()
            );
        };
        Ok(Self {
            folder,
            language,
            manifest_json,
            manifest,
        })
    }

    /// What the plugin is for.
    pub fn world(&self) -> World {
        self.manifest.kind.into()
    }

    /// Where the built component stands.
    pub fn component(&self) -> PathBuf {
        self.folder.join(format!("{}.wasm", self.manifest.id))
    }

    /// The files that the component is made of and that are newer than it.
    pub fn newer_than_component(&self) -> Vec<PathBuf> {
        let at = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
        let Some(built) = at(&self.component()) else {
            return Vec::new();
        };
        let mut sources = vec![self.folder.join("plugin.json"), self.folder.join("wit")];
        let own: &[&str] = match self.language {
            Language::Rust => &["Cargo.toml", "src", "redress-plugin/src"],
            Language::Js => &["plugin.js", "redress"],
            Language::Python => &["app.py", "redress"],
        };
        sources.extend(own.iter().map(|name| self.folder.join(name)));
        let mut newer = Vec::new();
        while let Some(path) = sources.pop() {
            match fs::read_dir(&path) {
                // Python writes its cache while it is read.
                Ok(_) if path.ends_with("__pycache__") => {}
                Ok(entries) => sources.extend(entries.flatten().map(|entry| entry.path())),
                Err(_) if at(&path).is_some_and(|at| at > built) => newer.push(path),
                Err(_) => {}
            }
        }
        newer.sort();
        newer
    }
}
