//! The adapters that come with the program, on real servers that answer as the systems they were written for: a link
//! with granted connections, a complaint is logged, its records stand on the case.

mod council;
mod hackney;

use serde_json::{Value, json};

use crate::support::{Caller, Server};

/// Links a system; its connections lead to this machine, which the administrator grants by name.
fn link(server: &Server, source: Value) {
    let admin = server.caller("Setup", &["administrator"]);
    let body = json!({"sources": [source], "why": "Records for complaints"});
    admin
        .call(reqwest::Method::PUT, "/link-sources", &body, &[])
        .is(200);
}

/// A connection to a test's server.
fn connection(name: &str, base_url: String) -> Value {
    json!({"name": name, "base_url": base_url, "private_network": ["127.0.0.1"], "plain_http": true})
}

/// Kind and title of each linked record.
fn links(case: &Value) -> Vec<String> {
    let links = case["links"].as_array().expect("links");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all: Vec<String> = links
        .iter()
        .map(|link| format!("{} {}", text(&link["kind"]), text(&link["title"])))
        .collect();
    all.sort();
    all
}

/// Logs the complaint of a resident and gives the case when its records have come.
fn logged(officer: &Caller, complaint: &Value, at_least: usize) -> Value {
    let reference = officer.log(complaint);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let case = officer.get(&format!("/cases/{reference}")).is(200);
        if links(&case).len() >= at_least || std::time::Instant::now() > until {
            return case;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}
