//! "Test connection": each API in a sentence. Repairs must answer; the others may be left out.

use redress_plugin::wire::Wire;
use redress_plugin::{Failure, Value, http};

use crate::api::{ALERTS, CONTACTS, NOTES, PERSON, REPAIRS, SEARCH, TENURE, not_granted};
use crate::read::first;

/// Nobody's identifier: an API that knows us answers that there is nobody.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Asks each API the cheapest question.
pub fn check(wire: &mut dyn Wire) -> Result<String, Failure> {
    let signed_in = match wire.send(&http::get(REPAIRS, "hub-user")) {
        Ok(response) => {
            http::good(REPAIRS, response.status)?;
            let user: Value = serde_json::from_slice(&response.body).map_err(|_| {
                Failure::BadSettings(
                    "\"repairs\" answers, but not as the repairs API does; check the connection's address".into(),
                )
            })?;
            first(&user, &["name", "email", "sub"])
        }
        Err(error) => return Err(error.into()),
    };
    let mut lines = vec![if signed_in.is_empty() {
        "Repairs: can be read".to_owned()
    } else {
        format!("Repairs: signed in as {signed_in}")
    }];
    let others = [
        ("People", PERSON, format!("persons/{NOBODY}")),
        ("Tenancies", TENURE, format!("tenures/{NOBODY}")),
        (
            "Contact details",
            CONTACTS,
            format!("contactDetails?targetId={NOBODY}"),
        ),
        (
            "Notes",
            NOTES,
            format!("notes?targetId={NOBODY}&pageSize=1"),
        ),
        ("Cautionary alerts", ALERTS, format!("persons/{NOBODY}")),
        (
            "Search",
            SEARCH,
            "search/persons?searchText=zz&page=1&pageSize=1".to_owned(),
        ),
    ];
    for (name, connection, url) in others {
        let said = match wire.send(&http::get(connection, &url)) {
            Ok(response) => match response.status {
                200..=299 | 404 => "can be read".to_owned(),
                401 | 403 => "REFUSED our credentials".to_owned(),
                status => format!("NOT READABLE, it answered {status}"),
            },
            Err(http::HttpError::NotAllowed(why)) if not_granted(&why) => {
                "not granted, left out".to_owned()
            }
            Err(error) => format!("NOT READABLE, {}", Failure::from(error).why()),
        };
        lines.push(format!("{name}: {said}"));
    }
    Ok(lines.join(". ") + ".")
}
