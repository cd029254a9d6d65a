//! Requests to the APIs, counted, and what their answers mean.

use redress_plugin::wire::Wire;
use redress_plugin::{Failure, Value, http};

/// The names of the connections, as in the manifest.
pub const REPAIRS: &str = "repairs";
/// The person API.
pub const PERSON: &str = "person";
/// The tenure API.
pub const TENURE: &str = "tenure";
/// The contact details API.
pub const CONTACTS: &str = "contacts";
/// The notes API.
pub const NOTES: &str = "notes";
/// The cautionary alerts API.
pub const ALERTS: &str = "alerts";
/// The housing search API.
pub const SEARCH: &str = "search";
/// Where photos lie, if elsewhere.
pub const IMAGES: &str = "images";

/// Requests of one call. Fewer than the manifest asks for, so that the host's limit is never what stops us.
const REQUESTS: u32 = 54;

/// One call's way to the APIs.
pub struct Api<'a> {
    wire: &'a mut dyn Wire,
    left: u32,
    absent: Vec<&'static str>,
    /// True once any API gave an answer that could be used.
    pub answered: bool,
    /// What could not be read.
    pub troubles: Vec<Failure>,
}

impl<'a> Api<'a> {
    /// The beginning of a call.
    pub fn new(wire: &'a mut dyn Wire) -> Self {
        Self {
            wire,
            left: REQUESTS,
            absent: Vec::new(),
            answered: false,
            troubles: Vec::new(),
        }
    }

    /// True while this many requests may still be sent.
    pub fn may(&self, requests: u32) -> bool {
        self.left >= requests
    }

    /// GETs JSON. `None` for what is not there (404, which most of these APIs answer for an empty list) and for an API
    /// whose connection was not granted: all but repairs are optional.
    pub fn get(&mut self, connection: &'static str, url: &str) -> Result<Option<Value>, Failure> {
        if self.absent.contains(&connection) {
            return Ok(None);
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            Failure::Unavailable("there was more to ask than one run may ask".into())
        })?;
        let response = match self.wire.send(&http::get(connection, url)) {
            Ok(response) => response,
            Err(http::HttpError::NotAllowed(why)) if connection != REPAIRS && not_granted(&why) => {
                self.wire.info(&format!("{connection} is left out: {why}"));
                self.absent.push(connection);
                return Ok(None);
            }
            Err(error) => return Err(named(connection, error.into())),
        };
        if matches!(response.status, 204 | 404 | 410) {
            self.answered = true;
            return Ok(None);
        }
        http::good(connection, response.status)?;
        let answer = serde_json::from_slice(&response.body).map_err(|error| {
            Failure::Unavailable(format!(
                "\"{connection}\" gave an answer that is not JSON (line {}, column {})",
                error.line(),
                error.column()
            ))
        })?;
        self.answered = true;
        Ok(Some(answer))
    }

    /// What was read, or nothing and a warning: an API that is down costs its own records only.
    pub fn part<T: Default>(&mut self, what: &str, read: Result<T, Failure>) -> T {
        read.unwrap_or_else(|failure| {
            self.warn(&format!(
                "{what} could not be read: {}. They are missing from this answer.",
                failure.why().trim_end_matches('.')
            ));
            self.troubles.push(failure);
            T::default()
        })
    }

    /// Tells the operator.
    pub fn warn(&mut self, text: &str) {
        self.wire.warn(text);
    }
}

/// The host's words for a connection that the operator did not fill in. Anything else that is not allowed, such as an
/// address in a private network, is a mistake that somebody should hear of.
pub fn not_granted(why: &str) -> bool {
    why.contains("there is no connection") || why.contains("no connection is granted")
}

fn named(connection: &str, failure: Failure) -> Failure {
    let name = |why: String| format!("\"{connection}\": {why}");
    match failure {
        Failure::Unavailable(why) => Failure::Unavailable(name(why)),
        Failure::Denied(why) => Failure::Denied(name(why)),
        Failure::Other(why) => Failure::Other(name(why)),
        other => other,
    }
}
