//! The few words of JSON Schema in which a plugin says what has to be filled in, and the check of what was.
//!
//! Our own, because the words are few, the errors are read by the person at the form, and whatever the schema does not
//! name is refused: a general validator lets it through.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The type of a schema that takes anything; no manifest may say so.
const ANYTHING: &str = "anything";
/// The most members.
const MEMBERS: usize = 60;
/// The longest text where the schema sets no length, in characters.
const TEXT: usize = 4000;
/// The longest JSON of a member of type `object`, in bytes.
const OBJECT: usize = 256 << 10;

/// An object's members.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// Always `object`, where it is said.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// The members by name.
    #[serde(default)]
    pub properties: BTreeMap<String, Member>,
    /// Those that must be there.
    #[serde(default)]
    pub required: Vec<String>,
}

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// Texts.
    Array,
    /// Any JSON object.
    Object,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What people read; its name where empty.
    #[serde(default)]
    pub title: String,
    /// What is meant.
    #[serde(default)]
    pub description: String,
    /// What it is where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The texts that it may be.
    #[serde(rename = "enum", default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The longest text, in characters.
    #[serde(rename = "maxLength", default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// `uri`, `date`, `multiline` or `person`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
}

/// A member that was filled in wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Which.
    pub member: String,
    /// What to do, for the person at the form.
    pub detail: String,
}

impl Schema {
    /// Takes any object.
    pub(super) fn anything() -> Self {
        Self {
            kind: Some(ANYTHING.into()),
            ..Self::default()
        }
    }

    /// Whether nothing is known of what may be there.
    pub fn takes_anything(&self) -> bool {
        self.kind.as_deref() == Some(ANYTHING)
    }

    /// Whether there is nothing to fill in.
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    /// Whether the schema itself makes sense; `of` is its place in the manifest.
    pub(super) fn check(&self, of: &str) -> Result<(), String> {
        if self.kind.as_deref().is_some_and(|kind| kind != "object") {
            return Err(format!("{of}.type: it is always \"object\"."));
        }
        if self.properties.len() > MEMBERS {
            return Err(format!("{of}.properties: name at most {MEMBERS}."));
        }
        for (name, member) in &self.properties {
            let at = format!("{of}.properties.{name}");
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if name.is_empty() || name.len() > 60 || !name.chars().all(plain) {
                return Err(format!(
                    "{of}.properties: a name has letters, digits, _ and -, at most 60."
                ));
            }
            if member.title.chars().count() > 120 || member.description.chars().count() > 1000 {
                return Err(format!(
                    "{at}: the title has at most 120 characters, the description 1000."
                ));
            }
            if member.choices.len() > 200 {
                return Err(format!("{at}.enum: name at most 200."));
            }
            let known = ["uri", "date", "multiline", "person"];
            if member
                .format
                .as_deref()
                .is_some_and(|format| !known.contains(&format))
            {
                return Err(format!("{at}.format: it is one of {}.", known.join(", ")));
            }
            if let Some(default) = &member.default
                && let Err(why) = member.fits(default)
            {
                return Err(format!("{at}.default: {why}"));
            }
        }
        match self
            .required
            .iter()
            .find(|name| !self.properties.contains_key(*name))
        {
            Some(name) => Err(format!("{of}.required: there is no property {name}.")),
            None => Ok(()),
        }
    }

    /// What was filled in, with defaults where nothing was said; or everything that does not fit.
    ///
    /// # Errors
    /// One [`Misfit`] for each wrong member; one without a member when it is no object.
    pub fn filled(&self, given: &Value) -> Result<Value, Vec<Misfit>> {
        let empty = Map::new();
        let given = match given {
            Value::Null => &empty,
            Value::Object(members) => members,
            _ => {
                let detail = "Give a JSON object, such as {}.".into();
                return Err(vec![Misfit {
                    member: String::new(),
                    detail,
                }]);
            }
        };
        if self.takes_anything() {
            return Ok(Value::Object(given.clone()));
        }
        let mut wrong = Vec::new();
        for name in given
            .keys()
            .filter(|name| !self.properties.contains_key(*name))
        {
            let known: Vec<&str> = self.properties.keys().map(String::as_str).collect();
            let detail = match known.as_slice() {
                [] => "This plugin has no settings. Leave it out.".into(),
                known => format!(
                    "This plugin does not know it. It knows: {}.",
                    known.join(", ")
                ),
            };
            wrong.push(Misfit {
                member: name.clone(),
                detail,
            });
        }
        let mut filled = Map::new();
        for (name, member) in &self.properties {
            let said = given.get(name).filter(|value| !value.is_null());
            match said.or(member.default.as_ref()) {
                Some(value) => match member.fits(value) {
                    Ok(()) => drop(filled.insert(name.clone(), value.clone())),
                    Err(detail) => wrong.push(Misfit {
                        member: name.clone(),
                        detail,
                    }),
                },
                None if self.required.contains(name) => wrong.push(Misfit {
                    member: name.clone(),
                    detail: "This has to be filled in.".into(),
                }),
                None => {}
            }
        }
        if wrong.is_empty() {
            Ok(Value::Object(filled))
        } else {
            Err(wrong)
        }
    }
}

impl Member {
    fn fits(&self, value: &Value) -> Result<(), String> {
        match (self.kind, value) {
            (Type::String, Value::String(text)) => self.fits_text(text),
            (Type::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                self.fits_number(number.as_f64().unwrap_or(f64::NAN))
            }
            (Type::Number, Value::Number(number)) => {
                self.fits_number(number.as_f64().unwrap_or(f64::NAN))
            }
            (Type::Boolean, Value::Bool(_)) => Ok(()),
            (Type::Array, Value::Array(texts)) if texts.iter().all(Value::is_string) => {
                if texts.len() > 1000 {
                    return Err("Give at most 1000.".into());
                }
                texts
                    .iter()
                    .filter_map(Value::as_str)
                    .try_for_each(|text| self.fits_text(text))
            }
            (Type::Object, Value::Object(_)) if value.to_string().len() <= OBJECT => Ok(()),
            (Type::Object, Value::Object(_)) => {
                Err(format!("This is longer than {} KB.", OBJECT >> 10))
            }
            (kind, _) => Err(match kind {
                Type::String => "Give a text.",
                Type::Integer => "Give a whole number.",
                Type::Number => "Give a number.",
                Type::Boolean => "Give true or false.",
                Type::Array => "Give a list of texts.",
                Type::Object => "Give a JSON object, such as {}.",
            }
            .into()),
        }
    }

    fn fits_text(&self, text: &str) -> Result<(), String> {
        let most = self.max_length.unwrap_or(TEXT).min(100_000);
        if text.chars().count() > most {
            return Err(format!("Use at most {most} characters."));
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == text) {
            return Err(format!("Choose one of: {}.", self.choices.join(", ")));
        }
        match self.format.as_deref() {
            Some("date") if NaiveDate::parse_from_str(text, "%Y-%m-%d").is_err() => {
                Err("Give a date such as 2026-11-23.".into())
            }
            Some("uri") if reqwest::Url::parse(text).is_err() => {
                Err("Give a web address such as https://repairs.example.org.".into())
            }
            _ => Ok(()),
        }
    }

    fn fits_number(&self, number: f64) -> Result<(), String> {
        match (self.minimum, self.maximum) {
            (Some(least), _) if number < least => Err(format!("Give at least {least}.")),
            (_, Some(most)) if number > most => Err(format!("Give at most {most}.")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        let schema: Schema = serde_json::from_value(json!({
            "type": "object",
            "properties": {
                "years": {"type": "integer", "minimum": 1, "maximum": 20, "default": 6},
                "area": {"type": "string", "enum": ["north", "south"]},
                "since": {"type": "string", "format": "date"},
                "map": {"type": "object"}, "drop": {"type": "array"}, "closed": {"type": "boolean"}
            },
            "required": ["area"]
        }))
        .unwrap();
        schema.check("settings").unwrap();
        schema
    }

    #[test]
    fn what_fits_is_filled_with_defaults() {
        let given = json!({"area": "north", "map": {"a": [1]}, "drop": ["x"], "closed": null});
        let filled = schema().filled(&given).unwrap();
        assert_eq!(
            filled,
            json!({"area": "north", "map": {"a": [1]}, "drop": ["x"], "years": 6})
        );
    }

    #[test]
    fn what_does_not_fit_is_named_all_of_it() {
        let given = json!({
            "years": 0, "since": "23/11/2026", "map": [], "drop": [1], "closed": "yes", "secret": "x"
        });
        let wrong = schema().filled(&given).unwrap_err();
        let members: Vec<&str> = wrong.iter().map(|misfit| misfit.member.as_str()).collect();
        assert_eq!(
            members,
            ["secret", "area", "closed", "drop", "map", "since", "years"]
        );
        assert!(schema().filled(&json!([])).is_err());
        assert!(
            schema().filled(&json!({"area": "west"})).unwrap_err()[0]
                .detail
                .contains("north, south")
        );
    }
}
