//! The table of clocks (§2.1): name, what starts and stops it, the provision it serves and how sure
//! we are of that. Lengths are in [`ClockPolicy`](super::ClockPolicy), because a landlord may shorten some.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ClockPolicy;
use super::run::Length;

/// How a fact about the rules is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Seen in a published source.
    Confirmed,
    /// The duty was seen; the paragraph number is believed.
    NumberBelieved,
    /// Known in the sector, not seen in a source.
    GeneralKnowledge,
    /// A default of this program.
    ProductDefault,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockKind {
    /// The clock.
    pub id: ClockId,
    /// The name on the wire: `S1_ACK`.
    pub wire: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What starts it.
    pub starts: &'static str,
    /// What stops it.
    pub stops: &'static str,
    /// The provision: "6.2" of the Code, or another rule by name.
    pub provision: &'static str,
    /// How sure we are of the provision and the length.
    pub certainty: Certainty,
}

macro_rules! clocks {
    ($($id:ident $wire:literal $name:literal, $starts:literal, $stops:literal, $provision:literal, $certainty:ident;)*) => {
        /// The name of a clock. On the wire `S1_ACK` and so on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ClockId {
            $(#[doc = $name] #[serde(rename = $wire)] $id,)*
        }

        /// Every clock, in the order people meet them.
        pub const CLOCKS: &[ClockKind] = &[$(ClockKind {
            id: ClockId::$id, wire: $wire, name: $name, starts: $starts, stops: $stops,
            provision: $provision, certainty: Certainty::$certainty,
        },)*];
    };
}

clocks! {
    S1Ack "S1_ACK" "Stage 1 acknowledgement", "the complaint is received", "acknowledged, defined and logged", "6.2", Confirmed;
    S1Response "S1_RESPONSE" "Stage 1 response", "the stage 1 acknowledgement", "the full stage 1 response is issued", "6.3", Confirmed;
    S1Extension "S1_EXTENSION" "Stage 1 extension", "the stage 1 due date", "the full stage 1 response is issued", "6.4", Confirmed;
    S2Ack "S2_ACK" "Stage 2 acknowledgement", "the escalation request is received", "acknowledged, defined and logged at stage 2", "6.11", Confirmed;
    S2Response "S2_RESPONSE" "Stage 2 response", "the stage 2 acknowledgement", "the final response is issued", "6.14", NumberBelieved;
    S2Extension "S2_EXTENSION" "Stage 2 extension", "the stage 2 due date", "the final response is issued", "6.15", NumberBelieved;
    HosDirected "HOS_DIRECTED" "Response directed by the Ombudsman", "the Ombudsman's direction", "the response is issued", "Scheme", ProductDefault;
    UpdateInterval "UPDATE_INTERVAL" "Next update to the resident", "the last update", "an update is given; it starts again", "5.9", GeneralKnowledge;
    ActionDue "ACTION_DUE" "Promised action", "the promise", "completion is evidenced", "6.6, 6.17, 7.3", NumberBelieved;
    ServiceRequestReview "SERVICE_REQUEST_REVIEW" "Service request review", "the service request is logged", "reviewed", "1.4", ProductDefault;
    HosTask "HOS_TASK" "Ombudsman evidence task", "the Ombudsman's task", "the evidence is uploaded", "Scheme 10", GeneralKnowledge;
    HosOrder "HOS_ORDER" "Ombudsman order", "the determination", "evidence of compliance is sent", "Scheme", Confirmed;
    HosNotice "HOS_NOTICE" "Complaint handling failure notice", "the Ombudsman's notice", "compliance is evidenced", "Scheme", GeneralKnowledge;
    AnnualSubmission "ANNUAL_SUBMISSION" "Annual submission to the Ombudsman", "the financial year end", "submitted", "8", Confirmed;
    DpComplaintAck "DP_COMPLAINT_ACK" "Data-protection complaint acknowledgement", "the data-protection complaint is received", "acknowledged", "Data (Use and Access) Act 2025", Confirmed;
    Sar "SAR" "Subject access request", "the request is received", "answered", "UK GDPR article 12", GeneralKnowledge;
    AwaabEmergency "AWAAB_EMERGENCY" "Emergency hazard: investigate and make safe", "the landlord becomes aware", "made safe", "Awaab's Law", Confirmed;
    AwaabInvestigate "AWAAB_INVESTIGATE" "Significant hazard: investigate", "the landlord becomes aware", "the investigation ends", "Awaab's Law", Confirmed;
    AwaabSummary "AWAAB_SUMMARY" "Hazard: written summary to the tenant", "the investigation ends", "the summary is sent", "Awaab's Law", Confirmed;
    AwaabSafety "AWAAB_SAFETY" "Hazard: safety work", "the investigation ends", "the safety work is done", "Awaab's Law", Confirmed;
    AwaabFurther "AWAAB_FURTHER" "Hazard: further work begun or steps taken", "the investigation ends", "begun, or steps taken to begin", "Awaab's Law", Confirmed;
    AwaabWorkStart "AWAAB_WORK_START" "Hazard: further work physically started", "the investigation ends", "work starts in the home", "Awaab's Law", Confirmed;
    StairsRequest "STAIRS_REQUEST" "Information request (STAIRs)", "the request is received", "answered", "STAIRs", GeneralKnowledge;
}

impl ClockId {
    /// The row of the table.
    pub fn kind(self) -> &'static ClockKind {
        CLOCKS
            .iter()
            .find(|kind| kind.id == self)
            .expect("the macro makes a row for every clock")
    }

    /// The name on the wire: `S1_ACK`.
    pub fn as_str(self) -> &'static str {
        self.kind().wire
    }

    /// How long it runs under a policy. A date that someone else sets is not a length: `None`.
    pub fn length(self, policy: &ClockPolicy) -> Option<Length> {
        Some(match self {
            Self::S1Ack => Length::WorkingDays(policy.s1_ack),
            Self::S1Response => Length::WorkingDays(policy.s1_response),
            Self::S1Extension => Length::WorkingDays(policy.s1_extension),
            Self::S2Ack => Length::WorkingDays(policy.s2_ack),
            Self::S2Response => Length::WorkingDays(policy.s2_response),
            Self::S2Extension => Length::WorkingDays(policy.s2_extension),
            Self::ServiceRequestReview => Length::WorkingDays(policy.service_request_review),
            Self::HosTask => Length::WorkingDays(policy.hos_task),
            Self::DpComplaintAck => Length::CalendarDays(policy.dp_complaint_ack),
            Self::Sar => Length::Months(policy.sar_months),
            Self::StairsRequest => Length::CalendarDays(policy.stairs_request),
            Self::AwaabEmergency => Length::Hours(policy.awaab_emergency_hours),
            Self::AwaabInvestigate => Length::WorkingDays(policy.awaab_investigate),
            Self::AwaabSummary => Length::WorkingDays(policy.awaab_summary),
            Self::AwaabSafety => Length::WorkingDays(policy.awaab_safety),
            Self::AwaabFurther => Length::WorkingDays(policy.awaab_further),
            Self::AwaabWorkStart => Length::Weeks(policy.awaab_work_start_weeks),
            Self::HosDirected
            | Self::UpdateInterval
            | Self::ActionDue
            | Self::HosOrder
            | Self::HosNotice
            | Self::AnnualSubmission => return None,
        })
    }
}

impl fmt::Display for ClockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ClockId {
    type Err = UnknownClock;

    fn from_str(text: &str) -> Result<Self, UnknownClock> {
        CLOCKS
            .iter()
            .find(|kind| kind.wire == text)
            .map(|kind| kind.id)
            .ok_or(UnknownClock)
    }
}

/// A name that is no clock's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownClock;

impl fmt::Display for UnknownClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("There is no clock of that name: the names are S1_ACK, S1_RESPONSE and so on.")
    }
}

impl std::error::Error for UnknownClock {}
