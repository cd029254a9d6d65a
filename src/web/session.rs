//! Signing in and out, the first run, one's own password.

use super::form::{Form, Posted};
use super::forms;
use super::frame::Frame;
use super::page::{FormPage, see};
use super::shell::{Visitor, Web};
use crate::desk::DeskError;
use crate::desk::people::{FirstRun, NewPerson};
use crate::domain::access::Role;
use crate::domain::policy::Landlord;
use axum::Form as Body;
use axum::extract::{ConnectInfo, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

type Pairs = Vec<(String, String)>;

/// Where a request came from, as far as the server knows.
pub struct CameFrom(Option<IpAddr>);

impl FromRequestParts<Web> for CameFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|info| info.0.ip().to_canonical());
        Ok(Self(match peer {
            Some(near) if web.proxied && is_near(near) => told_by_proxy(&parts.headers),
            peer => peer,
        }))
    }
}

/// Whether a proxy of ours may be there: on this machine or in a private network.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => four.is_loopback() || four.is_private(),
        IpAddr::V6(six) => six.is_loopback() || six.is_unique_local(),
    }
}

/// The last entry of `X-Forwarded-For`, which our proxy wrote itself; the ones before it anyone may have made up.
fn told_by_proxy(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let last = last.to_str().ok()?.rsplit(',').next()?.trim();
    let address = last
        .trim_matches(['[', ']'])
        .parse()
        .or_else(|_| last.parse::<SocketAddr>().map(|with_port| with_port.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// Where to go after signing in.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Next {
    next: String,
}

/// `GET /sign-in`.
pub async fn ask(State(web): State<Web>, Query(Next { next }): Query<Next>) -> Response {
    if web.desk.is_new() {
        return see("/start");
    }
    page(web.outside(), "Sign in", "", forms::sign_in(&next))
}

/// `POST /sign-in`.
pub async fn enter(
    State(web): State<Web>,
    CameFrom(address): CameFrom,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = forms::sign_in("");
    let Some(answers) = form.read(&Posted(pairs)) else {
        return page(web.outside(), "Sign in", "", form);
    };
    let text = |name: &str| {
        answers
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match web
        .desk
        .sign_in(text("id"), text("password").to_owned(), address)
        .await
    {
        Ok(session) => signed_in(&web, session.secret.reveal(), inside(text("next"))),
        Err(error) => {
            form.refuse(Some("id"), &error.to_string(), "", "");
            let mut response = page(web.outside(), "Sign in", "", form);
            if matches!(error, DeskError::TooMany { .. }) {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            }
            response
        }
    }
}

/// A path of ours; anything that a browser could take for another site becomes the work queue.
pub(super) fn inside(next: &str) -> &str {
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") {
        next
    } else {
        "/"
    }
}

fn signed_in(web: &Web, secret: &str, to: &str) -> Response {
    let mut response = see(to);
    if let Ok(cookie) = HeaderValue::from_str(&web.cookie(Some(secret))) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /sign-out`.
pub async fn leave(State(web): State<Web>, headers: HeaderMap) -> Response {
    if let Some(secret) = web.secret(&headers)
        && let Err(error) = web.desk.sign_out(secret).await
    {
        tracing::warn!(%error, "a session could not be ended");
    }
    let mut response = see("/sign-in");
    if let Ok(cookie) = HeaderValue::from_str(&web.cookie(None)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

const START: &str = "Name the landlord and make the first account. Nothing leaves this computer.";

/// `GET /start`: the first run.
pub async fn first(State(web): State<Web>) -> Response {
    if !web.desk.is_new() {
        return see("/sign-in");
    }
    page(
        web.outside(),
        "Welcome to Redress",
        START,
        forms::first_run(),
    )
}

/// `POST /start`.
pub async fn begin(
    State(web): State<Web>,
    CameFrom(address): CameFrom,
    Body(pairs): Body<Pairs>,
) -> Response {
    if !web.desk.is_new() {
        return see("/sign-in");
    }
    let mut form = forms::first_run();
    let Some(answers) = form.read(&Posted(pairs)) else {
        return page(web.outside(), "Welcome to Redress", START, form);
    };
    let landlord: Landlord = answers
        .get("landlord")
        .and_then(|landlord| serde_json::from_value(landlord.clone()).ok())
        .unwrap_or_default();
    let code = answers
        .get("setup_code")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let (administrator, password) = new_person(&answers);
    let id = administrator.id.clone();
    match web
        .desk
        .first_run(FirstRun {
            landlord,
            administrator,
            setup_code: code,
        })
        .await
    {
        Ok(_) => match web.desk.sign_in(&id, password, address).await {
            Ok(session) => signed_in(&web, session.secret.reveal(), "/"),
            Err(_) => see("/sign-in"),
        },
        Err(error) => {
            refuse(&mut form, &error);
            page(web.outside(), "Welcome to Redress", START, form)
        }
    }
}

/// The account that the answers name, and its password once more for signing in.
pub fn new_person(answers: &Value) -> (NewPerson, String) {
    let text = |name: &str| {
        answers
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let roles = answers
        .get("roles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let roles: BTreeSet<Role> = roles
        .filter_map(Value::as_str)
        .filter_map(Role::from_wire)
        .collect();
    let password = text("password");
    (
        NewPerson {
            id: text("id"),
            name: text("name"),
            roles,
            password: Some(password.clone()),
        },
        password,
    )
}

/// Notes an error of the desk on a form that has no case.
pub fn refuse(form: &mut Form, error: &DeskError) {
    match error {
        DeskError::Invalid { field, detail } => form.refuse(Some(field), detail, "", ""),
        DeskError::Refused(refusal) => form.refuse(refusal.field, &refusal.detail, "", ""),
        error => form.refuse(None, &error.to_string(), "", ""),
    }
}

fn page(frame: Frame, title: &str, intro: &str, form: Form) -> Response {
    FormPage {
        frame,
        title: title.into(),
        intro: intro.into(),
        back: String::new(),
        back_label: String::new(),
        care: Vec::new(),
        form,
    }
    .answer()
}

/// `GET /password`.
pub async fn ask_password(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    page(
        web.frame(&actor, ""),
        "Change my password",
        "You are signed out everywhere.",
        forms::own_password(),
    )
}

/// `POST /password`.
pub async fn change_password(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = forms::own_password();
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| {
            answers
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        match web
            .desk
            .change_password(&actor, text("old_password"), text("password"))
            .await
        {
            Ok(_) => return see("/sign-in"),
            Err(error) => refuse(&mut form, &error),
        }
    }
    page(
        web.frame(&actor, ""),
        "Change my password",
        "You are signed out everywhere.",
        form,
    )
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderValue, inside, is_near, told_by_proxy};

    #[test]
    fn only_what_our_own_proxy_says_counts() {
        let told = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            told_by_proxy(&headers).map(|address| address.to_string())
        };
        let is = |address: &str| Some(address.to_owned());
        assert_eq!(told(&["10.9.8.7, 203.0.113.7"]), is("203.0.113.7"));
        assert_eq!(told(&["203.0.113.7", "198.51.100.2"]), is("198.51.100.2"));
        assert_eq!(told(&["203.0.113.7:5123"]), is("203.0.113.7"));
        assert_eq!(told(&["[2001:db8::1]:443"]), is("2001:db8::1"));
        assert_eq!(told(&["2001:db8::1"]), is("2001:db8::1"));
        assert_eq!(told(&["203.0.113.7, unknown"]), None);
        assert_eq!(told(&[]), None);
        let near = |address: &str| address.parse().is_ok_and(is_near);
        assert!(near("127.0.0.1") && near("172.17.0.1") && near("::1") && near("fd00::1"));
        assert!(!near("203.0.113.7") && !near("2001:db8::1"));
    }

    #[test]
    fn after_signing_in_nobody_is_led_away() {
        assert_eq!(inside("/cases/C-2026-0042"), "/cases/C-2026-0042");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "/a b",
            "/\u{e9}",
        ] {
            assert_eq!(inside(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
