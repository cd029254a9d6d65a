//! What changes because of complaints, from entering it to the form that is published.

use super::call;
use super::site::Site;
use chrono::{TimeDelta, Utc};

fn day(from_now: i64) -> String {
    (Utc::now() + TimeDelta::days(from_now))
        .date_naive()
        .to_string()
}

#[test]
fn a_learning_goes_from_a_complaint_to_what_residents_read() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let case = site.get(&format!("/cases/{reference}"));
    let asks = case.link("Enter what it teaches").expect("the way there");
    let form = site.get(&asks);
    assert!(
        form.text.contains(&reference),
        "the complaint is named already"
    );
    let due = day(30);
    let key = site.hidden(&asks, "key");
    let entry = |cases: &str| {
        let answers = [
            ("key", key.as_str()),
            ("learnt", "Gutters are never looked at."),
            ("change", "Every gutter is looked at once a year."),
            ("kind", "process"),
            ("owner", "dprice"),
            ("due", due.as_str()),
            ("measure", "No damp from a gutter for a year."),
            ("cases", cases),
        ];
        site.post("/learning", &answers)
    };
    for wrong in ["gutter", "C-2031-0007"] {
        let refused = entry(wrong);
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.text.contains("href=\"#cases\""), "{}", refused.text);
        assert!(refused.text.contains("Gutters are never looked at."));
    }
    let entered = entry(&reference);
    assert!(entered.address.ends_with("/learning/1"), "{}", entered.text);
    assert!(
        entry(&reference).address.ends_with("/learning/1"),
        "sent twice it counts once"
    );
    let case = site.get(&format!("/cases/{reference}"));
    assert_eq!(
        case.link("Every gutter is looked at once a year.")
            .as_deref(),
        Some("/learning/1")
    );
    let reader = site.as_role("housing_officer");
    let page = reader.get("/learning/1");
    assert!(page.text.contains(&reference) && !page.text.contains("/learning/1/change"));
    assert_eq!(reader.get("/learning/1/change").status, 403);
    assert_eq!(reader.get("/learning/2").status, 404);

    let refused = site.send("/learning/1/files", &[], "", b"");
    assert!(refused.status == 422 && refused.text.contains("Choose a file"));
    let added = site.send(
        "/learning/1/files",
        &[],
        "plan of gutters.txt",
        b"March: north side",
    );
    assert_eq!(added.status, 200, "{}", added.text);
    let file = added.link("plan of gutters.txt").expect("the file");
    assert_eq!(reader.bytes(&file), b"March: north side");

    let change = "/learning/1/change";
    let (seen, today) = (site.hidden(change, "seen"), day(0));
    let finish = |seen: &str, outcome: &str, told: &str| {
        let answers = [
            ("seen", seen),
            ("why", "It is done."),
            ("progress", "done"),
            ("outcome", outcome),
            ("ended_on", today.as_str()),
            ("you_said", told),
            ("we_did", "We look at every gutter once a year."),
            ("learnt", "Gutters are never looked at."),
            ("change", "Every gutter is looked at once a year."),
            ("kind", "process"),
            ("owner", "dprice"),
            ("due", due.as_str()),
            ("measure", "No damp from a gutter for a year."),
            ("cases", reference.as_str()),
        ];
        site.post(change, &answers)
    };
    let unproved = finish(&seen, "", "Rain comes in.");
    assert!(
        unproved.status == 422 && unproved.text.contains("href=\"#outcome\""),
        "{}",
        unproved.text
    );
    let stale = finish("1", "The plan of March.", "Rain comes in.");
    assert!(
        stale
            .text
            .contains("Daniel Price changed it while you wrote"),
        "{}",
        stale.text
    );
    assert!(
        stale.text.contains("The plan of March."),
        "nothing typed is lost"
    );
    let done = finish(&seen, "The plan of March.", "Rain comes in.");
    assert!(done.address.ends_with("/learning/1"), "{}", done.text);
    for shown in [
        "The plan of March.",
        "plan of gutters.txt",
        "It is done.",
        "A learning was entered",
    ] {
        assert!(done.text.contains(shown), "{shown}: {}", done.text);
    }
    let published = reader.get("/board?published=1");
    for shown in [
        "You said, we did",
        "Rain comes in.",
        "We look at every gutter once a year.",
    ] {
        assert!(published.text.contains(shown), "{shown}");
    }
    let csv = reader.get("/board/published.csv");
    assert!(csv.text.contains("Rain comes in."), "{}", csv.text);
}

#[test]
fn a_complaint_that_somebody_may_not_know_of_is_not_named_to_them() {
    let site = Site::started();
    let reference = site.log(&call("It comes back every time it rains.", &[]));
    let due = day(-1);
    let answers = [
        ("learnt", "x"),
        ("change", "Every gutter is looked at."),
        ("kind", "process"),
        ("owner", "smalik"),
        ("due", due.as_str()),
        ("measure", "x"),
        ("cases", reference.as_str()),
    ];
    let entered = site.post("/learning", &answers);
    assert!(entered.address.ends_with("/learning/1"), "{}", entered.text);
    let people = [("people", "dprice"), ("reason", "Staff.")];
    site.done(&reference, "restrict", &people);
    let leader = site.signed_in("smalik");
    let page = leader.get("/learning/1");
    assert!(
        page.status == 200 && !page.text.contains(&reference),
        "{}",
        page.text
    );
    assert!(leader.get("/learning").text.contains("Late"));
    let change = "/learning/1/change";
    let seen = leader.hidden(change, "seen");
    let mut theirs = answers.to_vec();
    theirs.retain(|(name, _)| *name != "cases");
    theirs.extend([
        ("seen", seen.as_str()),
        ("why", "Begun."),
        ("progress", "under_way"),
    ]);
    let changed = leader.post(change, &theirs);
    assert!(changed.address.ends_with("/learning/1"), "{}", changed.text);
    assert!(
        site.get("/learning/1").text.contains(&reference),
        "what they do not see stays"
    );
    site.nudge();
    let told = leader.get("/reminders");
    assert!(told.text.contains("Learning 1 was due on"), "{}", told.text);
}
