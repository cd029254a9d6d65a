//! Which day it is in London. Instants are kept in UTC, but a deadline is a civil date:
//! 23:30 UTC on 30 June is already 1 July for the resident (§2.3).

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::London;

/// The date in London at an instant.
pub fn london_date(at: DateTime<Utc>) -> NaiveDate {
    local(at).date()
}

/// The time on a clock in London at an instant.
pub fn london_time(at: DateTime<Utc>) -> NaiveTime {
    local(at).time()
}

/// The wall clock in London. The first and last moments that can be written have none; any file must be
/// readable, so they keep the one of UTC.
fn local(at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    let offset = London.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(utc)
}

/// The instant at which a day begins in London.
pub fn start_of_day(date: NaiveDate) -> DateTime<Utc> {
    let midnight = NaiveDateTime::new(date, NaiveTime::MIN);
    // The hour changes at 01:00 or 02:00, so London's midnight always exists and is never twofold.
    London
        .from_local_datetime(&midnight)
        .earliest()
        .map_or(midnight.and_utc(), |at| at.to_utc())
}

/// The instant at which the clocks of London show a full hour (0 to 23) of a day: the first of two in October, and
/// the next that exists where March leaves one out.
pub fn at_hour(date: NaiveDate, hour: u8) -> DateTime<Utc> {
    (u32::from(hour)..24)
        .filter_map(|hour| date.and_hms_opt(hour, 0, 0))
        .find_map(|time| London.from_local_datetime(&time).earliest())
        .map_or_else(|| end_of_day(date), |at| at.to_utc())
}

/// The last second of a day in London: a due date counts to its end.
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    let next = date.succ_opt().map(start_of_day);
    next.and_then(|next| next.checked_sub_signed(TimeDelta::seconds(1)))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
