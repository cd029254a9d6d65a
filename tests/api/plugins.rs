//! A plugin comes in, is looked at, approved by its hash, granted a connection with a secret, asked, upgraded and taken
//! away; the record keeps what it gave and nobody sees the secret again.

use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use serde_json::{Value, json};

use crate::connections::server::Server as Other;
use crate::support::words::complaint;
use crate::support::{Answer, Caller, Server, cli};

const LINKER: &[u8] = include_bytes!("../guests/hostile-linker.wasm");
const OLD: &[u8] = include_bytes!("../old-contract/csv-folder-0.1.0.wasm");
const SECRET: &str = "key-of-the-landlord-71";

fn bring(admin: &Caller, bytes: &[u8], query: &str) -> Answer {
    let path = format!("/plugins{query}");
    let request = admin
        .request(Method::POST, &path)
        .header("content-type", "application/wasm")
        .body(bytes.to_vec());
    admin.send(&Method::POST, &path, request)
}

fn approve(admin: &Caller, id: &str, sha256: &str) -> Answer {
    admin.post("/plugins/approve", &json!({"id": id, "sha256": sha256}))
}

fn link(admin: &Caller, source: &Value) -> Answer {
    let body = json!({"sources": [source], "why": "For the test"});
    admin.call(Method::PUT, "/link-sources", &body, &[])
}

/// Another system that answers everything with one JSON object.
fn other() -> Other {
    Other::start(|_, _, to| {
        let body = r#"{"jobs":[]}"#;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
        let _ = write!(to, "{head}content-length: {}\r\n\r\n{body}", body.len());
    })
}

#[test]
fn a_plugin_runs_only_when_it_was_approved_and_reaches_only_what_it_was_granted() {
    let mut server = Server::start();
    let admin = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);

    bring(&officer, LINKER, "").refuses(403, "forbidden", None);
    bring(&admin, b"no component", "").refuses(422, "validation", Some("file"));
    let came = bring(&admin, LINKER, "").is(201);
    assert_eq!(
        (came["id"].as_str(), came["enabled"].as_bool()),
        (Some("hostile-linker"), Some(false))
    );
    let asks = came["waiting"]["asks"].to_string();
    assert!(
        asks.contains("It can use the connection") && asks.contains("it only reads"),
        "{asks}"
    );

    // Nothing runs yet, and only the file that was looked at can be approved.
    let other = other();
    let source = json!({
        "key": "jobs", "plugin": "hostile-linker", "settings": {"mode": "send", "connection": "repairs", "method": "GET", "url": "jobs?ref=00700123"},
        "connections": [{
            "name": "repairs", "base_url": other.url("/api"), "sign_in": "header", "sign_in_name": "x-api-key",
            "secret": SECRET, "private_network": ["127.0.0.1"]
        }]
    });
    link(&admin, &source).refuses(422, "validation", Some("plugin"));
    approve(&admin, "hostile-linker", &"0".repeat(64)).refuses(409, "conflict", None);
    let sha256 = came["waiting"]["sha256"]
        .as_str()
        .expect("a hash")
        .to_owned();
    let approved = approve(&admin, "hostile-linker", &sha256).is(200);
    assert_eq!(
        (approved["enabled"].as_bool(), approved["sha256"].as_str()),
        (Some(true), Some(&*sha256))
    );

    // What was not asked for cannot be granted, and what does not fit is named.
    let mut wrong = source.clone();
    wrong["connections"][0]["name"] = json!("payroll");
    let said = link(&admin, &wrong).refuses(422, "validation", Some("connections"));
    assert!(
        said["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("payroll")),
        "{said}"
    );
    wrong = source.clone();
    wrong["connections"][0]["private_network"] = json!([]);
    let said = link(&admin, &wrong).refuses(422, "validation", Some("connections"));
    assert!(
        said["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("127.0.0.1") || detail.contains("private")),
        "{said}"
    );
    wrong = source.clone();
    wrong["settings"]["colour"] = json!("red");
    link(&admin, &wrong).refuses(422, "validation", Some("settings"));

    let told = link(&admin, &source).is(200);
    assert_eq!(told[0]["connections"][0]["secret"], "(kept)");
    let checked = admin.post("/link-sources/check", &told[0]).is(200);
    assert_eq!(checked["readable"], true, "{checked}");

    // The next complaint asks it; the host signs in, and the log of the run has the request without its values.
    let reference = officer.log(&complaint(2));
    let case = officer.linked(&reference);
    assert_eq!(
        case["links"].as_array().map(Vec::len),
        Some(1),
        "{}",
        case["sources"]
    );
    let asked = other.came();
    let last = asked.last().expect("it was asked");
    assert_eq!(last.header("x-api-key"), Some(SECRET));
    let runs = admin.get("/plugin-runs?link=jobs").is(200);
    let find = runs
        .as_array()
        .into_iter()
        .flatten()
        .find(|run| run["asked"] == "find")
        .expect("a run")
        .clone();
    assert_eq!(find["failure"], Value::Null);
    assert_eq!(find["requests"][0]["status"], 200);
    assert!(
        find["requests"][0]["url"]
            .as_str()
            .is_some_and(|url| url.ends_with("jobs?ref=…")),
        "{find}"
    );
    officer
        .get("/plugin-runs?link=jobs")
        .refuses(403, "forbidden", None);
    let seen = format!(
        "{runs}{told}{}",
        admin.get("/plugins/hostile-linker").is(200)
    );
    assert!(!seen.contains(SECRET), "the secret is told");

    // What was told can be sent back as it is; where it goes cannot change without it.
    link(&admin, &told[0]).is(200);
    let mut elsewhere = told[0].clone();
    elsewhere["connections"][0]["base_url"] = json!("http://127.0.0.1:9/api");
    link(&admin, &elsewhere).refuses(422, "validation", Some("connections"));

    // Stopped, it is not asked and says so on the case; taken away, what it gave stays.
    admin
        .call(
            Method::PUT,
            "/plugins/hostile-linker",
            &json!({"enabled": false}),
            &[],
        )
        .is(200);
    officer
        .post(&format!("/cases/{reference}/links/refresh"), &json!({}))
        .is(200);
    let case = officer.get(&format!("/cases/{reference}")).is(200);
    let failure = case["sources"][0]["failure"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(failure.contains("is not in use"), "{failure}");
    let gone = admin.request(Method::DELETE, "/plugins/hostile-linker");
    let gone = gone.send().expect("an answer").status();
    assert_eq!(gone.as_u16(), 204);
    assert_eq!(admin.get("/link-sources").is(200)[0]["enabled"], false);
    let case = officer.get(&format!("/cases/{reference}")).is(200);
    assert_eq!(case["links"].as_array().map(Vec::len), Some(1));

    // The file does not have the secret in the clear; the key is in a file of its own that others cannot read.
    server.stop();
    let bytes = std::fs::read(&server.data).expect("the data file");
    let found = bytes
        .windows(SECRET.len())
        .any(|window| window == SECRET.as_bytes());
    assert!(!found, "the secret stands in the data file");
    let mut key = server.data.clone().into_os_string();
    key.push(".key");
    let mode = std::fs::metadata(key).expect("the key file").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn a_plugin_of_the_contract_before_is_named_by_whoever_installs_it() {
    let mut server = Server::start();
    let admin = server.caller("Setup", &["administrator"]);
    bring(&admin, OLD, "").refuses(422, "validation", Some("id"));
    bring(&admin, OLD, "?id=csv-folder").refuses(422, "validation", Some("file"));
    let came = bring(&admin, OLD, "?id=old-csv").is(201);
    assert_eq!(came["contract"], "0.1.0");
    let sha256 = came["waiting"]["sha256"]
        .as_str()
        .expect("a hash")
        .to_owned();
    approve(&admin, "old-csv", &sha256).is(200);
    let folder = tempfile::tempdir().expect("a folder");
    let repairs =
        "Job No,Property Reference,Date Raised,Description\n204,00700123,02/09/2026,Fan\n";
    std::fs::write(folder.path().join("repairs.csv"), repairs).expect("a file");
    let source = json!({"key": "old", "plugin": "old-csv", "folder": folder.path(), "settings": {"dates": "dmy"}});
    link(&admin, &source).is(200);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(2));
    let case = officer.linked(&reference);
    assert_eq!(
        case["links"][0]["external_id"], "204",
        "{}",
        case["sources"]
    );

    // The command line has the same list, with the server running and without.
    let data = server.data.clone();
    let listed = || {
        let said = cli(&data, &["plugin", "list"], "").stdout;
        String::from_utf8_lossy(&said).into_owned()
    };
    let said = listed();
    assert!(
        said.contains("old-csv\tadapter\t0.1\tin use") && said.contains("csv-folder\tadapter"),
        "{said}"
    );
    server.kill();
    assert_eq!(listed(), said);
    let file = folder.path().join("hostile.wasm");
    std::fs::write(&file, LINKER).expect("a file");
    let installed = cli(
        &server.data,
        &[
            "plugin",
            "install",
            &file.display().to_string(),
            "--approve",
        ],
        "",
    );
    let said = String::from_utf8_lossy(&installed.stdout).into_owned();
    assert!(
        said.contains("It can use the connection") && said.contains("is approved and may run"),
        "{said}"
    );
}
