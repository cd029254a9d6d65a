//! Cautionary alerts: they protect staff who visit. That there is one is told, its words only where the landlord wants
//! that, and never in a title. Alerts of support needs are told as a question to ask, not as a fact.

use redress_plugin::{Failure, Record, Value, http};

use crate::api::{ALERTS, Api, REPAIRS};
use crate::read::{day, first, join, list, text, yes};

/// Alerts about a person, and about a home where they name nobody else.
pub fn about(
    api: &mut Api,
    person: Option<&str>,
    property: Option<&str>,
) -> Result<Vec<Value>, Failure> {
    let mut alerts = Vec::new();
    if let Some(person) = person {
        let answer = api.get(ALERTS, &format!("persons/{}", http::encode(person)))?;
        alerts.extend_from_slice(list(&answer.unwrap_or_default(), "alerts"));
    }
    if let Some(property) = property {
        let reference = http::encode(property);
        let answer = match api.get(ALERTS, &format!("properties-new/{reference}"))? {
            Some(answer) => answer,
            None => api
                .get(ALERTS, &format!("properties/{reference}"))?
                .unwrap_or_default(),
        };
        let of_home = list(&answer, "alerts").iter().filter(|alert| {
            let whose = text(alert, "personId");
            whose.is_empty() || person == Some(whose.as_str())
        });
        for alert in of_home {
            let id = text(alert, "alertId");
            if !alerts.iter().any(|known| text(known, "alertId") == id) {
                alerts.push(alert.clone());
            }
        }
    }
    Ok(alerts)
}

/// Alerts that the repairs API keeps by tenancy, with HACT's codes.
pub fn of_tenancy(api: &mut Api, tenancy: &str) -> Result<Vec<Value>, Failure> {
    let path = format!("properties/{}/person-alerts", http::encode(tenancy));
    Ok(list(&api.get(REPAIRS, &path)?.unwrap_or_default(), "alerts").to_vec())
}

/// Where an alert belongs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Belongs<'a> {
    /// The person that it names.
    pub person: &'a str,
    /// The tenancy that it is kept with.
    pub tenancy: &'a str,
    /// The home.
    pub property: &'a str,
}

/// The record of an alert.
pub fn record(alert: &Value, of: Belongs, words: bool) -> Record {
    let code = first(alert, &["alertCode", "type"]);
    let start = day(alert, "startDate");
    let end = day(alert, "endDate");
    let over = !end.is_empty() || yes(alert, "isActive") == Some(false);
    let id = match text(alert, "alertId") {
        id if id.is_empty() => join(&[of.tenancy, &code, &start], "/"),
        id => id,
    };
    let asks = supports(&code);
    let title = match (asks, over) {
        (true, _) => "Ask whether reasonable adjustments are needed",
        (false, false) => "Cautionary alert for visiting staff",
        (false, true) => "Cautionary alert for visiting staff, ended",
    };
    let kept = |paths: &[&str]| words.then(|| first(alert, paths));
    Record::new("alert", id)
        .title(title)
        .person_ref(match text(alert, "personId") {
            id if id.is_empty() => of.person.to_owned(),
            id => id,
        })
        .tenancy_ref(of.tenancy)
        .property_ref(of.property)
        .field("code", code)
        .field("start", start)
        .field("end", end)
        .field("status", if over { "Ended" } else { "Active" })
        .field("description", kept(&["description", "comments"]))
        .field("reason", kept(&["reason"]))
        .other("Restricted", "For staff who visit. Not for letters or the Ombudsman's file.")
        .other("To ask", asks.then_some("Ask the resident whether they need reasonable adjustments. This alert is not proof of a need."))
}

/// HACT codes of disability, language and gender preference (20, 40, 50).
fn supports(code: &str) -> bool {
    let group = code.split('-').next().unwrap_or(code);
    matches!(group, "20" | "40" | "50")
}
