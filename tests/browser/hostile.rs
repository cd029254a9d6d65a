//! Texts that mean harm, through every field of every form there is, in a real browser: nothing runs, nothing is let
//! through, and the browser has nothing to report.

use redress::web::commands;
use serde_json::json;

use super::tab::{Screen, browser};
use super::{HOSTILE, landlord};
use crate::support::Server;
use crate::support::words::complaint;

/// Each breaks out of another kind of place, or runs by another way.
const CORPUS: [&str; 16] = [
    HOSTILE,
    "<script>pwned=1</script>",
    "\"><svg onload=pwned=1>",
    "'><img src=x onerror=pwned=1>",
    "</script><script>pwned=1</script>",
    "javascript:pwned=1",
    "JaVaScRiPt:/*--></title></style></textarea></script></xmp><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+pwned=1//'>",
    "data:text/html,<script>pwned=1</script>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<a href=javascript:pwned=1>click</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=pwned=1>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "{{constructor.constructor('pwned=1')()}}${pwned=1}#{pwned=1}<%= pwned=1 %>",
    "\u{202e}<b onclick=pwned=1>\u{2066}\u{0}\u{feff}x</b>",
    "&lt;script&gt;pwned=1&lt;/script&gt;&#x3c;img src=x onerror=pwned=1&#x3e;",
];

/// The forms beside those of a case.
const FORMS: [&str; 15] = [
    "/log",
    "/away",
    "/views?q=is:open&sort=due",
    "/settings",
    "/settings/calendar",
    "/settings/categories",
    "/settings/rates",
    "/settings/rules",
    "/settings/giving",
    "/settings/policies",
    "/settings/letters",
    "/settings/tokens",
    "/settings/backups",
    "/settings/links/new?plugin=csv-folder",
    "/settings/links/new?plugin=rest-json",
];

/// Where what was typed stands afterwards.
const PAGES: [&str; 22] = [
    "/",
    "/cases",
    "/search?q=pwned",
    "/search?q=%22%3Cscript%3E",
    "/cases?q=%3Csvg%20onload=pwned=1%3E",
    "/board",
    "/board?published=1",
    "/ombudsman",
    "/clocks",
    "/log",
    "/away",
    "/settings",
    "/settings/calendar",
    "/settings/categories",
    "/settings/rates",
    "/settings/giving",
    "/settings/policies",
    "/settings/tokens",
    "/settings/backups",
    "/settings/links",
    "/settings/sessions",
    "/settings/history",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_text_that_means_harm_does_anything_in_any_field() {
    if !browser() {
        return;
    }
    let mut server = Server::start();
    let tab = landlord(&mut server, Screen::Desk).await;
    tab.no_axe();
    let machine = server.token("Case system", &["complaints_officer"]);
    let mut taken = 0;
    for page in FORMS {
        // Once for what it refuses, and again from another place of the corpus.
        for _ in 0..2 {
            tab.go(page).await;
            taken += tab.fill_all(&CORPUS, taken).await;
        }
    }
    assert!(taken > 60, "{taken} fields of the settings and the log");
    let before = taken;
    for spec in commands::all() {
        // A case of its own for each, so that one that ends it stands in nobody's way.
        let reference = tokio::task::block_in_place(|| ready_case(&server, &machine, spec.name));
        let case = format!("/cases/{reference}");
        tab.go(&format!("{case}/do/{}", spec.name)).await;
        taken += tab.fill_all(&CORPUS, taken).await;
        tab.go(&format!("{case}?all=1")).await;
    }
    assert!(taken - before > 60, "{} fields of cases", taken - before);
    for page in PAGES {
        tab.go(page).await;
    }
}

/// A complaint that was acknowledged, unless that is what is to be tried.
fn ready_case(server: &Server, secret: &str, command: &str) -> String {
    let machine = server.with_secret(secret);
    let reference = machine.log(&complaint(3));
    if !["acknowledge", "refuse"].contains(&command) {
        machine.done(
            &reference,
            json!({"command": "acknowledge", "stage": 1, "definition": "Mould", "outcomes_sought": "A repair",
                   "handler": "daniel.price", "responsible_for": "All", "not_responsible_for": ""}),
        );
    }
    reference
}
