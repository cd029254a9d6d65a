//! A server with a landlord, two people and an empty file, and a browser that keeps its cookies.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use redress::desk::Desk;
use redress::domain::access::{Actor, Role};
use redress::pdf::Renderer;
use redress::plugins::{HostConfig, PluginHost};
use redress::store::{Options, Store};
use reqwest::blocking::{Client, multipart};
use reqwest::header::HeaderMap;

pub const PASSWORD: &str = "three unrelated words";

/// What came back.
pub struct Answer {
    pub status: u16,
    pub address: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    }

    /// Where the link of these words goes.
    pub fn link(&self, words: &str) -> Option<String> {
        let end = self.text.find(&format!("{words}</a>"))?;
        let start = self.text[..end].rfind("href=\"")? + "href=\"".len();
        self.text[start..].split('"').next().map(str::to_owned)
    }
}

/// A server and a browser.
pub struct Site {
    base: String,
    browser: Client,
    desk: Desk,
    _folder: Option<tempfile::TempDir>,
}

fn browser() -> Client {
    crate::support::http()
        .cookie_store(true)
        .build()
        .expect("a client")
}

impl Site {
    /// A server whose first run was done by page and whose officer is signed in.
    pub fn started() -> Self {
        Self::started_with(Options::default())
    }

    /// The same with a file opened like this.
    pub fn started_with(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::create(&folder.path().join("redress.redb"), options).expect("a file");
        let renderer = Renderer::with_program(
            env!("CARGO_BIN_EXE_redress"),
            redress::pdf::Limits::default(),
        );
        let plugins = PluginHost::new(HostConfig::default()).expect("a sandbox");
        let desk = Desk::new(store, renderer, plugins, Arc::new(chrono::Utc::now)).expect("a desk");
        let code = desk
            .setup_code()
            .expect("randomness")
            .expect("a new file has a code");
        let web = redress::web::Web {
            desk: desk.clone(),
            secure: false,
            proxied: false,
        };
        let (tell, told) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                    .await
                    .expect("a port");
                tell.send(listener.local_addr().expect("its address"))
                    .expect("someone waits");
                let app =
                    redress::web::router(web).into_make_service_with_connect_info::<SocketAddr>();
                axum::serve(listener, app).await.expect("it serves");
            });
        });
        let base = format!("http://{}", told.recv().expect("the server's address"));
        let site = Self {
            base,
            browser: browser(),
            desk,
            _folder: Some(folder),
        };
        let welcome = site.get("/");
        assert!(
            welcome.address.ends_with("/start"),
            "a new file begins with the first run: {}",
            welcome.address
        );
        let begun = site.post(
            "/start",
            &[
                ("setup_code", &code),
                ("landlord.name", "Harbour & Vale Homes"),
                ("landlord.phone", "020 7946 0000"),
                ("name", "Daniel Price"),
                ("id", "dprice"),
                ("password", PASSWORD),
                ("roles", "administrator"),
                ("roles", "complaints_officer"),
            ],
        );
        assert_eq!(begun.status, 200, "{}", begun.text);
        let added = site.post(
            "/settings",
            &[
                ("name", "Saira Malik"),
                ("id", "smalik"),
                ("password", PASSWORD),
                ("roles", "team_leader"),
            ],
        );
        assert!(added.text.contains("Saira Malik"), "{}", added.text);
        site
    }

    /// The folder that the backups of its file go to.
    pub fn backups(&self) -> std::path::PathBuf {
        self.desk.store().path().with_file_name("redress-backups")
    }

    /// The same server, met by someone without a cookie.
    pub fn stranger(&self) -> Self {
        Self {
            base: self.base.clone(),
            browser: browser(),
            desk: self.desk.clone(),
            _folder: None,
        }
    }

    /// A browser of its own in which this person is signed in.
    pub fn signed_in(&self, id: &str) -> Self {
        let person = self.stranger();
        let page = person.post("/sign-in", &[("id", id), ("password", PASSWORD)]);
        assert_eq!(page.status, 200, "{id}: {}", page.text);
        person
    }

    /// Links a system, as the API would.
    pub fn link(&self, source: serde_json::Value) {
        let source = serde_json::from_value(source).expect("a link");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let admin = Actor::new("dprice", "Daniel Price", [Role::Administrator]);
        let linked = self.desk.add_link_source(&admin, source);
        runtime.block_on(linked).expect("it is linked");
    }

    /// The same server, met by someone new of this role.
    pub fn as_role(&self, role: &str) -> Self {
        let added = self.post(
            "/settings",
            &[
                ("name", role),
                ("id", role),
                ("password", PASSWORD),
                ("roles", role),
            ],
        );
        assert_eq!(added.status, 200, "{}", added.text);
        let person = self.stranger();
        let page = person.post("/sign-in", &[("id", role), ("password", PASSWORD)]);
        assert_eq!(page.status, 200, "{role}: {}", page.text);
        person
    }

    fn answer(response: reqwest::blocking::Response) -> Answer {
        let (status, address) = (response.status().as_u16(), response.url().to_string());
        let headers = response.headers().clone();
        let text = String::from_utf8_lossy(&response.bytes().expect("a body")).into_owned();
        Answer {
            status,
            address,
            headers,
            text,
        }
    }

    /// Reports what the content security policy stopped, as browsers do; gives the status.
    pub fn report(&self, body: &str) -> u16 {
        let request = self.browser.post(format!("{}/policy-report", self.base));
        let request = request.header("content-type", "application/csp-report");
        let answer = request.body(body.to_owned()).send().expect("an answer");
        answer.status().as_u16()
    }

    /// Brings the full-text search up to date from now on, as the program does.
    pub fn keep_search(&self) {
        let desk = self.desk.clone();
        thread::spawn(move || desk.keep_search());
    }

    /// Gives the reminders that are due, as the program does every few minutes; how many.
    pub fn nudge(&self) -> usize {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(self.desk.nudge()).expect("reminders")
    }

    pub fn get(&self, path: &str) -> Answer {
        Self::answer(
            self.browser
                .get(format!("{}{path}", self.base))
                .send()
                .expect("an answer"),
        )
    }

    /// The bytes of a file or a picture.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.browser.get(format!("{}{path}", self.base)).send();
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().expect("a whole body").to_vec()
    }

    pub fn post(&self, path: &str, answers: &[(&str, &str)]) -> Answer {
        Self::answer(
            self.browser
                .post(format!("{}{path}", self.base))
                .form(answers)
                .send()
                .expect("an answer"),
        )
    }

    pub fn post_from(&self, origin: &str, path: &str, answers: &[(&str, &str)]) -> Answer {
        let request = self
            .browser
            .post(format!("{}{path}", self.base))
            .form(answers);
        Self::answer(
            request
                .header("origin", origin)
                .header("sec-fetch-site", "cross-site")
                .send()
                .expect("an answer"),
        )
    }

    /// Logs a complaint and gives its reference.
    pub fn log(&self, answers: &[(&str, &str)]) -> String {
        let page = self.post("/log", answers);
        assert_eq!(page.status, 200, "{}", page.text);
        let after = page
            .address
            .split("/cases/")
            .nth(1)
            .unwrap_or_else(|| panic!("not logged: {}", page.text));
        after.split('?').next().unwrap_or_default().to_owned()
    }

    /// What a hidden field of a page holds.
    pub fn hidden(&self, path: &str, name: &str) -> String {
        let page = self.get(path);
        let mark = format!("name=\"{name}\" value=\"");
        let rest = page.text.split(&mark).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("{path} has no {name}: {}", page.text));
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// The version that a form of the case carries.
    pub fn version(&self, reference: &str) -> String {
        self.hidden(&format!("/cases/{reference}/do/note"), "version")
    }

    /// Does a command on the version there is.
    pub fn act(&self, reference: &str, command: &str, answers: &[(&str, &str)]) -> Answer {
        let version = self.version(reference);
        let mut all = vec![("version", version.as_str())];
        all.extend_from_slice(answers);
        self.post(&format!("/cases/{reference}/do/{command}"), &all)
    }

    /// Does a command that must work.
    pub fn done(&self, reference: &str, command: &str, answers: &[(&str, &str)]) {
        let page = self.act(reference, command, answers);
        assert!(
            page.address.contains("?done="),
            "{command}: {} {}",
            page.status,
            page.text
        );
    }

    /// Attaches a document that must go on the case.
    pub fn attach(&self, reference: &str, name: &str, bytes: &[u8]) {
        let page = self.upload(reference, name, bytes);
        assert!(
            page.address.contains("done=document"),
            "{} {}",
            page.status,
            page.text
        );
    }

    /// Sends a file to a case.
    pub fn upload(&self, reference: &str, name: &str, bytes: &[u8]) -> Answer {
        let with = [("kind", "photo"), ("sensitivity", "ordinary")];
        self.send(&format!("/cases/{reference}/documents"), &with, name, bytes)
    }

    /// Sends a form with a file.
    pub fn send(&self, path: &str, with: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
        self.send_as("file", path, with, name, bytes)
    }

    /// As [`Self::send`], for a field of another name.
    pub fn send_as(
        &self,
        field: &str,
        path: &str,
        with: &[(&str, &str)],
        name: &str,
        bytes: &[u8],
    ) -> Answer {
        let of = field.to_owned();
        let file = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let mut form = multipart::Form::new();
        for (field, answer) in with {
            form = form.text((*field).to_owned(), (*answer).to_owned());
        }
        Self::answer(
            self.browser
                .post(format!("{}{path}", self.base))
                .multipart(form.part(of, file))
                .send()
                .expect("an answer"),
        )
    }
}
