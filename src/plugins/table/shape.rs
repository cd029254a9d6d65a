//! What parts the cells of a file, and which of its rows names the columns. Housing systems put a title, a date and
//! empty lines above that row.

use std::io::{self, Read};

use csv::StringRecord;

use super::rows::Rows;
use super::text::{Place, Source, Text};

/// Where delimiters are looked for.
const SAMPLE: u64 = 64 << 10;
/// Columns of the widest table that is read.
const COLUMNS: usize = 1000;
/// Titles and notes stand above the names of the columns in so many rows at most.
const ABOVE: usize = 20;

/// How a file is laid out.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) delimiter: u8,
    /// The names of the columns, without the spaces around them.
    pub(super) columns: Vec<String>,
    /// Where the first row below them begins.
    pub(super) first: Place,
}

impl Shape {
    /// Finds out how the file is laid out. The error is a sentence for the plugin.
    pub(super) fn of(source: &Source) -> Result<Self, String> {
        let unreadable = |error: io::Error| format!("it cannot be read: {error}");
        let mut beginning = source.beginning().map_err(unreadable)?;
        let mut sample = Vec::new();
        Text::from(source.clone(), beginning)
            .take(SAMPLE)
            .read_to_end(&mut sample)
            .map_err(unreadable)?;
        let delimiter = match told_delimiter(&sample) {
            Some((delimiter, line)) => {
                beginning = source.behind(beginning, line as u64).map_err(unreadable)?;
                delimiter
            }
            None => delimiter_of(&sample),
        };
        let header = header(source, delimiter, beginning)?;
        let mut rows = Rows::from(source, delimiter, beginning);
        let mut names = StringRecord::new();
        for _ in 0..=header {
            rows.read(&mut names)?;
        }
        if names.len() > COLUMNS {
            return Err(format!("it has more than {COLUMNS} columns"));
        }
        Ok(Self {
            delimiter,
            columns: names.iter().map(|name| name.trim().to_owned()).collect(),
            first: rows.place(),
        })
    }
}

/// Which of the first rows names the columns: the first one that is not a title. A title fills one cell, or few of
/// many.
fn header(source: &Source, delimiter: u8, beginning: Place) -> Result<usize, String> {
    let mut rows = Rows::from(source, delimiter, beginning);
    let mut row = StringRecord::new();
    let mut filled = Vec::new();
    while filled.len() < ABOVE {
        match rows.read(&mut row) {
            Ok(Some(_)) => filled.push(row.iter().filter(|cell| !cell.trim().is_empty()).count()),
            Ok(None) => break,
            // What is broken further down is told when it is reached.
            Err(_) if !filled.is_empty() => break,
            Err(why) => return Err(why),
        }
    }
    if filled.is_empty() {
        return Err("it is empty; the first row names the columns".into());
    }
    let mut sorted = filled.clone();
    sorted.sort_unstable();
    let usual = sorted[sorted.len() / 2];
    let title = |count: usize| usual > 1 && (count == 1 || count * 3 <= usual);
    Ok(filled.iter().position(|count| !title(*count)).unwrap_or(0))
}

/// Excel reads and writes a first line "sep=;". Gives the delimiter and the line's length.
fn told_delimiter(start: &[u8]) -> Option<(u8, usize)> {
    let rest = start.strip_prefix(b"sep=")?;
    let end = rest.iter().position(|&b| b == b'\n')?;
    match rest[..end].trim_ascii_end() {
        [mark] if mark.is_ascii_punctuation() => Some((*mark, 4 + end + 1)),
        _ if rest[..end].starts_with(b"\t") => Some((b'\t', 4 + end + 1)),
        _ => None,
    }
}

/// The delimiter that parts the first rows into the most cells, alike in most of them.
fn delimiter_of(sample: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(sample);
        let widths: Vec<usize> = reader
            .byte_records()
            .take(30)
            .filter_map(Result::ok)
            .map(|record| record.len())
            .collect();
        // One cell in a row is what a delimiter that is not there gives, and a title.
        let alike = |width: usize| widths.iter().filter(|&&other| other == width).count();
        widths
            .iter()
            .filter(|&&width| width > 1)
            .map(|&width| alike(width) * 1000 + width)
            .max()
            .unwrap_or(0)
    };
    let mut best = (b',', score(b','));
    for delimiter in [b';', b'\t', b'|'] {
        let scored = score(delimiter);
        if scored > best.1 {
            best = (delimiter, scored);
        }
    }
    best.0
}
