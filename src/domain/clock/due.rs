//! "If received today, due on …": the answer of `GET /clocks` and `redress due`, for no case in particular.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::policy::Day0;
use super::{ClockError, ClockPolicy};
use crate::domain::calendar::{
    Calendar, CalendarError, day_and_year, in_range, london_date, why_working_days,
};

/// A receipt of which the moment is known, or only the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// The day, in London.
    On(NaiveDate),
    /// The moment, which the deemed rule needs.
    At(DateTime<Utc>),
}

impl Receipt {
    /// The day in London.
    pub fn date(self) -> NaiveDate {
        match self {
            Self::On(date) => date,
            Self::At(at) => london_date(at),
        }
    }
}

/// What is known. Each clock whose start is given is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DueQuery {
    /// The complaint was received.
    pub received: Option<Receipt>,
    /// It was acknowledged.
    pub acknowledged: Option<NaiveDate>,
    /// The resident asked for stage 2.
    pub escalated: Option<Receipt>,
    /// Stage 2 was acknowledged.
    pub stage2_acknowledged: Option<NaiveDate>,
}

/// One due date and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDate {
    /// The last day in time.
    pub due: NaiveDate,
    /// In plain words.
    pub why: String,
}

/// The due dates of both stages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
#[expect(missing_docs, reason = "each is the clock of its name")]
pub struct DueDates {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s1_ack: Option<DueDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s1_response: Option<DueDate>,
    /// The response extended by as much as needs no good reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s1_extension: Option<DueDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s2_ack: Option<DueDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s2_response: Option<DueDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s2_extension: Option<DueDate>,
}

/// Works out every date that can be known. Without an acknowledgement the response date is the latest
/// that is still within the Code: acknowledged on its due date.
pub fn due_dates(
    query: &DueQuery,
    calendar: &Calendar,
    policy: &ClockPolicy,
) -> Result<DueDates, ClockError> {
    check_order(query)?;
    let [s1_ack, s1_response, s1_extension] = stage(
        ("Received", query.received),
        query.acknowledged,
        [policy.s1_ack, policy.s1_response, policy.s1_extension],
        calendar,
        policy,
    )?;
    let [s2_ack, s2_response, s2_extension] = stage(
        ("Escalation received", query.escalated),
        query.stage2_acknowledged,
        [policy.s2_ack, policy.s2_response, policy.s2_extension],
        calendar,
        policy,
    )?;
    Ok(DueDates {
        s1_ack,
        s1_response,
        s1_extension,
        s2_ack,
        s2_response,
        s2_extension,
    })
}

fn check_order(query: &DueQuery) -> Result<(), ClockError> {
    let received = query.received.map(Receipt::date);
    let escalated = query.escalated.map(Receipt::date);
    for date in [
        received,
        query.acknowledged,
        escalated,
        query.stage2_acknowledged,
    ]
    .into_iter()
    .flatten()
    {
        in_range(date)?;
    }
    let pairs = [
        (
            "The acknowledgement",
            query.acknowledged,
            "the receipt",
            received,
        ),
        ("The escalation", escalated, "the receipt", received),
        (
            "The stage 2 acknowledgement",
            query.stage2_acknowledged,
            "the escalation",
            escalated,
        ),
    ];
    for (what, on, after, after_on) in pairs {
        if let (Some(on), Some(after_on)) = (on, after_on)
            && on < after_on
        {
            return Err(ClockError::Backwards {
                what,
                on,
                after,
                after_on,
            });
        }
    }
    Ok(())
}

fn stage(
    (verb, began): (&str, Option<Receipt>),
    acknowledged: Option<NaiveDate>,
    [ack, response, extension]: [u16; 3],
    calendar: &Calendar,
    policy: &ClockPolicy,
) -> Result<[Option<DueDate>; 3], CalendarError> {
    let count = |lead: &str, from: NaiveDate, n: u16| {
        why_working_days(lead, from, u32::from(n), calendar).map(|(due, why)| DueDate { due, why })
    };
    let ack = match began {
        None => None,
        Some(receipt) => {
            let Day0 { on, lead } = match receipt {
                Receipt::On(date) => policy.received_on(verb, date, calendar)?,
                Receipt::At(at) => policy.received_at(verb, at, calendar)?,
            };
            Some(count(&lead, on, ack)?)
        }
    };
    let started = match (acknowledged, &ack) {
        (Some(on), _) => Some((on, format!("Acknowledged {}.", day_and_year(on)))),
        (None, Some(ack)) => Some((
            ack.due,
            format!(
                "If acknowledged on the last day for it, {}.",
                day_and_year(ack.due)
            ),
        )),
        (None, None) => None,
    };
    let Some((from, lead)) = started else {
        return Ok([ack, None, None]);
    };
    let response = count(&lead, from, response)?;
    let lead = format!(
        "The response is due {}; an extension adds to that.",
        day_and_year(response.due)
    );
    let extension = count(&lead, response.due, extension)?;
    Ok([ack, Some(response), Some(extension)])
}
