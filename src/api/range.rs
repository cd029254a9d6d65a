//! Ranges of a download (RFC 9110 §14): one at a time. Several, or what cannot be read, get the whole.

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};

/// What part of a download is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    All,
    /// From the first byte up to, not including, the second.
    Part(u64, u64),
    /// A range beyond its end.
    Nothing,
}

/// Reads `Range`, if it is about the content that is there.
pub fn wanted(headers: &HeaderMap, etag: &str, size: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(IF_RANGE).is_some_and(|seen| seen != etag) {
        return Wanted::All;
    }
    let Some(range) = text(RANGE).and_then(|range| range.trim().strip_prefix("bytes=")) else {
        return Wanted::All;
    };
    let Some((first, last)) = range.split_once('-') else {
        return Wanted::All;
    };
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), _) if last.trim().is_empty() && first < size => Wanted::Part(first, size),
        (Ok(first), Ok(last)) if first <= last && first < size => {
            Wanted::Part(first, last.saturating_add(1).min(size))
        }
        (Ok(first), Ok(last)) if first > last => Wanted::All,
        (Ok(_), Ok(_)) => Wanted::Nothing,
        (Ok(_), _) if last.trim().is_empty() => Wanted::Nothing,
        (Err(_), Ok(0)) if first.trim().is_empty() => Wanted::Nothing,
        (Err(_), Ok(tail)) if first.trim().is_empty() && size > 0 => {
            Wanted::Part(size.saturating_sub(tail), size)
        }
        _ => Wanted::All,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_range_is_cut_to_what_is_there() {
        use Wanted::{All, Nothing, Part};
        let cases = [
            ("bytes=0-9", Part(0, 10)),
            ("bytes=90-", Part(90, 100)),
            ("bytes=-10", Part(90, 100)),
            ("bytes=-1000", Part(0, 100)),
            ("bytes=50-5000", Part(50, 100)),
            ("bytes=99-99", Part(99, 100)),
            ("bytes=100-", Nothing),
            ("bytes=100-200", Nothing),
            ("bytes=-0", Nothing),
            ("bytes=9-0", All),
            ("bytes=0-1,5-6", All),
            ("lines=0-1", All),
            ("bytes=x-y", All),
            ("bytes=0-18446744073709551615", Part(0, 100)),
        ];
        for (range, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, range.parse().unwrap());
            assert_eq!(wanted(&headers, "\"a\"", 100), expected, "{range}");
            headers.insert(IF_RANGE, "\"b\"".parse().unwrap());
            assert_eq!(wanted(&headers, "\"a\"", 100), All);
        }
    }
}
