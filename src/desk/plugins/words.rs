//! What a plugin asks for, in the words of the administrator who decides, and what a new version asks beyond the old.

use serde::Serialize;

use super::limits::SetLimits;
use crate::plugins::manifest::{Documents, Manifest, Wanted};
use crate::plugins::{Contract, Kind, Limits};

/// One thing that a plugin asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// What it is: `does`, `connection`, `folder`, `settings`, `limits`.
    pub about: &'static str,
    /// A sentence.
    pub says: String,
}

/// How a new version differs from the one in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `more`: it asks for what it did not have; `less`; `older`: its version is; or `other`.
    pub what: &'static str,
    /// A sentence.
    pub says: String,
}

fn ask(about: &'static str, says: String) -> Ask {
    Ask { about, says }
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Everything a plugin asks for.
pub fn asks(manifest: &Manifest, contract: Contract) -> Vec<Ask> {
    let mut asks = Vec::new();
    match manifest.kind {
        Kind::Exporter => asks.push(ask(
            "does",
            "It reads the cases that people export with it, and writes files for them to download. It reaches nothing \
             else: no network, no disk, no other case."
                .into(),
        )),
        Kind::Linker => asks.push(ask(
            "does",
            match manifest.reads.as_slice() {
                [] => "It looks up records about the resident and home of a case.".into(),
                reads => format!(
                    "It looks up records about the resident and home of a case: {}.",
                    list(reads)
                ),
            },
        )),
    }
    if manifest.documents == Documents::AsKept {
        asks.push(ask(
            "does",
            "It is given documents as they are kept, privileged and unredacted ones among them: only those who may \
             disclose can export with it."
                .into(),
        ));
    }
    if manifest.finds_residents {
        asks.push(ask(
            "does",
            "It is asked for residents by what somebody types while a complaint is logged.".into(),
        ));
    }
    for wanted in &manifest.connections {
        asks.push(ask("connection", connection(wanted)));
    }
    if let Some(folder) = &manifest.folder {
        let need = if folder.required {
            "It needs"
        } else {
            "It can use"
        };
        let purpose = purpose(&folder.purpose);
        asks.push(ask(
            "folder",
            format!("{need} a folder on the server, to read and never to write{purpose}."),
        ));
    }
    if manifest.kind == Kind::Linker
        && manifest.connections.is_empty()
        && contract == Contract::V0_2
    {
        asks.push(ask(
            "connection",
            "It sends nothing to any other system.".into(),
        ));
    }
    if contract == Contract::V0_1 {
        asks.push(ask(
            "does",
            "It was made for version 0.1 of the plugin contract and does not say what it needs: grant it what its \
             author names."
                .into(),
        ));
    }
    if !manifest.settings.is_empty() {
        let names: Vec<String> = manifest
            .settings
            .properties
            .iter()
            .map(|(name, member)| match member.title.as_str() {
                "" => name.clone(),
                title => title.to_owned(),
            })
            .collect();
        asks.push(ask(
            "settings",
            format!("It has settings: {}.", list(&names)),
        ));
    }
    asks.extend(limits(manifest).map(|says| ask("limits", says)));
    asks
}

fn purpose(purpose: &str) -> String {
    match purpose.trim().trim_end_matches('.') {
        "" => String::new(),
        purpose => format!(" ({purpose})"),
    }
}

fn connection(wanted: &Wanted) -> String {
    let writes = wanted
        .methods
        .iter()
        .any(|m| !matches!(m.as_str(), "GET" | "HEAD"));
    let need = if wanted.required {
        "It needs"
    } else {
        "It can use"
    };
    format!(
        "{need} the connection \"{}\"{}, over which it sends {}{}. Where that leads, you decide.",
        wanted.name,
        purpose(&wanted.purpose),
        list(&wanted.methods),
        if writes {
            ": it may change things in the other system"
        } else {
            ": it only reads"
        }
    )
}

fn limits(manifest: &Manifest) -> Option<String> {
    let wanted = manifest.limits;
    let parts: Vec<String> = [
        wanted.memory_mb.map(|mb| format!("{mb} MB of memory")),
        wanted
            .seconds
            .map(|seconds| format!("{seconds} seconds a run")),
        wanted
            .requests
            .map(|requests| format!("{requests} requests a run")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| format!("It asks for {}.", list(&parts)))
}

/// The numbers of a version, to be compared.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(['.', '-', '+']).take(3);
    parts.map(|part| part.parse().unwrap_or(0)).collect()
}

/// The limits that are other than before, each with what it was; `more` when one of them is.
fn changed_limits(old: &Manifest, new: &Manifest) -> Option<(&'static str, String)> {
    let (before, after) = (
        SetLimits::from(old.limits).of(old.kind),
        SetLimits::from(new.limits).of(new.kind),
    );
    let memory = |limits: &Limits| limits.memory as u64 >> 20;
    let all = [
        (memory(&before), memory(&after), "MB of memory"),
        (before.wall.as_secs(), after.wall.as_secs(), "seconds a run"),
        (
            before.requests.into(),
            after.requests.into(),
            "requests a run",
        ),
    ];
    let changed: Vec<_> = all.iter().filter(|(was, is, _)| was != is).collect();
    let parts: Vec<String> = changed
        .iter()
        .map(|(was, is, what)| {
            let unit = if what.starts_with("MB") { " MB" } else { "" };
            format!("{is} {what} (was {was}{unit})")
        })
        .collect();
    let more = changed.iter().any(|(was, is, _)| is > was);
    let what = if more { "more" } else { "less" };
    (!parts.is_empty()).then(|| (what, format!("It asks for {}.", list(&parts))))
}

/// What a new version asks for that the old did not, and the other way round.
pub fn differences(old: &Manifest, new: &Manifest) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut tell = |what, says| found.push(Difference { what, says });
    if numbers(&new.version) < numbers(&old.version) {
        tell(
            "older",
            format!(
                "Version {} is older than version {}, which is in use.",
                new.version, old.version
            ),
        );
    }
    let find = |manifest: &Manifest, name: &str| {
        manifest
            .connections
            .iter()
            .find(|wanted| wanted.name == name)
            .cloned()
    };
    for wanted in &new.connections {
        let Some(before) = find(old, &wanted.name) else {
            tell("more", connection(wanted));
            continue;
        };
        let added = |of: fn(&Wanted) -> &Vec<String>| -> Vec<String> {
            of(wanted)
                .iter()
                .filter(|m| !of(&before).contains(m))
                .cloned()
                .collect()
        };
        let methods = added(|wanted| &wanted.methods);
        if !methods.is_empty() {
            let name = &wanted.name;
            tell(
                "more",
                format!("Over \"{name}\" it now also sends {}.", list(&methods)),
            );
        }
        if wanted.required && !before.required {
            tell(
                "more",
                format!("It now needs the connection \"{}\".", wanted.name),
            );
        }
    }
    for before in &old.connections {
        if find(new, &before.name).is_none() {
            tell(
                "less",
                format!("It no longer uses the connection \"{}\".", before.name),
            );
        }
    }
    match (&old.folder, &new.folder) {
        (None, Some(folder)) => tell(
            "more",
            format!(
                "It now reads files of a folder on the server{}.",
                purpose(&folder.purpose)
            ),
        ),
        (Some(_), None) => tell("less", "It no longer reads files.".into()),
        _ => {}
    }
    if new.finds_residents && !old.finds_residents {
        tell(
            "more",
            "It is now asked for residents while complaints are logged.".into(),
        );
    }
    let kinds: Vec<String> = new
        .reads
        .iter()
        .filter(|kind| !old.reads.contains(kind))
        .cloned()
        .collect();
    if !kinds.is_empty() {
        tell("more", format!("It now also reads {}.", list(&kinds)));
    }
    if let Some((what, says)) = changed_limits(old, new) {
        tell(what, says);
    }
    if new.documents == Documents::AsKept && old.documents != Documents::AsKept {
        tell(
            "more",
            "It is now given documents as they are kept, privileged and unredacted ones among them.".into(),
        );
    }
    if new.settings != old.settings {
        tell(
            "other",
            "Its settings have changed: look at those of its links.".into(),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    fn manifest(connections: Value, folder: Value) -> Manifest {
        let text = json!({
            "schema": "redress-plugin/1", "id": "acme", "kind": "linker", "version": "1.0.0", "title": "Acme",
            "reads": ["repair"], "connections": connections, "folder": folder
        });
        Manifest::read(&text.to_string()).unwrap()
    }

    #[test]
    fn an_administrator_reads_what_is_asked_for() {
        let asked = manifest(
            json!([{"name": "repairs", "purpose": "Repairs."}]),
            json!(null),
        );
        let words: Vec<String> = asks(&asked, Contract::V0_2)
            .into_iter()
            .map(|ask| ask.says)
            .collect();
        assert_eq!(
            words[0],
            "It looks up records about the resident and home of a case: repair."
        );
        assert!(
            words[1].contains("\"repairs\" (Repairs), over which it sends GET: it only reads"),
            "{words:?}"
        );
        let writes = manifest(
            json!([{"name": "notes", "methods": ["GET", "POST"]}]),
            json!(null),
        );
        assert!(
            asks(&writes, Contract::V0_2)[1]
                .says
                .contains("it may change things")
        );
    }

    #[test]
    fn an_upgrade_shows_what_it_wants_more() {
        let old = manifest(
            json!([{"name": "repairs", "required": false}, {"name": "old"}]),
            json!(null),
        );
        let new = manifest(
            json!([{"name": "repairs", "methods": ["GET", "POST"]}, {"name": "people"}]),
            json!({"purpose": "Photos"}),
        );
        let told: Vec<(&str, String)> = differences(&old, &new)
            .into_iter()
            .map(|d| (d.what, d.says))
            .collect();
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told[0].1.contains("also sends POST") && told[1].1.contains("now needs"));
        assert!(
            told[2].1.contains("\"people\"")
                && told[3] == ("less", "It no longer uses the connection \"old\".".into())
        );
        assert_eq!(
            told[4].1,
            "It now reads files of a folder on the server (Photos)."
        );
        assert!(differences(&old, &old).is_empty());
    }

    #[test]
    fn an_older_version_and_other_limits_are_told_with_what_was() {
        let (mut old, mut new) = (
            manifest(json!([]), json!(null)),
            manifest(json!([]), json!(null)),
        );
        (old.version, new.version) = ("0.10.0".into(), "0.9.1".into());
        (old.limits.memory_mb, new.limits.memory_mb) = (Some(64), Some(96));
        let told = differences(&old, &new);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(
            (told[0].what, told[0].says.as_str()),
            (
                "older",
                "Version 0.9.1 is older than version 0.10.0, which is in use."
            )
        );
        assert_eq!(
            (told[1].what, told[1].says.as_str()),
            ("more", "It asks for 96 MB of memory (was 64 MB).")
        );
        let back = differences(&new, &old);
        assert_eq!((back.len(), back[0].what), (1, "less"), "{back:?}");
    }
}
