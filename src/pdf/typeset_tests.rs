#![allow(clippy::unwrap_used)]
//! Documents set in this process, read back with lopdf.

use lopdf::{Document, Object};
use serde_json::{Value, json};

use super::*;

const SAMPLES: [(Template, &str); 8] = [
    (
        Template::Letter,
        include_str!("../../tests/pdf/letter.json"),
    ),
    (Template::Index, include_str!("../../tests/pdf/index.json")),
    (
        Template::Chronology,
        include_str!("../../tests/pdf/chronology.json"),
    ),
    (
        Template::CaseSummary,
        include_str!("../../tests/pdf/case-summary.json"),
    ),
    (Template::Gaps, include_str!("../../tests/pdf/gaps.json")),
    (
        Template::Record,
        include_str!("../../tests/pdf/record.json"),
    ),
    (
        Template::Verification,
        include_str!("../../tests/pdf/verification.json"),
    ),
    (
        Template::Contents,
        include_str!("../../tests/pdf/contents.json"),
    ),
];

fn set(template: Template, data: &Value) -> Typeset {
    render(template, data.to_string().as_bytes()).unwrap()
}

fn text_of(pdf: &[u8]) -> String {
    let document = Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tagged, with a title and a language; whether it also claims PDF/UA.
fn is_universal(pdf: &[u8]) -> bool {
    let document = Document::load_mem(pdf).unwrap();
    let catalog = document.catalog().unwrap();
    assert!(
        catalog.has(b"StructTreeRoot") && catalog.has(b"MarkInfo"),
        "not tagged"
    );
    assert!(catalog.has(b"Lang"), "no language");
    let metadata = catalog
        .get(b"Metadata")
        .and_then(Object::as_reference)
        .unwrap();
    let stream = document.get_object(metadata).unwrap().as_stream().unwrap();
    let xmp = String::from_utf8(stream.get_plain_content().unwrap()).unwrap();
    assert!(xmp.contains("<dc:title>"), "no title");
    xmp.contains("pdfuaid")
}

#[test]
fn every_template_gives_a_universally_accessible_pdf() {
    for (template, sample) in SAMPLES {
        let made = render(template, sample.as_bytes()).unwrap();
        assert!(made.pdf.starts_with(b"%PDF-1.7"), "{template:?}");
        assert!(is_universal(&made.pdf), "{template:?}");
        assert_eq!(
            Document::load_mem(&made.pdf).unwrap().get_pages().len(),
            made.pages as usize
        );
    }
}

#[test]
fn every_template_stands_empty_data() {
    for template in Template::ALL {
        let made = render(template, b"{}").unwrap();
        assert_eq!(made.pages, 1, "{template:?}");
        assert!(is_universal(&made.pdf), "{template:?}");
    }
}

#[test]
fn the_same_data_give_the_same_bytes() {
    for (template, sample) in SAMPLES {
        let first = render(template, sample.as_bytes()).unwrap().pdf;
        assert!(
            first == render(template, sample.as_bytes()).unwrap().pdf,
            "{template:?}"
        );
    }
}

#[test]
fn a_letter_holds_its_parts() {
    let text = text_of(
        &render(Template::Letter, SAMPLES[0].1.as_bytes())
            .unwrap()
            .pdf,
    );
    for part in [
        "Mrs Halina Wójcik",
        "23 November 2026",
        "Partly upheld",
        "0300 111 3000",
        "Page 1 of 2",
        "4 December 2026",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn bundle_pages_carry_their_number() {
    let text = text_of(
        &render(Template::Index, SAMPLES[1].1.as_bytes())
            .unwrap()
            .pdf,
    );
    assert!(text.contains("C-2026-0042 / 00-01 / 1"), "{text}");
    assert!(
        text.contains("undated") && text.contains("2 Nov 2026"),
        "{text}"
    );
}

#[test]
fn large_print_has_nothing_under_sixteen_points() {
    let mut letter: Value = serde_json::from_str(SAMPLES[0].1).unwrap();
    letter["largePrint"] = true.into();
    let made = set(Template::Letter, &letter);
    let document = Document::load_mem(&made.pdf).unwrap();
    let mut sizes = Vec::new();
    for id in document.get_pages().into_values() {
        let content = lopdf::content::Content::decode(&document.get_page_content(id)).unwrap();
        sizes.extend(
            content
                .operations
                .iter()
                .filter(|o| o.operator == "Tf")
                .map(|o| o.operands[1].as_float().unwrap()),
        );
    }
    assert!(
        !sizes.is_empty() && sizes.iter().all(|&s| s >= 16.0),
        "{sizes:?}"
    );
}

#[test]
fn hostile_text_is_shown_as_text() {
    let markup = "#import \"/etc/passwd\" #read(\"/data.json\") {{x}} $pi$ *bold* _it_ = Head <script>alert(1)</script> =HYPERLINK(1) \\u{41} @ref `raw` // no";
    let mut letter: Value = serde_json::from_str(SAMPLES[0].1).unwrap();
    letter["blocks"][0]["text"] = markup.into();
    letter["subject"] = "#panic()\0\u{7}".into();
    letter["document"]["language"] = "en\"]#".into();
    letter["letterhead"]["colour"] = "red\")".into();
    let made = set(Template::Letter, &letter);
    let text = text_of(&made.pdf);
    let dense = |s: &str| s.split_whitespace().collect::<String>();
    assert!(dense(&text).contains(&dense(markup)), "{text}");
    assert!(text.contains("#panic()"));
    assert!(is_universal(&made.pdf));
}

#[test]
fn every_script_we_carry_has_its_letters() {
    let made = set(
        Template::Record,
        &json!({"text": "Halina Wójcik Ștefan Ağaoğlu · Наталія Шевченко · Ελένη · محمد حسین · יעל · अमित · বাংলা · ਸਿੰਘ · \
            પટેલ · தமிழ் · ሰላም · Հայ · საქართველო · ไทย · 陳大文 李小龍 · ✓ → ≤ 🏠💧👍🏽👩‍👧 ❤️ 🇬🇧"}),
    );
    assert!(is_universal(&made.pdf), "a glyph is missing");
    let text = text_of(&made.pdf);
    assert!(text.contains("Наталія Шевченко"), "{text}");
}

#[test]
fn a_letter_without_glyph_falls_back_to_plain_tagged() {
    let made = set(
        Template::Record,
        &json!({"text": "Cuneiform \u{12000} and text"}),
    );
    assert!(!is_universal(&made.pdf));
    assert!(text_of(&made.pdf).contains("and text"));
}

#[test]
fn a_word_of_a_megabyte_breaks_and_is_cut() {
    let word = "x".repeat(1_000_000);
    for data in [
        json!({"facts": [{"label": "Word", "value": word}], "text": word}),
        json!({"tables": [{"title": word, "columns": [{"title": word}, {"title": ""}], "rows": [[word, word, word], []]}],
            "document": {"title": word, "landlord": word, "caseRef": word, "docNo": word, "generator": word}}),
    ] {
        let made = set(Template::Record, &data);
        assert!(made.pages > 10 && made.pages < 2_000, "{}", made.pages);
        assert!(text_of(&made.pdf).contains("[Cut in this PDF:"));
    }
}

#[test]
fn more_rows_than_a_pdf_holds_are_refused() {
    let entries = vec![json!({"what": "x"}); 60_001];
    let error = render(
        Template::Chronology,
        json!({"entries": entries}).to_string().as_bytes(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("make it in parts"), "{error}");
}
