//! The real program on a folder of its own, and callers of its API whose every answer is held against the program's
//! own OpenAPI document.

mod schema;
mod shape;
pub mod words;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder, Response, multipart};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use schema::Document;

/// The program under test: the one built with the tests, or the one that `REDRESS_PROGRAM` names.
pub fn program() -> PathBuf {
    std::env::var_os("REDRESS_PROGRAM")
        .map_or_else(|| env!("CARGO_BIN_EXE_redress").into(), PathBuf::from)
}

/// A running server. Dropped, it is killed.
pub struct Server {
    child: Child,
    base: String,
    /// Kept open, so that what else it says has somewhere to go.
    words: Lines<BufReader<ChildStdout>>,
    pub data: PathBuf,
    document: Arc<OnceLock<Document>>,
    _folder: Option<TempDir>,
}

impl Server {
    /// A server on a new file.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A server on a new file, with more arguments.
    pub fn with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Self::begin(folder.path().join("redress.redb"), more);
        server._folder = Some(folder);
        server
    }

    /// A server on this file.
    pub fn on(data: PathBuf) -> Self {
        Self::begin(data, &[])
    }

    fn begin(data: PathBuf, more: &[&str]) -> Self {
        let mut child = Command::new(program())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "warn",
                "--data",
            ])
            .arg(&data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let first = lines.next().expect("a first line").expect("text");
        let base = first
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("the first line is {first}"))
            .to_owned();
        Self {
            child,
            base,
            words: lines,
            data,
            document: Arc::default(),
            _folder: None,
        }
    }

    /// The address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The setup code that a server on a new file prints for its administrator.
    pub fn setup_code(&mut self) -> String {
        let mut lines = self.words.by_ref().map_while(Result::ok);
        let line = lines.find(|line| line.contains("setup code"));
        let line = line.expect("a line with the code");
        line.rsplit(' ').next().expect("a word").to_owned()
    }

    /// Runs a verb of the command line on the server's file.
    pub fn cli(&self, args: &[&str]) -> Output {
        cli(&self.data, args, "")
    }

    /// A token with these roles, made on the command line.
    pub fn token(&self, name: &str, roles: &[&str]) -> String {
        let mut args = vec!["token", "create", "--name", name];
        for role in roles {
            args.extend(["--role", role]);
        }
        let made = self.cli(&args);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        String::from_utf8(made.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }

    /// A caller with these roles.
    pub fn caller(&self, name: &str, roles: &[&str]) -> Caller {
        self.with_secret(&self.token(name, roles))
    }

    /// A caller with this secret.
    pub fn with_secret(&self, secret: &str) -> Caller {
        Caller {
            client: client(),
            base: format!("{}/api/v1", self.base),
            secret: Some(secret.to_owned()),
            document: Arc::clone(&self.document),
        }
    }

    /// A caller without any.
    pub fn stranger(&self) -> Caller {
        Caller {
            secret: None,
            ..self.with_secret("")
        }
    }

    /// Asks the server to stop, and waits until it has.
    pub fn stop(&mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("kill").success());
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            match self.child.try_wait().expect("its end") {
                Some(status) => return assert!(status.success(), "{status}"),
                None if Instant::now() > until => panic!("the server does not stop"),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Starts the program again on the file of a server that has ended.
    pub fn again(mut self) -> Self {
        let mut next = Self::on(self.data.clone());
        next._folder = self._folder.take();
        next
    }

    /// Ends the server as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A client for tests. The program brings its own cryptography for TLS; a test's client must name one too.
pub fn http() -> reqwest::blocking::ClientBuilder {
    // Whoever comes second finds it installed.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder()
}

/// A client with nothing set.
pub fn plain_http() -> Client {
    http().build().expect("a client")
}

fn client() -> Client {
    http()
        .timeout(Duration::from_secs(120))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

/// Runs a verb of the command line on a file, with words on its stdin.
pub fn cli(data: &std::path::Path, args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(program())
        .arg("--data")
        .arg(data)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut pipe = child.stdin.take().expect("its stdin");
    // A verb that reads nothing may have ended by now.
    let _ = pipe.write_all(stdin.as_bytes());
    drop(pipe);
    child.wait_with_output().expect("it ends")
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// The JSON of an answer with this status.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// A problem of this status, code and field.
    #[track_caller]
    pub fn refuses(&self, status: u16, code: &str, field: Option<&str>) -> Value {
        let problem = self.is(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["code"], json!(code), "{problem}");
        if let Some(field) = field {
            assert_eq!(problem["field"], json!(field), "{problem}");
        }
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 10),
            "{problem}"
        );
        problem
    }
}

/// Someone who calls the API.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    base: String,
    secret: Option<String>,
    document: Arc<OnceLock<Document>>,
}

impl Caller {
    /// The program's account of itself.
    pub fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            let answer = self
                .client
                .get(format!("{}/openapi.json", self.base))
                .send();
            Document::new(answer.expect("an answer").json().expect("JSON"))
        })
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.secret {
            Some(secret) => request.bearer_auth(secret),
            None => request,
        }
    }

    /// Sends a request and holds the answer against the document.
    #[track_caller]
    pub fn send(&self, method: &Method, path: &str, request: RequestBuilder) -> Answer {
        let answer = read(request.send().expect("an answer"));
        let faults = self.document().faults(method.as_str(), path, &answer);
        assert!(
            faults.is_empty(),
            "{method} {path} {}: {faults:#?}",
            answer.status
        );
        answer
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send(&Method::GET, path, self.request(Method::GET, path))
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body, &[])
    }

    /// A request with JSON and headers.
    #[track_caller]
    pub fn call(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.request(method.clone(), path).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(&method, path, request)
    }

    /// Logs a case; gives its reference.
    #[track_caller]
    pub fn log(&self, intake: &Value) -> String {
        let case = self.post("/cases", intake).is(201);
        case["reference"].as_str().expect("a reference").to_owned()
    }

    /// The case once every linked system that was asked has answered: a busy machine takes longer than logging waits.
    #[track_caller]
    pub fn linked(&self, reference: &str) -> Value {
        let began = Instant::now();
        loop {
            let case = self.get(&format!("/cases/{reference}")).is(200);
            let asked = case["sources"]
                .as_array()
                .is_some_and(|all| !all.is_empty());
            if asked || began.elapsed() > Duration::from_secs(60) {
                return case;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// A command on a case.
    #[track_caller]
    pub fn does(&self, reference: &str, command: Value) -> Answer {
        self.post(&format!("/cases/{reference}/commands"), &command)
    }

    /// A command that is carried out; gives the case.
    #[track_caller]
    pub fn done(&self, reference: &str, command: Value) -> Value {
        self.does(reference, command).is(200)
    }

    /// Attaches a document; the fields may come in any order.
    #[track_caller]
    pub fn attach(
        &self,
        reference: &str,
        name: &str,
        bytes: &[u8],
        fields: &[(&str, &str)],
    ) -> Answer {
        let part = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let mut form = multipart::Form::new().part("file", part);
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let path = format!("/cases/{reference}/documents");
        let request = self.request(Method::POST, &path).multipart(form);
        self.send(&Method::POST, &path, request)
    }
}

fn read(response: Response) -> Answer {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let bytes = response.bytes().expect("a whole body").to_vec();
    Answer {
        status,
        headers,
        bytes,
    }
}

/// The entries of a zip by name.
pub fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut out = BTreeMap::new();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).expect("an entry");
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).expect("its bytes");
        let name = entry.name().expect("a readable name").into_owned();
        out.insert(name, content);
    }
    out
}

/// Waits until something holds, for at most a minute.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed().as_secs() < 60, "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}
