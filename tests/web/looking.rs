//! Documents as people look at them: photos, pages, words, and a photo of the work beside the one of before.

use super::call;
use super::site::Site;

const HEIC: &[u8] = include_bytes!("../pdf/photo.heic");
const TURNED: &[u8] = include_bytes!("../pdf/turned.jpg");

#[test]
fn a_photo_of_the_work_stands_beside_the_one_of_before() {
    let site = Site::started();
    let reference = site.log(&call("Damp in the bedroom", &[]));
    site.attach(&reference, "before.heic", HEIC);
    let alone = site.get(&format!("/cases/{reference}/documents/1/view"));
    assert!(
        !alone.text.contains("/do/pair_photos"),
        "one photo has none beside it"
    );
    site.attach(&reference, "after.jpg", TURNED);
    let case = site.get(&format!("/cases/{reference}"));
    let page = case.link("after.jpg").expect("the photo's page");
    assert_eq!(page, format!("/cases/{reference}/documents/2/view"));
    assert!(case.text.contains("/documents/2/picture?small=true"));
    let after = site.get(&page);
    assert_eq!(after.status, 200);
    let asks = after.link("Before and after").expect("the way to pair");
    assert!(site.get(&asks).text.contains("before.heic"));
    site.done(
        &reference,
        "pair_photos",
        &[("before", "1"), ("after", "2")],
    );
    for page in [1, 2] {
        let page = site.get(&format!("/cases/{reference}/documents/{page}/view"));
        for shown in [
            "<b>Before</b>",
            "<b>After</b>",
            "/documents/1/picture\"",
            "/documents/2/picture\"",
            "Apple iPhone 15",
        ] {
            assert!(page.text.contains(shown), "{shown}: {}", page.text);
        }
    }
    let picture = site.get(&format!("/cases/{reference}/documents/1/picture"));
    assert_eq!(picture.status, 200);
    assert_eq!(picture.header("content-type"), "image/jpeg");
    assert_eq!(picture.header("cache-control"), "no-store");
    let case = site.get(&format!("/cases/{reference}"));
    assert!(
        case.text
            .contains("Photo 2 shows after the work what photo 1 shows before it")
    );
    // A person who does not see the case sees none of its pictures.
    site.done(
        &reference,
        "restrict",
        &[("people", "dprice"), ("reason", "Staff.")],
    );
    let housing = site.as_role("housing_officer");
    for what in ["view", "picture"] {
        let hidden = housing.get(&format!("/cases/{reference}/documents/1/{what}"));
        assert_eq!(hidden.status, 404, "{what}");
    }
}

#[test]
fn papers_are_read_where_they_are() {
    let site = Site::started();
    let reference = site.log(&call("No hot water", &[]));
    let said = "The engineer said <b>the part</b> comes on Friday.";
    site.attach(&reference, "call.txt", said.as_bytes());
    site.attach(&reference, "torn.pdf", b"%PDF-1.7\nnothing");
    site.attach(&reference, "data.bin", b"\0\x01\x02");
    let view = |id: u32| site.get(&format!("/cases/{reference}/documents/{id}/view"));
    let words = view(1);
    assert!(
        words
            .text
            .contains("The engineer said &#60;b&#62;the part&#60;/b&#62; comes on Friday."),
        "{}",
        words.text
    );
    for id in [2, 3] {
        let page = view(id);
        assert_eq!(page.status, 200);
        assert!(
            page.text.contains("Download it to open it."),
            "{}",
            page.text
        );
        let download = format!("href=\"/cases/{reference}/documents/{id}\"");
        assert!(page.text.contains(&download), "{}", page.text);
    }
    assert_eq!(view(4).status, 404);
    // A letter that was issued is read page by page, and as text.
    site.done(
        &reference,
        "acknowledge",
        &[
            ("stage", "1"),
            ("definition", "No hot water for two weeks"),
            ("outcomes_sought", "Hot water"),
            ("handler", "dprice"),
        ],
    );
    let letter = view(4);
    assert!(
        letter.text.contains("/documents/4/picture?page=1"),
        "{}",
        letter.text
    );
    let text = site.get(&format!("/cases/{reference}/documents/4/view?words=true"));
    assert!(
        text.text.contains("No hot water for two weeks"),
        "{}",
        text.text
    );
}

#[test]
fn a_photo_that_waits_for_its_case_is_seen_by_whoever_gave_it() {
    let site = Site::started();
    let key = site.hidden("/log", "key");
    let typed = [("key", key.as_str()), ("add_files", "yes")];
    let added = site.send("/log", &typed, "wall.heic", HEIC);
    let start = "/drafts/files/picture?slot=";
    let at = added.text.find(start).expect("a small picture");
    let address = added.text[at..].split('"').next().unwrap_or_default();
    let address = address.replace("&#38;", "&").replace("&amp;", "&");
    let picture = site.get(&address);
    assert_eq!(picture.status, 200, "{address}");
    assert_eq!(picture.header("content-type"), "image/jpeg");
    let other = site.as_role("contact_centre");
    assert_eq!(other.get(&address).status, 404);
}
