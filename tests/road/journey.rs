//! The whole guide on a running server: its made-up repairs system, an adapter from `redress plugin new`, brought in,
//! approved, given its connection, and its records on the next complaint that is logged.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{built, project};
use crate::support::{Caller, Server, words::complaint};

/// Mendwell as the guide has it. Dropped, it ends.
struct Mendwell {
    child: Child,
    port: u16,
}

impl Mendwell {
    /// Takes the script out of the guide and runs it; none where there is no Python.
    fn start(folder: &Path) -> Option<Self> {
        let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/plugins/README.md"));
        let guide = guide.expect("the guide");
        let (_, script) = guide
            .split_once("```python\n\"\"\"Mendwell")
            .expect("the script in the guide");
        let (script, _) = script.split_once("```\n").expect("its end");
        let path = folder.join("mendwell.py");
        fs::write(&path, format!("\"\"\"Mendwell{script}")).expect("written");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let started = Command::new("python3")
            .arg(&path)
            .arg(port.to_string())
            .stderr(Stdio::null())
            .spawn();
        let mendwell = match started {
            Ok(child) => Self { child, port },
            Err(error) => {
                let required = std::env::var_os("REDRESS_TOOLCHAINS_REQUIRED").is_some();
                assert!(!required, "python3: {error}");
                eprintln!("skipped: python3 cannot be run: {error}");
                return None;
            }
        };
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "Mendwell does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(mendwell)
    }
}

impl Drop for Mendwell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn link(port: u16, key: &str) -> Value {
    json!({
        "key": "repairs", "plugin": "mendwell-repairs",
        "connections": [{
            "name": "mendwell", "base_url": format!("http://127.0.0.1:{port}/api"),
            "sign_in": "header", "sign_in_name": "X-Api-Key", "secret": key,
            "private_network": ["127.0.0.1"], "plain_http": true,
        }],
    })
}

/// The links of a case, once there are any.
fn linked(caller: &Caller, reference: &str) -> Vec<Value> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let found = caller.get(&format!("/cases/{reference}/links")).is(200);
        let links = found["links"].as_array().expect("links").clone();
        if !links.is_empty() {
            return links;
        }
        assert!(Instant::now() < until, "nothing was linked: {found:#}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn an_adapter_made_by_the_guide_gives_its_records_to_the_next_complaint() {
    let home = tempfile::tempdir().expect("a folder");
    let Some(made) = project(home.path(), "js", "linker", "mendwell-repairs") else {
        return;
    };
    let Some(mendwell) = Mendwell::start(home.path()) else {
        return;
    };
    if !built(&made) {
        return;
    }
    let server = Server::start();
    let admin = server.caller("Ada Min", &["administrator"]);
    let component = fs::read(made.join("mendwell-repairs.wasm")).expect("the component");
    let request = admin
        .request(Method::POST, "/plugins")
        .header("content-type", "application/wasm")
        .body(component);
    let added = admin.send(&Method::POST, "/plugins", request).is(201);
    assert!(
        added
            .to_string()
            .contains("the connection \\\"mendwell\\\""),
        "{added:#}"
    );
    let sha256 = added["waiting"]["sha256"].as_str().expect("its hash");
    let approval = json!({"id": "mendwell-repairs", "sha256": sha256, "why": "Our repairs system"});
    admin.post("/plugins/approve", &approval).is(200);

    let refused = admin.post("/link-sources/check", &link(mendwell.port, "sesame"));
    let refused = refused.is(200);
    assert_eq!(refused["readable"], false);
    assert!(
        refused["says"].as_str().is_some_and(|s| s.contains("401")),
        "{refused}"
    );
    let checked = admin
        .post("/link-sources/check", &link(mendwell.port, "open-sesame"))
        .is(200);
    assert_eq!(checked["says"], "Mendwell 4.2 answers.");
    let sources =
        json!({"sources": [link(mendwell.port, "open-sesame")], "why": "Repairs on cases"});
    admin
        .call(Method::PUT, "/link-sources", &sources, &[])
        .is(200);

    let officer = server.caller("Meera Kapoor", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let links = linked(&officer, &reference);
    let mut titles: Vec<_> = links
        .iter()
        .filter_map(|link| link["title"].as_str())
        .collect();
    titles.sort_unstable();
    assert_eq!(
        titles,
        [
            "Bathroom extractor not working, mould on the ceiling",
            "Front door lock stiff"
        ]
    );
    assert!(
        links.iter().all(|link| link["source"] == "repairs"),
        "{links:#?}"
    );
}
