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
    site.link(serde_json::json!({
        "key": "housing", "plugin": "csv-folder", "folder": folder.path().display().to_string()
    }));
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
    let again = site.post(&format!("/cases/{reference}/links"), &[]);
    for part in ["housing: 1 new or changed.", ">Done</h2>"] {
        assert!(again.text.contains(part), "{part}: {}", again.text);
    }
    let again = site.post(&format!("/cases/{reference}/links"), &[]);
    assert!(
        again.text.contains("housing: nothing new."),
        "{}",
        again.text
    );
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
        "housing gave no answer; nothing new came.",
        "There is a problem",
        "gives no answer since",
        "last fetched",
        "Asked again by itself",
    ] {
        assert!(down.text.contains(part), "{part}: {}", down.text);
    }
    assert!(down.text.contains("Extractor fan broken"), "never blank");
    site.post(
        "/settings/links/switch",
        &[("key", "housing"), ("enabled", "no")],
    );
    let off = site.post(&format!("/cases/{reference}/links"), &[]);
    has(
        &off,
        &[
            "housing: the link is switched off.",
            "it is not asked again",
        ],
    );
    assert!(!off.text.contains("gives no answer since"), "{}", off.text);
}

#[test]
fn who_looked_for_a_resident_stands_on_the_page_of_the_link() {
    let site = Site::started();
    let folder = linked(&site);
    let search = [("q", "okonjo"), ("find", "yes")];
    let none = site.post("/log", &search);
    assert!(
        none.text.contains("housing keeps no list of people"),
        "{}",
        none.text
    );
    assert!(!none.text.contains("gave no answer"), "{}", none.text);
    let people = "Person Ref,Name,Property Ref\nP-7,Amara Okonjo,00700123\n";
    fs::write(folder.path().join("people.csv"), people).expect("a file");
    let found = site.post("/log", &search);
    assert!(found.text.contains("Amara Okonjo"), "{}", found.text);
    let page = site.get("/settings/links/housing");
    for part in [
        "Who looked for residents here",
        "Daniel Price: 1 found",
        "Daniel Price: no answer",
        "records were asked for. It answered.",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(
        !page.text.to_lowercase().contains("okonjo"),
        "the words stay out"
    );
    let leader = site.as_role("team_leader");
    assert_eq!(leader.get("/settings/links/housing").status, 403);
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

/// The smallest picture there is.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

#[test]
fn the_photos_of_a_repair_become_evidence_of_the_case() {
    let site = Site::started();
    let folder = linked(&site);
    let csv = "Job No,Property Reference,Date Raised,Description,Status,Photo\n\
        204,00700123,02/09/2026,Extractor fan broken,Open,fan.png;gone.jpg\n";
    fs::write(folder.path().join("repairs.csv"), csv).expect("a file");
    fs::write(folder.path().join("fan.png"), PNG).expect("a picture");
    fs::write(folder.path().join("gone.jpg"), PNG).expect("a picture");
    let home = [("complainant.property_ref", "00700123")];
    let reference = site.log(&call("It comes back.", &home));
    let case = site.get(&format!("/cases/{reference}"));
    let address = case.link("Extractor fan broken").expect("its page");
    let page = site.get(&address);
    assert!(
        page.text.contains("Documents of this record"),
        "{}",
        page.text
    );
    assert!(page.text.contains("Add all to the case"), "{}", page.text);

    fs::remove_file(folder.path().join("gone.jpg")).expect("gone");
    // All of them: one is there, one is not, and both are said.
    let pulled = site.post(&address, &[]);
    assert!(pulled.text.contains("is on the case."), "{}", pulled.text);
    assert!(
        pulled.text.contains("gone.jpg was not had"),
        "{}",
        pulled.text
    );
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(PNG));
    assert!(pulled.text.contains(&hash), "{}", pulled.text);
    let case = site.get(&format!("/cases/{reference}"));
    assert!(case.text.contains("Photo, fan.png"), "{}", case.text);
    assert!(case.text.contains("from housing, 204"), "{}", case.text);

    // The same again adds nothing; the one that is not there says why, on the record's own page.
    let again = site.post(&address, &[]);
    assert_eq!(again.status, 502, "{}", again.text);
    assert!(again.text.contains("There is a problem"));
    fs::write(folder.path().join("gone.jpg"), PNG).expect("a picture");
    let twin = site.post(&address, &[]);
    assert!(
        twin.text.contains("was on the case already, as document 1"),
        "{}",
        twin.text
    );
    let auditor = site.as_role("auditor");
    assert!(!auditor.get(&address).text.contains("Add all to the case"));
    assert_eq!(auditor.post(&address, &[]).status, 403);
}

#[test]
fn a_resident_of_the_housing_system_is_found_while_somebody_is_on_the_telephone() {
    let site = Site::started();
    let folder = linked(&site);
    let people = "Person Ref,Property Ref,Tenancy Ref,Title,First Name,Surname,Email,Phone,Address,Preferred Channel,Adjustments\n\
        P-7,00700123,T-9,Ms,Amara,Okonjo,amara@example.org,07700 900123,\"Flat 12, Beech Court, SM3 9LP\",Email,Large print\n\
        P-8,00700999,T-8,Mr,Ben,Adeyemi,,,\"Flat 13, Beech Court, SM3 9LP\",,\n";
    fs::write(folder.path().join("people.csv"), people).expect("a file");
    let found = site.post("/log", &[("q", "okonjo beech"), ("enter", "yes")]);
    assert!(found.text.contains("1 found"), "{}", found.text);
    assert!(!found.text.contains("Adeyemi"));
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
    let filled = site.post(
        "/log",
        &[
            ("q", "okonjo beech"),
            ("pick", &value),
            ("account", "Mould"),
        ],
    );
    for part in [
        "Ms Amara Okonjo",
        "07700 900123",
        "amara@example.org",
        "00700123",
        "From housing",
    ] {
        assert!(filled.text.contains(part), "{part}: {}", filled.text);
    }
    // Logged so, the case has the home's repairs at once.
    let field = |name: &str| {
        let mark = format!("name=\"{name}\" type=");
        let rest = filled.text.split(&mark).nth(1).unwrap_or_default();
        let value = rest.split("value=\"").nth(1).unwrap_or_default();
        value.split('"').next().unwrap_or_default().to_owned()
    };
    let home = field("complainant.property_ref");
    let reference = site.log(&call("Mould", &[("complainant.property_ref", &home)]));
    let case = site.get(&format!("/cases/{reference}"));
    assert!(case.text.contains("Extractor fan broken"), "{}", case.text);
    let folder = folder.keep();
    fs::remove_dir_all(&folder).expect("gone");
    let down = site.post("/log", &[("q", "okonjo"), ("find", "yes")]);
    assert!(
        down.text.contains("housing gave no answer"),
        "{}",
        down.text
    );
    assert!(
        down.text.contains("An earlier case"),
        "the earlier case is found all the same"
    );
}

const LINKER: &[u8] = include_bytes!("../guests/hostile-linker.wasm");

/// The same plugin with other words of the same length in what it says of itself.
fn other_version(words: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = LINKER.to_vec();
    for (old, new) in words {
        assert_eq!(old.len(), new.len(), "{old}");
        let found = bytes
            .windows(old.len())
            .position(|at| at == old.as_bytes())
            .unwrap_or_else(|| panic!("no {old}"));
        bytes[found..found + old.len()].copy_from_slice(new.as_bytes());
    }
    bytes
}

const PLUGIN: &str = "/settings/plugins/hostile-linker";

fn brought(site: &Site, bytes: &[u8]) -> super::site::Answer {
    let page = site.send("/settings/plugins", &[("id", "")], "own.wasm", bytes);
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

fn approved(site: &Site) -> super::site::Answer {
    let sha256 = site.hidden(PLUGIN, "sha256");
    let with = [("id", "hostile-linker"), ("sha256", sha256.as_str())];
    let page = site.post("/settings/plugins/approve", &with);
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

fn has(page: &super::site::Answer, parts: &[&str]) {
    for part in parts {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
}

#[test]
fn a_link_says_what_its_plugin_needs_whether_it_runs_and_that_it_is_gone() {
    let site = Site::started();
    brought(&site, LINKER);
    approved(&site);
    site.link(serde_json::json!({"key": "jobs", "plugin": "hostile-linker"}));
    has(&site.get("/settings/links"), &[">Asked<"]);

    // A newer version that needs a connection which the link does not have.
    let newer = other_version(&[
        ("\"version\": \"0.1.0\"", "\"version\": \"0.2.0\""),
        (
            "\"name\": \"repairs\", \"purpose\"",
            "\"name\": \"tenants\", \"purpose\"",
        ),
        ("\"required\": false", "\"required\": true "),
    ]);
    let waits = brought(&site, &newer);
    has(
        &waits,
        &["What is different from version 0.1.0, which is in use"],
    );
    assert!(!waits.text.contains("is older than"), "{}", waits.text);
    let lacks = "Now say where “tenants” leads.";
    has(&approved(&site), &[lacks, "href=\"/settings/links/jobs\""]);
    has(&site.get("/settings/links"), &["Needs attention", lacks]);
    has(
        &site.get("/settings/links/jobs"),
        &[lacks, "Now say where this leads"],
    );
    let older = brought(&site, LINKER);
    has(&older, &["Version 0.1.0 is older than version 0.2.0"]);
    approved(&site);

    // Stopped, and taken away only by somebody who knows.
    let id = ("id", "hostile-linker");
    site.post("/settings/plugins/switch", &[id, ("enabled", "no")]);
    has(&site.get("/settings/links"), &["Its plugin is stopped"]);
    let asked = site.post("/settings/plugins/remove", &[id]);
    assert_eq!(asked.status, 422, "{}", asked.text);
    assert!(site.get(PLUGIN).text.contains("Remove it"));
    let gone = site.post("/settings/plugins/remove", &[id, ("sure", "yes")]);
    has(
        &gone,
        &["hostile-linker is removed. Its links are switched off: jobs."],
    );

    // The link is no dead end.
    has(
        &site.get("/settings/links"),
        &[
            "hostile-linker (not installed)",
            "Its plugin is not installed",
        ],
    );
    has(
        &site.get("/settings/links/jobs"),
        &["Install the plugin again", "Remove the link", "Last runs"],
    );
    let tried = site.post("/settings/links/check", &[("key", "jobs")]);
    has(
        &tried,
        &["There is a problem", "jobs cannot be read: its plugin"],
    );
    assert!(!tried.text.contains(">Done</h2>"), "{}", tried.text);

    // Installed again, it says which of its links are off.
    brought(&site, LINKER);
    has(&approved(&site), &["The link is switched off"]);
    site.post("/settings/links/remove", &[("key", "jobs")]);
    has(&site.get("/settings/links"), &["No system is linked."]);
}
