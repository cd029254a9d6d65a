//! The periods that figures are about, each with the one before that it is compared with.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Days from the first up to and counting the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Span {
    /// Whether `day` lies in it.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}

/// A choice of period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// This month so far.
    Month,
    /// The month before this one.
    LastMonth,
    /// The last three months.
    Quarter,
    /// The last twelve months.
    #[default]
    Year,
    /// Since 1 April.
    FinancialYear,
}

impl Period {
    /// Every period, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Month,
        Self::LastMonth,
        Self::Quarter,
        Self::Year,
        Self::FinancialYear,
    ];

    /// What people read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Month => "This month",
            Self::LastMonth => "Last month",
            Self::Quarter => "Last 3 months",
            Self::Year => "Last 12 months",
            Self::FinancialYear => "Since 1 April",
        }
    }

    /// Its days on `today`, and those it is compared with: as many months, or as far into them, just before.
    pub fn spans(self, today: NaiveDate) -> (Span, Span) {
        let back = |day: NaiveDate, months| {
            day.checked_sub_months(Months::new(months))
                .unwrap_or(NaiveDate::MIN)
        };
        let month = first_of_month(today);
        let span = |from, to| Span { from, to };
        let rolling = |months| {
            let from = next(back(today, months));
            span(next(back(today, 2 * months)), eve(from))
        };
        match self {
            Self::Month => (span(month, today), span(back(month, 1), back(today, 1))),
            Self::LastMonth => (
                span(back(month, 1), eve(month)),
                span(back(month, 2), eve(back(month, 1))),
            ),
            Self::Quarter => (span(next(back(today, 3)), today), rolling(3)),
            Self::Year => (span(next(back(today, 12)), today), rolling(12)),
            Self::FinancialYear => {
                let year = today.year() - i32::from(today.month() < 4);
                let from = NaiveDate::from_ymd_opt(year, 4, 1).unwrap_or(month);
                (span(from, today), span(back(from, 12), back(today, 12)))
            }
        }
    }
}

impl Span {
    /// The twelve months that end with that of `today`, oldest first; the last one ends today.
    pub fn twelve_months(today: NaiveDate) -> Vec<Self> {
        let month = first_of_month(today);
        let first = |back: u32| {
            month
                .checked_sub_months(Months::new(back))
                .unwrap_or(NaiveDate::MIN)
        };
        let whole = (1..12).rev().map(|back| Self {
            from: first(back),
            to: eve(first(back - 1)),
        });
        let now = Self {
            from: month,
            to: today,
        };
        whole.chain([now]).collect()
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

fn eve(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(1)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(period: Period, today: &str, expected: [&str; 4]) {
        let (now, before) = period.spans(today.parse().expect("a day"));
        let days = [now.from, now.to, before.from, before.to].map(|day| day.to_string());
        assert_eq!(days, expected, "{period:?} on {today}");
    }

    #[test]
    fn each_period_has_the_one_before_it() {
        let days = ["2026-11-01", "2026-11-23", "2026-10-01", "2026-10-23"];
        check(Period::Month, "2026-11-23", days);
        let days = ["2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"];
        check(Period::Month, "2026-03-31", days);
        let days = ["2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"];
        check(Period::LastMonth, "2026-11-23", days);
        let days = ["2026-08-24", "2026-11-23", "2026-05-24", "2026-08-23"];
        check(Period::Quarter, "2026-11-23", days);
        let days = ["2025-11-24", "2026-11-23", "2024-11-24", "2025-11-23"];
        check(Period::Year, "2026-11-23", days);
        let days = ["2026-04-01", "2026-11-23", "2025-04-01", "2025-11-23"];
        check(Period::FinancialYear, "2026-11-23", days);
        let days = ["2025-04-01", "2026-03-31", "2024-04-01", "2025-03-31"];
        check(Period::FinancialYear, "2026-03-31", days);
    }

    #[test]
    fn twelve_months_end_today() {
        let months = Span::twelve_months("2026-02-28".parse().expect("a day"));
        assert_eq!(months.len(), 12);
        assert_eq!(months[0].from.to_string(), "2025-03-01");
        assert_eq!(months[0].to.to_string(), "2025-03-31");
        assert_eq!(months[11].from.to_string(), "2026-02-01");
        assert_eq!(months[11].to.to_string(), "2026-02-28");
    }
}
