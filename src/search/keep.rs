//! Keeping the index in step with the record, in the background and a piece at a time.
//!
//! The mark that goes with each commit says how far it has come, so that a piece that was cut short is done again.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy};
use tantivy::{IndexWriter, TantivyDocument, Term};

use super::{Mark, Opened, Search, SearchError, VERSION};
use crate::domain::ids::CaseRef;
use crate::store::audit::HOUSE;
use crate::store::cases::{number_of, reference_of};

/// Bytes that the index may use while it takes cases in; the least that it works with.
const MEMORY: usize = 15 << 20;
/// Events of one piece.
const EVENTS: u64 = 2_000;
/// Cases of one piece while the index is first made, and how long a piece may take.
const CASES: usize = 5_000;
const LONGEST: Duration = Duration::from_secs(20);
/// The part of a segment that may belong to cases that were taken in again since.
const STALE: f32 = 0.3;

/// The one field that is read of the note of an erasure.
#[derive(Deserialize)]
struct Erased {
    case: CaseRef,
}

impl Search {
    /// Takes in a piece of what happened since the last time; whether there may be more.
    ///
    /// # Errors
    /// What the file or the index says; what was committed before stays.
    pub fn catch_up(&self) -> Result<bool, SearchError> {
        let opened = self.open()?;
        let done = self.piece(&opened);
        if done.is_err() {
            self.let_go();
        }
        done
    }

    fn piece(&self, opened: &Opened) -> Result<bool, SearchError> {
        let mark = opened.mark()?;
        let reader = self.store.reader()?;
        let head = reader.chain_head()?.number;
        if mark.event == 0 && mark.building.is_none() {
            if head == 0 {
                return Ok(false);
            }
            // What happens from now on is taken in after all that is there.
            let first = Mark {
                version: VERSION,
                event: head,
                building: Some((0, 0)),
            };
            return self.build(opened, first);
        }
        if mark.building.is_some() {
            return self.build(opened, mark);
        }
        if mark.event >= head {
            return Ok(false);
        }
        let last = head.min(mark.event + EVENTS);
        let (mut cases, mut erased) = (BTreeSet::new(), false);
        for number in mark.event + 1..=last {
            let event = reader.event_at(number)?;
            if event.meta.case != HOUSE {
                cases.insert(event.meta.case);
            } else if event.meta.kind == "content_erased"
                && let Some(Erased { case }) = event.read()?
            {
                cases.insert(number_of(&case));
                erased = true;
            }
        }
        drop(reader);
        let mut writer = opened.writer()?;
        for case in cases {
            writer.delete_term(Term::from_field_u64(opened.fields.case, case));
            self.add(opened, &writer, case)?;
        }
        let mark = Mark {
            event: last,
            ..mark
        };
        opened.commit(&mut writer, mark)?;
        opened.finish(writer)?;
        if erased {
            opened.purge()?;
        }
        Ok(last < head)
    }

    /// Takes in the next cases of a record that was there before its index.
    fn build(&self, opened: &Opened, mark: Mark) -> Result<bool, SearchError> {
        let begun = Instant::now();
        let (mut after, mut done) = mark.building.unwrap_or_default();
        let from = (done > 0).then(|| reference_of(after));
        let cases = self.store.reader()?.references(from.as_ref(), CASES)?;
        let mut writer = opened.writer()?;
        let mut taken = 0;
        for case in &cases {
            after = number_of(case);
            self.add(opened, &writer, after)?;
            done += 1;
            taken += 1;
            if begun.elapsed() > LONGEST {
                break;
            }
        }
        let whole = taken == cases.len() && cases.len() < CASES;
        let building = (!whole).then_some((after, done));
        opened.commit(&mut writer, Mark { building, ..mark })?;
        opened.finish(writer)?;
        Ok(true)
    }

    /// Adds what the index has of a case.
    fn add(&self, opened: &Opened, writer: &IndexWriter, number: u64) -> Result<(), SearchError> {
        // One moment for each case: none is held while the words of many documents are read.
        let rows = self.store.reader()?;
        let Some(case) = rows.case(&reference_of(number))? else {
            return Ok(());
        };
        let mut entry = TantivyDocument::new();
        entry.add_u64(opened.fields.case, number);
        entry.add_text(opened.fields.said, case.reference.to_string());
        for (_, texts) in super::said::texts(&rows.events(&case.reference, 0)?)? {
            for text in texts {
                entry.add_text(opened.fields.said, text);
            }
        }
        let mut seen = BTreeSet::new();
        for document in &case.documents {
            let field = match document.is_delicate() {
                true => opened.fields.delicate,
                false => opened.fields.papers,
            };
            if seen.insert((&document.sha256, field)) {
                entry.add_text(field, self.words_of(&*rows, document)?);
            }
        }
        writer.add_document(entry)?;
        Ok(())
    }
}

impl Opened {
    fn writer(&self) -> Result<IndexWriter, SearchError> {
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(MEMORY)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let writer: IndexWriter = self.index.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        merging.set_del_docs_ratio_before_merge(STALE);
        writer.set_merge_policy(Box::new(merging));
        Ok(writer)
    }

    fn commit(&self, writer: &mut IndexWriter, mark: Mark) -> Result<(), SearchError> {
        let payload = serde_json::to_string(&mark);
        let payload = payload.map_err(|error| SearchError::Index(error.to_string()))?;
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload);
        commit.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// Writes every segment again that still has words of cases that were taken in anew: what was erased is in no file
    /// of the index then.
    fn purge(&self) -> Result<(), SearchError> {
        let mut writer = self.writer()?;
        // Nobody else may choose what is merged meanwhile.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        for segment in self.index.searchable_segment_metas()? {
            if segment.num_deleted_docs() > 0 {
                writer.merge(&[segment.id()]).wait()?;
            }
        }
        // Whoever still read the old ones reads the new ones now.
        self.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        self.finish(writer)
    }

    /// Lets merging end and writes down what it did away with.
    fn finish(&self, writer: IndexWriter) -> Result<(), SearchError> {
        writer.wait_merging_threads()?;
        self.reader.reload()?;
        Ok(self.files.settle()?)
    }
}
