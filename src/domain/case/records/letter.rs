//! Letters as issued: never changed afterwards (E10).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{DocumentId, LetterId};
use crate::domain::intake::Channel;
use crate::domain::letter::LetterKind;

/// A letter as issued. Immutable: a correction is another letter (E10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedLetter {
    /// Its number in the case.
    pub id: LetterId,
    /// What kind.
    pub kind: LetterKind,
    /// The stage it belongs to.
    pub stage: u8,
    /// When it was sent.
    pub issued_at: DateTime<Utc>,
    /// Who sent it.
    pub issued_by: String,
    /// How it was sent.
    pub channel: Channel,
    /// Its blocks, in order, word for word.
    pub blocks: Vec<LetterBlock>,
    /// The PDF, or the landlord's own file.
    #[serde(default)]
    pub document: Option<DocumentId>,
    /// Printed at 16 points or more.
    #[serde(default)]
    pub large_print: bool,
    /// How adjustments our letter cannot meet were met, or why not (E15).
    #[serde(default)]
    pub adjustments_note: Option<String>,
    /// The letter it corrects.
    #[serde(default)]
    pub addendum_to: Option<LetterId>,
    /// The member of the group it went to; none for the complainant.
    #[serde(default)]
    pub to: Option<String>,
}

/// One named block of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterBlock {
    /// Stable name, such as `ombudsman`.
    pub name: String,
    /// Heading in the letter.
    pub heading: String,
    /// The text.
    pub text: String,
    /// The Code paragraph it satisfies.
    #[serde(default)]
    pub provision: Option<String>,
}
