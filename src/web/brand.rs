//! The landlord's logo and colour: one style sheet and one picture of ours, the same for everybody, so that the content
//! security policy needs no exception.

use super::shell::Web;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What text on the colour, or in it, must have against white (WCAG 1.4.3), and the top bar with some to spare.
const TEXT: f64 = 4.5;
const BAR: f64 = 9.0;

/// A colour in parts of 255.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Colour([f64; 3]);

impl Colour {
    fn read(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#')?;
        let part = |at: usize| {
            u8::from_str_radix(hex.get(at..at + 2)?, 16)
                .ok()
                .map(f64::from)
        };
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// This much of the way to another.
    fn toward(self, other: f64, part: f64) -> Self {
        Self(self.0.map(|one| one + (other - one) * part))
    }

    /// The contrast with white (WCAG 2.2, relative luminance).
    fn contrast(self) -> f64 {
        let [r, g, b] = self.0.map(|one| {
            let one = one / 255.0;
            match one <= 0.040_45 {
                true => one / 12.92,
                false => ((one + 0.055) / 1.055).powf(2.4),
            }
        });
        1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
    }

    /// Itself, or as much darker as it takes for this contrast with white.
    fn at_least(self, contrast: f64) -> Self {
        let darker = (0..=100).map(|step| self.toward(0.0, f64::from(step) / 100.0));
        let mut fits = darker.filter(|one| one.contrast() >= contrast);
        fits.next().unwrap_or(Self([0.0; 3]))
    }

    fn hex(self) -> String {
        let [r, g, b] = self.0.map(|one| one.round().clamp(0.0, 255.0) as u8);
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

/// The style sheet of a colour; empty for one that is none.
fn sheet(colour: &str) -> String {
    let Some(colour) = Colour::read(colour) else {
        return String::new();
    };
    let (brand, dark) = (colour.at_least(TEXT), colour.at_least(BAR));
    let tint = colour.toward(255.0, 0.9);
    // On dark pages the same colour lightened, or darkened to a ground that light words are read on.
    let (at_night, ground) = (brand.toward(255.0, 0.4), dark.toward(0.0, 0.4));
    format!(
        ":root{{--rd-brand:{};--rd-brand-dark:{};--rd-brand-tint:{}}}\
         @media screen and (prefers-color-scheme:dark){{:root{{--rd-brand:{};--rd-brand-tint:{}}}}}",
        brand.hex(),
        dark.hex(),
        tint.hex(),
        at_night.hex(),
        ground.hex()
    )
}

/// `GET /brand.css`: what the pages have of the landlord's colour, as readable as the program's own.
pub async fn style(State(web): State<Web>) -> Response {
    let sheet = sheet(&web.desk.book().brand().colour);
    kept("text/css; charset=utf-8", sheet.into_bytes())
}

/// `GET /brand/logo`.
pub async fn logo(State(web): State<Web>) -> Response {
    match web.desk.away(|desk| desk.logo()).await {
        Ok((kind, bytes)) => kept(&kind, bytes),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// An answer that browsers keep: its address has the version in it.
fn kept(media_type: &str, bytes: Vec<u8>) -> Response {
    let mut answer = bytes.into_response();
    let headers = answer.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_becomes_one_that_can_be_read() {
        for colour in [
            "#ffff00", "#ffffff", "#000000", "#ff8800", "#14506b", "#00ff7f",
        ] {
            let own = Colour::read(colour).expect("a colour");
            assert!(own.at_least(TEXT).contrast() >= TEXT, "{colour}");
            assert!(own.at_least(BAR).contrast() >= BAR, "{colour}");
        }
        let kept = ":root{--rd-brand:#14506b;--rd-brand-dark:#134e68;--rd-brand-tint:#e8eef0}";
        let own = sheet("#14506b");
        assert!(
            own.starts_with(kept),
            "one that can be read stays, the bar a little darker: {own}"
        );
        assert!(own.contains("prefers-color-scheme:dark"));
        assert!((Colour([255.0; 3]).contrast() - 1.0).abs() < 1e-9);
        assert!((Colour([0.0; 3]).contrast() - 21.0).abs() < 1e-9);
        for none in ["", "red", "#12", "#12345g", "#ééé"] {
            assert_eq!(sheet(none), "");
        }
    }
}
