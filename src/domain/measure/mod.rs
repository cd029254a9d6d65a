//! What is counted about complaints: the days of their stages, and the groups that figures are made of.
//!
//! A [`Measure`] is one figure's group: the board counts by it and the list of cases narrows by it, so that a number and
//! the list behind it cannot differ. Complaints count in the period in which they were received at the stage in question
//! (domain rules §7 rule 2); what was refused as a whole is none (rule 5).

mod period;
mod protect;
mod times;

pub use period::{Period, Span};
pub use protect::{FEW, Shown, at_least, protected};
pub use times::{CaseTimes, StageTimes};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What has become of a complaint at one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Received at the stage.
    Received,
    /// Acknowledged within 5 working days (Code 6.2, 6.11).
    AcknowledgedInTime,
    /// Acknowledged later.
    AcknowledgedLate,
    /// Not acknowledged.
    NotAcknowledged,
    /// Answered in time, counted from the acknowledgement (Code 6.3, 6.14).
    AnsweredFromAckInTime,
    /// Answered later than that.
    AnsweredFromAckLate,
    /// Answered in time, counted from receipt: the strict test.
    AnsweredInTime,
    /// Answered later than that.
    AnsweredLate,
    /// Answered at all.
    Answered,
    /// Not answered.
    NotAnswered,
    /// Extended (Code 6.4, 6.15).
    Extended,
    /// Taken on to stage 2 (Code 6.10).
    Escalated,
}

/// The name on the wire of each group.
const GROUPS: [(Group, &str); 12] = [
    (Group::Received, "received"),
    (Group::AcknowledgedInTime, "acknowledged_in_time"),
    (Group::AcknowledgedLate, "acknowledged_late"),
    (Group::NotAcknowledged, "not_acknowledged"),
    (Group::AnsweredFromAckInTime, "answered_from_ack_in_time"),
    (Group::AnsweredFromAckLate, "answered_from_ack_late"),
    (Group::AnsweredInTime, "answered_in_time"),
    (Group::AnsweredLate, "answered_late"),
    (Group::Answered, "answered"),
    (Group::NotAnswered, "not_answered"),
    (Group::Extended, "extended"),
    (Group::Escalated, "escalated"),
];

/// A group of complaints, each with the day by which it falls into a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Measure {
    /// At stage 1 or 2, by the day the complaint, or the request to escalate, was received.
    Stage(u8, Group),
    /// Closed or withdrawn, by that day.
    Ended,
}

impl Measure {
    /// Every measure, in the order in which lists offer them.
    pub fn all() -> impl Iterator<Item = Self> {
        let stages = [1, 2].into_iter().flat_map(|stage| {
            let groups = GROUPS.into_iter().map(|(group, _)| group);
            groups
                .filter(move |group| stage == 1 || *group != Group::Escalated)
                .map(move |group| Self::Stage(stage, group))
        });
        stages.chain([Self::Ended])
    }

    /// Its place in the order of [`Self::all`].
    pub fn place(self) -> usize {
        let of = |group: Group| GROUPS.iter().position(|(known, _)| *known == group);
        match self {
            Self::Stage(2, group) => GROUPS.len() + of(group).unwrap_or_default(),
            Self::Stage(_, group) => of(group).unwrap_or_default(),
            // Stage 2 has every group but the last.
            Self::Ended => 2 * GROUPS.len() - 1,
        }
    }

    /// The measure at a place.
    pub fn at(place: usize) -> Option<Self> {
        let first = GROUPS.len();
        if place == 2 * first - 1 {
            return Some(Self::Ended);
        }
        let (stage, place) = match place.checked_sub(first) {
            None => (1, place),
            Some(place) => (2, place),
        };
        GROUPS
            .get(place)
            .map(|(group, _)| Self::Stage(stage, *group))
    }

    /// The name on the wire, such as `s1_answered_in_time`.
    pub fn wire(self) -> String {
        match self {
            Self::Ended => "ended".to_owned(),
            Self::Stage(stage, group) => {
                let name = GROUPS.iter().find(|(known, _)| *known == group);
                format!("s{stage}_{}", name.map_or("", |(_, name)| *name))
            }
        }
    }

    /// The measure with this name on the wire.
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::all().find(|measure| measure.wire() == name)
    }

    /// What people read.
    pub fn words(self) -> String {
        let Self::Stage(stage, group) = self else {
            return "Closed or withdrawn".to_owned();
        };
        let words = match group {
            Group::Received if stage == 2 => "requested",
            Group::Received => "received",
            Group::AcknowledgedInTime => "acknowledged in time",
            Group::AcknowledgedLate => "acknowledged late",
            Group::NotAcknowledged => "not acknowledged",
            Group::AnsweredFromAckInTime => "answered in time, from the acknowledgement",
            Group::AnsweredFromAckLate => "answered late, from the acknowledgement",
            Group::AnsweredInTime => "answered in time, from receipt",
            Group::AnsweredLate => "answered late, from receipt",
            Group::Answered => "answered",
            Group::NotAnswered => "not answered",
            Group::Extended => "extended",
            Group::Escalated => "taken on to stage 2",
        };
        format!("Stage {stage} {words}")
    }

    /// The day by which a case falls into a period; none when it is not of this group.
    pub fn day(self, times: &CaseTimes) -> Option<NaiveDate> {
        let Self::Stage(stage, group) = self else {
            return times.ended_on;
        };
        let at = times.stage(stage)?;
        let flags = at.flags;
        let fits = match group {
            Group::Received => true,
            Group::AcknowledgedInTime => flags.ack_in_time == Some(true),
            Group::AcknowledgedLate => flags.ack_in_time == Some(false),
            Group::NotAcknowledged => at.acknowledged_on.is_none(),
            Group::AnsweredFromAckInTime => flags.response_in_time_from_ack == Some(true),
            Group::AnsweredFromAckLate => flags.response_in_time_from_ack == Some(false),
            Group::AnsweredInTime => flags.response_in_time_overall == Some(true),
            Group::AnsweredLate => flags.response_in_time_overall == Some(false),
            Group::Answered => at.answered_on.is_some(),
            Group::NotAnswered => at.answered_on.is_none(),
            Group::Extended => at.extended,
            Group::Escalated => times.stage2.is_some(),
        };
        fits.then_some(at.received_on)
    }
}

impl TryFrom<String> for Measure {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::from_wire(&name).ok_or_else(|| {
            format!(
                "“{}” is no measure; one is s1_answered_in_time",
                name.chars().take(40).collect::<String>()
            )
        })
    }
}

impl From<Measure> for String {
    fn from(measure: Measure) -> Self {
        measure.wire()
    }
}

/// The one in the middle, or the mean of the two there, in tenths; none of nothing. The numbers come with how often
/// each stands there.
pub fn median_tenths(numbers: &BTreeMap<u32, u64>) -> Option<u64> {
    let all: u64 = numbers.values().sum();
    let at = |place: u64| {
        let mut passed = 0;
        let found = numbers.iter().find(|(_, times)| {
            passed += **times;
            passed > place
        });
        found.map(|(number, _)| u64::from(*number))
    };
    let upper = at(all / 2)?;
    let lower = at((all - 1) / 2)?;
    Some((lower + upper) * 5)
}

/// A share in tenths of a percent, half away from zero (§7 rule 7); none of nothing.
pub fn permille(part: u64, whole: u64) -> Option<u64> {
    (whole > 0).then(|| (part * 2000 + whole) / (2 * whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_come_back() {
        for measure in Measure::all() {
            assert_eq!(Measure::from_wire(&measure.wire()), Some(measure));
        }
        assert_eq!(Measure::from_wire("s2_escalated"), None);
        assert_eq!(Measure::from_wire(""), None);
    }

    #[test]
    fn every_measure_has_its_place() {
        for (place, measure) in Measure::all().enumerate() {
            assert_eq!(
                (measure.place(), Measure::at(place)),
                (place, Some(measure))
            );
        }
        assert_eq!(Measure::at(Measure::all().count()), None);
    }

    #[test]
    fn shares_round_half_away_from_zero() {
        assert_eq!(permille(37, 41), Some(902));
        assert_eq!(permille(7, 9), Some(778));
        assert_eq!(permille(1, 2000), Some(1));
        assert_eq!((permille(0, 5), permille(0, 0)), (Some(0), None));
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        let median = |all: &[(u32, u64)]| median_tenths(&all.iter().copied().collect());
        assert_eq!(median(&[(9, 1), (1, 1), (4, 1)]), Some(40));
        assert_eq!(median(&[(9, 1), (1, 1), (4, 1), (5, 1)]), Some(45));
        assert_eq!(median(&[(7, 1_000), (1, 999)]), Some(70));
        assert_eq!(median(&[(7, 2), (1, 2)]), Some(40));
        assert_eq!(median(&[]), None);
    }
}
