//! One linked record: its fields in plain words, its versions side by side with what changed, and the documents that
//! belong to it, to be taken into the case.

use super::case_page::care;
use super::form::Posted;
use super::frame::Frame;
use super::linked;
use super::page::render;
use super::shell::{Visitor, Web};
use super::words::moment;
use crate::desk::links::papers::{Pulled, on_case};
use crate::desk::{CaseView, DeskError};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::{Case, LinkedRecord, RecordKey};
use crate::link::record::{Compared, Paper, Part, Sheet, compare};
use axum::Form as Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// Which versions are to stand side by side.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Sides {
    old: Option<u32>,
    new: Option<u32>,
}

/// One version of the record.
pub struct VersionRow {
    /// Its number.
    pub number: u32,
    /// When it was taken.
    pub taken: String,
    /// How it came.
    pub how: &'static str,
    /// SHA-256 of what was fetched.
    pub hash: String,
    /// Beside which version it can be put; empty for the first.
    pub compare: String,
}

/// One field, in one or two versions.
pub struct FieldRow {
    /// Its name in words.
    pub label: String,
    /// What the older version has.
    pub old: String,
    /// What the newer version has.
    pub new: String,
    /// Whether they differ.
    pub changed: bool,
}

/// A document of the record.
pub struct PaperRow {
    /// Its identifier in the record.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// Its name, kind and day.
    pub about: String,
    /// Its address on the case; empty while it is not there.
    pub href: String,
    /// Its hash on the case.
    pub hash: String,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    /// Around it.
    pub frame: Frame,
    /// The case.
    pub reference: String,
    /// Its title.
    pub case_title: String,
    /// What letters and calls to the resident must respect.
    pub care: Vec<String>,
    /// This page.
    pub here: String,
    /// The record's line.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// Its source and number there.
    pub number: String,
    /// The facts that say most about it.
    pub facts: String,
    /// "As it was on …".
    pub as_it_was: String,
    /// How its source stands.
    pub source: String,
    /// When it was taken off the case; empty while it is on it.
    pub off: String,
    /// The fields.
    pub fields: Vec<FieldRow>,
    /// The headings of the two versions; empty for one version alone.
    pub sides: Vec<String>,
    /// How many fields differ, in words; empty for one version alone.
    pub differ: String,
    /// The versions, newest first.
    pub versions: Vec<VersionRow>,
    /// Its documents.
    pub papers: Vec<PaperRow>,
    /// Whether some document is not on the case yet and may be added.
    pub adds: bool,
    /// The points it bears on.
    pub points: Vec<String>,
    /// What went wrong with what was just done.
    pub troubles: Vec<String>,
}

/// `GET /cases/{reference}/links/{source}/{kind}/{id}`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, source, kind, external_id)): Path<(String, String, String, String)>,
    Query(sides): Query<Sides>,
) -> Response {
    let key = RecordKey {
        source,
        kind,
        external_id,
    };
    let page = web.case(&actor, &reference).await;
    match page.and_then(|view| page_of(&web, &actor, &view, &key, &sides)) {
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /cases/{reference}/links/{source}/{kind}/{id}`: takes a document of the record into the case, or all of them.
pub async fn pull(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, source, kind, external_id)): Path<(String, String, String, String)>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let key = RecordKey {
        source,
        kind,
        external_id,
    };
    let posted = Posted(pairs);
    let wanted = Some(posted.get("document")).filter(|id| !id.is_empty());
    let pulled = match reference.parse() {
        Ok(parsed) => web.desk.pull_documents(&actor, &parsed, &key, wanted).await,
        Err(_) => Err(DeskError::NotFound),
    };
    let (done, troubles) = match pulled {
        Ok(pulled) => told(&pulled),
        // The other system's trouble stands on the record's page, where the document can be asked for again.
        Err(DeskError::Plugin(why)) => (String::new(), vec![why]),
        Err(error) => return web.sorry(&actor, &error),
    };
    let page = web.case(&actor, &reference).await;
    match page.and_then(|view| page_of(&web, &actor, &view, &key, &Sides::default())) {
        Ok(mut page) => {
            page.frame.done = done;
            page.frame.trouble = !troubles.is_empty();
            let status = if troubles.is_empty() {
                StatusCode::OK
            } else {
                StatusCode::BAD_GATEWAY
            };
            page.troubles = troubles;
            render(status, &page)
        }
        Err(error) => web.sorry(&actor, &error),
    }
}

/// What came of taking documents in: what was done, and what was not.
fn told(pulled: &Pulled) -> (String, Vec<String>) {
    let mut done = Vec::new();
    match pulled.added.as_slice() {
        [] => {}
        [one] => done.push(format!("{} is on the case.", one.title)),
        many => done.push(format!("{} documents are on the case.", many.len())),
    }
    for (name, id) in &pulled.known {
        done.push(format!("{name} was on the case already, as document {id}."));
    }
    if done.is_empty() && pulled.failed.is_empty() {
        done.push("All documents of this record are on the case already.".into());
    }
    let failed = pulled.failed.iter();
    let failed = failed.map(|(name, why)| format!("{name} was not had: {why}"));
    (done.join(" "), failed.collect())
}

fn page_of(
    web: &Web,
    actor: &Actor,
    view: &CaseView,
    key: &RecordKey,
    sides: &Sides,
) -> Result<RecordPage, DeskError> {
    let case = &view.case;
    let versions: Vec<&LinkedRecord> = case.links.iter().filter(|link| link.is(key)).collect();
    let newest = versions.last().ok_or(DeskError::NotFound)?;
    let reference = case.reference.to_string();
    let here = linked::address(&reference, newest);
    let version = |number: u32| versions.iter().find(|link| link.version == number);
    let new = sides.new.and_then(version).unwrap_or(newest);
    let old = match sides.old {
        Some(old) => version(old),
        None => version(new.version.saturating_sub(1)),
    };
    let old = old.filter(|old| old.version != new.version);
    let sheet = Sheet::read(&newest.document);
    let (fields, sides, differ) = side_by_side(old.copied(), new);
    let papers: Vec<PaperRow> = sheet
        .papers
        .iter()
        .map(|paper| paper_row(case, newest, paper))
        .collect();
    let state = case.sources.iter().find(|state| state.source == key.source);
    let bears = |point: &&crate::domain::case::Point| point.evidence.records.contains(key);
    let points = case.points.iter().filter(bears);
    let adds = newest.unlinked_at.is_none()
        && actor.may(Permission::Attach)
        && papers.iter().any(|paper| paper.href.is_empty());
    Ok(RecordPage {
        frame: web.frame(actor, "/cases"),
        case_title: case.title(),
        care: care(case),
        title: newest.title.clone(),
        kind: linked::kind(&newest.kind).0,
        number: format!("{} {}", newest.source, newest.external_id),
        facts: linked::key_facts(&newest.kind, &sheet),
        as_it_was: moment(newest.snapshot_at),
        source: state.map_or(String::new(), |state| linked::stands(view, state)),
        off: newest.unlinked_at.map_or(String::new(), moment),
        fields,
        sides,
        differ,
        versions: version_rows(&versions, &here),
        adds,
        papers,
        points: points.map(|p| format!("{}. {}", p.id, p.text)).collect(),
        troubles: Vec::new(),
        here,
        reference,
    })
}

fn version_rows(versions: &[&LinkedRecord], here: &str) -> Vec<VersionRow> {
    let row = |(i, link): (usize, &&LinkedRecord)| VersionRow {
        number: link.version,
        taken: moment(link.snapshot_at),
        how: if link.by_hand {
            "Linked by hand"
        } else {
            "Found by itself"
        },
        hash: link.hash.clone(),
        compare: match i.checked_sub(1).and_then(|before| versions.get(before)) {
            Some(before) => format!("{here}?old={}&new={}#fields", before.version, link.version),
            None => String::new(),
        },
    };
    let mut rows: Vec<VersionRow> = versions.iter().enumerate().map(row).collect();
    rows.reverse();
    rows
}

/// The fields, the headings of the two sides, and how many differ.
fn side_by_side(
    old: Option<&LinkedRecord>,
    new: &LinkedRecord,
) -> (Vec<FieldRow>, Vec<String>, String) {
    let after = Sheet::read(&new.document);
    let Some(old) = old else {
        let row = |field: &crate::link::record::Field| FieldRow {
            label: label_of(&field.name, field.part),
            old: String::new(),
            new: linked::value(&field.value),
            changed: false,
        };
        return (
            after.fields.iter().map(row).collect(),
            Vec::new(),
            String::new(),
        );
    };
    let compared = compare(&Sheet::read(&old.document), &after);
    let text = |side: &Option<String>| side.as_deref().map_or(String::new(), linked::value);
    let row = |line: &Compared| FieldRow {
        label: label_of(&line.name, line.part),
        old: text(&line.old),
        new: text(&line.new),
        changed: line.changed(),
    };
    let sides =
        [old, new].map(|side| format!("Version {}, {}", side.version, moment(side.snapshot_at)));
    let differ = match compared.iter().filter(|line| line.changed()).count() {
        0 => "Nothing that can be read differs; the bytes do.".to_owned(),
        1 => "1 thing changed.".to_owned(),
        many => format!("{many} things changed."),
    };
    (compared.iter().map(row).collect(), sides.to_vec(), differ)
}

fn label_of(name: &str, part: Part) -> String {
    match part {
        Part::Other => format!("{} (their own field)", linked::label(name)),
        Part::Known | Part::Reference => linked::label(name),
    }
}

fn paper_row(case: &Case, record: &LinkedRecord, paper: &Paper) -> PaperRow {
    let there = on_case(case, record, paper);
    let about = [
        paper.title.as_ref().map(|_| paper.name.clone()),
        paper.media_type.clone(),
        paper.taken_on.map(super::words::long_date),
    ];
    PaperRow {
        id: paper.id.clone(),
        title: paper.title.clone().unwrap_or_else(|| paper.name.clone()),
        about: about.into_iter().flatten().collect::<Vec<_>>().join(", "),
        href: there.map_or(String::new(), |document| {
            super::document_page::address(&case.reference, document.id)
        }),
        hash: there.map_or(String::new(), |document| document.sha256.clone()),
    }
}
