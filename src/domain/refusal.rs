//! What the core says when it will not do something: a code, the field, the way forward.

use std::fmt;

use serde::Serialize;

/// The invariant that a command would break (domain rules E01 to E17), or a simpler fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Code {
    /// Receipt date missing, in the future, or changed without a reason.
    E01,
    /// Acknowledging without a definition, the outcomes sought and a handler.
    E02,
    /// Responding while a point lacks a decision and its reasons.
    E03,
    /// A letter with an empty required block.
    E04,
    /// A stage 2 reviewer who took part in stage 1.
    E05,
    /// A third stage.
    E06,
    /// An extension without its date, reason, update interval or approval.
    E07,
    /// A refusal without its ground, reasons, discretion record or second person.
    E08,
    /// Pausing a clock.
    E09,
    /// Changing an issued letter.
    E10,
    /// Closing with an action open.
    E11,
    /// Asking the resident why they escalate.
    E12,
    /// A sum approved by its proposer or above the approver's limit.
    E13,
    /// Access to a restricted case.
    E14,
    /// A letter that ignores an adjustment without saying why.
    E15,
    /// A merge that would lose the earliest date of receipt.
    E16,
    /// A bundle item above the ceiling.
    E17,
    /// A field is missing or not understood.
    #[serde(rename = "validation")]
    Validation,
    /// The case is not in a state in which this can be done.
    #[serde(rename = "wrong_state")]
    WrongState,
    /// The command names something the case does not have.
    #[serde(rename = "not_found")]
    NotFound,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Validation => f.write_str("validation"),
            Self::WrongState => f.write_str("wrong_state"),
            Self::NotFound => f.write_str("not_found"),
            code => write!(f, "{code:?}"),
        }
    }
}

/// A command that was not carried out, and what to do instead. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Which rule stood in the way.
    pub code: Code,
    /// The field at fault, as the API spells it.
    pub field: Option<&'static str>,
    /// A sentence or two for the person: what is wrong and the way forward.
    pub detail: String,
    /// The Code's paragraph, such as `6.13`, where one governs.
    pub provision: Option<&'static str>,
}

impl Refusal {
    /// A refusal under `code` that says `detail`.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            field: None,
            detail: detail.into(),
            provision: None,
        }
    }

    /// A field that is missing or not understood.
    pub fn invalid(field: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Code::Validation, detail).at(field)
    }

    /// The case's state does not allow this now.
    pub fn wrong_state(detail: impl Into<String>) -> Self {
        Self::new(Code::WrongState, detail)
    }

    /// Names the field at fault.
    pub fn at(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Cites the Code's paragraph.
    pub fn under(mut self, provision: &'static str) -> Self {
        self.provision = Some(provision);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        if let Some(provision) = self.provision {
            write!(f, " (Complaint Handling Code {provision})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// The longest text a single field takes, in bytes: long enough for a pasted e-mail thread.
pub const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Checks a required text: not blank, not beyond [`MAX_TEXT`].
pub fn required(text: &str, field: &'static str, what: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::invalid(field, format!("Give {what}.")));
    }
    bounded(text, field)
}

/// Checks an optional text against [`MAX_TEXT`].
pub fn bounded(text: &str, field: &'static str) -> Result<(), Refusal> {
    if text.len() > MAX_TEXT {
        return Err(Refusal::invalid(
            field,
            "This text is longer than 4 MB. Attach it as a document instead.",
        ));
    }
    Ok(())
}
