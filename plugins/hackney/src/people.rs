//! A person as a record, and the search for one.

use redress_plugin::{Ask, Failure, Record, Value, http};

use crate::api::{Api, CONTACTS, SEARCH};
use crate::read::{day, first, join, list, text, yes};

/// Contact details are asked for so many hits at most: a search shows many people, of whom one is picked.
const ENRICHED: usize = 5;

/// People whom the search finds.
pub fn search(api: &mut Api, typed: &str, most: usize) -> Result<Vec<Value>, Failure> {
    let size = most.to_string();
    let query = [("searchText", typed), ("page", "1"), ("pageSize", &size)];
    let answer = api
        .get(SEARCH, &http::url("search/persons", &query))?
        .unwrap_or_default();
    Ok(list(&answer, "results.persons").to_vec())
}

/// Residents for somebody who types while a complaint is logged, the likeliest first as the search has them.
pub fn residents(api: &mut Api, ask: &Ask, limit: usize) -> Result<Vec<Record>, Failure> {
    let typed = ask.text.as_deref().unwrap_or_default();
    let hits = search(api, typed, limit.clamp(1, 50))?;
    // The search is generous; whoever does not have the words is somebody else.
    let found = hits.iter().filter(|hit| {
        let tenures = list(hit, "tenures");
        let mut texts = vec![name(hit), preferred(hit), text(hit, "personRef")];
        for tenure in tenures {
            texts.extend(
                [
                    "assetFullAddress",
                    "postCode",
                    "paymentReference",
                    "propertyReference",
                ]
                .map(|path| text(tenure, path)),
            );
        }
        ask.found_in(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let found: Vec<&Value> = found.take(limit).collect();
    let few = found.len() <= ENRICHED;
    let records = found.into_iter().map(|hit| {
        let contacts = if few {
            let details = contacts(api, &text(hit, "id"));
            api.part("Contact details", details)
        } else {
            Vec::new()
        };
        record(hit, &[], &contacts)
    });
    Ok(records.collect())
}

/// The contact details of a person that are in use.
pub fn contacts(api: &mut Api, person: &str) -> Result<Vec<Value>, Failure> {
    let answer = api.get(
        CONTACTS,
        &http::url("contactDetails", &[("targetId", person)]),
    )?;
    let answer = answer.unwrap_or_default();
    let mut details = list(&answer, "results").to_vec();
    details.retain(|detail| yes(detail, "isActive") != Some(false));
    Ok(details)
}

/// The name as on letters that need the official one.
pub fn name(person: &Value) -> String {
    let first_name = first(person, &["firstName", "firstname"]);
    let whole = join(&[&first_name, &text(person, "surname")], " ");
    if whole.is_empty() {
        text(person, "fullName")
    } else {
        whole
    }
}

fn preferred(person: &Value) -> String {
    let first_name = first(
        person,
        &[
            "preferredFirstName",
            "preferredFirstname",
            "firstName",
            "firstname",
        ],
    );
    let surname = first(person, &["preferredSurname", "surname"]);
    join(&[&first_name, &surname], " ")
}

/// The record of a person. Of tenancies the one that goes on is theirs; `tenures` are those that were found for the
/// complaint, if any.
pub fn record(person: &Value, tenures: &[Value], contacts: &[Value]) -> Record {
    let summaries = list(person, "tenures");
    let id_of = |tenure: &Value| text(tenure, "id");
    let own = summaries
        .iter()
        .find(|s| tenures.iter().any(|t| id_of(t) == id_of(s)));
    let current = summaries
        .iter()
        .find(|s| yes(s, "isActive") != Some(false) && day(s, "endDate").is_empty());
    let tenure = own.or(current).unwrap_or(&Value::Null);
    let title = first(person, &["preferredTitle", "title"]);
    let (name, preferred) = (name(person), preferred(person));
    let address = correspondence(contacts);
    let home = text(tenure, "assetFullAddress");
    let line = if home.is_empty() {
        String::new()
    } else {
        format!(", {home}")
    };
    Record::new("person", text(person, "id"))
        .title(format!("{name}{line}"))
        .person_ref(text(person, "id"))
        .tenancy_ref(id_of(tenure))
        .property_ref(text(tenure, "propertyReference"))
        .field("name", &name)
        .field("preferred_name", (preferred != name).then_some(preferred))
        .field("title", title)
        .field("address", if home.is_empty() { &address } else { &home })
        .field("email", values(contacts, "email"))
        .field("phone", values(contacts, "phone"))
        .field("tenure_type", text(tenure, "type"))
        .other("Person number", text(person, "personRef"))
        .other(
            "Correspondence address",
            (address != home).then_some(address),
        )
        .other("Kind of person", kinds(person))
        .other("Died", day(person, "dateOfDeath"))
}

fn kinds(person: &Value) -> String {
    let kinds = list(person, "personTypes").iter().filter_map(Value::as_str);
    kinds.collect::<Vec<_>>().join(", ")
}

/// All values of one kind. Those of somebody else, a carer or a doctor, are not the resident's.
fn values(contacts: &[Value], kind: &str) -> String {
    const OTHERS: [&str; 11] = [
        "emergencyContact",
        "carer",
        "wife",
        "husband",
        "spouse",
        "child",
        "sibling",
        "relative",
        "neighbour",
        "doctor",
        "socialWorker",
    ];
    let own = contacts.iter().filter(|detail| {
        text(detail, "contactInformation.contactType").eq_ignore_ascii_case(kind)
            && !OTHERS.contains(&text(detail, "contactInformation.subType").as_str())
    });
    let mut values: Vec<String> = Vec::new();
    for value in own.map(|detail| text(detail, "contactInformation.value")) {
        if !value.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }
    values.join(", ")
}

fn correspondence(contacts: &[Value]) -> String {
    let address = contacts
        .iter()
        .map(|detail| &detail["contactInformation"])
        .find(|c| {
            text(c, "contactType").eq_ignore_ascii_case("address")
                && text(c, "subType") == "correspondenceAddress"
        });
    let Some(address) = address else {
        return String::new();
    };
    let lines = [
        "addressLine1",
        "addressLine2",
        "addressLine3",
        "addressLine4",
        "postCode",
    ]
    .map(|line| text(&address["addressExtended"], line));
    let whole = join(&lines.each_ref().map(String::as_str), ", ");
    if whole.is_empty() {
        text(address, "value")
    } else {
        whole
    }
}
