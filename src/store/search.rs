//! Lists by search words: a bounded set of candidates from the word index, filtered and ordered in memory.

use super::derive::{self, Facet, Order};
use super::error::StoreError;
use super::list::{ListQuery, Page, cursor_place};
use super::tables::{self, ENOUGH, MORE, Rows, T};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Candidates that a search gathers for a word.
const CANDIDATES: usize = 2_000;

impl dyn Rows + '_ {
    /// A list by words: candidates from the word index, filtered and ordered in memory.
    pub(crate) fn search(
        &self,
        query: &ListQuery,
        hidden: &BTreeSet<u64>,
    ) -> Result<Page, StoreError> {
        let (found, complete) = self.candidates(&query.q)?;
        let facets: Vec<_> = query.facets.iter().map(Facet::key).collect();
        let mut rows = Vec::new();
        for case in found.difference(hidden) {
            let Some(row) = self.row_of(*case)? else {
                continue;
            };
            let received = derive::place(Order::Received, &row, *case);
            let mut fits = query.within(&row);
            for facet in &facets {
                let key = derive::index_key(facet, Order::Received, &received);
                fits = fits && self.get(T::CaseIndex, &key)?.is_some();
            }
            if fits {
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

    /// The cases that have, for each word sought, one that begins with it; whether none were left out.
    fn candidates(&self, q: &str) -> Result<(BTreeSet<u64>, bool), StoreError> {
        let mut sought = Vec::new();
        for piece in q.split_whitespace() {
            let lower = piece.to_lowercase();
            // A reference is one word, however it is broken up.
            if lower.starts_with("c-") || lower.starts_with("c2") {
                sought.push(lower);
            } else {
                sought.extend(derive::words(piece));
            }
        }
        let mut found: Option<BTreeSet<u64>> = None;
        let mut complete = true;
        for word in sought {
            let mut having = BTreeSet::new();
            let prefix = derive::short(word);
            self.walk_prefix(T::Word, prefix.as_bytes(), &mut |key, _| {
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
}
