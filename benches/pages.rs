//! What pages and calls cost over HTTP at the size of a file: the real server, the processor time of its process for each
//! request, and the bytes of each page. `benches/README.md` says how to read and repeat it.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use redress::domain::calendar::Calendar;
use redress::domain::case::{Case, Recorded};
use redress::domain::clock::{CaseFlags, StageFlags};
use redress::domain::ids::CaseRef;
use redress::pdf::{Limits, Renderer};
use redress::search::Search;
use redress::store::derive::{Deadline, Timing};
use redress::store::{Options, Store, StoreError};
use reqwest::blocking::Client;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

type Failure = Box<dyn std::error::Error>;

const PASSWORD: &str = "three unrelated words";
/// Of a thousand cases, how many are open: those of the last weeks.
const OPEN: usize = 15;
/// Of a thousand cases, how many are restricted.
const RESTRICTED: usize = 1;
/// Years that the cases lie in.
const YEARS: i64 = 6;

fn main() -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cases: usize = env::var("CASES").map_or(Ok(10_000), |n| n.parse())?;
    let folder = match env::var_os("BENCH_DIR") {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR"))?,
    };
    // A file that is kept is filled once and measured as often as anybody likes.
    let kept = env::var_os("KEEP").map(PathBuf::from);
    let path = kept.unwrap_or_else(|| folder.path().join("bench.redb"));
    if !path.exists() {
        make(&path, cases)?;
    }
    println!("file of {} MB", fs::metadata(&path)?.len() >> 20);

    let begun = Instant::now();
    let (server, _) = Server::start(&path)?;
    println!("start after a clean stop: {:.0?}", begun.elapsed());
    measure(&server)?;

    // Somebody is at work when the power goes: a note to the newest case is the last that was answered.
    let newest = server.newest()?;
    server.note(&newest)?;
    server.kill()?;
    let begun = Instant::now();
    let (server, _) = Server::start(&path)?;
    println!("start after kill -9: {:.0?}", begun.elapsed());
    server.stop()
}

/// Fills a new file.
fn make(path: &Path, cases: usize) -> Result<(), Failure> {
    let (server, code) = Server::start(path)?;
    let code = code.ok_or("a new file has a setup code")?;
    server.first_run(&code)?;
    server.stop()?;

    let begun = Instant::now();
    let store = Store::open(path, Options::default())?;
    fill(&store, cases)?;
    println!(
        "{cases} cases of ten events: filled in {:.1?}",
        begun.elapsed()
    );
    let begun = Instant::now();
    let search = Search::new(
        store.clone(),
        &Renderer::with_program("/nowhere", Limits::default()),
    );
    while search.catch_up()? {}
    drop(search);
    println!("full text indexed in {:.1?}", begun.elapsed());
    store.close();
    Ok(())
}

/// Asks for every page.
fn measure(server: &Server) -> Result<(), Failure> {
    server.sign_in("ada")?;
    println!("memory after the start: {} MB", server.memory()?);
    let today = Utc::now().date_naive();
    let case = CaseRef::new(today.format("%Y").to_string().parse()?, 1);
    let newest = server.newest()?;
    let deep = server.cursor(200)?;
    let api = format!("/api/v1/cases/{newest}");
    let pages = [
        ("work queue", "/".to_owned()),
        ("queue, overdue", "/?view=overdue".into()),
        ("queue, all open", "/?view=open".into()),
        ("all cases", "/cases".into()),
        ("all cases, page 200", deep),
        (
            "one theme at stage 1, closed",
            "/cases?q=theme%3Adamp_and_mould+stage%3A1+is%3Aended".into(),
        ),
        ("a name", format!("/cases?q=mary+{}", Spoken(900))),
        ("full text, one word", "/search?q=gutter".into()),
        (
            "full text, a name and a word",
            format!("/search?q=amara+{}", Spoken(300)),
        ),
        (
            "full text, a phrase",
            "/search?q=%22over+the+bedroom+is+cracked%22".into(),
        ),
        ("full text, a word of every case", "/search?q=repair".into()),
        ("board, last 12 months", "/board?period=year".into()),
        ("board, to publish", "/board?published=1".into()),
        ("the newest case", format!("/cases/{newest}")),
        ("an old case", format!("/cases/{case}")),
        ("a form of it", format!("/cases/{newest}/do/note")),
        ("log a complaint", "/log".into()),
        (
            "compare areas, 12 months",
            "/board/compare?by=block&period=year".into(),
        ),
        ("Ombudsman room", "/ombudsman".into()),
        ("reminders", "/reminders".into()),
        ("API, one case", api),
        ("API, a list of 50", "/api/v1/cases?limit=50".into()),
        ("API, board", "/api/v1/board".into()),
    ];
    println!(
        "{:<30} {:>9} {:>9} {:>9} {:>9}",
        "", "CPU ms", "p50 ms", "p95 ms", "bytes"
    );
    for (name, address) in pages {
        match server.measure(&address, 60) {
            Ok(told) => println!("{name:<30} {told}"),
            Err(error) => println!("{name:<30} {error}"),
        }
    }
    println!("memory after all of it: {} MB", server.memory()?);
    Ok(())
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// The program on the file, with someone at a browser.
struct Server {
    child: Child,
    base: String,
    browser: Client,
}

struct Told {
    cpu: Duration,
    p50: Duration,
    p95: Duration,
    bytes: usize,
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (cpu, p50, p95) = (ms(self.cpu), ms(self.p50), ms(self.p95));
        write!(f, "{cpu:>9.2} {p50:>9.2} {p95:>9.2} {:>9}", self.bytes)
    }
}

impl Server {
    fn start(path: &Path) -> Result<(Self, Option<String>), Failure> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_redress"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "warn",
                "--data",
            ])
            .arg(path)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut words = BufReader::new(child.stdout.take().ok_or("no words")?).lines();
        let first = words.next().ok_or("it said nothing")??;
        let base = first
            .strip_prefix("listening on ")
            .ok_or("it does not listen")?;
        let base = base.to_owned();
        let _ = words.next();
        // Only a new file says one thing more.
        let fresh = fs::metadata(path)?.len() < 4 << 20;
        let code = match fresh {
            true => words.next().transpose()?,
            false => None,
        };
        let code = code.and_then(|line| line.rsplit(' ').next().map(str::to_owned));
        let browser = Client::builder()
            .cookie_store(true)
            .timeout(Duration::from_secs(120))
            .build()?;
        Ok((
            Self {
                child,
                base,
                browser,
            },
            code,
        ))
    }

    fn first_run(&self, code: &str) -> Result<(), Failure> {
        let answers = [
            ("setup_code", code),
            ("landlord.name", "Bench Homes"),
            ("name", "Ada Bench"),
            ("id", "ada"),
            ("password", PASSWORD),
            ("roles", "complaints_officer"),
            ("roles", "administrator"),
        ];
        let address = format!("{}/start", self.base);
        let done = self.browser.post(address).form(&answers).send()?;
        if !done.status().is_success() {
            return Err(done.text()?.into());
        }
        Ok(())
    }

    fn sign_in(&self, id: &str) -> Result<(), Failure> {
        let answers = [("id", id), ("password", PASSWORD)];
        let address = format!("{}/sign-in", self.base);
        let done = self.browser.post(address).form(&answers).send()?;
        done.error_for_status()?;
        Ok(())
    }

    fn get(&self, address: &str) -> Result<String, Failure> {
        let done = self.browser.get(format!("{}{address}", self.base)).send()?;
        let status = done.status();
        let text = done.text()?;
        if !status.is_success() {
            return Err(format!("{address}: {status}").into());
        }
        Ok(text)
    }

    /// Adds a note to a case, as its page does.
    fn note(&self, reference: &str) -> Result<(), Failure> {
        let form = self.get(&format!("/cases/{reference}/do/note"))?;
        let hidden = |name: &str| {
            let (_, after) = form.split_once(&format!("name=\"{name}\" value=\""))?;
            after.split('"').next().map(str::to_owned)
        };
        let version = hidden("version").ok_or("the form names no version")?;
        let answers = [
            ("version", version.as_str()),
            ("text", "Rang the resident."),
        ];
        let address = format!("{}/cases/{reference}/do/note", self.base);
        let done = self.browser.post(address).form(&answers).send()?;
        done.error_for_status()?;
        Ok(())
    }

    /// The case that was received last.
    fn newest(&self) -> Result<String, Failure> {
        let list = self.get("/cases")?;
        let at = list.find("href=\"/cases/C-").ok_or("no case")?;
        let reference = list[at + "href=\"/cases/".len()..].split('"').next();
        Ok(reference.unwrap_or_default().to_owned())
    }

    /// The address of a page far down the list of all cases.
    fn cursor(&self, page: usize) -> Result<String, Failure> {
        let mut address = "/cases".to_owned();
        for _ in 1..page {
            let text = self.get(&address)?;
            let Some(at) = text.find("cursor=") else {
                break;
            };
            let begins = text[..at].rfind("href=\"").ok_or("no link")? + "href=\"".len();
            let next = text[begins..].split('"').next().unwrap_or_default();
            address = next.replace("&amp;", "&").replace("&#38;", "&");
        }
        Ok(address)
    }

    fn measure(&self, address: &str, times: u32) -> Result<Told, Failure> {
        let mut bytes = 0;
        for _ in 0..5 {
            bytes = self.get(address)?.len();
        }
        let mut took = Vec::new();
        let before = self.cpu()?;
        for _ in 0..times {
            let begun = Instant::now();
            self.get(address)?;
            took.push(begun.elapsed());
        }
        let cpu = self.cpu()?.saturating_sub(before) / times;
        took.sort();
        let at = |part: usize| took[(took.len() - 1) * part / 100];
        Ok(Told {
            cpu,
            p50: at(50),
            p95: at(95),
            bytes,
        })
    }

    /// Processor time of all its threads.
    fn cpu(&self) -> Result<Duration, Failure> {
        let mut all = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            all += text
                .split(' ')
                .next()
                .and_then(|n| n.parse().ok())
                .unwrap_or(0);
        }
        Ok(Duration::from_nanos(all))
    }

    /// Memory that is its own, in megabytes.
    fn memory(&self) -> Result<u64, Failure> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find(|line| line.starts_with("VmRSS"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        Ok(kilobytes.ok_or("no VmRSS")? >> 10)
    }

    fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()?;
        self.child.wait()?;
        Ok(())
    }
}

fn fill(store: &Store, cases: usize) -> Result<(), StoreError> {
    let today = Utc::now().date_naive();
    let mut made = 0;
    while made < cases {
        let until = (made + 250).min(cases);
        let done = store.write(move |tx| {
            for n in made..until {
                let first = received(n, cases, today);
                let year = first.format("%Y").to_string().parse().unwrap_or(2026);
                let reference = tx.next_reference(year)?;
                tx.append_events(&reference, &story(n, first, cases, today)?, &timing)?;
            }
            Ok::<_, StoreError>(())
        });
        done.map_err(redress::store::WriteError::flatten)?;
        made = until;
    }
    Ok(())
}

/// The day of receipt: older cases first, evenly over the years; the open ones in the last three weeks.
fn received(n: usize, cases: usize, today: NaiveDate) -> DateTime<Utc> {
    let closed = cases - cases * OPEN / 1000;
    let days = match n < closed {
        true => 21 + (closed - n) as i64 * (YEARS * 365 - 21) / closed as i64,
        false => (cases - n) as i64 * 20 / (cases - closed) as i64,
    };
    let day = today - TimeDelta::days(days);
    day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::minutes(9 * 60 + (n % 400) as i64)
}

fn story(
    n: usize,
    first: DateTime<Utc>,
    cases: usize,
    today: NaiveDate,
) -> Result<Vec<Recorded>, StoreError> {
    let mut dice = Dice(n as u64);
    let street = ["Mill Lane", "Station Road", "High Street", "Elm Close"][dice.throw(4)];
    let name = format!("{} {}", FIRST[dice.throw(FIRST.len())], dice.word());
    let place = (n % 40_000, street, n % 90, n % 7);
    let address = format!("{} {}, SM{} {}LP", place.0, place.1, place.2, place.3);
    let categories = [
        "property_condition.damp_and_mould",
        "property_condition.leaks_and_flooding",
        "complaints_handling.delay",
    ];
    let words: Vec<String> = (0..60).map(|_| dice.word()).collect();
    let words = words.join(" ");
    let intake = json!({
        "received_at": first, "channel": "phone", "account": words, "outcomes_sought": "Repair it.",
        "complainant": {"name": name, "address": address},
        "points": [{"text": format!("Mould on the wall: {}", dice.word()), "category": categories[n % 3]}],
    });
    let handler = match n % 40 {
        0 => "ada".to_owned(),
        other => format!("officer{other}"),
    };
    let mut events = vec![
        json!({"kind": "complaint_logged", "intake": intake, "policy_version": 1, "receipt_rule": "strict"}),
        json!({"kind": "assigned", "stage": 1, "handler": handler}),
        json!({"kind": "acknowledged", "stage": 1, "definition": "Mould", "outcomes_sought": "Repair it.",
               "handler": handler, "responsible_for": "The repair", "not_responsible_for": "Nothing"}),
    ];
    let said = match n.is_multiple_of(997) {
        true => "The gutter over the bedroom is cracked.",
        false => "Rang the resident and spoke about the repair and the access.",
    };
    for _ in 0..5 {
        events.push(json!({"kind": "note_added", "text": said}));
    }
    if n % 1000 < RESTRICTED {
        events.push(json!({"kind": "restricted", "people": ["eve"], "reason": "Staff"}));
    }
    let open = n >= cases - cases * OPEN / 1000;
    if !open && first.date_naive() + Days::new(20) < today {
        events.push(json!({"kind": "response_issued", "stage": 1, "summary": "We repaired it.", "outcome": "upheld"}));
        events.push(
            json!({"kind": "closed", "root_causes": ["delay_internal"], "learning": "Ring."}),
        );
    }
    let days = [0, 0, 3, 4, 5, 6, 8, 10, 12, 14, 18];
    (1..)
        .zip(events)
        .zip(days)
        .map(|((seq, event), day)| {
            let at = (first + TimeDelta::days(day)).min(Utc::now());
            Ok(Recorded {
                seq,
                at,
                recorded_at: at,
                actor: "ada".into(),
                event: serde_json::from_value(event)
                    .map_err(|error| StoreError::Damaged(error.to_string()))?,
            })
        })
        .collect()
}

const FIRST: [&str; 8] = ["Mary", "Łukasz", "Jo", "Ann", "David", "Amara", "Li", "Tom"];

/// Throws that are the same for the same case.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    /// A word of five thousand, some of them everywhere and most of them rare, as words are.
    fn word(&mut self) -> String {
        const WORDS: f64 = 5_000.0;
        let part = self.throw(1 << 20) as f64 / f64::from(1 << 20);
        format!("{}", Spoken(WORDS.powf(part) as usize))
    }
}

/// A number as a word that can be said.
struct Spoken(usize);

impl std::fmt::Display for Spoken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        loop {
            let (consonants, vowels) = ("bdfgklmnprst".as_bytes(), "aeiou".as_bytes());
            let syllable = [consonants[rest % 12], vowels[rest / 12 % 5]];
            write!(f, "{}", syllable.map(char::from).iter().collect::<String>())?;
            rest /= 60;
            if rest == 0 {
                return f.write_str("m");
            }
        }
    }
}

/// The next date and what was in time, about as the clocks have it.
fn timing(case: &Case) -> Timing {
    let calendar = Calendar::england();
    let received = case.received_at.date_naive();
    let due = calendar.add_working_days(received, 13).unwrap_or(received);
    let flags = StageFlags {
        ack_in_time: Some(true),
        response_in_time_from_ack: Some(!case.version.is_multiple_of(7)),
        response_in_time_overall: Some(!case.version.is_multiple_of(7)),
    };
    Timing {
        due: (!case.state.is_ended()).then(|| Deadline {
            on: due,
            clock: "S1_RESPONSE".into(),
        }),
        flags: CaseFlags {
            stage1: Some(flags),
            stage2: None,
        },
        worked: [Some(4 + case.version % 9), None],
    }
}
