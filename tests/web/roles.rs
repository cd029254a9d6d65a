//! What each role meets: pages that make sense, and no button that leads to a refusal.

use super::call;
use super::site::Site;

#[test]
fn nobody_is_led_to_what_their_role_may_not_do() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let case = format!("/cases/{reference}");
    let forms = [
        "/log".to_owned(),
        format!("{case}/do/acknowledge"),
        format!("{case}/do/assign"),
        format!("{case}/do/note"),
        format!("{case}/documents"),
        format!("{case}/bundle"),
        format!("{case}/audit"),
    ];
    // Which of the forms above open.
    let roles = [
        ("contact_centre", "L..nd.."),
        ("board", "......."),
        ("auditor", ".....BU"),
        ("team_leader", "LAsnd.U"),
    ];
    for (role, may) in roles {
        let person = site.as_role(role);
        let page = person.get(&case);
        let queue = person.get("/");
        assert_eq!((page.status, queue.status), (200, 200), "{role}");
        assert_eq!(queue.text.contains("href=\"/log\""), may.contains('L'));
        for (form, may) in forms.iter().zip(may.chars()) {
            let status = person.get(form).status;
            assert_eq!(status, if may == '.' { 403 } else { 200 }, "{role} {form}");
        }
    }
    // One whose role was taken while they typed keeps the text.
    let board = site.stranger();
    board.post(
        "/sign-in",
        &[("id", "board"), ("password", super::site::PASSWORD)],
    );
    let refused = board.post(
        &format!("{case}/do/note"),
        &[("version", "1"), ("text", "Words that took long")],
    );
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("Words that took long"));
    let administrator = site.as_role("administrator");
    let front = administrator.get("/");
    assert!(front.address.ends_with("/settings"), "{}", front.address);
    assert!(!front.text.contains("href=\"/cases\"") && !front.text.contains("role=\"search\""));
}

#[test]
fn a_double_click_counts_once() {
    let site = Site::started();
    let key = site.hidden("/log", "key");
    let twice = call("Said once", &[("key", &key)]);
    let first = site.log(&twice);
    assert_eq!(
        site.log(&twice),
        first,
        "the second click leads to the same case"
    );
    let other = site.post("/log", &call("Said otherwise", &[("key", &key)]));
    assert_eq!(other.status, 422);
    assert!(other.text.contains("was sent before") && other.text.contains("Said otherwise"));

    let page = format!("/cases/{first}/do/note");
    let (key, version) = (site.hidden(&page, "key"), site.version(&first));
    let note = [
        ("key", key.as_str()),
        ("version", version.as_str()),
        ("text", "Clicked twice"),
    ];
    for _ in 0..2 {
        let done = site.post(&page, &note);
        assert!(done.address.contains("done=note"), "{}", done.address);
    }
    let case = site.get(&format!("/cases/{first}"));
    assert_eq!(case.text.matches("Clicked twice").count(), 1);
}

#[test]
fn adjustments_stand_on_every_screen_of_the_case() {
    let site = Site::started();
    let reference = site.log(&call(
        "It comes back.",
        &[("complainant.adjustments", "large_print")],
    ));
    let case = format!("/cases/{reference}");
    for page in ["", "/audit", "/bundle", "/documents", "/do/acknowledge"] {
        let shown = site.get(&format!("{case}{page}"));
        assert!(shown.text.contains("rd-care"), "{page}");
        assert!(shown.text.contains("Large print"), "{page}");
    }
    site.done(&reference, "note", &[("text", "quicker")]);
    let clash = site.post(
        &format!("{case}/do/note"),
        &[("version", "1"), ("text", "slower")],
    );
    assert_eq!(clash.status, 412);
    assert!(clash.text.contains("rd-care"));
}
