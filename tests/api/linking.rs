//! Records of another system on a case: found on logging, kept in versions, looked for, tied to points, and honest
//! while the system is away. The other system is a folder of CSV files, read by the adapter of the program.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::words::complaint;
use crate::support::{Caller, Server};

const REPAIRS: &str = "Job No,Property Reference,Date Raised,Description,Status\n\
    204,00700123,02/09/2026,Extractor fan broken,Open\n\
    205,00700999,03/09/2026,Front door,Open\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("repairs.csv"), REPAIRS).expect("a file");
    folder
}

/// Links a folder under the name `housing`.
fn link(server: &Server, folder: &Path) {
    let admin = server.caller("Setup", &["administrator"]);
    let source =
        json!({"key": "housing", "plugin": "csv-folder", "folder": folder.display().to_string()});
    let body = json!({"sources": [source], "why": "The nightly exports"});
    admin
        .call(reqwest::Method::PUT, "/link-sources", &body, &[])
        .is(200);
}

fn record(officer: &Caller, reference: &str, id: &str) -> Value {
    let path = format!("/cases/{reference}/links/housing/repair/{id}");
    officer.get(&path).is(200)
}

#[test]
fn a_record_is_found_kept_in_versions_looked_for_and_tied_to_a_point() {
    let (server, folder) = (Server::start(), folder());
    link(&server, folder.path());
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(2));
    let case = officer.linked(&reference);
    assert_eq!(case["links"][0]["external_id"], "204", "{}", case["links"]);
    assert_eq!(
        case["links"].as_array().map(Vec::len),
        Some(1),
        "not the neighbour's door"
    );

    // The other system changes; asked again, the case has both versions.
    let changed = REPAIRS.replace("broken,Open", "broken,Completed");
    fs::write(folder.path().join("repairs.csv"), changed).expect("a file");
    officer
        .post(&format!("/cases/{reference}/links/refresh"), &json!({}))
        .is(200);
    let kept = record(&officer, &reference, "204");
    let status = |n: usize| kept["versions"][n]["document"]["fields"]["status"].clone();
    assert_eq!((status(0), status(1)), (json!("Open"), json!("Completed")));
    assert_ne!(kept["versions"][0]["hash"], kept["versions"][1]["hash"]);
    officer
        .get(&format!("/cases/{reference}/links/housing/repair/205"))
        .refuses(404, "not_found", None);

    // By its number or its words the case is found; the resident is not, for it is not theirs.
    for (q, total) in [("204", 1), ("extractor", 1), ("205", 0)] {
        let list = officer.get(&format!("/cases?q={q}")).is(200);
        assert_eq!(list["total"], total, "{q}");
    }
    let list = officer.get("/cases?linked=repair").is(200);
    assert_eq!(
        (&list["total"], &list["items"][0]["links"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(officer.get("/cases?linked=asb").is(200)["total"], 0);
    let found = officer.get("/residents?q=extractor").is(200);
    assert_eq!(found["residents"], json!([]));
    let found = officer.get("/residents?q=okonjo").is(200);
    assert_eq!(found["residents"][0]["property_ref"], "00700123");
    assert_eq!(
        found["residents"][0]["cases"][0]["reference"],
        json!(reference)
    );
    officer
        .get("/residents?q=o")
        .refuses(422, "validation", Some("q"));

    // Tied to the point, it stands there.
    let key = json!({"source": "housing", "kind": "repair", "external_id": "204"});
    let case = officer.done(
        &reference,
        json!({"command": "choose_evidence", "point": 1, "records": [key]}),
    );
    assert_eq!(case["points"][0]["evidence"]["records"], json!([key]));
    assert_eq!(record(&officer, &reference, "204")["points"], json!([1]));
    officer
        .does(
            &reference,
            json!({"command": "choose_evidence", "point": 1, "documents": [7]}),
        )
        .refuses(422, "not_found", Some("documents"));
    let path = format!("/cases/{reference}/links/housing/repair/204/documents");
    officer
        .post(&path, &json!({"document": "p-1"}))
        .refuses(404, "not_found", None);
    let none = officer.post(&path, &json!({})).is(200);
    assert_eq!(none, json!({"added": [], "known": [], "failed": []}));
}

#[test]
fn a_record_whose_number_has_any_sign_has_an_address() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let numbers = ["G/5508", "R 7 #1?x=%2F&ü+", "a\\b;c", "..a..", "%2e%2e"];
    let mut csv = String::from("Job No,Property Reference,Date Raised,Description,Status\n");
    for number in numbers {
        csv += &format!("{number},00700123,02/09/2026,Fan,Open\n");
    }
    fs::write(folder.path().join("repairs.csv"), csv).expect("a file");
    link(&server, folder.path());
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(2));
    let case = officer.linked(&reference);
    assert_eq!(
        case["links"].as_array().map(Vec::len),
        Some(numbers.len()),
        "{}",
        case["links"]
    );
    for number in numbers {
        let coded: String = number.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let told = record(&officer, &reference, &coded);
        assert_eq!(told["external_id"], number);
        let path = format!("/cases/{reference}/links/housing/repair/{coded}/documents");
        let none = officer.post(&path, &json!({})).is(200);
        assert_eq!(none, json!({"added": [], "known": [], "failed": []}));
    }
    // As it stands, a number with a slash is more parts than an address has.
    let path = format!("/cases/{reference}/links/housing/repair/G/5508");
    officer.get(&path).refuses(404, "not_found", None);
}

#[test]
fn a_link_without_a_list_of_people_is_not_told_as_one_that_is_down() {
    let (server, folder) = (Server::start(), folder());
    link(&server, folder.path());
    let officer = server.caller("Case system", &["complaints_officer"]);
    let part = || {
        let said = officer.get("/residents?q=okonjo").is(200);
        said["sources"][0].clone()
    };
    assert_eq!(part()["part"], "nothing_to_search");
    let people = "Person Ref,Name,Property Ref\nP-7,Amara Okonjo,00700123\n";
    fs::write(folder.path().join("people.csv"), people).expect("a file");
    let answered = part();
    assert_eq!(
        (&answered["part"], &answered["found"]),
        (&json!("answered"), &json!(1)),
        "{answered}"
    );
    fs::write(folder.path().join("people.csv"), "").expect("a file");
    assert_eq!(part()["part"], "failed", "a list that cannot be read");
}

#[test]
fn a_system_that_is_away_says_so_holds_nobody_up_and_loses_nothing() {
    let (server, folder) = (Server::start(), folder());
    link(&server, folder.path());
    let officer = server.caller("Case system", &["complaints_officer"]);
    let reference = officer.log(&complaint(2));
    let away = folder.path().with_extension("away");
    fs::rename(folder.path(), &away).expect("moved");

    let path = format!("/cases/{reference}/links/refresh");
    let case = officer.post(&path, &json!({})).is(200);
    let source = &case["sources"][0];
    assert!(
        source["failure"]
            .as_str()
            .is_some_and(|why| why.contains("cannot be opened"))
    );
    assert!(
        source["fetched_at"].is_string() && source["down_since"].is_string(),
        "{source}"
    );
    assert!(source["next_try"].is_string(), "{source}");
    assert_eq!(source["off"], false, "{source}");
    assert_eq!(
        case["links"].as_array().map(Vec::len),
        Some(1),
        "what was known stays"
    );

    // The next complaint waits for nobody, and its case says what was not asked.
    let begun = Instant::now();
    let next = officer.log(&complaint(1));
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    let case = officer.get(&format!("/cases/{next}")).is(200);
    let failure = case["sources"][0]["failure"].as_str().unwrap_or_default();
    assert!(failure.contains("not asked just now"), "{failure}");
    assert_eq!(case["links"], json!([]));

    // It is back: somebody who asks gets the records, and the trouble is over.
    fs::rename(&away, folder.path()).expect("moved back");
    let case = officer
        .post(&format!("/cases/{next}/links/refresh"), &json!({}))
        .is(200);
    assert_eq!(case["links"][0]["external_id"], "204");
    assert_eq!(case["sources"][0]["down_since"], Value::Null);
}

#[test]
fn a_search_for_residents_is_for_those_who_may_log_or_read() {
    let (server, folder) = (Server::start(), folder());
    link(&server, folder.path());
    let auditor = server.caller("Auditor", &["auditor"]);
    let found = auditor.get("/residents?q=okonjo").is(200);
    assert_eq!(
        found["sources"],
        json!([]),
        "no system is asked for those who only read"
    );
    let admin = server.caller("Administrator", &["administrator"]);
    admin
        .get("/residents?q=okonjo")
        .refuses(403, "forbidden", None);
}

#[test]
fn a_staff_list_is_tried_taken_in_and_taken_in_again() {
    let server = Server::start();
    let list = server.data.with_file_name("staff.csv");
    let write = |text: &str| fs::write(&list, text).expect("a file");
    let import = |more: &[&str]| {
        let file = list.display().to_string();
        let mut args = vec!["user", "import", file.as_str()];
        args.extend_from_slice(more);
        let done = server.cli(&args);
        let said =
            [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (done.status.success(), said.concat())
    };
    write(
        "id;name;roles\nmeera.kapoor;Meera Kapoor;Complaints officer\nben.hall;Ben Hall;auditor\n",
    );
    let (fine, said) = import(&["--dry-run"]);
    assert!(
        fine && said.contains("dry run") && said.contains("ben.hall\tBen Hall\tadded"),
        "{said}"
    );
    let people = || String::from_utf8_lossy(&server.cli(&["user", "list"]).stdout).into_owned();
    assert!(!people().contains("ben.hall"));
    assert!(import(&[]).0);
    assert!(
        people().contains("meera.kapoor\tMeera Kapoor\tcomplaints_officer"),
        "{}",
        people()
    );
    write("id,name,roles\nmeera.kapoor,Meera Kapoor,complaints_officer;team_leader\n");
    let (fine, said) = import(&[]);
    assert!(
        fine && said.contains("roles changed") && said.contains("not in the list"),
        "{said}"
    );
    assert!(people().contains("team_leader") && people().contains("ben.hall"));
    write("id,name,roles\nnew.one,New One,board\nmeera.kapoor,Meera Kapoor,pilot\n");
    let (fine, said) = import(&[]);
    assert!(
        !fine && said.contains("Line 3") && said.contains("Nothing was changed"),
        "{said}"
    );
    assert!(!people().contains("new.one"));
}
