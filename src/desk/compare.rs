//! Complaints of a period beside those of the one before, by area, block, theme, owner or who was asked: where one
//! problem stands behind many complaints (Code 9.4).

use super::lists::may_see;
use super::{Desk, DeskError, need, open};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::ids::CaseRef;
use crate::domain::measure::{Group, Measure, Period, Span};
use crate::store::derive::{CaseRow, Facet, Order};
use crate::store::list::ListQuery;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Complaints that are read at most, the newest first.
const MOST: usize = 20_000;
/// Groups that are told at most.
const GROUPS: usize = 100;
/// From how many complaints on one place and one heading are worth a word.
const SYSTEMIC: u64 = 3;
/// Days over which those are counted.
const A_YEAR: u64 = 365;

/// What complaints are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The first part of the postcode.
    #[default]
    Area,
    /// The whole postcode: the homes of a block, or of one side of a street.
    Block,
    /// The heading of a point.
    Theme,
    /// Who handles it.
    Owner,
    /// The team or firm that was asked to contribute.
    Team,
}

impl By {
    /// Every grouping, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Area,
        Self::Block,
        Self::Theme,
        Self::Owner,
        Self::Team,
    ];

    fn of(self, row: &CaseRow) -> Vec<String> {
        let area = |place: &String| place.split(' ').next().unwrap_or_default().to_owned();
        match self {
            Self::Area => vec![row.place.as_ref().map(area).unwrap_or_default()],
            Self::Block => vec![row.place.clone().unwrap_or_default()],
            Self::Theme => {
                let top = |key: &String| key.split('.').next().unwrap_or_default().to_owned();
                let mut tops: Vec<String> = row.categories.iter().map(top).collect();
                tops.dedup();
                tops
            }
            Self::Owner => vec![row.handler.clone().unwrap_or_default()],
            Self::Team => row.teams.clone(),
        }
    }
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its name; empty for what has none.
    pub name: String,
    /// Complaints received in the period.
    pub now: u64,
    /// In the one before.
    pub before: u64,
    /// Of those in the period: answered late, counted from receipt.
    pub late: u64,
}

/// The groups of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The days asked about.
    pub span: Span,
    /// The days they are compared with.
    pub before: Span,
    /// The groups, the largest first.
    pub groups: Vec<Compared>,
    /// False when there were more complaints or groups than are told.
    pub complete: bool,
}

/// Many complaints under one heading from one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The postcode.
    pub place: String,
    /// The heading, as its key.
    pub heading: String,
    /// Since when they are counted.
    pub since: NaiveDate,
    /// How many the reader may see.
    pub number: u64,
}

impl Desk {
    /// The complaints received in `period`, grouped, beside those of the period before.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn compare(&self, actor: &Actor, by: By, period: Period) -> Result<Comparison, DeskError> {
        need(actor, Permission::ReadCases)?;
        let received = Measure::Stage(1, Group::Received);
        let late = Measure::Stage(1, Group::AnsweredLate);
        let (span, before) = period.spans(london_date(self.now()));
        let wide = Span {
            from: before.from.min(span.from),
            to: span.to,
        };
        let query = ListQuery::default().during(received, wide);
        let mut groups: BTreeMap<String, Compared> = BTreeMap::new();
        let told = self
            .reader()?
            .first_rows(&query, &may_see(actor), MOST, &mut |row| {
                let Some(day) = received.day(&row.times) else {
                    return;
                };
                for name in by.of(row) {
                    let group = groups.entry(name).or_default();
                    group.now += u64::from(span.holds(day));
                    group.before += u64::from(before.holds(day));
                    let is_late = span.holds(day) && late.day(&row.times).is_some();
                    group.late += u64::from(is_late);
                }
            })?;
        let mut groups: Vec<Compared> = groups
            .into_iter()
            .map(|(name, group)| Compared { name, ..group })
            .filter(|group| group.now + group.before > 0)
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse((group.now, group.before)));
        let complete = told && groups.len() <= GROUPS;
        groups.truncate(GROUPS);
        Ok(Comparison {
            span,
            before,
            groups,
            complete,
        })
    }

    /// Whether a case is one of many under its heading from its place within a year: perhaps one problem behind them
    /// all. None when it stands alone.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or what the file says.
    pub fn cluster(
        &self,
        actor: &Actor,
        reference: &CaseRef,
    ) -> Result<Option<Cluster>, DeskError> {
        need(actor, Permission::ReadCases)?;
        let reader = self.reader()?;
        let case = open(&*reader, actor, reference)?;
        let row = reader.case_row(reference)?;
        let (Some(place), Some(point)) = (row.and_then(|row| row.place), case.points.first())
        else {
            return Ok(None);
        };
        let heading = point
            .category
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        let today = london_date(self.now());
        let since = today.checked_sub_days(Days::new(A_YEAR)).unwrap_or(today);
        let query = ListQuery {
            facets: vec![Facet::Near(place.clone()), Facet::Category(heading.clone())],
            order: Order::Received,
            received_from: Some(crate::domain::calendar::start_of_day(since)),
            limit: 0,
            ..ListQuery::default()
        };
        let number = reader.list(&query, &may_see(actor))?.total;
        Ok((number >= SYSTEMIC).then_some(Cluster {
            place,
            heading,
            since,
            number,
        }))
    }
}
