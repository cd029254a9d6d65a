//! What comes to an open page by itself, as server-sent events: who else is on a case and whether it changed, and that
//! the board counts something new. A page without scripts shows what was so when it was drawn.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::case_page::tell_event;
use super::commands::find;
use super::shell::Web;
use crate::desk::DeskError;
use crate::desk::live::CaseNow;
use crate::domain::access::Actor;
use crate::domain::calendar::and_list;
use crate::domain::case::Case;
use crate::domain::ids::CaseRef;

/// How often it is looked whether there is something to tell.
const LOOK: Duration = Duration::from_secs(1);
/// The shortest time between two counts of the board.
const COUNT: Duration = Duration::from_secs(5);
/// A stream ends after this long and the browser asks again: whoever was signed out learns nothing more.
const LONGEST: Duration = Duration::from_secs(120);

/// Whoever looks at a page that is open already. Unlike [`super::shell::Visitor`], this keeps no session alive: a
/// screen that nobody touches is signed out in its time.
pub struct Onlooker(Actor);

impl FromRequestParts<Web> for Onlooker {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        // A browser does not ask again after 204.
        let over = || StatusCode::NO_CONTENT.into_response();
        let secret = web.secret(&parts.headers).ok_or_else(over)?.to_owned();
        let actor = web.desk.away(move |desk| desk.session_as_it_is(&secret));
        actor.await.map(Self).map_err(|_| over())
    }
}

/// What an open page of a case is told.
#[derive(Serialize, PartialEq, Eq, Clone, Default)]
struct Told {
    /// Who else is on it, as a sentence; empty for nobody.
    here: String,
    /// What changed since the page was drawn, as a sentence; empty for nothing.
    changed: String,
}

/// The version that the page shows.
#[derive(Deserialize)]
pub struct Seen {
    #[serde(default)]
    version: u32,
    /// The step whose form it is; empty for the case itself.
    #[serde(default)]
    doing: String,
}

/// Others on a case, as a sentence; empty for nobody.
pub fn here(now: &CaseNow) -> String {
    let (mut told, mut only_here) = (Vec::new(), Vec::new());
    for other in &now.others {
        match at(&other.doing) {
            Some(doing) => told.push(format!("{} {doing}.", other.name)),
            None => only_here.push(other.name.clone()),
        }
    }
    match only_here.as_slice() {
        [] => {}
        [one] => told.push(format!("{one} is on this case too.")),
        all => told.push(format!("{} are on this case too.", and_list(all))),
    }
    told.join(" ")
}

/// What somebody is doing who has the form of a step open; none for no step.
fn at(step: &str) -> Option<String> {
    Some(match step {
        "respond" => "is writing the response".into(),
        "acknowledge" => "is writing the acknowledgement".into(),
        "extend" => "is writing the letter about more time".into(),
        "refuse" => "is writing the refusal".into(),
        "issue_letter" => "is writing a letter".into(),
        "note" | "record_contact" => "is writing a note".into(),
        "decide_point" => "is deciding a point".into(),
        "offer_remedy" => "is working on a remedy".into(),
        other => format!("has “{}” open", find(other)?.label),
    })
}

/// Where an open page of a case asks, or the form of a step of it.
pub fn address(case: &Case, doing: &str) -> String {
    let (reference, version) = (&case.reference, case.version);
    match doing {
        "" => format!("/cases/{reference}/live?version={version}"),
        step => format!("/cases/{reference}/live?version={version}&doing={step}"),
    }
}

/// As [`here`], for a page that is being drawn; nobody when it cannot be told, which the page itself will say.
pub fn others(web: &Web, actor: &Actor, reference: &CaseRef, doing: &str) -> String {
    let now = web.desk.look_at(actor, reference, doing);
    now.map_or(String::new(), |now| here(&now))
}

struct CaseStream {
    web: Web,
    actor: Actor,
    reference: CaseRef,
    doing: String,
    seen: u32,
    version: u32,
    told: Told,
    until: Instant,
    closing: watch::Receiver<bool>,
}

impl CaseStream {
    async fn look(&mut self) -> Result<Told, DeskError> {
        let (actor, reference) = (self.actor.clone(), self.reference.clone());
        let doing = self.doing.clone();
        let now = self
            .web
            .desk
            .away(move |desk| desk.stay_on(&actor, &reference, &doing));
        let now = now.await?;
        let mut told = Told {
            here: here(&now),
            changed: self.told.changed.clone(),
        };
        if now.version != self.version {
            let reference = self.reference.to_string();
            let (case, events) = self.web.case_with_events(&self.actor, &reference).await?;
            let since: Vec<String> = events
                .iter()
                .filter(|event| event.seq > self.seen)
                .map(|event| tell_event(event, &case.names))
                .filter(|text| !text.is_empty())
                .collect();
            told.changed = match since.as_slice() {
                [] => String::new(),
                [.., last] => format!("Changed since you opened it: {last}"),
            };
            self.version = now.version;
        }
        Ok(told)
    }
}

/// Waits a little; whether to go on.
async fn wait(until: Instant, closing: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = sleep(LOOK) => Instant::now() < until,
        _ = closing.wait_for(|closing| *closing) => false,
    }
}

/// `GET /cases/{reference}/live?version=N`.
pub async fn case(
    State(web): State<Web>,
    Onlooker(actor): Onlooker,
    Path(reference): Path<String>,
    Query(seen): Query<Seen>,
) -> Response {
    let Ok(reference) = reference.parse() else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let first = CaseStream {
        closing: web.desk.closing(),
        web,
        actor,
        reference,
        // Nothing else is kept of what an address says.
        doing: find(&seen.doing).map_or(String::new(), |step| step.name.to_owned()),
        seen: seen.version,
        version: seen.version,
        told: Told::default(),
        until: Instant::now() + LONGEST,
    };
    sent(unfold(first, |mut on| async move {
        loop {
            let told = on.look().await.ok()?;
            if told != on.told {
                on.told = told;
                let event = Event::default().json_data(&on.told).ok()?;
                return Some((Ok(event), on));
            }
            if !wait(on.until, &mut on.closing).await {
                return None;
            }
        }
    }))
}

/// `GET /board/live`: a line whenever the board would count something new.
pub async fn board(State(web): State<Web>, Onlooker(actor): Onlooker) -> Response {
    let closing = web.desk.closing();
    let until = Instant::now() + LONGEST;
    let state = (web, actor, None::<u64>, Instant::now(), closing);
    sent(unfold(state, move |state| async move {
        let (web, actor, mut known, mut told_at, mut closing) = state;
        loop {
            let who = actor.clone();
            let last = web
                .desk
                .away(move |desk| desk.last_event(&who))
                .await
                .ok()?;
            let new = known.is_some_and(|known| known != last);
            if known.is_none() || (new && told_at.elapsed() >= COUNT) {
                known = Some(last);
            }
            if new && told_at.elapsed() >= COUNT {
                told_at = Instant::now();
                let event = Event::default().data("changed");
                return Some((Ok(event), (web, actor, known, told_at, closing)));
            }
            if !wait(until, &mut closing).await {
                return None;
            }
        }
    }))
}

fn sent(stream: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    Sse::new(stream)
        .keep_alive(KeepAlive::default())
        .into_response()
}
