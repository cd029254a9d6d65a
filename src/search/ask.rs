//! Questions to the index.

use std::collections::BTreeSet;

use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, EnableScoring, Occur, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use super::{Fields, Opened, Search, SearchError};

/// What a document says counts less than what people wrote of the case.
const PAPERS: f32 = 0.6;

/// Cases are counted up to here: nobody reads further.
const MOST_COUNTED: u64 = 2_000;
/// Cases more than asked for that are looked at first where some are hidden.
const SPARE: usize = 64;

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
    /// How many cases there are, as far as they are counted.
    pub total: u64,
    /// Whether there are no more.
    pub all: bool,
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
            return Ok(Found {
                all: true,
                ..Found::default()
            });
        };
        let (total, all) = count(&searcher, &*query, asker.hidden)?;
        Ok(Found {
            cases: best(&searcher, &*query, asker.hidden, limit)?,
            total,
            all,
        })
    }
}

/// The best cases that are not hidden. Nothing but the query itself is asked of the index, so that whole blocks without a
/// good case are passed over; the few that are hidden are left out afterwards, and made up for.
fn best(
    searcher: &Searcher,
    query: &dyn Query,
    hidden: &BTreeSet<u64>,
    limit: usize,
) -> Result<Vec<u64>, SearchError> {
    let mut most = limit.max(1) + hidden.len().min(SPARE);
    loop {
        let best = searcher.search(query, &TopDocs::with_limit(most).order_by_score())?;
        let found = best.len();
        let mut cases = Vec::with_capacity(found);
        for (_, address) in best {
            let case = number(searcher, address)?;
            if !hidden.contains(&case) {
                cases.push(case);
            }
        }
        if cases.len() >= limit || found < most {
            cases.truncate(limit);
            return Ok(cases);
        }
        most *= 4;
    }
}

/// How many cases there are that are not hidden, as far as anybody reads, and whether that is all.
fn count(
    searcher: &Searcher,
    query: &dyn Query,
    hidden: &BTreeSet<u64>,
) -> Result<(u64, bool), SearchError> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut total = 0;
    for segment in searcher.segment_readers() {
        let cases = segment.fast_fields().u64("case")?;
        let mut docs = weight.scorer(segment, 1.0)?;
        let mut doc = docs.doc();
        while doc != TERMINATED {
            let gone = segment.is_deleted(doc);
            if !gone && !cases.first(doc).is_some_and(|case| hidden.contains(&case)) {
                if total == MOST_COUNTED {
                    return Ok((total, false));
                }
                total += 1;
            }
            doc = docs.advance();
        }
    }
    Ok((total, true))
}

/// The number of the case at an address of the index.
fn number(searcher: &Searcher, address: tantivy::DocAddress) -> Result<u64, SearchError> {
    let segment = searcher.segment_reader(address.segment_ord);
    let column = segment.fast_fields().u64("case")?;
    let number = column.first(address.doc_id);
    number.ok_or_else(|| SearchError::Index("an entry without a case".into()))
}

/// All that is wanted as a query; none when nothing is to be found by it.
fn query(wanted: &[Wanted], fields: Fields, delicate: bool) -> Option<Box<dyn Query>> {
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
    if all.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        return None;
    }
    // One word alone is not wrapped: blocks of cases are passed over only where the index sees its terms.
    if all.len() == 1 {
        return all.pop().map(|(_, either)| either);
    }
    Some(Box::new(BooleanQuery::new(all)))
}

/// The words of a text as they are kept.
pub(super) fn words(text: &str, english: &mut TextAnalyzer) -> Vec<String> {
    let mut out = Vec::new();
    let mut stream = english.token_stream(text);
    stream.process(&mut |token| out.push(token.text.clone()));
    out
}
