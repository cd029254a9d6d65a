//! The seam through which an adapter's requests leave. The contract has them from its first version; [`super::http`]
//! sends them as the operator granted it. Until one is granted, [`NoConnections`] is what there is.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A request as the adapter made it: nothing in it has been checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The connection's name in the plugin's manifest.
    pub connection: String,
    /// GET, POST, …
    pub method: String,
    /// Relative to the connection's base URL, or absolute inside it.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Bytes to send.
    pub body: Option<Vec<u8>>,
}

/// What came back; any status is a response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// After redirects.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// All of it.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Outside the grant; the sentence says what is missing.
    #[error("{0}")]
    NotAllowed(String),
    /// Not a request that HTTP knows.
    #[error("{0}")]
    BadRequest(String),
    /// No answer in time.
    #[error("the other system took too long to answer")]
    Timeout,
    /// More than the connection allows.
    #[error("the answer is larger than this connection allows")]
    TooLarge,
    /// DNS, TLS, connection or protocol.
    #[error("{0}")]
    Transport(String),
    /// The run may send no more.
    #[error("this run may send no more requests")]
    Budget,
}

/// One request as it went out, for the run's log. Holds no credentials and no values of parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// The connection's name.
    pub connection: String,
    /// GET, POST, …
    pub method: String,
    /// Where it went: the names of its parameters, `…` for their values.
    pub url: String,
    /// What was answered.
    pub status: Option<u16>,
    /// Why there was no answer, or none that could be used.
    pub error: Option<String>,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// How long it took.
    pub milliseconds: u64,
    /// 1, and more after a failure.
    pub attempt: u32,
    /// The `x-correlation-id` that it carried, by which the other system's people find it in their log.
    pub correlation_id: String,
}

/// Sends an adapter's requests over the connections that the operator granted to it. Made for one run.
pub trait Connections: Send + Sync {
    /// Sends one and waits for the answer; blocks.
    ///
    /// # Errors
    /// When nothing came back, or the request was not allowed to leave.
    fn send(&self, request: Request) -> Result<Response, HttpError>;

    /// As [`send`](Connections::send); the body of an answer 200 to 299 goes to `sink` and is empty in the response.
    /// After an error the sink holds a part.
    ///
    /// # Errors
    /// As [`send`](Connections::send), and [`HttpError::Transport`] when the sink takes no more.
    fn send_into(&self, request: Request, sink: &mut dyn Write) -> Result<Response, HttpError> {
        let mut response = self.send(request)?;
        if (200..300).contains(&response.status) {
            sink.write_all(&response.body)
                .map_err(|error| HttpError::Transport(error.to_string()))?;
            response.body = Vec::new();
        }
        Ok(response)
    }

    /// What was sent so far, oldest first.
    fn calls(&self) -> Vec<Call> {
        Vec::new()
    }

    /// A text without the connections' secrets, should an adapter have got hold of one from a system that repeats it.
    fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(text)
    }

    /// The run is over or was given up: requests on their way end now, and no more go out.
    fn end(&self) {}
}

/// What a world keeps for a run.
pub(super) trait Side: Send + 'static {
    /// Its connections, if the world has any.
    fn connections(&self) -> Option<Arc<dyn Connections>> {
        None
    }
}

/// No connection is granted.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoConnections;

impl Connections for NoConnections {
    fn send(&self, _request: Request) -> Result<Response, HttpError> {
        Err(HttpError::NotAllowed(
            "no connection is granted to this plugin".into(),
        ))
    }
}
