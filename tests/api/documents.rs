//! Documents in and out.

use reqwest::Method;

use crate::support::Server;
use crate::support::words::complaint;

#[test]
fn a_document_goes_in_and_comes_out_whole_and_in_parts() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let kept = officer.attach(
        &reference,
        "photo é.bin",
        &bytes,
        &[
            ("kind", "photo"),
            ("doc_date", "2026-03-02"),
            ("title", "The wall"),
            ("sensitivity", "third_party"),
        ],
    );
    let document = kept.is(201);
    assert_eq!(document["size"], 3_000_000);
    assert_eq!(document["kind"], "photo");
    assert_eq!(document["sensitivity"], "third_party");
    assert_eq!(kept.header("etag"), "\"2\"");
    let path = kept.header("location").replace("/api/v1", "");
    let whole = officer.get(&path);
    assert_eq!(whole.status, 200);
    assert!(whole.bytes == bytes, "the bytes came back changed");
    assert!(
        whole
            .header("content-disposition")
            .starts_with("attachment;")
    );
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert!(whole.header("content-security-policy").contains("sandbox"));
    for (range, status, from, to) in [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=262070-262090", 206, 262_070, 262_091),
        ("bytes=-5", 206, 2_999_995, 3_000_000),
        ("bytes=2999999-", 206, 2_999_999, 3_000_000),
    ] {
        let request = officer.request(Method::GET, &path).header("range", range);
        let part = officer.send(&Method::GET, &path, request);
        assert_eq!(part.status, status, "{range}");
        assert!(part.bytes == bytes[from..to], "{range}");
        assert_eq!(
            part.header("content-range"),
            format!("bytes {from}-{}/3000000", to - 1)
        );
    }
    let request = officer
        .request(Method::GET, &path)
        .header("range", "bytes=3000000-");
    officer
        .send(&Method::GET, &path, request)
        .refuses(416, "range", None);
    officer
        .get(&format!("/cases/{reference}/documents/99"))
        .refuses(404, "not_found", None);
    let list = officer
        .get(&format!("/cases/{reference}/documents"))
        .is(200);
    assert_eq!(list.as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_wrong_with_an_upload_is_named() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let attach = |name: &str, bytes: &[u8], fields: &[(&str, &str)]| {
        officer.attach(&reference, name, bytes, fields)
    };
    attach("a.txt", b"x", &[("kind", "pigeon")]).refuses(422, "validation", Some("kind"));
    attach("a.txt", b"x", &[("doc_date", "2026-02-31")]).refuses(
        422,
        "validation",
        Some("doc_date"),
    );
    attach("a.txt", b"x", &[("colour", "red")]).refuses(422, "validation", Some("colour"));
    attach("a.txt", b"", &[]).refuses(422, "validation", Some("file"));
    let path = format!("/cases/{reference}/documents");
    officer
        .post(&path, &serde_json::json!({}))
        .refuses(415, "media_type", None);
    let form = reqwest::blocking::multipart::Form::new().text("kind", "photo");
    let request = officer.request(Method::POST, &path).multipart(form);
    officer
        .send(&Method::POST, &path, request)
        .refuses(422, "validation", Some("file"));
    officer
        .attach("C-2020-9999", "a.txt", b"x", &[])
        .refuses(404, "not_found", None);
    assert_eq!(
        officer.get(&format!("/cases/{reference}")).is(200)["version"],
        1,
        "nothing was kept"
    );
}

#[test]
fn a_page_among_the_documents_is_a_download_like_any_other() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    for (name, bytes) in [
        ("page.html", &b"<html><script>alert(1)</script>"[..]),
        (
            "picture.svg",
            &b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"[..],
        ),
    ] {
        let kept = officer.attach(&reference, name, bytes, &[]);
        kept.is(201);
        let path = kept.header("location").replace("/api/v1", "");
        let out = officer.get(&path);
        assert!(
            out.header("content-disposition").starts_with("attachment;"),
            "{name}"
        );
        assert!(
            !out.header("content-type").contains("svg"),
            "{}",
            out.header("content-type")
        );
    }
}

#[test]
fn a_document_is_looked_at_without_what_the_camera_wrote() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let heic = include_bytes!("../pdf/photo.heic");
    let kept = officer.attach(&reference, "IMG_0042.HEIC", heic, &[("kind", "photo")]);
    let document = kept.is(201);
    assert_eq!(document["media_type"], "image/heif");
    assert_eq!(document["shot"]["camera"], "Apple iPhone 15");
    let path = kept.header("location").replace("/api/v1", "") + "/preview";
    let seen = officer.get(&path);
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.header("content-type"), "image/jpeg");
    assert_eq!(seen.header("redress-pages"), "1");
    let picture = image::load_from_memory(&seen.bytes).expect("a JPEG");
    assert_eq!((picture.width(), picture.height()), (640, 480));
    assert!(!seen.bytes.windows(6).any(|bytes| bytes == b"iPhone"));
    let small = officer.get(&format!("{path}?small=true"));
    let picture = image::load_from_memory(&small.bytes).expect("a JPEG");
    assert_eq!(picture.width(), 200);
    officer
        .get(&format!("{path}?page=2"))
        .refuses(422, "validation", Some("document"));
    let words = officer.attach(&reference, "words.txt", b"Words alone", &[]);
    let path = words.header("location").replace("/api/v1", "") + "/preview";
    officer
        .get(&path)
        .refuses(422, "validation", Some("document"));
    // Health is for some roles only, and so is how it looks.
    let delicate = [("kind", "photo"), ("sensitivity", "special_category")];
    let kept = officer.attach(&reference, "skin.heic", heic, &delicate);
    let path = kept.header("location").replace("/api/v1", "") + "/preview";
    assert_eq!(officer.get(&path).status, 200);
    let centre = server.caller("Telephones", &["contact_centre"]);
    assert_eq!(centre.get(&path).status, 403);
}

/// A JPEG's beginning that says it was taken with an FP5 on 3 November 2026 at 09:12 by the camera's clock.
fn photo() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, count: u32, value: [u8; 4]| {
        let (tag, count) = (tag.to_le_bytes(), count.to_le_bytes());
        [&tag[..], &[2, 0], &count, &value].concat()
    };
    tiff.extend([2, 0]);
    tiff.extend(entry(0x0110, 4, *b"FP5\0"));
    tiff.extend(entry(0x0132, 20, 38u32.to_le_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(b"2026:11:03 09:12:40\0");
    let length = u16::try_from(tiff.len() + 8).expect("short").to_be_bytes();
    let head = [&[0xff, 0xd8, 0xff, 0xe1][..], &length, b"Exif\0\0"].concat();
    [head, tiff, vec![0xff, 0xd9]].concat()
}

#[test]
fn a_photo_says_when_and_with_what_it_was_taken() {
    let server = Server::start();
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(3));
    let kept = officer.attach(&reference, "wall.jpg", &photo(), &[("kind", "photo")]);
    let document = kept.is(201);
    assert_eq!(document["media_type"], "image/jpeg");
    assert_eq!(document["shot"]["taken_on"], "2026-11-03");
    assert_eq!(document["shot"]["taken_at"], "09:12:40");
    assert_eq!(document["shot"]["camera"], "FP5");
    assert_eq!(document["shot"]["located"], false);
    // What only looks like one is a document all the same.
    let torn = &photo()[..30];
    let kept = officer.attach(&reference, "torn.jpg", torn, &[("kind", "photo")]);
    assert!(
        kept.is(201)
            .get("shot")
            .is_none_or(serde_json::Value::is_null)
    );
}
