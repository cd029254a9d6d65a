//! What bears on each point of a complaint, and what was found: issue by issue, with what is tied to no point yet;
//! below it every linked record.

use super::case_page::{LinkGroup, Offers, Row, care, links};
use super::frame::Frame;
use super::linked;
use super::page::render;
use super::queue::encode;
use super::shell::{Visitor, Web};
use super::words::{sentence, short_date, spoken};
use crate::domain::case::{Case, Document, LinkedRecord, Point};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// One point with what bears on it.
pub struct PointEvidence {
    /// Its number.
    pub number: String,
    /// The words.
    pub text: String,
    /// Its theme.
    pub theme: String,
    /// Linked records that bear on it.
    pub records: Vec<Row>,
    /// Documents that bear on it.
    pub documents: Vec<Row>,
    /// "Stage 1: upheld", with the reasons.
    pub findings: Vec<(String, String)>,
    /// Where to choose what bears on it; empty for nowhere.
    pub choose: String,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "evidence.html")]
pub struct EvidencePage {
    /// Around it.
    pub frame: Frame,
    /// The case.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// What letters and calls to the resident must respect.
    pub care: Vec<String>,
    /// The points.
    pub points: Vec<PointEvidence>,
    /// Linked records and documents that are tied to no point.
    pub untied: Vec<Row>,
    /// All linked records by kind.
    pub links: Vec<LinkGroup>,
    /// How the systems stand that they came from.
    pub sources: Vec<String>,
}

/// `GET /cases/{reference}/evidence`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
) -> Response {
    let view = match web.case(&actor, &reference).await {
        Ok(view) => view,
        Err(error) => return web.sorry(&actor, &error),
    };
    let case = &view.case;
    let chooses = Offers::to(&actor, case).does("choose_evidence");
    let states = case.sources.iter();
    let page = EvidencePage {
        frame: web.frame(&actor, "/cases"),
        title: case.title(),
        care: care(case),
        points: case
            .points
            .iter()
            .map(|p| point(case, p, chooses))
            .collect(),
        untied: untied(case),
        links: links(case, true),
        sources: states.map(|state| linked::stands(&view, state)).collect(),
        reference,
    };
    render(StatusCode::OK, &page)
}

fn point(case: &Case, point: &Point, chooses: bool) -> PointEvidence {
    let evidence = &point.evidence;
    // What was taken off the case since bears on nothing.
    let records = case
        .current_links()
        .filter(|link| evidence.records.contains(&link.key()));
    let documents = case
        .documents
        .iter()
        .filter(|document| evidence.documents.contains(&document.id));
    let mut findings: Vec<(String, String)> = point
        .decisions
        .iter()
        .map(|d| {
            let found = spoken(&d.decision).to_lowercase();
            (format!("Stage {}: {found}", d.stage), d.reasons.clone())
        })
        .collect();
    if point.refused {
        findings.push(("Refused".into(), String::new()));
    }
    PointEvidence {
        number: point.id.to_string(),
        text: point.text.clone(),
        theme: sentence(&point.category_title()),
        records: records.map(|link| record_row(case, link)).collect(),
        documents: documents
            .map(|document| document_row(case, document))
            .collect(),
        findings,
        choose: if chooses {
            choose(case, point)
        } else {
            String::new()
        },
    }
}

/// The form with what is chosen now ticked.
fn choose(case: &Case, point: &Point) -> String {
    let mut href = format!(
        "/cases/{}/do/choose_evidence?point={}",
        case.reference, point.id
    );
    for id in &point.evidence.documents {
        href.push_str(&format!("&documents={id}"));
    }
    for key in &point.evidence.records {
        let key = serde_json::to_string(key).unwrap_or_default();
        href.push_str(&format!("&records={}", encode(&key)));
    }
    href
}

fn record_row(case: &Case, link: &LinkedRecord) -> Row {
    let sheet = crate::link::record::Sheet::read(&link.document);
    Row {
        title: link.title.clone(),
        href: linked::address(&case.reference.to_string(), link),
        text: linked::key_facts(&link.kind, &sheet),
        by: format!("{} {}", link.source, link.external_id),
        ..Row::default()
    }
}

fn document_row(case: &Case, document: &Document) -> Row {
    let day = document.doc_date.map(short_date);
    Row {
        title: document.title.clone(),
        href: super::document_page::address(&case.reference, document.id),
        picture: super::document_page::thumb(case, document),
        by: [Some(spoken(&document.kind)), day]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
        ..Row::default()
    }
}

fn untied(case: &Case) -> Vec<Row> {
    let tied = |fits: &dyn Fn(&Point) -> bool| case.points.iter().any(fits);
    let records = case
        .current_links()
        .filter(|link| !tied(&|point| point.evidence.records.contains(&link.key())));
    // A letter of ours answers the points; it is no evidence on one of them.
    let letters: Vec<_> = case
        .letters
        .iter()
        .filter_map(|letter| letter.document)
        .collect();
    let documents = case.documents.iter().filter(|document| {
        !letters.contains(&document.id)
            && !tied(&|point| point.evidence.documents.contains(&document.id))
    });
    let records = records.map(|link| record_row(case, link));
    records
        .chain(documents.map(|document| document_row(case, document)))
        .collect()
}
