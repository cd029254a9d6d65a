//! What was typed and not sent: kept for whoever typed it, by button and by script, with its files, until it is sent.

use super::call;
use super::site::Site;

/// The key that an empty form carries.
fn key(site: &Site) -> String {
    site.hidden("/log", "key")
}

#[test]
fn a_complaint_that_is_broken_off_goes_on_later_with_its_files() {
    let site = Site::started();
    let key = key(&site);
    let typed = [
        ("key", key.as_str()),
        ("account", "The ceiling came down & nobody <b>came</b>."),
        ("complainant.name", "Ms Amara Okonjo"),
        ("complainant.adjustments", "large_print"),
    ];
    let photo = b"\x89PNG\r\n\x1a\nceiling";
    let adding: Vec<_> = typed.into_iter().chain([("add_files", "yes")]).collect();
    let added = site.send("/log", &adding, "ceiling.png", photo);
    assert_eq!(added.status, 200, "{}", added.text);
    assert!(added.text.contains("ceiling.png"), "{}", added.text);
    assert!(added.text.contains("The ceiling came down &#38; nobody"));
    let keeping: Vec<_> = typed.into_iter().chain([("keep", "yes")]).collect();
    let kept = site.post("/log", &keeping);
    assert!(kept.text.contains("Kept as a draft."), "{}", kept.text);
    assert!(kept.text.contains("Begun and not logged"));
    let link = format!("/log?draft={key}");
    assert!(kept.text.contains(&link), "{}", kept.text);

    // Nobody else knows of it, whatever they ask for.
    let other = site.as_role("contact_centre");
    let empty = other.get(&link);
    assert!(!empty.text.contains("The ceiling came down"));
    assert!(!empty.text.contains("ceiling.png"));
    assert!(!other.get("/log").text.contains("Begun and not logged"));
    let gone = other.post("/drafts/drop", &[("slot", &format!("log/{key}"))]);
    assert_eq!(gone.status, 200);

    let again = site.get(&link);
    assert!(
        again
            .text
            .contains("The ceiling came down &#38; nobody &#60;b&#62;came")
    );
    assert!(again.text.contains("ceiling.png"));
    let mut answers = call("The ceiling came down.", &[]);
    answers.push(("key", &key));
    let reference = site.log(&answers);
    let case = site.get(&format!("/cases/{reference}"));
    assert!(case.text.contains("ceiling.png"), "{}", case.text);
    assert!(!site.get("/log").text.contains("Begun and not logged"));
    // Sent twice, it is one case with one file.
    assert_eq!(site.log(&answers), reference);
    let case = site.get(&format!("/cases/{reference}"));
    assert_eq!(
        case.text.matches("ceiling.png</a>").count(),
        1,
        "{}",
        case.text
    );
}

#[test]
fn files_come_and_go_by_script_and_a_draft_can_be_discarded() {
    let site = Site::started();
    let key = key(&site);
    let slot = format!("log%2F{key}");
    let kept = site.post(&format!("/drafts?slot={slot}"), &[("account", "It hums.")]);
    assert!(
        kept.text.starts_with("Kept as a draft at "),
        "{}",
        kept.text
    );
    let files = format!("/drafts/files?slot={slot}");
    let one = site.send(&files, &[], "hum.mp3", b"ID3hum");
    assert!(one.text.contains("hum.mp3") && !one.text.contains("<html"));
    let refused = site.send(&files, &[], "empty.txt", b"");
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("The file is empty. Choose another."));
    let at = one.text.split("value=\"").nth(1).expect("its button");
    let sha = at.split('"').next().expect("its address");
    let drop = format!("/drafts/files/drop?slot={slot}&file={sha}");
    let none = site.post(&drop, &[]);
    assert!(!none.text.contains("hum.mp3"), "{}", none.text);
    let wrong = site.post("/drafts?slot=..%2F%0A", &[("account", "x")]);
    assert_eq!(wrong.status, 422);
    let line = site.get("/log");
    assert!(line.text.contains("It hums."), "{}", line.text);
    let after = site.post("/drafts/drop", &[("slot", &format!("log/{key}"))]);
    assert!(!after.text.contains("It hums."));
    let due = site.get("/log/dates?received_at=2026-12-24T15:00");
    assert_eq!(
        due.text,
        "Received on Thursday 24 December 2026: acknowledge by Tuesday 5 January 2027, \
         answer by Tuesday 19 January 2027 at the latest."
    );
}

#[test]
fn a_step_that_was_typed_and_not_sent_comes_back_and_goes_when_it_is_sent() {
    let site = Site::started();
    let reference = site.log(&call("It comes back.", &[]));
    let form = format!("/cases/{reference}/do/note");
    let draft = site.hidden(&form, "draft");
    let version = site.version(&reference);
    let typed = [("text", "Rang at ten, no answer"), ("version", &version)];
    let slot = draft.replace('/', "%2F");
    site.post(&format!("/drafts?slot={slot}"), &typed);
    let back = site.get(&form);
    assert!(back.text.contains("Rang at ten, no answer"));
    assert!(
        back.text
            .contains("You typed this before and did not send it.")
    );
    assert!(
        !site
            .as_role("team_leader")
            .get(&form)
            .text
            .contains("Rang at ten")
    );
    site.done(&reference, "note", &[("text", "Rang at eleven")]);
    assert!(!site.get(&form).text.contains("Rang at ten"));
}

#[test]
fn what_may_be_known_already_is_shown_before_it_is_logged_twice() {
    let site = Site::started();
    let first = site.log(&call("The mould is back.", &[]));
    let mut answers = call("The mould is back again.", &[]);
    answers.retain(|(name, _)| *name != "another");
    let asked = site.post("/log", &answers);
    assert_eq!(asked.status, 422);
    assert!(asked.text.contains("Open cases of this resident or home"));
    assert!(
        asked.text.contains(&format!("/cases/{first}")),
        "{}",
        asked.text
    );
    assert!(asked.text.contains("The mould is back again."));
    answers.push(("another", "yes"));
    let second = site.log(&answers);
    assert_ne!(first, second);

    // Another resident of the same home, about something else, is no likely double; about the same, they are.
    let of = |name: &'static str, category: &'static str| {
        let mut answers = call("Heard through the wall.", &[]);
        answers.retain(|(field, _)| {
            !["another", "complainant.name", "points.0.category"].contains(field)
        });
        answers.extend([("complainant.name", name), ("points.0.category", category)]);
        answers
    };
    let same = site.post(
        "/log",
        &of("Mr Chidi Okonjo", "property_condition.damp_and_mould"),
    );
    assert_eq!(same.status, 422, "{}", same.text);
    site.log(&of("Mr Chidi Okonjo", "staff.conduct"));
}
