//! The index against the record: what is written is found, what is hidden or erased is not, what is damaged is made
//! again.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::*;
use crate::domain::case::Recorded;
use crate::domain::ids::CaseRef;
use crate::pdf::Limits;
use crate::store::audit::Tombstone;
use crate::store::cases::{number_of, reference_of};
use crate::store::tests::new_store;
use crate::store::tests::seed::{Random, add_case, recorded, start, timing};
use crate::store::{Rows, T, WriteError};
use serde_json::json;

fn over(store: &Store) -> Search {
    // None of these documents is a PDF.
    let renderer = Renderer::with_program("/nowhere", Limits::default());
    Search::new(store.clone(), &renderer)
}

fn up_to_date(search: &Search) {
    while search.catch_up().unwrap() {}
}

fn say(store: &Store, reference: &CaseRef, text: &str) -> u32 {
    let (about, text) = (reference.clone(), text.to_owned());
    let done = store.write(move |tx| -> Result<u32, StoreError> {
        let seq = tx.case(&about)?.unwrap().version + 1;
        let note = recorded(seq, start(), json!({"kind": "note_added", "text": text}));
        tx.append_events(&about, &[note], &timing)?;
        Ok(seq)
    });
    done.unwrap()
}

fn attach(store: &Store, reference: &CaseRef, text: &str, sensitivity: &str) {
    let document = store.put_document(&mut text.as_bytes()).unwrap();
    let (about, sensitivity) = (reference.clone(), sensitivity.to_owned());
    let done = store.write(move |tx| -> Result<(), StoreError> {
        let seq = tx.case(&about)?.unwrap().version + 1;
        let document = tx.keep_document(&document.sha256)?;
        let event = json!({"kind": "document_attached", "document": {
            "id": seq, "sha256": hex::encode(document.sha256), "size": document.size, "media_type": "text/plain",
            "file_name": "a.txt", "title": "A", "kind": "call_note", "added_by": "ada", "added_at": start(),
            "sensitivity": sensitivity}});
        let events: Vec<Recorded> = vec![recorded(seq, start(), event)];
        tx.append_events(&about, &events, &timing)?;
        Ok(())
    });
    done.unwrap();
}

fn wanted(text: &str) -> Vec<Wanted> {
    let minus = text.starts_with('-');
    text.split('|')
        .map(|text| Wanted {
            text: text.trim_start_matches('-').into(),
            minus: minus || text.starts_with('-'),
        })
        .collect()
}

fn ask(search: &Search, text: &str) -> Vec<CaseRef> {
    let hidden = BTreeSet::new();
    let asker = Asker {
        hidden: &hidden,
        delicate: false,
    };
    let found = search.find(&wanted(text), asker, 100).unwrap();
    assert_eq!(found.total, found.cases.len() as u64);
    found.cases.into_iter().map(reference_of).collect()
}

#[test]
fn what_people_wrote_is_found_in_any_form_and_together_across_notes() {
    let (_folder, store) = new_store();
    let mut random = Random(7);
    let cases: Vec<_> = (0..40).map(|_| add_case(&store, &mut random)).collect();
    let search = over(&store);
    up_to_date(&search);
    assert!(ask(&search, "leaking").is_empty());
    say(&store, &cases[3], "The roof leaks again, says Zoë.");
    say(&store, &cases[3], "The joiner came.");
    say(
        &store,
        &cases[9],
        "The plaster is wet. Nobody looked at the roof.",
    );
    up_to_date(&search);
    assert_eq!(ask(&search, "LEAKING"), [cases[3].clone()]);
    assert_eq!(ask(&search, "zoe"), [cases[3].clone()]);
    assert_eq!(ask(&search, "roof|joiner"), [cases[3].clone()]);
    assert_eq!(
        ask(&search, "roof leaks"),
        [cases[3].clone()],
        "as a phrase"
    );
    assert!(ask(&search, "leaks roof").is_empty(), "in that order");
    assert_eq!(ask(&search, "roof|-joiner"), [cases[9].clone()]);
    assert_eq!(ask(&search, &cases[5].to_string()), [cases[5].clone()]);
    assert!(ask(&search, "note_added").is_empty(), "no word of ours");
    assert_eq!(ask(&search, "nobody rang").len(), 40);
}

#[test]
fn documents_are_found_by_whom_they_are_open_to_and_hidden_cases_by_nobody() {
    let (_folder, store) = new_store();
    let mut random = Random(8);
    let cases: Vec<_> = (0..3).map(|_| add_case(&store, &mut random)).collect();
    attach(
        &store,
        &cases[0],
        "The surveyor found efflorescence",
        "ordinary",
    );
    attach(
        &store,
        &cases[1],
        "Her asthma and efflorescence",
        "special_category",
    );
    let search = over(&store);
    up_to_date(&search);
    let find = |hidden: &BTreeSet<u64>, delicate| {
        let asker = Asker { hidden, delicate };
        let found = search.find(&wanted("efflorescence"), asker, 1).unwrap();
        (found.cases.len(), found.total)
    };
    let nobody = BTreeSet::new();
    assert_eq!(find(&nobody, false), (1, 1));
    assert_eq!(find(&nobody, true), (1, 2), "the best one of two");
    let first = BTreeSet::from([number_of(&cases[0])]);
    assert_eq!(find(&first, false), (0, 0));
    assert_eq!(find(&first, true), (1, 1));

    let reader = store.reader().unwrap();
    let case = reader.case(&cases[1]).unwrap().unwrap();
    let asked = Passages::new(&wanted("Efflorescences"));
    for (delicate, expected) in [(true, 1), (false, 0)] {
        let asker = Asker {
            hidden: &nobody,
            delicate,
        };
        let passages = search.passages(&*reader, &case, &asked, asker).unwrap();
        assert_eq!(passages.len(), expected);
        for passage in passages {
            assert!(matches!(passage.source, Source::Document(_)));
            let marked = ("efflorescence".to_owned(), true);
            assert!(passage.pieces.contains(&marked), "{:?}", passage.pieces);
        }
    }
}

#[test]
fn what_another_case_has_to_do_with_it_is_not_told() {
    let (_folder, store) = new_store();
    let mut random = Random(9);
    let case = add_case(&store, &mut random);
    let other = add_case(&store, &mut random);
    let about = case.clone();
    let done = store.write(move |tx| -> Result<(), StoreError> {
        let seq = tx.case(&about)?.unwrap().version + 1;
        let link = json!({"kind": "case_linked", "reference": other, "relation": "The safeguarding xylophone"});
        let reword = json!({"kind": "entry_reworded", "entry": seq, "wording": "The xylophone again", "reason": "Typing"});
        let events = [recorded(seq, start(), link), recorded(seq + 1, start(), reword)];
        tx.append_events(&about, &events, &timing)?;
        Ok(())
    });
    done.unwrap();
    let search = over(&store);
    up_to_date(&search);
    assert!(ask(&search, "xylophone").is_empty());
}

#[test]
fn what_is_erased_is_in_no_file_of_the_index() {
    let (_folder, store) = new_store();
    let mut random = Random(10);
    // So many that a few stale entries are no reason to write a segment again.
    let cases: Vec<_> = (0..40).map(|_| add_case(&store, &mut random)).collect();
    let search = over(&store);
    up_to_date(&search);
    let seq = say(&store, &cases[2], "Quixotically ill");
    say(&store, &cases[3], "Nothing of the kind");
    up_to_date(&search);
    // Files of segments that count, and files of others; entries that were taken in again since.
    let stale = || {
        let segments = search
            .open()
            .unwrap()
            .index
            .searchable_segment_metas()
            .unwrap();
        let counts: Vec<_> = segments.iter().map(|one| one.id().uuid_string()).collect();
        let reader = store.reader().unwrap();
        let names = reader
            .records::<serde_json::Value>(T::SearchFile, "", None, 1_000)
            .unwrap();
        let left = names.iter().filter(|(name, _)| {
            !name.contains(".json") && !counts.iter().any(|id| name.starts_with(id))
        });
        let deleted: u32 = segments.iter().map(|one| one.num_deleted_docs()).sum();
        (left.count(), deleted)
    };
    assert_eq!(ask(&search, "quixotically").len(), 1);
    assert!(stale().1 > 0, "cases were taken in again");
    let about = cases[2].clone();
    let done: Result<(), WriteError<StoreError>> = store.write(move |tx| {
        let stone = Tombstone {
            erased_at: start(),
            by: "guardian".into(),
            why: "Article 17".into(),
        };
        tx.erase_events(&about, &BTreeSet::from([seq]), &stone, &timing)?;
        let event = crate::store::audit::NewEvent {
            kind: "content_erased",
            at: start(),
            recorded_at: start(),
            actor: "guardian",
        };
        let body = json!({"case": about, "entries": [seq]});
        tx.append(crate::store::audit::HOUSE, &event, &body)?;
        Ok(())
    });
    done.unwrap();
    up_to_date(&search);
    assert!(ask(&search, "quixotically").is_empty());
    assert_eq!(stale(), (0, 0), "no file has what was erased");
    assert_eq!(ask(&search, "kind").len(), 1);
}

#[test]
fn an_index_that_was_cut_short_or_damaged_comes_back() {
    let (_folder, store) = new_store();
    let mut random = Random(11);
    for _ in 0..30 {
        add_case(&store, &mut random);
    }
    let search = over(&store);
    assert_eq!(search.standing().unwrap(), Standing::default());
    up_to_date(&search);
    let head = store.reader().unwrap().chain_head().unwrap().number;
    let whole = Standing {
        event: head,
        building: None,
    };
    assert_eq!(search.standing().unwrap(), whole);

    // A writer that was killed leaves chunks that nothing lists.
    let done: Result<(), WriteError<StoreError>> = store.write(|tx| {
        tx.put_record(T::SearchFile, "~9999", &json!({"number": 9999, "size": 0}))?;
        tx.put(
            T::SearchChunk,
            &crate::store::tables::key2(9999, 0),
            b"left over",
        )
    });
    done.unwrap();
    let again = over(&store);
    assert_eq!(again.standing().unwrap(), whole, "nothing is done twice");
    let left = store.reader().unwrap();
    let key = crate::store::tables::key2(9999, 0);
    assert_eq!(left.get(T::SearchChunk, &key).unwrap(), None);

    let done: Result<(), WriteError<StoreError>> = store.write(|tx| {
        tx.put_record(
            T::SearchFile,
            "meta.json",
            &json!({"number": 12345, "size": 3}),
        )
    });
    done.unwrap();
    let mended = over(&store);
    up_to_date(&mended);
    assert_eq!(mended.standing().unwrap(), whole);
    assert_eq!(ask(&mended, "nobody rang").len(), 30);
}

#[test]
fn many_small_changes_stay_few_files() {
    let (_folder, store) = new_store();
    let mut random = Random(12);
    let case = add_case(&store, &mut random);
    let search = over(&store);
    for turn in 0..40 {
        say(&store, &case, &format!("Turn {turn} of the tide"));
        up_to_date(&search);
    }
    assert_eq!(ask(&search, "tide"), [case]);
    let files = store.reader().unwrap().len(T::SearchFile).unwrap();
    assert!(files < 100, "{files} files");
}
