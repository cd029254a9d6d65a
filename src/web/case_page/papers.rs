//! The documents of a case as rows.

use super::Row;
use crate::domain::case::{Case, Document, Shot};
use crate::web::document_page;
use crate::web::words::{moment, short_date, size, spoken, wire};

pub(super) fn documents(case: &Case) -> Vec<Row> {
    let row = |d: &Document| Row {
        title: d.title.clone(),
        href: document_page::address(&case.reference, d.id),
        picture: document_page::thumb(case, d),
        text: [
            Some(spoken(&d.kind)),
            Some(d.file_name.clone()),
            Some(size(d.size)),
            d.doc_date.map(short_date),
            came_from(d),
            d.shot.as_ref().map(photographed),
            paired(case, d),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", "),
        by: format!("{}, {}", d.added_by, moment(d.added_at)),
        state: if wire(&d.sensitivity) == "ordinary" {
            String::new()
        } else {
            spoken(&d.sensitivity)
        },
        ..Row::default()
    };
    case.documents.iter().rev().map(row).collect()
}

/// "from repairs, WO 88120": the system and its record, for a document that was taken from a linked one.
fn came_from(document: &Document) -> Option<String> {
    let source = document.source_system.as_deref()?;
    // Kind, record, document: as the desk puts them together when it takes one.
    let mut parts = document.source_id.as_deref()?.splitn(3, '/');
    let record = parts.nth(1)?;
    parts.next()?;
    Some(format!("from {source}, {record}"))
}

/// "after the work of Ceiling": for a photo that stands beside one of before.
fn paired(case: &Case, document: &Document) -> Option<String> {
    let before = document.before?;
    let before = case.documents.iter().find(|d| d.id == before)?;
    Some(format!("after the work; before it: {}", before.title))
}

/// What the camera says.
pub fn photographed(shot: &Shot) -> String {
    let when = shot.taken_on.map(|day| {
        let time = shot.taken_at.map(|at| at.format(" at %H:%M").to_string());
        let time = time.unwrap_or_default();
        format!("taken {}{time} by the camera’s clock", short_date(day))
    });
    let camera = Some(shot.camera.clone()).filter(|name| !name.is_empty());
    let place = shot.located.then(|| "the file says where".to_owned());
    let parts: Vec<String> = [when, camera, place].into_iter().flatten().collect();
    parts.join(", ")
}
