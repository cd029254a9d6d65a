//! What a browser meets at the edges: requests that no page of ours sends, settings of others, erasing, a proxy.

use redress::store::Options;

use crate::support::Server;
use crate::web::{call, site::Site};

#[test]
fn what_cannot_be_read_is_answered_with_a_page() {
    let site = Site::started();
    let forged = site.post_from("https://evil.example", "/log", &call("x", &[]));
    assert_eq!(forged.status, 403);
    let wrong_way = site.post("/clocks", &[]);
    assert_eq!(
        (wrong_way.status, wrong_way.header("allow")),
        (405, "GET,HEAD".to_owned())
    );
    let no_number = site.get("/cases/C-2026-0001/documents/none");
    assert!(no_number.status == 400 || no_number.status == 404);
    for page in [forged, wrong_way, no_number] {
        let kind = page.header("content-type");
        assert!(
            kind.starts_with("text/html"),
            "{}: {kind} {}",
            page.status,
            page.text
        );
        assert!(page.text.contains("<h1"), "{}", page.text);
    }
}

#[test]
fn a_file_over_the_limit_comes_back_as_the_form_with_the_reason() {
    let site = Site::started_with(Options {
        document_limit: 1 << 20,
        ..Options::default()
    });
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let page = site.upload(&reference, "film.mp4", &vec![b'x'; 6 << 20]);
    assert_eq!(page.status, 413, "{}", page.text);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.text.contains("larger than the limit of 1 MB") && page.text.contains("<title>Error:"),
        "{}",
        page.text
    );
    assert!(
        page.text.contains(&format!("href=\"/cases/{reference}\"")),
        "the way back"
    );
    let case = site.get(&format!("/cases/{reference}"));
    assert!(!case.text.contains("film.mp4"));
    site.attach(&reference, "photo.jpg", b"small enough");
}

#[test]
fn settings_are_for_those_who_may_change_them() {
    let site = Site::started();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_string_lossy().into_owned();
    let linked = site.post(
        "/settings/links/new",
        &[
            ("key", "repairs"),
            ("plugin", "csv-folder"),
            ("folder", &path),
        ],
    );
    assert!(linked.text.contains("Test connection"), "{}", linked.text);
    let tested = site.post("/settings/links/check", &[("key", "repairs")]);
    assert!(tested.text.contains("repairs can"), "{}", tested.text);
    site.post(
        "/settings/links/switch",
        &[("key", "repairs"), ("enabled", "no")],
    );
    assert!(site.get("/settings/links").text.contains("Switched off"));
    let filed = site.post(
        "/settings/categories",
        &[
            ("top", "Staff"),
            ("title", "shoes indoors"),
            ("why", "Residents ask"),
        ],
    );
    assert!(filed.text.contains("Shoes indoors"), "{}", filed.text);
    assert!(site.get("/log").text.contains("staff.shoes_indoors"));
    let key = ("key", "staff.shoes_indoors");
    let retired = site.post("/settings/categories/offer", &[key, ("offered", "false")]);
    assert!(retired.text.contains("Bring back"), "{}", retired.text);
    assert!(!site.get("/log").text.contains("staff.shoes_indoors"));
    assert!(site.get("/cases").text.contains("staff.shoes_indoors"));
    let shut = site.post(
        "/settings/calendar",
        &[
            ("what", "closure"),
            ("date", "2026-12-21"),
            ("to", "2026-12-31"),
            ("name", "Christmas shutdown"),
            ("why", "As every year"),
        ],
    );
    assert!(
        shut.text.contains("Office shut: Christmas shutdown"),
        "{}",
        shut.text
    );
    let open = site.post(
        "/settings/calendar/remove",
        &[("date", "2026-12-21"), ("to", "2026-12-31")],
    );
    assert!(
        !open.text.contains("Office shut: Christmas"),
        "{}",
        open.text
    );

    // What letters say is changed from today on, and a survey's address that is none comes back.
    let mut letters = vec![
        ("landlord.name", "Harbour & Vale Homes"),
        ("landlord.phone", "020 7946 0000"),
        ("how_to_complain", "Tell anyone of us."),
        ("ombudsman.name", "Housing Ombudsman Service"),
        ("ombudsman.website", "www.housing-ombudsman.org.uk"),
        ("ombudsman.phone", "0300 111 3000"),
        ("ombudsman.email", "info@housing-ombudsman.org.uk"),
        ("ombudsman.post", "PO Box 1484"),
        ("why", "We ask residents"),
    ];
    let version = site.hidden("/settings/letters", "version");
    letters.push(("version", &version));
    letters.push(("survey_link", "two words"));
    let wrong = site.post("/settings/letters", &letters);
    assert!(
        wrong.status == 422 && wrong.text.contains("href=\"#survey_link\""),
        "{}",
        wrong.text
    );
    letters.pop();
    letters.push(("survey_link", "www.example.org/survey?a=1&b=\u{201c}x"));
    assert_eq!(site.post("/settings/letters", &letters).status, 200);
    let late = site.post("/settings/letters", &letters);
    assert!(
        late.status == 422
            && late
                .text
                .contains("Someone else has changed these settings"),
        "{}",
        late.text
    );
    let kept = site.get("/settings/letters").text;
    assert!(
        kept.contains("www.example.org/survey?a=1&#38;b=") && kept.contains("Tell anyone of us."),
        "{kept}"
    );

    let leader = site.stranger();
    leader.post(
        "/sign-in",
        &[("id", "smalik"), ("password", "three unrelated words")],
    );
    assert_eq!(leader.get("/settings/links").status, 403);
    let calendar = leader.get("/settings/calendar");
    assert_eq!(calendar.status, 200);
    assert!(!calendar.text.contains("Take out") && !calendar.text.contains("Add the days"));
    let letters_seen = leader.get("/settings/letters").text;
    assert!(
        letters_seen.contains("Tell anyone of us.") && !letters_seen.contains("Why it changes")
    );
    assert_eq!(leader.post("/settings/letters", &letters).status, 403);
}

#[test]
fn erasing_is_led_to_from_the_audit_and_says_what_is_wrong() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    site.done(&reference, "note", &[("text", "A quixotic remark")]);
    let audit = site.get(&format!("/cases/{reference}/audit"));
    assert!(audit.text.contains(&format!("/cases/{reference}/erase")));
    let erase = format!("/cases/{reference}/erase");
    assert!(site.get(&erase).text.contains("Lawful reason"));
    let first = site.post(&erase, &[("entries", "1"), ("reason", "A request")]);
    assert!(
        first.status == 422 && first.text.contains("the complaint itself"),
        "{}",
        first.text
    );
    let number = site.version(&reference);
    let done = site.post(&erase, &[("entries", &number), ("reason", "A request")]);
    assert!(done.text.contains("Erased: Note added"), "{}", done.text);
    assert!(
        !site
            .get(&format!("/cases/{reference}"))
            .text
            .contains("quixotic")
    );
}

#[test]
fn behind_a_proxy_a_guesser_locks_out_nobody_else() {
    let server = Server::with(&["--secure"]);
    let client = crate::support::plain_http();
    let front = client
        .get(format!("{}/sign-in", server.base()))
        .header("x-request-id", "a line of mine")
        .send()
        .expect("an answer");
    let number = front.headers()["x-request-id"].to_str().expect("a number");
    assert_eq!(
        number.len(),
        16,
        "what is fit for no log is not taken over: {number}"
    );
    assert_eq!(
        front.headers()["strict-transport-security"],
        "max-age=31536000"
    );
    let try_as = |account: &str, from: &str| {
        let request = client
            .post(format!("{}/sign-in", server.base()))
            .header("x-forwarded-for", from)
            .form(&[("id", account), ("password", "not this one, surely")]);
        request.send().map_or(0, |answer| answer.status().as_u16())
    };
    let setup = server.caller("Setup", &["administrator"]);
    setup
        .post(
            "/people",
            &serde_json::json!({"id": "meera", "name": "Meera", "roles": ["administrator"],
                                "password": "three unrelated words"}),
        )
        .is(201);
    let guesses: Vec<_> = (0..41)
        .map(|i| try_as(&format!("user{i}"), "198.51.100.9, 203.0.113.7"))
        .collect();
    assert_eq!((guesses[0], guesses[40]), (422, 429), "{guesses:?}");
    assert_eq!(try_as("meera", "198.51.100.9, 203.0.113.8"), 422);
}
