//! Cases: their events added, their state kept beside them in the same transaction, both read back.
//!
//! The number of a case is its reference (year and running number), so no table maps one to the other. What the
//! state says is always what its events fold to; [`super::derive`] keeps the lists, [`super::rebuild`] proves it.

use super::audit::{NewEvent, StoredEvent};
use super::codec;
use super::derive::{self, Derived, Timing};
use super::error::StoreError;
use super::tables::{self, ENOUGH, MORE, Rows, T};
use super::tx::WriteTx;
use crate::domain::case::{Case, Event, Recorded};
use crate::domain::ids::CaseRef;
use std::ops::Bound;

pub use super::derive::CaseRow;

/// The next date a case must meet and which steps were in time, told by whoever knows the calendar.
pub type TimingOf<'a> = &'a dyn Fn(&Case) -> Timing;

/// The number of a case in the file.
pub fn number_of(reference: &CaseRef) -> u64 {
    // A year before 0 or past 65,535 is no reference that a person can write.
    (u64::from(reference.year().unsigned_abs()) << 32) | u64::from(reference.number())
}

/// The reference of the case with this number.
pub fn reference_of(number: u64) -> CaseRef {
    CaseRef::new((number >> 32) as i32, number as u32)
}

/// An event as the domain knows it. One whose body was erased is passed over by `apply`.
///
/// # Errors
/// When the body is not an event.
pub fn recorded(stored: &StoredEvent) -> Result<Recorded, StoreError> {
    Ok(Recorded {
        seq: stored.meta.seq,
        at: stored.meta.at,
        recorded_at: stored.meta.recorded_at,
        actor: stored.meta.actor.clone(),
        event: stored.read()?.unwrap_or(Event::Unknown),
    })
}

impl dyn Rows + '_ {
    /// A case as it stands.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn case(&self, reference: &CaseRef) -> Result<Option<Case>, StoreError> {
        let found = self.get(T::Case, &tables::key(number_of(reference)))?;
        found
            .map(|bytes| codec::decode(T::Case, &bytes))
            .transpose()
    }

    /// The few fields of a case that lists show.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn case_row(&self, reference: &CaseRef) -> Result<Option<CaseRow>, StoreError> {
        self.row_of(number_of(reference))
    }

    pub(crate) fn row_of(&self, case: u64) -> Result<Option<CaseRow>, StoreError> {
        let found = self.get(T::CaseRow, &tables::key(case))?;
        found
            .map(|bytes| codec::decode(T::CaseRow, &bytes))
            .transpose()
    }

    /// The events of a case behind number `after` (0 for all), with their hashes.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn events(&self, reference: &CaseRef, after: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.events_of(number_of(reference), after)
    }

    /// Up to `limit` references behind `after`, in the order of their numbers: for work that goes through all
    /// cases piece by piece, such as a changed calendar.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn references(
        &self,
        after: Option<&CaseRef>,
        limit: usize,
    ) -> Result<Vec<CaseRef>, StoreError> {
        let after = after.map(|reference| tables::key(number_of(reference)));
        let from = match &after {
            Some(key) => Bound::Excluded(key.as_slice()),
            None => Bound::Unbounded,
        };
        let mut out = Vec::new();
        if limit == 0 {
            return Ok(out);
        }
        self.walk(T::CaseRow, (from, Bound::Unbounded), true, &mut |key, _| {
            out.push(reference_of(tables::number(key)?));
            if out.len() < limit { MORE } else { ENOUGH }
        })?;
        Ok(out)
    }

    /// The case that its events fold to, whatever the stored state says.
    pub(crate) fn fold(&self, case: u64) -> Result<Case, StoreError> {
        let events = self.events_of(case, 0)?;
        let events: Vec<_> = events.iter().map(recorded).collect::<Result<_, _>>()?;
        let reference = reference_of(case);
        Case::fold(reference.clone(), &events).ok_or_else(|| {
            StoreError::Damaged(format!("the events of {reference} do not begin a case"))
        })
    }
}

impl WriteTx<'_> {
    /// The next reference of a year of receipt.
    ///
    /// # Errors
    /// What the disk says.
    pub fn next_reference(&mut self, year: i32) -> Result<CaseRef, StoreError> {
        let number = self.next_number(&format!("case/{year}"))?;
        let number = u32::try_from(number)
            .map_err(|_| StoreError::Damaged("the numbers of a year are used up".into()))?;
        Ok(CaseRef::new(year, number))
    }

    /// Adds events to a case, or begins it with them, and keeps state, lists and counters in step. Documents
    /// that the events name are kept. Gives the case as it stands now.
    ///
    /// # Errors
    /// When the events do not follow the case's last one, name a document that never came in, or begin no case;
    /// or what the disk says. Nothing is written then.
    pub fn append_events(
        &mut self,
        reference: &CaseRef,
        events: &[Recorded],
        timing: TimingOf<'_>,
    ) -> Result<Case, StoreError> {
        let number = number_of(reference);
        let before = self.case(reference)?;
        let old_row = self.row_of(number)?;
        let mut after = before.clone();
        for event in events {
            let last = after.as_ref().map_or(0, |case| case.version);
            if event.seq != last + 1 {
                return Err(StoreError::Damaged(format!(
                    "event {} of {reference} does not follow event {last}",
                    event.seq
                )));
            }
            match &mut after {
                Some(case) => case.apply(event),
                None => after = Case::begin(reference.clone(), event),
            }
            if let Event::DocumentAttached { document } = &event.event {
                self.keep_named(&document.sha256)?;
            }
            let new = NewEvent {
                kind: event.event.kind(),
                at: event.at,
                recorded_at: event.recorded_at,
                actor: &event.actor,
            };
            self.append(number, &new, &event.event)?;
        }
        let after = after.ok_or_else(|| StoreError::NoCase(reference.to_string()))?;
        let old = before
            .zip(old_row)
            .map(|(case, row)| Derived::of(number, &case, row.timing()));
        let new = Derived::of(number, &after, timing(&after));
        derive::replace(self, number, old.as_ref(), &new)?;
        self.put_value(T::Case, &tables::key(number), &after)?;
        Ok(after)
    }

    /// Asks again for the deadline of a case, after the calendar or a policy changed.
    ///
    /// # Errors
    /// [`StoreError::NoCase`], or what the disk says.
    pub fn refresh_deadline(
        &mut self,
        reference: &CaseRef,
        timing: TimingOf<'_>,
    ) -> Result<(), StoreError> {
        self.append_events(reference, &[], timing).map(drop)
    }

    fn keep_named(&mut self, hex_sha256: &str) -> Result<(), StoreError> {
        let mut sha256 = [0; 32];
        hex::decode_to_slice(hex_sha256, &mut sha256)
            .map_err(|_| StoreError::NoDocument(hex_sha256.to_owned()))?;
        self.keep_document(&sha256).map(drop)
    }
}
