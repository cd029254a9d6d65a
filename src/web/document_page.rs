//! One document as it looks: a photo, the pages of a PDF, or its words, with what is known of it; a photo of the work
//! done stands beside the one of how it was before.

use std::fmt::Display;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::case_page::{Fact, Offers, care, photographed};
use super::frame::Frame;
use super::page::render;
use super::shell::{Visitor, Web};
use super::words::{moment, sentence, short_date, size, spoken, wire};
use crate::desk::previews::{Preview, Size, has_looks, has_words};
use crate::desk::{CaseView, DeskError};
use crate::domain::access::Actor;
use crate::domain::case::{Case, Document};
use crate::domain::ids::DocumentId;

/// Which page of it, and whether its words are to be read.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    page: Option<u32>,
    words: bool,
    small: bool,
}

/// A picture with what stands below it.
pub struct Picture {
    /// Its address.
    pub src: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// "Before", "After" or nothing.
    pub side: &'static str,
    /// What stands below it.
    pub caption: String,
    /// Where its own page is; empty for this one.
    pub href: String,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "document.html")]
pub struct DocumentPage {
    /// Around it.
    pub frame: Frame,
    /// The case.
    pub reference: String,
    /// Its title.
    pub case_title: String,
    /// What letters and calls to the resident must respect.
    pub care: Vec<String>,
    /// The document's title.
    pub title: String,
    /// What it is.
    pub kind: String,
    /// How delicate it is; empty for ordinary.
    pub sensitivity: String,
    /// Where it is downloaded.
    pub download: String,
    /// Where this page is.
    pub here: String,
    /// What is shown: one, or a pair.
    pub pictures: Vec<Picture>,
    /// The page that is shown, and how many there are; 0 for what has no pages.
    pub page: u32,
    /// Pages.
    pub pages: u32,
    /// Its words; empty for none shown.
    pub words: String,
    /// Whether those are all.
    pub all_words: bool,
    /// Whether its words could be read.
    pub reads: bool,
    /// Why nothing is shown; empty where something is.
    pub nothing: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// The points it bears on.
    pub points: Vec<String>,
    /// Where the photo of before is chosen; empty for nowhere.
    pub pair: String,
    /// The documents before and after it in the case: address and title.
    pub beside: Vec<(&'static str, String, String)>,
}

/// The page of a document.
pub fn address(reference: &impl Display, id: DocumentId) -> String {
    format!("/cases/{reference}/documents/{id}/view")
}

/// Its picture for a list; empty where it has none, or where each look is written down.
pub fn thumb(case: &Case, document: &Document) -> String {
    let shown = has_looks(&document.media_type, document.size)
        && !document.is_delicate()
        && case.restricted.is_none();
    if shown {
        format!(
            "/cases/{}/documents/{}/picture?small=true",
            case.reference, document.id
        )
    } else {
        String::new()
    }
}

/// `GET /cases/{reference}/documents/{id}/view`.
pub async fn show(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, id)): Path<(String, u32)>,
    Query(asked): Query<Asked>,
) -> Response {
    let opened = web.case(&actor, &reference).await;
    let page = match opened {
        Ok(view) => page_of(&web, &actor, &view, DocumentId(id), &asked).await,
        Err(error) => Err(error),
    };
    match page {
        Ok(page) => render(StatusCode::OK, &page),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `GET /cases/{reference}/documents/{id}/picture?page=…&small=…`.
pub async fn picture(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path((reference, id)): Path<(String, u32)>,
    Query(asked): Query<Asked>,
) -> Response {
    let size = if asked.small {
        Size::Small
    } else {
        Size::Large
    };
    let made = match reference.parse() {
        Ok(reference) => {
            let id = DocumentId(id);
            web.desk
                .preview(&actor, &reference, id, asked.page.unwrap_or(1), size)
                .await
        }
        Err(_) => Err(DeskError::NotFound),
    };
    match made {
        Ok(preview) => jpeg(&preview),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// A picture of ours.
pub fn jpeg(preview: &Preview) -> Response {
    let bytes = axum::body::Bytes::from_owner(preview.jpeg.clone());
    ([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response()
}

async fn page_of(
    web: &Web,
    actor: &Actor,
    view: &CaseView,
    id: DocumentId,
    asked: &Asked,
) -> Result<DocumentPage, DeskError> {
    let case = &view.case;
    let at = case.documents.iter().position(|d| d.id == id);
    let at = at.ok_or(DeskError::NotFound)?;
    let document = &case.documents[at];
    let reference = case.reference.to_string();
    let mut page = DocumentPage {
        frame: web.frame(actor, "/cases"),
        case_title: case.title(),
        care: care(case),
        title: document.title.clone(),
        kind: spoken(&document.kind),
        sensitivity: if wire(&document.sensitivity) == "ordinary" {
            String::new()
        } else {
            spoken(&document.sensitivity)
        },
        download: format!("/cases/{reference}/documents/{id}"),
        here: address(&reference, id),
        pictures: Vec::new(),
        page: 0,
        pages: 0,
        words: String::new(),
        all_words: true,
        reads: has_words(&document.media_type, document.size),
        nothing: String::new(),
        facts: facts(view, document),
        points: points(case, id),
        pair: String::new(),
        beside: beside(case, at),
        reference,
    };
    let pictures = case.documents.iter().filter(|d| d.is_picture());
    if document.is_picture() && pictures.count() > 1 && Offers::to(actor, case).does("pair_photos")
    {
        page.pair = format!("/cases/{}/do/pair_photos?after={id}", page.reference);
        if let Some(before) = document.before {
            page.pair.push_str(&format!("&before={before}"));
        }
    }
    let wants_words = asked.words || !has_looks(&document.media_type, document.size);
    let shown = if wants_words {
        read(web, actor, case, document, &mut page).await
    } else {
        look(web, actor, case, document, asked.page, &mut page).await
    };
    match shown {
        Err(DeskError::Invalid { detail, .. }) => page.nothing = detail,
        other => other?,
    }
    Ok(page)
}

async fn read(
    web: &Web,
    actor: &Actor,
    case: &Case,
    document: &Document,
    page: &mut DocumentPage,
) -> Result<(), DeskError> {
    let (who, about, id) = (actor.clone(), case.reference.clone(), document.id);
    let words = web.desk.away(move |desk| desk.words_of(&who, &about, id));
    (page.words, page.all_words) = words.await?;
    if page.words.is_empty() {
        page.nothing = "There are no words in it that a program can read. It may be a scan.".into();
    }
    Ok(())
}

async fn look(
    web: &Web,
    actor: &Actor,
    case: &Case,
    document: &Document,
    asked: Option<u32>,
    page: &mut DocumentPage,
) -> Result<(), DeskError> {
    let number = asked.unwrap_or(1);
    let made = web
        .desk
        .preview(actor, &case.reference, document.id, number, Size::Large)
        .await?;
    if document.is_picture() {
        page.pictures = pair(case, document);
        return Ok(());
    }
    (page.page, page.pages) = (number, made.pages);
    page.pictures.push(Picture {
        src: format!("{}/picture?page={number}", page.download),
        alt: format!("Page {number} of {} of {}", made.pages, document.title),
        side: "",
        caption: String::new(),
        href: String::new(),
    });
    Ok(())
}

/// A photo alone, or with the one of before or after.
fn pair(case: &Case, document: &Document) -> Vec<Picture> {
    let of = |shown: &Document, side: &'static str| {
        let day = shown.shot.as_ref().and_then(|shot| shot.taken_on);
        let day = day.or(shown.doc_date).map(short_date);
        Picture {
            src: format!("/cases/{}/documents/{}/picture", case.reference, shown.id),
            alt: format!("{}: {}", spoken(&shown.kind), shown.title),
            side,
            caption: [Some(shown.title.clone()), day]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", "),
            href: if shown.id == document.id {
                String::new()
            } else {
                address(&case.reference, shown.id)
            },
        }
    };
    // Its own picture was just made; the other may be one that this reader may not see.
    let other = |found: Option<&Document>| {
        found
            .filter(|other| !other.is_delicate() && has_looks(&other.media_type, other.size))
            .cloned()
    };
    let before = |id| case.documents.iter().find(|d| d.id == id);
    let after = case
        .documents
        .iter()
        .find(|d| d.before == Some(document.id));
    match (other(document.before.and_then(before)), other(after)) {
        (Some(before), Some(after)) => vec![
            of(&before, "Before"),
            of(document, "After"),
            of(&after, "Later"),
        ],
        (Some(before), None) => vec![of(&before, "Before"), of(document, "After")],
        (None, Some(after)) => vec![of(document, "Before"), of(&after, "After")],
        (None, None) => vec![of(document, "")],
    }
}

fn facts(view: &CaseView, document: &Document) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label: &'static str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.push(Fact { label, value });
        }
    };
    add("Dated", document.doc_date.map(short_date));
    add(
        "Photo",
        document
            .shot
            .as_ref()
            .map(photographed)
            .map(|said| sentence(&said)),
    );
    add("From", document.from.clone());
    add("To", document.to.clone());
    add("Why it matters", document.why.clone());
    let file = format!("{}, {}", document.file_name, size(document.size));
    add("File", Some(file));
    let source = document.source_system.clone();
    add(
        "Taken from",
        source.map(|source| match &document.source_id {
            Some(id) => format!("{source}, {id}"),
            None => source,
        }),
    );
    let by = view.names.get(&document.added_by);
    let by = by.unwrap_or(&document.added_by);
    add(
        "Added",
        Some(format!("{by}, {}", moment(document.added_at))),
    );
    add("SHA-256", Some(document.sha256.clone()));
    facts
}

fn points(case: &Case, id: DocumentId) -> Vec<String> {
    let points = case.points.iter();
    points
        .filter(|point| point.evidence.documents.contains(&id))
        .map(|point| format!("{}. {}", point.id, point.text))
        .collect()
}

/// The case's other documents on both sides of this one.
fn beside(case: &Case, at: usize) -> Vec<(&'static str, String, String)> {
    let of = |word, at: Option<usize>| {
        let document = case.documents.get(at?)?;
        let href = address(&case.reference, document.id);
        Some((word, href, document.title.clone()))
    };
    [
        of("Earlier", at.checked_sub(1)),
        of("Later", at.checked_add(1)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
