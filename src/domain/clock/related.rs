//! The clocks beside the Code's: promised actions and updates, the Ombudsman's dates, data protection,
//! information requests, the annual submission. Each gives a [`Run`], to be finished with `met` and
//! `ended` and read with [`Run::clock`].

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};

use super::hazard::begins;
use super::run::Run;
use super::{ClockId, ClockPolicy, Length};
use crate::domain::calendar::{Calendar, CalendarError, day_and_year, in_range, london_date};

/// The day from which a data-protection complaint is acknowledged in a set time (§0.1).
pub const DP_COMPLAINTS_FROM: NaiveDate = begins(2026, 6, 19);

/// The day from which tenants may ask for information under STAIRs (§0.1).
pub const STAIRS_FROM: NaiveDate = begins(2027, 4, 1);

/// A data-protection complaint: 30 calendar days; day 1 is the day after receipt, whatever day that is.
pub fn dp_complaint_ack(received_at: DateTime<Utc>, policy: &ClockPolicy) -> Run<'static> {
    let on = london_date(received_at);
    let lead = format!("Received {}.", day_and_year(on));
    Run::new(
        ClockId::DpComplaintAck,
        lead,
        on,
        Length::CalendarDays(policy.dp_complaint_ack),
    )
}

/// A subject access request: one calendar month, and two more if it is complex.
pub fn subject_access(
    received_at: DateTime<Utc>,
    complex: bool,
    policy: &ClockPolicy,
) -> Run<'static> {
    let on = london_date(received_at);
    let mut lead = format!("Received {}.", day_and_year(on));
    let mut months = policy.sar_months;
    if complex {
        months = months.saturating_add(policy.sar_more_months);
        lead.push_str(" Extended because it is complex.");
    }
    Run::new(ClockId::Sar, lead, on, Length::Months(months))
}

/// An information request under STAIRs, from 1 April 2027. The length is believed, not confirmed.
pub fn stairs_request(received_at: DateTime<Utc>, policy: &ClockPolicy) -> Run<'static> {
    let on = london_date(received_at);
    let lead = format!("Received {}.", day_and_year(on));
    Run::new(
        ClockId::StairsRequest,
        lead,
        on,
        Length::CalendarDays(policy.stairs_request),
    )
}

/// A service request left open is looked at again on the day set for it, or after the landlord's own
/// interval from the day it was logged or looked at last.
pub fn service_request_review(
    last_seen_on: NaiveDate,
    next: Option<NaiveDate>,
    policy: &ClockPolicy,
) -> Run<'static> {
    let lead = format!(
        "Service request last looked at {}.",
        day_and_year(last_seen_on)
    );
    let length = next.map_or(
        Length::WorkingDays(policy.service_request_review),
        Length::Given,
    );
    Run::new(ClockId::ServiceRequestReview, lead, last_seen_on, length)
}

/// An evidence task of the Ombudsman: the date it states, or the usual length when it states none.
pub fn hos_task(
    set_on: NaiveDate,
    stated: Option<NaiveDate>,
    policy: &ClockPolicy,
) -> Run<'static> {
    let lead = format!("The Ombudsman's task came {}.", day_and_year(set_on));
    let length = stated.map_or(Length::WorkingDays(policy.hos_task), Length::Given);
    Run::new(ClockId::HosTask, lead, set_on, length)
}

/// An order of the Ombudsman: the date printed beside it.
pub fn hos_order(determined_on: NaiveDate, text: &str, due: NaiveDate) -> Run<'static> {
    let lead = format!(
        "Ordered in the determination of {}: {}",
        day_and_year(determined_on),
        sentence(text)
    );
    Run::new(ClockId::HosOrder, lead, determined_on, Length::Given(due))
}

/// A complaint handling failure notice: the date by which to comply.
pub fn hos_notice(issued_on: NaiveDate, text: &str, comply_by: NaiveDate) -> Run<'static> {
    let lead = format!(
        "Notice issued {}: {}",
        day_and_year(issued_on),
        sentence(text)
    );
    Run::new(
        ClockId::HosNotice,
        lead,
        issued_on,
        Length::Given(comply_by),
    )
}

/// A direction of the Ombudsman to respond by a date.
pub fn hos_directed(directed_at: DateTime<Utc>, due: NaiveDate) -> Run<'static> {
    let on = london_date(directed_at);
    let lead = format!("The Ombudsman directed a response on {}.", day_and_year(on));
    Run::new(ClockId::HosDirected, lead, on, Length::Given(due))
}

/// A promised action: the date promised.
pub fn action(promised_on: NaiveDate, what: &str, due: NaiveDate) -> Run<'static> {
    let lead = format!("Promised {}: {}", day_and_year(promised_on), sentence(what));
    Run::new(ClockId::ActionDue, lead, promised_on, Length::Given(due))
}

/// The first words of a text, ended as a sentence: an explanation does not repeat a whole order.
fn sentence(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.chars().count() > LONGEST {
        return line.chars().take(LONGEST).chain(['…']).collect();
    }
    format!("{}.", line.trim_end_matches('.'))
}

/// The next update to a resident whose answer is late: the interval agreed with them, from the last
/// update. A day on which nobody works is moved back, so that the interval is never overrun; only an
/// interval with no working day in it ends on the next one.
pub fn next_update(
    last_update_at: DateTime<Utc>,
    every_days: u16,
    calendar: &Calendar,
) -> Result<Run<'static>, CalendarError> {
    let last = in_range(london_date(last_update_at))?;
    let target = last.checked_add_days(Days::new(u64::from(every_days.max(1))));
    let target = in_range(target.ok_or(CalendarError::PastTheEnd { from: last })?)?;
    let due = match calendar.working_day_on_or_before(target)? {
        due if due > last => due,
        _ => calendar.working_day_on_or_after(target)?,
    };
    let lead = format!(
        "Last update {}; one every {every_days} days was agreed.",
        day_and_year(last)
    );
    Ok(Run::new(
        ClockId::UpdateInterval,
        lead,
        last,
        Length::Given(due),
    ))
}

/// The annual submission (§6.3): by 30 September with 1,000 homes or more, otherwise within six months
/// of the financial year end. Exactly 1,000 is treated as large.
pub fn annual_submission(year_end: NaiveDate, homes: u32) -> Result<Run<'static>, CalendarError> {
    let past_the_end = CalendarError::PastTheEnd {
        from: in_range(year_end)?,
    };
    let due = if homes >= 1000 {
        let september = |year| NaiveDate::from_ymd_opt(year, 9, 30);
        let this_year = september(year_end.year()).filter(|day| *day > year_end);
        this_year.or_else(|| september(year_end.year() + 1))
    } else {
        six_months_after(year_end)
    };
    let lead = format!("Financial year end {}.", day_and_year(year_end));
    Ok(Run::new(
        ClockId::AnnualSubmission,
        lead,
        year_end,
        Length::Given(due.ok_or(past_the_end)?),
    ))
}

/// Six months on; from the last day of a month to the last day of another.
fn six_months_after(day: NaiveDate) -> Option<NaiveDate> {
    let last_of_month = day.succ_opt()?.month() != day.month();
    if last_of_month {
        let next_first = day.succ_opt()?;
        next_first.checked_add_months(Months::new(6))?.pred_opt()
    } else {
        day.checked_add_months(Months::new(6))
    }
}
