//! My reminders: the dates that come near or were missed, until they are met.

use super::page::{render, see};
use super::queue::lines;
use super::rows::CaseLine;
use super::shell::{Visitor, Web};
use super::words::{count, long_date, moment};
use crate::desk::nudges::{Nudge, Why};
use crate::domain::clock::ClockId;
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// The page.
#[derive(askama::Template)]
#[template(path = "nudges.html")]
pub struct NudgesPage {
    /// Around it.
    pub frame: super::frame::Frame,
    /// What was not seen before.
    pub fresh: Vec<NudgeLine>,
    /// What was.
    pub seen: Vec<NudgeLine>,
    /// Until when these were given: seeing them is no word about what came later.
    pub until: String,
}

/// A reminder as a line.
pub struct NudgeLine {
    /// What it says.
    pub text: String,
    /// When it was given.
    pub at: String,
    /// The case; none for the sum of a week and for a learning.
    pub case: Option<CaseLine>,
    /// Where more is, without a case.
    pub link: (String, String),
}

/// `GET /reminders`.
pub async fn show(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let now = web.desk.now();
    let who = actor.clone();
    let found = match web.desk.away(move |desk| desk.nudges(&who)).await {
        Ok(found) => found,
        Err(error) => return web.sorry(&actor, &error),
    };
    let (seen, fresh): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|(nudge, _)| nudge.seen_at.is_some());
    let told = |all: Vec<_>| {
        let line = |(nudge, row): (Nudge, Option<_>)| NudgeLine {
            text: words(&nudge),
            link: match nudge.learning() {
                Some(number) => (format!("/learning/{number}"), "See what it is".into()),
                None => ("/board".into(), "See the board".into()),
            },
            at: moment(nudge.at),
            case: lines(&web, row.into_iter().collect()).pop(),
        };
        all.into_iter().map(line).collect::<Vec<_>>()
    };
    let page = NudgesPage {
        frame: web.frame(&actor, ""),
        fresh: told(fresh),
        seen: told(seen),
        until: now.timestamp_micros().to_string(),
    };
    render(StatusCode::OK, &page)
}

/// `POST /reminders`: all that was shown is seen.
pub async fn seen(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let until = pairs.iter().find(|(name, _)| name == "until");
    let until = until.and_then(|(_, at)| chrono::DateTime::from_timestamp_micros(at.parse().ok()?));
    match web
        .desk
        .nudges_seen(&actor, until.unwrap_or_default())
        .await
    {
        Ok(()) => see("/reminders"),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn words(nudge: &Nudge) -> String {
    let clock = nudge.clock.parse::<ClockId>();
    let clock = match nudge.learning() {
        Some(number) => format!("Learning {number}"),
        None => clock
            .map_or("The next date", |clock| clock.kind().name)
            .to_owned(),
    };
    let day = long_date(nudge.due);
    match nudge.why {
        Why::First => format!("{clock} is due on {day}."),
        Why::Last => format!("{clock} is due on {day}: the last reminder."),
        Why::Senior if nudge.learning().is_some() => {
            format!("{clock} is due on {day}: the last reminder.")
        }
        Why::Senior => {
            format!("{clock} is due on {day}. Whoever handles it and the team leaders are told.")
        }
        Why::Missed if nudge.learning().is_some() => {
            format!("{clock} was due on {day}. Whoever sees to it and the team leaders are told.")
        }
        Why::Missed => format!(
            "{clock} was due on {day} and is late. Whoever handles it and the team leaders are told."
        ),
        Why::Week => {
            let missed = i64::try_from(nudge.missed).unwrap_or(i64::MAX);
            format!("{} late this week.", count(missed, "case is", "cases are"))
        }
    }
}
