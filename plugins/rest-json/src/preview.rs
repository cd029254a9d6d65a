//! What the page that writes the mapping shows: the other system's answer as it came, what stands where in it, and the
//! records that the mapping makes of it, with what was not understood.
//!
//! Asked with `"preview": true`, the answer is one record of the kind `preview`, schema `redress-link-preview/1`.

use std::collections::BTreeMap;

use redress_plugin::wire::Wire;
use redress_plugin::{Ask, Failure, Found, Page, Value};
use serde_json::json;

use crate::expr::Within;
use crate::find;
use crate::mapping::{Mapping, Settings};
use crate::path::written;
use crate::record;
use crate::request::{self, Source};

/// The most of the answer that is shown, in letters.
const SHOWN: usize = 40_000;
/// Records, paths and letters of an example.
const RECORDS: usize = 10;
const PATHS: usize = 300;
const EXAMPLE: usize = 80;
/// How deep paths are followed.
const DEPTH: usize = 8;

/// Tries the mapping of the one kind that is asked for.
pub fn preview(wire: &mut dyn Wire, settings: &Settings, ask: &Ask) -> Result<Page, Failure> {
    let [kind] = ask.kinds.as_slice() else {
        return Err(Failure::BadInput("a trial is of one kind of record".into()));
    };
    let mapping = settings.kinds.get(kind).ok_or_else(|| {
        Failure::BadSettings(format!("kinds.{kind} is missing: this kind is not mapped"))
    })?;
    let mut source = Source::new(wire);
    let document = tried(&mut source, kind, mapping, settings, ask);
    Ok(Page {
        records: vec![Found {
            id: kind.clone(),
            kind: "preview".into(),
            title: format!("Trial of {kind}"),
            document: document.to_string(),
        }],
        next: None,
    })
}

fn tried(
    source: &mut Source,
    kind: &str,
    mapping: &Mapping,
    settings: &Settings,
    ask: &Ask,
) -> Value {
    let mut shown = json!({
        "schema": "redress-link-preview/1", "kind": kind, "request": "", "status": null, "answer": "", "clipped": false,
        "lists": [], "paths": [], "count": 0, "next": null, "records": [], "problems": [],
    });
    let request = match find::request(mapping, ask) {
        Ok(request) => request,
        Err(member) => {
            shown["problems"] = json!([format!(
                "The request needs {}. Fill it in to try it.",
                member.name()
            )]);
            return shown;
        }
    };
    let (url, body) = match find::address(request, mapping, ask, "") {
        Ok(address) => address,
        Err(failure) => {
            shown["problems"] = json!([failure.why()]);
            return shown;
        }
    };
    shown["request"] = match &body {
        Some(body) => format!("{} {url}\n{body}", request.method),
        None => format!("{} {url}", request.method),
    }
    .into();
    let answer = match source.send(request.method, &url, body.as_ref()) {
        Ok(answer) => answer,
        Err(failure) => {
            shown["problems"] = json!([failure.why()]);
            return shown;
        }
    };
    shown["status"] = answer.status.into();
    let read = request::read(&answer.body);
    let text = match &read {
        Ok(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        Err(_) => String::from_utf8_lossy(&answer.body).into_owned(),
    };
    shown["clipped"] = (text.chars().count() > SHOWN).into();
    shown["answer"] = text.chars().take(SHOWN).collect::<String>().into();
    let mut problems = Vec::new();
    if mapping.none.contains(&answer.status) || answer.status == 204 {
        problems.push(format!(
            "The system answered {}, which means that there is nothing.",
            answer.status
        ));
    } else if let Err(failure) = redress_plugin::http::good(request::SOURCE, answer.status) {
        problems.push(failure.why().to_owned());
    } else {
        match read {
            Err(why) => problems.push(why),
            Ok(value) => mapped(
                source,
                (kind, mapping, settings, ask, request),
                &value,
                &mut shown,
                &mut problems,
            ),
        }
    }
    shown["problems"] = problems.into();
    shown
}

type Tried<'a> = (
    &'a str,
    &'a Mapping,
    &'a Settings,
    &'a Ask,
    &'a crate::mapping::Request,
);

fn mapped(
    source: &mut Source,
    tried: Tried,
    answer: &Value,
    shown: &mut Value,
    problems: &mut Vec<String>,
) {
    let (kind, mapping, settings, ask, request) = tried;
    let mut lists = Vec::new();
    lists_of(answer, &mut Vec::new(), &mut lists);
    shown["lists"] = lists
        .iter()
        .map(|(path, count)| json!({"path": path, "count": count}))
        .collect();
    let items = match find::items(request, answer) {
        Ok(items) => items,
        Err(why) => {
            let known: Vec<&str> = lists
                .iter()
                .take(8)
                .map(|(path, _)| path.as_str())
                .collect();
            let known = if known.is_empty() {
                "it holds no list at all".to_owned()
            } else {
                format!("its lists are {}", known.join(", "))
            };
            problems.push(format!("list: {why}; {known}"));
            return;
        }
    };
    if let ([one], Some((first, _))) = (items.as_slice(), lists.first())
        && std::ptr::eq(*one, answer)
    {
        let known: Vec<&str> = lists
            .iter()
            .take(8)
            .map(|(path, _)| path.as_str())
            .collect();
        problems.push(format!(
            "The whole answer counts as one record. If the records stand in a list, say where, such as {first}; its lists are {}.",
            known.join(", ")
        ));
    }
    shown["count"] = items.len().into();
    shown["next"] = mapping.paging.next("", answer, items.len()).into();
    if items.is_empty() {
        problems.push("The list is empty.".into());
    }
    let mut paths = BTreeMap::new();
    let mut records = Vec::new();
    for item in items.into_iter().take(RECORDS) {
        let within = Within {
            item,
            top: answer,
            ask,
        };
        let whole = find::detail(source, mapping, within);
        let (whole, trouble) = match whole {
            Ok(whole) => whole,
            Err(failure) => (item.clone(), Some(failure.why().to_owned())),
        };
        paths_of(&whole, &mut Vec::new(), &mut paths);
        let mapped = record::map(
            kind,
            mapping,
            settings,
            Within {
                item: &whole,
                ..within
            },
        );
        let mut own = mapped.problems.clone();
        own.extend(trouble);
        let belongs = if ask.text.is_some() {
            true
        } else {
            mapped.belongs(kind, ask)
        };
        if mapped.is_nobodys() {
            own.push("Nothing tells whose it is: map property_ref, tenancy_ref or person_ref, or name and address.".into());
        } else if !belongs {
            own.push("It is somebody else's, so it would be left out.".into());
        } else if !ask.recent(mapped.ended.as_deref()) {
            own.push("It ended too long ago, so it would be left out.".into());
        }
        let document = mapped
            .record
            .as_ref()
            .map(|record| record.clone().found().document);
        let document: Value = document
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        records.push(json!({"id": mapped.id, "title": mapped.title, "belongs": belongs, "document": document, "problems": own}));
    }
    shown["records"] = records.into();
    shown["paths"] = paths
        .into_iter()
        .take(PATHS)
        .map(|(path, example)| json!({"path": path, "example": example}))
        .collect();
}

/// Where lists stand, and how long they are.
fn lists_of(value: &Value, names: &mut Vec<String>, lists: &mut Vec<(String, usize)>) {
    if names.len() > DEPTH || lists.len() >= 50 {
        return;
    }
    match value {
        Value::Array(items) => lists.push((
            if names.is_empty() {
                "$".into()
            } else {
                written(names)
            },
            items.len(),
        )),
        Value::Object(members) => {
            for (name, member) in members {
                names.push(name.clone());
                lists_of(member, names, lists);
                names.pop();
            }
        }
        _ => {}
    }
}

/// What an item holds, each with an example.
fn paths_of(value: &Value, names: &mut Vec<String>, paths: &mut BTreeMap<String, String>) {
    if names.len() > DEPTH || paths.len() >= PATHS {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                names.push(name.clone());
                paths_of(member, names, paths);
                names.pop();
            }
        }
        Value::Array(items) => {
            names.push("[]".into());
            for item in items.iter().take(3) {
                paths_of(item, names, paths);
            }
            names.pop();
        }
        single => {
            let path = if names.is_empty() {
                "@".into()
            } else {
                written(names)
            };
            // An expression reads a quoted name as a text unless it says where it stands.
            let path = if path.starts_with('"') {
                format!("@.{path}")
            } else {
                path
            };
            let example = match single {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let example: String = example.chars().take(EXAMPLE).collect();
            let known = paths.entry(path).or_default();
            if known.is_empty() || known == "null" {
                *known = example;
            }
        }
    }
}
