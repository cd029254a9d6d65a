//! Working days as the landlord knows them: a new holiday moves open dates, each with an event,
//! and never one that was met (domain rules §2.4).

use chrono::{DateTime, NaiveDate, Utc};

use super::book::CALENDAR;
use super::cases::{append, timing};
use super::lists::{ListOrder, ListQuery};
use super::{Book, Desk, DeskError, StoreError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::{Calendar, london_date};
use crate::domain::case::Event;
use crate::domain::clock::{DueChange, DueDates, DueQuery};
use crate::domain::ids::CaseRef;
use crate::domain::measure::CaseTimes;
use crate::domain::refusal::required;
use crate::store::rebuild::is_current;
use crate::store::settings::Change;
use crate::store::upgrade::NextDate;
use crate::store::{Rows, WriteError};

/// A change to the bank holidays or to the days on which the office is shut.
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
    /// The landlord's office is shut. No date moves: these are working days all the same.
    Close {
        /// The first day.
        from: NaiveDate,
        /// The last day, counted in.
        to: NaiveDate,
        /// What staff call it, such as the Christmas shutdown.
        name: String,
        /// Why.
        why: String,
    },
    /// It is not shut after all.
    Reopen {
        /// The closure's first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
        /// Why.
        why: String,
    },
}

impl CalendarChange {
    /// Makes the change; gives why, and the sentence for the dates that move with it, if any can.
    fn make(
        &self,
        calendar: &mut Calendar,
        now: DateTime<Utc>,
        by: &str,
    ) -> Result<(&str, Option<String>), DeskError> {
        let invalid = |field, detail: String| DeskError::Invalid { field, detail };
        let (why, day) = match self {
            Self::Add { date, name, why } => {
                required(why, "why", "why the day becomes a bank holiday")?;
                calendar
                    .add_holiday(*date, name, now, by, why)
                    .map_err(|e| invalid("date", e.to_string()))?;
                (why, Some(date))
            }
            Self::Remove { date, why } => {
                required(why, "why", "why the day is no longer a bank holiday")?;
                calendar
                    .remove_holiday(*date, now, by, why)
                    .map_err(|e| invalid("date", e.to_string()))?;
                (why, Some(date))
            }
            Self::Close {
                from,
                to,
                name,
                why,
            } => {
                required(why, "why", "why the office is shut")?;
                if calendar
                    .closures()
                    .iter()
                    .any(|c| (c.from, c.to) == (*from, *to))
                {
                    let detail = "The office is shut on these days already.".to_owned();
                    return Err(invalid("from", detail));
                }
                calendar
                    .add_closure(*from, *to, name)
                    .map_err(|e| invalid("from", e.to_string()))?;
                (why, None)
            }
            Self::Reopen { from, to, why } => {
                required(why, "why", "why the office is open after all")?;
                if !calendar.remove_closure(*from, *to) {
                    let detail = "No closure begins and ends on these days.".to_owned();
                    return Err(invalid("from", detail));
                }
                (why, None)
            }
        };
        let moves = day.map(|date| format!("The calendar changed on {date}: {why}"));
        Ok((why, moves))
    }
}

/// The open dates that a change moved, by case.
pub type Moved = Vec<(CaseRef, Vec<DueChange>)>;

/// As [`Moved`], with whether the one who asked may know of the case.
type AllMoved = Vec<(bool, CaseRef, Vec<DueChange>)>;

/// Why a change was not made.
enum Stopped {
    /// It was only to be seen what would move.
    TriedOut(AllMoved),
    /// It may not be.
    Refused(DeskError),
}

impl<E: Into<DeskError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Compares the next date of each case and what was in time, which the lists keep, with what its events, the calendar and the policies
/// say: what the store cannot know for itself.
///
/// # Errors
/// [`StoreError::Damaged`] for the first that differs, or what the file says.
pub fn check_deadlines(rows: &dyn Rows, now: DateTime<Utc>) -> Result<(), StoreError> {
    if !is_current(rows)? {
        return Ok(());
    }
    let book = Book::read(rows)?;
    let next = timing(&book, now);
    let mut after: Option<CaseRef> = None;
    loop {
        let references = rows.references(after.as_ref(), 500)?;
        for reference in &references {
            let (case, row) = (rows.case(reference)?, rows.case_row(reference)?);
            let told = case.as_ref().map(|case| {
                let timing = next(case);
                (
                    timing.due,
                    CaseTimes::of(case, &timing.flags, timing.worked),
                )
            });
            if told != row.map(|row| (row.due, row.times)) {
                return Err(StoreError::Damaged(format!(
                    "{reference}: its next date, or what was in time, is not what its events and the calendar say; \
                     `redress rebuild` makes it again"
                )));
            }
        }
        match references.last() {
            Some(last) => after = Some(last.clone()),
            None => return Ok(()),
        }
    }
}

/// How the next date of each case follows from the calendar and the policies in a file, for making its lists again.
///
/// # Errors
/// What the file says.
pub fn next_dates(rows: &dyn Rows, now: DateTime<Utc>) -> Result<NextDate, StoreError> {
    let book = Book::read(rows)?;
    Ok(Box::new(move |case| timing(&book, now)(case)))
}

impl Desk {
    /// Every deadline that follows from the dates given.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a date that cannot be counted from.
    pub fn due_dates(&self, query: &DueQuery) -> Result<DueDates, DeskError> {
        let today = london_date(self.now());
        self.book()
            .due_dates(query, today)
            .map_err(|error| DeskError::Invalid {
                field: "received",
                detail: error.to_string(),
            })
    }

    /// Changes the calendar and moves the open dates that follow, in the same breath. Gives those of the cases that
    /// the actor may know of.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`], or what the file says.
    pub async fn change_calendar(
        &self,
        actor: &Actor,
        change: CalendarChange,
    ) -> Result<Moved, DeskError> {
        let moved = match self.move_days(actor, change, true).await {
            Ok(moved) => moved,
            Err(Stopped::Refused(error)) => return Err(error),
            Err(Stopped::TriedOut(_)) => {
                return Err(DeskError::Internal("nothing was changed".into()));
            }
        };
        self.reread()?;
        tracing::info!(by = %actor.id, cases = moved.len(), "the calendar changed");
        let known = moved.into_iter().filter(|(open, ..)| *open);
        Ok(known.map(|(_, case, changes)| (case, changes)).collect())
    }

    /// What [`Desk::change_calendar`] would move, with nothing done, and how many cases more that the actor may not
    /// know of.
    ///
    /// # Errors
    /// As [`Desk::change_calendar`].
    pub async fn try_calendar(
        &self,
        actor: &Actor,
        change: CalendarChange,
    ) -> Result<(Moved, usize), DeskError> {
        let moved = match self.move_days(actor, change, false).await {
            Ok(moved) | Err(Stopped::TriedOut(moved)) => moved,
            Err(Stopped::Refused(error)) => return Err(error),
        };
        let (known, others): (AllMoved, AllMoved) = moved.into_iter().partition(|(open, ..)| *open);
        let known = known.into_iter().map(|(_, case, changes)| (case, changes));
        Ok((known.collect(), others.len()))
    }

    async fn move_days(
        &self,
        actor: &Actor,
        change: CalendarChange,
        for_good: bool,
    ) -> Result<AllMoved, Stopped> {
        need(actor, Permission::Administer)?;
        let now = self.now();
        let by = actor.id.clone();
        let moved = self
            .store()
            .write_async(move |tx| -> Result<AllMoved, Stopped> {
                // Read here: of two changes at once, the later one builds on the earlier.
                let old = Book::read(tx)?;
                let mut calendar = old.calendar().clone();
                let (why, moves) = change.make(&mut calendar, now, &by)?;
                let record = Change {
                    at: now,
                    by: by.clone(),
                    why: why.to_owned(),
                    from: None,
                };
                tx.set_setting(CALENDAR, &calendar, &record)?;
                let Some(reason) = moves else {
                    return done(AllMoved::new(), for_good);
                };
                let book = Book::read(tx)?;
                let system = Actor::system();
                let mut moved = AllMoved::new();
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
                    moved.push((case.open_to(&by), case.reference, changes));
                }
                done(moved, for_good)
            });
        moved.await.map_err(|error| match error {
            WriteError::Refused(stopped) => stopped,
            WriteError::Store(error) => Stopped::Refused(error.into()),
        })
    }
}

/// What a job that was to be done gives, and one that was only tried: what a job that fails has written is taken back.
fn done(moved: AllMoved, for_good: bool) -> Result<AllMoved, Stopped> {
    match for_good {
        true => Ok(moved),
        false => Err(Stopped::TriedOut(moved)),
    }
}

/// Every case with an open date: an ended one may still have an order of the Ombudsman to meet. They are gathered
/// before any date moves, because a moved date moves its case in the list.
fn waiting(rows: &dyn Rows) -> Result<Vec<CaseRef>, DeskError> {
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
