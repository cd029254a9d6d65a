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

use redress_plugin::dates::{self, Order};
use redress_plugin::{Ask, Value};

use crate::path::{Path, Reader};

/// Parts of one expression; more are a mistake.
const PARTS: usize = 60;
/// Letters of one value; longer ones are cut.
const LONGEST: usize = 60_000;

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

/// A member of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// The home.
    PropertyRef,
    /// The tenancy.
    TenancyRef,
    /// The person.
    PersonRef,
    /// The resident's name.
    Name,
    /// The home's address.
    Address,
    /// What somebody typed who looks for a resident.
    Text,
    /// How far back.
    Since,
}

impl Member {
    /// All of them by name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("property_ref", Self::PropertyRef),
        ("tenancy_ref", Self::TenancyRef),
        ("person_ref", Self::PersonRef),
        ("name", Self::Name),
        ("address", Self::Address),
        ("text", Self::Text),
        ("since", Self::Since),
    ];

    /// The member of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, m)| *m)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, m)| *m == self)
            .map_or("", |(n, _)| n)
    }

    /// What the query says.
    pub fn get(self, ask: &Ask) -> Option<&str> {
        match self {
            Self::PropertyRef => ask.property_ref.as_deref(),
            Self::TenancyRef => ask.tenancy_ref.as_deref(),
            Self::PersonRef => ask.person_ref.as_deref(),
            Self::Name => ask.name.as_deref(),
            Self::Address => ask.address.as_deref(),
            Self::Text => ask.text.as_deref(),
            Self::Since => ask.since.as_deref(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Date(Order),
    Epoch,
    Lower,
    Upper,
    Map(Vec<(String, String)>, Option<String>),
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
                then.push(change(reader)?);
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
        self.then
            .iter()
            .any(|change| matches!(change, Change::Date(_) | Change::Epoch))
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

/// Several values in one, each once.
fn several(values: &[&Value]) -> Worked {
    let mut texts: Vec<String> = Vec::new();
    let mut problem = None;
    for value in values.iter().take(1000) {
        match scalar(value) {
            Ok(text) if text.is_empty() || texts.contains(&text) => {}
            Ok(text) => texts.push(text),
            Err(why) => problem = Some(why),
        }
    }
    Worked {
        text: clipped(texts.join("; ")),
        problem,
    }
}

/// A single value as text. Lists of single values are theirs; an object is none.
fn scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(true) => Ok("yes".into()),
        Value::Bool(false) => Ok("no".into()),
        Value::String(text) => Ok(clipped(text.trim().to_owned())),
        Value::Number(number) => match number.as_f64() {
            // Beyond this JSON numbers lose digits on the way: an id would be another id.
            Some(float) if !number.is_i64() && !number.is_u64() && float.abs() >= 9e15 => {
                Err(format!("the number {number} is too large to be exact"))
            }
            _ => Ok(number.to_string()),
        },
        Value::Array(items)
            if items
                .iter()
                .all(|item| !item.is_array() && !item.is_object()) =>
        {
            let worked = several(&items.iter().collect::<Vec<_>>());
            worked.problem.map_or(Ok(worked.text), Err)
        }
        Value::Array(_) => {
            Err("there is a list of objects; name the member of them that is meant".into())
        }
        Value::Object(_) => Err("there is an object; name the member of it that is meant".into()),
    }
}

fn clipped(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST / 4).collect::<String>() + " [cut]"
}

fn change(reader: &mut Reader) -> Result<Change, String> {
    reader.space();
    let word = reader.word();
    match word.as_str() {
        "dmy" | "iso" | "date" => Ok(Change::Date(Order::DayFirst)),
        "mdy" => Ok(Change::Date(Order::MonthFirst)),
        "epoch" => Ok(Change::Epoch),
        "lower" => Ok(Change::Lower),
        "upper" => Ok(Change::Upper),
        "map" if reader.take("(") => pairs(reader),
        "map" => reader.wrong("`(` is expected, as in map(C = Completed, O = Open)"),
        other => Err(format!(
            "`{other}` is not a word for what is done with a value; the words are dmy, mdy, iso, epoch, lower, upper and map(…)"
        )),
    }
}

fn pairs(reader: &mut Reader) -> Result<Change, String> {
    let (mut pairs, mut rest) = (Vec::new(), None);
    loop {
        reader.space();
        let from = match reader.quoted()? {
            Some(text) => text,
            None => reader.until(&['=', ',', ')']).unwrap_or_default(),
        };
        reader.space();
        if from.is_empty() || !reader.take("=") {
            return reader.wrong("`theirs = ours` is expected");
        }
        reader.space();
        let to = match reader.quoted()? {
            Some(text) => text,
            None => match reader.until(&[',', ')']) {
                Some(text) => text,
                None => return reader.wrong("`)` is expected"),
            },
        };
        if from == "*" {
            rest = Some(to);
        } else {
            pairs.push((from, to));
        }
        reader.space();
        if reader.take(")") {
            return Ok(Change::Map(pairs, rest));
        }
        if !reader.take(",") {
            return reader.wrong("`,` or `)` is expected");
        }
    }
}

impl Change {
    fn apply(&self, text: &str) -> Result<String, String> {
        let shown = || text.chars().take(40).collect::<String>();
        match self {
            Self::Date(order) => {
                dates::moment(text, *order).ok_or_else(|| format!("\"{}\" is not a date", shown()))
            }
            Self::Epoch => dates::epoch(text)
                .ok_or_else(|| format!("\"{}\" is not a number of seconds", shown())),
            Self::Lower => Ok(text.to_lowercase()),
            Self::Upper => Ok(text.to_uppercase()),
            Self::Map(pairs, rest) => {
                let found = pairs
                    .iter()
                    .find(|(from, _)| from.trim().eq_ignore_ascii_case(text.trim()));
                found
                    .map(|(_, to)| to.clone())
                    .or_else(|| rest.clone())
                    .ok_or_else(|| format!("\"{}\" is not in the map", shown()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn work(text: &str, item: &Value) -> Worked {
        let ask = Ask {
            property_ref: Some("00700123".into()),
            ..Ask::default()
        };
        Expr::read(text).unwrap().work(Within {
            item,
            top: item,
            ask: &ask,
        })
    }

    #[test]
    fn values_are_made_as_written() {
        let item = json!({"raised": "02/09/2026", "us": "09/02/2026", "at": 1_788_338_470, "n": 7, "f": 1.5, "big": 12_345_678_901_234_567_890_u64,
            "s": "C", "a": "", "b": null, "c": "x", "yes": true, "l": ["p", "q", "p"], "A b": "quoted", "first": "Ada", "last": "Okafor"});
        for (text, expected) in [
            ("raised | dmy", "2026-09-02"),
            ("us | mdy", "2026-09-02"),
            ("at | epoch", "2026-09-02T08:41:10Z"),
            ("n", "7"),
            ("f", "1.5"),
            ("big", "12345678901234567890"),
            ("yes", "yes"),
            ("l", "p; q"),
            ("a ?? b ?? c", "x"),
            ("a ?? \"none\"", "none"),
            ("@.\"A b\" | upper", "QUOTED"),
            ("s | map(C = Completed, O = Open)", "Completed"),
            ("c | map(C = Completed, * = \"Not, known\")", "Not, known"),
            ("join(\" \", first, a, last)", "Ada Okafor"),
            (
                "join(\", \", join(\" \", first, last), raised | dmy)",
                "Ada Okafor, 2026-09-02",
            ),
            ("{property_ref}", "00700123"),
            ("{person_ref} ?? n", "7"),
            ("missing", ""),
        ] {
            assert_eq!(
                work(text, &item),
                Worked {
                    text: expected.into(),
                    problem: None
                },
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_stays_and_is_told() {
        let item = json!({"d": "soon", "s": "Z", "o": {"x": 1}, "l": [{"x": 1}], "n": 1e300});
        for (text, kept, says) in [
            ("d | dmy", "soon", "\"soon\" is not a date"),
            ("s | map(C = Completed)", "Z", "\"Z\" is not in the map"),
            ("o", "", "an object"),
            ("l", "", "a list of objects"),
            ("n", "", "too large"),
            ("d | epoch", "soon", "not a number"),
        ] {
            let worked = work(text, &item);
            assert_eq!(worked.text, kept, "{text}");
            assert!(worked.problem.unwrap().contains(says), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_told() {
        for (text, says) in [
            ("", "a name is expected"),
            ("a | day", "`day` is not a word"),
            ("a | map", "map(C = Completed"),
            ("a | map(C)", "theirs = ours"),
            ("a | map(C = ", "`)` is expected"),
            ("join(a, b)", "in quotes"),
            ("join(\" \", a", "`,` or `)`"),
            ("{resident}", "not part of a query"),
            ("{name", "not part of a query"),
            ("a b", "the end is expected"),
            ("\"a b\".c", "@.\"a b\""),
        ] {
            let why = Expr::read(text).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
        let nested = "join(\"\", ".repeat(60);
        assert!(Expr::read(&nested).is_err());
        assert!(
            Expr::read(&"a ?? ".repeat(100))
                .unwrap_err()
                .contains("at most 60")
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::hash_map("[abc]{1,2}", inner, 0..6)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = Expr::read(&text);
        }

        #[test]
        fn any_answer_gives_a_value(item in any_json(), at in 0_usize..6) {
            let text = ["a.b ?? c", "*.*[].a | dmy", "a[b=c].b[0] | epoch", "join(\" \", a, *, @)", "c | map(x = y)", "$[].a | lower"][at];
            let _ = work(text, &item);
        }
    }
}
