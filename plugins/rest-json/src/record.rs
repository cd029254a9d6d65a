//! An item of the other system's list as a record, with what was not understood of it.

use redress_plugin::belongs::Whose;
use redress_plugin::{Ask, Document, Record, Value, dates, fields};

use crate::expr::{Expr, Within, Worked};
use crate::mapping::{Mapping, Settings};

/// A record, whose it is, and what was not understood.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The record; none when it has no id.
    pub record: Option<Record>,
    /// Its identifier.
    pub id: String,
    /// Its line for people.
    pub title: String,
    /// By the names of [`fields::WHOSE`].
    pub whose: Vec<String>,
    /// The day on which it was over.
    pub ended: Option<String>,
    /// Field by field.
    pub problems: Vec<String>,
}

impl Mapped {
    /// True when the record belongs to the query and is not over too long ago.
    pub fn belongs(&self, kind: &str, ask: &Ask) -> bool {
        let [property_ref, tenancy_ref, person_ref, name, address] = self.whose.as_slice() else {
            return false;
        };
        ask.owns(
            kind,
            &Whose {
                property_ref,
                tenancy_ref,
                person_ref,
                name,
                address,
            },
        )
    }

    /// True when nothing tells whose it is.
    pub fn is_nobodys(&self) -> bool {
        self.whose.iter().all(String::is_empty)
    }

    /// Every text by which a resident may be looked for.
    pub fn is_found(&self, ask: &Ask, searched: &[String]) -> bool {
        let texts: Vec<&str> = self
            .whose
            .iter()
            .chain(searched)
            .map(String::as_str)
            .collect();
        ask.found_in(&texts)
    }
}

/// Whose an item is, without working out the rest.
pub fn whose(mapping: &Mapping, within: Within) -> Vec<String> {
    let one = |name: &&str| {
        mapping
            .whose
            .get(*name)
            .map(|expr| expr.work(within).text)
            .unwrap_or_default()
    };
    fields::WHOSE.iter().map(one).collect()
}

/// Maps an item.
pub fn map(kind: &str, mapping: &Mapping, settings: &Settings, within: Within) -> Mapped {
    let mut problems = Vec::new();
    let mut work = |name: &str, expr: &Expr| {
        let Worked {
            mut text,
            mut problem,
        } = expr.work(within);
        if fields::is_date(name) && !expr.reads_dates() && !text.is_empty() {
            match dates::moment(&text, settings.dates) {
                Some(read) => text = read,
                None => {
                    problem =
                        problem.or_else(|| Some(format!("\"{}\" is not a date", short(&text))))
                }
            }
        }
        if fields::is_day(name) {
            text = dates::date(&text, settings.dates).unwrap_or(text);
        }
        if fields::is_date(name) && dates::is_no_day(&text) {
            text.clear();
        }
        problems.extend(problem.map(|why| format!("{name}: {why}")));
        text
    };
    let id = work("id", &mapping.id);
    let whose = whose(mapping, within);
    let mut record = Record::new(kind, id.clone())
        .property_ref(&whose[0])
        .tenancy_ref(&whose[1])
        .person_ref(&whose[2]);
    let mut ended = None;
    let mut first_text = String::new();
    for (name, expr) in &mapping.fields {
        let text = work(name, expr);
        if fields::ends(kind) == Some(name) {
            ended = dates::date(&text, settings.dates);
        }
        if ["description", "subject", "name", "summary", "tenure_type"].contains(&name.as_str())
            && first_text.is_empty()
        {
            first_text.clone_from(&text);
        }
        record = record.field(name, text);
    }
    for (name, expr) in &mapping.other {
        let text = work(name, expr);
        record = record.other(name, text);
    }
    let title = mapping
        .title
        .as_ref()
        .map(|title| title.text(within))
        .unwrap_or_default();
    let title = if title.trim().is_empty() {
        first_text
    } else {
        title
    };
    record = record
        .title(&title)
        .documents(documents(mapping, within, &mut problems));
    if id.is_empty() {
        problems.push("id: there is nothing, so the record is left out".into());
    }
    // Control signs would be refused by the host and the whole answer with them.
    let odd = id.chars().any(char::is_control) || id.len() > 200;
    if odd {
        problems.push("id: it is no identifier, so the record is left out".into());
    }
    Mapped {
        record: (!id.is_empty() && !odd).then_some(record),
        id,
        title,
        whose,
        ended,
        problems,
    }
}

fn documents(mapping: &Mapping, within: Within, problems: &mut Vec<String>) -> Vec<Document> {
    let Some(documents) = &mapping.documents else {
        return Vec::new();
    };
    let mut named = Vec::new();
    for place in documents
        .list
        .all(within.item, within.top)
        .into_iter()
        .take(1000)
    {
        let items = match place {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for item in items.iter().filter(|item| !item.is_null()).take(200) {
            // A document's own members first; `$` is the record that it belongs to.
            let within = Within {
                item,
                top: within.item,
                ..within
            };
            let (id, name) = (
                documents.id.work(within).text,
                documents.name.work(within).text,
            );
            if id.is_empty() || name.is_empty() {
                problems.push("documents: one has no id or no name and is left out".into());
                continue;
            }
            let path = match documents.path.url(within) {
                Ok(path) => path,
                Err(why) => {
                    problems.push(format!("documents.path: {why}"));
                    continue;
                }
            };
            let mut document = Document::new(id, file_name(&name)).with("path", path);
            for (more, expr) in &documents.more {
                let text = expr.work(within).text;
                let text = if more == "taken_on" {
                    dates::date(&text, dates::Order::DayFirst).unwrap_or(text)
                } else {
                    text
                };
                document = document.with(more, text);
            }
            named.push(document);
        }
    }
    named
}

/// The last part of a name, without what could lead out of a folder.
pub fn file_name(name: &str) -> String {
    let last = name
        .rsplit(['/', '\\'])
        .find(|part| !part.trim().is_empty())
        .unwrap_or("document");
    let safe: String = last
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_. ()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(120)
        .collect();
    let safe = safe.trim().trim_start_matches('.').to_owned();
    if safe.is_empty() {
        "document".into()
    } else {
        safe
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
