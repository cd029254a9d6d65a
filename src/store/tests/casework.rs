//! Cases and lists against the plain way of doing it: fold the events, filter a vector.

use super::seed::{self, CATEGORIES, HANDLERS, Random, add_case, add_event, timing};
use super::*;
use crate::domain::case::{Case, State};
use crate::domain::category::RootCause;
use crate::domain::ids::CaseRef;
use crate::domain::intake::Risk;
use crate::domain::measure::{CaseTimes, Measure, Span};
use crate::store::cases::{self, CaseRow};
use crate::store::derive::{Facet, Order, plain};
use crate::store::list::ListQuery;
use crate::store::{rebuild, verify};
use chrono::{NaiveDate, TimeDelta};

const EVERYONE: list::MaySee<'_> = &|_| true;

fn seeded(count: usize) -> (tempfile::TempDir, Store, Random) {
    let (folder, store) = new_store();
    let mut random = Random(0x5EED_0042);
    let references: Vec<_> = (0..count).map(|_| add_case(&store, &mut random)).collect();
    for _ in 0..count {
        let reference = references[random.below(count)].clone();
        add_event(&store, &reference, &mut random);
        random.next();
    }
    (folder, store, random)
}

fn all(store: &Store) -> Vec<Case> {
    let reader = store.reader().unwrap();
    let references = reader.references(None, usize::MAX).unwrap();
    references
        .iter()
        .map(|r| reader.case(r).unwrap().unwrap())
        .collect()
}

fn holds(facet: &Facet, case: &Case) -> bool {
    match facet {
        Facet::All => true,
        Facet::Ended(ended) => case.state.is_ended() == *ended,
        Facet::Kind(kind) => case.kind == *kind,
        Facet::State(state) => case.state == *state,
        Facet::Stage(stage) => case.stage() == *stage,
        Facet::Handler(name) => case.handler().is_some_and(|h| plain(h) == plain(name)),
        Facet::Unassigned => case.handler().is_none(),
        Facet::Category(key) => case
            .points
            .iter()
            .any(|p| p.category == *key || p.category.split('.').next() == Some(key)),
        Facet::RootCause(cause) => case.root_causes.contains(cause),
        Facet::Risk(risk) => case.risk() == *risk,
        Facet::WithOmbudsman => case.ombudsman.is_some(),
        Facet::ToAcknowledge => matches!(case.state, State::S1Received | State::S2Requested),
        Facet::Refused => !case.refusals.is_empty(),
        Facet::Person(_)
        | Facet::Home(_)
        | Facet::Linked(_)
        | Facet::Asked(_)
        | Facet::Near(_)
        | Facet::Team(_) => {
            unreachable!("not asked here")
        }
    }
}

fn random_facets(random: &mut Random, most: usize) -> Vec<Facet> {
    let mut facets = Vec::new();
    for _ in 0..random.below(most + 1) {
        facets.push(match random.below(11) {
            0 => Facet::State(State::ALL[random.below(State::ALL.len())]),
            1 => Facet::Stage(1 + random.below(2) as u8),
            2 => Facet::Handler(random.one(&HANDLERS).to_uppercase()),
            3 => Facet::Unassigned,
            4 => Facet::Category(random.one(&CATEGORIES).into()),
            5 => Facet::Category("property_condition".into()),
            6 => Facet::RootCause(RootCause::DelayInternal),
            7 => Facet::Risk(Risk::High),
            8 => Facet::ToAcknowledge,
            9 => Facet::Refused,
            _ => Facet::Ended(random.below(2) == 0),
        });
    }
    facets
}

fn random_phrases(random: &mut Random) -> Vec<String> {
    let phrase = [
        "smith",
        "Jo Smith",
        "smith jo",
        "MILL lane",
        "someone@example.org",
        "c-2026-0007",
        "sm",
    ][random.below(7)];
    let some = random.below(4) == 0;
    some.then(|| phrase.to_owned()).into_iter().collect()
}

fn random_query(random: &mut Random) -> ListQuery {
    let facets = random_facets(random, 3);
    let day = seed::start() + TimeDelta::days(random.below(300) as i64);
    let query = ListQuery {
        facets,
        order: [Order::Due, Order::Received, Order::Updated][random.below(3)],
        due_from: (random.below(4) == 0).then(|| day.date_naive() - TimeDelta::days(30)),
        due_before: (random.below(4) == 0).then(|| day.date_naive()),
        received_from: (random.below(4) == 0).then_some(day - TimeDelta::days(100)),
        received_to: (random.below(4) == 0).then_some(day),
        q: [
            "",
            "",
            "",
            "sm",
            "JO smith",
            "mill lane",
            "c-2026-000",
            "7",
            "lane nowak",
        ][random.below(9)]
        .into(),
        without: match random.below(3) {
            0 => random_facets(random, 2),
            _ => Vec::new(),
        },
        phrases: random_phrases(random),
        without_phrases: random_phrases(random),
        cursor: None,
        limit: 1 + random.below(30),
        budget: None,
        undated: random.below(12) == 0,
        during: None,
    };
    if random.below(3) > 0 {
        return query;
    }
    let measures: Vec<Measure> = Measure::all().collect();
    let from = seed::start().date_naive() + TimeDelta::days(random.below(200) as i64);
    let to = from + TimeDelta::days(random.below(300) as i64);
    query.during(measures[random.below(measures.len())], Span { from, to })
}

/// The day that the measure of a query gives a case.
fn measured(case: &Case, measure: Measure) -> Option<NaiveDate> {
    measure.day(&CaseTimes::of(
        case,
        &timing(case).flags,
        timing(case).worked,
    ))
}

fn found_by(case: &Case, q: &str) -> bool {
    let reference = case.reference.to_string().to_lowercase();
    let party = &case.complainant;
    let text = format!(
        "{} {} {}",
        party.name,
        party.address.clone().unwrap(),
        case.reference.number()
    );
    let words: Vec<_> = plain(&text).split(' ').map(str::to_owned).collect();
    let email = ["someone", "example", "org"];
    q.to_lowercase().split_whitespace().all(|word| {
        reference.starts_with(word)
            || words.iter().any(|w| w.starts_with(word))
            || email.iter().any(|w| w.starts_with(word))
    })
}

fn has_phrase(case: &Case, phrase: &str) -> bool {
    let party = &case.complainant;
    let email = "someone example org".to_owned();
    let phrase = format!(" {} ", plain(phrase));
    let reference = plain(&case.reference.to_string());
    phrase.trim() == reference
        || phrase.trim() == case.reference.number().to_string()
        || [
            plain(&party.name),
            plain(&party.address.clone().unwrap()),
            email,
        ]
        .iter()
        .any(|text| format!(" {text} ").contains(&phrase))
}

fn by_hand(cases: &[Case], query: &ListQuery, sees: &str) -> Vec<CaseRef> {
    let due = |case: &Case| timing(case).due.map(|d| d.on);
    let mut out: Vec<&Case> = cases
        .iter()
        .filter(|case| case.open_to(sees))
        .filter(|case| query.facets.iter().all(|facet| holds(facet, case)))
        .filter(|case| {
            query
                .due_from
                .is_none_or(|day| due(case).is_some_and(|d| d >= day))
        })
        .filter(|case| {
            query
                .due_before
                .is_none_or(|day| due(case).is_some_and(|d| d < day))
        })
        .filter(|case| {
            query
                .received_from
                .is_none_or(|from| case.received_at >= from)
        })
        .filter(|case| query.received_to.is_none_or(|to| case.received_at < to))
        .filter(|case| !query.undated || due(case).is_none())
        .filter(|case| {
            query.during.is_none_or(|during| {
                let day = measured(case, during.measure);
                day.is_some_and(|day| during.span.holds(day))
            })
        })
        .filter(|case| found_by(case, &query.q))
        .filter(|case| !query.without.iter().any(|facet| holds(facet, case)))
        .filter(|case| query.phrases.iter().all(|p| has_phrase(case, p)))
        .filter(|case| !query.without_phrases.iter().any(|p| has_phrase(case, p)))
        .collect();
    out.sort_by_key(|case| cases::number_of(&case.reference));
    match query.order {
        Order::Due => out.sort_by_key(|case| due(case).map_or((1, None), |d| (0, Some(d)))),
        Order::Received => out.sort_by_key(|case| std::cmp::Reverse(case.received_at)),
        Order::Updated => out.sort_by_key(|case| std::cmp::Reverse(case.updated_at)),
        Order::Stage1 | Order::Stage2 | Order::Ended => {
            let whole = query.order.measure().unwrap();
            out.sort_by_key(|case| std::cmp::Reverse(measured(case, whole)));
        }
    }
    out.iter().map(|case| case.reference.clone()).collect()
}

#[test]
fn every_list_is_what_filtering_by_hand_gives_page_by_page() {
    let (_folder, store, mut random) = seeded(300);
    let cases = all(&store);
    let restricted = cases
        .iter()
        .filter(|case| case.restricted.is_some())
        .count();
    assert!(restricted > 3, "{restricted}");
    let reader = store.reader().unwrap();
    for round in 0..600 {
        let mut query = random_query(&mut random);
        let sees = random.one(&HANDLERS);
        let may_see =
            |named: Option<&[String]>| named.is_none_or(|people| people.iter().any(|p| p == sees));
        let expected = by_hand(&cases, &query, sees);
        let mut got = Vec::new();
        loop {
            let page = reader.list(&query, &may_see).unwrap();
            assert!(page.rows.len() <= query.limit && page.total_is_exact);
            assert_eq!(
                page.total,
                expected.len() as u64,
                "round {round}: {:?} {:?} {:?} q {:?} phrases {:?} without {:?} {:?} due {:?} {:?} {} received {:?} {:?}",
                query.facets,
                query.order,
                query.during,
                query.q,
                query.phrases,
                query.without,
                query.without_phrases,
                query.due_from,
                query.due_before,
                query.undated,
                query.received_from,
                query.received_to
            );
            got.extend(page.rows.into_iter().map(|row| row.reference));
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(
            got, expected,
            "round {round}: {:?} {:?} {:?} {:?} {:?}",
            query.facets, query.order, query.q, query.phrases, query.without_phrases
        );
    }
}

#[test]
fn replaying_the_events_gives_the_stored_state_and_rebuild_changes_nothing() {
    let (_folder, store, _) = seeded(60);
    let dump = |store: &Store| {
        let reader = store.reader().unwrap();
        let mut out = Vec::new();
        for table in T::ALL {
            reader
                .walk(*table, tables::ALL, true, &mut |key, value| {
                    // The file's own count of what was written, which rebuilding is part of.
                    if (*table, key) != (T::Meta, b"transaction") {
                        out.push((*table, key.to_vec(), value.to_vec()));
                    }
                    tables::MORE
                })
                .unwrap();
        }
        out
    };
    let before = dump(&store);
    let check = |store: &Store| rebuild::check(&*store.reader().unwrap(), &mut |_| {});
    assert_eq!(check(&store).unwrap(), 60);
    assert_eq!(rebuild::rebuild(&store, timing).unwrap(), 60);
    assert!(dump(&store) == before, "rebuild made something else");
    // What is derived may be lost altogether.
    store
        .write(|tx| {
            for table in T::ALL.iter().filter(|table| table.is_derived()) {
                tx.clear(*table)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(check(&store).is_err());
    rebuild::rebuild(&store, timing).unwrap();
    assert!(
        dump(&store) == before,
        "rebuild from nothing made something else"
    );
}

#[test]
fn a_file_of_an_older_shape_is_upgraded_and_read_before_that() {
    let (folder, store, _) = seeded(20);
    let page = |store: &Store| {
        let query = ListQuery {
            limit: 50,
            ..ListQuery::default()
        };
        store.reader().unwrap().list(&query, EVERYONE).unwrap()
    };
    let before = page(&store);
    store
        .write(|tx| {
            tx.put_record(T::Meta, "shape", &0u64)?;
            // An older row knew less; the deadline it has is kept.
            let mut rows = Vec::new();
            tx.walk(T::CaseRow, tables::ALL, true, &mut |key, value| {
                let row: CaseRow = codec::decode(T::CaseRow, value)?;
                rows.push((key.to_vec(), serde_json::json!({"due": row.due})));
                tables::MORE
            })?;
            for (key, row) in rows {
                tx.put_value(T::CaseRow, &key, &row)?;
            }
            tx.clear(T::CaseIndex)
        })
        .unwrap();
    store.close();
    let path = folder.path().join("a.redb");
    assert_eq!(verify::verify(&path, None, &mut |_| {}).unwrap().cases, 20);
    let bytes = std::fs::read(&path).unwrap();
    // To be read, its lists are made in memory.
    let read = Store::open_unwritten(&path, Options::default()).unwrap();
    assert_eq!(page(&read), before);
    drop(read);
    assert!(matches!(
        Store::open(&path, Options::default()),
        Err(StoreError::Older { .. })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let done = upgrade::upgrade(
        &path,
        chrono::Utc::now(),
        false,
        &|_| Ok(Box::new(timing)),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(std::fs::read(&done.kept).unwrap(), bytes);
    let store = Store::open(&path, Options::default()).unwrap();
    assert_eq!(page(&store), before);
    assert_eq!(
        rebuild::check(&*store.reader().unwrap(), &mut |_| {}).unwrap(),
        20
    );
}

#[test]
fn events_that_do_not_follow_or_name_nothing_are_refused_whole() {
    let (_folder, store, mut random) = seeded(1);
    let reference = CaseRef::new(2026, 1);
    let case = store.reader().unwrap().case(&reference).unwrap().unwrap();
    let head = store.reader().unwrap().chain_head().unwrap();
    let at = case.updated_at;
    let note = |seq| {
        seed::recorded(
            seq,
            at,
            serde_json::json!({"kind": "note_added", "text": "x"}),
        )
    };
    let unknown = seed::attached(case.version + 2, at, &[7; 32]);
    let bad = [
        vec![note(case.version + 2)],
        vec![note(case.version)],
        vec![note(case.version + 1), note(case.version + 1)],
        vec![note(case.version + 1), unknown],
    ];
    for events in bad {
        let reference = reference.clone();
        let done = store.write(move |tx| tx.append_events(&reference, &events, &timing));
        assert!(matches!(done, Err(WriteError::Refused(_))));
    }
    let new = CaseRef::new(2026, 2);
    let no_beginning = note(1);
    let done = store.write(move |tx| tx.append_events(&new, &[no_beginning], &timing));
    assert!(matches!(
        done,
        Err(WriteError::Refused(StoreError::NoCase(_)))
    ));
    assert_eq!(store.reader().unwrap().chain_head().unwrap(), head);
    add_event(&store, &reference, &mut random);
    let events = store
        .reader()
        .unwrap()
        .events(&reference, case.version)
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(cases::recorded(&events[0]).unwrap().seq, case.version + 1);
}

#[test]
fn a_restricted_case_is_in_no_count_for_those_who_may_not_see_it() {
    let (_folder, store, _) = seeded(120);
    let cases = all(&store);
    let reader = store.reader().unwrap();
    let nobody: list::MaySee<'_> = &|_| false;
    for facet in [
        Facet::All,
        Facet::Stage(1),
        Facet::Risk(Risk::High),
        Facet::Unassigned,
    ] {
        let held = cases.iter().filter(|case| holds(&facet, case));
        let open = held
            .clone()
            .filter(|case| case.restricted.is_none())
            .count() as u64;
        assert_eq!(reader.count(&facet, nobody).unwrap(), open, "{facet:?}");
        assert_eq!(
            reader.count(&facet, EVERYONE).unwrap(),
            held.count() as u64,
            "{facet:?}"
        );
    }
    let hidden = cases.iter().find(|case| case.restricted.is_some()).unwrap();
    let query = ListQuery {
        q: hidden.reference.to_string(),
        limit: 10,
        ..ListQuery::default()
    };
    assert_eq!(reader.list(&query, nobody).unwrap().total, 0);
    assert_eq!(reader.list(&query, EVERYONE).unwrap().rows.len(), 1);
}

#[test]
fn earlier_cases_of_the_resident_and_the_home_are_found() {
    let (_folder, store, _) = seeded(120);
    let cases = all(&store);
    let reader = store.reader().unwrap();
    for case in &cases {
        let earlier = reader.earlier(case, 500, EVERYONE).unwrap();
        let by_hand = cases.iter().filter(|other| {
            other.reference != case.reference
                && (plain(&other.complainant.name) == plain(&case.complainant.name)
                    || other.complainant.address == case.complainant.address)
        });
        assert_eq!(earlier.len(), by_hand.count(), "{}", case.reference);
        assert!(earlier.is_sorted_by(|a, b| a.1.received_at >= b.1.received_at));
    }
}

#[test]
fn a_file_of_cases_verifies_and_an_erased_body_keeps_the_chain() {
    let (folder, store, _) = seeded(40);
    let before = store.reader().unwrap().chain_head().unwrap();
    let note = CaseRef::new(2026, 3);
    let stone = audit::Tombstone {
        erased_at: seed::start(),
        by: "dpo".into(),
        why: "lawful request".into(),
    };
    store
        .write(move |tx| {
            let case = tx.case(&note)?.unwrap();
            let text = serde_json::json!({"kind": "note_added", "text": "secret words"});
            let event = seed::recorded(case.version + 1, case.updated_at, text);
            tx.append_events(&note, &[event], &timing)?;
            tx.erase_body(tx.chain_head()?.number, &stone)
        })
        .unwrap();
    rebuild::rebuild(&store, timing).unwrap();
    store.close();
    let path = folder.path().join("a.redb");
    let report = verify::verify(&path, Some(before), &mut |_| {}).unwrap();
    assert_eq!(report.cases, 40);
    assert!(report.closed && report.events == before.number + 1);
    let other = audit::Head {
        number: 3,
        link: [1; 32],
    };
    let error = verify::verify(&path, Some(other), &mut |_| {})
        .unwrap_err()
        .to_string();
    assert!(error.contains("cut off"), "{error}");
    assert_eq!(report.head.to_string().parse(), Ok(report.head));
}
