//! The demonstration: its scripts play on any day, and the real program serves what they leave.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use chrono::{DateTime, Utc};
use redress::cli::demo;
use redress::domain::case::State;
use redress::pdf::{Limits, Renderer};
use redress::plugins::{HostConfig, PluginHost};
use redress::store::{Options, Store};

async fn play(now: DateTime<Utc>) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(&dir.path().join("redress.redb"), Options::default()).unwrap();
    let renderer = Renderer::with_program(env!("CARGO_BIN_EXE_redress"), Limits::default());
    let plugins = PluginHost::new(HostConfig::default()).unwrap();
    let made = demo::fill(store, renderer, plugins, &dir.path().join("exports"), now)
        .await
        .unwrap_or_else(|error| panic!("{now}: {error:#}"));
    let mut states = BTreeSet::new();
    for (key, (view, ends)) in &made.cases {
        assert_eq!(view.case.state, *ends, "{key} on {now}");
        states.insert(view.case.state);
    }
    assert_eq!(
        states,
        State::ALL.into_iter().collect(),
        "every state, on {now}"
    );
    let (road, _) = &made.cases["mould-behind-the-cot"];
    assert!(
        road.case.links.len() > 8,
        "linked records: {}",
        road.case.links.len()
    );
}

/// The demonstration as a program, ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it and waits until it has said everything.
fn started() -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_redress"))
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let running = Running(child);
    let mut said = String::new();
    for line in out.lines() {
        let line = line.unwrap();
        said += &line;
        said += "\n";
        if line.contains("thrown away") {
            return (running, said);
        }
    }
    panic!("the demonstration ended early:\n{said}");
}

fn word_after<'a>(said: &'a str, before: &str) -> &'a str {
    let rest = &said[said.find(before).unwrap() + before.len()..];
    rest.split(['\'', ' ', '\n']).next().unwrap()
}

#[test]
fn the_program_serves_every_state_and_a_bundle_that_verifies() {
    let (_running, said) = started();
    let address = word_after(&said, "listening on ");
    let token = word_after(&said, "Bearer ");
    let road = word_after(&said, &format!("{address}/cases/"));

    let browser = crate::support::http().cookie_store(true).build().unwrap();
    let form = [("id", "priya.nair"), ("password", "calm harbour lights")];
    let queue = browser
        .post(format!("{address}/sign-in"))
        .header("Origin", address)
        .form(&form)
        .send()
        .unwrap();
    assert!(queue.status().is_success(), "{}", queue.status());
    let page = browser
        .get(format!("{address}/cases/{road}"))
        .send()
        .unwrap();
    assert!(page.text().unwrap().contains("Amara Okafor"));

    let api = |path: String| {
        let answer = browser
            .get(format!("{address}/api/v1{path}"))
            .bearer_auth(token)
            .send();
        answer.unwrap().error_for_status().unwrap()
    };
    // Whoever logs a complaint finds residents of the other system, with and without an earlier case.
    for (words, found, cases) in [("kovalenko", 1, true), ("cartwright", 2, false)] {
        let said: serde_json::Value = api(format!("/residents?q={words}")).json().unwrap();
        let residents = said["residents"].as_array().unwrap();
        assert_eq!(residents.len(), found, "{said}");
        assert_eq!(residents[0]["source"], "housing", "{said}");
        let before = residents[0]["cases"].as_array().unwrap();
        assert_eq!(!before.is_empty(), cases, "{said}");
    }
    let mut states = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page: serde_json::Value = api(format!("/cases?limit=50{cursor}")).json().unwrap();
        for case in page["items"].as_array().unwrap() {
            states.insert(case["state"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(states.len(), State::ALL.len(), "{states:?}");

    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("bundle.zip");
    let bytes = api(format!("/cases/{road}/exports/ombudsman-bundle"))
        .bytes()
        .unwrap();
    std::fs::write(&bundle, &bytes).unwrap();
    let verified = Command::new(env!("CARGO_BIN_EXE_redress"))
        .arg("verify")
        .arg(&bundle)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
    let zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let folders: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| name.split('/').nth(1)?.get(..2))
        .collect();
    for folder in [
        "00", "01", "02", "03", "04", "06", "08", "09", "11", "12", "13", "14",
    ] {
        assert!(
            folders.contains(folder),
            "{folder} is missing of {folders:?}"
        );
    }
    assert!(
        !names
            .iter()
            .any(|name| name.contains("Advice-on-disrepair")),
        "privileged"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scripts_play_on_an_ordinary_day() {
    play("2026-11-18T14:30:00Z".parse().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scripts_play_around_holidays_and_weekends_and_before_the_office_opens() {
    for now in ["2026-11-22T07:00:00.987654321Z", "2027-01-04T00:05:00Z"] {
        play(now.parse().unwrap()).await;
    }
}
