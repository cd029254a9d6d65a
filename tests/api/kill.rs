//! The server killed as by a power cut while cases, notes and documents come in: what was answered is there, and it
//! opens by itself. `REDRESS_SERVER_KILLS` makes it longer.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::blocking::multipart;
use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Caller, Server};

/// What was answered: of each case its version, of each document its hash.
#[derive(Default)]
struct Answered {
    versions: BTreeMap<String, u64>,
    documents: BTreeMap<String, String>,
}

impl Answered {
    fn case(&mut self, case: &Value) -> Option<String> {
        let reference = case["reference"].as_str()?.to_owned();
        let version = case["version"].as_u64()?;
        let known = self.versions.entry(reference.clone()).or_default();
        *known = version.max(*known);
        Some(reference)
    }
}

/// Sends a request that a kill may cut off; gives the body of one that was carried out.
fn try_send(request: reqwest::blocking::RequestBuilder) -> Option<Value> {
    let answer = request.send().ok()?;
    let status = answer.status().as_u16();
    assert!(
        status < 300,
        "{status}: {}",
        answer.text().unwrap_or_default()
    );
    answer.json().ok()
}

/// Writes until the server is gone.
fn write_on(caller: &Caller, writer: u64, answered: &Mutex<Answered>) {
    let keep = |case: &Value| answered.lock().expect("whole").case(case);
    for round in 0u64.. {
        let Some(case) = try_send(caller.request(Method::POST, "/cases").json(&complaint(2)))
        else {
            return;
        };
        let Some(reference) = keep(&case) else { return };
        let note = json!({"command": "note", "text": format!("writer {writer}, round {round}")});
        let path = format!("/cases/{reference}/commands");
        let Some(case) = try_send(caller.request(Method::POST, &path).json(&note)) else {
            return;
        };
        keep(&case);
        if round % 3 == 0 {
            let bytes = format!("{writer}/{round} ").into_bytes().repeat(30_000);
            let part = multipart::Part::bytes(bytes).file_name("long.txt");
            let form = multipart::Form::new()
                .text("title", "Long")
                .part("file", part);
            let path = format!("/cases/{reference}/documents");
            let Some(document) = try_send(caller.request(Method::POST, &path).multipart(form))
            else {
                return;
            };
            if let Some(hash) = document["sha256"].as_str() {
                let mut all = answered.lock().expect("whole");
                let path = format!("{path}/{}", document["id"]);
                all.documents.insert(path, hash.to_owned());
            }
        }
    }
}

#[test]
fn a_killed_server_has_everything_it_answered() {
    let kills = std::env::var("REDRESS_SERVER_KILLS").map_or(5, |n| n.parse().expect("a number"));
    let mut server = Server::start();
    let secret = server.token("Case system", &["complaints_officer"]);
    let answered = Mutex::new(Answered::default());
    let mut slowest = Duration::ZERO;
    let mut random = u64::from(std::process::id()) << 17 | 0x5EED;
    for kill in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let caller = server.with_secret(&secret);
        thread::scope(|scope| {
            for writer in 0..6 {
                let (caller, answered) = (&caller, &answered);
                scope.spawn(move || write_on(caller, writer, answered));
            }
            thread::sleep(Duration::from_millis(30 + random % 700));
            server.kill();
        });
        let start = Instant::now();
        server = server.again();
        slowest = slowest.max(start.elapsed());
        let caller = server.with_secret(&secret);
        let known = answered.lock().expect("whole");
        for (reference, version) in known.versions.iter().rev().take(200) {
            let now = caller.get(&format!("/cases/{reference}")).is(200)["version"].as_u64();
            assert!(
                now >= Some(*version),
                "kill {kill}: {reference} is at {now:?}, not {version}"
            );
        }
        for (path, hash) in known.documents.iter().rev().take(20) {
            let answer = caller.get(path);
            assert_eq!(answer.status, 200, "kill {kill}: {path}");
            assert!(
                answer.header("etag").contains(hash.as_str()),
                "{path}: {hash}"
            );
        }
    }
    let known = answered.into_inner().expect("whole");
    let (cases, documents) = (known.versions.len(), known.documents.len());
    println!(
        "{kills} kills, {cases} cases and {documents} documents answered, none lost; slowest start {slowest:?}"
    );
    assert!(
        cases > kills && documents > kills,
        "{cases} cases, {documents} documents"
    );
    server.stop();
    let proof = server.cli(&["verify", server.data.to_str().expect("a path")]);
    assert!(
        proof.status.success(),
        "{}",
        String::from_utf8_lossy(&proof.stderr)
    );
}
