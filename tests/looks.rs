//! Documents as they look: pictures made by the real helper, and what it does with files that mean harm.

use std::time::Duration;

use redress::pdf::{Limits, Look, PdfError, Renderer, Template};

const HEIC: &[u8] = include_bytes!("pdf/photo.heic");
const TURNED: &[u8] = include_bytes!("pdf/turned.jpg");

fn renderer() -> Renderer {
    Renderer::with_program(env!("CARGO_BIN_EXE_redress"), Limits::default())
}

/// The colour at a place, as fractions of the width and height, rounded so that encoders do not matter.
fn colour(jpeg: &[u8], x: f32, y: f32) -> [u8; 3] {
    let picture = image::load_from_memory(jpeg).expect("a JPEG").into_rgb8();
    let at = |part: f32, of: u32| (part * of as f32) as u32;
    let pixel = picture.get_pixel(at(x, picture.width()), at(y, picture.height()));
    pixel.0.map(|value| value.saturating_add(20) / 64)
}

fn edges(jpeg: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(jpeg).expect("a JPEG");
    (picture.width(), picture.height())
}

const RED: [u8; 3] = [3, 0, 0];
const GREEN: [u8; 3] = [0, 2, 0];
const BLUE: [u8; 3] = [0, 0, 3];

#[test]
fn a_photo_of_a_phone_is_decoded_and_made_small() {
    let renderer = renderer();
    let seen = renderer.look(Look::Heic, HEIC, 1600).expect("a picture");
    assert_eq!((edges(&seen.jpeg), seen.pages), ((640, 480), 1));
    assert_eq!(colour(&seen.jpeg, 0.25, 0.25), RED);
    assert_eq!(colour(&seen.jpeg, 0.75, 0.25), GREEN);
    assert_eq!(colour(&seen.jpeg, 0.25, 0.75), BLUE);
    let small = renderer.look(Look::Heic, HEIC, 200).expect("a picture");
    assert_eq!(edges(&small.jpeg), (200, 150));
}

#[test]
fn a_photo_stands_upright_and_says_nothing_of_its_camera() {
    let seen = renderer().look(Look::Picture, TURNED, 1600);
    let seen = seen.expect("a picture");
    assert_eq!(edges(&seen.jpeg), (480, 640), "turned by a quarter");
    assert_eq!(colour(&seen.jpeg, 0.75, 0.25), RED);
    assert_eq!(colour(&seen.jpeg, 0.25, 0.25), BLUE);
    assert!(TURNED.windows(9).any(|bytes| bytes == b"iPhone 15"));
    assert!(!seen.jpeg.windows(9).any(|bytes| bytes == b"iPhone 15"));
}

#[test]
fn the_pages_of_a_pdf_are_drawn() {
    let renderer = renderer();
    let letter: serde_json::Value =
        serde_json::from_str(include_str!("pdf/letter.json")).expect("the sample is JSON");
    let pdf = renderer
        .render(Template::Letter, &letter)
        .expect("a letter");
    let first = renderer.look(Look::Page(1), &pdf, 800).expect("page 1");
    let second = renderer.look(Look::Page(2), &pdf, 800).expect("page 2");
    assert_eq!((first.pages, second.pages), (2, 2));
    assert_eq!(edges(&first.jpeg).1, 800, "A4, upright");
    assert_ne!(first.jpeg, second.jpeg);
    let dark = |jpeg: &[u8]| {
        let picture = image::load_from_memory(jpeg).expect("a JPEG").into_luma8();
        picture.pixels().filter(|pixel| pixel.0[0] < 100).count()
    };
    assert!(dark(&first.jpeg) > 500, "there is writing on it");
    for page in [0, 3, u32::MAX] {
        let none = renderer.look(Look::Page(page), &pdf, 800);
        assert!(matches!(none, Err(PdfError::CannotShow(_))), "page {page}");
    }
}

#[test]
fn files_that_are_torn_or_mean_harm_are_refused_and_the_next_is_shown() {
    let renderer = Renderer::with_program(
        env!("CARGO_BIN_EXE_redress"),
        Limits {
            wall: Duration::from_secs(20),
            ..Limits::default()
        },
    );
    // A PNG that says it has four thousand million pixels, and has none.
    let mut vast = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    vast.extend_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 8, 6, 0, 0, 0]);
    vast.extend_from_slice(&[0xbc, 0x6d, 0xc4, 0x7e]);
    let mut broken = HEIC.to_vec();
    let half = broken.len() / 2;
    broken[half..].iter_mut().for_each(|byte| *byte ^= 0x55);
    for (look, bytes) in [
        (Look::Picture, &vast[..]),
        (Look::Picture, &TURNED[..200]),
        (Look::Picture, b"GIF89a".as_slice()),
        (Look::Heic, &HEIC[..HEIC.len() / 3]),
        (Look::Heic, TURNED),
        (Look::Page(1), b"%PDF-1.7\nnot so".as_slice()),
        (Look::Page(1), b"".as_slice()),
    ] {
        let seen = renderer.look(look, bytes, 800);
        assert!(
            matches!(seen, Err(PdfError::CannotShow(_) | PdfError::Ended(_))),
            "{look:?}: {seen:?}"
        );
    }
    // What is torn inside may still give a picture; it must not take anything with it.
    let _ = renderer.look(Look::Heic, &broken, 800);
    assert!(renderer.look(Look::Heic, HEIC, 800).is_ok());
}
