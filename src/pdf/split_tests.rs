#![allow(clippy::unwrap_used)]
//! Real documents of ours and broken ones of others.

use serde_json::json;

use super::super::{Template, typeset};
use super::*;

/// A chronology of many pages.
fn long_pdf() -> Vec<u8> {
    let entries: Vec<_> = (0..400)
        .map(|i| json!({"date": "2026-11-02", "what": format!("Event {i}")}))
        .collect();
    typeset::render(
        Template::Chronology,
        json!({"entries": entries}).to_string().as_bytes(),
    )
    .unwrap()
    .pdf
}

fn parts_of(pdf: &[u8], limit: u64) -> Result<Vec<Part>, PdfError> {
    let mut parts = Vec::new();
    split(pdf, limit, false, |part| {
        parts.push(part);
        Ok(())
    })?;
    Ok(parts)
}

#[test]
fn parts_fit_and_hold_every_page_in_order() {
    let pdf = long_pdf();
    let limit = parts_of(&pdf, u64::MAX).unwrap()[0].pdf.len() as u64 / 2;
    let parts = parts_of(&pdf, limit).unwrap();
    assert!(parts.len() > 1);
    let mut text = String::new();
    let mut pages = 0;
    for part in &parts {
        assert!(part.pdf.len() as u64 <= limit);
        let document = Document::load_mem(&part.pdf).unwrap();
        let numbers: Vec<u32> = document.get_pages().into_keys().collect();
        assert_eq!(numbers.len(), part.pages as usize);
        text += &document.extract_text(&numbers).unwrap();
        pages += part.pages;
    }
    assert_eq!(pages, count(&pdf).unwrap());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let found: Vec<usize> = (0..400)
        .filter_map(|i| text.find(&format!("Event {i} ")))
        .collect();
    assert!(
        found.len() > 390 && found.is_sorted(),
        "{} of 400",
        found.len()
    );
    assert_eq!(parts, parts_of(&pdf, limit).unwrap(), "not repeatable");
}

#[test]
fn what_fits_stays_one_part() {
    let pdf = long_pdf();
    let parts = parts_of(&pdf, 50_000_000).unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].pages, count(&pdf).unwrap());
}

#[test]
fn what_cannot_be_split_says_why() {
    let pdf = long_pdf();
    for (bytes, limit, why) in [
        (&b"not a pdf"[..], 1_000, "cannot be read"),
        (&pdf[..pdf.len() / 2], 1_000, "cannot be"),
        (&pdf[..], 100, "page 1 alone"),
        (&b""[..], 100, "cannot be read"),
    ] {
        let error = parts_of(bytes, limit).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
