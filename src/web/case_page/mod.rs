//! The case page: plain structs for its template, built from the case, its clocks and its events.
//!
//! [`view`] is the whole way from the domain to text; `templates/case.html` draws it. [`strip`] is the clock strip,
//! [`told`] the words of events, [`lists`] the sections that are lists.

mod branches;
mod facts;
mod links;
mod lists;
mod named;
mod offers;
mod papers;
mod parts;
mod strip;
mod timeline;
pub mod told;

pub use facts::care;
pub use links::{LinkGroup, links};
pub use lists::{Listing, Row};
pub use named::Names;
pub use offers::{Offers, asks};
pub use papers::photographed;
pub use parts::{AuditRow, Fact, Gap, Link, MenuGroup, Person, PointRow, Tag};
pub use strip::{Chip, ClockRow, Step, Strip, due_chip};
pub use timeline::{Day, Entry, Pill, Timeline};

use super::commands::{self, Spec};
use super::words::{civil, long_date, moment, sentence, short_date, spoken, words};
use crate::desk::CaseView as Seen;
use crate::desk::cases::AuditedEvent;
use crate::desk::lists::{CaseRow, Facet};
use crate::domain::access::Actor;
use crate::domain::calendar::Calendar;
use crate::domain::case::{Case, Event, Recorded};
use crate::domain::checklist::{Check, checklist};
use crate::domain::clock::{CaseFlags, StageFlags};
use crate::domain::readiness::Readiness;
use chrono::NaiveDate;

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
    /// What waits for the person looking.
    pub asked: Vec<Link>,
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
    /// The steps of the stage.
    pub checks: Vec<CheckRow>,
    /// How many of them are done, in words.
    pub checked: String,
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
    /// What the person looking may do.
    pub offers: Offers,
}

/// A step of the stage.
pub struct CheckRow {
    /// What is to be done.
    pub what: String,
    /// Whether it is.
    pub done: bool,
    /// The paragraph of the Code; empty for none.
    pub rule: &'static str,
    /// Where it is done; empty where it cannot be done now.
    pub href: String,
}

/// Builds the view for someone: nothing on it leads to what they may not do.
pub fn view(seen: &Seen, actor: &Actor, calendar: &Calendar) -> CaseView {
    let case = &named::case(seen.case.clone(), &seen.names);
    let (clocks, today) = (seen.clocks.as_slice(), civil(seen.seen_at));
    let reference = case.reference.to_string();
    let offers = Offers::to(actor, case);
    let to = |spec: &Spec| Link {
        label: spec.label.to_owned(),
        href: format!("/cases/{reference}/do/{}", spec.name),
    };
    let mut view = CaseView {
        version: case.version.to_string(),
        title: case.title(),
        tags: tags(case),
        resident: case.complainant.name.clone(),
        about: about(case),
        asked: asked_of(&seen.case, actor),
        next: offers.next(case).map(to),
        menu: menu(case, &offers),
        strip: strip::strip(case, clocks, today, calendar),
        steps: strip::steps(case, clocks),
        clocks: strip::rows(clocks, today, calendar),
        flags: in_time(&seen.flags),
        account: case.intake.account.clone(),
        facts: facts::facts(case),
        points: facts::points(case),
        checks: Vec::new(),
        checked: String::new(),
        ready: percent(seen.readiness.score),
        gaps: gaps(case, &seen.readiness),
        care: care(case),
        contact: facts::contact(case),
        links: links(case, false),
        sources: links::sources(seen),
        lists: lists::all(case, today),
        people: facts::people(case),
        restricted: case.restricted.is_some(),
        offers: offers.clone(),
        reference,
    };
    view.checks = checks(case, &offers);
    let done = view.checks.iter().filter(|check| check.done).count();
    view.checked = format!("{done} of {}", view.checks.len());
    offers.narrow(&mut view);
    view
}

/// What others on the case have asked of this person, and where it is answered.
fn asked_of(case: &Case, actor: &Actor) -> Vec<Link> {
    let mine = |of: &Option<String>| of.as_deref() == Some(actor.id.as_str());
    let open = |a: &&crate::domain::case::Approval| a.approved.is_none() && mine(&a.requested_of);
    let approvals = case.approvals.iter().filter(open).map(|a| Link {
        label: format!(
            "You are asked to approve: {}",
            commands::approval_words(&a.subject).to_lowercase()
        ),
        href: match a.letter {
            Some(_) => format!("/cases/{}/approvals/{}", case.reference, a.id),
            None => format!("/cases/{}/do/approve?approval={}", case.reference, a.id),
        },
    });
    let waiting = case.contributions.iter();
    let waiting = waiting.filter(|c| c.is_open() && mine(&c.of));
    let contributions = waiting.map(|c| Link {
        label: format!("You are asked: {}", c.what),
        href: format!(
            "/cases/{}/do/give_contribution?contribution={}",
            case.reference, c.id
        ),
    });
    approvals.chain(contributions).collect()
}

/// The steps of the stage, each with its way there for those who may.
fn checks(case: &Case, offers: &Offers) -> Vec<CheckRow> {
    let row = |check: Check| {
        let fits = commands::find(check.command).is_some_and(|spec| (spec.fits)(case));
        let offered = !check.done && fits && offers.does(check.command);
        CheckRow {
            what: check.what,
            done: check.done,
            rule: check.rule,
            href: match offered {
                true => format!("/cases/{}/do/{}", case.reference, check.command),
                false => String::new(),
            },
        }
    };
    checklist(case).into_iter().map(row).collect()
}

/// The three answers to "in time?" of each stage, those that are known.
fn in_time(flags: &CaseFlags) -> Vec<Fact> {
    let say = |known: bool| if known { "Yes" } else { "No" }.to_owned();
    let stage = |flags: &StageFlags, labels: [&'static str; 3]| {
        let known = [
            flags.ack_in_time,
            flags.response_in_time_from_ack,
            flags.response_in_time_overall,
        ];
        labels
            .into_iter()
            .zip(known)
            .filter_map(move |(label, known)| {
                Some(Fact {
                    label,
                    value: say(known?),
                })
            })
            .collect()
    };
    let one: Vec<Fact> = flags.stage1.as_ref().map_or(Vec::new(), |flags| {
        stage(
            flags,
            [
                "Stage 1 acknowledged in time",
                "Stage 1 answered in time, from the acknowledgement",
                "Stage 1 answered in time, from receipt",
            ],
        )
    });
    let two: Vec<Fact> = flags.stage2.as_ref().map_or(Vec::new(), |flags| {
        stage(
            flags,
            [
                "Stage 2 acknowledged in time",
                "Stage 2 answered in time, from the acknowledgement",
                "Stage 2 answered in time, from receipt",
            ],
        )
    });
    one.into_iter().chain(two).collect()
}

/// What is missing from the file of a case.
pub fn gaps(case: &Case, readiness: &Readiness) -> Vec<Gap> {
    let reference = &case.reference;
    let explained = |m: &crate::domain::readiness::Missing| {
        let mut all = case.explanations.iter().rev();
        let found = all.find(|e| e.category == m.category && e.what == m.what);
        found.map_or(String::new(), |e| e.text.clone())
    };
    let gap = |m: &crate::domain::readiness::Missing| Gap {
        explained: explained(m),
        category: m.category.clone(),
        what: m.what.clone(),
        why: m.why.clone(),
        who: m.who.clone(),
        explain: format!(
            "/cases/{reference}/do/explain_gap?category={}&what={}",
            m.category,
            super::queue::encode(&m.what)
        ),
    };
    readiness.missing.iter().map(gap).collect()
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
        tags.push(plain(sentence(&point.category_title())));
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

fn menu(case: &Case, offers: &Offers) -> Vec<MenuGroup> {
    let mut groups: Vec<MenuGroup> = Vec::new();
    let theirs = |spec: &&Spec| (spec.fits)(case) && offers.does(spec.name);
    for spec in commands::all().filter(theirs) {
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

/// Other cases of the same resident or home.
pub fn earlier(found: &[(Facet, CaseRow)]) -> Vec<Row> {
    let row = |(same, row): &(Facet, CaseRow)| Row {
        title: format!("{}: {}", row.reference, row.title),
        href: format!("/cases/{}", row.reference),
        by: format!(
            "Same {}, received {}",
            if matches!(same, Facet::Person(_)) {
                "resident"
            } else {
                "home"
            },
            short_date(civil(row.received_at))
        ),
        state: spoken(&row.state),
        ..Row::default()
    };
    found.iter().map(row).collect()
}

/// The events as they were recorded, with full names; what was lawfully erased has no words.
pub fn recorded(events: &[AuditedEvent], names: &Names) -> Vec<Recorded> {
    let one = |audited: &AuditedEvent| {
        let event = serde_json::from_value(audited.body.clone()).unwrap_or(Event::Unknown);
        let (seq, at, recorded_at, actor) = (
            audited.seq,
            audited.at,
            audited.recorded_at,
            audited.actor.clone(),
        );
        named::event(
            Recorded {
                seq,
                at,
                recorded_at,
                actor,
                event,
            },
            names,
        )
    };
    events.iter().map(one).collect()
}

/// What an entry of the audit is called: an erased one still says what it was, a withheld one does not.
fn heading(recorded: &Recorded, audited: &AuditedEvent) -> String {
    if audited.is_withheld() {
        "Not shown to you: restricted".to_owned()
    } else if audited.body.is_null() {
        format!("Erased: {}", words(&audited.kind))
    } else {
        told::tell(recorded).title
    }
}

/// The audit history, newest first.
pub fn audit(events: &[AuditedEvent], names: &Names) -> Vec<AuditRow> {
    let rows = recorded(events, names)
        .into_iter()
        .zip(events)
        .map(|(recorded, audited)| AuditRow {
            seq: recorded.seq,
            title: heading(&recorded, audited),
            at: moment(recorded.at),
            recorded_at: moment(recorded.recorded_at),
            actor: recorded.actor,
            body_hash: audited.body_hash.clone(),
            link: audited.link.clone(),
        });
    let mut all: Vec<AuditRow> = rows.collect();
    all.reverse();
    all
}

/// One event in a line: what, who, when.
pub fn tell_event(event: &AuditedEvent, names: &Names) -> String {
    let all = recorded(std::slice::from_ref(event), names);
    let told = all.first().map(|one| {
        format!(
            "{} ({}, {})",
            heading(one, event),
            one.actor,
            moment(one.recorded_at)
        )
    });
    told.unwrap_or_default()
}

/// The timeline of these events.
pub fn timeline(
    events: &[Recorded],
    seen: &Seen,
    actor: &Actor,
    show: &str,
    all: bool,
) -> Timeline {
    timeline::timeline(events, seen, actor, show, all)
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
    /// Other cases of the same resident or home, newest first.
    pub earlier: Vec<Row>,
    /// What changes because of it.
    pub learnings: Vec<Row>,
    /// Whether the reader may enter more of that.
    pub learns: bool,
    /// Many complaints under one heading from one place, with their list.
    pub cluster: Option<Link>,
    /// Makes a note that is sent twice count once.
    pub note_key: String,
    /// Where it is told who else is on the case and what changes meanwhile.
    pub live: String,
    /// Who else is on the case; empty for nobody.
    pub here: String,
}

/// The whole audit history.
#[derive(askama::Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// Around it.
    pub frame: super::frame::Frame,
    /// The case.
    pub reference: String,
    /// What letters and calls to the resident must respect.
    pub care: Vec<String>,
    /// Whether the one who looks may erase.
    pub erases: bool,
    /// Every row, newest first.
    pub rows: Vec<AuditRow>,
}

#[cfg(test)]
mod tests;
