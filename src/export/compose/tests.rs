//! Plans, and the words outside the pages.
#![allow(clippy::unwrap_used)]

use super::end::words;
use super::*;

fn plan(value: Value) -> Result<(), String> {
    serde_json::from_value::<Plan>(value).unwrap().check()
}

#[test]
fn a_plan_that_makes_no_sense_is_refused_with_what_to_do() {
    let error = plan(json!({"caseRef": "C-1"})).unwrap_err();
    assert!(error.contains("no parts"), "{error}");
    let error = plan(json!({"caseRef": "C-1", "parts": [{"level": 2}]})).unwrap_err();
    assert!(error.contains("part 1"), "{error}");
    let error = plan(json!({"caseRef": "", "parts": [{"template": "record"}]})).unwrap_err();
    assert!(error.contains("caseRef"), "{error}");
    let error = plan(json!({"caseRef": "C-1", "parts": [{"template": "picture"}]})).unwrap_err();
    assert!(error.contains("no template"), "{error}");
    plan(json!({"caseRef": "C-1", "parts": [{"attachment": "1"}]})).unwrap();
}

#[test]
fn words_outside_the_pages_keep_every_letter() {
    assert_eq!(words("Aé"), "<FEFF004100E9>");
    assert_eq!(size(999), "999 bytes");
    assert_eq!(size(1_450_000), "1.4 MB");
}
