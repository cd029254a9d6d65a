//! The landlord's logo and colour: one style sheet and one picture of ours, the same for everybody, so that the content
//! security policy needs no exception.

use super::shell::Web;
use crate::desk::colour::{Colour, TEXT};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What the top bar has against white: what text must have, with some to spare.
const BAR: f64 = 9.0;

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
    fn a_colour_that_can_be_read_stays() {
        let kept = ":root{--rd-brand:#14506b;--rd-brand-dark:#134e68;--rd-brand-tint:#e8eef0}";
        let own = sheet("#14506b");
        assert!(
            own.starts_with(kept),
            "one that can be read stays, the bar a little darker: {own}"
        );
        assert!(own.contains("prefers-color-scheme:dark"));
        for none in ["", "red", "#12", "#12345g", "#ééé"] {
            assert_eq!(sheet(none), "");
        }
    }
}
