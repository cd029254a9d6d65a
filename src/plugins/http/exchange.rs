//! One request on its way: tries, redirects, sign-in, and the bytes of the answer, each within its limit.

use std::borrow::Cow;
use std::io::Write;
use std::time::{Duration, Instant};

use chrono::Utc;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, Url};
use tokio::time::timeout_at;

use super::brakes::again;
use super::grant::Credentials;
use super::headers::{ANSWER_BYTES, CORRELATION, answered, size};
use super::line::Line;
use super::note::Note;
use super::reach::Blocked;
use super::redact::basic;
use super::session::Session;
use super::target::literal;
use crate::auth::seal::Secret;
use crate::plugins::{HttpError, Response};

/// Redirects followed for one request.
const REDIRECTS: u32 = 5;

/// What must come within each stretch of the time for stalls: less is a drip.
const PROGRESS: u64 = 1024;

/// Why a try came to nothing.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) error: HttpError,
    /// Another try may be better.
    pub(super) again: bool,
    /// The other system is to blame.
    pub(super) down: bool,
}

impl Fault {
    /// Something of ours; the other system is not to blame.
    pub(super) fn ours(why: impl Into<String>) -> Self {
        HttpError::Transport(why.into()).into()
    }

    pub(super) fn while_doing(mut self, what: &str) -> Self {
        match &mut self.error {
            HttpError::Transport(why) | HttpError::NotAllowed(why) => {
                *why = format!("{what}: {why}")
            }
            _ => {}
        }
        self
    }

    fn timeout() -> Self {
        Self {
            error: HttpError::Timeout,
            again: false,
            down: true,
        }
    }
}

impl From<HttpError> for Fault {
    fn from(error: HttpError) -> Self {
        Self {
            error,
            again: false,
            down: false,
        }
    }
}

/// A request of a plugin that may leave.
pub(super) struct Trip<'a> {
    pub(super) session: &'a Session,
    pub(super) line: &'a Line,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
    /// When this try must be done, and which it is.
    pub(super) until: Instant,
    pub(super) tried: u32,
}

/// An answer, and what it asks for.
struct Got {
    response: Response,
    retry_after: Option<Duration>,
}

impl<'a> Trip<'a> {
    /// Sends it, and again while that may help.
    pub(super) async fn go(mut self, mut sink: Option<&mut dyn Write>) -> Result<Response, Fault> {
        let began = Instant::now();
        let timeout = self.line.grant.limits.timeout;
        let overall = began + timeout.max(again::WITHIN);
        loop {
            self.tried += 1;
            self.until = (Instant::now() + timeout).min(overall);
            let ended = self.follow(&mut sink).await;
            let (again, asked) = match &ended {
                Ok(got) => (again::passing(got.response.status), got.retry_after),
                Err(fault) => (fault.again, None),
            };
            let last = self.tried >= again::TRIES || !again::harmless(self.method.as_str());
            let pause = again::pause(self.tried, asked, super::random_fraction());
            if !again || last || began.elapsed() + pause > again::WITHIN {
                return ended.map(|got| got.response);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// One try, with the redirects that stay inside.
    async fn follow(&self, sink: &mut Option<&mut dyn Write>) -> Result<Got, Fault> {
        let (mut method, mut url, mut body) =
            (self.method.clone(), self.url.clone(), self.body.clone());
        let mut headers = self.headers.clone();
        let mut renewed = false;
        let mut redirects = 0;
        loop {
            let (answer, mut note, token) = self.signed(&method, &url, &headers, &body).await?;
            let status = answer.status().as_u16();
            if let Some(token) = token.filter(|_| status == 401 && !renewed) {
                renewed = true;
                self.line.tokens.refused(&token).await;
                continue;
            }
            let location = match status {
                301 | 302 | 303 | 307 | 308 => answer.headers().get(LOCATION),
                _ => None,
            };
            let Some(location) = location else {
                return self.answer(answer, note, sink).await;
            };
            redirects += 1;
            if redirects > REDIRECTS {
                let why =
                    format!("the other system sent the request on more than {REDIRECTS} times");
                return Err(note.fails(HttpError::Transport(why).into()));
            }
            let location = String::from_utf8_lossy(location.as_bytes());
            url = match self.line.checked.base.redirected(&url, &location) {
                Ok(url) => url,
                Err(error) => return Err(note.fails(error.into())),
            };
            let stays = again::harmless(method.as_str()) || matches!(status, 307 | 308);
            if !stays {
                // As browsers do: what was sent is done, and the result is to be fetched.
                method = Method::GET;
                body = None;
                headers.remove(CONTENT_TYPE);
                if let Err(error) = self.session.method(self.line, "GET") {
                    return Err(note.fails(error.into()));
                }
            }
        }
    }

    /// Sends once, signed in.
    async fn signed(
        &self,
        method: &Method,
        url: &Url,
        headers: &HeaderMap,
        body: &Option<Vec<u8>>,
    ) -> Result<(reqwest::Response, Note<'a>, Option<Secret>), Fault> {
        let mut headers = headers.clone();
        for (name, value) in &self.line.checked.headers {
            headers.insert(name, value.clone());
        }
        let mut token = None;
        let signed: Option<(HeaderName, Cow<'_, str>)> = match &self.line.grant.credentials {
            Credentials::None => None,
            Credentials::Header { name, value } => {
                let name = HeaderName::from_bytes(name.trim().as_bytes());
                let name = name
                    .map_err(|_| Fault::ours("the header of the credentials has no proper name"))?;
                Some((name, Cow::Borrowed(value.reveal().trim())))
            }
            Credentials::Bearer(value) => Some((
                AUTHORIZATION,
                format!("Bearer {}", value.reveal().trim()).into(),
            )),
            Credentials::Basic { user, password } => Some((
                AUTHORIZATION,
                format!("Basic {}", basic(user, password.reveal())).into(),
            )),
            Credentials::OAuth(oauth) => {
                let value = self.line.tokens.get(oauth, self).await?;
                let bearer = format!("Bearer {}", value.reveal());
                token = Some(value);
                Some((AUTHORIZATION, bearer.into()))
            }
        };
        if let Some((name, value)) = signed {
            let mut value = HeaderValue::from_str(&value).map_err(|_| {
                Fault::ours("the credentials have characters that no header may have")
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let (answer, note) = self
            .raw(method.clone(), url.clone(), headers, body.clone())
            .await?;
        Ok((answer, note, token))
    }

    /// Sends once, as it stands, up to the answer's headers.
    pub(super) async fn raw(
        &self,
        method: Method,
        url: Url,
        mut headers: HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<(reqwest::Response, Note<'a>), Fault> {
        literal(&url, &self.line.checked.private).map_err(HttpError::NotAllowed)?;
        self.session.spend(self.line)?;
        let left = self.until.saturating_duration_since(Instant::now());
        let Some(wait) = self.line.turn(left) else {
            let most = self.line.grant.limits.per_second;
            return Err(Fault::ours(format!(
                "too many requests wait for this connection, which may send {most} a second"
            )));
        };
        // Even a sleep of nothing lasts until the timer's next millisecond.
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let until = self.until.into();
        let turn = timeout_at(until, self.line.turns.acquire()).await;
        // The semaphore is never closed, so only the time can be up.
        let Ok(Ok(_turn)) = turn else {
            return Err(Fault::timeout());
        };

        let mut note = Note::new(self.session, self.line, &method, &url, self.tried);
        if let Ok(id) = HeaderValue::from_str(note.correlation_id()) {
            headers.insert(CORRELATION, id);
        }
        let client = match self.line.client() {
            Ok(client) => client,
            Err(why) => return Err(note.fails(Fault::ours(why))),
        };
        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = match timeout_at(until, request.send()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(note.fails(fault(&error))),
            Err(_) => return Err(note.fails(Fault::timeout())),
        };
        note.status(answer.status().as_u16());
        if size(answer.headers()) > ANSWER_BYTES {
            let why = "the headers of the answer are larger than 64 KB";
            return Err(note.fails(Fault::ours(why)));
        }
        Ok((answer, note))
    }

    /// The rest of an answer.
    async fn answer(
        &self,
        answer: reqwest::Response,
        mut note: Note<'a>,
        sink: &mut Option<&mut dyn Write>,
    ) -> Result<Got, Fault> {
        let secrets = &self.line.secrets;
        let header = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let mut got = Got {
            retry_after: header.and_then(|value| again::asked(value, Utc::now())),
            response: Response {
                status: answer.status().as_u16(),
                url: secrets.text(answer.url().as_str()).into_owned(),
                headers: answered(answer.headers(), secrets),
                body: Vec::new(),
            },
        };
        match sink {
            Some(sink) if answer.status().is_success() => {
                self.document(answer, *sink, &mut note).await?
            }
            _ => {
                let largest = self.line.grant.limits.largest_body;
                got.response.body = secrets.body(self.body(answer, largest, &mut note).await?);
            }
        }
        Ok(got)
    }

    /// A body that is kept in memory.
    pub(super) async fn body(
        &self,
        answer: reqwest::Response,
        largest: u64,
        note: &mut Note<'a>,
    ) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        self.stream(answer, largest, self.until, note, &mut |chunk| {
            body.extend_from_slice(chunk);
            Ok(())
        })
        .await?;
        Ok(body)
    }

    /// A body that is passed on. Nothing of it can be taken back, so a fault on the way is final.
    async fn document(
        &self,
        answer: reqwest::Response,
        sink: &mut dyn Write,
        note: &mut Note<'a>,
    ) -> Result<(), Fault> {
        let limits = &self.line.grant.limits;
        let until = Instant::now() + limits.document;
        let mut tail = Vec::new();
        let mut begun = false;
        let ended = self
            .stream(answer, limits.largest_document, until, note, &mut |chunk| {
                begun = true;
                if self.line.secrets.in_stream(&mut tail, chunk) {
                    return Err(
                        "the answer repeats the connection's credentials, so it is not kept".into(),
                    );
                }
                sink.write_all(chunk)
                    .map_err(|error| format!("it could not be kept: {error}"))
            })
            .await;
        ended.map_err(|fault| Fault {
            again: fault.again && !begun,
            ..fault
        })
    }

    async fn stream(
        &self,
        mut answer: reqwest::Response,
        largest: u64,
        until: Instant,
        note: &mut Note<'a>,
        take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), Fault> {
        if answer
            .content_length()
            .is_some_and(|length| length > largest)
        {
            return Err(note.fails(HttpError::TooLarge.into()));
        }
        let stall = self.line.grant.limits.stall;
        let mut total = 0;
        let mut stretch = (Instant::now() + stall, PROGRESS);
        loop {
            let chunk = match timeout_at(until.min(stretch.0).into(), answer.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(error)) => return Err(note.fails(fault(&error))),
                Err(_) => return Err(note.fails(Fault::timeout())),
            };
            total += chunk.len() as u64;
            note.bytes(total);
            if total > largest {
                return Err(note.fails(HttpError::TooLarge.into()));
            }
            if let Err(why) = take(&chunk) {
                return Err(note.fails(Fault::ours(why)));
            }
            if total >= stretch.1 {
                stretch = (Instant::now() + stall, total + PROGRESS);
            }
        }
    }
}

/// What the client's error means.
fn fault(error: &reqwest::Error) -> Fault {
    let mut why: &dyn std::error::Error = error;
    loop {
        if let Some(blocked) = why.downcast_ref::<Blocked>() {
            return HttpError::NotAllowed(blocked.to_string()).into();
        }
        match why.source() {
            Some(next) => why = next,
            None => break,
        }
    }
    if error.is_timeout() {
        return Fault::timeout();
    }
    let why = why.to_string();
    let why = why.split(" (os error").next().unwrap_or_default();
    let (text, again) = if why.contains("certificate") {
        let mend = "if it is signed by your own authority, give this connection its certificate";
        (
            format!("the other system's certificate is not trusted ({why}); {mend}"),
            false,
        )
    } else if error.is_connect() {
        (format!("the other system cannot be reached ({why})"), true)
    } else {
        (
            format!("the answer broke off or was not HTTP ({why})"),
            true,
        )
    };
    Fault {
        error: HttpError::Transport(text),
        again,
        down: true,
    }
}
