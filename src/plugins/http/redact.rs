//! Keeps the connections' secrets out of what plugins, people and logs get to see, should another system repeat them.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::grant::{Credentials, Grant};
use crate::auth::seal::Secret;

/// Shorter ones stand in every text by chance,
const SHORTEST: usize = 4;

/// and these in every photo.
const SHORTEST_IN_BYTES: usize = 8;

/// Tokens come and go; the last few are looked for.
const TOKENS: usize = 4;

const INSTEAD: &str = "[redacted]";

/// The secrets of one connection, in the forms in which they travel.
pub(super) struct Redactor {
    fixed: Vec<Secret>,
    tokens: Mutex<Vec<Vec<Secret>>>,
}

impl Redactor {
    pub(super) fn new(grant: &Grant) -> Self {
        let mut fixed = match &grant.credentials {
            Credentials::None => Vec::new(),
            Credentials::Header { value, .. } => forms(value.reveal()),
            Credentials::Bearer(token) => forms(token.reveal()),
            Credentials::Basic { user, password } => {
                let mut all = forms(password.reveal());
                all.push(Secret::new(basic(user, password.reveal())));
                all
            }
            Credentials::OAuth(oauth) => {
                let mut all = forms(oauth.client_secret.reveal());
                all.push(Secret::new(basic(
                    &oauth.client_id,
                    oauth.client_secret.reveal(),
                )));
                all
            }
        };
        let headers = grant.headers.iter().filter(|(_, value)| is_key(value));
        fixed.extend(headers.flat_map(|(_, value)| forms(value)));
        Self {
            fixed,
            tokens: Mutex::default(),
        }
    }

    /// A token that was fetched.
    pub(super) fn add(&self, token: &str) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= TOKENS {
            tokens.remove(0);
        }
        tokens.push(forms(token));
    }

    fn each(&self, mut look: impl FnMut(&str)) {
        self.fixed.iter().for_each(|secret| look(secret.reveal()));
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens
            .iter()
            .flatten()
            .for_each(|secret| look(secret.reveal()));
    }

    /// A text without them.
    pub(super) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut out = Cow::Borrowed(text);
        self.each(|secret| {
            if out.contains(secret) {
                out = Cow::Owned(out.replace(secret, INSTEAD));
            }
        });
        out
    }

    /// A body without them.
    pub(super) fn body(&self, mut body: Vec<u8>) -> Vec<u8> {
        self.each(|secret| {
            let secret = secret.as_bytes();
            let mut from = if secret.len() < SHORTEST_IN_BYTES {
                body.len()
            } else {
                0
            };
            while let Some(at) = find(&body[from..], secret) {
                let at = from + at;
                body.splice(at..at + secret.len(), INSTEAD.bytes());
                from = at + INSTEAD.len();
            }
        });
        body
    }

    /// Looks through a stream: `tail` keeps the end of what came before.
    pub(super) fn in_stream(&self, tail: &mut Vec<u8>, chunk: &[u8]) -> bool {
        tail.extend_from_slice(chunk);
        let (mut found, mut longest) = (false, 1);
        self.each(|secret| {
            found |= secret.len() >= SHORTEST_IN_BYTES && find(tail, secret.as_bytes()).is_some();
            longest = longest.max(secret.len());
        });
        let done = tail.len().saturating_sub(longest - 1);
        tail.drain(..done);
        found
    }
}

/// Whether a further header's value looks like a key or a token. A word that every record may have is none.
fn is_key(value: &str) -> bool {
    let of_keys = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    value.len() >= 16
        && value.chars().all(of_keys)
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic())
}

/// `Basic`'s text.
pub(super) fn basic(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}

/// A secret as it is, as it stands in an address, in JSON, and encoded. The longest first, so that none is left in part.
fn forms(secret: &str) -> Vec<Secret> {
    let secret = secret.trim();
    if secret.len() < SHORTEST {
        return Vec::new();
    }
    let json = serde_json::to_string(secret).unwrap_or_default();
    let mut all = vec![
        secret.to_owned(),
        escaped(secret),
        json.trim_matches('"').to_owned(),
        STANDARD.encode(secret),
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
    ];
    all.sort_by_key(|form| std::cmp::Reverse(form.len()));
    all.dedup();
    all.into_iter().map(Secret::new).collect()
}

/// As the value of a form or an address.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == first) {
        let at = from + at;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
