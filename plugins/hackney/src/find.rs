//! The answer to a query: first who and whose, with everything about them, then the work orders of the home page by
//! page. Each call sends a bounded number of requests; where they end, the mark of the next page says how to go on.

use redress_plugin::wire::Wire;
use redress_plugin::{Ask, Failure, Found, Page, Query, Record, Value, http};

use crate::api::{Api, REPAIRS};
use crate::read::{text, yes};
use crate::settings::Settings;
use crate::who::{self, Who};
use crate::{alerts, notes, people, repair, tenancy, work_orders};

/// A home has not more pages of work orders than this.
const PAGES: usize = 40;

/// Where an answer goes on.
enum Mark {
    /// After so many records about people.
    People(usize),
    /// At the work order of this number on this page of this home.
    Orders(usize, usize, String),
}

impl Mark {
    fn read(cursor: Option<&str>) -> Option<Self> {
        let Some(cursor) = cursor else {
            return Some(Mark::People(0));
        };
        let (what, rest) = cursor.split_once(':')?;
        match what {
            "people" => Some(Mark::People(rest.parse().ok()?)),
            "orders" => {
                let mut parts = rest.splitn(3, ':');
                let mut number = || parts.next()?.parse().ok();
                let (page, at): (usize, usize) = (number()?, number()?);
                Some(Mark::Orders(page, at, parts.next()?.to_owned()))
            }
            _ => None,
        }
    }
}

/// Finds the records of a query.
pub fn find(wire: &mut dyn Wire, settings: &str, query: &Query) -> Result<Page, Failure> {
    let settings = Settings::read(settings)?;
    let ask = Ask::of(query)?;
    ask.names_someone()?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX).max(1);
    let mark = Mark::read(query.cursor.as_deref())
        .ok_or_else(|| Failure::BadInput("the mark of the next page is not one of ours".into()))?;
    let mut api = Api::new(wire);
    if ask.text.is_some() {
        let found = people::residents(&mut api, &ask, limit)?;
        return Ok(Page::new(found, None));
    }
    let mut records = Vec::new();
    let (page, at, property) = match mark {
        Mark::Orders(page, at, property) => (page, at, Some(property)),
        Mark::People(skip) => {
            let who = who::resolve(&mut api, &ask);
            let mut all = about_people(&mut api, &ask, &who, &settings);
            let more = all.len() > skip + limit;
            all.drain(..skip.min(all.len()));
            all.truncate(limit);
            records.extend(all.into_iter().map(Record::found));
            if more {
                return answer(api, records, Some(format!("people:{}", skip + limit)));
            }
            (1, 0, who.property_ref)
        }
    };
    let mut next = None;
    if let Some(property) = property.filter(|_| ask.wants("repair")) {
        let orders = Orders {
            ask: &ask,
            settings: &settings,
            property: &property,
            limit,
        };
        let mark = orders.take(&mut api, page, at, &mut records);
        next = mark.map(|(page, at)| format!("orders:{page}:{at}:{property}"));
    }
    answer(api, records, next)
}

/// Nothing at all, because nothing could be read, is a failure and not an empty answer.
fn answer(mut api: Api, records: Vec<Found>, next: Option<String>) -> Result<Page, Failure> {
    if !api.answered && records.is_empty() && !api.troubles.is_empty() {
        return Err(api.troubles.swap_remove(0));
    }
    Ok(Page { records, next })
}

fn about_people(api: &mut Api, ask: &Ask, who: &Who, settings: &Settings) -> Vec<Record> {
    let mut records = Vec::new();
    let person_id = who.person_id();
    if let Some(person) = who.person.as_ref().filter(|_| ask.wants("person")) {
        let id = person_id.as_deref().unwrap_or_default();
        let contacts = people::contacts(api, id);
        let contacts = api.part("Contact details", contacts);
        records.push(people::record(person, &who.tenures, &contacts));
    }
    let own: Vec<&Value> = who
        .tenures
        .iter()
        .filter(|tenure| owns(ask, who, tenure))
        .collect();
    if ask.wants("tenancy") {
        let recent = own
            .iter()
            .filter(|tenure| ask.recent(tenancy::ended(tenure).as_deref()));
        records.extend(recent.map(|tenure| tenancy::record(tenure, who.person.as_ref())));
    }
    if ask.wants("contact") {
        records.extend(contacts_of(api, ask, person_id.as_deref(), &own));
    }
    if ask.wants("alert") {
        let property = who.property_ref.as_deref();
        let found = alerts::about(api, person_id.as_deref(), property);
        let found = api.part("Cautionary alerts", found);
        let of = alerts::Belongs {
            property: property.unwrap_or_default(),
            ..alerts::Belongs::default()
        };
        records.extend(
            found
                .iter()
                .map(|alert| alerts::record(alert, of, settings.alert_text)),
        );
        for tenure in &own {
            let id = text(tenure, "id");
            let found = alerts::of_tenancy(api, &id);
            let of = alerts::Belongs { tenancy: &id, ..of };
            let found = api.part("Alerts of the tenancy", found);
            records.extend(
                found
                    .iter()
                    .map(|alert| alerts::record(alert, of, settings.alert_text)),
            );
        }
    }
    if let Some(property) = who.property_ref.as_ref().filter(|_| ask.wants("property")) {
        let flag = api.get(
            REPAIRS,
            &format!("properties/legalDisrepair/{}", http::encode(property)),
        );
        let flag = api.part("The flag of legal disrepair", flag);
        records.extend(flag.and_then(|flag| disrepair(&flag, property)));
    }
    records
}

fn contacts_of(api: &mut Api, ask: &Ask, person: Option<&str>, own: &[&Value]) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let people = person.map(|id| (id.to_owned(), None));
    let tenancies = own.iter().map(|t| (text(t, "id"), Some(text(t, "id"))));
    for (target, tenancy) in people.into_iter().chain(tenancies) {
        let found = notes::about(api, &target);
        for note in api.part("Notes", found) {
            let id = text(&note, "id");
            let day = crate::read::day(&note, "createdAt");
            if !id.is_empty() && !ids.contains(&id) && ask.recent(Some(&day)) {
                ids.push(id);
                records.push(notes::record(
                    &note,
                    person.unwrap_or_default(),
                    tenancy.as_deref(),
                ));
            }
        }
    }
    records
}

/// A tenancy of the person who was found, or the one that was asked for by its own reference, is theirs. One that was
/// found by the home alone is the complaint's only if the person that the complaint names is on it.
fn owns(ask: &Ask, who: &Who, tenure: &Value) -> bool {
    if let Some(reference) = &ask.tenancy_ref {
        return tenancy::is(tenure, reference);
    }
    if who.person.is_some() {
        return true;
    }
    // Without a name or a person's reference nobody else is named either.
    ask.name.is_none() && ask.person_ref.is_none()
}

/// Not by itself a ground for refusing: that needs a claim filed at court.
fn disrepair(flag: &Value, property: &str) -> Option<Record> {
    (yes(flag, "propertyIsInLegalDisrepair") == Some(true)).then(|| {
        Record::new("property", property)
            .title("Legal disrepair is flagged for the home")
            .property_ref(property)
            .field("status", "In legal disrepair")
            .other(
                "To ask",
                "Has a claim been filed at court? The flag alone does not exclude a complaint.",
            )
    })
}

struct Orders<'a> {
    ask: &'a Ask,
    settings: &'a Settings,
    property: &'a str,
    limit: usize,
}

impl Orders<'_> {
    /// Takes work orders until the records or the requests are used up; gives where to go on.
    fn take(
        &self,
        api: &mut Api,
        mut page: usize,
        mut at: usize,
        records: &mut Vec<Found>,
    ) -> Option<(usize, usize)> {
        while page <= PAGES {
            if !api.may(1 + work_orders::EACH) {
                return Some((page, at));
            }
            let items = match work_orders::page(api, self.property, page) {
                Ok(items) => items,
                Err(failure) => {
                    api.part::<()>("The repairs", Err(failure));
                    return None;
                }
            };
            let last = items.len() < work_orders::PAGE;
            for (number, item) in items.into_iter().enumerate().skip(at) {
                if records.len() >= self.limit || !api.may(work_orders::EACH) {
                    return Some((page, number));
                }
                // A server that takes no notice of the reference would give everybody's.
                let theirs = text(&item, "propertyReference");
                let foreign = !theirs.is_empty()
                    && !redress_plugin::belongs::same_reference(&theirs, self.property);
                if foreign
                    || !repair::is_order(&item)
                    || !self.ask.recent(repair::ended(&item).as_deref())
                {
                    continue;
                }
                let order = work_orders::whole(api, item, self.settings);
                let mut record = repair::record(&order);
                if theirs.is_empty() {
                    record = record.property_ref(self.property);
                }
                records.push(record.found());
            }
            if last {
                return None;
            }
            (page, at) = (page + 1, 0);
        }
        api.warn(&format!(
            "The home has more than {} work orders; the rest was not read.",
            PAGES * work_orders::PAGE
        ));
        None
    }
}
