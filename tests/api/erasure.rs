//! Lawful erasure: what is erased is nowhere any more, and the record still proves itself.

use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Server, cli};

const SECRET: &str = "The neighbour’s quixotically rare illness";

fn entry(events: &Value, kind: &str) -> u64 {
    let events = events.as_array().expect("events");
    let found = events.iter().rev().find(|event| event["kind"] == kind);
    found.expect(kind)["seq"].as_u64().expect("a number")
}

#[test]
fn what_is_erased_is_gone_and_the_record_still_verifies() {
    let mut server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let guardian = server.caller("Guardian", &["data_protection"]);
    let reference = officer.log(&complaint(3));
    let other = officer.log(&complaint(3));
    officer.done(&reference, json!({"command": "note", "text": SECRET}));
    officer
        .attach(&reference, "illness.txt", SECRET.as_bytes(), &[])
        .is(201);
    officer
        .attach(&reference, "shared.txt", b"on both cases", &[])
        .is(201);
    officer
        .attach(&other, "shared.txt", b"on both cases", &[])
        .is(201);
    let events = guardian.get(&format!("/cases/{reference}/events")).is(200);
    let (note, shared) = (
        entry(&events, "note_added"),
        entry(&events, "document_attached"),
    );
    let path = format!("/cases/{reference}/erasures");
    let reason = "Request of 2 November, UK GDPR article 17";

    let why_not = |entries: Value| {
        let asked = json!({"entries": entries, "reason": reason});
        guardian
            .post(&path, &asked)
            .refuses(422, "validation", Some("entries"))
    };
    assert!(
        why_not(json!([1]))["detail"]
            .to_string()
            .contains("the complaint itself")
    );
    why_not(json!([]));
    why_not(json!([99]));
    officer
        .post(&path, &json!({"entries": [note], "reason": reason}))
        .refuses(403, "forbidden", None);

    let asked = json!({"entries": [note, shared - 1, shared], "reason": reason});
    let gone = guardian.post(&path, &asked).is(200);
    assert_eq!(
        gone,
        json!({"events": 3, "documents": 1}),
        "the shared file stays on the other case"
    );
    why_not(json!([note]));

    let case = officer.get(&format!("/cases/{reference}")).text();
    let events = guardian.get(&format!("/cases/{reference}/events")).text();
    assert!(!case.contains("illness") && !events.contains("illness"));
    officer
        .get(&format!("/cases/{reference}/documents/1"))
        .refuses(404, "not_found", None);
    assert_eq!(
        officer.get(&format!("/cases/{other}/documents/1")).text(),
        "on both cases"
    );
    // The next document gets a number of its own.
    officer.attach(&other, "next.txt", b"another", &[]).is(201);

    server.stop();
    for verb in [
        &["verify", "redress.redb"][..],
        &["rebuild"],
        &["verify", "redress.redb"],
    ] {
        let file = server.data.to_string_lossy().into_owned();
        let words: Vec<_> = verb
            .iter()
            .map(|word| word.replace("redress.redb", &file))
            .collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let done = cli(&server.data, &words, "");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{words:?}: {said}");
    }
}
