//! `redress plugin new`: a project from the templates that the program carries. With it go the contract and the SDK,
//! so that it builds wherever its language's tools are, and goes on building when Redress changes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::New;
use super::project::{Language, World};
use crate::plugins::manifest::is_id;

// Every file of `plugins/templates`, the SDK and the contract, by name.
include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The name that the templates go by.
const ID: &str = "my-plugin";
const TITLE: &str = "My plugin";

/// Writes the project into a folder of its name.
pub fn new(new: &New) -> anyhow::Result<()> {
    if !is_id(&new.name) || new.name.ends_with('-') || new.name.contains("--") {
        bail!(
            "\"{}\" cannot be a plugin's id: give lower-case letters, digits and single hyphens, such as acme-repairs",
            new.name.escape_debug()
        );
    }
    if new.name.starts_with(|c: char| c.is_ascii_digit()) {
        bail!("a plugin's id begins with a letter");
    }
    let folder = Path::new(&new.name);
    let taken = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if taken || folder.is_file() {
        bail!(
            "there is a \"{}\" here already; nothing was written",
            new.name
        );
    }
    for (path, content) in files(new.lang, new.kind, &new.name) {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    say!(
        "{} is {} in {}. Now:",
        new.name,
        new.kind.words(),
        new.lang.name()
    );
    say!("");
    say!("  cd {}", new.name);
    say!("  {}", new.lang.once());
    say!("  redress plugin build");
    say!("  redress plugin test");
    say!("");
    say!("README.md says which file is what; the guide is plugins/README.md of Redress.");
    Ok(())
}

/// The files of a new project: path and content.
fn files(lang: Language, kind: World, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let (lang, kind) = (lang.folder(), kind.name());
    // First fits first: a language's common files are for both kinds.
    let places = [
        (format!("shared/{kind}/"), ""),
        ("shared/gitignore".into(), ".gitignore"),
        (format!("{lang}/{kind}/"), ""),
        (format!("{lang}/redress/common."), "redress/common."),
        (format!("{lang}/redress/__init__."), "redress/__init__."),
        (
            format!("{lang}/redress/{kind}."),
            &format!("redress/{kind}."),
        ),
        (format!("{lang}/package"), "package"),
        (format!("{lang}/requirements"), "requirements"),
        ("wit/".into(), "wit/"),
        ("sdk/".into(), "redress-plugin/"),
        ("wasm-std.sh".into(), "wasm-std.sh"),
    ];
    let mut written = Vec::new();
    for (source, content) in FILES {
        let Some((from, to)) = places.iter().find(|(from, _)| source.starts_with(from)) else {
            continue;
        };
        if lang != "rust" && (from == "sdk/" || from == "wasm-std.sh") {
            continue;
        }
        let path = [to, &source[from.len()..]].concat();
        written.push((PathBuf::from(path), fitted(source, content, name)));
    }
    if lang == "js" {
        let manifest = written
            .iter()
            .find(|(path, _)| path == Path::new("plugin.json"));
        if let Some(manifest) = manifest.and_then(|(_, json)| std::str::from_utf8(json).ok()) {
            written.push((PathBuf::from("manifest.js"), manifest_js(manifest).into()));
        }
    }
    written
}

/// The manifest as a module: the JavaScript engine reads no JSON files.
pub fn manifest_js(json: &str) -> String {
    format!(
        "// Written by `redress plugin build` from plugin.json: change that.\n\nexport default {};\n",
        json.trim()
    )
}

/// A file of the templates with the plugin's own name, and with the SDK and the contract where the project has them.
fn fitted(source: &str, content: &[u8], name: &str) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(content) else {
        return content.to_vec();
    };
    match source {
        "sdk/src/bindings.rs" => text.replace("\"../wit/0.2.0\"", "\"../wit\""),
        _ if source.starts_with("sdk/") || source.starts_with("wit/") => return content.to_vec(),
        _ => text
            .replace("\"../../../sdk\"", "\"redress-plugin\"")
            .replace(ID, name)
            .replace(TITLE, &title(name)),
    }
    .into()
}

/// `acme-repairs` as "Acme repairs".
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::plugins::Manifest;

    #[test]
    fn every_project_is_whole_and_bears_its_name() {
        for lang in [Language::Rust, Language::Js, Language::Python] {
            for kind in [World::Linker, World::Exporter] {
                let files = files(lang, kind, "acme-repairs");
                let text = |name: &str| {
                    let file = files.iter().find(|(path, _)| path == Path::new(name));
                    let (_, content) = file.unwrap_or_else(|| panic!("{lang:?} {kind:?}: {name}"));
                    String::from_utf8(content.clone()).unwrap()
                };
                let manifest = Manifest::read(&text("plugin.json")).unwrap();
                assert_eq!(
                    (manifest.id.as_str(), manifest.title.as_str()),
                    ("acme-repairs", "Acme repairs")
                );
                assert_eq!(World::from(manifest.kind), kind);
                assert!(text("README.md").starts_with("# Acme repairs\n"));
                assert!(text("wit/redress.wit").contains("redress:plugin@0.2.0"));
                assert!(text(".gitignore").contains("*.wasm"));
                let tests = files.iter().filter(|(path, _)| path.starts_with("tests"));
                assert!(tests.count() >= 3);
                let own: &[&str] = match lang {
                    Language::Rust => &[
                        "Cargo.toml",
                        "Cargo.lock",
                        "src/lib.rs",
                        "redress-plugin/Cargo.toml",
                        "redress-plugin/src/lib.rs",
                        "wasm-std.sh",
                    ],
                    Language::Js => &["plugin.js", "package.json", "manifest.js"],
                    Language::Python => &["app.py", "requirements.txt", "redress/__init__.py"],
                };
                for name in own {
                    assert!(!text(name).contains("my-plugin"), "{name}");
                }
                if lang == Language::Rust {
                    assert!(text("Cargo.toml").contains("path = \"redress-plugin\""));
                    assert!(!text("redress-plugin/src/bindings.rs").contains("../wit/0.2.0"));
                } else {
                    assert!(
                        !files
                            .iter()
                            .any(|(path, _)| path.starts_with("redress-plugin"))
                    );
                }
                let paths: std::collections::BTreeSet<_> = files.iter().map(|f| &f.0).collect();
                assert_eq!(paths.len(), files.len());
            }
        }
    }

    #[test]
    fn a_linker_with_its_parsing_is_under_forty_lines_of_rust() {
        let (_, code) = FILES
            .iter()
            .find(|(name, _)| *name == "rust/linker/src/lib.rs")
            .unwrap();
        let code = std::str::from_utf8(code).unwrap();
        let lines = code.lines().map(str::trim);
        let count = lines
            .filter(|l| !l.is_empty() && !l.starts_with("//"))
            .count();
        assert!(count < 40, "{count}");
    }
}
