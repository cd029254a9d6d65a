//! Lists, searches and counts, with restricted cases left out for those they are not open to.

use super::typed::Typed;
use super::typed::narrow::Reader;
use super::{Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::ids::CaseRef;
use crate::store::derive::plain;
pub use crate::store::derive::{CaseRow, Facet, Order as ListOrder};
pub use crate::store::list::{ListQuery, Page};
use crate::store::tally::{self, Days, Mark};
use chrono::NaiveDate;

/// How many cases wait in each view of the work queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct QueueCounts {
    /// Handled by the actor.
    pub mine: u64,
    /// Handled by nobody.
    pub unassigned: u64,
    /// Waiting for an acknowledgement.
    pub to_acknowledge: u64,
    /// Past a date.
    pub overdue: u64,
    /// Due within five working days, not yet past.
    pub due_soon: u64,
    /// At stage 2.
    pub stage2: u64,
    /// Everything open.
    pub open: u64,
    /// Waiting for a contribution or an approval of the actor.
    pub asked: u64,
}

/// Whether a case may be seen by `actor`, by the people that it is restricted to.
pub(super) fn may_see(actor: &Actor) -> impl Fn(Option<&[String]>) -> bool + '_ {
    |named| named.is_none_or(|people| people.contains(&actor.id))
}

impl Desk {
    /// The rows of these cases, in their order; those that the actor may not know of are left out.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn rows_of(&self, actor: &Actor, cases: &[CaseRef]) -> Result<Vec<CaseRow>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let (reader, see) = (self.reader()?, may_see(actor));
        let rows = cases.iter().map(|reference| reader.case_row(reference));
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        let rows = rows.into_iter().flatten();
        Ok(rows.filter(|row| see(row.only_for.as_deref())).collect())
    }

    /// A page of a list. What `query.q` holds is read as [`Typed`]: words, and filters such as `stage:2`.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] of `q` with the word that is not understood and what is
    /// allowed, or what the file says.
    pub fn cases(&self, actor: &Actor, query: &ListQuery) -> Result<Page, DeskError> {
        need(actor, Permission::ReadCases)?;
        let mut narrowed = ListQuery {
            q: String::new(),
            ..query.clone()
        };
        let typed: Typed = query.q.parse()?;
        typed.narrow(
            &mut narrowed,
            &Reader {
                me: &actor.id,
                book: &self.book(),
                today: london_date(self.now()),
            },
        )?;
        Ok(self.reader()?.list(&narrowed, &may_see(actor))?)
    }

    /// How many cases wait in each view of the actor's work queue.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn queue_counts(&self, actor: &Actor) -> Result<QueueCounts, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let see = may_see(actor);
        let today = london_date(self.now());
        let soon = self
            .book()
            .calendar()
            .add_working_days(today, 6)
            .unwrap_or(today);
        let mut counts = QueueCounts {
            to_acknowledge: reader.count(&Facet::ToAcknowledge, &see)?,
            asked: reader.count(&Facet::Asked(actor.id.clone()), &see)?,
            ..QueueCounts::default()
        };
        let me = plain(&actor.id);
        let mut take = |day: Option<NaiveDate>, mark: &Mark, number: u64| {
            let place = match (mark, day) {
                // An ended case still has the Ombudsman's dates to keep: these two ask for dates, not for open cases.
                (Mark::Dated, Some(day)) if day < today => &mut counts.overdue,
                (Mark::Dated, Some(day)) if day < soon => &mut counts.due_soon,
                (Mark::Owner(name), _) if !name.is_empty() && plain(name) == me => &mut counts.mine,
                (Mark::Unassigned, _) => &mut counts.unassigned,
                (Mark::Stage(2), _) => &mut counts.stage2,
                (Mark::Open, _) => &mut counts.open,
                _ => return,
            };
            *place += number;
        };
        reader.next_dates(&mut |at| {
            at.marks
                .iter()
                .for_each(|(mark, number)| take(at.day, mark, *number));
        })?;
        reader.each_restricted(&see, &mut |row| {
            for ((days, day), marks) in tally::marks(row) {
                if days == Days::Due {
                    marks.iter().for_each(|mark| take(day, mark, 1));
                }
            }
        })?;
        Ok(counts)
    }

    /// Other cases of the same resident or home, newest first, with which of both it is.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or what the file says.
    pub fn earlier_cases(
        &self,
        actor: &Actor,
        reference: &CaseRef,
    ) -> Result<Vec<(Facet, CaseRow)>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let case = open(&*reader, actor, reference)?;
        Ok(reader.earlier(&case, 20, &may_see(actor))?)
    }
}
