use super::*;
use proptest::prelude::*;
use serde_json::json;

fn work(text: &str, item: &Value) -> Worked {
    let ask = Ask {
        property_ref: Some("00700123".into()),
        ..Ask::default()
    };
    Expr::read(text).unwrap().work(Within {
        item,
        top: item,
        ask: &ask,
    })
}

#[test]
fn values_are_made_as_written() {
    let item = json!({"raised": "02/09/2026", "us": "09/02/2026", "at": 1_788_338_470, "n": 7, "f": 1.5, "big": 12_345_678_901_234_567_890_u64,
        "s": "C", "a": "", "b": null, "c": "x", "yes": true, "l": ["p", "q", "p"], "A b": "quoted", "first": "Ada", "last": "Okafor"});
    for (text, expected) in [
        ("raised | dmy", "2026-09-02"),
        ("us | mdy", "2026-09-02"),
        ("at | epoch", "2026-09-02T08:41:10Z"),
        ("n", "7"),
        ("f", "1.5"),
        ("big", "12345678901234567890"),
        ("yes", "yes"),
        ("l", "p; q"),
        ("a ?? b ?? c", "x"),
        ("a ?? \"none\"", "none"),
        ("@.\"A b\" | upper", "QUOTED"),
        ("s | map(C = Completed, O = Open)", "Completed"),
        ("c | map(C = Completed, * = \"Not, known\")", "Not, known"),
        ("join(\" \", first, a, last)", "Ada Okafor"),
        (
            "join(\", \", join(\" \", first, last), raised | dmy)",
            "Ada Okafor, 2026-09-02",
        ),
        ("{property_ref}", "00700123"),
        ("{person_ref} ?? n", "7"),
        ("missing", ""),
    ] {
        assert_eq!(
            work(text, &item),
            Worked {
                text: expected.into(),
                problem: None
            },
            "{text}"
        );
    }
}

#[test]
fn what_is_not_understood_stays_and_is_told() {
    let item = json!({"d": "soon", "s": "Z", "o": {"x": 1}, "l": [{"x": 1}], "n": 1e300});
    for (text, kept, says) in [
        ("d | dmy", "soon", "\"soon\" is not a date"),
        ("s | map(C = Completed)", "Z", "\"Z\" is not in the map"),
        ("o", "", "an object"),
        ("l", "", "a list of objects"),
        ("n", "", "too large"),
        ("d | epoch", "soon", "not a number"),
    ] {
        let worked = work(text, &item);
        assert_eq!(worked.text, kept, "{text}");
        assert!(worked.problem.unwrap().contains(says), "{text}");
    }
}

#[test]
fn what_is_no_expression_is_told() {
    for (text, says) in [
        ("", "a name is expected"),
        ("a | day", "`day` is not a word"),
        ("a | map", "map(C = Completed"),
        ("a | map(C)", "theirs = ours"),
        ("a | map(C = ", "`)` is expected"),
        ("join(a, b)", "in quotes"),
        ("join(\" \", a", "`,` or `)`"),
        ("{resident}", "not part of a query"),
        ("{name", "not part of a query"),
        ("a b", "the end is expected"),
        ("\"a b\".c", "@.\"a b\""),
    ] {
        let why = Expr::read(text).unwrap_err();
        assert!(why.contains(says), "{text}: {why}");
    }
    let nested = "join(\"\", ".repeat(60);
    assert!(Expr::read(&nested).is_err());
    assert!(
        Expr::read(&"a ?? ".repeat(100))
            .unwrap_err()
            .contains("at most 60")
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::hash_map("[abc]{1,2}", inner, 0..6)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        let _ = Expr::read(&text);
    }

    #[test]
    fn any_answer_gives_a_value(item in any_json(), at in 0_usize..6) {
        let text = ["a.b ?? c", "*.*[].a | dmy", "a[b=c].b[0] | epoch", "join(\" \", a, *, @)", "c | map(x = y)", "$[].a | lower"][at];
        let _ = work(text, &item);
    }
}
