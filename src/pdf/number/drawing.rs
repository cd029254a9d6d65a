//! What the drawing instructions of a page leave open behind them.
//!
//! They are read, never changed. Each `q` sets the state of the drawing aside and each `Q` takes it back; what follows
//! a page that forgot some `Q` would be drawn in whatever scale and colour it ended with.

use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

/// The instructions of one page, unpacked: a large plan has some tens of megabytes.
const MOST: usize = 128 << 20;
/// Those of all pages: a file that draws more than this is made to keep its readers busy. Few enough to be read well
/// within a helper's time, so that a busy machine gives up on the same files as an idle one.
pub(in crate::pdf) const MOST_IN_ALL: usize = 256 << 20;

/// The streams that are drawn one after the other on a page.
pub(in crate::pdf) fn contents(
    document: &Document,
    page: &Dictionary,
) -> Result<Vec<ObjectId>, &'static str> {
    const UNREAD: &str = "has a drawing that cannot be found";
    let Ok(contents) = page.get(b"Contents") else {
        return Ok(Vec::new());
    };
    let (id, object) = document.dereference(contents).map_err(|_| UNREAD)?;
    match (id, object) {
        (_, Object::Null) => Ok(Vec::new()),
        (Some(id), Object::Stream(_)) => Ok(vec![id]),
        (_, Object::Array(parts)) => parts
            .iter()
            .map(|part| part.as_reference().map_err(|_| UNREAD))
            .collect(),
        _ => Err(UNREAD),
    }
}

/// What is to be closed after a page's drawing, with the `q` that we put before it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::pdf) struct Left {
    /// `q` without their `Q`.
    states: usize,
    /// `BMC` and `BDC` without their `EMC`.
    marks: usize,
    text: bool,
}

impl Left {
    /// The instructions that close it, ours included.
    pub(in crate::pdf) fn closing(&self) -> Vec<u8> {
        let mut out = b"\n".to_vec();
        if self.text {
            out.extend(b"ET\n");
        }
        out.extend(b"EMC\n".repeat(self.marks));
        out.extend(b"Q\n".repeat(self.states + 1));
        out
    }
}

/// Reads the drawing of a page to its end; what may still be read goes down.
pub(in crate::pdf) fn left(
    document: &Document,
    contents: &[ObjectId],
    may_read: &mut usize,
) -> Result<Left, &'static str> {
    let mut all = Vec::new();
    for id in contents {
        let part = match document.objects.get(id) {
            Some(Object::Stream(part)) if is_plain(part) => part,
            // A part that is not there draws nothing.
            Some(Object::Null) => continue,
            None if is_absent(document, *id) => continue,
            // Other readers may draw what we could not read.
            _ => return Err("has a drawing that cannot be read"),
        };
        let part = part
            .get_plain_content_with_limit(MOST.min(*may_read).saturating_sub(all.len()))
            .map_err(|_| "has a drawing that cannot be unpacked")?;
        all.extend(part);
        all.push(b'\n');
    }
    *may_read = may_read.saturating_sub(all.len());
    Words(&all).left()
}

/// Whether the file itself says that there is no such object.
fn is_absent(document: &Document, id: ObjectId) -> bool {
    matches!(
        document.reference_table.get(id.0),
        None | Some(XrefEntry::Free | XrefEntry::UnusableFree)
    )
}

/// Whether it says in place how it is packed: where a reference does, lopdf would give out the packed bytes.
fn is_plain(part: &Stream) -> bool {
    fn holds_reference(object: &Object) -> bool {
        match object {
            Object::Reference(_) => true,
            Object::Array(items) => items.iter().any(holds_reference),
            Object::Dictionary(held) => held.iter().any(|(_, value)| holds_reference(value)),
            _ => false,
        }
    }
    let filter = part.dict.get(b"Filter").unwrap_or(&Object::Null);
    let named = matches!(filter, Object::Null) || part.filters().is_ok();
    named && !part.dict.get(b"DecodeParms").is_ok_and(holds_reference)
}

/// Instructions, word by word.
struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    fn left(mut self) -> Result<Left, &'static str> {
        let mut left = Left::default();
        let mut in_picture = false;
        while let Some(word) = self.next() {
            match word {
                b"q" => left.states += 1,
                // Readers pass over a `Q` too many; behind our `q` it would take back what it did not set aside, and
                // the page would look different.
                b"Q" => {
                    let less = left.states.checked_sub(1);
                    left.states = less.ok_or("closes more in its drawing than it opened")?;
                }
                b"BMC" | b"BDC" => left.marks += 1,
                b"EMC" => left.marks = left.marks.saturating_sub(1),
                b"BT" => left.text = true,
                b"ET" => left.text = false,
                b"BI" => in_picture = true,
                b"ID" if std::mem::take(&mut in_picture) => self.skip_picture(),
                _ => {}
            }
        }
        Ok(left)
    }

    /// The next word that may be an operator; strings, names and comments are passed over.
    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let (first, rest) = self.0.split_first()?;
            match *first {
                b'(' => self.skip_string(),
                // A dictionary: its second sign does not begin a string.
                b'<' if rest.first() == Some(&b'<') => self.0 = &rest[1..],
                b'<' => self.skip_until(|b| b == b'>'),
                b'%' => self.skip_until(|b| matches!(b, b'\n' | b'\r')),
                b'/' => {
                    self.0 = rest;
                    self.take_word();
                }
                b if is_regular(b) => return Some(self.take_word()),
                _ => self.0 = rest,
            }
        }
    }

    fn take_word(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|b| !is_regular(*b));
        let (word, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        word
    }

    fn skip_until(&mut self, end: impl Fn(u8) -> bool) {
        let at = self.0.iter().position(|b| end(*b));
        self.0 = at.map_or(&[], |at| &self.0[at + 1..]);
    }

    fn skip_string(&mut self) {
        let (mut depth, mut escaped) = (0usize, false);
        let end = self.0.iter().position(|b| {
            match b {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        self.0 = end.map_or(&[], |at| &self.0[at + 1..]);
    }

    /// The bytes of a picture among the instructions end with `EI` before something that can be read.
    fn skip_picture(&mut self) {
        let ends = |at: usize| {
            let (before, after) = (self.0[at - 1], &self.0[at + 2..]);
            is_space(before)
                && after.first().is_none_or(|b| is_space(*b))
                && after
                    .iter()
                    .take(12)
                    .all(|b| is_space(*b) || b.is_ascii_graphic())
        };
        let found = self.0.windows(2).enumerate().skip(1);
        let end = found
            .filter(|(_, word)| *word == b"EI")
            .map(|(at, _)| at)
            .find(|at| ends(*at));
        self.0 = end.map_or(&[], |at| &self.0[at + 2..]);
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(drawing: &[u8], states: usize, marks: usize, text: bool) {
        let expected = Left {
            states,
            marks,
            text,
        };
        let shown = String::from_utf8_lossy(drawing);
        assert_eq!(Words(drawing).left(), Ok(expected), "{shown}");
    }

    #[test]
    fn what_is_open_at_the_end_is_counted() {
        check(b"", 0, 0, false);
        check(b"q 1 0 0 1 0 0 cm Q", 0, 0, false);
        check(b"q q 2 0 0 2 0 0 cm Q", 1, 0, false);
        check(b"/OC /Layer BDC q BT (x) Tj", 1, 1, true);
        check(b"EMC /P <</MCID 0>> BDC EMC BT ET", 0, 0, false);
    }

    #[test]
    fn words_in_strings_names_comments_and_pictures_do_not_count() {
        check(
            b"BT (q q \\) q (Q)) Tj <71> Tj ET % q q\n/q gs [(q)] TJ",
            0,
            0,
            false,
        );
        check(b"q BI /W 2 /H 1 ID q Q EI\xff Q \xfe\nEI Q", 0, 0, false);
        check(
            b"/Span <</ActualText (see > Q 4)>> BDC q Q EMC",
            0,
            0,
            false,
        );
        check(b"q /P <</A <71>/B<</C (>> q)>>>> BDC EMC Q", 0, 0, false);
        check(b"ID q", 1, 0, false);
        check(b"(never closed q", 0, 0, false);
        check(b"qq Qx 0q", 0, 0, false);
    }

    #[test]
    fn a_q_too_many_is_refused() {
        assert!(Words(b"q Q Q 2 0 0 2 0 0 cm").left().is_err());
    }

    fn drawn(document: &Document, part: ObjectId) -> Result<Left, &'static str> {
        left(document, &[part], &mut MOST_IN_ALL.clone())
    }

    #[test]
    fn a_drawing_that_is_packed_by_reference_is_refused() {
        let mut document = Document::new();
        let name = document.add_object(Object::Name(b"FlateDecode".to_vec()));
        let columns = document.add_object(5);
        let mut packed = Stream::new(Dictionary::new(), b"q ".repeat(99));
        packed.compress().unwrap();
        let mut with = |key: &str, value: Object| {
            let mut part = packed.clone();
            part.dict.set(key, value);
            let part = document.add_object(part);
            drawn(&document, part).map(|left| left.states)
        };
        assert_eq!(with("DecodeParms", Object::Null), Ok(99));
        assert_eq!(with("Filter", vec!["FlateDecode".into()].into()), Ok(99));
        for value in [name.into(), vec![Object::Reference(name)].into(), 7.into()] {
            assert!(with("Filter", value).is_err());
        }
        let parameters = Dictionary::from_iter([("Columns", Object::from(columns))]);
        assert!(with("DecodeParms", columns.into()).is_err());
        assert!(with("DecodeParms", vec![Object::from(parameters)].into()).is_err());
    }

    #[test]
    fn only_a_part_that_the_file_does_not_have_draws_nothing() {
        let mut document = Document::new();
        let null = document.add_object(Object::Null);
        let number = document.add_object(7);
        let (unread, free, unknown) = ((7, 0), (8, 0), (9, 0));
        let lost = XrefEntry::Normal {
            offset: 15,
            generation: 0,
        };
        document.reference_table.insert(7, lost);
        document.reference_table.insert(8, XrefEntry::Free);
        for part in [null, free, unknown] {
            assert_eq!(drawn(&document, part), Ok(Left::default()));
        }
        for part in [number, unread] {
            assert!(drawn(&document, part).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes: Vec<u8>) {
            let _ = Words(&bytes).left();
        }

        #[test]
        fn what_is_closed_leaves_nothing_open(words in "(q|BT|ET|EMC|/a BMC|\\(Q\\)| |\n){0,40}") {
            let mut drawing = b"q\n".to_vec();
            drawing.extend(words.bytes());
            if let Ok(left) = Words(words.as_bytes()).left() {
                drawing.extend(left.closing());
                assert_eq!(Words(&drawing).left(), Ok(Left::default()));
            }
        }
    }
}
