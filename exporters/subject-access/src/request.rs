//! What was asked, and how the landlord set the exporter up.

use serde::Deserialize;
use serde_json::Value;

/// What the person at the page filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Whose data: an id of `people[]`.
    pub person: String,
    /// The day on which they asked; empty when it was not said.
    pub asked_on: String,
}

impl Request {
    /// Reads the answers.
    ///
    /// # Errors
    /// A sentence when nobody is named.
    pub fn read(answers: &Value) -> Result<Self, String> {
        let text = |name: &str| answers[name].as_str().unwrap_or_default().to_owned();
        let request = Self {
            person: text("person"),
            asked_on: text("asked_on"),
        };
        if request.person.is_empty() {
            return Err(
                "say whose data it is: complainant, representative or a member such as member-1"
                    .into(),
            );
        }
        Ok(request)
    }
}

/// The landlord's words for the covering letter.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Who people write to about their data.
    pub contact: String,
    /// Why the data are held.
    pub purposes: String,
    /// How long.
    pub retention: String,
    /// Who else gets them.
    pub recipients: String,
}
