//! The answer to a query: kind by kind and page by page, only what belongs to it. A kind that cannot be read costs its
//! own records. Each call sends a bounded number of requests; the mark of the next page says how to go on.

use redress_plugin::wire::Wire;
use redress_plugin::{Ask, Failure, Found, Page, Query, Value, Wanted, http};

use crate::expr::{Member, Within};
use crate::mapping::{Mapping, Request, Settings};
use crate::paging::{self, Turn};
use crate::request::{SOURCE, Source};
use crate::{preview, record, template};

/// What of a cursor the host keeps.
const CURSOR: usize = 4000;

/// Where an answer goes on: the kind by its place, the page's mark, and how many of its items are done.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Mark(usize, String, usize);

/// Finds the records of a query.
pub fn find(wire: &mut dyn Wire, settings: &str, query: &Query) -> Result<Page, Failure> {
    let settings = Settings::read(settings)?;
    let ask = Ask::of(query)?;
    if ask.preview {
        return preview::preview(wire, &settings, &ask);
    }
    ask.names_someone()?;
    let mark = match &query.cursor {
        None => Mark::default(),
        Some(cursor) => serde_json::from_str(cursor).map_err(|_| {
            Failure::BadInput("the mark of the next page is not one of ours".into())
        })?,
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX).max(1);
    let search = Search {
        settings: &settings,
        ask: &ask,
        limit,
        source: Source::new(wire),
        found: Vec::new(),
        ids: Vec::new(),
        remarks: Vec::new(),
        answered: false,
        trouble: None,
    };
    search.run(mark)
}

struct Search<'a> {
    settings: &'a Settings,
    ask: &'a Ask,
    limit: usize,
    source: Source<'a>,
    found: Vec<Found>,
    ids: Vec<(String, String)>,
    remarks: Vec<String>,
    answered: bool,
    trouble: Option<Failure>,
}

/// How a kind was asked through: to its end, or as far as this mark.
enum Went {
    Through,
    To(String, usize),
}

impl Search<'_> {
    fn run(mut self, from: Mark) -> Result<Page, Failure> {
        let mut next = None;
        let mut lacking = Vec::new();
        let mut asked = false;
        let settings = self.settings;
        for (place, (kind, mapping)) in settings.kinds.iter().enumerate().skip(from.0) {
            if !self.ask.wants(kind) {
                continue;
            }
            let request = match request(mapping, self.ask) {
                Ok(request) => request,
                Err(member) => {
                    lacking.push(format!("{kind} needs {}", member.name()));
                    continue;
                }
            };
            asked = true;
            let (mark, skip) = if place == from.0 {
                (from.1.as_str(), from.2)
            } else {
                ("", 0)
            };
            match self.kind(kind, mapping, request, mark, skip) {
                Ok(Went::Through) => {}
                Ok(Went::To(mark, done)) => {
                    next = Some(Mark(place, mark, done));
                    break;
                }
                Err(failure) => {
                    let why = failure.why().trim_end_matches('.');
                    self.remarks.push(format!(
                        "{kind} could not be read: {why}. They are missing from this answer."
                    ));
                    self.trouble.get_or_insert(failure);
                }
            }
        }
        let next = match next {
            Some(mark) => {
                let mark =
                    serde_json::to_string(&mark).map_err(|e| Failure::Other(e.to_string()))?;
                if mark.len() > CURSOR {
                    self.remarks.push("The other system's mark of the next page is too long, so the rest is missing.".into());
                    None
                } else {
                    Some(mark)
                }
            }
            None => None,
        };
        for remark in &self.remarks {
            self.source.wire.warn(remark);
        }
        if !asked && !lacking.is_empty() {
            return Err(Failure::BadInput(format!(
                "nothing could be asked: {}",
                lacking.join("; ")
            )));
        }
        match self.trouble {
            Some(failure) if !self.answered && self.found.is_empty() => Err(failure),
            _ => Ok(Page {
                records: self.found,
                next,
            }),
        }
    }

    fn kind(
        &mut self,
        kind: &str,
        mapping: &Mapping,
        request: &Request,
        mark: &str,
        mut skip: usize,
    ) -> Result<Went, Failure> {
        let mut mark = mark.to_owned();
        for _ in 0..paging::PAGES {
            if !self.source.may() {
                return Ok(Went::To(mark, skip));
            }
            let (url, body) = address(request, mapping, self.ask, &mark)?;
            let answer = self
                .source
                .json(request.method, &url, body.as_ref(), &mapping.none)?;
            self.answered = true;
            let Some(answer) = answer else {
                return Ok(Went::Through);
            };
            let items = items(request, &answer).map_err(|why| {
                Failure::Unavailable(format!("{why}; look at the mapping of {kind}"))
            })?;
            let count = items.len();
            for (number, item) in items.into_iter().enumerate().skip(skip) {
                if self.found.len() >= self.limit
                    || (mapping.detail.is_some() && !self.source.may())
                {
                    return Ok(Went::To(mark, number));
                }
                self.item(kind, mapping, item, &answer)?;
            }
            match mapping.paging.next(&mark, &answer, count) {
                Some(next) => (mark, skip) = (next, 0),
                None => return Ok(Went::Through),
            }
        }
        self.remark(format!(
            "{kind} has more pages than are read; the rest is missing."
        ));
        Ok(Went::Through)
    }

    fn item(
        &mut self,
        kind: &str,
        mapping: &Mapping,
        item: &Value,
        top: &Value,
    ) -> Result<(), Failure> {
        let looking = self.ask.text.is_some();
        let within = Within {
            item,
            top,
            ask: self.ask,
        };
        let whole;
        let within = match &mapping.detail {
            Some(_) if !looking && self.may_belong(kind, mapping, within) => {
                whole = self.detail(mapping, within)?;
                Within {
                    item: &whole,
                    ..within
                }
            }
            _ => within,
        };
        let mapped = record::map(kind, mapping, self.settings, within);
        let belongs = if looking {
            let searched: Vec<String> = mapping
                .fields
                .values()
                .map(|expr| expr.work(within).text)
                .collect();
            mapped.is_found(self.ask, &searched)
        } else {
            mapped.belongs(kind, self.ask) && self.ask.recent(mapped.ended.as_deref())
        };
        if mapped.is_nobodys() && !looking {
            self.remark(format!(
                "A record of {kind} has nothing that tells whose it is, so it was left out. Map property_ref, tenancy_ref or person_ref."
            ));
        }
        if !belongs {
            return Ok(());
        }
        for problem in mapped.problems.iter().take(5) {
            self.remark(format!("{kind} {}: {problem}", mapped.id));
        }
        let Some(made) = mapped.record else {
            return Ok(());
        };
        let id = (kind.to_owned(), mapped.id);
        if self.ids.contains(&id) {
            self.remark(format!(
                "Several records of {kind} have the id {}; the first was taken.",
                id.1
            ));
            return Ok(());
        }
        self.ids.push(id);
        self.found.push(made.found());
        Ok(())
    }

    /// Whether more about an item is worth a request: unless it is already somebody else's.
    fn may_belong(&self, kind: &str, mapping: &Mapping, within: Within) -> bool {
        let known = record::map(kind, mapping, self.settings, within);
        known.is_nobodys()
            || (known.belongs(kind, self.ask) && self.ask.recent(known.ended.as_deref()))
    }

    fn detail(&mut self, mapping: &Mapping, within: Within) -> Result<Value, Failure> {
        let (whole, trouble) = detail(&mut self.source, mapping, within)?;
        if let Some(why) = trouble {
            self.remark(why);
        }
        Ok(whole)
    }

    fn remark(&mut self, remark: String) {
        if self.remarks.len() < 15 && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// The item with its member `detail`; without it where its request came to nothing, and why.
pub fn detail(
    source: &mut Source,
    mapping: &Mapping,
    within: Within,
) -> Result<(Value, Option<String>), Failure> {
    let mut whole = match within.item {
        Value::Object(members) => Value::Object(members.clone()),
        other => serde_json::json!({ "item": other }),
    };
    let Some(detail) = &mapping.detail else {
        return Ok((whole, None));
    };
    let url = match detail.path.url(within) {
        Ok(url) => url,
        Err(why) => return Ok((whole, Some(format!("detail.path: {why}")))),
    };
    match source.json("GET", &url, None, &mapping.none) {
        Ok(Some(answer)) => {
            let places = detail.at.all(&answer, &answer);
            whole["detail"] = places
                .first()
                .map(|place| (*place).clone())
                .unwrap_or_default();
            Ok((whole, None))
        }
        Ok(None) => Ok((whole, None)),
        // Credentials that are refused here are refused everywhere.
        Err(failure @ (Failure::Refused(_) | Failure::Denied(_))) => Err(failure),
        Err(failure) => Ok((
            whole,
            Some(format!("Details are missing: {}", failure.why())),
        )),
    }
}

/// What is asked of a kind, or which member of the query is missing for it.
pub fn request<'a>(mapping: &'a Mapping, ask: &Ask) -> Result<&'a Request, Member> {
    if ask.text.is_some() {
        return match &mapping.search {
            Some(search) => Ok(search),
            None if mapping.request.needs.contains(&Member::Text) => Ok(&mapping.request),
            None => Err(Member::PropertyRef),
        };
    }
    mapping.lacks(ask).map_or(Ok(&mapping.request), Err)
}

/// The address and body of a page.
pub fn address(
    request: &Request,
    mapping: &Mapping,
    ask: &Ask,
    mark: &str,
) -> Result<(String, Option<Value>), Failure> {
    let within = Within {
        item: &Value::Null,
        top: &Value::Null,
        ask,
    };
    let mut body = match &request.body {
        Some(shape) => Some(template::body(shape, ask).map_err(Failure::BadSettings)?),
        None => None,
    };
    let turn = mapping.paging.turn(mark);
    if let Turn::To(next) = turn {
        return Ok((next, body));
    }
    let Turn::With(parameters) = turn else {
        return Err(Failure::Other("a page has no address".into()));
    };
    let url = request.path.url(within).map_err(Failure::BadInput)?;
    match &mut body {
        Some(Value::Object(members)) => {
            for (name, value) in parameters {
                let value = value
                    .parse::<u64>()
                    .map_or_else(|_| Value::from(value), Value::from);
                members.insert(name, value);
            }
            Ok((url, body))
        }
        _ => Ok((paging::with(&url, &parameters), body)),
    }
}

/// The items of the list in an answer.
pub fn items<'a>(request: &Request, answer: &'a Value) -> Result<Vec<&'a Value>, String> {
    let places = request.list.all(answer, answer);
    if places.is_empty() {
        return Err("the answer has nothing where the list should be".into());
    }
    let mut items = Vec::new();
    for place in places {
        match place {
            Value::Array(list) => items.extend(list),
            Value::Null => {}
            // One record alone, as some systems answer.
            Value::Object(_) => items.push(place),
            _ => return Err("the answer has a single value where the list should be".into()),
        }
    }
    Ok(items)
}

/// Puts a document that a record named into the evidence.
pub fn fetch(wire: &mut dyn Wire, document: &str) -> Result<String, Failure> {
    let wanted = Wanted::of(document)?;
    let path = wanted.document["path"].as_str().unwrap_or_default();
    if path.is_empty() {
        return Err(Failure::BadInput(format!(
            "the document \"{}\" has no address",
            wanted.name
        )));
    }
    let mut request = http::get(SOURCE, path);
    request.headers.clear();
    let response = wire.send_to_evidence(&request).map_err(Failure::from)?;
    http::good(SOURCE, response.status)?;
    Ok(record::file_name(&wanted.name))
}

/// "Test connection": that the system answers, and what is mapped.
pub fn check(wire: &mut dyn Wire, settings: &str) -> Result<String, Failure> {
    let settings = Settings::read(settings)?;
    let path = settings.check.clone().unwrap_or_default();
    let answer = Source::new(wire).send("GET", &path, None)?;
    match answer.status {
        401 | 403 | 429 | 500.. => http::good(SOURCE, answer.status)?,
        // Without an address of its own any answer shows that somebody is there.
        status if settings.check.is_some() => http::good(SOURCE, status)?,
        _ => {}
    }
    let kinds = settings.kinds.iter().map(|(kind, mapping)| {
        let needs: Vec<&str> = mapping.request.needs.iter().map(|m| m.name()).collect();
        let by = if needs.is_empty() {
            "without anything".to_owned()
        } else {
            needs.join(" and ")
        };
        let search = if mapping.search.is_some() {
            ", and by search"
        } else {
            ""
        };
        format!("{kind} by {by}{search}, {} fields", mapping.fields.len())
    });
    Ok(format!(
        "The system answers. Mapped: {}.",
        kinds.collect::<Vec<_>>().join("; ")
    ))
}
