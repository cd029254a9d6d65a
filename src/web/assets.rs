//! The style sheet, icons and fonts, embedded and precompressed by `build.rs`.
//!
//! A name carries the hash of its content, so an answer may be kept for ever and a new version is a new name.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One file that a page may ask for.
pub struct Asset {
    /// The last part of its address, with the hash.
    pub name: &'static str,
    /// The `Content-Type`.
    pub media_type: &'static str,
    /// The content as it is.
    pub plain: &'static [u8],
    /// Brotli, where that makes it smaller.
    pub brotli: Option<&'static [u8]>,
    /// gzip, for browsers that know no brotli over plain HTTP.
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// `GET /assets/{name}`.
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let (body, encoding) = match (asset.brotli, asset.gzip) {
        (Some(bytes), _) if accepts(accepted, "br") => (bytes, Some("br")),
        (_, Some(bytes)) if accepts(accepted, "gzip") => (bytes, Some("gzip")),
        _ => (asset.plain, None),
    };
    let mut answer = body.into_response();
    let to = answer.headers_mut();
    to.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.media_type),
    );
    to.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    to.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        to.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    answer
}

/// Whether an `Accept-Encoding` header names `coding` and does not forbid it with `q=0`.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|part| {
        let mut pieces = part.split(';').map(str::trim);
        pieces
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(coding))
            && !pieces.any(|p| {
                p.strip_prefix("q=")
                    .is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_used_only_when_the_browser_takes_it() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.5", "gzip"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "gzip"));
        assert!(!accepts("brotli", "br"));
    }

    #[test]
    fn the_first_load_is_small_and_names_its_fonts() {
        let sheet = ASSETS
            .iter()
            .find(|a| a.media_type.starts_with("text/css"))
            .expect("the style sheet");
        assert!(sheet.brotli.expect("compressed").len() < 14_000);
        let text = std::str::from_utf8(sheet.plain).expect("UTF-8");
        for font in ASSETS.iter().filter(|a| a.media_type == "font/woff2") {
            assert!(text.contains(font.name), "{}", font.name);
        }
        for never in [
            "GDS Transport",
            "crown",
            "url(\"http",
            "url(http",
            "url(\"data",
        ] {
            assert!(!text.contains(never), "the sheet must not hold {never:?}");
        }
    }
}
