//! PDF from fixed templates and JSON data, rendered by typst in a child process.
//!
//! Text from outside can make a typesetter use memory without end, and typst cannot be cancelled, so the
//! work is done by a child of the same binary (`redress render-pdf`) that limits itself before it starts:
//! [`Renderer`] is the parent's side, [`child_main`] the child's, `wire` what they say to each other.
//! In the child: `clean` and `text` make data safe to set, `typeset` runs typst, `split` cuts a PDF by pages,
//! `number` numbers its pages, `join` makes its pages those of another, `words` reads it, `look` makes small pictures.
//! What each template takes is in [`data`].

mod child;
mod clean;
pub mod data;
mod join;
mod look;
mod number;
mod renderer;
mod split;
mod text;
mod typeset;
mod wire;
mod words;

pub use child::child_main;
pub use join::{Drawn, Feet, Foot, Joined, JoinedPage, Joining, Sheet};
pub use look::{Look, Seen};
pub use number::Numbering;
pub use renderer::{Limits, Renderer};
pub use split::Part;

/// The fixed templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// [`data::Letter`]
    Letter,
    /// [`data::Index`]
    Index,
    /// [`data::Chronology`]
    Chronology,
    /// [`data::CaseSummary`]
    CaseSummary,
    /// [`data::Gaps`]
    Gaps,
    /// [`data::Record`]
    Record,
    /// [`data::Verification`]
    Verification,
    /// [`data::Contents`]
    Contents,
    /// [`data::Picture`], with a picture beside its data
    Picture,
}

impl Template {
    /// All that data alone fill.
    pub const ALL: [Template; 8] = [
        Template::Letter,
        Template::Index,
        Template::Chronology,
        Template::CaseSummary,
        Template::Gaps,
        Template::Record,
        Template::Verification,
        Template::Contents,
    ];

    /// The name plugins use.
    pub fn name(self) -> &'static str {
        match self {
            Template::Letter => "letter",
            Template::Index => "index",
            Template::Chronology => "chronology",
            Template::CaseSummary => "case-summary",
            Template::Gaps => "gaps",
            Template::Record => "record",
            Template::Verification => "verification",
            Template::Contents => "contents",
            Template::Picture => "picture",
        }
    }

    /// The template of that name.
    pub fn from_name(name: &str) -> Option<Template> {
        Template::ALL.into_iter().find(|t| t.name() == name)
    }
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The data do not have the template's shape.
    #[error(
        "the data do not fit the template \"{template}\": {why}; see plugins/wit/pdf-templates.md"
    )]
    Data {
        /// Name of the template.
        template: String,
        /// What is wrong.
        why: String,
    },
    /// The PDF cannot be read, or one page alone is over the limit.
    #[error("the PDF cannot be split: {0}")]
    CannotSplit(String),
    /// Its pages cannot be numbered without a risk to what they show.
    #[error("the pages cannot be numbered: {0}")]
    CannotNumber(String),
    /// The file has no looks that can be drawn.
    #[error("the file cannot be shown: {0}")]
    CannotShow(String),
    /// The work took too long and was ended.
    #[error(
        "the PDF took more than {0} seconds and was given up; shorten the text or make it in parts"
    )]
    TooSlow(u64),
    /// The child ended by itself, most likely over its memory limit.
    #[error("the PDF could not be made: {0}; shorten the text or make it in parts")]
    Ended(String),
    /// The child could not be started or spoken to.
    #[error("the program could not start its PDF helper: {0}")]
    Start(#[from] std::io::Error),
    /// A template is wrong: our fault, not the data's.
    #[error("the template failed, which is a fault of this program: {0}")]
    Fault(String),
}
