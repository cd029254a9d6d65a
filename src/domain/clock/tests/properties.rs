//! What is true of every date (§2.8).

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use crate::domain::calendar::{Calendar, end_of_day, start_of_day};
use crate::domain::clock::*;

prop_compose! {
    fn any_day()(days in 0i64..11_000) -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + TimeDelta::days(days)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_added_is_the_same_day(start in any_day()) {
        prop_assert_eq!(Calendar::england().add_working_days(start, 0).unwrap(), start);
    }

    #[test]
    fn due_dates_are_working_days(start in any_day(), n in 1u32..80, months in 1u16..4) {
        let calendar = Calendar::england();
        prop_assert!(calendar.is_working_day(calendar.add_working_days(start, n).unwrap()));
        for length in [Length::CalendarDays(n as u16), Length::Months(months), Length::WorkingDays(n as u16)] {
            let (due, ..) = Run::new(ClockId::Sar, "", start, length).due(&calendar).unwrap();
            prop_assert!(calendar.is_working_day(due) && due > start);
        }
    }

    #[test]
    fn a_later_start_is_never_due_earlier(start in any_day(), later in 0i64..40, n in 0u32..80) {
        let calendar = Calendar::england();
        let due = |day| calendar.add_working_days(day, n).unwrap();
        prop_assert!(due(start) <= due(start + TimeDelta::days(later)));
    }

    #[test]
    fn counting_undoes_adding(start in any_day(), n in 0u32..200) {
        let calendar = Calendar::england();
        let due = calendar.add_working_days(start, n).unwrap();
        prop_assert_eq!(calendar.working_days_between(start, due).unwrap(), n);
        prop_assert_eq!(calendar.working_days_between(due, start).unwrap(), 0);
    }

    #[test]
    fn a_new_holiday_never_makes_anything_due_earlier(
        start in any_day(), holiday in -10i64..60, n in 0u32..40, deemed: bool, hour in 0i64..24,
    ) {
        let old = Calendar::england();
        let mut new = old.clone();
        let day = start + TimeDelta::days(holiday);
        if old.holiday(day).is_none() {
            new.add_holiday(day, "One-off", start_of_day(start), "admin", "proclaimed").unwrap();
        }
        prop_assert!(old.add_working_days(start, n).unwrap() <= new.add_working_days(start, n).unwrap());

        let receipt = if deemed { ReceiptRule::Deemed } else { ReceiptRule::Strict };
        let policy = ClockPolicy { receipt, ..ClockPolicy::default() };
        let at = start_of_day(start) + TimeDelta::hours(hour);
        let facts = StageFacts::begun(StageNumber::One, at);
        let due = |calendar| stage_clocks(&facts, calendar, &policy, at).unwrap().clocks[0].due;
        prop_assert!(due(&old) <= due(&new));
    }

    #[test]
    fn once_acknowledged_the_receipt_does_not_matter(
        acknowledged in any_day(), days_before in 0i64..60, other in 0i64..60, deemed: bool,
    ) {
        let receipt = if deemed { ReceiptRule::Deemed } else { ReceiptRule::Strict };
        let policy = ClockPolicy { receipt, ..ClockPolicy::default() };
        let calendar = Calendar::england();
        for stage in [StageNumber::One, StageNumber::Two] {
            let due = |received: NaiveDate| {
                let mut facts = StageFacts::begun(stage, start_of_day(received));
                facts.acknowledged_at = Some(end_of_day(acknowledged));
                let found = stage_clocks(&facts, &calendar, &policy, end_of_day(acknowledged));
                found.unwrap().clocks[1].due
            };
            prop_assert_eq!(
                due(acknowledged - TimeDelta::days(days_before)),
                due(acknowledged - TimeDelta::days(other))
            );
        }
    }

    #[test]
    fn deemed_receipt_gives_a_day_more_at_most(start in any_day(), minute in 0i64..1440) {
        let calendar = Calendar::england();
        let at = start_of_day(start) + TimeDelta::minutes(minute);
        let due = |receipt| {
            let policy = ClockPolicy { receipt, ..ClockPolicy::default() };
            let facts = StageFacts::begun(StageNumber::One, at);
            stage_clocks(&facts, &calendar, &policy, at).unwrap().clocks[0].due
        };
        let (strict, deemed) = (due(ReceiptRule::Strict), due(ReceiptRule::Deemed));
        prop_assert!(calendar.working_days_between(strict, deemed).unwrap() <= 1 && strict <= deemed);
    }

    #[test]
    fn a_closure_moves_nothing(start in any_day(), from in 0i64..30, length in 0i64..20, n in 0u32..40) {
        let old = Calendar::england();
        let mut new = old.clone();
        let from = start + TimeDelta::days(from);
        new.add_closure(from, from + TimeDelta::days(length), "Shutdown").unwrap();
        prop_assert_eq!(old.add_working_days(start, n).unwrap(), new.add_working_days(start, n).unwrap());
    }

    #[test]
    fn a_late_acknowledgement_buys_no_time(
        received in any_day(), ack in 0u32..30, answer in 0u32..60,
    ) {
        let (calendar, policy) = (Calendar::england(), ClockPolicy::default());
        let acknowledged = calendar.add_working_days(received, ack).unwrap();
        let responded = calendar.add_working_days(acknowledged, answer).unwrap();
        let facts = StageFacts {
            acknowledged_at: Some(start_of_day(acknowledged)),
            responded_at: Some(end_of_day(responded)),
            ..StageFacts::begun(StageNumber::One, start_of_day(received))
        };
        let flags = stage_clocks(&facts, &calendar, &policy, end_of_day(responded)).unwrap().flags;
        prop_assert_eq!(flags.ack_in_time, Some(ack <= 5));
        prop_assert_eq!(flags.response_in_time_from_ack, Some(answer <= 10));
        prop_assert_eq!(flags.response_in_time_overall, Some(ack + answer <= 15));
    }

    #[test]
    fn no_date_panics(days in any::<i32>(), n in any::<u32>()) {
        let calendar = Calendar::england();
        let day = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MAX);
        let _ = calendar.is_working_day(day);
        let _ = calendar.add_working_days(day, n);
        let _ = calendar.working_days_between(day, NaiveDate::MAX);
        for length in [Length::Months(n as u16), Length::CalendarDays(n as u16), Length::Weeks(n as u16), Length::Hours(n as u16)] {
            let _ = Run::new(ClockId::Sar, "", day, length).due(&calendar);
        }
        let facts = StageFacts::begun(StageNumber::Two, end_of_day(day));
        let _ = stage_clocks(&facts, &calendar, &ClockPolicy::default(), end_of_day(day));
    }
}
