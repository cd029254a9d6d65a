//! Backups as an operator and a monitor meet them: by the API, on the command line, and the way back.

use std::fs;
use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Caller, Server, plain_http, until};

fn words(output: &std::process::Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Makes a backup through the API and waits for it.
fn backed_up(admin: &Caller) -> Value {
    admin.post("/backups", &json!({})).is(202);
    until("a backup", || {
        admin.get("/backups").is(200)["running"] == false
    });
    admin.get("/backups").is(200)
}

#[test]
fn a_backup_is_begun_listed_drilled_and_restored_on_a_bare_machine() {
    let mut server = Server::start();
    let admin = server.caller("Operations", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    officer.get("/backups").refuses(403, "forbidden", None);
    officer
        .post("/backups", &json!({}))
        .refuses(403, "forbidden", None);
    let empty = admin.get("/backups").is(200);
    assert_eq!(
        (&empty["beside"], &empty["latest"]),
        (&json!([]), &Value::Null)
    );
    let reference = officer.log(&complaint(3));

    let all = backed_up(&admin);
    assert_eq!(
        (&all["failure"], &all["late"]),
        (&Value::Null, &json!(false))
    );
    let latest = PathBuf::from(all["latest"].as_str().expect("a path"));
    assert_eq!(
        fs::read(&latest).expect("read"),
        fs::read(all["beside"][0]["path"].as_str().expect("a path")).expect("read")
    );
    let metrics = plain_http()
        .get(format!("{}/metrics", server.base()))
        .send()
        .expect("sent")
        .text()
        .expect("text");
    let stamp = metrics
        .lines()
        .find_map(|line| line.strip_prefix("redress_backup_timestamp_seconds "));
    assert!(
        stamp.expect("the gauge").parse::<i64>().expect("a number") > 1_700_000_000,
        "{metrics}"
    );

    // A drill while the server runs, then one without it.
    let second = officer.log(&complaint(2));
    let drill = words(&server.cli(&["drill"]));
    assert!(
        drill.contains("sound") && drill.contains("in the record: 2 cases"),
        "{drill}"
    );
    let other = Server::start();
    let strange = other.cli(&["drill", latest.to_str().expect("text")]);
    assert!(
        !strange.status.success() && words(&strange).contains("no earlier state of this record"),
        "{}",
        words(&strange)
    );
    server.stop();
    let drill = server.cli(&["drill"]);
    assert!(
        drill.status.success() && words(&drill).contains("in the backup: 1 cases"),
        "{}",
        words(&drill)
    );

    // Another machine that has nothing but the program and the copy.
    let bare = tempfile::tempdir().expect("a folder");
    let copy = bare.path().join("from-the-tape.redb");
    fs::copy(&latest, &copy).expect("copied");
    let data = bare.path().join("redress.redb");
    let restored = crate::support::cli(&data, &["restore", copy.to_str().expect("text")], "");
    assert!(restored.status.success(), "{}", words(&restored));
    let again = Server::on(data);
    let officer = again.caller("Restored", &["complaints_officer"]);
    officer.get(&format!("/cases/{reference}")).is(200);
    officer.get(&format!("/cases/{second}")).is(404);
}

#[test]
fn the_schedule_is_changed_on_the_version_that_was_read() {
    let server = Server::start();
    let admin = server.caller("Operations", &["administrator"]);
    let put = |version: u32, plan: &Value| {
        let body = json!({"version": version, "plan": plan, "why": "Agreed"});
        admin.call(Method::PUT, "/backups/plan", &body, &[])
    };
    let plan = admin.get("/backups").is(200)["plan"].clone();
    assert_eq!(
        plan,
        json!({"on": true, "hour": 22, "every": 24, "days": 14, "months": 6, "also": "", "encrypt_to": ""})
    );
    put(0, &json!({"every": 5})).refuses(422, "validation", Some("every"));
    put(0, &json!({"also": "relative"})).refuses(422, "validation", Some("also"));
    let set = put(0, &json!({"every": 4, "hour": 1})).is(200);
    assert_eq!(
        (&set["version"], &set["plan"]["every"]),
        (&json!(1), &json!(4))
    );
    put(0, &json!({})).refuses(409, "conflict", None);
    assert_eq!(put(1, &json!({"on": false})).is(200)["next"], Value::Null);
}

#[test]
fn copies_in_another_folder_are_encrypted_to_a_key_that_the_server_does_not_have() {
    let server = Server::start();
    let admin = server.caller("Operations", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let away = tempfile::tempdir().expect("another disk");
    let safe = tempfile::tempdir().expect("a safe");
    let text = |path: &PathBuf| path.to_str().expect("text").to_owned();
    let key = text(&safe.path().join("key"));
    let made = server.cli(&["backup-key", &key]);
    let public = String::from_utf8(made.stdout).expect("text");
    let secret = fs::read_to_string(&key).expect("the private key");
    assert!(
        public.starts_with("age1") && !public.contains("SECRET"),
        "{public}"
    );
    let plan = json!({"also": away.path(), "encrypt_to": public.trim()});
    let body = json!({"version": 0, "plan": plan, "why": "Agreed"});
    admin.call(Method::PUT, "/backups/plan", &body, &[]).is(200);

    let all = backed_up(&admin);
    assert_eq!(all["failure"], Value::Null, "{all}");
    let copy = &all["also"][0];
    assert_eq!(
        (&copy["sealed"], all["beside"][0]["sealed"].as_bool()),
        (&json!(true), Some(false))
    );
    let copy = PathBuf::from(copy["path"].as_str().expect("a path"));
    let bytes = fs::read(&copy).expect("read");
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    let line = secret
        .lines()
        .find(|line| line.starts_with("AGE-"))
        .expect("a key");
    let kept = fs::read(&server.data).expect("read");
    assert!(
        !kept
            .windows(line.len())
            .any(|piece| piece == line.as_bytes()),
        "the private key stays away"
    );

    // The other machine has the copy and, from the safe, the key.
    let bare = tempfile::tempdir().expect("a folder");
    let data = bare.path().join("redress.redb");
    let run = |args: &[&str]| crate::support::cli(&data, args, "");
    let copy = text(&copy);
    let locked = run(&["restore", &copy]);
    assert!(
        !locked.status.success() && words(&locked).contains("--key"),
        "{}",
        words(&locked)
    );
    let wrong = text(&bare.path().join("wrong"));
    run(&["backup-key", &wrong]);
    let locked = run(&["restore", &copy, "--key", &wrong]);
    assert!(
        !locked.status.success() && words(&locked).contains("another key"),
        "{}",
        words(&locked)
    );
    let torn = text(&bare.path().join("torn.redb.age"));
    fs::write(&torn, &bytes[..bytes.len() - 7]).expect("written");
    assert!(!run(&["restore", &torn, "--key", &key]).status.success());
    assert!(!data.exists(), "nothing that failed left a file");
    let checked = run(&["verify", &copy, "--key", &key]);
    assert!(
        checked.status.success() && words(&checked).contains("1 cases"),
        "{}",
        words(&checked)
    );
    let restored = run(&["restore", &copy, "--key", &key]);
    assert!(restored.status.success(), "{}", words(&restored));
    let again = Server::on(data);
    again
        .caller("Restored", &["complaints_officer"])
        .get(&format!("/cases/{reference}"))
        .is(200);
}
