//! A form as data: its fields, what was typed, what is wrong. One template (`form.html`) draws every form, so labels,
//! hints, errors and the error summary are the same everywhere. [`Form::read`] turns a post into the JSON that the API
//! takes for the same thing, so that pages and API reach the same use case with the same value.

mod clash;
mod field;
mod finder;
mod papers;
mod read;

pub use field::{Choice, Field, Kind, choices};
pub use finder::{Candidate, Finder, Kept};
pub use papers::{Papers, Waiting};
pub use read::Posted;

/// A key for [`Form::key`]; empty, which loses only that convenience, when the system gives no randomness.
pub fn fresh_key() -> String {
    crate::auth::secret::Secret::new("").map_or(String::new(), |key| key.reveal().to_owned())
}

/// Questions that belong together.
#[derive(Clone, Debug)]
pub struct Section {
    /// What they are about; empty for the only section.
    pub title: String,
    /// A sentence under the title.
    pub intro: String,
    /// Closed behind its title until asked for.
    pub folded: bool,
    /// The questions.
    pub fields: Vec<Field>,
    /// A button under them that tries the answers and records nothing.
    pub trial: Option<Trial>,
    /// What an answer may be held beside.
    pub scale: Option<Scale>,
    /// A search before them that fills them in.
    pub finder: Option<Finder>,
}

/// A way to see what the answers come to before the form is sent.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The words on its button.
    pub label: &'static str,
    /// What they came to, a line each; empty until it was tried.
    pub said: Vec<String>,
}

/// A small table for orientation, closed behind its title.
#[derive(Clone, Debug)]
pub struct Scale {
    /// What it shows.
    pub title: &'static str,
    /// A sentence with its source.
    pub source: String,
    /// The heads of its columns.
    pub columns: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl Section {
    fn of(title: &str, intro: &str, folded: bool, fields: Vec<Field>) -> Self {
        Self {
            title: title.to_owned(),
            intro: intro.to_owned(),
            folded,
            fields,
            trial: None,
            scale: None,
            finder: None,
        }
    }

    /// Whether an answer or an error in it means that it must stand open.
    pub fn is_open(&self) -> bool {
        self.fields
            .iter()
            .any(|f| !f.error.is_empty() || (f.shape() != "hidden" && !f.value().is_empty()))
    }
}

/// One line of the error summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The id of the field at fault; empty when no one field is.
    pub field: String,
    /// What to do.
    pub text: String,
    /// The invariant's code, such as `E07`; empty for none.
    pub code: String,
    /// The paragraph of the Code behind it; empty for none.
    pub rule: String,
}

/// A whole form.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it posts to.
    pub action: String,
    /// The button, in the words of the audit trail.
    pub submit: String,
    /// The questions.
    pub sections: Vec<Section>,
    /// The version of the case that was looked at; empty where nothing can clash.
    pub version: String,
    /// Makes a form that is sent twice count once; empty where twice does no harm.
    pub key: String,
    /// What is wrong with the whole.
    pub problems: Vec<Problem>,
    /// Under which name what is typed is kept as a draft; empty for not at all.
    pub draft: String,
    /// What is to be said of the draft that is kept; empty for nothing.
    pub draft_said: String,
    /// Whether a draft can be kept by a button.
    pub keeps: bool,
    /// Whether a letter goes out with it, which can be looked at first.
    pub letter: bool,
    /// Whether that letter can be put to a second person instead.
    pub puts: bool,
    /// Files that go with it.
    pub papers: Option<Papers>,
    /// Where it is told who else is on the case and what changes meanwhile; empty for no case.
    pub live: String,
    /// Who else is on the case; empty for nobody.
    pub here: String,
}

impl Form {
    /// A form of one section.
    pub fn new(action: impl Into<String>, submit: impl Into<String>, fields: Vec<Field>) -> Self {
        let only = Section::of("", "", false, fields);
        Self {
            action: action.into(),
            submit: submit.into(),
            sections: vec![only],
            version: String::new(),
            key: String::new(),
            problems: Vec::new(),
            draft: String::new(),
            draft_said: String::new(),
            keeps: false,
            letter: false,
            puts: false,
            papers: None,
            live: String::new(),
            here: String::new(),
        }
    }

    /// Adds a section.
    #[must_use]
    pub fn section(mut self, title: &str, intro: &str, folded: bool, fields: Vec<Field>) -> Self {
        self.sections
            .push(Section::of(title, intro, folded, fields));
        self
    }

    /// Lets the answers of the last section be tried.
    #[must_use]
    pub fn trial(mut self, label: &'static str) -> Self {
        if let Some(last) = self.sections.last_mut() {
            let said = Vec::new();
            last.trial = Some(Trial { label, said });
        }
        self
    }

    /// Shows a scale under the last section.
    #[must_use]
    pub fn scale(mut self, scale: Scale) -> Self {
        if let Some(last) = self.sections.last_mut() {
            last.scale = Some(scale);
        }
        self
    }

    /// Puts a search before the questions about the resident.
    #[must_use]
    pub fn finder(mut self, finder: Finder) -> Self {
        let about = |s: &&mut Section| s.fields.iter().any(|f| f.name == "complainant.name");
        if let Some(section) = self.sections.iter_mut().find(about) {
            section.finder = Some(finder);
        }
        self
    }

    /// Whether somebody can be searched for in it.
    pub fn has_finder(&self) -> bool {
        self.sections.iter().any(|section| section.finder.is_some())
    }

    /// Whether its answers can be tried.
    pub fn has_trial(&self) -> bool {
        self.sections.iter().any(|section| section.trial.is_some())
    }

    /// Notes what a trial came to.
    pub fn tried(&mut self, said: Vec<String>) {
        let trial = self.sections.iter_mut().find_map(|s| s.trial.as_mut());
        if let Some(trial) = trial {
            trial.said = said;
        }
    }

    /// Remembers the version that was looked at.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Counts once, however often it is sent.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.key = fresh_key();
        self
    }

    /// The key that was sent, if any.
    pub fn key(&self) -> Option<String> {
        Some(self.key.clone()).filter(|key| !key.is_empty())
    }

    /// Notes that its key was used for other answers already: they are recorded, and these may be as well.
    pub fn sent_before(&mut self) {
        self.key = fresh_key();
        let text = "This form was sent before, with other answers, and what it said then is recorded. Send it again only to record this as well.";
        self.refuse(None, text, "", "");
    }

    /// Every question.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// Every question, to be changed.
    pub fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.sections
            .iter_mut()
            .flat_map(|section| &mut section.fields)
    }

    /// Whether it carries a file.
    pub fn has_file(&self) -> bool {
        self.papers.is_some() || self.fields().any(|field| field.shape() == "file")
    }

    /// Puts an answer into a field before it is drawn, for example from the link that led here.
    pub fn set(&mut self, name: &str, value: &str) {
        if let Some(field) = self.fields_mut().find(|field| field.name == name) {
            // Of boxes to tick, each one named is ticked.
            if field.shape() == "checkboxes" {
                field.values.push(value.to_owned());
            } else {
                field.values = vec![value.to_owned()];
            }
        }
    }

    /// Notes what the use case refused, at the field when it names one that is here.
    pub fn refuse(&mut self, field: Option<&str>, text: &str, code: &str, rule: &str) {
        let wanted = field.unwrap_or_default();
        let place = self.fields_mut().find(|f| {
            f.shape() != "hidden"
                && !wanted.is_empty()
                && (f.name == wanted || f.name.ends_with(&format!(".{wanted}")))
        });
        let id = match place {
            Some(field) => {
                field.error = text.to_owned();
                field.id()
            }
            None => String::new(),
        };
        self.problems.push(Problem {
            field: id,
            text: text.to_owned(),
            code: code.to_owned(),
            rule: rule.to_owned(),
        });
    }
}
