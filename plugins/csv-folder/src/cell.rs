//! What a cell says, without what spreadsheets and databases put into it.

/// What is written where there is nothing.
const NOTHING: [&str; 22] = [
    "#n/a",
    "#na",
    "#ref!",
    "#value!",
    "#name?",
    "#div/0!",
    "#null!",
    "#num!",
    "null",
    "(null)",
    "<null>",
    "[null]",
    "n/a",
    "nan",
    "-",
    "--",
    "---",
    "00/00/0000",
    "00/00/00",
    "0000-00-00",
    "00/00/0000 00:00:00",
    "0000-00-00 00:00:00",
];

/// The cell's text; empty where it stands for nothing.
pub fn clean(cell: &str) -> &str {
    let mut text = cell.trim();
    // ="00700123" keeps the zeros of a number that is a text, and so does an apostrophe before it.
    if let Some(quoted) = text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        text = quoted.trim();
    }
    if let Some(rest) = text.strip_prefix('\'')
        && rest.starts_with(|c: char| c.is_ascii_digit() || "=+-@".contains(c))
    {
        text = rest.trim();
    }
    let short = text.len() <= 20;
    if short
        && NOTHING
            .iter()
            .any(|nothing| text.eq_ignore_ascii_case(nothing))
    {
        return "";
    }
    text
}

/// True for a line that is no row: totals and remarks at the end, and names of columns that come again because somebody
/// put files together.
pub fn is_no_row(row: &[String], header: &[String]) -> bool {
    let mut filled = row
        .iter()
        .enumerate()
        .map(|(at, cell)| (at, cell.trim()))
        .filter(|(_, cell)| !cell.is_empty());
    let Some((at, first)) = filled.next() else {
        return true;
    };
    if header.get(at).is_some_and(|name| name == first) {
        return filled.all(|(at, cell)| header.get(at).is_some_and(|name| name == cell));
    }
    if header.len() < 3 || filled.count() > header.len() / 3 {
        return false;
    }
    let start: String = first.chars().take(40).collect::<String>().to_lowercase();
    let remarks = [
        "total",
        "grand total",
        "sub total",
        "subtotal",
        "end of",
        "printed",
        "number of",
        "records:",
        "rows:",
        "count:",
        "page ",
        "***",
    ];
    remarks.iter().any(|remark| start.starts_with(remark))
        || start.contains("rows affected")
        || start.contains("row(s)")
        || start.contains("record(s)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_nothing_is_nothing() {
        for (cell, expected) in [
            ("  Tap ", "Tap"),
            ("#N/A", ""),
            ("null", ""),
            ("N/A", ""),
            ("None", "None"),
            ("'00700123", "00700123"),
            ("=\"00700123\"", "00700123"),
            ("'s Gravenhage", "'s Gravenhage"),
            ("00/00/0000", ""),
            (" - ", ""),
            ("=1+1", "=1+1"),
        ] {
            assert_eq!(clean(cell), expected, "{cell}");
        }
    }

    #[test]
    fn totals_remarks_and_second_headers_are_no_rows() {
        let cells = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        let header = cells("Ref|Home|Date|Fault|Cost");
        for (row, no_row) in [
            ("1|7|02/09/2026|Total loss of heating|12", false),
            ("Total||||120.50", true),
            ("Grand total: 3 jobs||||", true),
            ("|||Total|12", true),
            ("(500 rows affected)||||", true),
            ("Ref|Home|Date|Fault|Cost", true),
            ("||||", true),
            ("T1|7|||", false),
        ] {
            assert_eq!(is_no_row(&cells(row), &header), no_row, "{row}");
        }
    }
}
