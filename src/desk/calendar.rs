//! Working days as the landlord knows them: a new holiday moves open dates, each with an event,
//! and never one that was met (domain rules §2.4).

use chrono::NaiveDate;

use super::book::CALENDAR;
use super::cases::append;
use super::lists::{ListOrder, ListQuery};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::Event;
use crate::domain::clock::{DueChange, DueDates, DueQuery, due_dates};
use crate::domain::ids::CaseRef;
use crate::domain::refusal::required;
use crate::store::settings::Change;

/// A change to the bank holidays.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CalendarChange {
    /// A day becomes a bank holiday.
    Add {
        /// The day.
        date: NaiveDate,
        /// Its name.
        name: String,
        /// Why, such as the proclamation.
        why: String,
    },
    /// A day is one no longer.
    Remove {
        /// The day.
        date: NaiveDate,
        /// Why.
        why: String,
    },
}

/// The open dates that a change moved, by case.
pub type Moved = Vec<(CaseRef, Vec<DueChange>)>;

impl Desk {
    /// Every deadline that follows from the dates given.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a date that cannot be counted from.
    pub fn due_dates(&self, query: &DueQuery) -> Result<DueDates, DeskError> {
        let book = self.book();
        due_dates(query, book.calendar(), &book.latest_policy().clocks).map_err(|error| {
            DeskError::Invalid {
                field: "received",
                detail: error.to_string(),
            }
        })
    }

    /// Changes the bank holidays and moves the open dates that follow, in the same breath.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`], or what the file says.
    pub async fn change_calendar(
        &self,
        actor: &Actor,
        change: CalendarChange,
    ) -> Result<Moved, DeskError> {
        need(actor, Permission::Administer)?;
        let old = self.book();
        let mut calendar = old.calendar().clone();
        let now = self.now();
        let invalid = |detail: String| DeskError::Invalid {
            field: "date",
            detail,
        };
        let (why, date) = match &change {
            CalendarChange::Add { date, name, why } => {
                required(why, "why", "why the day becomes a bank holiday")?;
                calendar
                    .add_holiday(*date, name, now, &actor.id, why)
                    .map_err(|e| invalid(e.to_string()))?;
                (why.clone(), *date)
            }
            CalendarChange::Remove { date, why } => {
                required(why, "why", "why the day is no longer a bank holiday")?;
                calendar
                    .remove_holiday(*date, now, &actor.id, why)
                    .map_err(|e| invalid(e.to_string()))?;
                (why.clone(), *date)
            }
        };
        let who = actor.clone();
        let record = Change {
            at: now,
            by: actor.id.clone(),
            why: why.clone(),
            from: None,
        };
        let desk = self.clone();
        let moved = self
            .store()
            .write_async(move |tx| -> Result<Moved, DeskError> {
                tx.set_setting(CALENDAR, &calendar, &record)?;
                let book = super::Book::read(tx)?;
                let reason = format!("The calendar changed on {date}: {why}");
                let system = Actor::system();
                let mut moved = Moved::new();
                for reference in waiting(tx)? {
                    let Some(case) = tx.case(&reference)? else {
                        continue;
                    };
                    let policy = book.policy(london_date(case.received_at));
                    let changes =
                        case.due_changes(old.calendar(), book.calendar(), &policy.clocks, now);
                    if changes.is_empty() {
                        continue;
                    }
                    let events = changes
                        .iter()
                        .map(|change| Event::ClockMoved {
                            clock: change.clock,
                            subject: change.subject.clone(),
                            old_due: change.old_due,
                            new_due: change.new_due,
                            why: reason.clone(),
                        })
                        .collect();
                    append(
                        tx,
                        &book,
                        &system,
                        Some(&case),
                        &case.reference,
                        events,
                        now,
                        now,
                    )?;
                    moved.push((case.reference, changes));
                }
                Ok(moved)
            })
            .await?;
        desk.reread()?;
        tracing::info!(by = %who.id, cases = moved.len(), "the calendar changed");
        Ok(moved)
    }
}

/// Every case with an open date: an ended one may still have an order of the Ombudsman to meet. They are gathered
/// before any date moves, because a moved date moves its case in the list.
fn waiting(rows: &dyn crate::store::Rows) -> Result<Vec<CaseRef>, DeskError> {
    let mut query = ListQuery {
        order: ListOrder::Due,
        due_from: Some(NaiveDate::MIN),
        limit: 500,
        ..ListQuery::default()
    };
    let mut found = Vec::new();
    loop {
        let page = rows.list(&query, &|_| true)?;
        found.extend(page.rows.into_iter().map(|row| row.reference));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(found),
        }
    }
}
