//! Hostile plugins on a real server: brought in on the page, approved, linked and run, each in its ways. The case is as
//! it was but for what the program itself recorded, the pages say what happened, and everybody else is answered
//! meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::blocking::{Client, multipart};
use serde_json::{Value, json};

use crate::support::words::complaint;
use crate::support::{Caller, Server, http};

const LINKER: &[u8] = include_bytes!("../guests/hostile-linker.wasm");
const EXPORTER: &[u8] = include_bytes!("../guests/hostile-exporter.wasm");
/// The longest that anybody else waits for a page, on a machine that builds something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an adapter does, and what its pages say then.
const ADAPTER: [(&str, &str); 9] = [
    (
        "loop",
        "it computed for 2 seconds|it was not done after 2 seconds",
    ),
    ("allocate", "it wanted more than 32 MB of memory"),
    ("recurse", "calls that go too deep|its calls went too deep"),
    (
        "call-flood",
        "called the program more than|it computed for|it was not done",
    ),
    (
        "log-flood",
        "called the program more than|it computed for|it was not done",
    ),
    ("trap", "it gave up without saying why"),
    ("bad-json", "is not JSON"),
    ("control-id", "has control characters in its id"),
    ("bytes", "no folder is granted"),
];

/// What an exporter does, and what its page says then.
const FORMAT: [(&str, &str); 8] = [
    (
        "loop",
        "it computed for 2 seconds|it was not done after 2 seconds",
    ),
    ("allocate", "it wanted more than 32 MB of memory"),
    ("trap", "it gave up without saying why"),
    ("path", "it made an entry"),
    ("duplicate", "is there already"),
    ("under-a-file", "is a file and a folder at once"),
    ("bad-utf8-path", "it broke the contract"),
    ("unfinished", "unfinished"),
];

/// An administrator in a browser.
struct Browser<'a> {
    client: Client,
    server: &'a Server,
}

impl<'a> Browser<'a> {
    /// Does the first run of a new server.
    fn first(server: &'a Server, code: &str) -> Self {
        let client = http().cookie_store(true).build().expect("a client");
        let begun = client.post(format!("{}/start", server.base())).form(&[
            ("setup_code", code),
            ("landlord.name", "Harbour & Vale Homes"),
            ("landlord.phone", "020 7946 0000"),
            ("name", "Daniel Price"),
            ("id", "dprice"),
            ("password", "three unrelated words"),
            ("roles", "administrator"),
        ]);
        let status = begun.send().expect("an answer").status();
        assert!(status.is_success(), "{status}");
        Self { client, server }
    }

    fn page(&self, path: &str) -> String {
        let asked = self.client.get(format!("{}{path}", self.server.base()));
        let answer = asked.send().expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().expect("a page")
    }

    fn install(&self, bytes: &[u8], id: &str) {
        let file = multipart::Part::bytes(bytes.to_vec()).file_name("plugin.wasm");
        let form = multipart::Form::new().part("file", file);
        let address = format!("{}/settings/plugins", self.server.base());
        let brought = self.client.post(&address).multipart(form).send();
        let page = brought.expect("an answer").text().expect("a page");
        assert!(page.contains("waits for your approval"), "{page}");
        let mark = "name=\"sha256\" value=\"";
        let sha256 = page
            .split(mark)
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let approved = self
            .client
            .post(format!("{address}/approve"))
            .form(&[("id", id), ("sha256", sha256.expect("its hash"))]);
        let page = approved.send().expect("an answer").text().expect("a page");
        assert!(!page.contains("waits for your approval"), "{page}");
    }

    /// The page says one of the sentences, and shows the log of the run.
    fn says(&self, path: &str, words: &str, way: &str) {
        let page = self.page(path);
        assert!(
            words.split('|').any(|one| page.contains(one)),
            "{way}: {page}"
        );
    }
}

/// Everything of the case that a plugin must not touch.
fn untouched(officer: &Caller, reference: &str) -> (Value, Value) {
    let case = officer.get(&format!("/cases/{reference}")).is(200);
    let documents = officer
        .get(&format!("/cases/{reference}/documents"))
        .is(200);
    let kept = json!({
        "links": case["links"], "points": case["points"], "state": case["state"], "clocks": case["clocks"],
        "complainant": case["complainant"], "documents": documents,
    });
    let events = officer.get(&format!("/cases/{reference}/events")).is(200);
    (kept, events)
}

/// The events of before stand as they were, hashes and all; what came since is the program's own note that a system gave
/// no answer.
fn only_asked(before: &Value, after: &Value, way: &str) {
    let events = |all: &Value| all.as_array().expect("events").clone();
    let (before, after) = (events(before), events(after));
    assert_eq!(&after[..before.len()], &before[..], "{way}");
    for event in &after[before.len()..] {
        assert_eq!(event["kind"], "source_asked", "{way}: {event}");
    }
}

/// Does something while others look at their pages, and says how long the slowest of those took.
fn meanwhile(browser: &Browser<'_>, officer: &Caller, what: impl FnOnce() + Send) -> Duration {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut slowest = Duration::ZERO;
            let mut rounds = 0;
            while rounds == 0 || !done.load(Ordering::Relaxed) {
                let began = Instant::now();
                browser.page("/settings/plugins");
                officer.get("/cases").is(200);
                officer.get("/healthz").is(200);
                slowest = slowest.max(began.elapsed());
                rounds += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            slowest
        });
        what();
        done.store(true, Ordering::Relaxed);
        looking.join().expect("others were answered")
    })
}

#[test]
fn hostile_plugins_on_a_running_server_leave_the_case_as_it_was() {
    let mut server = Server::start();
    let code = server.setup_code();
    let admin = server.caller("Setup", &["administrator"]);
    let officer = server.caller("Case system", &["complaints_officer"]);
    let browser = Browser::first(&server, &code);
    browser.install(LINKER, "hostile-linker");
    browser.install(EXPORTER, "hostile-exporter");

    let link = |mode: &str| {
        let source = json!({
            "key": "jobs", "plugin": "hostile-linker", "settings": {"mode": mode, "name": "../secret.csv"},
            "limits": {"seconds": 2, "memory_mb": 32}
        });
        let body = json!({"sources": [source], "why": "For the test"});
        admin.call(Method::PUT, "/link-sources", &body, &[]).is(200);
    };
    // Even the first complaint meets the worst of them.
    link("loop");
    let reference = officer.log(&complaint(2));
    officer.linked(&reference);
    let paper = officer.attach(
        &reference,
        "note.txt",
        b"The wall was wet.",
        &[
            ("title", "Note"),
            ("kind", "call_note"),
            ("sensitivity", "ordinary"),
        ],
    );
    assert_eq!(paper.status, 201, "{}", paper.text());
    let (kept, mut events) = untouched(&officer, &reference);

    for (mode, words) in ADAPTER {
        link(mode);
        let slowest = meanwhile(&browser, &officer, || {
            let path = format!("/cases/{reference}/links/refresh");
            let case = officer.post(&path, &json!({})).is(200);
            let failure = case["sources"][0]["failure"].as_str().unwrap_or_default();
            assert!(
                words.split('|').any(|one| failure.contains(one)),
                "{mode}: {failure}"
            );
        });
        assert!(slowest < PATIENCE, "{mode}: others waited {slowest:?}");
        let (now, since) = untouched(&officer, &reference);
        assert_eq!(now, kept, "{mode}");
        only_asked(&events, &since, mode);
        events = since;
        browser.says("/settings/plugins/hostile-linker", words, mode);
        browser.says("/settings/links/jobs", words, mode);
        browser.says("/settings/links/jobs", "calls of the program", mode);
    }

    for (mode, words) in FORMAT {
        let set = json!({"settings": {"mode": mode}, "limits": {"seconds": 2, "memory_mb": 32}});
        admin
            .call(Method::PUT, "/plugins/hostile-exporter", &set, &[])
            .is(200);
        let slowest = meanwhile(&browser, &officer, || {
            let path = format!("/cases/{reference}/exports/hostile-exporter");
            let request = officer.request(Method::GET, &path).send();
            // Refused, or an archive that breaks off; never one that is whole.
            let whole = request.is_ok_and(|answer| {
                answer.status().is_success()
                    && answer.bytes().is_ok_and(|bytes| {
                        zip::ZipArchive::new(std::io::Cursor::new(bytes)).is_ok()
                    })
            });
            assert!(!whole, "{mode}: an archive that looks whole");
        });
        assert!(slowest < PATIENCE, "{mode}: others waited {slowest:?}");
        let (now, since) = untouched(&officer, &reference);
        assert_eq!(now, kept, "{mode}");
        assert_eq!(since, events, "{mode}: a failed export is no event");
        browser.says("/settings/plugins/hostile-exporter", words, mode);
        let logged = format!("mode {mode}");
        browser.says("/settings/plugins/hostile-exporter", &logged, mode);
    }

    drop(browser);
    server.stop();
    let verified = server.cli(&["verify", &server.data.to_string_lossy()]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
}
