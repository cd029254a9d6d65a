//! The pages as a browser without JavaScript meets them: real server, real forms, real cookies.

mod asking;
mod backups;
mod board;
mod clash;
mod drafts;
mod finding;
mod guarded;
mod house;
mod learning;
mod linking;
mod looking;
mod mapping;
mod ombudsman;
mod rates;
mod roles;
mod signed_in;
pub mod site;
mod turns;
mod work;

use site::Site;

const HOSTILE: &str =
    "<script>alert('x')</script> \"><img src=x onerror=1> {{ 7*7 }} & \u{202e}evil";

/// The answers to "Log a complaint" that every test starts from.
pub fn call<'a>(account: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("channel", "phone"),
        ("received_at", "2026-11-09T09:02"),
        (
            "backdating_reason",
            "The call was on Monday and the system was down",
        ),
        ("account", account),
        ("outcomes_sought", "A lasting repair"),
        ("complainant.name", "Ms Amara Okonjo"),
        ("complainant.tenure", "secure"),
        ("complainant.address", "Flat 12, Beech Court, SM3 9LP"),
        ("complainant.preferred_contact", "letter"),
        (
            "points.0.text",
            "Damp and mould back after three repair visits",
        ),
        ("points.0.category", "property_condition.damp_and_mould"),
        ("decision.kind", "complaint"),
        ("decision.offer_answer", "accepted"),
        ("hazard_kind", "none"),
        ("triage.risk", "standard"),
        // These tests log many complaints of one resident.
        ("another", "yes"),
    ];
    all.extend_from_slice(more);
    all
}

/// Whether a page holds a script other than the program's own file.
pub fn runs_others(page: &str) -> bool {
    page.replace("<script src=\"/assets/redress-", "")
        .contains("<script")
}

#[test]
fn a_complaint_goes_from_the_first_page_to_its_stage_1_response() {
    let site = Site::started();
    let reference = site.log(&call(
        "It comes back every time it rains.",
        &[("complainant.adjustments", "large_print")],
    ));
    let page = site.get(&format!("/cases/{reference}"));
    for part in [
        "It comes back every time it rains.",
        "Large print",
        "Stage 1 acknowledgement",
        "Why this date",
    ] {
        assert!(page.text.contains(part), "{part} is not on the case page");
    }

    // A response before its time is refused at the form, with the rule.
    let early = site.act(
        &reference,
        "respond",
        &[("stage", "1"), ("summary", "We are sorry.")],
    );
    assert_eq!(early.status, 422, "{}", early.text);
    assert!(early.text.contains("There is a problem") && early.text.contains("Error:"));

    let empty = site.act(
        &reference,
        "acknowledge",
        &[("stage", "1"), ("definition", "")],
    );
    assert_eq!(empty.status, 422);
    assert!(
        empty.text.contains("href=\"#definition\""),
        "the summary leads to the field"
    );
    assert!(
        empty.text.contains("Code 5.6"),
        "with the paragraph of the Code"
    );

    site.done(
        &reference,
        "acknowledge",
        &[
            ("stage", "1"),
            ("definition", "Damp and mould that came back"),
            ("outcomes_sought", "A lasting repair"),
            ("handler", "dprice"),
        ],
    );
    site.done(
        &reference,
        "decide_point",
        &[
            ("point", "1"),
            ("decision", "upheld"),
            ("reasons", "Three visits did not find the cause."),
        ],
    );
    let answer = [
        ("stage", "1"),
        ("summary", "We are sorry."),
        ("approved_by", "smalik"),
    ];
    let looking: Vec<_> = answer.into_iter().chain([("look", "yes")]).collect();
    let preview = site.act(&reference, "respond", &looking);
    assert_eq!(preview.status, 200, "{}", preview.text);
    assert_eq!(preview.header("content-type"), "application/pdf");
    assert!(preview.header("content-disposition").starts_with("inline"));
    let looked = site.get(&format!("/cases/{reference}"));
    assert!(
        !looked.text.contains("Stage 1 response issued"),
        "only looked at"
    );
    assert!(
        !looked
            .text
            .contains("Our stage 1 response to your complaint")
    );
    site.done(&reference, "respond", &answer);
    let page = site.get(&format!("/cases/{reference}"));
    assert!(
        page.text.contains("Stage 1 response issued: upheld"),
        "the audit trail has the button's words"
    );
    assert!(page.text.len() < 60_000, "{} bytes", page.text.len());
    let letter = page
        .link("Our stage 1 response to your complaint")
        .expect("the letter is a download");
    let letter = letter.trim_end_matches("/view");
    assert!(site.get(letter).text.starts_with("%PDF"));
}

#[test]
fn the_bundle_is_one_click_and_says_what_is_missing() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let page = site.get(&format!("/cases/{reference}/bundle"));
    assert!(
        page.text.contains("Still missing") && page.text.contains("04 Repairs and inspections")
    );
    let nothing_ticked = site.post(
        &format!("/cases/{reference}/bundle"),
        &[("mode", "focused")],
    );
    assert_eq!(nothing_ticked.status, 422);
    let zip = site.post(&format!("/cases/{reference}/bundle"), &[]);
    assert_eq!(
        zip.header("content-type"),
        "application/zip",
        "{}",
        zip.text
    );
    assert!(zip.header("content-disposition").contains(&reference));
    assert!(zip.text.starts_with("PK"));
    let after = site.get(&format!("/cases/{reference}"));
    assert!(
        after.text.contains("Bundle made"),
        "what left is on the record"
    );
    let before = site.get(&format!("/cases/{reference}/bundle"));
    for part in [
        "What left before",
        "Ombudsman bundle, full",
        "by Daniel Price. Nothing has come since.",
        "SHA-256",
    ] {
        assert!(before.text.contains(part), "{part}: {}", before.text);
    }
    site.attach(&reference, "photo.jpg", &[7; 2_100_000]);
    let after = site.get(&format!("/cases/{reference}/bundle"));
    assert!(
        after.text.contains("Since then: 1 entry."),
        "{}",
        after.text
    );
    assert!(
        after.text.contains("14 Media: 1 document, 2.1 MB"),
        "{}",
        after.text
    );
    let wrong = site.act(
        &reference,
        "explain_gap",
        &[("what", "The tenancy agreement")],
    );
    assert_eq!(wrong.status, 422);
}

#[test]
fn someone_who_was_quicker_is_shown_and_no_text_is_lost() {
    let site = Site::started();
    let reference = site.log(&call("First words", &[]));
    let seen = site.version(&reference);
    site.done(&reference, "note", &[("text", "I was quicker")]);
    let clash = site.post(
        &format!("/cases/{reference}/do/withdraw"),
        &[
            ("version", &seen),
            ("account", "Words that took a long time to type"),
        ],
    );
    assert_eq!(clash.status, 412);
    assert!(
        clash.text.contains("Words that took a long time to type"),
        "the text is kept"
    );
    assert!(clash.text.contains("Note added"), "what changed is shown");
    assert!(
        clash
            .text
            .contains(&format!("value=\"{}\"", site.version(&reference))),
        "and may be sent again"
    );
}

#[test]
fn hostile_text_stays_text_on_every_page() {
    let site = Site::started();
    let more = [
        ("members", HOSTILE),
        ("heard_by", HOSTILE),
        ("other_adjustment", HOSTILE),
        ("representative.name", HOSTILE),
    ];
    let mut answers = call(HOSTILE, &more);
    answers.retain(|(name, _)| *name != "complainant.name" && *name != "points.0.text");
    answers.extend([("complainant.name", HOSTILE), ("points.0.text", HOSTILE)]);
    let reference = site.log(&answers);
    site.done(&reference, "note", &[("text", HOSTILE)]);
    site.done(
        &reference,
        "record_contact",
        &[
            ("direction", "in"),
            ("channel", "phone"),
            ("with", HOSTILE),
            ("summary", HOSTILE),
        ],
    );
    site.attach(&reference, "../../\u{202e}<b>.html", HOSTILE.as_bytes());
    let case = format!("/cases/{reference}");
    let find = format!("/cases?q={}", "%3Cscript%3E%22%3E");
    for address in [
        "/",
        "/cases",
        &case,
        &format!("{case}/audit"),
        &format!("{case}/do/acknowledge"),
        &find,
    ] {
        let page = site.get(address);
        assert_eq!(page.status, 200, "{address}");
        assert!(
            !runs_others(&page.text),
            "{address} runs the resident's script"
        );
        assert!(
            !page.text.contains("<img"),
            "{address} shows the resident's picture"
        );
        assert!(
            !page.text.contains("style=\""),
            "{address} has inline style"
        );
    }
    let page = site.get(&case);
    let document = page.link("b_.html").expect("the document");
    let shown = site.get(&document);
    assert!(!runs_others(&shown.text), "{}", shown.text);
    let download = site.get(document.trim_end_matches("/view"));
    assert_eq!(
        download.header("content-disposition").split(';').next(),
        Some("attachment")
    );
    assert!(
        download
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert_eq!(download.header("x-content-type-options"), "nosniff");
}

#[test]
fn pages_are_for_those_who_signed_in_and_posts_for_our_own_pages() {
    let site = Site::started();
    let stranger = site.stranger();
    let page = stranger.get("/cases");
    assert!(
        page.text.contains("Sign in") && page.address.contains("/sign-in"),
        "{}",
        page.address
    );
    let wrong = stranger.post(
        "/sign-in",
        &[("id", "dprice"), ("password", "not this one")],
    );
    assert_eq!(wrong.status, 422);
    assert!(
        !wrong.text.contains("not this one"),
        "a password is never drawn again"
    );

    let forged = site.post_from("https://evil.example", "/log", &call("x", &[]));
    assert_eq!(forged.status, 403);

    for address in [
        "/",
        "/log",
        "/clocks",
        "/settings",
        "/settings/roles",
        "/settings/password",
        "/settings/letters",
        "/settings/links",
        "/settings/calendar",
        "/settings/policies",
        "/about",
    ] {
        let page = site.get(address);
        assert_eq!(page.status, 200, "{address}: {}", page.text);
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(policy.ends_with("report-uri /policy-report"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store", "{address}");
        assert!(page.text.contains("Skip to main content"), "{address}");
        assert!(
            page.text.len() < 60_000,
            "{address}: {} bytes",
            page.text.len()
        );
    }
    let report = r#"{"csp-report":{"document-uri":"http://x/cases?q=Ann","blocked-uri":"inline","effective-directive":"script-src"}}"#;
    assert_eq!(site.report(report), 204);
    assert_eq!(site.report("no report"), 400);
    let queue = site.get("/");
    let sheet = queue
        .text
        .split("<link rel=\"stylesheet\" href=\"")
        .nth(1)
        .expect("a style sheet");
    let sheet = site.get(sheet.split('"').next().expect("its address"));
    assert!(sheet.text.contains(".rd-bar") && sheet.header("cache-control").contains("immutable"));
    assert_eq!(site.get("/cases/C-1999-0001").status, 404);
    assert_eq!(site.get("/cases/nonsense").status, 404);
    site.post("/sign-out", &[]);
    assert!(site.get("/cases").address.contains("/sign-in"));
}
