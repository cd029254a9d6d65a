//! The map as a test: which part of the program may use which (`ARCHITECTURE.md`). Reads the `crate::` paths
//! of every source file and says in a sentence where an arrow points up.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up. A room uses what lies below it; rooms on one floor do not use each other.
const FLOORS: [&[&str]; 8] = [
    &["domain"],
    &["pdf", "auth", "papers"],
    &["store"],
    &["plugins"],
    &["letters", "link", "export", "search"],
    &["desk"],
    &["api", "web"],
    &["cli"],
];

/// What may not be used although it lies below: the desk is the only door to the file.
const NEVER: [(&str, &str); 2] = [("api", "store"), ("web", "store")];

/// The crates that the rules may know besides the standard library.
const KNOWN_TO_DOMAIN: [&str; 3] = ["serde", "chrono", "chrono_tz"];

/// What the rules never do, because then they would not be only rules.
const NEVER_IN_DOMAIN: [(&str, &str); 9] = [
    ("Utc::now", "reads a clock"),
    ("Local::now", "reads a clock"),
    ("SystemTime", "reads a clock"),
    ("Instant::now", "reads a clock"),
    ("std::fs", "touches files"),
    ("std::net", "touches the network"),
    ("std::env", "reads the environment"),
    ("std::thread", "starts threads"),
    ("async fn", "waits for something"),
];

/// A source file: its path from the root, and its lines without comments and texts.
struct Source {
    path: String,
    code: String,
}

impl Source {
    /// The room that the file belongs to; none for `lib.rs` and `main.rs`, which only name the rooms.
    fn room(&self) -> Option<&str> {
        self.path
            .strip_prefix("src/")?
            .split_once('/')
            .map(|(room, _)| room)
    }

    fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }

    /// The code up to the tests at the end of the file.
    fn without_tests(&self) -> &str {
        self.code
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| Source {
            path: path
                .strip_prefix(root())
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/"),
            code: bare(&fs::read_to_string(&path).unwrap()),
        })
        .collect()
}

/// The code without comments and without what stands between quotes; line breaks stay, so that lines count.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hashes = rest
            .strip_prefix('r')
            .map(|raw| raw.chars().take_while(|c| *c == '#').count());
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(n) =
            hashes.filter(|n| rest[1 + n..].starts_with('"') && !ends_in_word(&out))
        {
            let close = format!("\"{}", "#".repeat(n));
            rest[n + 2..]
                .find(&close)
                .map_or(rest.len(), |end| n + 2 + end + close.len())
        } else if first == '"' {
            quoted(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
        rest = &rest[skipped..];
    }
    out
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The length of the quoted text that `rest` begins with.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The first words of a path or of a group of paths: `a` of `a::b`, `a` and `c` of `{a::b, c}`.
fn first_words(path: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![word(path)];
    };
    let (mut depth, mut item, mut words) = (0_u32, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => words.push(word(&std::mem::take(&mut item))),
            _ => {
                depth = match c {
                    '{' => depth + 1,
                    '}' => depth - 1,
                    _ => depth,
                };
                item.push(c);
            }
        }
    }
    words.push(word(&item));
    words.retain(|word| !word.is_empty());
    words
}

fn floors() -> BTreeMap<&'static str, usize> {
    let each = FLOORS.iter().enumerate();
    each.flat_map(|(floor, rooms)| rooms.iter().map(move |room| (*room, floor)))
        .collect()
}

/// What is wrong with `room` using `used`, if anything.
fn objection(room: &str, used: &str) -> Option<String> {
    let floors = floors();
    let (here, there) = (*floors.get(room)?, *floors.get(used)?);
    if room == used {
        None
    } else if NEVER.contains(&(room, used)) {
        Some(format!(
            "`{room}` opens `{used}`, which only `desk` does: ask `desk` for it"
        ))
    } else if there == here {
        Some(format!(
            "`{room}` uses its neighbour `{used}`: what both need belongs below them, and what joins them above"
        ))
    } else if there > here {
        Some(format!(
            "`{room}` uses `{used}`, which stands on it: the arrow points up"
        ))
    } else {
        None
    }
}

/// Every arrow that points where it may not, as a sentence.
fn wrong_arrows(source: &Source) -> Vec<String> {
    let Some(room) = source.room() else {
        return Vec::new();
    };
    let depth =
        source.path.matches('/').count() - 1 + usize::from(!source.path.ends_with("/mod.rs"));
    let up = "super::".repeat(depth);
    let mut found = Vec::new();
    for (start, text) in [("crate::", "crate::"), (up.as_str(), up.as_str())] {
        for (at, _) in source.code.match_indices(start) {
            let before = &source.code[..at];
            // `$crate::`, `super::super::` further in, and words that end in "crate" are no such path.
            if ends_in_word(before) || before.ends_with("::") || before.ends_with('$') {
                continue;
            }
            for used in first_words(&source.code[at + text.len()..]) {
                if let Some(objection) = objection(room, &used) {
                    found.push(format!("{}:{}: {objection}.", source.path, source.line(at)));
                }
            }
        }
    }
    found
}

#[test]
fn arrows_point_down_only() {
    let wrong: Vec<String> = sources().iter().flat_map(wrong_arrows).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    let floors = floors();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        assert!(
            floors.contains_key(room),
            "{}: `{room}` is not on the map. Say in tests/arrows.rs and ARCHITECTURE.md what it stands on.",
            source.path
        );
    }
    for room in floors.keys() {
        assert!(
            root().join("src").join(room).is_dir(),
            "`{room}` is on the map, and there is no src/{room}."
        );
    }
}

#[test]
fn the_rules_know_only_themselves_and_the_calendar_crates() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let names = ["dependencies", "dev-dependencies"]
        .into_iter()
        .filter_map(|table| manifest[table].as_table());
    let crates: Vec<String> = names
        .flat_map(|table| table.keys())
        .map(|name| name.replace('-', "_"))
        .collect();
    assert!(
        crates.iter().any(|name| name == "redb"),
        "the manifest was read"
    );
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.room() == Some("domain") && !source.is_test())
    {
        let code = source.without_tests();
        for name in crates
            .iter()
            .filter(|name| !KNOWN_TO_DOMAIN.contains(&name.as_str()))
        {
            for (at, _) in code.match_indices(&format!("{name}::")) {
                let before = &code[..at];
                if !ends_in_word(before) && !before.ends_with("::") {
                    let line = source.line(at);
                    wrong.push(format!("{}:{line}: the rules use the crate `{name}`; they know only serde and chrono.", source.path));
                }
            }
        }
        for (what, does) in NEVER_IN_DOMAIN {
            for (at, _) in code.match_indices(what) {
                let line = source.line(at);
                wrong.push(format!(
                    "{}:{line}: `{what}` {does}; the rules are told what they need.",
                    source.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn an_arrow_that_points_up_is_seen_however_it_is_written() {
    let check = |path: &str, code: &str| {
        wrong_arrows(&Source {
            path: path.into(),
            code: bare(code),
        })
    };
    for (path, code) in [
        ("src/store/mod.rs", "use crate::desk::Desk;"),
        ("src/store/a/b.rs", "fn f(desk: &crate::desk::Desk) {}"),
        (
            "src/store/a.rs",
            "use crate::{domain::{ids, case}, desk::{Desk}};",
        ),
        ("src/store/a.rs", "use super::super::desk::Desk;"),
        ("src/store/mod.rs", "use super::desk::Desk;"),
        ("src/store/a/b.rs", "use super::super::super::desk::Desk;"),
        ("src/link/mod.rs", "use crate::export::Archive;"),
        ("src/web/inbox.rs", "use crate::store::Store;"),
        ("src/api/mod.rs", "use crate::web::page;"),
        ("src/domain/case/mod.rs", "use crate::\n    pdf::Renderer;"),
    ] {
        let found = check(path, code);
        assert_eq!(found.len(), 1, "{path}: {code}: {found:?}");
        assert!(
            found[0].starts_with(&format!("{path}:1: `")),
            "{}",
            found[0]
        );
    }
    for (path, code) in [
        (
            "src/desk/mod.rs",
            "use crate::{store::Store, domain::case::Case};",
        ),
        (
            "src/web/mod.rs",
            "use crate::desk::Desk; // not crate::store::Store",
        ),
        (
            "src/web/mod.rs",
            "/* crate::store */ let s = \"crate::store\"; let r = r#\"crate::store \"x\" crate::store\"#;",
        ),
        (
            "src/web/mod.rs",
            "let c = '\"'; let t = \"a \\\" crate::store\"; use crate::desk::Desk;",
        ),
        ("src/desk/cases.rs", "use super::{api, Desk};"),
        ("src/lib.rs", "pub mod web;"),
    ] {
        assert_eq!(check(path, code), Vec::<String>::new(), "{path}: {code}");
    }
}
