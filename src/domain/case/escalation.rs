//! Going to stage 2 on the resident's wish (Code 6.10 to 6.12; E06, E12): nothing else is asked of them.

use chrono::{DateTime, Utc};

use super::{Case, Command, Context, Event, State};
use crate::domain::intake::{Channel, Kind};
use crate::domain::refusal::{Code, Refusal, bounded};

pub(super) fn decide(
    case: &Case,
    command: &Command,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let Command::Escalate {
        received_at,
        channel,
        account,
    } = command
    else {
        return Ok(Vec::new());
    };
    let Some(responded) = answered_at(case)? else {
        return Err(not_answered(case));
    };
    let received_at = received_at.unwrap_or(context.at);
    context.not_in_the_future(received_at, "received_at")?;
    if received_at < responded {
        return Err(Refusal::invalid(
            "received_at",
            "The resident asked before they had our stage 1 response. Check the date.",
        ));
    }
    // E12: the account is the resident's to give or not (Code 6.12).
    let account = account.clone().filter(|account| !account.trim().is_empty());
    if let Some(account) = &account {
        bounded(account, "account")?;
    }
    let channel = channel.unwrap_or(Channel::Phone);
    Ok(vec![Event::Escalated {
        received_at,
        channel,
        account,
    }])
}

/// When stage 1 was answered, if it was; E06 where stage 2 has begun.
fn answered_at(case: &Case) -> Result<Option<DateTime<Utc>>, Refusal> {
    if case.stage() < 2 {
        let answered = case.stage_run(1).and_then(|run| run.response.as_ref());
        let ready = matches!(case.state, State::S1Responded | State::Closed);
        return Ok(answered.filter(|_| ready).map(|response| response.at));
    }
    let way = if case.state == State::Refused {
        "The resident asked for stage 2 and was refused; they can take that decision to the Housing Ombudsman. Reopen \
         the case if it is to be considered after all."
    } else {
        "The complaint is already at stage 2, which is the last. If it has been answered, the resident can go to the \
         Housing Ombudsman."
    };
    Err(Refusal::new(Code::E06, way).under("5.3"))
}

fn not_answered(case: &Case) -> Refusal {
    let way = match case.state {
        State::Refused => {
            "The complaint was refused; the resident can take the refusal to the Housing Ombudsman."
        }
        State::Withdrawn => "The resident withdrew it. Reopen it if they wish to go on.",
        _ if case.kind != Kind::Complaint => "This is not a complaint yet. Convert it to one.",
        State::Closed => {
            "The case was closed without an answer. Reopen it if the resident wishes to go on."
        }
        _ => {
            "Stage 1 has not been answered. Answer it first: stage 2 begins on the resident's wish after that."
        }
    };
    Refusal::wrong_state(way).under("6.10")
}
