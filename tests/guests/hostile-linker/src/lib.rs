//! An adapter that misbehaves as its settings ask, one way a run: `tests/hostile_plugins.rs`.

mod requests;

use std::hint::black_box;
use std::io::Read;

use redress_plugin::{Failure, Found, Linker, Page, Query, files, http, run};
use serde::Deserialize;

#[derive(Deserialize)]
struct Settings {
    mode: String,
    #[serde(default)]
    name: String,
}

struct Hostile;

impl Linker for Hostile {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn check() -> Result<String, Failure> {
        let Settings { mode, .. } = run::settings()?;
        match mode.as_str() {
            "http" => connect(),
            "loop" => loop {
                black_box(0);
            },
            _ => Ok(format!("{} files", files::ls().len())),
        }
    }

    fn find(query: Query) -> Result<Page, Failure> {
        let Settings { mode, name } = run::settings()?;
        let records = match mode.as_str() {
            "table" => rows(&name)?,
            "bytes" => {
                let mut bytes = Vec::new();
                files::open(&name)?.read_to_end(&mut bytes)?;
                vec![found("bytes", &format!("{{\"bytes\":{}}}", bytes.len()))]
            }
            "bad-json" => vec![found("1", "{not json")],
            "more-than-asked" => vec![found("1", "{}"); query.limit as usize + 1],
            "huge-record" => vec![found("1", &format!("\"{}\"", "x".repeat(8 << 20)))],
            "same-cursor" => {
                return Ok(Page {
                    records: vec![],
                    next: Some("x".repeat(1 << 20)),
                });
            }
            "http" => vec![found("1", &connect()?)],
            "send" => vec![requests::send()?],
            "tell" => vec![requests::tell()?],
            "say" => vec![requests::say(&name)?],
            "flood" => vec![requests::flood()?],
            "panic" => panic!("no such luck"),
            "loop" => loop {
                black_box(0);
            },
            other => return Err(Failure::BadSettings(format!("there is no mode {other}"))),
        };
        Ok(Page {
            records,
            next: None,
        })
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

fn connect() -> Result<String, Failure> {
    let response = http::send(&http::Request {
        connection: "repairs".into(),
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

redress_plugin::linker!(Hostile);
