//! What of a cell is looked up: letters without case and accents, and digits. Everything else parts words; an
//! apostrophe both parts and joins, so that O'Brien is found as "obrien" and as "brien".

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Calls `each` with every word of a text.
pub(super) fn words(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    // Where apostrophes stood in it.
    let mut joints: Vec<usize> = Vec::new();
    let mut end = |word: &mut String, joints: &mut Vec<usize>| {
        if !word.is_empty() {
            each(word);
            let mut from = 0;
            for to in joints.drain(..).chain([word.len()]) {
                if from < to && to - from < word.len() {
                    each(&word[from..to]);
                }
                from = to;
            }
            word.clear();
        }
        joints.clear();
    };
    fold(text, |folded| match folded {
        Folded::Letter(letter) => word.push(letter),
        Folded::Apostrophe => joints.push(word.len()),
        Folded::Sign => end(&mut word, &mut joints),
    });
    end(&mut word, &mut joints);
}

/// The words that somebody looks for: here an apostrophe only joins.
pub(super) fn asked(text: &str) -> Vec<String> {
    let mut asked = vec![String::new()];
    fold(text, |folded| match (folded, asked.last_mut()) {
        (Folded::Letter(letter), Some(word)) => word.push(letter),
        (Folded::Sign, Some(word)) if !word.is_empty() => asked.push(String::new()),
        _ => {}
    });
    asked.retain(|word| !word.is_empty());
    asked
}

/// All letters and digits of a text as one word.
pub(super) fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    fold(text, |folded| {
        if let Folded::Letter(letter) = folded {
            joined.push(letter);
        }
    });
    joined
}

enum Folded {
    Letter(char),
    Apostrophe,
    Sign,
}

fn fold(text: &str, mut each: impl FnMut(Folded)) {
    if text.is_ascii() {
        for byte in text.bytes() {
            each(match byte {
                b'a'..=b'z' | b'0'..=b'9' => Folded::Letter(byte.into()),
                b'A'..=b'Z' => Folded::Letter(byte.to_ascii_lowercase().into()),
                b'\'' => Folded::Apostrophe,
                _ => Folded::Sign,
            });
        }
        return;
    }
    for c in text.nfd() {
        if c.is_alphanumeric() {
            // Through capitals, so that `STRASSE` and `Straße` are one.
            for letter in c.to_uppercase().flat_map(char::to_lowercase) {
                each(Folded::Letter(letter));
            }
        } else if matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}') {
            each(Folded::Apostrophe);
        } else if !is_combining_mark(c) {
            each(Folded::Sign);
        }
    }
}

/// FNV-1a: small, the same for ever, and good enough where what it finds is compared again.
pub(super) fn fnv<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut found = Vec::new();
        words(text, |word| found.push(word.to_owned()));
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn words_are_letters_and_digits_without_case_and_accents() {
        check("7 Alder Court,  Mill-Lane", "7 alder court mill lane");
        check("Zoë BJØRNSTRÖM", "zoe bjørnstrom");
        check("Zoe\u{308} Strauß", "zoe strauss");
        check("O’Brien", "obrien o brien");
        check("D'Souza-O'Neill", "dsouza d souza oneill o neill");
        check("'00700123", "00700123");
        check(" -- ", "");
        check("T/4411", "t 4411");
        assert_eq!(asked("O'Brien, ada"), ["obrien", "ada"]);
        assert_eq!(joined("00 700-123 "), "00700123");
        assert!(asked("' -").is_empty() && joined("' -").is_empty());
    }
}
