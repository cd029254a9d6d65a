//! Every way of paging, whole and in pieces.

use serde_json::json;

use super::{ask, ids, rows, small};
use crate::fake::Fake;

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
