//! Reading another system's JSON with failures that say what is missing where, for adapters that need no types.

use serde_json::Value;

use crate::{Failure, record::Text};

/// Members of a JSON object that must or may be there.
pub trait Json {
    /// A text (or a number, as text) that must be there.
    fn need(&self, member: &str) -> Result<String, Failure>;
    /// A text that may be there; `null` and blank are none.
    fn maybe(&self, member: &str) -> Option<String>;
    /// A list that must be there; `null` counts as an empty one.
    fn list(&self, member: &str) -> Result<&[Value], Failure>;
    /// Each of such a list, read by `read`.
    fn each<T>(
        &self,
        member: &str,
        read: impl Fn(&Value) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        self.list(member)?.iter().map(read).collect()
    }
}

impl Json for Value {
    fn need(&self, member: &str) -> Result<String, Failure> {
        match &self[member] {
            value @ (Value::String(_) | Value::Number(_)) => value.text(),
            _ => None,
        }
        .ok_or_else(|| strange(self, &format!("no \"{member}\" where one is expected")))
    }

    fn maybe(&self, member: &str) -> Option<String> {
        self[member].text()
    }

    fn list(&self, member: &str) -> Result<&[Value], Failure> {
        match self.get(member) {
            Some(Value::Array(list)) => Ok(list),
            Some(Value::Null) => Ok(&[]),
            _ => Err(strange(
                self,
                &format!("no list \"{member}\" where one is expected"),
            )),
        }
    }
}

/// Names the members that are there, never what stands in them.
fn strange(value: &Value, what: &str) -> Failure {
    let found = match value {
        Value::Object(members) if members.is_empty() => "an empty object".into(),
        Value::Object(members) => {
            let names: Vec<_> = members.keys().take(12).map(String::as_str).collect();
            format!("an object with {}", names.join(", "))
        }
        Value::Array(_) => "a list".into(),
        Value::Null => "null".into(),
        _ => "a single value".into(),
    };
    Failure::Unavailable(format!(
        "the other system's answer has {what}; it has {found}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_missing_is_named_and_nothing_personal() {
        let answer = json!({"id": 7, "who": "Adaeze Okafor", "notes": null, "photos": "many"});
        assert!(matches!(answer.need("id").as_deref(), Ok("7")));
        assert_eq!(answer.maybe("notes"), None);
        assert!(matches!(answer.list("notes"), Ok([])));
        let ids = json!({"jobs": [{"id": 1}, {"id": "b"}]}).each("jobs", |job| job.need("id"));
        assert!(matches!(ids.as_deref(), Ok([one, _]) if one == "1"));
        for (wrong, says) in [
            (answer.list("photos").err(), "no list \"photos\""),
            (answer.list("jobs").err(), "no list \"jobs\""),
            (answer.need("notes").err(), "no \"notes\""),
            (json!([1]).need("id").err(), "it has a list"),
        ] {
            let Some(Failure::Unavailable(why)) = wrong else {
                panic!("{says}")
            };
            assert!(why.contains(says) && !why.contains("Adaeze"), "{why}");
        }
    }
}
