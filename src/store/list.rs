//! Lists of cases: index scans with a cursor, so that a page costs the same wherever it is.
//!
//! The narrowest facet of a query drives the scan; the others are looked up by key, without reading cases. Search
//! words gather a bounded set of candidates instead. A restricted case that the viewer may not see is neither
//! listed nor counted. Nothing here reads every case.

use super::codec;
use super::derive::{self, CaseRow, Facet, Order};
use super::error::StoreError;
use super::tables::{self, ALL, ENOUGH, MORE, Rows, T, after_prefix};
use crate::domain::case::Case;
use crate::domain::measure::{Group, Measure, Span};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeSet;
use std::ops::Bound;

/// Index entries looked at for one page, and for one total.
const BUDGET: usize = 10_000;
/// Cases that are counted one by one at most: nobody reads whether there are 2,000 or 3,000.
const COUNTED: u64 = 2_000;
/// Entries of the index that are looked at for that at most.
const LOOKED_AT: usize = 3_000;

/// How many budgets [`dyn Rows::each_row`] may use.
const TURNS: usize = 50;

/// Who may see a restricted case: told its row, answers.
pub type MaySee<'a> = &'a dyn Fn(Option<&[String]>) -> bool;

/// A group of complaints in a period. Its day rules the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct During {
    /// The group.
    pub measure: Measure,
    /// The days.
    pub span: Span,
}

/// What a list is narrowed to and how it is ordered.
#[derive(Clone, Default)]
pub struct ListQuery {
    /// All of these must hold.
    pub facets: Vec<Facet>,
    /// The order.
    pub order: Order,
    /// Only cases with a deadline on or after this day.
    pub due_from: Option<NaiveDate>,
    /// Only cases with a deadline before this day.
    pub due_before: Option<NaiveDate>,
    /// Only cases without a deadline.
    pub undated: bool,
    /// Only complaints of this group in this period; needs the order of its measure, see [`ListQuery::during`].
    pub during: Option<During>,
    /// Only cases received at or after this moment.
    pub received_from: Option<DateTime<Utc>>,
    /// Only cases received before this moment.
    pub received_to: Option<DateTime<Utc>>,
    /// None of these may hold.
    pub without: Vec<Facet>,
    /// Words that a reference, name, address or number begins with.
    pub q: String,
    /// Words, or several that stand together, that one of these has whole.
    pub phrases: Vec<String>,
    /// None of these may have such words.
    pub without_phrases: Vec<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows at most.
    pub limit: usize,
    /// Index entries looked at at most, where a total may be rougher than usual.
    pub budget: Option<usize>,
}

/// A page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows. Possibly fewer than asked for even where `next` is given, when a rare combination was sought.
    pub rows: Vec<CaseRow>,
    /// Give this as the cursor to go on.
    pub next: Option<String>,
    /// How many rows the whole list has for this viewer.
    pub total: u64,
    /// False when there are more than were counted.
    pub total_is_exact: bool,
}

impl ListQuery {
    /// Narrows to a group of complaints in a period, in the order of its days.
    #[must_use]
    pub fn during(mut self, measure: Measure, span: Span) -> Self {
        self.order = Order::of(measure);
        self.during = Some(During { measure, span });
        self
    }

    /// Whether a row is within the bounds that no facet holds.
    pub(crate) fn within(&self, row: &CaseRow) -> bool {
        let on = row.due.as_ref().map(|due| due.on);
        let due = self
            .due_from
            .is_none_or(|day| on.is_some_and(|on| on >= day))
            && self
                .due_before
                .is_none_or(|day| on.is_some_and(|on| on < day));
        let during = self.during.is_none_or(|during| {
            let day = during.measure.day(&row.times);
            day.is_some_and(|day| during.span.holds(day))
        });
        let undated = !self.undated || on.is_none();
        due && during
            && undated
            && self
                .received_from
                .is_none_or(|from| row.received_at >= from)
            && self.received_to.is_none_or(|to| row.received_at < to)
    }

    /// Whether the scanned order itself holds all bounds.
    fn bounds_in_order(&self) -> bool {
        match self.order {
            Order::Due => {
                let dated = self.due_from.is_some() || self.due_before.is_some();
                self.any_receipt() && self.any_day() && !(self.undated && dated)
            }
            Order::Received => self.any_deadline() && self.any_day(),
            Order::Updated => self.is_unbounded(),
            Order::Stage1 | Order::Stage2 | Order::Ended => {
                let whole = |during: During| {
                    let day = matches!(
                        during.measure,
                        Measure::Ended | Measure::Stage(_, Group::Received)
                    );
                    day && Order::of(during.measure) == self.order
                };
                self.any_receipt() && self.any_deadline() && self.during.is_none_or(whole)
            }
        }
    }

    fn any_day(&self) -> bool {
        self.during.is_none()
    }

    fn any_receipt(&self) -> bool {
        self.received_from.is_none() && self.received_to.is_none()
    }

    fn any_deadline(&self) -> bool {
        self.due_from.is_none() && self.due_before.is_none() && !self.undated
    }

    fn is_unbounded(&self) -> bool {
        self.any_receipt() && self.any_deadline() && self.any_day()
    }

    /// The first and the last-but-one place of the scan.
    fn range(&self) -> (u64, Option<u64>) {
        let newest_first = |at: DateTime<Utc>| !(at.timestamp_millis() as u64 ^ (1 << 63));
        match self.order {
            // A case without a deadline stands behind every day, so a first day alone needs an end before those.
            Order::Due if self.undated => (u64::MAX, None),
            Order::Due => (
                self.due_from.map_or(0, derive::day),
                match (self.due_from, self.due_before) {
                    (_, Some(before)) => Some(derive::day(before)),
                    (Some(_), None) => Some(u64::MAX),
                    (None, None) => None,
                },
            ),
            // Newest first: the later bound is the first place. `received_to` itself is outside.
            Order::Received => (
                self.received_to.map_or(0, |to| newest_first(to) + 1),
                self.received_from.map(|from| newest_first(from) + 1),
            ),
            Order::Updated => (0, None),
            Order::Stage1 | Order::Stage2 | Order::Ended => match &self.during {
                Some(During { measure, span }) if Order::of(*measure) == self.order => (
                    derive::newest_day_first(span.to),
                    Some(derive::newest_day_first(span.from) + 1),
                ),
                _ => (0, None),
            },
        }
    }
}

pub(crate) fn cursor_place(cursor: &str) -> Option<[u8; 16]> {
    let mut out = [0; 16];
    hex::decode_to_slice(cursor, &mut out).ok().map(|()| out)
}

/// The scan of one facet in one order, with the others as look-ups.
struct Scan<'a> {
    rows: &'a (dyn Rows + 'a),
    query: &'a ListQuery,
    driving: [u8; 9],
    others: Vec<Facet>,
    hidden: BTreeSet<u64>,
}

impl Scan<'_> {
    /// Walks the entries behind `after`; tells each case that fits. Gives the last entry looked at when the budget
    /// ended before the list.
    fn run(
        &self,
        after: Option<[u8; 16]>,
        each: &mut dyn FnMut(u64, [u8; 16], Option<CaseRow>) -> Result<bool, StoreError>,
    ) -> Result<Option<[u8; 16]>, StoreError> {
        let (first, end) = self.query.range();
        let place = |at: u64| {
            let mut out = [0; 16];
            out[..8].copy_from_slice(&at.to_be_bytes());
            out
        };
        let order = self.query.order;
        let from_start = derive::index_key(&self.driving, order, &place(first));
        let from_cursor = after.map(|after| derive::index_key(&self.driving, order, &after));
        let lower = match &from_cursor {
            Some(key) if key > &from_start => Bound::Excluded(key.as_slice()),
            _ => Bound::Included(from_start.as_slice()),
        };
        let last = match end {
            Some(end) => Some(derive::index_key(&self.driving, order, &place(end)).to_vec()),
            None => after_prefix(&from_start[..10]),
        };
        let upper = match &last {
            Some(key) => Bound::Excluded(key.as_slice()),
            None => Bound::Unbounded,
        };
        let budget = self.query.budget.map_or(BUDGET, |few| few.min(BUDGET));
        let (mut looked_at, mut stopped) = (0, None);
        self.rows
            .walk(T::CaseIndex, (lower, upper), true, &mut |key, value| {
                let mut place = [0; 16];
                place.copy_from_slice(&key[10..]);
                let case = tables::number(&key[18..])?;
                looked_at += 1;
                if looked_at > budget {
                    return ENOUGH;
                }
                stopped = (looked_at == budget).then_some(place);
                if self.hidden.contains(&case) || !self.has_others(case, &place, value)? {
                    return MORE;
                }
                let row = match self.query.bounds_in_order() {
                    true => None,
                    false => match self.rows.row_of(case)? {
                        Some(row) if self.query.within(&row) => Some(row),
                        _ => return MORE,
                    },
                };
                if each(case, place, row)? {
                    MORE
                } else {
                    ENOUGH
                }
            })?;
        Ok(stopped)
    }

    /// Whether the other facets have this case too, and what must not hold does not: one look-up each, hardly ever
    /// a row.
    fn has_others(&self, case: u64, place: &[u8; 16], value: &[u8]) -> Result<bool, StoreError> {
        for facet in &self.others {
            if !self.has(facet, case, place, value)? {
                return Ok(false);
            }
        }
        for facet in &self.query.without {
            if self.has(facet, case, place, value)? {
                return Ok(false);
            }
        }
        for phrase in &self.query.without_phrases {
            if self.rows.has_phrase(case, phrase)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn has(
        &self,
        facet: &Facet,
        case: u64,
        place: &[u8; 16],
        value: &[u8],
    ) -> Result<bool, StoreError> {
        let key = if facet.has(self.query.order) {
            derive::index_key(&facet.key(), self.query.order, place)
        } else {
            let received = match derive::place_in_received(place, value) {
                Some(received) => received,
                None => match self.rows.row_of(case)? {
                    Some(row) => derive::place(Order::Received, &row, case),
                    None => return Ok(false),
                },
            };
            derive::index_key(&facet.key(), Order::Received, &received)
        };
        Ok(self.rows.get(T::CaseIndex, &key)?.is_some())
    }
}

impl dyn Rows + '_ {
    /// A page of a list, for a viewer.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn list(&self, query: &ListQuery, may_see: MaySee<'_>) -> Result<Page, StoreError> {
        let hidden = self.hidden(may_see)?;
        if !query.q.trim().is_empty() || !query.phrases.is_empty() {
            return self.search(query, &hidden);
        }
        let scan = self.scan(query, hidden)?;
        let mut rows: Vec<CaseRow> = Vec::new();
        let (mut last, mut more) = (None, false);
        let after = query.cursor.as_deref().and_then(cursor_place);
        let stopped = scan.run(after, &mut |case, place, row| {
            if rows.len() == query.limit {
                more = true;
                return Ok(false);
            }
            if let Some(row) = row.map_or_else(|| self.row_of(case), |row| Ok(Some(row)))? {
                rows.push(row);
                last = Some(place);
            }
            Ok(true)
        })?;
        let next = if more { last } else { stopped };
        let (total, total_is_exact) = self.total(query, &scan)?;
        Ok(Page {
            rows,
            next: next.map(hex::encode),
            total,
            total_is_exact,
        })
    }

    /// Tells every row of a list, up to a bound of five hundred thousand looked at; whether none were left out.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn each_row(
        &self,
        query: &ListQuery,
        may_see: MaySee<'_>,
        each: &mut dyn FnMut(&CaseRow),
    ) -> Result<bool, StoreError> {
        self.first_rows(query, may_see, usize::MAX, each)
    }

    /// The same, up to a bound of one's own.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn first_rows(
        &self,
        query: &ListQuery,
        may_see: MaySee<'_>,
        most: usize,
        each: &mut dyn FnMut(&CaseRow),
    ) -> Result<bool, StoreError> {
        let scan = self.scan(query, self.hidden(may_see)?)?;
        let (mut after, mut left, mut full) = (None, most, false);
        for _ in 0..TURNS {
            after = scan.run(after, &mut |case, _, row| {
                full = left == 0;
                if full {
                    return Ok(false);
                }
                left -= 1;
                if let Some(row) = row.map_or_else(|| self.row_of(case), |row| Ok(Some(row)))? {
                    each(&row);
                }
                Ok(true)
            })?;
            if full || after.is_none() {
                return Ok(!full);
            }
        }
        Ok(false)
    }

    /// How many cases a viewer sees under a facet: a kept counter and the restricted cases open to them.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn count(&self, facet: &Facet, may_see: MaySee<'_>) -> Result<u64, StoreError> {
        let query = ListQuery {
            facets: vec![facet.clone()],
            order: Order::Received,
            ..ListQuery::default()
        };
        let scan = self.scan(&query, self.hidden(may_see)?)?;
        self.total(&query, &scan).map(|(total, _)| total)
    }

    /// Other cases of the same resident or the same home, newest first, with which of both it is.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn earlier(
        &self,
        case: &Case,
        limit: usize,
        may_see: MaySee<'_>,
    ) -> Result<Vec<(Facet, CaseRow)>, StoreError> {
        let person = derive::person_of(&case.complainant).map(Facet::Person);
        let home = derive::home_of(&case.complainant).map(Facet::Home);
        let mut out: Vec<(Facet, CaseRow)> = Vec::new();
        for facet in person.into_iter().chain(home) {
            let query = ListQuery {
                facets: vec![facet.clone()],
                order: Order::Received,
                limit: limit + 1,
                ..ListQuery::default()
            };
            for row in self.list(&query, may_see)?.rows {
                let known = out
                    .iter()
                    .any(|(_, other)| other.reference == row.reference);
                if !known && row.reference != case.reference {
                    out.push((facet.clone(), row));
                }
            }
        }
        out.sort_by_key(|(_, row)| std::cmp::Reverse(row.received_at));
        out.truncate(limit);
        Ok(out)
    }

    /// The restricted cases that a viewer may not see. Restricted cases are few.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn hidden(&self, may_see: MaySee<'_>) -> Result<BTreeSet<u64>, StoreError> {
        let mut out = BTreeSet::new();
        self.walk(T::Restricted, ALL, true, &mut |key, named| {
            let named: Vec<String> = codec::decode(T::Restricted, named)?;
            if !may_see(Some(&named)) {
                out.insert(tables::number(key)?);
            }
            MORE
        })?;
        Ok(out)
    }

    fn counter(&self, facet: &Facet) -> Result<u64, StoreError> {
        match self.get(T::Count, &facet.key())? {
            Some(bytes) => tables::number(&bytes),
            None => Ok(0),
        }
    }

    /// Chooses the narrowest facet to scan.
    fn scan<'a>(
        &'a self,
        query: &'a ListQuery,
        hidden: BTreeSet<u64>,
    ) -> Result<Scan<'a>, StoreError> {
        let mut best = (u64::MAX, Facet::All);
        for facet in query.facets.iter().filter(|f| f.has(query.order)) {
            let count = self.counter(facet)?;
            if count < best.0 {
                best = (count, facet.clone());
            }
        }
        let driving = best.1;
        let others = query
            .facets
            .iter()
            .filter(|f| **f != driving && **f != Facet::All);
        Ok(Scan {
            rows: self,
            query,
            driving: driving.key(),
            others: others.cloned().collect(),
            hidden,
        })
    }

    /// The number of rows a scan would give: from the counter where one facet is all, else counted by key.
    fn total(&self, query: &ListQuery, scan: &Scan<'_>) -> Result<(u64, bool), StoreError> {
        let nothing_out = query.without.is_empty() && query.without_phrases.is_empty();
        let single = query.is_unbounded() && nothing_out && scan.others.is_empty();
        if single && query.facets.iter().all(|facet| facet.key() == scan.driving) {
            let facet = query.facets.first().unwrap_or(&Facet::All);
            let mut total = self.counter(facet)?;
            // Restricted cases are in no counter: add those that this viewer sees.
            self.walk(T::Restricted, ALL, true, &mut |key, _| {
                let case = tables::number(key)?;
                if !scan.hidden.contains(&case)
                    && let Some(row) = self.row_of(case)?
                {
                    let order = if facet.has(query.order) {
                        query.order
                    } else {
                        Order::Received
                    };
                    let place = derive::place(order, &row, case);
                    let entry = derive::index_key(&facet.key(), order, &place);
                    total += u64::from(self.get(T::CaseIndex, &entry)?.is_some());
                }
                MORE
            })?;
            return Ok((total, true));
        }
        // Of a rare kind among many, the first thousands of entries are counted, not all.
        let near = ListQuery {
            budget: Some(query.budget.map_or(LOOKED_AT, |few| few.min(LOOKED_AT))),
            ..query.clone()
        };
        let scan = Scan {
            query: &near,
            hidden: scan.hidden.clone(),
            others: scan.others.clone(),
            ..*scan
        };
        let (mut total, mut full) = (0, false);
        let stopped = scan.run(None, &mut |_, _, _| {
            full = total >= COUNTED;
            total += u64::from(!full);
            Ok(!full)
        })?;
        Ok((total, stopped.is_none() && !full))
    }
}
