//! From a post to JSON: each kind of field checks its own text and says in a sentence what to enter instead.

use super::{Field, Form, Kind, Problem};
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::London;
use serde_json::{Map, Value, json};

/// What a browser sent: names with values, in order, a name perhaps several times.
#[derive(Clone, Debug, Default)]
pub struct Posted(pub Vec<(String, String)>);

impl Posted {
    /// The first value of a name, trimmed; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, v)| v.trim())
    }

    /// Every non-empty value of a name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(n, v)| n == name && !v.trim().is_empty())
            .map(|(_, v)| v.clone())
            .collect()
    }
}

impl Form {
    /// Fills the form with what was typed and gives the answers as JSON, or `None` with every problem noted.
    /// A field that was left empty is absent from the JSON.
    pub fn read(&mut self, posted: &Posted) -> Option<Value> {
        self.read_of(posted, |_| true)
    }

    /// As [`Form::read`], for some of the questions: what else was typed stays in the form and is not looked at.
    pub fn read_of(&mut self, posted: &Posted, asked: impl Fn(&str) -> bool) -> Option<Value> {
        self.version = posted.get("version").to_owned();
        self.key = posted.get("key").to_owned();
        let mut answers = Value::Object(Map::new());
        let mut problems = Vec::new();
        for field in self.fields_mut().filter(|field| field.shape() != "file") {
            field.values = posted.all(&field.name);
            if !asked(&field.name) {
                continue;
            }
            match field.answer() {
                Ok(Some(value)) => place(&mut answers, &field.name, value),
                Ok(None) => {}
                Err(text) => {
                    let rule = field.rule.to_owned();
                    problems.push(Problem {
                        field: field.id(),
                        text: text.clone(),
                        code: String::new(),
                        rule,
                    });
                    field.error = text;
                }
            }
        }
        self.problems.append(&mut problems);
        rows(&mut answers);
        self.problems.is_empty().then_some(answers)
    }
}

impl Field {
    fn answer(&self) -> Result<Option<Value>, String> {
        let text = self.value().trim();
        if self.kind == Kind::Tick {
            return match (self.required, text.is_empty()) {
                (true, true) => Err(format!("Confirm: {}", lower(&self.label))),
                _ => Ok(Some(json!(!text.is_empty()))),
            };
        }
        if text.is_empty() {
            let verb = if self.choices.is_empty() && self.kind != Kind::YesNo {
                "Enter"
            } else {
                "Choose"
            };
            return if self.required {
                Err(format!("{verb} {}", lower(&self.label)))
            } else {
                Ok(None)
            };
        }
        let known =
            |value: &str| self.choices.is_empty() || self.choices.iter().any(|c| c.value == value);
        if let Some(stranger) = self.values.iter().find(|value| !known(value)) {
            return Err(format!(
                "Choose {} from the list; “{stranger}” is not in it",
                lower(&self.label)
            ));
        }
        let value = match self.kind {
            Kind::Number | Kind::SelectNumber | Kind::HiddenNumber => json!(whole(text)?),
            Kind::CheckboxNumbers => json!(
                self.values
                    .iter()
                    .map(|v| whole(v))
                    .collect::<Result<Vec<_>, _>>()?
            ),
            Kind::CheckboxesJson => self
                .values
                .iter()
                .map(|value| serde_json::from_str(value))
                .collect::<Result<Vec<Value>, _>>()
                .map(Value::Array)
                .map_err(|_| "Choose from the list".to_owned())?,
            Kind::Checkboxes => json!(self.values),
            Kind::Lines => {
                json!(
                    text.lines()
                        .map(str::trim)
                        .filter(|line| !line.is_empty())
                        .collect::<Vec<_>>()
                )
            }
            Kind::YesNo => json!(text == "yes"),
            Kind::SelectJson => {
                serde_json::from_str(text).map_err(|_| "Choose one from the list".to_owned())?
            }
            Kind::Money => json!(pence(text)?),
            Kind::Date => json!(day(text)?),
            Kind::Moment => json!(instant(text)?),
            Kind::Email if !text.contains('@') => {
                return Err("Enter an email address such as name@example.com".to_owned());
            }
            Kind::Password => json!(self.value()),
            _ => json!(text.replace("\r\n", "\n")),
        };
        Ok(Some(value))
    }
}

/// Puts a value under a dotted name.
fn place(into: &mut Value, name: &str, value: Value) {
    match name.split_once('.') {
        Some((head, rest)) => {
            let inner = &mut into[head];
            if inner.is_null() {
                *inner = json!({});
            }
            place(inner, rest, value);
        }
        None => into[name] = value,
    }
}

/// Turns `{"0": …, "2": …}` into a list, so that a form may name its rows `points.0.text`.
fn rows(value: &mut Value) {
    let Value::Object(object) = value else { return };
    object.values_mut().for_each(rows);
    if !object.is_empty()
        && object
            .keys()
            .all(|key| key.bytes().all(|b| b.is_ascii_digit()))
    {
        let mut numbered: Vec<_> = std::mem::take(object).into_iter().collect();
        numbered.sort_by_key(|(key, _)| key.parse::<u32>().unwrap_or(u32::MAX));
        *value = numbered.into_iter().map(|(_, row)| row).collect();
    }
}

fn lower(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first
        .chain(letters)
        .collect::<String>()
        .trim_end_matches(['?', '.'])
        .to_owned()
}

fn whole(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| format!("Enter a whole number; “{text}” is not one"))
}

fn pence(text: &str) -> Result<i64, String> {
    let bad = || format!("Enter an amount in pounds such as 120 or 120.50; “{text}” is not one");
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '£' | ',' | ' '))
        .collect();
    let (pounds, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    if pounds.is_empty() || !digits(pounds) || !digits(rest) || rest.len() > 2 {
        return Err(bad());
    }
    let pounds: i64 = pounds.parse().map_err(|_| bad())?;
    let pence: i64 = format!("{rest:0<2}").parse().map_err(|_| bad())?;
    pounds
        .checked_mul(100)
        .and_then(|p| p.checked_add(pence))
        .ok_or_else(bad)
}

fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
        format!("Enter a date such as 2026-11-20 (year, month, day); “{text}” is not one")
    })
}

/// A moment on England's clocks. The hour that summer time skips does not exist and is said so; the hour that
/// comes twice is taken as the first.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"))
        .map_err(|_| {
            format!("Enter a date and time such as 2026-11-20T16:05; “{text}” is not one")
        })?;
    match London.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(at.with_timezone(&Utc)),
        LocalResult::None => Err(format!(
            "{text} did not exist: the clocks went forward in that hour"
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::choices;
    use super::*;

    fn read(field: Field, value: &str) -> Result<Value, String> {
        let name = field.name.clone();
        let mut form = Form::new("/", "Send", vec![field]);
        match form.read(&Posted(vec![(name, value.to_owned())])) {
            Some(value) => Ok(value),
            None => Err(form.problems[0].text.clone()),
        }
    }

    #[test]
    fn each_kind_reads_its_text() {
        let check = |kind, typed: &str, expected: Value| {
            assert_eq!(
                read(Field::new(kind, "x.y", "Thing"), typed),
                Ok(json!({"x": {"y": expected}})),
                "{typed}"
            );
        };
        check(Kind::Money, "£1,234.5", json!(123_450));
        check(Kind::Money, "20", json!(2000));
        check(Kind::Date, "2026-11-20", json!("2026-11-20"));
        check(
            Kind::Moment,
            "2026-07-01T09:30",
            json!("2026-07-01T08:30:00Z"),
        );
        check(
            Kind::Moment,
            "2026-11-20T09:30",
            json!("2026-11-20T09:30:00Z"),
        );
        check(Kind::Lines, "one\r\n\r\n two ", json!(["one", "two"]));
        check(Kind::Text, "a\r\nb", json!("a\nb"));
        check(Kind::YesNo, "no", json!(false));
        check(Kind::Tick, "yes", json!(true));
    }

    #[test]
    fn each_kind_says_what_to_enter_instead() {
        let check = |kind, typed: &str, part: &str| {
            let said = read(Field::new(kind, "x", "Amount"), typed).unwrap_err();
            assert!(said.contains(part), "{typed}: {said}");
        };
        check(Kind::Money, "-5", "in pounds");
        check(Kind::Money, "1.234", "in pounds");
        check(Kind::Money, "99999999999999999999", "in pounds");
        check(Kind::Date, "2026-02-30", "Enter a date");
        check(Kind::Moment, "2026-03-29T01:30", "did not exist");
        check(Kind::Number, "ten", "whole number");
        check(Kind::Line, "   ", "Enter amount");
        check(Kind::Email, "nobody", "email address");
    }

    #[test]
    fn numbered_rows_become_a_list_without_the_empty_ones() {
        let row = |n: usize| Field::new(Kind::Line, format!("points.{n}.text"), "Point").optional();
        let mut form = Form::new("/", "Send", vec![row(0), row(1), row(2)]);
        let typed = [
            ("points.0.text", "a"),
            ("points.1.text", ""),
            ("points.2.text", "c"),
        ];
        let posted = Posted(typed.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec());
        assert_eq!(
            form.read(&posted),
            Some(json!({"points": [{"text": "a"}, {"text": "c"}]}))
        );
    }

    #[test]
    fn a_choice_must_be_in_the_list() {
        let field = Field::new(Kind::Select, "channel", "Channel").of(choices(&["phone", "email"]));
        assert!(read(field.clone(), "phone").is_ok());
        assert!(read(field, "pigeon").unwrap_err().contains("pigeon"));
    }

    #[test]
    fn a_refusal_lands_on_its_field() {
        let mut form = Form::new(
            "/",
            "Send",
            vec![Field::new(Kind::Line, "complainant.name", "Name")],
        );
        form.refuse(Some("name"), "Enter a name", "E01", "");
        form.refuse(Some("nothing"), "Something else", "E02", "6.4");
        assert_eq!(form.problems[0].field, "complainant-name");
        assert_eq!(form.problems[1].field, "");
        assert_eq!(form.sections[0].fields[0].error, "Enter a name");
    }
}
