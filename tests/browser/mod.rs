//! The pages in a real browser: what a person at a desk, at a keyboard and on a phone does, from the first start.

mod axe;
mod hostile;
mod tab;
mod together;

use redress::export::verify_bundle;
use tab::{Screen, Tab, browser};

use crate::support::Server;

const PASSWORD: &str = "three unrelated words";

/// Each breaks out of another place of a page where text may stand.
const HOSTILE: &str = "</textarea></title><script>pwned=1</script><img src=x onerror=pwned=1> \
                       \"autofocus onfocus=pwned=1 x=\" 'onmouseover=pwned=1' {{ 7*7 }} &lt;b&gt; =HYPERLINK(1)";

/// The landlord's people and their roles, beside the administrator who is also the complaints officer.
const PEOPLE: [(&str, &str, &str); 3] = [
    ("saira.malik", "Saira Malik", "team_leader"),
    ("rosa.lund", "Rosa Lund", "stage2_reviewer"),
    ("nora.quist", "Nora Quist", "director"),
];

/// A new landlord, made by page as its administrator would, and their tab.
async fn landlord(server: &mut Server, screen: Screen) -> Tab {
    let tab = Tab::open(server.base(), screen).await;
    tab.go("/").await;
    assert_eq!(
        tab.at().await,
        "/start",
        "a new file begins with the first run"
    );
    tab.put("setup_code", &server.setup_code()).await;
    tab.put("landlord.name", "Harbour & Vale Homes").await;
    tab.put("name", "Daniel Price").await;
    tab.put("id", "daniel.price").await;
    tab.put("password", PASSWORD).await;
    tab.put("roles", "complaints_officer").await;
    tab.send().await;
    assert_eq!(tab.at().await, "/", "{}", tab.words().await);
    for (id, name, role) in PEOPLE {
        let answers = [
            ("name", name),
            ("id", id),
            ("password", PASSWORD),
            ("roles", role),
        ];
        tab.fill("/settings", &answers).await;
        tab.shows(name).await;
    }
    tab
}

/// Someone of the landlord's, signed in.
async fn signed_in(server: &Server, id: &str) -> Tab {
    signed_in_on(server, id, Screen::Desk).await
}

async fn signed_in_on(server: &Server, id: &str, screen: Screen) -> Tab {
    let tab = Tab::open(server.base(), screen).await;
    tab.fill("/sign-in", &[("id", id), ("password", PASSWORD)])
        .await;
    assert_eq!(tab.at().await, "/", "{}", tab.words().await);
    tab
}

/// The answers without which nothing is logged, in the order of the page.
const CALL: [(&str, &str); 9] = [
    ("complainant.name", "Amara Okonjo"),
    ("complainant.tenure", "secure"),
    ("complainant.preferred_contact", "letter"),
    ("account", "It comes back every time it rains."),
    ("channel", "phone"),
    ("points.0.text", "Damp and mould back after three visits"),
    ("points.0.category", "property_condition.damp_and_mould"),
    ("decision.kind", "complaint"),
    ("decision.offer_answer", "accepted"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_goes_by_keyboard_and_page_from_the_first_start_to_a_bundle_that_verifies() {
    if browser() {
        from_the_first_start_to_a_bundle(Screen::Desk).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_goes_in_a_browser_that_runs_no_scripts() {
    if browser() {
        from_the_first_start_to_a_bundle(Screen::Plain).await;
    }
}

async fn from_the_first_start_to_a_bundle(screen: Screen) {
    let mut server = Server::start();
    let officer = landlord(&mut server, screen).await;

    officer.go("/help").await;
    let scripts = match screen {
        Screen::Plain => "Keys work where scripts run.",
        _ => "The keys are on in this browser.",
    };
    officer.shows(scripts).await;
    officer.go("/log").await;
    for (name, value) in CALL {
        officer.walk(name, value).await;
    }
    officer.send().await;
    let case = officer.at().await;
    let case = case.split('?').next().expect("a path").to_owned();
    assert!(case.starts_with("/cases/C-"), "{}", officer.words().await);
    officer.shows("It comes back every time it rains.").await;

    // A response before its time: the rule, beside the form, and the words kept.
    let early = [("summary", "We are sorry.")];
    officer.fill(&format!("{case}/do/respond"), &early).await;
    officer.shows("There is a problem").await;
    officer.shows("We are sorry.").await;

    let agreed = [
        ("definition", "Damp and mould that came back"),
        ("outcomes_sought", "A lasting repair"),
        ("handler", "daniel.price"),
    ];
    officer
        .fill(&format!("{case}/do/acknowledge"), &agreed)
        .await;
    officer.shows("Stage 1 acknowledged").await;
    let upheld = [
        ("decision", "upheld"),
        ("reasons", "Three visits did not find the cause."),
    ];
    officer
        .fill(&format!("{case}/do/decide_point"), &upheld)
        .await;
    let answer = [("summary", "We are sorry."), ("approved_by", "saira.malik")];
    officer.fill(&format!("{case}/do/respond"), &answer).await;
    officer.shows("Stage 1 response issued: upheld").await;
    let again = [("channel", "phone"), ("account", "The mould is back.")];
    officer.fill(&format!("{case}/do/escalate"), &again).await;
    officer.shows("The mould is back.").await;

    // The stage 1 handler may not review; the reviewer may.
    let reviewer = signed_in_on(&server, "rosa.lund", screen).await;
    let agreed = [
        ("definition", "Mould, again"),
        ("outcomes_sought", "A survey"),
        ("handler", "rosa.lund"),
    ];
    reviewer
        .fill(&format!("{case}/do/acknowledge"), &agreed)
        .await;
    reviewer.shows("Stage 2 acknowledged").await;
    officer
        .fill(&format!("{case}/do/decide_point"), &upheld)
        .await;
    officer.shows("There is a problem").await;
    reviewer
        .fill(&format!("{case}/do/decide_point"), &upheld)
        .await;
    let answer = [
        ("summary", "The review found delay."),
        ("approved_by", "nora.quist"),
    ];
    reviewer.fill(&format!("{case}/do/respond"), &answer).await;
    reviewer.shows("Stage 2 response issued: upheld").await;

    officer.go(&case).await;
    officer.click("Ombudsman bundle").await;
    let bundle = officer.saved();
    let report = verify_bundle(&bundle).expect("a bundle");
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    officer.go(&case).await;
    officer.shows("Bundle made").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_added_by_keyboard_and_an_offer_follows_it() {
    if !browser() {
        return;
    }
    let mut server = Server::start();
    let tab = landlord(&mut server, Screen::Desk).await;
    tab.go("/settings/rates").await;
    let room = [
        ("label", "Loss of a bedroom"),
        ("head", "room_loss"),
        ("unit", "week"),
        ("rate_pence", "25"),
        ("source.title", "Compensation policy 3.0, table 2"),
        ("why", "The board agreed"),
    ];
    for (name, value) in room {
        tab.walk(name, value).await;
    }
    tab.send().await;
    tab.shows("£25.00 a week").await;
    tab.fill("/log", &CALL).await;
    let case = tab.at().await;
    let case = case.split('?').next().expect("a path").to_owned();
    tab.go(&format!("{case}/do/offer_remedy")).await;
    tab.put("rate", "loss_of_a_bedroom").await;
    tab.put("quantity", "6").await;
    tab.click("Work out the sum").await;
    tab.shows("6 weeks at £25.00: £150.00.").await;
    assert!(
        tab.at().await.ends_with("#trial"),
        "the page is where the sum is"
    );
    tab.put("kind", "financial_remedy").await;
    tab.put("description", "For the room that could not be used")
        .await;
    tab.put("due", "2099-01-04").await;
    tab.send().await;
    tab.shows("Loss of a bedroom, £25.00 a week").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_shows_every_page_and_hostile_words_do_nothing_on_any() {
    if !browser() {
        return;
    }
    let mut server = Server::start();
    let tab = landlord(&mut server, Screen::Phone).await;
    let folder = tempfile::tempdir().expect("a folder");
    let quoted = HOSTILE.replace('"', "\"\"");
    let repairs = format!(
        "Job No,Property Ref,Date Raised,Description,Status\n204,00700123,02/09/2026,\"{quoted}\",Open\n"
    );
    std::fs::write(folder.path().join("repairs.csv"), repairs).expect("a file");
    let path = folder.path().display().to_string();
    let link = [("key", "housing"), ("folder", path.as_str())];
    tab.fill("/settings/links/new?plugin=csv-folder", &link)
        .await;
    let other = [
        ("key", "made up"),
        ("c.n-source.base_url", "https://repairs.example.org/api/"),
    ];
    tab.fill("/settings/links/new?plugin=rest-json", &other)
        .await;
    tab.go("/log").await;
    tab.put("complainant.property_ref", "00700123").await;
    for (name, value) in CALL {
        let hostile = ["account", "complainant.name", "points.0.text"].contains(&name);
        tab.put(name, if hostile { HOSTILE } else { value }).await;
    }
    for name in [
        "outcomes_sought",
        "heard_by",
        "complainant.address",
        "complainant.safe_contact",
        "members",
    ] {
        tab.put(name, HOSTILE).await;
    }
    tab.send().await;
    let case = tab.at().await;
    let case = case.split('?').next().expect("a path").to_owned();
    assert!(case.starts_with("/cases/C-"), "{}", tab.words().await);
    tab.shows("<script>pwned=1</script>").await;
    tab.fill(&format!("{case}/do/note"), &[("text", HOSTILE)])
        .await;
    let machine = server.token("Photos", &["complaints_officer"]);
    tokio::task::block_in_place(|| {
        let machine = server.with_secret(&machine);
        let reference = case.trim_start_matches("/cases/");
        let heic = include_bytes!("../pdf/photo.heic");
        let titled = [("kind", "photo"), ("title", HOSTILE)];
        machine
            .attach(reference, "wall.heic", heic, &titled)
            .is(201);
        let turned = include_bytes!("../pdf/turned.jpg");
        machine
            .attach(reference, "after.jpg", turned, &titled)
            .is(201);
        machine
            .attach(reference, "call.txt", HOSTILE.as_bytes(), &[])
            .is(201);
        machine.done(
            reference,
            serde_json::json!({"command": "pair_photos", "before": 1, "after": 2}),
        );
        let commands = [
            serde_json::json!({"command": "acknowledge", "stage": 1, "definition": HOSTILE, "outcomes_sought": HOSTILE,
                "responsible_for": HOSTILE, "handler": "daniel.price", "adjustments_note": HOSTILE}),
            serde_json::json!({"command": "decide_point", "point": 1, "decision": "upheld", "reasons": HOSTILE}),
            serde_json::json!({"command": "request_approval", "subject": {"what": "response", "stage": 1},
                "note": HOSTILE, "response": {"summary": HOSTILE, "learning": "Before."}}),
            serde_json::json!({"command": "request_approval", "subject": {"what": "response", "stage": 1},
                "response": {"summary": "After.", "learning": HOSTILE}}),
        ];
        for command in commands {
            machine.done(reference, command);
        }
        let learning = serde_json::json!({"learnt": HOSTILE, "change": HOSTILE, "owner": "daniel.price",
            "due": "2026-01-01", "measure": HOSTILE, "cases": [reference], "progress": "done", "outcome": HOSTILE,
            "ended_on": "2026-01-02", "published": {"you_said": HOSTILE, "we_did": HOSTILE}});
        machine.post("/learning", &learning).is(201);
    });
    for page in [
        "/",
        "/cases",
        "/cases?q=script",
        "/cases?q=stage:3",
        "/?view=all&q=is:open",
        "/views?sort=due&q=is:open",
        "/board",
        "/ombudsman",
        "/board?published=1",
        "/clocks",
        "/feed",
        "/reminders",
        "/board/compare",
        "/learning",
        "/learning/new",
        "/learning/1",
        "/learning/1/change",
        "/search",
        "/search?q=mould",
        "/search?q=stage:9%20mould",
        "/search?q=nothingofthekind",
        "/help",
        "/help?q=extend",
        "/help/finding",
        "/about",
        "/settings",
        "/settings/sessions",
        "/settings/tokens",
        "/sessions",
        "/settings/calendar",
        "/settings/policies",
        "/settings/rules",
        "/settings/history",
        "/settings/look",
        "/settings/giving",
        "/settings/history?show=all",
        "/settings/rates",
        "/settings/rates/change?key=no_power",
        "/settings/links",
        "/settings/links/housing",
        "/settings/links/new?plugin=rest-json",
        "/settings/links/made%20up/mapping?kind=repair",
        "/settings/plugins",
        "/settings/plugins/hackney",
        "/settings/plugins/subject-access",
        "/settings/backups",
        "/settings/backups/bucket",
        "/password",
        &case,
        &format!("{case}/audit"),
        &format!("{case}/bundle"),
        &format!("{case}/exports/case-pdf"),
        &format!("{case}/exports/portable"),
        &format!("{case}/exports/subject-access"),
        &format!("{case}/evidence"),
        &format!("{case}/links/housing/repair/204"),
        &format!("{case}/documents"),
        &format!("{case}/documents/1/view"),
        &format!("{case}/documents/3/view"),
        &format!("{case}/do/pair_photos?after=2&before=1"),
        &format!("{case}/approvals/1"),
        &format!("{case}/approvals/2"),
        &format!("{case}/do/respond"),
        &format!("{case}/do/acknowledge"),
        &format!("{case}/do/offer_remedy"),
        &format!("{case}/do/refuse"),
        "/nowhere",
    ] {
        tab.go(page).await;
        let words = tab.words().await;
        assert!(!words.is_empty(), "{page} is empty");
        assert_eq!(words.contains("Not found"), page == "/nowhere", "{page}");
    }
}
