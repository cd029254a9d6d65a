//! What the lists know of a case: its row, its entries in the index, its words, its place in the counters.
//!
//! All of it follows from the case and its next deadline, so a change is the difference of two [`Derived`], and
//! `rebuild` and `verify` use the same function as the writer.

use super::codec;
use super::error::StoreError;
use super::facet;
use super::tables::{self, T};
use super::tally;
use super::tx::WriteTx;
use crate::domain::case::{Case, LinkedRecord, Point, State};
use crate::domain::category::RootCause;
use crate::domain::clock::CaseFlags;
use crate::domain::ids::CaseRef;
use crate::domain::intake::{Kind, Risk};
use crate::domain::measure::{CaseTimes, Group, Measure};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use super::facet::{Facet, home_of, person_of};

/// The next date a case must meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The day.
    pub on: NaiveDate,
    /// The clock, by its wire name.
    pub clock: String,
}

/// What follows from a case and the calendar together, told by whoever knows the calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// The next date it must meet.
    pub due: Option<Deadline>,
    /// Which of its steps were in time.
    pub flags: CaseFlags,
    /// Working days from receipt to the answer, at stage 1 and 2.
    pub worked: [Option<u32>; 2],
}

/// The few fields of a case that lists show and filter by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRow {
    /// Its reference.
    pub reference: CaseRef,
    /// The number of its last event.
    pub version: u32,
    /// Complaint, service request or survey comment.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// 1 or 2; 0 for what is no complaint.
    pub stage: u8,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// When its last event was recorded.
    pub updated_at: DateTime<Utc>,
    /// The next date it must meet.
    pub due: Option<Deadline>,
    /// The days of its stages, and which steps were in time.
    pub times: CaseTimes,
    /// Who handles the current stage.
    pub handler: Option<String>,
    /// The resident.
    pub complainant: String,
    /// Their home.
    pub address: Option<String>,
    /// A short title.
    pub title: String,
    /// The categories of its points, as keys.
    pub categories: Vec<String>,
    /// The category of its first point in words; empty without a point.
    pub theme: String,
    /// Root causes, once closed.
    pub root_causes: Vec<RootCause>,
    /// How carefully it must be watched.
    pub risk: Risk,
    /// The resident told of an adjustment, a vulnerability or a way that is safe to reach them.
    pub care: bool,
    /// The Ombudsman has it.
    pub with_ombudsman: bool,
    /// How many records of other systems are linked to it.
    pub links: u32,
    /// The postcode of their home.
    pub place: Option<String>,
    /// Teams and firms that were asked to contribute.
    pub teams: Vec<String>,
    /// The only people who may see it; none means everyone with the right role.
    pub only_for: Option<Vec<String>>,
}

impl CaseRow {
    /// What was told of it and the calendar.
    pub(crate) fn timing(&self) -> Timing {
        Timing {
            due: self.due.clone(),
            flags: self.times.flags(),
            worked: self.times.worked(),
        }
    }

    fn of(case: &Case, timing: Timing) -> Self {
        let mut categories: Vec<_> = case.points.iter().map(|p| p.category.clone()).collect();
        categories.sort();
        categories.dedup();
        Self {
            reference: case.reference.clone(),
            version: case.version,
            kind: case.kind,
            state: case.state,
            stage: case.stage(),
            received_at: case.received_at,
            updated_at: case.updated_at,
            due: timing.due,
            times: CaseTimes::of(case, &timing.flags, timing.worked),
            handler: case.handler().map(str::to_owned),
            complainant: case.complainant.name.clone(),
            address: case.complainant.address.clone(),
            title: case.title(),
            categories,
            theme: case
                .points
                .first()
                .map(Point::category_title)
                .unwrap_or_default(),
            root_causes: case.root_causes.clone(),
            risk: case.risk(),
            care: case.triage.vulnerability
                || case.complainant.safe_contact.is_some()
                || case.complainant.active_adjustments().next().is_some(),
            with_ombudsman: case.ombudsman.is_some(),
            links: u32::try_from(case.current_links().count()).unwrap_or(u32::MAX),
            place: facet::place_of(&case.complainant),
            teams: {
                let teams = case.contributions.iter().map(|asked| asked.team.clone());
                teams.collect::<BTreeSet<_>>().into_iter().collect()
            },
            only_for: case.restricted.as_ref().map(|r| r.people.clone()),
        }
    }
}

/// The orders of lists.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The next deadline first; without one, last.
    #[default]
    Due,
    /// The newest first.
    Received,
    /// The last changed first. Kept only for [`Facet::All`] and [`Facet::Handler`], because every event moves it.
    Updated,
    /// Received at stage 1, the newest first. This and the two below hold only complaints that got there, and are kept
    /// only for [`Facet::All`].
    Stage1,
    /// The request for stage 2, the newest first.
    Stage2,
    /// Closed or withdrawn, the newest first.
    Ended,
}

impl Order {
    /// Every order.
    pub(crate) const ALL: [Self; 6] = [
        Self::Due,
        Self::Received,
        Self::Updated,
        Self::Stage1,
        Self::Stage2,
        Self::Ended,
    ];

    /// The order in which a measure's period is a range.
    pub fn of(measure: Measure) -> Self {
        match measure {
            Measure::Ended => Self::Ended,
            Measure::Stage(2, _) => Self::Stage2,
            Measure::Stage(..) => Self::Stage1,
        }
    }

    /// Everything that has a place in an order of days; none for the other orders.
    pub(crate) fn measure(self) -> Option<Measure> {
        match self {
            Self::Due | Self::Received | Self::Updated => None,
            Self::Stage1 => Some(Measure::Stage(1, Group::Received)),
            Self::Stage2 => Some(Measure::Stage(2, Group::Received)),
            Self::Ended => Some(Measure::Ended),
        }
    }
}

/// Letters and digits in lower case, one space between words: how names and addresses are compared.
pub(crate) fn plain(text: &str) -> String {
    words(text).collect::<Vec<_>>().join(" ")
}

/// The words of a text, as they are searched for.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// The name of an enum's variant on the wire.
pub(super) fn wire<V: Serialize>(value: &V) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => format!("{other:?}"),
    }
}

/// The longest word kept, in bytes.
pub(crate) const LONGEST_WORD: usize = 24;

/// How many linked records of a case can be searched for, and by how many words of their titles.
const MOST_LINKS: usize = 300;
const TITLE_WORDS: usize = 12;

/// The names, addresses and numbers of the people of a case.
fn texts_of(case: &Case) -> impl Iterator<Item = &str> {
    let parties = std::iter::once(&case.complainant).chain(&case.members);
    let texts = parties.flat_map(|party| {
        let fields = [
            &party.address,
            &party.email,
            &party.phone,
            &party.person_ref,
            &party.tenancy_ref,
            &party.property_ref,
        ];
        std::iter::once(party.name.as_str()).chain(fields.into_iter().flatten().map(String::as_str))
    });
    texts.chain(case.representative.iter().map(|r| r.name.as_str()))
}

/// The linked records that a case is found by. The newest first: what somebody looks for by its number is a job that
/// is talked about now.
fn links_of(case: &Case) -> impl Iterator<Item = &LinkedRecord> {
    let links: Vec<_> = case.current_links().collect();
    links.into_iter().rev().take(MOST_LINKS)
}

fn words_of(case: &Case) -> BTreeSet<String> {
    let reference = case.reference.to_string().to_lowercase();
    let mut out = BTreeSet::from([reference, case.reference.number().to_string()]);
    out.extend(texts_of(case).flat_map(words));
    for link in links_of(case) {
        out.extend(words(&link.external_id));
        out.extend(words(&link.title).take(TITLE_WORDS));
    }
    out.into_iter().map(short).collect()
}

/// Whether these words stand together, whole and in this order, in one of the texts that a case is found by.
pub(crate) fn holds_together(case: &Case, sought: &[String]) -> bool {
    let links = links_of(case).flat_map(|link| [link.external_id.as_str(), link.title.as_str()]);
    texts_of(case).chain(links).any(|text| {
        let words: Vec<String> = words(text).map(short).collect();
        words.windows(sought.len()).any(|some| some == sought)
    })
}

/// A word cut to the longest that is kept.
pub(crate) fn short(mut word: String) -> String {
    word.truncate(word.floor_char_boundary(LONGEST_WORD));
    word
}

/// The place of a case in an order, and its number: the tail of an index key and the whole of a cursor.
pub(crate) fn place(order: Order, row: &CaseRow, case: u64) -> [u8; 16] {
    let newest_first = |at: DateTime<Utc>| !(at.timestamp_millis() as u64 ^ (1 << 63));
    let at = match order {
        Order::Due => row.due.as_ref().map_or(u64::MAX, |due| day(due.on)),
        Order::Received => newest_first(row.received_at),
        Order::Updated => newest_first(row.updated_at),
        Order::Stage1 | Order::Stage2 | Order::Ended => {
            let on = order.measure().and_then(|measure| measure.day(&row.times));
            on.map_or(u64::MAX, newest_day_first)
        }
    };
    let mut out = [0; 16];
    out[..8].copy_from_slice(&at.to_be_bytes());
    out[8..].copy_from_slice(&case.to_be_bytes());
    out
}

/// A day as it is ordered in keys.
pub(crate) fn day(on: NaiveDate) -> u64 {
    i64::from(chrono::Datelike::num_days_from_ce(&on)).max(0) as u64
}

/// A day as it is ordered in keys, the newest first.
pub(crate) fn newest_day_first(on: NaiveDate) -> u64 {
    u64::MAX - 1 - day(on)
}

/// The key of an index entry.
pub(crate) fn index_key(facet: &[u8; 9], order: Order, place: &[u8; 16]) -> [u8; 26] {
    let mut out = [0; 26];
    out[..9].copy_from_slice(facet);
    out[9] = order as u8;
    out[10..].copy_from_slice(place);
    out
}

/// The place in another order of an entry found in this one. The orders of changes and of days keep with each entry where
/// the case is in the order of receipt, because most facets are not kept in them.
pub(crate) fn place_in_received(place: &[u8; 16], value: &[u8]) -> Option<[u8; 16]> {
    let mut out = *place;
    out[..8].copy_from_slice(value.get(..8)?);
    Some(out)
}

/// What the keys of a whole word begin with.
pub(crate) fn word_prefix(word: &str) -> Vec<u8> {
    let mut out = word.as_bytes().to_vec();
    out.push(0);
    out
}

/// The key of a word of a case.
pub(crate) fn word_key(word: &str, case: u64) -> Vec<u8> {
    let mut out = word_prefix(word);
    out.extend_from_slice(&tables::key(case));
    out
}

/// Everything the lists know of one case.
#[derive(Debug)]
pub(crate) struct Derived {
    pub(crate) row: CaseRow,
    /// Keys of the index with their values, see [`place_in_received`].
    pub(crate) index: BTreeMap<[u8; 26], Vec<u8>>,
    pub(crate) words: BTreeSet<Vec<u8>>,
    /// Empty for a restricted case: nobody may learn from a counter that it exists.
    pub(crate) counts: BTreeSet<[u8; 9]>,
    /// Likewise.
    pub(crate) tally: BTreeMap<[u8; 9], BTreeSet<tally::Mark>>,
}

impl Derived {
    /// What is known of a case that is not there yet.
    fn nothing(new: &Self) -> Self {
        Self {
            row: new.row.clone(),
            index: BTreeMap::new(),
            words: BTreeSet::new(),
            counts: BTreeSet::new(),
            tally: BTreeMap::new(),
        }
    }

    pub(crate) fn of(number: u64, case: &Case, timing: Timing) -> Self {
        let row = CaseRow::of(case, timing);
        let facets: Vec<_> = Facet::of(case, &row)
            .into_iter()
            .map(|facet| (facet.key(), facet))
            .collect();
        let mut index = BTreeMap::new();
        for order in Order::ALL {
            let of_days = order.measure();
            if of_days.is_some_and(|measure| measure.day(&row.times).is_none()) {
                continue;
            }
            let at = place(order, &row, number);
            let value = match order {
                Order::Due | Order::Received => Vec::new(),
                _ => place(Order::Received, &row, number)[..8].to_vec(),
            };
            for (key, _) in facets.iter().filter(|(_, facet)| facet.has(order)) {
                index.insert(index_key(key, order, &at), value.clone());
            }
        }
        let words = words_of(case);
        let counted = row.only_for.is_none();
        Self {
            index,
            words: words.iter().map(|word| word_key(word, number)).collect(),
            counts: facets
                .iter()
                .filter(|_| counted)
                .map(|(key, _)| *key)
                .collect(),
            tally: tally::counted(&row),
            row,
        }
    }
}

/// Brings the lists from one state of a case to the next by their difference.
pub(crate) fn replace(
    tx: &mut WriteTx<'_>,
    number: u64,
    old: Option<&Derived>,
    new: &Derived,
) -> Result<(), StoreError> {
    let nothing = Derived::nothing(new);
    let old = old.unwrap_or(&nothing);
    for key in old.index.keys().filter(|key| !new.index.contains_key(*key)) {
        tx.delete(T::CaseIndex, key)?;
    }
    for (key, value) in &new.index {
        if old.index.get(key) != Some(value) {
            tx.put(T::CaseIndex, key, value)?;
        }
    }
    for key in old.words.difference(&new.words) {
        tx.delete(T::Word, key)?;
    }
    for key in new.words.difference(&old.words) {
        tx.put(T::Word, key, &[])?;
    }
    for key in old.counts.difference(&new.counts) {
        add(tx, key, -1)?;
    }
    for key in new.counts.difference(&old.counts) {
        add(tx, key, 1)?;
    }
    tally::replace(tx, &old.tally, &new.tally)?;
    let key = tables::key(number);
    tx.put(T::CaseRow, &key, &codec::encode(&new.row)?)?;
    match &new.row.only_for {
        Some(named) => tx.put(T::Restricted, &key, &codec::encode(named)?),
        None => tx.delete(T::Restricted, &key).map(drop),
    }
}

fn add(tx: &mut WriteTx<'_>, key: &[u8], by: i64) -> Result<(), StoreError> {
    let now = match tx.get(T::Count, key)? {
        Some(bytes) => tables::number(&bytes)?,
        None => 0,
    };
    match now.saturating_add_signed(by) {
        0 => tx.delete(T::Count, key).map(drop),
        count => tx.put(T::Count, key, &tables::key(count)),
    }
}
