//! The seam through which an adapter's requests leave. The contract has them from its first version;
//! what grants and sends them implements [`Connections`] above this room. Until the operator has granted
//! one, [`NoConnections`] is what there is.

use std::io::Write;

/// A request as the adapter made it: nothing in it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// Outside the grant; the sentence says what is missing.
    NotAllowed(String),
    /// Not a request that HTTP knows.
    BadRequest(String),
    /// No answer in time.
    Timeout,
    /// More than the connection allows.
    TooLarge,
    /// DNS, TLS, connection or protocol.
    Transport(String),
    /// The run may send no more.
    Budget,
}

/// Sends an adapter's requests over the connections that the operator granted to it.
pub trait Connections: Send + Sync {
    /// Sends one and waits for the answer; blocks.
    fn send(&self, request: Request) -> Result<Response, HttpError>;

    /// As [`send`](Connections::send); the body of an answer 200 to 299 goes to `sink` and is empty in the response.
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
