//! Lists, searches and counts, with restricted cases left out for those they are not open to.

use super::typed::Typed;
use super::typed::narrow::Reader;
use super::{Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::ids::CaseRef;
use crate::domain::intake::Kind;
pub use crate::store::derive::{CaseRow, Facet, Order as ListOrder};
pub use crate::store::list::{ListQuery, Page};

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
    /// Waiting for a contribution of the actor.
    pub asked: u64,
}

/// Whether `row` may be seen by `actor`.
pub(super) fn may_see(actor: &Actor) -> impl Fn(&CaseRow) -> bool + '_ {
    |row| {
        row.only_for
            .as_ref()
            .is_none_or(|people| people.contains(&actor.id))
    }
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
        Ok(rows.into_iter().flatten().filter(|row| see(row)).collect())
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
        let open = Facet::Ended(false);
        let total = |facets: Vec<Facet>, due_from, due_before| -> Result<u64, DeskError> {
            let query = ListQuery {
                facets,
                order: ListOrder::Due,
                due_from,
                due_before,
                limit: 0,
                ..ListQuery::default()
            };
            Ok(reader.list(&query, &see)?.total)
        };
        let all = |facets| total(facets, None, None);
        Ok(QueueCounts {
            mine: all(vec![Facet::Handler(actor.id.clone()), open.clone()])?,
            unassigned: all(vec![
                Facet::Unassigned,
                Facet::Kind(Kind::Complaint),
                open.clone(),
            ])?,
            to_acknowledge: reader.count(&Facet::ToAcknowledge, &see)?,
            // An ended case still has the Ombudsman's dates to keep: these two ask for dates, not for open cases.
            overdue: total(Vec::new(), None, Some(today))?,
            due_soon: total(Vec::new(), Some(today), Some(soon))?,
            stage2: all(vec![Facet::Stage(2), open.clone()])?,
            open: reader.count(&open, &see)?,
            asked: reader.count(&Facet::Asked(actor.id.clone()), &see)?,
        })
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
