//! The case page: plain structs for its template, built from the case, its clocks and its events.
//!
//! [`view`] is the whole way from the domain to text; `templates/case.html` draws it. [`strip`] is the clock strip,
//! [`told`] the words of events, [`lists`] the sections that are lists.

mod lists;
mod strip;
mod timeline;
mod told;

pub use lists::{LinkGroup, Listing, Row};
pub use strip::{Chip, ClockRow, Step, Strip, due_chip};
pub use timeline::{Day, Entry, Pill, Timeline};

use super::commands::{self, Spec};
use super::words::{civil, long_date, moment, spoken, theme, words};
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
        facts: facts(case),
        points: points(case),
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
        care: care(case),
        contact: contact(case),
        links: lists::links(case),
        sources: lists::sources(case),
        lists: lists::all(case, today),
        people: people(case),
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

fn facts(case: &Case) -> Vec<Fact> {
    let definition = case.definition();
    let causes: Vec<String> = case.root_causes.iter().map(spoken).collect();
    let themes: Vec<String> = case.points.iter().map(|p| theme(&p.category)).collect();
    let mut themes_once: Vec<String> = Vec::new();
    themes.into_iter().for_each(|t| {
        if !themes_once.contains(&t) {
            themes_once.push(t)
        }
    });
    let decision = &case.intake.decision;
    let mut all = vec![
        (
            "Received",
            format!(
                "{}, {}",
                moment(case.received_at),
                spoken(&case.intake.channel).to_lowercase()
            ),
        ),
        ("Heard by", case.intake.heard_by.clone().unwrap_or_default()),
        (
            "Outcome wanted",
            definition.map_or(case.intake.outcomes_sought.clone(), |run| {
                run.outcomes_sought.clone()
            }),
        ),
        (
            "Our understanding",
            definition
                .map(|run| run.definition.clone())
                .unwrap_or_default(),
        ),
        (
            "We answer for",
            definition
                .map(|run| run.responsible_for.clone())
                .unwrap_or_default(),
        ),
        (
            "We do not answer for",
            definition
                .map(|run| run.not_responsible_for.clone())
                .unwrap_or_default(),
        ),
        (
            "Taken as",
            format!("{}. {}", spoken(&decision.kind), decision.reason),
        ),
        ("Themes", themes_once.join(", ")),
        ("Root causes", causes.join(", ")),
        ("Withdrawn", case.withdrawal.clone().unwrap_or_default()),
        (
            "Learnt",
            case.closing
                .as_ref()
                .map(|c| c.learning.clone())
                .unwrap_or_default(),
        ),
        (
            "Linked cases",
            case.linked_cases
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ];
    for seen in &case.satisfaction {
        all.push((
            "Satisfaction",
            format!(
                "Stage {}: {}. {}",
                seen.stage,
                spoken(&seen.answer).to_lowercase(),
                seen.comment.clone().unwrap_or_default()
            ),
        ));
    }
    all.into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(label, value)| Fact { label, value })
        .collect()
}

fn points(case: &Case) -> Vec<PointRow> {
    let open = case.stage() > 0 && !case.state.is_ended();
    let row = |point: &crate::domain::case::Point| PointRow {
        number: point.id.to_string(),
        text: point.text.clone(),
        theme: theme(&point.category),
        decisions: point
            .decisions
            .iter()
            .map(|d| {
                (
                    format!("Stage {}: {}", d.stage, spoken(&d.decision).to_lowercase()),
                    d.reasons.clone(),
                )
            })
            .collect(),
        decide: if open && !point.refused {
            format!(
                "/cases/{}/do/decide_point?point={}",
                case.reference, point.id
            )
        } else {
            String::new()
        },
        refused: point.refused,
    };
    case.points.iter().map(row).collect()
}

fn care(case: &Case) -> Vec<String> {
    let mut all: Vec<String> = case
        .complainant
        .active_adjustments()
        .map(|a| {
            if a.detail.is_empty() {
                words(&a.need)
            } else {
                format!("{}: {}", words(&a.need), a.detail)
            }
        })
        .collect();
    if let Some(safe) = &case.complainant.safe_contact {
        all.push(format!("Only safe way to reach them: {safe}"));
    }
    if let Some(hours) = &case.complainant.do_not_call {
        all.push(format!("Do not call: {hours}"));
    }
    all
}

fn contact(case: &Case) -> Vec<Fact> {
    let p = &case.complainant;
    let mut all = vec![
        ("Reach them by", spoken(&p.preferred_contact)),
        ("Telephone", p.phone.clone().unwrap_or_default()),
        ("Email", p.email.clone().unwrap_or_default()),
        ("Address", p.address.clone().unwrap_or_default()),
        ("Person number", p.person_ref.clone().unwrap_or_default()),
        ("Tenancy number", p.tenancy_ref.clone().unwrap_or_default()),
        (
            "Property number",
            p.property_ref.clone().unwrap_or_default(),
        ),
        (
            "Conflict",
            if p.conflict_of_interest {
                "Works for us or sits on our board".into()
            } else {
                String::new()
            },
        ),
    ];
    if let Some(r) = &case.representative {
        let told = if r.may_be_told(civil(case.updated_at)) {
            "may be told about the case"
        } else {
            "authority to be told is missing"
        };
        let parts = [
            r.name.clone(),
            spoken(&r.kind),
            r.organisation.clone().unwrap_or_default(),
            r.contact.clone().unwrap_or_default(),
            told.into(),
        ];
        all.push((
            "Representative",
            parts
                .into_iter()
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
        ));
    }
    for member in &case.members {
        all.push((
            "Also affected",
            format!(
                "{} {}",
                member.name,
                member.address.clone().unwrap_or_default()
            ),
        ));
    }
    all.into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(label, value)| Fact { label, value })
        .collect()
}

fn people(case: &Case) -> Vec<Person> {
    let mut all: Vec<Person> = case
        .stages
        .iter()
        .map(|run| Person {
            name: run.handler.clone().unwrap_or_default(),
            part: format!("Handles stage {}", run.stage),
        })
        .collect();
    let approvers = case
        .stages
        .iter()
        .filter_map(|run| run.response.as_ref().map(|r| (run.stage, r)));
    all.extend(approvers.filter_map(|(stage, r)| {
        r.approved_by.clone().map(|name| Person {
            name,
            part: format!("Approved the stage {stage} response"),
        })
    }));
    if case.stage() == 1 && !case.state.is_ended() {
        all.push(Person {
            name: String::new(),
            part: "Stage 2 reviewer, if asked for: must be someone who took no part at stage 1"
                .into(),
        });
    }
    all
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
