//! Dates as a CSV has them: as people and programs write them everywhere, and as spreadsheets count them.

use redress_plugin::dates::{self, Order};

/// The day of a cell.
pub fn date(text: &str, order: Order) -> Option<String> {
    let counted = dates::serial(text).map(|moment| moment.chars().take(10).collect());
    counted.or_else(|| dates::date(text, order))
}

/// The day and, when there is one, the time of a cell.
pub fn moment(text: &str, order: Order) -> Option<String> {
    dates::serial(text).or_else(|| dates::moment(text, order))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_however_it_is_written_or_counted() {
        for (text, order, expected) in [
            ("02/09/2026 08:41", Order::DayFirst, "2026-09-02 08:41"),
            ("09/02/2026", Order::MonthFirst, "2026-09-02"),
            ("46267.3619", Order::DayFirst, "2026-09-02 08:41"),
            ("46267", Order::MonthFirst, "2026-09-02"),
        ] {
            assert_eq!(moment(text, order).as_deref(), Some(expected), "{text}");
            assert_eq!(date(text, order).as_deref(), expected.get(..10), "{text}");
        }
        assert_eq!(moment("soon", Order::DayFirst), None);
    }

    #[test]
    fn a_day_is_no_instant() {
        let instant = "2026-09-02T23:30:00Z";
        let moment = moment(instant, Order::DayFirst);
        assert_eq!(moment.as_deref(), Some(instant));
        // Summer time in England.
        let day = date(instant, Order::DayFirst);
        assert_eq!(day.as_deref(), Some("2026-09-03"));
    }
}
