//! Documents: what goes in comes out, once, in pieces, and what nobody kept goes.

use super::seed::{self, Random, attached, timing};
use super::*;
use crate::domain::ids::CaseRef;
use crate::store::documents::CHUNK;
use sha2::{Digest, Sha256};
use std::io::Read;

fn bytes(len: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed | 1);
    (0..len).map(|_| random.next() as u8).collect()
}

fn keep(store: &Store, sha256: Hash) {
    let done = store.write(move |tx| {
        let reference = tx.next_reference(2026)?;
        let events = [
            seed::logged(&mut Random(5), seed::start()),
            attached(2, seed::start(), &sha256),
        ];
        tx.append_events(&reference, &events, &timing)
    });
    done.unwrap();
}

fn out(store: &Store, sha256: &Hash) -> Vec<u8> {
    let mut out = Vec::new();
    store
        .open_document(sha256)
        .unwrap()
        .read_to_end(&mut out)
        .unwrap();
    out
}

#[test]
fn documents_of_every_size_come_back_whole_and_in_ranges() {
    let (_folder, store) = new_store();
    for len in [
        0,
        1,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        16 * CHUNK,
        16 * CHUNK + 1,
        40 * CHUNK + 77,
    ] {
        let bytes = bytes(len, len as u64);
        let document = store.put_document(&mut bytes.as_slice()).unwrap();
        assert_eq!(document.size, len as u64);
        assert_eq!(document.sha256[..], Sha256::digest(&bytes)[..]);
        assert!(out(&store, &document.sha256) == bytes, "{len} bytes");
        for (from, to) in [
            (0, 10),
            (CHUNK - 5, CHUNK + 5),
            (len / 2, len),
            (len, len + 9),
            (3, 2),
        ] {
            let mut part = Vec::new();
            let outgoing = store.open_document(&document.sha256).unwrap();
            outgoing
                .range(from as u64, to as u64)
                .read_to_end(&mut part)
                .unwrap();
            let (from, to) = (from.min(to).min(len), to.min(len));
            let expected = if to > from { &bytes[from..to] } else { &[][..] };
            assert!(part == expected, "{from}..{to} of {len}");
        }
    }
}

#[test]
fn the_same_bytes_are_stored_once_and_unkept_ones_are_swept_at_the_start() {
    let (folder, store) = new_store();
    let (kept, lost) = (bytes(3 * CHUNK, 1), bytes(20 * CHUNK, 2));
    let first = store.put_document(&mut kept.as_slice()).unwrap();
    keep(&store, first.sha256);
    let second = store.put_document(&mut kept.as_slice()).unwrap();
    assert_eq!(first, second);
    let big = store.put_document(&mut lost.as_slice()).unwrap();
    assert_eq!(store.put_document(&mut lost.as_slice()).unwrap(), big);
    // One that is still coming in when the program ends.
    let mut half = store.take_document(None);
    half.push(&bytes(17 * CHUNK, 3)).unwrap();
    drop(half);
    store.close();
    let store = Store::open(&folder.path().join("a.redb"), Options::default()).unwrap();
    let reader = store.reader().unwrap();
    let sizes = [T::Blob, T::BlobChunk, T::BlobPending].map(|t| reader.len(t).unwrap());
    assert_eq!(sizes, [1, 3, 0]);
    assert!(out(&store, &first.sha256) == kept);
    assert!(matches!(
        store.open_document(&big.sha256),
        Err(StoreError::NoDocument(_))
    ));
    let case = reader.case(&CaseRef::new(2026, 1)).unwrap().unwrap();
    assert_eq!(case.documents.len(), 1);
}

#[tokio::test]
async fn the_asynchronous_way_in_is_the_same_and_the_limit_holds() {
    let (_folder, store) = new_store();
    let all = bytes(33 * CHUNK + 5, 9);
    let mut incoming = store.take_document(None);
    for piece in all.chunks(100_000) {
        incoming.push_async(piece).await.unwrap();
    }
    let document = incoming.finish_async().await.unwrap();
    assert!(out(&store, &document.sha256) == all);
    let mut again = store.take_document(None);
    again.push_async(&all).await.unwrap();
    assert_eq!(again.finish_async().await.unwrap(), document);
    let chunks = store.reader().unwrap().len(T::BlobChunk).unwrap();
    assert_eq!(chunks, 34);
    let mut limited = store.take_document(Some(1000));
    limited.push_async(&[0; 1000]).await.unwrap();
    let error = limited.push_async(&[0]).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { limit: 1000 }));
}
