#![allow(clippy::unwrap_used)]
use super::*;
use crate::domain::access::Role;
use crate::domain::category::Tree;
use crate::domain::readiness::readiness;
use crate::web::commands::Subject;
use crate::web::form::Choice;
use crate::web::frame::{Frame, Me};
use crate::web::page::FormPage;
use crate::web::sample::{self, HOSTILE};
use askama::Template;

fn frame() -> Frame {
    let me = Me {
        name: "Daniel Price".into(),
        reads: true,
        logs: true,
        settles: true,
        open: Some(11),
    };
    Frame {
        practice: false,
        style: String::new(),
        logo: String::new(),
        landlord: "Harbour & Vale Homes".into(),
        me: Some(me),
        here: "/cases",
        done: String::new(),
        amiss: String::new(),
        notices: Vec::new(),
        trouble: false,
    }
}

fn page(account: &str) -> String {
    page_for(account, [Role::ComplaintsOfficer])
}

fn page_for(account: &str, roles: impl IntoIterator<Item = Role>) -> String {
    let calendar = Calendar::england();
    let (case, events) = sample::case(account);
    let names = Names::from([("dprice".to_owned(), "Daniel Price".to_owned())]);
    let seen = Seen {
        clocks: sample::clocks(&calendar),
        flags: CaseFlags::default(),
        readiness: readiness(&case, &[]),
        names: names.clone(),
        heard: std::collections::BTreeMap::new(),
        seen_at: sample::at("2026-11-20T12:00:00Z"),
        case,
    };
    let actor = Actor::new("dprice", "Daniel Price", roles);
    let audited: Vec<AuditedEvent> = events.iter().map(sample::audited).collect();
    let (events, audit) = (recorded(&audited, &names), audit(&audited, &names));
    CasePage {
        frame: frame(),
        case: view(&seen, &actor, &calendar),
        timeline: timeline(&events, &seen, &actor, "", false),
        audit,
        more_audit: 0,
        earlier: Vec::new(),
        cluster: None,
        learnings: Vec::new(),
        learns: false,
        note_key: "0123".into(),
        live: String::new(),
        here: String::new(),
    }
    .render()
    .unwrap()
}

#[test]
fn the_strip_says_the_deadline_in_a_sentence_with_its_days() {
    let html = page("It comes back every time it rains.");
    assert!(
        html.contains("Stage 1 response due in 3 working days"),
        "the sentence"
    );
    assert!(
        html.contains("By end of Wednesday 25 November 2026. Day 7 of 10."),
        "the detail"
    );
    assert_eq!(html.matches("rd-days__on").count(), 7);
    assert!(html.contains("Why this date"));
    assert!(html.len() < 60_000, "{} bytes", html.len());
}

#[test]
fn hostile_text_is_text() {
    let html = page(HOSTILE);
    let ours = html.replace("<script src=\"/assets/redress-", "");
    assert!(!ours.contains("<script"), "no script of the resident's");
    assert!(!html.contains("<img"), "no element of the resident's");
    assert!(
        html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"),
        "shown as text"
    );
}

#[test]
fn no_page_holds_inline_style_script_or_words_that_the_ombudsman_warns_of() {
    let html = page("Quiet words").to_lowercase();
    for never in [
        "style=",
        "onclick",
        "<style",
        "javascript:",
        "informal",
        "formal",
        "stage 0",
        "quick fix",
    ] {
        assert!(!html.contains(never), "{never}");
    }
}

#[test]
fn every_command_is_a_form_whose_fields_all_have_labels() {
    let (case, _) = sample::case("x");
    let people = vec![Choice::new("Daniel Price", "Daniel Price")];
    let subject = Subject {
        case: &case,
        people: &people,
        categories: &Tree::seeded(),
        rates: &crate::domain::rate::RateTable::seeded(),
        today: sample::today(),
    };
    for spec in commands::all() {
        let form = spec.form(&subject);
        let ids: Vec<String> = form
            .fields()
            .filter(|f| f.shape() != "hidden")
            .map(|f| f.id())
            .collect();
        let page = FormPage {
            frame: frame(),
            title: spec.label.into(),
            intro: spec.intro.into(),
            back: "/".into(),
            back_label: "Back".into(),
            care: vec!["Large print".into()],
            form,
        };
        let html = page.render().unwrap();
        for id in ids {
            let named = html.contains(&format!("for=\"{id}\""))
                || html.contains("<legend class=\"govuk-fieldset__legend\"");
            assert!(named, "{}: {id} has no label", spec.name);
        }
        for word in ["informal", "formal ", "stage 0", "quick fix"] {
            assert!(!html.to_lowercase().contains(word), "{}: {word}", spec.name);
        }
    }
}

#[test]
fn every_command_of_the_core_has_a_form() {
    // An unknown name makes serde list the known ones.
    let told = serde_json::from_str::<crate::domain::case::Command>(r#"{"command":"?"}"#)
        .unwrap_err()
        .to_string();
    let known: Vec<&str> = told.split('`').skip(3).step_by(2).collect();
    assert!(known.len() > 50, "{told}");
    // Logging and attaching have pages of their own; snapshots are taken by the linker; nobody is
    // offered to pause a clock, which is refused by every name it has (E09).
    let elsewhere = [
        "log",
        "attach",
        "take_snapshots",
        "pause",
        "hold",
        "stop_clock",
    ];
    for name in known.into_iter().filter(|name| !elsewhere.contains(name)) {
        assert!(commands::find(name).is_some(), "{name} has no form");
    }
}

#[test]
fn every_icon_that_is_asked_for_is_in_the_sprite() {
    let sprite = include_str!("../assets/icons.svg");
    let templates = [
        include_str!("../templates/case.html"),
        include_str!("../templates/layout.html"),
        include_str!("../templates/cases.html"),
    ];
    let source = [
        include_str!("told/mod.rs"),
        include_str!("strip.rs"),
        include_str!("lists.rs"),
    ];
    for name in include_str!("../assets/icons.txt").lines() {
        assert!(
            sprite.contains(&format!("id=\"{name}\"")),
            "{name} is not in the sprite: run assets/build"
        );
    }
    for text in templates {
        for part in text.split("icon(\"").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(sprite.contains(&format!("id=\"{name}\"")), "{name}");
        }
    }
    assert!(source.iter().any(|text| text.contains("hourglass")));
}

#[test]
fn each_role_is_offered_what_it_may_do_and_nothing_else() {
    use crate::domain::access::Permission;
    for role in Role::ALL {
        let html = page_for("It comes back every time it rains.", [role]);
        let actor = Actor::new("x", "X", [role]);
        for href in html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            let Some((_, command)) = href.split_once("/do/") else {
                continue;
            };
            let command = command.split('?').next().unwrap();
            let permission = crate::domain::case::permission_of(command).unwrap();
            assert!(actor.may(permission), "{role:?} is offered {command}");
        }
        let shown = |part: &str, permission| {
            assert_eq!(
                html.contains(part),
                actor.may(permission),
                "{role:?}: {part}"
            );
        };
        shown("/bundle\"", Permission::Export);
        shown("/documents\"", Permission::Attach);
        shown("Add a note</button>", Permission::Log);
        shown("Ask again</button>", Permission::Log);
        shown("id=\"audit\"", Permission::Audit);
        shown(">Assign</a>", Permission::Assign);
        assert!(
            html.contains("It comes back every time it rains."),
            "{role:?}"
        );
    }
}

#[test]
fn the_audit_tells_what_is_not_shown_from_what_was_erased() {
    let (_, events) = sample::case("Quiet words");
    let mut audited: Vec<AuditedEvent> = events.iter().map(sample::audited).collect();
    let [first, second, ..] = audited.as_mut_slice() else {
        panic!("two events");
    };
    first.body = serde_json::Value::Null;
    second.body = serde_json::Value::Null;
    second.kind = "withheld".into();
    let rows = audit(&audited, &Names::new());
    let title = |seq: u32| &rows.iter().find(|row| row.seq == seq).unwrap().title;
    assert!(title(audited[0].seq).starts_with("Erased: "));
    assert_eq!(title(audited[1].seq), "Not shown to you: restricted");
    assert!(tell_event(&audited[1], &Names::new()).starts_with("Not shown to you"));
}
