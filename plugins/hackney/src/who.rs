//! Whose records are asked for: from what a complaint knows to a person, their tenancies and their home.
//!
//! The order is that of least doubt: the person's identifier, the tenancy's, the home's, and only then name and address,
//! which must both agree and name one person alone.

use redress_plugin::belongs::{same_address, same_name, same_reference};
use redress_plugin::{Ask, Failure, Value, http};

use crate::api::{Api, PERSON, REPAIRS, SEARCH, TENURE};
use crate::people;
use crate::read::{day, first, is_guid, list, text, yes};

/// The most tenancies of one person that are looked at.
const TENANCIES: usize = 3;
/// The most people of that name who are looked at.
const NAMESAKES: usize = 4;

/// Who was found.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// As the person API has them.
    pub person: Option<Value>,
    /// As the tenure API has them.
    pub tenures: Vec<Value>,
    /// The home; the complaint's own if it has one.
    pub property_ref: Option<String>,
}

impl Who {
    /// The person's identifier.
    pub fn person_id(&self) -> Option<String> {
        let id = self.person.as_ref().map(|person| text(person, "id"))?;
        (!id.is_empty()).then_some(id)
    }
}

/// Finds out. What could not be read is left out with a warning.
pub fn resolve(api: &mut Api, ask: &Ask) -> Who {
    let mut who = Who {
        property_ref: ask.property_ref.clone(),
        ..Who::default()
    };
    let person = person(api, ask);
    who.person = api.part("The resident", person);
    let tenures = tenures(api, ask, who.person.as_ref());
    who.tenures = api.part("The tenancies", tenures);
    if who.person.is_none() {
        let member = member(api, ask, &who.tenures);
        who.person = api.part("The resident", member);
    }
    if who.property_ref.is_none() {
        who.property_ref = home(api, ask, &who);
    }
    who
}

fn get(
    api: &mut Api,
    connection: &'static str,
    of: &str,
    id: &str,
) -> Result<Option<Value>, Failure> {
    api.get(connection, &format!("{of}/{}", http::encode(id)))
}

fn person(api: &mut Api, ask: &Ask) -> Result<Option<Value>, Failure> {
    if let Some(reference) = &ask.person_ref {
        if is_guid(reference) {
            return get(api, PERSON, "persons", reference);
        }
        // The older number stands in the person itself only: those of the name are looked at one by one.
        let Some(name) = &ask.name else {
            return Ok(None);
        };
        for hit in namesakes(api, name)?.iter().take(NAMESAKES) {
            let person = get(api, PERSON, "persons", &text(hit, "id"))?;
            if let Some(person) =
                person.filter(|p| same_reference(&text(p, "personRef"), reference))
            {
                return Ok(Some(person));
            }
        }
        return Ok(None);
    }
    let by_others = ask.tenancy_ref.is_some() || ask.property_ref.is_some();
    let (Some(name), Some(address), false) = (&ask.name, &ask.address, by_others) else {
        return Ok(None);
    };
    let mut hits = namesakes(api, name)?;
    hits.retain(|hit| {
        let homes = list(hit, "tenures").iter();
        homes
            .clone()
            .any(|t| same_address(address, &text(t, "assetFullAddress")))
    });
    match hits.as_slice() {
        [] => Ok(None),
        [one] => {
            let id = text(one, "id");
            Ok(get(api, PERSON, "persons", &id)?.or_else(|| Some(one.clone())))
        }
        _ => {
            api.warn("Several people have this name and address, so none was taken. Put the person reference on the case.");
            Ok(None)
        }
    }
}

/// People of exactly this name.
fn namesakes(api: &mut Api, name: &str) -> Result<Vec<Value>, Failure> {
    let mut hits = people::search(api, name, 20)?;
    hits.retain(|hit| same_name(&people::name(hit), name));
    Ok(hits)
}

fn tenures(api: &mut Api, ask: &Ask, person: Option<&Value>) -> Result<Vec<Value>, Failure> {
    if let Some(reference) = &ask.tenancy_ref {
        if is_guid(reference) {
            return Ok(get(api, TENURE, "tenures", reference)?
                .into_iter()
                .collect());
        }
        let query = [
            ("searchText", reference.as_str()),
            ("page", "1"),
            ("pageSize", "10"),
        ];
        let answer = api
            .get(SEARCH, &http::url("search/tenures", &query))?
            .unwrap_or_default();
        for hit in list(&answer, "results.tenures") {
            if same_reference(&text(hit, "paymentReference"), reference) {
                let whole = get(api, TENURE, "tenures", &text(hit, "id"))?;
                return Ok(vec![whole.unwrap_or_else(|| hit.clone())]);
            }
        }
    }
    let mut found = Vec::new();
    if let Some(person) = person {
        let wanted = list(person, "tenures")
            .iter()
            .filter(|summary| belongs(ask, summary));
        for summary in wanted.take(TENANCIES) {
            let id = text(summary, "id");
            // The summary says less than the tenure API but enough for a record.
            let whole = if is_guid(&id) {
                get(api, TENURE, "tenures", &id)?
            } else {
                None
            };
            found.push(whole.unwrap_or_else(|| summary.clone()));
        }
    } else if let Some(property) = ask
        .property_ref
        .as_ref()
        .filter(|_| ask.tenancy_ref.is_none())
    {
        let home = get(api, REPAIRS, "properties", property)?.unwrap_or_default();
        let id = text(&home, "tenure.id");
        if is_guid(&id) {
            found.extend(get(api, TENURE, "tenures", &id)?);
        }
    }
    Ok(found)
}

/// Whether one of a person's tenancies is what the complaint is about: the home's, the tenancy's own, or without
/// either those that go on.
fn belongs(ask: &Ask, summary: &Value) -> bool {
    let is = |asked: &Option<String>, paths: &[&str]| {
        let asked = asked.as_deref();
        asked.map(|asked| {
            paths
                .iter()
                .any(|path| same_reference(asked, &text(summary, path)))
        })
    };
    match (
        is(&ask.tenancy_ref, &["id", "paymentReference"]),
        is(&ask.property_ref, &["propertyReference"]),
    ) {
        (Some(same), _) | (None, Some(same)) => same,
        (None, None) => {
            yes(summary, "isActive") != Some(false) && day(summary, "endDate").is_empty()
        }
    }
}

/// The person of a tenancy whom the complaint names; nobody else of the household.
fn member(api: &mut Api, ask: &Ask, tenures: &[Value]) -> Result<Option<Value>, Failure> {
    let Some(name) = ask.name.as_ref().filter(|_| ask.person_ref.is_none()) else {
        return Ok(None);
    };
    let members = tenures
        .iter()
        .flat_map(|tenure| list(tenure, "householdMembers"));
    let mut alike = members.filter(|member| same_name(name, &text(member, "fullName")));
    match (alike.next(), alike.next()) {
        (Some(one), None) => get(api, PERSON, "persons", &text(one, "id")),
        _ => Ok(None),
    }
}

/// The home's reference from the tenancy that was found, or the one home that has the address.
fn home(api: &mut Api, ask: &Ask, who: &Who) -> Option<String> {
    const PATHS: [&str; 2] = ["tenuredAsset.propertyReference", "propertyReference"];
    let of_tenure = who.tenures.iter().map(|tenure| first(tenure, &PATHS));
    if let Some(reference) = of_tenure.into_iter().find(|r| !r.is_empty()) {
        return Some(reference);
    }
    // With references that led nowhere an address alone would be a guess.
    let referred = ask.tenancy_ref.is_some() || ask.person_ref.is_some();
    let address = ask
        .address
        .as_ref()
        .filter(|_| !referred && ask.name.is_some())?;
    let found = by_address(api, address);
    api.part("The home", found)
}

fn by_address(api: &mut Api, address: &str) -> Result<Option<String>, Failure> {
    let query = [
        ("searchText", address),
        ("pageSize", "20"),
        ("pageNumber", "1"),
    ];
    let answer = match api.get(REPAIRS, &http::url("properties/search", &query))? {
        Some(answer) => Some(answer),
        // Before the newer search there was only this.
        None => api.get(REPAIRS, &http::url("properties", &[("address", address)]))?,
    };
    let answer = answer.unwrap_or_default();
    let homes = match &answer {
        Value::Array(homes) => homes.as_slice(),
        other => list(other, "properties"),
    };
    let mut same = homes.iter().filter(|home| {
        let line = first(
            home,
            &[
                "address.shortAddress",
                "address.addressLine",
                "shortAddress",
            ],
        );
        let postcode = first(home, &["address.postalCode", "postalCode"]);
        same_address(address, &format!("{line} {postcode}"))
    });
    let reference = match (same.next(), same.next()) {
        (Some(one), None) => text(one, "propertyReference"),
        _ => String::new(),
    };
    Ok((!reference.is_empty()).then_some(reference))
}
