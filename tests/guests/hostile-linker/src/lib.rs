//! An adapter that misbehaves as its settings ask, one way a run: `tests/hostile_plugins`.

mod about;
mod requests;

use std::hint::black_box;
use std::io::Read;

use redress_plugin::{Failure, Found, Page, Query, evidence, files, http, log, run};
use serde::Deserialize;

#[derive(Deserialize)]
struct Settings {
    mode: String,
    #[serde(default)]
    name: String,
}

fn check() -> Result<String, Failure> {
    let Settings { mode, .. } = run::settings()?;
    match mode.as_str() {
        "http" => connect("repairs"),
        "loop" => endless(),
        "bad-utf8" => Ok(about::broken()),
        _ => Ok(format!("{} files", files::ls().len())),
    }
}

fn find(query: Query) -> Result<Page, Failure> {
    let Settings { mode, name } = run::settings()?;
    let mut next = None;
    let records = match mode.as_str() {
        "table" => rows(&name)?,
        "bytes" => {
            let mut bytes = Vec::new();
            files::open(&name)?.read_to_end(&mut bytes)?;
            vec![found("bytes", &format!("{{\"bytes\":{}}}", bytes.len()))]
        }
        "loop" => endless(),
        "allocate" => allocate(),
        "recurse" => vec![found(&deeper(1).to_string(), "{}")],
        "trap" => std::process::abort(),
        "panic" => panic!("no such luck"),
        "exit" => std::process::exit(0),
        "call-flood" => loop {
            black_box(run::started_at());
        },
        "log-flood" => loop {
            log::info("again");
        },
        "log-huge" => {
            log::info(&"x".repeat(8 << 20));
            vec![]
        }
        "log-bad-utf8" => {
            log::info(&about::broken());
            vec![]
        }
        "progress-flood" => loop {
            run::progress(u32::MAX, 0);
        },
        "list-flood" => loop {
            black_box(files::ls());
        },
        "files" => {
            let mut held = Vec::new();
            loop {
                held.push(files::open(&name)?);
            }
        }
        "tables" => {
            let mut held = Vec::new();
            loop {
                held.push(files::table(&name)?);
            }
        }
        "index-flood" => {
            let table = files::table(&name)?;
            loop {
                table.index(&[0])?;
            }
        }
        "index-wrong" => {
            files::table(&name)?.index(&[u32::MAX; 100])?;
            vec![]
        }
        "look-up-flood" => {
            let table = files::table(&name)?;
            table.index(&[0, 1])?;
            loop {
                black_box(table.look_up(files::ANY_COLUMN, files::Match::Prefix, "r", 1000)?);
            }
        }
        "look-up-unready" => {
            files::table(&name)?.look_up(0, files::Match::Same, "R1", 10)?;
            vec![]
        }
        "bad-json" => vec![found("1", "{not json")],
        "deep-json" => vec![found("1", &format!("{{\"a\":{}", "[".repeat(100_000)))],
        "no-object" => vec![found("1", "[1]")],
        "no-id" => vec![found(" ", "{}")],
        "control-id" => vec![found("R\u{0}1", "{}")],
        "long-id" => vec![found(&"R".repeat(10_000), "{}")],
        "bad-utf8" => vec![found(&about::broken(), "{}")],
        "more-than-asked" => vec![found("1", "{}"); query.limit as usize + 1],
        "huge-record" => vec![found("1", &format!("\"{}\"", "x".repeat(8 << 20)))],
        "many-records" => {
            let large = format!("{{\"a\":\"{}\"}}", "x".repeat(200 << 10));
            vec![found("1", &large); query.limit as usize]
        }
        "long-cursor" => {
            next = Some("x".repeat(1 << 20));
            vec![]
        }
        // Never the same page, and never the last.
        "endless-pages" => {
            let page = query.cursor.as_deref().and_then(|c| c.parse().ok());
            let page: u64 = page.unwrap_or(0);
            next = Some((page + 1).to_string());
            match name.as_str() {
                "empty" => vec![],
                _ => vec![found(&format!("R{page}"), "{}")],
            }
        }
        "http" => vec![found("1", &connect("repairs")?)],
        "connection" => vec![found("1", &connect(&name)?)],
        "http-flood" => loop {
            let _ = black_box(connect("repairs"));
        },
        "evidence" => {
            evidence::write(b"nobody asked")?;
            vec![]
        }
        "send" => vec![requests::send()?],
        "tell" => vec![requests::tell()?],
        "say" => vec![requests::say(&name)?],
        "flood" => vec![requests::flood()?],
        "tells-settings" => return Err(Failure::Other(run::settings_json())),
        "long-failure" => return Err(Failure::Other("why? ".repeat(100_000))),
        "failure-in-lines" => return Err(Failure::Other("one\n\u{1b}[31mtwo\u{202e}".into())),
        other => return Err(Failure::BadSettings(format!("there is no mode {other}"))),
    };
    Ok(Page { records, next })
}

fn fetch(document: String) -> Result<String, Failure> {
    let Settings { mode, name } = run::settings()?;
    match mode.as_str() {
        "flood" => {
            let zeros = vec![0; 1 << 20];
            loop {
                evidence::write(&zeros)?;
            }
        }
        "trickle" => loop {
            evidence::write(b"x")?;
        },
        "file" => {
            evidence::from_file(&name)?;
            Ok(name)
        }
        "again" => loop {
            evidence::from_file(&name)?;
        },
        "loop" => endless(),
        "path" => {
            evidence::write(b"a letter")?;
            Ok("../../etc/passwd".into())
        }
        "bad-utf8" => Ok(about::broken()),
        _ => Err(Failure::BadInput(document)),
    }
}

/// Each row is a record whose document is the row.
fn rows(name: &str) -> Result<Vec<Found>, Failure> {
    let table = files::table(name)?;
    let mut records = vec![found("columns", &format!("{:?}", table.columns()))];
    loop {
        let rows = table.next_rows()?;
        if rows.is_empty() {
            return Ok(records);
        }
        records.extend(rows.iter().map(|row| found("row", &format!("{row:?}"))));
    }
}

fn endless() -> ! {
    loop {
        black_box(0);
    }
}

fn allocate() -> ! {
    let mut held = Vec::new();
    loop {
        held.push(black_box(vec![1u8; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "the point of it")]
fn deeper(n: u64) -> u64 {
    let page = black_box([n; 256]);
    1 + deeper(page[7] + 1) + page[9]
}

fn connect(connection: &str) -> Result<String, Failure> {
    let response = http::send(&http::Request {
        connection: connection.into(),
        method: "GET".into(),
        url: "https://example.org/".into(),
        headers: vec![],
        body: None,
    })?;
    Ok(response.status.to_string())
}

fn found(id: &str, document: &str) -> Found {
    Found {
        id: id.into(),
        kind: "repair".into(),
        title: "A repair".into(),
        document: document.into(),
    }
}

// What `redress_plugin::linker!` makes, but for the manifest.
const _: () = {
    use redress_plugin::bindings::{about as own, linker};
    struct Component;
    impl linker::exports::redress::plugin::linking::Guest for Component {
        fn check() -> Result<String, Failure> {
            log::panics();
            check()
        }
        fn find(query: Query) -> Result<Page, Failure> {
            log::panics();
            find(query)
        }
        fn fetch(document: String) -> Result<String, Failure> {
            log::panics();
            fetch(document)
        }
    }
    impl own::exports::redress::plugin::about::Guest for Component {
        fn manifest() -> String {
            about::manifest()
        }
    }
    redress_plugin::bindings::about::export!(Component with_types_in redress_plugin::bindings::about);
    redress_plugin::bindings::linker::export!(Component with_types_in redress_plugin::bindings::linker);
};
