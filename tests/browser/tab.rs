//! A Chromium of its own behind a ChromeDriver of its own, driven as a person would: by keys, clicks and what shows.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::axe;

/// How long a page or a file may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The screen of the tab.
#[derive(Clone, Copy)]
pub enum Screen {
    /// 1366×768.
    Desk,
    /// 390×844, touched.
    Phone,
    /// 1366×768 in a browser that runs no scripts.
    Plain,
}

/// A browser window. Dropped, its driver is killed and the browser with it.
pub struct Tab {
    client: Client,
    driver: Child,
    base: String,
    folder: TempDir,
    /// The field filled last, whose form is sent.
    last: RefCell<String>,
    /// The pages and states that axe has looked at.
    seen: RefCell<HashSet<String>>,
    /// Whether axe looks at each page.
    looks: Cell<bool>,
}

/// Whether the machine has a browser. Where one is required, as in CI, none is a failure.
pub fn browser() -> bool {
    let there = Command::new("chromedriver")
        .arg("--version")
        .output()
        .is_ok_and(|answer| answer.status.success());
    assert!(
        there || std::env::var_os("REDRESS_BROWSER_REQUIRED").is_none(),
        "chromedriver is not installed, and REDRESS_BROWSER_REQUIRED says it must be"
    );
    if !there {
        eprintln!("NOT RUN: there is no chromedriver on this machine (Debian: chromium-driver)");
    }
    there
}

/// A driver and its port. It looks for a free one itself, and gives up when another program takes that before it does.
fn driver() -> (Child, String) {
    for _ in 0..5 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut said = BufReader::new(driver.stdout.take().expect("its words")).lines();
        let port = said.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        if let Some(port) = port {
            // Someone must listen to what else it says.
            std::thread::spawn(move || said.for_each(drop));
            return (driver, port);
        }
        let _ = driver.kill();
        let _ = driver.wait();
    }
    panic!("chromedriver found no free port");
}

impl Tab {
    /// A new browser, with no cookies, that will visit this site.
    pub async fn open(base: &str, screen: Screen) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (driver, port) = driver();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(folder.path(), screen))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser");
        Self {
            client,
            driver,
            base: base.to_owned(),
            folder,
            last: RefCell::default(),
            seen: RefCell::default(),
            // Axe is a script; the pages that it would see are the same with scripts.
            looks: Cell::new(!matches!(screen, Screen::Plain)),
        }
    }

    /// No longer lets axe look at each page, in a test that visits very many.
    pub fn no_axe(&self) {
        self.looks.set(false);
    }

    /// Goes to a page by its path.
    pub async fn go(&self, path: &str) {
        let to = format!("{}{path}", self.base);
        self.client.goto(&to).await.expect("a page");
        self.check().await;
    }

    /// The path and query of the page that shows.
    pub async fn at(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.as_str().replace(&self.base, "")
    }

    /// The words that show, where they show.
    pub async fn words(&self) -> String {
        let mut tries = 0;
        loop {
            let words = match self.client.find(Locator::Css("body")).await {
                Ok(body) => body.text().await,
                Err(error) => Err(error),
            };
            match words {
                Ok(words) => return words,
                // A page that just gives way to the next one.
                Err(_) if tries < 20 => tries += 1,
                Err(error) => panic!("no page: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Fails unless these words show.
    pub async fn shows(&self, words: &str) {
        let all = self.words().await;
        assert!(
            all.contains(words),
            "“{words}” does not show on {}:\n{all}",
            self.at().await
        );
    }

    /// Waits until something holds.
    pub async fn until(&self, what: &str, holds: impl AsyncFn(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self).await {
            assert!(
                start.elapsed() < PATIENCE,
                "{what} did not come on {}:\n{}",
                self.at().await,
                self.words().await
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until these words show.
    pub async fn comes(&self, words: &str) {
        let shows = async |tab: &Self| tab.words().await.contains(words);
        self.until(words, shows).await;
    }

    /// Waits until these words show no longer.
    pub async fn goes(&self, words: &str) {
        let gone = async |tab: &Self| !tab.words().await.contains(words);
        self.until(&format!("the end of “{words}”"), gone).await;
    }

    /// Does something in the page that no key can.
    pub async fn run(&self, script: &str) {
        let done = self.client.execute(script, vec![]).await;
        done.expect("the page does it");
    }

    /// Presses a key where no field is.
    pub async fn press(&self, key: &str) {
        self.run("document.activeElement?.blur()").await;
        let body = self.find("body").await;
        body.send_keys(key).await.expect("a key");
    }

    /// Types where the focus is.
    pub async fn type_on(&self, keys: &str) {
        let here = self.client.active_element().await.expect("a focus");
        here.send_keys(keys).await.expect("keys");
    }

    /// What stands in a field.
    pub async fn value(&self, name: &str) -> String {
        let field = self.find(&shown(name)).await;
        let value = field.prop("value").await.expect("an answer");
        value.unwrap_or_default()
    }

    /// The figure of a tile of the board.
    pub async fn tile(&self, label: &str) -> String {
        let path = format!("//*[@class='rd-tile__in'][contains(., '{label}')]/b");
        match self.client.find(Locator::XPath(&path)).await {
            Ok(figure) => figure.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// What every page must be: no script but the program's own file in it, nothing blocked or broken in the browser's log, nothing wider than
    /// the screen.
    pub async fn check(&self) {
        let at = self.at().await;
        let seen = self
            .client
            .execute(
                "const all = document.documentElement;\
                 const ours = (script) => !script.textContent && script.src.startsWith(location.origin + '/assets/redress-');\
                 return [[...document.scripts].filter((script) => !ours(script)).length, all.scrollWidth - all.clientWidth, window.pwned === undefined,\
                 document.querySelectorAll('[style],style').length,\
                 [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some((a) =>\
                 a.name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(a.value) && ['href', 'src', 'action', 'formaction'].includes(a.name))).length]",
                vec![],
            )
            .await
            .expect("the page answers");
        assert_eq!(
            seen,
            json!([0, 0, true, 0, 0]),
            "{at}: scripts, pixels too wide, untouched, inline styles, handlers and addresses that run"
        );
        let log = self.client.issue_cmd(BrowserLog).await.expect("the log");
        let wrong: Vec<&Value> = log
            .as_array()
            .into_iter()
            .flatten()
            // A refused form is answered with 422, which the browser notes; its advice is no fault.
            .filter(|line| {
                line["source"] != "recommendation"
                    && !line["message"].to_string().contains("status of 4")
            })
            .collect();
        assert!(wrong.is_empty(), "{at}: {wrong:?}");
        if self.looks.get() {
            self.look(&at).await;
        }
    }

    /// Fails when axe finds something that shuts people out. Each page once in each of its states.
    async fn look(&self, at: &str) {
        let Some(source) = axe::source() else { return };
        let state = self.client.execute(
            "return document.title + [...document.querySelectorAll('main [id]')].map((one) => one.id)",
            vec![],
        );
        let state = state.await.expect("the page answers").to_string();
        if !self.seen.borrow_mut().insert(format!("{at}\n{state}")) {
            return;
        }
        self.run(source).await;
        let found = self.client.execute_async(axe::LOOK, vec![]).await;
        let found = found.expect("axe answers");
        assert_eq!(found, json!([]), "{at}: what axe finds");
        // The same page as it is read where the system is dark.
        self.client.issue_cmd(Scheme("dark")).await.expect("dark");
        let found = self.client.execute_async(axe::CONTRAST, vec![]).await;
        let found = found.expect("axe answers");
        self.client.issue_cmd(Scheme("")).await.expect("as it was");
        assert_eq!(found, json!([]), "{at}, dark: what axe finds");
    }

    /// Fills a field of the form: text is typed, an option or a button of this value is chosen.
    pub async fn put(&self, name: &str, value: &str) {
        let field = self.find(&shown(name)).await;
        let folded = format!("details:not([open]):has({}) > summary", shown(name));
        if let Ok(summary) = self.client.find(Locator::Css(&folded)).await {
            summary.click().await.expect("it unfolds");
        }
        self.answer(&field, name, value).await;
    }

    /// Walks to a field by the Tab key alone and fills it.
    pub async fn walk(&self, name: &str, value: &str) {
        for _ in 0..200 {
            let here = self.client.active_element().await.expect("a focus");
            if here.attr("name").await.expect("an answer").as_deref() == Some(name) {
                assert_ne!(
                    here.css_value("outline-style").await.expect("a style")
                        + &here.css_value("box-shadow").await.expect("a style"),
                    "nonenone",
                    "the focus on {name} cannot be seen"
                );
                return self.answer(&here, name, value).await;
            }
            here.send_keys(&Key::Tab.to_string()).await.expect("a key");
        }
        panic!(
            "{name} cannot be reached by the Tab key on {}",
            self.at().await
        );
    }

    async fn answer(&self, field: &Element, name: &str, value: &str) {
        name.clone_into(&mut self.last.borrow_mut());
        let tag = field.tag_name().await.expect("a tag");
        let kind = field.attr("type").await.expect("an answer");
        match (tag.as_str(), kind.as_deref()) {
            ("select", _) => field.select_by_value(value).await.expect(value),
            (_, Some("radio" | "checkbox")) => {
                let choice = format!("[name=\"{name}\"][value=\"{value}\"]");
                let choice = self.find(&choice).await;
                if !choice.is_selected().await.expect("an answer") {
                    choice.send_keys(" ").await.expect("a choice");
                }
                assert!(choice.is_selected().await.expect("an answer"), "{name}");
            }
            _ => field.send_keys(value).await.expect(name),
        }
    }

    async fn find(&self, css: &str) -> Element {
        match self.client.find(Locator::Css(css)).await {
            Ok(found) => found,
            Err(error) => panic!(
                "{css} on {}: {error}\n{}",
                self.at().await,
                self.words().await
            ),
        }
    }

    /// Sends the form of the field that was filled last.
    pub async fn send(&self) {
        let form = format!(
            "main form:has({}) button[type=submit]:not([formaction]):not([aria-hidden]):not([name])",
            shown(&self.last.borrow())
        );
        let button = self.find(&form).await;
        let page = self.find("html").await;
        button.click().await.expect("a click");
        // The old page stays until the server has answered.
        self.left(&page).await;
        self.check().await;
    }

    /// Fills every field of the first form of the page that is posted, texts with those of `corpus` from its place
    /// `from` on, and sends it. Gives how many texts it took.
    pub async fn fill_all(&self, corpus: &[&str], from: usize) -> usize {
        let page = self.find("html").await;
        let answer = self
            .client
            .execute(FILL_ALL, vec![json!(corpus), json!(from)]);
        let taken = answer.await.expect("the form is filled");
        let Some(taken) = taken.as_u64() else {
            return 0;
        };
        self.left(&page).await;
        self.check().await;
        taken as usize
    }

    /// Waits for a page to have given way to the next one.
    async fn left(&self, page: &Element) {
        let start = Instant::now();
        while page.tag_name().await.is_ok() {
            assert!(start.elapsed() < PATIENCE, "no page came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Fills and sends the form of a page.
    pub async fn fill(&self, path: &str, answers: &[(&str, &str)]) {
        self.go(path).await;
        for (name, value) in answers {
            self.put(name, value).await;
        }
        self.send().await;
    }

    /// Clicks the link or button of these words.
    pub async fn click(&self, words: &str) {
        let path = format!(
            "//main//*[self::a or self::button][contains(normalize-space(.), \"{words}\")]"
        );
        let found = self.client.find(Locator::XPath(&path)).await;
        found.expect(words).click().await.expect("a click");
        self.check().await;
    }

    /// Waits for a file to have been saved.
    pub fn saved(&self) -> PathBuf {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let files = std::fs::read_dir(self.folder.path()).expect("the folder");
            let done = files
                .map_while(Result::ok)
                .map(|entry| entry.path())
                .find(|path| path.extension().is_some_and(|end| end == "zip"));
            if let Some(path) = done {
                return path;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("nothing was saved");
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        // The driver ends its browser when it is told to, and cannot when it is killed.
        let _ = Command::new("kill")
            .arg(self.driver.id().to_string())
            .status();
        let _ = self.driver.wait();
        // What it left behind is of its group.
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.driver.id())])
            .stderr(Stdio::null())
            .status();
    }
}

/// Fills a form, whatever it asks, and sends it past the browser's own checks.
const FILL_ALL: &str = "
    const [corpus, from] = arguments;
    const asks = (f) => f.name && !f.disabled && !['hidden', 'file', 'submit', 'button'].includes(f.type);
    const form = [...document.querySelectorAll('main form')].find((f) => f.method === 'post' && [...f.elements].some(asks));
    if (!form) return null;
    let taken = 0;
    for (const f of [...form.elements].filter(asks)) {
        if (f.tagName === 'SELECT') {
            const option = [...f.options].find((o) => o.value && !o.selected);
            if (option) f.value = option.value;
        } else if (f.type === 'radio' || f.type === 'checkbox') {
            if (![...form.elements].some((o) => o.name === f.name && o.checked)) f.checked = true;
        } else if (f.type === 'date') f.value = '2026-11-30';
        else if (f.type === 'datetime-local') f.value = '2026-11-20T10:00';
        else if (f.type === 'number') f.value = '3';
        else f.value = corpus[(from + taken++) % corpus.length];
    }
    form.noValidate = true;
    form.requestSubmit([...form.querySelectorAll('button[type=submit]')].find((b) => !b.name && !b.hasAttribute('formaction')));
    return taken;
";

/// A field that is not hidden, by its name.
fn shown(name: &str) -> String {
    format!("[name=\"{name}\"]:not([type=hidden])")
}

fn capabilities(folder: &Path, screen: Screen) -> Capabilities {
    let mut options = json!({
        "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
            "--window-size=1366,768",
        ],
        "prefs": {
            "download.default_directory": folder,
            "download.prompt_for_download": false,
            "credentials_enable_service": false,
        },
    });
    if let Screen::Plain = screen {
        options["prefs"]["profile.default_content_setting_values.javascript"] = json!(2);
    }
    if let Screen::Phone = screen {
        options["mobileEmulation"] =
            json!({"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 1, "touch": true}});
    }
    let all = json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
    serde_json::from_value(all).expect("an object")
}

/// What the browser had to say of the pages: among it, what the content security policy stopped.
#[derive(Debug)]
struct BrowserLog;

/// Makes the page as it is where the system asks for this colour scheme; empty for the browser's own.
#[derive(Debug)]
struct Scheme(&'static str);

impl WebDriverCompatibleCommand for Scheme {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let features = json!([{"name": "prefers-color-scheme", "value": self.0}]);
        let body = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}});
        (Method::POST, Some(body.to_string()))
    }
}

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}
