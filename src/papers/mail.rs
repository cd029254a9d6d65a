//! An e-mail as words: the heads that matter and the text. Nothing for a message that would lose something on
//! paper, such as one with files attached: it leaves as it came.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::{Encoding, UTF_8};

use super::markup;

/// Parts within parts, no deeper than a mail program makes them.
const DEEPEST: u32 = 5;
/// What a reader looks for first.
const SHOWN: [&str; 5] = ["From", "To", "Cc", "Date", "Subject"];

/// A message that can be read.
pub struct Mail {
    /// Name and value of the heads that are shown.
    pub heads: Vec<(&'static str, String)>,
    /// The words.
    pub text: String,
}

/// Reads a message.
pub fn read(bytes: &[u8]) -> Option<Mail> {
    let part = Part::of(bytes);
    let shown = SHOWN.into_iter().filter_map(|name| {
        let value = part.head(name)?;
        Some((name, words(value)))
    });
    let heads: Vec<_> = shown.collect();
    // Without a sender it is no message but a text that somebody named like one.
    heads.iter().find(|(name, _)| *name == "From")?;
    Some(Mail {
        text: part.text(DEEPEST)?,
        heads,
    })
}

/// All the words of a message, whatever else goes with it: for finding it, not for showing it.
pub(super) fn all_words(bytes: &[u8]) -> String {
    let part = Part::of(bytes);
    let mut out = String::new();
    for name in SHOWN {
        if let Some(value) = part.head(name) {
            out.push_str(&words(value));
            out.push('\n');
        }
    }
    part.gather(DEEPEST, &mut out);
    out
}

struct Part<'a> {
    heads: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> Part<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut heads: Vec<(String, String)> = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = rest
                .iter()
                .position(|b| *b == b'\n')
                .map_or(rest.len(), |at| at + 1);
            let line = String::from_utf8_lossy(&rest[..end]);
            rest = &rest[end..];
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() {
                break;
            }
            match (
                line.starts_with([' ', '\t']),
                heads.last_mut(),
                line.split_once(':'),
            ) {
                (true, Some((_, value)), _) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (_, _, Some((name, value))) => {
                    heads.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                _ => {}
            }
        }
        Self { heads, body: rest }
    }

    fn head(&self, name: &str) -> Option<&str> {
        let mut found = self
            .heads
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// `text/plain` and a parameter of it.
    fn kind(&self) -> String {
        let kind = self.head("Content-Type").unwrap_or("text/plain");
        let essence = kind.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let parameters = self.head("Content-Type")?.split(';').skip(1);
        let mut found = parameters.filter_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            let own = key.trim().eq_ignore_ascii_case(name);
            own.then(|| value.trim().trim_matches('"').to_owned())
        });
        found.next()
    }

    fn gather(&self, deeper: u32, out: &mut String) {
        let kind = self.kind();
        if deeper > 0 && kind.starts_with("multipart/") {
            for part in self.parts().unwrap_or_default() {
                part.gather(deeper - 1, out);
            }
        } else if kind.starts_with("text/") {
            let charset = self.parameter("charset");
            let charset = charset.as_deref().unwrap_or("utf-8");
            let text = self.decoded().and_then(|bytes| in_charset(&bytes, charset));
            let text = text.unwrap_or_default();
            match kind.as_str() {
                "text/html" => out.push_str(&markup::words(&text, markup::HTML)),
                _ => out.push_str(&text),
            }
            out.push('\n');
        }
    }

    fn text(&self, deeper: u32) -> Option<String> {
        let disposition = self.head("Content-Disposition").unwrap_or_default();
        if deeper == 0 || disposition.to_ascii_lowercase().starts_with("attachment") {
            return None;
        }
        let kind = self.kind();
        if kind == "text/plain" {
            let bytes = self.decoded()?;
            let charset = self.parameter("charset");
            return in_charset(&bytes, charset.as_deref().unwrap_or("utf-8"));
        }
        if !kind.starts_with("multipart/") {
            return None;
        }
        let parts = self.parts()?;
        if kind == "multipart/alternative" {
            // The same words in several dresses; the plain one says all.
            let words = |part: &Part<'_>| part.kind().starts_with("text/");
            let plain = parts.iter().find(|part| part.kind() == "text/plain")?;
            return parts.iter().all(words).then(|| plain.text(deeper - 1))?;
        }
        let texts: Option<Vec<String>> = parts.iter().map(|part| part.text(deeper - 1)).collect();
        Some(texts?.join("\n"))
    }

    fn parts(&self) -> Option<Vec<Part<'a>>> {
        let mark = format!("--{}", self.parameter("boundary")?);
        let mut parts = Vec::new();
        let (mut at, mut start) = (0, None);
        for line in self.body.split_inclusive(|b| *b == b'\n') {
            let said = line.trim_ascii_end();
            if said == mark.as_bytes() || said == format!("{mark}--").as_bytes() {
                if let Some(start) = start {
                    parts.push(Part::of(&self.body[start..at]));
                }
                start = Some(at + line.len());
                if said.len() > mark.len() {
                    return Some(parts);
                }
            }
            at += line.len();
        }
        // It was never closed: something may be missing.
        None
    }

    fn decoded(&self) -> Option<Vec<u8>> {
        let encoding = self.head("Content-Transfer-Encoding").unwrap_or("8bit");
        match encoding.to_ascii_lowercase().as_str() {
            "7bit" | "8bit" | "binary" => Some(self.body.to_vec()),
            "base64" => unpacked(self.body),
            "quoted-printable" => quoted(self.body, false),
            _ => None,
        }
    }
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let padding =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let kept: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    GeneralPurpose::new(&STANDARD, padding).decode(kept).ok()
}

/// Quoted-printable; in heads, `_` is a space.
fn quoted(bytes: &[u8], head: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'=', [b'\r', b'\n', more @ ..] | [b'\n', more @ ..]) => rest = more,
            (b'=', [high, low, more @ ..]) => {
                let digit = |b: u8| char::from(b).to_digit(16);
                out.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
                rest = more;
            }
            (b'=', _) => return None,
            (b'_', _) if head => out.push(b' '),
            _ => out.push(byte),
        }
    }
    Some(out)
}

fn in_charset(bytes: &[u8], charset: &str) -> Option<String> {
    let known = Encoding::for_label(charset.trim().as_bytes()).unwrap_or(UTF_8);
    let (text, _, broken) = known.decode(bytes);
    (!broken).then(|| text.into_owned())
}

/// A head with its encoded words (`=?utf-8?B?…?=`) spelled out.
fn words(head: &str) -> String {
    let mut out = String::new();
    let mut rest = head;
    while let Some((before, coded)) = rest.split_once("=?") {
        let word = || {
            let mut pieces = coded.splitn(3, '?');
            let (charset, way) = (pieces.next()?, pieces.next()?);
            let (body, after) = pieces.next()?.split_once("?=")?;
            let bytes = match way {
                "B" | "b" => unpacked(body.as_bytes())?,
                "Q" | "q" => quoted(body.as_bytes(), true)?,
                _ => return None,
            };
            Some((in_charset(&bytes, charset)?, after))
        };
        match word() {
            Some((text, after)) => {
                // Blanks between two encoded words only keep them apart.
                if out.is_empty() || !before.trim().is_empty() {
                    out.push_str(before);
                }
                out.push_str(&text);
                rest = after;
            }
            None => {
                out.push_str(before);
                out.push_str("=?");
                rest = coded;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_message_is_read_with_its_heads() {
        let mail = read(
            b"From: =?utf-8?Q?Ad=C3=A9_Okafor?= <a@example.org>\r\nSubject: Mould\r\n in the =?utf-8?B?YmVkcm9vbQ==?=\r\n\
              X-Other: no\r\nContent-Type: text/plain; charset=\"iso-8859-1\"\r\n\
              Content-Transfer-Encoding: quoted-printable\r\n\r\nIt costs =A35 a =\r\nweek.\r\n",
        )
        .unwrap();
        assert_eq!(
            mail.heads,
            [
                ("From", "Ad\u{e9} Okafor <a@example.org>".to_owned()),
                ("Subject", "Mould in the bedroom".to_owned())
            ]
        );
        assert_eq!(mail.text, "It costs \u{a3}5 a week.\r\n");
    }

    #[test]
    fn of_two_dresses_the_plain_one_is_read_and_files_are_not_lost() {
        let with = |second: &str| {
            format!(
                "From: a\nContent-Type: multipart/{}; boundary=\"x\"\n\n--x\nContent-Type: text/plain\n\nWords\n--x\n{second}\n--x--\n",
                if second.contains("html") {
                    "alternative"
                } else {
                    "mixed"
                }
            )
        };
        let both = with("Content-Type: text/html\n\n<b>Words</b>");
        assert_eq!(read(both.as_bytes()).unwrap().text.trim(), "Words");
        let file = with("Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA");
        assert!(read(file.as_bytes()).is_none());
        assert!(
            read(b"From: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\ncut").is_none()
        );
    }

    #[test]
    fn what_is_no_message_or_cannot_be_read_is_none() {
        for bytes in [
            &b""[..],
            b"Just a text: with a colon",
            b"From: a\nContent-Transfer-Encoding: uuencode\n\nx",
            b"From: a\nContent-Type: text/plain; charset=utf-8\n\n\xff\xfe\xff",
            b"From: a\nContent-Type: text/html\n\n<b>x</b>",
        ] {
            assert!(read(bytes).is_none(), "{bytes:?}");
        }
    }
}
