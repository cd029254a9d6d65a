//! CSV that opens as text. A cell that a spreadsheet would take for a formula gets an apostrophe in
//! front (OWASP, "CSV injection"), every cell is quoted, lines end in CR LF, and a byte order mark tells
//! Excel that this is UTF-8.

/// A table on its way to a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The head.
    pub columns: Vec<String>,
    /// The cells, as many a row as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows yet.
    pub fn new(columns: &[&str]) -> Self {
        Self {
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// The files it makes, each at most `ceiling` bytes and each with the head. One row that is larger
    /// than the ceiling is cut, and says so: a file the Portal refuses helps nobody.
    pub fn files(&self, ceiling: usize) -> Vec<Vec<u8>> {
        let head = format!("\u{feff}{}", line(&self.columns));
        let mut files = Vec::new();
        let mut file = head.clone();
        for row in &self.rows {
            let mut text = line(row);
            if head.len() + text.len() > ceiling {
                let each = ceiling.saturating_sub(head.len()) / (2 * row.len().max(1)).max(1);
                text = line(
                    &row.iter()
                        .map(|cell| cut(cell, each.saturating_sub(40)))
                        .collect::<Vec<_>>(),
                );
            }
            if file.len() + text.len() > ceiling {
                files.push(std::mem::replace(&mut file, head.clone()).into_bytes());
            }
            file.push_str(&text);
        }
        files.push(file.into_bytes());
        files
    }
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

fn quoted(cell: &str) -> String {
    let clean: String = cell
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\t' | '\r' | '\n'))
        .collect();
    let formula = clean.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    format!(
        "\"{}{}\"",
        if formula { "'" } else { "" },
        clean.replace('"', "\"\"")
    )
}

fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most)
        .rev()
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(0);
    format!("{} [cut: too long for one file]", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &str, expected: &str) {
        assert_eq!(line(&[cell.to_owned()]), format!("{expected}\r\n"));
    }

    #[test]
    fn cells_that_would_run_are_text() {
        check(
            "=HYPERLINK(\"http://x\",\"y\")",
            "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"",
        );
        check("+44 20", "\"'+44 20\"");
        check("-1", "\"'-1\"");
        check("@SUM(A1)", "\"'@SUM(A1)\"");
        check("\t=1", "\"'\t=1\"");
        check("\r=1", "\"'\r=1\"");
        check("\0=1+1", "\"'=1+1\"");
        check("＝1", "\"'＝1\"");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        check(
            "He said \"no\",\nthen left; {{x}} <b> \u{202e}",
            "\"He said \"\"no\"\",\nthen left; {{x}} <b> \u{202e}\"",
        );
    }

    #[test]
    fn a_long_table_is_cut_between_rows_with_the_head_again() {
        let mut table = Table::new(&["a", "b"]);
        table.rows = (0..100)
            .map(|n| vec![n.to_string(), "x".repeat(50)])
            .collect();
        table.rows.push(vec!["100".into(), "é".repeat(5_000)]);
        let files = table.files(1_000);
        assert!(files.len() > 5 && files.iter().all(|f| f.len() <= 1_000));
        let texts: Vec<String> = files
            .into_iter()
            .map(|f| String::from_utf8(f).unwrap())
            .collect();
        assert!(
            texts
                .iter()
                .all(|t| t.starts_with("\u{feff}\"a\",\"b\"\r\n"))
        );
        let rows: usize = texts.iter().map(|t| t.lines().count() - 1).sum();
        assert_eq!(rows, 101);
        assert!(texts.concat().contains("[cut: too long for one file]"));
    }
}
