//! The whole guide on a running server, page by page: its made-up repairs system, an adapter from `redress plugin new`,
//! brought in, approved, given its connection, and its records on the next complaint that is logged.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{built, project};
use crate::web::call;
use crate::web::site::Site;

/// Mendwell as the guide has it. Dropped, it ends.
struct Mendwell {
    child: Child,
    port: u16,
}

impl Mendwell {
    /// Takes the script out of the guide and runs it; none where there is no Python.
    fn start(folder: &Path) -> Option<Self> {
        let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/plugins/README.md"));
        let guide = guide.expect("the guide");
        let (_, script) = guide
            .split_once("```python\n\"\"\"Mendwell")
            .expect("the script in the guide");
        let (script, _) = script.split_once("```\n").expect("its end");
        let path = folder.join("mendwell.py");
        fs::write(&path, format!("\"\"\"Mendwell{script}")).expect("written");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let started = Command::new("python3")
            .arg(&path)
            .arg(port.to_string())
            .stderr(Stdio::null())
            .spawn();
        let mendwell = match started {
            Ok(child) => Self { child, port },
            Err(error) => {
                let required = std::env::var_os("REDRESS_TOOLCHAINS_REQUIRED").is_some();
                assert!(!required, "python3: {error}");
                eprintln!("skipped: python3 cannot be run: {error}");
                return None;
            }
        };
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "Mendwell does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(mendwell)
    }
}

impl Drop for Mendwell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_adapter_made_by_the_guide_gives_its_records_to_the_next_complaint() {
    let home = tempfile::tempdir().expect("a folder");
    let Some(made) = project(home.path(), "js", "linker", "mendwell-repairs") else {
        return;
    };
    let Some(mendwell) = Mendwell::start(home.path()) else {
        return;
    };
    if !built(&made) {
        return;
    }
    let component = fs::read(made.join("mendwell-repairs.wasm")).expect("the component");
    let site = Site::started();
    let waits = site.send(
        "/settings/plugins",
        &[],
        "mendwell-repairs.wasm",
        &component,
    );
    for part in [
        "Version 0.1.0 waits for your approval",
        "mendwell",
        "it only reads",
        "64 MB of memory",
    ] {
        assert!(waits.text.contains(part), "{part}: {}", waits.text);
    }
    let sha256 = site.hidden("/settings/plugins/mendwell-repairs", "sha256");
    let approved = site.post(
        "/settings/plugins/approve",
        &[("id", "mendwell-repairs"), ("sha256", &sha256)],
    );
    assert!(
        approved.text.contains("Link a system through it"),
        "{}",
        approved.text
    );

    let asked = site.get("/settings/links/new?plugin=mendwell-repairs");
    for part in ["Base address", "Test connection"] {
        assert!(asked.text.contains(part), "{part}: {}", asked.text);
    }
    let address = format!("http://127.0.0.1:{}/api", mendwell.port);
    let granted = |secret| {
        [
            ("key", "repairs"),
            ("plugin", "mendwell-repairs"),
            ("c.n-mendwell.base_url", address.as_str()),
            ("c.n-mendwell.sign_in", "header"),
            ("c.n-mendwell.sign_in_name", "X-Api-Key"),
            ("c.n-mendwell.secret", secret),
            ("c.n-mendwell.private_network", "127.0.0.1"),
            ("c.n-mendwell.plain_http", "yes"),
        ]
    };
    for (secret, says) in [
        ("sesame", "It cannot be read"),
        ("open-sesame", "It can be read. Mendwell 4.2 answers."),
    ] {
        let mut answers = granted(secret).to_vec();
        answers.push(("try", "yes"));
        let tried = site.post("/settings/links/new", &answers);
        assert!(tried.text.contains(says), "{says}: {}", tried.text);
    }
    let linked = site.post("/settings/links/new", &granted("open-sesame"));
    assert!(
        linked.address.ends_with("/settings/links"),
        "{}",
        linked.text
    );

    let reference = site.log(&call(
        "It comes back every time it rains.",
        &[("complainant.property_ref", "00700123")],
    ));
    let until = Instant::now() + Duration::from_secs(30);
    let case = loop {
        let case = site.get(&format!("/cases/{reference}"));
        if case.text.contains("Bathroom extractor not working") {
            break case;
        }
        assert!(Instant::now() < until, "nothing was linked: {}", case.text);
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(case.text.contains("Front door lock stiff"));
    assert!(!case.text.contains("Kitchen tap drips"));
    // The page of the link shows what the run did.
    let link = site.get("/settings/links/repairs");
    assert!(link.text.contains("/api/repairs"), "{}", link.text);
}
