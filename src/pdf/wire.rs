//! What the renderer and its child say to each other over two pipes.
//!
//! A request is a [`Job`] as JSON and a body. A reply is any number of parts, as they are made, and one end.
//! Lengths are little-endian 64-bit and are checked before anything is set aside for them.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::join::{Feet, Joining};
use super::{Look, Numbering, PdfError};

/// Nothing longer is sent either way: a PDF of this size cannot be worked on in the child's memory.
pub(super) const LONGEST: u64 = 512 << 20;

/// What the child is to do with the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Job {
    /// Body: JSON data. One part: the PDF.
    Render {
        /// Name of the template.
        template: String,
    },
    /// Body: a PDF. Parts: the pieces.
    Split {
        /// Most bytes a piece may have.
        limit: u64,
        /// Whether room is left in each piece for numbers.
        numbered: bool,
    },
    /// Body: a PDF. One part: what numbers its pages when it is put behind it.
    Number(Numbering),
    /// Body: a PDF. No part; the end says how many pages it has.
    Count,
    /// Body: a PDF. One part: its words.
    Words,
    /// Body: a PDF. Two parts: its objects as another PDF takes them in, and where they stand, as JSON.
    Join(Joining),
    /// Body: a file. One part: a picture of it; its number is that of the file's pages.
    Look {
        /// What is looked at.
        look: Look,
        /// The longer edge of the picture, in pixels.
        edge: u32,
    },
    /// Body: the feet of pages as JSON. Two parts: the objects of their font, and where they stand with the drawing of
    /// each foot, as JSON.
    Feet(Feet),
    /// Body: a picture. One part: the PDF.
    Picture {
        /// `jpg`, `png`, `gif` or `webp`.
        format: String,
        /// The data of the template `picture`, as JSON.
        data: String,
    },
}

/// The end of a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum End {
    /// All parts were sent; one number of pages for each.
    Done { pages: Vec<u32> },
    /// [`PdfError::Data`]
    Data { template: String, why: String },
    /// [`PdfError::CannotSplit`]
    CannotSplit(String),
    /// [`PdfError::CannotNumber`]
    CannotNumber(String),
    /// [`PdfError::CannotShow`]
    CannotShow(String),
    /// [`PdfError::Fault`]
    Fault(String),
}

impl From<PdfError> for End {
    fn from(error: PdfError) -> End {
        match error {
            PdfError::Data { template, why } => End::Data { template, why },
            PdfError::CannotSplit(why) => End::CannotSplit(why),
            PdfError::CannotNumber(why) => End::CannotNumber(why),
            PdfError::CannotShow(why) => End::CannotShow(why),
            PdfError::Fault(why) => End::Fault(why),
            other => End::Fault(other.to_string()),
        }
    }
}

const PART: u8 = b'p';
const END: u8 = b'e';

/// Sends a request.
pub(super) fn send_request(out: &mut impl Write, job: &Job, body: &[u8]) -> io::Result<()> {
    send(out, &serde_json::to_vec(job)?)?;
    send(out, body)?;
    out.flush()
}

/// The next request; `None` when the parent has gone.
pub(super) fn next_request(input: &mut impl Read) -> io::Result<Option<(Job, Vec<u8>)>> {
    let Ok(job) = receive(input) else {
        return Ok(None);
    };
    let body = receive(input)?;
    Ok(Some((serde_json::from_slice(&job)?, body)))
}

/// Sends one part of a reply.
pub(super) fn send_part(out: &mut impl Write, part: &[u8]) -> io::Result<()> {
    out.write_all(&[PART])?;
    send(out, part)
}

/// Sends the end of a reply.
pub(super) fn send_end(out: &mut impl Write, end: &End) -> io::Result<()> {
    out.write_all(&[END])?;
    send(out, &serde_json::to_vec(end)?)?;
    out.flush()
}

/// A whole reply.
pub(super) fn receive_reply(input: &mut impl Read) -> io::Result<(Vec<Vec<u8>>, End)> {
    let mut parts = Vec::new();
    loop {
        let mut tag = [0];
        input.read_exact(&mut tag)?;
        let bytes = receive(input)?;
        match tag[0] {
            PART => parts.push(bytes),
            END => return Ok((parts, serde_json::from_slice(&bytes)?)),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

fn send(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(bytes)
}

fn receive(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // `take` grows as bytes come: a false length sets nothing aside.
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn requests_and_replies_come_back_as_sent() {
        let job = Job::Render {
            template: "letter".into(),
        };
        let mut pipe = Vec::new();
        send_request(&mut pipe, &job, b"{}").unwrap();
        assert_eq!(
            next_request(&mut &pipe[..]).unwrap().unwrap(),
            (job, b"{}".to_vec())
        );

        let end = End::Done { pages: vec![3] };
        let mut pipe = Vec::new();
        send_part(&mut pipe, b"%PDF").unwrap();
        send_end(&mut pipe, &end).unwrap();
        assert_eq!(
            receive_reply(&mut &pipe[..]).unwrap(),
            (vec![b"%PDF".to_vec()], end)
        );
    }

    #[test]
    fn a_torn_or_lying_reply_is_an_error() {
        assert!(receive_reply(&mut &b"p\xff\xff\xff\xff\xff\xff\xff\xff"[..]).is_err());
        assert!(receive_reply(&mut &b"p\x05\0\0\0\0\0\0\0abc"[..]).is_err());
        assert!(receive_reply(&mut &b""[..]).is_err());
        assert!(next_request(&mut &b""[..]).unwrap().is_none());
    }
}
