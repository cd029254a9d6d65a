//! A council's APIs on one server, each under its own path, answering in the shapes that were read from its public
//! source, with invented people. Told to, it misbehaves as such systems do.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::connections::server::{Came, Server, answer};

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../plugins/hackney/samples/", $name, ".json"))
    };
}

/// How the council is today.
#[derive(Default)]
pub struct Mood {
    /// The notes API is down behind its gateway.
    pub notes_down: AtomicBool,
    /// Everything is.
    pub all_down: AtomicBool,
    /// The alerts API takes its time.
    pub slow: AtomicBool,
    /// How the status of the work order is written.
    pub status: Mutex<Option<String>>,
}

/// The council.
pub struct Council {
    pub server: Server,
    pub mood: Arc<Mood>,
}

/// A picture of one point.
pub const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

impl Council {
    pub fn open() -> Self {
        let mood = Arc::new(Mood::default());
        let own = Arc::clone(&mood);
        let server = Server::start(move |came, _, to| {
            if let Some(refusal) = refusal(came) {
                return answer(to, refusal, "", "{\"message\":\"Forbidden\"}");
            }
            if own.all_down.load(Ordering::Relaxed) {
                return answer(to, "502 Bad Gateway", "", "<html>Bad gateway</html>");
            }
            serve(came, &own, to);
        });
        Self { server, mood }
    }

    /// The link to it, with the connections of these names.
    pub fn link(&self, connections: &[&str]) -> Value {
        let grant = |name: &&str| {
            let path = match *name {
                "repairs" => "repairs/api/v2",
                "contacts" => "contacts/api/v2",
                "notes" => "notes/api/v2",
                "alerts" => "alerts/api/v1/cautionary-alerts",
                other => &format!("{other}/api/v1"),
            };
            let mut grant = super::connection(name, self.server.url(&format!("/{path}")));
            if *name == "repairs" {
                grant["sign_in"] = "header".into();
                grant["sign_in_name"] = "x-api-key".into();
                grant["secret"] = "key-of-repairs".into();
                grant["headers"] = json!([{"name": "x-hackney-user", "value": "token-of-redress"}]);
            } else {
                grant["sign_in"] = "bearer".into();
                grant["secret"] = "token-of-redress".into();
            }
            grant
        };
        let grants: Vec<Value> = connections.iter().map(grant).collect();
        json!({"key": "council", "plugin": "hackney", "connections": grants})
    }
}

/// The gateway: each API wants to know who asks, and in its own way.
fn refusal(came: &Came) -> Option<&'static str> {
    let header = |name: &str| came.header(name).unwrap_or_default().to_owned();
    let known = if came.target.starts_with("/repairs/") {
        header("x-api-key") == "key-of-repairs" && header("x-hackney-user") == "token-of-redress"
    } else {
        header("authorization") == "Bearer token-of-redress"
    };
    let traced = !header("x-correlation-id").is_empty();
    match (known, traced, came.method.as_str()) {
        (false, ..) => Some("403 Forbidden"),
        (_, false, _) => Some("400 Bad Request"),
        (.., "GET") => None,
        _ => Some("405 Method Not Allowed"),
    }
}

fn serve(came: &Came, mood: &Mood, to: &mut dyn Write) {
    let (path, query) = came.target.split_once('?').unwrap_or((&came.target, ""));
    let json = |to: &mut dyn Write, body: &str| {
        answer(
            to,
            "200 OK",
            "content-type: application/json\r\nETag: \"3\"\r\n",
            body,
        )
    };
    let asked = |text: &str| query.split('&').any(|part| part == text);
    let person = "5f0c3a5e-1111-4c6a-9a0e-0000000000a1";
    let tenure = "2b7d9f10-2222-4a51-8f11-0000000000b2";
    let Some((api, rest)) = path.trim_start_matches('/').split_once('/') else {
        return answer(to, "404 Not Found", "", "");
    };
    let rest = rest
        .trim_start_matches("api/v1/")
        .trim_start_matches("api/v2/");
    match (api, rest) {
        ("repairs", "workOrders")
            if asked("propertyReference=00700123") && asked("PageNumber=1") =>
        {
            let mut orders: Value = serde_json::from_str(sample!("work-orders")).expect("JSON");
            if let Some(status) = &*mood.status.lock().expect("a status") {
                orders[0]["status"] = status.as_str().into();
            }
            json(to, &orders.to_string());
        }
        ("repairs", "workOrders") => json(to, "[]"),
        ("repairs", "workOrders/20411877") => {
            let mut order: Value = serde_json::from_str(sample!("work-order")).expect("JSON");
            if let Some(status) = &*mood.status.lock().expect("a status") {
                order["status"] = status.as_str().into();
            }
            json(to, &order.to_string());
        }
        ("repairs", "workOrders/20411877/notes") => json(to, sample!("work-order-notes")),
        ("repairs", "workOrders/20411877/tasks") => json(to, sample!("tasks")),
        ("repairs", "workOrders/20411877/hierarchy") => json(to, sample!("hierarchy")),
        ("repairs", "workOrders/appointments/20411877") => json(to, sample!("appointment")),
        ("repairs", "workOrders/images/20411877") => json(to, sample!("images")),
        ("repairs", "files/20411877/card.png") if asked("signature=of-today") => {
            let length = PICTURE.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = to.write_all(head.as_bytes());
            let _ = to.write_all(PICTURE);
        }
        ("repairs", "properties/legalDisrepair/00700123") => {
            json(to, "{\"propertyIsInLegalDisrepair\":false}")
        }
        ("repairs", "properties/00700123") => json(to, sample!("property")),
        ("repairs", "hub-user") => json(to, sample!("hub-user")),
        ("person", rest) if rest == format!("persons/{person}") => json(to, sample!("person")),
        ("tenure", rest) if rest == format!("tenures/{tenure}") => json(to, sample!("tenure")),
        ("contacts", "contactDetails") if asked(&format!("targetId={person}")) => {
            json(to, sample!("contact-details"))
        }
        ("notes", _) if mood.notes_down.load(Ordering::Relaxed) => {
            answer(to, "502 Bad Gateway", "", "<html>Bad gateway</html>")
        }
        ("notes", "notes") if asked(&format!("targetId={person}")) => {
            // The sample is the second page.
            if asked("paginationToken=page%3Dtwo") {
                json(to, sample!("notes"));
            } else {
                let first = json!({"results": [{"id": "aa110000-5555-4000-8000-0000000000e4", "title": "Visit", "description": "Damp meter read 80%",
                    "targetType": "person", "targetId": person, "createdAt": "2026-10-01T09:00:00Z", "categorisation": {"category": "repairs"},
                    "author": {"fullName": "Sam Reid", "email": "s.reid@example.org"}, "highlight": false}],
                    "paginationDetails": {"nextToken": "page=two"}});
                json(to, &first.to_string());
            }
        }
        ("alerts", rest) if rest.ends_with(&format!("persons/{person}")) => {
            if mood.slow.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1500));
            }
            json(to, sample!("alerts"));
        }
        ("search", "search/persons") => json(to, sample!("search-persons")),
        // What these APIs say when there is nothing: the identifier, as text.
        _ => answer(
            to,
            "404 Not Found",
            "content-type: application/json\r\n",
            "\"5f0c3a5e\"",
        ),
    }
}
