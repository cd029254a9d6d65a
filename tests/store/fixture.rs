//! A file of every released format and shape is kept, and opens here for ever.
//!
//! When either rises, a new one is made by `REDRESS_NEW_FIXTURE=1 cargo test --test journeys fixture`; the old ones
//! stay. A shape is what the derived tables hold: an older one is made again from the events by the upgrade.

use super::{attached, logged, note, recorded, timing};
use redress::domain::case::State;
use redress::domain::ids::CaseRef;
use redress::store::settings::Change;
use redress::store::upcast::{FORMAT, SHAPE};
use redress::store::upgrade;
use redress::store::verify::verify;
use redress::store::{Options, Store, StoreError};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Opens a file; an older one is upgraded first.
fn open(path: &Path) -> Store {
    if let Err(StoreError::Older { .. }) = Store::open(path, Options::default()) {
        let calendar: upgrade::Calendar<'_> = &|_| Ok(Box::new(timing));
        upgrade::upgrade(path, super::at(0), false, calendar, &mut |_| {}).unwrap();
    }
    Store::open(path, Options::default()).unwrap()
}

fn make(path: &Path) {
    let store = Store::create(path, Options::default()).unwrap();
    let document = store.put_document(&mut b"A call note.".as_slice()).unwrap();
    store
        .write(move |tx| {
            let change = Change {
                at: super::at(0),
                by: "ada".into(),
                why: "first day".into(),
                from: None,
            };
            tx.set_setting("limit", &json!({"days": 10}), &change)?;
            let first = tx.next_reference(2026)?;
            let events = [
                logged(1, "Mary O’Neill"),
                recorded(2, 2, json!({"kind": "assigned", "stage": 1, "handler": "ben"})),
                note(3, 3, "Rang at ten."),
                attached(4, 4, &document.sha256),
            ];
            tx.append_events(&first, &events, &timing)?;
            let second = tx.next_reference(2026)?;
            let events = [
                logged(5, "李 娜"),
                recorded(2, 6, json!({"kind": "closed", "root_causes": ["delay_internal"], "learning": "Ring."})),
            ];
            tx.append_events(&second, &events, &timing)
        })
        .unwrap();
    store.close();
}

#[test]
fn a_file_of_every_format_opens_verifies_and_says_the_same() {
    let newest = folder().join(format!("format-{FORMAT}-shape-{SHAPE}.redb"));
    if std::env::var_os("REDRESS_NEW_FIXTURE").is_some() {
        let _ = fs::remove_file(&newest);
        make(&newest);
    }
    let temp = tempfile::tempdir().unwrap();
    for kept in fs::read_dir(folder()).unwrap() {
        let kept = kept.unwrap();
        if kept.path().extension().is_none_or(|name| name != "redb") {
            continue;
        }
        let path = temp.path().join(kept.file_name());
        fs::copy(kept.path(), &path).unwrap();
        let before = verify(&path, None, &mut |_| {}).unwrap_or_else(|error| {
            panic!(
                "{}: {error}\nIf a field of a case or a list changed, raise SHAPE in src/store/upcast.rs and make a \
                 new fixture; an event or a setting must still read as it was written.",
                kept.path().display()
            )
        });
        assert_eq!((before.events, before.cases, before.documents), (7, 2, 1));
        let store = open(&path);
        let reader = store.reader().unwrap();
        let case = reader.case(&CaseRef::new(2026, 1)).unwrap().unwrap();
        assert_eq!(case.handler(), Some("ben"));
        assert_eq!(case.complainant.name, "Mary O’Neill");
        assert_eq!(case.complainant.adjustments[0].need, "large_print");
        let second = reader.case(&CaseRef::new(2026, 2)).unwrap().unwrap();
        assert_eq!(second.state, State::Closed);
        let limit: Option<serde_json::Value> = reader.setting("limit").unwrap();
        assert_eq!(limit, Some(json!({"days": 10})));
        drop(reader);
        // It is written on, and the chain goes on from where it was.
        let done = store.write(|tx| {
            let reference = CaseRef::new(2026, 1);
            tx.append_events(&reference, &[note(5, 9, "Later.")], &timing)
        });
        done.map_err(redress::store::WriteError::<StoreError>::flatten)
            .unwrap();
        store.close();
        let after = verify(&path, Some(before.head), &mut |_| {}).unwrap();
        assert_eq!(after.events, 8);
    }
}
