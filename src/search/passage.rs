//! Where in a case the words stand: the best pieces of what was written, with the words marked.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::snippet::SnippetGenerator;

use super::ask::words;
use super::{Asker, Search, SearchError, Wanted, english, schema};
use crate::domain::case::{Case, Document};
use crate::store::Rows;

/// Characters of a passage at most.
const LONG: usize = 220;
/// Passages of one case.
const MOST: usize = 3;

/// Where a passage stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The event with this place in the case.
    Event(u32),
    /// The document with this number in the case.
    Document(u32),
}

/// A piece of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Where it stands.
    pub source: Source,
    /// Its pieces in order, and whether each is one of the words that were asked for.
    pub pieces: Vec<(String, bool)>,
}

/// Finds passages for one question.
pub struct Passages {
    generator: SnippetGenerator,
    wanted: BTreeSet<String>,
}

impl Passages {
    /// For what was asked.
    pub fn new(wanted: &[Wanted]) -> Self {
        let mut analyzer = english();
        let there = wanted.iter().filter(|want| !want.minus);
        let wanted: BTreeSet<String> = there
            .flat_map(|want| words(&want.text, &mut analyzer))
            .collect();
        // A longer word says more than a short one.
        let scored = wanted.iter().map(|word| (word.clone(), word.len() as f32));
        let scored: BTreeMap<String, f32> = scored.collect();
        let (_, fields) = schema();
        Self {
            generator: SnippetGenerator::new(scored, analyzer, fields.said, LONG),
            wanted,
        }
    }

    /// The best piece of a text, with how many of the words it has.
    fn best(&self, text: &str) -> Option<(usize, Vec<(String, bool)>)> {
        let snippet = self.generator.snippet(text);
        let fragment = snippet.fragment();
        let mut analyzer = english();
        let (mut pieces, mut at) = (Vec::new(), 0);
        let mut have = BTreeSet::new();
        for range in snippet.highlighted() {
            let word = fragment.get(range.clone())?;
            have.extend(words(word, &mut analyzer));
            pieces.push((fragment.get(at..range.start)?.to_owned(), false));
            pieces.push((word.to_owned(), true));
            at = range.end;
        }
        pieces.push((fragment.get(at..)?.to_owned(), false));
        pieces.retain(|(text, _)| !text.is_empty());
        let have = have.intersection(&self.wanted).count();
        (have > 0).then_some((have, pieces))
    }
}

impl Search {
    /// The best passages of a case, those with the most words first and newer ones before older.
    ///
    /// # Errors
    /// What the file says.
    pub fn passages(
        &self,
        rows: &(dyn Rows + '_),
        case: &Case,
        asked: &Passages,
        asker: Asker<'_>,
    ) -> Result<Vec<Passage>, SearchError> {
        let mut found: Vec<(usize, Passage)> = Vec::new();
        let mut add = |source: Source, text: &str| {
            if let Some((have, pieces)) = asked.best(text) {
                found.push((have, Passage { source, pieces }));
            }
            found
                .iter()
                .filter(|(have, _)| *have == asked.wanted.len())
                .count()
                < MOST
        };
        let events = rows.events(&case.reference, 0)?;
        let mut go_on = true;
        for (seq, texts) in super::said::texts(&events)?.into_iter().rev() {
            go_on = add(Source::Event(seq), &texts.join("\n"));
            if !go_on {
                break;
            }
        }
        let theirs = |document: &&Document| asker.delicate || !document.is_delicate();
        for document in case.documents.iter().rev().filter(theirs) {
            if !go_on {
                break;
            }
            if let Some(text) = super::papers::kept(rows, &document.sha256)? {
                go_on = add(Source::Document(document.id.0), &text);
            }
        }
        found.sort_by_key(|(have, _)| std::cmp::Reverse(*have));
        found.truncate(MOST);
        Ok(found.into_iter().map(|(_, passage)| passage).collect())
    }
}
