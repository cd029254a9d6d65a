//! PDFs made by real helper processes: the same as in process, and ended when they run away.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use redress::pdf::{Limits, Numbering, PdfError, Renderer, Template};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_redress");

fn renderer(limits: Limits) -> Renderer {
    Renderer::with_program(PROGRAM, limits)
}

fn letter() -> Value {
    serde_json::from_str(include_str!("pdf/letter.json")).expect("the sample is JSON")
}

#[test]
fn helpers_make_the_same_pdf_each_time_and_side_by_side() {
    let renderer = Arc::new(renderer(Limits {
        jobs_per_helper: 3,
        ..Limits::default()
    }));
    let first = renderer
        .render_counted(Template::Letter, &letter())
        .expect("a letter");
    assert!(first.pdf.starts_with(b"%PDF"));
    assert_eq!(first.pages, 2);
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let (renderer, expected) = (Arc::clone(&renderer), first.pdf.clone());
            thread::spawn(move || {
                for _ in 0..3 {
                    assert!(
                        renderer
                            .render(Template::Letter, &letter())
                            .expect("a letter")
                            == expected
                    );
                }
            })
        })
        .collect();
    runs.into_iter()
        .for_each(|run| run.join().expect("all letters are the same"));
}

#[test]
fn data_that_do_not_fit_are_refused_and_the_helper_lives_on() {
    let renderer = renderer(Limits::default());
    for _ in 0..2 {
        let error = renderer
            .render(Template::Letter, &json!({"blocks": "none"}))
            .expect_err("blocks is a list");
        assert!(matches!(error, PdfError::Data { .. }), "{error}");
    }
    assert!(renderer.render(Template::Letter, &letter()).is_ok());
}

#[test]
fn a_helper_over_its_memory_ends_and_says_so() {
    let renderer = renderer(Limits {
        memory_bytes: 280 << 20,
        ..Limits::default()
    });
    let error = renderer
        .render(Template::Chronology, &heavy())
        .expect_err("too little memory");
    assert!(
        matches!(&error, PdfError::Ended(_)) && error.to_string().contains("280 MiB"),
        "{error}"
    );
}

#[test]
fn a_helper_over_its_time_is_ended() {
    let renderer = renderer(Limits {
        wall: Duration::from_millis(300),
        ..Limits::default()
    });
    let start = Instant::now();
    let error = renderer
        .render(Template::Chronology, &heavy())
        .expect_err("too little time");
    assert!(matches!(error, PdfError::TooSlow(_)), "{error}");
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );

    let renderer = self::renderer(Limits {
        cpu_seconds: 1,
        ..Limits::default()
    });
    let error = renderer
        .render(Template::Chronology, &heavy())
        .expect_err("too little processor time");
    assert!(error.to_string().contains("processor time"), "{error}");
}

#[test]
fn a_pdf_is_counted_and_split() {
    let renderer = renderer(Limits::default());
    let entries: Vec<Value> = (0..200)
        .map(|i| json!({"date": "2026-11-02", "what": format!("Event {i}")}))
        .collect();
    let whole = renderer
        .render_counted(Template::Chronology, &json!({"entries": entries}))
        .expect("a chronology");
    assert_eq!(
        renderer.count_pages(&whole.pdf).expect("pages"),
        whole.pages
    );
    let limit = whole.pdf.len() as u64 - 1;
    let parts = renderer.split(&whole.pdf, limit, false).expect("parts");
    assert_eq!(parts.iter().map(|p| p.pages).sum::<u32>(), whole.pages);
    assert!(parts.iter().all(|p| p.pdf.len() as u64 <= limit));
    assert!(matches!(
        renderer.split(b"%PDF-1.7 broken", limit, false),
        Err(PdfError::CannotSplit(_))
    ));
}

#[test]
fn a_pdf_is_numbered_by_what_is_put_behind_it() {
    let renderer = renderer(Limits::default());
    let pdf = renderer
        .render(Template::Letter, &letter())
        .expect("a letter");
    let numbering = Numbering {
        stamp: "C-2026-0042 / 01-03".into(),
        first: 1,
        of: None,
    };
    let tail = renderer.number(&pdf, &numbering).expect("numbers");
    let whole = [&pdf[..], &tail].concat();
    let document = lopdf::Document::load_mem(&whole).expect("a PDF");
    let last = document.extract_text(&[2]).expect("words");
    assert!(last.contains("C-2026-0042 / 01-03 / 2 of 2"), "{last}");
    assert!(matches!(
        renderer.number(b"%PDF-1.7 broken", &numbering),
        Err(PdfError::CannotNumber(_))
    ));

    let tight = self::renderer(Limits {
        memory_bytes: 200 << 20,
        ..Limits::default()
    });
    let large = [&pdf[..], &vec![b'\n'; 150 << 20]].concat();
    assert!(matches!(
        tight.number(&large, &numbering),
        Err(PdfError::Ended(_))
    ));
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    let renderer = Renderer::with_program("/nonexistent/redress", Limits::default());
    assert!(matches!(
        renderer.render(Template::Letter, &letter()),
        Err(PdfError::Start(_))
    ));
}

/// Some seconds and hundreds of megabytes of work that is within the rules.
fn heavy() -> Value {
    let entries: Vec<Value> = (0..9_000)
        .map(|i| json!({"what": format!("Entry {i} with some words in it"), "who": "Somebody"}))
        .collect();
    json!({"entries": entries})
}
