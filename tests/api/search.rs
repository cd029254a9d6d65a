//! Full-text search over the real server: notes, letters and documents, whoever looks, whatever happens to the process.

use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Caller, Server, until};

fn found(caller: &Caller, q: &str) -> Vec<String> {
    let answer = caller.get(&format!("/search?q={q}")).is(200);
    let hits = answer["hits"].as_array().expect("hits");
    assert_eq!(answer["total"], hits.len());
    let references = hits.iter().map(|hit| hit["case"]["reference"].as_str());
    references
        .map(|one| one.expect("a reference").to_owned())
        .collect()
}

fn comes(caller: &Caller, q: &str, reference: &str) {
    until(q, || found(caller, q) == [reference]);
}

fn marked(caller: &Caller, q: &str) -> Vec<String> {
    let answer = caller.get(&format!("/search?q={q}")).is(200);
    let pieces = answer["hits"][0]["passages"].as_array().expect("passages");
    let pieces = pieces
        .iter()
        .flat_map(|one| one["pieces"].as_array().expect("pieces"));
    let marked = pieces.filter(|piece| piece["marked"] == true);
    marked
        .map(|piece| piece["text"].as_str().expect("text").to_owned())
        .collect()
}

/// The smallest PDF with words in it.
fn pdf(words: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 700 Td ({words}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(out.len());
        out.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for place in &places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let size = places.len() + 1;
    out.extend(format!("trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

#[test]
fn notes_letters_and_documents_are_found_and_what_is_closed_is_not() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let front = server.caller("Front desk", &["contact_centre"]);
    let guardian = server.caller("Guardian", &["data_protection"]);
    let reference = officer.log(&complaint(3));
    let other = officer.log(&complaint(4));
    officer.done(
        &reference,
        json!({"command": "note", "text": "The gutters overflowed on Tuesday."}),
    );
    comes(&officer, "overflowing+gutter", &reference);
    assert_eq!(
        marked(&officer, "overflowing+gutter"),
        ["gutters", "overflowed"]
    );
    let none: Vec<String> = Vec::new();
    assert_eq!(found(&officer, "gutter+stage:2"), none);
    assert_eq!(found(&officer, "gutter+stage:1"), [reference.as_str()]);
    assert_eq!(found(&officer, "gutter+-tuesday"), none);

    officer
        .attach(
            &other,
            "survey.pdf",
            &pdf("Rising damp behind the wainscot"),
            &[],
        )
        .is(201);
    comes(&officer, "wainscot", &other);
    assert_eq!(marked(&officer, "wainscot"), ["wainscot"]);
    let health = [("sensitivity", "special_category")];
    officer
        .attach(
            &other,
            "health.txt",
            b"A note on her bronchiectasis",
            &health,
        )
        .is(201);
    comes(&officer, "bronchiectasis", &other);
    assert_eq!(
        found(&front, "bronchiectasis"),
        none,
        "as the document itself"
    );

    // Our own letter, as it was sent.
    let acknowledge = json!({"command": "acknowledge", "stage": 1, "definition": "Mould that returns after each wash",
        "outcomes_sought": "A lasting repair", "handler": "Case system", "responsible_for": "All of it",
        "not_responsible_for": ""});
    officer.done(&reference, acknowledge);
    until("the letter", || {
        let answer = officer.get("/search?q=returns+wash").is(200);
        let passages = answer["hits"][0]["passages"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        passages.iter().any(|passage| passage["event"].is_u64())
    });

    officer.done(
        &other,
        json!({"command": "restrict", "people": ["Case system"], "reason": "A member of staff is named"}),
    );
    // At once, without waiting for the index.
    assert_eq!(found(&front, "wainscot"), none);
    assert_eq!(found(&officer, "wainscot"), [other.as_str()]);
    let seen = guardian.get(&format!("/cases/{other}/events"));
    assert_ne!(seen.status, 200, "not even that it is there");

    for (q, status) in [
        ("stage:9+x", 422),
        ("", 422),
        ("stage:2", 422),
        ("-damp", 422),
    ] {
        let path = format!("/search?q={q}");
        let why = officer.get(&path).refuses(status, "validation", Some("q"));
        assert!(!why["detail"].as_str().expect("why").is_empty());
    }
    officer
        .get("/search?q=damp&limit=0")
        .refuses(422, "validation", Some("limit"));
}

#[test]
fn the_index_survives_a_kill_and_forgets_what_is_erased() {
    let mut server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    officer.done(
        &reference,
        json!({"command": "note", "text": "A quixotic remark"}),
    );
    comes(&officer, "quixotic", &reference);
    let guardian = server.token("Guardian", &["data_protection"]);
    let token = server.token("Second", &["complaints_officer"]);
    server.kill();
    let server = server.again();
    let officer = server.with_secret(&token);
    assert_eq!(found(&officer, "quixotic"), [reference.as_str()]);
    officer.done(
        &reference,
        json!({"command": "note", "text": "Said after the restart: zeitgeist"}),
    );
    comes(&officer, "zeitgeist", &reference);

    let guardian = server.with_secret(&guardian);
    let events = guardian.get(&format!("/cases/{reference}/events")).is(200);
    let note = |text: &str| {
        let events = events.as_array().expect("events");
        let has = |event: &&Value| event.to_string().contains(text);
        events.iter().find(has).expect(text)["seq"].clone()
    };
    let asked = json!({"entries": [note("quixotic")], "reason": "UK GDPR article 17"});
    guardian
        .post(&format!("/cases/{reference}/erasures"), &asked)
        .is(200);
    until("the erasure", || found(&officer, "quixotic").is_empty());
    assert_eq!(found(&officer, "zeitgeist"), [reference]);
}
