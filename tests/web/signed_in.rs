//! Who is signed in, and the tokens of machines, on their pages.

use super::site::Site;

#[test]
fn a_session_is_seen_and_ended_by_its_owner_and_by_an_administrator() {
    let site = Site::started();
    let officer = site.as_role("complaints_officer");
    let mine = officer.get("/sessions");
    assert!(
        mine.text.contains("Now, on this page") && mine.text.contains("127.0.0.1"),
        "{}",
        mine.text
    );
    assert!(!mine.text.contains("dprice"), "one sees one's own only");
    assert_eq!(officer.get("/settings/sessions").status, 403);
    // What one does not have one cannot end, though one may have learnt what it is called.
    let all = site.get("/settings/sessions");
    assert!(all.text.contains("Daniel Price (dprice)"), "{}", all.text);
    let his = site.hidden("/sessions", "id");
    officer.post("/sessions", &[("id", &his)]);
    assert_eq!(site.get("/sessions").status, 200);
    assert!(
        site.get("/sessions").text.contains("Now, on this page"),
        "still signed in"
    );

    let theirs = officer.hidden("/sessions", "id");
    let ended = site.post("/settings/sessions", &[("id", &theirs)]);
    assert!(
        ended.status == 200 && !ended.text.contains(&theirs),
        "{}",
        ended.text
    );
    let out = officer.get("/sessions");
    assert!(out.address.contains("/sign-in"), "{}", out.address);
    // Twice is once, and one's own ends here and now.
    assert_eq!(
        site.post("/settings/sessions", &[("id", &theirs)]).status,
        200
    );
    let out = site.post("/sessions", &[("id", &his)]);
    assert!(out.address.contains("/sign-in"), "{}", out.address);
}

#[test]
fn a_token_is_made_once_shown_once_and_ended() {
    let site = Site::started();
    let key = site.hidden("/settings/tokens", "key");
    let mut answers = vec![
        ("name", ""),
        ("roles", "auditor"),
        ("until", ""),
        ("key", key.as_str()),
    ];
    let refused = site.post("/settings/tokens", &answers);
    assert!(
        refused.status == 422 && refused.text.contains("href=\"#name\""),
        "{}",
        refused.text
    );
    answers[0].1 = "Data warehouse <b>";
    let made = site.post("/settings/tokens", &answers);
    let (_, rest) = made.text.split_once("redress_").expect("the secret");
    let secret: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    assert!(!made.text.contains("warehouse <b>"), "{}", made.text);
    let list = site.get("/settings/tokens");
    assert!(
        list.text.contains("Data warehouse") && !list.text.contains(&secret),
        "{}",
        list.text
    );
    let again = site.post("/settings/tokens", &answers);
    assert!(
        again.status == 422 && again.text.contains("revoke the token"),
        "{}",
        again.text
    );
    let id = site.hidden("/settings/tokens", "id");
    let ended = site.post("/settings/tokens/revoke", &[("id", &id)]);
    assert!(ended.text.contains("Ended on"), "{}", ended.text);
    let officer = site.as_role("complaints_officer");
    assert_eq!(officer.get("/settings/tokens").status, 403);
}
