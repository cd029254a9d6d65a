//! A search inside a form: what it found fills the form's own fields, and nothing that was typed is lost, because it
//! all travels with the form.

/// The search box and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// What was looked for.
    pub text: String,
    /// What was looked for before this answer: Enter looks again only for something else.
    pub searched: String,
    /// What is wrong with it.
    pub error: String,
    /// What the search says about itself: who gave no answer, that there are more.
    pub said: Vec<String>,
    /// Whether it was made and found nobody.
    pub nobody: bool,
    /// Whom it found.
    pub found: Vec<Candidate>,
    /// Whose details were taken last, as JSON; empty for nobody.
    pub taken: String,
    /// What was filled in from there; empty for nothing.
    pub filled: String,
    /// What stayed as typed although it says something else there.
    pub kept: Vec<Kept>,
}

/// Somebody that the search found.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    /// The name.
    pub name: String,
    /// Address, telephone, numbers: what tells people of one name apart.
    pub about: Vec<String>,
    /// Where it was found.
    pub from: String,
    /// Earlier cases: reference and address of the page.
    pub cases: Vec<(String, String)>,
    /// Everything about them, as JSON: what the button sends.
    pub value: String,
}

/// An answer that was typed and is not what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The question.
    pub label: String,
    /// What stands in the form.
    pub typed: String,
    /// What was found.
    pub found: String,
}
