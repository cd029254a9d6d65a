//! When backups are made and which of them are kept: pure rules over times.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::desk::DeskError;
use crate::domain::calendar::{at_hour, london_date};

/// How often backups may be made: each divides a day, so that turns come at the same hours every day.
pub const INTERVALS: &[u8] = &[1, 2, 3, 4, 6, 8, 12, 24];
/// The most days of which the last backup may be kept.
const MOST_DAYS: u16 = 366;
/// The most months of which the last backup may be kept.
const MOST_MONTHS: u16 = 120;

/// The landlord's schedule of backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Whether backups are made by themselves.
    pub on: bool,
    /// The hour of the day in London that turns are counted from, 0 to 23.
    pub hour: u8,
    /// Hours from one turn to the next, one of [`INTERVALS`].
    pub every: u8,
    /// Of this many days, today not counted, the last backup is kept.
    pub days: u16,
    /// Of this many months, this one not counted, the last backup is kept.
    pub months: u16,
    /// Another folder that each backup is copied to, by its full path; empty for none.
    pub also: String,
    /// The public key that copies in the other folder are encrypted to; empty to leave them as they are.
    pub encrypt_to: String,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            on: true,
            hour: 22,
            every: 24,
            days: 14,
            months: 6,
            also: String::new(),
            encrypt_to: String::new(),
        }
    }
}

impl Plan {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] with the field and what it takes.
    pub fn check(&self) -> Result<(), DeskError> {
        let invalid = |field, detail: String| Err(DeskError::Invalid { field, detail });
        if self.hour > 23 {
            return invalid("hour", "Give an hour from 0 to 23.".into());
        }
        if !INTERVALS.contains(&self.every) {
            let all: Vec<String> = INTERVALS.iter().map(u8::to_string).collect();
            return invalid(
                "every",
                format!("Backups are made every {} hours.", all.join(", ")),
            );
        }
        if self.days > MOST_DAYS {
            return invalid("days", format!("Keep at most {MOST_DAYS} days."));
        }
        if self.months > MOST_MONTHS {
            return invalid("months", format!("Keep at most {MOST_MONTHS} months."));
        }
        Ok(())
    }

    /// The last turn that has come by `now`.
    pub fn last_turn(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let every = u32::from(self.every.clamp(1, 24));
        let today = london_date(now);
        let hours = (0..24 / every).map(|n| (u32::from(self.hour) + n * every) % 24);
        let hours: Vec<u8> = hours.filter_map(|hour| hour.try_into().ok()).collect();
        let days = [Some(today), today.checked_sub_days(Days::new(1))];
        let turns = days.into_iter().flatten();
        let turns = turns.flat_map(|day| hours.iter().map(move |hour| at_hour(day, *hour)));
        turns
            .filter(|turn| *turn <= now)
            .max()
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// The next turn after `now`.
    pub fn next_turn(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let last = self.last_turn(now);
        // A clock change can make a step an hour longer or shorter than the rest.
        let steps = 1..=2 * i64::from(self.every.clamp(1, 24)) + 2;
        let after = steps.map(|n| self.last_turn(last + TimeDelta::hours(n)));
        after
            .into_iter()
            .find(|turn| *turn > last)
            .unwrap_or(last + TimeDelta::days(1))
    }

    /// Whether a backup is due, given the newest there is and when the record began. One that is dated after `now` is
    /// not believed: the clock was wrong then or is now.
    pub fn is_due(&self, times: &[DateTime<Utc>], born: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let newest = times.iter().filter(|at| **at <= now).max();
        self.on && *newest.unwrap_or(&born) < self.last_turn(now)
    }

    /// Those of `times` that need not be kept: what is neither the newest, nor of the last 24 hours, nor the last of
    /// its day or month within the plan. What is dated after `now` is always kept.
    pub fn let_go(&self, times: &[DateTime<Utc>], now: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
        let today = london_date(now);
        let month = |at: DateTime<Utc>| {
            let day = london_date(at);
            i64::from(day.year()) * 12 + i64::from(day.month0())
        };
        let this_month = month(now);
        let (mut days, mut months) = (BTreeMap::new(), BTreeMap::new());
        let past: BTreeSet<_> = times.iter().copied().filter(|at| *at <= now).collect();
        // In order of time, so the last of each day and month is what stays in the map.
        for at in &past {
            let day = london_date(*at);
            if (today - day).num_days() <= i64::from(self.days) {
                days.insert(day, *at);
            }
            if this_month - month(*at) <= i64::from(self.months) {
                months.insert(month(*at), *at);
            }
        }
        let keep: BTreeSet<_> = days
            .into_values()
            .chain(months.into_values())
            .chain(past.last().copied())
            .collect();
        let fresh = now - TimeDelta::hours(24);
        let gone = past.into_iter();
        gone.filter(|at| *at <= fresh && !keep.contains(at))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn utc(month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0)
            .unwrap()
    }

    #[test]
    fn a_turn_is_an_hour_on_the_clocks_of_london() {
        let nightly = Plan::default();
        // Winter: London is UTC.
        assert_eq!(nightly.last_turn(utc(11, 23, 21, 59)), utc(11, 22, 22, 0));
        assert_eq!(nightly.last_turn(utc(11, 23, 22, 0)), utc(11, 23, 22, 0));
        // Summer: 22:00 there is 21:00 in UTC.
        assert_eq!(nightly.last_turn(utc(7, 1, 21, 0)), utc(7, 1, 21, 0));
        assert_eq!(nightly.next_turn(utc(7, 1, 21, 0)), utc(7, 2, 21, 0));
        // The nights of the clock changes have 25 and 23 hours between turns.
        assert_eq!(nightly.next_turn(utc(10, 24, 21, 0)), utc(10, 25, 22, 0));
        assert_eq!(nightly.next_turn(utc(3, 28, 22, 0)), utc(3, 29, 21, 0));
        // 01:00 does not exist on 29 March: the turn is at 02:00.
        let early = Plan {
            hour: 1,
            ..Plan::default()
        };
        assert_eq!(early.last_turn(utc(3, 29, 12, 0)), utc(3, 29, 1, 0));
        let often = Plan {
            every: 6,
            hour: 22,
            ..Plan::default()
        };
        assert_eq!(often.last_turn(utc(11, 23, 9, 0)), utc(11, 23, 4, 0));
        assert_eq!(often.next_turn(utc(11, 23, 9, 0)), utc(11, 23, 10, 0));
    }

    #[test]
    fn a_backup_is_due_once_a_turn_and_caught_up_after_a_night_that_was_missed() {
        let (plan, born) = (Plan::default(), utc(11, 1, 9, 0));
        let now = utc(11, 23, 9, 0);
        assert!(plan.is_due(&[utc(11, 20, 22, 0)], born, now));
        assert!(!plan.is_due(&[utc(11, 22, 22, 1)], born, now));
        // A file of this morning waits for its first evening; an older one does not.
        assert!(!plan.is_due(&[], utc(11, 23, 8, 0), now));
        assert!(plan.is_due(&[], born, now));
        // A backup from the future is no backup of last night.
        assert!(plan.is_due(&[utc(12, 24, 0, 0)], born, now));
        let off = Plan {
            on: false,
            ..Plan::default()
        };
        assert!(!off.is_due(&[], born, now));
    }

    #[test]
    fn of_a_year_of_nights_the_last_days_and_month_ends_stay() {
        let plan = Plan {
            days: 7,
            months: 3,
            ..Plan::default()
        };
        let now = utc(11, 23, 22, 0);
        let times: Vec<_> = (0..365).map(|n| now - TimeDelta::days(n)).collect();
        let gone = plan.let_go(&times, now);
        let kept: Vec<_> = times.iter().filter(|at| !gone.contains(at)).collect();
        let days: Vec<_> = kept
            .iter()
            .map(|at| london_date(**at).to_string())
            .collect();
        assert_eq!(
            days,
            [
                "2026-11-23",
                "2026-11-22",
                "2026-11-21",
                "2026-11-20",
                "2026-11-19",
                "2026-11-18",
                "2026-11-17",
                "2026-11-16",
                "2026-10-31",
                "2026-09-30",
                "2026-08-31"
            ]
        );
    }

    #[test]
    fn a_plan_that_makes_no_sense_names_its_field() {
        let field = |plan: Plan| match plan.check() {
            Err(DeskError::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert!(Plan::default().check().is_ok());
        assert_eq!(
            field(Plan {
                hour: 24,
                ..Plan::default()
            }),
            "hour"
        );
        assert_eq!(
            field(Plan {
                every: 5,
                ..Plan::default()
            }),
            "every"
        );
        assert_eq!(
            field(Plan {
                days: 400,
                ..Plan::default()
            }),
            "days"
        );
        assert_eq!(
            field(Plan {
                months: 121,
                ..Plan::default()
            }),
            "months"
        );
    }

    proptest! {
        #[test]
        fn what_is_let_go_is_never_new_never_the_newest_and_once_is_enough(
            hours in prop::collection::vec(0i64..20_000, 0..200),
            days in 0u16..40,
            months in 0u16..12,
            ahead in 0i64..100,
        ) {
            let plan = Plan { days, months, ..Plan::default() };
            let now = utc(11, 23, 13, 37);
            let times: Vec<_> = hours.iter().map(|h| now + TimeDelta::hours(ahead) - TimeDelta::hours(*h)).collect();
            let gone = plan.let_go(&times, now);
            let kept: Vec<_> = times.iter().copied().filter(|at| !gone.contains(at)).collect();
            prop_assert!(gone.iter().all(|at| *at <= now - TimeDelta::hours(24)));
            prop_assert_eq!(kept.iter().max(), times.iter().max());
            prop_assert!(plan.let_go(&kept, now).is_empty());
            let old: BTreeSet<_> = kept.iter().filter(|at| **at <= now - TimeDelta::hours(24)).collect();
            prop_assert!(old.len() <= usize::from(days) + usize::from(months) + 3);
        }

        #[test]
        fn a_turn_follows_a_turn_within_a_long_day(minutes in 0i64..1_000_000, hour in 0u8..24, which in 0usize..8) {
            let plan = Plan { hour, every: INTERVALS[which], ..Plan::default() };
            let now = utc(1, 1, 0, 0) + TimeDelta::minutes(minutes);
            let (last, next) = (plan.last_turn(now), plan.next_turn(now));
            prop_assert!(last <= now && now < next, "{} {} {}", last, now, next);
            prop_assert!(next - last <= TimeDelta::hours(i64::from(plan.every) + 1));
        }
    }
}
