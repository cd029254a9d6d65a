//! The board: what is open now, and what became of the complaints of a period beside the one before.
//!
//! Everything counted is a [`Measure`] or a facet of the lists, so each number has its list. Only open cases and those
//! of the period are read, in the order of the index.

use super::lists::{QueueCounts, may_see};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::{Calendar, london_date};
use crate::domain::case::State;
use crate::domain::category::RootCause;
use crate::domain::intake::Risk;
use crate::domain::measure::{CaseTimes, Group, Measure, Period, Span, median_tenths, permille};
use crate::store::derive::{CaseRow, Facet, Order, plain};
use crate::store::list::ListQuery;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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
    days: [Vec<u32>; 2],
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

    fn add(&mut self, measure: Measure, times: &CaseTimes, calendar: &Calendar) {
        *self.counts.entry(measure).or_default() += 1;
        if let Measure::Stage(stage, Group::Answered) = measure
            && let Some(at) = times.stage(stage)
            && let Some(answered) = at.answered_on
            && let Ok(days) = calendar.working_days_between(at.received_on, answered)
            && let Some(known) = self.days.get_mut(usize::from(stage.saturating_sub(1)))
        {
            known.push(days);
        }
    }

    fn settle(&mut self) {
        self.median_tenths = std::mem::take(&mut self.days).map(median_tenths);
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
    /// False when there was more than can be counted at once.
    pub complete: bool,
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
        let theirs = may_see(actor);
        let see = |row: &CaseRow| match readers {
            Readers::Actor => theirs(row),
            Readers::Public => row.only_for.is_none(),
        };
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
            complete: true,
        };
        let open = ListQuery {
            facets: vec![Facet::Ended(false)],
            ..ListQuery::default()
        };
        let told = reader.each_row(&open, &see, &mut |row| board.take_open(row, today))?;
        board.complete &= told;
        let first = board
            .months
            .first()
            .map_or(span.from, |(month, _)| month.from);
        let wide = Span {
            from: first.min(span_before.from),
            to: today,
        };
        let stages = [1, 2].map(|stage| Measure::Stage(stage, Group::Received));
        for whole in stages.into_iter().chain([Measure::Ended]) {
            let query = ListQuery::default().during(whole, wide);
            let told = reader.each_row(&query, &see, &mut |row| {
                board.take(whole, row, book.calendar());
            })?;
            board.complete &= told;
        }
        board.settle();
        Ok(board)
    }
}

impl Board {
    /// Takes an open case into its bands.
    fn take_open(&mut self, row: &CaseRow, today: NaiveDate) {
        let soon = self.soon_before;
        // One person, however the record spells them: the list by handler knows no spelling either.
        let given = row.handler.clone().unwrap_or_default();
        let same = |known: &&String| plain(known) == plain(&given);
        let owner = self.owners.keys().find(same).cloned().unwrap_or(given);
        let bands = [
            self.states.entry(row.state).or_default(),
            self.owners.entry(owner).or_default(),
            self.risks.entry(row.risk).or_default(),
        ];
        for bands in bands {
            let place = match row.due.as_ref().map(|due| due.on) {
                None => &mut bands.undated,
                Some(on) if on < today => &mut bands.overdue,
                Some(on) if on == today => &mut bands.due_today,
                Some(on) if on < soon => &mut bands.due_soon,
                Some(_) => &mut bands.on_track,
            };
            *place += 1;
        }
    }

    /// Takes a complaint of the walk through `whole` into the figures of its days.
    fn take(&mut self, whole: Measure, row: &CaseRow, calendar: &Calendar) {
        let order = Order::of(whole);
        let Some(day) = whole.day(&row.times) else {
            return;
        };
        let (span, before) = (self.span, self.span_before);
        for measure in Measure::all().filter(|measure| Order::of(*measure) == order) {
            if measure.day(&row.times).is_none() {
                continue;
            }
            let spans = [
                (span, &mut self.figures),
                (before, &mut self.figures_before),
            ];
            let months = self
                .months
                .iter_mut()
                .map(|(span, figures)| (*span, figures));
            for (span, figures) in spans.into_iter().chain(months) {
                if span.holds(day) {
                    figures.add(measure, &row.times, calendar);
                }
            }
        }
        let count = |both: &mut Both| {
            both.now += u64::from(span.holds(day));
            both.before += u64::from(before.holds(day));
        };
        match whole {
            Measure::Stage(1, _) => {
                let top = |key: &String| key.split('.').next().unwrap_or_default().to_owned();
                let tops: BTreeSet<String> = row.categories.iter().map(top).collect();
                for top in tops {
                    count(self.themes.entry(top).or_default());
                }
            }
            Measure::Ended => {
                let causes: BTreeSet<RootCause> = row.root_causes.iter().copied().collect();
                for cause in causes {
                    count(self.root_causes.entry(cause).or_default());
                }
            }
            Measure::Stage(..) => {}
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
