//! What a field is made of: paths, with a few words for what is done to what stands there.
//!
//! ```text
//! raised | dmy                          a date written day first
//! mobile ?? home                        the first that says something
//! join(", ", line1, line2, postcode)    several in one, those that are empty left out
//! state | map(C = Completed, O = Open, * = Unknown)
//! {property_ref}                        what was asked with
//! "Repair"                              always this
//! ```

mod change;
mod member;
mod value;

use redress_plugin::{Ask, Value};

use crate::path::{Path, Reader};
use change::Change;
pub use member::Member;
use value::{clipped, several};

/// Parts of one expression; more are a mistake.
const PARTS: usize = 60;

/// What a field is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    first_of: Vec<Source>,
    then: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Path(Path),
    Text(String),
    Asked(Member),
    Join(String, Vec<Expr>),
}

/// What an expression is worked out from.
#[derive(Clone, Copy)]
pub struct Within<'a> {
    /// The item of the list.
    pub item: &'a Value,
    /// The whole answer.
    pub top: &'a Value,
    /// The query.
    pub ask: &'a Ask,
}

/// A value, and what was not understood on the way to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worked {
    /// Empty when there is none.
    pub text: String,
    /// In a few words, such as `"soon" is not a date`.
    pub problem: Option<String>,
}

impl Expr {
    /// Reads an expression; the sentence says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut reader = Reader::new(text);
        let mut left = PARTS;
        let expr = Self::part(&mut reader, &mut left, 0)?;
        reader.space();
        match reader.peek() {
            None => Ok(expr),
            Some(_) => reader.wrong("`|`, `??` or the end is expected"),
        }
    }

    fn part(reader: &mut Reader, left: &mut usize, depth: usize) -> Result<Self, String> {
        let mut first_of = vec![Self::source(reader, left, depth)?];
        let mut then = Vec::new();
        loop {
            reader.space();
            if reader.take("??") {
                first_of.push(Self::source(reader, left, depth)?);
            } else if reader.take("|") {
                then.push(Change::read(reader)?);
            } else {
                return Ok(Self { first_of, then });
            }
        }
    }

    fn source(reader: &mut Reader, left: &mut usize, depth: usize) -> Result<Source, String> {
        *left = left
            .checked_sub(1)
            .ok_or_else(|| format!("an expression has at most {PARTS} parts"))?;
        reader.space();
        if reader.take("{") {
            let name = reader.until(&['}']).unwrap_or_default();
            let Some(member) = Member::of(&name) else {
                let known: Vec<&str> = Member::ALL.iter().map(|(n, _)| *n).collect();
                return Err(format!(
                    "`{{{name}}}` is not part of a query; it has {}",
                    known.join(", ")
                ));
            };
            reader.take("}");
            return Ok(Source::Asked(member));
        }
        if reader.take("join(") {
            if depth > 3 {
                return Err("join stands in join too deeply".into());
            }
            reader.space();
            let Some(between) = reader.quoted()? else {
                return reader.wrong("what goes between is expected, in quotes");
            };
            let mut parts = Vec::new();
            loop {
                reader.space();
                if reader.take(",") {
                    parts.push(Self::part(reader, left, depth + 1)?);
                } else if reader.take(")") {
                    return Ok(Source::Join(between, parts));
                } else {
                    return reader.wrong("`,` or `)` is expected");
                }
            }
        }
        if reader.peek() == Some('"') || reader.peek() == Some('\'') {
            return Self::text_or_path(reader);
        }
        Ok(Source::Path(reader.path()?))
    }

    /// `"Date Raised"` could be either. A quoted name is a text unless it is part of a longer path or says that it
    /// stands in the item: `@."Date Raised"`.
    fn text_or_path(reader: &mut Reader) -> Result<Source, String> {
        let text = reader.quoted()?.unwrap_or_default();
        match reader.peek() {
            Some('.' | '[') => Err(format!(
                "write `@.\"{text}\"` for a name with other signs than letters"
            )),
            _ => Ok(Source::Text(text)),
        }
    }

    /// Works the value out. It never fails: what is not understood stays as it was written, with a remark.
    pub fn work(&self, within: Within) -> Worked {
        let mut worked = Worked::default();
        for source in &self.first_of {
            let one = source.work(within);
            // What was not understood is told only where nothing else says something.
            let problem = worked.problem.take().or(one.problem.clone());
            worked = one;
            if !worked.text.is_empty() {
                break;
            }
            worked.problem = problem;
        }
        for change in &self.then {
            if worked.text.is_empty() {
                break;
            }
            match change.apply(&worked.text) {
                Ok(text) => worked.text = text,
                Err(why) => worked.problem = Some(why),
            }
        }
        worked
    }

    /// True when dates that this expression gives are already in our form.
    pub fn reads_dates(&self) -> bool {
        self.then.iter().any(Change::reads_dates)
    }
}

impl Source {
    fn work(&self, within: Within) -> Worked {
        match self {
            Self::Text(text) => Worked {
                text: text.clone(),
                problem: None,
            },
            Self::Asked(member) => Worked {
                text: member.get(within.ask).unwrap_or_default().to_owned(),
                problem: None,
            },
            Self::Path(path) => several(&path.all(within.item, within.top)),
            Self::Join(between, parts) => {
                let parts: Vec<Worked> = parts.iter().map(|part| part.work(within)).collect();
                let texts: Vec<&str> = parts
                    .iter()
                    .map(|w| w.text.as_str())
                    .filter(|t| !t.is_empty())
                    .collect();
                Worked {
                    text: clipped(texts.join(between)),
                    problem: parts.iter().find_map(|w| w.problem.clone()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
