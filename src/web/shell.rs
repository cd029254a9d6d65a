//! What every handler shares: the desk, who is signed in, the frame around the page, and the one place where a
//! refusal of the desk becomes a page.

use super::case_page::{Link, Row, earlier};
use super::frame::{Frame, Me};
use super::page::{Message, see};
use super::queue::encode;
use crate::desk::cases::AuditedEvent;
use crate::desk::typed::write;
use crate::desk::{CaseView, Desk, DeskError, StoreError};
use crate::domain::access::{Actor, Permission};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;

/// The pages' share of the program.
#[derive(Clone)]
pub struct Web {
    /// The use cases.
    pub desk: Desk,
    /// Whether browsers reach us over TLS; then the cookie may travel only there.
    pub secure: bool,
    /// Whether a proxy of ours stands before us: then it says where a request came from, and it alone.
    pub proxied: bool,
}

impl Web {
    /// The name of the session cookie.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure {
            "__Host-redress"
        } else {
            "redress"
        }
    }

    /// The `Set-Cookie` that keeps `secret`, or with none drops it.
    pub fn cookie(&self, secret: Option<&str>) -> String {
        let (value, age) = secret.map_or(("", "; Max-Age=0"), |secret| (secret, ""));
        let secure = if self.secure { "; Secure" } else { "" };
        format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}",
            self.cookie_name()
        )
    }

    /// The secret in a request's cookies.
    pub fn secret<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| {
                (name == self.cookie_name() && !value.is_empty()).then_some(value)
            })
    }

    /// The frame of a page for nobody in particular.
    pub fn outside(&self) -> Frame {
        let book = self.desk.book();
        let landlord = book.latest_policy().landlord.name.trim();
        let mut frame = Frame::bare();
        if !landlord.is_empty() {
            landlord.clone_into(&mut frame.landlord);
        }
        frame.practice = self.desk.is_practice();
        let brand = book.brand();
        if !brand.colour.is_empty() {
            frame.style = format!("/brand.css?v={}", brand.version);
        }
        if brand.logo.is_some() {
            frame.logo = format!("/brand/logo?v={}", brand.version);
        }
        frame
    }

    /// The frame of a page for someone signed in.
    pub fn frame(&self, actor: &Actor, here: &'static str) -> Frame {
        let me = Me {
            name: actor.name.clone(),
            reads: actor.may(Permission::ReadCases),
            logs: actor.may(Permission::Log),
            settles: actor.may(Permission::Administer),
            open: None,
        };
        let failed = me.settles && self.desk.backup_failed();
        let notices = failed.then(|| {
            "The last backup did not go well. Look under Settings, Backups, and see to it today.".to_owned()
        });
        Frame {
            me: Some(me),
            here,
            notices: notices.into_iter().collect(),
            ..self.outside()
        }
    }

    /// A case as this person sees it, by its reference as it stands in the address.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for what is no reference, or what the desk says.
    pub async fn case(&self, actor: &Actor, reference: &str) -> Result<CaseView, DeskError> {
        let reference = reference.parse().map_err(|_| DeskError::NotFound)?;
        let who = actor.clone();
        self.desk
            .away(move |desk| desk.case(&who, &reference))
            .await
    }

    /// The same with everything that happened to it.
    ///
    /// # Errors
    /// As [`Self::case`].
    pub async fn case_with_events(
        &self,
        actor: &Actor,
        reference: &str,
    ) -> Result<(CaseView, Vec<AuditedEvent>), DeskError> {
        let reference = reference.parse().map_err(|_| DeskError::NotFound)?;
        let who = actor.clone();
        let both = move |desk: &Desk| {
            let case = desk.case(&who, &reference)?;
            Ok((case, desk.history(&who, &reference)?))
        };
        self.desk.away(both).await
    }

    /// Other cases of the same resident or home; none when they cannot be read, which the case itself will say.
    pub async fn earlier(&self, actor: &Actor, reference: &str) -> Vec<Row> {
        let Ok(reference) = reference.parse() else {
            return Vec::new();
        };
        let who = actor.clone();
        let found = self
            .desk
            .away(move |desk| desk.earlier_cases(&who, &reference));
        earlier(&found.await.unwrap_or_default())
    }

    /// How many complaints there are under the heading of this one from its place, with their list; none when it
    /// stands alone.
    pub async fn cluster(&self, actor: &Actor, reference: &str) -> Option<Link> {
        let reference = reference.parse().ok()?;
        let who = actor.clone();
        let found = self.desk.away(move |desk| desk.cluster(&who, &reference));
        let cluster = found.await.ok().flatten()?;
        let about = super::board::theme(self.desk.book().categories(), &cluster.heading);
        let filters = [
            write("near", &cluster.place),
            write("theme", &cluster.heading),
            write("received", &format!(">={}", cluster.since)),
        ];
        Some(Link {
            label: format!(
                "{} complaints about {} from {} within a year.",
                cluster.number,
                about.to_lowercase(),
                cluster.place
            ),
            href: format!("/cases?q={}", encode(&filters.join(" "))),
        })
    }

    /// What changes because of this complaint, as rows.
    pub async fn learnings(&self, actor: &Actor, reference: &str) -> Vec<Row> {
        let Ok(reference) = reference.parse() else {
            return Vec::new();
        };
        let who = actor.clone();
        let found = self
            .desk
            .away(move |desk| desk.learnings_of(&who, &reference));
        let found = found.await.unwrap_or_default();
        found
            .iter()
            .map(|kept| super::learning::row(self, kept))
            .collect()
    }

    /// The page that says why the desk did not do something.
    pub fn sorry(&self, actor: &Actor, error: &DeskError) -> Response {
        let (status, title) = explain(error);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, "a page could not be answered");
        }
        Message {
            frame: self.frame(actor, ""),
            title: title.into(),
            text: error.to_string(),
            incident: String::new(),
        }
        .answer(status)
    }
}

/// The status and heading of an error.
pub fn explain(error: &DeskError) -> (StatusCode, &'static str) {
    match error {
        DeskError::Refused(_) | DeskError::Invalid { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "This cannot be done yet")
        }
        DeskError::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        DeskError::Forbidden(_) => (StatusCode::FORBIDDEN, "Your role does not allow this"),
        DeskError::Stale { .. } => (
            StatusCode::PRECONDITION_FAILED,
            "Someone else changed this case",
        ),
        DeskError::Conflict(_) => (StatusCode::CONFLICT, "This was done already"),
        DeskError::Unauthenticated(_) => (StatusCode::UNAUTHORIZED, "Sign in"),
        DeskError::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "Too many tries"),
        DeskError::StoreFull => (StatusCode::INSUFFICIENT_STORAGE, "The disk is full"),
        DeskError::Plugin(_) | DeskError::Pdf(_) => {
            (StatusCode::BAD_GATEWAY, "This could not be made")
        }
        DeskError::Store(StoreError::TooLarge { .. }) => {
            (StatusCode::PAYLOAD_TOO_LARGE, "Too large")
        }
        DeskError::Store(_) | DeskError::Internal(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong")
        }
    }
}

/// Someone who is signed in. A page that asks for one sends everyone else to the sign-in page, and back afterwards.
pub struct Visitor(pub Actor);

impl FromRequestParts<Web> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        if let Some(secret) = web.secret(&parts.headers).map(str::to_owned)
            && let Ok(actor) = web.desk.away(move |desk| desk.session(&secret)).await
        {
            return Ok(Self(actor));
        }
        if web.desk.is_new() {
            return Err(see("/start"));
        }
        let next = if parts.method == Method::GET {
            parts.uri.path()
        } else {
            "/"
        };
        Err(see(&format!("/sign-in?next={next}")))
    }
}
