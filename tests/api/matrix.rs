//! Every route for every role, as the table of the domain says; and restricted cases, which are not there at all.

use redress::domain::access::{Permission, Role, allowed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Caller, Server};

/// What a route asks of its caller. `None`: to be known is enough.
fn asks(method: &str, path: &str) -> Option<Permission> {
    use Permission::{
        Administer, Assign, Attach, Audit, Erase, Export, Learn, Log, ReadCases, RunProcess,
    };
    Some(match (method, path) {
        ("POST", "/cases") => Log,
        ("POST", "/cases/{reference}/documents") => Attach,
        ("POST", "/cases/{reference}/links/{source}/{kind}/{id}/documents") => Attach,
        ("POST", "/cases/{reference}/erasures") => Erase,
        ("GET", "/cases/{reference}/events") => Audit,
        ("POST", "/cases/{reference}/links/refresh") => Log,
        ("POST", "/cases/{reference}/commands") => Log,
        ("GET", "/cases/{reference}/exports/{format}") => Export,
        ("GET", "/dashboard" | "/board" | "/residents" | "/search") => ReadCases,
        ("GET", path) if path.starts_with("/cases") => ReadCases,
        (_, "/people" | "/people/{id}" | "/tokens" | "/tokens/{id}" | "/calendar/changes") => {
            Administer
        }
        ("PUT", "/policy" | "/rates") | (_, "/link-sources" | "/link-sources/check") => Administer,
        ("GET", "/plugins") => return None,
        ("POST", "/learning") => Learn,
        // Whoever sees to one may change it too.
        ("GET", path) if path.starts_with("/learning") => ReadCases,
        (_, path) if path.starts_with("/backups") => Administer,
        (
            _,
            "/plugins" | "/plugins/{id}" | "/plugins/approve" | "/plugins/refuse" | "/plugin-runs",
        ) => Administer,
        ("POST", "/policies") => RunProcess,
        ("POST", "/assignments" | "/absences") => Assign,
        _ => return None,
    })
}

/// A request that would be carried out, or refused for another reason than who calls.
fn try_route(caller: &Caller, method: &str, path: &str, reference: &str) -> u16 {
    let filled = path
        .replace("{reference}", reference)
        .replace("{source}/{kind}", "housing/repair")
        .replace("{format}", "ombudsman-bundle")
        .replace("{id}", "1")
        .replace("{number}", "1");
    let filled = match path {
        "/residents" => "/residents?q=okonjo".to_owned(),
        "/search" => "/search?q=damp".to_owned(),
        "/clocks" => "/clocks?received=2026-11-20".to_owned(),
        "/plugin-runs" => "/plugin-runs?link=housing".to_owned(),
        _ => filled,
    };
    let body: Value = match (method, path) {
        ("POST", "/cases") => complaint(2),
        ("POST", "/cases/{reference}/commands") => json!({"command": "note", "text": "x"}),
        ("POST", "/assignments") => json!({"to": "x", "cases": ["C-2020-9999"]}),
        ("POST", "/absences") => json!({"id": "nobody"}),
        ("POST", "/people") => json!({"id": "", "name": "x", "roles": ["board"]}),
        ("PATCH", _) => json!({"disabled": true}),
        ("POST", "/tokens") => json!({"name": "", "roles": ["board"]}),
        ("POST", "/calendar/changes") => {
            json!({"change": "remove", "date": "2026-11-20", "why": "x"})
        }
        ("PUT", "/policy") => json!({"policy": {}, "why": ""}),
        ("POST", "/learning") => {
            json!({"learnt": "", "change": "", "owner": "x", "due": "2026-12-01", "measure": ""})
        }
        ("PUT", "/learning/{number}") => {
            let learning = json!({"learnt": "", "change": "", "owner": "x", "due": "2026-12-01", "measure": ""});
            json!({"version": 1, "learning": learning, "why": "x"})
        }
        ("PUT", "/rates") => json!({"version": 0, "rates": [], "why": ""}),
        ("POST", "/cases/{reference}/erasures") => json!({"entries": [2], "reason": "x"}),
        ("POST", "/link-sources/check") => {
            json!({"key": "x", "plugin": "csv-folder", "folder": "/nowhere"})
        }
        ("POST", "/plugins/approve") => json!({"id": "1", "sha256": "x"}),
        ("POST", "/plugins/refuse") => json!({"id": "1"}),
        ("PUT", "/backups/plan") => json!({"version": 0, "plan": {}, "why": ""}),
        ("PUT", "/backups/bucket") => {
            let bucket = json!({"on": false, "address": "", "region": "", "bucket": "",
                "folder": "", "access_key": "", "secret": ""});
            json!({"version": 0, "bucket": bucket, "why": ""})
        }
        ("PUT", "/link-sources") => json!({"sources": [], "why": ""}),
        _ => json!({}),
    };
    if (method, path) == ("POST", "/cases/{reference}/documents") {
        return caller.attach(reference, "x.txt", b"x", &[]).status;
    }
    if (method, path) == ("POST", "/policies") {
        let part = reqwest::blocking::multipart::Part::bytes(b"x".to_vec()).file_name("x.txt");
        let form = reqwest::blocking::multipart::Form::new()
            .text("kind", "complaints")
            .text("title", "x")
            .text("version", "1")
            .text("effective_from", "2026-01-01")
            .part("file", part);
        let request = caller.request(Method::POST, path).multipart(form);
        return caller.send(&Method::POST, path, request).status;
    }
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    caller.call(method, &filled, &body, &[]).status
}

#[test]
fn every_route_asks_every_role_what_the_table_says() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let operations = officer.document().operations();
    for role in Role::ALL {
        let caller = server.caller(role.title(), &[role.wire()]);
        for (method, path) in &operations {
            let may = match asks(method, path) {
                None => true,
                Some(Permission::RunProcess) => {
                    allowed(Permission::RunProcess).contains(&role)
                        || allowed(Permission::Administer).contains(&role)
                }
                Some(Permission::Assign) if path == "/absences" => {
                    allowed(Permission::Assign).contains(&role)
                        || allowed(Permission::Administer).contains(&role)
                }
                Some(permission) => allowed(permission).contains(&role),
            };
            let status = try_route(&caller, method, path, &reference);
            assert_eq!(
                status != 403,
                may,
                "{method} {path} as {}: {status}",
                role.wire()
            );
            assert_ne!(status, 401);
            assert!(status < 500, "{method} {path} as {}: {status}", role.wire());
        }
    }
}

#[test]
fn a_restricted_case_is_not_there_for_anyone_else() {
    let server = Server::start();
    let named = server.caller("Named", &["complaints_officer"]);
    let reference = named.log(&complaint(3));
    let open = named.log(&complaint(3));
    let case = named.done(
        &reference,
        json!({"command": "restrict", "people": ["Named"], "reason": "A member of staff"}),
    );
    assert_eq!(case["restricted"], true);
    let other = server.caller(
        "Other",
        &["complaints_officer", "director", "data_protection"],
    );
    let unknown = "C-2020-9999";
    for (method, path) in other.document().operations() {
        if !path.contains("{reference}") {
            continue;
        }
        let hidden = try_route(&other, &method, &path, &reference);
        let absent = try_route(&other, &method, &path, unknown);
        assert_eq!((hidden, absent), (404, 404), "{method} {path}");
    }
    let answer = |reference: &str| {
        let mut problem = other.get(&format!("/cases/{reference}")).is(404);
        problem["request_id"] = Value::Null;
        problem
    };
    assert_eq!(
        answer(&reference),
        answer(unknown),
        "the same words for both"
    );
    let list = other.get("/cases").is(200);
    assert_eq!(
        (&list["total"], &list["items"][0]["reference"]),
        (&json!(1), &json!(open))
    );
    for typed in [
        "okonjo",
        "%22amara%20okonjo%22",
        "is:open%20-nobody",
        "-stage:2",
        "-is:ended%20okonjo",
    ] {
        let found = other.get(&format!("/cases?q={typed}")).is(200);
        assert_eq!(found["total"], 1, "{typed}");
    }
    let typed = format!("/cases?q=ref:{reference}");
    assert_eq!(other.get(&typed).is(200)["total"], 0);
    assert_eq!(other.get("/dashboard").is(200)["open"], 1);
    let found = other.get("/residents?q=okonjo").is(200);
    assert_eq!(
        found["residents"][0]["cases"].as_array().map(Vec::len),
        Some(1)
    );
    let earlier = other.get(&format!("/cases/{open}/earlier")).is(200);
    assert_eq!(earlier, json!([]));
    other
        .does(&open, json!({"command": "merge_duplicate", "reference": reference, "received_at": crate::support::words::ago(3), "reason": "x"}))
        .refuses(404, "not_found", None);
    // Who is named sees it, and each look is an event.
    named.get(&format!("/cases/{reference}")).is(200);
    let events = named.get(&format!("/cases/{reference}/events")).text();
    assert!(events.contains("restricted_case_viewed"), "{events}");
}
