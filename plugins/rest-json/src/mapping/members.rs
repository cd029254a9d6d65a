//! The settings' own reader: members of an object as texts, numbers, paths and expressions. Every mistake is told with
//! the member that it stands in.

use std::collections::BTreeMap;

use redress_plugin::Value;

use crate::expr::{Expr, Member};
use crate::path::Path;
use crate::template::Template;

/// What is wrong, with the member that it stands in.
pub(super) type Wrong = String;

/// The members of an object, read with the place that they stand in.
pub(super) struct Members<'a> {
    members: &'a serde_json::Map<String, Value>,
    place: String,
}

impl<'a> Members<'a> {
    pub(super) fn of(value: &'a Value, place: String, known: &[&str]) -> Result<Self, Wrong> {
        let here = if place.is_empty() {
            "the settings"
        } else {
            &place
        };
        let members = value
            .as_object()
            .ok_or_else(|| format!("{here} must be an object"))?;
        if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!(
                "{here} has `{unknown}`, which means nothing; it may have {}",
                known.join(", ")
            ));
        }
        Ok(Self { members, place })
    }

    pub(super) fn at(&self, name: &str) -> String {
        if self.place.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.place)
        }
    }

    pub(super) fn wrong(&self, name: &str, why: &str) -> Wrong {
        format!("{}: {why}", self.at(name))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        let value = self.members.get(name)?;
        // A form sends empty texts for what was left empty.
        let empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        (!empty).then_some(value)
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Wrong> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(self.wrong(name, "it must be a text")),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Wrong> {
        let number = match self.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_u64().and_then(|n| usize::try_from(n).ok()),
        };
        match number {
            Some(number) if number <= 10_000 => Ok(Some(number)),
            _ => Err(self.wrong(name, "it must be a whole number up to 10000")),
        }
    }

    pub(super) fn path(&self, name: &str) -> Result<Option<Path>, Wrong> {
        let path = self
            .text(name)?
            .map(|text| Path::read(if text == "$" { "@" } else { &text }));
        path.transpose().map_err(|why| self.wrong(name, &why))
    }

    pub(super) fn expression(&self, name: &str) -> Result<Option<Expr>, Wrong> {
        let expr = self.text(name)?.map(|text| Expr::read(&text));
        expr.transpose().map_err(|why| self.wrong(name, &why))
    }

    pub(super) fn template(&self, name: &str) -> Result<Option<Template>, Wrong> {
        let template = self.text(name)?.map(|text| Template::of_item(&text));
        template.transpose().map_err(|why| self.wrong(name, &why))
    }

    /// An object of expressions; `known` empty allows any name.
    pub(super) fn expressions(
        &self,
        name: &str,
        known: &[&str],
    ) -> Result<BTreeMap<String, Expr>, Wrong> {
        let Some(value) = self.get(name) else {
            return Ok(BTreeMap::new());
        };
        let members = value
            .as_object()
            .ok_or_else(|| self.wrong(name, "it must be an object"))?;
        if let Some(unknown) = members
            .keys()
            .find(|n| !known.is_empty() && !known.contains(&n.as_str()))
        {
            return Err(self.wrong(
                name,
                &format!("`{unknown}` is not one of {}", known.join(", ")),
            ));
        }
        let inner = Members {
            members,
            place: self.at(name),
        };
        let mut all = BTreeMap::new();
        for field in members.keys() {
            if let Some(expr) = inner.expression(field)? {
                all.insert(field.clone(), expr);
            }
        }
        Ok(all)
    }

    pub(super) fn members(&self, name: &str) -> Result<Vec<Member>, Wrong> {
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        let list = value
            .as_array()
            .ok_or_else(|| self.wrong(name, "it must be a list of names"))?;
        let member = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            Member::of(text).ok_or_else(|| {
                let known: Vec<&str> = Member::ALL.iter().map(|(n, _)| *n).collect();
                self.wrong(
                    name,
                    &format!(
                        "`{text}` is not part of a query; it has {}",
                        known.join(", ")
                    ),
                )
            })
        };
        list.iter().map(member).collect()
    }

    pub(super) fn statuses(&self, name: &str) -> Result<Vec<u16>, Wrong> {
        let Some(value) = self.get(name) else {
            return Ok(vec![404]);
        };
        let list = value
            .as_array()
            .ok_or_else(|| self.wrong(name, "it must be a list of statuses such as [404]"))?;
        let status = |value: &Value| {
            let number = value.as_u64().and_then(|n| u16::try_from(n).ok());
            number
                .filter(|n| (200..600).contains(n) && ![401, 403].contains(n))
                .ok_or_else(|| {
                    self.wrong(name, &format!("{value} cannot mean that there is nothing"))
                })
        };
        list.iter().map(status).collect()
    }
}
