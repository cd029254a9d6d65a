//! Awaab's Law: a hazard in a home let under a tenancy. These clocks run beside the complaint's and are
//! never delayed by it (§2.1). Day 1 is read as the day after the landlord became aware.

use chrono::{DateTime, NaiveDate, Utc};

use super::run::Run;
use super::{Clock, ClockId, ClockPolicy, Length};
use crate::domain::calendar::{Calendar, CalendarError, day_and_year, london_date, london_time};

/// The day the law began (§0.1): what was known of before has no clock of its own.
pub const AWAAB_FROM: NaiveDate = begins(2025, 10, 27);

/// A day that a law begins.
pub(super) const fn begins(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MAX,
    }
}

/// One hazard reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HazardFacts {
    /// What to call it on its clocks.
    pub subject: String,
    /// When the landlord became aware.
    pub aware_at: DateTime<Utc>,
    /// An emergency hazard: 24 real hours; otherwise a significant one.
    pub emergency: bool,
    /// When an emergency was made safe.
    pub made_safe_at: Option<DateTime<Utc>>,
    /// When the investigation ended.
    pub investigated_at: Option<DateTime<Utc>>,
    /// The written summary to the tenant.
    pub summary: FollowUp,
    /// The safety work.
    pub safety_work: FollowUp,
    /// Further work begun, or steps taken to begin it.
    pub further_work: FollowUp,
    /// Further work physically started.
    pub work_started: FollowUp,
    /// When the report fell away: not a hazard, or not this landlord's.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A step that follows an investigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FollowUp {
    /// To be done.
    #[default]
    Open,
    /// Done.
    Done(DateTime<Utc>),
    /// The investigation found no need for it.
    NotNeeded(DateTime<Utc>),
}

impl HazardFacts {
    /// A hazard just reported.
    pub fn reported(subject: impl Into<String>, aware_at: DateTime<Utc>, emergency: bool) -> Self {
        Self {
            subject: subject.into(),
            aware_at,
            emergency,
            made_safe_at: None,
            investigated_at: None,
            summary: FollowUp::Open,
            safety_work: FollowUp::Open,
            further_work: FollowUp::Open,
            work_started: FollowUp::Open,
            ended_at: None,
        }
    }
}

/// The clocks of one hazard: first the investigation, then what follows from its end.
pub fn hazard_clocks(
    facts: &HazardFacts,
    calendar: &Calendar,
    policy: &ClockPolicy,
    now: DateTime<Utc>,
) -> Result<Vec<Clock>, CalendarError> {
    let run = |id: ClockId, lead: &str, at: DateTime<Utc>, step: FollowUp| {
        let length = id.length(policy).unwrap_or(Length::Given(london_date(at)));
        let mut run = Run::new(id, lead, london_date(at), length).about(&facts.subject);
        run.start_at = Some(at);
        match step {
            FollowUp::Open => run.ended_at = facts.ended_at,
            FollowUp::Done(done) => run.met_at = Some(done),
            FollowUp::NotNeeded(found) => run.ended_at = Some(found),
        }
        run.clock(calendar, policy, now)
    };
    let done = |at: Option<DateTime<Utc>>| at.map_or(FollowUp::Open, FollowUp::Done);

    let aware = facts.aware_at;
    let lead = format!(
        "Aware of the hazard on {} at {}.",
        day_and_year(london_date(aware)),
        london_time(aware).format("%H:%M")
    );
    let first = if facts.emergency {
        run(
            ClockId::AwaabEmergency,
            &lead,
            aware,
            done(facts.made_safe_at),
        )?
    } else {
        run(
            ClockId::AwaabInvestigate,
            &lead,
            aware,
            done(facts.investigated_at),
        )?
    };
    let mut clocks = vec![first];
    if let Some(ended) = facts.investigated_at {
        let lead = format!(
            "The investigation ended {}.",
            day_and_year(london_date(ended))
        );
        let steps = [
            (ClockId::AwaabSummary, facts.summary),
            (ClockId::AwaabSafety, facts.safety_work),
            (ClockId::AwaabFurther, facts.further_work),
            (ClockId::AwaabWorkStart, facts.work_started),
        ];
        for (id, step) in steps {
            clocks.push(run(id, &lead, ended, step)?);
        }
    }
    Ok(clocks)
}
