//! The days of a case that figures are made of.

use crate::domain::calendar::london_date;
use crate::domain::case::{Case, State};
use crate::domain::clock::{CaseFlags, StageFlags};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The days of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTimes {
    /// The day the complaint, or the request to escalate, was received.
    pub received_on: NaiveDate,
    /// The day of the acknowledgement.
    pub acknowledged_on: Option<NaiveDate>,
    /// The day of the response.
    pub answered_on: Option<NaiveDate>,
    /// Working days from receipt to the response.
    pub worked: Option<u32>,
    /// Whether it was extended.
    pub extended: bool,
    /// In time or not, of the steps that were taken; what is not done yet has no answer, however late it is.
    pub flags: StageFlags,
}

/// The days of a case. Empty for what is no complaint and for what was refused as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseTimes {
    /// Stage 1.
    pub stage1: Option<StageTimes>,
    /// Stage 2, once asked for and not refused.
    pub stage2: Option<StageTimes>,
    /// The day the complaint was closed or withdrawn.
    pub ended_on: Option<NaiveDate>,
}

impl CaseTimes {
    /// The days of `case`, with its flags as the clocks gave them and the working days that each answer took.
    pub fn of(case: &Case, flags: &CaseFlags, worked: [Option<u32>; 2]) -> Self {
        let stage1 = stage(case, 1, flags.stage1, worked[0]);
        let ended_at = match case.state {
            State::Closed => case.closing.as_ref().map(|closing| closing.at),
            State::Withdrawn => case.withdrawn_at,
            _ => None,
        };
        let ended = matches!(case.state, State::Closed | State::Withdrawn);
        Self {
            ended_on: (ended && stage1.is_some())
                .then(|| london_date(ended_at.unwrap_or(case.as_of))),
            stage2: stage1
                .is_some()
                .then(|| stage(case, 2, flags.stage2, worked[1]))
                .flatten(),
            stage1,
        }
    }

    /// The days of stage 1 or 2.
    pub fn stage(&self, stage: u8) -> Option<&StageTimes> {
        match stage {
            1 => self.stage1.as_ref(),
            2 => self.stage2.as_ref(),
            _ => None,
        }
    }

    /// Working days that the answers took.
    pub fn worked(&self) -> [Option<u32>; 2] {
        [1, 2].map(|number| self.stage(number).and_then(|stage| stage.worked))
    }

    /// The flags of the steps that were taken.
    pub fn flags(&self) -> CaseFlags {
        CaseFlags {
            stage1: self.stage1.as_ref().map(|stage| stage.flags),
            stage2: self.stage2.as_ref().map(|stage| stage.flags),
        }
    }
}

fn stage(
    case: &Case,
    number: u8,
    flags: Option<StageFlags>,
    worked: Option<u32>,
) -> Option<StageTimes> {
    let run = case.stage_run(number)?;
    let refused = case.state == State::Refused && case.stage() == number;
    let acknowledged_on = run.acknowledged_at.map(london_date);
    let answered_on = run.response.as_ref().map(|answer| london_date(answer.at));
    let flags = flags.unwrap_or_default();
    (!refused).then(|| StageTimes {
        received_on: london_date(run.received_at),
        acknowledged_on,
        answered_on,
        worked: answered_on.and(worked),
        extended: !run.extensions.is_empty(),
        flags: StageFlags {
            ack_in_time: acknowledged_on.and(flags.ack_in_time),
            response_in_time_from_ack: answered_on.and(flags.response_in_time_from_ack),
            response_in_time_overall: answered_on.and(flags.response_in_time_overall),
        },
    })
}
