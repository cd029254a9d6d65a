//! Two people who change the same details: what each wrote stays, and only what both wrote is asked about.

use super::call;
use super::site::Site;

#[test]
fn two_people_change_the_same_details_and_settle_it_answer_by_answer() {
    let site = Site::started();
    let reference = site.log(&call("It comes back.", &[]));
    let path = format!("/cases/{reference}/do/update_complainant");
    let seen = site.version(&reference);
    let details = |phone: &'static str, address: &'static str, email: &'static str| {
        vec![
            ("complainant.name", "Ms Amara Okonjo"),
            ("complainant.tenure", "secure"),
            ("complainant.address", address),
            ("complainant.phone", phone),
            ("complainant.email", email),
            ("complainant.preferred_contact", "letter"),
        ]
    };
    let first = details(
        "020 7946 0001",
        "Flat 12, Beech Court, SM3 9LP",
        "a@example.org",
    );
    site.done(&reference, "update_complainant", &first);
    let mut mine = details("020 7946 0002", "Flat 21, Beech Court, SM3 9LP", "");
    mine.push(("version", &seen));
    let clash = site.post(&path, &mine);
    assert_eq!(clash.status, 412, "{}", clash.text);
    for part in [
        "Changed by both of you",
        "Yours: 020 7946 0002",
        "Theirs: 020 7946 0001",
        "<b>Email:</b> a@example.org",
        "value=\"Flat 21, Beech Court, SM3 9LP\"",
    ] {
        assert!(clash.text.contains(part), "{part}: {}", clash.text);
    }
    assert_eq!(
        clash.text.matches("Yours: ").count(),
        1,
        "only what both changed"
    );

    let now = site.version(&reference);
    let mut settled = details(
        "020 7946 0002",
        "Flat 21, Beech Court, SM3 9LP",
        "a@example.org",
    );
    settled.extend([
        ("version", now.as_str()),
        ("take.complainant.phone", "theirs"),
        ("theirs.complainant.phone", "020 7946 0001"),
    ]);
    let done = site.post(&path, &settled);
    assert!(
        done.address.contains("done="),
        "{} {}",
        done.status,
        done.text
    );
    let case = site.get(&format!("/cases/{reference}"));
    assert!(case.text.contains("020 7946 0001"));
    assert!(case.text.contains("Flat 21"));
    assert!(case.text.contains("a@example.org"));
}
