//! What is asked of an export: the format, how much of the case, and the answers to what its exporter asks.

use serde::Serialize;
use serde_json::{Map, Value};

use super::DeskError;
use crate::export::{Exporter, Mode};
use crate::plugins::schema::{Schema, Type};

/// A way in which a case can leave.
#[derive(Clone, Debug, Serialize)]
pub struct ExportFormat {
    /// Its key, such as `ombudsman-bundle`.
    pub key: String,
    /// What people read.
    pub title: String,
    /// What it is for.
    pub summary: String,
    /// The exporter's version.
    pub version: String,
    /// SHA-256 of the exporter.
    pub sha256: String,
    /// What comes out.
    pub media_type: String,
    /// Whether it can leave out categories, or hold only what is new.
    pub partial: bool,
    /// Whether it takes more than the right to export: it discloses what bundles leave out.
    pub discloses: bool,
    /// What is asked before it is made.
    pub request: Schema,
}

/// The bundle's key. Only it numbers documents for good, and so only it can hold a part or what is new.
pub const BUNDLE: &str = "ombudsman-bundle";

/// What is asked of an export.
#[derive(Clone, Debug, Default)]
pub struct ExportRequest {
    /// The format's key.
    pub format: String,
    /// Everything, or the ticked categories.
    pub mode: Mode,
    /// The answers to what the format asks.
    pub answers: Value,
}

impl ExportRequest {
    /// Reads a request as the API and pages spell it.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for an unknown mode or category.
    pub fn parse(format: &str, mode: Option<&str>, items: &[String]) -> Result<Self, DeskError> {
        let invalid = |field, detail: &str| DeskError::Invalid {
            field,
            detail: detail.to_owned(),
        };
        let is_category = |item: &String| {
            item.len() == 2 && item.parse::<u8>().is_ok_and(|n| (1..=14).contains(&n))
        };
        if !items.iter().all(is_category) {
            return Err(invalid("items", "Items are bundle categories, 01 to 14."));
        }
        let mode = match mode.unwrap_or(if items.is_empty() { "full" } else { "focused" }) {
            "full" => Mode::Full,
            "supplement" if !items.is_empty() => {
                return Err(invalid(
                    "items",
                    "A supplement holds whatever is new; leave the categories out.",
                ));
            }
            // Which one it is, the record of the case says.
            "supplement" => Mode::Supplement(0),
            "focused" if items.is_empty() => {
                return Err(invalid(
                    "items",
                    "A focused export needs the categories that were asked for.",
                ));
            }
            "focused" => {
                let mut items = items.to_vec();
                items.sort();
                items.dedup();
                Mode::Focused(items)
            }
            _ => return Err(invalid("mode", "The mode is full, focused or supplement.")),
        };
        Ok(Self {
            format: format.to_owned(),
            mode,
            answers: Value::Null,
        })
    }

    /// The same with answers to what the format asks, as texts of a query or a command line: `person=complainant`.
    /// What the format does not ask for stays as it was given, and is refused when it is exported.
    pub fn answering(mut self, given: &[(String, String)], formats: &[ExportFormat]) -> Self {
        let format = formats.iter().find(|format| format.key == self.format);
        let one = |(name, text): &(String, String)| {
            let member = format.and_then(|format| format.request.properties.get(name));
            (name.clone(), typed(text, member.map(|member| member.kind)))
        };
        let answers: Map<String, Value> = given.iter().map(one).collect();
        self.answers = if answers.is_empty() {
            Value::Null
        } else {
            Value::Object(answers)
        };
        self
    }
}

/// A text as the kind of answer that is asked for; left as it is where it is none, to be refused with a reason.
fn typed(text: &str, kind: Option<Type>) -> Value {
    let as_text = || Value::String(text.to_owned());
    match kind {
        Some(Type::Boolean) => match text {
            "true" | "yes" | "on" => Value::Bool(true),
            "false" | "no" | "off" => Value::Bool(false),
            _ => as_text(),
        },
        Some(Type::Integer | Type::Number | Type::Object) => {
            serde_json::from_str(text).unwrap_or_else(|_| as_text())
        }
        Some(Type::Array) => text
            .split(',')
            .map(|item| Value::from(item.trim()))
            .collect(),
        Some(Type::String) | None => as_text(),
    }
}

/// A request whose mode and answers the format takes.
pub(super) fn checked(
    mut request: ExportRequest,
    exporter: &Exporter,
) -> Result<ExportRequest, DeskError> {
    if request.mode != Mode::Full && request.format != BUNDLE {
        return Err(DeskError::Invalid {
            field: "mode",
            detail: format!(
                "“{}” always holds everything that it is for; leave the mode out.",
                exporter.manifest.title
            ),
        });
    }
    let filled = exporter.manifest.request.filled(&request.answers);
    request.answers = filled.map_err(|wrong| {
        let said: Vec<String> = wrong
            .iter()
            .map(|misfit| format!("{}: {}", misfit.member, misfit.detail))
            .collect();
        DeskError::Invalid {
            field: "answers",
            detail: said.join(" "),
        }
    })?;
    Ok(request)
}
