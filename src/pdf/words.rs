//! The words of a PDF that somebody handed in, for finding it.

use super::PdfError;
use super::split::open;

/// No more bytes of words are read than these.
const MOST: usize = 3 << 20;
/// Bytes that the content of one page may unpack to.
const PAGE: usize = 32 << 20;

/// The words of its pages in order. A page that cannot be read has none.
pub(super) fn words(pdf: &[u8]) -> Result<String, PdfError> {
    let document = open(pdf)?;
    let mut out = String::new();
    for page in document.get_pages().into_keys() {
        for chunk in document.extract_text_chunks_with_limit(&[page], PAGE) {
            out.push_str(&chunk.unwrap_or_default());
        }
        out.push('\n');
        if out.len() > MOST {
            break;
        }
    }
    Ok(out)
}
