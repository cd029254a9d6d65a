//! What a calendar refuses, in sentences.

use std::fmt;

use chrono::NaiveDate;

use super::{FIRST_YEAR, LAST_YEAR, words::day_and_year};

/// A date or a change the calendar does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarError {
    /// A year nobody can mean.
    OutOfRange {
        /// The date given.
        date: NaiveDate,
    },
    /// Counting ran out of years.
    PastTheEnd {
        /// Where it began.
        from: NaiveDate,
    },
    /// The day is a bank holiday already.
    AlreadyHoliday {
        /// The day.
        date: NaiveDate,
        /// Its name.
        name: String,
    },
    /// The day is not a bank holiday.
    NotHoliday {
        /// The day.
        date: NaiveDate,
    },
    /// A holiday or a closure without a name.
    Unnamed {
        /// The day.
        date: NaiveDate,
    },
    /// A closure whose last day is before its first.
    EndsBeforeItBegins {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { date } => {
                write!(
                    f,
                    "{date} is outside {FIRST_YEAR} to {LAST_YEAR}: check the year."
                )
            }
            Self::PastTheEnd { from } => {
                write!(
                    f,
                    "Counting from {from} leaves the years {FIRST_YEAR} to {LAST_YEAR}: check the date and the length."
                )
            }
            Self::AlreadyHoliday { date, name } => {
                write!(
                    f,
                    "{} is a bank holiday already ({name}).",
                    day_and_year(*date)
                )
            }
            Self::NotHoliday { date } => {
                write!(
                    f,
                    "{} is not a bank holiday, so there is nothing to remove.",
                    day_and_year(*date)
                )
            }
            Self::Unnamed { date } => write!(f, "Give the day {} a name.", day_and_year(*date)),
            Self::EndsBeforeItBegins { from, to } => {
                write!(
                    f,
                    "The closure ends ({}) before it begins ({}): swap the dates.",
                    day_and_year(*to),
                    day_and_year(*from)
                )
            }
        }
    }
}

impl std::error::Error for CalendarError {}
