//! What the papers of a bundle say: every record once, under a number, and nothing that must stay inside.

use super::tests::{bundle, case};
use serde_json::{Value, json};

fn check(paper: &str, case: &Value, parts: &[&str]) -> String {
    let text = bundle(case).0.text(paper);
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
    text
}

#[test]
fn every_refusal_and_answer_is_printed() {
    let mut case = case();
    case["refusals"] = json!([
        {"stage": 1, "points": [2], "ground": "Older than 12 months", "reasons": "First", "evidence": "Letter of 2024"},
        {"stage": 1, "points": [], "ground": "At court", "reasons": "Second", "better_route": "The court"},
    ]);
    check(
        "Decision-record",
        &case,
        &[
            "First",
            "Second",
            "Rests on: Letter of 2024",
            "Better route: The court",
            "\"All\"",
        ],
    );
    case["hos"] = json!({"reference": "1", "directed_on": "2026-12-01", "directed_due": "2026-12-10",
        "tasks": [{"items": ["01", "04"], "due": "2026-12-20"}],
        "notices": [{"kind": "chfn", "notice_type": 2, "text": "Respond", "issued_on": "2026-12-02"}],
        "determinations": [{"received_on": "2026-12-15", "recommendations":
            [{"text": "Train", "accepted": false, "reason": "Done already"}]}]});
    check(
        "With-the-Ombudsman",
        &case,
        &[
            "04 Repairs and inspections",
            "Notice, type 2",
            "\"no\",\"Done already\"",
            "1 Dec 2026, by 10 Dec 2026",
        ],
    );
}

#[test]
fn failure_notices_stand_in_the_summary_until_complied_with() {
    let mut case = case();
    case["hos"] = json!({"reference": "1", "state": "chfn", "notices": [
        {"kind": "chfn", "notice_type": 2, "text": "Respond", "issued_on": "2026-12-02", "comply_by": "2026-12-09"},
        {"kind": "chfo", "text": "Log it", "issued_on": "2026-11-02", "complied_on": "2026-11-05", "published": true}]});
    check(
        "With-the-Ombudsman",
        &case,
        &[
            r#"["2026-11-02","Order","Log it","","2026-11-05","yes"]"#,
            "an order or notice to comply with",
        ],
    );
    let summary = check(
        "Case-summary",
        &case,
        &[
            "Complaint handling failure orders and notices",
            "Complaint handling failure. Notice, type 2: Respond (by 9 Dec 2026)",
        ],
    );
    assert!(!summary.contains("failure. Order"), "{summary}");
}

#[test]
fn an_offer_says_how_it_was_worked_out_and_which_policy_was_in_force() {
    let mut case = case();
    case["remedies"] = json!([
        {"id": 1, "kind": "financial_remedy", "head": "heating", "stage": 1, "amount_pence": 18000, "quantity": 12,
         "unit": "day", "rate_pence": 1500, "from": "2026-11-01", "to": "2026-11-12", "guidance_ref": "Guidance 2026"},
        {"id": 2, "kind": "financial_remedy", "head": "missed_appointment", "stage": 1, "amount_pence": 3000,
         "quantity": 2, "unit": "each", "rate_pence": 1500}]);
    case["policies"] = json!([
        {"kind": "compensation_policy", "title": "Compensation", "version": "4", "effective_from": "2026-04-01"},
        {"kind": "complaints", "title": "Complaints", "version": "9", "effective_from": "2024-04-01"}]);
    check(
        "Remedies-and-actions",
        &case,
        &[
            r"12 days at £15.00\n1 Nov 2026 to 12 Nov 2026\nGuidance 2026",
            "2 times £15.00",
            r#"["Compensation","4","2026-04-01",""]"#,
        ],
    );
    // An upright page has room for the offer, not for its reckoning.
    let summary = check(
        "Case-summary",
        &case,
        &[r#"["1","Heating","","Stage 1","£180.00","","",""]"#],
    );
    assert!(!summary.contains("12 days"), "{summary}");
}

#[test]
fn hazards_needs_and_others_have_their_place() {
    let mut case = case();
    case["hazards"] = json!([{"id": 1, "description": "Mould", "aware_at": "2026-11-20T16:05:00Z",
        "investigated_at": "2026-11-25T10:00:00Z"}]);
    case["triage"] = json!({"risk": "high", "vulnerability": true, "child_in_home": true});
    case["members"] = json!([{"name": "Bo Li", "address": "8 Alder Court"}]);
    check("2026-11-20_Hazard-records", &case, &["25 Nov 2026, 10:00"]);
    check(
        "What-we-knew",
        &case,
        &["A child lives in the home", "High"],
    );
    check(
        "Case-summary",
        &case,
        &["Others complaining", "Bo Li, 8 Alder Court"],
    );
}

#[test]
fn work_of_a_remedy_is_listed_once_and_by_date() {
    let mut case = case();
    case["remedies"] = json!([
        {"id": 1, "kind": "repair_works", "description": "Fan", "points": [1], "due": "2027-02-01", "status": "open"}]);
    case["actions"] = json!([
        {"id": 1, "remedy": 1, "description": "Fan", "points": [1], "due": "2027-02-01", "status": "open"},
        {"id": 2, "description": "Call back", "points": [1], "due": "2027-01-05", "status": "open"}]);
    let summary = check("Case-summary", &case, &[]);
    let data: Value = serde_json::from_str(summary.split_once(' ').unwrap().1).unwrap();
    assert_eq!(
        data["outstanding"],
        json!([
            "Call back (by 5 Jan 2027)",
            "Repair works: Fan (by 1 Feb 2027)"
        ])
    );
    let actions = data["tables"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["title"] == "Actions");
    assert_eq!(actions.unwrap()["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn events_name_the_paper_that_shows_them_and_clocks_without_one_have_a_line() {
    let mut case = case();
    case["letters"] = json!([{"id": "3", "kind": "acknowledgement_s1", "title": "Acknowledged", "stage": 1,
        "issued_at": "2026-11-30T09:00:00Z", "text": "Dear"}]);
    case["events"][1]["documents"] = json!([]);
    case["events"].as_array_mut().unwrap().extend([
        json!({"seq": 3, "at": "2026-12-01T09:00:00Z", "kind": "contact_recorded", "sentence": "Call"}),
        json!({"seq": 4, "at": "2026-12-02T09:00:00Z", "kind": "action_completed", "sentence": "Action 2 completed: Fan"}),
        json!({"seq": 5, "at": "2026-12-02T10:00:00Z", "kind": "action_completed", "sentence": "Action 1 completed: Wall"}),
    ]);
    case["clocks"] = json!([
        {"id": "ACTION_DUE", "name": "Promised action", "subject": "Wall", "start": "2026-11-25", "due": "2026-12-05",
         "met_on": "2026-12-02", "status": "met", "in_time": true}]);
    let list = check("Chronology.csv", &case, &[]);
    let line = |part: &str| {
        let found = list.lines().find(|line| line.contains(part));
        found.unwrap_or_else(|| panic!("{part}: {list}")).to_owned()
    };
    assert!(line("Complaint logged").contains("\"01-01\""));
    assert!(line("\"Acknowledged\"").contains("\"01-0"), "{list}");
    assert!(line("\"Call\"").contains("\"06-01\""));
    assert!(line("Action 1 completed: Wall").contains("Promised action: Wall met in time"));
    assert!(!line("Action 2 completed: Fan").contains("met in time"));
    assert!(line("Promised action: Wall starts, due 5 Dec 2026").contains("\"2026-11-25\",\"\""));
    assert!(line("Repair 204 reported").contains("\"04-02\""));
}

#[test]
fn letters_held_as_text_keep_their_own_numbers() {
    let mut case = case();
    let letter = |id: &str, on: &str| json!({"id": id, "kind": "extension", "title": "More time", "stage": 1, "issued_at": on, "text": "Dear"});
    case["letters"] = json!([
        letter("4", "2026-12-04T09:00:00Z"),
        letter("5", "2026-12-05T09:00:00Z")
    ]);
    case["numbers"] = json!([{"id": "made:More-time-letter-5.pdf", "number": "01-03"}]);
    let shelf = bundle(&case).0;
    shelf.text("01-03_2026-12-05_More-time-letter-5.pdf");
    shelf.text("01-06_2026-12-04_More-time-letter-4.pdf");
}

#[test]
fn long_texts_are_cut_for_paper_and_whole_in_the_list() {
    let mut case = case();
    let long = "\"word\" ".repeat(200_000);
    case["contacts"][0]["summary"] = json!(format!("{long}THE END"));
    let log = check(
        "Contact-log.pdf",
        &case,
        &["more characters are in the CSV or the case record.]"],
    );
    assert!(log.len() < 400_000 && !log.contains("THE END"));
    check("Contact-log-as-a-list.csv", &case, &["THE END"]);
}

#[test]
fn what_nobody_can_open_stays_out_and_partly_read_systems_are_told() {
    let mut case = case();
    case["documents"][0]["unreadable"] =
        json!("it has a password; save it without one and add it again");
    case["sources"] = json!([
        {"name": "Housing", "last_fetched": "2026-12-01T10:00:00Z", "notes": ["asb.csv: it has no column."]},
        {"name": "Other", "last_error": "Not asked: the case has no reference."}]);
    let (shelf, notes) = bundle(&case);
    assert!(!shelf.names().iter().any(|n| n.contains("Acknowledgement")));
    assert!(notes[0].contains("Acknowledgement (it has a password"));
    let gaps = shelf.text("Gaps-and");
    assert!(
        gaps.contains("All records from Housing") && gaps.contains("asb.csv"),
        "{gaps}"
    );
    assert!(
        gaps.contains("\"Not asked: the case has no reference. Last read: never.\""),
        "{gaps}"
    );
}

#[test]
fn snapshots_of_one_record_are_one_record() {
    let mut case = case();
    let mut later = case["links"][0].clone();
    later["snapshot_at"] = json!("2026-12-01T09:00:00Z");
    later["document"]["fields"]["status"] = json!("Completed");
    case["links"].as_array_mut().unwrap().push(later);
    let paper = check("Repairs-history.pdf", &case, &["Completed"]);
    let data: Value = serde_json::from_str(paper.split_once(' ').unwrap().1).unwrap();
    assert_eq!(data["facts"][0]["value"], "1");
    assert_eq!(data["tables"][0]["rows"].as_array().unwrap().len(), 1);
    assert_eq!(data["tables"][1]["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn a_supplement_holds_only_what_is_new_and_goes_on_with_the_numbers() {
    let mut case = case();
    let known: Vec<Value> = ["letter", "plan", "damp"]
        .into_iter()
        .zip(["01-02", "04-04", "04-01"])
        .map(|(id, number)| json!({"id": id, "number": number}))
        .collect();
    let papers = [
        ("Complaint-as-received.pdf", "01-01"),
        ("Repairs-history.pdf", "04-02"),
        ("Repairs-history-as-a-list.csv", "04-03"),
        ("Contact-log.pdf", "06-01"),
        ("Contact-log-as-a-list.csv", "06-02"),
        ("Remedies-and-actions.pdf", "09-01"),
        ("Remedies-and-actions-as-a-list.csv", "09-02"),
        ("Decision-record.pdf", "12-01"),
    ];
    let papers = papers.map(|(id, number)| json!({"id": format!("made:{id}"), "number": number}));
    case["numbers"] = known.into_iter().chain(papers).collect();
    (case["mode"], case["supplement"]) = (json!("supplement"), json!(1));
    let mut shelf = super::tests::Shelf::of(&case);
    assert!(
        super::write(&mut shelf)
            .unwrap_err()
            .contains("nothing for a supplement")
    );
    let fan = json!({"id": "fan", "title": "Fan", "category": "04", "doc_date": "2026-01-01",
        "media_type": "image/png", "size": 1});
    case["documents"].as_array_mut().unwrap().push(fan);
    let shelf = bundle(&case).0;
    let given: Vec<&str> = shelf
        .names()
        .into_iter()
        .filter(|n| !n.contains("00_Index"))
        .collect();
    assert_eq!(
        given,
        ["C-2026-0042_HOS-pending_20261219_S1/04_Repairs-and-inspections/04-05_2026-01-01_Fan.png"]
    );
    assert!(shelf.text("Index.csv").contains("\"S1\""));
    case["numbers"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "fan", "number": "04-05", "supplement": 1}));
    case["mode"] = json!("full");
    let list = bundle(&case).0.text("Index.csv");
    assert_eq!(list.matches("\"S1\"").count(), 1, "{list}");
}
