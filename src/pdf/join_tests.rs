#![allow(clippy::unwrap_used)]
//! Documents of ours carried over, and those that must not be.

use lopdf::dictionary;
use serde_json::json;

use super::super::{Template, typeset};
use super::*;

fn joining(links: &[u32]) -> Joining {
    Joining {
        first: 10,
        parent: 2,
        font: 3,
        links: links.to_vec(),
    }
}

fn record() -> Vec<u8> {
    let data = json!({"document": {"title": "Survey"}, "text": "The wall was wet."});
    typeset::render(Template::Record, data.to_string().as_bytes())
        .unwrap()
        .pdf
}

fn changed(change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let mut document = Document::load_mem(&record()).unwrap();
    change(&mut document);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn refused(pdf: Vec<u8>) -> String {
    carry(pdf, &joining(&[])).unwrap_err().to_string()
}

#[test]
fn every_object_stands_where_it_is_said_to_and_names_only_what_is_there() {
    let (bytes, joined) = carry(record(), &joining(&[])).unwrap();
    assert_eq!(joined.pages.len(), 1);
    let (foot, _) = joined.pages[0].foot.unwrap();
    for (number, at) in &joined.objects {
        let here = &bytes[*at as usize..];
        assert!(
            here.starts_with(format!("{number} 0 obj\n").as_bytes()),
            "{number}"
        );
        assert!((10..joined.next).contains(number));
    }
    // The folder of pages and the font are the other PDF's, the foot is still to be drawn.
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("/Parent 2 0 R") && text.contains("/RedressFoot 3 0 R"));
    assert!(
        text.contains(&format!("{foot} 0 R")) && !joined.objects.iter().any(|(n, _)| *n == foot)
    );
    assert!(!text.contains("4294967295"));
    assert_eq!(
        carry(record(), &joining(&[])).unwrap().0,
        bytes,
        "the same bytes"
    );
}

#[test]
fn links_of_the_contents_lead_to_their_parts_and_those_of_others_stay() {
    let data = json!({"document": {"title": "Case"}, "entries": [{"part": 2, "title": "Survey", "page": 4}]});
    let pdf = typeset::render(Template::Contents, data.to_string().as_bytes())
        .unwrap()
        .pdf;
    let (bytes, _) = carry(pdf.clone(), &joining(&[70, 80])).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(
        text.contains("80 0 R/Fit") || text.contains("80 0 R /Fit"),
        "{text}"
    );
    assert!(!text.contains("redress:part"));
    let (bytes, _) = carry(pdf, &joining(&[])).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("redress:part/2"));
}

#[test]
fn what_would_show_something_else_is_refused_with_its_reason() {
    assert!(refused(b"no PDF at all".to_vec()).contains("cannot be read"));
    let hidden = changed(|document| {
        let layer = document.add_object(dictionary! { "Type" => "OCG" });
        let first = dictionary! { "OFF" => vec![Object::Reference(layer)] };
        let layers = dictionary! { "OCGs" => vec![Object::Reference(layer)], "D" => first };
        document.catalog_mut().unwrap().set("OCProperties", layers);
    });
    assert!(refused(hidden).contains("layers"));
    let mut torn = record();
    torn.truncate(torn.len() - 200);
    let why = refused(torn);
    assert!(
        why.contains("damaged") || why.contains("cannot be read"),
        "{why}"
    );
}

#[test]
fn scripts_of_a_received_file_do_nothing_in_ours() {
    let pdf = changed(|document| {
        let script = dictionary! {
            "S" => "JavaScript",
            "JS" => Object::string_literal("app.alert(1)"),
        };
        let page = *document.get_pages().values().next().unwrap();
        let note = dictionary! { "Type" => "Annot", "Subtype" => "Link", "A" => script.clone() };
        let page = document
            .get_object_mut(page)
            .unwrap()
            .as_dict_mut()
            .unwrap();
        page.set("AA", dictionary! { "O" => script });
        page.set("Annots", vec![Object::Dictionary(note)]);
    });
    let (bytes, _) = carry(pdf, &joining(&[])).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("JavaScript") && !text.contains("app.alert"));
}

#[test]
fn feet_are_drawn_in_a_font_of_the_promised_number() {
    let (_, joined) = carry(record(), &joining(&[])).unwrap();
    let (_, sheet) = joined.pages[0].foot.unwrap();
    let foot = |at: u32| Foot {
        sheet,
        line: format!("C-2026-0042 / page {at} of 2"),
    };
    let body = serde_json::to_vec(&[foot(1), foot(2)]).unwrap();
    let (_, drawn) = feet(&body, &Feet { font: 3, first: 40 }).unwrap();
    assert_eq!(drawn.feet.len(), 2);
    assert_ne!(drawn.feet[0], drawn.feet[1]);
    assert!(drawn.objects.iter().any(|(number, _)| *number == 3));
    assert!(drawn.feet[0].contains("/RedressFoot"));
}

#[test]
fn a_picture_is_set_the_right_way_up_or_refused() {
    let data =
        json!({"document": {"title": "Wall"}, "format": "png", "caption": "Wall"}).to_string();
    let dot = hex::decode(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010\
         0c9fe92ef0000000049454e44ae426082",
    );
    let set = typeset::picture("png", dot.unwrap(), data.as_bytes()).unwrap();
    assert_eq!(set.pages, 1);
    for (format, bytes) in [("png", b"not a picture".to_vec()), ("tiff", Vec::new())] {
        let error = typeset::picture(format, bytes, data.as_bytes()).unwrap_err();
        assert!(matches!(error, PdfError::CannotSplit(_)), "{error}");
    }
}
