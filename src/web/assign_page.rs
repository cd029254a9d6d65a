//! Giving the ticked cases of a list to someone.

use super::form::Posted;
use super::page::{Message, see};
use super::session::inside;
use super::shell::{Visitor, Web};
use crate::desk::DeskError;
use crate::desk::assignments::Assignment;
use axum::Form as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// `POST /assign`.
pub async fn give(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let posted = Posted(pairs);
    let back = inside(posted.get("back")).to_owned();
    let cases: Result<Vec<_>, _> = posted.all("case").iter().map(|one| one.parse()).collect();
    let Ok(cases) = cases else {
        return web.sorry(&actor, &DeskError::NotFound);
    };
    let wanted = Assignment {
        to: posted.get("to").to_owned(),
        cases,
        ..Assignment::default()
    };
    let problem = match web.desk.reassign(&actor, wanted).await {
        Ok(done) if done.refused.is_empty() => {
            let sign = if back.contains('?') { '&' } else { '?' };
            return see(&format!("{back}{sign}done=given"));
        }
        Ok(done) => {
            let stayed = done.refused.iter();
            let stayed: Vec<_> = stayed
                .map(|(reference, why)| format!("{reference} stayed where it was: {why}"))
                .collect();
            let went = done.given.len();
            format!("{} {went} went over.", stayed.join(" "))
        }
        Err(DeskError::Invalid { detail, .. }) => detail,
        Err(DeskError::Refused(refusal)) => refusal.detail,
        Err(error) => return web.sorry(&actor, &error),
    };
    Message {
        frame: web.frame(&actor, ""),
        title: "Not every case was given".into(),
        text: problem,
        incident: String::new(),
    }
    .answer(StatusCode::UNPROCESSABLE_ENTITY)
}
