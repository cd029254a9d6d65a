//! Who changed what in the house: every setting with what it was before, people, sign-ins, tokens, and what left.

use super::{page, show};
use crate::desk::DeskError;
use crate::desk::house::HouseEntry;
use crate::domain::access::Actor;
use crate::web::form::{Form, Posted};
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::{moment, sentence};
use axum::extract::{Query, State};
use axum::response::Response;

const HERE: &str = "/settings/history";
/// Entries of a page.
const PAGE: usize = 50;
/// Parts of a setting that are told one by one.
const PARTS: usize = 8;

/// What happens every day and is no change.
const DAILY: [&str; 4] = ["signed_in", "signed_out", "sign_in_braked", "nudged"];

/// `GET /settings/history`: changes, or with `show=all` sign-ins too.
pub async fn history(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Response {
    let asked = Posted(asked);
    let all = asked.get("show") == "all";
    let before = asked.get("before").parse().ok();
    let (at_work, who) = (web.clone(), actor.clone());
    let made = web
        .desk
        .away(move |_| Ok(history_page(&at_work, &who, all, before)));
    let made = made.await.and_then(|page| page);
    show(&web, &actor, made)
}

fn history_page(
    web: &Web,
    actor: &Actor,
    all: bool,
    before: Option<u32>,
) -> Result<SettingsPage, DeskError> {
    let wanted = |kind: &str| all || !DAILY.contains(&kind);
    let record = web.desk.house_record(actor, before, PAGE, wanted)?;
    let mut page = page(
        web,
        actor,
        HERE,
        "What was changed",
        Form::new("", "", Vec::new()),
        "",
    );
    page.intro = "Every setting with what it was before, people, tokens and what left, newest first. Nothing here can \
                  be changed or taken out."
        .into();
    let book = web.desk.book();
    let name = |id: &str| {
        book.person(id)
            .map_or(id.to_owned(), |person| person.name.clone())
    };
    page.columns = vec!["When", "Who", "What"];
    page.empty = "Nothing was changed yet.";
    page.rows = record
        .entries
        .iter()
        .map(|entry| SettingsRow {
            cells: vec![moment(entry.at), name(&entry.actor), told(entry, &name)],
            ..SettingsRow::default()
        })
        .collect();
    let other = if all { "" } else { "all" };
    let switch = if all {
        "Without sign-ins and reminders"
    } else {
        "With sign-ins and reminders"
    };
    let mut links = vec![(format!("{HERE}?show={other}"), switch.to_owned())];
    if let Some(next) = record.next {
        let show = if all { "all" } else { "" };
        links.push((
            format!("{HERE}?show={show}&before={next}"),
            "Earlier".to_owned(),
        ));
    }
    page.links = links;
    Ok(page)
}

/// An entry in words.
fn told(entry: &HouseEntry, name: &dyn Fn(&str) -> String) -> String {
    let text = |name: &str| entry.body[name].as_str().unwrap_or_default().to_owned();
    if entry.kind != "setting_changed" {
        let people = ["id", "account"].map(|part| name(&text(part)));
        let others = ["name", "case", "reference", "why"].map(text);
        let about = people.into_iter().chain(others);
        let about: Vec<String> = about.filter(|text| !text.is_empty()).collect();
        let what = sentence(&entry.kind.replace('_', " "));
        return match about.is_empty() {
            true => what,
            false => format!("{what}: {}", about.join(", ")),
        };
    }
    let mut lines = vec![format!(
        "{}: version {}",
        sentence(&text("key").replace(['_', '/'], " ")),
        entry.body["version"]
    )];
    if !text("why").is_empty() {
        lines[0] = format!("{}. {}", lines[0], text("why"));
    }
    let named: Vec<_> = entry
        .changes
        .iter()
        .filter(|(part, ..)| !part.is_empty())
        .collect();
    for (part, old, new) in named.iter().take(PARTS) {
        let part = sentence(&part.replace(['.', '_'], " "));
        lines.push(match (old.as_str(), new.as_str()) {
            ("", new) => format!("{part}: {new}"),
            (old, "") => format!("{part}: {old}, taken out"),
            (old, new) => format!("{part}: {old} → {new}"),
        });
    }
    let more = named.len().saturating_sub(PARTS);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}
