//! A made-up repairs system, mapped by settings, and everything that can be wrong with one.

use std::collections::BTreeMap;

use redress_plugin::http::{HttpError, Request, Response};
use redress_plugin::wire::Wire;
use redress_plugin::{Failure, Page, Query, Value};
use serde_json::json;

use crate::find;

/// Answers by the beginning of "METHOD address", and what was asked.
#[derive(Default)]
struct Fake {
    rules: Vec<(String, u16, String)>,
    asked: Vec<String>,
    bodies: Vec<String>,
    warnings: Vec<String>,
    evidence: Vec<u8>,
}

impl Fake {
    fn rule(mut self, at: &str, status: u16, answer: impl ToString) -> Self {
        self.rules
            .insert(0, (at.into(), status, answer.to_string()));
        self
    }
}

impl Wire for Fake {
    fn send(&mut self, request: &Request) -> Result<Response, HttpError> {
        let asked = format!("{} {}", request.method, request.url);
        self.asked.push(asked.clone());
        self.bodies
            .extend(request.body.clone().map(|b| String::from_utf8(b).unwrap()));
        let rule = self.rules.iter().find(|(at, ..)| asked.starts_with(at));
        let (status, body) = rule.map_or((404, String::new()), |(_, status, body)| {
            (*status, body.clone())
        });
        Ok(Response {
            status,
            url: request.url.clone(),
            headers: vec![],
            body: body.into_bytes(),
        })
    }

    fn send_to_evidence(&mut self, request: &Request) -> Result<Response, HttpError> {
        let mut response = self.send(request)?;
        self.evidence.append(&mut response.body);
        Ok(response)
    }

    fn warn(&mut self, text: &str) {
        self.warnings.push(text.into());
    }

    fn info(&mut self, _text: &str) {}
}

fn ask(
    fake: &mut Fake,
    settings: &Value,
    query: &Value,
    limit: u32,
    cursor: Option<String>,
) -> Result<Page, Failure> {
    let query = Query {
        document: query.to_string(),
        limit,
        cursor,
    };
    find::find(fake, &settings.to_string(), &query)
}

fn ids(page: &Page) -> Vec<String> {
    page.records
        .iter()
        .map(|r| format!("{} {}", r.kind, r.id))
        .collect()
}

fn document(page: &Page, at: usize) -> Value {
    serde_json::from_str(&page.records[at].document).unwrap()
}

/// The mapping of the adapter's README: what is printed there runs here.
fn readme() -> Value {
    let text = include_str!("../README.md");
    let json = text
        .split("```json")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    serde_json::from_str(json).unwrap()
}

fn jobs() -> Value {
    json!({"data": {"jobs": [
        {"no": 204, "home": "00700123", "fault": "Extractor broken", "raised": "02/09/2026", "due": "23/09/2026", "done": null, "state": "O",
         "trade": {"name": "Electrical"}, "costCentre": "R-114",
         "photos": [{"id": 7, "file": "bath/mould.jpg", "taken": "30/09/2026"}]},
        {"no": 205, "home": "700124", "fault": "Somebody else's door", "raised": "03/09/2026", "state": "O"},
        {"no": 180, "home": "00700123", "fault": "Old tap", "raised": "01/01/2019", "done": "05/01/2019", "state": "C"}]},
        "links": {"next": "jobs?property=00700123&cursor=2"}})
}

#[test]
fn the_mapping_of_the_readme_reads_the_system_that_it_describes() {
    let more = json!({"data": {"jobs": [{"no": 206, "home": "00700123", "fault": "Mould back", "raised": "soon", "state": "X"}]}, "links": {}});
    let mut fake = Fake::default()
        .rule("GET jobs?property=00700123", 200, jobs())
        .rule("GET jobs?property=00700123&cursor=2", 200, more)
        .rule("GET jobs/204", 200, json!({"notes": [{"text": "Fan ordered"}, {"text": "Carded"}]}))
        .rule("GET residents?q=", 200, json!({"results": {"persons": [
            {"ref": "P-1", "first": "Adaeze", "last": "Okafor", "line1": "7 Alder Court", "postcode": "ZZ9 4AB", "home": "00700123", "phones": [{"kind": "mobile", "n": "07000 000001"}]},
            {"ref": "P-2", "first": "Ben", "last": "Carter", "home": "1"}]}}));
    let query = json!({"property_ref": "00700123", "since": "2023-11-20", "kinds": ["repair"]});
    let page = ask(&mut fake, &readme(), &query, 100, None).unwrap();
    assert_eq!(
        (ids(&page), page.next.as_ref()),
        (vec!["repair 204".to_owned(), "repair 206".into()], None)
    );
    assert_eq!(
        document(&page, 0),
        json!({"schema": "redress-link-record/1", "kind": "repair", "id": "204", "property_ref": "00700123",
            "tenancy_ref": null, "person_ref": null,
            "fields": {"description": "Extractor broken", "reported_on": "2026-09-02", "target_on": "2026-09-23",
                "status": "Open", "trade": "Electrical", "notes": "Fan ordered; Carded"},
            "other": {"Cost centre": "R-114"},
            "documents": [{"id": "7", "name": "mould.jpg", "path": "jobs/204/photos/7", "taken_on": "2026-09-30"}]})
    );
    assert_eq!(page.records[0].title, "Extractor broken (Electrical)");
    assert!(
        !fake.asked.contains(&"GET jobs/205".to_owned()),
        "somebody else's job is not looked at closely"
    );
    assert!(
        fake.warnings
            .iter()
            .any(|w| w.contains("\"soon\" is not a date")),
        "{:?}",
        fake.warnings
    );
    assert_eq!(document(&page, 1)["fields"]["status"], "X");

    let page = ask(
        &mut fake,
        &readme(),
        &json!({"kinds": ["person"], "text": "okaf 7 ald"}),
        10,
        None,
    )
    .unwrap();
    assert_eq!(ids(&page), ["person P-1"]);
    let person = document(&page, 0);
    assert_eq!(
        (&person["fields"]["name"], &person["fields"]["phone"]),
        (&json!("Adaeze Okafor"), &json!("07000 000001"))
    );
    assert_eq!(person["fields"]["address"], "7 Alder Court, ZZ9 4AB");
    assert_eq!(
        (&person["person_ref"], &person["property_ref"]),
        (&json!("P-1"), &json!("00700123"))
    );
    let page = ask(
        &mut fake,
        &readme(),
        &json!({"kinds": ["person"], "text": "07000000001"}),
        10,
        None,
    )
    .unwrap();
    assert_eq!(ids(&page), ["person P-1"]);
}

fn small(extra: Value) -> Value {
    let mut mapping = json!({"request": "jobs?p={property_ref}", "id": "no", "refs": {"property_ref": "{property_ref}"}});
    for (name, value) in extra.as_object().unwrap() {
        mapping[name] = value.clone();
    }
    json!({"kinds": {"repair": mapping}})
}

fn rows(from: usize, to: usize) -> Value {
    (from..=to).map(|no| json!({"no": no})).collect()
}

#[test]
fn every_way_of_paging_comes_to_the_end() {
    let query = json!({"property_ref": "1"});
    let styles = [
        (
            json!({"style": "page", "page": "page", "size": "n", "per_page": 3}),
            vec![
                ("page=1&n=3", rows(1, 3)),
                ("page=2&n=3", rows(4, 6)),
                ("page=3&n=3", rows(7, 7)),
            ],
        ),
        (
            json!({"style": "offset", "offset": "skip", "per_page": 3}),
            vec![
                ("skip=0", rows(1, 3)),
                ("skip=3", rows(4, 6)),
                ("skip=6", rows(7, 7)),
            ],
        ),
        (
            json!({"style": "page", "page": "p0", "first": 0, "per_page": 3}),
            vec![
                ("p0=0", rows(1, 3)),
                ("p0=1", rows(4, 6)),
                ("p0=2", rows(7, 7)),
            ],
        ),
    ];
    for (paging, answers) in styles {
        let mut fake = Fake::default();
        for (at, rows) in answers {
            fake = fake.rule(&format!("GET jobs?p=1&{at}"), 200, rows);
        }
        let settings = small(json!({ "paging": paging }));
        let all: Vec<String> = (1..=7).map(|n| format!("repair {n}")).collect();
        assert_eq!(
            ids(&ask(&mut fake, &settings, &query, 100, None).unwrap()),
            all,
            "{settings}"
        );
        // The same in pieces of two, each a call of its own.
        let (mut cursor, mut found) = (None, Vec::new());
        loop {
            let page = ask(&mut fake, &settings, &query, 2, cursor).unwrap();
            assert!(page.records.len() <= 2);
            found.extend(ids(&page));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, all);
    }
    let token = json!({"style": "token", "at": "next.token", "name": "t"});
    let settings = small(json!({"list": "rows", "paging": token}));
    let mut fake = Fake::default()
        .rule(
            "GET jobs?p=1",
            200,
            json!({"rows": rows(1, 2), "next": {"token": "a b"}}),
        )
        .rule(
            "GET jobs?p=1&t=a%20b",
            200,
            json!({"rows": rows(3, 3), "next": {"token": "a b"}}),
        );
    assert_eq!(
        ids(&ask(&mut fake, &settings, &query, 9, None).unwrap()).len(),
        3
    );
    assert_eq!(
        fake.asked.len(),
        2,
        "a token that leads to itself is not followed"
    );
}

#[test]
fn a_post_carries_the_query_in_its_body() {
    let settings = small(
        json!({"request": {"method": "post", "path": "search", "body": {"home": "{property_ref}", "from": "{since?}"}},
        "paging": {"style": "page", "page": "pageNo", "per_page": 2}}),
    );
    let mut fake = Fake::default().rule("POST search", 200, rows(1, 1));
    let page = ask(
        &mut fake,
        &settings,
        &json!({"property_ref": "00\"7"}),
        9,
        None,
    )
    .unwrap();
    assert_eq!(ids(&page), ["repair 1"]);
    assert_eq!(fake.bodies, [r#"{"from":null,"home":"00\"7","pageNo":1}"#]);
}

#[test]
fn only_what_belongs_to_the_query_is_given() {
    let settings = json!({"kinds": {
        "repair": {"request": "jobs", "id": "no", "refs": {"property_ref": "home", "address": "place"}},
        "contact": {"request": "calls", "id": "no", "refs": {"property_ref": "home", "person_ref": "who", "name": "n", "address": "place"}}}});
    let rows = json!([{"no": 1, "home": "007", "who": "P-9"}, {"no": 2, "home": "008", "who": "P-1"}, {"no": 3, "home": "007"}, {"no": 4}]);
    let mut fake = Fake::default()
        .rule("GET jobs", 200, &rows)
        .rule("GET calls", 200, &rows);
    let page = ask(
        &mut fake,
        &settings,
        &json!({"property_ref": "7", "person_ref": "P-1"}),
        99,
        None,
    )
    .unwrap();
    assert_eq!(
        ids(&page),
        ["contact 2", "contact 3", "repair 1", "repair 3"]
    );
    assert!(
        fake.warnings
            .iter()
            .any(|w| w.contains("nothing that tells whose it is")),
        "{:?}",
        fake.warnings
    );
    let by_name = json!({"name": "Adaeze Okafor", "address": "7 Alder Court, Mill Lane"});
    let rows = json!([{"no": 1, "n": "Okafor, Adaeze", "place": "7 Alder Court"}, {"no": 2, "n": "Adaeze Okafor", "place": "17 Alder Court"}]);
    let mut fake = Fake::default()
        .rule("GET jobs", 200, &rows)
        .rule("GET calls", 200, &rows);
    assert_eq!(
        ids(&ask(&mut fake, &settings, &by_name, 99, None).unwrap()),
        ["contact 1", "repair 1"]
    );
}

#[test]
fn a_kind_that_is_down_costs_its_own_records() {
    let settings = json!({"kinds": {
        "contact": {"request": "calls?p={property_ref}", "id": "no", "refs": {"property_ref": "{property_ref}"}},
        "repair": {"request": "jobs?p={property_ref}", "id": "no", "refs": {"property_ref": "{property_ref}"}},
        "asb": {"request": "asb?t={tenancy_ref}", "id": "no", "refs": {"tenancy_ref": "{tenancy_ref}"}}}});
    let home = json!({"property_ref": "1"});
    let jobs = || Fake::default().rule("GET jobs", 200, rows(1, 1));
    for (status, body, says) in [
        (502, "oh", "answered 502"),
        (401, "", "credentials"),
        (200, "<html>", "not JSON"),
        (200, "7", "single value"),
        (200, "{\"a\":1e999}", "not JSON"),
    ] {
        let mut fake = jobs().rule("GET calls", status, body);
        let page = ask(&mut fake, &settings, &home, 9, None).unwrap();
        assert_eq!(ids(&page), ["repair 1"]);
        assert!(
            fake.warnings.iter().any(|w| w.contains(says)),
            "{says}: {:?}",
            fake.warnings
        );
    }
    let mut down = Fake::default().rule("", 502, "");
    assert!(matches!(
        ask(&mut down, &settings, &home, 9, None),
        Err(Failure::Unavailable(_))
    ));
    let mut empty = Fake::default();
    assert!(
        ask(&mut empty, &settings, &home, 9, None)
            .unwrap()
            .records
            .is_empty()
    );
    let nobody = ask(
        &mut jobs(),
        &settings,
        &json!({"person_ref": "P-1"}),
        9,
        None,
    );
    assert!(
        matches!(nobody, Err(Failure::BadInput(why)) if why.contains("repair needs property_ref"))
    );
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let mut fake = jobs().rule("GET calls", 200, deep);
    assert_eq!(
        ids(&ask(&mut fake, &settings, &home, 9, None).unwrap()),
        ["repair 1"]
    );
    assert!(
        fake.warnings
            .iter()
            .any(|w| w.contains("nested too deeply")),
        "{:?}",
        fake.warnings
    );
}

#[test]
fn mistakes_in_the_settings_are_named() {
    let with = |extra: Value| small(extra);
    for (settings, says) in [
        (json!([]), "the settings must be an object"),
        (json!({}), "kinds: nothing is mapped yet"),
        (
            json!({"kinds": {"Repair!": {}}}),
            "`Repair!` cannot be a kind",
        ),
        (
            json!({"kinds": {"repair": {"id": "no"}}}),
            "kinds.repair.request is missing",
        ),
        (
            json!({"kinds": {"repair": {"request": "x"}}}),
            "kinds.repair.id is missing",
        ),
        (json!({"kind": {}}), "the settings has `kind`"),
        (with(json!({"feilds": {}})), "kinds.repair has `feilds`"),
        (
            with(json!({"fields": {"reported": "x"}})),
            "kinds.repair.fields: `reported` is not one of reported_on",
        ),
        (
            with(json!({"fields": {"reported_on": "x | day"}})),
            "kinds.repair.fields.reported_on: `day` is not a word",
        ),
        (
            with(json!({"fields": {"reported_on": 7}})),
            "kinds.repair.fields.reported_on: it must be a text",
        ),
        (
            with(json!({"request": "jobs/{home}"})),
            "kinds.repair.request.path: `{home}` is not part of a query",
        ),
        (
            with(json!({"request": {"path": "x", "method": "DELETE"}})),
            "kinds.repair.request.method: `DELETE`",
        ),
        (
            with(json!({"request": {"path": "x", "body": {}}})),
            "a GET has no body",
        ),
        (
            with(json!({"list": "a..b"})),
            "kinds.repair.request.list: `a..b`",
        ),
        (
            with(json!({"paging": {"style": "pages"}})),
            "kinds.repair.paging.style: `pages`",
        ),
        (
            with(json!({"paging": {"style": "page"}})),
            "kinds.repair.paging.per_page is missing",
        ),
        (
            with(json!({"paging": {"style": "next"}})),
            "kinds.repair.paging.at is missing",
        ),
        (with(json!({"none": [500000]})), "kinds.repair.none: 500000"),
        (with(json!({"none": [401]})), "kinds.repair.none: 401"),
        (
            with(json!({"needs": ["home"]})),
            "kinds.repair.needs: `home`",
        ),
        (
            with(json!({"documents": {"list": "p"}})),
            "kinds.repair.documents.id is missing",
        ),
        (
            with(json!({"title": "{a"})),
            "kinds.repair.title: `{a` has a `{` that is not closed",
        ),
    ] {
        match ask(
            &mut Fake::default(),
            &settings,
            &json!({"property_ref": "1"}),
            1,
            None,
        ) {
            Err(Failure::BadSettings(why)) => assert!(why.contains(says), "{says}: {why}"),
            other => panic!("{settings}: {other:?}"),
        }
    }
    assert!(matches!(
        find::find(
            &mut Fake::default(),
            "{",
            &Query {
                document: "{}".into(),
                limit: 1,
                cursor: None
            }
        ),
        Err(Failure::BadSettings(_))
    ));
}

fn preview(fake: &mut Fake, settings: &Value, query: Value) -> Value {
    let mut query = query;
    query["preview"] = true.into();
    let page = ask(fake, settings, &query, 1, None).unwrap();
    assert_eq!(
        (page.records.len(), page.records[0].kind.as_str()),
        (1, "preview")
    );
    assert!(page.records[0].document.len() < 250_000);
    document(&page, 0)
}

#[test]
fn a_trial_shows_what_came_and_what_was_made_of_it() {
    let mut fake = Fake::default()
        .rule("GET jobs?property=00700123", 200, jobs())
        .rule("GET jobs/204", 200, json!({"notes": []}));
    let shown = preview(
        &mut fake,
        &readme(),
        json!({"kinds": ["repair"], "property_ref": "00700123", "since": "2023-11-20"}),
    );
    assert_eq!(
        (&shown["status"], &shown["count"]),
        (&json!(200), &json!(3))
    );
    assert_eq!(
        shown["request"],
        "GET jobs?property=00700123&from=2023-11-20"
    );
    assert_eq!(shown["lists"], json!([{"path": "data.jobs", "count": 3}]));
    let paths: BTreeMap<&str, &str> = shown["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["path"].as_str().unwrap(), p["example"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (
            paths["trade.name"],
            paths["photos[].file"],
            paths["no"],
            paths["done"]
        ),
        ("Electrical", "bath/mould.jpg", "204", "05/01/2019")
    );
    let problems: Vec<String> = shown["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["problems"].to_string())
        .collect();
    assert_eq!(problems[0], "[]");
    assert!(
        problems[1].contains("somebody else's") && problems[2].contains("too long ago"),
        "{problems:?}"
    );
    assert!(
        shown["answer"]
            .as_str()
            .unwrap()
            .contains("\"Extractor broken\"")
    );
}

#[test]
fn a_trial_tells_what_is_wrong() {
    let home = || json!({"kinds": ["repair"], "property_ref": "1"});
    let says = |fake: &mut Fake, settings: &Value, query: Value| {
        preview(fake, settings, query)["problems"].to_string()
    };
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 200, json!({"data": {"jobs": []}})),
        &small(json!({"list": "rows"})),
        home(),
    );
    assert!(wrong.contains("its lists are data.jobs"), "{wrong}");
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 200, json!({"data": {"jobs": []}})),
        &small(json!({})),
        home(),
    );
    assert!(wrong.contains("such as data.jobs"), "{wrong}");
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 403, "no"),
        &small(json!({})),
        home(),
    );
    assert!(wrong.contains("credentials"), "{wrong}");
    let wrong = says(
        &mut Fake::default().rule("GET jobs", 200, "<html>"),
        &small(json!({})),
        home(),
    );
    assert!(wrong.contains("not JSON"), "{wrong}");
    let wrong = says(&mut Fake::default(), &small(json!({})), home());
    assert!(wrong.contains("there is nothing"), "{wrong}");
    let wrong = says(
        &mut Fake::default(),
        &small(json!({})),
        json!({"kinds": ["repair"]}),
    );
    assert!(wrong.contains("needs property_ref"), "{wrong}");
    let huge = json!([{"no": 1, "x": "y".repeat(300_000), "\"Date\" raised": "02/09/2026"}]);
    let shown = preview(
        &mut Fake::default().rule("GET jobs", 200, huge),
        &small(json!({})),
        home(),
    );
    assert_eq!(shown["clipped"], true);
    assert!(
        shown["paths"]
            .to_string()
            .contains(r#"@.\"\\\"Date\\\" raised\""#),
        "{}",
        shown["paths"]
    );
}

#[test]
fn a_document_goes_send_to_evidence_from_its_address() {
    let mut fake = Fake::default().rule("GET jobs/204/photos/7", 200, "picture");
    let asked = json!({"record": {"kind": "repair", "id": "204"}, "document": {"id": "7", "name": "mould.jpg", "path": "jobs/204/photos/7"}});
    assert_eq!(
        find::fetch(&mut fake, &asked.to_string()).unwrap(),
        "mould.jpg"
    );
    assert_eq!(fake.evidence, b"picture");
    let without =
        json!({"record": {"kind": "repair", "id": "204"}, "document": {"id": "7", "name": "../x"}});
    assert!(matches!(
        find::fetch(&mut fake, &without.to_string()),
        Err(Failure::BadInput(_))
    ));
    let gone = asked.to_string().replace("photos/7", "photos/8");
    assert!(matches!(
        find::fetch(&mut fake, &gone),
        Err(Failure::Unavailable(_))
    ));
}

#[test]
fn the_connection_is_tested() {
    let settings = readme();
    assert_eq!(
        find::check(
            &mut Fake::default().rule("GET status", 200, "ok"),
            &settings.to_string()
        )
        .unwrap(),
        "The system answers. Mapped: person by person_ref, and by search, 3 fields; repair by property_ref, 7 fields."
    );
    assert!(matches!(
        find::check(&mut Fake::default(), &settings.to_string()),
        Err(Failure::Unavailable(_))
    ));
    assert!(matches!(
        find::check(
            &mut Fake::default().rule("GET", 401, ""),
            &settings.to_string()
        ),
        Err(Failure::Refused(_))
    ));
    assert!(find::check(&mut Fake::default(), &small(json!({})).to_string()).is_ok());
}
