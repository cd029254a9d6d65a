//! What a landlord sets, by who may set it: linked systems, closures; and the deadlines that follow.

use reqwest::Method;
use serde_json::json;

use crate::support::{Server, cli};

#[test]
fn linked_systems_are_for_those_who_administer() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let folder = tempfile::tempdir().expect("a folder");
    let source = json!({"key": "repairs", "plugin": "csv-folder", "folder": folder.path()});
    let check = |source: &serde_json::Value| setup.post("/link-sources/check", source).is(200);
    assert_eq!(
        check(&json!({"key": "x", "plugin": "none"}))["readable"],
        false
    );
    let seen = check(&source);
    assert!(
        seen["says"].as_str().is_some_and(|says| !says.is_empty()),
        "{seen}"
    );
    let all = json!({"sources": [source], "why": "The housing system"});
    setup.call(Method::PUT, "/link-sources", &all, &[]).is(200);
    setup.get("/link-sources").is(200);
    officer.get("/link-sources").refuses(403, "forbidden", None);
}

#[test]
fn the_office_may_be_shut_and_no_deadline_moves() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let due = || setup.get("/clocks?received=2026-12-14").is(200)["S1_RESPONSE"].clone();
    let before = due();
    let days = json!({"change": "close", "from": "2026-12-21", "to": "2027-01-04",
                      "name": "Christmas shutdown", "why": "As every year"});
    let moved = setup.post("/calendar/changes", &days).is(200);
    assert_eq!(moved, json!({"moved": []}));
    let after = due();
    assert_eq!(after["due"], before["due"]);
    assert!(
        after["why"].to_string().contains("Christmas shutdown"),
        "{after}"
    );
    let closures =
        |year: i32| setup.get(&format!("/calendar?year={year}")).is(200)["closures"].clone();
    assert_eq!(closures(2027)[0]["name"], "Christmas shutdown");
    assert_eq!(closures(2025), json!([]));
    setup
        .post("/calendar/changes", &days)
        .refuses(422, "validation", Some("from"));
    let back =
        json!({"change": "reopen", "from": "2026-12-21", "to": "2027-01-04", "why": "Staffed"});
    setup.post("/calendar/changes", &back).is(200);
    setup
        .post("/calendar/changes", &back)
        .refuses(422, "validation", Some("from"));
    assert_eq!(closures(2026), json!([]));
}

#[test]
fn the_command_line_counts_by_the_landlords_calendar() {
    let mut server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let holiday =
        json!({"change": "add", "date": "2026-12-15", "name": "A royal day", "why": "Proclaimed"});
    setup.post("/calendar/changes", &holiday).is(200);
    let due = |server: &Server, args: &[&str]| cli(&server.data, &[&["due"], args].concat(), "");
    let given = ["--received", "2026-12-14", "--json"];
    let acknowledge_by = |server: &Server| {
        let said = due(server, &given);
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        let dates: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
        dates["S1_ACK"]["due"].clone()
    };
    assert_eq!(
        acknowledge_by(&server),
        "2026-12-22",
        "asked of the running server"
    );
    server.stop();
    let bytes = std::fs::read(&server.data).expect("the file");
    assert_eq!(acknowledge_by(&server), "2026-12-22", "read from the file");
    assert!(
        std::fs::read(&server.data).expect("the file") == bytes,
        "and nothing written"
    );
    assert!(
        !due(&server, &["--json"]).status.success(),
        "no date to count from"
    );
    std::fs::write(&server.data, b"something else").expect("written");
    let said = due(&server, &given);
    assert!(!said.status.success(), "a file that cannot be read is told");
}
