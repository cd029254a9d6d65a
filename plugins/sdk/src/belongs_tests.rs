//! One query and one record each.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps nothing fails as it should"
)]

use super::*;

fn ask(query: &str) -> Ask {
    serde_json::from_str(query).unwrap()
}

fn check(kind: &str, query: &str, row: [&str; 5], expected: bool) {
    let [property_ref, tenancy_ref, person_ref, name, address] = row;
    let whose = Whose {
        property_ref,
        tenancy_ref,
        person_ref,
        name,
        address,
    };
    let owns = ask(query).owns(kind, &whose);
    assert_eq!(owns, expected, "{query} {row:?}");
}

#[test]
fn references_decide() {
    let home = r#"{"property_ref":"00700123","person_ref":"48213"}"#;
    check("repair", home, ["00700123", "", "", "", ""], true);
    check("repair", home, ["700123", "", "", "", ""], true);
    check("repair", home, ["00700124", "", "", "", ""], false);
    check("repair", home, ["", "", "", "", ""], false);
    check("contact", home, ["", "", "48213", "", ""], true);
    check("property", home, ["00700123", "", "99", "", ""], true);
    let tenancy = r#"{"tenancy_ref":"T/4411"}"#;
    check("tenancy", tenancy, ["", "t4411", "", "", ""], true);
}

#[test]
fn a_tenant_before_us_is_somebody_else() {
    let query = r#"{"property_ref":"1","person_ref":"48213","tenancy_ref":"T2"}"#;
    check("contact", query, ["1", "", "99", "", ""], false);
    check("asb", query, ["1", "T1", "", "", ""], false);
    check("contact", query, ["1", "T2", "99", "", ""], true);
    check("repair", query, ["1", "T1", "99", "", ""], true);
}

#[test]
fn name_and_address_must_both_agree() {
    let query = r#"{"name":"Ms Adaeze Okafor","address":"7 Alder Court, Mill Lane, ZZ9 4AB"}"#;
    for (kind, name, address, expected) in [
        (
            "contact",
            "OKAFOR, Adaeze",
            "7 Alder Court Mill Lane ZZ94AB",
            true,
        ),
        ("contact", "Adaeze Okafor", "7 Alder Court", true),
        ("contact", "Adaeze Okafor", "17 Alder Court", false),
        (
            "contact",
            "Adaeze Okafor",
            "Flat 2, 7 Alder Court, Mill Lane, ZZ9 4AB",
            false,
        ),
        (
            "contact",
            "Adaeze Okafor",
            "7 Alder Court, Mill Lane, ZZ9 4AC",
            false,
        ),
        ("contact", "Ben Okafor", "7 Alder Court, Mill Lane", false),
        ("contact", "", "7 Alder Court, Mill Lane", false),
        ("repair", "", "7 Alder Court, Mill Lane", true),
        ("property", "", "7 Alder Court, Mill Lane", true),
        // What is not known to be nobody may be somebody else.
        ("repair", "????", "7 Alder Court, Mill Lane", false),
        ("contact", "Adaeze Okafor", "Mill Lane ZZ9 4AB", false),
    ] {
        check(kind, query, ["", "", "", name, address], expected);
    }
}

#[test]
fn a_name_is_the_same_however_its_accents_and_case_are_written() {
    let held = [
        "Zoë Bjørnström",
        "Zoe\u{308} Bjørnstro\u{308}m",
        "ZOË BJØRNSTRÖM",
        "bjørnstrom, zoe",
    ];
    for asked in held {
        for name in held {
            assert!(same_name(asked, name), "{asked} {name}");
        }
        assert!(!same_name(asked, "Zoë Bjornstrand"));
    }
    assert!(same_name("Eva Strauß", "EVA STRAUSS"));
    assert!(same_address(
        "7 Café Court, Mill Lane",
        "7 CAFE\u{301} COURT, Mill Lane"
    ));
}

#[test]
fn a_query_that_names_nobody_is_refused() {
    for query in [
        "{}",
        r#"{"name":"A B"}"#,
        r#"{"property_ref":"-"}"#,
        r#"{"address":"1 A St"}"#,
        r#"{"text":" - "}"#,
    ] {
        assert!(ask(query).names_someone().is_err(), "{query}");
    }
    let signs = r#"{"property_ref":"-","person_ref":"1"}"#;
    assert!(ask(signs).names_someone().is_ok());
    check("contact", signs, ["/", "", "", "", ""], false);
}

#[test]
fn a_resident_is_found_by_the_words_typed_so_far() {
    let check = |typed: &str, expected| {
        let query = Ask {
            text: Some(typed.into()),
            ..Ask::default()
        };
        let held = [
            "Ms Adaeze Okafor",
            "7 Alder Court, ZZ9 4AB",
            "07000 000001",
            "ada@example.net",
            "T/4411",
        ];
        assert_eq!(query.found_in(&held), expected, "{typed}");
    };
    for typed in [
        "okaf",
        "ada oka",
        "Alder ADAEZE",
        "07000000001",
        "0700 000 0001",
        "ada@exam",
        "ZZ9",
        "t 4411",
    ] {
        check(typed, true);
    }
    for typed in ["", "okafer", "ada smith", "0001", "8 alder", "t44"] {
        check(typed, false);
    }
}
