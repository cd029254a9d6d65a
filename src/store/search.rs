//! Lists by search words: a bounded set of candidates from the word index, filtered and ordered in memory.

use super::cases::reference_of;
use super::derive::{self, CaseRow, Order};
use super::error::StoreError;
use super::list::{ListQuery, Page, cursor_place};
use super::tables::{self, ENOUGH, MORE, Rows, T};
use crate::domain::ids::CaseRef;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Candidates that a search gathers for a word.
const CANDIDATES: usize = 2_000;

/// What a query asks besides words, made ready to be asked of many cases.
pub struct Fits<'a> {
    query: &'a ListQuery,
    facets: Vec<([u8; 9], bool)>,
    /// One whole word is as good as found by the index; of several the order is still to be seen.
    phrases: Vec<&'a String>,
}

impl<'a> Fits<'a> {
    /// For this query.
    pub fn of(query: &'a ListQuery) -> Self {
        let asked = query.facets.iter().map(|facet| (facet.key(), true));
        let out = query.without.iter().map(|facet| (facet.key(), false));
        let phrases = query.phrases.iter();
        Self {
            query,
            facets: asked.chain(out).collect(),
            phrases: phrases.filter(|phrase| whole(phrase).len() > 1).collect(),
        }
    }

    /// Whether a case with this row fits.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn has(
        &self,
        rows: &(dyn Rows + '_),
        case: u64,
        row: &CaseRow,
    ) -> Result<bool, StoreError> {
        if !self.query.within(row) {
            return Ok(false);
        }
        let received = derive::place(Order::Received, row, case);
        for (facet, wanted) in &self.facets {
            let key = derive::index_key(facet, Order::Received, &received);
            if rows.get(T::CaseIndex, &key)?.is_some() != *wanted {
                return Ok(false);
            }
        }
        for phrase in &self.phrases {
            if !rows.has_phrase(case, phrase)? {
                return Ok(false);
            }
        }
        for phrase in &self.query.without_phrases {
            if rows.has_phrase(case, phrase)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl dyn Rows + '_ {
    /// A list by words: candidates from the word index, filtered and ordered in memory.
    pub(crate) fn search(
        &self,
        query: &ListQuery,
        hidden: &BTreeSet<u64>,
    ) -> Result<Page, StoreError> {
        let (found, complete) = self.candidates(&query.q, &query.phrases)?;
        let fits = Fits::of(query);
        let mut rows = Vec::new();
        for case in found.difference(hidden) {
            let Some(row) = self.row_of(*case)? else {
                continue;
            };
            if fits.has(self, *case, &row)? {
                rows.push((derive::place(query.order, &row, *case), row));
            }
        }
        rows.sort_by_key(|(place, _)| *place);
        let total = rows.len() as u64;
        let after = query.cursor.as_deref().and_then(cursor_place);
        rows.retain(|(place, _)| after.is_none_or(|after| place.cmp(&after) == Ordering::Greater));
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|(place, _)| hex::encode(place));
        Ok(Page {
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            next,
            total,
            total_is_exact: complete,
        })
    }

    /// The cases that have, for each word sought, one that begins with it, and each word of the phrases; whether none
    /// were left out.
    fn candidates(&self, q: &str, phrases: &[String]) -> Result<(BTreeSet<u64>, bool), StoreError> {
        let mut sought = Vec::new();
        for piece in q.split_whitespace() {
            let lower = piece.to_lowercase();
            // A reference is one word, however it is broken up.
            if lower.starts_with("c-") || lower.starts_with("c2") {
                sought.push(derive::short(lower).into_bytes());
            } else {
                sought.extend(derive::words(piece).map(|word| derive::short(word).into_bytes()));
            }
        }
        for word in phrases.iter().flat_map(|phrase| whole(phrase)) {
            sought.push(derive::word_prefix(&word));
        }
        let mut found: Option<BTreeSet<u64>> = None;
        let mut complete = true;
        for prefix in sought {
            let mut having = BTreeSet::new();
            self.walk_prefix(T::Word, &prefix, &mut |key, _| {
                let case = tables::number(&key[key.len().saturating_sub(8)..])?;
                having.insert(case);
                complete &= having.len() < CANDIDATES;
                if having.len() < CANDIDATES {
                    MORE
                } else {
                    ENOUGH
                }
            })?;
            found = Some(match found {
                Some(found) => found.intersection(&having).copied().collect(),
                None => having,
            });
        }
        Ok((found.unwrap_or_default(), complete))
    }

    /// Whether a case has a whole word, or several that stand together in one of its names, addresses or numbers.
    pub(crate) fn has_phrase(&self, case: u64, phrase: &str) -> Result<bool, StoreError> {
        let words = whole(phrase);
        for word in &words {
            if self.get(T::Word, &derive::word_key(word, case))?.is_none() {
                return Ok(false);
            }
        }
        if words.len() < 2 {
            return Ok(!words.is_empty());
        }
        let case = self.case(&reference_of(case))?;
        Ok(case.is_some_and(|case| derive::holds_together(&case, &words)))
    }
}

/// The words of a phrase as they are kept. A reference is one.
fn whole(phrase: &str) -> Vec<String> {
    match phrase.trim().parse::<CaseRef>() {
        Ok(reference) => vec![reference.to_string().to_lowercase()],
        Err(_) => derive::words(phrase).map(derive::short).collect(),
    }
}
