//! Reading what a caller sent, so that the answer names the field at fault and says what it takes.
//!
//! A field that is not known is refused rather than passed over: a caller who misspells `received_at` must hear of
//! it. What is known is what the domain keeps, so the check is that nothing given is lost by reading.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::problem::Problem;

/// Parses a body as one JSON object.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::malformed(
            "Send one JSON object, as GET /api/v1/openapi.json shows it.",
        )),
        Err(error) => Err(Problem::malformed(format!(
            "The body is not JSON: {error}. Check quotes and commas there."
        ))),
    }
}

/// Reads a whole object as `T`, and refuses what `T` would pass over.
pub fn whole<T: DeserializeOwned + Serialize>(object: Map<String, Value>) -> Result<T, Problem> {
    let given = Value::Object(object);
    let read: T = typed(&given)?;
    let kept = serde_json::to_value(&read).map_err(|_| Problem::internal())?;
    match lost(&given, &kept) {
        None => Ok(read),
        Some((field, known)) => Err(unknown(&field, &known)),
    }
}

/// Reads a value as `T`; a fault names its field.
pub fn typed<T: DeserializeOwned>(given: &Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(given).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        let path = if path == "." { String::new() } else { path };
        fault(&path, &message)
    })
}

/// A field that is not known here.
pub fn unknown<S: AsRef<str>>(field: &str, known: &[S]) -> Problem {
    // A query's own struct is one level of its path.
    let field = match field.split_once('.') {
        Some((outer, inner)) if outer == inner => inner,
        _ => field,
    };
    let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    let detail = format!(
        "There is no field “{}” here. Known are: {}.",
        last(field),
        known.join(", ")
    );
    Problem::invalid(field, detail)
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The first field of `given` that `kept` no longer has, with those it knows.
pub fn lost(given: &Value, kept: &Value) -> Option<(String, Vec<String>)> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| {
            let Some(kept_value) = kept.get(name) else {
                return Some((name.clone(), kept.keys().cloned().collect()));
            };
            let (path, known) = lost(value, kept_value)?;
            Some((join(name, &path), known))
        }),
        (Value::Array(given), Value::Array(kept)) => {
            let mut pairs = given.iter().zip(kept).enumerate();
            pairs.find_map(|(i, (given, kept))| {
                let (path, known) = lost(given, kept)?;
                Some((join(&format!("[{i}]"), &path), known))
            })
        }
        _ => None,
    }
}

fn join(outer: &str, inner: &str) -> String {
    if inner.is_empty() || inner.starts_with('[') || outer.is_empty() {
        format!("{outer}{inner}")
    } else {
        format!("{outer}.{inner}")
    }
}

/// What serde says of a value, in words for the caller.
pub fn fault(path: &str, message: &str) -> Problem {
    let quoted = |n: usize| message.split('`').nth(n);
    if message.starts_with("missing field")
        && let Some(name) = quoted(1)
    {
        let field = join(path, name);
        return Problem::invalid(field, format!("Give {name}; it cannot be left out."));
    }
    if message.starts_with("unknown variant")
        && let Some(given) = quoted(1)
    {
        let known: Vec<_> = message.split('`').skip(3).step_by(2).collect();
        let given: String = given.chars().take(60).collect();
        let detail = format!(
            "“{given}” is not known here. Give one of: {}.",
            known.join(", ")
        );
        return Problem::invalid(path, detail);
    }
    if message.starts_with("unknown field")
        && let Some(given) = quoted(1)
    {
        let known: Vec<_> = message.split('`').skip(3).step_by(2).collect();
        return unknown(&join(path, given), &known);
    }
    let example = if message.contains("premature end of input")
        || message.contains("input contains")
        || message.contains("input is out of range")
    {
        " Dates are written 2026-11-20, times 2026-11-20T16:05:00Z."
    } else {
        ""
    };
    let clipped: String = message.chars().take(300).collect();
    Problem::invalid(
        path,
        format!("This value cannot be used: {clipped}.{example}"),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::intake::Intake;
    use serde_json::json;

    fn intake(change: impl FnOnce(&mut Value)) -> Result<Intake, Problem> {
        let mut value = json!({
            "received_at": "2026-11-20T16:05:00Z", "channel": "phone", "account": "It leaks.",
            "complainant": {"name": "A", "adjustments": ["large_print"]}, "representative": null,
            "points": [{"text": "Leak", "category": "property_condition.roof"}],
        });
        change(&mut value);
        whole(object(value.to_string().as_bytes()).unwrap())
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table of faults")]
    fn the_example_reads_and_each_fault_names_its_field() {
        assert!(intake(|_| ()).is_ok());
        let cases: [(fn(&mut Value), &str, &str); 7] = [
            (
                |v| v["channel"] = json!("pigeon"),
                "channel",
                "Give one of: phone",
            ),
            (
                |v| drop(v.as_object_mut().unwrap().remove("account")),
                "account",
                "Give account",
            ),
            (
                |v| v["recieved_at"] = json!("x"),
                "recieved_at",
                "Known are:",
            ),
            (
                |v| v["complainant"]["tenur"] = json!("x"),
                "complainant.tenur",
                "tenure",
            ),
            (
                |v| v["complainant"]["tenure"] = json!("x"),
                "complainant.tenure",
                "assured",
            ),
            (
                |v| v["points"][0]["txt"] = json!("x"),
                "points[0].txt",
                "category",
            ),
            (
                |v| v["received_at"] = json!("yesterday"),
                "received_at",
                "2026-11-20T16:05:00Z",
            ),
        ];
        for (change, field, words) in cases {
            let problem = intake(change).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
            assert!(problem.detail.contains(words), "{problem:?}");
        }
    }

    #[test]
    fn what_is_no_json_object_is_malformed() {
        for body in ["", "[", "[]", "{\"a\":}", "\"x\"", "\u{0}"] {
            assert_eq!(object(body.as_bytes()).unwrap_err().status, 400, "{body}");
        }
    }
}
