//! Where something stands in JSON: `results.persons`, `phones[0].number`, `contacts[kind=email].value`, `*.jobs`.
//!
//! A path is names parted by dots. `*` is every member of an object or list. After a name, `[2]` takes the third of a
//! list, `[]` all of it, `[name=value]` those with that member. A name with other signs stands in quotes:
//! `"Date Raised"`. `@` alone is the thing itself, and a path that begins with `$` starts at the top of the answer.

use redress_plugin::Value;

/// More parts than this are a mistake.
const PARTS: usize = 40;
/// The most places that one path may lead to.
const PLACES: usize = 10_000;

/// A path that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path {
    /// From the top of the answer instead of from the item.
    top: bool,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Each,
    At(usize),
    With(String, String),
}

impl Path {
    /// Reads a path; the sentence says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut reader = Reader::new(text);
        let path = reader.path()?;
        reader.space();
        match reader.peek() {
            None => Ok(path),
            Some(c) => Err(format!("`{}` has `{c}` where a path ends", text.trim())),
        }
    }

    /// All that stands there, in order.
    pub fn all<'a>(&self, item: &'a Value, top: &'a Value) -> Vec<&'a Value> {
        let mut places = vec![if self.top { top } else { item }];
        for step in &self.steps {
            let mut next = Vec::new();
            for place in places {
                step.take(place, &mut next);
                if next.len() >= PLACES {
                    next.truncate(PLACES);
                    break;
                }
            }
            places = next;
        }
        places
    }
}

impl Step {
    fn take<'a>(&self, place: &'a Value, next: &mut Vec<&'a Value>) {
        match (self, place) {
            (Self::Name(name), Value::Object(members)) => next.extend(members.get(name)),
            // A name of a list's items means each of them: `jobs.ref` reads as people expect.
            (Self::Name(name), Value::Array(items)) => {
                next.extend(items.iter().filter_map(|item| item.get(name)));
            }
            (Self::Each, Value::Array(items)) => next.extend(items),
            (Self::Each, Value::Object(members)) => next.extend(members.values()),
            (Self::At(at), Value::Array(items)) => next.extend(items.get(*at)),
            (Self::With(name, wanted), Value::Array(items)) => {
                next.extend(items.iter().filter(|item| has(item, name, wanted)));
            }
            (Self::With(name, wanted), item) if has(item, name, wanted) => next.push(item),
            _ => {}
        }
    }
}

fn has(item: &Value, name: &str, wanted: &str) -> bool {
    match item.get(name) {
        Some(Value::String(text)) => text.eq_ignore_ascii_case(wanted),
        Some(Value::Number(number)) => number.to_string() == wanted,
        Some(Value::Bool(said)) => said.to_string() == wanted,
        _ => false,
    }
}

/// Reads paths and, for [`crate::expr`], what stands between them.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub(crate) fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes this sign if it is next.
    pub(crate) fn take(&mut self, sign: &str) -> bool {
        let is = self.text[self.at..].starts_with(sign);
        if is {
            self.at += sign.len();
        }
        is
    }

    /// A text in quotes, double or single; `\` keeps the sign behind it.
    pub(crate) fn quoted(&mut self) -> Result<Option<String>, String> {
        let Some(quote) = self.peek().filter(|c| ['"', '\''].contains(c)) else {
            return Ok(None);
        };
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => {
                    return Err(format!(
                        "`{}` has a quote that is not closed",
                        self.text.trim()
                    ));
                }
                Some(c) if c == quote => return Ok(Some(text)),
                Some('\\') => text.extend(self.next()),
                Some(c) => text.push(c),
            }
        }
    }

    /// A name without quotes; empty when there is none.
    pub(crate) fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self
            .peek()
            .filter(|c| c.is_alphanumeric() || "_-:/#".contains(*c))
        {
            word.push(c);
            self.next();
        }
        word
    }

    /// What stands before one of these signs, trimmed; `None` when none comes.
    pub(crate) fn until(&mut self, signs: &[char]) -> Option<String> {
        let rest = &self.text[self.at..];
        let end = rest.find(signs)?;
        self.at += end;
        Some(rest[..end].trim().to_owned())
    }

    pub(crate) fn wrong<T>(&self, what: &str) -> Result<T, String> {
        Err(match self.peek() {
            Some(c) => format!("`{}` has `{c}` where {what}", self.text.trim()),
            None => format!("`{}` ends where {what}", self.text.trim()),
        })
    }

    pub(crate) fn path(&mut self) -> Result<Path, String> {
        self.space();
        let mut path = Path::default();
        let top = self.take("$");
        if top || self.take("@") {
            path.top = top;
            self.brackets(&mut path)?;
            if !self.take(".") {
                return Ok(path);
            }
        }
        loop {
            if self.take("*") {
                path.steps.push(Step::Each);
            } else {
                let name = match self.quoted()? {
                    Some(name) => name,
                    None => self.word(),
                };
                if name.is_empty() {
                    return self.wrong("a name is expected");
                }
                path.steps.push(Step::Name(name));
            }
            self.brackets(&mut path)?;
            if path.steps.len() > PARTS {
                return Err(format!("a path has at most {PARTS} parts"));
            }
            if !self.take(".") {
                return Ok(path);
            }
        }
    }

    fn brackets(&mut self, path: &mut Path) -> Result<(), String> {
        while self.take("[") {
            self.space();
            if self.take("]") || self.take("*]") {
                path.steps.push(Step::Each);
                continue;
            }
            let name = match self.quoted()? {
                Some(name) => name,
                None => self.word(),
            };
            self.space();
            if self.take("=") {
                self.space();
                let value = match self.quoted()? {
                    Some(value) => value,
                    None => match self.until(&[']']) {
                        Some(value) => value,
                        None => return self.wrong("`]` is expected"),
                    },
                };
                path.steps.push(Step::With(name, value));
            } else if let Ok(at) = name.parse() {
                path.steps.push(Step::At(at));
            } else {
                return self.wrong("a number or `name=value` is expected in brackets");
            }
            self.space();
            if !self.take("]") {
                return self.wrong("`]` is expected");
            }
        }
        Ok(())
    }
}

/// A path as a person would write it, for a list of what an answer holds.
pub fn written(names: &[String]) -> String {
    let quote = |name: &String| match name.as_str() {
        "[]" => name.clone(),
        plain
            if !plain.is_empty()
                && plain
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-') =>
        {
            plain.into()
        }
        odd => format!("\"{}\"", odd.replace('\\', "\\\\").replace('"', "\\\"")),
    };
    let parts = names.iter().map(quote).collect::<Vec<_>>().join(".");
    parts.replace(".[]", "[]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn paths_lead_where_they_say() {
        let top = json!({"meta": {"home": "007"}, "data": {"jobs": [
            {"Job No": 7, "phones": [{"kind": "home", "n": 1}, {"kind": "Mobile", "n": 2}], "tags": ["a", "b"]},
            {"Job No": 8}]}});
        let item = &top["data"]["jobs"][0];
        let check = |path: &str, expected: Value| {
            let path = Path::read(path).unwrap();
            let found: Vec<Value> = path.all(item, &top).into_iter().cloned().collect();
            assert_eq!(Value::Array(found), expected, "{path:?}");
        };
        check("\"Job No\"", json!([7]));
        check("phones[0].n", json!([1]));
        check("phones[kind=mobile].n", json!([2]));
        check("phones[ kind = \"home\" ].n", json!([1]));
        check("phones.n", json!([1, 2]));
        check("phones[].n", json!([1, 2]));
        check("tags[]", json!(["a", "b"]));
        check("@", json!([item]));
        check("@.tags[1]", json!(["b"]));
        check("$.meta.home", json!(["007"]));
        check("$.data.jobs[1].'Job No'", json!([8]));
        check("$.*.home", json!(["007"]));
        check("$.data.*[].tags[0]", json!(["a"]));
        check("nothing.here", json!([]));
        check("tags.x", json!([]));
        check("$[].x", json!([]));
        check("@[\"Job No\"=7].tags[0]", json!(["a"]));
    }

    #[test]
    fn what_is_no_path_is_told() {
        for (text, says) in [
            ("", "ends where a name"),
            ("a..b", "`.` where a name"),
            ("a[x]", "a number or `name=value`"),
            ("a[x=1", "`]` is expected"),
            ("\"a", "not closed"),
            ("a b", "`b` where a path ends"),
            ("a[1", "`]` is expected"),
            ("a[99999999999999999999999]", "a number"),
        ] {
            let why = Path::read(text).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
        assert!(
            Path::read(&"a.".repeat(100))
                .unwrap_err()
                .contains("at most 40")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = Path::read(&text);
        }

        #[test]
        fn a_written_path_leads_back(names in proptest::collection::vec(".{1,12}", 1..6)) {
            prop_assume!(names.iter().all(|n| n != "[]"));
            let value = names.iter().rev().fold(json!("here"), |inner, name| json!({name.as_str(): inner}));
            let path = Path::read(&written(&names)).unwrap();
            let here = json!("here");
            prop_assert_eq!(path.all(&value, &value), vec![&here]);
        }
    }
}
