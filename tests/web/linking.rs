//! Linked records on the pages: the search while logging, a record and its versions, evidence by point, a source that
//! is away.

use std::fs;

use super::Site;
use super::call;

const REPAIRS: &str = "Job No,Property Reference,Date Raised,Description,Status\n\
    204,00700123,02/09/2026,Extractor fan broken,Open\n\
    206,00700123,05/09/2026,Window seal,Open\n";

fn linked(site: &Site) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("repairs.csv"), REPAIRS).expect("a file");
    let page = site.post(
        "/settings/links",
        &[
            ("key", "housing"),
            ("plugin", "csv-folder"),
            ("folder", &folder.path().display().to_string()),
        ],
    );
    assert!(page.text.contains("housing"), "{}", page.text);
    folder
}

#[test]
fn a_record_stands_in_its_versions_and_by_the_point_it_bears_on() {
    let site = Site::started();
    let folder = linked(&site);
    let home = [("complainant.property_ref", "00700123")];
    let reference = site.log(&call("It comes back.", &home));
    let case = site.get(&format!("/cases/{reference}"));
    for part in [
        "2 records, last fetched",
        "Extractor fan broken",
        "As it was",
    ] {
        let found = case.text.to_lowercase().contains(&part.to_lowercase());
        assert!(found, "{part}: {}", case.text);
    }
    let address = case.link("Extractor fan broken").expect("its page");
    let one = site.get(&address);
    assert!(
        one.text.contains("Wednesday 2 September 2026"),
        "{}",
        one.text
    );
    assert!(!one.text.contains("Changed"));

    let changed = REPAIRS.replace("broken,Open", "broken,<b>Done</b>");
    fs::write(folder.path().join("repairs.csv"), changed).expect("a file");
    site.post(&format!("/cases/{reference}/links"), &[]);
    let two = site.get(&address);
    for part in ["Version 1, ", "Version 2, ", "1 thing changed.", "SHA-256"] {
        assert!(two.text.contains(part), "{part}: {}", two.text);
    }
    assert!(!two.text.contains("<b>Done</b>"), "hostile text is text");
    let first = site.get(&format!("{address}?old=1&new=1"));
    assert!(
        !first.text.contains("Changed"),
        "one version beside itself is one"
    );

    // The form of a point comes with what bears on it.
    let page = format!("/cases/{reference}/evidence");
    let matrix = site.get(&page);
    assert!(matrix.text.contains("No linked record"), "{}", matrix.text);
    assert!(matrix.text.contains("Tied to no point yet"));
    let key = r#"{"source":"housing","kind":"repair","external_id":"204"}"#;
    site.done(
        &reference,
        "choose_evidence",
        &[("point", "1"), ("records", key)],
    );
    let matrix = site.get(&page);
    let choose = matrix
        .text
        .split("do/choose_evidence?")
        .nth(1)
        .expect("the way to choose");
    let query = choose
        .split('"')
        .next()
        .unwrap_or_default()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    let form = site.get(&format!("/cases/{reference}/do/choose_evidence?{query}"));
    assert_eq!(form.text.matches(" checked").count(), 1, "{}", form.text);
    let case = site.get(&format!("/cases/{reference}"));
    assert!(case.text.contains("Evidence: 1 linked record"));
    assert!(site.get("/cases?linked=repair").text.contains(&reference));
    assert!(!site.get("/cases?linked=tenancy").text.contains(&reference));

    fs::remove_file(folder.path().join("repairs.csv")).expect("gone");
    let folder = folder.keep();
    fs::remove_dir(&folder).expect("gone");
    let down = site.post(&format!("/cases/{reference}/links"), &[]);
    for part in [
        "gives no answer since",
        "last fetched",
        "Asked again by itself",
    ] {
        assert!(down.text.contains(part), "{part}: {}", down.text);
    }
    assert!(down.text.contains("Extractor fan broken"), "never blank");
}

#[test]
fn a_resident_of_an_earlier_case_fills_in_the_form_and_nothing_typed_is_lost() {
    let site = Site::started();
    site.log(&call(
        "It comes back.",
        &[
            ("complainant.property_ref", "00700123"),
            ("complainant.phone", "020 7946 0001"),
            ("complainant.adjustments", "large_print"),
        ],
    ));
    let typed = [
        ("account", "The same again, and the <b>fan</b>."),
        ("complainant.phone", "07700 900123"),
        ("q", "okonjo"),
    ];
    let mut search = typed.to_vec();
    search.push(("enter", "yes"));
    let found = site.post("/log", &search);
    assert_eq!(found.status, 200, "{}", found.text);
    for part in [
        "1 found",
        "Flat 12, Beech Court",
        "An earlier case",
        "No linked system",
    ] {
        assert!(found.text.contains(part), "{part}: {}", found.text);
    }
    assert!(
        !found.text.contains("There is a problem"),
        "a search is no attempt to log"
    );
    let value = found
        .text
        .split("name=\"pick\" value=\"")
        .nth(1)
        .expect("a button");
    let value = value.split('"').next().unwrap_or_default();
    let value = value
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#38;", "&");
    let mut pick = typed.to_vec();
    pick.extend([("searched", "okonjo"), ("pick", value.as_str())]);
    let filled = site.post("/log", &pick);
    for part in [
        "value=\"Ms Amara Okonjo\"",
        "value=\"00700123\"",
        "value=\"07700 900123\"",
        "Left as you typed it",
        "020 7946 0001",
        "The same again",
    ] {
        assert!(filled.text.contains(part), "{part}: {}", filled.text);
    }
    assert!(!filled.text.contains("<b>fan</b>"));
    let short = site.post("/log", &[("q", "o"), ("find", "yes")]);
    assert!(short.text.contains("at least 2 letters"), "{}", short.text);
    let nobody = site.post("/log", &[("q", "zzyzx"), ("find", "yes")]);
    assert!(nobody.text.contains("Nobody is known by these words"));
    let board = site.as_role("board");
    assert_eq!(
        board
            .post("/log", &[("q", "okonjo"), ("find", "yes")])
            .status,
        403
    );
}
