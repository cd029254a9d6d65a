//! A CSV file as rows. What other systems write differs in encoding, delimiter and quoting; it is
//! settled here once, for every adapter. The file is streamed: its size does not matter.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Where delimiters are looked for.
const SAMPLE: usize = 64 << 10;
/// A quote that is never closed makes the rest of the file one row; it ends here.
const ROW: usize = 1 << 20;
/// Columns of the widest table that is read.
const COLUMNS: usize = 1000;
/// Rows are handed over up to about this many bytes at a time.
const PAGE: usize = 512 << 10;

/// How a cell has to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// All of it, its spaces and signs aside.
    Same,
    /// One of its words.
    Word,
    /// The beginning of one of its words.
    Prefix,
}

/// The rows of one file.
pub struct Table {
    rows: csv::Reader<Metered>,
    allowance: Arc<AtomicUsize>,
    columns: Vec<String>,
}

impl Table {
    /// Reads the first row. The error is a sentence for the plugin.
    pub fn open(mut file: File) -> Result<Self, String> {
        let encoding =
            encoding_of(&mut file).map_err(|error| format!("it cannot be read: {error}"))?;
        let mut text = Decoded::new(file, encoding);
        let mut start = Vec::new();
        text.by_ref()
            .take(SAMPLE as u64)
            .read_to_end(&mut start)
            .map_err(|error| format!("it cannot be read: {error}"))?;
        let delimiter = match told_delimiter(&start) {
            Some((delimiter, line)) => {
                start.drain(..line);
                delimiter
            }
            None => delimiter_of(&start),
        };
        let allowance = Arc::new(AtomicUsize::new(0));
        let metered = Metered {
            text: io::Cursor::new(start).chain(text),
            allowance: Arc::clone(&allowance),
        };
        let rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(metered);
        let mut table = Self {
            rows,
            allowance,
            columns: Vec::new(),
        };
        let header = table
            .row()?
            .ok_or("it is empty; the first row names the columns")?;
        if header.len() > COLUMNS {
            return Err(format!("it has more than {COLUMNS} columns"));
        }
        table.columns = header.iter().map(|name| name.trim().to_owned()).collect();
        Ok(table)
    }

    /// The names in the first row, without the spaces around them.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Up to `max` rows more, each with as many cells as there are columns; none only at the end.
    /// Cells beyond the columns are left out, missing ones are empty, empty lines are passed over.
    pub fn next_rows(&mut self, max: usize) -> Result<Vec<Vec<String>>, String> {
        let mut page = Vec::new();
        let mut bytes = 0;
        while page.len() < max && bytes < PAGE {
            let Some(mut row) = self.row()? else { break };
            row.resize(self.columns.len(), String::new());
            bytes += row.iter().map(|cell| cell.len() + 24).sum::<usize>();
            page.push(row);
        }
        Ok(page)
    }

    /// Readies columns to be looked up and gives the number of rows.
    pub fn index(&mut self, _columns: &[u32]) -> Result<u32, String> {
        Err("this program cannot look rows up yet".into())
    }

    /// Rows whose cell of a readied column matches, at most `max`.
    pub fn look_up(
        &mut self,
        _column: u32,
        _how: Match,
        _text: &str,
        _max: usize,
    ) -> Result<Vec<Vec<String>>, String> {
        Err("the column is not readied; call index first".into())
    }

    fn row(&mut self) -> Result<Option<Vec<String>>, String> {
        let mut record = csv::StringRecord::new();
        loop {
            self.allowance.store(ROW, Ordering::Relaxed);
            match self.rows.read_record(&mut record) {
                Ok(false) => return Ok(None),
                Ok(true) if record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => return Ok(Some(record.iter().map(str::to_owned).collect())),
                Err(error) => {
                    let line = self.rows.position().line();
                    return Err(match error.into_kind() {
                        csv::ErrorKind::Io(error) => format!("from line {line}: {error}"),
                        other => format!("from line {line}: {other:?}"),
                    });
                }
            }
        }
    }
}

/// UTF-8 or UTF-16 by its mark or its looks; else UTF-8 if all of it is; else Windows-1252, which
/// is what Excel in England saves. Leaves the file at its start.
fn encoding_of(file: &mut File) -> io::Result<&'static Encoding> {
    let mut head = Vec::new();
    file.by_ref().take(1024).read_to_end(&mut head)?;
    file.rewind()?;
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
    let utf8 = is_utf8(&mut *file)?;
    file.rewind()?;
    Ok(if utf8 { UTF_8 } else { WINDOWS_1252 })
}

fn is_utf8(from: &mut dyn Read) -> io::Result<bool> {
    let mut buf = vec![0; 64 << 10];
    let mut kept = 0;
    loop {
        let n = from.read(&mut buf[kept..])?;
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
            .take(20)
            .filter_map(Result::ok)
            .map(|record| record.len())
            .collect();
        let header = widths.first().copied().unwrap_or(0);
        let alike = widths.iter().filter(|&&width| width == header).count();
        // One cell in every row is what a delimiter that is not there gives.
        if header < 2 { 0 } else { alike * 1000 + header }
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

/// A file's text as UTF-8 bytes; what is not text in its encoding becomes U+FFFD.
struct Decoded {
    file: BufReader<File>,
    decoder: Decoder,
    raw: Vec<u8>,
    at: usize,
    ended: bool,
    text: Vec<u8>,
    given: usize,
}

impl Decoded {
    fn new(file: File, encoding: &'static Encoding) -> Self {
        Self {
            file: BufReader::new(file),
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            at: 0,
            ended: false,
            text: Vec::new(),
            given: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.resize(16 << 10, 0);
        self.given = 0;
        if self.at == self.raw.len() {
            self.raw.clear();
            self.at = 0;
            self.ended = self
                .file
                .by_ref()
                .take(8 << 10)
                .read_to_end(&mut self.raw)?
                == 0;
        }
        let (_, read, written, _) =
            self.decoder
                .decode_to_utf8(&self.raw[self.at..], &mut self.text, self.ended);
        self.at += read;
        self.text.truncate(written);
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = buf.len().min(self.text.len() - self.given);
        buf[..n].copy_from_slice(&self.text[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

/// The text, until a row takes more of it than a row may.
struct Metered {
    text: io::Chain<io::Cursor<Vec<u8>>, Decoded>,
    allowance: Arc<AtomicUsize>,
}

impl Read for Metered {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.text.read(buf)?;
        let left = self.allowance.load(Ordering::Relaxed);
        if n > 0 && left == 0 {
            return Err(io::Error::other(
                "a row is longer than 1 MB; is a quote missing?",
            ));
        }
        self.allowance
            .store(left.saturating_sub(n), Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::io::Write;

    fn table(bytes: &[u8]) -> Result<Table, String> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        Table::open(file)
    }

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut table = table(bytes).unwrap();
        let mut rows = vec![table.columns().to_vec()];
        loop {
            let page = table.next_rows(2).unwrap();
            if page.is_empty() {
                return rows;
            }
            rows.extend(page);
        }
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn encodings_and_delimiters_are_settled() {
        let expected = [["Ref", "Resident"], ["R1", "Zoë, O’Neill"], ["R2", "=1+1"]];
        let comma = "Ref, Resident \r\nR1,\"Zoë, O’Neill\"\r\n\r\nR2,=1+1\r\n";
        let semicolon = "Ref;Resident\nR1;Zoë, O’Neill\nR2;=1+1";
        let tab = "Ref\tResident\nR1\tZoë, O’Neill\nR2\t=1+1\n";
        let pipe = tab.replace('\t', "|");
        let told = format!("sep=;\r\n{semicolon}");
        let marked = format!("\u{feff}{comma}");
        let (windows, ..) = WINDOWS_1252.encode(semicolon);
        for bytes in [
            comma.as_bytes(),
            semicolon.as_bytes(),
            tab.as_bytes(),
            pipe.as_bytes(),
            told.as_bytes(),
            marked.as_bytes(),
            &windows,
            &utf16(&marked, u16::to_le_bytes),
            &utf16(&marked, u16::to_be_bytes),
            &utf16(comma, u16::to_le_bytes),
            &utf16(comma, u16::to_be_bytes),
        ] {
            assert_eq!(rows(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn rows_are_as_wide_as_the_header() {
        assert_eq!(
            rows(b"a,b,c\n1\n1,2,3,4\n\"x\ny\",\"\"\"q\"\"\",z\n"),
            [
                ["a", "b", "c"],
                ["1", "", ""],
                ["1", "2", "3"],
                ["x\ny", "\"q\"", "z"]
            ]
        );
    }

    #[test]
    fn a_file_longer_than_the_buffers_comes_whole() {
        let mut text = String::from("n;text\n");
        for n in 0..50_000 {
            text.push_str(&format!("{n};“€ é” {n}\n"));
        }
        let (windows, ..) = WINDOWS_1252.encode(&text);
        for bytes in [text.as_bytes(), &windows] {
            let rows = rows(bytes);
            assert_eq!(rows.len(), 50_001);
            assert_eq!(rows[40_000], ["39999", "“€ é” 39999"]);
        }
    }

    #[test]
    fn what_is_not_a_table_says_so() {
        assert!(table(b"").err().unwrap().contains("is empty"));
        let mut unclosed = b"a,b\n1,\"open\n".to_vec();
        unclosed.extend(std::iter::repeat_n(b"x,y\n", 1 << 20).flatten());
        let error = table(&unclosed).unwrap().next_rows(10).unwrap_err();
        assert!(error.contains("is a quote missing?"), "{error}");
        assert!(rows(b"only\n1\n").len() == 2);
        // Noise is shown as what it is, not refused.
        let noise: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let _ = table(&noise)
            .map(|mut table| while table.next_rows(10).is_ok_and(|rows| !rows.is_empty()) {});
    }
}
