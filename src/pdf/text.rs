//! One string, made fit for paper: what is dropped, where a long word may break, how dates are written.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Europe::London;
use std::iter::Peekable;
use std::str::Chars;

/// More marks than this on one letter are a prank that makes layout slow.
const MOST_MARKS: usize = 6;
/// Lets a word break without a hyphen.
const MAY_BREAK: char = '\u{200b}';

/// A string ready to be set.
pub(super) struct Fitted {
    pub text: String,
    /// Characters of the original that were considered.
    pub taken: usize,
    /// Characters left out at the end.
    pub cut: usize,
}

/// The first `most` characters of a string, words over `longest_word` with places to break.
pub(super) fn fit(s: &str, longest_word: usize, most: usize) -> Fitted {
    let mut text = String::with_capacity(s.len().min(most));
    let (mut taken, mut word, mut marks, mut newlines) = (0, 0, 0, 0);
    let (mut before, mut long) = (' ', false);
    let mut chars = s.chars().peekable();
    while let Some(c) = chars.next() {
        if taken == most {
            text.push('…');
            return Fitted {
                text,
                taken,
                cut: 1 + chars.count(),
            };
        }
        let c = match c {
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => ' ',
            c if unwanted(c) => continue,
            c => c,
        };
        taken += 1;
        newlines = if c == '\n' { newlines + 1 } else { 0 };
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if newlines > 2 || marks > MOST_MARKS {
            continue;
        }
        if ends_word(c) {
            word = 0;
        } else {
            // A line breaks after a hyphen by itself, where a letter follows.
            if before == '-' && c.is_alphabetic() {
                word = 0;
            }
            if word == 0 {
                long = is_long(chars.clone(), longest_word);
            }
            let joined = marks > 0 || is_joiner(c) || is_joiner(before);
            let seam = word > longest_word / 2
                && matches!(before, '/' | '.' | '_' | '@' | '&' | '=' | '?' | ',' | ';');
            if long && !joined && (word >= longest_word || seam) {
                text.push(MAY_BREAK);
                word = 0;
            }
            word += 1;
        }
        text.push(c);
        before = c;
    }
    Fitted {
        text,
        taken,
        cut: 0,
    }
}

/// Whether what follows the first character of a word, up to where a line may break by itself, is this long.
fn is_long(rest: Peekable<Chars<'_>>, longest_word: usize) -> bool {
    let mut hyphen = false;
    let rest = rest.take_while(|c| {
        let breaks = ends_word(*c) || hyphen && c.is_alphabetic();
        hyphen = *c == '-';
        !breaks
    });
    rest.take(longest_word).count() >= longest_word
}

/// Dates and instants for the reader, instants in the time of day at home.
pub(super) fn written_out(s: &str, long_months: bool) -> Option<String> {
    let day = if long_months {
        "%-d %B %Y"
    } else {
        "%-d %b %Y"
    };
    if s == "0000-00-00" {
        return Some("undated".into());
    }
    if s.len() == 10 && s.is_ascii() {
        return Some(
            NaiveDate::parse_from_str(s, "%Y-%m-%d")
                .ok()?
                .format(day)
                .to_string(),
        );
    }
    if (20..=35).contains(&s.len()) && s.as_bytes()[4] == b'-' {
        let at = DateTime::parse_from_rfc3339(s).ok()?.with_timezone(&London);
        return Some(at.format(&format!("{day}, %H:%M")).to_string());
    }
    None
}

/// Characters that have no place on paper: controls, and those that make text read as what it is not.
fn unwanted(c: char) -> bool {
    match c {
        '\n' => false,
        // Embeddings, overrides and isolates; ordinary right-to-left text needs none of them.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // Byte order mark, tags, noncharacters, interlinear marks.
        '\u{feff}' | '\u{e0000}'..='\u{e0fff}' | '\u{fff9}'..='\u{fffb}' => true,
        c if c as u32 & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c) => true,
        c => c.is_control(),
    }
}

fn ends_word(c: char) -> bool {
    c == MAY_BREAK || c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// Parts of one emoji or syllable that must not be torn apart.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{900}'..='\u{dff}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fitted(s: &str) -> String {
        fit(s, 20, 10_000).text
    }

    #[test]
    fn text_is_made_fit_for_paper() {
        for (given, expected) in [
            ("a\0b\u{1b}[31mc\u{7f}", "ab[31mc"),
            ("line\r\nnext\rlast\u{2028}end", "line\nnext\nlast\nend"),
            ("a\n\n\n\n\nb", "a\n\nb"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\tb", "a b"),
            (
                "#import \"x\" {{y}} $z$ <script>",
                "#import \"x\" {{y}} $z$ <script>",
            ),
        ] {
            assert_eq!(fitted(given), expected, "{given:?}");
        }
        let marks = fitted(&format!("e{}", "\u{301}".repeat(9_000)));
        assert_eq!(marks.chars().count(), 1 + MOST_MARKS);
    }

    #[test]
    fn dates_are_written_out() {
        for (given, short, long) in [
            ("2026-11-23", Some("23 Nov 2026"), Some("23 November 2026")),
            ("0000-00-00", Some("undated"), Some("undated")),
            (
                "2026-07-01T12:00:00Z",
                Some("1 Jul 2026, 13:00"),
                Some("1 July 2026, 13:00"),
            ),
            ("2026-02-30", None, None),
            ("on 2026-11-23", None, None),
            ("9999999999-é-éééééé", None, None),
        ] {
            assert_eq!(written_out(given, false).as_deref(), short, "{given:?}");
            assert_eq!(written_out(given, true).as_deref(), long, "{given:?}");
        }
    }

    #[test]
    fn a_long_word_may_break_and_a_short_one_may_not() {
        for c in ["a", "\u{a0}", "m"] {
            let word = fitted(&c.repeat(1_000));
            assert!(word.split(MAY_BREAK).all(|w| w.chars().count() <= 20));
            assert_eq!(word.replace(MAY_BREAK, ""), c.repeat(1_000));
        }
        assert_eq!(
            fitted("halina@marshend.uk a.b.c"),
            "halina@marshend.uk a.b.c"
        );
        assert_eq!(
            fitted("halina.wojcik@marshend.example"),
            "halina.wojcik@\u{200b}marshend.example"
        );
        let at_ten = |s| fit(s, 10, 100).text;
        assert_eq!(at_ten("humidity-controlled"), "humidity-controlled");
        assert_eq!(at_ten("1234-5678-9012"), "1234-5678-\u{200b}9012");
        let family = "👩\u{200d}👩\u{200d}👧".repeat(20);
        assert!(
            !fitted(&family).contains("\u{200d}\u{200b}")
                && !fitted(&family).contains("\u{200b}\u{200d}")
        );
    }

    #[test]
    fn what_is_cut_is_counted() {
        let fitted = fit(&"word ".repeat(100), 20, 50);
        assert_eq!((fitted.taken, fitted.cut), (50, 450));
        assert!(fitted.text.ends_with("word …"));
    }
}
