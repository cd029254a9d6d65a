//! The settings: what is asked for each kind of record, and what of an answer is which field. Every mistake is told
//! with the member that it stands in, as in `kinds.repair.fields.reported_on: …`.

mod members;

use std::borrow::Cow;
use std::collections::BTreeMap;

use redress_plugin::dates::Order;
use redress_plugin::{Failure, Value, fields};

use crate::expr::{Expr, Member};
use crate::paging::Paging;
use crate::path::Path;
use crate::template::{Template, body_needs};
use members::{Members, Wrong};

/// What the operator set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// By kind.
    pub kinds: BTreeMap<String, Mapping>,
    /// How dates with slashes are written where an expression does not say it.
    pub dates: Order,
    /// The address that "Test connection" asks.
    pub check: Option<String>,
}

/// One kind of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// How records are asked for.
    pub request: Request,
    /// How a resident is looked for by what somebody typed.
    pub search: Option<Request>,
    /// How the rest of the list is asked for.
    pub paging: Paging,
    /// Answers that mean that there is nothing.
    pub none: Vec<u16>,
    /// The record's identifier.
    pub id: Expr,
    /// The record's line for people.
    pub title: Option<Template>,
    /// Whose it is: `property_ref`, `tenancy_ref`, `person_ref`, `name`, `address`.
    pub whose: BTreeMap<String, Expr>,
    /// The contract's fields.
    pub fields: BTreeMap<String, Expr>,
    /// Anything else, under names of the operator's.
    pub other: BTreeMap<String, Expr>,
    /// A request for each record.
    pub detail: Option<Detail>,
    /// Photos and reports.
    pub documents: Option<Documents>,
}

/// A request for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// GET or POST.
    pub method: &'static str,
    /// The address under the connection's.
    pub path: Template,
    /// JSON with places to fill.
    pub body: Option<Value>,
    /// Where the list stands in the answer.
    pub list: Path,
    /// What the query must hold.
    pub needs: Vec<Member>,
}

/// A request for more about a record. The answer is the record's member `detail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Its address, with places for the record's members.
    pub path: Template,
    /// What of the answer is meant.
    pub at: Path,
}

/// Documents of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// Where they stand in the record.
    pub list: Path,
    /// The identifier of one.
    pub id: Expr,
    /// Its file name.
    pub name: Expr,
    /// Its address, with places for its own members.
    pub path: Template,
    /// `title`, `media_type`, `taken_on`.
    pub more: BTreeMap<String, Expr>,
}

impl Settings {
    /// Reads the settings.
    pub fn read(json: &str) -> Result<Self, Failure> {
        let value: Value = serde_json::from_str(json)
            .map_err(|error| Failure::BadSettings(format!("the settings are not JSON: {error}")))?;
        Self::of(&value).map_err(Failure::BadSettings)
    }

    fn of(value: &Value) -> Result<Self, Wrong> {
        let top = Members::of(value, String::new(), &["kinds", "dates", "check"])?;
        let dates = match top.text("dates")?.as_deref() {
            None | Some("dmy") => Order::DayFirst,
            Some("mdy") => Order::MonthFirst,
            Some(other) => return Err(top.wrong("dates", &format!("`{other}` is not dmy or mdy"))),
        };
        let mut kinds = BTreeMap::new();
        if let Some(all) = top.get("kinds") {
            let members = all
                .as_object()
                .ok_or_else(|| top.wrong("kinds", "it must be an object"))?;
            for (kind, mapping) in members {
                let plain = !kind.is_empty()
                    && kind.len() <= 60
                    && kind
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-');
                if !plain || kind == "preview" {
                    return Err(top.wrong("kinds", &format!("`{kind}` cannot be a kind; write repair, asb, tenancy, contact, person or a word of your own in small letters")));
                }
                kinds.insert(
                    kind.clone(),
                    Mapping::of(kind, mapping, &format!("kinds.{kind}"))?,
                );
            }
        }
        if kinds.is_empty() {
            return Err("kinds: nothing is mapped yet; describe at least one kind of record, such as repair".into());
        }
        Ok(Self {
            kinds,
            dates,
            check: top.text("check")?,
        })
    }
}

impl Mapping {
    fn of(kind: &str, value: &Value, at: &str) -> Result<Self, Wrong> {
        let known = [
            "request",
            "list",
            "needs",
            "search",
            "paging",
            "none",
            "id",
            "title",
            "refs",
            "fields",
            "other",
            "detail",
            "documents",
        ];
        let top = Members::of(value, at.into(), &known)?;
        let mut whose = top.expressions("refs", &fields::WHOSE)?;
        let own = top.expressions("fields", fields::of(kind))?;
        for name in fields::WHOSE {
            // A person's name and a tenancy's address say whose they are without being said twice.
            if let Some(expr) = own.get(name) {
                whose.entry(name.into()).or_insert_with(|| expr.clone());
            }
        }
        let search = match top.get("search") {
            None => None,
            Some(search) => Some(Request::of(
                search,
                top.get("list"),
                &[],
                &top.at("search"),
            )?),
        };
        let needs = top.members("needs")?;
        let request = top
            .get("request")
            .ok_or_else(|| format!("{at}.request is missing"))?;
        Ok(Self {
            request: Request::of(request, top.get("list"), &needs, &top.at("request"))?,
            search,
            paging: match top.get("paging") {
                None => Paging::None,
                Some(paging) => read_paging(paging, &top.at("paging"))?,
            },
            none: top.statuses("none")?,
            id: top.expression("id")?.ok_or_else(|| {
                format!("{at}.id is missing: name the member that identifies a record")
            })?,
            title: top.template("title")?,
            whose,
            fields: own,
            other: top.expressions("other", &[])?,
            detail: match top.get("detail") {
                None => None,
                Some(detail) => Some(Detail::of(detail, &top.at("detail"))?),
            },
            documents: match top.get("documents") {
                None => None,
                Some(documents) => Some(Documents::of(documents, &top.at("documents"))?),
            },
        })
    }

    /// Why a query cannot be asked, if it cannot: the member that it lacks.
    pub fn lacks(&self, ask: &redress_plugin::Ask) -> Option<Member> {
        self.request
            .needs
            .iter()
            .copied()
            .find(|member| member.get(ask).is_none())
    }
}

impl Request {
    fn of(value: &Value, list: Option<&Value>, needs: &[Member], at: &str) -> Result<Self, Wrong> {
        let value = addressed(value);
        let members = Members::of(&value, at.into(), &["method", "path", "body", "list"])?;
        let method = match members
            .text("method")?
            .unwrap_or_default()
            .to_uppercase()
            .as_str()
        {
            "" | "GET" => "GET",
            "POST" => "POST",
            other => return Err(members.wrong("method", &format!("`{other}` is not GET or POST"))),
        };
        let path = members
            .text("path")?
            .ok_or_else(|| format!("{at}.path is missing"))?;
        let path = Template::of_query(&path).map_err(|why| members.wrong("path", &why))?;
        let body = members.get("body").cloned();
        if body.is_some() && method == "GET" {
            return Err(members.wrong("body", "a GET has no body; set the method to POST"));
        }
        let mut all = path.needs();
        if let Some(body) = &body {
            all.extend(body_needs(body).map_err(|why| members.wrong("body", &why))?);
        }
        all.extend_from_slice(needs);
        all.dedup();
        let list = match members.get("list").or(list) {
            None => "@".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(_) => return Err(members.wrong("list", "it must be a path such as results.jobs")),
        };
        // `$` is how people write the whole answer.
        let list = if matches!(list.trim(), "" | "$") {
            "@"
        } else {
            list.trim()
        };
        Ok(Self {
            method,
            path,
            body,
            list: Path::read(list).map_err(|why| members.wrong("list", &why))?,
            needs: all,
        })
    }
}

/// A plain text is a GET of that address.
fn addressed(value: &Value) -> Cow<'_, Value> {
    if value.is_string() {
        Cow::Owned(serde_json::json!({ "path": value }))
    } else {
        Cow::Borrowed(value)
    }
}

impl Detail {
    fn of(value: &Value, at: &str) -> Result<Self, Wrong> {
        let value = addressed(value);
        let members = Members::of(&value, at.into(), &["path", "at"])?;
        Ok(Self {
            path: members
                .template("path")?
                .ok_or_else(|| format!("{at}.path is missing"))?,
            at: members.path("at")?.unwrap_or_default(),
        })
    }
}

impl Documents {
    fn of(value: &Value, at: &str) -> Result<Self, Wrong> {
        let known = [
            "list",
            "id",
            "name",
            "path",
            "title",
            "media_type",
            "taken_on",
        ];
        let members = Members::of(value, at.into(), &known)?;
        let need = |name: &str| format!("{at}.{name} is missing");
        let mut more = BTreeMap::new();
        for name in ["title", "media_type", "taken_on"] {
            if let Some(expr) = members.expression(name)? {
                more.insert(name.to_owned(), expr);
            }
        }
        Ok(Self {
            list: members.path("list")?.ok_or_else(|| need("list"))?,
            id: members.expression("id")?.ok_or_else(|| need("id"))?,
            name: members.expression("name")?.ok_or_else(|| need("name"))?,
            path: members.template("path")?.ok_or_else(|| need("path"))?,
            more,
        })
    }
}

fn read_paging(value: &Value, at: &str) -> Result<Paging, Wrong> {
    let known = [
        "style", "page", "offset", "size", "per_page", "first", "at", "name",
    ];
    let members = Members::of(value, at.into(), &known)?;
    let name = |member: &str, usual: &str| -> Result<String, Wrong> {
        Ok(members.text(member)?.unwrap_or_else(|| usual.to_owned()))
    };
    let per_page = || match members.number("per_page")? {
        Some(0) => Err(members.wrong("per_page", "it must be 1 or more")),
        Some(n) => Ok(n),
        None => Err(format!(
            "{at}.per_page is missing: how many records come at once"
        )),
    };
    let place = || {
        members.path("at")?.ok_or_else(|| {
            format!("{at}.at is missing: where the next page is named in the answer")
        })
    };
    match members.text("style")?.as_deref() {
        None | Some("none") => Ok(Paging::None),
        Some("page") => Ok(Paging::Page {
            page: name("page", "page")?,
            size: members.text("size")?,
            per_page: per_page()?,
            first: members.number("first")?.unwrap_or(1),
        }),
        Some("offset") => Ok(Paging::Offset {
            offset: name("offset", "offset")?,
            size: members.text("size")?,
            per_page: per_page()?,
        }),
        Some("next") => Ok(Paging::Next { at: place()? }),
        Some("token") => Ok(Paging::Token {
            at: place()?,
            name: members.text("name")?.ok_or_else(|| {
                format!("{at}.name is missing: the parameter that the token is sent as")
            })?,
        }),
        Some(other) => Err(members.wrong(
            "style",
            &format!("`{other}` is not none, page, offset, next or token"),
        )),
    }
}
