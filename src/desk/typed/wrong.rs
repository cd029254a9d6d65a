//! What is wrong with what was typed: each names the word and says what is allowed.

use super::FILTERS;

/// The longest piece of what was typed that an error repeats, in letters.
const SHOWN: usize = 40;

/// Words and filters at most.
pub(super) const MOST: usize = 40;

/// A word or filter that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// No filter has this name.
    #[error(
        "There is no filter “{word}”. There are {}. To look for the words themselves, put them in quotation marks.",
        names()
    )]
    Name {
        /// What was typed.
        word: String,
    },
    /// A filter with a value that it does not take.
    #[error("“{word}” is not understood. {takes}")]
    Value {
        /// What was typed.
        word: String,
        /// What the filter takes, as a sentence.
        takes: String,
    },
    /// A quotation that does not end.
    #[error(
        "{word} begins a quotation that does not end. Put a quotation mark behind its last word."
    )]
    Open {
        /// What was typed.
        word: String,
    },
    /// A quotation of nothing.
    #[error(
        "{word} has no letter or digit to look for. Write the words between the quotation marks."
    )]
    Nothing {
        /// What was typed.
        word: String,
    },
    /// A minus before what cannot be left out.
    #[error("“{word}” cannot have a minus. {instead}")]
    Minus {
        /// What was typed.
        word: String,
        /// What to write.
        instead: String,
    },
    /// Too much.
    #[error("These are more than {MOST} words and filters. Take some away.")]
    TooMany,
}

fn names() -> String {
    let names: Vec<String> = FILTERS.iter().map(|f| format!("{}:", f.name)).collect();
    one_of(&names, "and")
}

/// `a, b or c`.
pub(super) fn one_of<S: AsRef<str>>(words: &[S], or: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {or} {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => String::new(),
    }
}

/// The beginning of a word, where it is long.
pub(super) fn shown(word: &str) -> String {
    match word.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}
