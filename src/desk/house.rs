//! What happened to the house itself: settings, people, sessions, tokens, what left. Case content is in none of it.

use std::ops::Bound;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::store::audit::HOUSE;
use crate::store::tables::{ENOUGH, MORE, key2, number};
use crate::store::{Rows, T};

/// Entries that are looked through for a page at most.
const BUDGET: usize = 5_000;
/// Texts longer than this are said to have changed, not shown.
const SHOWN: usize = 120;

/// An entry of the house's record.
#[derive(Clone, Debug, PartialEq)]
pub struct HouseEntry {
    /// Its place in the house's record, from 1.
    pub seq: u32,
    /// What kind of thing happened, such as `setting_changed`.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// What it says; null where it was erased.
    pub body: Value,
    /// Of a changed setting: what it was and what it is, by the name of each part.
    pub changes: Vec<(String, String, String)>,
}

/// A page of the house's record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HousePage {
    /// Newest first.
    pub entries: Vec<HouseEntry>,
    /// What to ask `before` for the next page; none at the end.
    pub next: Option<u32>,
}

impl Desk {
    /// The newest entries of the house's record before one, of the kinds that `wanted` takes.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn house_record(
        &self,
        actor: &Actor,
        before: Option<u32>,
        limit: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<HousePage, DeskError> {
        if !actor.may(Permission::Administer) {
            need(actor, Permission::Audit)?;
        }
        let reader = self.reader()?;
        let (first, last) = (key2(HOUSE, 0), key2(HOUSE, before.unwrap_or(u32::MAX)));
        let range = (Bound::Included(&first[..]), Bound::Excluded(&last[..]));
        let mut numbers = Vec::new();
        reader.walk(T::EventByCase, range, false, &mut |_, value| {
            numbers.push(number(value)?);
            if numbers.len() < BUDGET { MORE } else { ENOUGH }
        })?;
        let mut page = HousePage::default();
        let looked = numbers.len();
        for (at, number) in (1..).zip(numbers) {
            let event = reader.event_at(number)?;
            if !wanted(&event.meta.kind) {
                if at == looked && looked == BUDGET {
                    page.next = Some(event.meta.seq);
                }
                continue;
            }
            if page.entries.len() == limit {
                page.next = page.entries.last().map(|entry| entry.seq);
                break;
            }
            // A body that has bytes in it is no JSON; that it happened is told all the same.
            let body: Value = event.read().ok().flatten().unwrap_or_default();
            let changes = match event.meta.kind.as_str() {
                "setting_changed" => changes(&*reader, &body)?,
                _ => Vec::new(),
            };
            page.entries.push(HouseEntry {
                seq: event.meta.seq,
                kind: event.meta.kind,
                at: event.meta.at,
                actor: event.meta.actor,
                body,
                changes,
            });
        }
        Ok(page)
    }
}

/// What a version of a setting changed against the one before it.
fn changes(rows: &dyn Rows, body: &Value) -> Result<Vec<(String, String, String)>, DeskError> {
    let (Some(key), Some(version)) = (body["key"].as_str(), body["version"].as_u64()) else {
        return Ok(Vec::new());
    };
    let versions = rows.setting_history::<Value>(key).unwrap_or_default();
    let before = versions
        .iter()
        .find(|one| u64::from(one.version) + 1 == version);
    let nothing = Value::Null;
    let before = before.map_or(&nothing, |one| &one.value);
    let mut out = Vec::new();
    differ("", before, &body["value"], &mut out);
    Ok(out)
}

/// The parts in which two values differ.
fn differ(name: &str, old: &Value, new: &Value, out: &mut Vec<(String, String, String)>) {
    let below = |part: &str| match name {
        "" => part.to_owned(),
        _ => format!("{name}.{part}"),
    };
    match (old, new) {
        (old, new) if old == new => {}
        (Value::Object(old), Value::Object(new)) => {
            for (part, value) in new {
                differ(
                    &below(part),
                    old.get(part).unwrap_or(&Value::Null),
                    value,
                    out,
                );
            }
            for (part, value) in old.iter().filter(|(part, _)| !new.contains_key(*part)) {
                differ(&below(part), value, &Value::Null, out);
            }
        }
        (Value::Array(old), Value::Array(new)) if named(old) && named(new) => {
            let find =
                |all: &[Value], name: &Value| all.iter().find(|one| label(one) == *name).cloned();
            for value in new {
                let old = find(old, &label(value)).unwrap_or_default();
                differ(&below(&text(&label(value))), &old, value, out);
            }
            for value in old.iter().filter(|one| find(new, &label(one)).is_none()) {
                differ(&below(&text(&label(value))), value, &Value::Null, out);
            }
        }
        (Value::Null, Value::Object(_)) | (Value::Object(_), Value::Null) if name.is_empty() => {}
        (old, new) => out.push((name.to_owned(), text(old), text(new))),
    }
}

/// Whether each of a list has a name of its own by which it is known again.
fn named(list: &[Value]) -> bool {
    list.iter().all(|one| !label(one).is_null())
}

fn label(value: &Value) -> Value {
    let name = ["key", "id", "date", "from"]
        .iter()
        .find(|name| value[**name].is_string());
    name.map_or(Value::Null, |name| value[*name].clone())
}

fn text(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    match text.chars().count() > SHOWN {
        true => "(a long text)".into(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_changed_is_named_part_by_part() {
        let old = json!({"landlord": {"name": "Vale"}, "clocks": {"s1_ack": 5},
            "days": [{"date": "2026-12-24", "name": "Eve"}, {"date": "2026-12-31", "name": "Old year"}], "gone": true});
        let new = json!({"landlord": {"name": "Vale Homes"}, "clocks": {"s1_ack": 5},
            "days": [{"date": "2026-12-24", "name": "Christmas Eve"}], "long": "x".repeat(500)});
        let mut out = Vec::new();
        differ("", &old, &new, &mut out);
        let said: Vec<String> = out
            .iter()
            .map(|(name, old, new)| format!("{name}: {old} > {new}"))
            .collect();
        assert_eq!(
            said,
            [
                "days.2026-12-24.name: Eve > Christmas Eve",
                "days.2026-12-31: {\"date\":\"2026-12-31\",\"name\":\"Old year\"} > ",
                "landlord.name: Vale > Vale Homes",
                "long:  > (a long text)",
                "gone: true > ",
            ]
        );
    }
}
