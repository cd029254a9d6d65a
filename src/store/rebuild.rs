//! Making the derived tables again from the events, and proving that they are what the events say.

use super::Store;
use super::cases::{TimingOf, reference_of};
use super::codec;
use super::derive::{self, CaseRow, Deadline, Derived, Timing};
use super::error::{StoreError, WriteError};
use super::open;
use super::tables::{self, ALL, MORE, Rows, T};
use super::tally;
use super::tx::WriteTx;
use super::upcast::SHAPE;
use crate::domain::case::Case;
use crate::domain::ids::CaseRef;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The number of cases in the chains, which are the truth.
fn cases(rows: &(dyn Rows + '_)) -> Result<Vec<u64>, StoreError> {
    let mut out = Vec::new();
    rows.walk(T::ChainHead, ALL, true, &mut |key, _| {
        let case = tables::number(key)?;
        if case != super::audit::HOUSE {
            out.push(case);
        }
        MORE
    })?;
    Ok(out)
}

/// Compares every state, list and counter with what the events say; gives the number of cases.
pub(crate) fn check(
    rows: &(dyn Rows + '_),
    progress: &mut dyn FnMut(u64),
) -> Result<u64, StoreError> {
    let wrong = |case: &Case, what: &str| {
        let reference = &case.reference;
        StoreError::Damaged(format!(
            "{reference}: {what} is not what its events say; `redress rebuild` makes it again"
        ))
    };
    let (mut entries, mut words, mut restricted) = (0, 0, 0);
    let mut counts: BTreeMap<[u8; 9], u64> = BTreeMap::new();
    let mut sums = tally::Sums::default();
    let cases = cases(rows)?;
    if !is_current(rows)? {
        // Of an older version: made again from the events when the file is upgraded, so only those count.
        for (done, number) in (1..).zip(&cases) {
            rows.fold(*number)?;
            progress(done);
        }
        return Ok(cases.len() as u64);
    }
    for (done, number) in (1..).zip(&cases) {
        let key = tables::key(*number);
        let case = rows.fold(*number)?;
        if rows.get(T::Case, &key)? != Some(codec::encode(&case)?) {
            return Err(wrong(&case, "its state"));
        }
        let kept = rows.get(T::CaseRow, &key)?;
        let kept = kept.ok_or_else(|| wrong(&case, "its row"))?;
        let row: CaseRow = codec::decode(T::CaseRow, &kept)?;
        // The deadline comes from the calendar, which the store does not know: it is taken as given.
        let derived = Derived::of(*number, &case, row.timing());
        if codec::encode(&derived.row)? != kept {
            return Err(wrong(&case, "its row"));
        }
        for (key, value) in &derived.index {
            if rows.get(T::CaseIndex, key)?.as_ref() != Some(value) {
                return Err(wrong(&case, "its place in the lists"));
            }
        }
        for key in &derived.words {
            rows.get(T::Word, key)?
                .ok_or_else(|| wrong(&case, "its place in the search"))?;
        }
        for document in &case.documents {
            let mut sha256 = [0; 32];
            let known = hex::decode_to_slice(&document.sha256, &mut sha256).is_ok()
                && rows.document(&sha256)?.is_some();
            if !known {
                return Err(wrong(&case, &format!("document {}", document.id)));
            }
        }
        if let Some(named) = &row.only_for {
            restricted += 1;
            if rows.get(T::Restricted, &key)? != Some(codec::encode(named)?) {
                return Err(wrong(&case, "its restriction"));
            }
        }
        entries += derived.index.len() as u64;
        words += derived.words.len() as u64;
        sums.take(derived.tally);
        for key in derived.counts {
            *counts.entry(key).or_default() += 1;
        }
        progress(done);
    }
    let sizes = [
        (T::Case, cases.len() as u64),
        (T::CaseRow, cases.len() as u64),
        (T::CaseIndex, entries),
        (T::Word, words),
        (T::Restricted, restricted),
        (T::Count, counts.len() as u64),
        (T::Tally, sums.len()),
    ];
    for (table, size) in sizes {
        if rows.len(table)? != size {
            return Err(StoreError::Damaged(format!(
                "table {} has entries that no event accounts for; `redress rebuild` makes it again",
                table.name()
            )));
        }
    }
    let mut kept = sums.are_kept(rows)?;
    for (key, count) in counts {
        kept &= rows.get(T::Count, &key)? == Some(tables::key(count).to_vec());
    }
    if !kept {
        return Err(StoreError::Damaged(
            "a counter is not what the events say; `redress rebuild` makes it again".into(),
        ));
    }
    Ok(cases.len() as u64)
}

/// Makes every derived table again from the events, in one transaction; gives the number of cases.
///
/// # Errors
/// What the file or the disk says; everything stays as it was then.
pub fn rebuild(
    store: &Store,
    timing: impl Fn(&Case) -> Timing + Send + 'static,
) -> Result<u64, StoreError> {
    let done = store.write(move |tx| remake(tx, &timing));
    done.map_err(WriteError::flatten)
}

/// Whether the lists are as this version keeps them; others are made again when the file is upgraded.
///
/// # Errors
/// What the file or the disk says.
pub fn is_current(rows: &(dyn Rows + '_)) -> Result<bool, StoreError> {
    Ok(open::version(rows)?.shape == SHAPE)
}

/// The one field of a row that does not follow from the events.
#[derive(Deserialize)]
struct Due {
    #[serde(default)]
    due: Option<Deadline>,
}

/// The next date of every case that has one, as its row says, whatever version made it.
pub(crate) fn dates(rows: &(dyn Rows + '_)) -> Result<BTreeMap<CaseRef, Deadline>, StoreError> {
    let mut dates = BTreeMap::new();
    rows.walk(T::CaseRow, ALL, true, &mut |key, value| {
        if let Ok(Due { due: Some(day) }) = codec::decode(T::CaseRow, value) {
            dates.insert(reference_of(tables::number(key)?), day);
        }
        MORE
    })?;
    Ok(dates)
}

/// Clears every derived table and fills it from the events; gives the number of cases.
pub(crate) fn remake(tx: &mut WriteTx<'_>, timing: TimingOf<'_>) -> Result<u64, StoreError> {
    for table in T::ALL.iter().filter(|table| table.is_derived()) {
        tx.clear(*table)?;
    }
    let cases = cases(&**tx)?;
    for number in &cases {
        let case = tx.fold(*number)?;
        let day = timing(&case);
        derive::replace(tx, *number, None, &Derived::of(*number, &case, day))?;
        tx.put_value(T::Case, &tables::key(*number), &case)?;
    }
    open::put_shape(tx, SHAPE)?;
    Ok(cases.len() as u64)
}
