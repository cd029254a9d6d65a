//! What an event says in words: every text in its body that a person wrote, whatever kind of event it is, so that a new
//! kind is found without being named here.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::domain::case::Event;
use crate::store::StoreError;
use crate::store::audit::{Body, StoredEvent};

/// Fields in which one word is meant as a word. Elsewhere a text without a space is a code, a day or a hash.
const WRITTEN: [&str; 19] = [
    "account",
    "address",
    "definition",
    "description",
    "detail",
    "email",
    "external_id",
    "file_name",
    "hos_reference",
    "name",
    "note",
    "outcomes_sought",
    "phone",
    "postcode",
    "reason",
    "reasons",
    "summary",
    "text",
    "title",
];

/// Events that are about another case, which may be closed to whoever reads this one: their words are not indexed.
const ABOUT_ANOTHER: [&str; 4] = [
    "case_linked",
    "separate_complaint_needed",
    "duplicate_merged",
    "merged_into",
];

/// The texts of each event of a case, in their order, by its place in the case. What was erased says nothing, and
/// nothing is told of other cases.
///
/// # Errors
/// When a body is damaged.
pub(super) fn texts(events: &[StoredEvent]) -> Result<Vec<(u32, Vec<String>)>, StoreError> {
    let mut out = Vec::with_capacity(events.len());
    let mut unsaid = BTreeSet::new();
    for event in events {
        let Body::Kept(bytes) = &event.body else {
            continue;
        };
        let seq = event.meta.seq;
        let mut unread = "";
        match event.meta.kind.as_str() {
            kind if ABOUT_ANOTHER.contains(&kind) => {
                unsaid.insert(seq);
            }
            "entry_reworded" => {
                if let Some(Event::EntryReworded { entry, .. }) = event.read()?
                    && unsaid.contains(&entry)
                {
                    unsaid.insert(seq);
                }
            }
            "complaint_logged" | "service_request_logged" | "survey_feedback_logged" => {
                // Why it is a complaint of its own may tell of the one it came out of.
                unread = "decision";
            }
            // The parts of a letter are called by code names.
            "letter_issued" => unread = "name",
            _ => {}
        }
        if unsaid.contains(&seq) {
            continue;
        }
        let mut texts = Vec::new();
        // The first byte is the version of the body.
        let mut body = rmp_serde::Deserializer::from_read_ref(bytes.get(1..).unwrap_or_default());
        let gather = Gather {
            out: &mut texts,
            written: false,
            unread,
        };
        let read = gather.deserialize(&mut body);
        read.map_err(|error| StoreError::Damaged(format!("event {}: {error}", event.meta.number)))?;
        out.push((seq, texts));
    }
    Ok(out)
}

struct Gather<'a> {
    out: &'a mut Vec<String>,
    /// Whether the field is one of [`WRITTEN`].
    written: bool,
    /// A field that is passed over.
    unread: &'a str,
}

impl Gather<'_> {
    fn within(&mut self, written: bool) -> Gather<'_> {
        Gather {
            out: self.out,
            written,
            unread: self.unread,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Gather<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Gather<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        let text = text.trim();
        if text.starts_with(['{', '[']) {
            // A record of another system as it was fetched: its words, not its braces.
            let mut inner = serde_json::Deserializer::from_str(text);
            let before = self.out.len();
            let gather = Gather {
                out: self.out,
                written: self.written,
                unread: self.unread,
            };
            if gather.deserialize(&mut inner).is_ok() && inner.end().is_ok() {
                return Ok(());
            }
            self.out.truncate(before);
        }
        if !text.is_empty() && (self.written || text.contains(char::is_whitespace)) {
            self.out.push(text.to_owned());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.unread {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(self.within(WRITTEN.contains(&key.as_str())))?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let written = self.written;
        while seq.next_element_seed(self.within(written))?.is_some() {}
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // An extension of the format: nothing that was written.
        IgnoredAny.visit_newtype_struct(deserializer).map(drop)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
