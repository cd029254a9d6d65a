//! Reading members leniently: a text may be a number, a number a text, anything may be absent or `null`.

use redress_plugin::{Value, dates};

/// The member at a path such as `tenureType.description`.
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// A text, trimmed; empty when there is none.
pub fn text(value: &Value, path: &str) -> String {
    match at(value, path) {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The first of several paths that has a text.
pub fn first(value: &Value, paths: &[&str]) -> String {
    let texts = paths.iter().map(|path| text(value, path));
    texts
        .into_iter()
        .find(|t| !t.is_empty())
        .unwrap_or_default()
}

/// A list; empty when there is none.
pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path).as_array().map_or(&[], Vec::as_slice)
}

/// Whether something is so, where it is said.
pub fn yes(value: &Value, path: &str) -> Option<bool> {
    match at(value, path) {
        Value::Bool(said) => Some(*said),
        Value::String(said) => said.to_lowercase().parse().ok(),
        _ => None,
    }
}

/// A day in England. Times without an offset are of UTC; days that stand for none are none; what is no date stays as it
/// was written.
pub fn day(value: &Value, path: &str) -> String {
    dated(text(value, path), dates::date_utc)
}

/// An instant, likewise.
pub fn instant(value: &Value, path: &str) -> String {
    dated(text(value, path), dates::moment_utc)
}

fn dated(text: String, read: fn(&str) -> Option<String>) -> String {
    let read = read(&text).unwrap_or(text);
    if dates::is_no_day(&read) {
        String::new()
    } else {
        read
    }
}

/// True for an identifier as the newer APIs have them.
pub fn is_guid(text: &str) -> bool {
    let mut parts = text.trim().split('-');
    let lengths = [8, 4, 4, 4, 12];
    let alike = lengths.iter().all(|length| {
        parts
            .next()
            .is_some_and(|p| p.len() == *length && p.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    alike && parts.next().is_none()
}

/// Texts in one, those that are empty left out.
pub fn join(texts: &[&str], between: &str) -> String {
    let filled: Vec<&str> = texts.iter().copied().filter(|t| !t.is_empty()).collect();
    filled.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_read_however_they_come() {
        let value = json!({"a": {"b": 7, "c": " x ", "d": null, "e": [1]}, "t": "True",
            "end": "1900-01-01T00:00:00", "none": "0001-01-01T00:00:00", "at": "2026-07-01T23:30:00", "odd": "next week"});
        assert_eq!(
            (text(&value, "a.b"), text(&value, "a.c")),
            ("7".into(), "x".into())
        );
        assert_eq!(first(&value, &["a.d", "a.e", "x.y.z", "a.c"]), "x");
        assert_eq!(
            (list(&value, "a.e").len(), list(&value, "a.b").len()),
            (1, 0)
        );
        assert_eq!((yes(&value, "t"), yes(&value, "a.b")), (Some(true), None));
        assert_eq!(day(&value, "end") + &day(&value, "none"), "");
        assert_eq!(day(&value, "at"), "2026-07-02");
        assert_eq!(day(&value, "odd"), "next week");
    }

    #[test]
    fn a_guid_is_told_from_a_number() {
        assert!(is_guid("5f0c3a5e-1111-4c6a-9a0e-0000000000a1"));
        assert!(!is_guid("48213") && !is_guid("../../x") && !is_guid(""));
    }
}
