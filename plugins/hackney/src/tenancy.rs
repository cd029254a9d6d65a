//! A tenancy as a record: what it is, since when, and who else is on it. Never what is owed.

use redress_plugin::belongs::same_reference;
use redress_plugin::{Record, Value};

use crate::read::{day, first, list, text, yes};

/// Which tenants' answers are counted where (Tenant Satisfaction Measures). The landlord's own table rules; this is
/// what the codes say of themselves.
fn population(code: &str) -> Option<&'static str> {
    Some(match code {
        "SEC" | "INT" | "NON" | "DEC" | "LTA" | "THL" | "THO" | "TLA" => "lcra",
        "SHO" | "SSE" => "lcho",
        "LEA" | "LHS" | "SPS" | "SLL" | "FRE" | "FRS" | "RTM" | "TGA" | "PVG" | "COM" | "RSL"
        | "ASY" | "TBB" | "TPL" | "TRA" | "MPA" | "TAF" => "none",
        _ => return None,
    })
}

/// True when a reference is one of those that a tenancy is known by.
pub fn is(tenure: &Value, reference: &str) -> bool {
    let legacy = list(tenure, "legacyReferences")
        .iter()
        .map(|one| text(one, "value"));
    let own = [text(tenure, "id"), text(tenure, "paymentReference")];
    own.into_iter()
        .chain(legacy)
        .any(|own| same_reference(&own, reference))
}

/// The home of a tenancy.
pub fn property(tenure: &Value) -> String {
    first(
        tenure,
        &["tenuredAsset.propertyReference", "propertyReference"],
    )
}

/// The day on which it ended, if it did.
pub fn ended(tenure: &Value) -> Option<String> {
    let end = ["endOfTenureDate", "endDate"].map(|path| day(tenure, path));
    end.into_iter().find(|day| !day.is_empty())
}

/// The record of a tenancy, from the tenure API or from the summary that a person has.
pub fn record(tenure: &Value, person: Option<&Value>) -> Record {
    let id = text(tenure, "id");
    let kind = first(
        tenure,
        &["tenureType.description", "type", "tenureType.code"],
    );
    let start = ["startOfTenureDate", "startDate"].map(|path| day(tenure, path));
    let start = start
        .into_iter()
        .find(|day| !day.is_empty())
        .unwrap_or_default();
    let person_id = person.map(|person| text(person, "id")).unwrap_or_default();
    let members = list(tenure, "householdMembers");
    let on_it = members
        .iter()
        .find(|member| text(member, "id") == person_id);
    let on_it = members.is_empty() || on_it.is_some();
    let joint = members.iter().filter(|member| {
        yes(member, "isResponsible") == Some(true) && text(member, "id") != person_id
    });
    let joint: Vec<String> = joint.map(|member| text(member, "id")).collect();
    let own = |path| person.map(|person| text(person, path)).filter(|_| on_it);
    let legacy = list(tenure, "legacyReferences")
        .iter()
        .map(|one| text(one, "value"));
    let legacy: Vec<String> = legacy.filter(|value| !value.is_empty()).collect();
    let from = if start.is_empty() {
        String::new()
    } else {
        format!(" from {start}")
    };
    Record::new("tenancy", id.clone())
        .title(format!("{kind}{from}"))
        .tenancy_ref(id)
        .property_ref(property(tenure))
        .person_ref(own("id"))
        .field("tenure_type", kind)
        .field("start", start)
        .field("end", ended(tenure))
        .field("joint_with_refs", joint.join(", "))
        .field("population", population(&text(tenure, "tenureType.code")))
        .field("payment_ref", text(tenure, "paymentReference"))
        .field("name", person.map(crate::people::name).filter(|_| on_it))
        .field(
            "address",
            first(tenure, &["tenuredAsset.fullAddress", "assetFullAddress"]),
        )
        .other("Tenure code", text(tenure, "tenureType.code"))
        .other("Kind of home", text(tenure, "tenuredAsset.type"))
        .other("Former references", legacy.join(", "))
        .other("Temporary accommodation", temporary(tenure))
        .other(
            "Why it ended",
            text(tenure, "terminated.reasonForTermination"),
        )
}

fn temporary(tenure: &Value) -> Option<&'static str> {
    (yes(tenure, "tenuredAsset.isTemporaryAccommodation") == Some(true)).then_some("yes")
}
