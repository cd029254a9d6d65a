//! Looking for residents in lists as landlords have them: all in one, or in three.

use serde_json::Value;

use crate::find::tests::{Shelf, find, shelf};

const PEOPLE: &str = "external_ref|Title|First name|Surname|Mobile|Email\n\
    48213|Ms|Adaeze|Okafor|07000 000001|ada@example.net\n\
    48214|Mr|Adam|Okafor-Smith|07000000002|\n\
    48215|Dr|Zoë|O'Brien|+44 7000 000003|zoe@example.org\n\
    48216|Mr|Old|Okafor||";
const TENANCIES: &str = "external_ref|person_ref|property_ref|tenure_type|start|end\n\
    T1|48213|00700099|Secure|01/04/2001|30/06/2019\n\
    T2|48213|00700123|Secure|17/06/2019|\n\
    T3|48215|700124|Assured|2020-01-01|\n\
    T4|48216|00700124|Secure|01/01/1990|31/12/2019\n\
    Total|||||";
const HOMES: &str = "property_ref|Address 1|Town|Postcode\n\
    00700099|1 Birch Close|Townham|ZZ9 1AA\n\
    00700123|7 Alder Court|Townham|ZZ9 4AB\n\
    00700124|9 Alder Court|Townham|ZZ94AC";

fn search(
    folder: &mut Shelf,
    text: &str,
    limit: u32,
    cursor: Option<&str>,
) -> (Vec<Value>, Option<String>) {
    let query = serde_json::json!({"kinds": ["person"], "text": text}).to_string();
    let found = find(folder, "{}", &query, limit, cursor).unwrap();
    let records = found.records.iter().map(|record| {
        let mut document: Value = serde_json::from_str(&record.document).unwrap();
        document["title"] = record.title.as_str().into();
        document
    });
    (records.collect(), found.next)
}

fn ids(folder: &mut Shelf, text: &str) -> String {
    let (found, _) = search(folder, text, 10, None);
    let ids: Vec<&str> = found.iter().map(|r| r["id"].as_str().unwrap()).collect();
    ids.join(" ")
}

fn three() -> Shelf {
    shelf(&[
        ("people.csv", PEOPLE),
        ("tenancies.csv", TENANCIES),
        ("properties.csv", HOMES),
    ])
}

#[test]
fn people_are_found_by_whatever_is_typed_the_likeliest_first() {
    for readied in [true, false] {
        let mut folder = three();
        folder.readied = readied;
        for (text, expected) in [
            ("okafor", "48213 48214 48216"),
            ("ada", "48214 48213"),
            ("ada oka", "48213 48214"),
            ("O'Brien", "48215"),
            ("obrien zoe", "48215"),
            ("07000000001", "48213"),
            ("ada@example.net", "48213"),
            ("48215", "48215"),
            ("nobody", ""),
        ] {
            let mut found = ids(&mut folder, text);
            if text == "ada" || !readied {
                // Which of two alike comes first depends on their tenancies, which only look-ups tell.
                let mut sorted: Vec<&str> = found.split(' ').collect();
                sorted.sort_unstable();
                found = sorted.join(" ");
                let mut wanted: Vec<&str> = expected.split(' ').collect();
                wanted.sort_unstable();
                assert_eq!(found, wanted.join(" "), "{text} {readied}");
            } else {
                assert_eq!(found, expected, "{text} {readied}");
            }
        }
    }
    let mut folder = three();
    for (text, expected) in [
        ("7 alder", "48213"),
        ("ZZ9 4AB", "48213"),
        ("zz94ab", "48213"),
        ("zz9 4ac", "48215 48216"),
        ("okafor alder", "48213 48216"),
        ("00700123", "48213"),
        ("700123", "48213"),
        ("+44 7000 000 003", "48215"),
    ] {
        assert_eq!(ids(&mut folder, text), expected, "{text}");
    }
}

#[test]
fn what_a_case_needs_comes_from_three_lists() {
    let (found, next) = search(&mut three(), "adaeze", 10, None);
    assert_eq!(next, None);
    let [ada] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(ada["property_ref"], "00700123");
    assert_eq!(ada["tenancy_ref"], "T2");
    assert_eq!(ada["person_ref"], "48213");
    assert_eq!(ada["fields"]["name"], "Adaeze Okafor");
    assert_eq!(ada["fields"]["address"], "7 Alder Court, Townham, ZZ9 4AB");
    assert_eq!(ada["fields"]["tenure_type"], "Secure");
    assert_eq!(ada["fields"]["phone"], "07000 000001");
    assert_eq!(
        ada["title"],
        "Adaeze Okafor, 7 Alder Court, Townham, ZZ9 4AB"
    );
    let (old, _) = search(&mut three(), "48216", 10, None);
    assert!(
        old[0]["title"]
            .as_str()
            .unwrap()
            .ends_with("(tenancy ended 2019-12-31)")
    );
}

#[test]
fn pages_of_residents_together_are_all_of_them() {
    let mut folder = three();
    let (first, next) = search(&mut folder, "okafor", 2, None);
    assert_eq!((first.len(), next.as_deref()), (2, Some("2")));
    let (second, next) = search(&mut folder, "okafor", 2, next.as_deref());
    assert_eq!((second.len(), next), (1, None));
}

#[test]
fn one_list_of_tenancies_is_enough() {
    let mut folder = shelf(&[(
        "tenancies.csv",
        "Tenancy Ref|Tenant Name|Address|Mobile|End date\nT2|Adaeze Okafor|7 Alder Court|07000 000001|\nT1|Adaeze Okafor|1 Birch Close||30/06/2019",
    )]);
    assert_eq!(ids(&mut folder, "07000000001"), "T2");
    assert_eq!(ids(&mut folder, "okafor"), "T2 T1");
    let only = shelf(&[("repairs.csv", "Ref|Property ref\n1|7")]);
    let query = r#"{"kinds":["person"],"text":"okafor"}"#;
    let mut only = only;
    assert!(find(&mut only, "{}", query, 10, None).is_err());
}
