//! Where a request goes: inside the connection's base address, or nowhere. The base is an origin and a path; what is
//! asked for is compared after it was read the way the client reads it, never as text.

use reqwest::Url;

use super::reach::PrivateNetworks;
use crate::plugins::HttpError;

/// The longest address that is sent.
const URL_BYTES: usize = 8 << 10;

/// The base address of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    url: Url,
    /// The path's segments, without an empty last one.
    prefix: Vec<String>,
}

impl Base {
    /// Reads what an operator typed.
    pub(super) fn read(typed: &str) -> Result<Self, String> {
        let typed = typed.trim();
        clean(typed)?;
        let url = Url::parse(typed).map_err(|error| {
            format!(
                "\"{}\" is not an address such as https://repairs.example.org/api ({error})",
                typed.escape_debug()
            )
        })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(format!(
                "an address begins with https://, not with {}:",
                url.scheme()
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address holds a name or a password; enter them as credentials".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the base address ends before any ? or #".into());
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err("the address names no host".into());
        }
        if url.port() == Some(0) {
            return Err("there is no port 0".into());
        }
        let path = url.path().trim_end_matches('/');
        let prefix = path.split('/').skip(1).map(str::to_owned).collect();
        Ok(Self { url, prefix })
    }

    /// Its origin, for sentences.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Where a plugin's request goes. It may be relative to the base, absolute in its path, or an address in full, as
    /// the "next page" links of other systems are.
    pub(super) fn inside(&self, asked: &str) -> Result<Url, HttpError> {
        clean(asked).map_err(HttpError::BadRequest)?;
        let bad = |error: url_error::Error| {
            HttpError::BadRequest(format!("it is not an address: {error}"))
        };
        let url = match Url::parse(asked) {
            Ok(url) => url,
            Err(url_error::Error::RelativeUrlWithoutBase) => {
                if asked.starts_with('/') && !asked.starts_with("//") {
                    let absolute = self.url.join(asked).map_err(bad)?;
                    if self.holds(&absolute) {
                        absolute
                    } else {
                        // "/workOrders" of an adapter whose author counts from the base.
                        self.folder()
                            .join(asked.trim_start_matches('/'))
                            .map_err(bad)?
                    }
                } else if asked.is_empty() || asked.starts_with('?') {
                    self.url.join(asked).map_err(bad)?
                } else {
                    self.folder().join(asked).map_err(bad)?
                }
            }
            Err(error) => return Err(bad(error)),
        };
        self.admit(url)
    }

    /// Where an answer sends the request on to.
    pub(super) fn redirected(&self, from: &Url, location: &str) -> Result<Url, HttpError> {
        let away = |why: &str| {
            HttpError::NotAllowed(format!("the other system sent the request on to {why}"))
        };
        clean(location).map_err(|why| away(&format!("something that is not an address: {why}")))?;
        let url = from
            .join(location)
            .map_err(|error| away(&format!("something that is not an address: {error}")))?;
        let to = match url.host_str() {
            Some(_) if url.scheme().starts_with("http") => url.origin().ascii_serialization(),
            _ => format!("an address that begins with {}:", url.scheme()),
        };
        self.admit(url).map_err(|error| match error {
            HttpError::NotAllowed(_) => away(&format!(
                "{to}, outside what is granted; redirects are only followed inside the connection"
            )),
            other => other,
        })
    }

    fn admit(&self, mut url: Url) -> Result<Url, HttpError> {
        let outside = |what: &str| {
            let granted = &self.url;
            HttpError::NotAllowed(format!("{what} is outside what is granted, {granted}"))
        };
        if url.scheme() != self.url.scheme() {
            return Err(outside(&format!(
                "an address that begins with {}:",
                url.scheme()
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpError::NotAllowed(
                "an address may not hold a name or a password".into(),
            ));
        }
        let same_host = url.host() == self.url.host();
        if !same_host || url.port_or_known_default() != self.url.port_or_known_default() {
            return Err(outside(&url.origin().ascii_serialization()));
        }
        url.set_fragment(None);
        for segment in segments(&url) {
            if climbs(segment) {
                let why = "the path has a hidden way up (\"..\") in it";
                return Err(HttpError::NotAllowed(why.into()));
            }
        }
        if !self.holds(&url) {
            return Err(outside(&format!("the path {}", url.path())));
        }
        if url.as_str().len() > URL_BYTES {
            return Err(HttpError::BadRequest(
                "the address is longer than 8 KB".into(),
            ));
        }
        Ok(url)
    }

    fn holds(&self, url: &Url) -> bool {
        let mut own = segments(url);
        self.prefix
            .iter()
            .all(|segment| own.next() == Some(segment.as_str()))
    }

    /// The base as a folder, so that what is relative is added and does not take its last segment's place.
    fn folder(&self) -> Url {
        let mut url = self.url.clone();
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        url
    }
}

/// The parser's own error, under the name that it has there.
mod url_error {
    pub(super) type Error = <reqwest::Url as std::str::FromStr>::Err;
}

fn segments(url: &Url) -> std::str::Split<'_, char> {
    url.path()
        .strip_prefix('/')
        .unwrap_or(url.path())
        .split('/')
}

/// What the client would silently drop or read as something else.
fn clean(text: &str) -> Result<(), String> {
    match text
        .chars()
        .find(|c| c.is_control() || c.is_whitespace() || *c == '\\')
    {
        None => Ok(()),
        Some('\\') => Err("an address has no backslashes".into()),
        Some(_) => Err("an address has no spaces or control characters; write %20".into()),
    }
}

/// Whether a segment, decoded as often as somebody behind may decode it, has a way up or an end in it.
fn climbs(segment: &str) -> bool {
    let mut decoded = segment.as_bytes().to_vec();
    for _ in 0..4 {
        let parts = decoded.split(|b| matches!(b, b'/' | b'\\'));
        // Some servers take "..;x" for "..".
        let up = parts
            .map(|part| part.split(|b| *b == b';').next().unwrap_or_default())
            .any(|part| part == b".." || part == b".");
        if up || decoded.contains(&0) {
            return true;
        }
        let next = decode(&decoded);
        if next == decoded {
            return false;
        }
        decoded = next;
    }
    // Nobody wraps a reference so deep.
    true
}

fn decode(bytes: &[u8]) -> Vec<u8> {
    let digit = |b: Option<&u8>| {
        b.and_then(|b| char::from(*b).to_digit(16))
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (
            bytes[at],
            digit(bytes.get(at + 1)),
            digit(bytes.get(at + 2)),
        ) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Checks a host that is written as an address; names are checked where they are resolved.
pub(super) fn literal(url: &Url, private: &PrivateNetworks) -> Result<(), String> {
    let Some(host) = url.host_str() else {
        return Err("the address names no host".into());
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse() {
        Ok(ip) => private
            .check(host, ip)
            .map_err(|blocked| blocked.to_string()),
        Err(_) => Ok(()),
    }
}

/// An address as logs show it: the names of its parameters without their values, which are people's references.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    let mut text = String::from(shown);
    if let Some(query) = url.query() {
        let mut sign = '?';
        for pair in query.split('&') {
            text.push(sign);
            sign = '&';
            match pair.split_once('=') {
                Some((name, _)) => {
                    text.push_str(name);
                    text.push_str("=…");
                }
                None => text.push('…'),
            }
        }
    }
    crate::plugins::run_log::clip(&text, 500)
}
