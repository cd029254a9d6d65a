//! Tokens for connections that sign in with OAuth client credentials. The host fetches them, keeps each until shortly
//! before it ends, and fetches another when one is refused; plugins know nothing of it.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::exchange::{Fault, Trip};
use super::grant::OAuth;
use super::redact::{basic, escaped};
use crate::auth::seal::Secret;
use crate::plugins::HttpError;

/// A token whose server does not say how long it lasts.
const USUAL: Duration = Duration::from_secs(300);

/// A token is not used in its last moments.
const BEFORE: Duration = Duration::from_secs(30);

const LARGEST: u64 = 64 << 10;

/// The token of one connection. Whoever needs one while it is fetched waits for it.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Option<Token>>);

struct Token {
    value: Secret,
    until: Instant,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    error: String,
}

impl Tokens {
    /// The token to send now.
    pub(super) async fn get(&self, oauth: &OAuth, trip: &Trip<'_>) -> Result<Secret, Fault> {
        let mut kept = self.0.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.until > Instant::now()) {
            return Ok(token.value.clone());
        }
        *kept = None;
        let token = fetch(oauth, trip).await?;
        trip.line.secrets.add(token.value.reveal());
        let value = token.value.clone();
        *kept = Some(token);
        Ok(value)
    }

    /// That token was refused; the next is fetched, unless somebody did already.
    pub(super) async fn refused(&self, value: &Secret) {
        let mut kept = self.0.lock().await;
        if kept.as_ref().is_some_and(|token| token.value == *value) {
            *kept = None;
        }
    }
}

async fn fetch(oauth: &OAuth, trip: &Trip<'_>) -> Result<Token, Fault> {
    let Some(url) = &trip.line.checked.token_url else {
        return Err(Fault::ours("the connection has no address for tokens"));
    };
    let secret = oauth.client_secret.reveal();
    let mut form = "grant_type=client_credentials".to_owned();
    for (name, value) in [("scope", &oauth.scope), ("audience", &oauth.audience)] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            form.push_str(&format!("&{name}={}", escaped(value)));
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    if oauth.in_body {
        form.push_str(&format!(
            "&client_id={}&client_secret={}",
            escaped(&oauth.client_id),
            escaped(secret)
        ));
    } else {
        // RFC 6749, 2.3.1: both are encoded as in a form before they become a header.
        let both = basic(&escaped(&oauth.client_id), &escaped(secret));
        let value = HeaderValue::from_str(&format!("Basic {both}"));
        let mut value =
            value.map_err(|_| Fault::ours("the client id and secret make no header"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let host = url.origin();
    let sent = trip
        .raw(
            Method::POST,
            url.url().clone(),
            headers,
            Some(form.into_bytes()),
        )
        .await;
    let (answer, mut note) =
        sent.map_err(|fault| fault.while_doing(&format!("signing in at {host}")))?;
    let status = answer.status().as_u16();
    let body = trip.body(answer, LARGEST, &mut note).await?;
    drop(note);
    if status != 200 {
        // The error's code is a word of the standard; its description may repeat what was sent.
        let refusal: Option<Refusal> = serde_json::from_slice(&body).ok();
        let word = refusal.map(|refusal| refusal.error).filter(|word| {
            !word.is_empty()
                && word.len() <= 40
                && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        });
        let word = word.map(|word| format!(", {word}")).unwrap_or_default();
        let why = match status {
            400 | 401 | 403 => format!(
                "{host} refused the client id and secret of this connection (HTTP {status}{word}); enter them again or ask whoever runs it"
            ),
            _ => format!("{host} gave no token (HTTP {status}{word})"),
        };
        return Err(if status >= 500 {
            Fault::down(why)
        } else {
            Fault::refused(why)
        });
    }
    let told: Answer = serde_json::from_slice(&body)
        .map_err(|_| Fault::refused(format!("what {host} gave is not a token of OAuth 2.0")))?;
    if told
        .token_type
        .is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer"))
    {
        return Err(Fault::refused(format!(
            "{host} gave a token that is not a bearer token"
        )));
    }
    if told.access_token.is_empty() || HeaderValue::from_str(&told.access_token).is_err() {
        return Err(Fault::refused(format!(
            "{host} gave a token that no header can carry"
        )));
    }
    // Some servers write the number as a text.
    let seconds = told.expires_in.and_then(|value| match value {
        serde_json::Value::Number(number) => number.as_u64(),
        serde_json::Value::String(text) => text.parse().ok(),
        _ => None,
    });
    let lasts = seconds.map_or(USUAL, |seconds| Duration::from_secs(seconds.min(24 * 3600)));
    let used = lasts.saturating_sub(BEFORE).max(lasts / 2);
    Ok(Token {
        value: Secret::new(told.access_token),
        until: Instant::now() + used,
    })
}

impl Fault {
    /// The sign-in failed for a reason that a person has to mend.
    fn refused(why: String) -> Self {
        Self {
            error: HttpError::Transport(why),
            again: false,
            down: false,
        }
    }

    fn down(why: String) -> Self {
        Self {
            error: HttpError::Transport(why),
            again: true,
            down: true,
        }
    }
}
