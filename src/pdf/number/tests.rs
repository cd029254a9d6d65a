#![allow(clippy::unwrap_used)]
//! Received PDFs of many kinds: numbered, they begin with themselves and show the line; or they are refused in words.

use lopdf::{EncryptionState, EncryptionVersion, Permissions, SaveOptions, dictionary};
use proptest::prelude::*;

use super::super::{Template, split, typeset};
use super::*;

mod foot;

fn numbering() -> Numbering {
    Numbering {
        stamp: "C-2026-0042 / 05-03".into(),
        first: 1,
        of: None,
    }
}

/// A document of pages with these entries and drawings, in a folder with those.
fn document(folder: Dictionary, pages: Vec<(Dictionary, &str)>) -> Document {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let kids: Vec<Object> = pages
        .into_iter()
        .map(|(mut page, drawing)| {
            let drawing = document.add_object(stream(drawing.as_bytes().to_vec()));
            page.set("Type", "Page");
            page.set("Parent", root);
            page.set("Contents", drawing);
            document.add_object(page).into()
        })
        .collect();
    let mut folder = folder;
    folder.set("Type", "Pages");
    folder.set("Count", kids.len() as i64);
    folder.set("Kids", kids);
    document.objects.insert(root, folder.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let id = Object::String(vec![7; 16], StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
    document
}

fn a4() -> Dictionary {
    dictionary! { "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()] }
}

fn two_pages() -> Document {
    let drawing = "BT /F 12 Tf 72 700 Td (Damp) Tj ET";
    document(
        a4(),
        vec![(dictionary! {}, drawing), (dictionary! {}, drawing)],
    )
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.reference_table.cross_reference_type = lopdf::xref::XrefType::CrossReferenceTable;
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A file for old readers and new: a table, and a stream that lists the resources, which only new ones can unpack.
fn hybrid() -> Vec<u8> {
    let mut pdf = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    let packed = "5 0 <</ProcSet [/PDF]>>";
    for object in [
        "<</Type /Catalog /Pages 2 0 R>>".to_owned(),
        "<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842]>>".to_owned(),
        "<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R>>".to_owned(),
        "<</Length 3>>stream\nq Q\nendstream".to_owned(),
        String::new(),
        format!(
            "<</Type /ObjStm /N 1 /First 4 /Length {}>>stream\n{packed}\nendstream",
            packed.len()
        ),
        "<</Type /XRef /Size 8 /Root 1 0 R /W [1 1 1] /Index [5 1] /Length 3>>stream\n\u{2}\u{6}\0\nendstream"
            .to_owned(),
    ] {
        places.push(pdf.len());
        if !object.is_empty() {
            pdf.extend(format!("{} 0 obj\n{object}\nendobj\n", places.len()).bytes());
        }
    }
    let (table, stream) = (pdf.len(), places[6]);
    pdf.extend(b"xref\n0 8\n0000000005 65535 f \n");
    for (place, number) in places.iter().zip(1..) {
        let entry = match number {
            5 => "0000000000 00000 f \n".to_owned(),
            _ => format!("{place:010} 00000 n \n"),
        };
        pdf.extend(entry.bytes());
    }
    let trailer = format!("trailer\n<</Size 8 /Root 1 0 R /XRefStm {stream}>>\n");
    pdf.extend(format!("{trailer}startxref\n{table}\n%%EOF\n").bytes());
    pdf
}

/// Numbered, with all that must hold of every numbered file.
fn numbered_as(pdf: &[u8], numbering: &Numbering) -> Document {
    let tail = tail(pdf.to_vec(), numbering).unwrap();
    assert_eq!(
        tail,
        super::tail(pdf.to_vec(), numbering).unwrap(),
        "not repeatable"
    );
    let pages = Document::load_mem(pdf).unwrap().get_pages();
    assert!(
        tail.len() as u64 <= room(pages.len() as u32),
        "{}",
        tail.len()
    );
    let whole = [pdf, &tail].concat();
    let document = Document::load_mem(&whole).unwrap();
    assert_eq!(document.xref_recovery, None);
    assert_eq!(document.get_pages(), pages);
    let of = numbering.of.unwrap_or(pages.len() as u32);
    for (page, at) in pages.keys().zip(numbering.first..) {
        let text = document.extract_text(&[*page]).unwrap();
        let line = format!("{} / {at} of {of}", numbering.stamp);
        assert!(text.contains(&line), "{line}: {text}");
    }
    document
}

fn numbered(pdf: &[u8]) -> Document {
    numbered_as(pdf, &numbering())
}

fn check_refused(pdf: &[u8], why: &str) {
    let error = tail(pdf.to_vec(), &numbering()).unwrap_err();
    assert!(
        matches!(&error, PdfError::CannotNumber(said) if said.contains(why)),
        "{why}: {error}"
    );
}

#[test]
fn files_of_every_structure_are_numbered() {
    let classic = saved(two_pages());
    numbered(&classic);
    numbered(classic.trim_ascii_end());
    numbered(&[&classic[..], b"\r\n\0\0"].concat());
    for (packed, listed) in [(true, true), (false, true)] {
        let mut bytes = Vec::new();
        let options = SaveOptions {
            use_object_streams: packed,
            use_xref_streams: listed,
            ..SaveOptions::default()
        };
        two_pages().save_with_options(&mut bytes, options).unwrap();
        numbered(&bytes);
    }
    // One whose first page stands at the front, so that a browser shows it before the rest has come.
    numbered(include_bytes!("../../../tests/pdf/linearised.pdf"));
    numbered(&hybrid());
    // A numbered file is a file like any other: it may come back and be numbered again.
    let once = [&classic[..], &tail(classic.clone(), &numbering()).unwrap()].concat();
    numbered_as(
        &once,
        &Numbering {
            stamp: "C-2027-0001 / 01-01".into(),
            ..numbering()
        },
    );
}

#[test]
fn our_own_pages_stay_tagged_and_keep_their_fonts() {
    let letter = include_str!("../../../tests/pdf/letter.json");
    let pdf = typeset::render(Template::Letter, letter.as_bytes())
        .unwrap()
        .pdf;
    let document = numbered(&pdf);
    assert!(document.catalog().unwrap().has(b"StructTreeRoot"));
    let text = document.extract_text(&[1]).unwrap();
    assert!(text.contains("Mrs Halina"), "{text}");
    let id = document.get_pages()[&1];
    let drawing = String::from_utf8_lossy(&document.get_page_content(id)).into_owned();
    assert!(drawing.contains("/Artifact <</Type /Pagination /Subtype /Footer>> BDC"));
}

#[test]
fn the_first_half_of_the_identifier_stays_and_the_second_tells_the_numbers() {
    let pdf = saved(two_pages());
    let second = |n: &Numbering| {
        let document = numbered_as(&pdf, n);
        let id = document
            .trailer
            .get(b"ID")
            .unwrap()
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(id[0].as_str().unwrap(), [7; 16]);
        id[1].as_str().unwrap().to_vec()
    };
    let later = Numbering {
        first: 14,
        of: Some(92),
        ..numbering()
    };
    assert_ne!(second(&numbering()), second(&later));
}

#[test]
fn what_is_drawn_is_not_touched_and_shared_resources_are_added_to_once() {
    let fonts = dictionary! { "Numbers1" => Object::Null };
    let mut held = document(a4(), vec![(dictionary! {}, "BT ET"), (dictionary! {}, "")]);
    let fonts = held.add_object(fonts);
    let resources = held.add_object(dictionary! { "Font" => fonts });
    let array: Vec<Object> = held
        .get_page_contents(held.get_pages()[&1])
        .into_iter()
        .map(Object::Reference)
        .collect();
    let array = held.add_object(array);
    for page in held.get_pages().into_values() {
        let page = held.get_dictionary_mut(page).unwrap();
        page.set("Resources", resources);
        page.set("Contents", array);
    }
    let before = held.clone();
    let after = numbered(&saved(held));
    let fonts = after.get_dictionary(fonts).unwrap();
    assert!(fonts.has(b"Numbers1") && fonts.has(b"Numbers2") && !fonts.has(b"Numbers3"));
    for (id, object) in &before.objects {
        if let Object::Stream(drawing) = object {
            assert_eq!(
                after.get_object(*id).unwrap().as_stream().unwrap().content,
                drawing.content
            );
        }
    }
}

#[test]
fn resources_that_are_null_do_not_hide_those_above() {
    let mut held = document(a4(), vec![(dictionary! {}, "BT ET"), (dictionary! {}, "")]);
    let null = held.add_object(Object::Null);
    let [first, second] = [1, 2].map(|page| held.get_pages()[&page]);
    let page = held.get_dictionary_mut(first).unwrap();
    page.set("Resources", Object::Null);
    let folder = page.get(b"Parent").and_then(Object::as_reference).unwrap();
    let page = held.get_dictionary_mut(second).unwrap();
    page.set("Resources", null);
    let resources = dictionary! { "Font" => dictionary! { "F" => Object::Null } };
    let above = held.get_dictionary_mut(folder).unwrap();
    above.set("Resources", resources);
    let pdf = saved(held);
    let tail = tail(pdf.clone(), &numbering()).unwrap();
    let after = Document::load_mem(&[pdf, tail].concat()).unwrap();
    let above = after.get_dictionary(folder).unwrap();
    let fonts = above.get(b"Resources").and_then(Object::as_dict).unwrap();
    let fonts = fonts.get(b"Font").and_then(Object::as_dict).unwrap();
    assert!(fonts.has(b"F") && fonts.has(b"Numbers1"));
    let page = after.get_dictionary(first).unwrap();
    assert_eq!(page.get(b"Resources").unwrap(), &Object::Null);
}

#[test]
fn pieces_go_on_counting() {
    let mut pieces = Vec::new();
    let pages = (0..9).map(|_| (dictionary! {}, "BT ET")).collect();
    let whole = saved(document(a4(), pages));
    let limit = room(4) + 2_500;
    split::split(&whole, limit, true, |part| {
        pieces.push(part);
        Ok(())
    })
    .unwrap();
    assert!(pieces.len() > 1);
    let mut first = 1;
    for piece in pieces {
        let numbering = Numbering {
            first,
            of: Some(9),
            ..numbering()
        };
        numbered_as(&piece.pdf, &numbering);
        let tail = tail(piece.pdf.clone(), &numbering).unwrap();
        assert!((piece.pdf.len() + tail.len()) as u64 <= limit);
        first += piece.pages;
    }
    assert_eq!(first, 10);
}

#[test]
fn a_page_that_fills_the_limit_alone_is_a_piece_without_room() {
    let pdf = saved(two_pages());
    let mut sizes = Vec::new();
    split::split(&pdf, 1_000, true, |part| {
        sizes.push(part.pages);
        Ok(())
    })
    .unwrap();
    assert_eq!(sizes, [1, 1]);
}

#[test]
fn what_must_not_be_changed_is_refused_with_the_reason() {
    check_refused(b"", "does not begin as a PDF");
    check_refused(b"%PDF-1.4 not really", "cannot be read");
    let good = saved(two_pages());
    check_refused(
        &[b"HTTP/1.1 200 OK\r\n\r\n", &good[..]].concat(),
        "does not begin",
    );
    check_refused(&good[..good.len() - 30], "damaged");
    let lost = String::from_utf8_lossy(&good).replace("startxref\n", "startxref\n9");
    check_refused(lost.as_bytes(), "");

    let mut signed = two_pages();
    let range: Vec<Object> = [0, 10, 20, 30].map(Object::Integer).to_vec();
    signed.add_object(dictionary! { "Type" => "Sig", "ByteRange" => range });
    let signed = saved(signed);
    check_refused(&signed, "signed");
    let of = Some(9);
    numbered_as(&signed, &Numbering { of, ..numbering() });

    for user in ["", "secret"] {
        let mut locked = two_pages();
        let version = EncryptionVersion::V2 {
            document: &locked,
            owner_password: "owner",
            user_password: user,
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        locked.encrypt(&state).unwrap();
        check_refused(&saved(locked), "password");
    }

    let drawing = "Q 2 0 0 2 0 0 cm";
    let unbalanced = document(a4(), vec![(dictionary! {}, ""), (dictionary! {}, drawing)]);
    check_refused(&saved(unbalanced), "page 2 closes more");
    let flat = dictionary! { "MediaBox" => vec![0.into(), 0.into(), 0.into(), 842.into()] };
    check_refused(
        &saved(document(flat, vec![(dictionary! {}, "")])),
        "no proper size",
    );
}

#[test]
fn a_file_that_draws_without_end_is_given_up() {
    // Each page draws the same 24 MB of spaces, which pack into nothing, many times over.
    let mut busy = document(a4(), vec![(dictionary! {}, ""), (dictionary! {}, "")]);
    let mut spaces = stream(vec![b' '; 24 << 20]);
    spaces.compress().unwrap();
    let spaces = busy.add_object(spaces);
    let page = busy.get_pages()[&2];
    let page = busy.get_dictionary_mut(page).unwrap();
    page.set("Contents", vec![Object::Reference(spaces); 6]);
    check_refused(&saved(busy), "page 2 has a drawing that cannot be unpacked");
}

#[test]
fn hostile_page_trees_end() {
    let folder_of = |document: &Document| {
        let catalog = document.catalog().unwrap();
        catalog
            .get(b"Pages")
            .and_then(Object::as_reference)
            .unwrap()
    };
    // A ring of folders above the page, with nothing to be found in any.
    let mut ring = document(dictionary! {}, vec![(dictionary! {}, "")]);
    let folder = folder_of(&ring);
    ring.get_dictionary_mut(folder)
        .unwrap()
        .set("Parent", folder);
    assert!(tail(saved(ring), &numbering()).is_ok());

    for (kids, count) in [(3, 3), (1, 1_000_000), (1, -1)] {
        let mut odd = document(a4(), vec![(dictionary! {}, "")]);
        let (folder, page) = (folder_of(&odd), odd.get_pages()[&1]);
        let held = odd.get_dictionary_mut(folder).unwrap();
        held.set("Kids", vec![Object::Reference(page); kids]);
        held.set("Count", count);
        check_refused(&saved(odd), "contradicts itself");
    }
    let mut own = document(a4(), vec![(dictionary! {}, "")]);
    let folder = folder_of(&own);
    let held = own.get_dictionary_mut(folder).unwrap();
    held.set("Kids", vec![Object::Reference(folder); 9]);
    check_refused(&saved(own), "contradicts itself");
}

#[test]
fn stamps_are_a_few_plain_letters() {
    for good in ["C-2026-0042 / 05-03", "x", &"9".repeat(60)] {
        assert!(Numbering::fits(good), "{good}");
    }
    for bad in ["", "a\nb", "Łódź", ") Tj ET\u{0}", &"9".repeat(61)] {
        assert!(!Numbering::fits(bad), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is broken in a file, it is numbered soundly or refused in words.
    #[test]
    fn any_damage_is_numbered_or_refused(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut pdf = saved(two_pages());
        let place = at.index(pdf.len());
        pdf[place] = byte;
        let whole = cut.index(4) > 0;
        pdf.truncate(if whole { pdf.len() } else { cut.index(pdf.len()) });
        match tail(pdf.clone(), &numbering()) {
            Ok(tail) => {
                let both = [&pdf[..], &tail].concat();
                let (before, after) = (Document::load_mem(&pdf).unwrap(), Document::load_mem(&both).unwrap());
                prop_assert_eq!(before.get_pages(), after.get_pages());
            }
            Err(PdfError::CannotNumber(why)) => prop_assert!(!why.is_empty()),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
