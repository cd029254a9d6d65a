//! A manifest in plain words: what an administrator reads before a plugin may do anything.

use crate::plugins::{Kind, Manifest};

/// The lines.
pub fn words(manifest: &Manifest) -> Vec<String> {
    let mut lines = Vec::new();
    for text in [&manifest.summary, &manifest.source] {
        if !text.trim().is_empty() {
            lines.push(text.replace('\n', " "));
        }
    }
    if !manifest.reads.is_empty() {
        lines.push(format!(
            "It gives records of the kinds: {}.",
            manifest.reads.join(", ")
        ));
    }
    if manifest.finds_residents {
        lines.push("It looks for residents while somebody logs a complaint.".into());
    }
    for wanted in &manifest.connections {
        let mut line = format!("It asks for the connection \"{}\"", wanted.name);
        if !wanted.purpose.is_empty() {
            line += &format!(" for: {}", wanted.purpose);
        }
        line += &format!(". It sends {}", wanted.methods.join(", "));
        let ways: Vec<_> = wanted
            .credentials
            .iter()
            .map(|way| way_words(way))
            .collect();
        if !ways.is_empty() {
            line += &format!("; signs in by {}", ways.join(" or "));
        }
        if !wanted.example.is_empty() {
            line += &format!("; an address is, for example, {}", wanted.example);
        }
        line += if wanted.required {
            "."
        } else {
            ". It can do without."
        };
        lines.push(line);
    }
    if let Some(folder) = &manifest.folder {
        let without = if folder.required {
            ""
        } else {
            " It can do without."
        };
        lines.push(format!(
            "It asks to read one folder for: {}.{without}",
            folder.purpose
        ));
    }
    if manifest.kind == Kind::Linker && manifest.connections.is_empty() && manifest.folder.is_none()
    {
        lines.push("It asks for no connection and no folder.".into());
    }
    for (name, member) in &manifest.settings.properties {
        let title = if member.title.is_empty() {
            name
        } else {
            &member.title
        };
        let default = member
            .default
            .as_ref()
            .map(|value| format!(" ({value} where nothing is set)"));
        lines.push(format!("Setting: {title}{}.", default.unwrap_or_default()));
    }
    let limits = [
        manifest
            .limits
            .memory_mb
            .map(|mb| format!("{mb} MB of memory")),
        manifest.limits.seconds.map(|s| format!("{s} seconds")),
        manifest.limits.requests.map(|n| format!("{n} requests")),
    ];
    let limits: Vec<_> = limits.into_iter().flatten().collect();
    if !limits.is_empty() {
        lines.push(format!("A run may take {}.", limits.join(", ")));
    }
    lines
}

fn way_words(way: &str) -> String {
    match way {
        "none" => "nothing",
        "header" => "a key in a header",
        "bearer" => "a bearer token",
        "basic" => "a name and a password",
        "oauth" => "OAuth client credentials",
        other => other,
    }
    .to_owned()
}
