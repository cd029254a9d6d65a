//! Requests to the other system, counted, and what their answers mean.

use redress_plugin::wire::Wire;
use redress_plugin::{Failure, Value, http};

/// The name of the connection, as in the manifest.
pub const SOURCE: &str = "source";

/// Requests of one call. Fewer than the manifest asks for, so that the host's limit is never what stops us.
const REQUESTS: u32 = 54;

/// One call's way to the other system.
pub struct Source<'a> {
    /// The door.
    pub wire: &'a mut dyn Wire,
    left: u32,
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The bytes.
    pub body: Vec<u8>,
}

impl<'a> Source<'a> {
    /// The beginning of a call.
    pub fn new(wire: &'a mut dyn Wire) -> Self {
        Self {
            wire,
            left: REQUESTS,
        }
    }

    /// True while a request may still be sent.
    pub fn may(&self) -> bool {
        self.left > 0
    }

    /// Sends a request, whatever comes of it.
    pub fn send(
        &mut self,
        method: &str,
        url: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            Failure::Unavailable("there was more to ask than one run may ask".into())
        })?;
        let mut request = http::get(SOURCE, url);
        request.method = method.into();
        if let Some(body) = body {
            request
                .headers
                .push(("content-type".into(), "application/json".into()));
            request.body = Some(body.to_string().into_bytes());
        }
        let response = self.wire.send(&request).map_err(Failure::from)?;
        Ok(Answer {
            status: response.status,
            body: response.body,
        })
    }

    /// Sends a request for JSON; `None` for an answer that means that there is nothing.
    pub fn json(
        &mut self,
        method: &str,
        url: &str,
        body: Option<&Value>,
        none: &[u16],
    ) -> Result<Option<Value>, Failure> {
        let answer = self.send(method, url, body)?;
        if answer.status == 204 || none.contains(&answer.status) {
            return Ok(None);
        }
        http::good(SOURCE, answer.status)?;
        read(&answer.body).map(Some).map_err(Failure::Unavailable)
    }
}

/// JSON of bytes; the sentence says why not, and nothing of what stands in them.
pub fn read(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.to_string().contains("recursion") {
            "nested too deeply"
        } else {
            "not JSON"
        };
        format!(
            "the answer is {what} (line {}, column {})",
            error.line(),
            error.column()
        )
    })
}
