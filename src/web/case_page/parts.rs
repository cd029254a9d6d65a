//! The small plain structs that the case page is drawn from.

/// A label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The words.
    pub label: String,
    /// `one`, `two`, `line`, or empty.
    pub style: &'static str,
    /// The icon's name; empty for none.
    pub icon: &'static str,
}

/// A question and its answer in a list of facts.
pub struct Fact {
    /// The question.
    pub label: &'static str,
    /// The answer.
    pub value: String,
}

/// Where a button leads.
pub struct Link {
    /// Its words.
    pub label: String,
    /// The address.
    pub href: String,
}

/// A heading of the menu with its commands.
pub struct MenuGroup {
    /// The heading.
    pub title: &'static str,
    /// The commands.
    pub links: Vec<Link>,
}

/// What is complained of, and what was decided.
pub struct PointRow {
    /// Its number.
    pub number: String,
    /// The words.
    pub text: String,
    /// Its theme.
    pub theme: String,
    /// "Stage 1: upheld", oldest first, each with its reasons.
    pub decisions: Vec<(String, String)>,
    /// How much bears on it; empty for nothing.
    pub evidence: String,
    /// "Decide this point"; empty address when it cannot be decided now.
    pub decide: String,
    /// Whether it was refused.
    pub refused: bool,
}

/// What is missing from the file.
pub struct Gap {
    /// The folder it belongs to.
    pub category: String,
    /// What.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// Who can bring it.
    pub who: String,
    /// Why it is not there, as last explained; empty while nobody said.
    pub explained: String,
    /// Where to say why it is not there.
    pub explain: String,
}

/// A row of the audit history.
pub struct AuditRow {
    /// Its number in the case.
    pub seq: u32,
    /// What happened.
    pub title: String,
    /// When it happened.
    pub at: String,
    /// When it was written down.
    pub recorded_at: String,
    /// Who.
    pub actor: String,
    /// The hash of its body.
    pub body_hash: String,
    /// Its link in the chain.
    pub link: String,
}

/// Someone on the case.
pub struct Person {
    /// The name; empty for nobody yet.
    pub name: String,
    /// Their part in it.
    pub part: String,
}
