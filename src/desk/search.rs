//! Full-text search over cases, notes, letters and the words of documents, and keeping its index in step.

use std::thread;
use std::time::{Duration, Instant};

use super::lists::{ListQuery, may_see};
use super::typed::narrow::Reader;
use super::typed::{Term, Typed, What};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{Document, Recorded};
use crate::search::{Asker, Passages, SearchError, Source, Wanted};
use crate::store::cases::{number_of, recorded, reference_of};
use crate::store::derive::CaseRow;
use crate::store::{Fits, Rows, StoreError};

/// The best cases that are looked at when filters narrow what the words find, and the furthest that pages go.
const MOST: usize = 1_000;
/// How often it is looked whether something happened, and the shortest pause between two pieces of work.
const LOOK: Duration = Duration::from_millis(300);
/// The pause after a failure.
const REST: Duration = Duration::from_secs(30);

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// A page of hits, best first.
    pub hits: Vec<Hit>,
    /// How many cases were found.
    pub total: u64,
    /// Whether these are all: cases are counted to two thousand, and with filters only the best thousand are looked at.
    pub total_is_exact: bool,
    /// From where the next page goes; none at the end.
    pub next: Option<usize>,
    /// Cases that the index has so far and all there are, while it is first made.
    pub building: Option<(u64, u64)>,
}

/// A case that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What lists show of it.
    pub row: CaseRow,
    /// Where in it the words stand.
    pub passages: Vec<Passage>,
}

/// Where words stand, with the words marked.
#[derive(Clone, Debug)]
pub struct Passage {
    /// What says it.
    pub said: Said,
    /// The pieces of the text in order, and whether each is one of the words that were sought.
    pub pieces: Vec<(String, bool)>,
}

/// What says something in a case.
#[derive(Clone, Debug)]
pub enum Said {
    /// An entry of its record.
    Entry(Box<Recorded>),
    /// A document.
    Document(Box<Document>),
}

impl Desk {
    /// A page of the cases whose record or documents have everything that was typed, best first: words, “words
    /// together”, `-word`, and the filters of the lists.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`] of `q` when it cannot be read or has no word in it, or what the
    /// file says.
    pub fn search(
        &self,
        actor: &Actor,
        q: &str,
        from: usize,
        limit: usize,
    ) -> Result<Answer, DeskError> {
        need(actor, Permission::ReadCases)?;
        let (wanted, filters) = parted(q.parse()?);
        if !wanted.iter().any(|want| !want.minus) {
            return Err(DeskError::Invalid {
                field: "q",
                detail: "Type a word that the case or one of its documents has.".into(),
            });
        }
        let mut query = ListQuery::default();
        filters.narrow(
            &mut query,
            &Reader {
                me: &actor.id,
                book: &self.book(),
                today: london_date(self.now()),
            },
        )?;
        let reader = self.reader()?;
        let hidden = reader.hidden(&may_see(actor))?;
        let narrowed = !filters.0.is_empty();
        let end = from.saturating_add(limit).min(MOST);
        let most = if narrowed { MOST } else { end };
        let search = &self.inner.search;
        let asker = Asker {
            hidden: &hidden,
            delicate: actor.may_read_delicate(),
        };
        let found = search.find(&wanted, asker, most)?;
        let fits = Fits::of(&query);
        let mut rows = Vec::new();
        for case in &found.cases {
            let row = reader.case_row(&reference_of(*case))?;
            // The index may be a moment behind; what is shown is as the record has it.
            if let Some(row) = row
                && may_see(actor)(row.only_for.as_deref())
                && (!narrowed || fits.has(&*reader, *case, &row)?)
            {
                rows.push(row);
            }
        }
        let (total, total_is_exact) = match narrowed {
            true => (rows.len() as u64, found.total <= MOST as u64),
            false => (found.total, found.all),
        };
        let more = end < MOST && total > end as u64;
        let asked = Passages::new(&wanted);
        let mut hits = Vec::new();
        for row in rows.into_iter().take(end).skip(from) {
            if row.only_for.is_some() {
                // What stands in it is read.
                self.note_view(actor, &row.reference, "search")?;
            }
            hits.push(self.hit(&*reader, row, &asked, asker)?);
        }
        let building = search.standing()?.building;
        Ok(Answer {
            hits,
            total,
            total_is_exact,
            next: more.then_some(end),
            building: match building {
                Some(done) => Some((done, reader.len(crate::store::T::CaseRow)?)),
                None => None,
            },
        })
    }

    fn hit(
        &self,
        rows: &(dyn Rows + '_),
        row: CaseRow,
        asked: &Passages,
        asker: Asker<'_>,
    ) -> Result<Hit, DeskError> {
        let mut passages = Vec::new();
        if let Some(case) = rows.case(&row.reference)? {
            for found in self.inner.search.passages(rows, &case, asked, asker)? {
                let said = match found.source {
                    Source::Event(seq) => {
                        let events =
                            rows.events_of(number_of(&row.reference), seq.saturating_sub(1))?;
                        events
                            .first()
                            .map(recorded)
                            .transpose()?
                            .map(|r| Said::Entry(Box::new(r)))
                    }
                    Source::Document(id) => {
                        let mut documents = case.documents.iter();
                        let document = documents.find(|document| document.id.0 == id);
                        document.map(|document| Said::Document(Box::new(document.clone())))
                    }
                };
                passages.extend(said.map(|said| Passage {
                    said,
                    pieces: found.pieces,
                }));
            }
        }
        Ok(Hit { row, passages })
    }

    /// Keeps the index of the full-text search in step with the record, until the server is told to stop. Blocks; for
    /// a thread of its own, which gives way to those that answer people.
    pub fn keep_search(&self) {
        let closing = self.closing();
        // Linux gives each thread its own; where that is not so, nothing is lost but the courtesy.
        let _ = rustix::process::nice(10);
        let mut seen = None;
        while !*closing.borrow() {
            let head = self
                .reader()
                .and_then(|reader| Ok(reader.chain_head()?.number));
            let head = head.ok();
            if head.is_none() || head == seen {
                thread::sleep(LOOK);
                continue;
            }
            let begun = Instant::now();
            let pause = match self.inner.search.catch_up() {
                Ok(true) => continue,
                Ok(false) => {
                    seen = head;
                    // Under a flood of changes it takes no more than a third of a core.
                    begun.elapsed() * 2
                }
                // The file was closed under it, which the index may tell in words of its own.
                Err(_) if matches!(self.reader(), Err(DeskError::Store(StoreError::Closed))) => {
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "the full-text search is behind; it is tried again");
                    REST
                }
            };
            let until = Instant::now() + pause;
            while Instant::now() < until && !*closing.borrow() {
                thread::sleep(LOOK);
            }
        }
    }
}

/// What was typed as words to find and filters to narrow by.
fn parted(typed: Typed) -> (Vec<Wanted>, Typed) {
    let mut wanted = Vec::new();
    let mut filters = Vec::new();
    for Term { minus, what } in typed.0 {
        match what {
            What::Word(text) | What::Phrase(text) => wanted.push(Wanted { text, minus }),
            what => filters.push(Term { minus, what }),
        }
    }
    (wanted, Typed(filters))
}

impl From<SearchError> for DeskError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => error.into(),
            SearchError::Index(_) => Self::Internal(error.to_string()),
        }
    }
}
