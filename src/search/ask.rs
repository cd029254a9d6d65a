//! Questions to the index.

use std::collections::BTreeSet;

use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    BooleanQuery, BoostQuery, Occur, PhraseQuery, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Searcher, Term};

use super::{Fields, Opened, Search, SearchError};

/// What a document says counts less than what people wrote of the case.
const PAPERS: f32 = 0.6;

/// Who asks, as far as it matters for what is found.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The cases that they may not know of: neither found nor counted.
    pub hidden: &'a BTreeSet<u64>,
    /// Whether they may read documents about health and legal advice.
    pub delicate: bool,
}

/// A word, or several that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As it was typed.
    pub text: String,
    /// A case that has it is left out.
    pub minus: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The numbers of the best cases, best first.
    pub cases: Vec<u64>,
    /// How many cases there are.
    pub total: u64,
}

impl Search {
    /// The best `limit` cases that have everything that is wanted.
    ///
    /// # Errors
    /// What the file or the index says.
    pub fn find(
        &self,
        wanted: &[Wanted],
        asker: Asker<'_>,
        limit: usize,
    ) -> Result<Found, SearchError> {
        let asked = self
            .open()
            .and_then(|opened| opened.find(wanted, asker, limit));
        if let Err(SearchError::Index(why)) = &asked {
            tracing::debug!(why, "the index is opened again");
            // Files that a newer state of the index has done away with, or a start in the middle of a commit.
            self.let_go();
            return self.open()?.find(wanted, asker, limit);
        }
        asked
    }
}

impl Opened {
    fn find(
        &self,
        wanted: &[Wanted],
        asker: Asker<'_>,
        limit: usize,
    ) -> Result<Found, SearchError> {
        let searcher = self.reader.searcher();
        let Some(query) = query(wanted, self.fields, asker.delicate) else {
            return Ok(Found::default());
        };
        let hidden = TermSetQuery::new(
            asker
                .hidden
                .iter()
                .map(|case| Term::from_field_u64(self.fields.case, *case)),
        );
        let hidden_hits = match asker.hidden.is_empty() {
            true => 0,
            false => {
                let both: Vec<Box<dyn Query>> = vec![Box::new(query.clone()), Box::new(hidden)];
                searcher.search(&BooleanQuery::intersection(both), &Count)?
            }
        };
        let most = (limit + hidden_hits).max(1);
        let (count, best) =
            searcher.search(&query, &(Count, TopDocs::with_limit(most).order_by_score()))?;
        let mut cases = Vec::with_capacity(best.len());
        for (_, address) in best {
            let case = number(&searcher, address)?;
            if !asker.hidden.contains(&case) {
                cases.push(case);
            }
        }
        cases.truncate(limit);
        Ok(Found {
            cases,
            total: count.saturating_sub(hidden_hits) as u64,
        })
    }
}

/// The number of the case at an address of the index.
fn number(searcher: &Searcher, address: tantivy::DocAddress) -> Result<u64, SearchError> {
    let segment = searcher.segment_reader(address.segment_ord);
    let column = segment.fast_fields().u64("case")?;
    let number = column.first(address.doc_id);
    number.ok_or_else(|| SearchError::Index("an entry without a case".into()))
}

/// All that is wanted as a query; none when nothing is to be found by it.
fn query(wanted: &[Wanted], fields: Fields, delicate: bool) -> Option<BooleanQuery> {
    let mut english = super::english();
    let mut all: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for want in wanted {
        let words = words(&want.text, &mut english);
        if words.is_empty() {
            continue;
        }
        let one = |field: Field| -> Box<dyn Query> {
            let terms = words.iter().map(|word| Term::from_field_text(field, word));
            match &words[..] {
                [word] => {
                    let term = Term::from_field_text(field, word);
                    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
                }
                _ => Box::new(PhraseQuery::new(terms.collect())),
            }
        };
        let paper = |field| Box::new(BoostQuery::new(one(field), PAPERS));
        let mut places: Vec<Box<dyn Query>> = vec![one(fields.said), paper(fields.papers)];
        if delicate {
            places.push(paper(fields.delicate));
        }
        let either = BooleanQuery::union(places);
        let occur = if want.minus {
            Occur::MustNot
        } else {
            Occur::Must
        };
        all.push((occur, Box::new(either)));
    }
    all.iter()
        .any(|(occur, _)| *occur == Occur::Must)
        .then(|| BooleanQuery::new(all))
}

/// The words of a text as they are kept.
pub(super) fn words(text: &str, english: &mut TextAnalyzer) -> Vec<String> {
    let mut out = Vec::new();
    let mut stream = english.token_stream(text);
    stream.process(&mut |token| out.push(token.text.clone()));
    out
}
