//! The calendar: days that exist, counted, and when England's clocks are an hour ahead.

/// A day of the calendar that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day {
    year: u32,
    month: u32,
    day: u32,
}

impl Day {
    /// The day, if there is one of that date.
    pub(super) fn of(year: u32, month: u32, day: u32) -> Option<Self> {
        let real = (1..=9999).contains(&year) && day > 0 && day <= length(year, month)?;
        real.then_some(Self { year, month, day })
    }

    /// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
    pub(super) fn number(self) -> i32 {
        let signed = |n: u32| i32::try_from(n).unwrap_or(0);
        let year = signed(self.year) - i32::from(self.month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((signed(self.month) + 9) % 12) + 2) / 5 + signed(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    pub(super) fn of_number(number: i32) -> Self {
        let n = number + 719_468;
        let era = n.div_euclid(146_097);
        let day = n.rem_euclid(146_097);
        let of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let unsigned = |n: i32| u32::try_from(n).unwrap_or(0);
        Self {
            year: unsigned(of_era + era * 400 + i32::from(month <= 2)),
            month: unsigned(month),
            day: unsigned(of_year - (153 * shifted + 2) / 5 + 1),
        }
    }

    /// British Summer Time: from the last Sunday of March to that of October, both at 01:00 UTC.
    pub(super) fn summer(self, minutes: u32) -> bool {
        let change = |month| {
            let last = Day {
                year: self.year,
                month,
                day: 31,
            };
            // 1970-01-01 was a Thursday.
            Day::of_number(last.number() - (last.number() + 4).rem_euclid(7))
        };
        let at = (self, minutes);
        at >= (change(3), 60) && at < (change(10), 60)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn length(year: u32, month: u32) -> Option<u32> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        1..=12 => Some(31),
        _ => None,
    }
}
