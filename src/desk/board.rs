//! The board: what is open now, and what became of the complaints of a period beside the one before.
//!
//! Everything counted is a [`Measure`] or a facet of the lists, so each number has its list. The sums of each day are kept
//! with the lists ([`crate::store::tally`]): no case is read for them but the restricted ones that the reader sees.

use super::lists::{QueueCounts, may_see};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::State;
use crate::domain::category::RootCause;
use crate::domain::intake::Risk;
use crate::domain::measure::{Group, Measure, Period, Span, median_tenths, permille};
use crate::store::derive::plain;
use crate::store::tally::{self, Days, Mark, Tallied};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// Open cases by how near their next date is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bands {
    /// Past it.
    pub overdue: u64,
    /// It is today.
    pub due_today: u64,
    /// Within the working days that the landlord calls soon.
    pub due_soon: u64,
    /// Later.
    pub on_track: u64,
    /// No date is waited for.
    pub undated: u64,
}

impl Bands {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.overdue + self.due_today + self.due_soon + self.on_track + self.undated
    }
}

/// The figures of a period: how many complaints each measure holds, and the median days to answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// By measure; what is not here is nothing.
    pub counts: BTreeMap<Measure, u64>,
    /// The median of working days from receipt to answer at stage 1 and stage 2, in tenths.
    pub median_tenths: [Option<u64>; 2],
    days: [BTreeMap<u32, u64>; 2],
}

impl Figures {
    /// How many there are of a group at a stage.
    pub fn of(&self, stage: u8, group: Group) -> u64 {
        self.count(Measure::Stage(stage, group))
    }

    /// How many there are of a measure.
    pub fn count(&self, measure: Measure) -> u64 {
        self.counts.get(&measure).copied().unwrap_or_default()
    }

    /// The share of `part` in `part` and `rest`, in tenths of a percent; none when there is neither.
    pub fn share(&self, stage: u8, part: Group, rest: Group) -> Option<u64> {
        let part = self.of(stage, part);
        permille(part, part + self.of(stage, rest))
    }

    fn add(&mut self, days: Days, at: &Tallied) {
        let answered = match days {
            Days::Stage1 => self.days.first_mut(),
            Days::Stage2 => self.days.last_mut(),
            Days::Due | Days::Ended => None,
        };
        let mut nowhere = BTreeMap::new();
        let answered = answered.unwrap_or(&mut nowhere);
        for (mark, number) in &at.marks {
            match mark {
                Mark::Of(measure) => *self.counts.entry(*measure).or_default() += number,
                Mark::Answered(days) => *answered.entry(*days).or_default() += number,
                _ => {}
            }
        }
    }

    fn settle(&mut self) {
        self.median_tenths = std::mem::take(&mut self.days).map(|days| median_tenths(&days));
    }
}

/// A count in the period and in the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both {
    /// In the period.
    pub now: u64,
    /// In the one before.
    pub before: u64,
}

/// Everything on the board, as one person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// When it was counted.
    pub at: DateTime<Utc>,
    /// The days asked about.
    pub span: Span,
    /// The days they are compared with.
    pub span_before: Span,
    /// The counts of the work queue.
    pub queue: QueueCounts,
    /// The first day that is no longer "due soon".
    pub soon_before: NaiveDate,
    /// Open cases by where they stand.
    pub states: BTreeMap<State, Bands>,
    /// Open cases by who handles them; the empty name for nobody.
    pub owners: BTreeMap<String, Bands>,
    /// Open cases by how carefully they must be watched.
    pub risks: BTreeMap<Risk, Bands>,
    /// Complaints received in the period by the top category of their points; one may stand under several.
    pub themes: BTreeMap<String, Both>,
    /// Complaints closed in the period by root cause.
    pub root_causes: BTreeMap<RootCause, Both>,
    /// The period.
    pub figures: Figures,
    /// The one before.
    pub figures_before: Figures,
    /// The last twelve months, oldest first; the last one is this month so far.
    pub months: Vec<(Span, Figures)>,
}

/// For whom a board is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// For the one who asks, with the restricted cases they are named on.
    Actor,
    /// For everyone: no restricted case counts, whoever asks.
    Public,
}

impl Desk {
    /// The board for `period`.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn board(
        &self,
        actor: &Actor,
        period: Period,
        readers: Readers,
    ) -> Result<Board, DeskError> {
        need(actor, Permission::ReadCases)?;
        let (reader, book, at) = (self.reader()?, self.book(), self.now());
        let today = london_date(at);
        let (span, span_before) = period.spans(today);
        let soon = u32::from(book.policy(today).clocks.due_soon) + 1;
        let mut board = Board {
            at,
            span,
            span_before,
            queue: self.queue_counts(actor)?,
            soon_before: book
                .calendar()
                .add_working_days(today, soon)
                .unwrap_or(today),
            states: BTreeMap::new(),
            owners: BTreeMap::new(),
            risks: BTreeMap::new(),
            themes: BTreeMap::new(),
            root_causes: BTreeMap::new(),
            figures: Figures::default(),
            figures_before: Figures::default(),
            months: Span::twelve_months(today)
                .into_iter()
                .map(|month| (month, Figures::default()))
                .collect(),
        };
        let mut restricted = Vec::new();
        if readers == Readers::Actor {
            reader.each_restricted(&may_see(actor), &mut |row| {
                restricted.push(tally::marks(row))
            })?;
        }
        reader.next_dates(&mut |at| board.take_open(&at, today))?;
        let spans: Vec<Span> = board
            .months
            .iter()
            .map(|(month, _)| *month)
            .chain([span, span_before])
            .collect();
        for days in Days::OF_COMPLAINTS {
            reader.tallies(days, &spans, &mut |at| board.take(days, &at))?;
        }
        for ((days, day), marks) in restricted.into_iter().flatten() {
            let marks = marks.into_iter().map(|mark| (mark, 1)).collect();
            let at = Tallied { day, marks };
            match days {
                Days::Due => board.take_open(&at, today),
                days => board.take(days, &at),
            }
        }
        board.settle();
        Ok(board)
    }
}

impl Board {
    /// Takes the open cases of one next date into their bands.
    fn take_open(&mut self, at: &Tallied, today: NaiveDate) {
        let soon = self.soon_before;
        for (mark, number) in &at.marks {
            let bands = match mark {
                Mark::State(state) => self.states.entry(*state).or_default(),
                Mark::Risk(risk) => self.risks.entry(*risk).or_default(),
                Mark::Owner(given) => {
                    // One person, however the record spells them: the list by handler knows no spelling either.
                    let same = |known: &&String| plain(known) == plain(given);
                    let known = self.owners.keys().find(same).cloned();
                    self.owners
                        .entry(known.unwrap_or_else(|| given.clone()))
                        .or_default()
                }
                _ => continue,
            };
            let place = match at.day {
                None => &mut bands.undated,
                Some(on) if on < today => &mut bands.overdue,
                Some(on) if on == today => &mut bands.due_today,
                Some(on) if on < soon => &mut bands.due_soon,
                Some(_) => &mut bands.on_track,
            };
            *place += number;
        }
    }

    /// Takes the complaints of one day into the figures that hold it.
    fn take(&mut self, days: Days, at: &Tallied) {
        let Some(day) = at.day else {
            return;
        };
        let (span, before) = (self.span, self.span_before);
        let months = self.months.iter_mut();
        let months = months.map(|(span, figures)| (*span, figures));
        let spans = [
            (span, &mut self.figures),
            (before, &mut self.figures_before),
        ];
        for (_, figures) in spans
            .into_iter()
            .chain(months)
            .filter(|(span, _)| span.holds(day))
        {
            figures.add(days, at);
        }
        let count = |both: &mut Both, number: u64| {
            both.now += number * u64::from(span.holds(day));
            both.before += number * u64::from(before.holds(day));
        };
        for (mark, number) in &at.marks {
            match mark {
                Mark::Theme(top) => count(self.themes.entry(top.clone()).or_default(), *number),
                Mark::Cause(cause) => count(self.root_causes.entry(*cause).or_default(), *number),
                _ => {}
            }
        }
    }

    fn settle(&mut self) {
        self.figures.settle();
        self.figures_before.settle();
        self.months
            .iter_mut()
            .for_each(|(_, figures)| figures.settle());
        self.themes.retain(|_, both| both.now + both.before > 0);
        self.root_causes
            .retain(|_, both| both.now + both.before > 0);
    }
}
