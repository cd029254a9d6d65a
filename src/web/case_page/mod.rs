//! The case page: plain structs for its template, built from the case, its clocks and its events.
//!
//! [`view`] is the whole way from the domain to text; `templates/case.html` draws it. [`strip`] is the clock strip,
//! [`told`] the words of events, [`lists`] the sections that are lists.

mod branches;
mod facts;
mod links;
mod lists;
mod strip;
mod timeline;
mod told;

pub use links::LinkGroup;
pub use lists::{Listing, Row};
pub use strip::{Chip, ClockRow, Step, Strip, due_chip};
pub use timeline::{Day, Entry, Pill, Timeline};

use super::commands::{self, Spec};
use super::words::{long_date, moment, spoken, theme, words};
use crate::domain::calendar::Calendar;
use crate::domain::case::{Case, Recorded};
use crate::domain::clock::Clock;
use crate::domain::readiness::Readiness;
use chrono::NaiveDate;

/// A label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The words.
    pub label: String,
    /// `one`, `two`, `line`, or empty.
    pub style: &'static str,
    /// The icon's name; empty for none.
    pub icon: &'static str,
}

/// A question and its answer in a list of facts.
pub struct Fact {
    /// The question.
    pub label: &'static str,
    /// The answer.
    pub value: String,
}

/// Where a button leads.
pub struct Link {
    /// Its words.
    pub label: String,
    /// The address.
    pub href: String,
}

/// A heading of the menu with its commands.
pub struct MenuGroup {
    /// The heading.
    pub title: &'static str,
    /// The commands.
    pub links: Vec<Link>,
}

/// What is complained of, and what was decided.
pub struct PointRow {
    /// Its number.
    pub number: String,
    /// The words.
    pub text: String,
    /// Its theme.
    pub theme: String,
    /// "Stage 1: upheld", oldest first, each with its reasons.
    pub decisions: Vec<(String, String)>,
    /// "Decide this point"; empty address when it cannot be decided now.
    pub decide: String,
    /// Whether it was refused.
    pub refused: bool,
}

/// What is missing from the file.
pub struct Gap {
    /// The folder it belongs to.
    pub category: String,
    /// What.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// Who can bring it.
    pub who: String,
}

/// A row of the audit history.
pub struct AuditRow {
    /// Its number in the case.
    pub seq: u32,
    /// What happened.
    pub title: String,
    /// When it happened.
    pub at: String,
    /// When it was written down.
    pub recorded_at: String,
    /// Who.
    pub actor: String,
    /// The hash of its body.
    pub body_hash: String,
    /// Its link in the chain.
    pub link: String,
}

/// Someone on the case.
pub struct Person {
    /// The name; empty for nobody yet.
    pub name: String,
    /// Their part in it.
    pub part: String,
}

/// Everything on the page.
pub struct CaseView {
    /// `C-2026-0042`.
    pub reference: String,
    /// Which version was looked at.
    pub version: String,
    /// A short title.
    pub title: String,
    /// Stage, theme and care.
    pub tags: Vec<Tag>,
    /// The resident's name.
    pub resident: String,
    /// Address and tenure.
    pub about: Vec<String>,
    /// The green button.
    pub next: Option<Link>,
    /// The other commands.
    pub menu: Vec<MenuGroup>,
    /// The left half of the clock strip.
    pub strip: Strip,
    /// The right half.
    pub steps: Vec<Step>,
    /// Every clock.
    pub clocks: Vec<ClockRow>,
    /// The three in-time flags of each stage, where known.
    pub flags: Vec<Fact>,
    /// The resident's own words.
    pub account: String,
    /// Facts about the complaint.
    pub facts: Vec<Fact>,
    /// The points.
    pub points: Vec<PointRow>,
    /// Percent complete.
    pub ready: u32,
    /// What is missing.
    pub gaps: Vec<Gap>,
    /// Adjustments, in words.
    pub care: Vec<String>,
    /// Facts about the resident.
    pub contact: Vec<Fact>,
    /// Linked records by kind.
    pub links: Vec<LinkGroup>,
    /// What the sources said when last asked.
    pub sources: Vec<String>,
    /// Documents, letters, remedies and the rest.
    pub lists: Vec<Listing>,
    /// Who is on the case.
    pub people: Vec<Person>,
    /// Whether only named people see it.
    pub restricted: bool,
}

/// Builds the view.
pub fn view(
    case: &Case,
    clocks: &[Clock],
    readiness: &Readiness,
    today: NaiveDate,
    calendar: &Calendar,
) -> CaseView {
    let reference = case.reference.to_string();
    let to = |spec: &Spec| Link {
        label: spec.label.to_owned(),
        href: format!("/cases/{reference}/do/{}", spec.name),
    };
    CaseView {
        version: case.version.to_string(),
        title: case.title(),
        tags: tags(case),
        resident: case.complainant.name.clone(),
        about: about(case),
        next: commands::next_step(case).map(to),
        menu: menu(case),
        strip: strip::strip(case, clocks, today, calendar),
        steps: strip::steps(case, clocks),
        clocks: strip::rows(clocks, today, calendar),
        flags: Vec::new(),
        account: case.intake.account.clone(),
        facts: facts::facts(case),
        points: facts::points(case),
        ready: percent(readiness.score),
        gaps: readiness
            .missing
            .iter()
            .map(|m| Gap {
                category: m.category.clone(),
                what: m.what.clone(),
                why: m.why.clone(),
                who: m.who.clone(),
            })
            .collect(),
        care: facts::care(case),
        contact: facts::contact(case),
        links: links::links(case),
        sources: links::sources(case),
        lists: lists::all(case, today),
        people: facts::people(case),
        restricted: case.restricted.is_some(),
        reference,
    }
}

fn percent(score: f64) -> u32 {
    // The score is between 0 and 1 by construction; the clamp keeps a broken one from drawing a broken bar.
    (score.clamp(0.0, 1.0) * 100.0).round() as u32
}

/// The stage of a case as a tag.
pub fn stage_tag(stage: u8, state: &str) -> Tag {
    match stage {
        1 => Tag {
            label: "Stage 1".into(),
            style: "one",
            icon: "",
        },
        2 => Tag {
            label: "Stage 2".into(),
            style: "two",
            icon: "",
        },
        _ => Tag {
            label: words(state),
            style: "",
            icon: "",
        },
    }
}

fn tags(case: &Case) -> Vec<Tag> {
    let plain = |label: String| Tag {
        label,
        style: "",
        icon: "",
    };
    let line = |label: &str, icon| Tag {
        label: label.into(),
        style: "line",
        icon,
    };
    let mut tags = vec![stage_tag(case.stage(), &super::words::wire(&case.state))];
    if case.state.is_ended() {
        tags.push(plain(spoken(&case.state)));
    }
    if let Some(point) = case.points.first() {
        tags.push(plain(theme(&point.category)));
    }
    if case.triage.vulnerability {
        tags.push(line("Vulnerability recorded", "heart-handshake"));
    }
    if case.complainant.active_adjustments().next().is_some() {
        tags.push(line("Adjustments", "heart-handshake"));
    }
    if !case.members.is_empty() {
        tags.push(line("Group complaint", "users"));
    }
    if case.ombudsman.is_some() {
        tags.push(line("Ombudsman", "scale"));
    }
    if case.restricted.is_some() {
        tags.push(line("Restricted", "lock"));
    }
    tags
}

fn about(case: &Case) -> Vec<String> {
    let tenure = spoken(&case.complainant.tenure);
    let address = case.complainant.address.clone().unwrap_or_default();
    [
        address,
        if tenure == "Unknown" {
            String::new()
        } else {
            tenure
        },
    ]
    .into_iter()
    .filter(|text| !text.is_empty())
    .collect()
}

fn menu(case: &Case) -> Vec<MenuGroup> {
    let mut groups: Vec<MenuGroup> = Vec::new();
    for spec in commands::all().filter(|spec| (spec.fits)(case)) {
        let link = Link {
            label: spec.label.to_owned(),
            href: format!("/cases/{}/do/{}", case.reference, spec.name),
        };
        match groups.iter_mut().find(|group| group.title == spec.group) {
            Some(group) => group.links.push(link),
            None => groups.push(MenuGroup {
                title: spec.group,
                links: vec![link],
            }),
        }
    }
    groups
}

/// The audit history, newest first.
pub fn audit<'a>(rows: impl Iterator<Item = (&'a Recorded, String, String)>) -> Vec<AuditRow> {
    let mut all: Vec<AuditRow> = rows
        .map(|(recorded, body_hash, link)| AuditRow {
            seq: recorded.seq,
            title: told::tell(recorded).title,
            at: moment(recorded.at),
            recorded_at: moment(recorded.recorded_at),
            actor: recorded.actor.clone(),
            body_hash,
            link,
        })
        .collect();
    all.reverse();
    all
}

/// The timeline of these events.
pub fn timeline(events: &[Recorded], show: &str, all: bool, today: NaiveDate) -> Timeline {
    timeline::timeline(events, show, all, today)
}

/// "Today is Friday 20 November 2026".
pub fn today_words(today: NaiveDate) -> String {
    format!("Today is {}", long_date(today))
}

/// The page.
#[derive(askama::Template)]
#[template(path = "case.html")]
pub struct CasePage {
    /// Around it.
    pub frame: super::frame::Frame,
    /// The case.
    pub case: CaseView,
    /// What happened.
    pub timeline: Timeline,
    /// The newest rows of the audit history.
    pub audit: Vec<AuditRow>,
    /// How many rows there are, when not all are shown; 0 otherwise.
    pub more_audit: usize,
}

/// The whole audit history.
#[derive(askama::Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// Around it.
    pub frame: super::frame::Frame,
    /// The case.
    pub reference: String,
    /// Every row, newest first.
    pub rows: Vec<AuditRow>,
}

#[cfg(test)]
mod tests;
