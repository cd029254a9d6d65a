//! The clock that asks the linked systems again: a desk whose time the test moves, over a folder of CSV files.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use redress::desk::Desk;
use redress::desk::plugins::sources::LinkSource;
use redress::domain::access::{Actor, Role};
use redress::pdf::Renderer;
use redress::plugins::{HostConfig, PluginHost};
use redress::store::{Options, Store};
use serde_json::json;

const REPAIRS: &str = "Job No,Property Reference,Date Raised,Description,Status\n\
    204,00700123,02/09/2026,Extractor fan broken,Open\n";

/// A desk at a time that the test sets.
fn desk(folder: &std::path::Path) -> (Desk, Arc<AtomicI64>) {
    let store = Store::create(&folder.join("redress.redb"), Options::default()).expect("a file");
    let renderer = Renderer::with_program(
        env!("CARGO_BIN_EXE_redress"),
        redress::pdf::Limits::default(),
    );
    let plugins = PluginHost::new(HostConfig::default()).expect("a sandbox");
    let clock = Arc::new(AtomicI64::new(0));
    let mine = Arc::clone(&clock);
    let now = move || DateTime::from_timestamp(mine.load(Ordering::SeqCst), 0).expect("a time");
    let desk = Desk::new(store, renderer, plugins, Arc::new(now)).expect("a desk");
    (desk, clock)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn open_cases_are_asked_about_each_night_and_only_news_is_written_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).expect("a folder");
    fs::write(exports.join("repairs.csv"), REPAIRS).expect("a file");
    let (desk, clock) = desk(folder.path());
    let set = |time: DateTime<Utc>| clock.store(time.timestamp(), Ordering::SeqCst);
    set(at("2026-11-20T14:00:00Z"));
    let admin = Actor::new("ada", "Ada", [Role::Administrator]);
    let source: LinkSource = serde_json::from_value(
        json!({"key": "housing", "plugin": "csv-folder", "folder": exports.display().to_string()}),
    )
    .expect("a link");
    desk.set_link_sources(&admin, vec![source], "Nightly exports")
        .await
        .expect("linked");

    let officer = Actor::new("olive", "Olive", [Role::ComplaintsOfficer]);
    let intake = serde_json::from_value(json!({
        "received_at": "2026-11-20T13:50:00Z", "channel": "phone", "account": "It hums.",
        "complainant": {"name": "Ms A", "property_ref": "00700123"},
        "points": [{"text": "Noise", "category": "property_condition.damp_and_mould"}],
    }))
    .expect("an intake");
    let logged = desk.log(&officer, intake, None).await.expect("logged");
    let reference = logged.case.reference.clone();
    assert_eq!(logged.case.links.len(), 1);
    let case = || desk.case(&officer, &reference).expect("the case");
    let first = case();
    let fetched = |view: &redress::desk::CaseView| view.heard["housing"].fetched_at;

    // The same afternoon it is nobody's turn; by the end of the night it is, and there is no news.
    set(at("2026-11-20T22:00:00Z"));
    assert_eq!(desk.refresh_due().await.expect("asked"), 0);
    set(at("2026-11-21T05:30:00Z"));
    assert_eq!(desk.refresh_due().await.expect("asked"), 1);
    let quiet = case();
    assert_eq!(
        quiet.case.version, first.case.version,
        "nothing new, no event"
    );
    assert_eq!(
        fetched(&quiet),
        Some(at("2026-11-21T05:30:00Z")),
        "and fetched all the same"
    );
    assert_eq!(desk.refresh_due().await.expect("asked"), 0, "once a night");

    // What changed is a new version, told by the program itself.
    fs::write(exports.join("repairs.csv"), REPAIRS.replace("Open", "Done")).expect("a file");
    set(at("2026-11-22T05:30:00Z"));
    assert_eq!(desk.refresh_due().await.expect("asked"), 1);
    let news = case();
    assert_eq!(news.case.links.len(), 2);
    let auditor = Actor::new("aud", "Aud", [Role::Auditor]);
    let events = desk.events(&auditor, &reference).expect("events");
    let linked = events.iter().rfind(|event| event.kind == "record_linked");
    assert_eq!(linked.map(|event| event.actor.as_str()), Some("redress"));

    // Away, it is told once and asked again sooner; back, that is told once too.
    fs::rename(&exports, folder.path().join("away")).expect("moved");
    set(at("2026-11-23T05:30:00Z"));
    desk.refresh_due().await.expect("asked");
    let down = case();
    let told = down.case.version;
    assert_eq!(
        down.heard["housing"].down_since,
        Some(at("2026-11-23T05:30:00Z"))
    );
    for minutes in [15, 40, 90] {
        set(at("2026-11-23T05:30:00Z") + TimeDelta::minutes(minutes));
        desk.refresh_due().await.expect("asked");
    }
    assert_eq!(
        case().case.version,
        told,
        "that it is still away is no news"
    );
    fs::rename(folder.path().join("away"), &exports).expect("moved back");
    set(at("2026-11-23T14:00:00Z"));
    assert_eq!(desk.refresh_due().await.expect("asked"), 1);
    let back = case();
    assert_eq!(back.heard["housing"].down_since, None);
    assert_eq!(back.case.sources[0].failure, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_case_is_asked_about_and_one_by_hand_only_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("repairs.csv"), REPAIRS).expect("a file");
    let (desk, clock) = desk(folder.path());
    clock.store(at("2026-11-20T14:00:00Z").timestamp(), Ordering::SeqCst);
    let admin = Actor::new("ada", "Ada", [Role::Administrator]);
    let link = |hours: u32| {
        let source: LinkSource = serde_json::from_value(json!({
            "key": "housing", "plugin": "csv-folder", "folder": folder.path().display().to_string(),
            "refresh_hours": hours,
        }))
        .expect("a link");
        vec![source]
    };
    desk.set_link_sources(&admin, link(0), "By hand")
        .await
        .expect("linked");
    let officer = Actor::new("olive", "Olive", [Role::ComplaintsOfficer, Role::Director]);
    let intake = serde_json::from_value(json!({
        "received_at": "2026-11-20T13:50:00Z", "channel": "phone", "account": "It hums.",
        "complainant": {"name": "Ms A", "property_ref": "00700123"},
        "points": [{"text": "Noise", "category": "property_condition.damp_and_mould"}],
    }))
    .expect("an intake");
    let logged = desk.log(&officer, intake, None).await.expect("logged");
    let restrict = serde_json::from_value(
        json!({"command": "restrict", "people": ["olive"], "reason": "Staff."}),
    )
    .expect("a command");
    let order = redress::desk::cases::Order::now(restrict);
    desk.command(&officer, &logged.case.reference, order)
        .await
        .expect("restricted");
    clock.store(at("2026-11-25T05:30:00Z").timestamp(), Ordering::SeqCst);
    assert_eq!(desk.refresh_due().await.expect("asked"), 0, "by hand only");
    desk.set_link_sources(&admin, link(2), "Every two hours")
        .await
        .expect("linked");
    assert_eq!(desk.refresh_due().await.expect("asked"), 1);
}
