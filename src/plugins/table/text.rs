//! A file's text as UTF-8, whatever it was written in, from any row on. The file is read in pieces that can each be
//! decoded by themselves, so that a row can be found again later without decoding all before it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes of the file in a piece. Decoded they are three times as many at most, which a [`Place`] has room for.
const PIECE: usize = 8 << 10;

/// Where a row begins: a piece of the file, and how far into its decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u64);

impl Place {
    fn new(piece: u64, within: u64) -> Self {
        Self(piece << 16 | within)
    }

    /// As it is kept in an index.
    pub(super) fn to_bits(self) -> u64 {
        self.0
    }

    /// From an index.
    pub(super) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bytes of the file before its piece.
    pub(super) fn piece(self) -> u64 {
        self.0 >> 16
    }

    fn within(self) -> usize {
        (self.0 & 0xffff) as usize
    }
}

/// A file and the encoding of its text.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: Arc<File>,
    pub(super) encoding: &'static Encoding,
}

impl Source {
    /// Finds out the encoding, unless `known`.
    pub(super) fn new(file: File, known: Option<&'static Encoding>) -> io::Result<Self> {
        let encoding = match known {
            Some(encoding) => encoding,
            None => encoding_of(&file)?,
        };
        Ok(Self {
            file: Arc::new(file),
            encoding,
        })
    }

    /// Where the text begins, behind a mark of its encoding.
    pub(super) fn beginning(&self) -> io::Result<Place> {
        let mut head = [0; 3];
        let read = read_full(&self.file, &mut head, 0)?;
        let mark = match Encoding::for_bom(&head[..read]) {
            Some((marked, length)) if marked == self.encoding => length as u64,
            _ => 0,
        };
        Ok(Place::new(mark, 0))
    }

    /// The place so many bytes of text behind another.
    pub(super) fn behind(&self, place: Place, bytes: u64) -> io::Result<Place> {
        let mut text = Text::from(self.clone(), place);
        io::copy(&mut (&mut text).take(bytes), &mut io::sink())?;
        Ok(text.place(bytes))
    }
}

/// The text from a place on. What is not text in its encoding becomes U+FFFD.
#[derive(Debug)]
pub(super) struct Text {
    source: Source,
    /// Where the next piece begins in the file.
    next: u64,
    /// Where pieces began, in the file and in the text, the latest last.
    pieces: VecDeque<(u64, u64)>,
    /// Bytes of text up to the next piece, counted from the beginning of the first.
    decoded: u64,
    /// How far into its piece the first row begins.
    offset: usize,
    raw: Vec<u8>,
    text: String,
    given: usize,
    ended: bool,
}

impl Text {
    pub(super) fn from(source: Source, place: Place) -> Self {
        Self {
            source,
            next: place.piece(),
            pieces: VecDeque::new(),
            decoded: 0,
            offset: place.within(),
            raw: vec![0; PIECE],
            text: String::new(),
            given: 0,
            ended: false,
        }
    }

    /// The place of what was given after `bytes` of text. Asked in order, from the beginning to the end.
    pub(super) fn place(&mut self, bytes: u64) -> Place {
        let at = bytes + self.offset as u64;
        while self.pieces.get(1).is_some_and(|(_, text)| *text <= at) {
            self.pieces.pop_front();
        }
        match self.pieces.front() {
            Some((raw, text)) => Place::new(*raw, at - text),
            None => Place::new(self.next, at),
        }
    }

    /// Bytes of the file read so far.
    pub(super) fn read_to(&self) -> u64 {
        self.next
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = read_full(&self.source.file, &mut self.raw, self.next)?;
        self.ended = read < PIECE;
        let piece = &self.raw[..cut(self.source.encoding, &self.raw[..read], self.ended)];
        let (text, _) = self.source.encoding.decode_without_bom_handling(piece);
        self.text.clear();
        self.text.push_str(&text);
        // The first piece may begin before what is wanted of it.
        self.given = match self.pieces.is_empty() && self.decoded == 0 {
            true => self.offset.min(self.text.len()),
            false => 0,
        };
        self.pieces.push_back((self.next, self.decoded));
        self.next += piece.len() as u64;
        self.decoded += self.text.len() as u64;
        Ok(())
    }
}

impl Read for Text {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = buf.len().min(self.text.len() - self.given);
        buf[..n].copy_from_slice(&self.text.as_bytes()[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

/// How much of these bytes can be decoded without the ones after them.
fn cut(encoding: &'static Encoding, raw: &[u8], last: bool) -> usize {
    if last {
        return raw.len();
    }
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let even = raw.len() & !1;
        let high = if encoding == UTF_16LE {
            raw.get(even.wrapping_sub(1))
        } else {
            raw.get(even.wrapping_sub(2))
        };
        // The first half of a pair goes with its second half.
        return match high {
            Some(0xd8..=0xdb) => even - 2,
            _ => even,
        };
    }
    if encoding == UTF_8 {
        let back = raw
            .iter()
            .rev()
            .take(4)
            .position(|byte| *byte & 0xc0 != 0x80);
        if let Some(back) = back {
            let first = raw.len() - 1 - back;
            let wants = match raw[first] {
                0xc0..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0.. => 4,
                _ => 1,
            };
            if wants > back + 1 {
                return first;
            }
        }
    }
    raw.len()
}

/// Fills the buffer from the file's position `at`; less only at its end.
pub(super) fn read_full(file: &File, buf: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match file.read_at(&mut buf[filled..], at + filled as u64) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// UTF-8 or UTF-16 by its mark or its looks; else UTF-8 if all of it is; else Windows-1252, which
/// is what Excel in England saves.
fn encoding_of(file: &File) -> io::Result<&'static Encoding> {
    let mut head = vec![0; 1024];
    let read = read_full(file, &mut head, 0)?;
    head.truncate(read);
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(encoding);
    }
    // Latin text in UTF-16 without a mark: every other byte is NUL.
    let nuls = |odd| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|&&b| b == 0)
            .count()
            * 4
    };
    if head.len() >= 4 && nuls(1) > head.len() {
        return Ok(UTF_16LE);
    }
    if head.len() >= 4 && nuls(0) > head.len() {
        return Ok(UTF_16BE);
    }
    Ok(if is_utf8(file)? { UTF_8 } else { WINDOWS_1252 })
}

fn is_utf8(file: &File) -> io::Result<bool> {
    let mut buf = vec![0; 256 << 10];
    let (mut kept, mut at) = (0, 0);
    loop {
        let n = read_full(file, &mut buf[kept..], at)?;
        at += n as u64;
        let filled = kept + n;
        match std::str::from_utf8(&buf[..filled]) {
            Ok(_) => kept = 0,
            Err(error) if error.error_len().is_some() || n == 0 => return Ok(false),
            // A character that the next bytes complete.
            Err(error) => {
                let valid = error.valid_up_to();
                buf.copy_within(valid..filled, 0);
                kept = filled - valid;
            }
        }
        if n == 0 {
            return Ok(true);
        }
    }
}
