//! The words between the tags of HTML and of the XML that office programs write. No reader of pages: it never fails,
//! and what is no tag stays as it is.

/// How a kind of markup is read: the tags between which words do not run on, and those whose content is not for reading.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    breaks: fn(&str) -> bool,
    unread: &'static [&'static str],
}

/// Pages and mail.
pub(super) const HTML: Kind = Kind {
    breaks: |tag| {
        !matches!(
            tag,
            "a" | "abbr"
                | "b"
                | "bdi"
                | "bdo"
                | "big"
                | "cite"
                | "code"
                | "del"
                | "em"
                | "font"
                | "i"
                | "ins"
                | "mark"
                | "q"
                | "s"
                | "small"
                | "span"
                | "strong"
                | "sub"
                | "sup"
                | "u"
                | "wbr"
        )
    },
    unread: &["script", "style", "head", "template"],
};

/// Word processors and spreadsheets, of both families.
pub(super) const OFFICE: Kind = Kind {
    breaks: |tag| {
        matches!(
            tag,
            "w:p"
                | "w:br"
                | "w:tab"
                | "w:tc"
                | "si"
                | "text:p"
                | "text:h"
                | "text:tab"
                | "text:line-break"
                | "text:s"
                | "table:table-cell"
        )
    },
    unread: &["w:instrText", "w:delText", "office:annotation"],
};

/// The words of marked-up text.
pub(super) fn words(text: &str, kind: Kind) -> String {
    let mut out = String::with_capacity(text.len() / 2);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        spell_out(&rest[..at], &mut out);
        let from = &rest[at..];
        if let Some(comment) = from.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let opens = from[1..]
            .starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let (true, Some(end)) = (opens, from.find('>')) else {
            out.push('<');
            rest = &from[1..];
            continue;
        };
        let tag = from[1..end].trim_start_matches('/');
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next();
        let name = name.unwrap_or_default();
        rest = &from[end + 1..];
        let unread = kind
            .unread
            .iter()
            .find(|unread| name.eq_ignore_ascii_case(unread));
        if let Some(unread) = unread
            && !from.starts_with("</")
            && !tag.ends_with('/')
        {
            rest = behind(rest, unread);
        }
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "text:s" | "w:tab" | "text:tab" => out.push(' '),
            name if (kind.breaks)(name) && !out.ends_with('\n') => out.push('\n'),
            _ => {}
        }
    }
    spell_out(rest, &mut out);
    out
}

/// What comes behind the end of an element.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("</") {
        let own = after
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name));
        if own {
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        rest = after;
    }
    ""
}

/// Adds text with its references to characters as those characters.
fn spell_out(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, coded)) = rest.split_once('&') {
        out.push_str(before);
        let end = coded.char_indices().take(12).find(|(_, c)| *c == ';');
        let character =
            end.and_then(|(end, _)| Some((character(&coded[..end])?, &coded[end + 1..])));
        match character {
            Some((character, after)) => {
                out.push(character);
                rest = after;
            }
            None => {
                out.push('&');
                rest = coded;
            }
        }
    }
    out.push_str(rest);
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "pound" => '£',
        "rsquo" => '’',
        "lsquo" => '‘',
        "ldquo" => '“',
        "rdquo" => '”',
        "ndash" => '–',
        "mdash" => '—',
        _ => return None,
    })
}
