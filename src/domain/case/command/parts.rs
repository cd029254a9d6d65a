//! What commands are made of beyond plain fields.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{Pence, PointId};
use crate::domain::intake::Channel;
use crate::domain::ombudsman::OrderKind;

/// The points a refusal covers: `"all"`, or a list of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// Named points.
    Points(Vec<PointId>),
    /// The word `all`.
    Word(AllWord),
    /// Nothing said: the whole complaint.
    #[default]
    Unsaid,
}

/// The one word `part` may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllWord {
    /// The whole complaint.
    All,
}

/// An order as typed in from a determination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrder {
    /// What kind.
    pub kind: OrderKind,
    /// The wording.
    pub text: String,
    /// The sum ordered, in pence.
    #[serde(default)]
    pub amount_pence: Option<Pence>,
    /// The printed due date.
    pub due: NaiveDate,
}

/// How the landlord's letter goes out with a command; everything has a sensible default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sending {
    /// How it is sent; by default the resident's preferred way.
    pub sent_by: Option<Channel>,
    /// How an adjustment that our letter cannot meet is met, or why not (E15).
    pub adjustments_note: Option<String>,
}

/// A record found in another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its identifier there.
    pub external_id: String,
    /// What it is.
    pub kind: String,
    /// A line for lists.
    pub title: String,
    /// The whole record as JSON text.
    pub document: String,
    /// SHA-256 of `document`, lower-case hex.
    pub hash: String,
}
