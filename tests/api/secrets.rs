//! The credentials of another system, from the administrator who enters them to the request that carries them: sealed in
//! the data file under a key beside it, in no answer, no log and no backup, and asked for again when the key is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use serde_json::{Value, json};

use crate::connections::server::{Server as Other, answer};
use crate::support::words::complaint;
use crate::support::{Caller, Server};

const SECRET: &str = "key-of-the-landlord-2026";
const HOSTILE: &[u8] = include_bytes!("../guests/hostile-linker.wasm");

/// Installs the hostile adapter and links it to a server that repeats what it is told.
fn link(admin: &Caller, base: &str) -> String {
    let request = admin.request(Method::POST, "/plugins");
    let request = request
        .header("content-type", "application/wasm")
        .body(HOSTILE);
    let added = admin.send(&Method::POST, "/plugins", request).is(201);
    let hash = added["waiting"]["sha256"].as_str().expect("a hash");
    let approval = json!({"id": "hostile-linker", "sha256": hash});
    admin.post("/plugins/approve", &approval).is(200);
    let source = json!({
        "key": "housing", "plugin": "hostile-linker",
        "settings": {"mode": "tell", "connection": "repairs", "method": "GET", "url": "jobs?ref=00700123"},
        "connections": [{
            "name": "repairs", "base_url": base, "sign_in": "header", "sign_in_name": "x-api-key",
            "secret": SECRET, "private_network": ["127.0.0.1"]
        }]
    });
    let body = json!({"sources": [source], "why": "Repairs"});
    admin
        .call(Method::PUT, "/link-sources", &body, &[])
        .is(200)
        .to_string()
}

fn runs(admin: &Caller) -> Value {
    admin.get("/plugin-runs?link=housing").is(200)
}

#[test]
fn a_secret_is_used_and_told_to_nobody() {
    let other = Other::start(|came, _, to| {
        let key = came.header("x-api-key").unwrap_or("none").to_owned();
        answer(to, "200 OK", "", &format!("your key is {key}"));
    });
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("sealed-under");
    let named = key.display().to_string();
    let mut server = Server::with(&["--key-file", &named]);
    let admin = server.caller("Setup", &["administrator"]);
    let set = link(&admin, &other.url("/api"));
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(2));
    let refresh = format!("/cases/{reference}/links/refresh");
    let refreshed = officer.post(&refresh, &json!({})).text();
    assert_eq!(other.came()[0].header("x-api-key"), Some(SECRET));

    // The run's log has the request, and nothing that people see has what it carried.
    let runs = runs(&admin);
    assert_eq!(runs[0]["requests"][0]["status"], 200, "{runs}");
    assert_eq!(
        runs[0]["requests"][0]["url"],
        other.url("/api/jobs?ref=…").as_str()
    );
    assert_eq!(
        runs[0]["failure"],
        "The plugin failed: your key is [redacted]"
    );
    let sources = admin.get("/link-sources").is(200).to_string();
    let case = officer
        .get(&format!("/cases/{reference}"))
        .is(200)
        .to_string();
    for shown in [&set, &sources, &refreshed, &runs.to_string(), &case] {
        assert!(!shown.contains(SECRET), "{shown}");
    }

    // Nor the data file or its backup; the key is where it was told to be, for its owner alone.
    let backup = folder.path().join("backup.redb");
    let backed = server.cli(&["backup", &backup.display().to_string()]);
    assert!(backed.status.success(), "{backed:?}");
    let mode = fs::metadata(&key).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server.stop();
    for file in [&server.data, &backup] {
        let bytes = fs::read(file).expect("a file");
        let found = bytes
            .windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes());
        assert!(!found, "{}", file.display());
    }

    // The backup alone starts and works; what needs the key says what to do.
    let asked = other.came().len();
    let restored = Server::on(backup);
    let admin = restored.caller("Setup again", &["administrator"]);
    let officer = restored.caller("Case system again", &["complaints_officer"]);
    let told = officer.post(&refresh, &json!({})).text();
    assert!(told.contains("enter the credentials again"), "{told}");
    assert_eq!(other.came().len(), asked);
    admin.get("/link-sources").is(200);
}
