//! The Code's own clocks: acknowledge, respond, extend, at either stage.
//!
//! The response runs from the acknowledgement, not from receipt (§2.2 rule 1), so three answers to
//! "in time?" are kept side by side (rule 2): acknowledging late never buys time.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::extension::{self, ExtensionFact};
use super::policy::Day0;
use super::run::{Length, Run};
use super::{Clock, ClockId, ClockPolicy, related};
use crate::domain::calendar::{Calendar, CalendarError, day_and_year, london_date};

/// Stage 1 or stage 2; the Code knows no other (5.2, 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StageNumber {
    /// The first answer.
    One,
    /// The review, which is final.
    Two,
}

/// What happened at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageFacts {
    /// Which stage.
    pub stage: StageNumber,
    /// When the complaint, or the request to escalate, was received.
    pub started_at: DateTime<Utc>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Every extension, in the order decided.
    pub extensions: Vec<ExtensionFact>,
    /// When the response was issued.
    pub responded_at: Option<DateTime<Utc>>,
    /// When the stage ended without a response: withdrawn, or refused as a whole.
    pub ended_at: Option<DateTime<Utc>>,
    /// The Ombudsman's directions to respond by a date, in order. The Code's clocks run on beside them
    /// (rule 11).
    pub hos_directed: Vec<HosDirection>,
}

/// A direction of the Ombudsman to respond by a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HosDirection {
    /// When it came.
    pub directed_at: DateTime<Utc>,
    /// The date set.
    pub due: NaiveDate,
    /// When a later direction took its place: it stays as it was then.
    pub replaced_at: Option<DateTime<Utc>>,
}

impl HosDirection {
    /// Its clock, given when the stage was answered and when it ended without an answer. What happened
    /// before the direction came does not meet it, nor make it needless.
    pub(in crate::domain) fn run(
        &self,
        responded_at: Option<DateTime<Utc>>,
        ended_at: Option<DateTime<Utc>>,
    ) -> Run<'static> {
        let (came, gone) = (self.directed_at, self.replaced_at);
        let met = responded_at.filter(|at| *at >= came && gone.is_none_or(|gone| *at < gone));
        let ended = ended_at
            .filter(|at| *at >= came)
            .into_iter()
            .chain(gone)
            .min();
        related::hos_directed(came, self.due).met(met).ended(ended)
    }
}

/// The three answers to "in time?" (§2.2 rule 2). Unknown until the step is done or can no longer be in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StageFlags {
    /// Acknowledged within 5 working days.
    pub ack_in_time: Option<bool>,
    /// Answered within 10 (20) working days of the acknowledgement, plus a valid extension: the Code's own test.
    pub response_in_time_from_ack: Option<bool>,
    /// Answered within 15 (25) working days of receipt, plus a valid extension: the strict test.
    pub response_in_time_overall: Option<bool>,
}

/// The flags of a case, as `GET /cases/{ref}` shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CaseFlags {
    /// Stage 1.
    pub stage1: Option<StageFlags>,
    /// Stage 2, once the resident has asked for it.
    pub stage2: Option<StageFlags>,
}

/// What one stage's facts come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageClocks {
    /// Acknowledgement, response, extension and direction, those that have started.
    pub clocks: Vec<Clock>,
    /// The three flags.
    pub flags: StageFlags,
    /// The day to answer by: the Ombudsman's date if there is one, else the response due date with its
    /// valid extensions; before the acknowledgement, the latest that is still within the Code.
    pub answer_by: NaiveDate,
}

pub(super) struct Rules {
    /// Acknowledgement, response, extension.
    pub(super) ids: [ClockId; 3],
    began: &'static str,
    ack: u16,
    response: u16,
    pub(super) extension: u16,
}

impl StageNumber {
    /// 1 or 2, as on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    pub(super) fn rules(self, policy: &ClockPolicy) -> Rules {
        match self {
            Self::One => Rules {
                ids: [ClockId::S1Ack, ClockId::S1Response, ClockId::S1Extension],
                began: "Received",
                ack: policy.s1_ack,
                response: policy.s1_response,
                extension: policy.s1_extension,
            },
            Self::Two => Rules {
                ids: [ClockId::S2Ack, ClockId::S2Response, ClockId::S2Extension],
                began: "Escalation received",
                ack: policy.s2_ack,
                response: policy.s2_response,
                extension: policy.s2_extension,
            },
        }
    }
}

impl StageFacts {
    /// A stage that has just begun.
    pub fn begun(stage: StageNumber, started_at: DateTime<Utc>) -> Self {
        Self {
            stage,
            started_at,
            acknowledged_at: None,
            extensions: Vec::new(),
            responded_at: None,
            ended_at: None,
            hos_directed: Vec::new(),
        }
    }

    fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.responded_at.or(self.ended_at)
    }

    pub(super) fn response_run(&self, rules: &Rules) -> Option<Run<'static>> {
        let on = london_date(self.acknowledged_at?);
        let lead = format!("Acknowledged {}.", day_and_year(on));
        let run = Run::new(rules.ids[1], lead, on, Length::WorkingDays(rules.response));
        Some(run.met(self.responded_at).ended(self.ended_at))
    }

    fn day0(
        &self,
        rules: &Rules,
        calendar: &Calendar,
        policy: &ClockPolicy,
    ) -> Result<Day0, CalendarError> {
        // A step already taken is judged by the calendar of its own moment, its day 0 too.
        let closed = self.acknowledged_at.or(self.closed_at());
        let then = closed.map(|at| calendar.as_of(at));
        policy.received_at(
            rules.began,
            self.started_at,
            then.as_deref().unwrap_or(calendar),
        )
    }
}

/// The clocks and flags of one stage at `now`.
pub fn stage_clocks(
    facts: &StageFacts,
    calendar: &Calendar,
    policy: &ClockPolicy,
    now: DateTime<Utc>,
) -> Result<StageClocks, CalendarError> {
    let rules = facts.stage.rules(policy);
    let day0 = facts.day0(&rules, calendar, policy)?;
    let ack = Run::new(
        rules.ids[0],
        day0.lead.clone(),
        day0.on,
        Length::WorkingDays(rules.ack),
    )
    .met(facts.acknowledged_at)
    .ended(facts.closed_at())
    .clock(calendar, policy, now)?;
    let mut flags = StageFlags {
        ack_in_time: ack.in_time,
        ..StageFlags::default()
    };
    // What was answered is judged by the calendar of that moment.
    let then = facts.closed_at().map(|at| calendar.as_of(at));
    let judged = then.as_deref().unwrap_or(calendar);
    let mut answer_by = judged.add_working_days(ack.due, u32::from(rules.response))?;
    let mut overall = u32::from(rules.ack) + u32::from(rules.response);
    let mut clocks = vec![ack];

    if let Some(run) = facts.response_run(&rules) {
        let mut response = run.clock(calendar, policy, now)?;
        let first_due = response.due;
        let extension = extension::apply(facts, &rules, &mut response, calendar, policy, now)?;
        overall += judged.working_days_between(first_due, response.due)?;
        answer_by = response.due;
        flags.response_in_time_from_ack = response.in_time;
        clocks.push(response);
        clocks.extend(extension);
    }

    let overall = Length::WorkingDays(u16::try_from(overall).unwrap_or(u16::MAX));
    let run = Run::new(rules.ids[1], day0.lead, day0.on, overall);
    let run = run.met(facts.responded_at).ended(facts.ended_at);
    flags.response_in_time_overall = run.clock(calendar, policy, now)?.in_time;

    for direction in &facts.hos_directed {
        let run = direction.run(facts.responded_at, facts.ended_at);
        clocks.push(run.clock(calendar, policy, now)?);
        if direction.replaced_at.is_none() {
            answer_by = direction.due;
        }
    }
    Ok(StageClocks {
        clocks,
        flags,
        answer_by,
    })
}
