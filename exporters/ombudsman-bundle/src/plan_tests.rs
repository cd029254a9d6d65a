//! Numbers and order beyond what whole bundles show.

use super::*;
use serde_json::json;

fn plan(case: serde_json::Value) -> Plan {
    let case = Case::read(&case.to_string()).unwrap();
    Plan::new(&case, |_| Ok::<u32, ()>(0)).unwrap()
}

fn with(documents: Vec<serde_json::Value>) -> Plan {
    plan(json!({"reference": "C-1", "as_of": "2026-12-19T00:00:00Z", "documents": documents}))
}

#[test]
fn documents_stand_by_date_then_time_then_name() {
    let at = |id: &str, date: &str, time: &str| json!({"id": id, "title": id, "category": "14", "doc_date": date, "doc_time": time, "media_type": "image/png"});
    let plan = with(vec![
        at("d", "", ""),
        at("c", "2026-01-02", "10:00"),
        at("b", "2026-01-02", "09:00"),
        at("a", "2026-01-02", "10:00"),
        at("e", "2025-12-31", ""),
    ]);
    let order: Vec<&str> = plan
        .items
        .iter()
        .filter(|i| i.category == "14")
        .map(|i| i.id.as_str())
        .collect();
    assert_eq!(order, ["e", "b", "a", "c", "d"]);
}

#[test]
fn more_than_ninety_nine_get_three_digits_and_no_more_than_999_go_in() {
    let many = |count: usize| {
        let one = |n: usize| json!({"id": format!("{n:04}"), "title": "x", "category": "14", "media_type": "image/png"});
        with((0..count).map(one).collect())
    };
    let first = |plan: &Plan| {
        plan.items
            .iter()
            .find(|i| i.category == "14")
            .unwrap()
            .number
            .clone()
    };
    assert_eq!(first(&many(99)), "14-01");
    assert_eq!(first(&many(100)), "14-001");
    let plan = many(1_001);
    assert_eq!(
        plan.items.iter().filter(|i| i.category == "14").count(),
        999
    );
    assert_eq!(
        plan.gaps
            .iter()
            .filter(|g| g.explanation.contains("999"))
            .count(),
        2
    );
}

#[test]
fn policies_stand_in_their_category_with_their_dates() {
    let plan = plan(json!({
        "reference": "C-1", "as_of": "2026-12-19T00:00:00Z",
        "documents": [{"id": "p", "title": "scan0001", "category": "12", "media_type": "application/pdf"}],
        "policies": [{"title": "Complaints policy", "version": "3.1", "effective_from": "2024-04-01", "document": "p"}],
    }));
    let policy = plan.items.iter().find(|i| i.id == "p").unwrap();
    assert_eq!(
        (policy.category, policy.title.as_str()),
        ("08", "Complaints policy 3.1")
    );
    assert_eq!(policy.why, "In force from 1 Apr 2024");
}
