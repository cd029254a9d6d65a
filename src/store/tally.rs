//! Sums by day, kept with the lists, so that a board costs what its days are and not what its cases are.
//!
//! Complaints of a long time are read by whole months where that is the same. A case leaves marks on days: on the days of its stages and of its end, and on the day of its next date while it is
//! open or has one. A table holds how many marks of each kind every day has. Restricted cases leave none: they are
//! added for those who see them, from their rows.

use super::codec;
use super::derive::{self, CaseRow, Order};
use super::error::StoreError;
use super::tables::{self, MORE, Rows, T};
use super::tx::WriteTx;
use crate::domain::case::State;
use crate::domain::category::RootCause;
use crate::domain::intake::{Kind, Risk};
use crate::domain::measure::{Group, Measure, Span};
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// What the days of a tally are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Days {
    /// The next date of a case; without one, [`Tallied::day`] is none.
    Due,
    /// Received at stage 1.
    Stage1,
    /// The request for stage 2.
    Stage2,
    /// Closed or withdrawn.
    Ended,
}

impl Days {
    /// The days of complaints, by which figures of a period are counted.
    pub const OF_COMPLAINTS: [Self; 3] = [Self::Stage1, Self::Stage2, Self::Ended];

    /// The group that everything with such a day is in; none for next dates.
    pub fn whole(self) -> Option<Measure> {
        match self {
            Self::Due => None,
            Self::Stage1 => Some(Measure::Stage(1, Group::Received)),
            Self::Stage2 => Some(Measure::Stage(2, Group::Received)),
            Self::Ended => Some(Measure::Ended),
        }
    }
}

/// One mark of a case on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Flat", into = "Flat")]
pub enum Mark {
    /// It has this next date, open or not.
    Dated,
    /// It is open.
    Open,
    /// Open, and stands here.
    State(State),
    /// Open, and is at this stage.
    Stage(u8),
    /// Open, and this carefully watched.
    Risk(Risk),
    /// Open, and handled by this account; the empty name for nobody.
    Owner(String),
    /// An open complaint that nobody handles.
    Unassigned,
    /// It is of this measure.
    Of(Measure),
    /// It was answered at this stage after so many working days.
    Answered(u32),
    /// A point of it stands under this heading.
    Theme(String),
    /// It was closed with this root cause.
    Cause(RootCause),
}

/// A mark as it is kept, short because there are many: its kind, a number, and a name.
type Flat = (u8, u32, String);

impl From<Mark> for Flat {
    fn from(mark: Mark) -> Self {
        let place = |found: Option<usize>| {
            found
                .and_then(|at| u32::try_from(at).ok())
                .unwrap_or(u32::MAX)
        };
        let number = |kind, number| (kind, number, String::new());
        match mark {
            Mark::Dated => number(0, 0),
            Mark::Open => number(1, 0),
            Mark::State(state) => number(2, place(State::ALL.iter().position(|one| *one == state))),
            Mark::Stage(stage) => number(3, stage.into()),
            Mark::Risk(risk) => number(4, place(Risk::ALL.iter().position(|one| *one == risk))),
            Mark::Owner(name) => (5, 0, name),
            Mark::Unassigned => number(6, 0),
            Mark::Of(measure) => number(7, place(Some(measure.place()))),
            Mark::Answered(days) => number(8, days),
            Mark::Theme(name) => (9, 0, name),
            Mark::Cause(cause) => number(
                10,
                place(RootCause::ALL.iter().position(|one| *one == cause)),
            ),
        }
    }
}

impl TryFrom<Flat> for Mark {
    type Error = &'static str;

    fn try_from((kind, number, name): Flat) -> Result<Self, Self::Error> {
        let at = number as usize;
        let mark = match kind {
            0 => Some(Self::Dated),
            1 => Some(Self::Open),
            2 => State::ALL.get(at).copied().map(Self::State),
            3 => u8::try_from(number).ok().map(Self::Stage),
            4 => Risk::ALL.get(at).copied().map(Self::Risk),
            5 => Some(Self::Owner(name)),
            6 => Some(Self::Unassigned),
            7 => Measure::at(at).map(Self::Of),
            8 => Some(Self::Answered(number)),
            9 => Some(Self::Theme(name)),
            10 => RootCause::ALL.get(at).copied().map(Self::Cause),
            _ => None,
        };
        mark.ok_or("a mark of a kind that is not known")
    }
}

/// The marks of one day, each with its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallied {
    /// The day; none for what has no next date.
    pub day: Option<NaiveDate>,
    /// How many of each mark.
    pub marks: Vec<(Mark, u64)>,
}

type Key = [u8; 9];

/// What a row of the table holds the marks of.
#[derive(Clone, Copy)]
enum Of {
    Day,
    /// A whole month, under its first day.
    Month,
}

fn key(days: Days, of: Of, day: Option<NaiveDate>) -> Key {
    let mut out = [days as u8 * 2 + of as u8; 9];
    out[1..].copy_from_slice(&day.map_or(u64::MAX, derive::day).to_be_bytes());
    out
}

/// The first day of its month.
fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The marks that a case leaves, whoever may see it.
pub fn marks(row: &CaseRow) -> BTreeMap<(Days, Option<NaiveDate>), BTreeSet<Mark>> {
    let mut out: BTreeMap<_, BTreeSet<Mark>> = BTreeMap::new();
    let due = row.due.as_ref().map(|due| due.on);
    let open = !row.state.is_ended();
    let at_due = out.entry((Days::Due, due)).or_default();
    if due.is_some() {
        at_due.insert(Mark::Dated);
    }
    if open {
        let owner = row.handler.clone().unwrap_or_default();
        if owner.is_empty() && row.kind == Kind::Complaint {
            at_due.insert(Mark::Unassigned);
        }
        at_due.extend([
            Mark::Open,
            Mark::State(row.state),
            Mark::Stage(row.stage),
            Mark::Risk(row.risk),
            Mark::Owner(owner),
        ]);
    }
    for days in Days::OF_COMPLAINTS {
        let Some(day) = days.whole().and_then(|whole| whole.day(&row.times)) else {
            continue;
        };
        let at = out.entry((days, Some(day))).or_default();
        let order = days.whole().map(Order::of);
        let of = Measure::all().filter(|measure| Some(Order::of(*measure)) == order);
        let of = of.filter(|measure| measure.day(&row.times).is_some());
        at.extend(of.map(Mark::Of));
        let stage = match days {
            Days::Stage1 => row.times.stage(1),
            Days::Stage2 => row.times.stage(2),
            Days::Due | Days::Ended => None,
        };
        at.extend(stage.and_then(|at| at.worked).map(Mark::Answered));
        match days {
            Days::Stage1 => {
                let top = |key: &String| key.split('.').next().unwrap_or_default().to_owned();
                at.extend(row.categories.iter().map(top).map(Mark::Theme));
            }
            Days::Ended => at.extend(row.root_causes.iter().copied().map(Mark::Cause)),
            Days::Due | Days::Stage2 => {}
        }
    }
    out.retain(|_, marks| !marks.is_empty());
    out
}

/// The marks as the table counts them; a restricted case has none.
pub(crate) fn counted(row: &CaseRow) -> BTreeMap<Key, BTreeSet<Mark>> {
    if row.only_for.is_some() {
        return BTreeMap::new();
    }
    let mut all = BTreeMap::new();
    for ((days, day), marks) in marks(row) {
        if days != Days::Due {
            all.insert(key(days, Of::Month, day.map(month_of)), marks.clone());
        }
        all.insert(key(days, Of::Day, day), marks);
    }
    all
}

/// Brings the table from one state of a case to the next.
pub(crate) fn replace(
    tx: &mut WriteTx<'_>,
    old: &BTreeMap<Key, BTreeSet<Mark>>,
    new: &BTreeMap<Key, BTreeSet<Mark>>,
) -> Result<(), StoreError> {
    let none = BTreeSet::new();
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (before, after) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        if before == after {
            continue;
        }
        let mut kept = read(&**tx, key)?;
        for mark in before.difference(after) {
            let number = kept.entry(mark.clone()).or_default();
            *number = number.saturating_sub(1);
        }
        for mark in after.difference(before) {
            *kept.entry(mark.clone()).or_default() += 1;
        }
        kept.retain(|_, number| *number > 0);
        match kept.is_empty() {
            true => drop(tx.delete(T::Tally, key)?),
            false => tx.put(T::Tally, key, &write(&kept)?)?,
        }
    }
    Ok(())
}

fn read(rows: &dyn Rows, key: &Key) -> Result<BTreeMap<Mark, u64>, StoreError> {
    match rows.get(T::Tally, key)? {
        Some(bytes) => {
            let all: Vec<(Mark, u64)> = codec::decode(T::Tally, &bytes)?;
            Ok(all.into_iter().collect())
        }
        None => Ok(BTreeMap::new()),
    }
}

fn write(marks: &BTreeMap<Mark, u64>) -> Result<Vec<u8>, StoreError> {
    codec::encode(&marks.iter().collect::<Vec<_>>())
}

/// Sums that were made from events, compared with the table.
#[derive(Default)]
pub(crate) struct Sums(BTreeMap<Key, BTreeMap<Mark, u64>>);

impl Sums {
    pub(crate) fn take(&mut self, counted: BTreeMap<Key, BTreeSet<Mark>>) {
        for (key, marks) in counted {
            let at = self.0.entry(key).or_default();
            for mark in marks {
                *at.entry(mark).or_default() += 1;
            }
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Whether the table says the same.
    pub(crate) fn are_kept(&self, rows: &dyn Rows) -> Result<bool, StoreError> {
        for (key, marks) in &self.0 {
            if read(rows, key)? != *marks {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl dyn Rows + '_ {
    /// Tells how many cases that everybody may see have which next date, those with none last.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn next_dates(&self, each: &mut dyn FnMut(Tallied)) -> Result<(), StoreError> {
        let first = key(Days::Due, Of::Day, Some(NaiveDate::MIN));
        self.marks_between(&first, &key(Days::Due, Of::Day, None), each)
    }

    /// Tells the marks of complaints on the days of each span, of those that everybody may see: whole months at once
    /// where a month lies in as many of the spans on each of its days, else day by day.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn tallies(
        &self,
        days: Days,
        spans: &[Span],
        each: &mut dyn FnMut(Tallied),
    ) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (
            spans.iter().map(|span| span.from).min(),
            spans.iter().map(|span| span.to).max(),
        ) else {
            return Ok(());
        };
        let mut month = month_of(first);
        while month <= last {
            let Some(next) = month.checked_add_months(Months::new(1)) else {
                break;
            };
            let end = next.pred_opt().unwrap_or(next);
            // Nothing is received after today: a span that ends with the last day asked for holds all of its month.
            let within = |span: &Span| {
                let all = span.from <= month && (span.to >= end || span.to == last);
                all || span.to < month || span.from > end
            };
            let (of, to) = match spans.iter().all(within) {
                true => (Of::Month, month),
                false => (Of::Day, end.min(last)),
            };
            self.marks_between(&key(days, of, Some(month)), &key(days, of, Some(to)), each)?;
            month = next;
        }
        Ok(())
    }

    fn marks_between(
        &self,
        first: &Key,
        last: &Key,
        each: &mut dyn FnMut(Tallied),
    ) -> Result<(), StoreError> {
        let range = (
            Bound::Included(first.as_slice()),
            Bound::Included(last.as_slice()),
        );
        self.walk(T::Tally, range, true, &mut |key, value| {
            let number = tables::number(&key[1..])?;
            let day = i32::try_from(number).ok();
            let day = day.and_then(NaiveDate::from_num_days_from_ce_opt);
            let marks = codec::decode(T::Tally, value)?;
            each(Tallied { day, marks });
            MORE
        })
    }

    /// Tells the row of each restricted case that a viewer sees.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn each_restricted(
        &self,
        may_see: super::list::MaySee<'_>,
        each: &mut dyn FnMut(&CaseRow),
    ) -> Result<(), StoreError> {
        self.walk(T::Restricted, tables::ALL, true, &mut |key, named| {
            let named: Vec<String> = codec::decode(T::Restricted, named)?;
            if may_see(Some(&named))
                && let Some(row) = self.row_of(tables::number(key)?)?
            {
                each(&row);
            }
            MORE
        })
    }
}
