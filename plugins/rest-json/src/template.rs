//! Addresses, bodies and titles with places to fill: `jobs/{jobNo}?from={since?}`.
//!
//! A place names a member of the query, or, where there is an item, an expression over it. One with `?` may stay
//! empty: the parameter of the address that holds it is then left out.

use redress_plugin::{Ask, Value, http};

use crate::expr::{Expr, Member, Within};

/// A text with places to fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place {
        member: Option<Member>,
        expr: Option<Expr>,
        optional: bool,
        written: String,
    },
}

impl Template {
    /// A template of a request for a list: places are members of the query.
    pub fn of_query(text: &str) -> Result<Self, String> {
        Self::read(text, false)
    }

    /// A template about an item: places are expressions over it, or members of the query that it does not have.
    pub fn of_item(text: &str) -> Result<Self, String> {
        Self::read(text, true)
    }

    fn read(text: &str, items: bool) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("`{text}` has a `{{` that is not closed"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(place(inside, items)?);
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The members of the query that must be there.
    pub fn needs(&self) -> Vec<Member> {
        let needed = self.parts.iter().filter_map(|part| match part {
            Part::Place {
                member: Some(member),
                expr: None,
                optional: false,
                ..
            } => Some(*member),
            _ => None,
        });
        needed.collect()
    }

    /// True when the query's member stands in it.
    pub fn names(&self, wanted: Member) -> bool {
        self.parts.iter().any(
            |part| matches!(part, Part::Place { member: Some(member), .. } if *member == wanted),
        )
    }

    /// The text as people read it.
    pub fn text(&self, within: Within) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Place { .. } => part.fill(within),
        });
        parts.collect()
    }

    /// The address: what fills a place is encoded, so that it stays one part of it.
    pub fn url(&self, within: Within) -> Result<String, String> {
        let mut url = String::new();
        // Where the parameter that is being written began, and whether it is left out.
        let (mut began, mut empty) = (None, false);
        let end = |url: &mut String, began: Option<usize>, empty: bool| {
            if let (Some(began), true) = (began, empty) {
                url.truncate(began);
            }
        };
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    for c in text.chars() {
                        if c == '?' || c == '&' {
                            end(&mut url, began, empty);
                            (began, empty) = (Some(url.len()), false);
                        }
                        url.push(c);
                    }
                }
                Part::Place {
                    optional, written, ..
                } => {
                    let value = part.fill(within);
                    if value.is_empty() && *optional {
                        empty = true;
                    } else if value.is_empty() {
                        return Err(format!("there is nothing for `{{{written}}}`"));
                    } else if value.bytes().all(|b| b == b'.') {
                        // Servers read dots as a way up, encoded or not.
                        return Err(format!(
                            "\"{value}\" cannot stand for `{{{written}}}` in an address"
                        ));
                    } else {
                        url += &http::encode(&value);
                    }
                }
            }
        }
        end(&mut url, began, empty);
        // Without its first parameter an address still needs its question mark.
        if let (Some(and), false) = (url.find('&'), url.contains('?')) {
            url.replace_range(and..=and, "?");
        }
        Ok(url)
    }
}

fn place(inside: &str, items: bool) -> Result<Part, String> {
    let (inside, optional) = match inside.trim().strip_suffix('?') {
        Some(inside) => (inside.trim(), true),
        None => (inside.trim(), false),
    };
    let member = Member::of(inside);
    let expr = if items {
        Some(Expr::read(inside)?)
    } else {
        None
    };
    if member.is_none() && expr.is_none() {
        let known: Vec<&str> = Member::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "`{{{inside}}}` is not part of a query; it has {}",
            known.join(", ")
        ));
    }
    Ok(Part::Place {
        member,
        expr,
        optional,
        written: inside.to_owned(),
    })
}

impl Part {
    fn fill(&self, within: Within) -> String {
        let Self::Place { member, expr, .. } = self else {
            return String::new();
        };
        let of_item = expr.as_ref().map(|expr| expr.work(within).text);
        of_item
            .filter(|text| !text.is_empty())
            .or_else(|| Some(member.as_ref()?.get(within.ask)?.to_owned()))
            .unwrap_or_default()
    }
}

/// A body: JSON whose texts are templates. What fills them stays inside its text.
pub fn body(shape: &Value, ask: &Ask) -> Result<Value, String> {
    let within = Within {
        item: &Value::Null,
        top: &Value::Null,
        ask,
    };
    Ok(match shape {
        Value::String(text) => {
            let template = Template::of_query(text)?;
            // A member that is a place alone and stays empty is none.
            match template.text(within) {
                filled if filled.is_empty() && !text.is_empty() => Value::Null,
                filled => filled.into(),
            }
        }
        Value::Array(items) => items
            .iter()
            .map(|item| body(item, ask))
            .collect::<Result<_, _>>()?,
        Value::Object(members) => {
            let filled = members
                .iter()
                .map(|(name, value)| Ok((name.clone(), body(value, ask)?)));
            Value::Object(filled.collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

/// The members of the query that a body needs.
pub fn body_needs(shape: &Value) -> Result<Vec<Member>, String> {
    Ok(match shape {
        Value::String(text) => Template::of_query(text)?.needs(),
        Value::Array(items) => flat(items.iter())?,
        Value::Object(members) => flat(members.values())?,
        _ => Vec::new(),
    })
}

fn flat<'a>(values: impl Iterator<Item = &'a Value>) -> Result<Vec<Member>, String> {
    let needs: Result<Vec<_>, _> = values.map(body_needs).collect();
    Ok(needs?.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn url(template: &str, since: Option<&str>) -> Result<String, String> {
        let ask = Ask {
            property_ref: Some("00/7 & 8".into()),
            since: since.map(str::to_owned),
            tenancy_ref: Some("..".into()),
            ..Ask::default()
        };
        let item = json!({"no": 7, "name": "x y"});
        let within = Within {
            item: &item,
            top: &item,
            ask: &ask,
        };
        Template::of_item(template)?.url(within)
    }

    #[test]
    fn what_fills_a_place_stays_one_part_of_the_address() {
        for (template, since, expected) in [
            (
                "homes/{property_ref}/jobs",
                None,
                "homes/00%2F7%20%26%208/jobs",
            ),
            ("jobs/{no}?by={name}", None, "jobs/7?by=x%20y"),
            (
                "jobs?p={property_ref}&from={since?}&x=1",
                None,
                "jobs?p=00%2F7%20%26%208&x=1",
            ),
            ("jobs?from={since?}&p={no}", None, "jobs?p=7"),
            ("jobs?from={since?}", None, "jobs"),
            (
                "jobs?from={since?}&p={no}",
                Some("2023-11-20"),
                "jobs?from=2023-11-20&p=7",
            ),
            ("jobs", None, "jobs"),
        ] {
            assert_eq!(url(template, since).as_deref(), Ok(expected), "{template}");
        }
        assert!(
            url("jobs/{tenancy_ref}/x", None)
                .unwrap_err()
                .contains("\"..\"")
        );
        assert!(
            url("jobs/{nothing}", None)
                .unwrap_err()
                .contains("`{nothing}`")
        );
        assert!(
            Template::of_query("jobs/{no}")
                .unwrap_err()
                .contains("not part of a query")
        );
        assert!(
            Template::of_query("jobs/{no")
                .unwrap_err()
                .contains("not closed")
        );
    }

    #[test]
    fn a_body_keeps_its_shape_whatever_fills_it() {
        let ask = Ask {
            name: Some("\"},{\"".into()),
            ..Ask::default()
        };
        let shape = json!({"who": {"name": "{name}"}, "from": "{since?}", "max": 50, "kinds": ["a {name}"]});
        let expected =
            json!({"who": {"name": "\"},{\""}, "from": null, "max": 50, "kinds": ["a \"},{\""]});
        assert_eq!(body(&shape, &ask).unwrap(), expected);
        assert_eq!(body_needs(&shape).unwrap(), [Member::Name, Member::Name]);
    }
}
