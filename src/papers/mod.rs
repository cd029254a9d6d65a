//! The words in files that people hand in: a leaf that knows no case. PDFs are read by [`crate::pdf`], whose helper
//! may be killed; what is here reads only what it can bound.

pub mod mail;
mod markup;
mod office;
pub mod photo;

/// No more characters of one file are read than these: five hundred pages.
pub const MOST_WORDS: usize = 1_500_000;

/// The words of a file of this media type, for finding it; none when it is of a kind that has no words, or cannot be
/// read.
pub fn words(bytes: &[u8], media_type: &str, file_name: &str) -> Option<String> {
    let name = file_name.to_ascii_lowercase();
    let mut words = match media_type {
        "message/rfc822" => mail::all_words(bytes),
        "text/html" => markup::words(&String::from_utf8_lossy(bytes), markup::HTML),
        _ if name.ends_with(".html") || name.ends_with(".htm") => {
            markup::words(&String::from_utf8_lossy(bytes), markup::HTML)
        }
        kind if kind.starts_with("text/") || kind == "application/json" => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        kind if kind == "application/zip" || kind.contains("document") => office::words(bytes)?,
        _ => return None,
    };
    if let Some((end, _)) = words.char_indices().nth(MOST_WORDS) {
        words.truncate(end);
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;

    fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn the_words_of_a_letter_from_a_word_processor_are_read() {
        let word = package(&[(
            "word/document.xml",
            "<w:document><w:p><w:r><w:t>Black mo</w:t></w:r><w:r><w:t>uld &amp; damp</w:t></w:r></w:p><w:p><w:r><w:t>in \
             Jos&#233;&#x2019;s room</w:t></w:r></w:p></w:document>",
        )]);
        let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        let words = words(&word, kind, "a.docx").unwrap();
        assert_eq!(words.trim(), "Black mould & damp\nin José’s room");
        let open = package(&[(
            "content.xml",
            "<office:text><text:h>Visit</text:h><text:p>No<text:s/>heating</text:p></office:text>",
        )]);
        let kind = "application/vnd.oasis.opendocument.text";
        assert_eq!(
            super::words(&open, kind, "a.odt").unwrap().trim(),
            "Visit\nNo heating"
        );
        let sheet = package(&[(
            "xl/sharedStrings.xml",
            "<sst><si><t>Boiler</t></si><si><t>Lift</t></si></sst>",
        )]);
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        assert_eq!(
            super::words(&sheet, kind, "a.xlsx").unwrap().trim(),
            "Boiler\nLift"
        );
    }

    #[test]
    fn mail_gives_all_its_words_and_pictures_none() {
        let mail = b"From: Ada <a@example.org>\nSubject: Leak\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\
            Content-Type: text/html\n\n<style>p{color:red}</style><p>It <b>drip</b>s &lt;still&gt;</p>\n--x\n\
            Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n--x--\n";
        let found = words(mail, "message/rfc822", "a.eml").unwrap();
        assert!(found.contains("Leak"), "{found}");
        assert!(found.contains("It drips <still>"), "{found}");
        assert!(
            !found.contains("color") && !found.contains("AAAA"),
            "{found}"
        );
        assert_eq!(words(b"\x89PNG", "image/png", "a.png"), None);
    }

    #[test]
    fn what_is_broken_or_swollen_ends() {
        assert_eq!(
            words(b"PK\x03\x04 no more", "application/zip", "a.docx"),
            None
        );
        let bomb = package(&[("content.xml", &"<text:p>a</text:p>".repeat(4_000_000))]);
        let found = words(&bomb, "application/zip", "a.odt").unwrap();
        assert!(found.len() <= MOST_WORDS);
        assert_eq!(
            words(b"a < b & c > d &#xffffffff; &nope;", "text/html", "a.html").unwrap(),
            "a < b & c > d &#xffffffff; &nope;"
        );
    }
}
