//! The two hash chains over everything that happened, and the bodies beside them.
//!
//! `body_hash = SHA-256(body)`, `link = SHA-256(previous link of the case ‖ meta ‖ body_hash)`, and
//! `file_link = SHA-256(previous file_link ‖ link)` over all cases in file order. The house itself (settings,
//! people) is case 0. A body may be replaced by a [`Tombstone`]: the chain holds its hash, so it still verifies.

use super::codec;
use super::error::StoreError;
use super::tables::{self, ALL, MORE, Rows, T};
use super::tx::WriteTx;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// A SHA-256.
pub type Hash = [u8; 32];

/// The case number under which the house's own events are kept.
pub const HOUSE: u64 = 0;

const HEAD_KEY: &[u8] = b"head";
/// The first byte of a tombstone; bodies begin with their version, which is never this.
const TOMBSTONE: u8 = 0xff;

/// What the chain says of an event. Names nobody but the actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventMeta {
    /// Place in the file, from 1.
    pub number: u64,
    /// The case, or [`HOUSE`].
    pub case: u64,
    /// Place in the case, from 1.
    pub seq: u32,
    /// The kind of event.
    pub kind: String,
    /// When it happened in the world.
    pub at: DateTime<Utc>,
    /// When the file was told.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
}

/// An event about to be added.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// The kind of event.
    pub kind: &'a str,
    /// When it happened in the world.
    pub at: DateTime<Utc>,
    /// When the file is told.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub actor: &'a str,
}

/// Why a body is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// When it was erased.
    pub erased_at: DateTime<Utc>,
    /// Who erased it.
    pub by: String,
    /// The lawful reason.
    pub why: String,
}

/// What is stored of an event's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The body as it was written.
    Kept(Vec<u8>),
    /// It was erased lawfully.
    Erased(Tombstone),
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// What the chain says of it.
    pub meta: EventMeta,
    /// The hash of its body.
    pub body_hash: Hash,
    /// Its link in the chain of its case.
    pub link: Hash,
    /// Its body.
    pub body: Body,
}

impl StoredEvent {
    /// The body read as `V`; none when it was erased.
    ///
    /// # Errors
    /// When the body is not a `V`.
    pub fn read<V: DeserializeOwned>(&self) -> Result<Option<V>, StoreError> {
        match &self.body {
            Body::Kept(bytes) => codec::decode(T::EventBody, bytes).map(Some),
            Body::Erased(_) => Ok(None),
        }
    }
}

/// The end of the file-wide chain. Written as `NUMBER:HEX`; kept elsewhere, it proves later that nothing was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last event.
    pub number: u64,
    /// Its link in the file's chain.
    #[serde(with = "serde_bytes")]
    pub link: Hash,
}

impl Head {
    const START: Self = Self {
        number: 0,
        link: [0; 32],
    };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, hex::encode(self.link))
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a chain head reads NUMBER:HEX, as `redress verify` prints it".to_owned();
        let (number, link) = text.trim().split_once(':').ok_or_else(wrong)?;
        let mut out = Self {
            number: number.parse().map_err(|_| wrong())?,
            link: [0; 32],
        };
        hex::decode_to_slice(link, &mut out.link).map_err(|_| wrong())?;
        Ok(out)
    }
}

#[derive(Serialize, Deserialize)]
struct Row {
    /// The bytes that were hashed, kept as they are.
    meta: ByteBuf,
    body_hash: ByteArray<32>,
    link: ByteArray<32>,
    file_link: ByteArray<32>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct CaseHead {
    seq: u32,
    #[serde(with = "serde_bytes")]
    link: Hash,
}

impl CaseHead {
    const START: Self = Self {
        seq: 0,
        link: [0; 32],
    };
}

fn sha(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

impl WriteTx<'_> {
    /// Adds an event at the end of both chains.
    ///
    /// # Errors
    /// What the disk says.
    pub fn append<V: Serialize + ?Sized>(
        &mut self,
        case: u64,
        event: &NewEvent<'_>,
        body: &V,
    ) -> Result<EventMeta, StoreError> {
        let head = self.chain_head()?;
        let last = self.case_head(case)?;
        let meta = EventMeta {
            number: head.number + 1,
            case,
            seq: last.seq + 1,
            kind: event.kind.to_owned(),
            at: event.at,
            recorded_at: event.recorded_at,
            actor: event.actor.to_owned(),
        };
        let meta_bytes = codec::encode(&meta)?;
        let body = codec::encode(body)?;
        let body_hash = sha(&[&body]);
        let link = sha(&[&last.link, &meta_bytes, &body_hash]);
        let file_link = sha(&[&head.link, &link]);
        let row = Row {
            meta: ByteBuf::from(meta_bytes),
            body_hash: body_hash.into(),
            link: link.into(),
            file_link: file_link.into(),
        };
        let number = tables::key(meta.number);
        self.put_value(T::Event, &number, &row)?;
        self.put(T::EventBody, &number, &body)?;
        self.put(T::EventByCase, &tables::key2(case, meta.seq), &number)?;
        let seq = meta.seq;
        self.put_value(T::ChainHead, &tables::key(case), &CaseHead { seq, link })?;
        let head = Head {
            number: meta.number,
            link: file_link,
        };
        self.put_value(T::Meta, HEAD_KEY, &head)?;
        Ok(meta)
    }

    /// Puts a tombstone in the place of a body. The chain stays whole; what was said is gone.
    ///
    /// # Errors
    /// What the disk says.
    pub fn erase_body(&mut self, number: u64, stone: &Tombstone) -> Result<(), StoreError> {
        let mut bytes = codec::encode(stone)?;
        bytes[0] = TOMBSTONE;
        self.put(T::EventBody, &tables::key(number), &bytes)
    }
}

impl dyn Rows + '_ {
    /// The end of the file-wide chain.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn chain_head(&self) -> Result<Head, StoreError> {
        match self.get(T::Meta, HEAD_KEY)? {
            Some(bytes) => codec::decode(T::Meta, &bytes),
            None => Ok(Head::START),
        }
    }

    /// Whether the file-wide chain went through `head`, so that what had it is an earlier state of this record.
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn contains_head(&self, head: Head) -> Result<bool, StoreError> {
        if head.number == 0 {
            return Ok(head == Head::START);
        }
        let Some(row) = self.get(T::Event, &tables::key(head.number))? else {
            return Ok(false);
        };
        let row: Row = codec::decode(T::Event, &row)?;
        Ok(*row.file_link == head.link)
    }

    fn case_head(&self, case: u64) -> Result<CaseHead, StoreError> {
        match self.get(T::ChainHead, &tables::key(case))? {
            Some(bytes) => codec::decode(T::ChainHead, &bytes),
            None => Ok(CaseHead::START),
        }
    }

    /// One event by its place in the file.
    ///
    /// # Errors
    /// When there is none, or what the file or the disk says.
    pub fn event_at(&self, number: u64) -> Result<StoredEvent, StoreError> {
        let key = tables::key(number);
        let missing = || StoreError::Damaged(format!("event {number} is missing"));
        let row = self.get(T::Event, &key)?.ok_or_else(missing)?;
        let body = self.get(T::EventBody, &key)?.ok_or_else(missing)?;
        let row: Row = codec::decode(T::Event, &row)?;
        Ok(StoredEvent {
            meta: codec::decode(T::Event, &row.meta)?,
            body_hash: *row.body_hash,
            link: *row.link,
            body: read_body(body)?,
        })
    }

    /// The events of a case in order, from `after` on (0 for all).
    ///
    /// # Errors
    /// What the file or the disk says.
    pub fn events_of(&self, case: u64, after: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let mut numbers = Vec::new();
        self.walk_prefix(T::EventByCase, &tables::key(case), &mut |key, number| {
            if key[8..] > after.to_be_bytes()[..] {
                numbers.push(tables::number(number)?);
            }
            MORE
        })?;
        numbers.into_iter().map(|n| self.event_at(n)).collect()
    }
}

fn read_body(bytes: Vec<u8>) -> Result<Body, StoreError> {
    match bytes.first() {
        Some(&TOMBSTONE) => rmp_serde::from_slice(&bytes[1..])
            .map(Body::Erased)
            .map_err(|error| StoreError::Damaged(format!("a tombstone: {error}"))),
        _ => Ok(Body::Kept(bytes)),
    }
}

/// Walks both chains from the first event; gives the number of events, or the sentence that names the first bad one.
pub(crate) fn check_chains(
    rows: &(dyn Rows + '_),
    expect: Option<Head>,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, StoreError> {
    let mut head = Head::START;
    let mut cases: HashMap<u64, CaseHead> = HashMap::new();
    let mut expected = expect.is_none_or(|expect| expect == head);
    let bad = |number: u64, what: &str| StoreError::Damaged(format!("event {number}: {what}"));
    rows.walk(T::Event, ALL, true, &mut |key, value| {
        let number = tables::number(key)?;
        if number != head.number + 1 {
            return Err(bad(head.number + 1, "is missing"));
        }
        let Ok(row) = codec::decode::<Row>(T::Event, value) else {
            return Err(bad(number, "cannot be read"));
        };
        let Ok(meta) = codec::decode::<EventMeta>(T::Event, &row.meta) else {
            return Err(bad(number, "says nothing readable of itself"));
        };
        let last = cases.entry(meta.case).or_insert(CaseHead::START);
        if (meta.number, meta.seq) != (number, last.seq + 1) {
            return Err(bad(number, "is out of order"));
        }
        let link = sha(&[&last.link, &row.meta, &*row.body_hash]);
        let file_link = sha(&[&head.link, &link]);
        if link != *row.link || file_link != *row.file_link {
            return Err(bad(number, "does not fit the chain: it was changed"));
        }
        let Some(body) = rows.get(T::EventBody, key)? else {
            return Err(bad(number, "has lost its body"));
        };
        let erased = matches!(read_body(body.clone()), Ok(Body::Erased(_)));
        if !erased && sha(&[&body]) != *row.body_hash {
            return Err(bad(number, "has a changed body"));
        }
        let place = tables::key2(meta.case, meta.seq);
        if rows.get(T::EventByCase, &place)?.as_deref() != Some(key) {
            return Err(bad(number, "is not listed under its case"));
        }
        *last = CaseHead {
            seq: meta.seq,
            link,
        };
        head = Head {
            number,
            link: file_link,
        };
        expected |= expect == Some(head);
        if number.is_multiple_of(1024) {
            progress(number);
        }
        MORE
    })?;
    if rows.chain_head()? != head {
        return Err(bad(
            head.number + 1,
            "is missing at the end, or the end was changed",
        ));
    }
    if rows.len(T::EventBody)? != head.number || rows.len(T::EventByCase)? != head.number {
        return Err(bad(
            head.number,
            "is the last, but there are more bodies or entries than events",
        ));
    }
    if rows.len(T::ChainHead)? != cases.len() as u64 {
        return Err(bad(
            head.number,
            "is the last, but the ends of the cases' chains do not match",
        ));
    }
    for (case, end) in cases {
        let stored = rows.case_head(case)?;
        if (stored.seq, stored.link) != (end.seq, end.link) {
            return Err(bad(
                head.number,
                &format!("is the last, but the end of case {case} was changed"),
            ));
        }
    }
    if !expected {
        return Err(StoreError::Damaged(
            "the chain does not contain the expected head: events were cut off or rewritten".into(),
        ));
    }
    Ok(head.number)
}
