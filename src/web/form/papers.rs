//! Files given with a form before what they belong to exists: they are kept at once and wait with the form's draft.

/// The files of a form.
#[derive(Clone, Debug, Default)]
pub struct Papers {
    /// Those that wait already.
    pub waiting: Vec<Waiting>,
    /// What is wrong with the last one.
    pub error: String,
}

/// A file that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its small picture; empty for none.
    pub picture: String,
    /// Its name.
    pub name: String,
    /// How large it is, in words.
    pub size: String,
    /// What takes it away again.
    pub value: String,
}
