//! What the drawing instructions of a page leave open behind them.
//!
//! They are read, never changed. Each `q` sets the state of the drawing aside and each `Q` takes it back; what follows
//! a page that forgot some `Q` would be drawn in whatever scale and colour it ended with.

use lopdf::{Dictionary, Document, Object, ObjectId};

/// The instructions of one page, unpacked: a large plan has some tens of megabytes.
const MOST: usize = 128 << 20;
/// Those of all pages: a file that draws more than this is made to keep its readers busy.
pub(super) const MOST_IN_ALL: usize = 1 << 30;

/// The streams that are drawn one after the other on a page.
pub(super) fn contents(
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
pub(super) struct Left {
    /// `q` without their `Q`.
    states: usize,
    /// `BMC` and `BDC` without their `EMC`.
    marks: usize,
    text: bool,
}

impl Left {
    /// The instructions that close it, ours included.
    pub(super) fn closing(&self) -> Vec<u8> {
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
pub(super) fn left(
    document: &Document,
    contents: &[ObjectId],
    may_read: &mut usize,
) -> Result<Left, &'static str> {
    let mut all = Vec::new();
    for id in contents {
        // A part that is not there draws nothing.
        let Some(Object::Stream(part)) = document.objects.get(id) else {
            continue;
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
                b'<' if rest.first() != Some(&b'<') => self.skip_until(|b| b == b'>'),
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
        check(b"ID q", 1, 0, false);
        check(b"(never closed q", 0, 0, false);
        check(b"qq Qx 0q", 0, 0, false);
    }

    #[test]
    fn a_q_too_many_is_refused() {
        assert!(Words(b"q Q Q 2 0 0 2 0 0 cm").left().is_err());
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
