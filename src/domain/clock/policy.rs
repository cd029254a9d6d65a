//! The lengths of the clocks and how receipt is read: the landlord's policy, held to the Code.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::calendar::{Calendar, CalendarError, day_and_year, london_date, london_time};

/// When a complaint that comes outside office hours counts as received (§2.3). A case keeps the rule
/// it was received under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptRule {
    /// On the day it came, whatever day that is.
    #[default]
    Strict,
    /// On the next working day when it came after hours, at a weekend or on a bank holiday.
    Deemed,
}

/// How long every clock runs. The defaults are the Code's own (§2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClockPolicy {
    /// Working days to acknowledge at stage 1 (6.2).
    pub s1_ack: u16,
    /// Working days from acknowledgement to the stage 1 response (6.3).
    pub s1_response: u16,
    /// Working days a stage 1 extension may add without good reason (6.4).
    pub s1_extension: u16,
    /// Working days to acknowledge at stage 2 (6.11).
    pub s2_ack: u16,
    /// Working days from acknowledgement to the final response (6.14).
    pub s2_response: u16,
    /// Working days a stage 2 extension may add without good reason (6.15).
    pub s2_extension: u16,
    /// Working days after which an open service request is looked at (1.4).
    pub service_request_review: u16,
    /// Working days for an Ombudsman's task that states no date.
    pub hos_task: u16,
    /// Calendar days to acknowledge a data-protection complaint.
    pub dp_complaint_ack: u16,
    /// Calendar months to answer a subject access request.
    pub sar_months: u16,
    /// Calendar months more for a complex one.
    pub sar_more_months: u16,
    /// Calendar days to answer an information request (STAIRs).
    pub stairs_request: u16,
    /// Real hours to investigate an emergency hazard and make it safe.
    pub awaab_emergency_hours: u16,
    /// Working days to investigate a significant hazard.
    pub awaab_investigate: u16,
    /// Working days to send the summary.
    pub awaab_summary: u16,
    /// Working days to do the safety work.
    pub awaab_safety: u16,
    /// Working days to begin further work, or to take steps to begin it.
    pub awaab_further: u16,
    /// Weeks within which further work has physically started.
    pub awaab_work_start_weeks: u16,
    /// How receipt is read.
    pub receipt: ReceiptRule,
    /// When the office closes, London time; used by the deemed rule only.
    pub office_closes: NaiveTime,
    /// "Due soon" begins this many working days before the due date (§2.9).
    pub due_soon: u16,
}

const FIVE_PM: NaiveTime = match NaiveTime::from_hms_opt(17, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

impl Default for ClockPolicy {
    fn default() -> Self {
        Self {
            s1_ack: 5,
            s1_response: 10,
            s1_extension: 10,
            s2_ack: 5,
            s2_response: 20,
            s2_extension: 20,
            service_request_review: 10,
            hos_task: 15,
            dp_complaint_ack: 30,
            sar_months: 1,
            sar_more_months: 2,
            stairs_request: 30,
            awaab_emergency_hours: 24,
            awaab_investigate: 10,
            awaab_summary: 3,
            awaab_safety: 5,
            awaab_further: 5,
            awaab_work_start_weeks: 12,
            receipt: ReceiptRule::Strict,
            office_closes: FIVE_PM,
            due_soon: 3,
        }
    }
}

/// A day 0 and the words that begin its explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day0 {
    /// The day.
    pub on: NaiveDate,
    /// "Received Fri 20 Nov 2026."
    pub lead: String,
}

impl ClockPolicy {
    /// Refuses lengths beyond what the Code or the law allows, and lengths of nothing. A landlord may
    /// promise less time, never more.
    pub fn check(&self) -> Result<(), PolicyError> {
        let most = Self::default();
        let lengths = [
            ("s1_ack", self.s1_ack, most.s1_ack),
            ("s1_response", self.s1_response, most.s1_response),
            ("s1_extension", self.s1_extension, most.s1_extension),
            ("s2_ack", self.s2_ack, most.s2_ack),
            ("s2_response", self.s2_response, most.s2_response),
            ("s2_extension", self.s2_extension, most.s2_extension),
            (
                "dp_complaint_ack",
                self.dp_complaint_ack,
                most.dp_complaint_ack,
            ),
            ("sar_months", self.sar_months, most.sar_months),
            (
                "sar_more_months",
                self.sar_more_months,
                most.sar_more_months,
            ),
            (
                "awaab_emergency_hours",
                self.awaab_emergency_hours,
                most.awaab_emergency_hours,
            ),
            (
                "awaab_investigate",
                self.awaab_investigate,
                most.awaab_investigate,
            ),
            ("awaab_summary", self.awaab_summary, most.awaab_summary),
            ("awaab_safety", self.awaab_safety, most.awaab_safety),
            ("awaab_further", self.awaab_further, most.awaab_further),
            (
                "awaab_work_start_weeks",
                self.awaab_work_start_weeks,
                most.awaab_work_start_weeks,
            ),
            // These have no legal most; the bound only catches a slip.
            ("service_request_review", self.service_request_review, 60),
            ("hos_task", self.hos_task, 60),
            ("stairs_request", self.stairs_request, 60),
            ("due_soon", self.due_soon, 20),
        ];
        match lengths
            .into_iter()
            .find(|(_, length, most)| *length == 0 || length > most)
        {
            Some((field, length, most)) => Err(PolicyError {
                field,
                length,
                most,
            }),
            None => Ok(()),
        }
    }

    /// Day 0 of something that came at an instant, by the receipt rule. `verb` begins the sentence:
    /// "Received", "Escalation received".
    pub fn received_at(
        &self,
        verb: &str,
        at: DateTime<Utc>,
        calendar: &Calendar,
    ) -> Result<Day0, CalendarError> {
        let (on, time) = (london_date(at), london_time(at));
        if self.receipt == ReceiptRule::Deemed
            && calendar.is_working_day(on)
            && time > self.office_closes
        {
            let deemed = calendar.next_working_day(on)?;
            let (time, closes) = (time.format("%H:%M"), self.office_closes.format("%H:%M"));
            let lead = format!(
                "{verb} {} at {time}, after the office closed at {closes}, so it counts as received on {}.",
                day_and_year(on),
                day_and_year(deemed)
            );
            return Ok(Day0 { on: deemed, lead });
        }
        self.received_on(verb, on, calendar)
    }

    /// Day 0 of something of which only the day is known.
    pub fn received_on(
        &self,
        verb: &str,
        on: NaiveDate,
        calendar: &Calendar,
    ) -> Result<Day0, CalendarError> {
        let deemed = match self.receipt {
            ReceiptRule::Strict => on,
            ReceiptRule::Deemed => calendar.working_day_on_or_after(on)?,
        };
        let mut lead = format!("{verb} {}.", day_and_year(on));
        if deemed != on {
            lead = format!(
                "{verb} {}, not a working day, so it counts as received on {}.",
                day_and_year(on),
                day_and_year(deemed)
            );
        }
        Ok(Day0 { on: deemed, lead })
    }
}

/// A length that the Code, the law or good sense does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyError {
    /// The setting.
    pub field: &'static str,
    /// What it was set to.
    pub length: u16,
    /// The most it may be.
    pub most: u16,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}: it must be between 1 and {}.",
            self.field, self.length, self.most
        )
    }
}

impl std::error::Error for PolicyError {}
