//! What a landlord sets, by who may set it: linked systems, closures; and the deadlines that follow.

use reqwest::Method;
use serde_json::json;

use crate::support::words::complaint;
use crate::support::{Server, cli};

#[test]
fn linked_systems_are_for_those_who_administer() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let folder = tempfile::tempdir().expect("a folder");
    let source = json!({"key": "repairs", "plugin": "csv-folder", "folder": folder.path()});
    let check = |source: &serde_json::Value| setup.post("/link-sources/check", source).is(200);
    let none = json!({"key": "x", "plugin": "none"});
    setup
        .post("/link-sources/check", &none)
        .refuses(422, "validation", Some("plugin"));
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
fn the_closing_letter_asks_for_the_survey_where_there_is_one() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let survey = |link: &str| {
        let mut policy = setup.get("/policy").is(200)["policy"].clone();
        policy["landlord"]["name"] = json!("Example Homes");
        policy["survey_link"] = json!(link);
        let change = json!({"policy": policy, "why": "We ask residents."});
        setup.call(Method::PUT, "/policy", &change, &[])
    };
    let told = || {
        let command = json!({"command": "issue_letter", "kind": "closing", "text": "All is done."});
        let case = officer.done(&reference, command);
        let letters = case["letters"].as_array().expect("letters");
        let blocks = letters.last().expect("a letter")["blocks"].clone();
        let blocks = blocks.as_array().expect("blocks").iter();
        let found: Vec<_> = blocks.filter(|block| block["name"] == "survey").collect();
        assert!(found.len() < 2);
        found.first().map(|block| block["text"].to_string())
    };
    assert_eq!(told(), None, "no survey, no paragraph");
    for wrong in ["two words", "<b>", &"x".repeat(300)] {
        survey(wrong).refuses(422, "validation", Some("survey_link"));
    }
    let link = "https://www.example.org/survey?of=complaints&x=#1";
    survey(link).is(200);
    let words = told().expect("the survey");
    assert!(
        words.contains(link) && words.contains("not taken as a complaint"),
        "{words}"
    );
    assert!(
        words.contains("any member of our staff"),
        "how to complain: {words}"
    );
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

#[test]
fn the_categories_are_the_landlords_and_cases_keep_the_words_they_were_filed_under() {
    let server = Server::start();
    let setup = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let about = |category: &str| {
        json!({"received_at": "2026-11-20T10:00:00Z", "channel": "phone", "account": "No heat.",
               "complainant": {"name": "Ann Resident"}, "points": [{"text": "No heat", "category": category}]})
    };
    let roof = "property_condition.roof";
    let before = officer.post("/cases", &about(roof)).is(201);
    assert_eq!(before["points"][0]["theme"]["tree_version"], 0);

    let mut tree = officer.get("/categories").is(200);
    assert_eq!(
        (&tree["version"], &tree["versions"]),
        (&json!(0), &json!([]))
    );
    let new = json!({"key": "heat_networks.no_heat", "top": "Heat networks", "title": "no heat", "hazard": true, "retired": false});
    officer
        .post("/cases", &about("heat_networks.no_heat"))
        .refuses(422, "validation", Some("points"));
    let categories = tree["categories"].as_array_mut().expect("a list");
    categories.push(new);
    for category in categories
        .iter_mut()
        .filter(|category| category["key"] == roof)
    {
        category["title"] = json!("roof or chimney");
        category["retired"] = json!(true);
    }
    let body = json!({"version": 0, "categories": categories, "why": "We run a heat network"});
    officer
        .call(Method::PUT, "/categories", &body, &[])
        .refuses(403, "forbidden", None);
    let set = setup.call(Method::PUT, "/categories", &body, &[]).is(200);
    assert_eq!(set["version"], 1);
    setup
        .call(Method::PUT, "/categories", &body, &[])
        .refuses(409, "conflict", None);
    let lost = json!({"version": 1, "categories": categories_but(&set, roof), "why": "Tidy"});
    setup.call(Method::PUT, "/categories", &lost, &[]).refuses(
        422,
        "validation",
        Some("categories"),
    );
    assert_eq!(
        officer.get("/categories").is(200)["versions"][0]["by"],
        json!("Setup")
    );

    let filed = officer
        .post("/cases", &about("heat_networks.no_heat"))
        .is(201);
    let theme = json!({"tree_version": 1, "top": "Heat networks", "title": "no heat"});
    assert_eq!(filed["points"][0]["theme"], theme);
    let refused = officer
        .post("/cases", &about(roof))
        .refuses(422, "validation", Some("points"));
    assert!(
        refused["detail"].to_string().contains("no longer used"),
        "{refused}"
    );
    let path = format!(
        "/cases/{}",
        before["reference"].as_str().expect("a reference")
    );
    assert_eq!(
        officer.get(&path).is(200)["points"][0]["theme"]["title"],
        "roof"
    );
}

fn categories_but(tree: &serde_json::Value, key: &str) -> Vec<serde_json::Value> {
    let all = tree["categories"].as_array().expect("a list").iter();
    all.filter(|category| category["key"] != key)
        .cloned()
        .collect()
}

#[test]
fn whoever_stops_reading_what_is_printed_sees_no_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = std::process::Command::new(crate::support::program())
        .args(["due", "--received", "2026-11-20", "--data"])
        .arg(folder.path().join("none.redb"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.is_empty(), "{said}");
    let full = std::fs::File::options().write(true).open("/dev/full");
    let lost = std::process::Command::new(crate::support::program())
        .args(["due", "--received", "2026-11-20", "--data"])
        .arg(folder.path().join("none.redb"))
        .stdout(full.expect("a disk that is always full"))
        .output()
        .expect("it ends");
    let said = String::from_utf8_lossy(&lost.stderr);
    assert!(!lost.status.success() && said.contains("is lost"), "{said}");
}
