//! The file-name rule of the bundle: `{cat}-{seq}_{YYYY-MM-DD}_{Short-Title}[_p{n}of{m}].{ext}`.
//!
//! ASCII only and at most 100 characters, so that a name survives the Portal, every file system and
//! every unzipper. A hostile title can therefore never become a path.

use unicode_normalization::UnicodeNormalization;

/// The date in the name of a document that has none.
pub const UNDATED: &str = "0000-00-00";
const TITLE: usize = 60;
const WHOLE: usize = 100;
const EXTENSIONS: [&str; 10] = [
    "pdf", "csv", "json", "jpg", "png", "mp4", "mp3", "docx", "xlsx", "txt",
];

/// `04-03_2026-09-02_Damp-report_p1of2.pdf`; `number` is `04-03`.
pub fn file_name(
    number: &str,
    date: Option<&str>,
    title: &str,
    part: Option<(u32, u32)>,
    extension: &str,
) -> String {
    let piece = part
        .map(|(n, of)| format!("_p{n}of{of}"))
        .unwrap_or_default();
    let date = date.unwrap_or(UNDATED);
    let taken = number.len() + 1 + date.len() + 1 + piece.len() + 1 + extension.len();
    let title = slug(title, TITLE.min(WHOLE.saturating_sub(taken)));
    let title = if title.is_empty() { "Document" } else { &title };
    format!("{number}_{date}_{title}{piece}.{extension}")
}

/// `C-2026-0042_HOS-pending_20261219`.
pub fn root(reference: &str, hos_reference: &str, date: &str) -> String {
    let or = |text: String, other: &str| {
        if text.is_empty() {
            other.to_owned()
        } else {
            text
        }
    };
    let reference = or(slug(reference, 30), "Case");
    let hos = or(slug(hos_reference, 30), "pending");
    format!("{reference}_HOS-{hos}_{}", date.replace('-', ""))
}

/// Letters, digits and single hyphens; accents fall away, other scripts too.
pub fn slug(text: &str, most: usize) -> String {
    let mut out = String::new();
    for c in text.nfkd().flat_map(plain) {
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' => out.push(c),
            // A combining mark and an apostrophe join, anything else separates.
            '\u{300}'..='\u{36f}' | '\'' | '’' => {}
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
        if out.len() >= most {
            break;
        }
    }
    out.truncate(most);
    out.trim_end_matches('-').to_owned()
}

/// Letters that decomposition leaves alone.
fn plain(c: char) -> impl Iterator<Item = char> {
    let text = match c {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' => "i",
        'ŋ' => "n",
        'Ŋ' => "N",
        '&' => "-and-",
        '£' => "GBP",
        '€' => "EUR",
        _ => "",
    };
    let own = text.is_empty().then_some(c);
    text.chars().chain(own)
}

/// The extension that the rule allows for a media type, if there is one. Mail and web pages are text.
pub fn extension(media_type: &str) -> Option<&'static str> {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    Some(match essence.as_str() {
        "application/pdf" => "pdf",
        "text/csv" => "csv",
        "application/json" => "json",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "video/mp4" => "mp4",
        "audio/mpeg" => "mp3",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "message/rfc822" | "application/xml" => "txt",
        text if text.starts_with("text/") => "txt",
        _ => return None,
    })
}

/// True for a name that keeps the rule.
pub fn keeps_rule(name: &str) -> bool {
    let parts = || {
        let (stem, extension) = name.rsplit_once('.')?;
        let mut parts = stem.splitn(4, '_');
        Some((
            extension,
            parts.next()?,
            parts.next()?,
            parts.next()?,
            parts.next(),
        ))
    };
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let Some((extension, number, date, title, piece)) = parts() else {
        return false;
    };
    let numbered = number
        .split_once('-')
        .is_some_and(|(cat, seq)| digits(cat, 2, 2) && digits(seq, 2, 3));
    let mut days = date.split('-');
    let dated = digits(days.next().unwrap_or(""), 4, 4)
        && digits(days.next().unwrap_or(""), 2, 2)
        && digits(days.next().unwrap_or(""), 2, 2)
        && days.next().is_none();
    let titled = (1..=TITLE).contains(&title.len())
        && title
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let pieced = piece.is_none_or(|p| {
        p.strip_prefix('p')
            .and_then(|p| p.split_once("of"))
            .is_some_and(|(n, of)| digits(n, 1, 9) && digits(of, 1, 9))
    });
    name.len() <= WHOLE && numbered && dated && titled && pieced && EXTENSIONS.contains(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(title: &str, expected: &str) {
        let name = file_name("04-03", Some("2026-09-02"), title, None, "pdf");
        assert_eq!(name, format!("04-03_2026-09-02_{expected}.pdf"));
        assert!(keeps_rule(&name), "{name}");
    }

    #[test]
    fn titles_become_plain_ascii() {
        check("Damp report, bathroom", "Damp-report-bathroom");
        check("Müller & Søn: Łódź façade", "Muller-and-Son-Lodz-facade");
        check("Nguyễn's Œuvre straße", "Nguyens-OEuvre-strasse");
        check("ﬁre ①", "fire-1");
        check("__a__b__", "a-b");
    }

    #[test]
    fn hostile_titles_cannot_become_paths() {
        check("../../etc/passwd", "etc-passwd");
        check("C:\\Windows\\system32", "C-Windows-system32");
        check("a\0b\u{202e}fdp.exe", "a-b-fdp-exe");
        check("=HYPERLINK(\"x\")", "HYPERLINK-x");
        check("قائمة", "Document");
        check("", "Document");
        check("🏠🔥", "Document");
    }

    #[test]
    fn long_titles_are_cut_and_the_whole_stays_under_a_hundred() {
        let name = file_name(
            "04-123",
            None,
            &"Long words ".repeat(100_000),
            Some((100, 999)),
            "docx",
        );
        assert!(name.starts_with("04-123_0000-00-00_Long-words"));
        assert!(name.len() <= 100 && keeps_rule(&name), "{name}");
    }

    #[test]
    fn the_rule_refuses_what_is_outside_it() {
        for bad in [
            "4-03_2026-09-02_A.pdf",
            "04-3_2026-09-02_A.pdf",
            "04-0003_2026-09-02_A.pdf",
            "04-03_2026-9-02_A.pdf",
            "04-03_2026-09-02_.pdf",
            "04-03_2026-09-02_A b.pdf",
            "04-03_2026-09-02_A.exe",
            "04-03_2026-09-02_A",
            "04-03_2026-09-02_A_p1.pdf",
            "04-03_2026-09-02_A_p1of2_x.pdf",
            "04-03_2026-09-02-01_A.pdf",
            "",
        ] {
            assert!(!keeps_rule(bad), "{bad}");
        }
    }

    #[test]
    fn root_names_the_case_and_the_ombudsman_reference() {
        assert_eq!(
            root("C-2026-0042", "", "2026-12-19"),
            "C-2026-0042_HOS-pending_20261219"
        );
        assert_eq!(
            root("C-2026-0042", "2026/123 4", "2026-12-19"),
            "C-2026-0042_HOS-2026-123-4_20261219"
        );
    }
}
