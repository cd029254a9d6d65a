//! Requests over a connection that the operator filled in. The host adds the credentials.
//!
//! [`get_json`] is what most adapters need: it tells what an answer means for the person who reads the failure.

use serde::de::DeserializeOwned;

use crate::Failure;
use crate::bindings::linker::redress::plugin::http as host;
pub use host::{Headers, HttpError, Request, Response};

/// Sends a request. Any status is a response; what stopped it is a [`Failure`] to hand on.
pub fn send(request: &Request) -> Result<Response, Failure> {
    host::send(request).map_err(told)
}

/// A GET of this address, with nothing besides.
pub fn get(connection: &str, url: &str) -> Request {
    Request {
        connection: connection.into(),
        method: "GET".into(),
        url: url.into(),
        headers: vec![("accept".into(), "application/json".into())],
        body: None,
    }
}

/// GETs JSON that may not be there: `None` for 404, 410 and 204. Credentials that are refused (401, 403), a system that
/// is down (429, 500 and more) and an answer that is not JSON each become the failure that says so.
pub fn get_json<T: DeserializeOwned>(connection: &str, url: &str) -> Result<Option<T>, Failure> {
    let response = send(&get(connection, url))?;
    if matches!(response.status, 204 | 404 | 410) {
        return Ok(None);
    }
    good(connection, response.status)?;
    serde_json::from_slice(&response.body)
        .map(Some)
        .map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data => format!("not what was expected: {error}"),
                _ => format!(
                    "not JSON (line {}, column {})",
                    error.line(),
                    error.column()
                ),
            };
            Failure::Unavailable(format!("the answer over \"{connection}\" is {what}"))
        })
}

/// GETs JSON that must be there: a 404 means that the connection's address is wrong.
pub fn need_json<T: DeserializeOwned>(connection: &str, url: &str) -> Result<T, Failure> {
    get_json(connection, url)?.ok_or_else(|| {
        Failure::BadSettings(format!(
            "there is no \"{url}\" at the address of the connection \"{connection}\"; check the address"
        ))
    })
}

/// What a status means, unless it is 200 to 299.
pub fn good(connection: &str, status: u16) -> Result<(), Failure> {
    let said = format!("\"{connection}\" answered {status}");
    Err(match status {
        200..=299 => return Ok(()),
        401 | 403 => Failure::Refused(format!(
            "{said}; check the credentials of the connection and what they may read"
        )),
        404 | 410 => Failure::Unavailable(format!("{said}: it is not there")),
        429 => Failure::Unavailable(format!("{said}: it asks us to come back later")),
        500.. => Failure::Unavailable(format!("{said}: it has a fault of its own")),
        _ => Failure::Other(format!("{said}, which this adapter does not expect")),
    })
}

/// An address with its query: names and values are encoded, the path is taken as it is.
pub fn url(path: &str, query: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (at, (name, value)) in query.iter().enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        url += &encode(name);
        url.push('=');
        url += &encode(value);
    }
    url
}

/// A text as one part of a path or a query: letters, digits and `-._~` stay, everything else is `%XX`.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

/// What stopped a request, as a failure of the plugin.
pub(crate) fn told(error: HttpError) -> Failure {
    match error {
        HttpError::NotAllowed(why) => Failure::Denied(why),
        HttpError::BadRequest(why) => Failure::Other(why),
        HttpError::Timeout => {
            Failure::Unavailable("the other system took too long to answer".into())
        }
        HttpError::TooLarge => {
            Failure::Denied("the answer is larger than this connection allows".into())
        }
        HttpError::Transport(why) => Failure::Unavailable(why),
        HttpError::Budget => Failure::Denied("this run may send no more requests".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded() {
        let made = url("repairs", &[("property", "7/A & B"), ("limit", "5")]);
        assert_eq!(made, "repairs?property=7%2FA%20%26%20B&limit=5");
        assert_eq!(encode("é~"), "%C3%A9~");
        assert_eq!(url("status", &[]), "status");
    }

    #[test]
    fn a_status_says_what_to_do() {
        assert!(good("r", 200).is_ok() && good("r", 204).is_ok());
        assert!(matches!(good("r", 401), Err(Failure::Refused(_))));
        assert!(matches!(good("r", 403), Err(Failure::Refused(_))));
        assert!(matches!(good("r", 503), Err(Failure::Unavailable(_))));
        assert!(matches!(good("r", 429), Err(Failure::Unavailable(_))));
        assert!(matches!(good("r", 302), Err(Failure::Other(_))));
    }
}
